//! The page: its parts in their places, and the shortcuts that hold everywhere.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use slotscope::world::Topic;
use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::lane::{LaneCard, Legend, letter};
use super::palette::Palette;
use super::player::Player;
use super::sheets::{Help, Share};
use super::side::Side;
use super::slots::SlotMap;
use super::state::{Look, Overlay, Page, PageProps, Seen, Tab, Ui};
use super::timeline::Timeline;
use super::topbar::TopBar;
use super::{dom, icons};

/// What the page is given.
#[derive(Properties, PartialEq)]
pub struct AppProps {
    /// The run.
    pub player: Player,
}

/// The whole page.
#[component]
pub fn App(props: &AppProps) -> Html {
    let player = props.player.clone();
    let snapshot = {
        let player = player.clone();
        use_state(move || Rc::new(Seen(player.snapshot())))
    };
    let ui = {
        let player = player.clone();
        use_reducer(move || first_look(&player))
    };
    let page = Page { player: player.clone(), snapshot: Rc::clone(&snapshot), ui };
    // Listeners outlive a render; they act on the page as it is when something happens.
    let latest = use_mut_ref(|| None::<Page>);
    *latest.borrow_mut() = Some(page.clone());
    {
        let (player, snapshot, latest) = (player.clone(), snapshot.clone(), latest.clone());
        use_effect_with((), move |()| {
            let setter = snapshot.setter();
            player.listen(Callback::from(move |seen| setter.set(Rc::new(Seen(seen)))));
            let mut listeners = player.watch_page();
            listeners.extend(listen_to_keys(latest));
            move || drop(listeners)
        });
    }
    {
        let player = player.clone();
        use_effect_with(page.ui.selected, move |selected| player.set_selected(*selected));
    }
    {
        // What comes and goes around the canvases changes their sizes.
        let player = player.clone();
        use_effect_with((page.ui.lane, page.ui.sheet, page.ui.greeting), move |_| player.resize());
    }
    let lanes = page.snapshot.view.lanes.len();
    html! {
        <div class={classes!("page", page.ui.sheet.then_some("sheet-open"))}>
            <a class="skip" href="#" onclick={skip_to_console(&page)}>{ "Skip to the console" }</a>
            <TopBar page={page.clone()} />
            <BannerBar page={page.clone()} />
            <main class="main">
                <p class="greeting" hidden={!page.ui.greeting}>{ "A cache cluster is running in this tab. Click a node to kill it, or type a Redis command." }</p>
                <div class="lane-tabs" role="group" aria-label="Lane shown">
                    { for (0..lanes).map(|lane| html! {
                        <button key={lane} class="lane-tab" aria-pressed={(page.ui.lane == lane).to_string()} onclick={page.looks(Look::Lane(lane))}>
                            <b>{ letter(lane) }</b>{ " " }{ page.snapshot.view.lanes[lane].strategy.name() }</button>
                    }) }
                </div>
                <div class={classes!("lanes", (lanes == 1).then_some("single"))}>
                    { for (0..lanes).map(|lane| html! { <LaneCard key={lane} page={page.clone()} {lane} /> }) }
                </div>
                <Legend page={page.clone()} />
                <Timeline page={page.clone()} />
            </main>
            <Side page={page.clone()} />
            <div class="visually-hidden" role="status" aria-live="polite" aria-atomic="true">{ page.snapshot.announcement.clone() }</div>
            <div class="overlays">
                { match page.ui.overlay {
                    Some(Overlay::Palette) => html! { <Palette page={page.clone()} /> },
                    Some(Overlay::Help) => html! { <Help page={page.clone()} /> },
                    Some(Overlay::Share) => html! { <Share page={page.clone()} /> },
                    Some(Overlay::Slots(lane)) => html! { <SlotMap page={page.clone()} {lane} /> },
                    None => html! { <i hidden=true></i> },
                } }
            </div>
        </div>
    }
}

