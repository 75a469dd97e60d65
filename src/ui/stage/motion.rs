//! What is in the air, and what the stage remembers from one frame to the next: falling sparks and the strength of streams.
//!
//! No browser here, and no clock: sparks and streams age by drawn frames in which simulated time moved, so a pause stops
//! every pixel. Start with [`Stage::remember`] and [`flying`].

use std::collections::BTreeMap;

use slotscope::world::Nanos;
use slotscope::world::{Flight, FlightKind, LaneView, Place};

use super::layout::{Detail, Layout};
use super::path::Pose;

/// A colour by its role: 0 to 7 a shard's hue, [`INK`] for what belongs to no shard.
pub type Hue = u8;
/// What belongs to no shard.
pub const INK: Hue = 8;
/// More messages than this are drawn as streams, with a sample of them on top.
const CROWD: usize = 300;
/// How many of a crowd are still drawn one by one, about.
const SAMPLE: usize = 120;
/// More errors, redirections and votes than this are sampled too.
const RARE_MAX: usize = 60;
/// Most sparks in the air, on the whole stage.
const SPARKS_MAX: usize = 240;
/// Most pairs whose traffic is remembered: 10 app servers with 500 nodes, both ways.
const STREAMS_MAX: usize = 10_000;
/// Frames that a spark lives.
const SPARK_FRAMES: u16 = 42;
/// A message that crosses in fewer frames than this is too fast for the eye alone.
const FRAMES_SEEN: f64 = 8.0;
/// Traffic runs this far right of the way's middle, in pixels at scale 1.
const KEEP_RIGHT: f64 = 2.6;

/// A message as it is to be drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// What it is: its shape.
    pub kind: FlightKind,
    /// Its colour.
    pub hue: Hue,
    /// Where it is and where it heads.
    pub pose: Pose,
    /// How much of it is left, in quarters: 4 is whole, lower where it fades after it was lost.
    pub quarters: u8,
    /// How far it came since the last frame, in pixels: what it drags behind it when it is fast.
    pub tail: f64,
    /// Whether it belongs to the operation that is followed.
    pub followed: bool,
    /// Its ends.
    pub ends: (Place, Place),
    /// The fraction of its way that is done.
    pub done: f64,
}

/// The hue of a shard.
pub fn hue(shard: Option<u16>) -> Hue {
    shard.map_or(INK, |s| (s % 8) as u8)
}

/// The hue of a message: queries are ink whichever shard missed.
fn hue_of(flight: &Flight) -> Hue {
    if matches!(flight.kind, FlightKind::Query | FlightKind::QueryAnswer) { INK } else { hue(flight.shard) }
}

/// The fraction of its way that a message has done, and how much of it is left (1 whole, 0 gone). A lost one stops half
/// way and fades there.
pub fn progress(flight: &Flight, now: Nanos) -> (f64, f64) {
    let whole = (flight.arrives - flight.sent).0.max(1) as f64;
    let t = ((now - flight.sent).0 as f64 / whole).clamp(0.0, 1.0);
    if flight.lost { (t.min(0.5), (2.0 - 2.0 * t).clamp(0.0, 1.0)) } else { (t, 1.0) }
}

/// Whether a message is among the one in `one_in` (a power of two) that are drawn of a crowd. The same message is in or
/// out for its whole way, and who is in stays in when the crowd thins.
pub fn sampled(flight: &Flight, one_in: u64) -> bool {
    let mut x = flight.operation ^ flight.sent.0.rotate_left(32) ^ ((flight.kind as u64) << 56);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x ^ (x >> 31)) & (one_in - 1) == 0
}

/// A spark that falls out of a memory bar, or a piece of the bar that dissolves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spark {
    /// Whose.
    pub node: usize,
    /// Whether it fell (an eviction) or dissolves where it was (an expiry).
    pub evicted: bool,
    /// Frames since.
    pub age: u16,
    /// 0 to 7: keeps sparks of one moment apart.
    pub lane: u8,
}

impl Spark {
    /// 0 new to 1 gone.
    pub fn life(self) -> f64 {
        f64::from(self.age) / f64::from(SPARK_FRAMES)
    }
}

/// Traffic between two places, smoothed over about half a second of frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stream {
    /// From where.
    pub from: Place,
    /// To where.
    pub to: Place,
    /// In which colour.
    pub hue: Hue,
    /// Messages in the air, on average.
    pub strength: f64,
}

