//! CONFIG: parameters by name, as text.

use crate::engine::Engine;
use crate::engine::config::MaxmemoryPolicy;

/// CONFIG SET. `Err` is the reason alone.
pub fn set(engine: &mut Engine, name: &str, value: &str) -> Result<(), String> {
    let config = &mut engine.config;
    match name {
        "maxmemory" => config.maxmemory = memory(value).ok_or("argument must be a memory value")?,
        "maxmemory-policy" => {
            config.maxmemory_policy =
                MaxmemoryPolicy::parse(value).ok_or("argument(s) must be one of the following")?;
        }
        "maxmemory-samples" => {
            config.maxmemory_samples = value
                .parse()
                .map_err(|_| "argument must be between 1 and 64")?
        }
        _ => {
            return Err(format!(
                "Unknown option or number of arguments for CONFIG SET - '{name}'"
            ));
        }
    }
    Ok(())
}

/// CONFIG GET of one parameter.
pub fn get(engine: &Engine, name: &str) -> Option<String> {
    Some(match name {
        "maxmemory" => engine.config.maxmemory.to_string(),
        "maxmemory-policy" => engine.config.maxmemory_policy.name().to_owned(),
        "maxmemory-samples" => engine.config.maxmemory_samples.to_string(),
        _ => return None,
    })
}

fn memory(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let factor = match text.get(digits..)?.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" => 1_000,
        "kb" => 1 << 10,
        "m" => 1_000_000,
        "mb" => 1 << 20,
        "g" => 1_000_000_000,
        "gb" => 1 << 30,
        _ => return None,
    };
    text.get(..digits)?.parse::<u64>().ok()?.checked_mul(factor)
}
