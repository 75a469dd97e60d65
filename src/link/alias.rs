//! Links written by hand: `#s=failover&seed=7&t=12.5&shards=5&policy=allkeys-lfu`.
//!
//! A scene of the gallery (`s`, the opening scene where there is none), the moment (`t`, seconds), the speed (`speed`, 1 is real
//! time), `paused=yes`, and the scenario's own keys as its text form has them. What is not known is an error, so
//! that a misspelt key does not quietly give another run.
//!
//! Start with [`read`].

use std::borrow::Cow;

use super::{Link, LinkError};
use crate::scenario::{Setting, TextProblem, decimal, exhibit, gallery, parse_seconds};

/// Every key that a hand-written link may have.
pub fn keys() -> Vec<&'static str> {
    let own = ["s", "t", "speed", "paused", "title", "lanes"];
    own.into_iter().chain(Setting::ALL.into_iter().map(Setting::key)).collect()
}

/// Reads a link written by hand, without its `#`.
pub fn read(text: &str) -> Result<Link, LinkError> {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for part in text.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').ok_or_else(|| LinkError::NoValue(part.to_owned()))?;
        if !keys().contains(&key) {
            return Err(LinkError::UnknownKey(key.to_owned()));
        }
        if pairs.iter().any(|(known, _)| *known == key) {
            return Err(LinkError::Twice(key.to_owned()));
        }
        pairs.push((key, percent_decode(&value.replace('+', " "))));
    }
    // The scene first: everything else changes it, in whatever order it was written.
    let scene = match pairs.iter().find(|(key, _)| *key == "s") {
        Some((_, id)) => exhibit(id).ok_or_else(|| LinkError::UnknownScene(id.clone()))?,
        None => gallery().swap_remove(0),
    };
    let mut link = Link::new(scene.scenario);
    for (key, value) in &pairs {
        let wrong = |allowed: &str| {
            LinkError::Value(TextProblem::Value {
                key: (*key).to_owned(),
                value: value.clone(),
                allowed: allowed.to_owned(),
            })
        };
        match *key {
            "s" => {}
            "t" => link.moment_ns = parse_seconds(value).ok_or_else(|| wrong("seconds, up to 3600"))?,
            "speed" => {
                let permille = decimal(value, 3).and_then(|permille| u32::try_from(permille).ok());
                link.speed_permille = Some(permille.ok_or_else(|| wrong("0.001 to 1000"))?);
            }
            "paused" if value == "yes" => link.playing = false,
            "paused" if value == "no" => link.playing = true,
            "paused" => return Err(wrong("yes or no")),
            _ => link.scenario.set_text(key, value).map_err(LinkError::Value)?,
        }
    }
    link.validate()?;
    Ok(link)
}

/// Replaces each `%41` by its byte, once. What is no such triple stays, and what is no UTF-8 becomes `U+FFFD`.
pub fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        let digit = |at: usize| after.get(at).and_then(|&digit| char::from(digit).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (byte, digit(0), digit(1)) {
            bytes.push((high * 16 + low) as u8);
            rest = &after[2..];
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Takes off as many layers of percent-encoding as `is_done` asks for, two at most.
pub fn percent_decode_until(text: &str, is_done: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..2 {
        if is_done(&text) || !text.contains('%') {
            break;
        }
        text = Cow::Owned(percent_decode(&text));
    }
    text
}
