//! Counters, histograms, time series.
