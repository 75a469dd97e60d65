//! What JavaScript is given: the readings of `world`, as plain objects with names in camel case.
//!
//! Every number is a `number`: times are at most an hour in nanoseconds, and counts and bytes stay far below 2^53, so each
//! is exact. The fingerprint needs all of its 64 bits and is a string of hexadecimal digits.
//!
//! Start with [`View`], and with [`TYPES`] for what TypeScript is told.

use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{scenario, world};

/// The types as TypeScript has them; a field and its meaning are those of `world`'s view.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** A reading of the whole run. */
export interface View {
  /** Simulated nanoseconds since the run began. */
  nowNs: number;
  /** 16 hexadecimal digits. */
  fingerprint: string;
  events: number;
  /** The traffic as it is now, the same in every lane. */
  load: Load;
  lanes: LaneView[];
}
export interface Load {
  apps: number;
  requestsPerSecond: number;
  rows: number;
  zipfThetaMilli: number;
  readPermille: number;
  valueBytes: number;
  ttlSeconds: number;
}
export interface LaneView {
  strategy: string;
  figures: Figures;
  apps: AppView[];
  nodes: NodeView[];
  database: DatabaseView;
  /** The cluster in words, one sentence a fact. */
  inWords: string[];
}
/** Ratios, latencies and rates are over the last simulated second, counts since the run began. */
export interface Figures {
  hitRatio: number | null;
  p50Us: number | null;
  p95Us: number | null;
  p99Us: number | null;
  operationsPerSecond: number;
  databasePerSecond: number;
  staleReads: number;
  evictions: number;
  expired: number;
  errors: number;
  redirections: number;
}
export interface AppView {
  name: string;
  zone: number;
  operationsPerSecond: number;
  inFlight: number;
}
export interface DatabaseView {
  zone: number;
  busy: number;
  connections: number;
  waiting: number;
  queriesPerSecond: number;
}
export interface NodeView {
  name: string;
  id: string;
  ip: string;
  zone: number;
  shard: number;
  primary: boolean;
  /** The place of its primary in `nodes`. */
  replicaOf: number | null;
  health: "online" | "paused" | "dead" | "loading";
  suspectedBy: number;
  failed: boolean;
  keys: number;
  usedMemory: number;
  maxmemory: number;
  policy: string;
  cpuPermille: number;
  commandsPerSecond: number;
  queue: number;
  offset: number;
  lagBytes: number;
  /** Inclusive ranges. */
  slots: [number, number][];
  evicted: number;
  expired: number;
  hits: number;
  misses: number;
  configEpoch: number;
  currentEpoch: number;
  clusterOk: boolean;
  linkUp: boolean;
}
export interface ConsoleLine {
  atNs: number;
  console: "redis" | "aws" | "sim";
  style: "input" | "reply" | "redirect" | "error" | "remark";
  text: string;
}
"#;

/// See [`world::View`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    now_ns: u64,
    fingerprint: String,
    events: u64,
    load: Load,
    lanes: Vec<LaneView>,
}

/// See [`scenario::Load`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Load {
    apps: u8,
    requests_per_second: u32,
    rows: u32,
    zipf_theta_milli: u16,
    read_permille: u16,
    value_bytes: u32,
    ttl_seconds: u32,
}

/// See [`world::LaneView`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LaneView {
    strategy: &'static str,
    figures: Figures,
    apps: Vec<AppView>,
    nodes: Vec<NodeView>,
    database: DatabaseView,
    in_words: Vec<String>,
}

/// See [`world::Figures`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    hit_ratio: Option<f64>,
    p50_us: Option<u64>,
    p95_us: Option<u64>,
    p99_us: Option<u64>,
    operations_per_second: u64,
    database_per_second: u64,
    stale_reads: u64,
    evictions: u64,
    expired: u64,
    errors: u64,
    redirections: u64,
}

/// See [`world::AppView`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppView {
    name: String,
    zone: u8,
    operations_per_second: u64,
    in_flight: usize,
}

/// See [`world::DatabaseView`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseView {
    zone: u8,
    busy: usize,
    connections: usize,
    waiting: usize,
    queries_per_second: u64,
}

/// See [`world::NodeView`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeView {
    name: String,
    id: String,
    ip: String,
    zone: u8,
    shard: u16,
    primary: bool,
    replica_of: Option<usize>,
    health: &'static str,
    suspected_by: usize,
    failed: bool,
    keys: usize,
    used_memory: u64,
    maxmemory: u64,
    policy: String,
    cpu_permille: u32,
    commands_per_second: u64,
    queue: usize,
    offset: u64,
    lag_bytes: u64,
    slots: Vec<(u16, u16)>,
    evicted: u64,
    expired: u64,
    hits: u64,
    misses: u64,
    config_epoch: u64,
    current_epoch: u64,
    cluster_ok: bool,
    link_up: bool,
}

