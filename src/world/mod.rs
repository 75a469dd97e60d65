//! Puts a run together: lanes of cluster, app servers, database and network, driven by one clock and one action log.
//!
//! May know: every room below it. The page, the JavaScript API and the tests know a run only through this door.
//!
//! ```text
//!  act("sim> kill …") ──► World ──► Lane A ─┐   each lane: Schedule → Cluster / Fleet → Network → Schedule
//!  advance(until)                └► Lane B ─┴─► view(), flights(), transcript(), trace(), chart(), fingerprint()
//! ```
//!
//! Start with [`World::new`], [`World::advance`], [`World::act`], [`World::view`]; `lane.rs` is where everything meets;
//! [`History`] adds rewind.

mod history;
mod keys;
mod lane;
mod lane_view;
mod measure;
mod operator;
mod sim_console;
mod trace;
mod view;

pub use crate::engine::{KeyFacts, KeyFilter, Preview, Slot, complete, help, hint, quoted, shown};
pub use crate::sim::Nanos;
pub use history::History;
pub use keys::{KeyPlace, KeysQuery, KeysView};
pub use sim_console::{SIM_COMMANDS, zone_name};
pub use view::{
    AppView, Chart, ConsoleLine, DatabaseView, Figures, Flight, FlightKind, Health, Hop, LaneView, LineStyle, Mark,
    NodeView, Place, RequestTrace, Severity, Topic, TraceKind, View,
};

use crate::cluster::NodeIndex;
use crate::resp::split_args;
use crate::scenario::{ACTIONS_MAX, Action, Console, Scenario, check_actions};
use crate::sim::HostId;
use lane::Lane;
use sim_console::SimLine;
use std::collections::VecDeque;

/// A run: one or two lanes of the same scenario and the same seed, with everything typed so far.
#[derive(Clone, Debug)]
pub struct World {
    scenario: Scenario,
    lanes: Vec<Lane>,
    now: Nanos,
    log: Vec<Action>,
    /// Lines that will be carried out by themselves: the scenario's time line, then what a replay repeats.
    timeline: VecDeque<Action>,
    upcoming: VecDeque<Action>,
    marks: Vec<Mark>,
}

/// Why a line could not be carried out. The text is a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActError(pub String);

impl World {
    /// The longest moment a run may be taken to.
    pub const LONGEST: Nanos = Nanos::from_secs(3_600);

    /// A run at time zero. `Err` is a sentence that says what in the scenario is out of range.
    pub fn new(scenario: &Scenario) -> Result<Self, String> {
        scenario.validate().map_err(|error| error.to_string())?;
        Ok(Self {
            lanes: (0..scenario.lanes.len()).map(|lane| Lane::new(scenario, lane)).collect(),
            now: Nanos::ZERO,
            log: Vec::new(),
            timeline: scenario.timeline.iter().cloned().collect(),
            upcoming: VecDeque::new(),
            marks: Vec::new(),
            scenario: scenario.clone(),
        })
    }

    /// A run at time zero that will repeat `log` as it advances.
    pub fn with_log(scenario: &Scenario, log: &[Action]) -> Result<Self, String> {
        check_actions(log).map_err(|error| error.to_string())?;
        let mut world = Self::new(scenario)?;
        world.upcoming = log.iter().cloned().collect();
        world.carry_out_due();
        Ok(world)
    }

    /// A run at `moment`, replayed from its inputs.
    pub fn replay(scenario: &Scenario, log: &[Action], moment: Nanos) -> Result<Self, String> {
        let mut world = Self::with_log(scenario, log)?;
        world.advance(moment);
        Ok(world)
    }

    /// The present: every event up to and including it has been handled.
    pub fn now(&self) -> Nanos {
        self.now
    }

    /// Handles every event up to `until`, and carries out the lines that come due. Many small calls end in the same
    /// state as one large call.
    pub fn advance(&mut self, until: Nanos) {
        let until = until.min(Self::LONGEST);
        loop {
            self.carry_out_due();
            let due =
                [self.timeline.front(), self.upcoming.front()].into_iter().flatten().map(|action| action.at_ns).min();
            let target = due.map_or(until, |at| until.min(Nanos(at)));
            self.advance_lanes(target);
            if target >= until {
                self.carry_out_due();
                return;
            }
        }
    }

