//! The loop that makes time pass: animation frames while something moves, none at all while nothing does.
//!
//! A frame advances the run by (time since the last frame × speed) within a budget, draws the canvases and, four times a
//! second, publishes a [`Snapshot`] for Yew. When the budget is spent the run is slower than asked and says so; nothing
//! is skipped. Everything a visitor does to the run passes through [`Player`]; what it means is in `State`.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_render::{AnimationFrame, request_animation_frame};
use slotscope::link::Link;
use slotscope::scenario::{Console, Scenario};
use slotscope::world::Nanos;
use slotscope::world::{KeysQuery, Place, Topic, TraceKind};
use web_sys::{HtmlCanvasElement, HtmlElement};
use yew::Callback;

use super::dom;
use super::playback::{Frame, State};
use super::snapshot::Snapshot;

/// A handle on the run that the page shows. Clones are the same player.
#[derive(Clone)]
pub struct Player {
    inner: Rc<Inner>,
}

struct Inner {
    state: RefCell<State>,
    frame: RefCell<Option<AnimationFrame>>,
    listener: RefCell<Option<Callback<Rc<Snapshot>>>>,
}

impl PartialEq for Player {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }
}

impl Player {
    /// A player for what the address says, or for the opening scene. `Err` is a sentence.
    pub fn open(fragment: &str) -> Result<Self, String> {
        let state = State::open(fragment)?;
        Ok(Self {
            inner: Rc::new(Inner {
                state: RefCell::new(state),
                frame: RefCell::new(None),
                listener: RefCell::new(None),
            }),
        })
    }

    /// Whoever wants to be told of new snapshots.
    pub fn listen(&self, listener: Callback<Rc<Snapshot>>) {
        *self.inner.listener.borrow_mut() = Some(listener);
        self.wake();
    }

    /// The latest snapshot.
    pub fn snapshot(&self) -> Rc<Snapshot> {
        self.inner.state.borrow_mut().snapshot()
    }

    /// What the address asked to be looked at.
    pub fn opened(&self) -> Option<Link> {
        self.inner.state.borrow().opened.clone()
    }

    /// Asks for one frame; frames go on by themselves while something moves.
    fn wake(&self) {
        if self.inner.frame.borrow().is_some() {
            return;
        }
        let player = self.clone();
        let frame = request_animation_frame(move |now| player.on_frame(now));
        *self.inner.frame.borrow_mut() = Some(frame);
    }

    fn on_frame(&self, now: f64) {
        self.inner.frame.borrow_mut().take();
        let Frame { again, snapshot } = self.inner.state.borrow_mut().frame(now);
        if again {
            self.wake();
        }
        if let Some(snapshot) = snapshot {
            let listener = self.inner.listener.borrow().clone();
            if let Some(listener) = listener {
                listener.emit(snapshot);
            }
        }
    }

    /// Changes the state, then draws and publishes at the next frame.
    fn change(&self, change: impl FnOnce(&mut State)) {
        {
            let mut state = self.inner.state.borrow_mut();
            change(&mut state);
            state.stale = true;
        }
        self.wake();
    }

