//! All configuration parameters of Redis 7.0.15: names, defaults, and which values each takes.
//!
//! Pure data and its rules. [`super::config`] keeps the values.

use crate::engine::EventClass;
use crate::resp::parse_double;
use std::fmt::Write as _;

/// One parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its name of old, still understood; or empty.
    pub old_name: &'static str,
    /// Which values it takes.
    pub kind: Kind,
    /// Its value before any CONFIG SET.
    pub default: &'static str,
    /// Whether CONFIG SET may change it.
    pub change: Change,
    /// No pattern finds it; it must be named.
    pub is_hidden: bool,
}

/// Whether CONFIG SET may change a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Yes.
    Free,
    /// Only before the server starts.
    Immutable,
    /// Only if enable-protected-configs allows.
    Protected,
}

/// Which values a parameter takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// yes or no.
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// An integer within these bounds, both included.
    Number(i64, i64),
    /// Bytes, with a unit if wanted, at least so many.
    Memory(i64),
    /// Bytes, up to 2⁶⁴−1.
    HugeMemory,
    /// Any text.
    Text,
    /// A text of its own form, told apart by name.
    Special,
}

const fn row(name: &'static str, default: &'static str, kind: Kind) -> Parameter {
    Parameter { name, old_name: "", kind, default, change: Change::Free, is_hidden: false }
}

const fn switch(name: &'static str, default: bool) -> Parameter {
    row(name, if default { "yes" } else { "no" }, Kind::Switch)
}

const fn choice(name: &'static str, default: &'static str, words: &'static [&'static str]) -> Parameter {
    row(name, default, Kind::Choice(words))
}

const fn number(name: &'static str, default: &'static str, min: i64, max: i64) -> Parameter {
    row(name, default, Kind::Number(min, max))
}

const fn memory(name: &'static str, default: &'static str, min: i64) -> Parameter {
    row(name, default, Kind::Memory(min))
}

const fn huge_memory(name: &'static str) -> Parameter {
    row(name, "0", Kind::HugeMemory)
}

const fn text(name: &'static str, default: &'static str) -> Parameter {
    row(name, default, Kind::Text)
}

const fn special(name: &'static str, default: &'static str) -> Parameter {
    row(name, default, Kind::Special)
}

impl Parameter {
    const fn also(mut self, old_name: &'static str) -> Self {
        self.old_name = old_name;
        self
    }

    const fn fixed(mut self) -> Self {
        self.change = Change::Immutable;
        self
    }

    const fn hidden(mut self) -> Self {
        self.is_hidden = true;
        self
    }

    const fn protected(mut self) -> Self {
        self.change = Change::Protected;
        self
    }
}

/// 2³¹−1, the greatest value of many parameters.
const INT: i64 = i32::MAX as i64;
/// No limit of its own.
const MAX: i64 = i64::MAX;