    fn advance_lanes(&mut self, until: Nanos) {
        if until > self.now {
            for lane in &mut self.lanes {
                lane.advance(until);
            }
            self.now = until;
        }
    }

    /// Handles the next instant at which anything happens, in any lane, and answers when that was.
    pub fn step(&mut self) -> Nanos {
        let next = self.lanes.iter().filter_map(Lane::next_at).min().unwrap_or(self.now);
        self.advance(next.max(self.now + Nanos(1)));
        self.now
    }

    fn carry_out_due(&mut self) {
        while let Some(action) = self.next_due() {
            // A line of a scenario or a link that this version cannot understand is answered on the console.
            let _ = self.carry_out(action.console, &action.line);
        }
    }

    fn next_due(&mut self) -> Option<Action> {
        let due = |queue: &VecDeque<Action>| queue.front().is_some_and(|action| action.at_ns <= self.now.0);
        if due(&self.timeline) {
            return self.timeline.pop_front();
        }
        if due(&self.upcoming) {
            let action = self.upcoming.pop_front()?;
            self.log.push(action.clone());
            return Some(action);
        }
        None
    }

    /// Carries out a console line now, in every lane, and logs it. A line that cannot be understood is answered on the
    /// console and not logged. Acting takes the run off what a replay was about to repeat.
    pub fn act(&mut self, console: Console, line: &str) -> Result<(), ActError> {
        let action = Action { at_ns: self.now.0, console, line: line.to_owned() };
        if self.log.len() >= ACTIONS_MAX {
            return Err(self.refuse(console, line, format!("A run takes at most {ACTIONS_MAX} lines.")));
        }
        if let Err(error) = action.check(self.log.len() + 1) {
            return Err(self.refuse(console, "", error.to_string()));
        }
        if self.carry_out(console, line)? {
            self.upcoming.clear();
            self.log.push(action);
        }
        Ok(())
    }

    /// Whether the line changed the run, and so belongs into the log.
    fn carry_out(&mut self, console: Console, line: &str) -> Result<bool, ActError> {
        match console {
            Console::Redis => self.redis_line(line),
            Console::Sim => self.sim_line(line),
            Console::Aws => Err(self.refuse(
                console,
                line,
                "The control plane is not built yet: there is no `aws elasticache` here. Try the redis and sim consoles.".to_owned(),
            )),
        }
    }

    fn redis_line(&mut self, line: &str) -> Result<bool, ActError> {
        let Some(argv) = split_args(line.as_bytes()) else {
            return Err(self.refuse(Console::Redis, line, "Invalid argument(s)".to_owned()));
        };
        let Some(first) = argv.first() else { return Ok(false) };
        if first.eq_ignore_ascii_case(b"help") || &**first == b"?" {
            let topic = argv.iter().skip(1).map(|word| String::from_utf8_lossy(word)).collect::<Vec<_>>().join(" ");
            self.print_everywhere(Console::Redis, line, LineStyle::Remark, &help(&topic));
            return Ok(false);
        }
        for lane in &mut self.lanes {
            lane.mark_action(line);
            lane.operator_line(argv.clone(), line);
            lane.carry_out();
        }
        Ok(true)
    }

    fn sim_line(&mut self, line: &str) -> Result<bool, ActError> {
        let parsed =
            SimLine::parse(line, &self.scenario).map_err(|sentence| self.refuse(Console::Sim, line, sentence))?;
        if parsed == SimLine::Help {
            let width = SIM_COMMANDS.iter().map(|(usage, _)| usage.len()).max().unwrap_or_default();
            let list: Vec<String> =
                SIM_COMMANDS.iter().map(|(usage, what)| format!("{usage:width$}  {what}")).collect();
            self.print_everywhere(Console::Sim, line, LineStyle::Remark, &list.join("\n"));
            return Ok(false);
        }
        for lane in &mut self.lanes {
            lane.mark_action(line);
            lane.print(Console::Sim, LineStyle::Input, format!("sim> {line}"));
            let answer = apply(lane, &parsed);
            lane.print(Console::Sim, LineStyle::Remark, answer);
        }
        self.marks.push(Mark { at: self.now, lane: None, severity: parsed.severity(), text: line.trim().to_owned() });
        Ok(true)
    }

