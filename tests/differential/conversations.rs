//! Several clients at once: who is sent what, in which order, beside a real server.
//!
//! After every command a control connection sends a request that is refused before anything is done (it reaches neither
//! monitors nor a paused server's queue). When its second answer has come, all that the command made the server say has
//! been written to the other connections, which are local sockets: they are read until there is nothing more.

use std::cell::{Cell, RefCell};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use proptest::prelude::*;
use slotscope::resp::{Value, decode};

use crate::clock::Clock;
use crate::compare;
use crate::generate::{Grammar, Random};
use crate::ours::Ours;
use crate::real::RealServer;
use crate::steps::{self, Call, Step, Steps};

/// Conversations in each protocol, and the longest of them.
const CONVERSATIONS: u32 = 250;
const LONGEST: usize = 80;
const CLIENTS: usize = 4;

/// In milliseconds.
const LONGEST_PAUSE: u64 = 50;

/// The server's periodic work, which goes by the machine's clock, has mostly been done after this: it is set to every 2 ms.
const PERIODIC_WORK: Duration = Duration::from_millis(10);

/// Conversations that once told the two apart.
const REGRESSIONS: &str = include_str!("conversations.txt");

/// A connection that is never waited for, except by the control connection.
struct Line {
    stream: UnixStream,
    is_closed: bool,
}

impl Line {
    fn new(clock: &Clock) -> Self {
        let stream = UnixStream::connect(clock.folder().join("socket")).expect("redis-server listens on its socket");
        stream.set_nonblocking(true).expect("a socket");
        Self { stream, is_closed: false }
    }

    fn send(&mut self, argv: &[Vec<u8>]) {
        let mut request = format!("*{}\r\n", argv.len()).into_bytes();
        for arg in argv {
            request.extend_from_slice(format!("${}\r\n", arg.len()).as_bytes());
            request.extend_from_slice(arg);
            request.extend_from_slice(b"\r\n");
        }
        if self.stream.write_all(&request).is_err() {
            self.is_closed = true;
        }
    }

    /// All that has come.
    fn take(&mut self) -> Vec<u8> {
        let mut taken = Vec::new();
        let read = self.stream.read_to_end(&mut taken);
        self.is_closed |= !matches!(read, Err(error) if error.kind() == ErrorKind::WouldBlock);
        taken
    }
}

/// The connection whose answers say that all others have theirs.
struct Control {
    stream: UnixStream,
}

impl Control {
    fn new(clock: &Clock) -> Self {
        let stream = UnixStream::connect(clock.folder().join("socket")).expect("redis-server listens on its socket");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket");
        Self { stream }
    }

    fn ask(&mut self, request: &[u8]) -> Vec<u8> {
        self.stream.write_all(request).expect("redis-server takes requests");
        let mut reply = Vec::new();
        while !reply.ends_with(b"\r\n") {
            let mut part = [0; 512];
            let read = self.stream.read(&mut part).expect("redis-server answers");
            assert!(read > 0, "redis-server closed the control connection");
            reply.extend_from_slice(&part[..read]);
        }
        reply
    }

    /// Waits until the server has said all that it has to say. The first answer may be written before what others are
    /// sent in the same round of the server's loop, the second is of a later round.
    fn barrier(&mut self) {
        for _ in 0..2 {
            let reply = self.ask(b"*1\r\n$3\r\nget\r\n");
            assert!(reply.starts_with(b"-ERR wrong number"), "{}", reply.escape_ascii());
        }
    }
}

/// Both servers and what the clients are at.
struct Talk<'a> {
    control: &'a mut Control,
    lines: Vec<Line>,
    ours: Ours,
    clock: &'a mut Clock,
    /// What of a transaction each has queued.
    queued: Vec<Vec<Vec<Vec<u8>>>>,
    in_multi: [bool; CLIENTS],
    /// What each said last: it may be answered much later.
    last: Vec<Vec<Vec<u8>>>,
    /// Who asked for fewer replies.
    said_reply: [bool; CLIENTS],
    real_ids: Vec<Vec<u8>>,
    /// Clients may be held back, or may have been a moment ago.
    was_paused: bool,
    ever_paused: bool,
    commands: u64,
}

