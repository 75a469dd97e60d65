//! Replication between a real server and the gateway, which serves our engine: whatever a primary is told at random, its
//! replica has the same data, and so has the replica's replica. What is compared is DEBUG DIGEST.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::generate::Grammar;
use crate::real::{Connection, RealServer};
use slotscope::resp::{Value, decode};

/// Commands that the primary is told before its replica comes, and while it listens.
const BEFORE: u64 = 3_000;
const MEANWHILE: u64 = 12_000;
/// They are compared after so many each time.
const BETWEEN: u64 = 1_500;
/// Databases there are.
const DATABASES: usize = 16;

#[test]
fn a_real_server_that_copies_ours_has_the_same_data() {
    let Some(real) = RealServer::start() else { return };
    let ours = RealServer::start_gateway();
    let last = RealServer::start_gateway();
    copy(&ours, &real, &last, 1);
}

#[test]
fn ours_that_copies_a_real_server_has_the_same_data() {
    let Some(real) = RealServer::start() else { return };
    let ours = RealServer::start_gateway();
    let Some(last) = RealServer::start() else { return };
    copy(&real, &ours, &last, 2);
}

/// Tells the first server all sorts of things while the second copies it and the third copies the second; compares.
fn copy(primary: &RealServer, replica: &RealServer, last: &RealServer, seed: u64) {
    let mut asker = primary.connect();
    let grammar = Grammar::of(&mut asker);
    let mut told = 0;
    let mut tell = |asker: &mut Connection, until: u64| {
        while told < until {
            told += 1;
            let argv = grammar.call(seed << 32 | told).argv;
            if !waits(&argv) {
                asker.call(&argv);
            }
            if told.is_multiple_of(500) {
                asker.call(&["RESET"]);
                asker.call(&["SELECT", &(told / 500 % 3).to_string()]);
            }
        }
    };
    tell(&mut asker, BEFORE);
    follow(replica, primary);
    // The replica's replica comes in the midst of a database.
    tell(&mut asker, BEFORE + 250);
    follow(last, replica);
    for until in (BEFORE + 300..=BEFORE + MEANWHILE).step_by(BETWEEN as usize) {
        tell(&mut asker, until);
        asker.call(&["RESET"]);
        agree(primary, replica);
        agree(primary, last);
    }
    // A connection that is lost is taken up where it broke off.
    asker.call(&["CLIENT", "KILL", "TYPE", "replica"]);
    asker.all_from(&[words(&["SELECT", "5"]), words(&["SET", "while", "away"])]);
    agree(primary, replica);
    agree(primary, last);
    let syncs = ["sync_full", "sync_partial_ok"].map(|name| field(primary, "stats", name));
    assert_eq!(syncs, ["1", "1"]);
    // A replica that is promoted goes on, and its own replica with it.
    replica.connect().call(&["REPLICAOF", "NO", "ONE"]);
    replica.connect().all_from(&[words(&["SELECT", "5"]), words(&["SET", "after", "promotion"])]);
    agree(replica, last);
    assert_eq!(field(replica, "replication", "role"), "master");
    assert_ne!(digest(primary), digest(replica));
}

/// Whether a command would wait, or end the primary's reign.
fn waits(argv: &[Vec<u8>]) -> bool {
    let name = argv[0].to_ascii_lowercase();
    let blocks = [
        &b"blpop"[..],
        b"brpop",
        b"brpoplpush",
        b"blmove",
        b"blmpop",
        b"bzpopmin",
        b"bzpopmax",
        b"bzmpop",
        b"failover",
    ];
    blocks.contains(&&name[..])
        || name.starts_with(b"xread") && argv.iter().any(|word| word.eq_ignore_ascii_case(b"block"))
}

fn words(words: &[&str]) -> Vec<Vec<u8>> {
    words.iter().map(|word| word.as_bytes().to_vec()).collect()
}

/// Has one server copy another, and waits until it does.
fn follow(replica: &RealServer, primary: &RealServer) {
    let reply = replica.connect().call(&["REPLICAOF", "127.0.0.1", &primary.port().to_string()]);
    assert_eq!(reply, b"+OK\r\n");
    let is_up = || (field(replica, "replication", "master_link_status") == "up").then_some(());
    eventually(is_up).expect("the link comes up");
}

/// A field of INFO; empty, if there is none.
fn field(server: &RealServer, section: &str, name: &str) -> String {
    let info = server.connect().call(&["INFO", section]);
    let info = String::from_utf8_lossy(&info).into_owned();
    let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_default().to_owned()
}

fn digest(server: &RealServer) -> Vec<u8> {
    server.connect().call(&["DEBUG", "DIGEST"])
}

/// Waits until both have the same data. What runs out meanwhile is deleted by the primary alone, so that takes a while.
fn agree(one: &RealServer, other: &RealServer) {
    let agreed = eventually(|| {
        // Keys whose time is up are found by asking for them.
        keys(one);
        (digest(one) == digest(other)).then_some(())
    });
    assert!(agreed.is_some(), "one has {:#?}, the other {:#?}", keys(one), keys(other));
}

/// All keys, each with its database and the digest of its value.
fn keys(server: &RealServer) -> BTreeSet<String> {
    let mut asker = server.connect();
    let mut all = BTreeSet::new();
    for db in 0..DATABASES {
        asker.call(&["SELECT", &db.to_string()]);
        let Some((Value::Array(names), _)) = decode(&asker.call(&["KEYS", "*"])) else { continue };
        for name in &names {
            let Value::Bulk(name) = name else { continue };
            let value = asker.call(&[b"DEBUG", &b"DIGEST-VALUE"[..], name]);
            all.insert(format!("{db} {} {}", name.escape_ascii(), value.escape_ascii()));
        }
    }
    all
}

/// Tries for half a minute.
fn eventually<T>(mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    for _ in 0..600 {
        if let Some(found) = attempt() {
            return Some(found);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    None
}
