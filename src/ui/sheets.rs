//! Two sheets over the page: help, and the run's link.

use slotscope::link::{Link, Selection};
use slotscope::sim::Nanos;
use yew::prelude::*;

use super::dialog::Dialog;
use super::state::{Page, PageProps, Tab};
use super::{dom, format, icons, share};

const SHORTCUTS: [(&str, &str); 14] = [
    ("Space, K", "play or pause"),
    (".", "step to the next event"),
    (",", "step back"),
    ("[ and ]", "slower, faster"),
    ("Home, End", "to 0:00, to the furthest moment seen"),
    ("/ or Ctrl K", "do anything: all actions by name"),
    ("1 … 9", "choose a node"),
    ("S", "share the run as a link"),
    ("T", "dark or light"),
    ("?", "this sheet"),
    ("Escape", "close what is open; leave a console"),
    ("Tab in a console", "complete what is typed; on an empty line: go on"),
    ("↑ ↓, Ctrl R", "earlier lines; search them"),
    ("Ctrl L", "clear the console"),
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
#[component]
pub fn Help(props: &PageProps) -> Html {
    html! {
        <Dialog page={props.page.clone()} title="Help" class="help">
            <p>{ "A cache cluster runs in this tab: app servers at the left, a sharded Redis in three zones, a database at the right. Everything a button does is a line of one of three consoles, and stands there: redis> talks to the cache, sim> breaks things and changes the traffic, aws> is the control plane (in a later version)." }</p>
            <div class="help-columns">
                <section>
                    <h3>{ "Keys" }</h3>
                    <dl class="shortcuts">{ for SHORTCUTS.iter().map(|(keys, what)| html! { <div key={*keys}><dt><kbd>{ *keys }</kbd></dt><dd>{ *what }</dd></div> }) }</dl>
                    <p>{ "Keys of one letter rest while you type." }</p>
                </section>
                <section>
                    <h3>{ "Shapes" }</h3>
                    <ul class="shapes">{ for SHAPES.iter().map(|(shape, what)| html! { <li key={*shape}>{ icons::shape(shape) }<span>{ *what }</span></li> }) }</ul>
                    <p>{ "Colour says where: the shard, and nothing else. A solid frame is a primary, a dashed one a replica. Fill says how much: the bar in a node is its memory." }</p>
                    <h3>{ "How much to trust this" }</h3>
                    <p>{ "It is a model. The same scenario, seed and lines give the same run on every machine, and the fingerprint shows it. Machines, network and database are simulated; their times are typical, not measured." }</p>
                </section>
            </div>
        </Dialog>
    }
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

/// The run's link: made once when the sheet opens, copied on a click.
#[component]
pub fn Share(props: &PageProps) -> Html {
    let page = &props.page;
    let copied = use_state(|| None::<bool>);
    let made = use_state({
        let page = page.clone();
        move || {
            let link = link(&page);
            let address = share::encode(&link).map(|fragment| share::address(&fragment));
            (address, Nanos(link.moment_ns), link.fingerprint.unwrap_or(0))
        }
    });
    let (address, moment, fingerprint) = (*made).clone();
    let address = match address {
        Ok(address) => address,
        Err(why) => return html! { <Dialog page={page.clone()} title="Share this run"><p>{ why }</p></Dialog> },
    };
    let length = address.chars().count();
    let copy = {
        let (player, copied, address) = (page.player.clone(), copied.clone(), address.clone());
        Callback::from(move |_: MouseEvent| {
            player.set_shared(address.split_once('#').map_or("", |(_, fragment)| fragment));
            let asked = dom::copy(&address);
            dom::push_address(&address);
            copied.set(Some(asked));
            let copied = copied.clone();
            dom::after(4_000, move || copied.set(None));
        })
    };
    let select = Callback::from(|event: FocusEvent| {
        event.target_unchecked_into::<web_sys::HtmlInputElement>().select();
    });
    html! {
        <Dialog page={page.clone()} title="Share this run" class="share">
            <p>{ format!("Whoever opens this link sees this run at {moment}, event for event (fingerprint {fingerprint:016x}). It holds what the run was made from and what you typed, and nothing else.") }</p>
            <p class="share-row">
                <input class="input mono" type="text" readonly=true value={address} aria-label="Link" onfocus={select} />
                <button class="button primary" onclick={copy}>{ if copied.is_some() { "Copied" } else { "Copy link" } }</button>
            </p>
            <p class="share-foot" role="status">{ match *copied {
                Some(true) => "Copied, and put into the address bar.".to_owned(),
                Some(false) => "Put into the address bar; this browser does not let the page copy it.".to_owned(),
                None => format!("{} characters; fits everywhere up to 2{}000.", format::count(length as u64), '\u{202f}'),
            } }</p>
        </Dialog>
    }
}
