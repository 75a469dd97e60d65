//! What happens in one frame: how far time moves, what is drawn, what is published. The player's insides.

use std::rc::Rc;

use slotscope::link::{Link, Selection};
use slotscope::scenario::{Console, Scenario};
use slotscope::world::Nanos;
use slotscope::world::{Chart, KeysQuery, Mark, TraceKind, View, World};

use super::run::Run;
use super::screen::Screen;
use super::snapshot::{Banner, Consoles, Doing, FIGURES, Followed, Snapshot};
use super::speed::{self, SPEEDS};
use super::timeline::mark_words;
use super::{dom, share};

/// Said when a fault ends the slow motion.
const HURRIED: &str = "In real time now, for what follows takes seconds. [ slows it down again.";
/// How far the opening scene is run before it slows to a speed that can be watched.
const OPENING: Nanos = Nanos::from_secs(5);
/// How long the opening takes in real milliseconds, where the machine is quick enough; and at most.
const OPENING_MS: f64 = 1_100.0;
const OPENING_MS_MAX: f64 = 5_000.0;
/// Real milliseconds of a frame that may go into simulating: while playing, and while catching up.
const BUDGET_MS: f64 = 8.0;
const CATCH_UP_MS: f64 = 14.0;
/// Figures change at most this often, in real milliseconds.
const PUBLISH_MS: f64 = 250.0;
/// The chart's lines are read at most this often.
const COURSES_MS: f64 = 60.0;
/// A screen reader is spoken to at most this often.
const ANNOUNCE_MS: f64 = 3_000.0;
/// How much simulated time a paused run may spend on waiting for a reply or for an operation to follow.
const AWAIT: Nanos = Nanos::from_secs(10);
/// Points of a sparkline.
const SPARK_POINTS: usize = 32;
/// Where the time line may end, in seconds.
const HORIZONS: [u64; 13] = [20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1_200, 1_800, 3_600];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Paused,
    Playing,
    /// Playing until a reply is there and the followed operation has finished, at the latest until a moment; then paused.
    Awaiting(Nanos),
    /// The first seconds, at a rush.
    Opening,
    /// As fast as the budget allows, to a moment; then on, or paused.
    CatchingUp {
        from: Nanos,
        to: Nanos,
        then_play: bool,
    },
}

/// What a frame came to.
pub struct Frame {
    /// Whether another one is wanted.
    pub again: bool,
    /// For Yew.
    pub snapshot: Option<Rc<Snapshot>>,
}

/// The run on the page and everything about how it is played.
pub struct State {
    /// The run.
    pub run: Run,
    /// The canvases.
    pub screen: Screen,
    /// A sentence over the page.
    pub banner: Option<Banner>,
    /// The fragment that sharing put into the address.
    pub shared_fragment: String,
    /// What the address asked for.
    pub opened: Option<Link>,
    /// What the key browser asks for, while it is in sight.
    pub keys_wanted: Option<KeysQuery>,
    /// Something changed: the next frame publishes.
    pub stale: bool,
    mode: Mode,
    resume: bool,
    sought: Option<Nanos>,
    speed: usize,
    last_frame: Option<f64>,
    opening_began: Option<f64>,
    slice: u64,
    wanted: f64,
    got: f64,
    shortfall: Option<f64>,
    published_at: f64,
    slots_at: f64,
    courses_at: f64,
    last_good_at: f64,
    claim: Option<u64>,
    previous: Option<Link>,
    followed: Followed,
    follow_after: Option<u64>,
    view: Rc<View>,
    marks: Rc<Vec<Mark>>,
    scenario: Rc<Scenario>,
    consoles: Rc<Vec<Consoles>>,
    console_stamps: Vec<usize>,
    announcement: String,
    announced_at: f64,
    announced_marks: usize,
    announced_mode: bool,
    first_frame_drawn: bool,
}

