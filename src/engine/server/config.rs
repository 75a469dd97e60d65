//! CONFIG: parameters by name, as text.
//!
//! The text of a parameter that is not at its default is kept in [`Config`]; what the engine acts on is also kept typed,
//! and [`apply`] is where text becomes type.

use super::parameters::{self, Change, PARAMETERS, Parameter};
use crate::engine::call::Call;
use crate::engine::config::{Config, MaxmemoryPolicy};
use crate::engine::error::Error;
use crate::engine::output_limits::OutputLimits;
use crate::engine::{CommandStat, Engine, Stats, glob};
use crate::resp::{Bytes, Value};

/// Sets a parameter from outside, also one that CONFIG SET may not change. `Err` is the reason alone.
pub fn set(engine: &mut Engine, name: &str, value: &str) -> Result<(), String> {
    let at = parameters::find(name).ok_or_else(|| unknown(name))?;
    let normal = PARAMETERS[at].normalize(value, text(&engine.config, at))?;
    store(&mut engine.config, at, value, normal);
    Ok(())
}

/// CONFIG GET of one parameter.
pub fn get(engine: &Engine, name: &str) -> Option<String> {
    Some(text(&engine.config, parameters::find(name)?).to_owned())
}

/// The names of all parameters, old ones included.
pub fn names() -> impl Iterator<Item = &'static str> {
    let names = |parameter: &'static Parameter| [parameter.name, parameter.old_name];
    PARAMETERS.iter().flat_map(names).filter(|name| !name.is_empty())
}

fn unknown(name: &str) -> String {
    format!("Unknown option or number of arguments for CONFIG SET - '{name}'")
}

/// A parameter's value as printed.
fn text(config: &Config, at: usize) -> &str {
    config.changed.get(PARAMETERS[at].name).map_or(PARAMETERS[at].default, String::as_str)
}

/// Keeps a parameter's value: `said` as it was given, `value` as it is printed.
fn store(config: &mut Config, at: usize, said: &str, value: String) {
    let name = PARAMETERS[at].name;
    // Redis 7.0 does not print every class of events that is chosen.
    apply(config, name, if name == "notify-keyspace-events" { said } else { &value });
    config.changed.insert(PARAMETERS[at].name, value);
}

/// Hands a value that [`Parameter::normalize`] made to the field that acts on it, where there is one.
fn apply(config: &mut Config, name: &str, value: &str) {
    let yes = value == "yes";
    // Numbers are within bounds; those of more digits than the field are cut to its greatest value.
    let number = value.parse::<i64>().unwrap_or(i64::MAX);
    let small = u32::try_from(number).unwrap_or(u32::MAX);
    let large = value.parse::<u64>().unwrap_or(u64::MAX);
    match name {
        "maxmemory" => config.maxmemory = large,
        "maxmemory-policy" => {
            config.maxmemory_policy = MaxmemoryPolicy::parse(value).unwrap_or_default();
        }
        "maxmemory-samples" => config.maxmemory_samples = small,
        "maxmemory-eviction-tenacity" => config.maxmemory_eviction_tenacity = small,
        "replica-ignore-maxmemory" => config.replica_ignore_maxmemory = yes,
        "lfu-log-factor" => config.lfu_log_factor = small,
        "lfu-decay-time" => config.lfu_decay_time = small,
        "active-expire-effort" => config.active_expire_effort = small,
        "hz" => config.hz = small,
        "databases" => config.databases = small,
        "proto-max-bulk-len" => config.proto_max_bulk_len = large,
        "client-output-buffer-limit" => config.output_limits = OutputLimits::parse(value),
        "timeout" => config.timeout = large,
        "requirepass" => value.clone_into(&mut config.requirepass),
        "enable-debug-command" => config.enable_debug_command = value != "no",
        "enable-module-command" => config.enable_module_command = value != "no",
        "repl-backlog-size" => config.repl_backlog_size = large,
        "min-replicas-to-write" => config.min_replicas_to_write = small,
        "replica-read-only" => config.replica_read_only = yes,
        "lazyfree-lazy-expire" => config.lazyfree_lazy_expire = yes,
        "lazyfree-lazy-eviction" => config.lazyfree_lazy_eviction = yes,
        "lazyfree-lazy-server-del" => config.lazyfree_lazy_server_del = yes,
        "lazyfree-lazy-user-del" => config.lazyfree_lazy_user_del = yes,
        "lazyfree-lazy-user-flush" => config.lazyfree_lazy_user_flush = yes,
        "notify-keyspace-events" => {
            config.notify_keyspace_events = parameters::events_from(value).unwrap_or(0);
        }
        "hash-max-listpack-entries" => config.hash_max_listpack_entries = large,
        "hash-max-listpack-value" => config.hash_max_listpack_value = large,
        "list-max-listpack-size" => config.list_max_listpack_size = number,
        "list-compress-depth" => config.list_compress_depth = large,
        "set-max-intset-entries" => config.set_max_intset_entries = large,
        "zset-max-listpack-entries" => config.zset_max_listpack_entries = large,
        "zset-max-listpack-value" => config.zset_max_listpack_value = large,
        "hll-sparse-max-bytes" => config.hll_sparse_max_bytes = large,
        "stream-node-max-bytes" => config.stream_node_max_bytes = large,
        "slowlog-log-slower-than" => config.slowlog_log_slower_than = number,
        "latency-monitor-threshold" => config.latency_monitor_threshold = large,
        "latency-tracking" => config.latency_tracking = yes,
        "slowlog-max-len" => config.slowlog_max_len = large,
        "stream-node-max-entries" => config.stream_node_max_entries = large,
        _ => {}
    }
}

