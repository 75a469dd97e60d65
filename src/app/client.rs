//! An app server's cluster-aware client: the slot map it has learnt, the nodes it knows, and which of them it trusts.
//!
//! Shaped after redis-py, lettuce and `JedisCluster`. It holds what the client *knows*; sending and waiting is the fleet's
//! business. It sends everything to the primary that its map names, asks `CLUSTER SLOTS` for a new map when it is
//! redirected or met with silence, and leaves a node alone for a while that has not answered several times in a row
//! (a circuit breaker, as app servers wrap around their clients).

use crate::cluster::Slot;
use crate::resp::{Bytes, Value};
use crate::sim::{Nanos, draw};
use std::rc::Rc;

/// A request that has been out for as long is given up on. (Socket timeouts in the field: 100 ms to a few seconds; the
/// usual defaults, 2 s and more, are the first thing that is changed for a cache.)
pub const REQUEST_TIMEOUT: Nanos = Nanos::from_millis(200);
/// Redirections followed for one command.
pub const REDIRECTIONS_MAX: u32 = 5;
/// How often a command is tried again after a failure that may pass.
pub const RETRIES_MAX: u32 = 2;
/// The pause before that.
pub const RETRY_DELAY: Nanos = Nanos::from_millis(100);
/// Time-outs in a row after which a node is left alone.
pub const STRIKES_MAX: u32 = 3;
/// For how long. Then one request at a time tries whether it is back.
pub const CIRCUIT_OPEN: Nanos = Nanos::from_millis(500);
/// The slot map is renewed this often in any case.
pub const REFRESH_PERIOD: Nanos = Nanos::from_secs(10);
/// And on trouble, but not more often than this.
pub const REFRESH_PAUSE: Nanos = Nanos::from_millis(200);

/// Nodes a client keeps in mind: more than a cluster may have (500).
const ENDPOINTS_MAX: usize = 1_024;
const SLOTS: usize = 16_384;
const NO_ENDPOINT: u16 = u16::MAX;
const REFRESH: u64 = 0x6170_7005;

/// The slot of a key.
pub(super) fn slot_of(key: &[u8]) -> u16 {
    Slot::of_key(key).number()
}

/// A node in [`Client`]'s list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EndpointId(u16);

#[derive(Clone, Debug)]
struct Endpoint {
    host: String,
    /// Time-outs since its last answer.
    strikes: u32,
    /// Until when it is left alone, if it is.
    open_until: Option<Nanos>,
}

/// The renewal of the slot map that is under way.
#[derive(Clone, Copy, Debug)]
struct Refresh {
    number: u64,
    asked: EndpointId,
}

/// What one app server knows of the cluster.
#[derive(Clone, Debug)]
pub(super) struct Client {
    seed: u64,
    endpoints: Vec<Endpoint>,
    /// The primary of each slot. Shared between copies of a run until it changes.
    map: Rc<Vec<u16>>,
    refresh: Option<Refresh>,
    refreshes: u64,
    last_refresh: Option<Nanos>,
    /// A renewal is scheduled for when the pause is over.
    pub refresh_scheduled: bool,
}

