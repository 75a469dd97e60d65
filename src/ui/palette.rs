//! The command palette: everything that can be done, found by a few letters.

use std::rc::Rc;

use slotscope::scenario::{Console, gallery};
use slotscope::world::Topic;
use yew::prelude::*;

use super::browser::Browse;
use super::dialog::dialog;
use super::dom;
use super::lane::node_actions;
use super::part::{Cx, each};
use super::speed::SPEEDS;
use super::state::{Deed, Look, Overlay, Page, Tab};

/// One thing to do, with a shortcut or the console line it runs.
struct Offer {
    title: String,
    aside: String,
    deed: Deed,
}

/// How many deeds are listed at once.
const SHOWN: usize = 60;

fn offers(page: &Page) -> Vec<Offer> {
    let mut all = Vec::new();
    let mut add = |title: String, aside: &str, deed: Deed| all.push(Offer { title, aside: aside.to_owned(), deed });
    let always: [Always; 10] = [
        ("Play or pause", "Space", |page| page.player.toggle()),
        ("Step to the next event", ".", |page| page.player.step()),
        ("Step back", ",", |page| page.player.step_back()),
        ("Restart from 0:00", "Home", |page| page.player.restart()),
        ("Go to the furthest moment seen", "End", |page| page.player.seek(page.snapshot.seen)),
        ("Share this run as a link", "S", super::sheets::share_now),
        ("Help: shortcuts and shapes", "?", |page| page.look(Look::Open(Overlay::Help))),
        ("Browse the keys", "", |page| {
            page.look(Look::Browse(Some(Rc::new(Browse::all()))));
            page.look(Look::Tab(Tab::Keys));
        }),
        ("Show or hide gossip", "G", |page| page.player.toggle_gossip()),
        ("Switch between the dark and the light theme", "T", Page::flip_theme),
    ];
    for (title, aside, does) in always {
        add(title.to_owned(), aside, Deed::Do(does));
    }
    if let Some(lane) = page.snapshot.view.lanes.first() {
        for node in &lane.nodes {
            for (word, note, line) in node_actions(node) {
                let aside = format!("sim> {line}");
                add(format!("{word} {}", node.name), &aside, Deed::Run(Console::Sim, line, note));
            }
        }
        for (place, node) in lane.nodes.iter().enumerate() {
            add(format!("Show node {}", node.name), "", Deed::Look(Look::Details(place)));
        }
    }
    for (place, exhibit) in gallery().iter().enumerate() {
        add(format!("Scene: {}", exhibit.title), "", Deed::Scene(place));
    }
    for topic in Topic::ALL {
        add(format!("Chart: {}", topic.name()), "", Deed::Look(Look::Topic(topic)));
    }
    for tab in Tab::ALL {
        add(format!("Tab: {}", tab.name()), "", Deed::Look(Look::Tab(tab)));
    }
    for console in Console::ALL {
        add(format!("Type at {}>", console.name()), "", Deed::Type(console));
    }
    for lane in 0..page.snapshot.view.lanes.len() {
        let title = format!("Map of the slots, lane {}", super::lane::letter(lane));
        add(title, "", Deed::Look(Look::Open(Overlay::Slots(lane))));
    }
    for (place, speed) in SPEEDS.iter().enumerate() {
        add(format!("Speed {}: {}", speed.name(), speed.words()), "", Deed::Speed(place));
    }
    for line in [
        "load rate 4000",
        "load reads 50%",
        "load ttl 5",
        "call CONFIG SET maxmemory 4mb",
        "call CONFIG SET maxmemory-policy allkeys-lfu",
    ] {
        let deed = Deed::Run(Console::Sim, line.to_owned(), "from the palette");
        add(format!("Run {line}"), &format!("sim> {line}"), deed);
    }
    for mark in page.snapshot.marks.iter().rev().take(12) {
        add(format!("Go to {}: {}", mark.at, mark.text), "", Deed::Seek(mark.at));
    }
    all
}

/// A title, its key, and what it does.
type Always = (&'static str, &'static str, fn(&Page));

/// Shows a console and puts the cursor there.
pub fn focus_console(page: &Page, console: Console) {
    page.look(Look::Console(console));
    if dom::is_narrow() {
        page.look(Look::Tab(Tab::Console));
    }
    // After the page has shown it.
    dom::after(60, move || {
        let id = format!("entry-{}", console.name());
        if let Some(entry) = dom::by_id(&id) {
            dom::focus(&entry);
        }
    });
}

