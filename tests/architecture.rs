//! The plan of the house, held: which room may import which, and what nothing below `js` and `ui` may name.
//!
//! The test reads `src` as text. It knows Rust's paths and `use` trees, `crate::`, `self::` and `super::`, and leaves out
//! comments, strings and attributes. It judges tests inside `src` like the rest: what a room's tests need of another room
//! belongs into `tests/`.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};

/// Room, what it may import, and the sentence a breach is answered with.
const ROOMS: &[(&str, &[&str], &str)] = &[
    ("resp", &[], "`resp` is values and their wire form: it imports nothing of ours."),
    ("engine", &["resp"], "`engine` is a pure state machine of one node: it knows `resp` and nothing else of ours."),
    ("memcached", &[], "`memcached` is an engine of its own: it imports nothing of ours."),
    ("sim", &[], "`sim` is the physics, and no caches: it imports nothing of ours."),
    ("cluster", &["engine", "sim", "resp"], "`cluster` is nodes made of engines: it knows `engine`, `sim` and `resp`."),
    ("metrics", &[], "`metrics` counts whatever it is given: it imports nothing of ours."),
    ("scenario", &[], "`scenario` is what a run is made of, as plain data: it imports nothing of ours."),
    ("link", &["scenario"], "`link` carries inputs, never state: it knows `scenario` alone."),
    (
        "app",
        &["cluster", "memcached", "sim", "metrics", "scenario", "resp"],
        "`app` uses the cache through its doors: `cluster`, `memcached`, `sim`, `metrics`, `scenario`, and `resp`, which is what it sends.",
    ),
    (
        "cloud",
        &["cluster", "memcached", "sim", "metrics", "scenario"],
        "`cloud` is the control plane: it knows `cluster`, `memcached`, `sim`, `metrics` and `scenario`.",
    ),
    (
        "world",
        &["resp", "engine", "memcached", "sim", "cluster", "metrics", "scenario", "link", "app", "cloud"],
        "`world` puts the rooms together and knows all of them, but neither `js` nor `ui`.",
    ),
    ("js", &["world", "scenario", "link"], "`js` is a door: it knows `world`, `scenario` and `link`."),
    (
        "ui",
        &["world", "scenario", "link"],
        "`ui` reads views and sends actions: it knows `world`, `scenario` and `link`.",
    ),
];

/// The rooms that may name the browser.
const BROWSER_ROOMS: &[&str] = &["js", "ui"];

/// Paths that nothing below `js` and `ui` may name, and why.
const FORBIDDEN: &[(&[&str], &str)] = &[
    (&["web_sys"], NO_BROWSER),
    (&["js_sys"], NO_BROWSER),
    (&["wasm_bindgen"], NO_BROWSER),
    (&["serde_wasm_bindgen"], NO_BROWSER),
    (&["console_error_panic_hook"], NO_BROWSER),
    (&["yew"], NO_BROWSER),
    (&["gloo"], NO_BROWSER),
    (&["gloo_events"], NO_BROWSER),
    (&["gloo_render"], NO_BROWSER),
    (&["gloo_timers"], NO_BROWSER),
    (&["gloo_utils"], NO_BROWSER),
    (&["std", "time", "Instant"], NO_CLOCK),
    (&["std", "time", "SystemTime"], NO_CLOCK),
    (&["std", "time", "*"], NO_CLOCK),
    (&["time", "Instant"], NO_CLOCK),
    (&["time", "SystemTime"], NO_CLOCK),
    (&["std", "thread"], "A run is one thread."),
    (&["rand"], NO_RANDOM),
    (&["getrandom"], NO_RANDOM),
    (&["fastrand"], NO_RANDOM),
    (&["std", "hash", "RandomState"], NO_RANDOM),
    (&["std", "env"], "Nothing is read from the machine: a run is a function of scenario, seed and actions."),
    (&["std", "fs"], "Nothing is read from the machine: a run is a function of scenario, seed and actions."),
    // Addresses (`IpAddr`) are plain data; what reaches a real network is not.
    (&["std", "net", "TcpStream"], NO_NETWORK),
    (&["std", "net", "TcpListener"], NO_NETWORK),
    (&["std", "net", "UdpSocket"], NO_NETWORK),
    (&["std", "net", "ToSocketAddrs"], NO_NETWORK),
    (&["std", "net", "*"], NO_NETWORK),
    (&["std", "process"], "Nothing is read from the machine: a run is a function of scenario, seed and actions."),
];

