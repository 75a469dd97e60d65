//! The run on the page: a world, its past to go back to, and the future that was already seen.
//!
//! Every call to [`World`] of the page is in this file. Going back means taking the latest copy of the world from before
//! that moment and letting it run again with the same lines typed at the same moments.

use std::collections::VecDeque;
use std::rc::Rc;

use slotscope::scenario::{Action, Console, Scenario};
use slotscope::sim::Nanos;
use slotscope::world::{Chart, ConsoleLine, Flight, LineStyle, Mark, RequestTrace, Topic, TraceKind, View, World};

/// How many copies of the past are kept. A copy of a full cluster can take tens of megabytes.
const CHECKPOINTS: usize = 6;
/// The least simulated time between two copies.
const SPACING: Nanos = Nanos::from_secs(5);
/// How many lines of a console are shown.
const LINES: usize = 300;

/// What lay ahead when the visitor went back.
#[derive(Debug, PartialEq)]
pub struct Future {
    /// How far the run had come.
    pub end: Nanos,
    /// By lane, by topic (in the order of [`Topic::ALL`]).
    pub charts: Vec<Vec<Chart>>,
    /// The marks of the whole run.
    pub marks: Vec<Mark>,
}

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

/// A line that the page itself put on a console: help, a refusal.
#[derive(Clone, Debug)]
struct Local {
    /// The lane, and how many lines its transcript had when this one was said.
    lane: usize,
    after: usize,
    line: Shown,
}

/// A run with its past and future.
pub struct Run {
    world: World,
    origin: World,
    checkpoints: Vec<World>,
    spacing: Nanos,
    /// A copy from just before the last moment sought, so that small steps back are quick.
    near: Option<World>,
    /// Lines that were typed later than now, in the future that was seen.
    pending: VecDeque<Action>,
    future: Option<Rc<Future>>,
    /// Moments that single steps came from.
    trail: Vec<Nanos>,
    locals: Vec<Local>,
    /// (moment, line, note) of lines that buttons ran.
    notes: Vec<(Nanos, String, &'static str)>,
    /// How many lines of each lane's transcript each console has wiped.
    wiped: Vec<[usize; 3]>,
}

impl Run {
    /// A run at time zero. `Err` is a sentence on what is wrong with the scenario.
    pub fn new(scenario: &Scenario) -> Result<Self, String> {
        let world = World::new(scenario)?;
        let lanes = world.lanes();
        Ok(Self {
            origin: world.clone(),
            world,
            checkpoints: Vec::new(),
            spacing: SPACING,
            near: None,
            pending: VecDeque::new(),
            future: None,
            trail: Vec::new(),
            locals: Vec::new(),
            notes: Vec::new(),
            wiped: vec![[0; 3]; lanes],
        })
    }

    /// A run at time zero that will repeat `log` as it goes.
    pub fn with_log(scenario: &Scenario, log: &[Action]) -> Result<Self, String> {
        let mut run = Self::new(scenario)?;
        run.pending = log.iter().cloned().collect();
        Ok(run)
    }

    /// The present.
    pub fn now(&self) -> Nanos {
        self.world.now()
    }

    /// The furthest moment seen.
    pub fn seen(&self) -> Nanos {
        self.future.as_ref().map_or(self.now(), |future| future.end.max(self.now()))
    }

    /// What was seen of the future, where the visitor went back.
    pub fn future(&self) -> Option<Rc<Future>> {
        self.future.clone()
    }

    /// How many lanes there are.
    pub fn lanes(&self) -> usize {
        self.world.lanes()
    }

    /// What the run was made from.
    pub fn scenario(&self) -> &Scenario {
        self.world.scenario()
    }

    /// Everything typed, what lies in the seen future included.
    pub fn log(&self) -> Vec<Action> {
        self.world.log().iter().chain(&self.pending).cloned().collect()
    }

    /// What has been typed up to now.
    pub fn log_so_far(&self) -> &[Action] {
        self.world.log()
    }

    /// The digest of everything that has happened.
    pub fn fingerprint(&self) -> u64 {
        self.world.fingerprint()
    }

    /// Moves the present forward. Small calls and large ones end in the same state.
    pub fn advance(&mut self, until: Nanos) {
        let until = until.min(World::LONGEST);
        while let Some(action) = self.pending.pop_front_if(|action| action.at_ns <= until.0) {
            self.world.advance(Nanos(action.at_ns));
            // It was carried out once at this very moment; a line that fails now says so on its console.
            let _ = self.world.act(action.console, &action.line);
        }
        self.world.advance(until);
        let last = self.checkpoints.last().map_or(Nanos::ZERO, World::now);
        if self.now() >= last + self.spacing {
            self.keep_checkpoint();
        }
        if self.future.as_ref().is_some_and(|future| future.end <= self.now()) {
            self.future = None;
        }
    }

    fn keep_checkpoint(&mut self) {
        if self.checkpoints.len() == CHECKPOINTS {
            // Half as dense, over twice the time.
            let mut place = 0;
            self.checkpoints.retain(|_| {
                place += 1;
                place % 2 == 0
            });
            self.spacing = Nanos(self.spacing.0.saturating_mul(2));
        }
        self.checkpoints.push(self.world.clone());
    }

    /// Keeps a copy of the present for small steps back.
    pub fn keep_near(&mut self) {
        self.near = Some(self.world.clone());
    }

