//! The page: its parts in their places, and the shortcuts that hold everywhere.

use slotscope::world::Topic;
use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::lane::letter;
use super::part::{Cx, each, part};
use super::player::Player;
use super::state::{Deed, Look, Overlay, Page, Tab, Ui};
use super::{dom, icons, lane, palette, sheets, side, slots, timeline, topbar};

/// The whole page.
pub fn draw(cx: &Cx) -> Html {
    let page = &cx.page.now();
    {
        let (page, redraw) = (page.clone(), cx.redraw());
        cx.after(0, 0, move || {
            page.show(redraw);
            page.player.watch_page();
            listen_to_keys(page);
        });
    }
    page.player.set_selected(page.ui.selected);
    page.player.want_keys(page.keys_wanted());
    {
        // What comes and goes around the canvases changes their sizes.
        let player = page.player.clone();
        let key = page.ui.lane as u64 * 4 + u64::from(page.ui.sheet) * 2 + u64::from(page.ui.greeting);
        cx.after(1, key, move || player.resize());
    }
    let lanes = page.snapshot.view.lanes.len();
    html! {
        <div class={if page.ui.sheet { "page sheet-open" } else { "page" }}>
            <a class="skip" href="#" onclick={skip_to_console(page)}>{ "Skip to the console" }</a>
            { part("topbar", page, (0, 0), topbar::draw) }
            { banner_bar(page) }
            <main class="main">
                <p class="greeting" hidden={!page.ui.greeting}>{ "A cache cluster is running in this tab. Click a node to kill it, or type a Redis command." }</p>
                <div class="lane-tabs" role="group" aria-label="Lane shown">
                    { each(lanes, &|lane| html! {
                        <button key={lane} class="lane-tab" aria-pressed={(page.ui.lane == lane).to_string()} onclick={page.looks(Look::Lane(lane))}>
                            <b>{ letter(lane) }</b>{ " " }{ page.snapshot.view.lanes[lane].strategy.name() }</button>
                    }) }
                </div>
                <div class={if lanes == 1 { "lanes single" } else { "lanes" }}>
                    { each(lanes, &|lane| part("lane", page, (lane, 0), lane::draw)) }
                </div>
                { lane::legend(page) }
                { part("timeline", page, (0, 0), timeline::draw) }
            </main>
            { side::draw(page) }
            <div class="visually-hidden" role="status" aria-live="polite" aria-atomic="true">{ page.snapshot.announcement.clone() }</div>
            <div class="overlays">
                { match page.ui.overlay {
                    Some(Overlay::Palette) => part("palette", page, (0, 0), palette::draw),
                    Some(Overlay::Help) => part("help", page, (0, 0), sheets::help),
                    Some(Overlay::Share) => part("share", page, (0, 0), sheets::share),
                    Some(Overlay::Slots(lane)) => part("slot-map", page, (lane, 0), slots::draw),
                    None => html! { <i hidden=true></i> },
                } }
            </div>
        </div>
    }
}

/// What a link asked to be looked at, or the plain page.
pub fn first_look(player: &Player) -> Ui {
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
        palette::focus_console(&page, page.ui.console);
    })
}

/// A sentence over the page, until it is closed.
fn banner_bar(page: &Page) -> Html {
    html! {
        <div class="banner-place" role="status">
            if let Some(banner) = page.snapshot.banner.clone() {
                <div class={if banner.bad { "banner bad" } else { "banner" }}>
                    <p>{ banner.text }</p>
                    <div>
                        if banner.back {
                            <button class="button" onclick={page.does(Deed::Do(|page| page.player.return_to_previous()))}>{ "Back to my run" }</button>
                        }
                    </div>
                    <button class="button bare" onclick={page.does(Deed::Do(|page| page.player.close_banner()))} aria-label="Close">{ icons::close() }</button>
                </div>
            }
        </div>
    }
}

/// The keys that hold everywhere but where something is typed.
fn listen_to_keys(page: Page) {
    let Some(document) = dom::document() else { return };
    dom::listen(&document, "keydown", move |event| {
        if let Some(event) = event.dyn_ref::<KeyboardEvent>()
            && on_key(&page.now(), event)
        {
            event.prevent_default();
        }
    });
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
        "s" | "S" => sheets::share_now(page),
        "g" | "G" => page.player.toggle_gossip(),
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
