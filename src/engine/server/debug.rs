//! DEBUG, as far as tests of the engine need it. Guarded by enable-debug-command.

use super::parameters::bytes;
use crate::engine::call::{Call, Lookup};
use crate::engine::error::Error;
use crate::engine::value::{Data, LIST_ELEMENT_LARGE, ListValue, StringValue};
use crate::engine::{glob, number, rdb, usage};
use crate::resp::{Bytes, Value};

/// `DEBUG subcommand …`
pub fn debug(call: &mut Call<'_>) -> Result<Value, Error> {
    let said = String::from_utf8_lossy(&call.argv[1]).to_ascii_lowercase();
    match (said.as_str(), call.argv.len()) {
        ("set-active-expire", 3) => {
            // As atoi has it: what is no number is 0.
            call.engine.config.active_expire_enabled = number::parse_i64(&call.argv[2]).unwrap_or(0) != 0;
            Ok(Value::ok())
        }
        ("set-skip-checksum-validation", 3) => {
            call.engine.config.skip_checksum = number::parse_i64(&call.argv[2]).unwrap_or(0) != 0;
            Ok(Value::ok())
        }
        ("sleep", 3) => sleep(call),
        ("populate", 3..=5) => populate(call),
        ("digest", 2) => super::digest::digest(call),
        ("digest-value", 2..) => super::digest::digest_value(call),
        ("reload", 2..) => super::reload::reload(call),
        ("htstats", 3) => super::table_stats::htstats(call),
        ("htstats-key", 3) => super::table_stats::htstats_key(call),
        ("pause-cron", 3) => {
            call.engine.server.cron_paused = number::parse_i64(&call.argv[2]).unwrap_or(0) != 0;
            Ok(Value::ok())
        }
        ("log", 3) => {
            let line = format!("DEBUG LOG: {}", String::from_utf8_lossy(call.arg(2)));
            log(call, line);
            Ok(Value::ok())
        }
        ("error", 3) => {
            let said = call.arg(2).iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte });
            Err(Error::bytes(said.collect()))
        }
        ("change-repl-id", 2) if !call.engine.cluster_enabled => {
            call.engine.server.replid_changes += 1;
            call.host.change_replication_id();
            Ok(Value::ok())
        }
        ("client-eviction", 2) if call.engine.config("maxmemory-clients").is_none_or(|limit| limit == "0") => {
            Err(Error::Text("ERR maxmemory-clients is disabled."))
        }
        ("replybuffer", 4) => reply_buffer(call),
        ("object", 3..) => object(call),
        ("stringmatch-len", 4) => {
            let pattern = call.arg(2);
            let length = usize::try_from(call.int(3)?).map_err(|_| Error::NotPositive)?;
            // Redis matches the pattern against so many times the letter `a`; the time it takes is what is tested.
            let text = vec![b'a'; length.min(1 << 20)];
            Ok(Value::Int(i64::from(glob::matches(pattern, &text, false))))
        }
        ("protocol", 3) => protocol(call),
        ("listpack", 3) => show_listpack(call),
        ("quicklist-packed-threshold", 3) => packed_threshold(call),
        ("help", 2) => Ok(Value::Array(
            [
                "DEBUG <subcommand> [<argument> ...]. Subcommands built here are:",
                "CHANGE-REPL-ID",
                "    Take another replication ID.",
                "DIGEST",
                "    Print a fingerprint of all data.",
                "DIGEST-VALUE <key> [<key> ...]",
                "    Print fingerprints of values.",
                "ERROR <text>",
                "    Answer this error.",
                "HTSTATS <database>",
                "    Tell how full the tables of a database are.",
                "HTSTATS-KEY <key>",
                "    Tell how full the table of a value is.",
                "LISTPACK <key>",
                "    Tell whether a value is a listpack.",
                "LOG <text>",
                "    Write to the server's log.",
                "OBJECT <key>",
                "    Tell how a value is stored.",
                "PAUSE-CRON <0|1>",
                "    Leave out the periodic work, or do it again.",
                "POPULATE <count> [<prefix>] [<size>]",
                "    Add so many strings.",
                "PROTOCOL <type>",
                "    Answer a value of that type.",
                "QUICKLIST-PACKED-THRESHOLD <size>",
                "    Give elements of lists a node to themselves from this size on. 0 is as it was: 1gb.",
                "REPLYBUFFER PEAK-RESET-TIME <NEVER|RESET|milliseconds>",
                "    After what time it is forgotten how full reply buffers were.",
                "REPLYBUFFER RESIZING <0|1>",
                "    Let reply buffers be, or shrink and grow them again.",
                "RELOAD [MERGE] [NOFLUSH] [NOSAVE]",
                "    Write all data as a snapshot holds it, and read it back. No file is left.",
                "SET-ACTIVE-EXPIRE <0|1>",
                "    Turn the deletion of expired keys in the background off and on.",
                "SET-SKIP-CHECKSUM-VALIDATION <0|1>",
                "    Let RESTORE take payloads whatever their checksum is, or look at it again.",
                "SLEEP <seconds>",
                "    Keep the server busy.",
                "STRINGMATCH-LEN <pattern> <length>",
                "    Match a pattern against a long text.",
                "HELP",
                "    List the subcommands.",
            ]
            .iter()
            .map(|line| Value::simple(line))
            .collect(),
        )),
        (known, _) if ELSEWHERE.contains(&known) => {
            Err(Error::Owned(format!("ERR Slotscope does not implement 'DEBUG {}' yet", known.to_ascii_uppercase())))
        }
        _ => {
            let after = "'. Try DEBUG HELP.";
            Err(Error::quoting("ERR unknown subcommand or wrong number of arguments for '", &call.argv[1], after))
        }
    }
}

