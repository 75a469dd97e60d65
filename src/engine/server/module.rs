//! MODULE: none can be loaded here, and each subcommand says so as Redis does.

use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::resp::Value;

/// `MODULE LIST`
pub fn list(_: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::Array(Vec::new()))
}

/// `MODULE LOAD path [arg …]`, `MODULE LOADEX path …`
pub fn load(_: &mut Call<'_>) -> Result<Value, Error> {
    Err(Error::Text("ERR Error loading the extension. Please check the server logs."))
}

/// `MODULE UNLOAD name`
pub fn unload(_: &mut Call<'_>) -> Result<Value, Error> {
    Err(Error::Text("ERR Error unloading module: no such module with that name"))
}
