//! The time that the served nodes are told.

use slotscope::engine::UnixMicros;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// When a stepped clock begins: 2026-01-01T00:00:00Z, as every run of the page does.
const STEPPED_EPOCH_US: u64 = 1_767_225_600_000_000;

/// The machine's time, or one that moves in steps.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The machine's.
    Real,
    /// It moves by so many microseconds with each command, and when it is told to.
    Stepped {
        /// What it shows.
        now: UnixMicros,
        /// How far one command moves it, in microseconds.
        step_us: u64,
    },
}

impl Clock {
    /// The machine's clock, or one with this step.
    pub fn new(step_us: Option<u64>) -> Self {
        match step_us {
            None => Self::Real,
            Some(step_us) => Self::Stepped { now: UnixMicros(STEPPED_EPOCH_US), step_us },
        }
    }

    /// What it shows.
    pub fn now(&self) -> UnixMicros {
        match self {
            Self::Real => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                UnixMicros(since.as_secs() * 1_000_000 + u64::from(since.subsec_micros()))
            }
            Self::Stepped { now, .. } => *now,
        }
    }

    /// What it shows for the next command.
    pub fn next_command(&mut self) -> UnixMicros {
        if let Self::Stepped { now, step_us } = self {
            now.0 += *step_us;
        }
        self.now()
    }

    /// Lets the time pass that a command told the server to sleep.
    pub fn sleep(&mut self, time: Duration) {
        if time.is_zero() {
        } else if self.is_real() {
            std::thread::sleep(time);
        } else {
            self.advance(time.as_micros() as u64);
        }
    }

    /// Moves a stepped clock on; the machine's moves by itself.
    pub fn advance(&mut self, micros: u64) {
        if let Self::Stepped { now, .. } = self {
            now.0 = now.0.saturating_add(micros);
        }
    }

    /// Whether it moves by itself.
    pub fn is_real(&self) -> bool {
        matches!(self, Self::Real)
    }
}
