//! The canvases, and what is drawn on them at every frame. They are decoration: the page says the same in text.

use slotscope::world::Nanos;
use slotscope::world::{Chart, Flight, LaneView, Mark, Place, Topic};
use web_sys::{HtmlCanvasElement, HtmlElement};

use super::stage::{self, Layout, Palette, Scene, Stage};
use super::{charts, dom};

/// A lane's canvases.
#[derive(Default)]
pub struct LaneScreen {
    /// The stage.
    pub stage: Option<HtmlCanvasElement>,
    /// The strip of slots.
    pub slots: Option<HtmlCanvasElement>,
    /// Where things stand, for the size and the view it was made for.
    pub layout: Option<Layout>,
    layout_size: (f64, f64),
    /// What this canvas remembers from frame to frame.
    memory: Stage,
    /// What the pointer or the focus is on.
    pub hover: Option<Place>,
    slots_stale: bool,
    /// Owner's shard and whether any key lives there.
    pub slot_map: Vec<(u8, bool)>,
}

/// Everything that is drawn.
#[derive(Default)]
pub struct Screen {
    /// By lane.
    pub lanes: Vec<LaneScreen>,
    /// The time line's chart.
    pub chart: Option<HtmlCanvasElement>,
    /// The time line's track.
    pub track: Option<HtmlCanvasElement>,
    /// Events, in the words of the time line.
    pub marks: Vec<Mark>,
    /// The clock in the top bar, written directly: it runs faster than figures may change.
    pub clock: Option<HtmlElement>,
    /// The chart's topic.
    pub topic: Option<Topic>,
    /// The chosen node.
    pub selected: Option<usize>,
    /// By lane: the chart, as far as it was seen.
    pub courses: Vec<Chart>,
    /// The operation that the request tab follows.
    pub followed: Option<u64>,
    /// Whether anything may move by itself.
    pub reduced_motion: bool,
    /// Whether gossip is drawn: most of the messages, and seldom what one looks for.
    pub show_gossip: bool,
    palette: Option<Palette>,
    clock_text: String,
}

impl Screen {
    /// Nothing to draw on yet.
    pub fn new(reduced_motion: bool) -> Self {
        Self { reduced_motion, ..Self::default() }
    }

    /// A lane's canvases, made when first asked for.
    pub fn lane(&mut self, lane: usize) -> &mut LaneScreen {
        while self.lanes.len() <= lane {
            self.lanes.push(LaneScreen::default());
        }
        &mut self.lanes[lane]
    }

    /// The colours are read again at the next frame: the theme changed.
    pub fn forget_colours(&mut self) {
        self.palette = None;
        for lane in &mut self.lanes {
            lane.slots_stale = true;
        }
    }

    /// Sizes are taken again at the next frame.
    pub fn forget_sizes(&mut self) {
        for lane in &mut self.lanes {
            lane.layout = None;
            lane.slots_stale = true;
        }
    }

    /// New slots for a lane's strip.
    pub fn set_slots(&mut self, lane: usize, slots: Vec<(u8, bool)>) {
        let screen = self.lane(lane);
        if screen.slot_map != slots {
            screen.slot_map = slots;
            screen.slots_stale = true;
        }
    }

    /// Draws one lane's stage, and its strip where that changed.
    pub fn draw_lane(&mut self, lane: usize, view: &LaneView, flights: &mut dyn Iterator<Item = &Flight>, now: Nanos) {
        if self.palette.is_none() {
            self.palette = dom::root().map(|root| Palette::from_css(&root));
        }
        let selected = self.selected.map(|node| Place::Node(node as u16));
        let (followed, show_gossip) = (self.followed, self.show_gossip);
        let Some(palette) = self.palette.take() else { return };
        let screen = self.lane(lane);
        if let Some((context, width, height)) = screen.stage.as_ref().and_then(dom::fit_canvas) {
            if screen.layout.is_none() || screen.layout_size != (width, height) {
                screen.layout = Some(Layout::new(width, height, view));
                screen.layout_size = (width, height);
            }
            if let Some(layout) = &screen.layout {
                let hover = screen.hover;
                let scene = Scene { hover, selected, followed, show_gossip, ..Scene::new(layout, &palette, view, now) };
                stage::draw(&context, &mut screen.memory, &scene, flights);
            }
        }
        if screen.slots_stale
            && let Some((context, width, height)) = screen.slots.as_ref().and_then(dom::fit_canvas)
        {
            stage::draw_slots(&context, width, height, &palette, &screen.slot_map);
            screen.slots_stale = false;
        }
        self.palette = Some(palette);
    }

    /// Draws the time line.
    pub fn draw_timeline(&mut self, now: Nanos, end: Nanos) {
        let (Some(palette), Some(topic)) = (&self.palette, self.topic) else { return };
        if let (Some((context, width, height)), Some(a)) =
            (self.chart.as_ref().and_then(dom::fit_canvas), self.courses.first())
        {
            let b = self.courses.get(1);
            charts::draw_timeline(&context, width, height, palette, a, b, topic, now, end, &self.marks);
        }
        if let Some((context, width, height)) = self.track.as_ref().and_then(dom::fit_canvas) {
            charts::draw_marks(&context, width, height, palette, now, end, &self.marks);
        }
    }

    /// Draws the map of all slots of a lane, one of them framed.
    pub fn draw_slot_map(&mut self, lane: usize, canvas: &HtmlCanvasElement, hover: usize) {
        let (Some(palette), Some(lane)) = (&self.palette, self.lanes.get(lane)) else { return };
        if let Some((context, width, _)) = dom::fit_canvas(canvas) {
            stage::draw_slot_map(&context, width, palette, &lane.slot_map, Some(hover as u16));
        }
    }

    /// Writes the clock.
    pub fn write_clock(&mut self, now: Nanos) {
        let text = now.to_string();
        if self.clock_text != text
            && let Some(clock) = &self.clock
        {
            clock.set_text_content(Some(&text));
            self.clock_text = text;
        }
    }

    /// The clock's element is new: it is written at the next frame.
    pub fn set_clock(&mut self, clock: Option<HtmlElement>) {
        self.clock = clock;
        self.clock_text.clear();
    }
}
