//! What DIFFERENCES.md says of single commands.

use crate::engine::testing::Server;

#[test]
fn what_is_refused_or_rounded() {
    const TOO_MANY: &str = "-ERR Insufficient memory, the reply would have too many elements";
    let mut server = Server::new(false);
    server.engine.configure("enable-debug-command", "yes").expect("a parameter of Redis");
    let now = crate::engine::testing::START_MS as i64;
    server.check(&[
        ("sadd s a", ":1"),
        ("hset h f v", ":1"),
        ("zadd z 1 a", ":1"),
        ("srandmember s -1048577", TOO_MANY),
        ("hrandfield h -1048577", TOO_MANY),
        ("zrandmember z -1048577", TOO_MANY),
        ("debug populate 10000001", "-ERR Slotscope populates at most 10 million keys and 1 GB of values at once"),
        (
            "debug populate 1025 k 1048576",
            "-ERR Slotscope populates at most 10 million keys and 1 GB of values at once",
        ),
        ("pfselftest", "+OK"),
        ("set k v", "+OK"),
        ("pexpireat k 9223372036854775807", ":1"),
        ("pttl k", &format!(":{}", i64::MAX - 1 - now)),
    ]);
    // 40 nodes of 4 kB, all alike: Redis would keep 38 of them compressed.
    let element = "x".repeat(4_000);
    for key in ["whole", "ends"] {
        server.value(&format!("config set list-compress-depth {}", i32::from(key == "ends")));
        for _ in 0..40 {
            server.value(&format!("rpush {key} {element}"));
        }
    }
    // The names differ by a letter, which the allocator's steps swallow.
    assert_eq!(server.run("memory usage whole"), server.run("memory usage ends"));
}
