//! What the console knows of commands while one is being typed: hints, completion, help.
//!
//! Hints look like redis-cli's: the syntax that is still to come. They look closer than redis-cli 7.0 does and leave out
//! options that were given already.
//!
//! Start with [`hint`].

use std::fmt::Write as _;

use super::command::{self, CommandSpec, Group};
use super::options;
use super::server::config;
use super::syntax::{self, Argument, Kind};

/// The groups that have commands, as `HELP @group` names them.
const GROUPS: [Group; 16] = [
    Group::Generic,
    Group::String,
    Group::List,
    Group::Set,
    Group::SortedSet,
    Group::Hash,
    Group::Pubsub,
    Group::Transactions,
    Group::Connection,
    Group::Server,
    Group::Scripting,
    Group::Hyperloglog,
    Group::Cluster,
    Group::Geo,
    Group::Stream,
    Group::Bitmap,
];

/// redis-cli's own command for another node.
const CONNECT: &str = "CONNECT";

/// Whether a word before a command says how often to run it.
fn is_times(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// What may follow a line: `set k` answers ` value [NX|XX] …`. `None` where nothing is known to follow.
pub fn hint(line: &str) -> Option<String> {
    let mut words = split(line);
    if words.is_empty() {
        return None;
    }
    if is(&words[0], CONNECT) {
        let left = ["host", "port"].get(words.len() - 1..)?.join(" ");
        let blank = if line.ends_with(char::is_whitespace) { "" } else { " " };
        return (!left.is_empty()).then(|| format!("{blank}{left}"));
    }
    if words.len() > 1 && is_times(&words[0]) {
        words.remove(0);
    }
    // COMMAND GETKEYS and ACL DRYRUN hold a command; HELP's word is completed, not hinted.
    let skip = match words.as_slice() {
        [a, b, _, ..] if is(a, "command") && (is(b, "getkeys") || is(b, "getkeysandflags")) => 2,
        [a, b, _, _, ..] if is(a, "acl") && is(b, "dryrun") => 3,
        _ => 0,
    };
    words.drain(..skip);
    let (spec, named) = find(&words)?;
    let typing = !line.ends_with(char::is_whitespace);
    let space = if typing { " " } else { "" };
    let arguments = syntax::parse(spec.arguments());
    let given = &words[named..];
    let rest = match rest_of(&arguments, given) {
        Some(rest) => rest,
        // The word being typed may become one of the words that can come here.
        None if typing => {
            let (last, before) = given.split_last()?;
            let rest = rest_of(&arguments, before)?;
            let last = last.to_ascii_uppercase();
            let fits = |word: &str| word.starts_with(&last);
            rest.split(|c: char| !c.is_ascii_alphanumeric()).any(fits).then_some(rest)?
        }
        None => return None,
    };
    (!rest.is_empty()).then(|| format!("{space}{rest}"))
}

fn rest_of(arguments: &[Argument], words: &[String]) -> Option<String> {
    let state = match_list(arguments, words, &[])?;
    (state.used == words.len()).then(|| state.rest.join(" "))
}

/// How far words went into arguments.
struct Match {
    /// Words used up.
    used: usize,
    /// What may still come, piece by piece.
    rest: Vec<String>,
}

/// Matches a sequence; `None` where a required word is something else. `stops` are words that end a repetition.
fn match_list(arguments: &[Argument], words: &[String], stops: &[&str]) -> Option<Match> {
    let mut at = 0;
    let mut rest = Vec::new();
    let mut i = 0;
    let mut count = None;
    while i < arguments.len() {
        let stops: Vec<&str> = tokens(&arguments[i + 1..]).into_iter().chain(stops.iter().copied()).collect();
        let argument = &arguments[i];
        if !argument.optional {
            i += 1;
            if at == words.len() {
                rest.push(argument.render());
                continue;
            }
            // What could have come before it no longer can.
            rest.clear();
            let found = match_one(argument, &words[at..], &stops, count.take())?;
            if argument.name == "numkeys" {
                count = words[at].parse().ok();
            }
            at += found.used;
            rest.extend(found.rest);
            continue;
        }
        // A run of options may come in any order.
        let run = arguments[i..].iter().take_while(|argument| argument.optional).count();
        let options = &arguments[i..i + run];
        let mut pieces: Vec<Option<Vec<String>>> = vec![None; run];
        while at < words.len() {
            let mut next = None;
            for (n, option) in options.iter().enumerate().filter(|(n, _)| pieces[*n].is_none()) {
                if let Some(found) = match_one(option, &words[at..], &stops, count) {
                    next = Some((n, found));
                    break;
                }
            }
            let Some((n, found)) = next.filter(|(_, found)| found.used > 0) else {
                break;
            };
            count = None;
            at += found.used;
            pieces[n] = Some(found.rest);
        }
        // What was begun comes first.
        rest.extend(pieces.iter().flatten().flatten().cloned());
        rest.extend(
            options.iter().zip(&pieces).filter(|(_, piece)| piece.is_none()).map(|(option, _)| option.render()),
        );
        i += run;
    }
    Some(Match { used: at, rest })
}

/// Matches one argument, repetitions included, against words of which there is at least one.
fn match_one(argument: &Argument, words: &[String], stops: &[&str], count: Option<usize>) -> Option<Match> {
    let mut state = match_once(argument, words, stops, true)?;
    if !argument.multiple || !state.rest.is_empty() {
        if argument.multiple {
            state.rest.push(argument.render_more());
        }
        return Some(state);
    }
    let mut times = 1;
    while state.used < words.len() && count.is_none_or(|count| times < count) {
        let word = &words[state.used];
        let again = argument.multiple_token && argument.token.is_some_and(|token| is(word, token));
        if !again && stops.iter().any(|stop| is(word, stop)) {
            return Some(state);
        }
        match match_once(argument, &words[state.used..], stops, argument.multiple_token) {
            Some(more) => {
                state.used += more.used;
                state.rest = more.rest;
                times += 1;
            }
            None => break,
        }
    }
    if state.used == words.len() && count.is_none_or(|count| times < count) {
        state.rest.push(argument.render_more());
    }
    Some(state)
}

fn match_once(argument: &Argument, words: &[String], stops: &[&str], with_token: bool) -> Option<Match> {
    let mut used = 0;
    if let Some(token) = argument.token.filter(|_| with_token) {
        if !is(words.first()?, token) {
            return None;
        }
        if argument.kind == Kind::PureToken {
            return Some(Match { used: 1, rest: Vec::new() });
        }
        used = 1;
        if words.len() == 1 {
            return Some(Match { used, rest: vec![argument.render_value()] });
        }
    }
    let words = &words[used..];
    let mut inner = match argument.kind {
        Kind::OneOf => argument.parts.iter().find_map(|part| match_one(part, words, stops, None))?,
        Kind::Block => match_list(&argument.parts, words, stops).filter(|found| found.used > 0)?,
        Kind::Integer if argument.optional && words[0].parse::<i64>().is_err() => return None,
        Kind::PureToken => return None,
        // An optional word without a name of its own gives way to the words that may follow.
        _ if argument.optional && argument.token.is_none() && stops.iter().any(|stop| is(&words[0], stop)) => {
            return None;
        }
        _ => Match { used: 1, rest: Vec::new() },
    };
    inner.used += used;
    Some(inner)
}

/// The words that can begin these arguments' options, up to and including the first required one.
fn tokens(arguments: &[Argument]) -> Vec<&'static str> {
    let mut tokens = Vec::new();
    for argument in arguments {
        match argument.token {
            Some(token) => tokens.push(token),
            None => match argument.kind {
                Kind::OneOf => {
                    tokens.extend(argument.parts.iter().flat_map(|part| self::tokens(std::slice::from_ref(part))));
                }
                Kind::Block => tokens.extend(self::tokens(argument.parts.get(..1).unwrap_or(&[]))),
                _ => {}
            },
        }
        if !argument.optional {
            break;
        }
    }
    tokens
}