/// What a link asked to be looked at, or the plain page.
fn first_look(player: &Player) -> Ui {
    let mut ui = Ui::default();
    if let Some(opened) = player.opened() {
        let selection = opened.selection;
        ui.lane = usize::from(selection.lane).min(opened.scenario.lanes.len().saturating_sub(1));
        ui.tab = Tab::ALL.get(usize::from(selection.tab)).copied().unwrap_or(Tab::Lesson);
        ui.selected = selection.node.map(usize::from);
        ui.topic = Topic::ALL.get(usize::from(selection.topic)).copied().unwrap_or(ui.topic);
        ui.greeting = opened.log.is_empty();
    }
    ui
}

fn skip_to_console(page: &Page) -> Callback<MouseEvent> {
    let page = page.clone();
    Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        super::palette::focus_console(&page, page.ui.console);
    })
}

/// A sentence over the page, until it is closed.
#[component]
fn BannerBar(props: &PageProps) -> Html {
    let page = &props.page;
    let close = {
        let player = page.player.clone();
        Callback::from(move |_: MouseEvent| player.close_banner())
    };
    let back = {
        let player = page.player.clone();
        Callback::from(move |_: MouseEvent| player.return_to_previous())
    };
    html! {
        <div class="banner-place" role="status">
            if let Some(banner) = page.snapshot.banner.clone() {
                <div class={classes!("banner", banner.bad.then_some("bad"))}>
                    <p>{ banner.text }</p>
                    <div>
                        if banner.back {
                            <button class="button" onclick={back}>{ "Back to my run" }</button>
                        }
                    </div>
                    <button class="button bare" onclick={close} aria-label="Close">{ icons::close() }</button>
                </div>
            }
        </div>
    }
}

/// The keys that hold everywhere but where something is typed.
fn listen_to_keys(latest: Rc<RefCell<Option<Page>>>) -> Option<EventListener> {
    let document = dom::document()?;
    let options = EventListenerOptions::enable_prevent_default();
    Some(EventListener::new_with_options(&document, "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        let Some(page) = latest.borrow().clone() else { return };
        if on_key(&page, event) {
            event.prevent_default();
        }
    }))
}

/// Answers whether the key was one of the page's.
fn on_key(page: &Page, event: &KeyboardEvent) -> bool {
    let key = event.key();
    if (event.ctrl_key() || event.meta_key()) && key.eq_ignore_ascii_case("k") {
        page.look(Look::Open(Overlay::Palette));
        return true;
    }
    if event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || dom::is_typing(event.target())
        || page.ui.overlay.is_some()
    {
        return false;
    }
    if !page.ui.single_keys && key.chars().count() == 1 {
        return false;
    }
    // Space and Enter belong to what has the focus.
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()).map(|e| e.tag_name());
    let on_control = matches!(target.as_deref(), Some("BUTTON" | "SUMMARY" | "A"));
    let on_page = matches!(target.as_deref(), Some("BODY" | "HTML"));
    match key.as_str() {
        " " if on_control => return false,
        " " | "k" | "K" => page.player.toggle(),
        "." => page.player.step(),
        "," => page.player.step_back(),
        "[" => page.player.nudge_speed(-1),
        "]" => page.player.nudge_speed(1),
        // Elsewhere these two scroll, or move a slider.
        "Home" | "End" if !(on_control || on_page) => return false,
        "Home" => page.player.restart(),
        "End" => page.player.seek(page.snapshot.seen),
        "/" => page.look(Look::Open(Overlay::Palette)),
        "?" => page.look(Look::Open(Overlay::Help)),
        "s" | "S" => super::sheets::share_now(page),
        "t" | "T" => page.flip_theme(),
        "Escape" if page.ui.popover.is_some() => page.look(Look::ClosePopover),
        digit => {
            let Some(place) = digit.parse::<usize>().ok().filter(|n| (1..=9).contains(n)) else { return false };
            let count = page.snapshot.view.lanes.first().map_or(0, |lane| lane.nodes.len());
            if place > count {
                return false;
            }
            page.look(Look::Node(page.ui.lane, place - 1));
        }
    }
    true
}
