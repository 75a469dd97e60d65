//! The three consoles: what was said, and the line that is typed.

use std::rc::Rc;

use slotscope::scenario::Console;
use slotscope::world::LineStyle;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::run::Shown;
use super::side::{LaneSwitch, focus_tab};
use super::state::{Look, PageProps};
use super::{completion, dom};

/// How many lines of a console's history are remembered.
const HISTORY: usize = 200;

/// The card.
#[component]
pub fn Consoles(props: &PageProps) -> Html {
    let page = &props.page;
    let console = page.ui.console;
    let onkeydown = {
        let page = page.clone();
        Callback::from(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowRight" => (console as usize + 1) % 3,
                "ArrowLeft" => (console as usize + 2) % 3,
                _ => return,
            };
            event.prevent_default();
            page.look(Look::Console(Console::ALL[next]));
            focus_tab(&format!("console-{}", Console::ALL[next].name()));
        })
    };
    let lane = page.ui.lane.min(page.snapshot.consoles.len().saturating_sub(1));
    let consoles = page.snapshot.consoles.get(lane);
    let lines = consoles.map(|of| Rc::clone(of.lines(console))).unwrap_or_default();
    let prompt = consoles.map(|of| of.prompt(console).to_owned()).unwrap_or_default();
    html! {
        <section class="card consoles" aria-label="Consoles">
            <div class="tabs console-tabs">
              <div class="tabs-only" role="tablist" aria-label="Consoles" {onkeydown}>
                { for Console::ALL.into_iter().map(|of| html! {
                    <button key={of.name()} id={format!("console-{}", of.name())} role="tab" class="tab mono" aria-selected={(of == console).to_string()}
                        aria-controls="console-panel" tabindex={if of == console { "0" } else { "-1" }} onclick={page.looks(Look::Console(of))}>{ of.name() }</button>
                }) }
              </div>
                <span class="console-lane" hidden={page.snapshot.view.lanes.len() < 2}><span>{ "lane" }</span><LaneSwitch page={page.clone()} /></span>
            </div>
            <div class="console-panel" id="console-panel" role="tabpanel" aria-labelledby={format!("console-{}", console.name())}>
                <Transcript lines={Lines(lines)} {console} />
                <p class="console-hint">{ match console {
                    Console::Redis => "Tab completes · ↑ history · HELP SET · Ctrl-L clears",
                    Console::Aws => "The control plane comes in a later version: what is typed here is refused.",
                    Console::Sim => "Tab completes · ↑ history · HELP · every button runs one of these lines",
                } }</p>
                <Entry key={console.name()} page={page.clone()} {lane} {console} prompt={prompt} />
            </div>
        </section>
    }
}

#[derive(Clone)]
struct Lines(Rc<Vec<Shown>>);

impl PartialEq for Lines {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Properties, PartialEq)]
struct TranscriptProps {
    lines: Lines,
    console: Console,
}

