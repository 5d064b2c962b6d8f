//! What takes its process with it, in three ways. Never here: who asks for it, what becomes of it.

use std::hint::black_box;

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, setrlimit};

/// So much more may the process have, and then no more.
const LEFT: u64 = 64 << 20;

/// At a time.
const BITE: usize = 1 << 20;

/// Calls itself until the stack is used up.
pub(super) fn sink(depth: usize) -> usize {
    let room = black_box([depth; 128]);
    if depth == usize::MAX {
        return 0;
    }
    sink(depth + 1).wrapping_add(room[depth % room.len()])
}

/// Takes memory until it is given none, as where a container may have so much; the machine's own stays.
pub(super) fn eat() -> Result<()> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmSize:")?.trim().strip_suffix(" kB"));
    let most = kilobytes.context("no size")?.parse::<u64>()? * 1024 + LEFT;
    setrlimit(Resource::As, Rlimit { current: Some(most), maximum: Some(most) })?;
    let mut eaten = Vec::new();
    loop {
        eaten.push(vec![0_u8; BITE]);
        black_box(&eaten);
    }
}
