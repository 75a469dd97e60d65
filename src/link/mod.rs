//! The link codec: a run and the moment it is looked at, to and from the part of a URL after the `#`.
//!
//! May know: `scenario`. A link holds inputs only, never state: [`Scenario`], what was typed, and the moment.
//!
//! ```text
//! #1d.AbCd…   version 1, deflated      written by the page             envelope.rs, wire.rs, words.rs
//! #1s.AbCd…   version 1, stored        the same, where it is shorter
//! #s=failover&seed=7&t=12.5            written by hand                 alias.rs
//! ```
//!
//! What was published once decodes for ever: version characters, codec characters, field numbers and dictionary words are
//! never given a second meaning, and what a link leaves out has the value that it had when version 1 was laid down
//! (`defaults_v1`), whatever the opening scene is today. A link that cannot be decoded is refused with a sentence
//! and never half applied.
//!
//! Start with [`encode`] and [`decode`].

mod alias;
pub mod envelope;
mod error;
mod wire;
mod words;

pub use error::LinkError;

use crate::scenario::{Action, Scenario, ScenarioError, check_actions, check_moment};

/// A link's length in characters, at most.
pub const LINK_CHARS_MAX: usize = 64 * 1_024;

/// What a link holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What the run starts from.
    pub scenario: Scenario,
    /// What was typed, in order of time: at most 5 000 lines.
    pub log: Vec<Action>,
    /// The moment to be shown, in nanoseconds since the run began: up to one hour.
    pub moment_ns: u64,
    /// Simulated time in thousandths of real time, 1 to [`SPEED_PERMILLE_MAX`]; none for the page's own choice.
    pub speed_permille: Option<u32>,
    /// What is looked at.
    pub selection: Selection,
    /// Whether the run goes on by itself when opened.
    pub playing: bool,
    /// The run's fingerprint at `moment_ns`, so that whoever opens the link can see that it is the same run.
    pub fingerprint: Option<u64>,
}

/// The fastest speed a link may ask for: a thousand times real time.
pub const SPEED_PERMILLE_MAX: u32 = 1_000_000;

/// What is looked at. No part of the run: a number that the page does not have is for the page to ignore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The lane, from 0.
    pub lane: u8,
    /// The tab, numbered by the page.
    pub tab: u8,
    /// The node, in the order of deployment.
    pub node: Option<u16>,
    /// The chart, numbered as `world::Topic::ALL`.
    pub topic: u8,
}

impl Link {
    /// A link to the beginning of a run.
    pub fn new(scenario: Scenario) -> Self {
        Self {
            scenario,
            log: Vec::new(),
            moment_ns: 0,
            speed_permille: None,
            selection: Selection::default(),
            playing: true,
            fingerprint: None,
        }
    }

    /// Whether every part is in its range; the limits are those of the fields' documentation.
    pub fn validate(&self) -> Result<(), LinkError> {
        self.scenario.validate().map_err(LinkError::OutOfRange)?;
        check_actions(&self.log).map_err(LinkError::Log)?;
        check_moment(self.moment_ns).map_err(LinkError::OutOfRange)?;
        match self.speed_permille {
            Some(speed) if !(1..=SPEED_PERMILLE_MAX).contains(&speed) => Err(LinkError::Speed(speed)),
            _ => Ok(()),
        }
    }
}

impl From<ScenarioError> for LinkError {
    fn from(error: ScenarioError) -> Self {
        Self::OutOfRange(error)
    }
}

/// Writes a link, `#` included. Refuses what [`decode`] would refuse: what is out of range, and what is too large.
pub fn encode(link: &Link) -> Result<String, LinkError> {
    link.validate()?;
    envelope::seal(&wire::write(link))
}

/// Reads what [`encode`] wrote in any released version, or a link written by hand.
///
/// Takes the whole URL or what follows its `#`, once or twice percent-encoded, with blanks around it. A link that
/// holds nothing at all is [`LinkError::Empty`].
pub fn decode(text: &str) -> Result<Link, LinkError> {
    if text.len() > LINK_CHARS_MAX {
        return Err(LinkError::TooLarge);
    }
    // A sealed link has no `%` of its own; a hand-written one may, in its values, and they are decoded one by one.
    let is_plain = |text: &str| {
        let fragment = fragment_of(text);
        if envelope::is_sealed(fragment) { !text.contains('%') } else { fragment.contains('=') }
    };
    let plain = alias::percent_decode_until(text, is_plain);
    match fragment_of(&plain) {
        "" => Err(LinkError::Empty),
        sealed if envelope::is_sealed(sealed) => {
            let link = wire::read(&envelope::open(sealed)?)?;
            link.validate()?;
            Ok(link)
        }
        by_hand if by_hand.contains('=') => alias::read(by_hand),
        _ => Err(LinkError::NotALink),
    }
}

/// What follows the first `#` of a URL, or all of it where there is none.
fn fragment_of(text: &str) -> &str {
    text.split_once('#').map_or(text, |(_, fragment)| fragment).trim_matches(|c: char| c == '#' || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::MOMENT_NS_MAX;

    #[test]
    fn an_hour_is_the_longest_run() {
        let link = Link { moment_ns: MOMENT_NS_MAX, ..Link::new(Scenario::default()) };
        assert_eq!(decode(&encode(&link).unwrap()), Ok(link.clone()));
        assert!(encode(&Link { moment_ns: MOMENT_NS_MAX + 1, ..link }).is_err());
    }
}