/// All of them, by name.
pub static PARAMETERS: &[Parameter] = &[
    choice("acl-pubsub-default", "resetchannels", &["allchannels", "resetchannels"]),
    text("aclfile", "").fixed(),
    number("acllog-max-len", "128", 0, MAX),
    number("active-defrag-cycle-max", "25", 1, 99),
    number("active-defrag-cycle-min", "1", 1, 99),
    memory("active-defrag-ignore-bytes", "104857600", 1),
    number("active-defrag-max-scan-fields", "1000", 1, MAX),
    number("active-defrag-threshold-lower", "10", 0, 1_000),
    number("active-defrag-threshold-upper", "100", 0, 1_000),
    number("active-expire-effort", "1", 1, 10),
    switch("activedefrag", false),
    switch("activerehashing", true),
    switch("always-show-logo", false).fixed(),
    switch("aof-disable-auto-gc", false),
    switch("aof-load-truncated", true),
    switch("aof-rewrite-incremental-fsync", true),
    switch("aof-timestamp-enabled", false),
    switch("aof-use-rdb-preamble", true),
    text("aof_rewrite_cpulist", "").fixed(),
    text("appenddirname", "appendonlydir").fixed(),
    text("appendfilename", "appendonly.aof").fixed(),
    choice("appendfsync", "everysec", &["everysec", "always", "no"]),
    switch("appendonly", false),
    memory("auto-aof-rewrite-min-size", "67108864", 0),
    number("auto-aof-rewrite-percentage", "100", 0, INT),
    text("bgsave_cpulist", "").fixed(),
    text("bind", "* -::*"),
    text("bind-source-addr", ""),
    text("bio_cpulist", "").fixed(),
    number("busy-reply-threshold", "5000", 0, MAX).also("lua-time-limit"),
    special("client-output-buffer-limit", "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"),
    memory("client-query-buffer-limit", "1073741824", 1_048_576),
    switch("cluster-allow-pubsubshard-when-down", true),
    switch("cluster-allow-reads-when-down", false),
    switch("cluster-allow-replica-migration", true),
    number("cluster-announce-bus-port", "0", 0, 65_535),
    special("cluster-announce-hostname", ""),
    text("cluster-announce-ip", ""),
    number("cluster-announce-port", "0", 0, 65_535),
    number("cluster-announce-tls-port", "0", 0, 65_535),
    text("cluster-config-file", "nodes.conf").fixed(),
    switch("cluster-enabled", false).fixed(),
    huge_memory("cluster-link-sendbuf-limit"),
    number("cluster-migration-barrier", "1", 0, INT),
    number("cluster-node-timeout", "15000", 0, MAX),
    text("cluster-port", "0").fixed(),
    choice("cluster-preferred-endpoint-type", "ip", &["ip", "hostname", "unknown-endpoint"]),
    switch("cluster-replica-no-failover", false).also("cluster-slave-no-failover"),
    number("cluster-replica-validity-factor", "10", 0, INT).also("cluster-slave-validity-factor"),
    switch("cluster-require-full-coverage", true),
    switch("crash-log-enabled", true),
    switch("crash-memcheck-enabled", true),
    text("daemonize", "no").fixed(),
    number("databases", "16", 1, INT).fixed(),
    text("dbfilename", "dump.rdb").protected(),
    text("dir", "/data").protected(),
    text("disable-thp", "yes").fixed(),
    switch("dynamic-hz", true),
    choice("enable-debug-command", "no", &["no", "yes", "local"]).fixed(),
    choice("enable-module-command", "no", &["no", "yes", "local"]).fixed(),
    choice("enable-protected-configs", "no", &["no", "yes", "local"]).fixed(),
    number("hash-max-listpack-entries", "512", 0, MAX).also("hash-max-ziplist-entries"),
    memory("hash-max-listpack-value", "64", 0).also("hash-max-ziplist-value"),
    memory("hll-sparse-max-bytes", "3000", 0),
    number("hz", "10", 0, INT),
    text("ignore-warnings", ""),
    text("io-threads", "1").fixed(),
    text("io-threads-do-reads", "no").fixed(),
    switch("jemalloc-bg-thread", true),
    number("key-load-delay", "0", -INT - 1, INT).hidden(),
    number("latency-monitor-threshold", "0", 0, MAX),
    switch("latency-tracking", true),
    special("latency-tracking-info-percentiles", "50 99 99.9"),
    switch("lazyfree-lazy-eviction", false),
    switch("lazyfree-lazy-expire", false),
    switch("lazyfree-lazy-server-del", false),
    switch("lazyfree-lazy-user-del", false),
    switch("lazyfree-lazy-user-flush", false),
    number("lfu-decay-time", "1", 0, INT),
    number("lfu-log-factor", "10", 0, INT),
    number("list-compress-depth", "0", 0, INT),
    number("list-max-listpack-size", "-2", -INT - 1, INT).also("list-max-ziplist-size"),
    number("loading-process-events-interval-bytes", "2097152", 1_024, INT).hidden(),
    text("logfile", "").fixed(),
    choice("loglevel", "notice", &["debug", "verbose", "notice", "warning"]),
    text("masterauth", ""),
    text("masteruser", ""),
    number("maxclients", "10000", 1, 4_294_967_295),
    huge_memory("maxmemory"),
    special("maxmemory-clients", "0"),
    number("maxmemory-eviction-tenacity", "10", 0, 100),
    choice(
        "maxmemory-policy",
        "noeviction",
        &[
            "volatile-lru",
            "volatile-lfu",
            "volatile-random",
            "volatile-ttl",
            "allkeys-lru",
            "allkeys-lfu",
            "allkeys-random",
            "noeviction",
        ],
    ),
    number("maxmemory-samples", "5", 1, INT),
    number("min-replicas-max-lag", "10", 0, INT).also("min-slaves-max-lag"),
    number("min-replicas-to-write", "0", 0, INT).also("min-slaves-to-write"),
    switch("no-appendfsync-on-rewrite", false),
    special("notify-keyspace-events", ""),
    choice("oom-score-adj", "no", &["no", "yes", "relative", "absolute"]),
    special("oom-score-adj-values", "0 200 800"),
    text("pidfile", "").fixed(),
    number("port", "6379", 0, 65_535),
    text("proc-title-template", "{title} {listen-addr} {server-mode}"),
    choice("propagation-error-behavior", "ignore", &["ignore", "panic", "panic-on-replicas"]),
    switch("protected-mode", true),
    memory("proto-max-bulk-len", "536870912", 1_048_576),
    switch("rdb-del-sync-files", false),
    number("rdb-key-save-delay", "0", -INT - 1, INT).hidden(),
    switch("rdb-save-incremental-fsync", true),
    switch("rdbchecksum", true).fixed(),
    switch("rdbcompression", true),
    memory("repl-backlog-size", "1048576", 1),
    number("repl-backlog-ttl", "3600", 0, MAX),
    switch("repl-disable-tcp-nodelay", false),
    choice("repl-diskless-load", "disabled", &["disabled", "on-empty-db", "swapdb"]),
    switch("repl-diskless-sync", true),
    number("repl-diskless-sync-delay", "5", 0, INT),
    number("repl-diskless-sync-max-replicas", "0", 0, INT),
    number("repl-ping-replica-period", "10", 1, INT).also("repl-ping-slave-period"),
    number("repl-timeout", "60", 1, INT),
    text("replica-announce-ip", "").also("slave-announce-ip"),
    number("replica-announce-port", "0", 0, 65_535).also("slave-announce-port"),
    switch("replica-announced", true),
    switch("replica-ignore-disk-write-errors", false),
    switch("replica-ignore-maxmemory", true).also("slave-ignore-maxmemory"),
    switch("replica-lazy-flush", false).also("slave-lazy-flush"),
    number("replica-priority", "100", 0, INT).also("slave-priority"),
    switch("replica-read-only", true).also("slave-read-only"),
    switch("replica-serve-stale-data", true).also("slave-serve-stale-data"),
    text("replicaof", "").fixed().also("slaveof"),
    text("requirepass", ""),
    choice("sanitize-dump-payload", "no", &["no", "yes", "clients"]),
    special("save", ""),
    text("server_cpulist", "").fixed(),
    number("set-max-intset-entries", "512", 0, MAX),
    text("set-proc-title", "yes").fixed(),
    special("shutdown-on-sigint", "default"),
    special("shutdown-on-sigterm", "default"),
    number("shutdown-timeout", "10", 0, INT),
    number("slowlog-log-slower-than", "10000", -1, MAX),
    number("slowlog-max-len", "128", 0, MAX),
    text("socket-mark-id", "0").fixed(),
    switch("stop-writes-on-bgsave-error", true),
    memory("stream-node-max-bytes", "4096", 0),
    number("stream-node-max-entries", "100", 0, MAX),
    text("supervised", "no").fixed(),
    text("syslog-enabled", "no").fixed(),
    text("syslog-facility", "local0").fixed(),
    text("syslog-ident", "redis").fixed(),
    text("tcp-backlog", "511").fixed(),
    number("tcp-keepalive", "300", 0, INT),
    number("timeout", "0", 0, INT),
    choice("tls-auth-clients", "yes", &["no", "yes", "optional"]),
    text("tls-ca-cert-dir", ""),
    text("tls-ca-cert-file", ""),
    text("tls-cert-file", ""),
    text("tls-ciphers", ""),
    text("tls-ciphersuites", ""),
    text("tls-client-cert-file", ""),
    text("tls-client-key-file", ""),
    text("tls-client-key-file-pass", ""),
    switch("tls-cluster", false),
    text("tls-dh-params-file", ""),
    text("tls-key-file", ""),
    text("tls-key-file-pass", ""),
    number("tls-port", "0", 0, 65_535),
    switch("tls-prefer-server-ciphers", false),
    text("tls-protocols", ""),
    switch("tls-replication", false),
    number("tls-session-cache-size", "20480", 0, INT),
    number("tls-session-cache-timeout", "300", 0, INT),
    switch("tls-session-caching", true),
    number("tracking-table-max-keys", "1000000", 0, MAX),
    text("unixsocket", "").fixed(),
    text("unixsocketperm", "0").fixed(),
    switch("use-exit-on-panic", false).hidden(),
    number("watchdog-period", "0", 0, INT).hidden(),
    number("zset-max-listpack-entries", "128", 0, MAX).also("zset-max-ziplist-entries"),
    memory("zset-max-listpack-value", "64", 0).also("zset-max-ziplist-value"),
];

