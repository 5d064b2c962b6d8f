//! Which replica a session likes most: the same one as long as it is there, in every process. Pure. Never here:
//! whether it may answer.

/// A session's key from its name. Stable across processes and versions.
pub fn session_key(name: &[u8]) -> u64 {
    // FNV-1a (Fowler, Noll, Vo), 64 bits.
    name.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// How much `session` likes `replica`, of which `weight` (0 to 1) is free; the greatest wins. Weighted rendezvous
/// hashing (Schindelhauer and Schomaker, 2005): a replica that gets busy gives away some of its sessions, the others
/// keep theirs.
pub(super) fn score(session: u64, replica: u64, weight: f64) -> f64 {
    let drawn = mix(session ^ mix(replica.wrapping_add(1)));
    #[expect(clippy::cast_precision_loss, reason = "53 bits are drawn, which is what a float holds")]
    let unit = ((drawn >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    weight / -unit.ln()
}

/// SplitMix64's finaliser (Steele, Lea and Flood, 2014).
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn winner(session: u64, weights: &[(u64, f64)]) -> u64 {
        let best =
            weights.iter().max_by(|a, b| score(session, a.0, a.1).total_cmp(&score(session, b.0, b.1)));
        best.unwrap().0
    }

    fn share(replica: u64, weights: &[(u64, f64)]) -> usize {
        (0..10_000).filter(|session| winner(*session, weights) == replica).count()
    }

    #[test]
    fn sessions_spread_by_weight() {
        assert!((4_800..5_200).contains(&share(0, &[(0, 1.0), (1, 1.0)])));
        assert!((2_400..2_600).contains(&share(0, &[(0, 0.25), (1, 0.75)])));
        assert_eq!(share(0, &[(0, 0.0), (1, 0.5)]), 0);
    }

    #[test]
    fn who_goes_takes_only_its_own_sessions_along() {
        let three = [(0, 1.0), (1, 1.0), (2, 1.0)];
        for session in 0..1_000 {
            let before = winner(session, &three);
            assert!(before == 2 || winner(session, &three[..2]) == before, "{session}");
        }
    }

    #[test]
    fn names_have_a_key_that_never_changes() {
        assert_eq!(session_key(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(session_key(b"a"), 0xaf63_dc4c_8601_ec8c);
    }
}
