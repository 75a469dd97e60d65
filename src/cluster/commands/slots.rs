//! Who owns which slot, and which keys live there: KEYSLOT, COUNTKEYSINSLOT, GETKEYSINSLOT, ADDSLOTS, DELSLOTS, their
//! RANGE forms, FLUSHSLOTS, SETSLOT.

use super::super::bus::Audience;
use super::super::view::SlotSet;
use super::{Call, Outcome};
use crate::engine::Slot;
use crate::resp::Value;

/// CLUSTER KEYSLOT.
pub(super) fn key_slot(call: &Call<'_, '_>) -> Value {
    let key = call.argv.get(2).map_or(&b""[..], |key| &key[..]);
    Value::Int(Slot::of_key(key).number().into())
}

/// CLUSTER COUNTKEYSINSLOT.
pub(super) fn count_keys(call: &Call<'_, '_>) -> Outcome {
    let number = call.integer(2)?;
    let slot = u16::try_from(number).ok().and_then(Slot::new).ok_or_else(|| Value::error("ERR Invalid slot"))?;
    Ok(Value::Int(call.keyspace.count_in_slot(slot) as i64))
}

/// CLUSTER GETKEYSINSLOT.
pub(super) fn get_keys(call: &Call<'_, '_>) -> Outcome {
    let (number, count) = (call.integer(2)?, call.integer(3)?);
    let slot = u16::try_from(number).ok().and_then(Slot::new);
    let (Some(slot), Ok(count)) = (slot, usize::try_from(count)) else {
        return Err(Value::error("ERR Invalid slot or number of keys"));
    };
    Ok(Value::Strings(call.keyspace.keys_in_slot(slot, count.min(call.keyspace.count_in_slot(slot)))))
}

fn slot_argument(call: &Call<'_, '_>, index: usize) -> Result<u16, Value> {
    let number: Option<u16> = call.text(index).parse().ok().filter(|slot| *slot < Slot::COUNT);
    number.ok_or_else(|| Value::error("ERR Invalid or out of range slot"))
}

/// CLUSTER ADDSLOTS and DELSLOTS.
pub(super) fn add_or_delete(call: &mut Call<'_, '_>, add: bool) -> Outcome {
    let slots = (2..call.argv.len()).map(|index| slot_argument(call, index)).collect::<Result<Vec<u16>, Value>>()?;
    assign(call, &slots, add)
}

/// CLUSTER ADDSLOTSRANGE and DELSLOTSRANGE.
pub(super) fn add_or_delete_ranges(call: &mut Call<'_, '_>, add: bool) -> Outcome {
    if call.argv.len() % 2 == 1 {
        let name = call.text(1).to_ascii_lowercase();
        return Err(Value::error(format!("ERR wrong number of arguments for 'cluster|{name}' command")));
    }
    let mut slots = Vec::new();
    for index in (2..call.argv.len()).step_by(2) {
        let (first, last) = (slot_argument(call, index)?, slot_argument(call, index + 1)?);
        if first > last {
            let text = format!("ERR start slot number {first} is greater than end slot number {last}");
            return Err(Value::error(text));
        }
        slots.extend(first..=last);
        if slots.len() > 2 * usize::from(Slot::COUNT) {
            break; // More than all slots: some slot comes twice, which is refused below.
        }
    }
    assign(call, &slots, add)
}

fn assign(call: &mut Call<'_, '_>, slots: &[u16], add: bool) -> Outcome {
    let view = &mut call.state.view;
    let mut seen = SlotSet::default();
    for slot in slots {
        match (add, view.owner(*slot)) {
            (true, Some(_)) => return Err(Value::error(format!("ERR Slot {slot} is already busy"))),
            (false, None) => return Err(Value::error(format!("ERR Slot {slot} is already unassigned"))),
            _ => {}
        }
        if !seen.insert(*slot) {
            return Err(Value::error(format!("ERR Slot {slot} specified multiple times")));
        }
    }
    for slot in slots {
        if add {
            view.importing.remove(slot);
            view.bind(*slot, view.me);
        } else {
            view.unbind(*slot);
        }
    }
    call.state.todo.update_state = true;
    Ok(Value::ok())
}

/// CLUSTER FLUSHSLOTS.
pub(super) fn flush(call: &mut Call<'_, '_>) -> Outcome {
    if !call.keyspace.is_empty() {
        return Err(Value::error("ERR DB must be empty to perform CLUSTER FLUSHSLOTS."));
    }
    let me = call.state.me;
    call.state.view.unbind_all(me);
    call.state.todo.update_state = true;
    Ok(Value::ok())
}

/// CLUSTER SETSLOT.
pub(super) fn set_slot(call: &mut Call<'_, '_>) -> Outcome {
    if !call.state.view.am_primary() {
        return Err(Value::error("ERR Please use SETSLOT only with masters."));
    }
    let slot = slot_argument(call, 2)?;
    let me = call.state.me;
    let owner = call.state.view.owner(slot);
    match (call.text(3).to_ascii_uppercase().as_str(), call.argv.len()) {
        ("MIGRATING", 5) => {
            if owner != Some(me) {
                return Err(Value::error(format!("ERR I'm not the owner of hash slot {slot}")));
            }
            let target = other_primary(call)?;
            call.state.view.migrating.insert(slot, target);
        }
        ("IMPORTING", 5) => {
            if owner == Some(me) {
                return Err(Value::error(format!("ERR I'm already the owner of hash slot {slot}")));
            }
            let source = other_primary(call)?;
            call.state.view.importing.insert(slot, source);
        }
        ("STABLE", 4) => {
            call.state.view.migrating.remove(&slot);
            call.state.view.importing.remove(&slot);
        }
        ("NODE", 5) => assign_to_node(call, slot)?,
        _ => {
            let text = "ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP";
            return Err(Value::error(text));
        }
    }
    call.state.todo.update_state = true;
    Ok(Value::ok())
}

fn other_primary(call: &Call<'_, '_>) -> Result<super::super::NodeIndex, Value> {
    let unknown = |_| Value::error(format!("ERR I don't know about node {}", call.text(4)));
    let node = call.node(4).map_err(unknown)?;
    if call.state.view.peer(node).is_some_and(|peer| peer.is_primary) {
        Ok(node)
    } else {
        Err(Value::error("ERR Target node is not a master"))
    }
}

/// CLUSTER SETSLOT NODE. A node that ends an import this way takes a new config epoch at once, so that its claim wins.
fn assign_to_node(call: &mut Call<'_, '_>, slot: u16) -> Result<(), Value> {
    let node = call.node(4)?;
    if !call.state.view.peer(node).is_some_and(|peer| peer.is_primary) {
        return Err(Value::error("ERR Target node is not a master"));
    }
    let me = call.state.me;
    let was_mine = call.state.view.owner(slot) == Some(me);
    let keys = Slot::new(slot).map_or(0, |slot| call.keyspace.count_in_slot(slot));
    if was_mine && node != me && keys > 0 {
        return Err(Value::error(format!(
            "ERR Can't assign hashslot {slot} to a different node while I still hold keys for this hash slot."
        )));
    }
    if keys == 0 {
        call.state.view.migrating.remove(&slot);
    }
    call.state.view.bind(slot, node);
    let lost_all = was_mine && node != me && call.state.view.myself().slots.is_empty();
    if lost_all && call.state.settings.allow_replica_migration {
        call.state.become_replica_of(call.ctx, node);
    }
    if node == me && call.state.view.importing.remove(&slot).is_some() {
        call.state.bump_config_epoch();
        call.state.broadcast_pong(call.ctx, Audience::All);
    }
    Ok(())
}