/// The place in [`PARAMETERS`] of a parameter, by either name, in any case of letters.
pub fn find(name: &str) -> Option<usize> {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    PARAMETERS.iter().position(|parameter| is(parameter.name) || (!name.is_empty() && is(parameter.old_name)))
}

impl Parameter {
    /// A value as CONFIG GET prints it, from what was said and what was there; or what is wrong with it, in Redis's words.
    pub fn normalize(&self, said: &str, old: &str) -> Result<String, String> {
        match self.kind {
            Kind::Switch => match said.to_ascii_lowercase() {
                word if word == "yes" || word == "no" => Ok(word),
                _ => Err("argument must be 'yes' or 'no'".to_owned()),
            },
            Kind::Choice(words) => words
                .iter()
                .find(|word| word.eq_ignore_ascii_case(said))
                .map(|word| (*word).to_owned())
                .ok_or_else(|| format!("argument(s) must be one of the following: {}", words.join(", "))),
            Kind::Number(min, max) => {
                let n = integer(said).ok_or("argument couldn't be parsed into an integer")?;
                within(n, min, max)?;
                // hz below 1 and above 500 is accepted and cut.
                Ok(if self.name == "hz" { n.clamp(1, 500) } else { n }.to_string())
            }
            Kind::Memory(min) => {
                let n = bytes(said).ok_or("argument must be a memory value")? as i64;
                within(n, min, i64::MAX)?;
                // The backlog is never smaller than 16 KiB.
                Ok(if self.name == "repl-backlog-size" { n.max(16_384) } else { n }.to_string())
            }
            Kind::HugeMemory => Ok(bytes(said).ok_or("argument must be a memory value")?.to_string()),
            Kind::Text => Ok(said.to_owned()),
            Kind::Special => special_value(self.name, said, old),
        }
    }
}

