//! Slotscope: a cache cluster that runs in a web page.
//!
//! The library is everything but the page. Its rooms, from the ground up:
//!
//! | room | what lives there |
//! |---|---|
//! | [`resp`] | values and the RESP wire form, redis-cli's human format |
//! | [`engine`] | one node's command engine: a pure state machine |
//! | [`sim`] | the physics: clock, event queue, random streams, network, queues, fingerprint |
//! | [`metrics`] | counters, histograms, time series |
//! | [`scenario`] | what a run is made of, as plain data |
//! | [`link`] | scenario, action log and moment to and from a URL |
//! | [`cluster`] | nodes made of engines: slots, gossip, elections, replication |
//! | [`app`] | who uses the cache: clients, strategies, workload, database |
//! | [`world`] | puts it together: `new`, `advance`, `act`, `view` |
//! | `js` | the JavaScript API (wasm only) |
//!
//! Start at [`world`] to see how a run is driven, at [`engine`] to see how a command is answered.

pub mod app;
pub mod cluster;
pub mod engine;
#[cfg(target_arch = "wasm32")]
pub mod js;
pub mod link;
pub mod metrics;
pub mod resp;
pub mod scenario;
pub mod sim;
pub mod world;
