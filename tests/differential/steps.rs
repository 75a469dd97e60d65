//! What a random sequence is made of, how it shrinks, and how it is written down.
//!
//! A block of regressions.txt is a sequence: lines as one types them into redis-cli behind the number of the client
//! (`0> set k1 "a\x00" px 20`), `wait 25` for milliseconds that pass, `#` for remarks. An empty line ends it.

use std::fmt;

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use slotscope::resp::human::quote;
use slotscope::resp::split_args;

use crate::generate::Grammar;

/// A command of one client.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    pub client: usize,
    pub argv: Vec<Vec<u8>>,
}

/// One thing that happens.
#[derive(Clone, PartialEq, Eq)]
pub enum Step {
    Call(Call),
    /// So many milliseconds pass.
    Wait(u64),
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}>", self.client)?;
        for arg in &self.argv {
            let is_plain =
                !arg.is_empty() && arg.iter().all(|byte| byte.is_ascii_graphic() && !b"\"'\\".contains(byte));
            if is_plain {
                write!(f, " {}", String::from_utf8_lossy(arg))?;
            } else {
                write!(f, " {}", quote(arg))?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(call) => call.fmt(f),
            Self::Wait(millis) => write!(f, "wait {millis}"),
        }
    }
}

/// The block of a sequence.
pub fn block(steps: &[Step]) -> String {
    steps.iter().fold(String::new(), |block, step| block + &format!("{step:?}\n"))
}

/// The sequences of a file of blocks.
pub fn parse(text: &str) -> Vec<Vec<Step>> {
    let mut sequences = vec![Vec::new()];
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if line.trim().is_empty() {
            sequences.push(Vec::new());
            continue;
        }
        let step = match (line.split_once(' '), line.split_once("> ")) {
            (Some(("wait", millis)), _) => Step::Wait(millis.parse().expect("milliseconds")),
            (_, Some((client, line))) => {
                let argv = split_args(line.as_bytes()).unwrap_or_else(|| panic!("unbalanced quotes: {line}"));
                let argv = argv.iter().map(|arg| arg.to_vec()).collect();
                Step::Call(Call { client: client.parse().expect("a client's number"), argv })
            }
            _ => panic!("neither a command nor a wait: {line}"),
        };
        sequences.last_mut().expect("one at least").push(step);
    }
    sequences.retain(|sequence| !sequence.is_empty());
    sequences
}

/// Removes what is not needed to have it fail.
pub fn without_needless(mut steps: Vec<Step>, fails: impl Fn(&[Step]) -> bool) -> Vec<Step> {
    for at in (0..steps.len()).rev() {
        let mut fewer = steps.clone();
        fewer.remove(at);
        if fails(&fewer) {
            steps = fewer;
        }
    }
    steps
}

/// Steps made from random words; they shrink by losing arguments and by shorter ones.
#[derive(Clone, Copy)]
pub struct Steps<'a> {
    pub grammar: &'a Grammar,
    pub make: fn(&Grammar, u64) -> Step,
}

impl fmt::Debug for Steps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("steps")
    }
}

/// A step while it shrinks.
#[derive(Debug)]
pub struct Shrinking {
    now: Step,
    before: Option<Step>,
    /// Which argument, from the end, and what is tried with it.
    at: usize,
    way: usize,
}

impl Strategy for Steps<'_> {
    type Tree = Shrinking;
    type Value = Step;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = proptest::prelude::any::<u64>().new_tree(runner)?.current();
        Ok(Shrinking { now: (self.make)(self.grammar, seed), before: None, at: 0, way: 0 })
    }
}

impl ValueTree for Shrinking {
    type Value = Step;

    fn current(&self) -> Step {
        self.now.clone()
    }

    fn simplify(&mut self) -> bool {
        // Without this argument it still went wrong: the next one stands in its place.
        if self.before.take().is_some() {
            self.way = [0, 0, 2, 2][self.way];
        }
        let Step::Call(call) = &self.now else { return false };
        loop {
            // The name stays.
            if self.at + 1 >= call.argv.len() {
                return false;
            }
            let mut smaller = call.clone();
            let place = call.argv.len() - 1 - self.at;
            let arg = &call.argv[place];
            self.way += 1;
            match self.way {
                1 => drop(smaller.argv.remove(place)),
                2 if arg.len() > 1 => smaller.argv[place] = b"1".to_vec(),
                3 if arg.len() > 2 => smaller.argv[place].truncate(arg.len() / 2),
                4 => {
                    self.at += 1;
                    self.way = 0;
                    continue;
                }
                _ => continue,
            }
            self.before = Some(std::mem::replace(&mut self.now, Step::Call(smaller)));
            return true;
        }
    }

    fn complicate(&mut self) -> bool {
        if let Some(before) = self.before.take() {
            self.now = before;
        }
        false
    }
}
