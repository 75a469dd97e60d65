//! What a client may leave unread before it is disconnected (client-output-buffer-limit).
//!
//! Whoever holds what a client has not read yet asks [`Engine::leaves_too_much_unread`]: the gateway does. Source of the
//! rules: `checkClientOutputBufferLimits` of Redis 7.0.

use super::{ClientId, Engine, UnixMicros};

/// The limits of one class of clients; 0: none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Limit {
    /// Bytes at which a client is disconnected at once.
    hard: u64,
    /// Bytes that it may keep for a while.
    soft: u64,
    /// How many seconds that is.
    soft_seconds: u64,
}

/// The limits of all classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputLimits {
    ordinary: Limit,
    replicas: Limit,
    subscribers: Limit,
}

impl Default for OutputLimits {
    fn default() -> Self {
        let replicas = Limit { hard: 256 << 20, soft: 64 << 20, soft_seconds: 60 };
        let subscribers = Limit { hard: 32 << 20, soft: 8 << 20, soft_seconds: 60 };
        Self { ordinary: Limit::default(), replicas, subscribers }
    }
}

impl OutputLimits {
    /// From a value as CONFIG GET prints it: a class's name and three numbers, for each class.
    pub fn parse(value: &str) -> Self {
        let words: Vec<&str> = value.split(' ').collect();
        let mut limits = Self::default();
        let classes = [&mut limits.ordinary, &mut limits.replicas, &mut limits.subscribers];
        for (limit, words) in classes.into_iter().zip(words.chunks(4)) {
            let number = |at: usize| words.get(at).and_then(|word| word.parse().ok()).unwrap_or(0);
            *limit = Limit { hard: number(1), soft: number(2), soft_seconds: number(3) };
        }
        limits
    }
}

impl Engine {
    /// Whether a client that has left `unread` bytes of replies and messages unread is to be disconnected. To be asked
    /// whenever more of it is put by, and again from time to time. `is_replica`: it is sent the replication stream.
    pub fn leaves_too_much_unread(&mut self, client: ClientId, is_replica: bool, unread: u64, now: UnixMicros) -> bool {
        let Some(state) = self.clients.get_mut(client) else {
            return false;
        };
        let limits = &self.config.output_limits;
        let Limit { hard, soft, soft_seconds } = if is_replica {
            // As much as the backlog keeps it may always leave, or it could never catch up from there.
            let backlog = self.config.repl_backlog_size;
            let Limit { hard, soft, soft_seconds } = limits.replicas;
            let raised = |limit: u64| if limit > 0 { limit.max(backlog) } else { 0 };
            Limit { hard: raised(hard), soft, soft_seconds }
        } else if state.subscriptions.is_empty() {
            limits.ordinary
        } else {
            limits.subscribers
        };
        let reaches = |limit: u64| limit > 0 && unread >= limit;
        if !reaches(soft) {
            state.over_soft_limit_since = None;
            return reaches(hard);
        }
        let since = *state.over_soft_limit_since.get_or_insert(now);
        reaches(hard) || now.seconds().saturating_sub(since.seconds()) > soft_seconds
    }
}

#[cfg(test)]
mod tests {
    use super::{OutputLimits, UnixMicros};
    use crate::engine::testing::Server;

    #[test]
    fn the_default_is_what_config_prints() {
        let mut server = Server::new(false);
        let printed = server.run("CONFIG GET client-output-buffer-limit");
        let value = printed.split('"').nth(3).expect("a value").to_owned();
        assert_eq!(OutputLimits::parse(&value), OutputLimits::default());
    }

    #[test]
    fn who_reads_too_little_is_disconnected_at_once_or_after_a_while() {
        let mut server = Server::new(false);
        let (ordinary, subscriber) = (server.client, server.connect(2));
        server.talk(subscriber, "SUBSCRIBE news");
        server.run("CONFIG SET client-output-buffer-limit \"pubsub 1mb 100kb 2\"");
        let start = server.host.now;
        let mut asked = |client, unread, seconds: u64| {
            server.engine.leaves_too_much_unread(client, false, unread, UnixMicros(start.0 + seconds * 1_000_000))
        };
        // Ordinary clients have no limit by default.
        assert!(!asked(ordinary, 1 << 40, 0));
        assert!(!asked(subscriber, (1 << 20) - 1, 0));
        assert!(asked(subscriber, 1 << 20, 0));
        assert!(!asked(subscriber, 200 << 10, 2));
        // To read most of it begins the time anew.
        assert!(!asked(subscriber, 99 << 10, 3));
        assert!(!asked(subscriber, 200 << 10, 4));
        assert!(!asked(subscriber, 200 << 10, 6));
        assert!(asked(subscriber, 200 << 10, 7));
    }
}