/// Adds a line to the server's log; the oldest goes if nobody has taken any for long.
fn log(call: &mut Call<'_>, line: String) {
    let log = &mut call.engine.server.log;
    if log.len() >= LOG_MAX {
        log.remove(0);
    }
    log.push(line);
}

/// `DEBUG LISTPACK key`: a line for the log, where a real server prints to its standard output.
fn show_listpack(call: &mut Call<'_>) -> Result<Value, Error> {
    let id = call.find(call.arg(2), Lookup::Peek).ok_or(Error::NoSuchKey)?;
    let data = call.engine.keyspace.data(call.db, id);
    let elements: Vec<String> = match data {
        Data::Hash(hash) => hash.iter().flat_map(|(field, value)| [field.clone(), value.clone()]).map(shown).collect(),
        Data::SortedSet(set) => set.iter().map(|(member, score)| format!("{} {score}", shown(member))).collect(),
        _ => Vec::new(),
    };
    if data.encoding() != "listpack" {
        return Err(Error::Text("ERR Not a listpack encoded object."));
    }
    log(call, format!("{} {{{}}}", shown(call.arg(2).clone()), elements.join(", ")));
    Ok(Value::simple("Listpack structure printed on stdout"))
}

fn shown(bytes: Bytes) -> String {
    bytes.escape_ascii().to_string()
}

/// Subcommands of Redis 7.0 that are not built here.
const ELSEWHERE: &[&str] = &[
    "aof-flush-sleep",
    "assert",
    "change-repl-id",
    "client-eviction",
    "clusterlink",
    "config-rewrite-force-all",
    "crash-and-recover",
    "drop-cluster-packet-filter",
    "leak",
    "loadaof",
    "mallctl",
    "mallctl-str",
    "oom",
    "panic",
    "quicklist",
    "replicate",
    "restart",
    "sdslen",
    "segfault",
    "set-disable-deny-scripts",
    "stringmatch-test",
    "structsize",
];

/// `DEBUG REPLYBUFFER PEAK-RESET-TIME NEVER|RESET|milliseconds`, `DEBUG REPLYBUFFER RESIZING 0|1`
fn reply_buffer(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.is_word(2, "peak-reset-time") {
        call.engine.server.reply_buffers.peak_memory_ms = if call.is_word(3, "never") {
            -1
        } else if call.is_word(3, "reset") {
            super::ReplyBuffers::PEAK_MEMORY_MS
        } else {
            call.int(3)?
        };
    } else if call.is_word(2, "resizing") {
        call.engine.server.reply_buffers.stay = number::parse_i64(call.arg(3)).unwrap_or(0) == 0;
    } else {
        let after = "'. Try DEBUG HELP.";
        return Err(Error::quoting("ERR unknown subcommand or wrong number of arguments for '", call.arg(1), after));
    }
    Ok(Value::ok())
}

/// Lines of the log kept until somebody takes them.
const LOG_MAX: usize = 1_000;

/// `DEBUG POPULATE count [prefix [size]]`: keys `prefix:0` and on, with `value:0` and on, filled up with zeros to `size`.
fn populate(call: &mut Call<'_>) -> Result<Value, Error> {
    /// What one command may add: keys, and bytes of values.
    const KEYS_MAX: i64 = 10_000_000;
    const BYTES_MAX: i64 = 1 << 30;
    let positive = |at: usize| call.int(at).and_then(|n| if n < 0 { Err(Error::NotPositive) } else { Ok(n) });
    let count = positive(2)?;
    let size = if call.argv.len() > 4 { positive(4)? } else { 0 };
    if count > KEYS_MAX || count.saturating_mul(size) > BYTES_MAX {
        return Err(Error::Text("ERR Slotscope populates at most 10 million keys and 1 GB of values at once"));
    }
    let prefix = call.argv.get(3).map_or(&b"key"[..], |prefix| prefix);
    let mut name = prefix.to_vec();
    name.push(b':');
    let limit = call.engine.config.maxmemory;
    for n in 0..count {
        // The real server goes on and evicts afterwards; here memory is never taken beyond the limit by one command.
        if limit > 0 && n % 64 == 0 && call.engine.used_memory() > limit {
            return Err(Error::OutOfMemory);
        }
        let number = Bytes::from_int(n);
        name.truncate(prefix.len() + 1);
        name.extend_from_slice(&number);
        let key = Bytes::from(name.as_slice());
        if call.find(&key, Lookup::Write).is_some() {
            continue;
        }
        let mut value = [b"value:", &number[..]].concat();
        if size > 0 {
            value.resize(size as usize, 0);
        }
        call.add_key(&key, Data::Str(StringValue::new(&Bytes::from(value))));
        call.touched(&key);
    }
    call.work += count as u64;
    Ok(Value::ok())
}

