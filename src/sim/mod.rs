//! The physics of a run, and no caches: time, chance, the network, and queues.
//!
//! May know: nothing of ours. Everything here is plain data that can be cloned, and everything is exact: integer
//! nanoseconds, integer arithmetic where possible, `libm` where a logarithm is needed, so that native code and
//! WebAssembly agree to the bit.
//!
//! ```text
//!   Schedule ── pops events in (time, insertion) order ──► whoever handles them
//!      ▲                                                        │
//!      └── Network: when does a message arrive, if at all? ◄────┤
//!      └── Server:  when is a request served, after the queue? ◄┘
//!                        Rng / draw(): all chance, by name
//! ```
//!
//! Start with [`Schedule`] (time), then [`Network::send`], then [`Rng`] and [`draw`] (chance).

mod fingerprint;
mod network;
mod random;
mod schedule;
mod server;
mod time;

pub use fingerprint::Fingerprint;
pub use network::{Delivery, HostId, Latency, Loss, Network, NetworkSpec, ZoneId};
pub use random::{Rng, Zipf, draw, exponential, log_normal, unit};
pub use schedule::Schedule;
pub use server::Server;
pub use time::Nanos;
