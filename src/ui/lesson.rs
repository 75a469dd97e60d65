//! The lesson tab: what one sees, what to try, and the cluster in words.

use yew::prelude::*;

use super::lane::letter;
use super::lessons;
use super::part::each;
use super::state::Page;

/// The tab.
pub fn lesson_tab(page: &Page) -> Html {
    let scenario = &page.snapshot.scenario;
    let lesson = lessons::lesson(&scenario.title);
    html! {
        <div class="lesson">
            <h3>{ scenario.title.clone() }</h3>
            <div class="prose">{ each(lesson.see.len(), &|place| html! { <p key={place}>{ lesson.see[place] }</p> }) }</div>
            <h4>{ "Try this" }</h4>
            <ul class="attempts">
                { each(lesson.attempts.len(), &|place| {
                    let (console, line, why) = lesson.attempts[place];
                    html! {
                        <li key={line}>
                            <button class="button action" onclick={page.runs(console, line.to_owned(), "from the lesson")}><code>{ format!("{}> {line}", console.name()) }</code></button>
                            <p>{ why }</p>
                        </li>
                    }
                }) }
            </ul>
            <details class="in-words">
                <summary>{ "The cluster in words" }</summary>
                <div>{ each(page.snapshot.view.lanes.len(), &|lane| {
                    let view = &page.snapshot.view.lanes[lane];
                    html! {
                        <section key={lane}>
                            <h4>{ format!("Lane {}: {}", letter(lane), view.strategy.name()) }</h4>
                            <ul>{ each(view.in_words.len(), &|place| html! { <li key={place}>{ view.in_words[place].clone() }</li> }) }</ul>
                        </section>
                    }
                }) }</div>
            </details>
            <p class="model-note">{ "A model, not a server: the command engine follows Redis 7.0, the network and the machines are simulated, and the seed is " }<code>{ scenario.seed.to_string() }</code>{ "." }</p>
        </div>
    }
}