/// How well a title answers what was typed: all letters in order; the fewer gaps the better. None where it does not.
fn score(title: &str, sought: &str) -> Option<usize> {
    let title: Vec<char> = title.chars().map(|c| c.to_ascii_lowercase()).collect();
    let (mut place, mut gaps) = (0, 0);
    for letter in sought.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()) {
        let found = title[place..].iter().position(|c| *c == letter)?;
        // A jump to the beginning of a word costs less than one into its middle.
        let at = place + found;
        let begins = at == 0 || !title[at - 1].is_ascii_alphanumeric();
        gaps += if found == 0 {
            0
        } else if begins {
            1
        } else {
            2 + found.min(8)
        };
        place = at + 1;
    }
    Some(gaps)
}

/// What is sought, and which of the finds is chosen.
#[derive(Default)]
struct Search {
    sought: String,
    chosen: usize,
}

/// The offers that answer what is sought, best first.
fn find(page: &Page, sought: &str) -> Vec<Offer> {
    let typed = sought.trim();
    let mut found: Vec<(usize, Offer)> = Vec::new();
    for offer in offers(page) {
        let Some(score) = score(&format!("{} {}", offer.title, offer.aside), sought) else { continue };
        // The page's order holds among equals, and wherever nothing is sought.
        let place = if typed.is_empty() { found.len() } else { found.partition_point(|(other, _)| *other <= score) };
        found.insert(place, (score, offer));
    }
    let mut found: Vec<Offer> = found.into_iter().map(|(_, offer)| offer).collect();
    if !typed.is_empty() {
        // What is typed may itself be a console line.
        for console in [Console::Redis, Console::Sim] {
            found.push(Offer {
                title: format!("Run as typed: {typed}"),
                aside: format!("{}> {typed}", console.name()),
                deed: Deed::Run(console, typed.to_owned(), "from the palette"),
            });
        }
    }
    found.truncate(SHOWN);
    found
}

fn choose(page: &Page, deed: &Deed) {
    page.look(Look::Close);
    page.act(deed);
}

/// The palette.
pub fn draw(cx: &Cx) -> Html {
    let page = cx.page;
    let search = cx.state(Search::default);
    let sought = search.borrow().sought.clone();
    let found = find(page, &sought);
    let count = found.len();
    let here = search.borrow().chosen.min(count.saturating_sub(1));
    cx.after(0, (here + sought.len() * 1_000) as u64, move || {
        if let Some(row) = dom::by_id(&format!("deed-{here}")) {
            row.scroll_into_view_with_bool(false);
        }
    });
    let oninput = {
        let search = search.clone();
        Callback::from(move |event: InputEvent| search.set(Search { sought: dom::value(&event), chosen: 0 }))
    };
    let onkeydown = {
        let page = page.clone();
        let deed = found.get(here).map(|offer| offer.deed.clone());
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowDown" => 1,
                "ArrowUp" => count.max(1) - 1,
                "Enter" if !event.is_composing() => {
                    event.prevent_default();
                    if let Some(deed) = &deed {
                        choose(&page, deed);
                    }
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            search.borrow_mut().chosen = (here + by) % count.max(1);
            search.changed();
        })
    };
    let body = html! {
        <>
            <input class="input" type="text" role="combobox" autofocus=true aria-expanded="true" aria-controls="deeds" aria-activedescendant={format!("deed-{here}")}
                aria-label="What to do" placeholder="kill 0002, speed, chart memory, SET user:1 …" value={sought} {oninput} {onkeydown}
                autocapitalize="off" autocomplete="off" spellcheck="false" />
            <ul id="deeds" class="deeds" role="listbox" aria-label="Actions">
                { each(count, &|place| {
                    let (page, offer) = (page.clone(), &found[place]);
                    let deed = offer.deed.clone();
                    html! {
                        <li key={place} id={format!("deed-{place}")} role="option" aria-selected={(place == here).to_string()} class="deed" onclick={Callback::from(move |_: MouseEvent| choose(&page, &deed))}>
                            <span>{ offer.title.clone() }</span><kbd>{ offer.aside.clone() }</kbd>
                        </li>
                    }
                }) }
            </ul>
        </>
    };
    dialog(cx, "Do anything", "dialog palette", body)
}
