//! What the cluster looks like from here: SLOTS, SHARDS, NODES, LINKS, REPLICAS, INFO.

use super::super::bus_message::Kind;
use super::super::replication::LinkState;
use super::super::settings::Endpoint;
use super::super::view::Peer;
use super::super::{BUS_OFFSET, NodeIndex};
use super::{Call, Outcome};
use crate::engine::Slot;
use crate::resp::{Bytes, Value};
use std::fmt::Write;

/// CLUSTER SLOTS: each range of slots with who serves it and the replicas that could.
pub(super) fn slots(call: &Call<'_, '_>) -> Value {
    let view = &call.state.view;
    let mut ranges: Vec<(u16, u16, NodeIndex)> = Vec::new();
    for slot in 0..Slot::COUNT {
        let Some(owner) = view.owner(slot) else { continue };
        match ranges.last_mut() {
            Some(range) if range.1 + 1 == slot && range.2 == owner => range.1 = slot,
            _ => ranges.push((slot, slot, owner)),
        }
    }
    let rows = ranges.into_iter().map(|(first, last, owner)| {
        let mut row = vec![Value::Int(first.into()), Value::Int(last.into()), node_entry(call, owner)];
        let available = view.replicas_of(owner).into_iter().filter(|replica| is_available(call, *replica));
        row.extend(available.map(|replica| node_entry(call, replica)));
        Value::Array(row)
    });
    Value::Array(rows.collect())
}

/// A replica that has failed, or that has no data yet, is not shown to clients.
fn is_available(call: &Call<'_, '_>, node: NodeIndex) -> bool {
    call.state.view.peer(node).is_some_and(|peer| !peer.fail) && offset_of(call, node) != 0
}

/// The replication offset of a node, as known here.
fn offset_of(call: &Call<'_, '_>, node: NodeIndex) -> u64 {
    if node == call.state.me {
        let in_step = call.state.view.am_primary()
            || call
                .state
                .replication
                .primary
                .as_ref()
                .is_some_and(|link| link.has_history || link.state == LinkState::Connected);
        return if in_step { call.state.replication.offset } else { 0 };
    }
    call.state.view.peer(node).map_or(0, |peer| peer.repl_offset)
}

/// `[endpoint, port, id, metadata]`: the metadata tell what the endpoint does not.
fn node_entry(call: &Call<'_, '_>, node: NodeIndex) -> Value {
    let spec = call.state.roster.spec(node);
    let endpoint = match call.state.settings.endpoint {
        Endpoint::Unknown => Value::Null,
        Endpoint::Ip | Endpoint::Hostname => Value::bulk(call.state.endpoint(node)),
    };
    let mut metadata = Vec::new();
    if call.state.settings.endpoint != Endpoint::Ip {
        metadata.push((Value::bulk("ip"), Value::bulk(&*spec.ip)));
    }
    if call.state.settings.endpoint != Endpoint::Hostname && !spec.name.is_empty() {
        metadata.push((Value::bulk("hostname"), Value::bulk(&*spec.name)));
    }
    let id = call.state.view.peer(node).map(|peer| peer.id.clone()).unwrap_or_default();
    Value::Array(vec![endpoint, Value::Int(spec.port.into()), Value::bulk(&*id), Value::Map(metadata)])
}

/// CLUSTER SHARDS: each primary with its slots and its replicas.
pub(super) fn shards(call: &Call<'_, '_>) -> Value {
    let view = &call.state.view;
    let shards = view.known().filter(|(_, peer)| peer.is_primary).map(|(primary, peer)| {
        let slots = peer.slots.ranges().into_iter().flat_map(|(a, b)| [Value::Int(a.into()), Value::Int(b.into())]);
        let nodes = std::iter::once(primary).chain(view.replicas_of(primary)).map(|node| shard_node(call, node));
        Value::Map(vec![
            (Value::bulk("slots"), Value::Array(slots.collect())),
            (Value::bulk("nodes"), Value::Array(nodes.collect())),
        ])
    });
    Value::Array(shards.collect())
}

fn shard_node(call: &Call<'_, '_>, node: NodeIndex) -> Value {
    let spec = call.state.roster.spec(node);
    let Some(peer) = call.state.view.peer(node) else { return Value::Map(Vec::new()) };
    let offset = offset_of(call, node);
    let health = match (peer.fail, peer.is_primary, offset) {
        (true, ..) => "fail",
        (false, false, 0) => "loading",
        _ => "online",
    };
    let endpoint = match call.state.settings.endpoint {
        Endpoint::Unknown => Value::Null,
        Endpoint::Ip | Endpoint::Hostname => Value::bulk(call.state.endpoint(node)),
    };
    let mut fields = vec![
        ("id", Value::bulk(&*peer.id)),
        ("port", Value::Int(spec.port.into())),
        ("ip", Value::bulk(&*spec.ip)),
        ("endpoint", endpoint),
    ];
    if !spec.name.is_empty() {
        fields.push(("hostname", Value::bulk(&*spec.name)));
    }
    fields.extend([
        ("role", Value::bulk(if peer.is_primary { "master" } else { "replica" })),
        ("replication-offset", Value::Int(offset as i64)),
        ("health", Value::bulk(health)),
    ]);
    Value::Map(fields.into_iter().map(|(name, value)| (Value::bulk(name), value)).collect())
}

