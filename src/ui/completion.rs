//! What the consoles offer while a line is typed: the grey hint and Tab's completions.
//!
//! The only place of the page that knows the command tables: the engine's for `redis>`, the world's for `sim>`.

use slotscope::scenario::Console;
use slotscope::world;
use slotscope::world::SIM_COMMANDS;

/// A usage's fixed words and its arguments: `load rate N` is `load rate` and `N`, `firewall block|allow` has one argument.
fn parts(usage: &str) -> (Vec<&str>, Vec<&str>) {
    let fixed = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase());
    let verb: Vec<&str> = usage.split(' ').take_while(fixed).collect();
    // `[ARG ...]` is one argument though it holds a blank.
    let rest = usage.split(' ').skip(verb.len()).filter(|word| *word != "...]").collect();
    (verb, rest)
}

/// The usage whose fixed words the line begins with, its arguments, and how many of the line's words are fixed.
fn usage_of(words: &[&str]) -> Option<(Vec<&'static str>, usize)> {
    SIM_COMMANDS.iter().find_map(|(usage, _)| {
        let (verb, arguments) = parts(usage);
        words.starts_with(&verb).then_some((arguments, verb.len()))
    })
}

/// The arguments still to come, shown grey behind what is typed.
pub fn hint(console: Console, line: &str) -> Option<String> {
    match console {
        Console::Redis => world::hint(line),
        Console::Aws => None,
        Console::Sim => {
            if let Some(command) = line.strip_prefix("call ").filter(|command| !command.is_empty()) {
                return world::hint(command);
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            let (arguments, fixed) = usage_of(&words)?;
            let rest = arguments.get(words.len() - fixed..)?.join(" ").replace("[ARG", "[ARG ...]");
            let blank = if line.ends_with(' ') { "" } else { " " };
            (!rest.is_empty()).then(|| format!("{blank}{rest}"))
        }
    }
}

/// Whole lines that the typed one could become; `names` are those of nodes and zones.
pub fn complete(console: Console, line: &str, names: &[String]) -> Vec<String> {
    let typed = line.trim_start();
    match console {
        _ if typed.is_empty() => Vec::new(),
        Console::Redis => world::complete(line),
        Console::Aws => Vec::new(),
        Console::Sim => match typed.strip_prefix("call ") {
            Some(command) => world::complete(command).into_iter().map(|line| format!("call {line}")).collect(),
            None => complete_sim(typed, names),
        },
    }
}

fn complete_sim(typed: &str, names: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (usage, _) in SIM_COMMANDS {
        let (verb, arguments) = parts(usage);
        let verb = verb.join(" ");
        if verb.len() > typed.len() && verb.starts_with(typed) {
            found.push(verb);
        } else if let (Some(start), Some(first)) = (typed.strip_prefix(&format!("{verb} ")), arguments.first()) {
            let is_zone = |name: &str| !name.starts_with(|c: char| c.is_ascii_digit());
            let nodes =
                names.iter().filter(|name| first.contains("NODE") && (first.contains("ZONE") || !is_zone(name)));
            let words = first.split('|').filter(|word| word.chars().all(|c| c.is_ascii_lowercase()));
            let all = nodes.map(String::as_str).chain(words);
            found.extend(all.filter(|name| name.starts_with(start)).map(|name| format!("{verb} {name}")));
        }
    }
    found
}