/// Whole lines the line may become, best known first: commands, subcommands, HELP's topics, options, parameters of CONFIG.
pub fn complete(line: &str) -> Vec<String> {
    let typed = line.trim_start();
    let lead = &line[..line.len() - typed.len()];
    if let Some(topic) = after_word(typed, "help") {
        let kept = &line[..line.len() - topic.len()];
        let groups = GROUPS.iter().map(|group| format!("@{}", group.word()));
        return groups
            .chain(names())
            .filter(|name| starts_with(name, topic))
            .map(|name| format!("{kept}{name}"))
            .collect();
    }
    if let Some((times, rest)) = typed.split_once(' ')
        && is_times(times)
        && !rest.trim_start().is_empty()
    {
        return complete(rest).into_iter().map(|line| format!("{lead}{times} {line}")).collect();
    }
    let mut found: Vec<String> = names()
        .chain(["HELP", CONNECT].map(str::to_owned))
        .filter(|name| starts_with(name, typed))
        .map(|name| format!("{lead}{name}"))
        .collect();
    if !found.is_empty() {
        return found;
    }
    // Blanks of other alphabets are more than one byte long.
    let start = line.char_indices().rev().find(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8());
    let (before, word) = line.split_at(start);
    let words = split(before);
    let Some((spec, named)) = find(&words) else {
        return found;
    };
    if spec.name == "config|get" || (spec.name == "config|set" && (words.len() - named).is_multiple_of(2)) {
        found.extend(config::names().filter(|name| starts_with(name, word)).map(|name| format!("{before}{name}")));
        return found;
    }
    if let Some(rest) = rest_of(&syntax::parse(spec.arguments()), &words[named..]) {
        // Words in capitals are options; those inside a longer piece come after something else.
        for piece in rest.split(' ') {
            for option in piece.trim_matches(['[', ']']).split('|') {
                let is_word = option.len() > 1 && option.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
                let line = format!("{before}{option}");
                if is_word && !word.is_empty() && starts_with(option, word) && !found.contains(&line) {
                    found.push(line);
                }
            }
        }
    }
    found
}