/// CONFIG GET: the parameters named, or matched by patterns, in order of their names.
pub fn config_get(call: &mut Call<'_>) -> Result<Value, Error> {
    let patterns = &call.argv[2..];
    let config = &call.engine.config;
    let mut found = Vec::new();
    for (at, parameter) in PARAMETERS.iter().enumerate() {
        for name in [parameter.name, parameter.old_name] {
            if name.is_empty() {
                continue;
            }
            let Some(pattern) = patterns.iter().find(|pattern| glob::matches(pattern, name.as_bytes(), true)) else {
                continue;
            };
            if parameter.is_hidden && !patterns.iter().any(|pattern| pattern.eq_ignore_ascii_case(name.as_bytes())) {
                continue;
            }
            // A name said in full is answered as it was said.
            let said = if pattern.eq_ignore_ascii_case(name.as_bytes()) { pattern } else { &Bytes::from(name) };
            found.push((Value::bulk(said.clone()), Value::bulk(text(config, at))));
        }
    }
    Ok(Value::Map(found))
}

/// CONFIG SET: all the changes or none.
pub fn config_set(call: &mut Call<'_>) -> Result<Value, Error> {
    let pairs = &call.argv[2..];
    if !pairs.len().is_multiple_of(2) {
        return Err(Error::Syntax);
    }
    let failed = |name: &Bytes, why: &str| {
        let name = String::from_utf8_lossy(name);
        Error::Owned(format!("ERR CONFIG SET failed (possibly related to argument '{name}') - {why}"))
    };
    let mut places: Vec<usize> = Vec::new();
    for pair in pairs.chunks(2) {
        let name = String::from_utf8_lossy(&pair[0]);
        let at = parameters::find(&name).ok_or_else(|| {
            Error::quoting("ERR Unknown option or number of arguments for CONFIG SET - '", &pair[0], "'")
        })?;
        match PARAMETERS[at].change {
            Change::Immutable => return Err(failed(&pair[0], "can't set immutable config")),
            Change::Protected if text_of(call.engine, "enable-protected-configs") == "no" => {
                return Err(failed(&pair[0], "can't set protected config"));
            }
            _ if places.contains(&at) => return Err(failed(&pair[0], "duplicate parameter")),
            _ => places.push(at),
        }
    }
    let mut values = Vec::new();
    for (pair, at) in pairs.chunks(2).zip(&places) {
        let said = String::from_utf8_lossy(&pair[1]);
        let value = PARAMETERS[*at].normalize(&said, text(&call.engine.config, *at));
        let value = value.map_err(|why| failed(&pair[0], &why))?;
        values.push((said, value));
    }
    for ((pair, at), (_, value)) in pairs.chunks(2).zip(&places).zip(&values) {
        // The last thing that can fail: nothing has been changed yet.
        if PARAMETERS[*at].name == "port"
            && value != text(&call.engine.config, *at)
            && !value.parse().is_ok_and(|port| call.host.listen_on(port))
        {
            return Err(failed(&pair[0], "Unable to listen on this port. Check server logs."));
        }
    }
    for (at, (said, value)) in places.into_iter().zip(values) {
        // Who was connected before a password was asked for stays so.
        if PARAMETERS[at].name == "requirepass" && call.engine.config.requirepass.is_empty() {
            for client in call.engine.clients.iter_mut() {
                client.authenticated = true;
            }
        }
        store(&mut call.engine.config, at, &said, value);
    }
    Ok(Value::ok())
}

