//! CLIENT PAUSE: commands that arrive while clients are held back wait here, and run in their order when that is over.
//!
//! While clients are paused, for writes alone or altogether, the data stays as it is: no key expires or is evicted.

use super::{ClientId, Engine, Host, Outcome, UnixMicros, dispatch};
use crate::resp::{Bytes, request_size};

/// What holds clients back.
#[derive(Clone, Debug, Default)]
pub struct Pause {
    /// The moment at which it is over; that one and later ones are free.
    until: UnixMicros,
    /// Every command is held back, not only those that may change or replicate something.
    all: bool,
    /// Whose command waits, in order of arrival; the command itself is with the client.
    waiting: Vec<ClientId>,
    /// A shutdown is under way, and this is the pause that it will leave behind if it is called off.
    before_shutdown: Option<(UnixMicros, bool)>,
}

impl Pause {
    /// Holds clients back until `until`. A pause that is going on is never shortened or weakened.
    pub fn begin(&mut self, now: UnixMicros, until: UnixMicros, all: bool) {
        if self.until <= now {
            (self.until, self.all) = (until, all);
        } else {
            (self.until, self.all) = (self.until.max(until), self.all || all);
        }
    }

    /// CLIENT UNPAUSE.
    pub fn end(&mut self) {
        self.until = UnixMicros(0);
    }

    /// Holds writes back until a shutdown is over or called off.
    pub fn begin_for_shutdown(&mut self) {
        self.before_shutdown = Some((self.until, self.all));
        self.until = UnixMicros(u64::MAX);
    }

    /// The shutdown was called off: what else held clients back goes on to.
    pub fn end_for_shutdown(&mut self) {
        if let Some((until, all)) = self.before_shutdown.take() {
            (self.until, self.all) = (until, all);
        }
    }

    /// Whether clients are held back at all.
    pub fn is_on(&self, now: UnixMicros) -> bool {
        now < self.until
    }

    /// Whether a command is held back; `may_replicate`: it writes, or else could come to a replica.
    pub fn holds(&self, now: UnixMicros, may_replicate: bool) -> bool {
        self.is_on(now) && (self.all || may_replicate)
    }

    /// Whether a client's command waits here.
    pub fn holds_back(&self, client: ClientId) -> bool {
        !self.waiting.is_empty() && self.waiting.contains(&client)
    }

    /// How many clients are held back.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// When those who are held back may go on.
    pub fn next_deadline(&self) -> Option<UnixMicros> {
        // A shutdown's pause ends with it, and not by the clock.
        (!self.waiting.is_empty() && self.before_shutdown.is_none()).then_some(self.until)
    }

    /// A client is gone.
    pub fn forget(&mut self, client: ClientId) {
        self.waiting.retain(|other| *other != client);
    }
}

impl Engine {
    /// Puts a client's command off until the pause is over.
    pub(super) fn postpone(&mut self, client: ClientId, argv: &[Bytes]) {
        if let Some(state) = self.clients.get_mut(client) {
            state.postponed = Some(argv.to_vec());
            self.pause.waiting.push(client);
        }
    }
}

/// Runs what was put off, if the pause is over; a command among them may begin a new one.
#[inline]
pub fn resume(engine: &mut Engine, host: &mut dyn Host) {
    if !engine.pause.waiting.is_empty() && !engine.pause.is_on(host.now()) {
        run_postponed(engine, host);
    }
}

#[cold]
fn run_postponed(engine: &mut Engine, host: &mut dyn Host) {
    for client in std::mem::take(&mut engine.pause.waiting) {
        let Some(argv) = engine.clients.get_mut(client).and_then(|state| state.postponed.take()) else {
            continue;
        };
        let mut outcome = Outcome::default();
        dispatch::execute(engine, host, client, &argv, request_size(&argv).text, &mut outcome);
        if let Some(reply) = outcome.reply {
            engine.answer_later(client, reply);
        }
        if outcome.close {
            engine.hang_up(client);
        }
    }
}
