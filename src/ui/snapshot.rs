//! What Yew is shown of a run: an immutable reading, published at most four times a second while time passes.

use std::rc::Rc;

use slotscope::scenario::{Console, Scenario};
use slotscope::world::Nanos;
use slotscope::world::{KeysView, Mark, RequestTrace, Topic, TraceKind, View, zone_name};

use super::run::Shown;

/// The five figures of a lane, in the order of the page, by the topic that charts them.
pub const FIGURES: [Topic; 5] = [Topic::HitRatio, Topic::Latency, Topic::Database, Topic::Stale, Topic::Evictions];

/// What the run is doing.
#[derive(Clone, Debug, PartialEq)]
pub enum Doing {
    /// Time stands still.
    Paused,
    /// Time passes.
    Playing,
    /// Time is being caught up to a moment, with nothing skipped: how far, of what.
    CatchingUp(Nanos, Nanos),
}

/// One operation as the request tab shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// Where it ran.
    pub lane: usize,
    /// Of what kind it is.
    pub kind: TraceKind,
    /// The operation; none while the next one is awaited.
    pub trace: Option<Rc<RequestTrace>>,
}

/// A sentence over the page until it is closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Banner {
    /// What it says.
    pub text: String,
    /// Whether something went wrong.
    pub bad: bool,
    /// Whether the run that was replaced can be returned to.
    pub back: bool,
}

/// A lane's consoles.
#[derive(Clone, Debug, Default)]
pub struct Consoles {
    /// Lines, by console.
    pub lines: [Rc<Vec<Shown>>; 3],
    /// Prompts, by console.
    pub prompts: [String; 3],
}

impl Consoles {
    /// One console's lines.
    pub fn lines(&self, console: Console) -> &Rc<Vec<Shown>> {
        &self.lines[console as usize]
    }
    /// One console's prompt.
    pub fn prompt(&self, console: Console) -> &str {
        &self.prompts[console as usize]
    }
}

/// A reading of the run for the page.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What the run was made from.
    pub scenario: Rc<Scenario>,
    /// The reading.
    pub view: Rc<View>,
    /// By lane: the course of each of [`FIGURES`], thinned.
    pub sparks: Rc<Vec<[Vec<Option<f32>>; 5]>>,
    /// Marks, those of the seen future included.
    pub marks: Rc<Vec<Mark>>,
    /// The furthest moment seen.
    pub seen: Nanos,
    /// Where the time line ends.
    pub horizon: Nanos,
    /// What the run is doing.
    pub doing: Doing,
    /// The place in `speed::SPEEDS`.
    pub speed: usize,
    /// How much slower than asked it runs, where it cannot keep up (0 to 1).
    pub shortfall: Option<f64>,
    /// The consoles of each lane.
    pub consoles: Rc<Vec<Consoles>>,
    /// Whether a reply is awaited.
    pub busy: bool,
    /// Whether a command waits for something other than the network.
    pub waits: bool,
    /// What the key browser asked for.
    pub keys: Option<Rc<KeysView>>,
    /// The operation that the request tab follows.
    pub followed: Followed,
    /// A sentence over the page.
    pub banner: Option<Banner>,
    /// Whether gossip is drawn.
    pub gossip: bool,
    /// What a screen reader is told of, at most once in three seconds.
    pub announcement: String,
}

impl Snapshot {
    /// The names of the nodes and of the zones: what a fault can be aimed at.
    pub fn target_names(&self) -> Vec<String> {
        let nodes = self.view.lanes.iter().take(1).flat_map(|lane| &lane.nodes).map(|node| node.name.clone());
        nodes.chain((0..self.scenario.deployment.zones).map(zone_name)).collect()
    }
}