fn within(n: i64, min: i64, max: i64) -> Result<(), String> {
    if (min..=max).contains(&n) { Ok(()) } else { Err(format!("argument must be between {min} and {max} inclusive")) }
}

/// An integer as Redis reads one: no sign but `-`, no leading zero, no space.
fn integer(said: &str) -> Option<i64> {
    let n: i64 = said.parse().ok()?;
    (n.to_string() == said).then_some(n)
}

/// Bytes with a unit: `1k` is 1,000, `1kb` is 1,024. Too many digits count as 2⁶⁴−1, as strtoull has it, and the product
/// wraps.
pub fn bytes(said: &str) -> Option<u64> {
    if said.starts_with('-') {
        return None;
    }
    let digits = said.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = said.split_at(digits);
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" => 1_000,
        "kb" => 1 << 10,
        "m" => 1_000_000,
        "mb" => 1 << 20,
        "g" => 1_000_000_000,
        "gb" => 1 << 30,
        _ => return None,
    };
    if digits >= 128 {
        return None;
    }
    let number = if number.is_empty() { 0 } else { number.parse().unwrap_or(u64::MAX) };
    Some(number.wrapping_mul(factor))
}

fn special_value(name: &str, said: &str, old: &str) -> Result<String, String> {
    match name {
        "notify-keyspace-events" => events_from(said)
            .map(events_to)
            .ok_or_else(|| "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.".to_owned()),
        "client-output-buffer-limit" => output_buffer_limits(said, old),
        "save" => save_points(said),
        "oom-score-adj-values" => oom_scores(said),
        "latency-tracking-info-percentiles" => percentiles(said),
        "shutdown-on-sigint" | "shutdown-on-sigterm" => shutdown_options(said),
        "maxmemory-clients" => {
            // Redis keeps a percentage as a negative number of bytes, so very large sizes read as one.
            let percent = said.strip_suffix('%').and_then(integer).filter(|n| *n >= 0);
            let kept = match percent {
                Some(percent) => percent.wrapping_neg(),
                None => bytes(said).ok_or("argument must be a memory or percent value")? as i64,
            };
            match kept {
                ..-100 => Err("percentage argument must be less or equal to 100".to_owned()),
                -100..0 => Ok(format!("{}%", -kept)),
                _ => Ok(kept.to_string()),
            }
        }
        "cluster-announce-hostname" => {
            if said.len() >= 256 {
                Err("Hostnames must be less than 256 characters".to_owned())
            } else if said.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.') {
                Ok(said.to_owned())
            } else {
                Err("Hostnames may only contain alphanumeric characters, hyphens or dots".to_owned())
            }
        }
        _ => Ok(said.to_owned()),
    }
}