impl State {
    /// What the address says, or the opening scene.
    pub fn open(fragment: &str) -> Result<Self, String> {
        let fragment = fragment.trim_start_matches('#');
        let mut banner = None;
        let opened = match fragment {
            "" => None,
            _ => match share::decode(fragment) {
                Ok(link) => Some(link),
                Err(why) => {
                    banner =
                        Some(Banner { text: format!("The link could not be opened. {why}"), bad: true, back: false });
                    None
                }
            },
        };
        let run = match &opened {
            Some(link) => Run::with_log(&link.scenario, &link.log)?,
            None => Run::new(&Scenario::default())?,
        };
        let view = Rc::new(run.view());
        let mut state = Self {
            screen: Screen::new(dom::reduced_motion()),
            banner,
            shared_fragment: String::new(),
            opened: None,
            keys_wanted: None,
            stale: true,
            mode: Mode::Opening,
            resume: false,
            sought: None,
            speed: speed::OPENING,
            last_frame: None,
            opening_began: None,
            slice: 200_000,
            wanted: 0.0,
            got: 0.0,
            shortfall: None,
            published_at: 0.0,
            slots_at: f64::NEG_INFINITY,
            courses_at: f64::NEG_INFINITY,
            last_good_at: f64::NEG_INFINITY,
            claim: None,
            previous: None,
            followed: Followed { lane: 0, kind: TraceKind::Miss, trace: None },
            follow_after: None,
            view,
            marks: Rc::default(),
            scenario: Rc::new(run.scenario().clone()),
            consoles: Rc::default(),
            console_stamps: Vec::new(),
            announcement: String::new(),
            announced_at: f64::NEG_INFINITY,
            announced_marks: 0,
            announced_mode: false,
            first_frame_drawn: false,
            run,
        };
        if let Some(link) = opened {
            state.begin(link);
        }
        Ok(state)
    }

    /// Sets out for the moment of a link, its run already made.
    fn begin(&mut self, link: Link) {
        self.claim = link.fingerprint;
        self.speed = link.speed_permille.map_or(speed::OPENING, speed::Speed::nearest);
        self.mode = Mode::CatchingUp {
            from: Nanos::ZERO,
            to: Nanos(link.moment_ns).min(World::LONGEST),
            then_play: link.playing && !self.screen.reduced_motion,
        };
        self.opened = Some(link);
    }

    /// The speed's place in `SPEEDS`.
    pub fn speed(&self) -> usize {
        self.speed
    }

    /// Play, or pause; a rush to some moment ends where it is.
    pub fn toggle(&mut self) {
        self.mode = match self.mode {
            Mode::Paused => Mode::Playing,
            _ => Mode::Paused,
        };
        self.announced_mode = false;
    }

    /// A hidden page stands still, and goes on when it is seen again.
    pub fn set_hidden(&mut self, hidden: bool) {
        if hidden && self.mode == Mode::Playing {
            self.mode = Mode::Paused;
            self.resume = true;
        } else if !hidden && std::mem::take(&mut self.resume) && self.mode == Mode::Paused {
            self.mode = Mode::Playing;
        }
    }

    /// To a place in `SPEEDS`, or the nearest there is.
    pub fn set_speed(&mut self, speed: usize) {
        self.speed = speed.min(SPEEDS.len() - 1);
        self.banner.take_if(|banner| banner.text == HURRIED);
        (self.wanted, self.got, self.shortfall) = (0.0, 0.0, None);
    }

    /// To a moment. What was playing goes on from there.
    pub fn seek(&mut self, moment: Nanos) {
        let moment = moment.min(World::LONGEST);
        let then_play = match self.mode {
            Mode::Playing | Mode::Opening => true,
            Mode::CatchingUp { then_play, .. } => then_play,
            Mode::Paused | Mode::Awaiting(_) => false,
        };
        self.claim = None;
        // Taken up at the next frame: a drag asks many times for one.
        self.sought = Some(moment);
        self.mode = Mode::CatchingUp { from: self.run.now(), to: moment, then_play };
    }

    fn take_up_seek(&mut self) {
        let Some(moment) = self.sought.take() else { return };
        if moment < self.run.now() {
            self.run.rewind(moment);
            self.forget_reading();
        }
        if let Mode::CatchingUp { from, .. } = &mut self.mode {
            *from = self.run.now();
        }
    }

    /// One instant forward, then still.
    pub fn step(&mut self) {
        self.mode = Mode::Paused;
        self.run.step();
        self.look_for_followed();
    }

