//! The three consoles: what was said, and the line that is typed.

use std::rc::Rc;

use slotscope::scenario::Console;
use slotscope::world::LineStyle;
use yew::prelude::*;

use super::part::{Cx, PartProps, State, each, part, part_unless};
use super::run::Shown;
use super::side::{lane_switch, tab, tab_keys};
use super::state::{Look, Page};
use super::{completion, dom};

/// How many lines of a console's history are remembered.
const HISTORY: usize = 200;

/// What stands beside an interrupt.
const INTERRUPTED: &str = "Ctrl-C at redis>";

/// The card.
pub fn draw(page: &Page) -> Html {
    let console = page.ui.console;
    let onkeydown = tab_keys(page, |page, by| {
        let next = Console::ALL[(page.ui.console as usize).wrapping_add_signed(by + 3) % 3];
        page.look(Look::Console(next));
        format!("console-{}", next.name())
    });
    let lane = page.ui.lane.min(page.snapshot.consoles.len().saturating_sub(1));
    html! {
        <section class="card consoles" aria-label="Consoles">
            <div class="tabs console-tabs">
              <div class="tabs-only" role="tablist" aria-label="Consoles" {onkeydown}>
                { each(Console::ALL.len(), &|place| {
                    let of = Console::ALL[place];
                    tab(page, format!("console-{}", of.name()), of.name(), of == console, "tab mono", "console-panel", Look::Console(of))
                }) }
              </div>
                <span class="console-lane" hidden={page.snapshot.view.lanes.len() < 2}><span>{ "lane" }</span>{ lane_switch(page) }</span>
            </div>
            <div class="console-panel" id="console-panel" role="tabpanel" aria-labelledby={format!("console-{}", console.name())}>
                { part_unless(same_lines, "transcript", page, (lane, console as usize), transcript) }
                if page.snapshot.waits && console == Console::Redis {
                    <p class="console-waits">{ "Still under way." }
                        <button class="button" onclick={page.runs(Console::Sim, "interrupt".to_owned(), INTERRUPTED)}>{ "Interrupt (Ctrl-C)" }</button></p>
                } else {
                <p class="console-hint">{ match console {
                    Console::Redis => "Tab completes · ↑ history · HELP SET, HELP @list",
                    Console::Aws => "The control plane comes in a later version: what is typed here is refused.",
                    Console::Sim => "Tab completes · ↑ history · HELP · every button runs one of these lines",
                } }</p>
                }
                { part("entry", page, (lane, console as usize), entry) }
            </div>
        </section>
    }
}

/// The lines of a part's console.
fn lines_of(page: &Page, lane: usize, item: usize) -> Option<&Rc<Vec<Shown>>> {
    page.snapshot.consoles.get(lane).map(|of| &of.lines[item])
}

fn same_lines(old: &PartProps, new: &PartProps) -> bool {
    match (lines_of(&old.page, old.lane, old.item), lines_of(&new.page, new.lane, new.item)) {
        (Some(old), Some(new)) => Rc::ptr_eq(old, new),
        (old, new) => old.is_none() && new.is_none(),
    }
}

/// What was said, the latest line in sight.
fn transcript(cx: &Cx) -> Html {
    let (log, console) = (cx.node(0), Console::ALL[cx.item]);
    let lines: &[Shown] = lines_of(cx.page, cx.lane, cx.item).map_or(&[], |lines| lines);
    {
        let log = log.clone();
        cx.after(0, lines.as_ptr() as u64 ^ lines.len() as u64, move || {
            if let Some(log) = log.cast::<web_sys::Element>() {
                log.set_scroll_top(log.scroll_height());
            }
        });
    }
    let first = match console {
        Console::Redis => "redis-cli -c: a line goes to every lane.",
        Console::Aws => "aws elasticache: not part of this version yet.",
        Console::Sim => "Faults, time and traffic. HELP lists the lines.",
    };
    html! {
        <div ref={log} class="transcript mono" role="log" aria-label={format!("{} console", console.name())} tabindex="0"><div class="lines">
            <p class="line remark" key="first">{ first }</p>
            { each(lines.len(), &|place| {
                let line = &lines[place];
                let class = match line.style {
                    LineStyle::Input if line.console == Console::Sim && console == Console::Redis => "line foreign",
                    LineStyle::Input => "line typed",
                    LineStyle::Reply if line.text == "OK" => "line ok",
                    LineStyle::Reply => "line reply",
                    LineStyle::Redirect => "line redirect",
                    LineStyle::Error => "line error",
                    LineStyle::Remark => "line remark",
                };
                html! { <p key={place} {class}>{ line.text.clone() }<span class="line-note">{ line.note.map_or_else(String::new, |note| format!(" ← {note}")) }</span></p> }
            }) }
        </div></div>
    }
}

fn history_key(console: Console) -> String {
    format!("slotscope.history.{}", console.name())
}

/// The line under way.
struct Typing {
    text: String,
    history: Vec<String>,
    /// How far back in history the line is, and what was typed before going there.
    back: usize,
    before: String,
    /// The completions that Tab walks through, and which one stands there.
    round: Vec<String>,
    at: usize,
}

impl Typing {
    fn new(console: Console) -> Self {
        let all = dom::remembered(&history_key(console)).unwrap_or_default();
        let history = all.lines().map(str::to_owned).collect();
        Self { text: String::new(), history, back: 0, before: String::new(), round: Vec::new(), at: 0 }
    }