/// The classes `A` stands for, and then `n`, in the order they are printed.
const EVENT_CLASSES: [(u8, EventClass); 11] = [
    (b'g', EventClass::GENERIC),
    (b'$', EventClass::STRING),
    (b'l', EventClass::LIST),
    (b's', EventClass::SET),
    (b'h', EventClass::HASH),
    (b'z', EventClass::ZSET),
    (b'x', EventClass::EXPIRED),
    (b'e', EventClass::EVICTED),
    (b't', EventClass::STREAM),
    (b'd', EventClass::MODULE),
    (b'n', EventClass::NEW),
];

const OTHER_EVENT_CLASSES: [(u8, EventClass); 3] =
    [(b'K', EventClass::KEYSPACE), (b'E', EventClass::KEYEVENT), (b'm', EventClass::KEY_MISS)];

fn all_events() -> u32 {
    EVENT_CLASSES[..10].iter().fold(0, |bits, (_, class)| bits | class.0)
}

/// notify-keyspace-events as bits.
pub fn events_from(said: &str) -> Option<u32> {
    said.bytes().try_fold(0, |bits, letter| {
        if letter == b'A' {
            return Some(bits | all_events());
        }
        let mut known = EVENT_CLASSES.iter().chain(&OTHER_EVENT_CLASSES);
        Some(bits | known.find(|(known, _)| *known == letter)?.1.0)
    })
}

/// The letters of event classes. With `A` Redis 7.0 leaves `n` out.
fn events_to(bits: u32) -> String {
    let mut text = String::new();
    let mut add = |classes: &[(u8, EventClass)]| {
        let chosen = classes.iter().filter(|(_, class)| bits & class.0 != 0);
        text.extend(chosen.map(|(letter, _)| char::from(*letter)));
    };
    if bits & all_events() == all_events() {
        text.push('A');
        text.extend(OTHER_EVENT_CLASSES.iter().filter(|(_, c)| bits & c.0 != 0).map(|(l, _)| char::from(*l)));
        return text;
    }
    add(&EVENT_CLASSES);
    add(&OTHER_EVENT_CLASSES);
    text
}

/// The words of a parameter of several: an empty text has none.
fn split(said: &str) -> Vec<&str> {
    if said.is_empty() { Vec::new() } else { said.split(' ').collect() }
}

