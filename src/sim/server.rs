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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_request_waits_for_the_ones_ahead_of_it() {
        let mut server = Server::default();
        assert_eq!(server.accept(Nanos(10), Nanos(5)), (Nanos(10), Nanos(15)));
        assert_eq!(server.accept(Nanos(11), Nanos(5)), (Nanos(15), Nanos(20)));
        let table = [(11, 2), (14, 2), (15, 1), (19, 1), (20, 0)];
        for (at, depth) in table {
            assert_eq!(server.depth(Nanos(at)), depth, "at {at}");
        }
        assert_eq!(server.accept(Nanos(30), Nanos(1)), (Nanos(30), Nanos(31)));
        assert_eq!(server.busy_total(), Nanos(11));
    }

    #[test]
    fn a_crash_drops_what_waits_and_counts_only_the_work_done() {
        let mut server = Server::default();
        server.accept(Nanos(0), Nanos(10));
        server.accept(Nanos(0), Nanos(10));
        server.clear(Nanos(4));
        assert_eq!((server.depth(Nanos(4)), server.busy_total()), (0, Nanos(4)));
        assert_eq!(server.accept(Nanos(4), Nanos(1)), (Nanos(4), Nanos(5)));
        server.clear(Nanos(100));
        assert_eq!(server.busy_total(), Nanos(5));
    }

    proptest! {
        #[test]
        fn one_at_a_time_in_order_and_never_idle_with_work(requests in prop::collection::vec((0_u64..50, 0_u64..50), 1..60)) {
            let (mut server, mut now, mut free, mut total) = (Server::default(), Nanos::ZERO, Nanos::ZERO, Nanos::ZERO);
            for (gap, service) in requests {
                now += Nanos(gap);
                let (start, done) = server.accept(now, Nanos(service));
                prop_assert_eq!(start, free.max(now));
                prop_assert_eq!(done, start + Nanos(service));
                free = done;
                total += Nanos(service);
            }
            prop_assert_eq!(server.busy_total(), total);
        }
    }
}
