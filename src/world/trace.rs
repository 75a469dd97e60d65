//! One operation followed hop by hop, so that the page can say why it took as long as it did.
//!
//! Every operation is traced while it is under way; of the finished ones the latest of each kind is kept. Nothing
//! here feeds back into the run.

use super::view::{Hop, RequestTrace, TraceKind};
use crate::app::{AppIndex, Ending, Finished, OperationId, Query, RequestKind};
use crate::cluster::{Cluster, NodeIndex, Reply, RequestId};
use crate::resp::{Bytes, Value};
use crate::sim::Nanos;
use rustc_hash::FxHashMap;

/// Operations followed at once; beyond, new ones go untraced.
const OPEN_MAX: usize = 20_000;
/// Keys remembered as gone.
const GONE_MAX: usize = 100_000;

/// Follows operations.
#[derive(Clone, Debug, Default)]
pub(super) struct Tracer {
    open: FxHashMap<u64, Trace>,
    requests: FxHashMap<u64, (u64, usize)>,
    spare: Vec<Vec<Step>>,
    gone: FxHashMap<Bytes, Gone>,
    latest: [Option<Trace>; 4],
}

/// Why a key is not in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gone {
    Evicted,
    Expired,
    Deleted,
}

#[derive(Clone, Debug)]
struct Trace {
    operation: u64,
    app: AppIndex,
    began: Nanos,
    ended: Nanos,
    ending: Ending,
    stale: bool,
    key: Bytes,
    verb: &'static str,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Request {
        kind: RequestKind,
        deletes: bool,
        to: Option<NodeIndex>,
        other_zone: bool,
        sent: Nanos,
        arrived: Nanos,
        answer: Option<Answer>,
    },
    Query {
        write: bool,
        row: u32,
        sent: Nanos,
        started: Nanos,
        answered: Option<Nanos>,
    },
}

#[derive(Clone, Debug)]
struct Answer {
    ahead: u32,
    arrived: Nanos,
    started: Nanos,
    finished: Nanos,
    back: Option<Nanos>,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Found,
    Nil(Option<Gone>),
    Done,
    Redirected(String),
    Error(String),
}

impl Tracer {
    /// A key went by itself.
    pub fn key_gone(&mut self, key: &Bytes, evicted: bool) {
        if self.gone.len() < GONE_MAX {
            self.gone.insert(key.clone(), if evicted { Gone::Evicted } else { Gone::Expired });
        }
    }

    /// An app server sends a command on behalf of an operation.
    pub fn sent(
        &mut self,
        operation: OperationId,
        app: AppIndex,
        id: RequestId,
        kind: RequestKind,
        argv: &[Bytes],
        now: Nanos,
    ) {
        if kind == RequestKind::Topology {
            return;
        }
        let Some(trace) = self.trace_mut(operation.0, app, now) else { return };
        let deletes = argv.first().is_some_and(|name| name.eq_ignore_ascii_case(b"DEL"));
        if trace.key.is_empty() {
            trace.key = argv.get(1).cloned().unwrap_or_default();
            trace.verb = if kind == RequestKind::Read { "GET" } else { "write" };
        }
        trace.steps.push(Step::Request {
            kind,
            deletes,
            to: None,
            other_zone: false,
            sent: now,
            arrived: now,
            answer: None,
        });
        let place = trace.steps.len() - 1;
        if kind != RequestKind::Read && !deletes {
            let key = argv.get(1).cloned().unwrap_or_default();
            self.gone.remove(&key);
        }
        self.requests.insert(id.0, (operation.0, place));
    }

    /// The network has said where the command goes and when it arrives.
    pub fn addressed(&mut self, id: RequestId, node: NodeIndex, arrives: Option<Nanos>, crosses_zones: bool) {
        let Some(&(operation, place)) = self.requests.get(&id.0) else { return };
        let Some(trace) = self.open.get_mut(&operation) else { return };
        if let Some(Step::Request { to, other_zone, arrived, .. }) = trace.steps.get_mut(place) {
            *to = Some(node);
            *other_zone = crosses_zones;
            *arrived = arrives.unwrap_or(*arrived);
        }
    }

