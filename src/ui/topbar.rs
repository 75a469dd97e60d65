//! The top bar: what runs, how time passes, what can be done with it.

use slotscope::scenario::gallery;
use slotscope::sim::Nanos;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::snapshot::Doing;
use super::speed::SPEEDS;
use super::state::{Look, Overlay, Page, PageProps};
use super::{dom, icons};

/// The bar.
#[component]
pub fn TopBar(props: &PageProps) -> Html {
    let page = &props.page;
    let share = {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| super::sheets::share_now(&page))
    };
    let palette = page.looks::<MouseEvent>(Look::Open(Overlay::Palette));
    let help = page.looks::<MouseEvent>(Look::Open(Overlay::Help));
    let theme = {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| page.flip_theme())
    };
    html! {
        <header class="topbar">
            <h1 class="brand">{ icons::brand() }<span>{ "Slotscope" }</span></h1>
            <SceneSelect page={page.clone()} />
            <Transport page={page.clone()} />
            <SpeedControl page={page.clone()} />
            <div class="topbar-actions">
                <button class="button quiet palette-button" onclick={palette} aria-keyshortcuts="Control+K Meta+K /">
                    <kbd class="wide-only">{ if dom::is_mac() { "⌘K" } else { "Ctrl K" } }</kbd><span class="palette-words">{ " Do anything" }</span><span class="narrow-only"><b aria-hidden="true">{ "⋯" }</b><span class="visually-hidden">{ "Do anything" }</span></span>
                </button>
                <button class="button primary" onclick={share} aria-keyshortcuts="S">{ "Share" }<span class="wide-only">{ " link" }</span></button>
                <button class="button icon-button theme-button" onclick={theme} aria-keyshortcuts="T"
                    aria-label={if page.ui.dark { "Light theme" } else { "Dark theme" }} title="Theme (T)">{ icons::theme() }</button>
                <button class="button icon-button help-button" onclick={help} aria-label="Help" title="Help (?)" aria-keyshortcuts="?">{ "?" }</button>
            </div>
        </header>
    }
}

#[component]
fn SceneSelect(props: &PageProps) -> Html {
    let page = &props.page;
    let title = page.snapshot.scenario.title.clone();
    let titles: Vec<String> = gallery().into_iter().map(|exhibit| exhibit.title.to_owned()).collect();
    let own = !titles.contains(&title);
    let onchange = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            let chosen = event.target_unchecked_into::<HtmlSelectElement>().value();
            if let Some(exhibit) = gallery().into_iter().find(|exhibit| exhibit.title == chosen) {
                page.player.load(&exhibit.scenario);
                page.look(Look::Forget);
            }
        })
    };
    let from_link = if own { vec![title.clone()] } else { Vec::new() };
    html! {
        <label class="scene">
            <span class="visually-hidden">{ "Scene" }</span>
            <select class="select" onchange={onchange}>
                { for from_link.into_iter().chain(titles).map(|name| html! {
                    <option key={name.clone()} value={name.clone()} selected={name == title}>{ name }</option>
                }) }
            </select>
        </label>
    }
}

#[component]
fn Transport(props: &PageProps) -> Html {
    let page = &props.page;
    let clock = use_node_ref();
    {
        let (player, clock) = (page.player.clone(), clock.clone());
        use_effect_with((), move |()| player.set_clock(clock.cast::<HtmlElement>()));
    }
    let does = |what: fn(&Page)| {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| what(&page))
    };
    let still = page.snapshot.doing == Doing::Paused;
    let play_label = if still { "Play" } else { "Pause" };
    html! {
        <div class="transport" role="group" aria-label="Time">
            <button class="button icon-button restart" onclick={does(|page| page.player.restart())} aria-label="Restart" title="Restart (Home)">{ icons::restart() }</button>
            <button class="button icon-button" onclick={does(|page| page.player.step_back())} aria-label="Step back" title="Step back (,)">{ icons::back() }</button>
            <button class="button icon-button play" onclick={does(|page| page.player.toggle())} aria-label={play_label}
                title={format!("{play_label} (Space)")}>{ if still { icons::play() } else { icons::pause() } }</button>
            <button class="button icon-button" onclick={does(|page| page.player.step())} aria-label="Step to the next event" title="Step to the next event (.)">{ icons::step() }</button>
            <output class="clock" ref={clock} aria-label="Simulated time" aria-live="off"></output>
        </div>
    }
}

#[component]
fn SpeedControl(props: &PageProps) -> Html {
    let page = &props.page;
    let slider = use_node_ref();
    let place = page.snapshot.speed;
    {
        // The filled part of the track; `style` attributes are not allowed on this page.
        let slider = slider.clone();
        use_effect_with(place, move |place| {
            if let Some(slider) = slider.cast::<web_sys::Element>() {
                dom::style(&slider, "--fill", &format!("{}%", *place as f64 * 100.0 / (SPEEDS.len() - 1) as f64));
            }
        });
    }
    let oninput = {
        let player = page.player.clone();
        Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value_as_number();
            if value.is_finite() {
                player.set_speed(value.max(0.0) as usize);
            }
        })
    };
    let speed = SPEEDS[place.min(SPEEDS.len() - 1)];
    let words = match (&page.snapshot.doing, page.snapshot.shortfall) {
        (Doing::CatchingUp(now, to), _) => format!("simulating {} of {}", Coarse(*now), Coarse(*to)),
        (_, Some(ratio)) => format!("{} (running at {ratio:.1}×)", speed.words()),
        _ => speed.words(),
    };
    html! {
        <div class="speed">
            <label>
                <span class="speed-name">{ speed.name() }</span>
                <input ref={slider} type="range" min="0" max={(SPEEDS.len() - 1).to_string()} step="1" value={place.to_string()} {oninput}
                    aria-label="Speed" aria-valuetext={speed.words()} title="Speed ([ and ])" />
            </label>
            <span class="speed-words" title="at 0.6×: the machine manages six tenths of the speed asked for; nothing is skipped">{ words }</span>
        </div>
    }
}

/// Minutes, seconds and tenths: enough while time is rushing by.
struct Coarse(Nanos);

impl std::fmt::Display for Coarse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = self.0.as_millis() / 100;
        write!(f, "{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
    }
}
