//! The key browser: a page of keys, and the value of one of them as what it is. Part of the keys tab.
//!
//! It holds nothing: what is looked for is in [`Browse`], what there is comes with the snapshot.

use std::rc::Rc;

use slotscope::scenario::Console;
use slotscope::world::{KeyFacts, KeyFilter, KeyPlace, KeysQuery, KeysView, Preview, shown};
use yew::prelude::*;

use super::part::each;
use super::side::lane_switch;
use super::state::{Look, Page};
use super::{dom, format};

/// Keys on a page.
const PAGE: usize = 50;
/// As TYPE prints them.
const KINDS: [&str; 6] = ["string", "list", "set", "zset", "hash", "stream"];

/// What is looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Browse {
    /// The query, its lane left to the page.
    pub query: KeysQuery,
    /// Where the pages before this one began.
    before: Vec<KeyPlace>,
    /// Where the windows before this one began in the value.
    windows: Vec<usize>,
}

impl Browse {
    /// All keys, from the first slot on.
    pub fn all() -> Self {
        Self { query: KeysQuery { limit: PAGE, ..KeysQuery::default() }, before: Vec::new(), windows: Vec::new() }
    }
}

/// A change of what is looked for.
type Change = Rc<dyn Fn(&mut Browse)>;

fn change(page: &Page, change: &Change) {
    if let Some(browse) = &page.now().ui.browse {
        let mut browse = (**browse).clone();
        change(&mut browse);
        page.look(Look::Browse(Some(Rc::new(browse))));
    }
}

/// A click that changes what is looked for.
fn click(page: &Page, how: Change) -> Callback<MouseEvent> {
    let page = page.clone();
    Callback::from(move |_: MouseEvent| change(&page, &how))
}

/// A field that changes which keys are listed: the list begins anew.
fn field(page: &Page, set: fn(&mut Browse, &str)) -> Callback<InputEvent> {
    let page = page.clone();
    Callback::from(move |event: InputEvent| {
        let text = dom::value(&event);
        let how: Change = Rc::new(move |browse: &mut Browse| {
            browse.before.clear();
            browse.query.from = KeyPlace::default();
            set(browse, &text);
        });
        change(&page, &how);
    })
}

/// What is shown, as a number: the tab begins at its top again where that changes.
pub fn place(browse: Option<&Browse>) -> u64 {
    let Some(browse) = browse else { return 0 };
    let depth = 1 + u64::from(browse.query.key.is_some());
    depth | (browse.before.len() as u64) << 8 | (browse.windows.len() as u64) << 32
}

/// The list, or the chosen key.
pub fn browser(page: &Page, browse: &Browse) -> Html {
    let nothing = Rc::default();
    let view = page.snapshot.keys.as_ref().unwrap_or(&nothing);
    match &browse.query.key {
        Some(key) => chosen(page, browse, view, key),
        None => list(page, browse, view),
    }
}

