//! Why a link was refused, in sentences for people.

use std::fmt;

use crate::scenario::{ScenarioError, TextProblem};

/// Why a link cannot be read (or written).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// Nothing after the `#`.
    Empty,
    /// Something, but no link.
    NotALink,
    /// Written by a newer Slotscope: its version character.
    FutureVersion(char),
    /// Written by a newer Slotscope: its codec character.
    FutureCodec(char),
    /// A field number that this version does not know.
    UnknownField(u64),
    /// A dictionary word that this version does not know.
    UnknownWord(u64),
    /// A character at this position (from 1, after the dot) that no link contains.
    BadCharacter(char, usize),
    /// The checksum does not match.
    Corrupt,
    /// The end is missing.
    Truncated,
    /// The checksum matches, yet the content makes no sense; what was being read.
    Malformed(&'static str),
    /// More than a link may hold.
    TooLarge,
    /// The scenario or the moment is out of range.
    OutOfRange(ScenarioError),
    /// What was typed is out of range.
    Log(ScenarioError),
    /// The speed is out of range.
    Speed(u32),
    /// A link written by hand: the scene does not exist.
    UnknownScene(String),
    /// A link written by hand: a key that does not exist.
    UnknownKey(String),
    /// A link written by hand: a part that is no `key=value`.
    NoValue(String),
    /// A link written by hand: a key given twice.
    Twice(String),
    /// A link written by hand: a value that makes no sense.
    Value(TextProblem),
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NEWER: &str = "It was made by a newer Slotscope: reload the page and open it again.";
        match self {
            Self::Empty => f.write_str("The link holds no run."),
            Self::NotALink => f.write_str(
                "This is not a Slotscope link. One begins with #1 and a dot follows, or is written by hand: #s=failover",
            ),
            Self::FutureVersion(version) => write!(f, "This page does not know links of version {version:?}. {NEWER}"),
            Self::FutureCodec(codec) => write!(f, "This page does not know links of kind {codec:?}. {NEWER}"),
            Self::UnknownField(number) => write!(f, "The link holds something this page does not know (field {number}). {NEWER}"),
            Self::UnknownWord(number) => write!(f, "The link holds a word this page does not know (word {number}). {NEWER}"),
            Self::BadCharacter(character, at) => {
                write!(f, "The link is damaged: {character:?} at position {at} occurs in no link. Copy it again, whole.")
            }
            Self::Corrupt => f.write_str("The link is damaged: its checksum does not match. Copy it again, whole."),
            Self::Truncated => f.write_str("The end of the link is missing. Copy it again, whole."),
            Self::Malformed(what) => write!(f, "The link is whole, but its {what} makes no sense."),
            Self::TooLarge => f.write_str("The run is too long for a link, which holds at most 64 KB."),
            Self::OutOfRange(error) => write!(f, "The link asks for something impossible. {error}"),
            Self::Log(error) => write!(f, "What was typed cannot be repeated. {error}"),
            Self::Speed(permille) => write!(
                f,
                "The link asks for a speed of {permille} thousandths; allowed: 1 to {}.",
                super::SPEED_PERMILLE_MAX
            ),
            Self::UnknownScene(id) => {
                let known: Vec<_> = crate::scenario::gallery().iter().map(|scene| scene.id).collect();
                write!(f, "There is no scene {id:?}. There are: {}.", known.join(", "))
            }
            Self::UnknownKey(key) => {
                write!(f, "A link has no key {key:?}. There are: {}.", super::alias::keys().join(", "))
            }
            Self::NoValue(part) => write!(f, "{part:?} in the link has no value; write key=value."),
            Self::Twice(key) => write!(f, "The link sets {key:?} twice."),
            Self::Value(problem) => write!(f, "{problem}"),
        }
    }
}

impl std::error::Error for LinkError {}
