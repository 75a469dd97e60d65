//! Clients that wait: for replicas, for the end of a pause.
