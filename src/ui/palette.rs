//! The command palette: everything that can be done, found by a few letters.

use slotscope::scenario::{Console, gallery};
use slotscope::world::Topic;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::dialog::Dialog;
use super::dom;
use super::lane::node_actions;
use super::speed::SPEEDS;
use super::state::{Look, Overlay, Page, PageProps, Tab};

/// One thing to do.
#[derive(Clone)]
struct Deed {
    title: String,
    /// A shortcut, or the console line it runs.
    aside: String,
    does: Callback<()>,
}

/// How many deeds are listed at once.
const SHOWN: usize = 60;

fn deeds(page: &Page) -> Vec<Deed> {
    let mut all = Vec::new();
    let mut add =
        |title: String, aside: &str, does: Callback<()>| all.push(Deed { title, aside: aside.to_owned(), does });
    let player = |does: fn(&Page)| {
        let page = page.clone();
        Callback::from(move |()| does(&page))
    };
    add("Play or pause".into(), "Space", player(|page| page.player.toggle()));
    add("Step to the next event".into(), ".", player(|page| page.player.step()));
    add("Step back".into(), ",", player(|page| page.player.step_back()));
    add("Restart from 0:00".into(), "Home", player(|page| page.player.restart()));
    add("Go to the furthest moment seen".into(), "End", player(|page| page.player.seek(page.snapshot.seen)));
    add("Share this run as a link".into(), "S", player(super::sheets::share_now));
    add("Help: shortcuts and shapes".into(), "?", page.looks(Look::Open(Overlay::Help)));
    add("Switch between the dark and the light theme".into(), "T", player(Page::flip_theme));
    if let Some(lane) = page.snapshot.view.lanes.first() {
        for node in &lane.nodes {
            for (word, note, line) in node_actions(node) {
                let (page, run) = (page.clone(), line.clone());
                let does = Callback::from(move |()| page.run(Console::Sim, &run, note));
                add(format!("{word} {}", node.name), &format!("sim> {line}"), does);
            }
        }
        for (place, node) in lane.nodes.iter().enumerate() {
            add(format!("Show node {}", node.name), "", page.looks(Look::Details(place)));
        }
    }
    for exhibit in gallery() {
        let (page, scenario) = (page.clone(), exhibit.scenario);
        add(
            format!("Scene: {}", exhibit.title),
            "",
            Callback::from(move |()| {
                page.player.load(&scenario);
                page.look(Look::Forget);
            }),
        );
    }
    for topic in Topic::ALL {
        add(format!("Chart: {}", topic.name()), "", page.looks(Look::Topic(topic)));
    }
    for tab in Tab::ALL {
        add(format!("Tab: {}", tab.name()), "", page.looks(Look::Tab(tab)));
    }
    for console in Console::ALL {
        let page = page.clone();
        add(format!("Type at {}>", console.name()), "", Callback::from(move |()| focus_console(&page, console)));
    }
    for lane in 0..page.snapshot.view.lanes.len() {
        add(
            format!("Map of the slots, lane {}", super::lane::letter(lane)),
            "",
            page.looks(Look::Open(Overlay::Slots(lane))),
        );
    }
    for (place, speed) in SPEEDS.iter().enumerate() {
        let page = page.clone();
        let title = format!("Speed {}: {}", speed.name(), speed.words());
        add(title, "", Callback::from(move |()| page.player.set_speed(place)));
    }
    for line in [
        "load rate 4000",
        "load reads 50%",
        "load ttl 5",
        "call CONFIG SET maxmemory 4mb",
        "call CONFIG SET maxmemory-policy allkeys-lfu",
    ] {
        let page = page.clone();
        let title = format!("Run {line}");
        add(title, &format!("sim> {line}"), Callback::from(move |()| page.run(Console::Sim, line, "from the palette")));
    }
    for mark in page.snapshot.marks.iter().rev().take(12) {
        let (player, at) = (page.player.clone(), mark.at);
        add(format!("Go to {}: {}", mark.at, mark.text), "", Callback::from(move |()| player.seek(at)));
    }
    all
}

/// Shows a console and puts the cursor there.
pub fn focus_console(page: &Page, console: Console) {
    page.look(Look::Console(console));
    if dom::is_narrow() {
        page.look(Look::Tab(Tab::Console));
    }
    // After the page has shown it.
    dom::after(60, move || {
        let id = format!("entry-{}", console.name());
        if let Some(entry) = dom::document().and_then(|d| d.get_element_by_id(&id)) {
            dom::focus(&entry);
        }
    });
}

