//! MIGRATE from a real server and from ours, to the same real server: replies, and what has arrived.

use crate::ours::Ours;
use crate::real::RealServer;
use slotscope::resp::split_args;

/// One after another. `PORT` is the target's; what begins with `to>` is said to the target before, `slow>` makes it sleep for
/// longer than the time-out behind it, so that what arrives does so too late.
const LINES: &str = r#"
set a 1
migrate 127.0.0.1 PORT a x 500
migrate 127.0.0.1 PORT a 0 x
migrate 127.0.0.1 PORT a 0 99999999999999999999
migrate 127.0.0.1 PORT a 0 99999999999999999999 keys
migrate 127.0.0.1 PORT missing 0 -5
migrate 127.0.0.1 PORT a 0
migrate 127.0.0.1 PORT a 0 500 keys a
migrate 127.0.0.1 PORT "" 0 500 keys
migrate 127.0.0.1 PORT "" 0 500 keys missing
migrate 127.0.0.1 PORT "" 0 500
migrate 127.0.0.1 PORT a 0 500 auth
migrate 127.0.0.1 PORT a 0 500 auth2 x
migrate 127.0.0.1 PORT a 0 500 auth2
migrate 127.0.0.1 PORT a 0 500 copy nonsense
migrate 127.0.0.1 1 a 0 500
migrate 127.0.0.1 none a 0 500
migrate host.invalid PORT a 0 500
migrate 127.0.0.1 PORT a 99 500
migrate 127.0.0.1 PORT a -1 500
migrate 127.0.0.1 PORT a 0 500 auth x
migrate 127.0.0.1 PORT a 0 500 auth2 x y
migrate 127.0.0.1 PORT a 99 500 auth x
migrate 127.0.0.1 PORT a 0 500 copy
migrate 127.0.0.1 PORT a 0 500
migrate 127.0.0.1 PORT a 0 500 replace COPY
migrate 127.0.0.1 PORT a 0 0 REPLACE
exists a
mset b 1 c 1
to> set c 2
migrate 127.0.0.1 PORT "" 0 500 keys a b c d
keys *
migrate 127.0.0.1 PORT "" 0 500 replace keys c c c
dbsize
rpush list 1 2 3
pexpire list 100000
hset hash f v g w
zadd zset 1.5 a -inf b
sadd set 1 2 x
sadd integers 1 2 3
xadd stream 1-1 f v
xgroup create stream g 0
xreadgroup group g me streams stream >
pfadd hll 1 2 3
setbit bits 100 1
migrate 127.0.0.1 PORT "" 3 500 keys list hash zset set integers stream hll bits nothing
dbsize
set k 1
to> config set requirepass foo
migrate 127.0.0.1 PORT k 2 500
migrate 127.0.0.1 PORT k 2 500 auth bar
migrate 127.0.0.1 PORT k 2 500 auth foo copy
migrate 127.0.0.1 PORT k 2 500 replace
to> auth foo
to> config set requirepass ""
set k 1
to> client kill type normal skipme yes
migrate 127.0.0.1 PORT k 2 500 replace
set k 1
slow> debug sleep 0.4
migrate 127.0.0.1 PORT k 4 150
get k
multi
set q 1
migrate 127.0.0.1 PORT q 0 500
migrate 127.0.0.1 1 q 0 500
get q
exec
watch w
set w 1
multi
ping
exec
hello 3
config set notify-keyspace-events KEA
psubscribe __key*
set n 1
migrate 127.0.0.1 PORT n 0 500
punsubscribe
hello 2
config set notify-keyspace-events ""
command getkeys migrate h 1 "" 0 1 keys a b
"#;

/// What each line is answered and what the target holds in the end; `say` asks the source.
fn run(target: &RealServer, say: &mut dyn FnMut(&[Vec<u8>]) -> Vec<u8>) -> Vec<(String, String)> {
    let words = |line: &str| -> Vec<Vec<u8>> {
        let line = line.replace("PORT", &target.port().to_string());
        split_args(line.as_bytes()).expect("balanced quotes").iter().map(|word| word.to_vec()).collect()
    };
    let mut control = target.connect();
    let mut sleeper = target.connect();
    let mut answers = Vec::new();
    for line in LINES.lines().filter(|line| !line.is_empty()) {
        let answer = if let Some(line) = line.strip_prefix("to> ") {
            control.call(&words(line))
        } else if let Some(line) = line.strip_prefix("slow> ") {
            sleeper.send(&words(line));
            // It has to have begun.
            std::thread::sleep(std::time::Duration::from_millis(100));
            Vec::new()
        } else {
            say(&words(line))
        };
        answers.push((line.to_owned(), answer.escape_ascii().to_string()));
    }
    // Whatever came too late has come by now: the target answers one after the other.
    let digest = control.call(&["debug", "digest"]);
    answers.push(("what the target holds".to_owned(), String::from_utf8_lossy(&digest).into_owned()));
    control.call(&["flushall"]);
    answers
}

#[test]
fn keys_move_to_another_server_as_the_real_server_moves_them() {
    let (Some(source), Some(target)) = (RealServer::start(), RealServer::start()) else {
        return;
    };
    let mut real = source.connect();
    let mut in_multi = false;
    let theirs = run(&target, &mut |argv| {
        in_multi = argv[0] == b"multi" || (in_multi && argv[0] != b"exec");
        // In a transaction nothing but the reply comes.
        if in_multi || argv[0] == b"exec" { real.call(argv) } else { real.all_from(&[argv.to_vec()]) }
    });
    let mut ours = Ours::new(1);
    let ours = run(&target, &mut |argv| {
        ours.tell(0, argv);
        ours.take(0).0
    });
    for (theirs, ours) in theirs.iter().zip(&ours) {
        // HELLO names a client, and the target has more clients each time.
        if !theirs.0.starts_with("hello") && !theirs.0.starts_with("to>") {
            assert_eq!(theirs, ours);
        }
    }
}
