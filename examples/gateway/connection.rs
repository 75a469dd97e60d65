//! One client's socket, what it sent that is not served yet, and what it has yet to be sent.

use super::backend::Node;
use mio::net::TcpStream;
use slotscope::engine::ClientId;
use slotscope::resp::RequestParser;
use std::io::{ErrorKind, Read, Write};

/// Room for replies that is kept from one to the next.
const SPARE_MAX: usize = 1 << 20;

/// Who is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A client of a node.
    Client {
        /// Which node.
        node: Node,
        /// Which of its clients.
        id: ClientId,
    },
    /// Somebody who speaks to the control port.
    Control,
}

/// A connection.
pub struct Connection {
    stream: TcpStream,
    /// Who is at the other end.
    pub peer: Peer,
    /// What was sent.
    pub parser: RequestParser,
    /// What is to be sent; the first `sent` bytes are.
    pub out: Vec<u8>,
    sent: usize,
    /// Close it once everything is sent; what it asks from now on is not served.
    pub closing: bool,
    /// It is on the list of those with something to send.
    pub is_dirty: bool,
    /// It is on the list of those whose requests wait.
    pub is_stalled: bool,
    /// It is on the list of those who are slow to read.
    pub is_slow: bool,
    /// It is sent what the node replicates.
    pub is_follower: bool,
    /// Up to here `out` is a snapshot, of which nobody expects that it is read at once.
    exempt: usize,
}

/// What came of an attempt to read or to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All there was, for now.
    Done,
    /// There may be more.
    More,
    /// The connection is over.
    Over,
}

impl Connection {
    /// A connection that was just accepted.
    pub fn new(stream: TcpStream, peer: Peer) -> Self {
        Self {
            stream,
            peer,
            parser: RequestParser::default(),
            out: Vec::new(),
            sent: 0,
            closing: false,
            is_dirty: false,
            is_stalled: false,
            is_slow: false,
            is_follower: false,
            exempt: 0,
        }
    }

    /// The socket, to register.
    pub fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Reads once, at most as much as the buffer holds, into the parser.
    pub fn read(&mut self, buffer: &mut [u8]) -> Progress {
        loop {
            return match self.stream.read(buffer) {
                Ok(0) => Progress::Over,
                Ok(count) => {
                    if !self.closing {
                        self.parser.feed(&buffer[..count]);
                    }
                    // A stream socket that gave less than asked for had no more.
                    if count < buffer.len() { Progress::Done } else { Progress::More }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => Progress::Done,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => Progress::Over,
            };
        }
    }

    /// Bytes that are yet to be sent, beyond what a client may always leave unread.
    pub fn unread(&self) -> usize {
        /// Redis's own buffer of a client, which it does not count.
        const FREE: usize = 16 * 1024;
        (self.out.len() - self.sent.max(self.exempt)).saturating_sub(FREE)
    }

    /// Has the connection sent what the node replicates from now on, behind what comes first.
    pub fn begin_to_follow(&mut self, first: &[u8]) {
        self.out.extend_from_slice(first);
        self.exempt = self.out.len();
        self.is_follower = true;
    }

    /// Makes room, where more has been sent than is left to send.
    fn forget_sent(&mut self) {
        if self.sent > SPARE_MAX && self.sent > self.out.len() / 2 {
            self.out.drain(..self.sent);
            self.exempt = self.exempt.saturating_sub(self.sent);
            self.sent = 0;
        }
    }

    /// Sends as much as the socket takes.
    pub fn flush(&mut self) -> Progress {
        while self.sent < self.out.len() {
            match self.stream.write(&self.out[self.sent..]) {
                Ok(0) => return Progress::Over,
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.forget_sent();
                    return Progress::More;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Progress::Over,
            }
        }
        self.out.clear();
        (self.sent, self.exempt) = (0, 0);
        if self.out.capacity() > SPARE_MAX {
            self.out.shrink_to(SPARE_MAX);
        }
        if self.closing { Progress::Over } else { Progress::Done }
    }
}