/// HELP: one command, a container's subcommands, a group (`@string`), or, without a topic, how to ask.
pub fn help(topic: &str) -> String {
    let topic = topic.trim();
    if topic.is_empty() {
        return "HELP SET               one command\n\
                HELP CONFIG            a command and its subcommands\n\
                HELP @string           all commands of a group\n\
                CONNECT 0001-002 6379  another node\n\
                3 INCR n               the same command three times\n\
                Tab completes commands, subcommands, options and topics."
            .to_owned();
    }
    if let Some(group) = topic.strip_prefix('@') {
        let mut listed: Vec<String> = command::all()
            .filter(|(_, spec)| spec.group.word().eq_ignore_ascii_case(group))
            .map(|(_, spec)| {
                let (line, summary) = (usage(spec), spec.summary());
                format!("{line}\n  summary: {summary}\n  since: {}", spec.since())
            })
            .collect();
        listed.sort_unstable();
        if listed.is_empty() {
            let known: Vec<String> = GROUPS.iter().map(|group| format!("@{}", group.word())).collect();
            return format!("There is no group '@{group}'. Groups: {}", known.join(" "));
        }
        return listed.join("\n\n");
    }
    let words = split(topic);
    let Some((spec, named)) = find(&words).filter(|(_, named)| *named == words.len()) else {
        return format!("There is no command '{topic}' in Redis 7.0.");
    };
    debug_assert!(named > 0);
    let mut text = describe(spec);
    for sub in spec.subcommands {
        let _ = write!(text, "\n\n{}", describe(sub));
    }
    text
}