    /// A line was sent: it is the latest of history.
    fn sent(&mut self, console: Console, line: &str) {
        self.back = 0;
        self.text.clear();
        if line.trim().is_empty() {
            return;
        }
        if self.history.last().map(String::as_str) != Some(line) {
            self.history.push(line.to_owned());
        }
        let surplus = self.history.len().saturating_sub(HISTORY);
        self.history.drain(..surplus);
        dom::remember(&history_key(console), Some(&self.history.join("\n")));
    }

    /// Ctrl-C: the line is given up.
    fn interrupted(&mut self) {
        self.back = 0;
        self.text.clear();
        self.round.clear();
    }

    /// Into history or out of it by one line.
    fn walk(&mut self, older: bool) {
        self.leave();
        self.back = if older { (self.back + 1).min(self.history.len()) } else { self.back.saturating_sub(1) };
        self.text = match self.back {
            0 => self.before.clone(),
            back => self.history[self.history.len() - back].clone(),
        };
    }

    /// The next older line that holds what was typed.
    fn search(&mut self) {
        self.leave();
        let sought = self.before.to_ascii_lowercase();
        let count = self.history.len();
        for back in self.back + 1..=count {
            let line = &self.history[count - back];
            if line.to_ascii_lowercase().contains(&sought) {
                (self.back, self.text) = (back, line.clone());
                return;
            }
        }
    }

    /// Remembers what was typed, before history takes its place.
    fn leave(&mut self) {
        if self.back == 0 {
            self.before = self.text.clone();
        }
    }

    /// The next completion; false where there is none.
    fn complete(&mut self, page: &Page, console: Console) -> bool {
        if self.round.is_empty() {
            self.round = completion::complete(console, &self.text, &page.snapshot.target_names());
            self.at = 0;
        } else {
            self.at = (self.at + 1) % self.round.len();
        }
        let Some(found) = self.round.get(self.at).cloned() else { return false };
        self.text = found;
        if self.round.len() == 1 {
            self.round.clear();
            self.text.push(' ');
        }
        true
    }
}

/// Carries a line out.
fn submit(page: &Page, typing: &State<Typing>, console: Console, line: &str) {
    typing.borrow_mut().sent(console, line);
    typing.changed();
    // redis-cli's own word: it never reaches the server.
    if line.trim().eq_ignore_ascii_case("clear") {
        page.player.wipe(page.ui.lane, console);
    } else if !line.trim().is_empty() {
        page.player.type_line(console, line.trim());
        page.look(Look::Greeted);
    }
}

/// The line under way: history on ↑ and ↓, search on Ctrl-R, completion on Tab, which leaves the line when there is none.
fn entry(cx: &Cx) -> Html {
    let (page, lane, console) = (cx.page, cx.lane, Console::ALL[cx.item]);
    let prompt = page.snapshot.consoles.get(lane).map_or("", |of| of.prompt(console).trim_end()).to_owned();
    let typing = cx.state(|| Typing::new(console));
    let text = typing.borrow().text.clone();
    let hint = completion::hint(console, &text).unwrap_or_default();
    let id = format!("entry-{}", console.name());

    let oninput = {
        let typing = typing.clone();
        Callback::from(move |event: InputEvent| {
            {
                let mut typing = typing.borrow_mut();
                (typing.back, typing.text) = (0, dom::value(&event));
                typing.round.clear();
            }
            typing.changed();
        })
    };
    let onpaste = {
        let (page, typing) = (page.clone(), typing.clone());
        Callback::from(move |event: Event| {
            // Several lines are several commands: all of them are run at once.
            let Some(pasted) = pasted_text(&event) else { return };
            if pasted.contains('\n') {
                event.prevent_default();
                let all = format!("{}{pasted}", typing.borrow().text);
                for line in all.lines().take(HISTORY) {
                    submit(&page, &typing, console, line);
                }
            }
        })
    };
    let onkeydown = {
        let page = page.clone();
        Callback::from(move |event: KeyboardEvent| {
            let line = dom::value(&event);
            let control = event.ctrl_key() && !event.alt_key() && !event.meta_key();
            let key = event.key();
            typing.borrow_mut().text.clone_from(&line);
            match key.as_str() {
                "Enter" if !event.is_composing() => submit(&page, &typing, console, &line),
                "Escape" => {
                    event.stop_propagation();
                    dom::leave(&event);
                    return;
                }
                "ArrowUp" | "ArrowDown" => typing.borrow_mut().walk(key == "ArrowUp"),
                "r" if control => typing.borrow_mut().search(),
                // With letters marked it copies, as everywhere.
                "c" if control && !dom::has_selection(&event) => {
                    typing.borrow_mut().interrupted();
                    if console == Console::Redis && page.snapshot.busy {
                        page.run(Console::Sim, "interrupt", INTERRUPTED);
                    }
                }
                "l" if control => page.player.wipe(lane, console),
                "Tab"
                    if !event.shift_key()
                        && !line.trim().is_empty()
                        && typing.borrow_mut().complete(&page, console) => {}
                _ => return,
            }
            event.prevent_default();
            typing.changed();
        })
    };
    html! {
        <div class="entry mono">
            <label for={id.clone()} class="prompt">{ prompt }<span class="visually-hidden">{ " command" }</span></label>
            <div class="field">
                <input {id} type="text" value={text.clone()} {oninput} {onkeydown} {onpaste} autocapitalize="off" autocomplete="off" autocorrect="off" spellcheck="false"
                    enterkeyhint="send" aria-describedby="entry-hint" />
                <span class="ghost" aria-hidden="true"><span class="ghost-typed">{ text }</span><span class="ghost-hint">{ hint.clone() }</span></span>
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
