//! Who belongs to the cluster and who replaces whom: MEET, FORGET, REPLICATE, FAILOVER, RESET, the epochs.

use super::super::BUS_OFFSET;
use super::super::bus_message::BusBody;
use super::super::election::{MANUAL_TIMEOUT_MS, ManualFailover};
use super::super::node::NodeState;
use super::super::view::View;
use super::{Call, Outcome};
use crate::engine::Slot;
use crate::resp::Value;
use std::net::IpAddr;

impl NodeState {
    /// Takes a new config epoch without asking anybody, unless this node's is the highest already; the epoch taken.
    pub fn bump_config_epoch(&mut self) -> Option<u64> {
        let highest = self.view.max_epoch();
        let mine = self.view.myself().config_epoch;
        if mine != 0 && mine == highest {
            return None;
        }
        self.view.current_epoch += 1;
        let epoch = self.view.current_epoch;
        self.view.myself_mut().config_epoch = epoch;
        Some(epoch)
    }
}

/// CLUSTER BUMPEPOCH.
pub(super) fn bump_epoch(call: &mut Call<'_, '_>) -> Value {
    let bumped = call.state.bump_config_epoch();
    let still = call.state.view.myself().config_epoch;
    Value::simple(&bumped.map_or(format!("STILL {still}"), |epoch| format!("BUMPED {epoch}")))
}

/// CLUSTER SET-CONFIG-EPOCH.
pub(super) fn set_config_epoch(call: &mut Call<'_, '_>) -> Outcome {
    let epoch = call.integer(2)?;
    let Ok(epoch) = u64::try_from(epoch) else {
        return Err(Value::error(format!("ERR Invalid config epoch specified: {epoch}")));
    };
    let view = &mut call.state.view;
    if view.known().count() > 1 {
        let text = "ERR The user can assign a config epoch only when the node does not know any other node.";
        return Err(Value::error(text));
    }
    if view.myself().config_epoch != 0 {
        return Err(Value::error("ERR Node config epoch is already non-zero"));
    }
    view.myself_mut().config_epoch = epoch;
    view.current_epoch = view.current_epoch.max(epoch);
    Ok(Value::ok())
}

/// CLUSTER COUNT-FAILURE-REPORTS.
pub(super) fn count_failure_reports(call: &mut Call<'_, '_>) -> Outcome {
    let node = call.node(2)?;
    Ok(Value::Int(call.state.failure_reports(call.ctx.ms, node) as i64))
}

/// CLUSTER MEET. A node that is not there is never heard of again, as with Redis.
pub(super) fn meet(call: &mut Call<'_, '_>) -> Outcome {
    let (ip, port) = (call.text(2), call.text(3));
    let Ok(port_number) = port.parse::<i64>() else {
        return Err(Value::error(format!("ERR Invalid TCP base port specified: {port}")));
    };
    let bus_port = call.text(4);
    let bus_number = if call.argv.len() > 4 {
        bus_port.parse().map_err(|_| Value::error(format!("ERR Invalid TCP bus port specified: {bus_port}")))?
    } else {
        port_number.saturating_add(i64::from(BUS_OFFSET))
    };
    let in_range = |number: i64| (1..=65_535).contains(&number);
    if ip.parse::<IpAddr>().is_err() || !in_range(port_number) || !in_range(bus_number) {
        return Err(Value::error(format!("ERR Invalid node address specified: {ip}:{port}")));
    }
    let node = u16::try_from(port_number).ok().and_then(|port| call.state.roster.at_address(&ip, port));
    if let Some(node) = node.filter(|node| call.state.view.peer(*node).is_none()) {
        call.state.begin_handshake(call.ctx, node, true);
    }
    Ok(Value::ok())
}

