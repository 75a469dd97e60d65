//! Rewind: a run with checkpoints behind it and, after a rewind, the future it has already seen ahead of it.
//!
//! Going back is a copy of the nearest checkpoint before the moment, advanced to it: the same inputs give the same
//! run, so nothing but inputs and a few copies is kept. Acting in the past drops the future: the run takes another turn.

use super::{ActError, Chart, Mark, Topic, World};
use crate::scenario::{Action, Console, Scenario};
use crate::sim::Nanos;

/// Checkpoints kept at most. When there are more, every second one is dropped and the distance doubles.
const CHECKPOINTS_MAX: usize = 16;
/// Distance between the first checkpoints.
const CHECKPOINT_EVERY: Nanos = Nanos::from_secs(2);

/// A run that can go back.
#[derive(Debug)]
pub struct History {
    world: World,
    checkpoints: Vec<World>,
    every: Nanos,
    future: Option<Box<World>>,
}

impl History {
    /// A run at time zero which will repeat `log`.
    pub fn new(scenario: &Scenario, log: &[Action]) -> Result<Self, String> {
        let world = World::with_log(scenario, log)?;
        Ok(Self { checkpoints: vec![world.clone()], world, every: CHECKPOINT_EVERY, future: None })
    }

    /// The run at the present moment.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Advances the run, leaving checkpoints behind.
    pub fn advance(&mut self, until: Nanos) {
        while self.world.now() < until {
            let next_checkpoint = self.last_checkpoint() + self.every;
            let target = if next_checkpoint > self.world.now() { until.min(next_checkpoint) } else { until };
            self.world.advance(target);
            if self.world.now() >= next_checkpoint && self.world.now() > self.last_checkpoint() {
                self.keep_checkpoint();
            }
        }
        self.forget_reached_future();
    }

    /// Handles the next instant at which anything happens.
    pub fn step(&mut self) -> Nanos {
        let now = self.world.step();
        self.forget_reached_future();
        now
    }

    /// Carries out a line now. In the past this is a fork: what was to come is dropped.
    pub fn act(&mut self, console: Console, line: &str) -> Result<(), ActError> {
        let before = self.world.log().len();
        let result = self.world.act(console, line);
        if self.world.log().len() != before {
            self.future = None;
            let now = self.world.now();
            self.checkpoints.retain(|checkpoint| checkpoint.now() <= now);
        }
        result
    }

    /// Goes to the latest checkpoint at or before `moment`, where `moment` is in the past: the caller then advances to
    /// it. The run as it stood is kept as the future.
    pub fn rewind(&mut self, moment: Nanos) {
        if moment >= self.world.now() {
            return;
        }
        let Some(checkpoint) = self.checkpoints.iter().rev().find(|checkpoint| checkpoint.now() <= moment) else {
            return;
        };
        let log = match &self.future {
            Some(future) => future.whole_log(),
            None => self.world.whole_log(),
        };
        let mut world = checkpoint.clone();
        world.expect(&log);
        let left = std::mem::replace(&mut self.world, world);
        if self.future.as_ref().is_none_or(|future| future.now() < left.now()) {
            self.future = Some(Box::new(left));
        }
    }

    /// The latest moment that has been seen: the present, or the end of the future.
    pub fn end(&self) -> Nanos {
        self.future.as_ref().map_or(self.world.now(), |future| future.now().max(self.world.now()))
    }

    /// A chart over all that has been seen, the future included.
    pub fn chart(&self, lane: usize, topic: Topic) -> Chart {
        self.furthest().chart(lane, topic)
    }

    /// Marks over all that has been seen, the future included.
    pub fn marks(&self) -> Vec<Mark> {
        self.furthest().marks()
    }

    /// Everything that will have been typed by the end of what has been seen.
    pub fn whole_log(&self) -> Vec<Action> {
        self.furthest().whole_log()
    }

    fn furthest(&self) -> &World {
        self.future.as_deref().unwrap_or(&self.world)
    }

    fn last_checkpoint(&self) -> Nanos {
        self.checkpoints.last().map_or(Nanos::ZERO, World::now)
    }

    fn keep_checkpoint(&mut self) {
        self.checkpoints.push(self.world.clone());
        if self.checkpoints.len() > CHECKPOINTS_MAX {
            let mut place = 0;
            self.checkpoints.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.every = self.every + self.every;
        }
    }

    fn forget_reached_future(&mut self) {
        if self.future.as_ref().is_some_and(|future| future.now() <= self.world.now()) {
            self.future = None;
        }
    }
}
