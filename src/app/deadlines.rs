//! Time-outs of one length: they fall due in the order in which they were set, so one alarm serves them all.

use crate::sim::Nanos;
use std::collections::VecDeque;

/// What waits for its time-out, oldest first. Most of it is answered in time, and then merely skipped.
#[derive(Clone, Debug)]
pub(super) struct Deadlines<T> {
    length: Nanos,
    queue: VecDeque<(Nanos, T)>,
    alarm_set: bool,
}

/// What is to be done when the alarm rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due<T> {
    /// This has timed out; ask again.
    Now(T),
    /// Nothing more now: set the alarm to then.
    At(Nanos, T),
    /// Nothing waits.
    Nothing,
}

impl<T: Copy> Deadlines<T> {
    /// Time-outs after `length`.
    pub fn new(length: Nanos) -> Self {
        Self { length, queue: VecDeque::new(), alarm_set: false }
    }

    /// `item` was sent now. Answers when the alarm is to ring, where it is not set already.
    pub fn push(&mut self, now: Nanos, item: T) -> Option<Nanos> {
        let at = now + self.length;
        self.queue.push_back((at, item));
        let unset = !self.alarm_set;
        self.alarm_set = true;
        unset.then_some(at)
    }

    /// The alarm has rung. `waits` says whether an item still waits for its answer.
    pub fn due(&mut self, now: Nanos, waits: impl Fn(T) -> bool) -> Due<T> {
        while let Some(&(at, item)) = self.queue.front() {
            if waits(item) {
                if at > now {
                    return Due::At(at, item);
                }
                self.queue.pop_front();
                return Due::Now(item);
            }
            self.queue.pop_front();
        }
        self.alarm_set = false;
        Due::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_alarm_serves_all_and_the_answered_are_skipped() {
        let ms = Nanos::from_millis;
        let mut deadlines = Deadlines::new(ms(200));
        assert_eq!(deadlines.push(ms(0), 'a'), Some(ms(200)));
        assert_eq!(deadlines.push(ms(10), 'b'), None);
        assert_eq!(deadlines.push(ms(20), 'c'), None);
        assert_eq!(deadlines.due(ms(200), |item| item != 'b'), Due::Now('a'));
        assert_eq!(deadlines.due(ms(200), |item| item != 'b'), Due::At(ms(220), 'c'));
        assert_eq!(deadlines.due(ms(220), |_| true), Due::Now('c'));
        assert_eq!(deadlines.due(ms(220), |_| true), Due::Nothing);
        assert_eq!(deadlines.push(ms(300), 'd'), Some(ms(500)));
    }
}
