//! The stream of what is replicated: bytes that are counted, under the name of a history, the latest of them kept for
//! replicas that lose their connection for a while.

use slotscope::sim::Rng;
use std::collections::VecDeque;

/// What has been replicated.
pub struct History {
    /// The name of this history (`master_replid`).
    pub replid: String,
    /// The one that it goes on from, and the first byte that is not of it any more (`master_replid2`).
    former: Option<(String, u64)>,
    /// Bytes so far (`master_repl_offset`).
    pub offset: u64,
    /// The latest of them; none, if nobody has ever asked for any.
    backlog: Option<VecDeque<u8>>,
    /// How many are kept (`repl-backlog-size`).
    pub backlog_max: usize,
    rng: Rng,
}

impl History {
    /// A history without any events.
    pub fn new(mut rng: Rng) -> Self {
        Self { replid: draw_id(&mut rng), former: None, offset: 0, backlog: None, backlog_max: 1 << 20, rng }
    }

    /// Whether what happens is being kept.
    pub fn is_kept(&self) -> bool {
        self.backlog.is_some()
    }

    /// Keeps from now on what happens.
    pub fn keep(&mut self) {
        self.backlog.get_or_insert_default();
    }

    /// Keeps nothing any more, and forgets what was kept; what may happen unseen is no part of this history.
    pub fn forget(&mut self) {
        self.backlog = None;
        self.change_name();
    }

    /// Goes on with bytes.
    pub fn append(&mut self, bytes: &[u8]) {
        self.offset += bytes.len() as u64;
        let Some(backlog) = &mut self.backlog else { return };
        backlog.extend(bytes);
        let surplus = backlog.len().saturating_sub(self.backlog_max);
        backlog.drain(..surplus);
    }

    /// Goes on under another name, and nobody who knows the old one can go on with it (DEBUG CHANGE-REPL-ID).
    pub fn change_name(&mut self) {
        self.former = None;
        self.replid = draw_id(&mut self.rng);
    }

    /// Goes on from the same place under another name, which the old one leads to.
    pub fn rename(&mut self) {
        let replid = draw_id(&mut self.rng);
        self.former = Some((std::mem::replace(&mut self.replid, replid), self.offset + 1));
    }

    /// Goes on where another server's history is, whose bytes are not known here.
    pub fn adopt(&mut self, replid: &str, offset: u64) {
        replid.clone_into(&mut self.replid);
        self.former = None;
        self.offset = offset;
        self.backlog = Some(VecDeque::new());
    }

    /// Goes on from the same place under a name that another server gave it. Whether that is a new one.
    pub fn adopt_name(&mut self, replid: &str) -> bool {
        let is_new = self.replid != replid;
        if is_new {
            self.former = Some((std::mem::replace(&mut self.replid, replid.to_owned()), self.offset + 1));
        }
        is_new
    }

    /// What follows from the byte at `offset` of a history on (the first byte is 1), if all of that is kept here.
    pub fn since(&self, replid: &str, offset: i64) -> Option<Vec<u8>> {
        let backlog = self.backlog.as_ref()?;
        let offset = u64::try_from(offset).ok()?;
        let is_former = |(name, end): &(String, u64)| name == replid && offset <= *end;
        if self.replid != replid && !self.former.as_ref().is_some_and(is_former) {
            return None;
        }
        let skipped = usize::try_from(offset.checked_sub(self.first_kept())?).ok()?;
        (skipped <= backlog.len()).then(|| backlog.iter().skip(skipped).copied().collect())
    }

    /// The first byte that is kept.
    fn first_kept(&self) -> u64 {
        self.offset + 1 - self.kept_len()
    }

    fn kept_len(&self) -> u64 {
        self.backlog.as_ref().map_or(0, |backlog| backlog.len() as u64)
    }

    /// What INFO says of it.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let (replid2, second) = match &self.former {
            Some((name, end)) => (name.clone(), end.to_string()),
            None => ("0".repeat(40), "-1".to_owned()),
        };
        let first = if self.is_kept() { self.first_kept() } else { 0 };
        vec![
            ("master_failover_state", "no-failover".to_owned()),
            ("master_replid", self.replid.clone()),
            ("master_replid2", replid2),
            ("master_repl_offset", self.offset.to_string()),
            ("second_repl_offset", second),
            ("repl_backlog_active", u8::from(self.is_kept()).to_string()),
            ("repl_backlog_size", self.backlog_max.to_string()),
            ("repl_backlog_first_byte_offset", first.to_string()),
            ("repl_backlog_histlen", self.kept_len().to_string()),
        ]
    }
}

/// 40 hexadecimal digits.
fn draw_id(rng: &mut Rng) -> String {
    let (high, middle, low) = (rng.next_u64(), rng.next_u64(), rng.next_u64() as u32);
    format!("{high:016x}{middle:016x}{low:08x}")
}
