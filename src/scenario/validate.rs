//! What a scenario must satisfy before a world is made of it, and the sentence that says what is wrong.
//!
//! Whatever comes from outside (a link, a lesson's text, the JavaScript API) passes here first.
//!
//! Start with [`Scenario::validate`].

use std::fmt;

use super::{Action, Scenario, Setting, format_seconds};

/// Console lines of a timeline, and of what was typed, at most this many each.
pub const ACTIONS_MAX: usize = 5_000;
/// A console line's length in bytes, at most.
pub const LINE_BYTES_MAX: usize = 4_096;
/// A title's length in bytes, at most.
pub const TITLE_BYTES_MAX: usize = 200;
/// The last moment of a run: one hour, in nanoseconds.
pub const MOMENT_NS_MAX: u64 = 3_600_000_000_000;

/// What is wrong with a scenario. Its `Display` is a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScenarioError {
    /// A number outside its range.
    OutOfRange {
        /// Which number.
        setting: Setting,
        /// What it was.
        value: u64,
    },
    /// The title is empty, too long, or has line breaks or blanks at its ends.
    Title,
    /// Neither one lane nor two.
    Lanes(usize),
    /// Too many console lines.
    TooManyActions(usize),
    /// A console line, counted from 1, with nothing on it.
    BlankLine(usize),
    /// A console line, counted from 1, that is too long.
    LongLine {
        /// Which line.
        number: usize,
        /// Its length.
        bytes: usize,
    },
    /// A console line, counted from 1, that contains a line break.
    BrokenLine(usize),
    /// A console line, counted from 1, that is earlier than the line before it.
    OutOfOrder(usize),
    /// A moment past the end of a run.
    TooLate(u64),
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { setting, value } => {
                write!(f, "{} is {}; allowed: {}.", setting.noun(), setting.format(*value), setting.allowed())
            }
            Self::Title => write!(
                f,
                "A title is one line of 1 to {TITLE_BYTES_MAX} bytes, without blanks at its ends or control characters."
            ),
            Self::Lanes(count) => write!(f, "A run has one or two lanes, not {count}."),
            Self::TooManyActions(count) => {
                write!(f, "There are {count} console lines; at most {ACTIONS_MAX} are allowed.")
            }
            Self::BlankLine(number) => write!(f, "Console line {number} is blank."),
            Self::LongLine { number, bytes } => {
                write!(f, "Console line {number} has {bytes} bytes; at most {LINE_BYTES_MAX} are allowed.")
            }
            Self::BrokenLine(number) => write!(f, "Console line {number} contains a line break."),
            Self::OutOfOrder(number) => write!(f, "Console line {number} is earlier than the line before it."),
            Self::TooLate(at_ns) => write!(
                f,
                "The moment {} s is past the end of a run, which is {} s.",
                format_seconds(*at_ns),
                format_seconds(MOMENT_NS_MAX)
            ),
        }
    }
}

impl std::error::Error for ScenarioError {}

impl Scenario {
    /// Checks every range that the fields' documentation gives.
    pub fn validate(&self) -> Result<(), ScenarioError> {
        check_title(&self.title)?;
        for setting in Setting::ALL {
            setting.check(setting.get(self))?;
        }
        if !(1..=2).contains(&self.lanes.len()) {
            return Err(ScenarioError::Lanes(self.lanes.len()));
        }
        check_actions(&self.timeline)
    }
}

impl Action {
    /// Whether a timeline or an action log may hold this. `number` counts from 1 and names the line in the error.
    pub fn check(&self, number: usize) -> Result<(), ScenarioError> {
        if self.line.trim().is_empty() {
            Err(ScenarioError::BlankLine(number))
        } else if self.line.len() > LINE_BYTES_MAX {
            Err(ScenarioError::LongLine { number, bytes: self.line.len() })
        } else if self.line.contains(['\n', '\r']) {
            Err(ScenarioError::BrokenLine(number))
        } else {
            check_moment(self.at_ns)
        }
    }
}

/// Whether this may be a scenario's title.
pub fn check_title(title: &str) -> Result<(), ScenarioError> {
    let allowed =
        (1..=TITLE_BYTES_MAX).contains(&title.len()) && title.trim() == title && !title.contains(char::is_control);
    if allowed { Ok(()) } else { Err(ScenarioError::Title) }
}

/// Whether a run lasts this long.
pub fn check_moment(at_ns: u64) -> Result<(), ScenarioError> {
    if at_ns <= MOMENT_NS_MAX { Ok(()) } else { Err(ScenarioError::TooLate(at_ns)) }
}

