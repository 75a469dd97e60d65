//! The right column: the four tabs, and under them the consoles. On small screens one sheet at the lower edge.

use yew::prelude::*;

use super::keys::keys_tab;
use super::lesson::lesson_tab;
use super::node::node_tab;
use super::part::{each, part};
use super::request::request_tab;
use super::state::{Look, Page, Tab};
use super::{console, dom};

/// One of a row of tabs.
pub fn tab(
    page: &Page,
    id: String,
    name: &'static str,
    chosen: bool,
    class: &'static str,
    panel: &'static str,
    look: Look,
) -> Html {
    html! {
        <button key={name} {id} role="tab" {class} aria-selected={chosen.to_string()} aria-controls={panel}
            tabindex={if chosen { "0" } else { "-1" }} onclick={page.looks(look)}>{ name }</button>
    }
}

/// The arrow keys of a row of tabs: `choose` takes the tab that many places on, and answers its id for the focus.
pub fn tab_keys(page: &Page, choose: fn(&Page, isize) -> String) -> Callback<KeyboardEvent> {
    let page = page.clone();
    Callback::from(move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => -1,
            _ => return,
        };
        event.prevent_default();
        if let Some(tab) = dom::by_id(&choose(&page, by)) {
            dom::focus(&tab);
        }
    })
}

/// The column.
pub fn draw(page: &Page) -> Html {
    let shown = page.ui.tab;
    let onkeydown = tab_keys(page, |page, by| {
        let count = if dom::is_narrow() { 5 } else { 4 };
        let next = Tab::ALL[(page.ui.tab as usize).wrapping_add_signed(by + count) % count as usize];
        page.look(Look::Tab(next));
        format!("tab-{}", next.name())
    });
    let narrow = dom::is_narrow();
    // On wide screens the consoles have their own card, and their tab does not exist.
    let inspected = if shown == Tab::Console { Tab::Lesson } else { shown };
    let browsing = page.ui.browse.is_some() && inspected == Tab::Keys;
    let class = match (page.ui.sheet, shown == Tab::Console) {
        _ if browsing && !narrow => "side browsing",
        (false, false) => "side",
        (true, false) => "side open",
        (false, true) => "side on-console",
        (true, true) => "side open on-console",
    };
    html! {
        <aside {class} aria-label="Details and consoles">
            <section class="card inspector">
                <div class="tabs" role="tablist" aria-label="Details" {onkeydown}>
                    { each(Tab::ALL.len(), &|place| {
                        let of = Tab::ALL[place];
                        let chosen = if narrow { shown == of } else { inspected == of };
                        let class = if of == Tab::Console { "tab narrow-only" } else { "tab" };
                        let look = if narrow { Look::Sheet(of) } else { Look::Tab(of) };
                        tab(page, format!("tab-{}", of.name()), of.name(), chosen, class, "inspector-panel", look)
                    }) }
                </div>
                <div class="panel" id="inspector-panel" role="tabpanel" aria-labelledby={format!("tab-{}", inspected.name())}>
                    { match inspected {
                        Tab::Lesson | Tab::Console => lesson_tab(page),
                        Tab::Node => node_tab(page),
                        Tab::Keys => part("keys", page, (0, 0), keys_tab),
                        Tab::Request => request_tab(page),
                    } }
                </div>
            </section>
            { console::draw(page) }
        </aside>
    }
}

/// Which lane the column speaks of.
pub fn lane_switch(page: &Page) -> Html {
    let lanes = page.snapshot.view.lanes.len();
    html! {
        <div class="lane-switch" role="group" aria-label="Lane" hidden={lanes < 2}>
            { each(lanes, &|lane| html! {
                <button key={lane} class="chip" aria-pressed={(page.ui.lane == lane).to_string()} onclick={page.looks(Look::Lane(lane))}
                    title={page.snapshot.view.lanes[lane].strategy.name()}>{ super::lane::letter(lane) }</button>
            }) }
        </div>
    }
}
