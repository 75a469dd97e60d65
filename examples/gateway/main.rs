//! The gateway: the simulated server, or the simulated cluster, on real ports of this machine, so that real clients and
//! suites can be pointed at it.
//!
//! ```text
//! cargo run --release --example gateway                                      one server on 127.0.0.1:6379
//! cargo run --release --example gateway -- --cluster-nodes 3 --replicas 1    six nodes, one port each
//! cargo run --profile gateway --example gateway                              built for speed rather than for size
//! ```
//!
//! One thread, one event loop. It may know the library alone; nothing of it is in the page.
//!
//! | module | what it does |
//! |---|---|
//! | [`options`] | the command line |
//! | [`clock`] | the machine's time, or one that moves in steps |
//! | [`backend`] | what the event loop asks of what it serves |
//! | [`lone`] | one engine |
//! | [`outbound`] | its connections to other servers (MIGRATE) |
//! | [`replication`] | who copies it, and whom it copies |
//! | [`history`] | what is replicated, as a stream of bytes |
//! | [`primary_link`] | the connection to the server that it copies |
//! | [`follow`] | what is done with what comes from there |
//! | [`nodes`] | a cluster, in the pace of the clock |
//! | [`connection`] | one client's socket, its requests and its replies |
//! | [`server`] | the event loop |
//!
//! Start with [`server::Server::run`].

// A program beside the product: it may read the machine's clock.
#![allow(clippy::disallowed_methods)]

mod backend;
mod clock;
mod connection;
mod follow;
mod history;
mod lone;
mod nodes;
mod options;
mod outbound;
mod primary_link;
mod replication;
mod server;

use clock::Clock;
use options::{Options, Start};
use server::Server;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let trouble = match options::read(&words) {
        Ok(Start::Help) => {
            print!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Ok(Start::Serve(options)) => serve(&options).err(),
        Err(trouble) => Some(trouble),
    };
    if let Some(trouble) = trouble {
        eprintln!("gateway: {trouble}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn serve(options: &Options) -> Result<(), String> {
    let clock = Clock::new(options.step_us);
    if options.cluster_nodes > 0 || options.cluster_enabled {
        Server::new(nodes::Nodes::new(options, clock)?, options)?.run()
    } else {
        Server::new(lone::Lone::new(options, clock)?, options)?.run()
    }
}