/// What a reply means to the client, errors taken apart.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer<'a> {
    /// A value, or an acknowledgement.
    Value(&'a Value),
    /// The slot lives elsewhere.
    Moved { slot: u16, host: &'a str },
    /// The key lives elsewhere already.
    Ask { host: &'a str },
    /// TRYAGAIN, CLUSTERDOWN, LOADING: it may work in a moment.
    Later,
    /// Any other error.
    Error,
}

impl Client {
    /// A client that knows nothing but where to begin. `seed` is its own.
    pub fn new(seed: u64, seeds: &[String]) -> Self {
        let mut client = Self {
            seed,
            endpoints: Vec::new(),
            map: Rc::new(vec![NO_ENDPOINT; SLOTS]),
            refresh: None,
            refreshes: 0,
            last_refresh: None,
            refresh_scheduled: false,
        };
        for host in seeds {
            client.intern(host);
        }
        client
    }

    /// Renewals begun so far.
    pub fn refreshes(&self) -> u64 {
        self.refreshes
    }

    /// The address of a node.
    pub fn host(&self, id: EndpointId) -> &str {
        &self.endpoints[usize::from(id.0)].host
    }

    /// The node at an address; remembered if it is new. None where there are too many.
    pub fn intern(&mut self, host: &str) -> Option<EndpointId> {
        if let Some(at) = self.endpoints.iter().position(|endpoint| endpoint.host == host) {
            return Some(EndpointId(at as u16));
        }
        if self.endpoints.len() >= ENDPOINTS_MAX {
            return None;
        }
        self.endpoints.push(Endpoint { host: host.to_owned(), strikes: 0, open_until: None });
        Some(EndpointId(self.endpoints.len() as u16 - 1))
    }

    /// Where a command on `slot` goes: to its primary as far as is known, else to any node, which will say where.
    pub fn route(&self, slot: u16) -> Option<EndpointId> {
        match self.map[usize::from(slot) % SLOTS] {
            NO_ENDPOINT => (!self.endpoints.is_empty()).then(|| EndpointId(slot % self.endpoints.len() as u16)),
            id => Some(EndpointId(id)),
        }
    }

    /// Notes what a MOVED has said.
    pub fn learn(&mut self, slot: u16, owner: EndpointId) {
        let entry = usize::from(slot) % SLOTS;
        if self.map[entry] != owner.0 {
            Rc::make_mut(&mut self.map)[entry] = owner.0;
        }
    }

    /// Whether to send to a node. Where its circuit has been open for long enough, this lets one request through to try,
    /// and no other until that one has had its time.
    pub fn admits(&mut self, now: Nanos, id: EndpointId) -> bool {
        let endpoint = &mut self.endpoints[usize::from(id.0)];
        match endpoint.open_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                endpoint.open_until = Some(now + REQUEST_TIMEOUT);
                true
            }
        }
    }

    /// A node has answered.
    pub fn answered(&mut self, id: EndpointId) {
        let endpoint = &mut self.endpoints[usize::from(id.0)];
        (endpoint.strikes, endpoint.open_until) = (0, None);
    }

    /// A node has not.
    pub fn timed_out(&mut self, now: Nanos, id: EndpointId) {
        let endpoint = &mut self.endpoints[usize::from(id.0)];
        endpoint.strikes += 1;
        if endpoint.strikes >= STRIKES_MAX {
            endpoint.open_until = Some(now + CIRCUIT_OPEN);
        }
    }

    /// From when on a renewal may begin; none while one is under way.
    pub fn refresh_due(&self) -> Option<Nanos> {
        match self.refresh {
            Some(_) => None,
            None => Some(self.last_refresh.map_or(Nanos::ZERO, |last| last + REFRESH_PAUSE)),
        }
    }

    /// Begins a renewal: whom to ask, and the number under which the answer will come. A random node, of those that are
    /// not left alone if there are any: the one that is silent is not the one to ask.
    pub fn begin_refresh(&mut self, now: Nanos) -> Option<(EndpointId, u64)> {
        let trusted = |endpoint: &&Endpoint| endpoint.strikes == 0;
        let candidates = self.endpoints.iter().filter(trusted).count();
        let of_all = candidates == 0;
        let count = if of_all { self.endpoints.len() } else { candidates };
        if count == 0 {
            return None;
        }
        self.refreshes += 1;
        let pick = (draw(self.seed, &[REFRESH, self.refreshes]) % count as u64) as usize;
        let at = if of_all {
            pick
        } else {
            self.endpoints.iter().enumerate().filter(|(_, endpoint)| trusted(endpoint)).nth(pick)?.0
        };
        let asked = EndpointId(at as u16);
        self.refresh = Some(Refresh { number: self.refreshes, asked });
        self.last_refresh = Some(now);
        Some((asked, self.refreshes))
    }

    /// Whether the renewal with this number is under way.
    pub fn is_refreshing(&self, number: u64) -> bool {
        self.refresh.is_some_and(|refresh| refresh.number == number)
    }

    /// Ends the renewal with this number, if it is still the one under way: answers who was asked.
    pub fn end_refresh(&mut self, number: u64) -> Option<EndpointId> {
        let refresh = self.refresh.filter(|refresh| refresh.number == number)?;
        self.refresh = None;
        Some(refresh.asked)
    }

    /// Takes over a map from the reply to CLUSTER SLOTS of the node `asked`. False where it makes no sense, or names no
    /// slot at all (a node that has forgotten everything): the old map stays.
    pub fn install(&mut self, asked: EndpointId, reply: &Value) -> bool {
        let Value::Array(ranges) = reply else { return false };
        let mut map = vec![NO_ENDPOINT; SLOTS];
        let mut any = false;
        for range in ranges {
            let Some((first, last, nodes)) = range_of(range) else { return false };
            for (place, node) in nodes.iter().enumerate() {
                let Some(id) = self.endpoint_of(node, asked) else { continue };
                if place == 0 {
                    map[first..=last].fill(id.0);
                    any = true;
                }
            }
        }
        if any {
            self.map = Rc::new(map);
        }
        any
    }

    /// A node as CLUSTER SLOTS lists it: `[endpoint, port, id, metadata]`. A null or empty endpoint means the one that was
    /// asked, `?` an unknown one (`cluster-preferred-endpoint-type`).
    fn endpoint_of(&mut self, node: &Value, asked: EndpointId) -> Option<EndpointId> {
        let Value::Array(fields) = node else { return None };
        match fields.first()? {
            Value::Null => Some(asked),
            Value::Bulk(host) if host.is_empty() => Some(asked),
            Value::Bulk(host) if &**host != b"?" => {
                let host = std::str::from_utf8(host).ok()?.to_owned();
                self.intern(&host)
            }
            _ => None,
        }
    }
}

