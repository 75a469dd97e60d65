//! A lane's card: its strategy, five figures, the stage, the strip of slots.

use std::fmt::Write as _;
use std::rc::Rc;

use slotscope::scenario::Console;
use slotscope::world::{Health, LaneView, NodeView, Place, Topic, zone_name};
use web_sys::{HtmlCanvasElement, HtmlElement};
use yew::prelude::*;

use super::part::{Cx, each, part};
use super::player::Player;
use super::snapshot::FIGURES;
use super::state::{Deed, Look, Overlay, Page};
use super::{dom, format};

/// `A` or `B`.
pub fn letter(lane: usize) -> char {
    char::from(b'A' + (lane.min(25) as u8))
}

/// The card.
pub fn draw(cx: &Cx) -> Html {
    let (page, lane) = (cx.page, cx.lane);
    let Some(view) = page.snapshot.view.lanes.get(lane) else { return html! { <i hidden=true></i> } };
    let title = format!("lane-title-{lane}");
    html! {
        <section class={if page.ui.lane == lane { "card lane shown" } else { "card lane" }} aria-labelledby={title.clone()} data-lane={letter(lane).to_string()}>
            <header class="lane-head">
                <span class={if lane == 1 { "badge badge-b" } else { "badge" }} aria-hidden="true">{ letter(lane) }</span>
                <div>
                    <h2 id={title}><span class="visually-hidden">{ format!("Lane {}: ", letter(lane)) }</span>{ view.strategy.name() }</h2>
                    <p class="lane-what">{ view.strategy.explanation() }</p>
                </div>
            </header>
            { figures_of(page, view, lane) }
            { stage_box(cx, view) }
        </section>
    }
}

/// How a figure stands beside the other lane's and its own past.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Even,
    Better,
    Worsening,
}

/// A figure as a number to compare, where there is one.
fn figure(view: &LaneView, topic: Topic) -> Option<f64> {
    let figures = &view.figures;
    match topic {
        Topic::HitRatio => figures.hit_ratio,
        Topic::Latency => figures.p99_us.map(|us| us as f64),
        Topic::Database => Some(figures.database_per_second as f64),
        Topic::Stale => Some(figures.stale_reads as f64),
        _ => Some(figures.evictions as f64),
    }
}

/// The better lane is the one with more hits, or with less of anything else, by more than a twentieth. A figure worsens
/// when it has moved the wrong way by more than that over the last quarter of its course.
fn standing(page: &Page, lane: usize, place: usize) -> Standing {
    let topic = FIGURES[place];
    let lanes = &page.snapshot.view.lanes;
    let more_is_better = topic == Topic::HitRatio;
    let own = lanes.get(lane).and_then(|view| figure(view, topic));
    let other = lanes.iter().enumerate().find(|(i, _)| *i != lane).and_then(|(_, view)| figure(view, topic));
    let margin = if more_is_better { 0.01 } else { 0.05 };
    let ahead = |a: f64, b: f64| if more_is_better { a > b + margin } else { a < b * (1.0 - margin) };
    if let (Some(own), Some(other)) = (own, other)
        && ahead(own, other)
    {
        return Standing::Better;
    }
    let course: Vec<f64> = page
        .snapshot
        .sparks
        .get(lane)
        .map_or_else(Vec::new, |sparks| sparks[place].iter().flatten().map(|value| f64::from(*value)).collect());
    if course.len() >= 16 {
        // Four points together, so that a ripple is not a trend; what only ever counts up worsens when it counts.
        let mean = |end: usize| course[end - 4..end].iter().sum::<f64>() / 4.0;
        let (then, now) = (mean(course.len() - 4), mean(course.len()));
        let counts = matches!(topic, Topic::Stale | Topic::Evictions);
        let worse = match topic {
            Topic::HitRatio => now < then - 1.0,
            _ if counts => now > then + 0.5,
            _ => now > then * 1.1,
        };
        if worse {
            return Standing::Worsening;
        }
    }
    Standing::Even
}