    /// A node has answered; the reply will be back at `back`. Answers which operation it belongs to, 0 for none.
    pub fn replied(&mut self, reply: &Reply, back: Option<Nanos>) -> u64 {
        let Some((operation, place)) = self.requests.remove(&reply.id.0) else { return 0 };
        let Some(trace) = self.open.get_mut(&operation) else { return operation };
        let key = trace.key.clone();
        let Some(Step::Request { answer, deletes, .. }) = trace.steps.get_mut(place) else { return operation };
        let what = match &reply.value {
            Value::Null => What::Nil(self.gone.get(&key).copied()),
            Value::Error(text) => {
                let text = String::from_utf8_lossy(text).into_owned();
                if text.starts_with("MOVED ") || text.starts_with("ASK ") {
                    What::Redirected(text)
                } else {
                    What::Error(text)
                }
            }
            Value::Bulk(_) => What::Found,
            _ => What::Done,
        };
        if *deletes && matches!(what, What::Done) && self.gone.len() < GONE_MAX {
            self.gone.insert(key, Gone::Deleted);
        }
        *answer = Some(Answer {
            ahead: reply.ahead,
            arrived: reply.arrived,
            started: reply.started,
            finished: reply.finished,
            back,
            what,
        });
        operation
    }

    /// The database sends its answer, which will be back at `back`.
    pub fn answered(&mut self, query: &Query, back: Option<Nanos>, now: Nanos) {
        let step = Step::Query {
            write: query.write,
            row: query.row,
            sent: query.sent,
            started: query.started,
            answered: back,
        };
        if let Some(trace) = self.trace_mut(query.operation.0, query.app, now) {
            if trace.verb.is_empty() {
                trace.verb = "write";
                trace.key = Bytes::from(format!("row:{}", query.row));
            }
            trace.steps.push(step);
        }
    }

    /// An operation is over: it becomes the latest of its kinds.
    pub fn finished(&mut self, finished: &Finished, now: Nanos) {
        let Some(mut trace) = self.open.remove(&finished.operation.0) else { return };
        trace.began = finished.began;
        trace.ended = now;
        trace.ending = finished.ending;
        trace.stale = finished.stale;
        let trouble = finished.redirections > 0
            || finished.timeouts > 0
            || finished.stale
            || matches!(finished.ending, Ending::Degraded | Ending::Failed);
        let kind = match finished.ending {
            _ if trouble => TraceKind::Trouble,
            Ending::Hit => TraceKind::Hit,
            Ending::Miss => TraceKind::Miss,
            _ => TraceKind::Write,
        };
        if let Some(old) = self.latest[kind as usize].replace(trace) {
            let mut steps = old.steps;
            steps.clear();
            if self.spare.len() < 64 {
                self.spare.push(steps);
            }
        }
    }

    fn trace_mut(&mut self, operation: u64, app: AppIndex, now: Nanos) -> Option<&mut Trace> {
        if self.open.len() >= OPEN_MAX && !self.open.contains_key(&operation) {
            return None;
        }
        let spare = &mut self.spare;
        Some(self.open.entry(operation).or_insert_with(|| Trace {
            operation,
            app,
            began: now,
            ended: now,
            ending: Ending::Failed,
            stale: false,
            key: Bytes::default(),
            verb: "",
            steps: spare.pop().unwrap_or_default(),
        }))
    }

    /// The latest finished operation of a kind, in words.
    pub fn latest(&self, kind: TraceKind, cluster: &Cluster) -> Option<RequestTrace> {
        self.latest[kind as usize].as_ref().map(|trace| trace.render(cluster))
    }
}

impl Trace {
    fn render(&self, cluster: &Cluster) -> RequestTrace {
        let app = format!("app {}", self.app.0 + 1);
        let key = String::from_utf8_lossy(&self.key).into_owned();
        let mut hops = Vec::new();
        for step in &self.steps {
            step.render(&app, &key, cluster, &mut hops);
        }
        hops.sort_by_key(|hop| (hop.began, hop.ended));
        let verb = if self.verb == "GET" { "GET" } else { "write of" };
        RequestTrace {
            operation: self.operation,
            title: format!("{verb} {key} from {app}"),
            began: self.began,
            took: self.ended - self.began,
            hops,
            lesson: self.lesson().to_owned(),
        }
    }