/// A range as CLUSTER SLOTS lists it: `[first, last, node, node, …]`, the primary first.
fn range_of(range: &Value) -> Option<(usize, usize, &[Value])> {
    let Value::Array(fields) = range else { return None };
    let [Value::Int(first), Value::Int(last), nodes @ ..] = fields.as_slice() else { return None };
    let (first, last) = (usize::try_from(*first).ok()?, usize::try_from(*last).ok()?);
    (first <= last && last < SLOTS).then_some((first, last, nodes))
}

/// Takes a reply apart.
pub(super) fn answer(value: &Value) -> Answer<'_> {
    let Value::Error(text) = value else { return Answer::Value(value) };
    match redirection(text) {
        Some(Redirection { ask: true, host, .. }) => Answer::Ask { host },
        Some(Redirection { slot, host, .. }) => Answer::Moved { slot, host },
        None if [&b"TRYAGAIN"[..], b"CLUSTERDOWN", b"LOADING"].iter().any(|code| text.starts_with(code)) => {
            Answer::Later
        }
        None => Answer::Error,
    }
}

/// `MOVED 3999 10.0.1.12:6379` or `ASK 3999 10.0.1.12:6379`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Redirection<'a> {
    pub ask: bool,
    pub slot: u16,
    /// Empty where the node does not say: the same host then.
    pub host: &'a str,
    pub port: u16,
}

