//! Clients at the door: served at once, neither over the simulated network nor through the node's queue, for whoever has
//! a real network and a real queue before it (the gateway).
//!
//! Start with [`Cluster::serve`].

use super::redirect::NodeHost;
use super::{Cluster, Liveness, NodeIndex, Output};
use crate::engine::{ClientId, Outcome, UnixMicros};
use crate::resp::Bytes;
use crate::sim::Nanos;

impl Cluster {
    /// A new connection to a node from `addr` ("127.0.0.1:40312").
    pub fn connect(&mut self, now: Nanos, node: NodeIndex, addr: &str) -> ClientId {
        let now = UnixMicros(self.roster.epoch_us + now.as_micros());
        self.engine_mut(node).connect(now, addr)
    }

    /// Runs one command of such a connection.
    pub fn serve(
        &mut self,
        now: Nanos,
        node: NodeIndex,
        client: ClientId,
        argv: &[Bytes],
        out: &mut Vec<Output>,
    ) -> Option<Outcome> {
        let (node, mut ctx) = self.enter(now, node, out)?;
        let outcome = {
            let super::node::Node { engine, state, .. } = &mut *node;
            engine.execute(&mut NodeHost { state, ctx: &mut ctx }, client, argv)
        };
        node.after_door(&mut ctx);
        Some(outcome)
    }

    /// Ends the waits of clients whose time has run out (BLPOP and its kin).
    pub fn end_waits(&mut self, now: Nanos, node: NodeIndex, out: &mut Vec<Output>) {
        if let Some((node, mut ctx)) = self.enter(now, node, out) {
            let super::node::Node { engine, state, .. } = &mut *node;
            engine.tick(&mut NodeHost { state, ctx: &mut ctx });
            node.after_door(&mut ctx);
        }
    }

    /// Whether a node serves nobody at present: it hangs, waits for another node, or holds its clients back for a manual
    /// failover.
    pub fn holds_clients(&self, now: Nanos, node: NodeIndex) -> bool {
        let ms = (self.roster.epoch_us + now.as_micros()) / 1_000;
        let node = self.node(node);
        node.liveness != Liveness::Up || node.is_waiting() || node.state.manual.pause_until > ms
    }

    /// From now on clients at the door may ask a node for what it replicates (SYNC): somebody carries it to them.
    pub fn offer_stream(&mut self, node: NodeIndex) {
        if let Some(node) = self.nodes.get_mut(usize::from(node.0)) {
            node.state.to_be_fed.get_or_insert_default();
        }
    }

    /// Those who have asked since the last call.
    pub fn take_to_be_fed(&mut self, node: NodeIndex) -> Vec<ClientId> {
        let waiting = self.nodes.get_mut(usize::from(node.0)).and_then(|node| node.state.to_be_fed.as_mut());
        waiting.map(std::mem::take).unwrap_or_default()
    }

    /// What a node replicates is to be kept for [`Cluster::take_replicated`] from now on, beside what its replicas get.
    pub fn tap(&mut self, node: NodeIndex) {
        let Some(node) = self.nodes.get_mut(usize::from(node.0)) else { return };
        node.engine.begin_stream();
        node.tapped.get_or_insert_default();
    }

    /// Nobody wants it any more.
    pub fn untap(&mut self, node: NodeIndex) {
        if let Some(node) = self.nodes.get_mut(usize::from(node.0)) {
            node.tapped = None;
        }
    }

    /// The commands a node has replicated since the last call, where [`Cluster::tap`] asked for them.
    pub fn take_replicated(&mut self, node: NodeIndex) -> Vec<Vec<Bytes>> {
        let tapped = self.nodes.get_mut(usize::from(node.0)).and_then(|node| node.tapped.as_mut());
        tapped.map(std::mem::take).unwrap_or_default()
    }
}

impl super::node::Node {
    /// What a command leaves to be done.
    fn after_door(&mut self, ctx: &mut super::node::Ctx<'_>) {
        self.propagate();
        self.state.flush_stream(ctx);
        self.report_notices(ctx);
        self.before_sleep(ctx);
    }
}
