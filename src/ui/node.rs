//! The node tab: one node's figures as INFO has them, what can be done to it, and what holds for the whole cluster.

use slotscope::scenario::{Console, EvictionPolicy};
use slotscope::world::{Health, LaneView, NodeView, zone_name};
use yew::prelude::*;

use super::lane::{action, node_actions, node_words};
use super::part::{Cx, each, part};
use super::side::lane_switch;
use super::state::{Look, Page};
use super::{dom, format};

/// The tab.
pub fn node_tab(page: &Page) -> Html {
    let Some(lane) = page.snapshot.view.lanes.get(page.ui.lane) else { return html! { <i hidden=true></i> } };
    let chosen = page.ui.selected.unwrap_or(0).min(lane.nodes.len().saturating_sub(1));
    let actions = lane.nodes.get(chosen).map(node_actions).unwrap_or_default();
    let choose = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            if let Ok(node) = dom::value(&event).parse() {
                page.look(Look::Details(node));
            }
        })
    };
    html! {
        <div class="node-tab">
            <p class="chooser">
                <label><span class="visually-hidden">{ "Node" }</span>
                    <select class="select mono" onchange={choose}>
                        { each(lane.nodes.len(), &|place| {
                            let node = &lane.nodes[place];
                            html! {
                                <option key={node.name.clone()} value={place.to_string()} selected={place == chosen}>
                                    { format!("{} {}", node.name, if node.primary { "primary" } else { "replica" }) }</option>
                            }
                        }) }
                    </select>
                </label>
                { lane_switch(page) }
            </p>
            <div>
                if let Some(node) = lane.nodes.get(chosen) {
                    <div class="actions">{ each(actions.len(), &|place| action(page, &actions[place], NodeRef::default())) }</div>
                    { details(node, lane) }
                }
            </div>
            <h4>{ "All nodes" }</h4>
            { cluster_controls(page) }
            <h4>{ "Traffic" }</h4>
            { load_controls(page) }
        </div>
    }
}

fn details(node: &NodeView, lane: &LaneView) -> Html {
    let reads = node.hits + node.misses;
    let hit_ratio =
        if reads == 0 { format::NOTHING.to_owned() } else { format::percent(node.hits as f64 / reads as f64) };
    let memory = if node.maxmemory == 0 {
        format!("{} of no limit", format::bytes(node.used_memory))
    } else {
        format!("{} of {}", format::bytes(node.used_memory), format::bytes(node.maxmemory))
    };
    let state = match node.health {
        Health::Online if node.failed => "marked FAIL by a peer".to_owned(),
        Health::Online if node.suspected_by > 0 => format!("marked PFAIL by {}", node.suspected_by),
        Health::Online => "online".to_owned(),
        Health::Paused => "paused: the process hangs".to_owned(),
        Health::Dead => "dead: the machine is gone".to_owned(),
        Health::Loading => "loading a snapshot".to_owned(),
    };
    let slots = if node.slots.is_empty() {
        "none".to_owned()
    } else {
        let ranges: Vec<String> =
            node.slots.iter().take(6).map(|(a, b)| if a == b { a.to_string() } else { format!("{a}–{b}") }).collect();
        format!("{}{}", ranges.join(", "), if node.slots.len() > 6 { " …" } else { "" })
    };
    let mut rows: Vec<(&'static str, String)> = vec![
        ("state", state),
        ("used_memory", memory),
        ("maxmemory-policy", node.policy.clone()),
        ("keys", format::count(node.keys as u64)),
        ("commands", format!("{} /s", format::count(node.commands_per_second))),
        ("CPU of its core", format!("{:.1}\u{202f}%", f64::from(node.cpu_permille) / 10.0)),
        ("queue", format!("{} requests", node.queue)),
        ("keyspace hits", format!("{} of {} reads ({hit_ratio})", format::count(node.hits), format::count(reads))),
        ("evicted_keys", format::count(node.evicted)),
        ("expired_keys", format::count(node.expired)),
        ("slots", slots),
        ("cluster_state", if node.cluster_ok { "ok" } else { "fail" }.to_owned()),
        ("config epoch", format!("{}, current {}", node.config_epoch, node.current_epoch)),
        ("replication offset", format::count(node.offset)),
    ];
    if !node.primary {
        rows.push(("master_link_status", if node.link_up { "up" } else { "down" }.to_owned()));
        rows.push(("lag", format::bytes(node.lag_bytes)));
    }
    rows.push(("address", format!("{}:6379 in {}", node.ip, zone_name(node.zone))));
    rows.push(("node id", node.id.clone()));
    html! {
        <>
            <p class="visually-hidden">{ node_words(node, lane) }</p>
            <dl class="details">
                { each(rows.len(), &|place| {
                    let (name, value) = &rows[place];
                    html! { <div key={*name}><dt>{ *name }</dt><dd class={if *name == "node id" { "long" } else { "" }}>{ value.clone() }</dd></div> }
                }) }
            </dl>
        </>
    }
}