    fn refuse(&mut self, console: Console, line: &str, sentence: String) -> ActError {
        self.print_everywhere(console, line, LineStyle::Error, &sentence);
        ActError(sentence)
    }

    fn print_everywhere(&mut self, console: Console, line: &str, style: LineStyle, text: &str) {
        for lane in 0..self.lanes.len() {
            let prompt = self.prompt(lane, console);
            self.lanes[lane].print(console, LineStyle::Input, format!("{prompt}{line}"));
            self.lanes[lane].print(console, style, text);
        }
    }

    /// Whether a `redis>` line still waits for its reply, in any lane.
    pub fn console_busy(&self) -> bool {
        self.lanes.iter().any(|lane| lane.operator.is_busy())
    }

    /// Whether a `redis>` line waits for something other than the network, in any lane: Ctrl-C ends it.
    pub fn console_waits(&self) -> bool {
        self.lanes.iter().any(|lane| lane.operator.waits(lane.now()))
    }

    /// Whether no `redis>` line is under way but such as may wait for ever: there is nothing to wait for.
    pub fn console_rests(&self) -> bool {
        self.lanes.iter().all(|lane| !lane.operator.is_busy() || lane.operator.is_blocked(lane.now()))
    }

    /// What the run was made from.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What has been typed, in order of time.
    pub fn log(&self) -> &[Action] {
        &self.log
    }

    /// What has been typed, and what a replay will still repeat.
    pub fn whole_log(&self) -> Vec<Action> {
        self.log.iter().chain(&self.upcoming).cloned().collect()
    }

    /// Sets what is to be repeated: the part of `log` that has not been carried out yet.
    fn expect(&mut self, log: &[Action]) {
        self.upcoming = log.iter().skip(self.log.len()).cloned().collect();
    }

    /// The digest of every event handled so far, in all lanes.
    pub fn fingerprint(&self) -> u64 {
        let mut all = crate::sim::Fingerprint::default();
        for lane in &self.lanes {
            all.mix(lane.fingerprint());
        }
        all.value()
    }

    /// Events handled so far, in all lanes.
    pub fn events(&self) -> u64 {
        self.lanes.iter().map(Lane::events).sum()
    }

    /// How many lanes there are.
    pub fn lanes(&self) -> usize {
        self.lanes.len()
    }

    /// A reading of the whole run for what is read on the page: taken a few times a second.
    pub fn view(&self) -> View {
        View {
            now: self.now,
            fingerprint: self.fingerprint(),
            events: self.events(),
            load: self.lanes.first().map_or_else(|| self.scenario.load.clone(), |lane| lane.fleet.load().clone()),
            lanes: self.lanes.iter().enumerate().map(|(i, lane)| lane.view(&self.scenario, i)).collect(),
        }
    }

    /// Messages on the network now, for what moves on the page: read at every frame.
    pub fn flights(&self, lane: usize) -> impl Iterator<Item = &Flight> {
        self.lanes.get(lane).into_iter().flat_map(Lane::flights)
    }

    /// The shard of each slot's owner, 255 for none, and whether any key lives there, in the eyes of the majority.
    pub fn slot_map(&self, lane: usize) -> Vec<(u8, bool)> {
        self.lanes.get(lane).map(Lane::slot_map).unwrap_or_default()
    }

    /// A page of a lane's keys, and the value of one of them: for whoever looks, without a trace in the run.
    pub fn keys(&self, query: &KeysQuery) -> KeysView {
        self.lanes.get(query.lane).map(|lane| lane.keys(query)).unwrap_or_default()
    }

    /// What the consoles of a lane have shown, oldest first; `since` skips that many lines.
    pub fn transcript(&self, lane: usize, since: usize) -> &[ConsoleLine] {
        let Some(lane) = self.lanes.get(lane) else { return &[] };
        lane.transcript.get(since.saturating_sub(lane.forgotten_lines)..).unwrap_or_default()
    }

    /// How many lines the consoles of a lane have shown, those that are forgotten included.
    pub fn transcript_length(&self, lane: usize) -> usize {
        self.lanes.get(lane).map_or(0, |lane| lane.forgotten_lines + lane.transcript.len())
    }

    /// The prompt that a console shows now: `0001-001:6379> `, `not connected> `, `sim> `.
    pub fn prompt(&self, lane: usize, console: Console) -> String {
        match (console, self.lanes.get(lane)) {
            (Console::Redis, Some(lane)) => lane.operator.prompt(),
            _ => format!("{}> ", console.name()),
        }
    }