pub(super) fn redirection(error: &Bytes) -> Option<Redirection<'_>> {
    let text = std::str::from_utf8(error).ok()?;
    let mut words = text.split(' ');
    let ask = match words.next()? {
        "MOVED" => false,
        "ASK" => true,
        _ => return None,
    };
    let slot = words.next()?.parse().ok().filter(|slot| usize::from(*slot) < SLOTS)?;
    let (host, port) = words.next()?.rsplit_once(':')?;
    Some(Redirection { ask, slot, host, port: port.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(host: Value) -> Value {
        Value::Array(vec![host, Value::Int(6379), Value::bulk("id"), Value::Array(Vec::new())])
    }

    fn range(first: i64, last: i64, hosts: &[&str]) -> Value {
        let mut fields = vec![Value::Int(first), Value::Int(last)];
        fields.extend(hosts.iter().map(|host| node(Value::bulk(*host))));
        Value::Array(fields)
    }

    fn client() -> Client {
        Client::new(1, &["seed".to_owned()])
    }

    #[test]
    fn slots_of_known_keys() {
        for (key, slot) in [("123456789", 12_739), ("foo", 12_182), ("bar", 5_061), ("", 0)] {
            assert_eq!(slot_of(key.as_bytes()), slot, "{key}");
        }
    }

    #[test]
    fn errors_are_taken_apart() {
        let table = [
            ("MOVED 3999 10.0.1.12:6379", Answer::Moved { slot: 3_999, host: "10.0.1.12" }),
            ("ASK 7 node.example:6379", Answer::Ask { host: "node.example" }),
            ("MOVED 7 ::1:6379", Answer::Moved { slot: 7, host: "::1" }),
            ("MOVED 7 :6379", Answer::Moved { slot: 7, host: "" }),
            ("MOVED 16384 10.0.1.12:6379", Answer::Error),
            ("MOVED", Answer::Error),
            ("CLUSTERDOWN The cluster is down", Answer::Later),
            ("CLUSTERDOWN Hash slot not served", Answer::Later),
            ("LOADING Redis is loading the dataset in memory", Answer::Later),
            ("TRYAGAIN Multiple keys request during rehashing of slot", Answer::Later),
            ("OOM command not allowed when used memory > 'maxmemory'.", Answer::Error),
        ];
        for (text, expected) in table {
            assert_eq!(answer(&Value::error(text)), expected, "{text}");
        }
    }

    #[test]
    fn without_a_map_any_known_node_is_asked() {
        let client = client();
        assert_eq!(client.host(client.route(9).unwrap()), "seed");
        assert_eq!(Client::new(1, &[]).route(9), None);
    }

    #[test]
    fn the_map_follows_cluster_slots_and_moved() {
        let mut client = client();
        let (asked, number) = client.begin_refresh(Nanos::ZERO).unwrap();
        let reply = Value::Array(vec![range(0, 99, &["a", "replica"]), range(100, 16_383, &["b"])]);
        assert_eq!(client.end_refresh(number), Some(asked));
        assert!(client.install(asked, &reply));
        let host = |client: &Client, slot| client.host(client.route(slot).unwrap()).to_owned();
        assert_eq!((host(&client, 99), host(&client, 100)), ("a".to_owned(), "b".to_owned()));
        let c = client.intern("c").unwrap();
        client.learn(99, c);
        assert_eq!((host(&client, 98), host(&client, 99)), ("a".to_owned(), "c".to_owned()));
    }

    #[test]
    fn a_map_that_makes_no_sense_is_not_taken_over() {
        let mut client = client();
        let asked = client.route(0).unwrap();
        let table = [
            Value::Array(Vec::new()),
            Value::Null,
            Value::error("ERR This instance has cluster support disabled"),
            Value::Array(vec![Value::Int(1)]),
            Value::Array(vec![range(5, 4, &["a"])]),
            Value::Array(vec![range(0, 16_384, &["a"])]),
            Value::Array(vec![range(-1, 4, &["a"])]),
            Value::Array(vec![range(0, 1, &["?"])]),
            Value::Array(vec![range(0, 1, &[])]),
        ];
        for reply in table {
            assert!(!client.install(asked, &reply), "{reply:?}");
            assert_eq!(client.host(client.route(0).unwrap()), "seed");
        }
    }

    #[test]
    fn a_node_without_an_endpoint_is_the_one_that_was_asked() {
        let mut client = client();
        let asked = client.intern("asked").unwrap();
        for endpoint in [Value::Null, Value::bulk("")] {
            let reply = Value::Array(vec![Value::Array(vec![Value::Int(0), Value::Int(16_383), node(endpoint)])]);
            assert!(client.install(asked, &reply));
            assert_eq!(client.route(1), Some(asked));
        }
    }

    #[test]
    fn a_silent_node_is_left_alone_then_tried_by_one_request_at_a_time() {
        let mut client = client();
        let id = client.route(0).unwrap();
        let ms = Nanos::from_millis;
        for _ in 1..STRIKES_MAX {
            client.timed_out(ms(0), id);
            assert!(client.admits(ms(0), id));
        }
        client.timed_out(ms(0), id);
        let table = [(0, false), (499, false), (500, true), (501, false), (699, false), (700, true)];
        for (at, expected) in table {
            assert_eq!(client.admits(ms(at), id), expected, "at {at} ms");
        }
        client.answered(id);
        assert!(client.admits(ms(701), id) && client.admits(ms(701), id));
    }

    #[test]
    fn a_renewal_asks_somebody_who_answers() {
        let mut client = Client::new(3, &["a".to_owned(), "b".to_owned(), "c".to_owned()]);
        let b = client.intern("b").unwrap();
        client.timed_out(Nanos::ZERO, b);
        for _ in 0..50 {
            let (asked, number) = client.begin_refresh(Nanos::ZERO).unwrap();
            assert_ne!(asked, b);
            assert_eq!(client.end_refresh(number + 1), None);
            client.end_refresh(number).unwrap();
        }
        assert_eq!(client.refreshes(), 50);
    }
}