impl Talk<'_> {
    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Wait(millis) => {
                self.clock.turn(millis * 1_000 + 7);
                self.ours.turn_to(self.clock.now());
                if self.was_paused {
                    std::thread::sleep(PERIODIC_WORK);
                    self.was_paused = *millis < LONGEST_PAUSE;
                }
            }
            Step::Call(Call { client, argv }) => {
                // Who waits can say nothing.
                if self.ours.is_blocked(*client) || self.lines[*client].is_closed {
                    return Ok(());
                }
                let says =
                    |at: usize, word: &str| argv.get(at).is_some_and(|arg| arg.eq_ignore_ascii_case(word.as_bytes()));
                if says(0, "client") && says(1, "pause") {
                    self.was_paused = true;
                    self.ever_paused = true;
                }
                let has_queued = |word: &str| {
                    let is_said = |argv: &Vec<Vec<u8>>| {
                        argv[0].eq_ignore_ascii_case(b"client") && argv[1].eq_ignore_ascii_case(word.as_bytes())
                    };
                    self.queued[*client].iter().any(is_said)
                };
                let ends = says(0, "exec") || says(0, "discard");
                let is_short = KNOWS_ITS_LENGTH.iter().any(|name| says(0, name));
                if self.in_multi[*client] && has_queued("kill") && !ends && !is_short {
                    // It may have killed itself: of a reply whose length Redis learns late it then sends the header.
                    return Ok(());
                }
                let swaps = |argv: &Vec<Vec<u8>>| argv[0].eq_ignore_ascii_case(b"swapdb");
                let may_swap = swaps(argv) || (says(0, "exec") && self.queued[*client].iter().any(swaps));
                if may_swap && (0..CLIENTS).any(|other| self.ours.is_blocked(other) && keys_of(&self.last[other]) > 1) {
                    // Which of several keys is ready first is the order of Redis's table.
                    return Ok(());
                }
                if says(0, "exec") && has_queued("pause") {
                    self.was_paused = true;
                }
                self.said_reply[*client] |= says(0, "client") && says(1, "reply");
                if self.said_reply[*client] && (says(0, "quit") || (says(0, "client") && says(1, "kill"))) {
                    // Redis forgets to close a connection that there is nothing to write to.
                    return Ok(());
                }
                if self.was_paused && says(0, "client") && says(1, "unblock") {
                    // Redis takes who is held back for somebody who waits.
                    return Ok(());
                }
                self.last[*client].clone_from(argv);
                self.commands += 1;
                self.lines[*client].send(&with_ids(argv, &self.real_ids));
                self.ours.tell(*client, &with_ids(argv, &(0..CLIENTS).map(|n| self.ours.id(n)).collect::<Vec<_>>()));
            }
        }
        self.control.barrier();
        for client in 0..CLIENTS {
            let mut real = self.lines[client].take();
            let (ours, is_gone) = self.ours.take(client);
            for _ in 0..if self.ever_paused { 50 } else { 0 } {
                let is_closed = self.lines[client].is_closed;
                if is_closed == is_gone && is_same(&self.last[client], &self.queued[client], &real, &ours) {
                    break;
                }
                std::thread::sleep(PERIODIC_WORK);
                self.control.barrier();
                real.extend(self.lines[client].take());
            }
            if !is_same(&self.last[client], &self.queued[client], &real, &ours)
                || self.lines[client].is_closed != is_gone
            {
                let closed = |is_closed: bool| if is_closed { " (closed)" } else { "" };
                return Err(TestCaseError::fail(format!(
                    "{step:?}\nto client {client}:\nredis {}{}\nours  {}{}",
                    real.escape_ascii(),
                    closed(self.lines[client].is_closed),
                    ours.escape_ascii(),
                    closed(is_gone)
                )));
            }
            // A pause may have held it back until now.
            if real.ends_with(b"+QUEUED\r\n") {
                let queued = self.last[client].clone();
                self.queued[client].push(queued);
            } else if let Step::Call(call) = step
                && call.client == client
            {
                let is = |name: &str| call.argv[0].eq_ignore_ascii_case(name.as_bytes());
                if is("exec") || is("discard") || is("reset") {
                    self.in_multi[client] = false;
                } else if is("multi") && !self.in_multi[client] {
                    // What was queued before is needed until now: a pause may have held back EXEC.
                    self.queued[client].clear();
                    self.in_multi[client] = true;
                }
            }
        }
        Ok(())
    }
}