    /// The latest finished operation of a kind, hop by hop.
    pub fn trace(&self, lane: usize, kind: TraceKind) -> Option<RequestTrace> {
        let lane = self.lanes.get(lane)?;
        lane.tracer.latest(kind, &lane.cluster)
    }

    /// A chart of one lane over the whole run so far.
    pub fn chart(&self, lane: usize, topic: Topic) -> Chart {
        self.lanes.get(lane).map(|lane| lane.measurements.chart(topic)).unwrap_or_default()
    }

    /// Marks on the time line so far, in order of time. What both lanes tell within half a second is told once.
    pub fn marks(&self) -> Vec<Mark> {
        let mut marks = self.marks.clone();
        for lane in &self.lanes {
            for mark in &lane.marks {
                let twin = marks.iter_mut().find(|known| {
                    known.text == mark.text && known.lane != mark.lane && known.at.0.abs_diff(mark.at.0) < 500_000_000
                });
                match twin {
                    Some(known) => known.lane = None,
                    None => marks.push(mark.clone()),
                }
            }
        }
        marks.sort_by_key(|mark| mark.at);
        marks
    }
}

/// Does to one lane what a `sim>` line says, and answers with a sentence.
fn apply(lane: &mut Lane, line: &SimLine) -> String {
    let count = |nodes: &[u16]| if nodes.len() == 1 { "1 node".to_owned() } else { format!("{} nodes", nodes.len()) };
    let each = |nodes: &[u16]| nodes.iter().copied().map(NodeIndex).collect::<Vec<_>>();
    match line {
        SimLine::Kill(nodes) => {
            for node in each(nodes) {
                lane.kill(node);
            }
            format!("{} gone, memory and all.", count(nodes))
        }
        SimLine::Restart(nodes) => {
            for node in each(nodes) {
                lane.restart(node);
            }
            format!("{} started.", count(nodes))
        }
        SimLine::Pause(nodes) => {
            for node in each(nodes) {
                lane.pause(node);
            }
            format!("{} hangs.", count(nodes))
        }
        SimLine::Resume(nodes) => {
            for node in each(nodes) {
                lane.resume(node);
            }
            format!("{} goes on.", count(nodes))
        }
        SimLine::Partition { nodes, zone } => {
            let mut inside: Vec<HostId> = each(nodes).into_iter().map(|node| lane.places.node(node)).collect();
            if let Some(zone) = zone {
                inside.extend(lane.places.others().filter(|host| lane.network.zone(*host).0 == *zone));
            }
            let outside: Vec<HostId> =
                (0..lane.network.hosts() as u16).map(HostId).filter(|host| !inside.contains(host)).collect();
            lane.network.partition(&inside, &outside);
            format!("{} hosts cut off from {}.", inside.len(), outside.len())
        }
        SimLine::Heal => {
            lane.network.heal();
            lane.firewall(false);
            "The network is whole.".to_owned()
        }
        SimLine::Firewall { blocked } => {
            lane.firewall(*blocked);
            if *blocked { "Port 6379 is closed to the app servers." } else { "Port 6379 is open to the app servers." }
                .to_owned()
        }
        SimLine::Loss { permille } => {
            lane.network.set_loss_permille(*permille);
            format!("{}.{} % of messages are lost and sent again.", permille / 10, permille % 10)
        }
        SimLine::Latency { nodes, ms } => {
            for node in each(nodes) {
                lane.network.set_extra_latency(lane.places.node(node), Nanos::from_millis(u64::from(*ms)));
            }
            format!("{ms} ms more for each message of {}.", count(nodes))
        }
        SimLine::Load(change) => {
            let mut load = lane.fleet.load().clone();
            let answer = change.apply(&mut load);
            lane.set_load(load);
            answer
        }
        SimLine::Call(argv) => {
            lane.operator_broadcast(argv);
            "Sent to every node.".to_owned()
        }
        SimLine::Interrupt if lane.operator_interrupt() => "Ctrl-C at redis>.".to_owned(),
        SimLine::Interrupt => "Nothing waits at redis>.".to_owned(),
        SimLine::Help => String::new(),
    }
}
