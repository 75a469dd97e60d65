//! The right column: the four tabs, and under them the consoles. On small screens one sheet at the lower edge.

use yew::prelude::*;

use super::console::Consoles;
use super::dom;
use super::keys::KeysTab;
use super::lesson::LessonTab;
use super::node::NodeTab;
use super::request::RequestTab;
use super::state::{Look, PageProps, Tab};

/// Gives a tab the focus after the keyboard chose it.
pub fn focus_tab(id: &str) {
    if let Some(tab) = dom::document().and_then(|d| d.get_element_by_id(id)) {
        dom::focus(&tab);
    }
}

/// The column.
#[component]
pub fn Side(props: &PageProps) -> Html {
    let page = &props.page;
    let shown = page.ui.tab;
    let onkeydown = {
        let page = page.clone();
        Callback::from(move |event: KeyboardEvent| {
            let count = if dom::is_narrow() { 5 } else { 4 };
            let place = Tab::ALL.iter().position(|of| *of == shown).unwrap_or(0);
            let next = match event.key().as_str() {
                "ArrowRight" => (place + 1) % count,
                "ArrowLeft" => (place + count - 1) % count,
                _ => return,
            };
            event.prevent_default();
            page.look(Look::Tab(Tab::ALL[next]));
            focus_tab(&format!("tab-{}", Tab::ALL[next].name()));
        })
    };
    let narrow = dom::is_narrow();
    // On wide screens the consoles have their own card, and their tab does not exist.
    let inspected = if shown == Tab::Console { Tab::Lesson } else { shown };
    html! {
        <aside class={classes!("side", page.ui.sheet.then_some("open"), (shown == Tab::Console).then_some("on-console"))} aria-label="Details and consoles">
            <section class="card inspector">
                <div class="tabs" role="tablist" aria-label="Details" {onkeydown}>
                    { for Tab::ALL.into_iter().map(|tab| {
                        let page = page.clone();
                        let chosen = if narrow { shown == tab } else { inspected == tab };
                        let onclick = Callback::from(move |_: MouseEvent| {
                            page.look(if narrow { Look::Sheet(tab) } else { Look::Tab(tab) });
                        });
                        html! {
                            <button key={tab.name()} id={format!("tab-{}", tab.name())} role="tab" class={classes!("tab", (tab == Tab::Console).then_some("narrow-only"))}
                                aria-selected={chosen.to_string()} aria-controls="inspector-panel" tabindex={if chosen { "0" } else { "-1" }} {onclick}>{ tab.name() }</button>
                        }
                    }) }
                </div>
                <div class="panel" id="inspector-panel" role="tabpanel" aria-labelledby={format!("tab-{}", inspected.name())}>
                    { match inspected {
                        Tab::Lesson | Tab::Console => html! { <LessonTab page={page.clone()} /> },
                        Tab::Node => html! { <NodeTab page={page.clone()} /> },
                        Tab::Keys => html! { <KeysTab page={page.clone()} /> },
                        Tab::Request => html! { <RequestTab page={page.clone()} /> },
                    } }
                </div>
            </section>
            <Consoles page={page.clone()} />
        </aside>
    }
}

/// Which lane the column speaks of.
#[component]
pub fn LaneSwitch(props: &PageProps) -> Html {
    let page = &props.page;
    let lanes = page.snapshot.view.lanes.len();
    html! {
        <div class="lane-switch" role="group" aria-label="Lane" hidden={lanes < 2}>
            { for (0..lanes).map(|lane| html! {
                <button key={lane} class="chip" aria-pressed={(page.ui.lane == lane).to_string()} onclick={page.looks(Look::Lane(lane))}
                    title={page.snapshot.view.lanes[lane].strategy.name()}>{ super::lane::letter(lane) }</button>
            }) }
        </div>
    }
}
