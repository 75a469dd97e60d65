//! The run on the page: a world with its past to go back to, and what the consoles show of it.
//!
//! Every call to the world of the page is in this file.

use slotscope::scenario::{Action, Console, Scenario};
use slotscope::world::Nanos;
use slotscope::world::{
    Chart, ConsoleLine, Flight, History, KeysQuery, KeysView, LineStyle, Mark, RequestTrace, Topic, TraceKind, View,
    World,
};

/// How many lines of a console are shown.
const LINES: usize = 300;
/// How many single steps can be taken back one by one.
const TRAIL: usize = 256;

/// A console line as the page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The console it belongs to.
    pub console: Console,
    /// How to read it.
    pub style: LineStyle,
    /// What it says.
    pub text: String,
    /// "you clicked Kill", where a button ran it.
    pub note: Option<&'static str>,
}

/// A run with its past and future.
pub struct Run {
    history: History,
    /// Moments that single steps came from.
    trail: Vec<Nanos>,
    /// (moment, line, note) of lines that buttons ran.
    notes: Vec<(Nanos, String, &'static str)>,
    /// How many lines of each lane's transcript each console has wiped.
    wiped: Vec<[usize; 3]>,
}

impl Run {
    /// A run at time zero. `Err` is a sentence on what is wrong with the scenario.
    pub fn new(scenario: &Scenario) -> Result<Self, String> {
        Self::with_log(scenario, &[])
    }

    /// A run at time zero that will repeat `log` as it goes.
    pub fn with_log(scenario: &Scenario, log: &[Action]) -> Result<Self, String> {
        let history = History::new(scenario, log)?;
        let wiped = vec![[0; 3]; history.world().lanes()];
        Ok(Self { history, trail: Vec::new(), notes: Vec::new(), wiped })
    }

    fn world(&self) -> &World {
        self.history.world()
    }

    /// The present.
    pub fn now(&self) -> Nanos {
        self.world().now()
    }

    /// The furthest moment seen.
    pub fn seen(&self) -> Nanos {
        self.history.end()
    }

    /// How many lanes there are.
    pub fn lanes(&self) -> usize {
        self.world().lanes()
    }

    /// What the run was made from.
    pub fn scenario(&self) -> &Scenario {
        self.world().scenario()
    }

    /// What has been typed up to now.
    pub fn log(&self) -> &[Action] {
        self.world().log()
    }

    /// The digest of everything that has happened.
    pub fn fingerprint(&self) -> u64 {
        self.world().fingerprint()
    }

    /// Moves the present forward. Small calls and large ones end in the same state.
    pub fn advance(&mut self, until: Nanos) {
        self.history.advance(until.min(World::LONGEST));
    }

    /// Handles the next instant at which anything happens.
    pub fn step(&mut self) {
        let from = self.now();
        self.history.step();
        if self.trail.len() == TRAIL {
            self.trail.remove(0);
        }
        self.trail.push(from);
    }

    /// Where a step back leads: to where the last step came from, or a little earlier.
    pub fn step_back_to(&mut self, otherwise: Nanos) -> Nanos {
        while let Some(from) = self.trail.pop() {
            if from < self.now() {
                return from;
            }
        }
        otherwise
    }

    /// Goes back to a copy of the world from `target` or before it. The caller then advances to `target`.
    pub fn rewind(&mut self, target: Nanos) {
        self.history.rewind(target);
    }

    /// Carries out a console line now, in every lane. Acting in the past begins a new future from here. What cannot be
    /// carried out is answered on the console.
    pub fn act(&mut self, console: Console, line: &str, note: Option<&'static str>) {
        if let Some(note) = note {
            self.notes.push((self.now(), line.to_owned(), note));
        }
        // The refusal stands on the console already.
        let _ = self.history.act(console, line);
    }

    /// Empties a console (Ctrl-L).
    pub fn wipe(&mut self, lane: usize, console: Console) {
        let length = self.transcript_length(lane);
        if let Some(wiped) = self.wiped.get_mut(lane) {
            wiped[console as usize] = length;
        }
    }

    /// How many lines a lane's consoles have shown.
    pub fn transcript_length(&self, lane: usize) -> usize {
        self.world().transcript_length(lane)
    }

    /// Whether a `redis>` line waits for its reply.
    pub fn console_busy(&self) -> bool {
        self.world().console_busy()
    }

    /// Whether such a line waits for something other than the network.
    pub fn console_waits(&self) -> bool {
        self.world().console_waits()
    }

    /// Whether there is no reply to wait for.
    pub fn console_rests(&self) -> bool {
        self.world().console_rests()
    }

    /// Keys, and the value of one.
    pub fn keys(&self, query: &KeysQuery) -> KeysView {
        self.world().keys(query)
    }

    /// The latest lines of a console. `redis>` also shows what was done to the cluster, since its replies change with it.
    pub fn shown(&self, lane: usize, console: Console) -> Vec<Shown> {
        let wiped = self.wiped.get(lane).map_or(0, |wiped| wiped[console as usize]);
        let belongs = |line: &&ConsoleLine| {
            line.console == console
                || (console == Console::Redis && line.console == Console::Sim && line.style == LineStyle::Input)
        };
        let mut shown: Vec<Shown> = self
            .world()
            .transcript(lane, wiped)
            .iter()
            .rev()
            .filter(belongs)
            .take(LINES)
            .map(|line| Shown {
                console: line.console,
                style: line.style,
                text: line.text.clone(),
                note: self.note_of(line),
            })
            .collect();
        shown.reverse();
        shown
    }

    fn note_of(&self, line: &ConsoleLine) -> Option<&'static str> {
        let is_its =
            |(at, text, _): &&(Nanos, String, &'static str)| line.at == *at && line.text.ends_with(text.as_str());
        self.notes.iter().find(is_its).filter(|_| line.style == LineStyle::Input).map(|(_, _, note)| *note)
    }

    /// A console's prompt.
    pub fn prompt(&self, lane: usize, console: Console) -> String {
        self.world().prompt(lane, console)
    }

    /// A reading of the whole run.
    pub fn view(&self) -> View {
        self.world().view()
    }

    /// Messages on the network now.
    pub fn flights(&self, lane: usize) -> impl Iterator<Item = &Flight> {
        self.world().flights(lane)
    }

    /// Owner's shard and whether any key lives there, by slot.
    pub fn slot_map(&self, lane: usize) -> Vec<(u8, bool)> {
        self.world().slot_map(lane)
    }

    /// The latest finished operation of a kind.
    pub fn trace(&self, lane: usize, kind: TraceKind) -> Option<RequestTrace> {
        self.world().trace(lane, kind)
    }

    /// A lane's chart up to now.
    pub fn chart(&self, lane: usize, topic: Topic) -> Chart {
        self.world().chart(lane, topic)
    }

    /// A lane's chart over all that was seen.
    pub fn chart_seen(&self, lane: usize, topic: Topic) -> Chart {
        self.history.chart(lane, topic)
    }

    /// Marks on the time line up to now.
    pub fn marks(&self) -> Vec<Mark> {
        self.world().marks()
    }

    /// Marks over all that was seen.
    pub fn marks_seen(&self) -> Vec<Mark> {
        self.history.marks()
    }
}
