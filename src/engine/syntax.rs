//! The notation of command arguments in the table, and what is printed from it: COMMAND DOCS' argument maps and the
//! syntax line of redis-cli's HELP.
//!
//! | notation | means |
//! |---|---|
//! | `value` | a string called value; other types have a letter: `i:count` integer, `d:score` double, `p:pattern`, `u:unix-time`, `k0:key` a key of key specification 0 |
//! | `NX` | the word NX itself; `t:alias=WORD` where it is called otherwise |
//! | `i:seconds=EX` | the word EX and then an integer |
//! | `name<a b c>` | one of a, b, c |
//! | `name(a b c)` | a and b and c, as a block |
//! | `?` `*` `+` | may be left out; may be repeated; is repeated with its word |
//! | `@6.2.0` `!2.8.12` | the version that brought it; that deprecated it |
//!
//! Start with [`parse`].

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any bytes.
    String,
    /// A key.
    Key,
    /// A 64-bit integer.
    Integer,
    /// A floating-point number.
    Double,
    /// A glob-style pattern.
    Pattern,
    /// A Unix time.
    UnixTime,
    /// A word that stands for itself.
    PureToken,
    /// One of its parts.
    OneOf,
    /// All of its parts.
    Block,
}

impl Kind {
    /// As COMMAND DOCS prints it.
    pub fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Key => "key",
            Self::Integer => "integer",
            Self::Double => "double",
            Self::Pattern => "pattern",
            Self::UnixTime => "unix-time",
            Self::PureToken => "pure-token",
            Self::OneOf => "oneof",
            Self::Block => "block",
        }
    }
}

/// An argument, as COMMAND DOCS describes it.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// The number of its key specification.
    pub key_spec: Option<u8>,
    /// The word that goes before it, or that it is.
    pub token: Option<&'static str>,
    /// May be left out.
    pub optional: bool,
    /// May be repeated.
    pub multiple: bool,
    /// Its word is repeated with it.
    pub multiple_token: bool,
    /// The version that brought it, or empty: with the command.
    pub since: &'static str,
    /// The version that deprecated it, or empty.
    pub deprecated_since: &'static str,
    /// Its parts, if it is a choice or a block.
    pub parts: Vec<Argument>,
}

/// Reads the notation. The table's own text is trusted: what does not parse is taken for a string's name.
pub fn parse(text: &'static str) -> Vec<Argument> {
    let mut rest = text;
    parse_list(&mut rest)
}

fn parse_list(rest: &mut &'static str) -> Vec<Argument> {
    let mut list = Vec::new();
    loop {
        *rest = rest.trim_start_matches(' ');
        if rest.is_empty() || rest.starts_with(['>', ')']) {
            return list;
        }
        list.push(parse_one(rest));
    }
}

/// Cuts off the front of `rest` up to one of `ends`.
fn word(rest: &mut &'static str, ends: &[char]) -> &'static str {
    let end = rest.find(ends).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after;
    word
}

const ENDS: &[char] = &[' ', '<', '>', '(', ')', '=', '?', '*', '+', '@', '!'];

fn parse_one(rest: &mut &'static str) -> Argument {
    let head = word(rest, ENDS);
    let (kind, key_spec, name) = match head.split_once(':') {
        Some((letter, name)) => {
            let kind = match letter.as_bytes().first() {
                Some(b'k') => Kind::Key,
                Some(b'i') => Kind::Integer,
                Some(b'd') => Kind::Double,
                Some(b'p') => Kind::Pattern,
                Some(b'u') => Kind::UnixTime,
                Some(b't') => Kind::PureToken,
                _ => Kind::String,
            };
            (kind, letter.get(1..).and_then(|digit| digit.parse().ok()), name)
        }
        None if head.starts_with(|c: char| c.is_ascii_uppercase()) => (Kind::PureToken, None, head),
        None => (Kind::String, None, head),
    };
    let shouted = kind == Kind::PureToken && !head.contains(':');
    let mut arg = Argument {
        name: if shouted { name.to_ascii_lowercase() } else { name.to_owned() },
        kind,
        key_spec,
        token: shouted.then_some(head),
        optional: false,
        multiple: false,
        multiple_token: false,
        since: "",
        deprecated_since: "",
        parts: Vec::new(),
    };
    if let Some(after) = rest.strip_prefix('=') {
        *rest = after;
        let token;
        if let Some(quoted) = rest.strip_prefix('"') {
            let (text, after) = quoted.split_once('"').unwrap_or((quoted, ""));
            token = text;
            *rest = after;
        } else {
            // `*` and `=` are words too (XADD): the first character always belongs to the word.
            let is_end = |(_, c): &(usize, char)| ENDS.contains(c);
            let end = rest.char_indices().skip(1).find(is_end);
            let (text, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
            token = text;
            *rest = after;
        }
        arg.token = Some(token);
    }
    let kind = match rest.as_bytes().first() {
        Some(b'<') => Some(Kind::OneOf),
        Some(b'(') => Some(Kind::Block),
        _ => None,
    };
    if let Some(kind) = kind {
        arg.kind = kind;
        *rest = &rest[1..];
        arg.parts = parse_list(rest);
        *rest = rest.get(1..).unwrap_or("");
    }
    loop {
        let mark = rest.as_bytes().first().copied();
        match mark {
            Some(b'?') => arg.optional = true,
            Some(b'*') => arg.multiple = true,
            Some(b'+') => arg.multiple_token = true,
            Some(b'@' | b'!') => {
                *rest = &rest[1..];
                let version = word(rest, &[' ', '>', ')', '!', '@']);
                if mark == Some(b'@') {
                    arg.since = version;
                } else {
                    arg.deprecated_since = version;
                }
                continue;
            }
            _ => return arg,
        }
        *rest = &rest[1..];
    }
}

/// The syntax line: `key value [NX|XX]`.
pub fn render(arguments: &[Argument]) -> String {
    join(arguments, " ")
}

fn join(arguments: &[Argument], separator: &str) -> String {
    arguments.iter().map(Argument::render).collect::<Vec<_>>().join(separator)
}

impl Argument {
    /// As redis-cli prints it: brackets around what may be left out, dots after what may be repeated.
    pub fn render(&self) -> String {
        let text = self.render_required();
        if self.optional { format!("[{text}]") } else { text }
    }

    /// [`Self::render`] without the brackets.
    pub fn render_required(&self) -> String {
        let once = match (self.token, self.kind) {
            (Some(token), Kind::PureToken) => quoted(token),
            (Some(token), _) => format!("{} {}", quoted(token), self.render_value()),
            (None, _) => self.render_value(),
        };
        if self.multiple { format!("{once} {}", self.render_more()) } else { once }
    }

    /// Without its word, brackets and dots.
    pub fn render_value(&self) -> String {
        match self.kind {
            Kind::OneOf => join(&self.parts, "|"),
            Kind::Block => join(&self.parts, " "),
            _ => self.name.clone(),
        }
    }

    /// How it is repeated: `[member ...]`.
    pub fn render_more(&self) -> String {
        match self.token {
            Some(token) if self.multiple_token => {
                format!("[{} {} ...]", quoted(token), self.render_value())
            }
            _ => format!("[{} ...]", self.render_value()),
        }
    }
}

fn quoted(token: &str) -> String {
    if token.is_empty() { "\"\"".to_owned() } else { token.to_owned() }
}
