//! Every chore of the project, one command each. `cargo xtask` lists them.
//!
//! | module | what it does |
//! |---|---|
//! | [`run`] | starts other programs: finds them, cleans their environment, counts what test runners report |
//! | [`wasm`] | the compiler for the browser: rustup's target, or Debian's Rust with a standard library built here |
//! | [`setup`] | everything else a chore needs: Trunk, wasm-bindgen, browsers, reference servers, npm packages |
//! | [`page`] | builds, serves, photographs and measures the page |
//! | [`conformance`] | Redis's own test suite against the gateway |
//! | [`bench`] | the parts' times, redis-benchmark against the gateway and redis-server, the engine in Node and the browsers |
//! | [`test`] | all checks in order, and the table at their end |
//!
//! Each chore sets up what it needs by itself, finds what is already there, and can be run again at any time.

// The clock here times chores; the rule against it is the simulation's.
#![allow(clippy::disallowed_methods)]

mod bench;
mod conformance;
mod page;
mod run;
mod setup;
mod test;
mod wasm;

use run::Outcome;
use std::process::ExitCode;

/// A chore: its name, its options, one line about it, and what carries it out.
struct Chore {
    name: &'static str,
    options: &'static str,
    about: &'static str,
    carry_out: fn(&[String]) -> Outcome<()>,
}

const CHORES: &[Chore] = &[
    Chore {
        name: "serve",
        options: "[--port N] [--release]",
        about: "build the page and serve it on this machine, rebuilding on every change",
        carry_out: page::serve,
    },
    Chore {
        name: "dist",
        options: "",
        about: "build the page for publishing into dist/ and print what travels",
        carry_out: page::dist,
    },
    Chore {
        name: "test",
        options: "[fast|native|wasm|e2e]",
        about: "format, lints, native tests, tests in a browser, the page in Chromium and Firefox",
        carry_out: test::test,
    },
    Chore {
        name: "bless",
        options: "[FILTER]",
        about: "rewrite the golden files and snapshots with what the code says now",
        carry_out: test::bless,
    },
    Chore {
        name: "shots",
        options: "[--release] [--hash '#…'] [--wait S] [--name N]",
        about: "screenshots of the page, desktop and phone, dark and light, into target/shots",
        carry_out: page::shots,
    },
    Chore {
        name: "measure",
        options: "[--seconds N] [--hash '#…'] [--throttle N]",
        about: "sizes, time to the first frame and frame times in headless Chromium",
        carry_out: page::measure,
    },
    Chore {
        name: "conformance",
        options: "[unit…] [--mode a|b|c] [--real] [--skips] [--fast]",
        about: "Redis's own test suite against the gateway, one fresh server a unit, beside the real server's figures",
        carry_out: conformance::conformance,
    },
    Chore {
        name: "bench",
        options: "[native [filter] | gateway [--requests N] [--check] [tests] | node | page]",
        about: "how fast: the parts, the gateway beside redis-server, the engine in Node and browsers beside ioredis-mock",
        carry_out: bench::bench,
    },
    Chore {
        name: "setup",
        options: "",
        about: "find or install everything the other chores need (they do it themselves, each its part)",
        carry_out: setup::everything,
    },
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(name) = words.first().filter(|word| !matches!(word.as_str(), "help" | "-h" | "--help")) else {
        list();
        return ExitCode::SUCCESS;
    };
    let Some(chore) = CHORES.iter().find(|chore| chore.name == name) else {
        eprintln!("There is no chore `{name}`. These there are:\n");
        list();
        return ExitCode::FAILURE;
    };
    match (chore.carry_out)(&words[1..]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("\n{trouble}");
            ExitCode::FAILURE
        }
    }
}

fn list() {
    println!("cargo xtask <chore>\n");
    for chore in CHORES {
        println!("  {:<11} {}", chore.name, chore.about);
        if !chore.options.is_empty() {
            println!("  {:<11}   {}", "", chore.options);
        }
    }
}