const NO_BROWSER: &str =
    "Nothing below `js` and `ui` names a browser API: the library is built and tested without a browser.";
const NO_CLOCK: &str = "Nothing below `js` and `ui` reads a wall clock: the engine is told the time.";
const NO_NETWORK: &str = "The network is simulated.";
const NO_RANDOM: &str =
    "Nothing below `js` and `ui` has a random source of its own: randomness is handed in, from the seed.";

#[test]
fn every_room_imports_only_what_the_plan_allows() {
    let breaches: Vec<String> =
        sources().iter().flat_map(|source| breaches(&source.module, &source.text, &source.name)).collect();
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn every_room_is_in_the_plan() {
    for source in sources() {
        let Some(room) = source.module.first() else {
            continue;
        };
        assert!(
            ROOMS.iter().any(|(name, ..)| name == room),
            "{}: `{room}` is no room of the plan; add it to the table",
            source.name
        );
    }
}

#[test]
fn every_module_opens_with_a_page_about_itself() {
    let without: Vec<String> = sources()
        .into_iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| {
            format!("{}: a module opens with `//!`: what it is for, what it may know, where to start", source.name)
        })
        .collect();
    assert!(without.is_empty(), "\n{}\n", without.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_through_the_ways_to_write_them() {
    for (module, text, expected) in [
        ("engine", "use crate::resp::Value;", 0),
        ("engine", "use crate::cluster::Node;", 1),
        ("engine", "use crate::{resp::Value, cluster::{self, Node}};", 2),
        ("engine::hash", "use super::super::sim::Nanos;", 1),
        ("engine::hash", "use super::Keyspace; use super::super::resp;", 0),
        ("engine", "mod tests { use super::*; use super::super::world; }", 1),
        ("engine", "fn f() { let x = crate::world::World::new(); }", 1),
        (
            "engine",
            "// crate::world\n/* crate::world /* nested */ */ const S: &str = \"crate::world\"; const R: &str = r#\"crate::\"world\"#;",
            0,
        ),
        ("engine", "fn quote(c: char) -> bool { c == '\"' } use crate::world::World; // '\"'", 1),
        ("engine", "fn f<'a>(x: &'a str) -> &'a str { x } use crate::world;", 1),
        ("engine", "#[doc = \"x\"] pub(crate) fn f() {} pub(in crate::engine) fn g() {}", 0),
        ("sim", "use std::time::{Duration, Instant};", 1),
        ("sim", "use std::time::Duration;", 0),
        ("sim", "let now = std::time::SystemTime::now();", 1),
        ("sim", "std::thread::sleep(d);", 1),
        ("sim", "struct Instant; let rand = 1; let x = rand + self.rand;", 0),
        ("sim", "use rand::Rng;", 1),
        ("sim", "use web_sys as w;", 1),
        ("ui", "use slotscope::world::World; use web_sys::Window; use crate::ui::stage;", 0),
        ("ui", "use slotscope::engine::Node;", 1),
        ("js", "use crate::world; use wasm_bindgen::prelude::*;", 0),
    ] {
        let module: Vec<String> = module.split("::").map(str::to_string).collect();
        let found = breaches(&module, text, "example");
        assert_eq!(found.len(), expected, "{text}\n{found:?}");
    }
}

struct Source {
    /// Relative to the repository, for messages.
    name: String,
    /// `["engine", "hash"]` for src/engine/hash.rs; empty for src/lib.rs and src/main.rs.
    module: Vec<String>,
    text: String,
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(folder).expect("src can be read").flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    walk(&root.join("src"), &mut paths);
    paths
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(root.join("src")).expect("it was found there").with_extension("");
            let mut module: Vec<String> = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
                module.pop();
            }
            Source {
                name: path.strip_prefix(root).unwrap_or(&path).display().to_string(),
                module,
                text: fs::read_to_string(&path).expect("a source is UTF-8"),
            }
        })
        .collect()
}