    fn lesson(&self) -> &'static str {
        if self.stale {
            return "The cache answered with an older version than the database held: a stale read.";
        }
        match self.ending {
            Ending::Hit => "A hit costs one trip: the database never hears of it.",
            Ending::Miss => "A miss costs three trips: cache, database, cache again.",
            Ending::Written => "A write pays for both stores: the database, and the cache that must not lie about it.",
            Ending::Degraded => "The cache did not answer, so the database had to: slower, but the user got the row.",
            Ending::Failed => "Neither the cache nor the database could answer in time: the user saw an error.",
        }
    }
}

impl Step {
    fn render(&self, app: &str, key: &str, cluster: &Cluster, hops: &mut Vec<Hop>) {
        match self {
            Self::Request { kind, deletes, to, other_zone, sent, arrived, answer } => {
                let (name, shard) = match to {
                    Some(node) => (cluster.spec(*node).name.clone(), Some(cluster.spec(*node).shard)),
                    None => ("nowhere".to_owned(), None),
                };
                let zone = if *other_zone { "other zone" } else { "same zone" };
                let hop =
                    |what: String, note: String, began: Nanos, ended: Nanos| Hop { what, note, shard, began, ended };
                let Some(answer) = answer else {
                    hops.push(hop(format!("{app} → {name}"), format!("{zone}; no answer"), *sent, *arrived));
                    return;
                };
                let back = answer.back.unwrap_or(answer.finished);
                let note = answer.what.words();
                if *kind == RequestKind::Read {
                    hops.push(hop(format!("{app} → {name}"), format!("read, {zone}"), *sent, answer.arrived));
                    let ahead = match answer.ahead {
                        0 => "nobody ahead".to_owned(),
                        1 => "1 request ahead".to_owned(),
                        n => format!("{n} requests ahead"),
                    };
                    hops.push(hop(format!("{name} queue"), ahead, answer.arrived, answer.started));
                    hops.push(hop(format!("{name} GET"), note, answer.started, answer.finished));
                    hops.push(hop(format!("{name} → {app}"), answer.what.reply(), answer.finished, back));
                } else {
                    let verb = if *deletes { "DEL" } else { "SET" };
                    let why = if *kind == RequestKind::Fill { "fill: " } else { "" };
                    let note = if matches!(answer.what, What::Done) { zone.to_owned() } else { note };
                    hops.push(hop(format!("{app} → {name}"), format!("{why}{verb} {key}, {note}"), *sent, back));
                }
            }
            Self::Query { write, row, sent, started, answered } => {
                let statement = if *write {
                    format!("UPDATE … WHERE id = {row}")
                } else {
                    format!("SELECT … WHERE id = {row}")
                };
                let waited = if started.saturating_sub(*sent) > Nanos::from_millis(2) {
                    "; waited for a connection"
                } else {
                    ""
                };
                hops.push(Hop {
                    what: format!("{app} → database"),
                    note: format!("{statement}{waited}"),
                    shard: None,
                    began: *sent,
                    ended: answered.unwrap_or(*started),
                });
            }
        }
    }
}

impl What {
    fn words(&self) -> String {
        match self {
            Self::Found => "hit".to_owned(),
            Self::Nil(None) => "miss: never cached".to_owned(),
            Self::Nil(Some(Gone::Evicted)) => "miss: evicted".to_owned(),
            Self::Nil(Some(Gone::Expired)) => "miss: expired".to_owned(),
            Self::Nil(Some(Gone::Deleted)) => "miss: deleted by a write".to_owned(),
            Self::Done => "done".to_owned(),
            Self::Redirected(text) | Self::Error(text) => text.clone(),
        }
    }

    fn reply(&self) -> String {
        match self {
            Self::Found => "the value".to_owned(),
            Self::Nil(_) => "nil".to_owned(),
            Self::Done => "OK".to_owned(),
            Self::Redirected(_) => "a redirection".to_owned(),
            Self::Error(_) => "an error".to_owned(),
        }
    }
}
