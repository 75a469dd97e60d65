//! What the event loop asks of what it serves: one engine, or the nodes of a cluster.

use mio::Waker;
use mio::net::TcpListener;
use slotscope::engine::{ClientId, Outcome};
use slotscope::resp::{Bytes, RequestLimits, Value};
use std::sync::Arc;
use std::time::Duration;

/// A served node: its place among the ports.
pub type Node = usize;

/// Where connections are taken.
pub enum Listening {
    /// On a port.
    On(TcpListener),
    /// Nowhere (port 0).
    Nowhere,
}

/// One engine, or the nodes of a cluster, with the clock they live by.
pub trait Backend {
    /// How many nodes there are, a port each.
    fn nodes(&self) -> usize;
    /// A parameter of a node, as CONFIG GET prints it.
    fn config(&self, node: Node, name: &str) -> String;
    /// Tells a node which port it listens on.
    fn announce_port(&mut self, node: Node, port: u16);
    /// Where the only node takes connections from now on, if that has changed since the last call (CONFIG SET port).
    fn take_listener(&mut self) -> Option<Listening> {
        None
    }
    /// Whether a node takes connections.
    fn is_up(&self, _node: Node) -> bool {
        true
    }
    /// Whether there is nothing left to serve (SHUTDOWN).
    fn has_ended(&self) -> bool {
        false
    }
    /// A new connection.
    fn connect(&mut self, node: Node, addr: &str) -> ClientId;
    /// The connection is gone.
    fn disconnect(&mut self, node: Node, client: ClientId);
    /// Runs one command.
    fn execute(&mut self, node: Node, client: ClientId, argv: &[Bytes]) -> Outcome;
    /// 2 or 3.
    fn protocol(&self, node: Node, client: ClientId) -> u8;
    /// Whether the client's next command has to wait.
    fn is_blocked(&self, node: Node, client: ClientId) -> bool;
    /// What a client may send.
    fn limits(&self, node: Node, client: ClientId) -> RequestLimits;
    /// Whether a client that has left so many bytes unread is to be disconnected. `is_follower`: it is sent the replication
    /// stream.
    fn leaves_too_much_unread(&mut self, node: Node, client: ClientId, is_follower: bool, unread: u64) -> bool;
    /// Answers and pushes beside the replies, in order.
    fn take_messages(&mut self, node: Node) -> Vec<(ClientId, Value)>;
    /// Clients that the node disconnected.
    fn take_hung_up(&mut self, node: Node) -> Vec<ClientId>;
    /// Who has asked a node for what it replicates since the last call (SYNC, PSYNC), and what each is sent before the
    /// stream.
    fn take_replicas(&mut self, node: Node) -> Vec<(ClientId, Vec<u8>)>;
    /// What the replicas of a node are to be sent, since the last call.
    fn take_stream(&mut self, node: Node) -> Vec<u8>;
    /// The last replica of a node is gone.
    fn nobody_follows(&mut self, _node: Node) {}
    /// How to have the event loop look at [`Backend::work`] from another thread.
    fn set_waker(&mut self, _waker: Arc<Waker>) {}
    /// How long until [`Backend::work`] has something to do; none while only a command moves the clock.
    fn idle_for(&mut self) -> Option<Duration>;
    /// What has come due: periodic work, waits that ran out, messages among nodes.
    fn work(&mut self);
    /// A line of the control port, in words; the answer.
    fn control(&mut self, words: &[Bytes]) -> Result<String, String>;
}
