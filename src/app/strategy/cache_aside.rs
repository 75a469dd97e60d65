//! Cache-aside, or lazy loading: the app server looks after the cache itself, and only rows that are asked for get there.
//!
//! ```text
//!   read    GET ── hit ──────────────────────────► answer
//!            ├──── nil ──► database ──► SET ─────► answer     three trips
//!            └── failed ─► database ─────────────► answer     a dead cache costs speed, not answers
//!   write   database ──► DEL ────────────────────► answer
//! ```
//!
//! The user of a miss is answered after the fill's reply, as a synchronous client does: that is the third trip. A DEL that
//! fails is not the user's concern, the row is written; the cache then holds the old value until it expires.

use super::{Happened, Progress, Side, Step};
use crate::app::Ending;

pub(super) fn read(happened: Happened, progress: Progress) -> &'static [Step] {
    match happened {
        Happened::Began => &[Step::Get],
        Happened::Hit => &[Step::Finish(Ending::Hit)],
        // The fill: acknowledged or not, the answer is there.
        Happened::Acknowledged => &[Step::Finish(Ending::Miss)],
        Happened::CacheFailed if progress.database == Side::Done => &[Step::Finish(Ending::Miss)],
        // The GET: found nothing, or failed.
        Happened::Nil | Happened::CacheFailed => &[Step::Query],
        // A cache that has just failed is not filled.
        Happened::QueryAnswered if progress.cache == Side::Failed => &[Step::Finish(Ending::Degraded)],
        Happened::QueryAnswered => &[Step::Fill],
        Happened::QueryFailed => &[Step::Finish(Ending::Failed)],
    }
}

pub(super) fn write(happened: Happened) -> &'static [Step] {
    match happened {
        Happened::Began => &[Step::Query],
        Happened::QueryAnswered => &[Step::Invalidate],
        Happened::QueryFailed => &[Step::Finish(Ending::Failed)],
        Happened::Hit | Happened::Nil | Happened::Acknowledged | Happened::CacheFailed => {
            &[Step::Finish(Ending::Written)]
        }
    }
}