/// The sentences of the plan that a file breaks, each with its place.
fn breaches(module: &[String], text: &str, name: &str) -> Vec<String> {
    let Some(room) = module.first() else {
        return Vec::new();
    };
    let Some((_, allowed, sentence)) = ROOMS.iter().find(|(name, ..)| name == room) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (line, path) in paths(&tokens(text), module) {
        let segments: Vec<&str> = path.iter().map(String::as_str).collect();
        if let ["crate" | "slotscope", other, ..] = segments[..]
            && other != room
            && ROOMS.iter().any(|(name, ..)| *name == other)
            && !allowed.contains(&other)
        {
            found.push(format!("{name}:{line}: {}\n    {sentence}", segments.join("::")));
        }
        if BROWSER_ROOMS.contains(&room.as_str()) {
            continue;
        }
        let plain: Vec<&str> =
            if segments[0] == "core" { [&["std"], &segments[1..]].concat() } else { segments.clone() };
        if let Some((_, why)) = FORBIDDEN.iter().find(|(forbidden, _)| plain.starts_with(forbidden)) {
            found.push(format!("{name}:{line}: {}\n    {why}", segments.join("::")));
        }
    }
    found
}

/// A word or one punctuation mark (`::` counts as one), with its line.
type Token = (usize, String);

/// The file's tokens without comments, strings, characters and lifetimes.
fn tokens(text: &str) -> Vec<Token> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut line = 1;
    let mut at = 0;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    while at < letters.len() {
        let c = letters[at];
        let next = letters.get(at + 1).copied().unwrap_or(' ');
        let begin = at;
        if c == '/' && next == '/' {
            while at < letters.len() && letters[at] != '\n' {
                at += 1;
            }
        } else if c == '/' && next == '*' {
            let mut depth = 0;
            while at < letters.len() {
                match (letters[at], letters.get(at + 1)) {
                    ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
                    ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
                    _ => at += 1,
                }
                if depth == 0 {
                    break;
                }
            }
        } else if c == '"' {
            at = end_of_string(&letters, at);
        } else if c == '\'' {
            // A character ends with a quote; a lifetime does not.
            if next == '\\' {
                at += 3;
                while at < letters.len() && letters[at] != '\'' {
                    at += 1;
                }
                at += 1;
            } else if letters.get(at + 2) == Some(&'\'') {
                at += 3;
            } else {
                at += 1;
                while at < letters.len() && is_word(letters[at]) {
                    at += 1;
                }
            }
        } else if is_word(c) {
            while at < letters.len() && is_word(letters[at]) {
                at += 1;
            }
            let word: String = letters[begin..at].iter().collect();
            let quote = letters.get(at).copied().unwrap_or(' ');
            if matches!(word.as_str(), "r" | "br" | "cr") && (quote == '"' || quote == '#') {
                let hashes = letters[at..].iter().take_while(|c| **c == '#').count();
                if letters.get(at + hashes) == Some(&'"') {
                    at += hashes + 1;
                    while at < letters.len()
                        && !(letters[at] == '"'
                            && letters[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes)
                    {
                        at += 1;
                    }
                    at += hashes + 1;
                }
            } else if matches!(word.as_str(), "b" | "c") && quote == '"' {
                at = end_of_string(&letters, at);
            } else {
                found.push((line, word));
            }
        } else if c == ':' && next == ':' {
            found.push((line, "::".to_string()));
            at += 2;
        } else {
            if !c.is_whitespace() {
                found.push((line, c.to_string()));
            }
            at += 1;
        }
        at = at.min(letters.len());
        line += letters[begin..at].iter().filter(|c| **c == '\n').count();
    }
    found
}