    /// One step back, or as much as a quarter of a second shows.
    pub fn step_back(&mut self) {
        self.mode = Mode::Paused;
        let little = (SPEEDS[self.speed].nanos_per_ms() * 50.0) as u64;
        let otherwise = self.run.now().saturating_sub(Nanos(little.max(1_000_000)));
        let target = self.run.step_back_to(otherwise);
        self.seek(target);
    }

    /// Carries out a line. A run that stands still goes on until the reply is there.
    pub fn act(&mut self, console: Console, line: &str, note: Option<&'static str>) {
        if let Mode::CatchingUp { then_play, .. } = self.mode {
            self.mode = if then_play { Mode::Playing } else { Mode::Paused };
        }
        self.run.act(console, line, note);
        self.last_good_at = f64::NEG_INFINITY;
        // What follows a fault takes seconds: in slow motion nobody would live to see the election.
        if console == Console::Sim && is_fault(line) && self.speed < speed::REAL_TIME {
            self.set_speed(speed::REAL_TIME);
            self.banner = Some(Banner { text: HURRIED.to_owned(), bad: false, back: false });
        }
        if self.mode == Mode::Paused && !self.run.console_rests() {
            self.mode = Mode::Awaiting(self.run.now() + AWAIT);
        }
    }

    /// Empties a console.
    pub fn wipe(&mut self, lane: usize, console: Console) {
        self.run.wipe(lane, console);
        self.console_stamps.clear();
    }

    /// Shows the next operation of a kind.
    pub fn follow(&mut self, lane: usize, kind: TraceKind) {
        self.follow_after = self.run.trace(lane, kind).map(|trace| trace.operation);
        self.followed = Followed { lane, kind, trace: None };
        if self.mode == Mode::Paused {
            self.mode = Mode::Awaiting(self.run.now() + AWAIT);
        }
    }

    fn look_for_followed(&mut self) {
        if self.followed.trace.is_none()
            && let Some(trace) = self.run.trace(self.followed.lane, self.followed.kind)
            && Some(trace.operation) != self.follow_after
        {
            self.followed.trace = Some(Rc::new(trace.clone()));
            self.stale = true;
        }
    }

    /// Another scene, from its start.
    pub fn load(&mut self, scenario: &Scenario) {
        match Run::new(scenario) {
            Ok(run) => {
                let typed = !self.run.log().is_empty();
                self.replace_run(run);
                self.mode = Mode::Opening;
                self.opening_began = None;
                self.banner =
                    typed.then(|| Banner { text: "Another scene was opened.".to_owned(), bad: false, back: true });
                dom::replace_address(&dom::address());
            }
            Err(why) => self.banner = Some(Banner { text: why, bad: true, back: false }),
        }
    }

    /// The run of another link. The present run can be returned to.
    pub fn open_link(&mut self, fragment: &str) {
        let fragment = fragment.trim_start_matches('#');
        // Sharing puts the link of the present run into the address: that is not another link.
        if fragment.is_empty() || self.shared_fragment.trim_start_matches('#') == fragment {
            return;
        }
        let opened = share::decode(fragment).and_then(|link| {
            let run = Run::with_log(&link.scenario, &link.log)?;
            Ok((link, run))
        });
        match opened {
            Ok((link, run)) => {
                self.replace_run(run);
                self.begin(link);
                self.banner = Some(Banner { text: "Another link was opened.".to_owned(), bad: false, back: true });
            }
            Err(why) => {
                let text = format!("The link could not be opened; your run goes on. {why}");
                self.banner = Some(Banner { text, bad: true, back: false });
            }
        }
    }

    /// Back to the run before.
    pub fn return_to_previous(&mut self) {
        self.banner = None;
        if let Some(previous) = self.previous.take()
            && let Ok(run) = Run::with_log(&previous.scenario, &previous.log)
        {
            self.replace_run(run);
            self.begin(previous);
            dom::replace_address(&dom::address());
        }
    }

    fn replace_run(&mut self, run: Run) {
        self.previous = Some(self.link());
        self.run = run;
        self.claim = None;
        self.banner = None;
        self.opened = None;
        self.scenario = Rc::new(self.run.scenario().clone());
        self.followed = Followed { lane: 0, kind: TraceKind::Miss, trace: None };
        self.follow_after = None;
        self.screen.selected = None;
        self.forget_reading();
        self.screen.forget_sizes();
    }

