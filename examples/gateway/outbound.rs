//! MIGRATE's connections to other servers. As Redis does, the engine waits for their replies, and keeps a connection for a
//! while.

use slotscope::engine::{LINK_KEPT_S, LINKS_KEPT_MAX, Migration, MigrationFailure, MigrationReplies, UnixMicros};
use slotscope::resp::{Bytes, encode_command};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

/// The longest line that is read.
const LINE_MAX: u64 = 64 * 1024;

struct Kept {
    stream: BufReader<TcpStream>,
    /// The database it is in, if that is sure.
    db: Option<i64>,
    used: UnixMicros,
}

/// The connections that are kept, by host and port as given.
#[derive(Default)]
pub struct Outbound {
    kept: BTreeMap<Bytes, Kept>,
}

impl Outbound {
    /// How many connections are kept.
    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    /// Closes those that nobody has used for long.
    pub fn close_idle(&mut self, now: UnixMicros) {
        self.kept.retain(|_, kept| now.0.saturating_sub(kept.used.0) <= LINK_KEPT_S * 1_000_000);
    }

    /// Carries keys to another server and waits for its replies.
    pub fn migrate(&mut self, migration: &Migration, now: UnixMicros) -> MigrationReplies {
        let name = migration.address();
        let mut may_retry = true;
        loop {
            let kept = match self.kept.remove(&name) {
                Some(kept) => Ok(kept),
                None => connect(migration, now),
            };
            let (replies, timed_out) = match kept {
                Err((why, timed_out)) => (MigrationReplies::default().failed(why), timed_out),
                Ok(mut kept) => match converse(&mut kept, migration) {
                    Ok(replies) => {
                        kept.db = replies.is_success().then_some(migration.db);
                        kept.used = now;
                        self.keep(name, kept);
                        return replies;
                    }
                    Err(Broken { replies, timed_out }) => (replies, timed_out),
                },
            };
            // The other process may have ended since the connection was last used.
            if !may_retry || timed_out || !replies.is_void() {
                return replies;
            }
            may_retry = false;
        }
    }

    fn keep(&mut self, name: Bytes, kept: Kept) {
        if self.kept.len() >= LINKS_KEPT_MAX
            && let Some(longest) = self.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(name, _)| name.clone())
        {
            self.kept.remove(&longest);
        }
        self.kept.insert(name, kept);
    }
}

/// A conversation that ended early.
struct Broken {
    replies: MigrationReplies,
    timed_out: bool,
}

/// A new connection; or why there is none, and whether that took all the time there was.
fn connect(migration: &Migration, now: UnixMicros) -> Result<Kept, (MigrationFailure, bool)> {
    let host = String::from_utf8_lossy(&migration.host);
    let port = std::str::from_utf8(&migration.port).ok().and_then(|port| port.parse().ok()).unwrap_or(0_u16);
    let addresses = (&*host, port).to_socket_addrs().map_err(|_| (MigrationFailure::Connecting, true))?;
    let patience = Duration::from_millis(migration.timeout_ms);
    let mut why = (MigrationFailure::Connecting, true);
    for address in addresses {
        match TcpStream::connect_timeout(&address, patience) {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                return Ok(Kept { stream: BufReader::new(stream), db: None, used: now });
            }
            Err(error) if is_late(error.kind()) => {}
            // Redis notices only when it writes.
            Err(_) => why = (MigrationFailure::Writing, false),
        }
    }
    Err(why)
}

/// Sends everything, then reads a reply to each command.
fn converse(kept: &mut Kept, migration: &Migration) -> Result<MigrationReplies, Broken> {
    let has_db = migration.needs_no_select(kept.db);
    let mut replies = MigrationReplies::awaited(migration, has_db);
    let broken =
        |replies: MigrationReplies, why, kind| Broken { replies: replies.failed(why), timed_out: is_late(kind) };
    let patience = Some(Duration::from_millis(migration.timeout_ms));
    let mut request = Vec::new();
    for argv in migration.commands(has_db) {
        encode_command(&argv, &mut request);
    }
    let stream = kept.stream.get_mut();
    let sent = stream
        .set_read_timeout(patience)
        .and_then(|()| stream.set_write_timeout(patience))
        .and_then(|()| stream.write_all(&request));
    if let Err(error) = sent {
        return Err(broken(replies, MigrationFailure::Writing, error.kind()));
    }
    while !replies.is_complete() {
        let mut line = Vec::new();
        match kept.stream.by_ref().take(LINE_MAX).read_until(b'\n', &mut line) {
            Ok(_) if line.ends_with(b"\n") => {}
            Ok(_) => return Err(broken(replies, MigrationFailure::Reading, ErrorKind::UnexpectedEof)),
            Err(error) => return Err(broken(replies, MigrationFailure::Reading, error.kind())),
        }
        let text = line.trim_ascii_end();
        replies.push(match text.strip_prefix(b"-") {
            Some(error) => Err(Bytes::from(error)),
            None => Ok(()),
        });
    }
    Ok(replies)
}

fn is_late(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::TimedOut | ErrorKind::WouldBlock)
}
