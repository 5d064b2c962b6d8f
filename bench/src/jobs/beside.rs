//! Our jobs and those of others in turns, each on an empty database of the same server. Never here: what one run does.

use super::options::Options;
use super::ours::{self, Ours};
use super::peer::Peer;
use super::seen::{Mode, Seen};
use super::world::World;

/// Single jobs, one after the other.
pub(super) const SINGLE: usize = 400;

/// One queue: of each mode the run in the middle.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) setting: String,
    pub(super) is_on_database: bool,
    pub(super) seen: Vec<Seen>,
}

impl Row {
    pub(super) fn of(&self, mode: Mode) -> Option<&Seen> {
        self.seen.iter().find(|seen| seen.mode == mode.name())
    }

    pub(super) fn per_s(&self, mode: Mode) -> f64 {
        self.of(mode).map_or(0.0, |seen| seen.per_s)
    }
}

/// Ours first.
pub(super) async fn measure(world: &World, options: Options) -> anyhow::Result<Vec<Row>> {
    let mut peers = if options.has_peers { Peer::all().await? } else { Vec::new() };
    for peer in &mut peers {
        tune(world, peer, options).await?;
    }
    let of_peer = |peer: &Peer| Row {
        name: peer.name,
        setting: peer.setting.join(" "),
        is_on_database: peer.is_on_database(),
        seen: Vec::new(),
    };
    let setting = format!("--places {}", ours::PLACES);
    let ours = Row { name: ours::NAME, setting, is_on_database: true, seen: Vec::new() };
    let mut rows: Vec<Row> = std::iter::once(ours).chain(peers.iter().map(of_peer)).collect();
    for mode in Mode::ALL {
        let mut runs = vec![Vec::new(); rows.len()];
        let jobs = if mode == Mode::Latency { options.jobs.min(SINGLE) } else { options.jobs };
        for _ in 0..options.rounds {
            let (of_ours, of_peers) = runs.split_at_mut(1);
            of_ours[0].push(world.on_empty(async |target| Ours::measure(target, mode, jobs).await).await?);
            for (peer, runs) in peers.iter_mut().zip(of_peers) {
                runs.push(once(world, peer, peer.setting, mode, jobs).await?);
            }
        }
        for (row, runs) in rows.iter_mut().zip(runs) {
            row.seen.extend(Seen::middle(runs));
        }
    }
    Ok(rows)
}

/// Gives it the setting that is the fastest here.
async fn tune(world: &World, peer: &mut Peer, options: Options) -> anyhow::Result<()> {
    let mut best = 0.0;
    for setting in peer.tried {
        let seen = once(world, peer, setting, Mode::Through, options.jobs).await?;
        if seen.per_s > best {
            (best, peer.setting) = (seen.per_s, setting);
        }
    }
    Ok(())
}

async fn once(
    world: &World,
    peer: &mut Peer,
    setting: &'static [&'static str],
    mode: Mode,
    jobs: usize,
) -> anyhow::Result<Seen> {
    let jobs = if mode == Mode::Latency { jobs } else { peer.part_of(jobs) };
    world.on_empty(async |target| peer.measure(target, setting, mode, jobs).await).await
}