    /// Changes what is drawn, without a new snapshot.
    fn redraw(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.inner.state.borrow_mut());
        self.wake();
    }

    /// Play, or pause.
    pub fn toggle(&self) {
        self.change(State::toggle);
    }

    /// Draws gossip, or no longer.
    pub fn toggle_gossip(&self) {
        self.change(|state| state.screen.show_gossip ^= true);
    }

    /// The page is hidden or seen again: a hidden run stands still.
    pub fn set_hidden(&self, hidden: bool) {
        self.change(|state| state.set_hidden(hidden));
    }

    /// Back to the start, to run again with the same lines typed.
    pub fn restart(&self) {
        self.change(|state| state.seek(Nanos::ZERO));
    }

    /// To the next instant at which anything happens.
    pub fn step(&self) {
        self.change(State::step);
    }

    /// To where the last step came from, or a little back.
    pub fn step_back(&self) {
        self.change(State::step_back);
    }

    /// To a moment, back or forward.
    pub fn seek(&self, moment: Nanos) {
        self.change(|state| state.seek(moment));
    }

    /// To a place in `speed::SPEEDS`.
    pub fn set_speed(&self, speed: usize) {
        self.change(|state| state.set_speed(speed));
    }

    /// Slower or faster by one place.
    pub fn nudge_speed(&self, by: isize) {
        self.change(|state| state.set_speed(state.speed().saturating_add_signed(by)));
    }

    /// Carries out a line that was typed.
    pub fn type_line(&self, console: Console, line: &str) {
        self.change(|state| state.act(console, line, None));
    }

    /// Carries out a button's line.
    pub fn click_line(&self, console: Console, line: &str, note: &'static str) {
        self.change(|state| state.act(console, line, Some(note)));
    }

    /// Empties a console.
    pub fn wipe(&self, lane: usize, console: Console) {
        self.change(|state| state.wipe(lane, console));
    }

    /// Another scene, from its start.
    pub fn load(&self, scenario: &Scenario) {
        self.change(|state| state.load(scenario));
    }

    /// Another link: the address changed.
    pub fn open_link(&self, fragment: &str) {
        self.change(|state| state.open_link(fragment));
    }

    /// Back to the run that an opened link or scene took the place of.
    pub fn return_to_previous(&self) {
        self.change(State::return_to_previous);
    }

    /// Closes the sentence over the page.
    pub fn close_banner(&self) {
        self.change(|state| state.banner = None);
    }

    /// The run as a link says it; what is looked at is for the caller to fill in.
    pub fn link(&self) -> Link {
        self.inner.state.borrow().link()
    }

    /// The fragment that is put into the address for sharing: going there again is not opening another link.
    pub fn set_shared(&self, fragment: &str) {
        fragment.clone_into(&mut self.inner.state.borrow_mut().shared_fragment);
    }

    /// Shows the next operation of a kind once it has finished.
    pub fn follow(&self, lane: usize, kind: TraceKind) {
        self.change(|state| state.follow(lane, kind));
    }

    /// The chart's topic.
    pub fn set_topic(&self, topic: Topic) {
        self.change(|state| state.screen.topic = Some(topic));
    }

    /// The chosen node.
    pub fn set_selected(&self, node: Option<usize>) {
        if self.inner.state.borrow().screen.selected != node {
            self.redraw(|state| state.screen.selected = node);
        }
    }

    /// What the key browser asks for: read with every snapshot as long as it is the same.
    pub fn want_keys(&self, query: Option<KeysQuery>) {
        if self.inner.state.borrow().keys_wanted != query {
            self.change(|state| state.keys_wanted = query);
        }
    }

    /// What the pointer or the focus is on.
    pub fn set_hover(&self, lane: usize, place: Option<Place>) {
        let changed = self.inner.state.borrow_mut().screen.lane(lane).hover != place;
        if changed {
            self.redraw(|state| state.screen.lane(lane).hover = place);
        }
    }

    /// The theme changed.
    pub fn recolour(&self) {
        self.redraw(|state| state.screen.forget_colours());
    }

    /// The window's size changed, or what is shown in it.
    pub fn resize(&self) {
        self.change(|state| state.screen.forget_sizes());
    }

    /// A lane's canvases, once they are on the page.
    pub fn set_lane_canvases(&self, lane: usize, stage: Option<HtmlCanvasElement>, slots: Option<HtmlCanvasElement>) {
        self.redraw(|state| {
            let screen = state.screen.lane(lane);
            screen.stage = stage;
            screen.slots = slots;
            state.screen.forget_sizes();
        });
    }

    /// The time line's canvases: the chart, and the track with its marks.
    pub fn set_timeline_canvases(&self, chart: Option<HtmlCanvasElement>, track: Option<HtmlCanvasElement>) {
        self.redraw(|state| (state.screen.chart, state.screen.track) = (chart, track));
    }

    /// The clock's element.
    pub fn set_clock(&self, clock: Option<HtmlElement>) {
        self.redraw(|state| state.screen.set_clock(clock));
    }

    /// What stands at a place of a lane's stage, in CSS pixels from its corner.
    pub fn place_at(&self, lane: usize, x: f64, y: f64) -> Option<Place> {
        let state = self.inner.state.borrow();
        state.screen.lanes.get(lane)?.layout.as_ref()?.hit(x, y)
    }

    /// Where something stands on a lane's stage: left, top, width, height.
    pub fn place_rect(&self, lane: usize, place: Place) -> Option<(f64, f64, f64, f64)> {
        let state = self.inner.state.borrow();
        Some(state.screen.lanes.get(lane)?.layout.as_ref()?.rect(place))
    }

    /// A slot's owner's shard and whether a key lives there.
    pub fn slot(&self, lane: usize, slot: usize) -> Option<(u8, bool)> {
        self.inner.state.borrow().screen.lanes.get(lane)?.slot_map.get(slot).copied()
    }

    /// Draws the map of all slots of a lane, one of them framed.
    pub fn draw_slot_map(&self, lane: usize, canvas: &HtmlCanvasElement, hover: usize) {
        self.inner.state.borrow_mut().screen.draw_slot_map(lane, canvas, hover);
    }

    /// Watches what concerns the whole page: hidden tabs, the window's size, the theme.
    pub fn watch_page(&self) {
        if let Some(document) = dom::document() {
            let player = self.clone();
            dom::listen(&document, "visibilitychange", move |_| {
                let hidden = dom::document().is_some_and(|d| d.visibility_state() == web_sys::VisibilityState::Hidden);
                player.set_hidden(hidden);
            });
        }
        if let Some(window) = dom::window() {
            let player = self.clone();
            dom::listen(&window, "resize", move |_| player.resize());
            let player = self.clone();
            dom::listen(&window, "hashchange", move |_| player.open_link(&dom::hash()));
            if let Ok(Some(scheme)) = window.match_media("(prefers-color-scheme: dark)") {
                let player = self.clone();
                dom::listen(&scheme, "change", move |_| player.recolour());
            }
        }
    }
}
