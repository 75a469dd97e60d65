//! Puts a run together.
