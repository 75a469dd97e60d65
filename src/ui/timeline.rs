//! The time line's card: the chart, its topics, the scrubber, the marks as text.

use slotscope::sim::Nanos;
use slotscope::world::{Mark, Topic};
use web_sys::{HtmlCanvasElement, HtmlInputElement};
use yew::prelude::*;

use super::format;
use super::lane::letter;
use super::snapshot::Doing;
use super::state::{Look, PageProps};

/// The card.
#[component]
pub fn Timeline(props: &PageProps) -> Html {
    let page = &props.page;
    let (chart, track) = (use_node_ref(), use_node_ref());
    let topic = page.ui.topic;
    {
        let (player, chart, track) = (page.player.clone(), chart.clone(), track.clone());
        use_effect_with((), move |()| {
            player.set_timeline_canvases(chart.cast::<HtmlCanvasElement>(), track.cast::<HtmlCanvasElement>());
            let owner = player.clone();
            move || owner.set_timeline_canvases(None, None)
        });
    }
    {
        let player = page.player.clone();
        use_effect_with(topic, move |topic| player.set_topic(*topic));
    }
    let seek_on_chart = {
        let page = page.clone();
        Callback::from(move |event: PointerEvent| {
            let Some(canvas) = event.target_dyn_into::<HtmlCanvasElement>() else { return };
            let part = f64::from(event.offset_x()) / f64::from(canvas.client_width()).max(1.0);
            page.player.seek(Nanos((page.snapshot.horizon.0 as f64 * part.clamp(0.0, 1.0)) as u64));
        })
    };
    let onkeydown = {
        let ui = page.ui.clone();
        Callback::from(move |event: KeyboardEvent| {
            let place = Topic::ALL.iter().position(|of| *of == topic).unwrap_or(0);
            let next = match event.key().as_str() {
                "ArrowRight" => (place + 1) % Topic::ALL.len(),
                "ArrowLeft" => (place + Topic::ALL.len() - 1) % Topic::ALL.len(),
                _ => return,
            };
            event.prevent_default();
            ui.dispatch(Look::Topic(Topic::ALL[next]));
            super::side::focus_tab(&format!("topic-{next}"));
        })
    };
    let last = |lane: usize| {
        let place = super::snapshot::FIGURES.iter().position(|of| *of == topic)?;
        let value = page.snapshot.sparks.get(lane)?[place].iter().rev().flatten().next().copied()?;
        Some(format::chart_value(topic, f64::from(value)))
    };
    html! {
        <section class="card timeline" aria-label="Time line">
            <header class="timeline-head">
                <p class="timeline-legend"><span>{ format::topic_title(topic) }</span>
                    { for (0..page.snapshot.view.lanes.len()).map(|lane| html! {
                        <span key={lane} class={if lane == 0 { "key key-a" } else { "key key-b" }} title={last(lane).unwrap_or_default()}>{ letter(lane) }</span>
                    }) }
                </p>
                <div class="topics" role="tablist" aria-label="Chart" {onkeydown}>
                    { for Topic::ALL.into_iter().enumerate().map(|(place, of)| html! {
                        <button key={of.name()} id={format!("topic-{place}")} role="tab" class="topic" aria-selected={(of == topic).to_string()} aria-controls="chart"
                            tabindex={if of == topic { "0" } else { "-1" }} onclick={page.looks(Look::Topic(of))}>{ of.name() }</button>
                    }) }
                </div>
            </header>
            <div class="chart" id="chart" role="tabpanel" aria-label={format::topic_title(topic)}>
                <canvas ref={chart} class="chart-canvas" aria-hidden="true" onpointerdown={seek_on_chart}></canvas>
                <div class="track">
                    <canvas ref={track} class="track-canvas" aria-hidden="true"></canvas>
                    <Scrubber page={page.clone()} />
                </div>
            </div>
            <ol class="visually-hidden" aria-label="Events">
                { for page.snapshot.marks.iter().enumerate().rev().take(40).map(|(place, mark)| {
                    let (player, at) = (page.player.clone(), mark.at);
                    html! {
                        <li key={place}><button tabindex="-1" onclick={Callback::from(move |_: MouseEvent| player.seek(at))}>
                            { format!("{}: {}", at, mark_words(mark, page.snapshot.view.lanes.len())) }</button></li>
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
#[component]
fn Scrubber(props: &PageProps) -> Html {
    let page = &props.page;
    let dragged = use_state(|| None::<u64>);
    let snapshot = &page.snapshot;
    let now = match &snapshot.doing {
        Doing::CatchingUp(_, to) => *to,
        _ => snapshot.view.now,
    };
    let value = dragged.unwrap_or(now.as_millis());
    let oninput = {
        let (player, dragged) = (page.player.clone(), dragged.clone());
        Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value_as_number();
            if value.is_finite() && value >= 0.0 {
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
