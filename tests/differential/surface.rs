//! The whole command surface without a partner: whatever is called, the engine neither panics nor hangs, and takes no more
//! memory than CONFIG allows.

use slotscope::engine::{ClientId, Engine, Host, UnixMicros};
use slotscope::resp::{Bytes, Value, encode};

use crate::ALLOCATOR;
use crate::generate::{Grammar, Random};
use crate::steps::Call;

const SEQUENCES: u64 = 60;
const COMMANDS: u64 = 2_000;
const CLIENTS: usize = 3;
/// What CONFIG is set to.
const MAXMEMORY: usize = 16 << 20;
const LONGEST_STRING: usize = 1 << 20;
/// Room beside the data: replies, the effects and the arguments of one command, tables that grow, and the difference
/// between Redis's sizes, which are accounted, and ours.
const SLACK: usize = 48 << 20;

struct Lone {
    now: UnixMicros,
    random: Random,
}

impl Host for Lone {
    fn now(&self) -> UnixMicros {
        self.now
    }
    fn random(&mut self) -> u64 {
        self.random.next()
    }
}

/// Takes what the engine has for others, as whoever serves it does.
fn drain(engine: &mut Engine) {
    engine.take_effects();
    engine.take_notices();
    engine.take_messages();
    engine.take_hung_up();
}

/// A command that asks for much.
fn greedy(random: &mut Random) -> Call {
    const LINES: &[&str] = &[
        "setrange K 1048575 x",
        "setrange K 536870911 x",
        "setbit K 8388607 1",
        "setbit K 4294967295 1",
        "bitfield K set u8 8388600 1",
        "bitop not K K",
        "debug populate 1000000 p 1000",
        "debug populate 9223372036854775807",
        "srandmember K -9223372036854775807",
        "hrandfield K -4611686018427387904 withvalues",
        "zrandmember K -1000000000 withscores",
        "lpop K 9223372036854775807",
        "spop K 9223372036854775807",
        "xread count 9223372036854775807 streams K 0",
        "lcs K K",
        "sort K limit 0 9223372036854775807",
        "lpos K x count 0 maxlen 0",
        "geosearch K fromlonlat 0 0 bybox 40000 40000 km",
        "copy K K2",
        "dump K",
        "getrange K 0 -1",
        "pfadd K a b c",
    ];
    let line = LINES[random.below(LINES.len())].replace('K', &format!("k{}", random.below(6)));
    let mut argv: Vec<Vec<u8>> = line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
    if random.one_in(3) {
        let name = ["rpush", "sadd", "append"][random.below(3)];
        argv = vec![name.into(), format!("k{}", random.below(6)).into(), vec![random.next() as u8; 100_000]];
    }
    Call { client: 0, argv }
}

#[test]
fn nothing_that_is_called_panics_hangs_or_takes_more_memory_than_config_allows() {
    let soak: u64 = std::env::var("SLOTSCOPE_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let mut ran = 0;
    for sequence in 0..SEQUENCES * soak {
        let mut host = Lone { now: UnixMicros(1_700_000_000_000_000), random: Random(sequence) };
        let mut engine = Engine::new(sequence % 7 == 6);
        for (name, value) in [
            ("maxmemory", MAXMEMORY.to_string()),
            ("proto-max-bulk-len", LONGEST_STRING.to_string()),
            ("enable-debug-command", "yes".to_owned()),
            ("notify-keyspace-events", if sequence % 2 == 0 { "AKE" } else { "" }.to_owned()),
        ] {
            engine.configure(name, &value).expect("a parameter of Redis");
        }
        let connect = |engine: &mut Engine, now| engine.connect(now, "127.0.0.1:50000");
        let mut clients: Vec<ClientId> = (0..CLIENTS).map(|_| connect(&mut engine, host.now)).collect();
        let docs = engine.execute(&mut host, clients[0], &[Bytes::from("COMMAND"), Bytes::from("DOCS")]);
        let grammar = Grammar::from_docs(&docs.reply.expect("COMMAND DOCS"), &[]);
        let before = ALLOCATOR.allocated();
        let mut random = Random(sequence ^ 0x5107);
        for turn in 0..COMMANDS {
            let call = if random.one_in(10) { greedy(&mut random) } else { grammar.call(random.next()) };
            // What would change the budget itself is somebody's own doing.
            let is_config = call.argv[0].eq_ignore_ascii_case(b"config");
            let argv: Vec<Bytes> = call.argv.iter().map(|word| Bytes::from(word.as_slice())).collect();
            let at = random.below(CLIENTS);
            if is_config {
                continue;
            }
            if engine.is_blocked(clients[at]) {
                engine.disconnect(clients[at]);
                clients[at] = connect(&mut engine, host.now);
            }
            let outcome = engine.execute(&mut host, clients[at], &argv);
            ran += 1;
            let mut wire = Vec::new();
            let reply = outcome.reply.unwrap_or(Value::Null);
            encode(&reply, engine.protocol(clients[at]), &mut wire);
            drop(reply);
            drain(&mut engine);
            let taken = ALLOCATOR.allocated().saturating_sub(before);
            assert!(taken < MAXMEMORY + SLACK, "sequence {sequence}: {taken} bytes after {call:?}");
            if outcome.close {
                engine.disconnect(clients[at]);
                clients[at] = connect(&mut engine, host.now);
            }
            if turn % 20 == 19 {
                host.now.0 += random.below(3_000_000) as u64;
                engine.cron(&mut host);
                engine.tick(&mut host);
                drain(&mut engine);
            }
            if turn % 100 == 99 {
                let gone = clients[random.below(CLIENTS)];
                engine.disconnect(gone);
                clients.retain(|client| *client != gone);
                clients.push(connect(&mut engine, host.now));
            }
        }
        drop(engine);
    }
    println!("{ran} commands, at most {} MB at once", ALLOCATOR.max_allocated() >> 20);
    assert!(ran >= 100_000, "only {ran} commands");
}