/// CLUSTER NODES: one line a node, in order of deployment (Redis: in the order of a hash table).
pub(super) fn nodes(call: &Call<'_, '_>) -> Value {
    let mut text = String::new();
    for (node, peer) in call.state.view.known() {
        text.push_str(&node_line(call, node, peer));
        text.push('\n');
    }
    Value::Verbatim(*b"txt", Bytes::from(text))
}

/// CLUSTER REPLICAS.
pub(super) fn replicas(call: &Call<'_, '_>) -> Outcome {
    let view = &call.state.view;
    let primary = call.node(2)?;
    if !view.peer(primary).is_some_and(|peer| peer.is_primary) {
        return Err(Value::error("ERR The specified node is not a master"));
    }
    let lines = view.replicas_of(primary).into_iter().filter_map(|node| Some((node, view.peer(node)?)));
    Ok(Value::Array(lines.map(|(node, peer)| Value::bulk(node_line(call, node, peer))).collect()))
}

fn node_line(call: &Call<'_, '_>, node: NodeIndex, peer: &Peer) -> String {
    let view = &call.state.view;
    let spec = call.state.roster.spec(node);
    let is_me = node == view.me;
    let mut line = format!("{} {}:{}@{}", peer.id, spec.ip, spec.port, u32::from(spec.port) + BUS_OFFSET);
    if !spec.name.is_empty() && !peer.handshake {
        let _ = write!(line, ",{}", spec.name);
    }
    let flags: Vec<&str> = [
        (is_me, "myself"),
        (peer.is_primary && !peer.handshake, "master"),
        (!peer.is_primary, "slave"),
        (peer.pfail, "fail?"),
        (peer.fail, "fail"),
        (peer.handshake, "handshake"),
        (peer.no_failover, "nofailover"),
    ]
    .into_iter()
    .filter_map(|(holds, flag)| holds.then_some(flag))
    .collect();
    let primary = peer.replica_of.and_then(|primary| view.peer(primary));
    let epoch = primary.map_or(peer.config_epoch, |primary| primary.config_epoch);
    let link = if is_me || peer.link.is_some() { "connected" } else { "disconnected" };
    let _ = write!(
        line,
        " {} {} {} {} {epoch} {link}",
        flags.join(","),
        primary.map_or("-", |primary| &*primary.id),
        peer.ping_sent,
        peer.pong_received,
    );
    for (first, last) in peer.slots.ranges() {
        let _ = if first == last { write!(line, " {first}") } else { write!(line, " {first}-{last}") };
    }
    if is_me {
        for (slot, target) in &view.migrating {
            let _ = write!(line, " [{slot}->-{}]", call.state.roster.id(*target));
        }
        for (slot, source) in &view.importing {
            let _ = write!(line, " [{slot}-<-{}]", call.state.roster.id(*source));
        }
    }
    line
}

/// CLUSTER LINKS: the bus connections, one each way with every peer.
pub(super) fn links(call: &Call<'_, '_>) -> Value {
    let mut links = Vec::new();
    for (_, peer) in call.state.view.known() {
        for (direction, since) in [("to", peer.link), ("from", peer.inbound)] {
            let Some(since) = since else { continue };
            let fields = [
                ("direction", Value::bulk(direction)),
                ("node", Value::bulk(&*peer.id)),
                ("create-time", Value::Int(since as i64)),
                ("events", Value::bulk("r")),
                ("send-buffer-allocated", Value::Int(0)),
                ("send-buffer-used", Value::Int(0)),
            ];
            links.push(Value::Map(fields.into_iter().map(|(name, value)| (Value::bulk(name), value)).collect()));
        }
    }
    Value::Array(links)
}

/// CLUSTER INFO.
pub(super) fn info(call: &mut Call<'_, '_>) -> Value {
    call.state.count_size();
    let view = &call.state.view;
    let (mut assigned, mut ok, mut pfail, mut fail) = (0, 0, 0, 0);
    for (_, peer) in view.known() {
        let slots = u32::from(peer.slots.len());
        assigned += slots;
        let counter = if peer.fail {
            &mut fail
        } else if peer.pfail {
            &mut pfail
        } else {
            &mut ok
        };
        *counter += slots;
    }
    let my_epoch = view.my_primary().and_then(|node| view.peer(node)).map_or(0, |peer| peer.config_epoch);
    let mut text = String::new();
    let mut put = |name: &str, value: String| {
        let _ = write!(text, "{name}:{value}\r\n");
    };
    put("cluster_state", if view.ok { "ok" } else { "fail" }.to_owned());
    put("cluster_slots_assigned", assigned.to_string());
    put("cluster_slots_ok", ok.to_string());
    put("cluster_slots_pfail", pfail.to_string());
    put("cluster_slots_fail", fail.to_string());
    put("cluster_known_nodes", view.known().count().to_string());
    put("cluster_size", view.size.to_string());
    put("cluster_current_epoch", view.current_epoch.to_string());
    put("cluster_my_epoch", my_epoch.to_string());
    for (way, counters) in [("sent", &call.state.counters.sent), ("received", &call.state.counters.received)] {
        for (kind, name) in Kind::NAMED {
            let count = counters[kind as usize];
            if count > 0 {
                put(&format!("cluster_stats_messages_{name}_{way}"), count.to_string());
            }
        }
        put(&format!("cluster_stats_messages_{way}"), counters.iter().sum::<u64>().to_string());
    }
    put("total_cluster_links_buffer_limit_exceeded", "0".to_owned());
    Value::Verbatim(*b"txt", Bytes::from(text))
}
