//! Write-through: every write goes to the database and to the cache, at the same time.
//!
//! ```text
//!   write   ┬► database ─┬► answer     as slow as the slower of the two
//!           └► SET ──────┘
//!   read    as cache-aside
//! ```
//!
//! The user is answered when both have answered, or have been given up on; it is the database that decides whether the row
//! is written. The two are not one transaction: a SET that fails leaves the old value in the cache, two SETs of the same
//! row can arrive in the wrong order, and where the database refuses, the cache holds a value that never was.

use super::{Happened, Progress, Side, Step};
use crate::app::Ending;

pub(super) fn write(happened: Happened, progress: Progress) -> &'static [Step] {
    if happened == Happened::Began {
        return &[Step::Query, Step::Store];
    }
    match (progress.database, progress.cache) {
        (Side::Open, _) | (_, Side::Open) => &[],
        (Side::Done, _) => &[Step::Finish(Ending::Written)],
        (Side::Failed, _) => &[Step::Finish(Ending::Failed)],
    }
}
