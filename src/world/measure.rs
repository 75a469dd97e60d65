//! What a lane measures of itself: the figures of now, and a chart of the whole run for each topic.

use super::lane::SAMPLE_EVERY;
use super::view::{Chart, Figures, NodeView, Topic};
use crate::app::{Ending, Finished};
use crate::cluster::{Cluster, NodeIndex};
use crate::metrics::{Histogram, Series, Share, Thinning, Window};
use crate::sim::Nanos;

/// Readings to a second.
const READINGS: usize = 10;

/// A lane's counters, windows and charts.
#[derive(Clone, Debug)]
pub(super) struct Measurements {
    now: Nanos,
    reads: Window<Share>,
    latency_us: Window<Histogram>,
    queries: Window<u64>,
    apps: Vec<Window<u64>>,
    stale_reads: u64,
    errors: u64,
    redirections: u64,
    nodes: Vec<NodeReadings>,
    series: [Series; Topic::ALL.len()],
}

/// A node's gauges over the last second.
#[derive(Clone, Debug, Default)]
struct NodeReadings {
    /// CPU time and commands so far, at the last readings; the oldest is replaced first.
    busy: [Nanos; READINGS],
    commands: [u64; READINGS],
    taken: usize,
    cpu_permille: u32,
    commands_per_second: u64,
}

impl Measurements {
    pub fn new(nodes: u16, apps: u8) -> Self {
        let series = |topic: Topic| {
            let thinning = match topic {
                Topic::HitRatio | Topic::Latency | Topic::Database => Thinning::Mean,
                Topic::Memory | Topic::Stale | Topic::Evictions => Thinning::Last,
                Topic::Cpu => Thinning::Max,
            };
            Series::new(SAMPLE_EVERY.0, thinning)
        };
        Self {
            now: Nanos::ZERO,
            reads: Window::default(),
            latency_us: Window::default(),
            queries: Window::default(),
            apps: vec![Window::default(); usize::from(apps)],
            stale_reads: 0,
            errors: 0,
            redirections: 0,
            nodes: vec![NodeReadings::default(); usize::from(nodes)],
            series: Topic::ALL.map(series),
        }
    }

    /// A query leaves for the database.
    pub fn query_sent(&mut self, now: Nanos) {
        *self.queries.at(now.0) += 1;
    }

    /// An operation is over.
    pub fn finished(&mut self, now: Nanos, finished: &Finished) {
        match finished.ending {
            Ending::Hit => self.reads.at(now.0).count(true),
            Ending::Miss | Ending::Degraded => self.reads.at(now.0).count(false),
            Ending::Written => {}
            Ending::Failed => self.errors += 1,
        }
        self.latency_us.at(now.0).record((now - finished.began).as_micros());
        if let Some(app) = self.apps.get_mut(usize::from(finished.app.0)) {
            *app.at(now.0) += 1;
        }
        self.stale_reads += u64::from(finished.stale);
        self.redirections += u64::from(finished.redirections);
    }

    /// Reads the gauges and puts a point on every chart.
    pub fn sample(&mut self, now: Nanos, cluster: &Cluster) {
        self.now = now;
        let (mut memory, mut evictions, mut busiest) = (0, 0, 0);
        for (place, readings) in self.nodes.iter_mut().enumerate() {
            let node = NodeIndex(place as u16);
            let stats = cluster.engine(node).stats();
            readings.take(cluster.busy(node), stats.commands);
            memory += cluster.engine(node).used_memory();
            evictions += stats.evicted_keys;
            busiest = busiest.max(readings.cpu_permille);
        }
        for topic in Topic::ALL {
            let sample = match topic {
                Topic::HitRatio => self.reads.last_second(now.0).ratio().map(|ratio| ratio as f32 * 100.0),
                Topic::Latency => self.latency_us.last_second(now.0).quantile(990).map(|us| us as f32 / 1_000.0),
                Topic::Database => Some(self.queries_per_second() as f32),
                Topic::Memory => Some(memory as f32),
                Topic::Cpu => Some(busiest as f32 / 10.0),
                Topic::Stale => Some(self.stale_reads as f32),
                Topic::Evictions => Some(evictions as f32),
            };
            self.series[topic as usize].push(sample);
        }
    }

    pub fn figures(&self, nodes: &[NodeView]) -> Figures {
        let latency = self.latency_us.last_second(self.now.0);
        Figures {
            hit_ratio: self.reads.last_second(self.now.0).ratio(),
            p50_us: latency.quantile(500),
            p95_us: latency.quantile(950),
            p99_us: latency.quantile(990),
            operations_per_second: latency.count(),
            database_per_second: self.queries_per_second(),
            stale_reads: self.stale_reads,
            evictions: nodes.iter().map(|node| node.evicted).sum(),
            expired: nodes.iter().map(|node| node.expired).sum(),
            errors: self.errors,
            redirections: self.redirections,
        }
    }

    pub fn queries_per_second(&self) -> u64 {
        self.queries.last_second(self.now.0)
    }

    pub fn app_per_second(&self, app: u8) -> u64 {
        self.apps.get(usize::from(app)).map_or(0, |window| window.last_second(self.now.0))
    }

    pub fn cpu_permille(&self, node: usize) -> u32 {
        self.nodes.get(node).map_or(0, |readings| readings.cpu_permille)
    }

    pub fn commands_per_second(&self, node: usize) -> u64 {
        self.nodes.get(node).map_or(0, |readings| readings.commands_per_second)
    }

    pub fn chart(&self, topic: Topic) -> Chart {
        let series = &self.series[topic as usize];
        Chart { interval: Nanos(series.interval_ns()), points: series.points().to_vec() }
    }
}

impl NodeReadings {
    fn take(&mut self, busy: Nanos, commands: u64) {
        let place = self.taken % READINGS;
        self.cpu_permille = ((busy - self.busy[place]).0 / 1_000_000) as u32;
        // A restarted node counts from zero again.
        self.commands_per_second = commands.saturating_sub(self.commands[place]);
        self.busy[place] = busy;
        self.commands[place] = commands;
        self.taken += 1;
    }
}
