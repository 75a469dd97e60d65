//! The top bar: what runs, how time passes, what can be done with it.

use slotscope::scenario::gallery;
use slotscope::world::Nanos;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::part::{Cx, each};
use super::snapshot::Doing;
use super::speed::SPEEDS;
use super::state::{Deed, Look, Overlay, Page};
use super::{dom, icons};

/// The bar.
pub fn draw(cx: &Cx) -> Html {
    let page = cx.page;
    let palette = page.looks(Look::Open(Overlay::Palette));
    let help = page.looks(Look::Open(Overlay::Help));
    let theme = page.does(Deed::Do(Page::flip_theme));
    let share = page.does(Deed::Do(super::sheets::share_now));
    html! {
        <header class="topbar">
            <h1 class="brand">{ icons::brand() }<span>{ "Slotscope" }</span></h1>
            { scene_select(page) }
            { transport(cx) }
            { speed_control(cx) }
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

fn scene_select(page: &Page) -> Html {
    let title = page.snapshot.scenario.title.clone();
    let mut titles: Vec<&str> = gallery().iter().map(|exhibit| exhibit.title).collect();
    // A link's own scene stands before the gallery's.
    let own = usize::from(!titles.contains(&title.as_str()));
    if own == 1 {
        titles.insert(0, &title);
    }
    let onchange = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            if let Some(place) = dom::value(&event).parse().ok().and_then(|place: usize| place.checked_sub(own)) {
                page.act(&Deed::Scene(place));
            }
        })
    };
    html! {
        <label class="scene">
            <span class="visually-hidden">{ "Scene" }</span>
            <select class="select" onchange={onchange}>
                { each(titles.len(), &|place| html! {
                    <option key={place} value={place.to_string()} selected={titles[place] == title}>{ titles[place].to_owned() }</option>
                }) }
            </select>
        </label>
    }
}

fn transport(cx: &Cx) -> Html {
    let (page, clock) = (cx.page, cx.node(0));
    {
        let (player, clock) = (page.player.clone(), clock.clone());
        cx.after(0, 0, move || player.set_clock(clock.cast::<HtmlElement>()));
    }
    let does = |what: fn(&Page)| page.does(Deed::Do(what));
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

fn speed_control(cx: &Cx) -> Html {
    let (page, slider) = (cx.page, cx.node(1));
    let place = page.snapshot.speed;
    {
        // The filled part of the track; `style` attributes are not allowed on this page.
        let slider = slider.clone();
        cx.after(1, place as u64, move || {
            if let Some(slider) = slider.cast::<web_sys::Element>() {
                dom::style(&slider, "--fill", &format!("{}%", place * 100 / (SPEEDS.len() - 1)));
            }
        });
    }
    let oninput = {
        let player = page.player.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(place) = dom::number(&event) {
                player.set_speed(place as usize);
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
