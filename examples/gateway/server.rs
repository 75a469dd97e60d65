//! The event loop: accepts, reads, has requests served in order, sends.
//!
//! As in Redis, everything that became readable is served first, and then each connection with something to send is
//! written to once.

use super::backend::{Backend, Listening, Node};
use super::connection::{Connection, Peer, Progress};
use super::options::Options;
use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token, Waker};
use rustc_hash::FxHashMap;
use slotscope::engine::ClientId;
use slotscope::resp::{Value, encode};
use std::io::{ErrorKind, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Wakes the event loop from another thread.
const WAKER: Token = Token(usize::MAX);
/// Events taken at once.
const EVENTS_MAX: usize = 1_024;
/// Looks for more to do before going to sleep, about a twentieth of a millisecond together: whoever sends something then need
/// not wake this process, which costs the sender more than most commands take here.
const LOOKS_MAX: u32 = 100;
/// Bytes read at once.
const READ_MAX: usize = 64 * 1024;

/// Who a listener takes connections for.
#[derive(Clone, Copy)]
enum Door {
    Node(Node),
    Control,
}

/// The gateway while it runs.
pub struct Server<B> {
    backend: B,
    poll: Poll,
    /// Where connections are taken, and what for.
    doors: Vec<(Listening, Door)>,
    /// By token, less the number of doors.
    connections: Vec<Option<Connection>>,
    vacant: Vec<usize>,
    /// Where a node's client is in `connections`.
    places: Vec<FxHashMap<ClientId, usize>>,
    /// Connections with something to send.
    dirty: Vec<usize>,
    /// Connections whose requests wait for the node.
    stalled: Vec<usize>,
    /// Connections that are slow to read what they are sent.
    slow: Vec<usize>,
    /// Connections that may have more to read.
    unread: Vec<usize>,
    buffer: Vec<u8>,
    /// Connections that are sent what their node replicates.
    followers: Vec<usize>,
}

impl<B: Backend> Server<B> {
    /// Opens the ports.
    pub fn new(mut backend: B, options: &Options) -> Result<Self, String> {
        let trouble = |error: std::io::Error| format!("the event loop could not be made ({error})");
        let poll = Poll::new().map_err(trouble)?;
        let mut doors = Vec::new();
        for node in 0..backend.nodes() {
            let offset = if options.port == 0 { 0 } else { node };
            let port = usize::from(options.port) + offset;
            let port = u16::try_from(port).map_err(|_| format!("there is no port {port}"))?;
            let (listener, port) = listen(port)?;
            backend.announce_port(node, port);
            doors.push((Listening::On(listener), Door::Node(node)));
            println!("Ready to accept connections on 127.0.0.1:{port}");
        }
        if let Some(port) = options.control_port {
            let (listener, port) = listen(port)?;
            doors.push((Listening::On(listener), Door::Control));
            println!("Ready to accept control connections on 127.0.0.1:{port}");
        }
        for (at, (listener, _)) in doors.iter_mut().enumerate() {
            let Listening::On(listener) = listener else { continue };
            poll.registry().register(listener, Token(at), Interest::READABLE).map_err(trouble)?;
        }
        let _ = std::io::stdout().flush();
        backend.set_waker(Arc::new(Waker::new(poll.registry(), WAKER).map_err(trouble)?));
        let places = vec![FxHashMap::default(); backend.nodes()];
        Ok(Self {
            backend,
            poll,
            doors,
            connections: Vec::new(),
            vacant: Vec::new(),
            places,
            dirty: Vec::new(),
            stalled: Vec::new(),
            slow: Vec::new(),
            unread: Vec::new(),
            buffer: vec![0; READ_MAX],
            followers: Vec::new(),
        })
    }

    /// Serves until SHUTDOWN.
    pub fn run(mut self) -> Result<(), String> {
        let mut events = Events::with_capacity(EVENTS_MAX);
        let mut looks_left = 0;
        loop {
            let looks_only = looks_left > 0 || !self.unread.is_empty();
            let patience = if looks_only { Some(Duration::ZERO) } else { self.backend.idle_for() };
            match self.poll.poll(&mut events, patience) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(format!("the event loop ended ({error})")),
            }
            if !events.is_empty() {
                looks_left = LOOKS_MAX;
            } else if looks_left > 0 {
                looks_left -= 1;
                if self.unread.is_empty() {
                    continue;
                }
            }
            for at in std::mem::take(&mut self.unread) {
                self.readable(at, false);
            }
            for event in &events {
                if event.token() == WAKER {
                    continue;
                }
                let Token(token) = event.token();
                if token < self.doors.len() {
                    self.accept(token);
                    continue;
                }
                let at = token - self.doors.len();
                if event.is_writable() {
                    self.flush(at);
                }
                if event.is_readable() || event.is_read_closed() || event.is_error() {
                    self.readable(at, event.is_read_closed() || event.is_error());
                }
            }
            self.backend.work();
            for node in 0..self.places.len() {
                self.deliver(node, None);
            }
            self.close_those_of_dead_nodes();
            self.resume_stalled();
            for node in 0..self.places.len() {
                for (replica, first) in self.backend.take_replicas(node) {
                    self.follow(node, replica, &first);
                }
            }
            if let Some(listening) = self.backend.take_listener() {
                self.move_door(listening);
            }
            if self.backend.has_ended() {
                // A process that is gone sends nothing more.
                return Ok(());
            }
            while let Some(at) = self.dirty.pop() {
                if let Some(connection) = &mut self.connections[at] {
                    connection.is_dirty = false;
                }
                self.flush(at);
            }
            for at in std::mem::take(&mut self.slow) {
                if let Some(connection) = &mut self.connections[at] {
                    connection.is_slow = false;
                    self.check_unread(at);
                }
            }
        }
    }

    /// Listens somewhere else for the only node, or nowhere. Who is connected stays so.
    fn move_door(&mut self, mut new: Listening) {
        let registry = self.poll.registry();
        if let Listening::On(listener) = &mut new
            && registry.register(listener, Token(0), Interest::READABLE).is_err()
        {
            // The event loop takes no more: the old door stays open.
            return;
        }
        let (door, _) = &mut self.doors[0];
        if let Listening::On(listener) = door {
            let _ = registry.deregister(listener);
        }
        *door = new;
    }

    fn accept(&mut self, door: usize) {
        loop {
            let (Listening::On(listener), kind) = &self.doors[door] else { return };
            let kind = *kind;
            let (mut stream, addr) = match listener.accept() {
                Ok(accepted) => accepted,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return,
            };
            let _ = stream.set_nodelay(true);
            let peer = match kind {
                Door::Control => Peer::Control,
                Door::Node(node) if !self.backend.is_up(node) => continue,
                Door::Node(node) => {
                    let most = self.backend.config(node, "maxclients").parse().unwrap_or(10_000);
                    if self.places[node].len() >= most {
                        let _ = stream.write(b"-ERR max number of clients reached\r\n");
                        continue;
                    }
                    Peer::Client { node, id: self.backend.connect(node, &addr.to_string()) }
                }
            };
            let at = self.vacant.pop().unwrap_or(self.connections.len());
            let token = Token(at + self.doors.len());
            let both = Interest::READABLE | Interest::WRITABLE;
            if self.poll.registry().register(&mut stream, token, both).is_err() {
                if let Peer::Client { node, id } = peer {
                    self.backend.disconnect(node, id);
                }
                continue;
            }
            let connection = Some(Connection::new(stream, peer));
            if at == self.connections.len() {
                self.connections.push(connection);
            } else {
                self.connections[at] = connection;
            }
            if let Peer::Client { node, id } = peer {
                self.places[node].insert(id, at);
            }
        }
    }

    /// Reads what has arrived and has it served.
    fn readable(&mut self, at: usize, to_the_end: bool) {
        let Some(connection) = self.connections.get_mut(at).and_then(Option::as_mut) else { return };
        if let Peer::Client { node, id } = connection.peer {
            connection.parser.set_limits(self.backend.limits(node, id));
        }
        let progress = connection.read(&mut self.buffer);
        if progress == Progress::Over {
            self.close(at);
            return;
        }
        self.serve(at);
        if progress == Progress::More {
            // The others have their turn first.
            self.unread.push(at);
            return;
        }
        if !to_the_end {
            return;
        }
        // The other side has closed: what is left is read until the socket says so.
        let Some(connection) = self.connections.get_mut(at).and_then(Option::as_mut) else { return };
        match connection.read(&mut self.buffer) {
            Progress::Over => {
                self.flush(at);
                self.close(at);
            }
            Progress::More => {
                self.serve(at);
                self.unread.push(at);
            }
            Progress::Done => self.serve(at),
        }
    }

    /// Serves a connection's whole requests, as far as it need not wait.
    fn serve(&mut self, at: usize) {
        loop {
            let Some(connection) = self.connections.get_mut(at).and_then(Option::as_mut) else { return };
            if connection.closing {
                return;
            }
            if let Peer::Client { node, id } = connection.peer
                && self.backend.is_blocked(node, id)
            {
                if !connection.is_stalled {
                    connection.is_stalled = true;
                    self.stalled.push(at);
                }
                break;
            }
            let argv = match connection.parser.next_request() {
                Ok(Some(argv)) => argv,
                Ok(None) => break,
                Err(error) => {
                    let _ = write!(connection.out, "-{error}\r\n");
                    connection.closing = true;
                    self.mark_dirty(at);
                    return;
                }
            };
            match connection.peer {
                Peer::Control => {
                    let reply = match self.backend.control(&argv) {
                        Ok(said) => Value::simple(&said),
                        Err(why) => Value::error(format!("ERR {why}")),
                    };
                    encode(&reply, 2, &mut connection.out);
                }
                Peer::Client { node, id } => {
                    let outcome = self.backend.execute(node, id, &argv);
                    self.deliver(node, Some(id));
                    let Some(connection) = self.connections.get_mut(at).and_then(Option::as_mut) else { return };
                    if let Some(reply) = &outcome.reply {
                        encode(reply, self.backend.protocol(node, id), &mut connection.out);
                    } else if self.backend.has_ended() {
                        return;
                    }
                    if connection.is_follower && outcome.reply.is_some() {
                        // What it is sent is the stream alone: a replica that wants answers is none.
                        self.close(at);
                        return;
                    }
                    connection.closing |= outcome.close;
                    connection.parser.recycle(argv);
                }
            }
            self.mark_dirty(at);
            self.check_unread(at);
        }
        self.check_query_buffer(at);
    }

    /// Closes a connection that leaves too much of what it is sent unread.
    fn check_unread(&mut self, at: usize) {
        let Some(Some(connection)) = self.connections.get_mut(at) else { return };
        let (unread, is_follower) = (connection.unread() as u64, connection.is_follower);
        if let Peer::Client { node, id } = connection.peer
            && unread > 0
            && self.backend.leaves_too_much_unread(node, id, is_follower, unread)
        {
            self.close(at);
        } else {
            self.note_slow(at);
        }
    }

    /// Has a connection checked again that has not read all yet.
    fn note_slow(&mut self, at: usize) {
        if let Some(Some(connection)) = self.connections.get_mut(at)
            && connection.unread() > 0
            && !connection.is_slow
        {
            connection.is_slow = true;
            self.slow.push(at);
        }
    }

    /// Closes a connection that sends more than it may before a request is whole.
    fn check_query_buffer(&mut self, at: usize) {
        /// Below this nobody's limit can be.
        const LIMIT_MIN: usize = 1 << 20;
        let Some(Some(Connection { peer: Peer::Client { node, .. }, parser, .. })) = self.connections.get(at) else {
            return;
        };
        let held = parser.pending_len();
        if held >= LIMIT_MIN {
            let limit = self.backend.config(*node, "client-query-buffer-limit").parse().unwrap_or(1 << 30);
            if held > limit {
                self.close(at);
            }
        }
    }

    /// Goes on with connections whose node has answered them, or is no longer held back.
    fn resume_stalled(&mut self) {
        for at in std::mem::take(&mut self.stalled) {
            if let Some(connection) = self.connections[at].as_mut().filter(|connection| connection.is_stalled) {
                connection.is_stalled = false;
                self.serve(at);
            }
        }
    }

    /// Hands out what a node has to say beside its replies, and closes what it has hung up. `asking` is being served: it
    /// may still be told why.
    fn deliver(&mut self, node: Node, asking: Option<ClientId>) {
        if !self.followers.is_empty() {
            self.replicate(node);
        }
        let mut told = Vec::new();
        for (client, message) in self.backend.take_messages(node) {
            let Some(&at) = self.places[node].get(&client) else { continue };
            told.push(at);
            let protocol = self.backend.protocol(node, client);
            if let Some(connection) = &mut self.connections[at] {
                encode(&message, protocol, &mut connection.out);
            }
            self.mark_dirty(at);
            self.check_unread(at);
        }
        for client in self.backend.take_hung_up(node) {
            let Some(&at) = self.places[node].get(&client) else { continue };
            if asking == Some(client) {
                if let Some(connection) = &mut self.connections[at] {
                    connection.closing = true;
                }
                self.mark_dirty(at);
            } else {
                if told.contains(&at) {
                    // It is to know why.
                    self.flush(at);
                }
                self.close(at);
            }
        }
    }

    /// Begins to send a client what its node replicates, behind what comes first.
    fn follow(&mut self, node: Node, replica: ClientId, first: &[u8]) {
        let Some(&at) = self.places[node].get(&replica) else { return };
        if let Some(connection) = &mut self.connections[at] {
            connection.begin_to_follow(first);
            self.followers.push(at);
        }
        self.mark_dirty(at);
    }

    /// Whether a node has followers.
    fn follows(&self, node: Node) -> bool {
        let peers = self.followers.iter().filter_map(|at| Some(self.connections[*at].as_ref()?.peer));
        peers.into_iter().any(|peer| matches!(peer, Peer::Client { node: its, .. } if its == node))
    }

    /// Sends the followers of a node what it has to replicate.
    fn replicate(&mut self, node: Node) {
        let stream = self.backend.take_stream(node);
        if stream.is_empty() {
            return;
        }
        for at in self.followers.clone() {
            let Some(connection) = &mut self.connections[at] else { continue };
            if matches!(connection.peer, Peer::Client { node: its, .. } if its == node) {
                connection.out.extend_from_slice(&stream);
                self.mark_dirty(at);
                self.note_slow(at);
            }
        }
    }

    fn mark_dirty(&mut self, at: usize) {
        if let Some(connection) = &mut self.connections[at]
            && !connection.is_dirty
        {
            connection.is_dirty = true;
            self.dirty.push(at);
        }
    }

    fn close_those_of_dead_nodes(&mut self) {
        for node in 0..self.places.len() {
            if !self.backend.is_up(node) && !self.places[node].is_empty() {
                let lost: Vec<usize> = self.places[node].values().copied().collect();
                for at in lost {
                    self.close(at);
                }
            }
        }
    }

    fn flush(&mut self, at: usize) {
        let over = match self.connections.get_mut(at).and_then(Option::as_mut) {
            Some(connection) => connection.flush() == Progress::Over,
            None => false,
        };
        if over {
            self.close(at);
        }
    }

    fn close(&mut self, at: usize) {
        let Some(mut connection) = self.connections.get_mut(at).and_then(Option::take) else { return };
        let _ = self.poll.registry().deregister(connection.stream());
        if connection.is_follower {
            self.followers.retain(|follower| *follower != at);
            if let Peer::Client { node, .. } = connection.peer
                && !self.follows(node)
            {
                self.backend.nobody_follows(node);
            }
        }
        if let Peer::Client { node, id } = connection.peer {
            self.places[node].remove(&id);
            self.backend.disconnect(node, id);
        }
        self.vacant.push(at);
    }
}

/// A listener on this machine alone, and the port it got.
pub fn listen(port: u16) -> Result<(TcpListener, u16), String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(address).map_err(|error| format!("port {port} could not be opened ({error})"))?;
    let port = listener.local_addr().map_or(port, |address| address.port());
    Ok((listener, port))
}