/// What a stage remembers between frames. One for each canvas.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    now: Nanos,
    step: Nanos,
    frames: u64,
    haste: f64,
    evicted: Vec<u64>,
    expired: Vec<u64>,
    sparks: Vec<Spark>,
    streams: BTreeMap<(u32, u32, Hue), Stream>,
}

fn key(place: Place) -> u32 {
    match place {
        Place::App(i) => u32::from(i),
        Place::Database => 1 << 16,
        Place::Console => 2 << 16,
        Place::Node(i) => 3 << 16 | u32::from(i),
    }
}

impl Stage {
    /// Takes note of a frame: ages what falls, adds what was evicted or expired since, counts traffic. Goes quiet after a
    /// jump, back or forth (`jump` is the longest step that is not one).
    pub fn remember(&mut self, now: Nanos, lane: &LaneView, flights: &[Flight], jump: Nanos) {
        let known = self.frames > 0 && self.evicted.len() == lane.nodes.len();
        if known && now == self.now {
            // Drawn again while time stands still: nothing moves, nothing is forgotten.
            return;
        }
        let fresh = known && now > self.now && now - self.now <= jump;
        if !fresh {
            self.sparks.clear();
            self.streams.clear();
        }
        self.step = if fresh { now - self.now } else { Nanos::ZERO };
        if fresh {
            for (i, node) in lane.nodes.iter().enumerate() {
                self.shed(i, node.evicted.saturating_sub(self.evicted[i]), true);
                self.shed(i, node.expired.saturating_sub(self.expired[i]), false);
            }
        }
        self.evicted = lane.nodes.iter().map(|n| n.evicted).collect();
        self.expired = lane.nodes.iter().map(|n| n.expired).collect();
        self.now = now;
        self.frames += 1;
        self.hurry(flights, fresh);
        for spark in &mut self.sparks {
            spark.age += 1;
        }
        self.sparks.retain(|s| s.age < SPARK_FRAMES);
        for stream in self.streams.values_mut() {
            stream.strength *= 0.94;
        }
        for f in flights {
            if matches!(f.kind, FlightKind::Gossip | FlightKind::Vote | FlightKind::FullSync) {
                continue;
            }
            let hue = hue_of(f);
            if self.streams.len() >= STREAMS_MAX && !self.streams.contains_key(&(key(f.from), key(f.to), hue)) {
                continue;
            }
            let stream = self.streams.entry((key(f.from), key(f.to), hue));
            let stream = stream.or_insert(Stream { from: f.from, to: f.to, hue, strength: 0.0 });
            stream.strength += if fresh { 0.06 } else { 1.0 };
        }
        self.streams.retain(|_, s| s.strength > 0.01);
    }

    /// How far messages are from being followed one by one, smoothed so that the picture does not flicker between the two.
    fn hurry(&mut self, flights: &[Flight], fresh: bool) {
        if self.step == Nanos::ZERO || flights.is_empty() {
            return;
        }
        let sum: f64 = flights.iter().map(|f| (f.arrives - f.sent).0 as f64).sum();
        let frames = sum / flights.len() as f64 / self.step.0 as f64;
        let haste = ((FRAMES_SEEN - frames) / FRAMES_SEEN).clamp(0.0, 1.0);
        let weight = if fresh && self.frames > 2 { 0.1 } else { 1.0 };
        self.haste += (haste - self.haste) * weight;
    }

    fn shed(&mut self, node: usize, count: u64, evicted: bool) {
        // A handful tells it as well as a thousand; the figures above the stage carry the number.
        for i in 0..count.min(4) {
            if self.sparks.len() < SPARKS_MAX {
                let lane = ((self.frames * 3 + i * 5) % 8) as u8;
                self.sparks.push(Spark { node, evicted, age: i as u16 * 3, lane });
            }
        }
    }

    /// What falls now.
    pub fn sparks(&self) -> &[Spark] {
        &self.sparks
    }

    /// Traffic between places, in a fixed order.
    pub fn streams(&self) -> impl Iterator<Item = &Stream> {
        self.streams.values()
    }

    /// Traffic of an app server with the nodes of each zone, both ways, in the order of app servers and zones.
    pub fn trunks(&self, layout: &Layout) -> Vec<(Place, usize, f64)> {
        let mut sums: BTreeMap<(u32, usize), (Place, f64)> = BTreeMap::new();
        for s in self.streams.values() {
            let (caller, node) = if matches!(s.from, Place::Node(_)) { (s.to, s.from) } else { (s.from, s.to) };
            if !matches!((caller, node), (Place::App(_) | Place::Console, Place::Node(_))) {
                continue;
            }
            sums.entry((key(caller), layout.zone_of(node))).or_insert((caller, 0.0)).1 += s.strength;
        }
        sums.into_iter().map(|((_, zone), (caller, sum))| (caller, zone, sum)).collect()
    }

