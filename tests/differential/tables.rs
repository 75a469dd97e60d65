//! Replies that are tables rather than data: the command table, configuration, INFO, CLIENT, and error texts.

use slotscope::resp::{Value, decode};

use crate::compare::sorted;
use crate::generate::{pairs, text};
use crate::ours::Ours;
use crate::real::{Connection, RealServer, folder_of};

/// The reply as a value.
fn value(reply: &[u8]) -> Value {
    decode(reply).expect("a reply").0
}

/// One line as words, with quotes as redis-cli knows them.
fn words(line: &str) -> Vec<Vec<u8>> {
    let words = slotscope::resp::split_args(line.as_bytes()).expect("balanced quotes");
    words.iter().map(|word| word.to_vec()).collect()
}

fn both(real: &mut Connection, ours: &mut Ours, line: &str) -> (Vec<u8>, Vec<u8>) {
    let argv = words(line);
    (real.call(&argv), ours.call(0, &argv))
}

/// The same table whatever its order, and without what is in our own words.
fn normal(value: &Value) -> Value {
    const OUR_WORDS: [&str; 4] = ["summary", "complexity", "history", "notes"];
    match value {
        Value::Map(fields) => {
            let mut fields: Vec<(Value, Value)> = fields
                .iter()
                .filter(|(name, _)| !OUR_WORDS.contains(&text(name).as_str()))
                .map(|(name, value)| (normal(name), normal(value)))
                .collect();
            fields.sort_by_key(|(name, _)| format!("{name:?}"));
            Value::Map(fields)
        }
        Value::Set(items) => {
            let mut items: Vec<Value> = items.iter().map(normal).collect();
            items.sort_by_key(|item| format!("{item:?}"));
            Value::Set(items)
        }
        // Subcommands.
        Value::Array(items) if items.iter().all(|item| matches!(item, Value::Array(_))) => {
            let mut items: Vec<Value> = items.iter().map(normal).collect();
            items.sort_by_key(|item| format!("{item:?}"));
            Value::Array(items)
        }
        Value::Array(items) => Value::Array(items.iter().map(normal).collect()),
        other => other.clone(),
    }
}

#[test]
fn the_command_table_is_the_real_servers() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let (mut real, mut ours) = (server.connect(), Ours::new(1));
    both(&mut real, &mut ours, "hello 3");
    let (list, our_list) = both(&mut real, &mut ours, "command list");
    let (Value::Array(list), Value::Array(our_list)) = (value(&list), value(&our_list)) else { panic!("arrays") };
    assert_eq!(list.len(), 366);
    assert_eq!(sorted(&list), sorted(&our_list));
    for name in list.iter().map(text) {
        for about in ["info", "docs"] {
            let line = format!("command {about} {name}");
            let (real, ours) = both(&mut real, &mut ours, &line);
            assert_eq!(normal(&value(&real)), normal(&value(&ours)), "{line}");
        }
    }
    for line in ["command count", "command list filterby module x", "command info nosuch", "command docs nosuch"] {
        let (real, ours) = both(&mut real, &mut ours, line);
        assert_eq!(real.escape_ascii().to_string(), ours.escape_ascii().to_string(), "{line}");
    }
    for line in ["command", "command info", "command list filterby aclcat geo", "command list filterby pattern XR*"] {
        let (real, ours) = both(&mut real, &mut ours, line);
        let (Value::Array(real), Value::Array(ours)) = (value(&real), value(&ours)) else { panic!("{line}") };
        let normal = |items: &[Value]| sorted(&items.iter().map(normal).collect::<Vec<_>>());
        assert_eq!(normal(&real), normal(&ours), "{line}");
    }
    both(&mut real, &mut ours, "hello 2");
    let (real, ours) = both(&mut real, &mut ours, "command info get object|encoding migrate nosuch");
    assert_eq!(real.escape_ascii().to_string(), ours.escape_ascii().to_string());
}

#[test]
fn keys_are_found_where_the_real_server_finds_them() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let (mut real, mut ours) = (server.connect(), Ours::new(1));
    both(&mut real, &mut ours, "hello 3");
    for call in include_str!("keys.txt").lines().filter(|line| !line.starts_with('#')) {
        for how in ["getkeys", "getkeysandflags"] {
            let line = format!("command {how} {call}");
            let (real, ours) = both(&mut real, &mut ours, &line);
            assert_eq!(real.escape_ascii().to_string(), ours.escape_ascii().to_string(), "{line}");
        }
    }
}

/// Parameters whose value is the process's or the machine's own.
const OWN_VALUE: [&str; 6] = ["port", "dir", "bind", "enable-debug-command", "maxclients", "save"];

#[test]
fn parameters_are_those_of_the_real_server_with_its_defaults() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let (mut real, mut ours) = (server.connect(), Ours::new(1));
    let (real, ours) = both(&mut real, &mut ours, "config get *");
    let (real, ours) = (value(&real), value(&ours));
    let list = |value: &Value| {
        let kept = pairs(value).into_iter().map(|(name, value)| (text(name), text(value)));
        let mut kept: Vec<_> = kept.filter(|(name, _)| !OWN_VALUE.contains(&name.as_str())).collect();
        kept.sort();
        kept
    };
    assert_eq!(list(&real), list(&ours));
}

