//! The colours and typefaces of the page as the canvas needs them, read from its style sheet.

use web_sys::Element;

use super::motion::{Hue, INK};

/// Colours by role, as CSS colour strings, and the two typefaces.
#[derive(Clone, Debug, PartialEq)]
pub struct Palette {
    /// Text and marks that carry the message.
    pub ink: String,
    /// Text of second rank.
    pub ink_2: String,
    /// Text of third rank.
    pub ink_3: String,
    /// Ground of panels.
    pub surface: String,
    /// Ground of a zone on the stage.
    pub stage: String,
    /// Ground of a box on the stage.
    pub node: String,
    /// Hairlines.
    pub line: String,
    /// Lane B's line, the playhead.
    pub accent: String,
    /// One for each shard, in turn.
    pub shards: [String; 8],
    /// Things are better.
    pub good: String,
    /// Look.
    pub warn: String,
    /// Something broke.
    pub bad: String,
    /// Family list of running text.
    pub sans: String,
    /// Family list of names and numbers of a machine.
    pub mono: String,
}

/// Hues of the dark theme: Okabe and Ito's, which three common colour deficiencies keep apart, and their neighbours.
const SHARDS: [&str; 8] = ["#56b4e9", "#e69f00", "#12a67c", "#cc79a7", "#f0e442", "#9a8cff", "#ff7f50", "#8fb8a8"];

impl Palette {
    /// Reads `--ink` `--ink-2` `--ink-3` `--surface` `--stage` `--node` (else `--page`) `--line` `--accent` `--shard-0` to
    /// `--shard-7` `--good` `--warn` `--bad` `--sans` `--mono` where `element` stands. What is not set is taken from
    /// the dark theme. Read it once, and again when the theme changes: it asks the browser for computed styles.
    pub fn from_css(element: &Element) -> Self {
        let style = web_sys::window().and_then(|w| w.get_computed_style(element).ok().flatten());
        let read = |name: &str| {
            let value = style.as_ref().and_then(|s| s.get_property_value(name).ok()).unwrap_or_default();
            Some(value.trim().to_owned()).filter(|v| !v.is_empty())
        };
        let or = |name: &str, fallback: &str| read(name).unwrap_or_else(|| fallback.to_owned());
        Self {
            ink: or("--ink", "#e8edf3"),
            ink_2: or("--ink-2", "#9aa5b1"),
            ink_3: or("--ink-3", "#6b7682"),
            surface: or("--surface", "#161d26"),
            stage: or("--stage", "#131a22"),
            node: read("--node").or_else(|| read("--page")).unwrap_or_else(|| or("--surface", "#10151c")),
            line: or("--line", "#2a333e"),
            accent: or("--accent", "#79c0ff"),
            shards: std::array::from_fn(|i| or(&format!("--shard-{i}"), SHARDS[i])),
            good: or("--good", "#7ee2a8"),
            warn: or("--warn", "#f0b429"),
            bad: or("--bad", "#ff7b6b"),
            sans: or("--sans", "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"),
            mono: or("--mono", "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"),
        }
    }

    /// The colour of a hue.
    pub fn hue(&self, hue: Hue) -> &str {
        if hue >= INK { &self.ink } else { &self.shards[usize::from(hue)] }
    }

    /// The colour of a shard.
    pub fn shard(&self, shard: u16) -> &str {
        &self.shards[usize::from(shard % 8)]
    }

    /// A font of `px` pixels, as the canvas wants it.
    pub fn text(&self, px: f64) -> String {
        format!("{px:.1}px {}", self.sans)
    }

    /// A heavier font.
    pub fn bold(&self, px: f64) -> String {
        format!("600 {px:.1}px {}", self.sans)
    }

    /// A font in which all signs are as wide.
    pub fn fixed(&self, px: f64) -> String {
        format!("{px:.1}px {}", self.mono)
    }
}
