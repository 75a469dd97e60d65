//! DEBUG, as far as tests of the engine need it. Guarded by enable-debug-command.

use super::parameters::bytes;
use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::value::{Data, LIST_ELEMENT_LARGE, ListValue};
use crate::engine::{glob, number, usage};
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
        ("sleep", 3) => sleep(call),
        ("object", 3..) => object(call),
        ("stringmatch-len", 4) => {
            let pattern = call.arg(2);
            let length = usize::try_from(call.int(3)?).map_err(|_| Error::NotPositive)?;
            // Redis matches the pattern against so many times the letter `a`; the time it takes is what is tested.
            let text = vec![b'a'; length.min(1 << 20)];
            Ok(Value::Int(i64::from(glob::matches(pattern, &text, false))))
        }
        ("protocol", 3) => protocol(call),
        ("quicklist-packed-threshold", 3) => packed_threshold(call),
        ("help", 2) => Ok(Value::Array(
            [
                "DEBUG <subcommand> [<argument> ...]. Subcommands built here are:",
                "OBJECT <key>",
                "    Tell how a value is stored.",
                "PROTOCOL <type>",
                "    Answer a value of that type.",
                "QUICKLIST-PACKED-THRESHOLD <size>",
                "    Give elements of lists a node to themselves from this size on. 0 is as it was: 1gb.",
                "SET-ACTIVE-EXPIRE <0|1>",
                "    Turn the deletion of expired keys in the background off and on.",
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

/// Subcommands of Redis 7.0 that are not built here.
const ELSEWHERE: &[&str] = &[
    "aof-flush-sleep",
    "assert",
    "change-repl-id",
    "client-eviction",
    "clusterlink",
    "config-rewrite-force-all",
    "crash-and-recover",
    "digest",
    "digest-value",
    "drop-cluster-packet-filter",
    "error",
    "htstats",
    "htstats-key",
    "leak",
    "listpack",
    "loadaof",
    "log",
    "mallctl",
    "mallctl-str",
    "oom",
    "panic",
    "pause-cron",
    "populate",
    "quicklist",
    "reload",
    "replicate",
    "replybuffer",
    "restart",
    "sdslen",
    "segfault",
    "set-disable-deny-scripts",
    "set-skip-checksum-validation",
    "stringmatch-test",
    "structsize",
];

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
    let keyspace = call.keyspace();
    let id = keyspace.find(db, key).filter(|id| !keyspace.is_expired(db, *id, now_ms)).ok_or(Error::NoSuchKey)?;
    let object = keyspace.object(db, id);
    // What a snapshot would take for it, were nothing compressed.
    let mut extra = String::new();
    let length = match &object.data {
        Data::Str(text) => match text.as_int() {
            Some(-128..=127) => 2,
            Some(-32_768..=32_767) => 3,
            Some(-2_147_483_648..=2_147_483_647) => 5,
            _ => text.len() + [1, 2, 5][usize::from(text.len() >= 64) + usize::from(text.len() >= 16_384)],
        },
        Data::List(list) => {
            extra = quicklist(list);
            let length = |len: usize| [1, 2, 5][usize::from(len >= 64) + usize::from(len >= 16_384)];
            // A node is its kind and a text.
            list.node_sizes().fold(length(list.free_effort()), |sum, size| sum + 1 + length(size) + size)
        }
        _ => return Err(Error::NotImplemented("debug object of this type")),
    };
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