/// How many keys a command names: they are k0, k1 and so on.
fn keys_of(argv: &[Vec<u8>]) -> usize {
    argv.iter()
        .filter(|arg| matches!(arg.as_slice(), [b'k', digits @ ..] if digits.iter().all(u8::is_ascii_digit)))
        .count()
}

/// Commands whose replies Redis does not begin before it knows how long they are.
const KNOWS_ITS_LENGTH: [&str; 8] = ["set", "get", "incr", "rpush", "lpop", "llen", "zadd", "ping"];

/// Commands that tell of what they do to keys in the midst of their reply (see DIFFERENCES.md).
const SAYS_INSIDE: [&str; 9] =
    ["mget", "zpopmin", "zpopmax", "zmpop", "bzmpop", "bzpopmin", "bzpopmax", "xreadgroup", "sort"];

/// What was sent, one message after the other, but for what cannot be the same.
fn is_same(argv: &[Vec<u8>], queued: &[Vec<Vec<u8>>], real: &[u8], ours: &[u8]) -> bool {
    if real == ours {
        return true;
    }
    let is_exec = argv.first().is_some_and(|said| said.eq_ignore_ascii_case(b"exec"));
    let queued = if is_exec { queued } else { &[] };
    let says_inside = |argv: &[Vec<u8>]| {
        argv.first().is_some_and(|said| SAYS_INSIDE.iter().any(|name| said.eq_ignore_ascii_case(name.as_bytes())))
    };
    // What Redis says inside a reply stands elsewhere here; all else is the same.
    if (says_inside(argv) || queued.iter().any(|argv| says_inside(argv))) && apart(real) == apart(ours) {
        return true;
    }
    let (real, ours) = (messages(real), messages(ours));
    if compare::alike_but_for_order(argv, &real, &ours) {
        return true;
    }
    real.len() == ours.len()
        && real.iter().zip(&ours).all(|(real, ours)| {
            real == ours
                || (!argv.is_empty() && compare::alike(argv, queued, real, ours))
                || (!is_reply_of(queued, real) && crowded_out(queued, real, ours))
        })
}

/// Whether this is what EXEC answers itself.
fn is_reply_of(queued: &[Vec<Vec<u8>>], message: &Value) -> bool {
    matches!(message, Value::Array(parts) if parts.len() == queued.len())
}

/// Behind the array of EXEC stands what confirmations for several channels have crowded out of it: compared as what one of
/// the commands answers.
fn crowded_out(queued: &[Vec<Vec<u8>>], real: &Value, ours: &Value) -> bool {
    queued.iter().any(|argv| argv[0].to_ascii_lowercase().ends_with(b"subscribe"))
        && queued.iter().any(|argv| compare::alike(argv, &[], real, ours))
}

/// The pushes among what was sent, and all that is no part of them.
fn apart(mut bytes: &[u8]) -> (Vec<Value>, Vec<u8>) {
    let (mut pushes, mut rest) = (Vec::new(), Vec::new());
    while let Some(kind) = bytes.first() {
        let whole = decode(bytes).filter(|_| !b"*%~".contains(kind));
        // Of an aggregate the header is taken by itself: a push may stand behind it.
        let line = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1);
        let (taken, left) = bytes.split_at(whole.as_ref().map_or(line, |(_, length)| (*length).min(bytes.len())));
        match whole {
            Some((push @ Value::Push(_), _)) => pushes.push(push),
            _ => rest.extend_from_slice(taken),
        }
        bytes = left;
    }
    (compare::in_order(pushes), rest)
}

