//! Clients among each other: CLIENT, MONITOR.
