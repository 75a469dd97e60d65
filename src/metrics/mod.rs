//! Counters, histograms, time series: what a run is measured with.
//!
//! May know: nothing of ours. Pure data without a clock: times are plain nanoseconds that the caller hands in, values
//! are in whatever unit the caller chose.
//!
//! ```text
//!   every event ──► Window<u64>, Window<Histogram>, Window<Share> ── last_second() ──► the figures of now
//!                                                                          │
//!                                                       every 100 ms       ▼
//!                                                                  Series::push ──► a chart of the whole run
//! ```
//!
//! Start with [`Window`] and [`Histogram`], then [`Series`].

mod histogram;
mod series;
mod window;

pub use histogram::Histogram;
pub use series::{Series, Thinning};
pub use window::{Share, Tally, Window};