/// `DEBUG SLEEP seconds`: the node is busy for so long, in simulated time.
fn sleep(call: &mut Call<'_>) -> Result<Value, Error> {
    /// An hour: nobody waits longer.
    const SECONDS_MAX: f64 = 3_600.0;
    let seconds = number::parse_f64(call.arg(2)).unwrap_or(0.0).clamp(0.0, SECONDS_MAX);
    let nanos = (seconds * 1e9) as u64;
    call.extra_ns += nanos;
    call.engine.server.sleep_ns = call.engine.server.sleep_ns.saturating_add(nanos);
    Ok(Value::ok())
}

/// `DEBUG QUICKLIST-PACKED-THRESHOLD size`
fn packed_threshold(call: &mut Call<'_>) -> Result<Value, Error> {
    /// A little less than 4 GB, where Redis's limit is.
    const MOST: u64 = (1 << 32) - (1 << 20);
    let size = bytes(&String::from_utf8_lossy(call.arg(2))).filter(|size| *size <= MOST);
    let size = size.ok_or(Error::Text("ERR argument must be a memory value bigger than 1 and smaller than 4gb"))?;
    call.engine.config.list_packed_threshold = if size == 0 { LIST_ELEMENT_LARGE } else { size };
    Ok(Value::ok())
}

/// What DEBUG OBJECT adds for a list.
fn quicklist(list: &ListValue) -> String {
    let nodes = list.free_effort();
    format!(
        " ql_nodes:{nodes} ql_avg_node:{:.2} ql_listpack_max:{} ql_compressed:{} ql_uncompressed_size:{}",
        list.len() as f64 / nodes as f64,
        list.fill(),
        u8::from(list.is_compressed()),
        list.contents_size(),
    )
}

/// `DEBUG OBJECT key`
fn object(call: &mut Call<'_>) -> Result<Value, Error> {
    let (db, key, now_ms) = (call.db, call.arg(2), call.now_ms());
    let compress = call.engine.config.compresses_payloads();
    let keyspace = call.keyspace();
    let id = keyspace.find(db, key).filter(|id| !keyspace.is_expired(db, *id, now_ms)).ok_or(Error::NoSuchKey)?;
    let object = keyspace.object(db, id);
    let extra = if let Data::List(list) = &object.data { quicklist(list) } else { String::new() };
    let length = rdb::serialized_length(&object.data, compress);
    let (encoding, lru) = (object.data.encoding(), object.usage);
    Ok(Value::simple(&format!(
        "Value at:0x{:x} refcount:1 encoding:{encoding} serializedlength:{length} lru:{lru} lru_seconds_idle:{}{extra}",
        0x7f00_0000_0000_u64,
        usage::idle_seconds(lru, now_ms),
    )))
}

/// `DEBUG PROTOCOL type`
fn protocol(call: &mut Call<'_>) -> Result<Value, Error> {
    let numbers = || (0..3).map(Value::Int).collect();
    Ok(match call.argv[2].to_ascii_lowercase().as_slice() {
        b"string" => Value::bulk("Hello World"),
        b"integer" => Value::Int(12_345),
        #[allow(clippy::approx_constant)]
        b"double" => Value::Double(3.141),
        b"null" => Value::Null,
        b"array" => Value::Array(numbers()),
        b"set" => Value::Set(numbers()),
        b"map" => Value::Map((0..3).map(|n| (Value::Int(n), Value::Bool(n == 1))).collect()),
        b"attrib" => {
            let attribute = Value::Array(vec![Value::bulk("key:123"), Value::Int(90)]);
            let attributes = vec![(Value::bulk("key-popularity"), attribute)];
            Value::Attributed(Box::new((attributes, Value::bulk("Some real reply following the attribute"))))
        }
        b"push" if call.protocol() < 3 => return Err(Error::Text("ERR RESP2 is not supported by this command")),
        b"push" => {
            // Out-of-band data is no reply; one follows, so that who does not know pushes is answered too.
            let push = Value::Push(vec![Value::bulk("server-cpu-usage"), Value::Int(42)]);
            call.engine.answer_later(call.client, push);
            Value::bulk("Some real reply following the push reply")
        }
        b"verbatim" => Value::Verbatim(*b"txt", Bytes::from("This is a verbatim\nstring")),
        b"true" => Value::Bool(true),
        b"false" => Value::Bool(false),
        b"bignum" => Value::BigNumber(Bytes::from("1234567999999999999999999999999999999")),
        _ => {
            return Err(Error::Text(
                "ERR Wrong protocol type name. Please use one of the following: \
                 string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
            ));
        }
    })
}
