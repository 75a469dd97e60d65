//! The Yew page: reads what can be seen of a run, sends actions, holds no simulation and no figure of its own.
//!
//! May know: `world`, `scenario`, `link`, and the engine's names for slots and commands. The parts:
//!
//! | file | what it is |
//! |---|---|
//! | `run` | the run: world, past, seen future; every call to the world |
//! | `playback`, `player` | how time passes; animation frames; snapshots for Yew |
//! | `screen`, `stage`, `charts` | what is drawn on canvases at every frame |
//! | `snapshot`, `state` | what Yew is shown; what the visitor looks at |
//! | `part` | the one component that all stateful parts are |
//! | `app` | the page's parts in their places, shortcuts |
//! | `topbar`, `lane`, `timeline`, `side`, `lesson`, `node`, `keys`, `browser`, `request`, `console` | the parts |
//! | `palette`, `sheets`, `slots`, `dialog` | what opens over the page |
//! | `share`, `completion`, `lessons` | links, command tables, the scenes' lessons |
//!
//! Start at [`start`], then `app` for what is seen and `playback` for what happens in a frame.

mod app;
mod browser;
mod charts;
mod completion;
mod console;
mod dialog;
mod dom;
mod format;
mod icons;
mod keys;
mod lane;
mod lesson;
mod lessons;
mod node;
mod palette;
mod part;
mod playback;
mod player;
mod request;
mod run;
mod screen;
mod share;
mod sheets;
mod side;
mod slots;
mod snapshot;
mod speed;
mod stage;
mod state;
mod timeline;
mod topbar;

/// Mounts the page.
pub fn start() {
    console_error_panic_hook::set_once();
    state::restore_theme();
    let Some(document) = dom::document() else { return };
    // A page that embeds the JavaScript API has no place for this one.
    let Some(host) = document.get_element_by_id("app") else { return };
    match player::Player::open(&dom::hash()) {
        Ok(player) => {
            let ui = app::first_look(&player);
            let page = state::Hub::new(player, ui).page();
            let props = part::PartProps { page, draw: app::draw, same: |_, _| true, lane: 0, item: 0 };
            yew::Renderer::<part::Part>::with_root_and_props(host, props).render();
        }
        // The opening scene itself is out of range: say why instead of showing an empty page.
        Err(why) => host.set_text_content(Some(&why)),
    }
}
