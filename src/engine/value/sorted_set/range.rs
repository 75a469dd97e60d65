//! Ranges of scores and of members' bytes, and where in a sorted set they begin and end.

use super::{Item, SortedSetValue};
use crate::resp::Bytes;

/// A range of scores.
#[derive(Clone, Copy, Debug)]
pub struct ScoreRange {
    /// Lower end.
    pub min: f64,
    /// Upper end.
    pub max: f64,
    /// The lower end itself is outside.
    pub above_min: bool,
    /// The upper end itself is outside.
    pub below_max: bool,
}

/// One end of a range of members' bytes.
#[derive(Clone, Debug)]
pub enum LexBound {
    /// Before all members (`-`).
    Lowest,
    /// Behind all members (`+`).
    Highest,
    /// These bytes, and whether they are outside themselves (`(`) or inside (`[`).
    Member(Bytes, bool),
}

/// What a range is taken by.
#[derive(Clone, Debug)]
pub enum Bounds {
    /// By scores.
    Score(ScoreRange),
    /// By members' bytes, lower end and upper end. Only where all scores are the same does that name neighbours.
    Lex(LexBound, LexBound),
}

impl Bounds {
    /// Whether an item is not below the range.
    pub fn reaches_min(&self, item: &Item) -> bool {
        match self {
            Self::Score(range) if range.above_min => item.score > range.min,
            Self::Score(range) => item.score >= range.min,
            Self::Lex(LexBound::Lowest, _) => true,
            Self::Lex(LexBound::Highest, _) => false,
            Self::Lex(LexBound::Member(bytes, true), _) => item.member > *bytes,
            Self::Lex(LexBound::Member(bytes, false), _) => item.member >= *bytes,
        }
    }

    /// Whether an item is not above the range.
    pub fn keeps_max(&self, item: &Item) -> bool {
        match self {
            Self::Score(range) if range.below_max => item.score < range.max,
            Self::Score(range) => item.score <= range.max,
            Self::Lex(_, LexBound::Lowest) => false,
            Self::Lex(_, LexBound::Highest) => true,
            Self::Lex(_, LexBound::Member(bytes, true)) => item.member < *bytes,
            Self::Lex(_, LexBound::Member(bytes, false)) => item.member <= *bytes,
        }
    }

    /// Whether nothing can be in the range.
    fn is_empty(&self) -> bool {
        match self {
            Self::Score(range) => {
                range.min > range.max || (range.min >= range.max && (range.above_min || range.below_max))
            }
            Self::Lex(LexBound::Member(min, above), LexBound::Member(max, below)) => {
                min > max || (min == max && (*above || *below))
            }
            Self::Lex(LexBound::Lowest, max) => matches!(max, LexBound::Lowest),
            Self::Lex(LexBound::Highest, _) | Self::Lex(_, LexBound::Lowest) => true,
            Self::Lex(_, LexBound::Highest) => false,
        }
    }

    /// Whether the set's outermost members leave room for a member in the range.
    fn meets(&self, set: &SortedSetValue) -> bool {
        !self.is_empty()
            && set.by_rank(set.len().wrapping_sub(1)).is_some_and(|last| self.reaches_min(last))
            && set.by_rank(0).is_some_and(|first| self.keeps_max(first))
    }

    /// Whether a search must try one member after the other: by bytes in the `listpack` form, as Redis does, which shows
    /// where the scores differ.
    fn is_slow(&self, set: &SortedSetValue) -> bool {
        set.is_packed() && matches!(self, Self::Lex(..))
    }

    /// The rank of the lowest member in the range.
    pub fn first(&self, set: &SortedSetValue) -> Option<usize> {
        if !self.meets(set) {
            return None;
        }
        let rank = if self.is_slow(set) {
            set.walk(0, false).position(|item| self.reaches_min(item))?
        } else {
            set.partition_point(&|item| !self.reaches_min(item))
        };
        set.by_rank(rank).filter(|item| self.keeps_max(item)).map(|_| rank)
    }

    /// The rank of the highest member in the range.
    pub fn last(&self, set: &SortedSetValue) -> Option<usize> {
        if !self.meets(set) {
            return None;
        }
        let rank = if self.is_slow(set) {
            let highest = set.len() - 1;
            highest - set.walk(highest, true).position(|item| self.keeps_max(item))?
        } else {
            set.partition_point(&|item| self.keeps_max(item)).checked_sub(1)?
        };
        set.by_rank(rank).filter(|item| self.reaches_min(item)).map(|_| rank)
    }

    /// The range's first rank and how many members are in it.
    pub fn ranks(&self, set: &SortedSetValue) -> (usize, usize) {
        let Some(first) = self.first(set) else {
            return (0, 0);
        };
        if self.is_slow(set) {
            return (first, set.walk(first, false).take_while(|item| self.keeps_max(item)).count());
        }
        (first, self.last(set).map_or(0, |last| (last + 1).saturating_sub(first)))
    }
}