/// A line of MONITOR without the address in it.
fn without_address(message: &Value) -> Option<String> {
    let Value::Simple(line) = message else { return None };
    let line = String::from_utf8_lossy(line);
    let (before, rest) = line.split_once('[')?;
    let (address, command) = rest.split_once("] ")?;
    Some(format!("{before}[{}] {command}", address.split(' ').next()?))
}

fn messages(mut bytes: &[u8]) -> Vec<Value> {
    let mut found = Vec::new();
    while let Some((message, length)) = decode(bytes) {
        found.push(without_address(&message).map_or(message, |line| Value::simple(&line)));
        bytes = bytes.get(length..).unwrap_or_default();
    }
    if !bytes.is_empty() {
        found.push(Value::bulk(bytes.to_vec()));
    }
    compare::in_order(found)
}

/// Something that concerns others: waiting, telling, watching, holding back.
fn step(grammar: &Grammar, seed: u64) -> Step {
    let mut random = Random(seed);
    let client = random.below(CLIENTS);
    if random.one_in(14) {
        return Step::Wait([0, 1, 5, 10, 50, 99, 100, 1_000, 2_001][random.below(9)]);
    }
    if random.one_in(5) {
        let mut call = grammar.call(random.next());
        call.client = client;
        return Step::Call(call);
    }
    let key = |random: &mut Random| format!("k{}", random.below(4));
    let (one, two) = (key(&mut random), key(&mut random));
    let timeout = ["0", "0", "0", "0.01", "0.1", "1", "2", "-1", "x", "0.0001"][random.below(10)];
    let side = ["left", "right"][random.below(2)];
    let other = ["left", "right"][random.below(2)];
    let end = ["min", "max"][random.below(2)];
    let channel = ["a", "b", "k1", "__keyspace@0__:k1", "__keyevent@0__:del"][random.below(5)];
    let pattern = ["*", "a*", "__key*", "__keyevent@*", "?", "__keyspace@0__:k[12]"][random.below(6)];
    let count = ["1", "2", "3"][random.below(3)];
    let number = random.below(9);
    let id = 1 + random.below(CLIENTS);
    let line = match random.below(78) {
        0 | 1 => format!("blpop {one} {timeout}"),
        2 | 3 => format!("brpop {one} {two} {timeout}"),
        4 | 5 => format!("blmove {one} {two} {side} {other} {timeout}"),
        6 => format!("brpoplpush {one} {two} {timeout}"),
        7 | 8 => format!("blmpop {timeout} 2 {one} {two} {side} count {count}"),
        9 => format!("bzpopmin {one} {two} {timeout}"),
        10 => format!("bzpopmax {one} {timeout}"),
        11 | 12 => format!("bzmpop {timeout} 2 {one} {two} {end} count {count}"),
        13 | 14 => format!("xread block {} streams {one} $", [0, 10, 100][random.below(3)]),
        15 => format!("xread count 2 block 0 streams {one} {two} $ 0"),
        16 | 17 => format!("xreadgroup group g c{number} block {} streams {one} >", [0, 10][random.below(2)]),
        18 => format!("xreadgroup group g c{number} noack block 0 streams {one} {two} > >"),
        19 | 20 => format!("xgroup create {one} g $ mkstream"),
        21 => format!("xgroup destroy {one} g"),
        22 | 23 => format!("xadd {one} * f {number}"),
        24 => format!("xack {one} g {number}-0"),
        25 | 26 => format!("rpush {one} {number} b"),
        27 => format!("lpush {one} {number}"),
        28 => format!("rpush {one} 1 2 3 4"),
        29 => format!("lmove {one} {two} {side} {other}"),
        30 => format!("linsert {one} before b c"),
        31 => format!("lpop {one} {count}"),
        32 | 33 => format!("zadd {one} {number} m{number}"),
        34 => format!("zadd {one} 1 a 2 b 3 c"),
        35 => format!("zincrby {one} 2 m{number}"),
        36 => format!("zunionstore {one} 1 {two}"),
        37 | 38 => format!("del {one}"),
        39 => format!("unlink {one} {two}"),
        40 | 41 => format!("rename {one} {two}"),
        42 => format!("copy {one} {two} replace"),
        43 => format!("move {one} 1"),
        44 => "swapdb 0 1".to_owned(),
        45 => format!("sort {one} store {two} alpha"),
        46 => format!("set {one} {number}"),
        47 => format!("set {one} v px {}", 1 + number * 4),
        48 => format!("pexpire {one} {}", number * 3),
        49 => format!("hset {one} f {number}"),
        50 => format!("sadd {one} {number}"),
        51 => format!("spop {one} 100"),
        52 => format!("getdel {one}"),
        53 => format!("get {one}"),
        54 | 55 => "multi".to_owned(),
        56 | 57 => "exec".to_owned(),
        58 => "discard".to_owned(),
        59 | 60 => format!("watch {one}"),
        61 => format!("subscribe {channel}"),
        62 => format!("psubscribe {pattern}"),
        63 => format!("ssubscribe {channel}"),
        64 => ["unsubscribe", "punsubscribe", "sunsubscribe", "unwatch"][random.below(4)].to_owned(),
        65 => format!("unsubscribe {channel} b"),
        66 | 67 => format!("publish {channel} {number}"),
        68 => format!("spublish {channel} {number}"),
        69 => ["monitor", "reset", "reset", "quit"][random.below(4)].to_owned(),
        70 | 71 => format!("client unblock {{{id}}} {}", ["timeout", "error"][random.below(2)]),
        72 => format!("client kill id {{{id}}} {}", ["", "skipme no"][random.below(2)]).trim().to_owned(),
        73 => format!("client pause {} {}", 1 + number * 5, ["write", "all", ""][random.below(3)]).trim().to_owned(),
        74 => ["client unpause", "client getname", "client reply skip", "client reply off", "client reply on"]
            [random.below(5)]
        .to_owned(),
        75 => ["ping", "ping x", "hello 2", "hello 3", "select 1", "select 0"][random.below(6)].to_owned(),
        76 => ["flushdb", "flushall", "flushall async", "debug digest"][random.below(4)].to_owned(),
        _ => {
            let classes = ["AKE", "AKEmn", "KEg$", "Kx", "Elsz", "", "KEA", "KEmt"][random.below(8)];
            format!("config set notify-keyspace-events \"{classes}\"")
        }
    };
    let argv = slotscope::resp::split_args(line.as_bytes()).expect("balanced quotes");
    Step::Call(Call { client, argv: argv.iter().map(|arg| arg.to_vec()).collect() })
}

