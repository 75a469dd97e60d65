//! CLUSTER and its subcommands, with Redis 7.0's replies and error texts.
//!
//! Start with [`execute`]; the subcommands live in `topology` (what the cluster looks like), `slots` (who owns what) and
//! `nodes` (who belongs to it, and who replaces whom).

mod nodes;
mod slots;
mod topology;

use super::node::{Ctx, NodeState};
use crate::engine::Keyspace;
use crate::resp::{Bytes, Value};

/// What a subcommand works on.
struct Call<'a, 'b> {
    state: &'a mut NodeState,
    ctx: &'a mut Ctx<'b>,
    /// CLUSTER, the subcommand, its arguments.
    argv: &'a [Bytes],
    keyspace: &'a mut Keyspace,
}

impl Call<'_, '_> {
    /// An argument as text: 2 is the first after the subcommand. Missing ones are empty.
    fn text(&self, index: usize) -> String {
        self.argv.get(index).map(|arg| String::from_utf8_lossy(arg).into_owned()).unwrap_or_default()
    }

    /// An argument as an integer.
    fn integer(&self, index: usize) -> Result<i64, Value> {
        self.text(index).parse().map_err(|_| Value::error("ERR value is not an integer or out of range"))
    }

    /// An argument as the identity of a known node.
    fn node(&self, index: usize) -> Result<super::NodeIndex, Value> {
        let id = self.argv.get(index).map_or(&b""[..], |arg| &arg[..]);
        self.state.view.by_id(id).ok_or_else(|| Value::error(format!("ERR Unknown node {}", self.text(index))))
    }
}

type Outcome = Result<Value, Value>;

/// Runs `CLUSTER <subcommand> …`. The number of arguments has been checked against the subcommand's arity.
pub(super) fn execute(state: &mut NodeState, ctx: &mut Ctx<'_>, argv: &[Bytes], keyspace: &mut Keyspace) -> Value {
    let name = argv.get(1).map(|arg| String::from_utf8_lossy(arg).to_ascii_uppercase()).unwrap_or_default();
    let mut call = Call { state, ctx, argv, keyspace };
    let result = match name.as_str() {
        "ADDSLOTS" => slots::add_or_delete(&mut call, true),
        "ADDSLOTSRANGE" => slots::add_or_delete_ranges(&mut call, true),
        "BUMPEPOCH" => Ok(nodes::bump_epoch(&mut call)),
        "COUNT-FAILURE-REPORTS" => nodes::count_failure_reports(&mut call),
        "COUNTKEYSINSLOT" => slots::count_keys(&call),
        "DELSLOTS" => slots::add_or_delete(&mut call, false),
        "DELSLOTSRANGE" => slots::add_or_delete_ranges(&mut call, false),
        "FAILOVER" => nodes::failover(&mut call),
        "FLUSHSLOTS" => slots::flush(&mut call),
        "FORGET" => nodes::forget(&mut call),
        "GETKEYSINSLOT" => slots::get_keys(&call),
        "HELP" => Ok(help()),
        "INFO" => Ok(topology::info(&mut call)),
        "KEYSLOT" => Ok(slots::key_slot(&call)),
        "LINKS" => Ok(topology::links(&call)),
        "MEET" => nodes::meet(&mut call),
        "MYID" => Ok(Value::bulk(&*call.state.view.myself().id)),
        "NODES" => Ok(topology::nodes(&call)),
        "REPLICAS" | "SLAVES" => topology::replicas(&call),
        "REPLICATE" => nodes::replicate(&mut call),
        "RESET" => nodes::reset(&mut call),
        "SAVECONFIG" => Ok(Value::ok()), // nodes.conf outlives every crash in this model.
        "SET-CONFIG-EPOCH" => nodes::set_config_epoch(&mut call),
        "SETSLOT" => slots::set_slot(&mut call),
        "SHARDS" => Ok(topology::shards(&call)),
        "SLOTS" => Ok(topology::slots(&call)),
        _ => Err(Value::error(format!("ERR unknown subcommand '{}'. Try CLUSTER HELP.", call.text(1)))),
    };
    result.unwrap_or_else(|refusal| refusal)
}

/// CLUSTER HELP.
fn help() -> Value {
    Value::Array(HELP.lines().map(Value::simple).collect())
}

/// The lines of CLUSTER HELP: a contract of the protocol, so the words are Redis's.
const HELP: &str = "\
CLUSTER <subcommand> [<arg> [value] [opt] ...]. Subcommands are:
ADDSLOTS <slot> [<slot> ...]
    Assign slots to current node.
ADDSLOTSRANGE <start slot> <end slot> [<start slot> <end slot> ...]
    Assign slots which are between <start-slot> and <end-slot> to current node.
BUMPEPOCH
    Advance the cluster config epoch.
COUNT-FAILURE-REPORTS <node-id>
    Return number of failure reports for <node-id>.
COUNTKEYSINSLOT <slot>
    Return the number of keys in <slot>.
DELSLOTS <slot> [<slot> ...]
    Delete slots information from current node.
DELSLOTSRANGE <start slot> <end slot> [<start slot> <end slot> ...]
    Delete slots information which are between <start-slot> and <end-slot> from current node.
FAILOVER [FORCE|TAKEOVER]
    Promote current replica node to being a master.
FORGET <node-id>
    Remove a node from the cluster.
GETKEYSINSLOT <slot> <count>
    Return key names stored by current node in a slot.
FLUSHSLOTS
    Delete current node own slots information.
INFO
    Return information about the cluster.
KEYSLOT <key>
    Return the hash slot for <key>.
MEET <ip> <port> [<bus-port>]
    Connect nodes into a working cluster.
MYID
    Return the node id.
NODES
    Return cluster configuration seen by node. Output format:
    <id> <ip:port> <flags> <master> <pings> <pongs> <epoch> <link> <slot> ...
REPLICATE <node-id>
    Configure current node as replica to <node-id>.
RESET [HARD|SOFT]
    Reset current node (default: soft).
SET-CONFIG-EPOCH <epoch>
    Set config epoch of current node.
SETSLOT <slot> (IMPORTING <node-id>|MIGRATING <node-id>|STABLE|NODE <node-id>)
    Set slot state.
REPLICAS <node-id>
    Return <node-id> replicas.
SAVECONFIG
    Force saving cluster configuration on disk.
SLOTS
    Return information about slots range mappings. Each range is made of:
    start, end, master and replicas IP addresses, ports and ids
SHARDS
    Return information about slot range mappings and the nodes associated with them.
LINKS
    Return information about all network links between this node and its peers.
    Output format is an array where each array element is a map containing attributes of a link
HELP
    Prints this help.";
