//! What a lone engine has to do with other servers that replicate: the replicas that copy it, and the primary that it copies.
//!
//! [`Replication`] is what the engine's host knows of this; [`Lone`](super::lone::Lone) moves the data.

use super::history::History;
use super::primary_link::{Introduction, PrimaryLink};
use mio::Waker;
use slotscope::engine::{ClientId, Engine, Followed, PrimaryAddress, ReplicaWord, SyncCounts, SyncRequest, UnixMicros};
use slotscope::resp::{Bytes, Value, encode_command};
use slotscope::sim::Rng;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A replica, or a client that says it will be one.
#[derive(Default)]
struct Replica {
    port: i64,
    ip: Option<Bytes>,
    speaks_psync2: bool,
    without_data: bool,
    /// It is sent the stream.
    is_fed: bool,
    /// It says how far it is, again and again.
    acknowledges: bool,
    acknowledged: u64,
    acknowledged_at: UnixMicros,
}

impl Replica {
    fn lag(&self, now: UnixMicros) -> u64 {
        now.seconds().saturating_sub(self.acknowledged_at.seconds())
    }

    fn ip(&self) -> String {
        self.ip.as_ref().map_or_else(|| "127.0.0.1".to_owned(), |ip| String::from_utf8_lossy(ip).into_owned())
    }
}

/// How far the connection to the primary is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// There is none.
    Connect,
    /// It is being made.
    Connecting,
    /// The data is on its way.
    Sync,
    /// The stream goes on.
    Connected,
}

impl LinkState {
    /// As ROLE says it.
    fn word(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Connecting => "connecting",
            Self::Sync => "sync",
            Self::Connected => "connected",
        }
    }
}

/// The server that this one copies.
pub struct Primary {
    /// Where it is.
    pub address: PrimaryAddress,
    /// How far the connection is.
    pub state: LinkState,
    /// The attempt that goes on.
    pub link: Option<PrimaryLink>,
    /// Whether this server has got as far as having its data.
    pub has_history: bool,
    /// When something came from it last.
    pub last_io: UnixMicros,
    /// Since when it is away, if it was ever there.
    pub down_since: Option<UnixMicros>,
    /// Size of the snapshot that is on its way.
    pub transfer: u64,
    /// When it was told last how much has come, or tried to be reached.
    pub tended: UnixMicros,
}

/// All of it.
pub struct Replication {
    /// What has been replicated.
    pub history: History,
    replicas: BTreeMap<ClientId, Replica>,
    /// Who is to be sent the stream, from where, and is not yet.
    asked: Vec<(ClientId, SyncRequest)>,
    /// What the replicas are yet to be sent.
    out: Vec<u8>,
    /// The server that this one copies.
    pub primary: Option<Primary>,
    /// WAIT wants to know how far the replicas are.
    pub wants_acknowledgements: bool,
    /// A replica has said so.
    pub has_news_of_replicas: bool,
    good_replicas: u32,
    /// How often replicas were fed.
    pub counts: SyncCounts,
    last_ping: UnixMicros,
    lonely_since: Option<UnixMicros>,
}

impl Replication {
    /// Nobody copies anybody.
    pub fn new(rng: Rng) -> Self {
        Self {
            history: History::new(rng),
            replicas: BTreeMap::new(),
            asked: Vec::new(),
            out: Vec::new(),
            primary: None,
            wants_acknowledgements: false,
            has_news_of_replicas: false,
            good_replicas: 0,
            counts: SyncCounts::default(),
            last_ping: UnixMicros(0),
            lonely_since: None,
        }
    }

    fn fed(&self) -> impl Iterator<Item = &Replica> {
        self.replicas.values().filter(|replica| replica.is_fed)
    }

    /// Goes on with the stream.
    pub fn append(&mut self, bytes: &[u8]) {
        self.history.append(bytes);
        if self.fed().next().is_some() {
            self.out.extend_from_slice(bytes);
        }
    }

    fn append_command(&mut self, words: &[&str]) {
        let words: Vec<Bytes> = words.iter().map(|word| Bytes::from(*word)).collect();
        let mut bytes = Vec::new();
        encode_command(&words, &mut bytes);
        self.append(&bytes);
    }