/// `GET key`.
fn usage(spec: &CommandSpec) -> String {
    let mut text = display_name(spec);
    let arguments = syntax::render(&syntax::parse(spec.arguments()));
    if !arguments.is_empty() {
        text.push(' ');
        text.push_str(&arguments);
    }
    text
}

/// Every word of these arguments that stands for itself, with what is written behind it.
fn list_options(arguments: &[Argument], into: &mut Vec<(&'static str, String)>) {
    for argument in arguments {
        if let Some(token) = argument.token.filter(|token| !token.is_empty()) {
            let value = if argument.kind == Kind::PureToken { String::new() } else { argument.render_value() };
            into.push((token, value));
        }
        list_options(&argument.parts, into);
    }
}

fn describe(spec: &CommandSpec) -> String {
    let mut text = usage(spec);
    let mut line = |label: &str, value: &str| {
        if !value.is_empty() {
            let _ = write!(text, "\n  {label}: {value}");
        }
    };
    line("summary", spec.summary());
    line("since", spec.since());
    line("group", spec.group.word());
    line("complexity", spec.complexity());
    if let Some((since, instead)) = spec.deprecated() {
        line("deprecated", &format!("since {since}, use {instead}"));
    }
    if spec.subcommands.is_empty() && !spec.implemented {
        line("here", "not implemented");
    }
    let mut words = Vec::new();
    list_options(&syntax::parse(spec.arguments()), &mut words);
    for (word, value) in words {
        if let Some(meaning) = options::meaning(spec.name, word) {
            let space = if value.is_empty() { "" } else { " " };
            let _ = write!(text, "\n  {word}{space}{value}: {meaning}");
        }
    }
    text
}

/// `CONFIG GET`.
fn display_name(spec: &CommandSpec) -> String {
    spec.name.replace('|', " ").to_ascii_uppercase()
}

fn names() -> impl Iterator<Item = String> {
    let mut names: Vec<String> = command::all().map(|(_, spec)| display_name(spec)).collect();
    names.sort_unstable();
    names.into_iter()
}

/// The command these words begin with, and how many of them name it.
fn find(words: &[String]) -> Option<(&'static CommandSpec, usize)> {
    let container = command::lookup_top(words.first()?.as_bytes())?;
    match words.get(1).and_then(|sub| command::lookup_sub(container, sub.as_bytes())) {
        Some((_, spec)) => Some((spec, 2)),
        None => Some((container.1, 1)),
    }
}

/// What follows `word` and a space.
fn after_word<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let (head, rest) = line.split_once(char::is_whitespace)?;
    is(head, word).then(|| rest.trim_start())
}

fn is(said: &str, word: &str) -> bool {
    said.eq_ignore_ascii_case(word)
}

fn starts_with(name: &str, typed: &str) -> bool {
    name.get(..typed.len()).is_some_and(|head| is(head, typed))
}

