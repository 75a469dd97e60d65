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
            same_zone: Latency { median: Nanos::from_micros(75), sigma_milli: 473 },
            cross_zone: Latency { median: Nanos::from_micros(400), sigma_milli: 473 },
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
        let id = HostId(u16::try_from(self.zones.len()).expect("a run has at most a few hundred hosts"));
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
        let word = draw(self.seed, &[0x6e_6574, u64::from(from.0), u64::from(to.0), key]);
        if self.loss_permille > 0 {
            let chance = draw(word, &[0x6c_6f73]);
            if unit(chance) * 1_000.0 < f64::from(self.loss_permille) {
                return Delivery::Lost(Loss::Chance);
            }
        }
        let latency = if self.zone(from) == self.zone(to) { self.spec.same_zone } else { self.spec.cross_zone };
        let flight = log_normal(word, latency.median.0 as f64, f64::from(latency.sigma_milli) / 1_000.0);
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Hosts 0 and 1 in zone 0, host 2 in zone 1.
    fn network(seed: u64) -> (Network, [HostId; 3]) {
        let mut network = Network::new(seed, NetworkSpec::default());
        let hosts = [0, 0, 1].map(|zone| network.add_host(ZoneId(zone)));
        (network, hosts)
    }

    fn flight(network: &Network, from: HostId, to: HostId, key: u64) -> Option<Nanos> {
        match network.send(Nanos::from_secs(1), from, to, 0, key) {
            Delivery::Arrives(at) => Some(at - Nanos::from_secs(1)),
            Delivery::Lost(_) => None,
        }
    }

    fn loss(network: &Network, from: HostId, to: HostId) -> Option<Loss> {
        match network.send(Nanos::ZERO, from, to, 0, 1) {
            Delivery::Arrives(_) => None,
            Delivery::Lost(loss) => Some(loss),
        }
    }

    #[test]
    fn medians_and_tails_are_as_specified() {
        let (network, [a, b, c]) = network(7);
        for (to, median_us) in [(b, 75.0), (c, 400.0)] {
            let mut flights: Vec<u64> = (0..20_000).map(|key| flight(&network, a, to, key).unwrap().0).collect();
            flights.sort_unstable();
            let (median, p99) = (flights[10_000] as f64 / 1e3, flights[19_800] as f64 / 1e3);
            assert!((median / median_us - 1.0).abs() < 0.02, "{median}");
            assert!((p99 / median - 3.0).abs() < 0.25, "{p99}");
        }
    }

    #[test]
    fn long_messages_take_longer_by_their_transfer() {
        let (network, [a, b, _]) = network(7);
        let arrives = |bytes| match network.send(Nanos::ZERO, a, b, bytes, 1) {
            Delivery::Arrives(at) => at,
            Delivery::Lost(loss) => panic!("{loss:?}"),
        };
        assert_eq!(arrives(1_250_000) - arrives(0), Nanos::from_millis(1));
    }

    #[test]
    fn luck_depends_on_the_message_not_on_what_was_sent_before() {
        let (mut network, [a, b, c]) = network(7);
        let before = flight(&network, a, b, 42);
        network.set_extra_latency(c, Nanos::from_millis(9));
        flight(&network, b, a, 42);
        assert_eq!(flight(&network, a, b, 42), before);
        assert_ne!(flight(&network, a, b, 43), before);
        assert_ne!(flight(&network, b, a, 42), before);
    }

    #[test]
    fn a_partition_cuts_both_ways_until_it_is_healed() {
        let (mut network, [a, b, c]) = network(7);
        network.partition(&[a, b], &[c]);
        for (from, to, expected) in [(a, c, Some(Loss::Partition)), (c, b, Some(Loss::Partition)), (a, b, None)] {
            assert_eq!(loss(&network, from, to), expected);
            assert_eq!(network.connected(from, to), expected.is_none());
        }
        assert!(network.is_partitioned());
        network.heal();
        assert_eq!((loss(&network, a, c), network.is_partitioned()), (None, false));
    }

    #[test]
    fn a_host_is_never_cut_from_itself() {
        let (mut network, [a, b, _]) = network(7);
        network.partition(&[a, b], &[a, b]);
        assert_eq!((loss(&network, a, a), loss(&network, a, b)), (None, Some(Loss::Partition)));
    }

    #[test]
    fn a_firewall_rule_drops_one_way_and_survives_healing() {
        let (mut network, [a, b, _]) = network(7);
        network.firewall(a, b, true);
        network.heal();
        assert_eq!((loss(&network, a, b), loss(&network, b, a)), (Some(Loss::Firewall), None));
        network.firewall(a, b, false);
        assert_eq!(loss(&network, a, b), None);
    }

    #[test]
    fn some_messages_are_lost_by_chance() {
        let (mut network, [a, b, _]) = network(7);
        for (permille, low, high) in [(0, 0, 0), (100, 900, 1_100), (1_000, 10_000, 10_000), (5_000, 10_000, 10_000)] {
            network.set_loss_permille(permille);
            let lost = (0..10_000).filter(|key| flight(&network, a, b, *key).is_none()).count();
            assert!((low..=high).contains(&lost), "{permille}: {lost}");
        }
    }

    #[test]
    fn extra_latency_adds_up_at_both_ends_and_goes_away() {
        let (mut network, [a, b, _]) = network(7);
        let plain = flight(&network, a, b, 1).unwrap();
        network.set_extra_latency(a, Nanos::from_millis(3));
        network.set_extra_latency(b, Nanos::from_millis(2));
        assert_eq!(flight(&network, a, b, 1).unwrap(), plain + Nanos::from_millis(5));
        network.set_extra_latency(a, Nanos::ZERO);
        network.set_extra_latency(b, Nanos::ZERO);
        assert_eq!(flight(&network, a, b, 1).unwrap(), plain);
    }

    #[test]
    fn golden_values() {
        let (network, [a, b, c]) = network(7);
        let flights =
            [(a, b, 1), (a, c, 1), (c, a, 1), (a, b, 2)].map(|(from, to, key)| flight(&network, from, to, key));
        expect_test::expect!["[Nanos(18520), Nanos(267406), Nanos(489651), Nanos(118638)]"]
            .assert_eq(&format!("{:?}", flights.map(Option::unwrap_or_default)));
    }

    proptest! {
        #[test]
        fn nothing_arrives_before_it_was_sent(seed: u64, key: u64, bytes in 0_u64..10_000_000_000, now in 0_u64..1 << 50) {
            let (network, [a, _, c]) = network(seed);
            let delivery = network.send(Nanos(now), a, c, bytes, key);
            prop_assert!(matches!(delivery, Delivery::Arrives(at) if at > Nanos(now)));
        }
    }
}
