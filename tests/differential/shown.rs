//! How the console shows replies, beside redis-cli: the same replies of the same server.

use std::process::Command;

use crate::real::RealServer;
use slotscope::resp::{decode, human, split_args};

/// What is there to be looked at.
const SETUP: &str = r#"
set string "a\"b\\\n\x01\xc3\xa9"
rpush list a b c d e f g h i j k
hset hash f v g w
sadd set a b
sadd one x
zadd zset 1 a 2.5 b -inf c 3e300 d
xadd stream 1-1 f v g w
xadd stream 2-1 h ""
xgroup create stream group 0
xreadgroup group group me count 1 streams stream >
geoadd geo 13.361389 38.115556 Palermo
pfadd hll a b
"#;

/// Replies of every shape.
const LINES: &str = r#"
get string
get missing
echo ""
ping
incr list
dbsize
lrange list 0 -1
lrange list 0 0
lrange missing 0 -1
hgetall hash
hgetall missing
smembers one
smembers missing
zrange zset 0 -1 withscores
zscore zset b
zscore zset missing
zmscore zset a missing
zrangebyscore zset -inf +inf withscores limit 0 1
zrandmember zset 0 withscores
xrange stream - +
xread streams stream 0
xread streams stream 9
xreadgroup group group me streams stream 0
xinfo stream stream full
xinfo groups stream
xpending stream group
geosearch geo fromlonlat 15 37 byradius 200 km withdist withhash
command info get
command docs ping get
command docs mset
command info set xadd
command info nosuchcommand
command getkeysandflags mset a 1 b 2
config get maxmemory*
config get nosuch
mget string missing list
object encoding list
time 1
type missing
exists a b c
lpop missing 2
lpos list x count 0
scan 0 match nosuch* count 100
client getname
acl whoami
debug protocol string
debug protocol integer
debug protocol double
debug protocol null
debug protocol array
debug protocol set
debug protocol map
debug protocol true
debug protocol false
"#;

#[test]
fn replies_are_shown_as_redis_cli_shows_them() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let mut connection = server.connect();
    let words = |line: &str| -> Vec<Vec<u8>> {
        split_args(line.as_bytes()).expect("balanced quotes").iter().map(|word| word.to_vec()).collect()
    };
    let lines = |text: &'static str| text.lines().filter(|line| !line.is_empty());
    for line in lines(SETUP) {
        connection.call(&words(line));
    }
    for protocol in ["-2", "-3"] {
        connection.call(&["hello", &protocol[1..]]);
        for line in lines(LINES) {
            let reply = connection.call(&words(line));
            let (reply, _) = decode(&reply).unwrap_or_else(|| panic!("{line}: {}", reply.escape_ascii()));
            let mut client = Command::new("redis-cli");
            client.env("FAKETTY", "1").args([protocol, "-p", &server.port().to_string()]);
            client.args(words(line).iter().map(|word| String::from_utf8_lossy(word).into_owned()));
            let shown = client.output().expect("redis-cli comes with redis-server").stdout;
            let shown = String::from_utf8_lossy(&shown).trim_end_matches('\n').to_owned();
            assert_eq!(human::format(&reply), shown, "{protocol} {line}");
        }
    }
}
