//! Two sheets over the page: help, and the run's link.

use std::rc::Rc;

use slotscope::link::{Link, Selection};
use slotscope::world::Nanos;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::dialog::dialog;
use super::part::{Cx, each};
use super::state::{Look, Page, Tab};
use super::{dom, format, icons, share};

const SHORTCUTS: [(&str, &str); 16] = [
    ("Space, K", "play or pause"),
    (".", "step to the next event"),
    (",", "step back"),
    ("[ and ]", "slower, faster"),
    ("Home, End", "to 0:00, to the furthest moment seen"),
    ("/ or Ctrl K", "do anything: all actions by name"),
    ("1 … 9", "choose a node"),
    ("S", "share the run as a link"),
    ("G", "show or hide gossip"),
    ("T", "dark or light"),
    ("?", "this sheet"),
    ("Escape", "close what is open; leave a console"),
    ("Tab in a console", "complete what is typed; on an empty line: go on"),
    ("↑ ↓, Ctrl R", "earlier lines; search them"),
    ("Ctrl L", "clear the console"),
    ("Ctrl C", "give up the line, or the command that waits"),
];

const SHAPES: [(&str, &str); 8] = [
    ("read", "read request, pointing its way"),
    ("write", "write request"),
    ("hit", "reply with a value, or OK"),
    ("miss", "reply without a value: a miss"),
    ("redirect", "redirection: MOVED or ASK"),
    ("error", "error or time-out"),
    ("query", "database query and answer"),
    ("replication", "replication, from primary to replica"),
];

/// Shortcuts and shapes.
pub fn help(cx: &Cx) -> Html {
    let single_keys = {
        let page = cx.page.clone();
        Callback::from(move |event: Event| {
            let on = event.target_unchecked_into::<HtmlInputElement>().checked();
            dom::remember("slotscope.single-keys", (!on).then_some("off"));
            page.look(Look::SingleKeys(on));
        })
    };
    let body = html! {
        <>
            <p>{ "A cache cluster runs in this tab: app servers at the left, a sharded Redis in three zones, a database at the right. Everything a button does is a line of one of three consoles, and stands there: redis> talks to the cache, sim> breaks things and changes the traffic, aws> is the control plane (in a later version)." }</p>
            <div class="help-columns">
                <section>
                    <h3>{ "Keys" }</h3>
                    <dl class="shortcuts">{ each(SHORTCUTS.len(), &|place| html! { <div key={place}><dt><kbd>{ SHORTCUTS[place].0 }</kbd></dt><dd>{ SHORTCUTS[place].1 }</dd></div> }) }</dl>
                    <p><label class="check"><input type="checkbox" checked={cx.page.ui.single_keys} onchange={single_keys} />{ " keys of one letter (they always rest while you type)" }</label></p>
                </section>
                <section>
                    <h3>{ "Shapes" }</h3>
                    <ul class="shapes">{ each(SHAPES.len(), &|place| html! { <li key={place}>{ icons::shape(SHAPES[place].0) }<span>{ SHAPES[place].1 }</span></li> }) }</ul>
                    <p>{ "Colour says where: the shard, and nothing else. A solid frame is a primary, a dashed one a replica. Fill says how much: the bar in a node is its memory." }</p>
                    <h3>{ "How much to trust this" }</h3>
                    <p>{ "It is a model. The same scenario, seed and lines give the same run on every machine, and the fingerprint shows it. Machines, network and database are simulated; their times are typical, not measured." }</p>
                </section>
            </div>
        </>
    };
    dialog(cx, "Help", "dialog help", body)
}

/// The run as a link says it, with what is looked at.
pub fn link(page: &Page) -> Link {
    let mut link = page.player.link();
    link.selection = Selection {
        lane: page.ui.lane as u8,
        tab: Tab::ALL.iter().position(|tab| *tab == page.ui.tab).unwrap_or(0) as u8,
        node: page.ui.selected.map(|node| node as u16),
        topic: page.ui.topic as u8,
    };
    link
}

/// Makes the run's link, puts it on the clipboard and into the address, and shows it. To be called from within a click or
/// a key, or Safari refuses the clipboard.
pub fn share_now(page: &Page) {
    let link = link(page);
    let sharing = match share::encode(&link) {
        Ok(fragment) => {
            let address = share::address(&fragment);
            copy(page, &address);
            page.player.set_shared(fragment.trim_start_matches('#'));
            dom::push_address(&address);
            Sharing {
                address,
                moment: Nanos(link.moment_ns),
                fingerprint: link.fingerprint.unwrap_or(0),
                copied: false,
                refusal: None,
            }
        }
        Err(why) => Sharing { refusal: Some(why), ..Sharing::default() },
    };
    page.look(Look::Share(Rc::new(sharing)));
}

/// The sheet says "copied" when it is so, not before: a visitor or a browser may refuse.
fn copy(page: &Page, address: &str) {
    let page = page.clone();
    dom::copy(address, move || page.look(Look::Copied));
}

/// A link that was made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sharing {
    /// The whole address.
    pub address: String,
    /// The moment it opens at.
    pub moment: Nanos,
    /// The run's fingerprint there.
    pub fingerprint: u64,
    /// Whether it is on the clipboard.
    pub copied: bool,
    /// Why there is none.
    pub refusal: Option<String>,
}

/// The run's link.
pub fn share(cx: &Cx) -> Html {
    let page = cx.page.clone();
    let sharing = &cx.page.ui.sharing;
    let copy = {
        let (page, address) = (page.clone(), sharing.address.clone());
        Callback::from(move |_: MouseEvent| copy(&page, &address))
    };
    let select = Callback::from(|event: FocusEvent| {
        event.target_unchecked_into::<HtmlInputElement>().select();
    });
    if let Some(why) = &sharing.refusal {
        let body = html! { <p>{ format!("This run does not fit into a link. {why}") }</p> };
        return dialog(cx, "Share this run", "dialog", body);
    }
    let words = if sharing.copied { "Copied, and put into the address bar" } else { "Put into the address bar" };
    let length = format::count(sharing.address.chars().count() as u64);
    let Sharing { moment, fingerprint, .. } = &**sharing;
    let body = html! {
        <>
            <p class="share-foot" role="status">{ format!("{words}: {length} characters.") }</p>
            <p class="share-row">
                <input class="input mono" type="text" readonly=true value={sharing.address.clone()} aria-label="Link" onfocus={select} autofocus=true />
                <button class="button primary" onclick={copy}>{ if sharing.copied { "Copy again" } else { "Copy" } }</button>
            </p>
            <p>{ format!("Whoever opens it sees this run at {moment}, event for event (fingerprint {fingerprint:016x}). It holds what the run was made from and what you typed, and nothing else.") }</p>
        </>
    };
    dialog(cx, "Share this run", "dialog share", body)
}
