//! Where everything stands on the stage: rows are availability zones, columns are shards, app servers left, database right.
//!
//! Pure geometry, no browser. It depends only on what stands where, not on how it fares, so it holds still while a run goes on.
//! Start with [`Layout::new`]; the ways between places are in `routes.rs`.

use slotscope::world::{LaneView, Place};

/// A rectangle in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Rect {
    /// Its right edge.
    pub fn right(self) -> f64 {
        self.x + self.w
    }
    /// Its lower edge.
    pub fn bottom(self) -> f64 {
        self.y + self.h
    }
    /// Its middle, across.
    pub fn mid_x(self) -> f64 {
        self.x + self.w / 2.0
    }
    /// Its middle, down.
    pub fn mid_y(self) -> f64 {
        self.y + self.h / 2.0
    }
    /// The rectangle that is `by` larger on every side.
    #[must_use]
    pub fn grown(self, by: f64) -> Self {
        Self { x: self.x - by, y: self.y - by, w: self.w + 2.0 * by, h: self.h + 2.0 * by }
    }
    /// Whether a point is in it.
    pub fn contains(self, x: f64, y: f64) -> bool {
        x >= self.x && x <= self.right() && y >= self.y && y <= self.bottom()
    }
    /// Whether the two share any area.
    #[allow(dead_code, reason = "the geometry's tests ask")]
    pub fn overlaps(self, other: Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
    /// x, y, width, height.
    pub fn tuple(self) -> (f64, f64, f64, f64) {
        (self.x, self.y, self.w, self.h)
    }
    /// A rectangle of the given size around a point.
    fn around(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x: x - w / 2.0, y: y - h / 2.0, w, h }
    }
}

/// How much of a node there is room to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// A tile for a primary, a pip for a replica; traffic as lines.
    Tile,
    /// A frame with a memory bar, no text: hovering or focusing it tells.
    Glyph,
    /// Frame, bar, the name on two lines, and one figure where it fits.
    Narrow,
    /// Badge, name, and a line or two where they fit.
    Full,
}

/// Places on a stage of one size, for one lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Width of the stage.
    pub width: f64,
    /// Height of the stage.
    pub height: f64,
    /// The zones, top to bottom.
    pub zones: Vec<Rect>,
    /// How many shards (columns) there are.
    pub shards: usize,
    /// How much a node says.
    pub detail: Detail,
    /// Size of type and marks, 1 on a stage of 490x370.
    pub scale: f64,
    /// Whether shards wrap into a grid in each zone: then columns no longer run through the rows.
    pub wrapped: bool,
    pub(super) apps: Vec<(usize, Rect)>,
    pub(super) nodes: Vec<Seat>,
    pub(super) database: (usize, Rect),
    pub(super) console: Rect,
    /// Left edge of the columns' area, and its right edge.
    pub(super) field: (f64, f64),
    /// Width of one column.
    pub(super) pitch: f64,
}

/// Where a node sits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seat {
    pub rect: Rect,
    pub zone: usize,
    pub column: usize,
}

/// More shards than this wrap into a grid.
const COLUMNS_MAX: usize = 12;
/// More shards than this are tiles.
const BOXES_MAX: usize = 40;
/// Between two zones.
const ZONE_GAP: f64 = 4.0;
/// A node box at scale 1.
const BOX: (f64, f64) = (80.0, 64.0);

