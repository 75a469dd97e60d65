//! The ways between places. Traffic keeps to the corridors between the rows of nodes, so that nothing passes behind a node
//! that it has no business with; a request and its reply share one way and keep to the right of it.
//!
//! Pure geometry, no browser. Start with [`Layout::route`].

use slotscope::world::Place;

use super::layout::{Layout, Rect};
use super::path::{Path, mix};

impl Layout {
    /// The way from one place to another.
    pub fn route(&self, from: Place, to: Place) -> Path {
        match (from, to) {
            (Place::Node(_) | Place::Database, Place::App(_) | Place::Console) | (Place::Database, Place::Node(_)) => {
                self.route(to, from).reversed()
            }
            (Place::Node(a), Place::Node(b)) => self.between_nodes(usize::from(a), usize::from(b)),
            (Place::App(_) | Place::Console, Place::Node(b)) if !self.wrapped => self.to_node(from, usize::from(b)),
            (Place::App(_) | Place::Console, Place::Database) => self.to_database(from),
            _ => direct(self.frame(from), self.frame(to)),
        }
    }

    /// A number from 0 to 1 that keeps the ways of different callers and targets apart.
    fn spread(&self, from: Place, column: usize) -> f64 {
        let callers = self.apps.len() + 1;
        let caller = match from {
            Place::App(i) => usize::from(i),
            _ => self.apps.len(),
        };
        ((column * callers + caller) as f64 + 0.5) / (callers * (self.shards.max(1) + 1)) as f64
    }

    /// Where a caller's ways begin: spread over its right edge, so that they fan out.
    fn exit(&self, from: Place, along: f64) -> (f64, f64) {
        let rect = self.frame(from);
        (rect.right(), rect.mid_y() + (along - 0.5) * rect.h * 0.5)
    }

    fn to_node(&self, from: Place, node: usize) -> Path {
        let Some(seat) = self.nodes.get(node).copied() else {
            return Path::line((0.0, 0.0), (0.0, 0.0));
        };
        let spread = self.spread(from, seat.column);
        let start = self.exit(from, (seat.column as f64 + 0.5) / self.shards.max(1) as f64);
        let rank = match from {
            Place::App(i) => (f64::from(i) + 0.5) / (self.apps.len() + 1) as f64,
            _ => 1.0 - 0.5 / (self.apps.len() + 1) as f64,
        };
        let end = (seat.rect.x, seat.rect.mid_y() + (rank - 0.5) * seat.rect.h * 0.5);
        let hall = (start.0, self.field.0 + (self.pitch - seat.rect.w) / 2.0);
        let cross = hall.0 + (hall.1 - hall.0) * (0.3 + 0.4 * spread);
        if seat.column == 0 {
            return Path::level(start, end, cross);
        }
        let rise = self.corridor(self.zone_of(from), seat.zone, seat.column, spread);
        let door = seat.rect.x - (self.pitch - seat.rect.w);
        Path::level(start, (hall.1, rise), cross).then_line((hall.1, rise), (door, rise)).then_level(
            (door, rise),
            end,
            mix((door, 0.0), (seat.rect.x, 0.0), 0.5).0,
        )
    }

    fn to_database(&self, from: Place) -> Path {
        let rect = self.database.1;
        let spread = self.spread(from, self.shards);
        let start = self.exit(from, 1.0);
        let hall = (start.0, if self.wrapped { self.field.0 } else { self.field.0 + self.pitch * 0.1 });
        let cross = hall.0 + (hall.1 - hall.0) * (0.3 + 0.4 * spread);
        let rise = self.corridor(self.zone_of(from), self.database.0, self.shards, spread);
        let end = (rect.x, rect.mid_y() + (spread - 0.5) * rect.h * 0.3);
        let door = self.field.1;
        Path::level(start, (hall.1, rise), cross).then_line((hall.1, rise), (door, rise)).then_level(
            (door, rise),
            end,
            mix((door, 0.0), end, 0.5).0,
        )
    }

