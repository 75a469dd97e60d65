//! The database behind the cache: one machine, some connections, a queue, and the truth.
//!
//! What is left out: the disk and locks. A write waits for nobody; the newest version wins (each write carries the
//! version that its app server took from the row's sequence when it was sent, and an older one never overwrites a newer
//! one). The cache has no such guard, which is where stale values come from.

use super::{Event, Output, Query};
use crate::scenario;
use crate::sim::{Nanos, draw, log_normal};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

const SERVICE: u64 = 0x6462_0001;
/// Spread of service times: puts the 99th percentile at 2.3 times the median.
const SIGMA: f64 = 0.35;
/// A write takes this many times as long as a read (it must reach the log on the disk).
const WRITE_FACTOR: f64 = 2.0;

/// The versions of a row that has been written; every other row is at version 1.
#[derive(Clone, Copy, Debug)]
struct Versions {
    /// The highest handed out.
    taken: u64,
    /// The highest committed: what a read finds.
    committed: u64,
}

/// The database of one lane.
#[derive(Clone, Debug)]
pub struct DatabaseServer {
    seed: u64,
    spec: scenario::Database,
    busy: usize,
    waiting: VecDeque<Query>,
    queries: u64,
    refused: u64,
    rows: FxHashMap<u32, Versions>,
}

impl DatabaseServer {
    /// Queries that may wait for a connection; one more is refused.
    pub const WAITING_MAX: usize = 10_000;

    pub(super) fn new(seed: u64, spec: scenario::Database) -> Self {
        Self { seed, spec, busy: 0, waiting: VecDeque::new(), queries: 0, refused: 0, rows: FxHashMap::default() }
    }

    /// Connections in use.
    pub fn busy(&self) -> usize {
        self.busy
    }

    /// Connections there are.
    pub fn connections(&self) -> usize {
        usize::from(self.spec.connections.max(1))
    }

    /// Queries that wait for a connection.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Queries taken in so far, the refused ones not counted.
    pub fn queries(&self) -> u64 {
        self.queries
    }

    /// Queries refused so far, because too many waited.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// The committed version of a row.
    pub fn version(&self, row: u32) -> u64 {
        self.rows.get(&row).map_or(1, |versions| versions.committed)
    }

    /// Changes speed and connections from the next query on. Queries under way are finished as they were begun.
    pub(super) fn set_spec(&mut self, spec: scenario::Database) {
        self.spec = spec;
    }

    /// The version that the next write to a row is to make.
    pub(super) fn take_version(&mut self, row: u32) -> u64 {
        let versions = self.rows.entry(row).or_insert(Versions { taken: 1, committed: 1 });
        versions.taken += 1;
        versions.taken
    }

    /// A query has arrived: it starts, waits for a connection, or is refused.
    pub(super) fn arrive(&mut self, now: Nanos, mut query: Query, out: &mut Vec<Output>) {
        if self.busy < self.connections() {
            self.queries += 1;
            self.start(now, query, out);
        } else if self.waiting.len() < Self::WAITING_MAX {
            self.queries += 1;
            self.waiting.push_back(query);
        } else {
            self.refused += 1;
            query.refused = true;
            query.started = now;
            out.push(Output::FromDatabase(query));
        }
    }

    /// A query is done: a write commits, before its answer leaves.
    pub(super) fn done(&mut self, now: Nanos, query: Query, out: &mut Vec<Output>) {
        if query.write {
            let versions = self.rows.entry(query.row).or_insert(Versions { taken: 1, committed: 1 });
            versions.committed = versions.committed.max(query.version);
        }
        out.push(Output::FromDatabase(query));
        self.busy = self.busy.saturating_sub(1);
        while self.busy < self.connections() {
            let Some(next) = self.waiting.pop_front() else { break };
            self.start(now, next, out);
        }
    }

    /// A read sees what is committed when it starts (multi-version concurrency control, at the level of a statement).
    fn start(&mut self, now: Nanos, mut query: Query, out: &mut Vec<Output>) {
        self.busy += 1;
        query.started = now;
        if !query.write {
            query.version = self.version(query.row);
        }
        let factor = if query.write { WRITE_FACTOR } else { 1.0 };
        let median = f64::from(self.spec.query_median_us) * 1_000.0 * factor;
        let service = log_normal(draw(self.seed, &[SERVICE, query.operation.0]), median, SIGMA);
        out.push(Output::Schedule { at: now + Nanos(service as u64), event: Event::QueryDone(query) });
    }
}