    fn forget_reading(&mut self) {
        self.console_stamps.clear();
        self.announced_marks = self.announced_marks.min(self.run.marks().len());
        self.slots_at = f64::NEG_INFINITY;
    }

    /// The run as a link says it: it opens at this moment, and stands still there.
    pub fn link(&self) -> Link {
        Link {
            scenario: self.run.scenario().clone(),
            log: self.run.log().to_vec(),
            moment_ns: self.run.now().0,
            speed_permille: Some(SPEEDS[self.speed].permille()),
            selection: Selection::default(),
            playing: false,
            fingerprint: Some(self.run.fingerprint()),
        }
    }

    /// One frame: time moves, canvases are drawn, Yew is told.
    pub fn frame(&mut self, now: f64) -> Frame {
        self.take_up_seek();
        let passed = self.last_frame.map_or(16.0, |last| (now - last).clamp(0.0, 100.0));
        self.move_time(now, passed);
        self.look_for_followed();
        let moving = self.mode != Mode::Paused;
        self.last_frame = moving.then_some(now);
        let publish = self.stale || (moving && now - self.published_at >= PUBLISH_MS);
        let snapshot = publish.then(|| {
            self.read(now);
            self.snapshot()
        });
        if moving && now - self.courses_at >= COURSES_MS {
            self.read_courses(now);
        }
        // With reduced motion a rush is not shown, only where it ends.
        let rushing = matches!(self.mode, Mode::Opening | Mode::CatchingUp { .. });
        if !(rushing && self.screen.reduced_motion && self.first_frame_drawn) {
            self.draw();
        }
        Frame { again: moving, snapshot }
    }

    fn move_time(&mut self, now: f64, passed: f64) {
        match self.mode {
            Mode::Paused => {}
            Mode::Playing => {
                self.play(passed, SPEEDS[self.speed].nanos_per_ms());
                if self.run.now() >= World::LONGEST {
                    self.mode = Mode::Paused;
                    let text = "The run has reached its longest, one hour.".to_owned();
                    self.banner = Some(Banner { text, bad: false, back: false });
                    self.stale = true;
                }
            }
            Mode::Awaiting(latest) => {
                let rate = SPEEDS[self.speed].nanos_per_ms();
                self.play(passed, if self.screen.reduced_motion { 1e6 } else { rate });
                self.look_for_followed();
                let done = self.run.console_rests() && self.followed.trace.is_some();
                if done || self.run.now() >= latest {
                    self.mode = Mode::Paused;
                    self.stale = true;
                }
            }
            Mode::Opening => {
                let began = *self.opening_began.get_or_insert(now);
                let part = if self.screen.reduced_motion { 1.0 } else { ((now - began) / OPENING_MS).min(1.0) };
                // Quick at first, then slowing to what follows.
                let eased = 1.0 - (1.0 - part) * (1.0 - part);
                self.catch_up(Nanos((OPENING.0 as f64 * eased) as u64));
                let late = now - began > OPENING_MS_MAX && !self.screen.reduced_motion;
                if self.run.now() >= OPENING || late {
                    self.mode = if self.screen.reduced_motion { Mode::Paused } else { Mode::Playing };
                    self.stale = true;
                }
            }
            Mode::CatchingUp { to, then_play, .. } => {
                if self.catch_up(to) {
                    self.mode = if then_play { Mode::Playing } else { Mode::Paused };
                    self.stale = true;
                    self.compare_with_claim();
                }
            }
        }
    }

    /// Says whether the run came out as the link's sender saw it.
    fn compare_with_claim(&mut self) {
        let Some(claim) = self.claim.take() else { return };
        let (now, ours) = (self.run.now(), self.run.fingerprint());
        let matches = claim == ours;
        let verdict =
            if matches { "matches the link" } else { "does not match the link: this version of the model differs" };
        let text = format!("Replayed to {now}, fingerprint {} {verdict}.", short(ours));
        let back = self.banner.as_ref().is_some_and(|banner| banner.back);
        self.banner = Some(Banner { text, bad: !matches, back });
    }

