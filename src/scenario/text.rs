//! A scenario as people write it in a file: `key value` lines, then the timeline.
//!
//! ```text
//! # Anything left out is as in the opening scene.
//! title A primary dies
//! shards 3
//! policy allkeys-lru
//! lanes cache-aside write-through
//! timeline:
//!   20s sim> kill 0002-001
//!   21.5s redis> GET row:1
//! ```
//!
//! Reading never panics, names the line of an error, and gives back exactly what `Display` wrote.
//!
//! Start with `Scenario::from_str`.

use std::fmt;
use std::str::FromStr;

use super::{Action, Console, Scenario, ScenarioError, Setting, Strategy, decimal, format_decimal};

/// A text that is no scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// The line, from 1. 0 where the scenario as a whole is at fault.
    pub line: usize,
    /// What is wrong with it.
    pub problem: TextProblem,
}

/// What is wrong with a line of a scenario's text. Its `Display` is a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextProblem {
    /// No such key.
    UnknownKey(String),
    /// The key was given before.
    Twice(String),
    /// The value makes no sense for the key.
    Value {
        /// The key.
        key: String,
        /// What was written.
        value: String,
        /// What may be.
        allowed: String,
    },
    /// A line of the timeline that is not `12.5s sim> kill 0002-001`.
    Action,
    /// The value is outside what a scenario may hold.
    Scenario(ScenarioError),
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 { write!(f, "{}", self.problem) } else { write!(f, "Line {}: {}", self.line, self.problem) }
    }
}

impl std::error::Error for TextError {}

impl fmt::Display for TextProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey(key) => {
                write!(f, "There is no setting {key:?}. There are: title, lanes, timeline:")?;
                Setting::ALL.iter().try_for_each(|setting| write!(f, ", {}", setting.key()))?;
                f.write_str(".")
            }
            Self::Twice(key) => write!(f, "{key:?} is set twice."),
            Self::Value { key, value, allowed } => write!(f, "{value:?} is no value for {key:?}; allowed: {allowed}."),
            Self::Action => f.write_str("A line of the timeline looks like this: 12.5s sim> kill 0002-001"),
            Self::Scenario(error) => write!(f, "{error}"),
        }
    }
}

impl From<ScenarioError> for TextProblem {
    fn from(error: ScenarioError) -> Self {
        Self::Scenario(error)
    }
}

impl Scenario {
    /// Sets what `key` names to `value`, both as people write them: a [`Setting`]'s key, `title` or `lanes`.
    pub fn set_text(&mut self, key: &str, value: &str) -> Result<(), TextProblem> {
        match (key, Setting::by_key(key)) {
            (_, Some(setting)) => {
                let number = setting.parse(value).ok_or_else(|| bad_value(key, value, setting.allowed()))?;
                setting.set(self, number)?;
            }
            ("title", _) => {
                super::check_title(value)?;
                value.clone_into(&mut self.title);
            }
            ("lanes", _) => self.lanes = parse_lanes(value)?,
            _ => return Err(TextProblem::UnknownKey(key.to_owned())),
        }
        Ok(())
    }
}

impl FromStr for Scenario {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let mut scenario = Self::default();
        let mut seen = Vec::new();
        let mut in_timeline = false;
        for (number, line) in (1..).zip(text.split('\n')) {
            let at = |problem| TextError { line: number, problem };
            let line = line.strip_suffix('\r').unwrap_or(line);
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            if in_timeline {
                let action = parse_action(line.trim_start()).ok_or(at(TextProblem::Action))?;
                let number = scenario.timeline.len() + 1;
                action.check(number).map_err(|error| at(error.into()))?;
                if scenario.timeline.last().is_some_and(|before| before.at_ns > action.at_ns) {
                    return Err(at(ScenarioError::OutOfOrder(number).into()));
                }
                scenario.timeline.push(action);
                continue;
            }
            let (key, value) = trimmed.split_once(char::is_whitespace).unwrap_or((trimmed, ""));
            if seen.contains(&key) {
                return Err(at(TextProblem::Twice(key.to_owned())));
            }
            if trimmed == "timeline:" {
                in_timeline = true;
                scenario.timeline.clear();
            } else {
                scenario.set_text(key, value.trim_start()).map_err(at)?;
            }
            seen.push(key);
        }
        scenario.validate().map_err(|error| TextError { line: 0, problem: error.into() })?;
        Ok(scenario)
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "title {}", self.title)?;
        for setting in Setting::ALL {
            writeln!(f, "{} {}", setting.key(), setting.format(setting.get(self)))?;
        }
        let lanes: Vec<_> = self.lanes.iter().map(|lane| lane.name().to_ascii_lowercase()).collect();
        writeln!(f, "lanes {}", lanes.join(" "))?;
        writeln!(f, "timeline:")?;
        self.timeline.iter().try_for_each(|action| writeln!(f, "  {action}"))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s {}> {}", format_seconds(self.at_ns), self.console.name(), self.line)
    }
}

fn bad_value(key: &str, value: &str, allowed: String) -> TextProblem {
    TextProblem::Value { key: key.to_owned(), value: value.to_owned(), allowed }
}