/// See [`world::ConsoleLine`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsoleLine<'a> {
    at_ns: u64,
    console: &'static str,
    style: &'static str,
    text: &'a str,
}

/// A fingerprint as people pass it on.
pub fn hex(fingerprint: u64) -> String {
    format!("{fingerprint:016x}")
}

impl From<world::View> for View {
    fn from(view: world::View) -> Self {
        let world::View { now, fingerprint, events, load, lanes } = view;
        let lanes = lanes.into_iter().map(LaneView::from).collect();
        Self { now_ns: now.0, fingerprint: hex(fingerprint), events, load: load.into(), lanes }
    }
}

impl From<scenario::Load> for Load {
    fn from(load: scenario::Load) -> Self {
        let scenario::Load {
            apps,
            requests_per_second,
            rows,
            zipf_theta_milli,
            read_permille,
            value_bytes,
            ttl_seconds,
        } = load;
        Self { apps, requests_per_second, rows, zipf_theta_milli, read_permille, value_bytes, ttl_seconds }
    }
}

// Each reading is taken apart field by field, so that a new field cannot be forgotten here.

impl From<world::LaneView> for LaneView {
    fn from(lane: world::LaneView) -> Self {
        let world::LaneView { strategy, figures, apps, nodes, database, in_words } = lane;
        Self {
            strategy: strategy.name(),
            figures: figures.into(),
            apps: apps.into_iter().map(AppView::from).collect(),
            nodes: nodes.into_iter().map(NodeView::from).collect(),
            database: database.into(),
            in_words,
        }
    }
}

impl From<world::Figures> for Figures {
    fn from(figures: world::Figures) -> Self {
        let world::Figures {
            hit_ratio,
            p50_us,
            p95_us,
            p99_us,
            operations_per_second,
            database_per_second,
            stale_reads,
            evictions,
            expired,
            errors,
            redirections,
        } = figures;
        Self {
            hit_ratio,
            p50_us,
            p95_us,
            p99_us,
            operations_per_second,
            database_per_second,
            stale_reads,
            evictions,
            expired,
            errors,
            redirections,
        }
    }
}

impl From<world::AppView> for AppView {
    fn from(app: world::AppView) -> Self {
        let world::AppView { name, zone, operations_per_second, in_flight } = app;
        Self { name, zone, operations_per_second, in_flight }
    }
}

impl From<world::DatabaseView> for DatabaseView {
    fn from(database: world::DatabaseView) -> Self {
        let world::DatabaseView { zone, busy, connections, waiting, queries_per_second } = database;
        Self { zone, busy, connections, waiting, queries_per_second }
    }
}

impl From<world::NodeView> for NodeView {
    fn from(node: world::NodeView) -> Self {
        let world::NodeView {
            name,
            id,
            ip,
            zone,
            shard,
            primary,
            replica_of,
            health,
            suspected_by,
            failed,
            keys,
            used_memory,
            maxmemory,
            policy,
            cpu_permille,
            commands_per_second,
            queue,
            offset,
            lag_bytes,
            slots,
            evicted,
            expired,
            hits,
            misses,
            config_epoch,
            current_epoch,
            cluster_ok,
            link_up,
        } = node;
        let health = match health {
            world::Health::Online => "online",
            world::Health::Paused => "paused",
            world::Health::Dead => "dead",
            world::Health::Loading => "loading",
        };
        Self {
            name,
            id,
            ip,
            zone,
            shard,
            primary,
            replica_of,
            health,
            suspected_by,
            failed,
            keys,
            used_memory,
            maxmemory,
            policy,
            cpu_permille,
            commands_per_second,
            queue,
            offset,
            lag_bytes,
            slots,
            evicted,
            expired,
            hits,
            misses,
            config_epoch,
            current_epoch,
            cluster_ok,
            link_up,
        }
    }
}

impl<'a> From<&'a world::ConsoleLine> for ConsoleLine<'a> {
    fn from(line: &'a world::ConsoleLine) -> Self {
        let world::ConsoleLine { at, console, style, text } = line;
        let style = match style {
            world::LineStyle::Input => "input",
            world::LineStyle::Reply => "reply",
            world::LineStyle::Redirect => "redirect",
            world::LineStyle::Error => "error",
            world::LineStyle::Remark => "remark",
        };
        Self { at_ns: at.0, console: console.name(), style, text }
    }
}