/// Words as redis-cli splits them; an open quote holds the rest of the line.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut chars = line.chars().peekable();
    loop {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        let Some(quote) = chars.peek().copied() else {
            return words;
        };
        let quote = matches!(quote, '"' | '\'').then_some(quote);
        if quote.is_some() {
            chars.next();
        }
        let mut word = String::new();
        while let Some(c) = chars.next_if(|c| quote.is_some() || !c.is_whitespace()) {
            match c {
                c if Some(c) == quote => break,
                '\\' if quote.is_some() => word.extend(chars.next()),
                c => word.push(c),
            }
        }
        words.push(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_shows_the_syntax_that_is_still_to_come() {
        for (line, expected) in [
            ("get", Some(" key")),
            ("get ", Some("key")),
            ("get k", None),
            (
                "set k",
                Some(
                    " value [NX|XX] [GET] [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|KEEPTTL]",
                ),
            ),
            ("set k v ex", Some(" seconds [NX|XX] [GET]")),
            ("set k v ex 10 ", Some("[NX|XX] [GET]")),
            ("set k v ex 10 nx ", Some("[GET]")),
            ("set k v wat ", None),
            ("mset a 1 ", Some("[key value ...]")),
            ("mset a 1 b", Some(" value [key value ...]")),
            ("config get ", Some("parameter [parameter ...]")),
            ("config ", None),
            ("lpop l", Some(" [count]")),
            ("zunion 2 a b ", Some("[WEIGHTS weight [weight ...]] [AGGREGATE SUM|MIN|MAX] [WITHSCORES]")),
            ("zunion 2 a b weights 1 ", Some("[weight ...] [AGGREGATE SUM|MIN|MAX] [WITHSCORES]")),
            ("zunion 2 a b weights 1 aggregate ", Some("SUM|MIN|MAX [WITHSCORES]")),
            ("xread count 2 streams s", Some(" [key ...] id [id ...]")),
            (
                "sort l get a get ",
                Some(
                    "pattern [GET pattern ...] [BY pattern] [LIMIT offset count] [ASC|DESC] [ALPHA] [STORE destination]",
                ),
            ),
            ("command getkeys get ", Some("key")),
            ("3 get ", Some("key")),
            ("3", None),
            ("connect", Some(" host port")),
            ("connect 0001-002 ", Some("port")),
            ("connect 0001-002 6379 ", None),
            ("nosuch ", None),
            ("", None),
        ] {
            assert_eq!(hint(line).as_deref(), expected, "{line:?}");
        }
    }

    #[test]
    fn completion_knows_commands_subcommands_topics_options_and_parameters() {
        assert_eq!(complete("strl"), ["STRLEN"]);
        assert_eq!(complete("config re"), ["CONFIG RESETSTAT", "CONFIG REWRITE"]);
        assert_eq!(complete("help @str"), ["help @string", "help @stream"]);
        assert_eq!(complete("help xle"), ["help XLEN"]);
        assert_eq!(complete("set k v ex"), ["set k v EX", "set k v EXAT"]);
        assert_eq!(complete("config get maxmemory-p"), ["config get maxmemory-policy"]);
        assert!(complete("").len() > 360);
        assert!(complete("nosuch").is_empty());
    }

    #[test]
    fn help_describes_a_command_in_our_own_words() {
        expect_test::expect![[r"
            STRLEN key
              summary: Count the bytes of a string
              since: 2.2.0
              group: string
              complexity: O(1)"]]
        .assert_eq(help("strlen").replace("\n  here: not implemented", "").as_str());
        assert_eq!(help("@hash").matches("summary: ").count(), 16);
        assert!(help("@string").starts_with("APPEND key value\n  summary: "));
        assert!(help("copy").ends_with(
            "\n  DB destination-db: into the database with this number\n  REPLACE: overwrite the destination"
        ));
        assert!(help("nosuch").contains("no command"));
        assert!(help("config").contains("CONFIG RESETSTAT"));
    }

    #[test]
    fn every_option_of_every_command_is_explained() {
        let mut unexplained = Vec::new();
        for (_, spec) in command::all() {
            let mut words = Vec::new();
            list_options(&syntax::parse(spec.arguments()), &mut words);
            let missing = words.iter().filter(|(word, _)| options::meaning(spec.name, word).is_none());
            unexplained.extend(missing.map(|(word, _)| format!("{} {word}", spec.name)));
        }
        assert!(unexplained.is_empty(), "{unexplained:?}");
        let meaning = options::meaning;
        assert_eq!(meaning("zadd", "NX"), Some("only add members, change none"));
        assert_eq!(meaning("pexpireat", "NX"), Some("only if the key has no time to live"));
        assert_eq!(meaning("client|kill", "TYPE"), Some("only connections of this kind"));
        assert_eq!(meaning("set", "NOSUCH"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_line_makes_hints_or_completion_panic(line in "(set|zunion|xadd|client kill|bitfield|help|config get)? ?[ -~é]{0,40}") {
            hint(&line);
            complete(&line);
            help(&line);
        }
    }
}