/// Puts the number of a client, which each server chooses, in the place of `{2}`.
fn with_ids(argv: &[Vec<u8>], ids: &[Vec<u8>]) -> Vec<Vec<u8>> {
    argv.iter()
        .map(|arg| {
            let which = arg.strip_prefix(b"{").and_then(|arg| arg.strip_suffix(b"}"));
            let which = which.and_then(|which| std::str::from_utf8(which).ok()?.parse::<usize>().ok());
            which.and_then(|which| ids.get(which - 1)).unwrap_or(arg).clone()
        })
        .collect()
}

fn compare_conversations(protocol: &[u8], seed: u64) {
    let Some(clock) = Clock::new() else { return };
    let Some(server) = RealServer::start_at(&clock) else { return };
    let grammar = Grammar::of(&mut server.connect());
    let mut control = Control::new(&clock);
    // A pause of clients ends in the periodic work.
    control.ask(b"config set hz 500\r\n");
    control.ask(b"debug set-active-expire 0\r\n");
    let both = RefCell::new((control, clock));
    let total = Cell::new(0);
    let compare = |steps: &[Step]| {
        let mut both = both.borrow_mut();
        let (control, clock) = &mut *both;
        control.barrier();
        for line in [&b"flushall\r\n"[..], b"config set notify-keyspace-events \"\"\r\n"] {
            let reply = control.ask(line);
            assert_eq!(reply, b"+OK\r\n", "{}", reply.escape_ascii());
        }
        let lines = (0..CLIENTS).map(|_| Line::new(clock)).collect();
        let ours = Ours::at(clock.now(), CLIENTS);
        let queued = vec![Vec::new(); CLIENTS];
        let last = vec![Vec::new(); CLIENTS];
        let mut talk = Talk {
            control,
            lines,
            ours,
            clock,
            queued,
            last,
            in_multi: [false; CLIENTS],
            said_reply: [false; CLIENTS],
            real_ids: Vec::new(),
            was_paused: false,
            ever_paused: false,
            commands: 0,
        };
        let words = |words: &[&[u8]]| words.iter().map(|word| word.to_vec()).collect::<Vec<_>>();
        for client in 0..CLIENTS {
            talk.take(&Step::Call(Call { client, argv: words(&[b"hello", protocol]) }))?;
        }
        for client in 0..CLIENTS {
            talk.lines[client].send(&words(&[b"client", b"id"]));
            talk.control.barrier();
            let reply = talk.lines[client].take();
            talk.real_ids.push(reply.trim_ascii()[1..].to_vec());
        }
        talk.take(&Step::Call(Call { client: 0, argv: words(&[b"debug", b"set-active-expire", b"0"]) }))?;
        let outcome = steps.iter().try_for_each(|step| talk.take(step));
        total.set(total.get() + talk.commands);
        if talk.ever_paused {
            // A pause may have held back another one.
            for _ in 0..CLIENTS {
                talk.clock.turn(1_000_000);
                std::thread::sleep(PERIODIC_WORK);
            }
        }
        outcome
    };
    for steps in steps::parse(REGRESSIONS) {
        compare(&steps).unwrap_or_else(|why| panic!("an old fault is back: {why}\n{}", steps::block(&steps)));
    }
    let conversations = prop::collection::vec(Steps { grammar: &grammar, make: step }, 1..LONGEST);
    let result = crate::runner(CONVERSATIONS, seed).run(&conversations, |steps| compare(&steps));
    if let Err(error) = result {
        crate::report(error, "conversations.txt", compare);
    }
    println!("{} commands compared", total.get());
    assert!(total.get() >= 5_000, "only {} commands", total.get());
}