    /// What the replicas are to be sent, since the last call.
    pub fn take_out(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Who has asked for the stream since the last call, and what each is sent before it.
    pub fn take_asked(&mut self, engine: &mut Engine, now: UnixMicros) -> Vec<(ClientId, Vec<u8>)> {
        let mut all = Vec::new();
        for (client, request) in std::mem::take(&mut self.asked) {
            let Some(replica) = self.replicas.get_mut(&client) else { continue };
            let mut first = Vec::new();
            let missed = match &request {
                SyncRequest::Behind { replid, offset } => self.history.since(&String::from_utf8_lossy(replid), *offset),
                SyncRequest::Everything => None,
            };
            let is_full = missed.is_none();
            if let Some(missed) = missed {
                let name = if replica.speaks_psync2 { format!(" {}", self.history.replid) } else { String::new() };
                first.extend_from_slice(format!("+CONTINUE{name}\r\n").as_bytes());
                first.extend_from_slice(&missed);
                self.counts.partial += 1;
            } else {
                self.counts.full += 1;
                if matches!(&request, SyncRequest::Behind { replid, .. } if **replid != *b"?") {
                    self.counts.partial_refused += 1;
                }
                self.history.keep();
                if request != SyncRequest::Everything {
                    let History { replid, offset, .. } = &self.history;
                    first.extend_from_slice(format!("+FULLRESYNC {replid} {offset}\r\n").as_bytes());
                }
                let snapshot =
                    if replica.without_data { Engine::new(false).snapshot(now) } else { engine.snapshot(now) };
                first.extend_from_slice(format!("${}\r\n", snapshot.len()).as_bytes());
                first.extend_from_slice(&snapshot);
            }
            replica.is_fed = true;
            replica.acknowledges = request != SyncRequest::Everything;
            replica.acknowledged_at = now;
            // It is told that this server is alive when it has heard nothing for a while.
            self.last_ping = now;
            if self.primary.is_none() && is_full {
                // It has yet to be told which database it is about.
                engine.begin_stream();
            }
            all.push((client, first));
        }
        all
    }

    /// A client is gone.
    pub fn forget(&mut self, client: ClientId) {
        self.replicas.remove(&client);
    }

    /// The periodic work. `engine` takes note of it when nothing that happens needs to be kept any more.
    pub fn cron(&mut self, engine: &mut Engine, now: UnixMicros) {
        let setting = |name: &str| engine.config(name).and_then(|value| value.parse::<u64>().ok()).unwrap_or_default();
        self.history.backlog_max = setting("repl-backlog-size") as usize;
        let max_lag = setting("min-replicas-max-lag");
        let patience = setting("repl-timeout");
        let is_silent = |replica: &Replica| replica.is_fed && replica.acknowledges && replica.lag(now) > patience;
        let silent: Vec<ClientId> =
            self.replicas.iter().filter(|(_, replica)| is_silent(replica)).map(|(client, _)| *client).collect();
        self.good_replicas = self.fed().filter(|replica| replica.lag(now) <= max_lag).count() as u32;
        let (ttl, ping_period) = (setting("repl-backlog-ttl"), setting("repl-ping-replica-period"));
        for client in silent {
            engine.hang_up_replica(client);
        }
        if self.primary.is_some() {
            return;
        }
        if self.fed().next().is_some() {
            self.lonely_since = None;
            if now.seconds().saturating_sub(self.last_ping.seconds()) >= ping_period {
                self.last_ping = now;
                self.append_command(&["PING"]);
            }
        } else if self.history.is_kept() {
            let since = *self.lonely_since.get_or_insert(now);
            if ttl > 0 && now.seconds().saturating_sub(since.seconds()) > ttl {
                self.history.forget();
                engine.end_stream();
            }
        }
    }

    /// Asks the replicas how far they are, if somebody wants to know.
    pub fn ask_for_acknowledgements(&mut self) {
        if std::mem::take(&mut self.wants_acknowledgements) {
            self.append_command(&["REPLCONF", "GETACK", "*"]);
        }
    }
}

/// What the engine asks its host.
impl Replication {
    /// Whether this server copies another one.
    pub fn is_replica(&self) -> bool {
        self.primary.is_some()
    }

    /// Whether it does and has no connection to it.
    pub fn is_cut_off(&self) -> bool {
        self.primary.as_ref().is_some_and(|primary| primary.state != LinkState::Connected)
    }

    /// Replicas that do not lag.
    pub fn good_replicas(&self) -> u32 {
        self.good_replicas
    }

    /// Replicas that have so much of the stream.
    pub fn acknowledged(&self, offset: u64) -> i64 {
        self.fed().filter(|replica| replica.acknowledged >= offset).count() as i64
    }

    /// Whether one has not all of it.
    pub fn has_lagging(&self) -> bool {
        self.fed().any(|replica| replica.acknowledged != self.history.offset)
    }

    /// REPLICAOF.
    pub fn follow(&mut self, address: &PrimaryAddress, now: UnixMicros) -> Followed {
        let is_same = |primary: &Primary| {
            primary.address.port == address.port && primary.address.host.eq_ignore_ascii_case(&address.host)
        };
        if self.primary.as_ref().is_some_and(is_same) {
            return Followed::Already;
        }
        let was_connected = self.primary.as_ref().is_some_and(|primary| primary.state == LinkState::Connected);
        self.lonely_since = None;
        self.primary = Some(Primary {
            address: address.clone(),
            state: LinkState::Connect,
            link: None,
            // What this server has kept so far may be what the other one has copied from it.
            has_history: self.history.is_kept(),
            last_io: now,
            down_since: was_connected.then_some(now),
            tended: UnixMicros(0),
            transfer: 0,
        });
        Followed::Begins
    }

