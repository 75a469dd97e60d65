//! The keys tab: where a key lives and why, and how many keys each node holds.

use std::rc::Rc;

use slotscope::scenario::Console;
use slotscope::world::{Slot, quoted, zone_name};
use yew::prelude::*;

use super::browser::{Browse, browser, place};
use super::part::{Cx, each};
use super::side::lane_switch;
use super::slots::owner;
use super::state::{Look, Overlay};
use super::{dom, format};

/// The tab.
pub fn keys_tab(cx: &Cx) -> Html {
    let page = cx.page;
    let browse = page.ui.browse.as_deref();
    // Whatever was pressed may be gone with what it led away from.
    cx.after(0, place(browse), || {
        if let Some(panel) = dom::by_id("inspector-panel") {
            panel.set_scroll_top(0);
        }
        if let Some(first) = dom::by_id("keys-back").filter(|_| dom::focus_is_lost()) {
            dom::focus(&first);
        }
    });
    if let Some(browse) = browse {
        return browser(page, browse);
    }
    let state = cx.state(|| "user:{123}:cart".to_owned());
    let key = state.borrow().clone();
    let oninput = {
        let key = state.clone();
        Callback::from(move |event: InputEvent| key.set(dom::value(&event)))
    };
    let Some(lane) = page.snapshot.view.lanes.get(page.ui.lane) else { return html! { <i hidden=true></i> } };
    let slot = Slot::of_key(key.as_bytes()).number();
    let owner = owner(page, page.ui.lane, slot).and_then(|node| lane.nodes.get(node));
    let (before, hashed, after) = hashed_part(&key);
    let argument = quoted(key.as_bytes());
    html! {
        <div class="keys-tab">
            <p class="chooser"><label class="control"><span>{ "Look up a key" }</span>
                <input class="input mono" type="text" value={key} {oninput} autocapitalize="off" autocomplete="off" spellcheck="false" /></label>
                { lane_switch(page) }</p>
            <p class="hashed mono">{ before }<mark title="this part is hashed">{ hashed }</mark>{ after }</p>
            <p>{ "CRC16 mod 16384 = slot " }<strong>{ slot }</strong>{ ", owned by " }
                <strong class="mono">{ owner.map_or_else(|| "nobody".to_owned(), |node| node.name.clone()) }</strong>
                { owner.map_or_else(String::new, |node| format!(" in {}", zone_name(node.zone))) }{ "." }</p>
            <div class="actions">
                { each(3, &|place| {
                    let command = ["GET", "TTL", "OBJECT ENCODING"][place];
                    let line = format!("{command} {argument}");
                    html! { <button key={command} class="button action" onclick={page.runs(Console::Redis, line.clone(), "from the keys tab")}><code>{ format!("redis> {line}") }</code></button> }
                }) }
            </div>
            <div class="table-box" tabindex="0" role="region" aria-label="Nodes and their keys"><table>
                <thead><tr><th scope="col">{ "node" }</th><th scope="col">{ "role" }</th><th scope="col">{ "slots" }</th><th scope="col">{ "keys" }</th><th scope="col">{ "memory" }</th></tr></thead>
                <tbody>
                    { each(lane.nodes.len(), &|place| {
                        let node = &lane.nodes[place];
                        let slots: u32 = node.slots.iter().map(|(first, last)| u32::from(*last - *first) + 1).sum();
                        html! {
                            <tr key={node.name.clone()}>
                                <th scope="row"><button class="link mono" onclick={page.looks(Look::Details(place))}>{ node.name.clone() }</button></th>
                                <td>{ if node.primary { "primary" } else { "replica" } }</td>
                                <td>{ format::count(u64::from(slots)) }</td>
                                <td>{ format::count(node.keys as u64) }</td>
                                <td>{ format::bytes(node.used_memory) }</td>
                            </tr>
                        }
                    }) }
                </tbody>
            </table></div>
            <p class="pager"><button class="button primary" onclick={page.looks(Look::Browse(Some(Rc::new(Browse::all()))))}>{ "Browse the keys" }</button>
                <button class="button" onclick={page.looks(Look::Open(Overlay::Slots(page.ui.lane)))}>{ "Map of all slots" }</button></p>
        </div>
    }
}

/// A key's text before, in and after what is hashed: between the first `{` and the first `}` after it where something
/// stands between them, or else all of it.
fn hashed_part(key: &str) -> (String, String, String) {
    if let Some(open) = key.find('{')
        && let Some(length) = key[open + 1..].find('}')
        && length > 0
    {
        let (start, end) = (open + 1, open + 1 + length);
        return (key[..start].to_owned(), key[start..end].to_owned(), key[end..].to_owned());
    }
    (String::new(), key.to_owned(), String::new())
}