#[test]
fn each_client_is_sent_the_same_in_resp2() {
    compare_conversations(b"2", 0xc0_75e2);
}

#[test]
fn each_client_is_sent_the_same_in_resp3() {
    compare_conversations(b"3", 0xc0_75e3);
}

#[test]
fn silent_clients_are_disconnected_at_the_same_second() {
    let Some(mut clock) = Clock::new() else { return };
    let Some(_server) = RealServer::start_at(&clock) else { return };
    let mut control = Control::new(&clock);
    control.ask(b"config set hz 500\r\n");
    control.ask(b"config set timeout 2\r\n");
    let mut lines: Vec<Line> = (0..CLIENTS).map(|_| Line::new(&clock)).collect();
    let mut ours = Ours::at(clock.now(), CLIENTS);
    ours.engine.configure("timeout", "2").expect("a parameter of Redis");
    // Two listen, one waits, and one says something now and then.
    let say = |client: usize, words: &str, lines: &mut [Line], ours: &mut Ours| {
        let argv: Vec<Vec<u8>> = words.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        lines[client].send(&argv);
        ours.tell(client, &argv);
    };
    for (client, words) in [(1, "subscribe news"), (2, "monitor"), (3, "blpop k 0")] {
        say(client, words, &mut lines, &mut ours);
    }
    let mut ends = [None; CLIENTS];
    for second in 1..=8 {
        if second <= 3 {
            say(0, "ping", &mut lines, &mut ours);
        }
        control.barrier();
        clock.turn(1_000_000);
        ours.turn_to(clock.now());
        ours.work();
        // The control connection would be silent for too long, too.
        control.barrier();
        for client in 0..CLIENTS {
            let is_gone = ours.take(client).1;
            for _ in 0..50 {
                std::thread::sleep(PERIODIC_WORK);
                lines[client].take();
                if lines[client].is_closed == is_gone {
                    break;
                }
            }
            assert_eq!(lines[client].is_closed, is_gone, "client {client} after {second} s");
            if is_gone && ends[client].is_none() {
                ends[client] = Some(second);
            }
        }
    }
    assert_eq!(ends, [Some(5), None, None, None]);
}