fn list(page: &Page, browse: &Browse, view: &KeysView) -> Html {
    let query = &browse.query;
    let nodes = page.snapshot.view.lanes.get(page.ui.lane).map_or(&[][..], |lane| &lane.nodes);
    let KeyFilter { kind, pattern } = &query.filter;
    let filtered = kind.is_some() || !pattern.is_empty();
    let words = match (view.rows.len(), view.next.is_some()) {
        (0, true) => format!("None among the first {} keys looked at.", format::count(view.looked as u64)),
        (0, false) if filtered => "No key like that.".to_owned(),
        (0, false) => "No key.".to_owned(),
        (shown, _) => {
            let of = if filtered { "of all" } else { "of" };
            format!("{} keys {of} {}, by slot and name", format::count(shown as u64), format::count(view.total as u64))
        }
    };
    let back = browse.before.last().cloned();
    let next = view.next.clone();
    let from = query.from.clone();
    html! {
        <div class="keys-tab browser">
            <div class="chooser">
                <button class="link" id="keys-back" onclick={page.looks(Look::Browse(None))}>{ "‹ Look up a key" }</button>
                { lane_switch(page) }
            </div>
            <div class="filters">
                <input class="input mono" type="text" value={pattern.clone()} oninput={field(page, |browse, text| text.clone_into(&mut browse.query.filter.pattern))}
                    aria-label="Pattern" placeholder="pattern: user:*" autocapitalize="off" autocomplete="off" spellcheck="false" />
                <select class="select" aria-label="Type" oninput={field(page, |browse, text| browse.query.filter.kind = KINDS.into_iter().find(|kind| *kind == text))}>
                    <option value="" selected={kind.is_none()}>{ "all types" }</option>
                    { each(KINDS.len(), &|place| html! { <option key={place} value={KINDS[place]} selected={*kind == Some(KINDS[place])}>{ KINDS[place] }</option> }) }
                </select>
                <select class="select" aria-label="Node" oninput={field(page, |browse, text| browse.query.node = text.parse().ok())}>
                    <option value="" selected={query.node.is_none()}>{ "all primaries" }</option>
                    { each(nodes.len(), &|place| html! { <option key={place} value={place.to_string()} selected={query.node == Some(place)}>{ nodes[place].name.clone() }</option> }) }
                </select>
                <label>{ "from slot " }<input class="input short" type="number" min="0" max="16383" value={query.from.slot.to_string()}
                    oninput={field(page, |browse, text| browse.query.from.slot = text.trim().parse().unwrap_or(0).min(16_383))} /></label>
            </div>
            <p class="browser-words" role="status">{ words }</p>
            <ul class="key-list" aria-label="Keys">
                { each(view.rows.len(), &|place| {
                    let (node, facts) = &view.rows[place];
                    let key = facts.key.clone();
                    let how: Change = Rc::new(move |browse: &mut Browse| {
                        (browse.query.key, browse.query.aspect, browse.query.value_from) = (Some(key.clone()), 0, 0);
                        browse.windows.clear();
                    });
                    let node = nodes.get(*node).map_or("", |node| &node.name);
                    let about = format!("{}{node}", about(facts));
                    html! {
                        <li key={place}><button class="key-row" onclick={click(page, how)}>
                            <span class="key-name mono">{ shown(&facts.key) }</span><span class="key-ttl">{ ttl(facts, view.now_ms) }</span>
                            <span class="key-about">{ about }</span>
                        </button></li>
                    }
                }) }
            </ul>
            { pager(page, back.map(|to| Rc::new(move |browse: &mut Browse| {
                browse.before.pop();
                browse.query.from = to.clone();
            }) as Change), next.map(|to| Rc::new(move |browse: &mut Browse| {
                browse.before.push(from.clone());
                browse.query.from = to.clone();
            }) as Change)) }
        </div>
    }
}

/// `zset · listpack · 104 B · slot 866 · `
fn about(facts: &KeyFacts) -> String {
    let KeyFacts { kind, encoding, slot, .. } = facts;
    let bytes = format::bytes(facts.bytes as u64);
    if encoding == kind {
        format!("{kind} · {bytes} · slot {slot} · ")
    } else {
        format!("{kind} · {encoding} · {bytes} · slot {slot} · ")
    }
}

/// To the page before, and to the next.
fn pager(page: &Page, back: Option<Change>, next: Option<Change>) -> Html {
    let button = |to: Option<Change>, name: &'static str| {
        let disabled = to.is_none();
        let onclick = to.map(|how| click(page, how));
        html! { <button class="button" {disabled} {onclick}>{ name }</button> }
    };
    html! { <p class="pager" hidden={back.is_none() && next.is_none()}>{ button(back, "‹ Back") }{ button(next, "On ›") }</p> }
}

/// What is left of a key's time to live.
fn ttl(facts: &KeyFacts, now_ms: i64) -> String {
    match facts.expire_at.map(|at| at - now_ms) {
        None => "no TTL".to_owned(),
        Some(left) if left < 0 => "expired".to_owned(),
        Some(left @ 0..60_000) => format!("TTL {}.{}\u{202f}s", left / 1_000, left % 1_000 / 100),
        Some(left @ 60_000..3_600_000) => format!("TTL {}:{:02}", left / 60_000, left / 1_000 % 60),
        Some(left) => format!("TTL {}\u{202f}h {:02}", format::count(left as u64 / 3_600_000), left / 60_000 % 60),
    }
}