/// `class hard soft seconds`, for some classes or all; the others stay.
fn output_buffer_limits(said: &str, old: &str) -> Result<String, String> {
    const CLASSES: [&str; 3] = ["normal", "slave", "pubsub"];
    let words: Vec<&str> = split(said);
    if !words.len().is_multiple_of(4) {
        return Err("Wrong number of arguments in buffer limit configuration.".to_owned());
    }
    let old: Vec<&str> = old.split(' ').collect();
    let mut limits: Vec<String> = old.chunks(4).map(|limit| limit.get(1..).unwrap_or(&[]).join(" ")).collect();
    limits.resize(CLASSES.len(), "0 0 0".to_owned());
    for limit in words.chunks(4) {
        let class = limit[0].to_ascii_lowercase();
        let class = if class == "replica" { "slave" } else { &class };
        let Some(at) = CLASSES.iter().position(|known| *known == class) else {
            return Err("Invalid client class specified in buffer limit configuration.".to_owned());
        };
        let (hard, soft, seconds) = (bytes(limit[1]), bytes(limit[2]), limit[3].parse::<i64>().ok());
        let (Some(hard), Some(soft), Some(seconds @ 0..)) = (hard, soft, seconds) else {
            return Err("Error in hard, soft or soft_seconds setting in buffer limit configuration.".to_owned());
        };
        limits[at] = format!("{hard} {soft} {seconds}");
    }
    let named: Vec<String> = CLASSES.iter().zip(limits).map(|(class, limit)| format!("{class} {limit}")).collect();
    Ok(named.join(" "))
}

/// Pairs of seconds and changes.
fn save_points(said: &str) -> Result<String, String> {
    if said.is_empty() {
        return Ok(String::new());
    }
    let words: Vec<&str> = split(said);
    let good = |(n, word): (usize, &&str)| word.parse::<i64>().is_ok_and(|v| if n % 2 == 0 { v >= 1 } else { v >= 0 });
    if words.len().is_multiple_of(2) && words.iter().enumerate().all(good) {
        Ok(words.join(" "))
    } else {
        Err("Invalid save parameters".to_owned())
    }
}

fn oom_scores(said: &str) -> Result<String, String> {
    let words: Vec<&str> = split(said);
    if words.len() != 3 {
        return Err("wrong number of arguments".to_owned());
    }
    if words.iter().all(|word| word.parse::<i64>().is_ok_and(|score| (-2_000..=2_000).contains(&score))) {
        Ok(words.join(" "))
    } else {
        Err("Invalid oom-score-adj-values, elements must be between -2000 and 2000.".to_owned())
    }
}

fn percentiles(said: &str) -> Result<String, String> {
    let mut text = String::new();
    for word in said.split(' ').filter(|word| !word.is_empty()) {
        let Some(percent) = parse_double(word.as_bytes()) else {
            return Err("Invalid latency-tracking-info-percentiles parameters".to_owned());
        };
        if !(0.0..=100.0).contains(&percent) {
            return Err("latency-tracking-info-percentiles parameters should sit between [0.0,100.0]".to_owned());
        }
        let space = if text.is_empty() { "" } else { " " };
        let _ = write!(text, "{space}{percent}");
    }
    Ok(text)
}

fn shutdown_options(said: &str) -> Result<String, String> {
    const OPTIONS: [&str; 4] = ["save", "nosave", "now", "force"];
    let words: Vec<String> = split(said).into_iter().map(str::to_ascii_lowercase).collect();
    if words.is_empty() || !words.iter().all(|word| word == "default" || OPTIONS.contains(&word.as_str())) {
        return Err(format!("argument(s) must be one of the following: default, {}", OPTIONS.join(", ")));
    }
    let said = |option: &str| words.iter().any(|word| word == option);
    if said("save") && said("nosave") {
        return Err("shutdown options SAVE and NOSAVE can't be used simultaneously".to_owned());
    }
    let chosen: Vec<&str> = OPTIONS.into_iter().filter(|option| said(option)).collect();
    Ok(if chosen.is_empty() { "default".to_owned() } else { chosen.join(" ") })
}
