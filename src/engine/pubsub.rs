//! Publish and subscribe: who listens to which channel, shard channel or pattern, and the messages they are sent.
//!
//! Channels, shard channels and patterns are three spaces of names that know nothing of each other ([`Space`]). The
//! server remembers the listeners of each name in the order in which they came, a client its names in the order in which
//! it took them up; both hold the same pairs.
//!
//! Start with [`Engine::publish`].

use std::collections::BTreeMap;

use super::{ClientId, Engine, Slot, glob};
use crate::resp::{Bytes, Value};

/// What a subscription is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// SUBSCRIBE: a channel.
    Channel,
    /// PSUBSCRIBE: every channel whose name matches.
    Pattern,
    /// SSUBSCRIBE: a channel that lives in a hash slot.
    Shard,
}

impl Space {
    /// The first words of the messages that confirm a subscription and its end.
    const fn words(self) -> [&'static str; 2] {
        match self {
            Self::Channel => ["subscribe", "unsubscribe"],
            Self::Pattern => ["psubscribe", "punsubscribe"],
            Self::Shard => ["ssubscribe", "sunsubscribe"],
        }
    }
}

/// Listeners by name, in order of arrival.
pub type Listeners = BTreeMap<Bytes, Vec<ClientId>>;

/// The subscriptions of a server, by [`Space`].
#[derive(Clone, Debug, Default)]
pub struct Pubsub {
    listeners: [Listeners; 3],
}

impl Pubsub {
    /// The names somebody listens to.
    pub fn names(&self, space: Space) -> &Listeners {
        &self.listeners[space as usize]
    }

    /// How many clients listen to a name.
    pub fn count(&self, space: Space, name: &Bytes) -> usize {
        self.names(space).get(name).map_or(0, Vec::len)
    }

    fn remove(&mut self, space: Space, name: &Bytes, client: ClientId) {
        let names = &mut self.listeners[space as usize];
        if let Some(listeners) = names.get_mut(name) {
            listeners.retain(|other| *other != client);
            if listeners.is_empty() {
                names.remove(name);
            }
        }
    }
}

/// The names one client listens to, by [`Space`].
#[derive(Clone, Debug, Default)]
pub struct Subscriptions {
    names: [Vec<Bytes>; 3],
}

impl Subscriptions {
    /// How many names of a space.
    pub fn count(&self, space: Space) -> usize {
        self.names[space as usize].len()
    }

    /// Whether there are none at all.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.names.iter().all(Vec::is_empty)
    }

    /// The number that confirmations tell: shard channels are counted apart from the other two.
    fn told(&self, space: Space) -> i64 {
        let count = match space {
            Space::Shard => self.count(Space::Shard),
            Space::Channel | Space::Pattern => self.count(Space::Channel) + self.count(Space::Pattern),
        };
        count as i64
    }
}

impl Engine {
    /// Subscribes a client to a name, if it is not yet; answers the confirmation.
    pub(super) fn subscribe(&mut self, client: ClientId, space: Space, name: &Bytes) -> Value {
        let listeners = self.pubsub.listeners[space as usize].entry(name.clone()).or_default();
        let is_new = !listeners.contains(&client);
        if is_new {
            listeners.push(client);
        }
        let state = self.clients.get_or_primary_link_mut(client);
        if is_new {
            state.subscriptions.names[space as usize].push(name.clone());
        }
        confirmation(space.words()[0], Some(name), state.subscriptions.told(space))
    }

    /// Ends a client's subscription to a name, if there is one; answers the confirmation.
    pub(super) fn unsubscribe(&mut self, client: ClientId, space: Space, name: &Bytes) -> Value {
        self.pubsub.remove(space, name, client);
        let subscriptions = &mut self.clients.get_or_primary_link_mut(client).subscriptions;
        subscriptions.names[space as usize].retain(|other| other != name);
        confirmation(space.words()[1], Some(name), subscriptions.told(space))
    }

    /// Ends all subscriptions of a client in a space; answers a confirmation for each, or one for nothing.
    pub(super) fn unsubscribe_all(&mut self, client: ClientId, space: Space) -> Vec<Value> {
        let subscriptions = &mut self.clients.get_or_primary_link_mut(client).subscriptions;
        let names = std::mem::take(&mut subscriptions.names[space as usize]);
        let word = space.words()[1];
        let rest = subscriptions.told(space);
        if names.is_empty() {
            return vec![confirmation(word, None, rest)];
        }
        let mut left = names.len() as i64;
        let mut confirmations = Vec::with_capacity(names.len());
        for name in &names {
            self.pubsub.remove(space, name, client);
            left -= 1;
            confirmations.push(confirmation(word, Some(name), rest + left));
        }
        confirmations
    }

    /// Forgets everything a client listens to, without a word.
    pub(super) fn forget_subscriptions(&mut self, client: ClientId) {
        for space in [Space::Channel, Space::Pattern, Space::Shard] {
            if self.clients.get(client).is_some_and(|state| state.subscriptions.count(space) > 0) {
                self.unsubscribe_all(client, space);
            }
        }
    }

    /// Hands a message to everybody here who listens: those of the channel first, then those of each pattern that
    /// matches. Answers how many were sent it.
    pub fn publish(&mut self, channel: &Bytes, message: &Bytes, sharded: bool) -> i64 {
        let space = if sharded { Space::Shard } else { Space::Channel };
        let word = if sharded { "smessage" } else { "message" };
        let Self { pubsub, outbox, .. } = self;
        let before = outbox.len();
        if let Some(listeners) = pubsub.names(space).get(channel) {
            let told = Value::Push(vec![Value::bulk(word), Value::Bulk(channel.clone()), Value::Bulk(message.clone())]);
            outbox.extend(listeners.iter().map(|client| (*client, told.clone())));
        }
        if !sharded {
            for (pattern, listeners) in pubsub.names(Space::Pattern) {
                if glob::matches(pattern, channel, false) {
                    let words = [&Bytes::from("pmessage"), pattern, channel, message];
                    let told = Value::Push(words.map(|word| Value::Bulk(word.clone())).into());
                    outbox.extend(listeners.iter().map(|client| (*client, told.clone())));
                }
            }
        }
        (outbox.len() - before) as i64
    }

    /// The slots of the shard channels that somebody here listens to, each once.
    pub fn shard_channel_slots(&self) -> Vec<Slot> {
        let mut slots: Vec<Slot> = self.pubsub.names(Space::Shard).keys().map(|name| Slot::of_key(name)).collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// A slot is served elsewhere now: whoever listens to its shard channels here is told that this is over.
    pub fn leave_slot(&mut self, slot: Slot) {
        let names = self.pubsub.names(Space::Shard);
        let left: Vec<(Bytes, Vec<ClientId>)> = names
            .iter()
            .filter(|(name, _)| Slot::of_key(name) == slot)
            .map(|(name, listeners)| (name.clone(), listeners.clone()))
            .collect();
        for (name, listeners) in left {
            for client in listeners {
                let told = self.unsubscribe(client, Space::Shard, &name);
                self.answer_later(client, told);
            }
        }
    }
}

/// `subscribe`, the name, and how many the client has now.
fn confirmation(word: &str, name: Option<&Bytes>, count: i64) -> Value {
    let name = name.map_or(Value::Null, |name| Value::Bulk(name.clone()));
    Value::Push(vec![Value::bulk(word), name, Value::Int(count)])
}