    /// Traffic that ends or begins at each node, by node.
    pub fn loads(&self, nodes: usize) -> Vec<f64> {
        let mut loads = vec![0.0; nodes];
        for s in self.streams.values() {
            for place in [s.from, s.to] {
                if let Place::Node(i) = place
                    && let Some(load) = loads.get_mut(usize::from(i))
                {
                    *load += s.strength;
                }
            }
        }
        loads
    }

    /// How far the dashes of a stream have run, in pixels.
    pub fn phase(&self) -> f64 {
        (self.frames % 1_000_000) as f64 * 1.6
    }
}

/// What is in the air and how to draw it.
#[derive(Clone, Debug, Default)]
pub struct Air {
    /// One mark a message, or a sample of them.
    pub marks: Vec<Mark>,
    /// From 0 (messages can be followed one by one) to 1 (they cannot: streams tell it).
    pub haste: f64,
    /// Whether there are so many that only a sample is drawn.
    pub crowd: bool,
}

impl Air {
    /// The part of a snapshot that has yet to reach node `node`, where one is on its way.
    pub fn sync_left(&self, node: usize) -> Option<f64> {
        let here = |m: &&Mark| m.kind == FlightKind::FullSync && m.ends.1 == Place::Node(node as u16);
        self.marks.iter().find(here).map(|m| 1.0 - m.done)
    }
}

/// Places every message that is to be drawn. `stage` must have remembered this frame.
pub fn flying(layout: &Layout, stage: &Stage, flights: &[Flight], gossip: bool, followed: Option<u64>) -> Air {
    let now = stage.now;
    let shown = |f: &&Flight| (gossip || f.kind != FlightKind::Gossip) && f.sent <= now;
    let rare = |f: &Flight| {
        matches!(f.kind, FlightKind::FullSync | FlightKind::Vote | FlightKind::Error | FlightKind::Redirect)
    };
    let one_in =
        |count: usize, most: usize| if count > most { (count * 2 / most).next_power_of_two() as u64 } else { 1 };
    let count = flights.iter().filter(shown).count();
    let crowd = count > CROWD;
    // Of a crowd, a sample; of what is rare and matters, all, until it is a crowd of its own.
    let common_in = if crowd { one_in(count, SAMPLE * 2) } else { 1 };
    let rare_in = one_in(flights.iter().filter(shown).filter(|f| rare(f)).count(), RARE_MAX);
    let mut air = Air { crowd, haste: if crowd { 1.0 } else { stage.haste }, ..Air::default() };
    for f in flights.iter().filter(shown) {
        let whole = (f.arrives - f.sent).0.max(1) as f64;
        let mine = followed.is_some_and(|id| id != 0 && id == f.operation);
        let shown = match f.kind {
            _ if mine => true,
            FlightKind::FullSync => true,
            _ if rare(f) => sampled(f, rare_in),
            _ => layout.detail > Detail::Tile && sampled(f, common_in),
        };
        if !(shown && layout.stands(f.from) && layout.stands(f.to)) {
            continue;
        }
        let (done, left) = progress(f, now);
        let path = layout.route(f.from, f.to);
        let mut pose = path.at(done);
        if !matches!(f.kind, FlightKind::Replication | FlightKind::FullSync) {
            pose.x -= pose.dy * KEEP_RIGHT * layout.scale;
            pose.y += pose.dx * KEEP_RIGHT * layout.scale;
        }
        let tail = (stage.step.0 as f64 / whole).min(done) * path.length();
        air.marks.push(Mark {
            kind: f.kind,
            hue: hue_of(f),
            pose,
            quarters: (left * 4.0).ceil() as u8,
            tail: if f.lost && done >= 0.5 { 0.0 } else { tail },
            followed: mine,
            ends: (f.from, f.to),
            done,
        });
    }
    air.marks.retain(|m| m.quarters > 0);
    // One run for each shape and colour, so that the drawing sets its styles rarely.
    let key = |(place, m): (usize, &Mark)| {
        u64::from(m.quarters) << 48 | u64::from(m.hue) << 40 | (m.kind as u64) << 32 | place as u64
    };
    let mut order: Vec<u64> = air.marks.iter().enumerate().map(key).collect();
    order.sort_unstable();
    air.marks = order.into_iter().map(|key| air.marks[key as u32 as usize]).collect();
    air
}