/// Parameters that set the real server's process at odds with the test, or the machine.
const NOT_SET: [&str; 12] = [
    "bind",
    "port",
    "tls-port",
    "maxclients",
    "appendonly",
    "activedefrag",
    "proc-title-template",
    "tls-cluster",
    "requirepass",
    "oom-score-adj",
    "loglevel",
    "bind-source-addr",
];

/// What each is set to.
const VALUES: [&str; 24] = [
    "yes",
    "NO",
    "x",
    "\"\"",
    "0",
    "1",
    "-1",
    "100",
    "101",
    "65536",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "1k",
    "1Kb",
    "2gb",
    "1.5mb",
    "50%",
    "010",
    "allkeys-lru",
    "\"a b\"",
    "KEA",
    "save",
    "\"normal 0 0 0\"",
];

#[test]
fn config_set_takes_and_refuses_what_the_real_server_does() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let (mut real, mut ours) = (server.connect(), Ours::new(1));
    let dir = folder_of(server.port());
    ours.engine.configure("dir", &dir.to_string_lossy()).expect("a parameter of Redis");
    let (parameters, _) = both(&mut real, &mut ours, "config get *");
    let parameters = value(&parameters);
    let names: Vec<(String, String)> =
        pairs(&parameters).into_iter().map(|(name, value)| (text(name), text(value))).collect();
    let mut differences = Vec::new();
    for (name, default) in &names {
        // TLS is not built into the simulation; its parameters are texts.
        if NOT_SET.contains(&name.as_str()) || name.starts_with("tls-") {
            continue;
        }
        for said in VALUES {
            for line in [format!("config set {name} {said}"), format!("config get {name}")] {
                let (real, ours) = both(&mut real, &mut ours, &line);
                if real != ours {
                    let (real, ours) = (real.escape_ascii(), ours.escape_ascii());
                    differences.push(format!("{line} ({said})\n  redis {real}\n  ours  {ours}"));
                }
            }
            both(&mut real, &mut ours, &format!("config set {name} \"{default}\""));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn info_has_the_fields_of_the_real_server() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let (mut real, mut ours) = (server.connect(), Ours::new(1));
    both(&mut real, &mut ours, "set k v");
    let fields = |reply: &[u8]| -> Vec<String> {
        let text = text(&value(reply));
        text.lines().map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
    };
    for line in [
        "info",
        "info default",
        "info server",
        "info KEYSPACE clients",
        "info module_list",
        "info nosuch",
        "info memory cpu",
        "info stats persistence replication cluster errorstats",
    ] {
        let (real, ours) = both(&mut real, &mut ours, line);
        assert_eq!(fields(&real), fields(&ours), "{line}");
    }
}

/// A line of `CLIENT LIST` with digits that are the process's own made alike.
fn masked(reply: &[u8]) -> String {
    const OWN: [&str; 11] =
        ["id=", "addr=", "laddr=", "fd=", "qbuf=", "qbuf-free=", "argv-mem=", "tot-mem=", "age=", "idle=", "rbp="];
    let text = text(&value(reply));
    let word = |word: &str| match OWN.iter().find(|own| word.starts_with(**own)) {
        Some(own) => format!("{own}…"),
        None => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn client_list_and_client_info_have_the_real_servers_form() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let (mut real, mut ours) = (server.connect(), Ours::new(1));
    for line in
        ["client info", "client setname me", "client list", "hello 3", "client no-evict on", "select 3", "client info"]
    {
        let (real, ours) = both(&mut real, &mut ours, line);
        if line.ends_with("list") || line.ends_with("info") {
            assert_eq!(masked(&real), masked(&ours), "{line}");
        }
    }
}

#[test]
fn fixed_lines_get_the_real_servers_words() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let (mut real, mut ours) = (server.connect(), Ours::new(1));
    for line in include_str!("lines.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (real, ours) = both(&mut real, &mut ours, line);
        assert_eq!(real.escape_ascii().to_string(), ours.escape_ascii().to_string(), "{line}");
    }
}

/// The same words without a real server at hand.
#[test]
fn errors_have_the_words_of_redis() {
    let mut ours = Ours::new(1);
    let mut lines = include_str!("errors.txt").lines();
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("> ") else {
            continue;
        };
        let expected = lines.next().expect("a reply after each command");
        let reply = ours.call(0, &words(command));
        let reply = String::from_utf8_lossy(&reply).trim_end().to_owned();
        assert_eq!(reply, expected, "{command}");
    }
}

#[test]
fn syntax_lines_are_those_of_redis_cli() {
    let lines = include_str!("syntax.txt").lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let (name, syntax) = line.split_once('|').expect("a name and arguments");
        let hint = slotscope::engine::hint(&format!("{name} "));
        assert_eq!(hint.unwrap_or_default(), syntax, "{name}");
    }
}