fn text_of<'a>(engine: &'a Engine, name: &str) -> &'a str {
    parameters::find(name).map_or("", |at| text(&engine.config, at))
}

/// CONFIG RESETSTAT.
pub fn config_resetstat(call: &mut Call<'_>) -> Result<Value, Error> {
    call.engine.stats = Stats::default();
    call.engine.command_stats.fill(CommandStat::default());
    call.engine.error_stats.clear();
    let engine = &mut *call.engine;
    engine.expire_cycle.forget_stats();
    engine.server.latency.forget_commands();
    engine.server.connections_before = engine.clients.last_id();
    engine.server.net_input_bytes = 0;
    engine.server.net_output_bytes = 0;
    engine.server.syncs_before = call.host.sync_counts();
    Ok(Value::ok())
}

/// CONFIG REWRITE: there is no file.
pub fn config_rewrite(_call: &mut Call<'_>) -> Result<Value, Error> {
    Err(Error::Text("ERR The server is running without a config file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typed_defaults_are_those_of_the_table() {
        let mut config = Config::default();
        let expected = format!("{config:?}");
        for parameter in PARAMETERS {
            let normal = parameter.normalize(parameter.default, parameter.default);
            assert_eq!(normal.as_deref(), Ok(parameter.default), "{}", parameter.name);
            apply(&mut config, parameter.name, parameter.default);
        }
        assert_eq!(format!("{config:?}"), expected);
    }

    #[test]
    fn parameters_stand_in_order_and_none_is_missing() {
        assert!(PARAMETERS.is_sorted_by_key(|parameter| parameter.name));
        assert_eq!(names().count(), 197);
    }

    #[test]
    fn values_are_checked_and_brought_into_the_form_redis_prints() {
        let normal = |name: &str, said: &str| {
            let parameter = &PARAMETERS[parameters::find(name).unwrap()];
            parameter.normalize(said, parameter.default)
        };
        for (name, said, expected) in [
            ("maxmemory", "4mb", Ok("4194304")),
            ("maxmemory", "99999999999999999999", Ok("18446744073709551615")),
            ("maxmemory", "", Ok("0")),
            ("maxmemory", "-1", Err("argument must be a memory value")),
            ("maxmemory", "1.5gb", Err("argument must be a memory value")),
            ("hz", "0", Ok("1")),
            ("hz", "1000", Ok("500")),
            ("hz", "x", Err("argument couldn't be parsed into an integer")),
            ("lfu-log-factor", "3000000000", Err("argument must be between 0 and 2147483647 inclusive")),
            ("slave-read-only", "NO", Ok("no")),
            ("slave-read-only", "x", Err("argument must be 'yes' or 'no'")),
            ("repl-backlog-size", "1", Ok("16384")),
            ("maxmemory-clients", "50%", Ok("50%")),
            ("maxmemory-clients", "101%", Err("percentage argument must be less or equal to 100")),
            ("notify-keyspace-events", "KEAmnKd", Ok("AKEm")),
            ("notify-keyspace-events", "nmtK", Ok("tnKm")),
            ("notify-keyspace-events", "q", Err("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")),
            ("save", "3600 1 60", Err("Invalid save parameters")),
            ("shutdown-on-sigint", "default save", Ok("save")),
            (
                "client-output-buffer-limit",
                "normal 1mb 2mb 3",
                Ok("normal 1048576 2097152 3 slave 268435456 67108864 60 pubsub 33554432 8388608 60"),
            ),
        ] {
            assert_eq!(normal(name, said), expected.map(str::to_owned).map_err(str::to_owned), "{name} {said}");
        }
    }
}
