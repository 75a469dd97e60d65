//! The lesson tab: what one sees, what to try, and the cluster in words.

use yew::prelude::*;

use super::lane::letter;
use super::lessons;
use super::state::PageProps;

/// The tab.
#[component]
pub fn LessonTab(props: &PageProps) -> Html {
    let page = &props.page;
    let scenario = &page.snapshot.scenario;
    let lesson = lessons::lesson(&scenario.title);
    html! {
        <div class="lesson">
            <h3>{ scenario.title.clone() }</h3>
            <div class="prose">{ for lesson.see.iter().enumerate().map(|(place, text)| html! { <p key={place}>{ *text }</p> }) }</div>
            <h4>{ "Try this" }</h4>
            <ul class="attempts">
                { for lesson.attempts.iter().map(|(console, line, why)| html! {
                    <li key={*line}>
                        <button class="button action" onclick={page.runs(*console, (*line).to_owned(), "from the lesson")}><code>{ format!("{}> {line}", console.name()) }</code></button>
                        <p>{ *why }</p>
                    </li>
                }) }
            </ul>
            <details class="in-words">
                <summary>{ "The cluster in words" }</summary>
                <div>{ for page.snapshot.view.lanes.iter().enumerate().map(|(lane, view)| html! {
                    <section key={lane}>
                        <h4>{ format!("Lane {}: {}", letter(lane), view.strategy.name()) }</h4>
                        <ul>{ for view.in_words.iter().enumerate().map(|(place, words)| html! { <li key={place}>{ words.clone() }</li> }) }</ul>
                    </section>
                }) }</div>
            </details>
            <p class="model-note">{ "A model, not a server: the command engine follows Redis 7.0, the network and the machines are simulated, and the seed is " }<code>{ scenario.seed.to_string() }</code>{ "." }</p>
        </div>
    }
}