/// The place after the string that opens at `at`.
fn end_of_string(letters: &[char], at: usize) -> usize {
    let mut at = at + 1;
    while at < letters.len() && letters[at] != '"' {
        at += if letters[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Every path in the file, `use` trees spelled out, `self::` and `super::` made into `crate::`.
fn paths(tokens: &[Token], module: &[String]) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    // The modules written inline around the present place: the depth of braces at which each ends.
    let mut inline: Vec<(usize, String)> = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].1.as_str() {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                if inline.last().is_some_and(|(opened, _)| *opened == depth) {
                    inline.pop();
                }
            }
            "mod" if tokens.get(at + 2).is_some_and(|(_, mark)| mark == "{") => {
                inline.push((depth, tokens[at + 1].1.clone()));
                depth += 1;
                at += 2;
            }
            word if begins_path(tokens, at, word) => {
                let mut whole = Vec::new();
                let mut end = at;
                tree(tokens, &mut end, &mut Vec::new(), &mut whole);
                let here: Vec<String> =
                    module.iter().cloned().chain(inline.iter().map(|(_, name)| name.clone())).collect();
                found.extend(whole.into_iter().map(|path| (tokens[at].0, absolute(path, &here))));
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn is_name(word: &str) -> bool {
    word.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
}

/// Whether a path begins here: a name followed by `::`, or what `use` names.
fn begins_path(tokens: &[Token], at: usize, word: &str) -> bool {
    let before = at.checked_sub(1).map_or("", |before| tokens[before].1.as_str());
    let after = tokens.get(at + 1).map_or("", |(_, mark)| mark.as_str());
    is_name(word) && before != "." && before != "::" && (after == "::" || before == "use")
}

/// Reads one use tree (a plain path is one without branches); leaves `at` after it.
fn tree(tokens: &[Token], at: &mut usize, stem: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let length = stem.len();
    while let Some((_, word)) = tokens.get(*at) {
        if is_name(word) || word == "*" {
            stem.push(word.clone());
            *at += 1;
        } else if word == "{" {
            *at += 1;
            while tokens.get(*at).is_some_and(|(_, word)| word != "}") {
                let begin = *at;
                tree(tokens, at, stem, found);
                // `as name` and commas between the branches.
                while tokens.get(*at).is_some_and(|(_, word)| {
                    word == "," || word == "as" || (is_name(word) && tokens[*at - 1].1 == "as")
                }) {
                    *at += 1;
                }
                *at = (*at).max(begin + 1);
            }
            *at += 1;
            stem.truncate(length);
            return;
        } else {
            break;
        }
        if tokens.get(*at).is_none_or(|(_, mark)| mark != "::") {
            break;
        }
        *at += 1;
        // A turbofish or a qualified path goes on with types: the path as such ends here.
        if tokens.get(*at).is_some_and(|(_, mark)| mark == "<") {
            break;
        }
    }
    if stem.len() > length {
        found.push(stem.clone());
    }
    stem.truncate(length);
}

/// `self::` and `super::` in front of a path, resolved from where it stands.
fn absolute(path: Vec<String>, here: &[String]) -> Vec<String> {
    let ups =
        path.iter().take_while(|word| *word == "super" || *word == "self").filter(|word| *word == "super").count();
    let relative = path.iter().take_while(|word| *word == "super" || *word == "self").count();
    if relative == 0 {
        return path;
    }
    let stem = here.iter().take(here.len().saturating_sub(ups)).cloned();
    std::iter::once("crate".to_string()).chain(stem).chain(path[relative..].iter().cloned()).collect()
}
