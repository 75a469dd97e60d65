//! The event queue: a total order over everything that will happen.

use super::Nanos;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Future events, popped in order of time; events at the same time come out in the order in which they went in.
///
/// Invariant: no event is handed out before its time, and time never runs backwards.
#[derive(Clone, Debug)]
pub struct Schedule<E> {
    heap: BinaryHeap<Entry<E>>,
    now: Nanos,
    next_seq: u64,
}

#[derive(Clone, Debug)]
struct Entry<E> {
    at: Nanos,
    seq: u64,
    event: E,
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<E> Eq for Entry<E> {}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Entry<E> {
    /// Reversed, since the heap hands out its greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.seq).cmp(&(self.at, self.seq))
    }
}

impl<E> Default for Schedule<E> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), now: Nanos::ZERO, next_seq: 0 }
    }
}

impl<E> Schedule<E> {
    /// The time of the event handed out last, or of the last [`Schedule::rest`].
    pub fn now(&self) -> Nanos {
        self.now
    }

    /// Puts `event` at `at`; a time in the past means now.
    pub fn at(&mut self, at: Nanos, event: E) {
        let entry = Entry { at: at.max(self.now), seq: self.next_seq, event };
        self.next_seq += 1;
        self.heap.push(entry);
    }

    /// Puts `event` at `delay` from now.
    pub fn after(&mut self, delay: Nanos, event: E) {
        self.at(self.now + delay, event);
    }

    /// The next event no later than `until`, with its time; the clock moves to it.
    pub fn pop_until(&mut self, until: Nanos) -> Option<(Nanos, E)> {
        if self.heap.peek()?.at > until {
            return None;
        }
        let entry = self.heap.pop()?;
        assert!(entry.at >= self.now, "time runs forwards");
        self.now = entry.at;
        Some((entry.at, entry.event))
    }

    /// Moves the clock on to `until`, where no event is left before it.
    pub fn rest(&mut self, until: Nanos) {
        assert!(self.next_at().is_none_or(|at| at > until), "an event would be skipped");
        self.now = self.now.max(until);
    }

    /// When the next event is due.
    pub fn next_at(&self) -> Option<Nanos> {
        self.heap.peek().map(|entry| entry.at)
    }

    /// How many events wait.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether no event waits.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn events_of_one_moment_come_out_as_they_went_in() {
        let mut schedule = Schedule::default();
        for (at, event) in [(5, 'b'), (1, 'a'), (5, 'c'), (9, 'e'), (5, 'd')] {
            schedule.at(Nanos(at), event);
        }
        let mut order = String::new();
        while let Some((_, event)) = schedule.pop_until(Nanos::MAX) {
            order.push(event);
        }
        assert_eq!(order, "abcde");
    }

    #[test]
    fn nothing_comes_out_before_its_time() {
        let mut schedule = Schedule::default();
        schedule.after(Nanos(10), ());
        assert_eq!(schedule.pop_until(Nanos(9)), None);
        schedule.rest(Nanos(9));
        assert_eq!((schedule.now(), schedule.next_at(), schedule.len()), (Nanos(9), Some(Nanos(10)), 1));
        assert_eq!(schedule.pop_until(Nanos(10)), Some((Nanos(10), ())));
        assert!(schedule.is_empty());
    }

    #[test]
    fn the_past_is_now() {
        let mut schedule = Schedule::default();
        schedule.rest(Nanos(50));
        schedule.at(Nanos(3), "late");
        assert_eq!(schedule.pop_until(Nanos(50)), Some((Nanos(50), "late")));
    }

    #[test]
    #[should_panic(expected = "an event would be skipped")]
    fn no_event_is_skipped() {
        let mut schedule = Schedule::default();
        schedule.at(Nanos(3), ());
        schedule.rest(Nanos(3));
    }

    proptest! {
        /// Events that make more events, popped in several steps or in one, come out in the same order, which is that of
        /// time and then of insertion.
        #[test]
        fn many_small_steps_are_one_large_step(times in prop::collection::vec(0_u64..100, 1..60), step in 1_u64..40) {
            let run = |step: u64| {
                let mut schedule = Schedule::default();
                for (number, at) in times.iter().enumerate() {
                    schedule.at(Nanos(*at), number as u64);
                }
                let (mut popped, mut until) = (Vec::new(), 0);
                while !schedule.is_empty() {
                    until += step;
                    while let Some((now, number)) = schedule.pop_until(Nanos(until)) {
                        popped.push((now, number));
                        if number % 3 == 0 && number < 1_000_000 {
                            schedule.after(Nanos(number % 7), number + 1_000_001);
                        }
                    }
                    schedule.rest(Nanos(until));
                }
                popped
            };
            let popped = run(step);
            prop_assert!(popped.is_sorted_by_key(|(now, _)| *now));
            prop_assert_eq!(popped, run(1_000));
        }

        #[test]
        fn sorting_stably_by_time_gives_the_same_order(times in prop::collection::vec(0_u64..20, 0..100)) {
            let mut schedule = Schedule::default();
            let mut sorted: Vec<(Nanos, usize)> = times.iter().map(|at| Nanos(*at)).zip(0..).collect();
            for (at, number) in &sorted {
                schedule.at(*at, *number);
            }
            sorted.sort_by_key(|(at, _)| *at);
            let popped: Vec<_> = std::iter::from_fn(|| schedule.pop_until(Nanos::MAX)).collect();
            prop_assert_eq!(popped, sorted);
        }
    }
}
