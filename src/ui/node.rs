//! The node tab: one node's figures as INFO has them, what can be done to it, and what holds for the whole cluster.

use slotscope::scenario::{Console, EvictionPolicy};
use slotscope::world::{Health, LaneView, NodeView, zone_name};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::format;
use super::lane::{node_actions, node_words};
use super::side::LaneSwitch;
use super::state::{Look, Page, PageProps};

/// The tab.
#[component]
pub fn NodeTab(props: &PageProps) -> Html {
    let page = &props.page;
    let Some(lane) = page.snapshot.view.lanes.get(page.ui.lane) else { return html! { <i hidden=true></i> } };
    let chosen = page.ui.selected.unwrap_or(0).min(lane.nodes.len().saturating_sub(1));
    let choose = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            if let Ok(node) = event.target_unchecked_into::<HtmlSelectElement>().value().parse() {
                page.look(Look::Details(node));
            }
        })
    };
    html! {
        <div class="node-tab">
            <p class="chooser">
                <label><span class="visually-hidden">{ "Node" }</span>
                    <select class="select mono" onchange={choose}>
                        { for lane.nodes.iter().enumerate().map(|(place, node)| html! {
                            <option key={node.name.clone()} value={place.to_string()} selected={place == chosen}>
                                { format!("{} {}", node.name, if node.primary { "primary" } else { "replica" }) }</option>
                        }) }
                    </select>
                </label>
                <LaneSwitch page={page.clone()} />
            </p>
            <div>
                if let Some(node) = lane.nodes.get(chosen) {
                    <div class="actions">
                        { for node_actions(node).into_iter().map(|(word, note, line)| html! {
                            <button key={word} class="button action" onclick={page.runs(Console::Sim, line.clone(), note)}><span>{ word }</span><code>{ format!("sim> {line}") }</code></button>
                        }) }
                    </div>
                    { details(node, lane) }
                }
            </div>
            <h4>{ "All nodes" }</h4>
            <ClusterControls page={page.clone()} />
            <h4>{ "Traffic" }</h4>
            <LoadControls page={page.clone()} />
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
                { for rows.into_iter().map(|(name, value)| html! {
                    <div key={name}><dt>{ name }</dt><dd class={classes!((name == "node id").then_some("long"))}>{ value }</dd></div>
                }) }
            </dl>
        </>
    }
}

#[component]
fn ClusterControls(props: &PageProps) -> Html {
    let page = &props.page;
    let first = page.snapshot.view.lanes.first().and_then(|lane| lane.nodes.first());
    let policy_now = first.map_or_else(String::new, |node| node.policy.clone());
    let memory = use_node_ref();
    let mb = first.map_or(0, |node| node.maxmemory).div_ceil(1_000_000);
    let set_policy = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            let policy = event.target_unchecked_into::<HtmlSelectElement>().value();
            page.run(Console::Sim, &format!("call CONFIG SET maxmemory-policy {policy}"), "you chose a policy");
        })
    };
    html! {
        <div class="controls">
            <NumberControl page={page.clone()} input={memory} label="maxmemory, MB" start={mb} before="call CONFIG SET maxmemory " after="mb" note="you set the memory" most={1_000} />
            <label class="control"><span>{ "maxmemory-policy" }</span>
                <select class="select mono" onchange={set_policy}>
                    { for EvictionPolicy::ALL.iter().map(|policy| html! {
                        <option key={policy.name()} value={policy.name()} selected={policy.name() == policy_now}>{ policy.name() }</option>
                    }) }
                </select>
                <code>{ "sim> call CONFIG SET maxmemory-policy …" }</code>
            </label>
        </div>
    }
}

#[component]
fn LoadControls(props: &PageProps) -> Html {
    let page = &props.page;
    let load = &page.snapshot.scenario.load;
    let (rate, reads, ttl) = (use_node_ref(), use_node_ref(), use_node_ref());
    html! {
        <div class="controls">
            <NumberControl page={page.clone()} input={rate} label="requests a second" start={u64::from(load.requests_per_second)} before="load rate " after="" note="you set the rate" most={100_000} />
            <NumberControl page={page.clone()} input={reads} label="reads, %" start={u64::from(load.read_permille / 10)} before="load reads " after="%" note="you set the reads" most={100} />
            <NumberControl page={page.clone()} input={ttl} label="time to live, s" start={u64::from(load.ttl_seconds)} before="load ttl " after="" note="you set the time to live" most={1_000_000} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct NumberProps {
    page: Page,
    input: NodeRef,
    label: &'static str,
    start: u64,
    before: &'static str,
    after: &'static str,
    note: &'static str,
    most: u64,
}

/// A number and the line that sets it.
#[component]
fn NumberControl(props: &NumberProps) -> Html {
    let NumberProps { page, input, label, start, before, after, note, most } = props;
    let (before, after, note, start, most) = (*before, *after, *note, *start, *most);
    let typed = use_state(|| None::<String>);
    let value = (*typed).clone().unwrap_or_else(|| start.to_string());
    let line = format!("{before}{}{after}", value.trim());
    let oninput = {
        let typed = typed.clone();
        Callback::from(move |event: InputEvent| {
            typed.set(Some(event.target_unchecked_into::<HtmlInputElement>().value()))
        })
    };
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
                <input ref={input.clone()} class="input short" type="number" min="0" max={most.to_string()} {value} {oninput} /></label>
            <button class="button" disabled={!valid} title={format!("sim> {line}")}>{ "Set" }</button>
            <code>{ format!("sim> {line}") }</code>
        </form>
    }
}
