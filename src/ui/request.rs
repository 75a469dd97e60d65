//! The request tab: one operation, hop by hop, to scale.

use slotscope::world::{Hop, RequestTrace, TraceKind};
use yew::prelude::*;

use super::format;
use super::lane::letter;
use super::part::each;
use super::side::lane_switch;
use super::state::{Deed, Page};

/// What the buttons say.
const KINDS: [(TraceKind, &str); 4] =
    [(TraceKind::Miss, "miss"), (TraceKind::Hit, "hit"), (TraceKind::Write, "write"), (TraceKind::Trouble, "trouble")];

/// The tab.
pub fn request_tab(page: &Page) -> Html {
    let followed = &page.snapshot.followed;
    let name = KINDS.iter().find(|(kind, _)| *kind == followed.kind).map_or("operation", |(_, name)| *name);
    html! {
        <div class="request-tab">
            <div>
                { match &followed.trace {
                    Some(trace) => waterfall(trace),
                    None => html! { <p class="waiting" role="status">{ format!("Waiting for the next {name} in lane {}…", letter(followed.lane)) }</p> },
                } }
            </div>
            <div class="follow">
                <span>{ "follow the next" }</span>
                { each(KINDS.len(), &|place| {
                    let (kind, name) = KINDS[place];
                    html! { <button key={name} class="chip" onclick={page.does(Deed::Follow(kind))}
                        title={if kind == TraceKind::Trouble { "redirected, timed out or failed" } else { "" }}>{ name }</button> }
                }) }
                { lane_switch(page) }
            </div>
        </div>
    }
}

fn waterfall(trace: &RequestTrace) -> Html {
    html! {
        <>
            <h3>{ format!("{} took {}", trace.title, format::duration(trace.took)) }</h3>
            <ol class="hops">{ each(trace.hops.len(), &|place| html! { <li key={place}>{ row(trace, &trace.hops[place]) }</li> }) }</ol>
            <p class="trace-lesson">{ trace.lesson.clone() }</p>
            <p class="trace-foot">{ format!("operation {}, began at {}", format::count(trace.operation), trace.began) }</p>
        </>
    }
}

fn row(trace: &RequestTrace, hop: &Hop) -> Html {
    let whole = trace.took.0.max(1) as f64;
    let start = (hop.began - trace.began).0 as f64 / whole * 100.0;
    let width = ((hop.ended - hop.began).0 as f64 / whole * 100.0).max(1.5);
    let colour = hop.shard.map_or_else(|| "fill-ink".to_owned(), |shard| format!("fill-shard-{}", shard % 8));
    html! {
        <>
            <span class="hop-what">{ hop.what.clone() }</span>
            <svg class="hop-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                <rect class="hop-track" x="0" y="0" width="100" height="8" rx="1.5" />
                <rect class={colour} x={format!("{:.2}", start.min(98.5))} y="0" width={format!("{width:.2}")} height="8" rx="1" />
            </svg>
            <span class="hop-took">{ format::duration(hop.ended - hop.began) }</span>
            <span class="hop-note">{ hop.note.clone() }</span>
        </>
    }
}