/// CLUSTER FORGET.
pub(super) fn forget(call: &mut Call<'_, '_>) -> Outcome {
    let node = call.node(2)?;
    let view = &call.state.view;
    if node == view.me {
        return Err(Value::error("ERR I tried hard but I can't forget myself..."));
    }
    if view.my_primary() == Some(node) {
        return Err(Value::error("ERR Can't forget my master!"));
    }
    call.state.blacklist(call.ctx.ms, node);
    call.state.view.remove(node);
    call.state.todo.update_state = true;
    Ok(Value::ok())
}

/// CLUSTER REPLICATE.
pub(super) fn replicate(call: &mut Call<'_, '_>) -> Outcome {
    let node = call.node(2)?;
    let view = &call.state.view;
    if node == view.me {
        return Err(Value::error("ERR Can't replicate myself"));
    }
    if !view.peer(node).is_some_and(|peer| peer.is_primary) {
        return Err(Value::error("ERR I can only replicate a master, not a replica."));
    }
    if view.am_primary() && (!view.myself().slots.is_empty() || !call.keyspace.is_empty()) {
        let text = "ERR To set a master the node must be empty and without assigned slots.";
        return Err(Value::error(text));
    }
    call.state.become_replica_of(call.ctx, node);
    Ok(Value::ok())
}

/// CLUSTER FAILOVER [FORCE|TAKEOVER].
pub(super) fn failover(call: &mut Call<'_, '_>) -> Outcome {
    let (force, takeover) = match (call.argv.len(), call.text(2).to_ascii_uppercase().as_str()) {
        (2, _) => (false, false),
        (3, "FORCE") => (true, false),
        (3, "TAKEOVER") => (true, true),
        _ => return Err(Value::error("ERR syntax error")),
    };
    let state = &mut *call.state;
    if state.view.am_primary() {
        return Err(Value::error("ERR You should send CLUSTER FAILOVER to a replica"));
    }
    let Some((node, primary)) = state.view.my_primary().and_then(|node| Some((node, state.view.peer(node)?))) else {
        return Err(Value::error("ERR I'm a replica but my master is unknown to me"));
    };
    if (primary.fail || primary.link.is_none()) && !force {
        return Err(Value::error("ERR Master is down or failed, please use CLUSTER FAILOVER FORCE"));
    }
    state.manual = ManualFailover { end: call.ctx.ms + MANUAL_TIMEOUT_MS, ..ManualFailover::default() };
    if takeover {
        state.bump_config_epoch();
        state.take_over(call.ctx);
    } else if force {
        state.manual.can_start = true;
        state.todo.election_step = true;
    } else {
        state.send_bus(call.ctx, node, BusBody::ManualFailoverStart);
    }
    Ok(Value::ok())
}

/// CLUSTER RESET [SOFT]: forgets the cluster. HARD would take a new identity, which the model cannot give.
pub(super) fn reset(call: &mut Call<'_, '_>) -> Outcome {
    match (call.argv.len(), call.text(2).to_ascii_uppercase().as_str()) {
        (2, _) | (3, "SOFT") => {}
        (3, "HARD") => return Err(Value::error("ERR CLUSTER RESET HARD is not implemented in this simulation")),
        _ => return Err(Value::error("ERR syntax error")),
    }
    let state = &mut *call.state;
    if state.view.am_primary() && !call.keyspace.is_empty() {
        return Err(Value::error("ERR CLUSTER RESET can't be called with master nodes containing keys"));
    }
    if !state.view.am_primary() {
        state.replication_promote(call.ctx);
        for slot in (0..Slot::COUNT).filter_map(Slot::new) {
            call.keyspace.delete_slot(slot);
        }
    }
    let (current_epoch, last_vote_epoch) = (state.view.current_epoch, state.view.last_vote_epoch);
    let config_epoch = state.view.myself().config_epoch;
    state.view = View::alone(state.me, &state.roster, call.ctx.ms);
    state.view.current_epoch = current_epoch;
    state.view.last_vote_epoch = last_vote_epoch;
    state.view.first_update = 1;
    state.view.myself_mut().config_epoch = config_epoch;
    state.manual = ManualFailover::default();
    state.todo.update_state = true;
    Ok(Value::ok())
}
