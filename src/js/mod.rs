//! The JavaScript API, for pages that embed a run.
//!
//! May know: `world`, `scenario`, `link`. Built for the browser only. What goes out is a copy: plain objects, numbers, strings (see
//! `dto.rs`). What goes wrong is thrown as an `Error` whose message is a sentence for people.
//!
//! ```js
//! const run = new Playground("#s=failover");
//! run.exec("SET user:1 Alice EX 60");      // ["OK"]
//! run.advance(25);                         // seconds
//! run.act("sim> kill 0001-001");
//! run.view().lanes[0].figures.hitRatio;    // 0.93
//! location.hash = run.link();
//! ```
//!
//! Start with [`Playground`].

mod dto;

use wasm_bindgen::prelude::{JsError, JsValue, wasm_bindgen};

use crate::link::{self, Link, LinkError};
use crate::scenario::{Console, Scenario, format_seconds, parse_console};
use crate::world::{LineStyle, Nanos, World};

/// How long, in simulated nanoseconds, a console line's reply is waited for: ten seconds.
const REPLY_WAIT_NS: u64 = 10_000_000_000;
/// How many instants are handled, at most, while a reply is waited for.
const REPLY_STEPS_MAX: u32 = 10_000_000;

/// A run.
#[wasm_bindgen]
pub struct Playground {
    world: World,
}

#[wasm_bindgen]
impl Playground {
    /// A run from a link (`location.hash`, a whole URL, `#s=failover`) or from a scenario's text, at the link's moment or at
    /// the beginning. Without either, the opening scene.
    #[wasm_bindgen(constructor)]
    pub fn new(source: Option<String>) -> Result<Self, JsError> {
        let world = match source.as_deref().map(str::trim) {
            None | Some("") => World::new(&Scenario::default()),
            Some(text) if is_scenario_text(text) => World::new(&text.parse()?),
            Some(text) => match link::decode(text) {
                Err(LinkError::Empty) => World::new(&Scenario::default()),
                link => {
                    let Link { scenario, log, moment_ns, .. } = link?;
                    World::replay(&scenario, &log, Nanos(moment_ns))
                }
            },
        };
        Ok(Self { world: world.map_err(|sentence| JsError::new(&sentence))? })
    }

    /// Types a line at a console (`"redis"`, `"aws"` or `"sim"`; the cache's where none is named), lets time pass until the
    /// reply is there, and returns it in lines. A reply that takes more than ten simulated seconds is an error; the
    /// line stays typed.
    #[wasm_bindgen(unchecked_return_type = "string[]")]
    pub fn exec(&mut self, line: &str, console: Option<String>) -> Result<JsValue, JsError> {
        let name = console.as_deref().unwrap_or("redis");
        let console = Console::ALL.into_iter().find(|console| console.name() == name);
        let console = console.ok_or_else(|| JsError::new("A console is one of redis, aws, sim."))?;
        let before = self.world.transcript_length(0);
        self.type_line(console, line)?;
        if console == Console::Redis {
            self.wait_for_reply()?;
        }
        let shown = self.world.transcript(0, before).iter();
        let replies = shown.filter(|line| line.console == console && line.style != LineStyle::Input);
        to_js(&replies.flat_map(|line| line.text.lines()).collect::<Vec<_>>())
    }

    /// Types a line with its prompt, as a timeline has it: `sim> kill 0002-001`. Does not wait for the reply.
    pub fn act(&mut self, line: &str) -> Result<(), JsError> {
        let shape = || JsError::new("A line begins with its console: redis> , aws> or sim> .");
        let (console, line) = parse_console(line).ok_or_else(shape)?;
        self.type_line(console, line)
    }

    /// Lets so many simulated seconds pass.
    pub fn advance(&mut self, seconds: f64) -> Result<(), JsError> {
        if !(0.0..=1e6).contains(&seconds) {
            return Err(JsError::new("Time advances by a number of seconds that is not negative."));
        }
        // The nearest nanosecond: 1e6 s are 1e15 ns, which a double holds exactly.
        self.advance_to(self.world.now().0 + (seconds * 1e9 + 0.5) as u64)
    }

    /// Lets time pass until this moment: simulated nanoseconds since the run began.
    #[wasm_bindgen(js_name = advanceTo)]
    pub fn advance_to(&mut self, ns: u64) -> Result<(), JsError> {
        if ns < self.world.now().0 {
            return Err(JsError::new("Time does not run backwards; make a Playground from link() to look back."));
        }
        if ns > World::LONGEST.0 {
            let longest = format_seconds(World::LONGEST.0);
            return Err(JsError::new(&format!("A run lasts {longest} simulated seconds at most.")));
        }
        self.world.advance(Nanos(ns));
        Ok(())
    }

    /// The present: simulated nanoseconds since the run began.
    pub fn now(&self) -> u64 {
        self.world.now().0
    }

    /// A reading of the whole run.
    #[wasm_bindgen(unchecked_return_type = "View")]
    pub fn view(&self) -> Result<JsValue, JsError> {
        to_js(&dto::View::from(self.world.view()))
    }

    /// What the consoles of the first lane have shown, oldest first; `since` skips that many lines.
    #[wasm_bindgen(unchecked_return_type = "ConsoleLine[]")]
    pub fn transcript(&self, since: Option<u32>) -> Result<JsValue, JsError> {
        let lines = self.world.transcript(0, since.unwrap_or(0) as usize);
        to_js(&lines.iter().map(dto::ConsoleLine::from).collect::<Vec<_>>())
    }

    /// The run's fingerprint, 16 hexadecimal digits: equal at equal moments wherever the same link is replayed.
    pub fn fingerprint(&self) -> String {
        dto::hex(self.world.fingerprint())
    }

    /// A link to the present moment of this run, `#` included.
    pub fn link(&self) -> Result<String, JsError> {
        let link = Link {
            log: self.world.log().to_vec(),
            moment_ns: self.world.now().0,
            fingerprint: Some(self.world.fingerprint()),
            playing: false,
            ..Link::new(self.world.scenario().clone())
        };
        Ok(link::encode(&link)?)
    }

    /// The scenario's text, as the constructor takes it.
    pub fn scenario(&self) -> String {
        self.world.scenario().to_string()
    }
}

impl Playground {
    fn type_line(&mut self, console: Console, line: &str) -> Result<(), JsError> {
        self.world.act(console, line).map_err(|error| JsError::new(&error.0))
    }

    fn wait_for_reply(&mut self) -> Result<(), JsError> {
        let deadline = World::LONGEST.0.min(self.world.now().0.saturating_add(REPLY_WAIT_NS));
        for _ in 0..REPLY_STEPS_MAX {
            if !self.world.console_busy() {
                return Ok(());
            }
            if self.world.now().0 >= deadline {
                break;
            }
            self.world.step();
        }
        Err(JsError::new("The reply has not come within ten simulated seconds. Advance the run to wait longer."))
    }
}

/// Whether this is a scenario's text rather than a link: it has line breaks, or a blank without what links have.
fn is_scenario_text(text: &str) -> bool {
    text.contains('\n') || (text.contains(' ') && !text.starts_with('#') && !text.contains(['=', '%']))
}

/// Plain JavaScript values; what is absent is `null`.
fn to_js(value: &impl serde::Serialize) -> Result<JsValue, JsError> {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    value.serialize(&serializer).map_err(|error| JsError::new(&error.to_string()))
}
