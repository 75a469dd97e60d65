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
        Self {
            heap: BinaryHeap::new(),
            now: Nanos::ZERO,
            next_seq: 0,
        }
    }
}

impl<E> Schedule<E> {
    /// The time of the event handed out last, or of the last [`Schedule::rest`].
    pub fn now(&self) -> Nanos {
        self.now
    }

    /// Puts `event` at `at`; a time in the past means now.
    pub fn at(&mut self, at: Nanos, event: E) {
        let entry = Entry {
            at: at.max(self.now),
            seq: self.next_seq,
            event,
        };
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
        assert!(
            self.next_at().is_none_or(|at| at > until),
            "an event would be skipped"
        );
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