fn figures_of(page: &Page, view: &LaneView, lane: usize) -> Html {
    let figures = &view.figures;
    let latency = |us: Option<u64>| us.map_or_else(|| format::NOTHING.to_owned(), format::micros);
    let rows: [(&'static str, String, String); 5] = [
        (
            "hit ratio",
            figures.hit_ratio.map_or_else(|| format::NOTHING.to_owned(), format::percent),
            "Reads answered from the cache, of all reads in the last second.".to_owned(),
        ),
        (
            "p99",
            latency(figures.p99_us),
            format!(
                "Latency of an operation in the last second: half are faster than {}, 95 % than {}, 99 % than {}.",
                latency(figures.p50_us),
                latency(figures.p95_us),
                latency(figures.p99_us)
            ),
        ),
        (
            "database",
            format!("{} q/s", format::count(figures.database_per_second)),
            format!(
                "Queries in the last second. {} of {} connections busy, {} waiting.",
                view.database.busy, view.database.connections, view.database.waiting
            ),
        ),
        (
            "stale reads",
            format::count(figures.stale_reads),
            "Reads so far that returned an older version than the database held.".to_owned(),
        ),
        (
            "evictions",
            format::count(figures.evictions),
            format!("Keys evicted so far by all nodes; {} more expired.", format::count(figures.expired)),
        ),
    ];
    let sparks = page.snapshot.sparks.get(lane);
    html! {
        <dl class="figures">
            { each(rows.len(), &|place| {
                let (name, value, title) = &rows[place];
                let (class, word, sign) = match standing(page, lane, place) {
                    Standing::Even => ("figure", "", ""),
                    Standing::Better => ("figure good", "better than the other lane", "✓"),
                    Standing::Worsening => ("figure warn", "getting worse", "↗"),
                };
                let sign = if word == "getting worse" && place == 0 { "↘" } else { sign };
                let topic = FIGURES[place];
                html! {
                    <div key={*name} {class} title={title.clone()}>
                        <dt>
                            <button class="figure-name" onclick={page.looks(Look::Topic(topic))} title="Show its chart">{ *name }</button>
                            <span class="sign" aria-hidden="true">{ sign }</span><span class="visually-hidden">{ word }</span>
                        </dt>
                        <dd>{ value.clone() }</dd>
                        { spark(sparks.map_or(&[], |sparks| &sparks[place][..]), if topic == Topic::HitRatio { 100.0 } else { 0.0 }) }
                    </div>
                }
            }) }
        </dl>
    }
}

/// A course in a line and the area under it; `full` is the value at the upper edge, 0 for the highest there is.
fn spark(points: &[Option<f32>], full: f32) -> Html {
    const WIDTH: f32 = 80.0;
    const HEIGHT: f32 = 18.0;
    let known = points.iter().flatten();
    let highest = known.clone().fold(0.0_f32, |a, b| a.max(*b));
    let full = full.max(highest).max(f32::EPSILON);
    let step = WIDTH / (points.len().max(2) - 1) as f32;
    let mut line = String::new();
    let (mut first, mut last) = (0.0, 0.0);
    for (i, value) in points.iter().enumerate() {
        if let Some(value) = value {
            let (x, y) = (i as f32 * step, 1.0 + (HEIGHT - 2.0) * (1.0 - value / full));
            if line.is_empty() {
                first = x;
            }
            let step = if line.is_empty() { "M" } else { "L" };
            let _ = write!(line, "{step}{x:.1} {y:.1}");
            last = x;
        }
    }
    let area = if line.is_empty() { String::new() } else { format!("{line}L{last:.1} {HEIGHT}L{first:.1} {HEIGHT}Z") };
    html! {
        <svg class="spark" viewBox="0 0 80 18" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <path class="spark-area" d={area} />
            <path class="spark-line" d={line} vector-effect="non-scaling-stroke" />
        </svg>
    }
}

/// The stage with its nodes as buttons over the canvas, and the strip of slots under it.
fn stage_box(cx: &Cx, view: &LaneView) -> Html {
    let (page, lane) = (cx.page, cx.lane);
    let (stage, slots) = (cx.node(0), cx.node(1));
    let slot_words = cx.state(|| None::<String>);
    {
        let (player, stage, slots) = (page.player.clone(), stage.clone(), slots.clone());
        cx.after(0, 0, move || {
            player.set_lane_canvases(lane, stage.cast::<HtmlCanvasElement>(), slots.cast::<HtmlCanvasElement>());
        });
        let owner = page.player.clone();
        cx.at_end(move || owner.set_lane_canvases(lane, None, None));
    }
    {
        let (player, stage) = (page.player.clone(), stage.clone());
        cx.after(1, Rc::as_ptr(&page.snapshot) as u64, move || place_buttons(&player, lane, &stage));
    }
    let onpointermove = {
        let player = page.player.clone();
        Callback::from(move |event: PointerEvent| {
            let place = player.place_at(lane, f64::from(event.offset_x()), f64::from(event.offset_y()));
            player.set_hover(lane, place);
        })
    };
    let close = {
        let page = page.clone();
        Callback::from(move |_: PointerEvent| page.look(Look::ClosePopover))
    };
    let onpointerleave = {
        let player = page.player.clone();
        Callback::from(move |_: PointerEvent| player.set_hover(lane, None))
    };
    let on_slot = {
        let (page, slot_words) = (page.clone(), slot_words.clone());
        Callback::from(move |event: PointerEvent| {
            let width = event.target_dyn_into::<HtmlElement>().map_or(1.0, |e| f64::from(e.client_width()).max(1.0));
            let slot = (f64::from(event.offset_x()) / width * 16_384.0).clamp(0.0, 16_383.0) as usize;
            slot_words.set(Some(super::slots::words(&page.now(), lane, slot)));
        })
    };
    let off_slot = {
        let slot_words = slot_words.clone();
        Callback::from(move |_: PointerEvent| slot_words.set(None))
    };
    html! {
        <>
            <div class="stage">
                <canvas ref={stage} class="stage-canvas" aria-hidden="true" {onpointermove} {onpointerleave}
                    onpointerdown={close}></canvas>
                <ul class="nodes" aria-label={format!("Nodes of lane {}", letter(lane))}>
                    { each(view.nodes.len(), &|node| html! {
                        <li key={view.nodes[node].name.clone()}>{ node_button(page, view, lane, node) }</li>
                    }) }
                </ul>
                <div class="popover-place">
                    if let Some((_, node)) = page.ui.popover.filter(|(of, _)| *of == lane) {
                        { part("popover", page, (lane, node), popover) }
                    }
                </div>
            </div>
            <div class="slots">
                <p class="slots-head"><span>{ "16384 slots" }</span>
                    <span class="slots-words">{ slot_words.borrow().clone().unwrap_or_else(|| "hover a slot, click for the map".to_owned()) }</span></p>
                <button class="slots-button" onclick={page.looks(Look::Open(Overlay::Slots(lane)))} aria-label="Open the map of all 16384 slots">
                    <canvas ref={slots} class="slots-canvas" aria-hidden="true" onpointermove={on_slot} onpointerleave={off_slot}></canvas>
                </button>
                <p class="slots-axis" aria-hidden="true"><span>{ "0" }</span><span>{ "5461" }</span><span>{ "10923" }</span><span>{ "16383" }</span></p>
            </div>
        </>
    }
}

/// What a node is, in a few words.
pub fn node_words(node: &NodeView, lane: &LaneView) -> String {
    let role = match node.replica_of.and_then(|of| lane.nodes.get(of)) {
        Some(primary) if !node.primary => format!("replica of {}", primary.name),
        _ if node.primary => "primary".to_owned(),
        _ => "replica".to_owned(),
    };
    let health = match node.health {
        Health::Online if node.failed => ", marked FAIL",
        Health::Online if node.suspected_by > 0 => ", suspected (PFAIL)",
        Health::Online => "",
        Health::Paused => ", paused",
        Health::Dead => ", dead",
        Health::Loading => ", loading",
    };
    format!("{}, {role}, {}{health}", node.name, zone_name(node.zone))
}

/// Puts each node's button exactly over its picture.
fn place_buttons(player: &Player, lane: usize, stage: &NodeRef) {
    let list = stage.cast::<web_sys::Element>().and_then(|canvas| canvas.next_element_sibling());
    let mut item = list.and_then(|list| list.first_element_child());
    let mut node = 0;
    while let Some(here) = item {
        if let (Some(button), Some((left, top, width, height))) =
            (here.first_element_child(), player.place_rect(lane, Place::Node(node)))
        {
            place(&button, left, top);
            dom::style(&button, "width", &pixels(width));
            dom::style(&button, "height", &pixels(height));
        }
        item = here.next_element_sibling();
        node += 1;
    }
}

/// A node as a button: what the canvas shows is reached by keyboard and read aloud here.
fn node_button(page: &Page, view: &LaneView, lane: usize, node: usize) -> Html {
    let hover = |on: bool| {
        let player = page.player.clone();
        move || player.set_hover(lane, on.then_some(Place::Node(node as u16)))
    };
    let (enter, leave, focus, blur) = (hover(true), hover(false), hover(true), hover(false));
    let open = page.ui.popover == Some((lane, node));
    html! {
        <button class="node-button" data-node={view.nodes[node].name.clone()}
            aria-label={node_words(&view.nodes[node], view)} aria-haspopup="dialog" aria-expanded={open.to_string()}
            onclick={page.looks(Look::Node(lane, node))}
            onpointerenter={Callback::from(move |_: PointerEvent| enter())}
            onpointerleave={Callback::from(move |_: PointerEvent| leave())}
            onfocus={Callback::from(move |_: FocusEvent| focus())}
            onblur={Callback::from(move |_: FocusEvent| blur())}></button>
    }
}

fn place(element: &web_sys::Element, left: f64, top: f64) {
    dom::style(element, "left", &pixels(left));
    dom::style(element, "top", &pixels(top));
}

fn pixels(length: f64) -> String {
    format!("{length:.1}px")
}

/// A button with the line it runs.
pub fn action(page: &Page, (word, note, line): &(&'static str, &'static str, String), node: NodeRef) -> Html {
    html! {
        <button key={*word} ref={node} class="button action" onclick={page.runs(Console::Sim, line.clone(), note)}>
            <span>{ *word }</span><code>{ format!("sim> {line}") }</code>
        </button>
    }
}

/// What can be done to a node now: the button's word and the line it runs.
pub fn node_actions(node: &NodeView) -> Vec<(&'static str, &'static str, String)> {
    let line = |verb: &str| format!("{verb} {}", node.name);
    match node.health {
        Health::Dead => vec![("Restart", "you clicked Restart", line("restart"))],
        Health::Paused => {
            vec![("Resume", "you clicked Resume", line("resume")), ("Kill", "you clicked Kill", line("kill"))]
        }
        Health::Online | Health::Loading => {
            vec![("Kill", "you clicked Kill", line("kill")), ("Pause", "you clicked Pause", line("pause"))]
        }
    }
}

/// A node's actions, each with the line it runs.
fn popover(cx: &Cx) -> Html {
    let (page, lane, node) = (cx.page, cx.lane, cx.item);
    let (frame, first) = (cx.node(0), cx.node(1));
    {
        let (player, frame, first) = (page.player.clone(), frame.clone(), first.clone());
        cx.after(0, 0, move || {
            if let (Some(element), Some((left, top, width, height))) =
                (frame.cast::<HtmlElement>(), player.place_rect(lane, Place::Node(node as u16)))
            {
                let (own_width, own_height) = (f64::from(element.offset_width()), f64::from(element.offset_height()));
                let (room_width, room_height) =
                    element.closest(".stage").ok().flatten().map_or((0.0, 0.0), |stage| {
                        (f64::from(stage.client_width()), f64::from(stage.client_height()))
                    });
                // Beside the node where there is room, so that the node stays in sight; else under or over it.
                let (mut x, mut y) = (left + width + 8.0, top);
                if x + own_width > room_width - 4.0 {
                    x = left - own_width - 8.0;
                }
                if x < 4.0 {
                    x = (room_width - own_width - 4.0).min(left).max(4.0);
                    y = if top + height + 8.0 + own_height < room_height {
                        top + height + 8.0
                    } else {
                        top - own_height - 8.0
                    };
                }
                place(&element, x, y.min(room_height - own_height - 4.0).max(4.0));
            }
            if let Some(first) = first.cast::<web_sys::Element>() {
                dom::focus(&first);
            }
        });
    }
    let Some(view) = page.snapshot.view.lanes.get(lane) else { return html! { <i hidden=true></i> } };
    let Some(of) = view.nodes.get(node) else { return html! { <i hidden=true></i> } };
    let close = page.looks(Look::ClosePopover);
    let actions = node_actions(of);
    let onkeydown = {
        let page = page.clone();
        let name = of.name.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.stop_propagation();
                page.look(Look::ClosePopover);
                let selector = format!("[data-lane='{}'] [data-node='{name}']", letter(lane));
                if let Some(button) = dom::document().and_then(|d| d.query_selector(&selector).ok().flatten()) {
                    dom::focus(&button);
                }
            }
        })
    };
    html! {
        <div ref={frame} class="popover" role="dialog" aria-label={format!("Node {}", of.name)} {onkeydown}>
            <p class="popover-head"><strong class="mono">{ &of.name }</strong><span>{ if of.primary { "primary" } else { "replica" } }{ " · " }{ zone_name(of.zone) }</span>
                <button class="button bare" onclick={close} aria-label="Close">{ super::icons::close() }</button></p>
            <div class="popover-actions">
                { each(actions.len(), &|place| action(page, &actions[place], if place == 0 { first.clone() } else { NodeRef::default() })) }
                <button key="details" class="button action" onclick={page.looks(Look::Details(node))}><span>{ "Details" }</span></button>
            </div>
        </div>
    }
}

/// What the shapes and colours mean.
pub fn legend(page: &Page) -> Html {
    let shapes = [
        ("read", "read"),
        ("hit", "hit"),
        ("miss", "miss"),
        ("write", "write"),
        ("query", "database query"),
        ("replication", "replication"),
        ("redirect", "redirection"),
        ("error", "error"),
    ];
    let gossip = page.snapshot.gossip;
    html! {
        <div class="legend">
            <p class="legend-shapes"><span>{ "colour = shard, shape = what:" }</span>
                { each(shapes.len(), &|place| html! { <span key={place} class="legend-item">{ super::icons::shape(shapes[place].0) }{ shapes[place].1 }</span> }) }
                <button class="legend-item legend-toggle" aria-pressed={gossip.to_string()} title="Draw the messages on the cluster bus (G)"
                    onclick={page.does(Deed::Do(|page| page.player.toggle_gossip()))}>{ super::icons::shape("gossip") }{ if gossip { "gossip: on" } else { "gossip: off" } }</button>
            </p>
            <p class="legend-seed">{ if page.snapshot.view.lanes.len() > 1 { "same seed: only the strategy differs" } else { "" } }</p>
        </div>
    }
}
