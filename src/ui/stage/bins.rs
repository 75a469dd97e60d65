//! The 16384 slots, gathered into runs that are cheap to draw.
//!
//! No browser here. A slot is `(shard, has keys)`; shard 255 is nobody's.

/// A run of one colour on the strip or the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// The owner's shard, 255 for none.
    pub owner: u8,
    /// How many of its slots hold keys, 0 (none) to [`LEVELS`] (as many as anywhere).
    pub level: u8,
    /// Where it begins, in bins.
    pub start: usize,
    /// How many bins it spans.
    pub len: usize,
}

/// Steps of brightness.
pub const LEVELS: u8 = 8;
/// Nobody's slot.
pub const NOBODY: u8 = 255;
/// Slots on one line of the map.
pub const MAP_SIDE: usize = 128;

/// The strip: `bins` equal parts of the slots, neighbours of one look joined. The owner of a part is who owns most of it; its
/// level is its share of slots with keys, against the fullest part, so that a pattern shows in a sparse keyspace too.
pub fn strip(slots: &[(u8, bool)], bins: usize) -> Vec<Run> {
    let part = |bin: usize| &slots[bin * slots.len() / bins..(bin + 1) * slots.len() / bins];
    let share = |part: &[(u8, bool)]| part.iter().filter(|s| s.1).count() as f64 / part.len().max(1) as f64;
    let most = (0..bins).map(|b| share(part(b))).fold(0.0, f64::max);
    let mut runs: Vec<Run> = Vec::new();
    for bin in 0..bins {
        let part = part(bin);
        // Boyer and Moore's majority vote: one pass, no table.
        let (mut owner, mut votes) = (NOBODY, 0_usize);
        for &(shard, _) in part {
            if votes == 0 {
                owner = shard;
            }
            if shard == owner { votes += 1 } else { votes -= 1 }
        }
        if !part.is_empty() {
            let level = if most > 0.0 { (share(part) / most * f64::from(LEVELS)).ceil() as u8 } else { 0 };
            push(&mut runs, owner, level, bin);
        }
    }
    runs
}

/// The map, line by line: runs do not cross lines. A slot is brightest where keys live.
pub fn map(slots: &[(u8, bool)]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (line, row) in slots.chunks(MAP_SIDE).enumerate() {
        let mut here = Vec::new();
        for (i, &(owner, keys)) in row.iter().enumerate() {
            push(&mut here, owner, if keys { LEVELS } else { 0 }, line * MAP_SIDE + i);
        }
        runs.append(&mut here);
    }
    runs
}

fn push(runs: &mut Vec<Run>, owner: u8, level: u8, bin: usize) {
    match runs.last_mut() {
        Some(r) if r.owner == owner && r.level == level && r.start + r.len == bin => r.len += 1,
        _ => runs.push(Run { owner, level, start: bin, len: 1 }),
    }
}

/// The slot under a point of a map of `size` pixels square.
pub fn slot_at(x: f64, y: f64, size: f64) -> Option<u16> {
    let side = MAP_SIDE as f64;
    let (column, line) = ((x / size * side).floor(), (y / size * side).floor());
    if !(0.0..side).contains(&column) || !(0.0..side).contains(&line) {
        return None;
    }
    Some((line * side + column) as u16)
}
