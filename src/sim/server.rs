//! A single-server queue: one core that serves one request after another.

use super::Nanos;
use std::collections::VecDeque;

/// First come, first served, one at a time. This is what saturates: a shard has one core.
#[derive(Clone, Debug, Default)]
pub struct Server {
    busy_until: Nanos,
    finishes: VecDeque<Nanos>,
    busy_total: Nanos,
}

impl Server {
    /// Takes a request of length `service` in at `now`; answers when it starts and when it is done.
    pub fn accept(&mut self, now: Nanos, service: Nanos) -> (Nanos, Nanos) {
        self.forget_done(now);
        let start = self.busy_until.max(now);
        let done = start + service;
        self.busy_until = done;
        self.busy_total += service;
        self.finishes.push_back(done);
        (start, done)
    }

    /// How many requests wait or are being served at `now`.
    pub fn depth(&mut self, now: Nanos) -> usize {
        self.forget_done(now);
        self.finishes.len()
    }

    /// Time spent serving, everything accepted included, since the run began.
    pub fn busy_total(&self) -> Nanos {
        self.busy_total
    }

    /// Drops everything that waits, as a crash does.
    pub fn clear(&mut self, now: Nanos) {
        self.busy_total = self.busy_total - (self.busy_until - now);
        self.busy_until = now;
        self.finishes.clear();
    }

    fn forget_done(&mut self, now: Nanos) {
        while self.finishes.front().is_some_and(|done| *done <= now) {
            self.finishes.pop_front();
        }
    }
}
