//! HELP of commands that have subcommands, from the table: its form is Redis's, its words are ours.

use crate::engine::call::Call;
use crate::engine::command;
use crate::engine::error::Error;
use crate::engine::syntax;
use crate::resp::Value;

/// `<container> HELP`
pub fn help(call: &mut Call<'_>) -> Result<Value, Error> {
    let name = call.spec.name.split('|').next().unwrap_or("");
    let upper = name.to_ascii_uppercase();
    let mut lines = vec![format!("{upper} <subcommand> [<argument> ...]. Subcommands are:")];
    if let Some((_, container)) = command::lookup_top(name.as_bytes()) {
        for sub in container.subcommands {
            let arguments = syntax::render(&syntax::parse(sub.arguments()));
            let space = if arguments.is_empty() { "" } else { " " };
            lines.push(format!("{}{space}{arguments}", sub.short_name().to_ascii_uppercase()));
            lines.push(format!("    {}.", sub.summary()));
        }
    }
    Ok(Value::Array(lines.iter().map(|line| Value::simple(line)).collect()))
}