/// What was said, the latest line in sight.
#[component]
fn Transcript(props: &TranscriptProps) -> Html {
    let log = use_node_ref();
    {
        let log = log.clone();
        use_effect_with((props.lines.clone(), props.console), move |_| {
            if let Some(log) = log.cast::<web_sys::Element>() {
                log.set_scroll_top(log.scroll_height());
            }
        });
    }
    let first = match props.console {
        Console::Redis => "redis-cli -c: a line goes to every lane.",
        Console::Aws => "aws elasticache: not part of this version yet.",
        Console::Sim => "Faults, time and traffic. HELP lists the lines.",
    };
    html! {
        <div ref={log} class="transcript mono" role="log" aria-label={format!("{} console", props.console.name())} tabindex="0">
            <p class="line remark" key="first">{ first }</p>
            { for props.lines.0.iter().enumerate().map(|(place, line)| {
                let class = match line.style {
                    LineStyle::Input if line.console == Console::Sim && props.console == Console::Redis => "foreign",
                    LineStyle::Input => "typed",
                    LineStyle::Reply if line.text == "OK" => "ok",
                    LineStyle::Reply => "reply",
                    LineStyle::Redirect => "redirect",
                    LineStyle::Error => "error",
                    LineStyle::Remark => "remark",
                };
                html! { <p key={place} class={classes!("line", class)}>{ line.text.clone() }<span class="line-note">{ line.note.map_or_else(String::new, |note| format!(" ← {note}")) }</span></p> }
            }) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct EntryProps {
    page: super::state::Page,
    lane: usize,
    console: Console,
    prompt: String,
}

fn history_key(console: Console) -> String {
    format!("slotscope.history.{}", console.name())
}

/// The line under way: history on ↑ and ↓, search on Ctrl-R, completion on Tab, which leaves the line when there is none.
#[component]
fn Entry(props: &EntryProps) -> Html {
    let EntryProps { page, lane, console, prompt } = props;
    let (lane, console) = (*lane, *console);
    let text = use_state(String::new);
    let history = use_mut_ref(|| {
        let all = dom::remembered(&history_key(console)).unwrap_or_default();
        all.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    // How far back in history the line is, and what was typed before going there.
    let back = use_mut_ref(|| (0_usize, String::new()));
    // The completions that Tab walks through, and which one stands there.
    let round = use_mut_ref(|| (Vec::<String>::new(), 0_usize));
    let hint = completion::hint(console, &text).unwrap_or_default();
    let id = format!("entry-{}", console.name());

    let oninput = {
        let (text, back, round) = (text.clone(), back.clone(), round.clone());
        Callback::from(move |event: InputEvent| {
            back.borrow_mut().0 = 0;
            round.borrow_mut().0.clear();
            text.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let submit = {
        let (page, text, history, back) = (page.clone(), text.clone(), history.clone(), back.clone());
        move |line: &str| {
            back.borrow_mut().0 = 0;
            text.set(String::new());
            if line.trim().is_empty() {
                return;
            }
            {
                let mut history = history.borrow_mut();
                if history.last().map(String::as_str) != Some(line) {
                    history.push(line.to_owned());
                }
                let surplus = history.len().saturating_sub(HISTORY);
                history.drain(..surplus);
                dom::remember(&history_key(console), Some(&history.join("\n")));
            }
            page.player.type_line(console, line.trim());
            page.look(Look::Greeted);
        }
    };
    let onpaste = {
        let (text, submit) = (text.clone(), submit.clone());
        Callback::from(move |event: Event| {
            // Several lines are several commands: all but the last are run at once.
            let Some(pasted) = pasted_text(&event) else { return };
            if pasted.contains('\n') {
                event.prevent_default();
                let all = format!("{}{pasted}", *text);
                for line in all.lines().take(HISTORY) {
                    submit(line);
                }
            }
        })
    };
    let onkeydown = {
        let (page, text, history, back, round) =
            (page.clone(), text.clone(), history.clone(), back.clone(), round.clone());
        Callback::from(move |event: KeyboardEvent| {
            let input = event.target_unchecked_into::<HtmlInputElement>();
            let line = input.value();
            let control = event.ctrl_key() && !event.alt_key() && !event.meta_key();
            match event.key().as_str() {
                "Enter" if !event.is_composing() => {
                    event.prevent_default();
                    submit(&line);
                }
                "Escape" => {
                    event.stop_propagation();
                    let _ = input.blur();
                }
                "ArrowUp" | "ArrowDown" => {
                    event.prevent_default();
                    let history = history.borrow();
                    let mut back = back.borrow_mut();
                    if back.0 == 0 {
                        back.1 = line;
                    }
                    let older = event.key() == "ArrowUp";
                    back.0 = if older { (back.0 + 1).min(history.len()) } else { back.0.saturating_sub(1) };
                    text.set(if back.0 == 0 { back.1.clone() } else { history[history.len() - back.0].clone() });
                }
                "r" if control => {
                    event.prevent_default();
                    let history = history.borrow();
                    let mut back = back.borrow_mut();
                    if back.0 == 0 {
                        back.1 = line;
                    }
                    let sought = back.1.to_ascii_lowercase();
                    if let Some(found) = (back.0 + 1..=history.len())
                        .find(|n| history[history.len() - n].to_ascii_lowercase().contains(&sought))
                    {
                        back.0 = found;
                        text.set(history[history.len() - found].clone());
                    }
                }
                "l" if control => {
                    event.prevent_default();
                    page.player.wipe(lane, console);
                }
                "Tab" if !event.shift_key() && !line.trim().is_empty() => {
                    let mut round = round.borrow_mut();
                    if round.0.is_empty() {
                        *round = (completion::complete(console, &line, &page.snapshot.target_names()), 0);
                    } else {
                        round.1 = (round.1 + 1) % round.0.len();
                    }
                    if let Some(found) = round.0.get(round.1).cloned() {
                        event.prevent_default();
                        if round.0.len() == 1 {
                            round.0.clear();
                            text.set(format!("{found} "));
                        } else {
                            text.set(found);
                        }
                    }
                }
                _ => {}
            }
        })
    };
    html! {
        <div class="entry mono">
            <label for={id.clone()} class="prompt">{ prompt.trim_end().to_owned() }<span class="visually-hidden">{ " command" }</span></label>
            <div class="field">
                <input {id} type="text" value={(*text).clone()} {oninput} {onkeydown} {onpaste} autocapitalize="off" autocomplete="off" autocorrect="off" spellcheck="false"
                    enterkeyhint="send" aria-describedby="entry-hint" />
                <span class="ghost" aria-hidden="true"><span class="ghost-typed">{ (*text).clone() }</span><span class="ghost-hint">{ hint.clone() }</span></span>
            </div>
            <span id="entry-hint" class="visually-hidden">{ hint }</span>
            <span class="busy">{ if page.snapshot.busy { "…" } else { "" } }</span>
        </div>
    }
}

/// The text of a paste, without naming the clipboard's interface: read by property, so that no permission is asked.
fn pasted_text(event: &Event) -> Option<String> {
    use wasm_bindgen::{JsCast, JsValue};
    let data = js_sys::Reflect::get(event, &JsValue::from_str("clipboardData")).ok()?;
    let get: js_sys::Function = js_sys::Reflect::get(&data, &JsValue::from_str("getData")).ok()?.dyn_into().ok()?;
    get.call1(&data, &JsValue::from_str("text")).ok()?.as_string()
}
