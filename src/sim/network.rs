//! The network: hosts in availability zones, and whether and when a message arrives.

use super::{Nanos, draw, log_normal, unit};
use std::collections::{BTreeMap, BTreeSet};

/// A machine on the network: a cache node, an app server, the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(pub u16);

/// An availability zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZoneId(pub u8);

/// One-way latency of a message: log-normal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// The median, in nanoseconds.
    pub median: Nanos,
    /// Shape: the sigma of the underlying normal, in thousandths. 473 puts the 99th percentile at three times the median.
    pub sigma_milli: u32,
}

/// What every link of the network has in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkSpec {
    /// Between hosts of one zone.
    pub same_zone: Latency,
    /// Between hosts of two zones.
    pub cross_zone: Latency,
    /// Transfer rate of a host's link, in bytes a second.
    pub bytes_per_second: u64,
}

impl Default for NetworkSpec {
    /// Half the round trips that others measured on AWS: 0.15 ms in a zone, 0.8 ms across, 10 Gbit/s.
    fn default() -> Self {
        Self {
            same_zone: Latency {
                median: Nanos::from_micros(75),
                sigma_milli: 473,
            },
            cross_zone: Latency {
                median: Nanos::from_micros(400),
                sigma_milli: 473,
            },
            bytes_per_second: 1_250_000_000,
        }
    }
}

/// What the network does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It arrives then.
    Arrives(Nanos),
    /// It is lost on the way, for this reason. The sender is not told.
    Lost(Loss),
}

/// Why a message does not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The two hosts are in different parts of a partition.
    Partition,
    /// A firewall rule drops it: a security group without the port.
    Firewall,
    /// Chance: the link loses some messages.
    Chance,
}

/// Hosts, zones, and the faults laid over them.
#[derive(Clone, Debug)]
pub struct Network {
    seed: u64,
    spec: NetworkSpec,
    zones: Vec<ZoneId>,
    cut: BTreeSet<(HostId, HostId)>,
    blocked: BTreeSet<(HostId, HostId)>,
    loss_permille: u32,
    extra: BTreeMap<HostId, Nanos>,
}

impl Network {
    /// A network without hosts. All its chance derives from `seed`.
    pub fn new(seed: u64, spec: NetworkSpec) -> Self {
        Self {
            seed,
            spec,
            zones: Vec::new(),
            cut: BTreeSet::new(),
            blocked: BTreeSet::new(),
            loss_permille: 0,
            extra: BTreeMap::new(),
        }
    }

    /// Adds a host in `zone`.
    pub fn add_host(&mut self, zone: ZoneId) -> HostId {
        let id =
            HostId(u16::try_from(self.zones.len()).expect("a run has at most a few hundred hosts"));
        self.zones.push(zone);
        id
    }

    /// The zone of a host.
    pub fn zone(&self, host: HostId) -> ZoneId {
        self.zones[usize::from(host.0)]
    }

    /// How many hosts there are.
    pub fn hosts(&self) -> usize {
        self.zones.len()
    }

    /// What becomes of a message of `bytes` sent at `now`.
    ///
    /// `key` says what the message is (a request's number and its hop, say): its luck depends on the seed, the two
    /// hosts and that key alone, so that two lanes share it wherever they send the same message.
    pub fn send(&self, now: Nanos, from: HostId, to: HostId, bytes: u64, key: u64) -> Delivery {
        if self.cut.contains(&(from, to)) {
            return Delivery::Lost(Loss::Partition);
        }
        if self.blocked.contains(&(from, to)) {
            return Delivery::Lost(Loss::Firewall);
        }
        let word = draw(
            self.seed,
            &[0x6e_6574, u64::from(from.0), u64::from(to.0), key],
        );
        if self.loss_permille > 0 {
            let chance = draw(word, &[0x6c_6f73]);
            if unit(chance) * 1_000.0 < f64::from(self.loss_permille) {
                return Delivery::Lost(Loss::Chance);
            }
        }
        let latency = if self.zone(from) == self.zone(to) {
            self.spec.same_zone
        } else {
            self.spec.cross_zone
        };
        let flight = log_normal(
            word,
            latency.median.0 as f64,
            f64::from(latency.sigma_milli) / 1_000.0,
        );
        let transfer = bytes.saturating_mul(1_000_000_000) / self.spec.bytes_per_second.max(1);
        let extra = self.extra_latency(from) + self.extra_latency(to);
        Delivery::Arrives(now + Nanos(flight as u64) + Nanos(transfer) + extra)
    }

    /// Cuts the network between every host of `one` and every host of `other`, both ways.
    pub fn partition(&mut self, one: &[HostId], other: &[HostId]) {
        for &a in one {
            for &b in other {
                if a != b {
                    self.cut.insert((a, b));
                    self.cut.insert((b, a));
                }
            }
        }
    }

    /// Mends every partition.
    pub fn heal(&mut self) {
        self.cut.clear();
    }

    /// Whether messages from one host reach the other, chance aside.
    pub fn connected(&self, from: HostId, to: HostId) -> bool {
        !self.cut.contains(&(from, to)) && !self.blocked.contains(&(from, to))
    }

    /// Whether any partition is in force.
    pub fn is_partitioned(&self) -> bool {
        !self.cut.is_empty()
    }

    /// Sets a firewall rule: whether messages from `from` to `to` are dropped.
    pub fn firewall(&mut self, from: HostId, to: HostId, blocked: bool) {
        if blocked {
            self.blocked.insert((from, to));
        } else {
            self.blocked.remove(&(from, to));
        }
    }

    /// Sets the share of messages lost by chance, in thousandths (at most 1000).
    pub fn set_loss_permille(&mut self, permille: u32) {
        self.loss_permille = permille.min(1_000);
    }

    /// Adds `extra` to every message from or to `host`; zero takes it away.
    pub fn set_extra_latency(&mut self, host: HostId, extra: Nanos) {
        if extra == Nanos::ZERO {
            self.extra.remove(&host);
        } else {
            self.extra.insert(host, extra);
        }
    }

    fn extra_latency(&self, host: HostId) -> Nanos {
        self.extra.get(&host).copied().unwrap_or_default()
    }
}