/// How well a title answers what was typed: all letters in order; the fewer gaps the better. None where it does not.
fn score(title: &str, sought: &str) -> Option<usize> {
    let title: Vec<char> = title.to_lowercase().chars().collect();
    let (mut place, mut gaps) = (0, 0);
    for letter in sought.to_lowercase().chars().filter(|c| !c.is_whitespace()) {
        let found = title[place..].iter().position(|c| *c == letter)?;
        // A jump to the beginning of a word costs less than one into its middle.
        let at = place + found;
        let begins = at == 0 || !title[at - 1].is_alphanumeric();
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

/// The palette.
#[component]
pub fn Palette(props: &PageProps) -> Html {
    let page = &props.page;
    let sought = use_state(String::new);
    let chosen = use_state(|| 0_usize);
    let input = use_node_ref();
    {
        let input = input.clone();
        use_effect_with((), move |()| {
            if let Some(input) = input.cast::<web_sys::Element>() {
                dom::focus(&input);
            }
        });
    }
    let mut found: Vec<(usize, Deed)> = deeds(page)
        .into_iter()
        .filter_map(|deed| Some((score(&format!("{} {}", deed.title, deed.aside), &sought)?, deed)))
        .collect();
    if !sought.trim().is_empty() {
        found.sort_by_key(|(score, _)| *score);
        // What is typed may itself be a console line.
        for console in [Console::Redis, Console::Sim] {
            let (page, line) = (page.clone(), sought.trim().to_owned());
            let run = line.clone();
            let does = Callback::from(move |()| page.run(console, &run, "from the palette"));
            found.push((
                usize::MAX,
                Deed { title: format!("Run as typed: {line}"), aside: format!("{}> {line}", console.name()), does },
            ));
        }
    }
    found.truncate(SHOWN);
    let count = found.len();
    let here = (*chosen).min(count.saturating_sub(1));
    {
        use_effect_with((here, (*sought).clone()), move |(here, _)| {
            if let Some(row) = dom::document().and_then(|d| d.get_element_by_id(&format!("deed-{here}"))) {
                row.scroll_into_view_with_bool(false);
            }
        });
    }
    let oninput = {
        let (sought, chosen) = (sought.clone(), chosen.clone());
        Callback::from(move |event: InputEvent| {
            sought.set(event.target_unchecked_into::<HtmlInputElement>().value());
            chosen.set(0);
        })
    };
    let do_it = |deed: &Deed| {
        let (page, does) = (page.clone(), deed.does.clone());
        move || {
            page.look(Look::Close);
            does.emit(());
        }
    };
    let onkeydown = {
        let chosen = chosen.clone();
        let run = found.get(here).map(|(_, deed)| do_it(deed));
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "ArrowDown" => {
                event.prevent_default();
                chosen.set((here + 1) % count.max(1));
            }
            "ArrowUp" => {
                event.prevent_default();
                chosen.set((here + count.max(1) - 1) % count.max(1));
            }
            "Enter" if !event.is_composing() => {
                event.prevent_default();
                if let Some(run) = &run {
                    run();
                }
            }
            _ => {}
        })
    };
    html! {
        <Dialog page={page.clone()} title="Do anything" class="palette">
            <input ref={input} class="input" type="text" role="combobox" aria-expanded="true" aria-controls="deeds" aria-activedescendant={format!("deed-{here}")}
                aria-label="What to do" placeholder="kill 0002, speed, chart memory, SET user:1 …" value={(*sought).clone()} {oninput} {onkeydown}
                autocapitalize="off" autocomplete="off" spellcheck="false" />
            <ul id="deeds" class="deeds" role="listbox" aria-label="Actions">
                { for found.iter().enumerate().map(|(place, (_, deed))| {
                    let run = do_it(deed);
                    html! {
                        <li key={place} id={format!("deed-{place}")} role="option" aria-selected={(place == here).to_string()} class="deed" onclick={Callback::from(move |_: MouseEvent| run())}>
                            <span>{ deed.title.clone() }</span><kbd>{ deed.aside.clone() }</kbd>
                        </li>
                    }
                }) }
            </ul>
        </Dialog>
    }
}