/// `12.5s sim> kill 0002-001`; what stands after the prompt is kept to the letter.
fn parse_action(text: &str) -> Option<Action> {
    let (seconds, rest) = text.split_once("s ")?;
    let (console, line) = parse_console(rest)?;
    Some(Action { at_ns: parse_seconds(seconds)?, console, line: line.to_owned() })
}

/// Splits `sim> kill 0002-001` into the console and what is typed at it.
pub fn parse_console(text: &str) -> Option<(Console, &str)> {
    let (prompt, line) = text.trim_start().split_once("> ")?;
    let console = Console::ALL.into_iter().find(|console| console.name() == prompt)?;
    Some((console, line))
}

/// `cache-aside write-through`, with blanks or commas between.
pub fn parse_lanes(text: &str) -> Result<Vec<Strategy>, TextProblem> {
    let by_name = |name: &str| {
        let known = Strategy::ALL.into_iter().find(|strategy| strategy.name().eq_ignore_ascii_case(name));
        let allowed = || format!("one or two of {}", Strategy::ALL.map(Strategy::name).join(", ").to_ascii_lowercase());
        known.ok_or_else(|| bad_value("lanes", name, allowed()))
    };
    let names = text.split([' ', '\t', ',']).filter(|name| !name.is_empty());
    // Three are enough to see that there are too many.
    let lanes = names.take(3).map(by_name).collect::<Result<Vec<_>, _>>()?;
    if (1..=2).contains(&lanes.len()) { Ok(lanes) } else { Err(ScenarioError::Lanes(lanes.len()).into()) }
}

/// Seconds with up to nine decimals, exactly, in nanoseconds.
pub fn parse_seconds(text: &str) -> Option<u64> {
    decimal(text, 9)
}

/// Nanoseconds as seconds, exactly, as short as possible.
pub fn format_seconds(at_ns: u64) -> String {
    format_decimal(at_ns, 9)
}

// Not in a browser: proptest does not build there.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use expect_test::expect;

    use super::*;

    fn error(text: &str) -> String {
        text.parse::<Scenario>().map_or_else(|error| error.to_string(), |_| "fine".to_owned())
    }

    #[test]
    fn the_default_scenario_reads_like_this() {
        let scenario = Scenario {
            timeline: vec![Action { at_ns: 20_500_000_001, console: Console::Sim, line: "kill 0002-001".to_owned() }],
            ..Scenario::default()
        };
        expect![[r"
            title Cache-aside or write-through?
            seed 7
            shards 3
            replicas 1
            zones 3
            maxmemory 2520000
            policy volatile-lru
            node-timeout-ms 2000
            full-coverage no
            apps 3
            rate 6000
            rows 40000
            theta 0.99
            reads 0.9
            value-bytes 200
            ttl 300
            query-us 2500
            connections 100
            lanes cache-aside write-through
            timeline:
              20.500000001s sim> kill 0002-001
        "]]
        .assert_eq(&scenario.to_string());
        assert_eq!(scenario.to_string().parse(), Ok(scenario));
    }

    #[test]
    fn comments_blank_lines_and_windows_line_ends_do_not_matter() {
        let text = "# a lesson\r\n\r\n  shards 5\r\n\ttimeline:\r\n# then\r\n 0.25s redis>  SET a  b \r\n";
        let scenario: Scenario = text.parse().unwrap();
        assert_eq!(scenario.deployment.shards, 5);
        let expected = Action { at_ns: 250_000_000, console: Console::Redis, line: " SET a  b ".to_owned() };
        assert_eq!(scenario.timeline, [expected]);
    }

    #[test]
    fn errors_name_the_line_and_what_is_allowed() {
        let check = |text: &str, expected: &str| assert_eq!(error(text), expected, "{text:?}");
        check("seed 1\nshards 91", "Line 2: The number of shards is 91; allowed: 1 to 90.");
        check("shards many", "Line 1: \"many\" is no value for \"shards\"; allowed: 1 to 90.");
        check("full-coverage 1", "Line 1: \"1\" is no value for \"full-coverage\"; allowed: yes or no.");
        check("seed 1\n\nseed 2", "Line 3: \"seed\" is set twice.");
        check("lanes", "Line 1: A run has one or two lanes, not 0.");
        check(
            "lanes read-through",
            "Line 1: \"read-through\" is no value for \"lanes\"; allowed: one or two of cache-aside, write-through.",
        );
        let shape = "Line 2: A line of the timeline looks like this: 12.5s sim> kill 0002-001";
        for line in ["1 sim> heal", "s sim> heal", "1s sim>heal", "1s bash> ls", "-1s sim> heal", "1e9s sim> heal"] {
            check(&format!("timeline:\n{line}"), shape);
        }
        check("timeline:\n4000s sim> heal", "Line 2: The moment 4000 s is past the end of a run, which is 3600 s.");
        check("timeline:\n2s sim> heal\n1s sim> heal", "Line 3: Console line 2 is earlier than the line before it.");
        assert!(error("shard 3").starts_with("Line 1: There is no setting \"shard\". There are: title, lanes, "));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC*", lines in "((timeline:|[0-9.]{0,12}s (sim|redis)> .{0,9}|[a-z-]{1,9} .{0,9})\n){0,9}") {
            let _ = text.parse::<Scenario>();
            if let Ok(scenario) = lines.parse::<Scenario>() {
                proptest::prop_assert_eq!(scenario.to_string().parse(), Ok(scenario));
            }
        }
    }
}