    fn play(&mut self, passed: f64, nanos_per_ms: f64) {
        let wanted = passed * nanos_per_ms;
        let from = self.run.now();
        self.advance(Nanos(from.0.saturating_add(wanted as u64)), BUDGET_MS);
        self.wanted += wanted;
        self.got += (self.run.now().0 - from.0) as f64;
        if self.wanted >= nanos_per_ms * 500.0 {
            let ratio = self.got / self.wanted;
            self.shortfall = (ratio < 0.95).then_some(ratio);
            (self.wanted, self.got) = (0.0, 0.0);
        }
    }

    /// Answers whether it got there.
    fn catch_up(&mut self, to: Nanos) -> bool {
        self.advance(to, CATCH_UP_MS);
        self.run.now() >= to
    }

    /// Advances in slices that take a millisecond or two, until `to` or until the budget is spent.
    fn advance(&mut self, to: Nanos, budget_ms: f64) {
        let to = to.min(World::LONGEST);
        let began = dom::now_ms();
        let mut last = began;
        while self.run.now() < to {
            let goal = Nanos(self.run.now().0.saturating_add(self.slice)).min(to);
            let whole = goal < to;
            self.run.advance(goal);
            let now = dom::now_ms();
            let took = now - last;
            if took > 3.0 {
                self.slice = (self.slice / 2).max(10_000);
            } else if took < 1.0 && whole {
                self.slice = (self.slice * 2).min(1_000_000_000);
            }
            last = now;
            if now - began >= budget_ms {
                break;
            }
        }
    }

    /// Takes a new reading of the run.
    fn read(&mut self, now: f64) {
        self.stale = false;
        self.published_at = now;
        let nodes_before = self.view.lanes.first().map_or(0, |lane| lane.nodes.len());
        self.view = Rc::new(self.run.view());
        if self.view.lanes.first().map_or(0, |lane| lane.nodes.len()) != nodes_before {
            self.screen.forget_sizes();
        }
        self.read_marks();
        self.read_consoles();
        let moving = self.mode != Mode::Paused;
        if !moving || now - self.slots_at >= 1_000.0 {
            self.slots_at = now;
            for lane in 0..self.run.lanes() {
                let slots = self.run.slot_map(lane);
                self.screen.set_slots(lane, slots);
            }
        }
        self.read_courses(now);
        self.announce(now);
        dom::set_root_data("doing", if moving { "moving" } else { "paused" });
        if !moving {
            dom::set_root_data("now", &self.run.now().0.to_string());
            dom::set_root_data("fingerprint", &format!("{:016x}", self.run.fingerprint()));
        }
        if now - self.last_good_at >= 2_000.0 {
            self.last_good_at = now;
            if let Ok(fragment) = share::encode(&self.link()) {
                dom::leave_on_window("slotscopeLastGood", &fragment);
            }
        }
    }

    /// The chart's lines; where time passes quickly they are read more often than figures, so that they keep up with it.
    fn read_courses(&mut self, now: f64) {
        if let Some(topic) = self.screen.topic {
            self.courses_at = now;
            self.screen.courses = (0..self.run.lanes()).map(|lane| self.run.chart_seen(lane, topic)).collect();
        }
    }

    fn read_marks(&mut self) {
        let marks = self.run.marks_seen();
        if *self.marks != marks {
            let lanes = self.run.lanes();
            self.screen.marks =
                marks.iter().map(|mark| Mark { text: mark_words(mark, lanes), ..mark.clone() }).collect();
            self.marks = Rc::new(marks);
        }
    }

    fn read_consoles(&mut self) {
        let lanes = self.run.lanes();
        let stamps: Vec<_> = (0..lanes).map(|lane| self.run.transcript_length(lane)).collect();
        let fresh = stamps != self.console_stamps;
        let consoles: Vec<Consoles> = (0..lanes)
            .map(|lane| Consoles {
                lines: Console::ALL.map(|console| match self.consoles.get(lane) {
                    Some(old) if !fresh => Rc::clone(old.lines(console)),
                    _ => Rc::new(self.run.shown(lane, console)),
                }),
                prompts: Console::ALL.map(|console| self.run.prompt(lane, console)),
            })
            .collect();
        self.console_stamps = stamps;
        self.consoles = Rc::new(consoles);
    }

