//! Puts a run together: lanes of cluster, app servers, database and network, driven by one clock and one action log.
//!
//! May know: every room below it. The page, the JavaScript API and the tests know a run only through this door.
//!
//! Start with [`World::new`], [`World::advance`], [`World::act`], [`World::view`].

mod view;

pub use view::{
    AppView, Chart, ConsoleLine, DatabaseView, Figures, Flight, FlightKind, Health, Hop, LaneView, LineStyle, Mark, NodeView,
    Place, RequestTrace, Severity, Topic, TraceKind, View,
};

use crate::scenario::{Action, Console, Scenario};
use crate::sim::Nanos;

/// A run: one or two lanes of the same scenario and the same seed, with everything typed so far.
#[derive(Clone, Debug)]
pub struct World {}

/// Why a line could not be carried out. The text is a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActError(pub String);

impl World {
    /// The longest moment a run may be taken to.
    pub const LONGEST: Nanos = Nanos::from_secs(3_600);

    /// A run at time zero. `Err` is a sentence that says what in the scenario is out of range.
    pub fn new(_scenario: &Scenario) -> Result<Self, String> {
        unimplemented!()
    }
    /// A run at `moment`, replayed from its inputs.
    pub fn replay(_scenario: &Scenario, _log: &[Action], _moment: Nanos) -> Result<Self, String> {
        unimplemented!()
    }
    /// The present: every event up to and including it has been handled.
    pub fn now(&self) -> Nanos {
        unimplemented!()
    }
    /// Handles every event up to `until`. Many small calls end in the same state as one large call.
    pub fn advance(&mut self, _until: Nanos) {}
    /// Handles the next instant at which anything happens, in any lane, and answers when that was.
    pub fn step(&mut self) -> Nanos {
        unimplemented!()
    }
    /// Carries out a console line now, in every lane, and logs it. A line that cannot be understood is answered on the
    /// console and not logged.
    pub fn act(&mut self, _console: Console, _line: &str) -> Result<(), ActError> {
        unimplemented!()
    }
    /// Whether a `redis>` line still waits for its reply.
    pub fn console_busy(&self) -> bool {
        unimplemented!()
    }
    /// What the run was made from.
    pub fn scenario(&self) -> &Scenario {
        unimplemented!()
    }
    /// What has been typed, in order of time.
    pub fn log(&self) -> &[Action] {
        unimplemented!()
    }
    /// The digest of every event handled so far, in all lanes.
    pub fn fingerprint(&self) -> u64 {
        unimplemented!()
    }
    /// Events handled so far, in all lanes.
    pub fn events(&self) -> u64 {
        unimplemented!()
    }
    /// How many lanes there are.
    pub fn lanes(&self) -> usize {
        unimplemented!()
    }
    /// A reading of the whole run for what is read on the page: taken a few times a second.
    pub fn view(&self) -> View {
        unimplemented!()
    }
    /// Messages on the network now, for what moves on the page: read at every frame.
    pub fn flights(&self, _lane: usize) -> impl Iterator<Item = &Flight> {
        std::iter::empty()
    }
    /// A node's reading alone, for drawing at every frame.
    pub fn node_views(&self, _lane: usize) -> Vec<NodeView> {
        unimplemented!()
    }
    /// The owner's shard of each slot, 255 for none, and whether any key lives there, in the eyes of the cluster's majority.
    pub fn slot_map(&self, _lane: usize) -> Vec<(u8, bool)> {
        unimplemented!()
    }
    /// What the consoles of a lane have shown, oldest first; `since` skips that many lines.
    pub fn transcript(&self, _lane: usize, _since: usize) -> &[ConsoleLine] {
        unimplemented!()
    }
    /// The prompt that a console shows now: `0001-001:6379> `, `not connected> `, `sim> `.
    pub fn prompt(&self, _lane: usize, _console: Console) -> String {
        unimplemented!()
    }
    /// The latest finished operation of a kind, hop by hop.
    pub fn trace(&self, _lane: usize, _kind: TraceKind) -> Option<&RequestTrace> {
        unimplemented!()
    }
    /// A chart of one lane over the whole run so far.
    pub fn chart(&self, _lane: usize, _topic: Topic) -> Chart {
        unimplemented!()
    }
    /// Marks on the time line so far.
    pub fn marks(&self) -> &[Mark] {
        unimplemented!()
    }
}