impl Layout {
    /// Places everything of `lane` on a stage of `width` by `height` CSS pixels. Any size is survived; below about
    /// 200x120 nothing can be read.
    pub fn new(width: f64, height: f64, lane: &LaneView) -> Self {
        let (width, height) = (width.max(40.0), height.max(40.0));
        let zone_count = 1
            + (lane.apps.iter().map(|a| a.zone))
                .chain(lane.nodes.iter().map(|n| n.zone))
                .chain([lane.database.zone])
                .max()
                .map_or(0, usize::from);
        let shards = lane.nodes.iter().map(|n| usize::from(n.shard) + 1).max().unwrap_or(0);
        let scale = (width / 490.0).min(height / 370.0).clamp(0.7, 1.5);

        let zone_h = ((height - ZONE_GAP * (zone_count - 1) as f64) / zone_count as f64).max(4.0);
        let zones: Vec<Rect> =
            (0..zone_count).map(|i| Rect { x: 0.0, y: i as f64 * (zone_h + ZONE_GAP), w: width, h: zone_h }).collect();

        // App servers and database keep to the edges; what is between belongs to the shards.
        let margin = (10.0 * scale).min(width * 0.02);
        let side = (56.0 * scale).max(44.0).min(width * 0.16 + 8.0);
        let (gap_left, gap_right) =
            ((36.0 * scale).max(width * 0.05).min(width * 0.075), (26.0 * scale).max(width * 0.03).min(width * 0.055));
        let field = (margin + side + gap_left, width - margin - side - gap_right);
        let field_w = (field.1 - field.0).max(10.0);

        // The label of a zone stands over the app servers; the strip at the very bottom left is the console's.
        let label: f64 = if zone_h >= 56.0 { 18.0 } else { 2.0 };
        let console_h = (17.0 * scale).clamp(14.0, 22.0).min(zone_h * 0.3);
        let mut apps = Vec::with_capacity(lane.apps.len());
        for (i, app) in lane.apps.iter().enumerate() {
            let zone = usize::from(app.zone);
            let peers = lane.apps.iter().filter(|a| a.zone == app.zone).count();
            let place = lane.apps[..i].iter().filter(|a| a.zone == app.zone).count();
            let foot = if zone + 1 == zone_count { console_h + 6.0 } else { label.min(10.0) };
            let room = (zone_h - label - foot) / peers as f64;
            let h = (38.0 * scale).min(room - 4.0).max(6.0);
            let y = zones[zone].y + label + room * (place as f64 + 0.5);
            apps.push((zone, Rect { x: margin, y: y - h / 2.0, w: side, h }));
        }
        let console = Rect { x: margin, y: height - console_h - 4.0, w: side, h: console_h };
        let zone = usize::from(lane.database.zone);
        let database_h = (60.0 * scale).min(zone_h - 12.0).max(3.0);
        let database = (zone, Rect::around(width - margin - side / 2.0, zones[zone].mid_y(), side, database_h));

        let wrapped = shards > COLUMNS_MAX;
        let (columns, lines) = if wrapped { grid(shards, field_w, zone_h - label) } else { (shards.max(1), 1) };
        let pitch = field_w / columns as f64;
        let gap = if wrapped { (pitch * 0.18).clamp(1.0, 8.0) } else { (pitch * 0.2).clamp(2.0, 24.0 * scale) };
        let box_w = (BOX.0 * scale).min(pitch - gap).max(3.0);

        // Nodes of one shard in one zone share a cell, stacked.
        let seats_in = |i: usize| {
            let same = |n: &&slotscope::world::NodeView| n.shard == lane.nodes[i].shard && n.zone == lane.nodes[i].zone;
            (lane.nodes[..i].iter().filter(same).count(), lane.nodes.iter().filter(same).count())
        };
        let seats: Vec<(usize, usize)> = (0..lane.nodes.len()).map(seats_in).collect();
        let stacked = seats.iter().map(|s| s.1).max().unwrap_or(1).max(1);
        let head = if wrapped { label } else { 0.0 };
        let line_h = (zone_h - head) / lines as f64;
        let vertical_gap = if wrapped { gap } else { (zone_h * 0.16).clamp(4.0, 26.0 * scale) };
        let cell_h = (line_h - vertical_gap) / stacked as f64;
        let box_h = (BOX.1 * (height / 370.0).clamp(0.7, scale.max(1.0)))
            .min(cell_h - if stacked > 1 { (cell_h * 0.1).min(8.0) } else { 0.0 })
            .max(3.0);
        let mut nodes = Vec::with_capacity(lane.nodes.len());
        for (node, (place, peers)) in lane.nodes.iter().zip(seats) {
            let (zone, shard) = (usize::from(node.zone), usize::from(node.shard));
            let (column, line) = (shard % columns, shard / columns);
            let x = field.0 + pitch * (column as f64 + 0.5);
            let middle = zones[zone].y + head + line_h * (line as f64 + 0.5);
            let y = middle + cell_h * (place as f64 + 0.5 - peers as f64 / 2.0);
            nodes.push(Seat { rect: Rect::around(x, y, box_w, box_h), zone, column });
        }

        let detail = match shards {
            s if s > BOXES_MAX => Detail::Tile,
            s if s > COLUMNS_MAX => Detail::Glyph,
            _ if box_w >= 56.0 && box_h >= 27.0 => Detail::Full,
            _ if box_w >= 36.0 && box_h >= 34.0 => Detail::Narrow,
            _ => Detail::Glyph,
        };
        Self { width, height, zones, shards, detail, scale, wrapped, apps, nodes, database, console, field, pitch }
    }

