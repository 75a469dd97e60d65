//! Consumer groups: who was given which entries and has not acknowledged them.

use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use super::id::StreamId;
use super::id_map::IdMap;
use crate::resp::Bytes;

/// Bytes of Redis's `streamCG`, `streamConsumer` and `streamNACK`.
const GROUP: usize = 40;
const CONSUMER: usize = 24;
const NACK: usize = 24;

/// An entry that was delivered and not acknowledged.
#[derive(Clone, Debug)]
pub struct Nack {
    /// Who has it.
    pub consumer: Bytes,
    /// Unix milliseconds of its last delivery.
    pub delivered_ms: i64,
    /// How often it was delivered.
    pub deliveries: i64,
}

/// A member of a group.
#[derive(Clone, Debug)]
pub struct Consumer {
    /// Its name.
    pub name: Bytes,
    /// Unix milliseconds of its last command that named it.
    pub seen_ms: i64,
    /// What it has and has not acknowledged.
    pub pending: IdMap<()>,
}

/// A consumer group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: Bytes,
    /// The last entry it was given.
    pub last_id: StreamId,
    /// How many entries it was given, or [`super::UNKNOWN`].
    pub entries_read: i64,
    pending: IdMap<Nack>,
    /// By name.
    consumers: Vec<Consumer>,
    consumers_memory: usize,
}

/// The groups of a stream, by name.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    list: Vec<Rc<Group>>,
    memory: usize,
}

/// A group being changed; its memory is accounted when this goes.
pub struct GroupEdit<'a> {
    group: &'a mut Group,
    account: &'a mut usize,
    before: usize,
}

impl Deref for GroupEdit<'_> {
    type Target = Group;
    fn deref(&self) -> &Group {
        self.group
    }
}

impl DerefMut for GroupEdit<'_> {
    fn deref_mut(&mut self) -> &mut Group {
        self.group
    }
}

impl Drop for GroupEdit<'_> {
    fn drop(&mut self) {
        *self.account = *self.account - self.before + self.group.memory();
    }
}

impl Groups {
    fn locate(&self, name: &[u8]) -> Result<usize, usize> {
        self.list.binary_search_by(|group| (*group.name).cmp(name))
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Group> {
        self.list.iter().map(|group| &**group)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The group of a name.
    pub fn get(&self, name: &[u8]) -> Option<&Group> {
        self.locate(name).ok().map(|at| &*self.list[at])
    }

    /// The group of a name, to change.
    pub fn edit(&mut self, name: &[u8]) -> Option<GroupEdit<'_>> {
        let at = self.locate(name).ok()?;
        let group = Rc::make_mut(&mut self.list[at]);
        let before = group.memory();
        Some(GroupEdit { group, account: &mut self.memory, before })
    }

    /// Adds a group; answers whether the name was free.
    pub fn create(&mut self, name: &Bytes, last_id: StreamId, entries_read: i64) -> bool {
        let Err(at) = self.locate(name) else {
            return false;
        };
        let group = Group {
            name: name.clone(),
            last_id,
            entries_read,
            pending: IdMap::default(),
            consumers: Vec::new(),
            consumers_memory: 0,
        };
        self.memory += group.memory();
        self.list.insert(at, Rc::new(group));
        true
    }

    /// Removes a group; answers whether it was there.
    pub fn destroy(&mut self, name: &[u8]) -> bool {
        let Ok(at) = self.locate(name) else {
            return false;
        };
        self.memory -= self.list.remove(at).memory();
        true
    }

    /// Bytes of all groups.
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// Redis takes every group to be like the first.
    pub fn free_effort(&self) -> usize {
        self.list.first().map_or(0, |first| self.list.len() * (1 + first.pending.len()))
    }
}

impl Consumer {
    fn memory(&self) -> usize {
        CONSUMER + self.name.len() + self.pending.tree_memory()
    }
}

impl Group {
    fn memory(&self) -> usize {
        GROUP + self.pending.tree_memory() + NACK * self.pending.len() + self.consumers_memory
    }

    /// What was delivered and not acknowledged.
    pub fn pending(&self) -> &IdMap<Nack> {
        &self.pending
    }

    /// Its members, by name.
    pub fn consumers(&self) -> &[Consumer] {
        &self.consumers
    }

    fn locate(&self, name: &[u8]) -> Result<usize, usize> {
        self.consumers.binary_search_by(|consumer| (*consumer.name).cmp(name))
    }

    /// The member of a name.
    pub fn consumer(&self, name: &[u8]) -> Option<&Consumer> {
        self.locate(name).ok().map(|at| &self.consumers[at])
    }

    /// Notes that a member was seen, or adds it; answers whether it is new.
    pub fn see(&mut self, name: &Bytes, now_ms: i64) -> bool {
        match self.locate(name) {
            Ok(at) => self.consumers[at].seen_ms = now_ms,
            Err(at) => {
                let consumer = Consumer { name: name.clone(), seen_ms: now_ms, pending: IdMap::default() };
                self.consumers_memory += consumer.memory();
                self.consumers.insert(at, consumer);
                return true;
            }
        }
        false
    }

    /// Removes a member with all it had pending; answers how much that was.
    pub fn delete_consumer(&mut self, name: &[u8]) -> Option<usize> {
        let at = self.locate(name).ok()?;
        let consumer = self.consumers.remove(at);
        self.consumers_memory -= consumer.memory();
        for (id, ()) in consumer.pending.iter() {
            self.pending.remove(id);
        }
        Some(consumer.pending.len())
    }

    fn change_consumer(&mut self, name: &[u8], change: impl FnOnce(&mut Consumer)) {
        if let Ok(at) = self.locate(name) {
            let consumer = &mut self.consumers[at];
            let before = consumer.memory();
            change(consumer);
            self.consumers_memory = self.consumers_memory - before + consumer.memory();
        }
    }

    /// Gives an entry to a member (who is there), whoever had it before.
    pub fn assign(&mut self, id: StreamId, nack: Nack) {
        let name = nack.consumer.clone();
        let old = self.pending.get(id).map(|old| old.consumer.clone());
        self.pending.insert(id, nack);
        if old.as_ref() == Some(&name) {
            return;
        }
        if let Some(old) = old {
            self.change_consumer(&old, |consumer| _ = consumer.pending.remove(id));
        }
        self.change_consumer(&name, |consumer| _ = consumer.pending.insert(id, ()));
    }

    /// Notes one more delivery of a pending entry to who has it.
    pub fn deliver_again(&mut self, id: StreamId, now_ms: i64) {
        if let Some(nack) = self.pending.get_mut(id) {
            nack.delivered_ms = now_ms;
            nack.deliveries = nack.deliveries.wrapping_add(1);
        }
    }

    /// Acknowledges an entry; answers what was known of it, if it was pending.
    pub fn acknowledge(&mut self, id: StreamId) -> Option<Nack> {
        let nack = self.pending.remove(id)?;
        self.change_consumer(&nack.consumer, |consumer| _ = consumer.pending.remove(id));
        Some(nack)
    }
}
