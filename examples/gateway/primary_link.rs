//! The connection to the server that this one copies: a thread of its own says the words that a replica says, and hands
//! over what comes. One thread is one attempt; a new one is made when it has failed.
//!
//! Source: the documentation of replication, and `src/replication.c` of Redis 7.0.

use mio::Waker;
use slotscope::resp::{Bytes, encode_command};
use std::io::{BufRead as _, BufReader, Error, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

/// The longest line that is read.
const LINE_MAX: u64 = 64 * 1024;
/// How long one address may take to connect.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many news wait at most, before no more is read.
const NEWS_MAX: usize = 64;
/// How long the primary may take to take an acknowledgement.
const ACKNOWLEDGE: Duration = Duration::from_millis(100);
/// The largest offset that is believed: what comes behind it can still be counted.
const OFFSET_MAX: u64 = i64::MAX as u64 / 2;
/// Characters of a history's name.
const NAME_LEN: usize = 40;

/// What an attempt has come to.
pub enum News {
    /// It has a connection, to acknowledge with.
    Connected(TcpStream),
    /// All data is on its way, so many bytes.
    Transfer(u64),
    /// All data, and where the stream goes on from there.
    Snapshot {
        /// The name of the history.
        replid: String,
        /// Bytes of it so far.
        offset: u64,
        /// The snapshot.
        bytes: Vec<u8>,
    },
    /// The stream goes on where it was asked for, perhaps under another name.
    Continues(Option<String>),
    /// More of the stream.
    Stream(Vec<u8>),
    /// It is over, and why.
    Lost(String),
}

/// How to introduce oneself.
pub struct Introduction {
    /// Whom to: name or IP address.
    pub host: String,
    /// … and TCP port.
    pub to_port: u16,
    /// Where this server listens.
    pub port: String,
    /// `masteruser` and `masterauth`; empty if there is none.
    pub login: (String, String),
    /// The history that this server has, and the first byte that it lacks.
    pub history: Option<(String, u64)>,
    /// How long silence is borne (`repl-timeout`).
    pub patience: Duration,
}

/// An attempt that goes on.
pub struct PrimaryLink {
    /// What it has come to, in order.
    pub news: Receiver<News>,
    is_wanted: Arc<AtomicBool>,
    stream: Option<TcpStream>,
}

impl PrimaryLink {
    /// Begins. `waker` is told when there is news.
    pub fn begin(introduction: Introduction, waker: Option<Arc<Waker>>) -> Self {
        let (sender, news) = sync_channel(NEWS_MAX);
        let is_wanted = Arc::new(AtomicBool::new(true));
        let mut teller = Teller { sender, waker, is_wanted: is_wanted.clone() };
        std::thread::spawn(move || {
            let Err(why) = follow(&introduction, &mut teller);
            teller.tell(News::Lost(why));
        });
        Self { news, is_wanted, stream: None }
    }

    /// There is a connection.
    pub fn connected(&mut self, stream: TcpStream) {
        self.stream = Some(stream);
    }

    /// Tells the primary how much has arrived. Whether it could be told.
    pub fn acknowledge(&mut self, offset: u64) -> bool {
        let words = ["REPLCONF".to_owned(), "ACK".to_owned(), offset.to_string()].map(Bytes::from);
        self.stream.as_mut().is_some_and(|stream| say(stream, &words).is_ok())
    }
}

impl Drop for PrimaryLink {
    fn drop(&mut self) {
        self.is_wanted.store(false, Ordering::Relaxed);
        if let Some(stream) = &self.stream {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Where the thread's news go.
struct Teller {
    sender: SyncSender<News>,
    waker: Option<Arc<Waker>>,
    is_wanted: Arc<AtomicBool>,
}

impl Teller {
    /// Whether anybody still listens.
    fn tell(&mut self, news: News) -> bool {
        let is_heard = self.is_wanted.load(Ordering::Relaxed) && self.sender.send(news).is_ok();
        if let Some(waker) = self.waker.as_ref().filter(|_| is_heard) {
            let _ = waker.wake();
        }
        is_heard
    }
}

impl Teller {
    /// An error, if nobody listens any more.
    fn must_tell(&mut self, news: News) -> Result<(), String> {
        if self.tell(news) { Ok(()) } else { Err("nobody listens any more".to_owned()) }
    }
}

/// Sends a command.
fn say(stream: &mut TcpStream, words: &[Bytes]) -> Result<(), Error> {
    let mut request = Vec::new();
    encode_command(words, &mut request);
    stream.write_all(&request)
}

/// Never ends well.
fn follow(introduction: &Introduction, teller: &mut Teller) -> Result<std::convert::Infallible, String> {
    let (host, port) = (&*introduction.host, introduction.to_port);
    let trouble = |what: &str, error: &Error| format!("{what} ({error})");
    let mut addresses = (host, port)
        .to_socket_addrs()
        .map_err(|error| trouble("Unable to connect to MASTER: the name is not known", &error))?;
    let stream = addresses
        .find_map(|address| TcpStream::connect_timeout(&address, PATIENCE).ok())
        .ok_or_else(|| format!("Unable to connect to MASTER {host}:{port}"))?;
    let lost = |error: Error| trouble("Connection with master lost", &error);
    let set_up = |stream: &TcpStream| {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(introduction.patience))?;
        stream.set_write_timeout(Some(introduction.patience))?;
        stream.try_clone()
    };
    let mut talk = Talk { ours: set_up(&stream).map_err(lost)?, theirs: BufReader::new(stream) };
    let clone = talk.ours.try_clone().map_err(lost)?;
    teller.must_tell(News::Connected(clone))?;
    talk.introduce(introduction)?;
    let (replid, offset) = match &introduction.history {
        Some((replid, offset)) => (replid.clone(), offset.to_string()),
        None => ("?".to_owned(), "-1".to_owned()),
    };
    let answer = talk.ask(&["PSYNC", &replid, &offset])?;
    let words: Vec<&str> = answer.split_ascii_whitespace().collect();
    match words[..] {
        ["+CONTINUE", ref name @ ..]
            if introduction.history.is_some() && name.iter().all(|name| name.len() == NAME_LEN) =>
        {
            teller.must_tell(News::Continues(name.first().map(|name| (*name).to_owned())))?;
        }
        ["+FULLRESYNC", replid, offset] if replid.len() == NAME_LEN => {
            let offset = offset.parse().ok().filter(|offset| *offset <= OFFSET_MAX);
            let offset = offset.ok_or_else(|| format!("'{answer}' is no answer to PSYNC"))?;
            let bytes = talk.snapshot(teller)?;
            teller.must_tell(News::Snapshot { replid: replid.to_owned(), offset, bytes })?;
        }
        _ => return Err(format!("'{answer}' is no answer to PSYNC")),
    }
    // What is still to be said is short, and said by somebody who has no time.
    talk.ours.set_write_timeout(Some(ACKNOWLEDGE)).map_err(lost)?;
    loop {
        let bytes = talk.theirs.fill_buf().map_err(lost)?.to_vec();
        if bytes.is_empty() {
            return Err("Connection with master lost.".to_owned());
        }
        talk.theirs.consume(bytes.len());
        teller.must_tell(News::Stream(bytes))?;
    }
}

/// Both directions of a connection.
struct Talk {
    ours: TcpStream,
    theirs: BufReader<TcpStream>,
}

impl Talk {
    /// Says who this is and what it can do.
    fn introduce(&mut self, introduction: &Introduction) -> Result<(), String> {
        let answer = self.ask(&["PING"])?;
        // It answers; whether it wants to know a password is seen next.
        let is_answer = ["+", "-NOAUTH", "-NOPERM", "-ERR operation not permitted"];
        if !is_answer.iter().any(|start| answer.starts_with(start)) {
            return Err(format!("Error reply to PING from master: '{answer}'"));
        }
        let (user, password) = &introduction.login;
        if !password.is_empty() {
            let answer = match user.as_str() {
                "" => self.ask(&["AUTH", password]),
                user => self.ask(&["AUTH", user, password]),
            }?;
            if answer.starts_with('-') {
                return Err(format!("Unable to AUTH to MASTER: {answer}"));
            }
        }
        // Older servers know neither of these, which does not matter.
        self.ask(&["REPLCONF", "listening-port", &introduction.port])?;
        self.ask(&["REPLCONF", "capa", "psync2"])?;
        Ok(())
    }

    /// Says something and reads a line.
    fn ask(&mut self, words: &[&str]) -> Result<String, String> {
        let words: Vec<Bytes> = words.iter().map(|word| Bytes::from(*word)).collect();
        say(&mut self.ours, &words).map_err(|error| format!("Sending command to master failed ({error})"))?;
        self.line()
    }

    /// The next line that is not empty: empty ones only say that the other side is alive.
    fn line(&mut self) -> Result<String, String> {
        loop {
            let mut line = Vec::new();
            let read = self.theirs.by_ref().take(LINE_MAX).read_until(b'\n', &mut line);
            let read =
                read.and_then(|_| if line.ends_with(b"\n") { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) });
            read.map_err(|error| format!("I/O error reading from master ({error})"))?;
            let text = line.trim_ascii();
            if !text.is_empty() {
                return Ok(String::from_utf8_lossy(text).into_owned());
            }
        }
    }

    /// All data: its length in a line, then so many bytes.
    fn snapshot(&mut self, teller: &mut Teller) -> Result<Vec<u8>, String> {
        let line = self.line()?;
        let len: Option<u64> = line.strip_prefix('$').and_then(|len| len.parse().ok());
        let len = len.ok_or_else(|| format!("'{line}' is no length of a snapshot"))?;
        teller.must_tell(News::Transfer(len))?;
        let mut bytes = Vec::new();
        let read = self.theirs.by_ref().take(len).read_to_end(&mut bytes);
        read.map_err(|error| format!("I/O error trying to sync with MASTER ({error})"))?;
        if (bytes.len() as u64) < len {
            return Err("I/O error trying to sync with MASTER: connection lost".to_owned());
        }
        Ok(bytes)
    }
}
