//! What the consoles offer while a line is typed: the grey hint, Tab's completions, HELP.
//!
//! The only place of the page that knows the command tables: the engine's for `redis>`, the world's for `sim>`.

use slotscope::engine;
use slotscope::scenario::Console;

/// The `sim>` lines, in the order of HELP: what is typed, and what it does.
const SIM: &[(&str, &str)] = &[
    ("kill <node>", "ends the node's machine at once: its memory is gone"),
    ("restart <node>", "starts the node again, empty"),
    ("pause <node>", "the process hangs; its connections stay open"),
    ("resume <node>", "ends a pause"),
    ("load rate <requests per second>", "sets the traffic of all app servers together"),
    ("load reads <percent>", "sets the share of reads"),
    ("load ttl <seconds>", "sets the time to live of what is cached from now on; 0 is none"),
    ("call <command> [argument ...]", "runs a Redis command on every node"),
];

/// Where a usage's arguments begin.
fn verb(usage: &str) -> &str {
    usage.find(['<', '[']).map_or(usage, |at| usage[..at].trim_end())
}

/// The arguments still to come, shown grey behind what is typed.
pub fn hint(console: Console, line: &str) -> Option<String> {
    match console {
        Console::Redis => engine::hint(line),
        Console::Aws => None,
        Console::Sim => {
            if let Some(command) = line.strip_prefix("call ") {
                return engine::hint(command);
            }
            let (usage, _) = SIM.iter().find(|(usage, _)| line.trim_end() == verb(usage))?;
            let rest = &usage[verb(usage).len()..];
            Some(if line.ends_with(' ') { rest.trim_start().to_owned() } else { rest.to_owned() })
        }
    }
}

/// Lines that the typed one could become; `nodes` are the names that node arguments take.
pub fn complete(console: Console, line: &str, nodes: &[String]) -> Vec<String> {
    let typed = line.trim_start();
    match console {
        _ if typed.is_empty() => Vec::new(),
        Console::Redis => engine::complete(line),
        Console::Aws => Vec::new(),
        Console::Sim => {
            if let Some(command) = typed.strip_prefix("call ") {
                return engine::complete(command).into_iter().map(|line| format!("call {line}")).collect();
            }
            let names = SIM.iter().filter(|(usage, _)| usage.contains("<node>")).flat_map(|(usage, _)| {
                nodes.iter().map(move |node| format!("{} {node}", verb(usage)))
            });
            let verbs = SIM.iter().map(|(usage, _)| verb(usage).to_owned()).filter(|verb| verb.len() > typed.len());
            let mut found: Vec<String> = verbs.filter(|verb| verb.starts_with(typed)).collect();
            if found.is_empty() {
                found = names.filter(|line| line.starts_with(typed)).collect();
            }
            found
        }
    }
}

/// What HELP says. None where the line is not HELP.
pub fn help(console: Console, line: &str) -> Option<Vec<String>> {
    let line = line.trim();
    let (first, topic) = line.split_once(' ').map_or((line, ""), |(first, rest)| (first, rest.trim()));
    if !first.eq_ignore_ascii_case("help") && first != "?" {
        return None;
    }
    Some(match console {
        Console::Redis => vec![engine::help(topic)],
        Console::Aws => vec!["The control plane is not part of this version: no aws line is carried out yet.".to_owned()],
        Console::Sim => {
            let found: Vec<String> = SIM
                .iter()
                .filter(|(usage, _)| usage.starts_with(topic))
                .map(|(usage, what)| format!("{usage}: {what}"))
                .collect();
            if found.is_empty() { vec![format!("There is no sim line '{topic}'.")] } else { found }
        }
    })
}
