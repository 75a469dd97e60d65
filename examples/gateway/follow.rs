//! What a lone engine does to copy a primary: it looks after the connection, loads what comes first and applies what comes
//! then.

use super::lone::{Lone, print_log};
use super::primary_link::News;
use super::replication::LinkState;
use slotscope::engine::UnixMicros;
use slotscope::resp::{Bytes, ProtocolError, RequestParser, request_size};
use std::collections::VecDeque;

impl Lone {
    /// Looks after the connection to the primary, once a second.
    pub(super) fn tend_link(&mut self) {
        let now = self.host.now;
        let replication = &mut self.host.replication;
        let Some(primary) = &mut replication.primary else { return };
        if now.0.saturating_sub(primary.tended.0) < 1_000_000 {
            return;
        }
        primary.tended = now;
        match primary.state {
            LinkState::Connect => {
                // The rest of a command that has begun is asked for again.
                self.inbox = Inbox::default();
                primary.attempt(&self.engine, &replication.history, self.waker.clone());
            }
            LinkState::Connecting | LinkState::Sync => {}
            LinkState::Connected => {
                let offset = replication.history.offset;
                if !primary.link.as_mut().is_some_and(|link| link.acknowledge(offset)) {
                    primary.lose(now);
                }
            }
        }
    }

    /// Takes what has come from the primary.
    pub(super) fn hear_primary(&mut self) {
        /// So much before the clients have their turn.
        const NEWS_MAX: usize = 64;
        for _ in 0..NEWS_MAX {
            let primary = self.host.replication.primary.as_ref();
            let Some(link) = primary.and_then(|primary| primary.link.as_ref()) else { return };
            let Ok(news) = link.news.try_recv() else { return };
            self.host.now = self.clock.now();
            if let Err(why) = self.take_news(news) {
                print_log(vec![why]);
                if let Some(primary) = &mut self.host.replication.primary {
                    primary.lose(self.host.now);
                }
            }
        }
        if let Some(waker) = &self.waker {
            let _ = waker.wake();
        }
    }

    /// Does what news of the primary ask for. An error: the connection is of no use any more, and why.
    fn take_news(&mut self, news: News) -> Result<(), String> {
        let now = self.host.now;
        let replication = &mut self.host.replication;
        let Some(primary) = &mut replication.primary else { return Ok(()) };
        primary.last_io = now;
        match news {
            News::Lost(why) => return Err(why),
            News::Connected(stream) => {
                if let Some(link) = &mut primary.link {
                    link.connected(stream);
                }
            }
            News::Transfer(len) => {
                primary.state = LinkState::Sync;
                primary.transfer = len;
            }
            News::Continues(replid) => {
                primary.state = LinkState::Connected;
                if replid.is_some_and(|replid| replication.history.adopt_name(&replid)) {
                    // Who copies this server has to learn the new name too.
                    self.engine.hang_up_replicas();
                }
            }
            News::Snapshot { replid, offset, bytes } => {
                let loaded = self.engine.load_snapshot(&mut self.host, &bytes);
                loaded.map_err(|why| format!("The snapshot of the primary cannot be loaded: {why}"))?;
                // Who copies this server has what was here before.
                self.engine.hang_up_replicas();
                self.engine.begin_stream();
                let replication = &mut self.host.replication;
                replication.history.adopt(&replid, offset);
                if let Some(primary) = &mut replication.primary {
                    primary.state = LinkState::Connected;
                    primary.has_history = true;
                    // How much has come is told at once.
                    primary.tended = UnixMicros(0);
                }
            }
            News::Stream(bytes) => self.inbox.take(&bytes),
        }
        self.apply_stream()
    }

    /// Applies what has come whole, and passes it on.
    fn apply_stream(&mut self) -> Result<(), String> {
        loop {
            let Unit { commands, bytes } = match self.inbox.next() {
                Ok(Some(unit)) => unit,
                Ok(None) => return Ok(()),
                Err(why) => {
                    // Where it would make sense again nobody knows.
                    if let Some(primary) = &mut self.host.replication.primary {
                        primary.has_history = false;
                    }
                    return Err(format!("The primary's stream makes no sense: {why}"));
                }
            };
            self.host.replication.append(&bytes);
            for argv in commands {
                if is(&argv, b"replconf") {
                    // The only thing that it can want is to know how much has come.
                    if let Some(primary) = &mut self.host.replication.primary {
                        primary.tended = UnixMicros(0);
                    }
                } else if !is(&argv, b"sync") && !is(&argv, b"psync") {
                    self.engine.apply(&mut self.host, &argv);
                }
            }
        }
    }
}

/// Whether a command is this one.
fn is(argv: &[Bytes], name: &[u8]) -> bool {
    argv.first().is_some_and(|word| word.eq_ignore_ascii_case(name))
}

/// What of a stream is applied at once: a command, or a transaction.
#[derive(Default)]
struct Unit {
    commands: Vec<Vec<Bytes>>,
    bytes: Vec<u8>,
}

/// What has come of a stream and is not applied yet.
#[derive(Default)]
pub struct Inbox {
    parser: RequestParser,
    bytes: VecDeque<u8>,
    /// A transaction that is not over.
    begun: Unit,
}

impl Inbox {
    fn take(&mut self, bytes: &[u8]) {
        self.parser.feed(bytes);
        self.bytes.extend(bytes);
    }

    /// The next whole command outside of transactions, or the next whole transaction.
    fn next(&mut self) -> Result<Option<Unit>, ProtocolError> {
        while let Some(argv) = self.parser.next_request()? {
            // A primary writes commands in one way only.
            let len = request_size(&argv).wire.min(self.bytes.len());
            self.begun.bytes.extend(self.bytes.drain(..len));
            self.begun.commands.push(argv);
            let commands = &self.begun.commands;
            let begins_transaction = commands.first().is_some_and(|argv| is(argv, b"multi"));
            if !begins_transaction || commands.last().is_some_and(|argv| is(argv, b"exec")) {
                return Ok(Some(std::mem::take(&mut self.begun)));
            }
        }
        Ok(None)
    }
}
