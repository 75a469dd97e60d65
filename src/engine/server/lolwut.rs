//! LOLWUT: a small drawing, and the version.

use super::connection::REDIS_VERSION;
use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::resp::{Bytes, Value};

/// `LOLWUT [VERSION version] [argument …]`: versions 5 and 6 drew something, and so do we, something else: a maze of slashes,
/// another one each time.
pub fn lolwut(call: &mut Call<'_>) -> Result<Value, Error> {
    const ROWS: usize = 12;
    const COLUMNS: usize = 64;
    let mut text = String::new();
    if call.argv.len() >= 3 && call.is_word(1, "version") && matches!(call.int(2)? as u32, 5 | 6) {
        for _ in 0..ROWS {
            let bits = call.host.random();
            text.extend((0..COLUMNS).map(|at| if bits.rotate_left(at as u32) & 1 == 0 { '/' } else { '\\' }));
            text.push('\n');
        }
        text.push('\n');
    }
    text.push_str("Redis ver. ");
    text.push_str(REDIS_VERSION);
    text.push('\n');
    Ok(Value::Verbatim(*b"txt", Bytes::from(text)))
}