fn chosen(page: &Page, browse: &Browse, view: &KeysView, key: &[u8]) -> Html {
    let leave: Change = Rc::new(|browse: &mut Browse| browse.query.key = None);
    let nodes = page.snapshot.view.lanes.get(page.ui.lane).map_or(&[][..], |lane| &lane.nodes);
    html! {
        <div class="keys-tab browser">
            <div class="chooser">
                <button class="link" id="keys-back" onclick={click(page, leave)}>{ "‹ All keys" }</button>
                { lane_switch(page) }
            </div>
            <h3 class="key-title mono">{ shown(key) }</h3>
            { match &view.value {
                None => html! { <p role="status">{ "There is no such key now." }</p> },
                Some((node, facts, preview)) => html! {
                    <>
                        <p class="browser-words">{ about(facts) }
                            <span class="mono">{ nodes.get(*node).map_or("", |node| &node.name).to_owned() }</span></p>
                        <p class="browser-words">{ match ttl(facts, view.now_ms) {
                            gone if gone == "expired" => "expired: readers no longer see it, and it will be deleted".to_owned(),
                            left => left,
                        } }</p>
                        { value(page, browse, preview) }
                    </>
                },
            } }
        </div>
    }
}

fn value(page: &Page, browse: &Browse, preview: &Preview) -> Html {
    let Preview { aspects, lines, heads, rows, .. } = preview;
    let (from, next) = (browse.query.value_from, preview.next);
    let shown = next.unwrap_or(preview.total);
    let words = if preview.from == 0 && next.is_none() {
        // "1 entry", "1 byte".
        let one = preview.unit.strip_suffix("ies").map(|stem| format!("{stem}y"));
        let one = one.unwrap_or_else(|| preview.unit.trim_end_matches('s').to_owned());
        let unit = if preview.total == 1 { &*one } else { preview.unit };
        format!("{} {unit}. {}", format::count(preview.total as u64), preview.note)
    } else {
        let (first, last, all) = (preview.from as u64 + 1, shown as u64, preview.total as u64);
        format!(
            "{} to {} of {} {}. {}",
            format::count(first),
            format::count(last),
            format::count(all),
            preview.unit,
            preview.note
        )
    };
    let back = browse.windows.last().copied();
    html! {
        <>
            <div class="aspects" role="group" aria-label="Shown as" hidden={aspects.len() < 2}>
                { each(aspects.len(), &|place| {
                    let how: Change = Rc::new(move |browse: &mut Browse| {
                        (browse.query.aspect, browse.query.value_from) = (place, 0);
                        browse.windows.clear();
                    });
                    html! { <button key={place} class="chip" aria-pressed={(place == preview.aspect).to_string()} onclick={click(page, how)}>{ aspects[place] }</button> }
                }) }
            </div>
            <p class="browser-words" role="status">{ words }</p>
            if heads.is_empty() {
                { each(rows.len(), &|place| html! { <p key={place} class="value-text mono">{ rows[place].concat() }</p> }) }
            } else {
                <div class="table-box" tabindex="0" role="region" aria-label="Value"><table class="value-table">
                    <thead><tr>{ each(heads.len(), &|place| html! { <th key={place} scope="col">{ heads[place] }</th> }) }</tr></thead>
                    <tbody>{ each(rows.len(), &|row| html! {
                        <tr key={row}>{ each(rows[row].len(), &|place| html! { <td key={place} class="mono">{ rows[row][place].clone() }</td> }) }</tr>
                    }) }</tbody>
                </table></div>
            }
            { pager(page, back.map(|to| Rc::new(move |browse: &mut Browse| {
                browse.windows.pop();
                browse.query.value_from = to;
            }) as Change), next.map(|to| Rc::new(move |browse: &mut Browse| {
                browse.windows.push(from);
                browse.query.value_from = to;
            }) as Change)) }
            <h4>{ "The same on the console" }</h4>
            <div class="actions">
                { each(lines.len(), &|place| html! {
                    <button key={place} class="button action" onclick={page.runs(Console::Redis, lines[place].clone(), "from the key browser")}>
                        <code>{ format!("redis> {}", lines[place]) }</code></button>
                }) }
            </div>
        </>
    }
}