    /// What a screen reader is told: what happened since it was last spoken to.
    fn announce(&mut self, now: f64) {
        let rushing = matches!(self.mode, Mode::Opening | Mode::CatchingUp { .. });
        if rushing || now - self.announced_at < ANNOUNCE_MS {
            return;
        }
        let marks = self.run.marks();
        let mut words = Vec::new();
        if !std::mem::replace(&mut self.announced_mode, true) {
            words.push(match self.mode {
                Mode::Paused => format!("Paused at {}.", self.run.now()),
                _ => format!("Playing, {}.", SPEEDS[self.speed].words()),
            });
        }
        let news = marks.iter().skip(self.announced_marks);
        words.extend(news.map(|mark| format!("{}.", mark_words(mark, self.run.lanes()))));
        self.announced_marks = marks.len();
        if !words.is_empty() {
            let surplus = words.len().saturating_sub(3);
            self.announcement = words.split_off(surplus).join(" ");
            self.announced_at = now;
        }
    }

    /// The latest reading for Yew.
    pub fn snapshot(&mut self) -> Rc<Snapshot> {
        let now = self.run.now();
        let seen = self.run.seen();
        let sparks =
            (0..self.run.lanes()).map(|lane| FIGURES.map(|topic| thin(&self.run.chart(lane, topic)))).collect();
        Rc::new(Snapshot {
            scenario: Rc::clone(&self.scenario),
            view: Rc::clone(&self.view),
            sparks: Rc::new(sparks),
            marks: Rc::clone(&self.marks),
            seen,
            horizon: self.horizon(),
            doing: match self.mode {
                Mode::Paused => Doing::Paused,
                Mode::CatchingUp { to, from, .. } if to.saturating_sub(from) > Nanos::from_millis(500) => {
                    Doing::CatchingUp(now, to)
                }
                _ => Doing::Playing,
            },
            speed: self.speed,
            shortfall: self.shortfall.filter(|_| self.mode == Mode::Playing),
            consoles: Rc::clone(&self.consoles),
            busy: self.run.console_busy(),
            waits: self.run.console_waits(),
            keys: self.keys_wanted.as_ref().map(|query| Rc::new(self.run.keys(query))),
            followed: self.followed.clone(),
            banner: self.banner.clone(),
            gossip: self.screen.show_gossip,
            announcement: self.announcement.clone(),
        })
    }

    /// Where the time line ends: a round number a little beyond what was seen and where one is going.
    fn horizon(&self) -> Nanos {
        let goal = match self.mode {
            Mode::CatchingUp { to, .. } => to,
            Mode::Opening => OPENING,
            _ => Nanos::ZERO,
        };
        let needed = self.run.seen().max(goal);
        let needed = needed.0 + needed.0 / 50;
        HORIZONS.iter().map(|s| Nanos::from_secs(*s)).find(|h| h.0 >= needed).unwrap_or(World::LONGEST)
    }

    fn draw(&mut self) {
        self.screen.followed = self.followed.trace.as_ref().map(|trace| trace.operation);
        let now = self.run.now();
        for (lane, view) in self.view.lanes.iter().enumerate() {
            self.screen.draw_lane(lane, view, &mut self.run.flights(lane), now);
        }
        let horizon = self.horizon();
        self.screen.draw_timeline(now, horizon);
        self.screen.write_clock(now);
        let drawn = self.screen.lanes.first().is_some_and(|lane| lane.layout.is_some());
        if drawn && !self.first_frame_drawn {
            self.first_frame_drawn = true;
            dom::performance_mark("slotscope:first-frame");
            dom::set_root_data("ready", "1");
        }
    }
}

/// Whether a line breaks or mends something.
fn is_fault(line: &str) -> bool {
    let verb = line.split_whitespace().next().unwrap_or_default();
    ["kill", "restart", "pause", "resume", "partition", "heal", "firewall"]
        .iter()
        .any(|word| verb.eq_ignore_ascii_case(word))
}

/// The first digits of a fingerprint, as people compare them.
fn short(fingerprint: u64) -> String {
    format!("{:04x}…", fingerprint >> 48)
}

/// A chart of at most [`SPARK_POINTS`] points: each the last of its group.
fn thin(chart: &Chart) -> Vec<Option<f32>> {
    let group = chart.points.len().div_ceil(SPARK_POINTS).max(1);
    chart.points.chunks(group).filter_map(|points| points.last().copied()).collect()
}
