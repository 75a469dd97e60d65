//! CLUSTER: handed to the node this engine belongs to.

use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::resp::Value;

/// Any subcommand of CLUSTER.
pub fn forward(call: &mut Call<'_>) -> Result<Value, Error> {
    if !call.engine.cluster_enabled {
        return Err(Error::Text("ERR This instance has cluster support disabled"));
    }
    Ok(call.host.cluster(call.argv, &mut call.engine.keyspace))
}
