//! Whatever is said to the engine, it answers, and its accounts stay right.

use proptest::prelude::*;

use crate::engine::command;
use crate::engine::testing::Server;
use crate::resp::Bytes;

/// Words that mean something somewhere, and some that do not.
const WORDS: [&str; 44] = [
    "k",
    "k",
    "{k}2",
    "a",
    "b",
    "0",
    "1",
    "-1",
    "2",
    "10",
    "100",
    "5000",
    "9223372036854775807",
    "-9223372036854775808",
    "1e400",
    "3.5",
    "abc",
    "",
    "nx",
    "xx",
    "gt",
    "lt",
    "get",
    "ex",
    "px",
    "exat",
    "pxat",
    "keepttl",
    "persist",
    "replace",
    "db",
    "count",
    "match",
    "*",
    "type",
    "string",
    "idx",
    "len",
    "limit",
    "store",
    "by",
    "encoding",
    "[a-",
    "\\",
];

fn any_command() -> impl Strategy<Value = Vec<Bytes>> {
    // Commands that change the configuration would change what is asked of the next.
    let names: Vec<&str> = command::top_level()
        .filter(|spec| !matches!(spec.name, "config" | "debug" | "shutdown"))
        .map(|spec| spec.name)
        .collect();
    let favourites = &["set", "get", "append", "expire", "del", "rename", "copy", "multi", "exec", "setrange", "getex"];
    let name = prop_oneof![prop::sample::select(names), prop::sample::select(&favourites[..])];
    let words = prop::collection::vec(prop::sample::select(&WORDS[..]), 0..6);
    (name, words).prop_map(|(name, words)| std::iter::once(name).chain(words).map(Bytes::from).collect())
}

/// Asks as the server's client, or as a new one in place of a client that waits or is gone: who waits is asked nothing.
fn ask(server: &mut Server, argv: &[Bytes]) {
    if server.engine.is_blocked(server.client) || server.engine.clients.get(server.client).is_none() {
        server.client = server.engine.connect(server.host.now, "127.0.0.1:50000");
    }
    if server.engine.execute(&mut server.host, server.client, argv).close {
        server.engine.disconnect(server.client);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_sequence_of_commands_leaves_the_accounts_right(
        commands in prop::collection::vec((any_command(), 0u64..2_000), 1..120),
        cluster in any::<bool>(),
        limited in any::<bool>(),
    ) {
        let mut server = Server::new(cluster);
        if limited {
            let limit = server.engine.used_memory() + 2_000;
            server.engine.configure("maxmemory", &limit.to_string()).expect("a number");
            server.engine.configure("maxmemory-policy", "allkeys-lfu").expect("a policy");
        }
        for (argv, pause) in commands {
            ask(&mut server, &argv);
            server.advance_ms(pause);
            if pause % 7 == 0 {
                server.engine.cron(&mut server.host);
            }
        }
        server.engine.keyspace.audit();
    }

    #[test]
    fn a_replica_that_hears_everything_holds_everything(
        commands in prop::collection::vec((any_command(), 0u64..500), 1..80),
    ) {
        let mut server = Server::new(false);
        let mut replica = Server::new(false);
        replica.host.replica = true;
        for (argv, pause) in commands {
            ask(&mut server, &argv);
            replica.host.now = server.host.now;
            for effect in server.engine.take_effects() {
                replica.engine.apply(&mut replica.host, &effect);
            }
            server.advance_ms(pause);
        }
        let dump = |server: &Server| {
            let keys = &server.engine.keyspace;
            let mut all: Vec<_> = (0..keys.databases())
                .flat_map(|db| keys.iter(db).map(move |id| (db, id)))
                .map(|(db, id)| {
                    let data = crate::engine::rdb::dump(keys.data(db, id), false);
                    (db, keys.key(db, id).clone(), keys.expire_at(db, id), data)
                })
                .collect();
            all.sort();
            all
        };
        prop_assert_eq!(dump(&server), dump(&replica));
    }
}
