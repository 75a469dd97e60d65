//! Nodes made of engines.
