//! The stage: nodes and messages of one lane on a Canvas 2D, and the slot strip and map under it.
//!
//! Reads views and flights; knows nothing of Yew and holds no number of its own. Geometry is apart from drawing and is
//! tested natively (`tests/ui_geometry.rs`). Colour says where (the shard), shape says what, motion says when, fill how much.
//!
//! | file | what |
//! |---|---|
//! | `layout.rs` | where everything stands |
//! | `routes.rs`, `path.rs` | the ways between, and walking along them |
//! | `motion.rs` | what is in the air; what is remembered between frames |
//! | `bins.rs`, `wording.rs` | slots and numbers, made ready |
//! | `palette.rs`, `shapes.rs` | colours and the alphabet of shapes |
//! | `scenery.rs`, `nodes.rs`, `labels.rs`, `flights.rs`, `slots.rs` | the drawing |
//!
//! Start with [`draw`]. The canvas belongs to the caller, who scales it so that one unit is one CSS pixel.

mod bins;
mod flights;
mod labels;
mod layout;
mod motion;
mod nodes;
mod palette;
mod path;
mod routes;
mod scenery;
mod shapes;
mod slots;
pub mod wording;

pub use layout::Layout;
pub use motion::Stage;
pub use palette::Palette;
pub use shapes::circle as knob;
pub use slots::{draw_slot_map, draw_slots, slot_at};

use slotscope::world::Nanos;
use slotscope::world::{Flight, LaneView, Place};
use web_sys::CanvasRenderingContext2d;

/// Everything one frame is drawn from.
pub struct Scene<'a> {
    /// Where things stand.
    pub layout: &'a Layout,
    /// In which colours.
    pub palette: &'a Palette,
    /// How they fare.
    pub lane: &'a LaneView,
    /// The present.
    pub now: Nanos,
    /// What the pointer is over.
    pub hover: Option<Place>,
    /// What the node tab shows.
    pub selected: Option<Place>,
    /// The operation that the request tab follows.
    pub followed: Option<u64>,
    /// Whether to draw gossip, one point a message.
    pub show_gossip: bool,
    /// What zone names begin with: `us-east-1`.
    pub region: &'a str,
}

impl<'a> Scene<'a> {
    /// A scene with nothing pointed at, selected or followed.
    pub fn new(layout: &'a Layout, palette: &'a Palette, lane: &'a LaneView, now: Nanos) -> Self {
        let (hover, selected, followed) = (None, None, None);
        Self { layout, palette, lane, now, hover, selected, followed, show_gossip: false, region: "us-east-1" }
    }
}

/// A step of simulated time beyond this is a jump, not a frame: at 100 times real time a frame is 1.7 s.
const JUMP: Nanos = Nanos::from_secs(5);

/// Draws one frame. `stage` is what this canvas remembers; keep one for each and pass it every time.
pub fn draw(
    ctx: &CanvasRenderingContext2d,
    stage: &mut Stage,
    scene: &Scene,
    flights: &mut dyn Iterator<Item = &Flight>,
) {
    let flights: Vec<Flight> = flights.copied().collect();
    stage.remember(scene.now, scene.lane, &flights, JUMP);
    let air = motion::flying(scene.layout, stage, &flights, scene.show_gossip, scene.followed);

    ctx.clear_rect(0.0, 0.0, scene.layout.width, scene.layout.height);
    ctx.set_global_alpha(1.0);
    scenery::zones(ctx, scene);
    flights::ways(ctx, scene);
    flights::replication_lines(ctx, scene);
    flights::streams(ctx, scene, stage, &air);
    flights::messages(ctx, scene, &air);
    scenery::callers(ctx, scene);
    scenery::database(ctx, scene);
    nodes::nodes(ctx, scene, stage, &air);
    nodes::sparks(ctx, scene, stage.sparks());
    nodes::rings(ctx, scene);
    flights::followed(ctx, scene, &air);
}
