//! The page's few icons, drawn in the colour of the text around them.

use yew::prelude::*;

fn svg(size: u8, inner: Html) -> Html {
    html! {
        <svg class="icon" width={size.to_string()} height={size.to_string()} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            { inner }
        </svg>
    }
}

fn path(d: &'static str) -> Html {
    svg(16, html! { <path fill="currentColor" d={d} /> })
}

/// To the start.
pub fn restart() -> Html {
    path("M3 3h2v10H3zM13 3v10L6 8z")
}
/// A step back.
pub fn back() -> Html {
    path("M12 3v10L4 8z")
}
/// Play.
pub fn play() -> Html {
    path("M4 2.5v11L13.5 8z")
}
/// Pause.
pub fn pause() -> Html {
    path("M3.5 3h3v10h-3zM9.5 3h3v10h-3z")
}
/// A step forward.
pub fn step() -> Html {
    path("M3 3v10l7-5zM11 3h2v10h-2z")
}
/// The other theme.
pub fn theme() -> Html {
    svg(
        18,
        html! {
            <>
                <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.5" />
                <path fill="currentColor" d="M8 2a6 6 0 0 0 0 12z" />
            </>
        },
    )
}
/// Close.
pub fn close() -> Html {
    svg(
        16,
        html! { <path fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" d="M4 4l8 8M12 4l-8 8" /> },
    )
}
/// The page's mark: three shards.
pub fn brand() -> Html {
    html! {
        <svg class="brand-mark" width="26" height="20" viewBox="0 0 26 20" aria-hidden="true" focusable="false">
            <rect class="fill-shard-0" x="0" y="1" width="7" height="18" rx="2" />
            <rect class="fill-shard-1" x="9" y="1" width="7" height="18" rx="2" />
            <rect class="fill-shard-2" x="18" y="1" width="7" height="18" rx="2" />
        </svg>
    }
}
/// A shape of the legend, in ink: the same shapes that travel on the stage.
pub fn shape(name: &'static str) -> Html {
    let inner = match name {
        "read" => html! { <path fill="currentColor" d="M3 3v10l10-5z" /> },
        "hit" => html! { <circle fill="currentColor" cx="8" cy="8" r="5" /> },
        "miss" => html! { <circle fill="none" stroke="currentColor" stroke-width="2.4" cx="8" cy="8" r="4.4" /> },
        "write" => html! { <path fill="currentColor" d="M3.5 3.5h9v9h-9z" /> },
        "query" => html! { <path fill="currentColor" d="M8 2l6 6-6 6-6-6z" /> },
        "redirect" => {
            html! { <path fill="none" stroke="currentColor" stroke-width="2" d="M3 13V7q0-3 3-3h6M9 1l3.5 3L9 7" /> }
        }
        "gossip" => html! { <circle fill="currentColor" cx="8" cy="8" r="2.4" /> },
        "error" => html! { <path fill="none" stroke="currentColor" stroke-width="2.4" d="M4 4l8 8M12 4l-8 8" /> },
        _ => html! { <rect fill="currentColor" x="6" y="2" width="4" height="12" rx="1.5" /> },
    };
    svg(14, html! { <g>{ inner }</g> })
}