    /// Handles the next instant at which anything happens.
    pub fn step(&mut self) {
        let from = self.now();
        if let Some(next) = self.pending.front().map(|action| Nanos(action.at_ns)) {
            let mut probe = self.world.clone();
            if probe.step() > next {
                self.advance(next);
                return;
            }
        }
        self.world.step();
        if self.trail.len() == 256 {
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

    /// Takes the latest copy of the world from `target` or before it. The caller then advances to `target`.
    pub fn rewind(&mut self, target: Nanos) {
        if target >= self.now() {
            return;
        }
        let seen = self.seen();
        if self.future.is_none() {
            let charts = (0..self.lanes())
                .map(|lane| Topic::ALL.iter().map(|topic| self.world.chart(lane, *topic)).collect())
                .collect();
            self.future = Some(Rc::new(Future { end: seen, charts, marks: self.world.marks().to_vec() }));
        }
        let log = self.log();
        let base = self
            .checkpoints
            .iter()
            .chain(&self.near)
            .filter(|world| world.now() <= target)
            .max_by_key(|world| world.now())
            .unwrap_or(&self.origin)
            .clone();
        self.pending = log.into_iter().skip(base.log().len()).collect();
        self.world = base;
    }

    /// Carries out a console line now, in every lane. Acting in the past begins a new future from here.
    pub fn act(&mut self, console: Console, line: &str, note: Option<&'static str>) {
        let before: Vec<usize> = (0..self.lanes()).map(|lane| self.world.transcript(lane, 0).len()).collect();
        let logged = self.world.log().len();
        let outcome = self.world.act(console, line);
        if let Some(note) = note {
            self.notes.push((self.now(), line.to_owned(), note));
        }
        if self.world.log().len() > logged {
            let now = self.now();
            self.pending.clear();
            self.future = None;
            self.checkpoints.retain(|world| world.now() <= now);
            self.near = self.near.take().filter(|world| world.now() <= now);
        }
        // A refusal that the world did not put on the console itself is said by the page: nothing is silently ignored.
        if let Err(refusal) = outcome {
            for (lane, before) in before.into_iter().enumerate() {
                if self.world.transcript(lane, 0).len() == before {
                    let prompt = self.world.prompt(lane, console);
                    self.say(lane, console, LineStyle::Input, format!("{prompt}{line}"));
                    self.say(lane, console, LineStyle::Error, refusal.0.clone());
                }
            }
        }
    }

    /// Puts a line of the page's own on a console.
    pub fn say(&mut self, lane: usize, console: Console, style: LineStyle, text: String) {
        let after = self.world.transcript(lane, 0).len();
        if self.locals.len() >= LINES {
            self.locals.remove(0);
        }
        self.locals.push(Local { lane, after, line: Shown { console, style, text, note: None } });
    }

    /// Empties a console (Ctrl-L).
    pub fn wipe(&mut self, lane: usize, console: Console) {
        let length = self.world.transcript(lane, 0).len();
        if let Some(wiped) = self.wiped.get_mut(lane) {
            wiped[console as usize] = length;
        }
        self.locals.retain(|local| local.lane != lane || local.line.console != console);
    }

    /// Whether a `redis>` line waits for its reply.
    pub fn console_busy(&self) -> bool {
        self.world.console_busy()
    }

    /// What changes when a console must be drawn anew.
    pub fn transcript_stamp(&self, lane: usize) -> (usize, usize) {
        (self.world.transcript(lane, 0).len(), self.locals.len())
    }

    /// The latest lines of a console. `redis>` also shows what was done to the cluster, since its replies change with it.
    pub fn shown(&self, lane: usize, console: Console) -> Vec<Shown> {
        let lines = self.world.transcript(lane, 0);
        let wiped = self.wiped.get(lane).map_or(0, |w| w[console as usize]).min(lines.len());
        let belongs = |line: &ConsoleLine| {
            line.console == console
                || (console == Console::Redis && line.console == Console::Sim && line.style == LineStyle::Input)
        };
        let mut locals = self.locals.iter().filter(|local| local.lane == lane && local.line.console == console).peekable();
        let mut shown = Vec::new();
        for (place, line) in lines.iter().enumerate().skip(wiped) {
            while let Some(local) = locals.next_if(|local| local.after <= place) {
                shown.push(local.line.clone());
            }
            if belongs(line) {
                let note = self
                    .notes
                    .iter()
                    .find(|(at, text, _)| line.style == LineStyle::Input && line.at == *at && line.text.ends_with(text.as_str()))
                    .map(|(_, _, note)| *note);
                shown.push(Shown { console: line.console, style: line.style, text: line.text.clone(), note });
            }
        }
        shown.extend(locals.map(|local| local.line.clone()));
        let surplus = shown.len().saturating_sub(LINES);
        shown.split_off(surplus)
    }

    /// A console's prompt.
    pub fn prompt(&self, lane: usize, console: Console) -> String {
        self.world.prompt(lane, console)
    }

    /// A reading of the whole run.
    pub fn view(&self) -> View {
        self.world.view()
    }

    /// Messages on the network now.
    pub fn flights(&self, lane: usize) -> impl Iterator<Item = &Flight> {
        self.world.flights(lane)
    }

    /// Owner's shard and whether any key lives there, by slot.
    pub fn slot_map(&self, lane: usize) -> Vec<(u8, bool)> {
        self.world.slot_map(lane)
    }

    /// The latest finished operation of a kind.
    pub fn trace(&self, lane: usize, kind: TraceKind) -> Option<RequestTrace> {
        self.world.trace(lane, kind)
    }

    /// A lane's chart over the run so far.
    pub fn chart(&self, lane: usize, topic: Topic) -> Chart {
        self.world.chart(lane, topic)
    }

    /// Marks on the time line so far.
    pub fn marks(&self) -> Vec<Mark> {
        self.world.marks()
    }
}
