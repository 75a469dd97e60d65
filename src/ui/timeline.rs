//! The time line's card: the chart, its topics, the scrubber, the marks as text.

use slotscope::world::Nanos;
use slotscope::world::{Mark, Topic};
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::lane::letter;
use super::part::{Cx, each, part};
use super::side::{tab, tab_keys};
use super::snapshot::Doing;
use super::state::{Deed, Look};
use super::{charts, dom, format};

/// The card.
pub fn draw(cx: &Cx) -> Html {
    let page = cx.page;
    let (chart, track) = (cx.node(0), cx.node(1));
    let topic = page.ui.topic;
    {
        let (player, chart, track) = (page.player.clone(), chart.clone(), track.clone());
        cx.after(0, 0, move || {
            player.set_timeline_canvases(chart.cast::<HtmlCanvasElement>(), track.cast::<HtmlCanvasElement>());
        });
        let player = page.player.clone();
        cx.after(1, topic as u64, move || player.set_topic(topic));
    }
    let seek_on_chart = {
        let page = page.clone();
        Callback::from(move |event: PointerEvent| {
            let Some(canvas) = event.target_dyn_into::<HtmlCanvasElement>() else { return };
            let (x, width) = (f64::from(event.offset_x()), f64::from(canvas.client_width()));
            page.player.seek(charts::time_at(x, width, page.snapshot.horizon));
        })
    };
    let onkeydown = tab_keys(page, |page, by| {
        let count = Topic::ALL.len();
        let next = (page.ui.topic as usize).wrapping_add_signed(by + count as isize) % count;
        page.look(Look::Topic(Topic::ALL[next]));
        format!("topic-{next}")
    });
    let (marks, lanes) = (&page.snapshot.marks, page.snapshot.view.lanes.len());
    let last = |lane: usize| {
        let place = super::snapshot::FIGURES.iter().position(|of| *of == topic)?;
        let value = page.snapshot.sparks.get(lane)?[place].iter().rev().flatten().next().copied()?;
        Some(format::chart_value(topic, f64::from(value)))
    };
    html! {
        <section class="card timeline" aria-label="Time line">
            <header class="timeline-head">
                <p class="timeline-legend"><span>{ format::topic_title(topic) }</span>
                    { each(lanes, &|lane| html! {
                        <span key={lane} class={if lane == 0 { "key key-a" } else { "key key-b" }} title={last(lane).unwrap_or_default()}>{ letter(lane) }</span>
                    }) }
                </p>
                <div class="topics" role="tablist" aria-label="Chart" {onkeydown}>
                    { each(Topic::ALL.len(), &|place| {
                        let of = Topic::ALL[place];
                        tab(page, format!("topic-{place}"), of.name(), of == topic, "topic", "chart", Look::Topic(of))
                    }) }
                </div>
            </header>
            <div class="chart" id="chart" role="tabpanel" aria-label={format::topic_title(topic)}>
                <canvas ref={chart} class="chart-canvas" aria-hidden="true" onpointerdown={seek_on_chart}></canvas>
                <div class="track">
                    <canvas ref={track} class="track-canvas" aria-hidden="true"></canvas>
                    { part("scrubber", page, (0, 0), scrubber) }
                </div>
            </div>
            <ol class="visually-hidden" aria-label="Events">
                { each(marks.len().min(40), &|back| {
                    let place = marks.len() - 1 - back;
                    let mark = &marks[place];
                    html! {
                        <li key={place}><button tabindex="-1" onclick={page.does(Deed::Seek(mark.at))}>
                            { format!("{}: {}", mark.at, mark_words(mark, lanes)) }</button></li>
                    }
                }) }
            </ol>
        </section>
    }
}

/// A mark's words, with its lane where there are two.
pub fn mark_words(mark: &Mark, lanes: usize) -> String {
    match mark.lane {
        Some(lane) if lanes > 1 => format!("{}: {}", letter(lane), mark.text),
        _ => mark.text.clone(),
    }
}

/// The slider over the drawn track: a range input, so that keyboards and screen readers have one too.
fn scrubber(cx: &Cx) -> Html {
    let page = cx.page;
    let dragged = cx.state(|| None::<u64>);
    let snapshot = &page.snapshot;
    let now = match &snapshot.doing {
        Doing::CatchingUp(_, to) => *to,
        _ => snapshot.view.now,
    };
    let value = dragged.borrow().unwrap_or(now.as_millis());
    let oninput = {
        let (player, dragged) = (page.player.clone(), dragged.clone());
        Callback::from(move |event: InputEvent| {
            if let Some(value) = dom::number(&event) {
                dragged.set(Some(value as u64));
                player.seek(Nanos::from_millis(value as u64));
            }
        })
    };
    let onchange = {
        let dragged = dragged.clone();
        Callback::from(move |_: Event| dragged.set(None))
    };
    let onkeydown = {
        let (player, dragged) = (page.player.clone(), dragged.clone());
        let end = snapshot.seen;
        Callback::from(move |event: KeyboardEvent| {
            let little = if event.shift_key() { 100 } else { 1_000 };
            let to = match event.key().as_str() {
                "ArrowRight" | "ArrowUp" => now + Nanos::from_millis(little),
                "ArrowLeft" | "ArrowDown" => now - Nanos::from_millis(little),
                "PageUp" => now + Nanos::from_secs(10),
                "PageDown" => now - Nanos::from_secs(10),
                "Home" => Nanos::ZERO,
                "End" => end,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            dragged.set(None);
            player.seek(to);
        })
    };
    html! {
        <input class="scrubber" type="range" min="0" max={snapshot.horizon.as_millis().to_string()} step="1" value={value.to_string()}
            aria-label="Moment of the run" aria-valuetext={format!("{now}, seen up to {}", snapshot.seen)} title="Drag to any moment; arrows move a second, with Shift a tenth"
            {oninput} {onchange} {onkeydown} />
    }
}