fn cluster_controls(page: &Page) -> Html {
    let first = page.snapshot.view.lanes.first().and_then(|lane| lane.nodes.first());
    let policy_now = first.map_or_else(String::new, |node| node.policy.clone());
    let set_policy = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            let policy = dom::value(&event);
            page.run(Console::Sim, &format!("call CONFIG SET maxmemory-policy {policy}"), "you chose a policy");
        })
    };
    html! {
        <div class="controls">
            { part("number", page, (0, 0), number_control) }
            <label class="control"><span>{ "maxmemory-policy" }</span>
                <select class="select mono" onchange={set_policy}>
                    { each(EvictionPolicy::ALL.len(), &|place| {
                        let name = EvictionPolicy::ALL[place].name();
                        html! { <option key={place} value={name} selected={name == policy_now}>{ name }</option> }
                    }) }
                </select>
                <code>{ "sim> call CONFIG SET maxmemory-policy …" }</code>
            </label>
        </div>
    }
}

fn load_controls(page: &Page) -> Html {
    html! { <div class="controls">{ each(3, &|place| part("number", page, (0, place + 1), number_control)) }</div> }
}

/// What a number sets.
struct Dial {
    label: &'static str,
    before: &'static str,
    after: &'static str,
    note: &'static str,
    most: u64,
}

const fn dial(label: &'static str, before: &'static str, after: &'static str, note: &'static str, most: u64) -> Dial {
    Dial { label, before, after, note, most }
}

const DIALS: [Dial; 4] = [
    dial("maxmemory, MB", "call CONFIG SET maxmemory ", "mb", "you set the memory", 1_000),
    dial("requests a second", "load rate ", "", "you set the rate", 100_000),
    dial("reads, %", "load reads ", "%", "you set the reads", 100),
    dial("time to live, s", "load ttl ", "", "you set the time to live", 1_000_000),
];

/// What a dial stands at now.
fn reading(page: &Page, place: usize) -> u64 {
    let load = &page.snapshot.view.load;
    match place {
        1 => u64::from(load.requests_per_second),
        2 => u64::from(load.read_permille / 10),
        3 => u64::from(load.ttl_seconds),
        _ => {
            let first = page.snapshot.view.lanes.first().and_then(|lane| lane.nodes.first());
            first.map_or(0, |node| node.maxmemory).div_ceil(1_000_000)
        }
    }
}

/// A number and the line that sets it.
fn number_control(cx: &Cx) -> Html {
    let (page, Dial { label, before, after, note, most }) = (cx.page, &DIALS[cx.item]);
    let (note, most) = (*note, *most);
    let typed = cx.state(|| None::<String>);
    let value = typed.borrow().clone().unwrap_or_else(|| reading(page, cx.item).to_string());
    let line = format!("{before}{}{after}", value.trim());
    let oninput = Callback::from(move |event: InputEvent| typed.set(Some(dom::value(&event))));
    let valid = value.trim().parse::<u64>().is_ok_and(|n| n <= most);
    let onsubmit = {
        let (page, line) = (page.clone(), line.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if valid {
                page.run(Console::Sim, &line, note);
            }
        })
    };
    html! {
        <form class="control" {onsubmit}>
            <label><span>{ *label }</span>
                <input class="input short" type="number" min="0" max={most.to_string()} {value} {oninput} /></label>
            <button class="button" disabled={!valid} title={format!("sim> {line}")}>{ "Set" }</button>
            <code>{ format!("sim> {line}") }</code>
        </form>
    }
}
