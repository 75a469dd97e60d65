//! Counters, histograms, time series.
//!
//! May know: nothing of ours.