/// Whether a timeline or an action log is in order.
pub fn check_actions(actions: &[Action]) -> Result<(), ScenarioError> {
    if actions.len() > ACTIONS_MAX {
        return Err(ScenarioError::TooManyActions(actions.len()));
    }
    let mut before_ns = 0;
    for (number, action) in (1..).zip(actions) {
        action.check(number)?;
        if action.at_ns < before_ns {
            return Err(ScenarioError::OutOfOrder(number));
        }
        before_ns = action.at_ns;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Console, Strategy};
    use super::*;

    fn action(at_ns: u64, line: &str) -> Action {
        Action { at_ns, console: Console::Sim, line: line.to_owned() }
    }

    fn sentence(change: impl FnOnce(&mut Scenario)) -> String {
        let mut scenario = Scenario::default();
        change(&mut scenario);
        scenario.validate().map_or_else(|error| error.to_string(), |()| "fine".to_owned())
    }

    #[test]
    fn the_default_scenario_is_valid() {
        assert_eq!(sentence(|_| ()), "fine");
    }

    #[test]
    fn each_fault_has_its_sentence() {
        let check = |change: fn(&mut Scenario), expected: &str| assert_eq!(sentence(change), expected);
        check(|s| s.deployment.shards = 0, "The number of shards is 0; allowed: 1 to 90.");
        check(|s| s.deployment.shards = 91, "The number of shards is 91; allowed: 1 to 90.");
        check(|s| s.deployment.replicas = 6, "The number of replicas of each shard is 6; allowed: 0 to 5.");
        check(|s| s.deployment.zones = 4, "The number of availability zones is 4; allowed: 1 to 3.");
        check(|s| s.deployment.maxmemory = u64::MAX, "maxmemory is 18446744073709551615; allowed: 0 to 1024gb.");
        check(|s| s.deployment.node_timeout_ms = 1, "The node timeout in milliseconds is 1; allowed: 100 to 60000.");
        check(|s| s.load.apps = 13, "The number of app servers is 13; allowed: 1 to 12.");
        check(|s| s.load.requests_per_second = 0, "The number of requests a second is 0; allowed: 1 to 100000.");
        check(|s| s.load.rows = 0, "The number of rows is 0; allowed: 1 to 10000000.");
        check(|s| s.load.zipf_theta_milli = 3_001, "The skew of the rows' popularity is 3.001; allowed: 0 to 3.");
        check(|s| s.load.read_permille = 1_001, "The share of reads is 1.001; allowed: 0 to 1.");
        check(|s| s.load.value_bytes = 0, "The size of a value in bytes is 0; allowed: 1 to 1000000.");
        check(|s| s.load.ttl_seconds = u32::MAX, "The time to live in seconds is 4294967295; allowed: 0 to 31536000.");
        check(
            |s| s.database.query_median_us = 0,
            "The median time of a query in microseconds is 0; allowed: 1 to 10000000.",
        );
        check(|s| s.database.connections = 0, "The number of database connections is 0; allowed: 1 to 10000.");
        check(|s| s.lanes.clear(), "A run has one or two lanes, not 0.");
        check(|s| s.lanes = vec![Strategy::CacheAside; 3], "A run has one or two lanes, not 3.");
        for title in ["", " x", "a\nb"] {
            assert!(sentence(|s| title.clone_into(&mut s.title)).starts_with("A title is one line"), "{title:?}");
        }
    }

    #[test]
    fn a_timeline_is_sorted_and_short_enough() {
        let check = |timeline: Vec<Action>, expected: &str| {
            assert_eq!(sentence(|scenario| scenario.timeline = timeline), expected);
        };
        check(vec![action(5, "kill 0001-001"), action(5, "heal")], "fine");
        check(vec![action(5, "a"), action(4, "b")], "Console line 2 is earlier than the line before it.");
        check(vec![action(0, " \t")], "Console line 1 is blank.");
        check(vec![action(0, "a\nb")], "Console line 1 contains a line break.");
        check(vec![action(0, &"x".repeat(4_096))], "fine");
        check(vec![action(0, &"x".repeat(4_097))], "Console line 1 has 4097 bytes; at most 4096 are allowed.");
        check(vec![action(MOMENT_NS_MAX, "a")], "fine");
        check(
            vec![action(MOMENT_NS_MAX + 1, "a")],
            "The moment 3600.000000001 s is past the end of a run, which is 3600 s.",
        );
        check(vec![action(0, "a"); 5_000], "fine");
        check(vec![action(0, "a"); 5_001], "There are 5001 console lines; at most 5000 are allowed.");
    }
}