    /// REPLICAOF NO ONE.
    pub fn follow_nobody(&mut self) {
        self.primary = None;
        self.lonely_since = None;
        self.history.rename();
    }

    /// SYNC, PSYNC.
    pub fn feed(&mut self, client: ClientId, request: SyncRequest) {
        self.replicas.entry(client).or_default();
        self.asked.push((client, request));
    }

    /// REPLCONF.
    pub fn hear(&mut self, client: ClientId, word: ReplicaWord, now: UnixMicros) {
        let replica = self.replicas.entry(client).or_default();
        match word {
            ReplicaWord::ListeningPort(port) => replica.port = port,
            ReplicaWord::Address(ip) => replica.ip = Some(ip),
            ReplicaWord::SpeaksPsync2 => replica.speaks_psync2 = true,
            ReplicaWord::WithoutData(without) => replica.without_data = without,
            ReplicaWord::Acknowledged(offset) => {
                replica.acknowledged = replica.acknowledged.max(offset);
                replica.acknowledged_at = now;
                self.has_news_of_replicas = true;
            }
        }
    }

    /// ROLE.
    pub fn role(&self) -> Value {
        let text = |text: &str| Value::bulk(Bytes::from(text));
        if let Some(Primary { address, state, .. }) = &self.primary {
            let offset = if *state == LinkState::Connected { self.history.offset as i64 } else { -1 };
            return Value::Array(vec![
                text("slave"),
                Value::bulk(address.host.clone()),
                Value::Int(i64::from(address.port)),
                text(state.word()),
                Value::Int(offset),
            ]);
        }
        let replica = |replica: &Replica| {
            let parts = [replica.ip(), replica.port.to_string(), replica.acknowledged.to_string()];
            Value::Array(parts.iter().map(|part| text(part)).collect())
        };
        let offset = Value::Int(self.history.offset as i64);
        Value::Array(vec![text("master"), offset, Value::Array(self.fed().map(replica).collect())])
    }

    /// INFO's section.
    pub fn info(&self, now: UnixMicros) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        let mut put = |name: &str, value: String| fields.push((name.to_owned(), value));
        put("role", if self.is_replica() { "slave" } else { "master" }.to_owned());
        if let Some(primary) = &self.primary {
            let since = |at: UnixMicros| now.seconds().saturating_sub(at.seconds()).to_string();
            let is_up = primary.state == LinkState::Connected;
            let is_syncing = primary.state == LinkState::Sync;
            let offset = if primary.has_history { self.history.offset } else { 0 };
            put("master_host", String::from_utf8_lossy(&primary.address.host).into_owned());
            put("master_port", primary.address.port.to_string());
            put("master_link_status", if is_up { "up" } else { "down" }.to_owned());
            put("master_last_io_seconds_ago", if is_up { since(primary.last_io) } else { "-1".to_owned() });
            put("master_sync_in_progress", u8::from(is_syncing).to_string());
            put("slave_read_repl_offset", offset.to_string());
            put("slave_repl_offset", offset.to_string());
            if is_syncing {
                put("master_sync_total_bytes", primary.transfer.to_string());
                put("master_sync_read_bytes", "0".to_owned());
                put("master_sync_left_bytes", primary.transfer.to_string());
                put("master_sync_perc", "0.00".to_owned());
                put("master_sync_last_io_seconds_ago", since(primary.last_io));
            }
            if !is_up {
                put("master_link_down_since_seconds", primary.down_since.map_or_else(|| "-1".to_owned(), since));
            }
            put("slave_priority", "100".to_owned());
            put("slave_read_only", "1".to_owned());
            put("replica_announced", "1".to_owned());
        }
        put("connected_slaves", self.fed().count().to_string());
        for (index, replica) in self.fed().enumerate() {
            let (ip, port, offset, lag) = (replica.ip(), replica.port, replica.acknowledged, replica.lag(now));
            put(&format!("slave{index}"), format!("ip={ip},port={port},state=online,offset={offset},lag={lag}"));
        }
        for (name, value) in self.history.fields() {
            put(name, value);
        }
        fields
    }
}

impl Primary {
    /// Tries to reach it.
    pub fn attempt(&mut self, engine: &Engine, history: &History, waker: Option<Arc<Waker>>) {
        let setting = |name: &str| engine.config(name).unwrap_or_default();
        self.state = LinkState::Connecting;
        self.link = Some(PrimaryLink::begin(
            Introduction {
                host: String::from_utf8_lossy(&self.address.host).into_owned(),
                to_port: self.address.port,
                port: setting("port"),
                login: (setting("masteruser"), setting("masterauth")),
                history: self.has_history.then(|| (history.replid.clone(), history.offset + 1)),
                patience: Duration::from_secs(setting("repl-timeout").parse().unwrap_or(60)),
            },
            waker,
        ));
    }

    /// The connection is gone, or could not be made.
    pub fn lose(&mut self, now: UnixMicros) {
        if self.state == LinkState::Connected {
            self.down_since = Some(now);
        }
        self.state = LinkState::Connect;
        self.link = None;
    }
}
