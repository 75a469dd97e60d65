//! Replies that are tables rather than data: the command table, configuration, INFO, and fixed error texts.