    /// What stands at a point. Small things may be met a few pixels beside, so that a finger finds them.
    pub fn hit(&self, x: f64, y: f64) -> Option<Place> {
        let all = (0..self.nodes.len())
            .map(|i| Place::Node(i as u16))
            .chain((0..self.apps.len()).map(|i| Place::App(i as u8)));
        let mut best: Option<(f64, Place)> = None;
        for place in all.chain([Place::Database, Place::Console]) {
            let rect = self.frame(place);
            let slack = ((24.0 - rect.w.min(rect.h)) / 2.0).clamp(2.0, 8.0);
            if !rect.grown(slack).contains(x, y) {
                continue;
            }
            let away = (x - x.clamp(rect.x, rect.right())).hypot(y - y.clamp(rect.y, rect.bottom()));
            if best.is_none_or(|(least, _)| away < least) {
                best = Some((away, place));
            }
        }
        best.map(|(_, place)| place)
    }

    /// Where a place is: x, y, width, height. All zero for what is not on this stage.
    pub fn rect(&self, place: Place) -> (f64, f64, f64, f64) {
        self.frame(place).tuple()
    }

    /// Where a place is. All zero for what is not on this stage.
    pub fn frame(&self, place: Place) -> Rect {
        match place {
            Place::App(i) => self.apps.get(usize::from(i)).map(|a| a.1).unwrap_or_default(),
            Place::Node(i) => self.nodes.get(usize::from(i)).map(|s| s.rect).unwrap_or_default(),
            Place::Database => self.database.1,
            Place::Console => self.console,
        }
    }

    /// Whether a place is on this stage: a node that joined since is not, until it is laid out anew.
    pub fn stands(&self, place: Place) -> bool {
        self.frame(place).w > 0.0
    }

    /// The zone a place is in.
    pub fn zone_of(&self, place: Place) -> usize {
        match place {
            Place::App(i) => self.apps.get(usize::from(i)).map_or(0, |a| a.0),
            Place::Node(i) => self.nodes.get(usize::from(i)).map_or(0, |s| s.zone),
            Place::Database => self.database.0,
            Place::Console => self.zones.len() - 1,
        }
    }
}

/// Columns and lines for `count` cells in an area, so that cells come out as large as they can be, a little wider than high.
fn grid(count: usize, w: f64, h: f64) -> (usize, usize) {
    let mut best = (count, 1, 0.0);
    for columns in 1..=count {
        let lines = count.div_ceil(columns);
        let size = (w / columns as f64 / 1.25).min(h / lines as f64);
        if size > best.2 {
            best = (columns, lines, size);
        }
    }
    (best.0, best.1)
}