    /// The height at which a way from zone `from` to zone `to` runs along: in the corridor beside the target's row, on the
    /// caller's side. Within one row, columns take turns above and below.
    fn corridor(&self, from: usize, to: usize, column: usize, spread: f64) -> f64 {
        let index = match from.cmp(&to) {
            std::cmp::Ordering::Less => to,
            std::cmp::Ordering::Greater => to + 1,
            std::cmp::Ordering::Equal if self.zones.len() > 1 && to == 0 => 1,
            std::cmp::Ordering::Equal if self.zones.len() > 1 && to + 1 == self.zones.len() => to,
            std::cmp::Ordering::Equal => to + column % 2,
        };
        let half = self.nodes.first().map_or(0.0, |s| s.rect.h) / 2.0;
        let edge = |zone: usize, below: bool| {
            let row = self.nodes.iter().filter(|s| s.zone == zone).map(|s| s.rect);
            let found = if below { row.map(Rect::bottom).reduce(f64::max) } else { row.map(|r| r.y).reduce(f64::min) };
            let middle = self.zones[zone].mid_y();
            found.unwrap_or(if below { middle + half } else { middle - half })
        };
        let top = if index == 0 { 0.0 } else { edge(index - 1, true) };
        let bottom = if index >= self.zones.len() { self.height } else { edge(index, false) };
        let inset = ((bottom - top) * 0.2).min(8.0);
        top + inset + (bottom - top - 2.0 * inset) * spread
    }

    /// Between two nodes: straight down the column where nothing stands between, else around it.
    fn between_nodes(&self, a: usize, b: usize) -> Path {
        let (Some(from), Some(to)) = (self.nodes.get(a), self.nodes.get(b)) else {
            return Path::line((0.0, 0.0), (0.0, 0.0));
        };
        let (f, t) = (from.rect, to.rect);
        if (f.mid_x() - t.mid_x()).abs() > 1.0 {
            let down = t.mid_y() >= f.mid_y();
            if (f.mid_y() - t.mid_y()).abs() < 1.0 {
                let (start, end) = ((f.mid_x(), f.bottom()), (t.mid_x(), t.bottom()));
                let dip = f.bottom() + (f.h * 0.35).min(24.0);
                return Path::cubic(start, (start.0, dip), (end.0, dip), end);
            }
            let (start, end) = if down {
                ((f.mid_x(), f.bottom()), (t.mid_x(), t.y))
            } else {
                ((f.mid_x(), f.y), (t.mid_x(), t.bottom()))
            };
            let middle = f64::midpoint(start.1, end.1);
            return Path::cubic(start, (start.0, middle), (end.0, middle), end);
        }
        let (upper, lower) = if f.y <= t.y { (f, t) } else { (t, f) };
        let blocked = self
            .nodes
            .iter()
            .any(|s| (s.rect.mid_x() - f.mid_x()).abs() < 1.0 && s.rect.y > upper.y + 1.0 && s.rect.y + 1.0 < lower.y);
        let path = if blocked {
            let out = upper.right() + ((self.pitch - upper.w) * 0.8).clamp(3.0, 16.0 * self.scale);
            let (start, end) = ((upper.right(), upper.mid_y()), (lower.right(), lower.mid_y()));
            Path::cubic(start, (out, start.1), (out, mix(start, end, 0.15).1), (out, mix(start, end, 0.3).1))
                .then_line((out, mix(start, end, 0.3).1), (out, mix(start, end, 0.7).1))
                .then((out, mix(start, end, 0.7).1), (out, mix(start, end, 0.85).1), (out, end.1), end)
        } else {
            Path::line((upper.mid_x(), upper.bottom()), (lower.mid_x(), lower.y))
        };
        if f.y <= t.y { path } else { path.reversed() }
    }
}

/// From the right edge of one to the left edge of the other (or the other way about), in one sweep.
fn direct(a: Rect, b: Rect) -> Path {
    let (from, to) = if a.mid_x() <= b.mid_x() {
        ((a.right(), a.mid_y()), (b.x, b.mid_y()))
    } else {
        ((a.x, a.mid_y()), (b.right(), b.mid_y()))
    };
    let reach = (to.0 - from.0) * 0.45;
    Path::cubic(from, (from.0 + reach, from.1), (to.0 - reach, to.1), to)
}
