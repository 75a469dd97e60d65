//! COMMAND: the command table, told in Redis's reply shapes.
//!
//! Differs from Redis on purpose: summaries, complexities and notes are in our own words, there is no history, and
//! commands come in the order of the table's groups.

use crate::engine::call::Call;
use crate::engine::command::{self, BeginSearch, Categories, CommandSpec, FindKeys, KeyFlags, KeySpec};
use crate::engine::error::Error;
use crate::engine::syntax::{self, Argument};
use crate::engine::{glob, keys};
use crate::resp::{Bytes, Value};

/// `COMMAND`
pub fn command(_call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::Array(command::top_level().map(info).collect()))
}

/// `COMMAND COUNT`
pub fn command_count(_call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::Int(command::top_level().count() as i64))
}

/// The command of a full name: `get`, `config|get`.
fn by_full_name(name: &[u8]) -> Option<&'static CommandSpec> {
    let mut parts = name.splitn(2, |byte| *byte == b'|');
    let top = command::lookup_top(parts.next()?)?;
    match parts.next() {
        None => Some(top.1),
        Some(sub) => command::lookup_sub(top, sub).map(|(_, spec)| spec),
    }
}

/// `COMMAND INFO [name …]`
pub fn command_info(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.argv.len() == 2 {
        return command(call);
    }
    let one = |name: &Bytes| by_full_name(name).map_or(Value::Null, info);
    Ok(Value::Array(call.argv[2..].iter().map(one).collect()))
}

/// `COMMAND DOCS [name …]`
pub fn command_docs(call: &mut Call<'_>) -> Result<Value, Error> {
    let one = |spec: &'static CommandSpec| (Value::bulk(spec.name), docs(spec));
    Ok(Value::Map(if call.argv.len() == 2 {
        command::top_level().map(one).collect()
    } else {
        call.argv[2..].iter().filter_map(|name| by_full_name(name)).map(one).collect()
    }))
}

/// `COMMAND LIST [FILTERBY MODULE name|ACLCAT category|PATTERN pattern]`
pub fn command_list(call: &mut Call<'_>) -> Result<Value, Error> {
    let names = |keep: &dyn Fn(&CommandSpec) -> bool| {
        let kept = command::all().map(|(_, spec)| spec).filter(|spec| keep(spec));
        Value::Array(kept.map(|spec| Value::bulk(spec.name)).collect())
    };
    if call.argv.len() == 2 {
        return Ok(names(&|_| true));
    }
    if call.argv.len() != 5 || !call.is_word(2, "filterby") {
        return Err(Error::Syntax);
    }
    let sought = call.arg(4);
    if call.is_word(3, "module") {
        Ok(names(&|_| false))
    } else if call.is_word(3, "aclcat") {
        let category = Categories::ALL.iter().find(|(_, word)| sought.eq_ignore_ascii_case(word.as_bytes()));
        Ok(names(&|spec| category.is_some_and(|(bit, _)| spec.categories.has(*bit))))
    } else if call.is_word(3, "pattern") {
        Ok(names(&|spec| glob::matches(sought, spec.name.as_bytes(), true)))
    } else {
        Err(Error::Syntax)
    }
}

/// The keys of the command in the arguments from the third on, with their places in it.
fn keys_of_words(call: &Call<'_>) -> Result<Vec<command::KeyPosition>, Error> {
    let words = &call.argv[2..];
    let (_, spec) = command::lookup(words).ok_or(Error::Text("ERR Invalid command specified"))?;
    if !keys::has_keys(spec) {
        return Err(Error::Text("ERR The command has no key arguments"));
    }
    if !spec.accepts(words.len()) {
        return Err(Error::Text("ERR Invalid number of arguments specified for command"));
    }
    let found = keys::positions(spec, words).unwrap_or_default();
    if found.is_empty() && !spec.flags.has(command::Flags::NO_MANDATORY_KEYS) {
        return Err(Error::Text("ERR Invalid arguments specified for command"));
    }
    Ok(found)
}

/// `COMMAND GETKEYS command [argument …]`
pub fn command_getkeys(call: &mut Call<'_>) -> Result<Value, Error> {
    let found = keys_of_words(call)?;
    Ok(Value::Array(found.iter().map(|key| Value::bulk(call.argv[2 + key.index].clone())).collect()))
}

/// `COMMAND GETKEYSANDFLAGS command [argument …]`
pub fn command_getkeysandflags(call: &mut Call<'_>) -> Result<Value, Error> {
    let found = keys_of_words(call)?;
    let one = |key: &command::KeyPosition| {
        Value::Array(vec![Value::bulk(call.argv[2 + key.index].clone()), key_flags(key.flags)])
    };
    Ok(Value::Array(found.iter().map(one).collect()))
}

fn key_flags(flags: KeyFlags) -> Value {
    Value::Set(flags.words().map(Value::simple).collect())
}

fn number(n: i8) -> Value {
    Value::Int(i64::from(n))
}

/// A command as COMMAND INFO tells it.
fn info(spec: &'static CommandSpec) -> Value {
    let categories = spec.categories.words().map(|word| Value::simple(&format!("@{word}")));
    Value::Array(vec![
        Value::bulk(spec.name),
        number(spec.arity),
        Value::Set(spec.flags.words().map(Value::simple).collect()),
        number(spec.first_key),
        number(spec.last_key),
        number(spec.step),
        Value::Set(categories.collect()),
        Value::Set(spec.tips.words().map(Value::bulk).collect()),
        Value::Set(spec.key_specs.iter().map(key_spec).collect()),
        // An empty set, but an array where there are any.
        if spec.subcommands.is_empty() {
            Value::Set(Vec::new())
        } else {
            Value::Array(spec.subcommands.iter().map(info).collect())
        },
    ])
}

fn map<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Map(fields.into_iter().map(|(name, value)| (Value::bulk(name), value)).collect())
}

fn key_spec(spec: &KeySpec) -> Value {
    let begin = match spec.begin {
        BeginSearch::Index(index) => ("index", map([("index", number(index))])),
        BeginSearch::Keyword { word, start } => {
            ("keyword", map([("keyword", Value::bulk(word)), ("startfrom", number(start))]))
        }
        BeginSearch::Unknown => ("unknown", map([])),
    };
    let find = match spec.find {
        FindKeys::Range { last, step, limit } => {
            ("range", map([("lastkey", number(last)), ("keystep", number(step)), ("limit", number(limit))]))
        }
        FindKeys::KeyNum { number: at, first, step } => {
            ("keynum", map([("keynumidx", number(at)), ("firstkey", number(first)), ("keystep", number(step))]))
        }
        FindKeys::Unknown => ("unknown", map([])),
    };
    let typed = |(kind, spec)| map([("type", Value::bulk(kind)), ("spec", spec)]);
    let mut fields = Vec::new();
    let mut field = |name: &str, value: Value| fields.push((Value::bulk(name), value));
    if !spec.notes.is_empty() {
        field("notes", Value::bulk(spec.notes));
    }
    field("flags", key_flags(spec.flags));
    field("begin_search", typed(begin));
    field("find_keys", typed(find));
    Value::Map(fields)
}

/// A command as COMMAND DOCS tells it.
fn docs(spec: &'static CommandSpec) -> Value {
    let mut fields = Vec::new();
    let mut field = |name: &str, value: Value| fields.push((Value::bulk(name), value));
    field("summary", Value::bulk(spec.summary()));
    field("since", Value::bulk(spec.since()));
    field("group", Value::bulk(spec.group.word()));
    if !spec.complexity().is_empty() {
        field("complexity", Value::bulk(spec.complexity()));
    }
    let flags = [("deprecated", spec.deprecated().is_some()), ("syscmd", spec.syscmd)];
    let flags: Vec<Value> = flags.iter().filter(|(_, is)| *is).map(|(word, _)| Value::simple(word)).collect();
    if !flags.is_empty() {
        field("doc_flags", Value::Set(flags));
    }
    if let Some((since, instead)) = spec.deprecated() {
        field("deprecated_since", Value::bulk(since));
        field("replaced_by", Value::bulk(instead));
    }
    let arguments = syntax::parse(spec.arguments());
    if !arguments.is_empty() {
        field("arguments", Value::Array(arguments.iter().map(argument).collect()));
    }
    if !spec.subcommands.is_empty() {
        let subcommands = spec.subcommands.iter().map(|sub| (Value::bulk(sub.name), docs(sub)));
        field("subcommands", Value::Map(subcommands.collect()));
    }
    Value::Map(fields)
}

fn argument(argument: &Argument) -> Value {
    let mut fields = Vec::new();
    let mut field = |name: &str, value: Value| fields.push((Value::bulk(name), value));
    field("name", Value::bulk(argument.name.as_str()));
    field("type", Value::bulk(argument.kind.word()));
    if let Some(key_spec) = argument.key_spec {
        field("key_spec_index", Value::Int(i64::from(key_spec)));
    }
    if let Some(token) = argument.token {
        field("token", Value::bulk(token));
    }
    for (name, version) in [("since", argument.since), ("deprecated_since", argument.deprecated_since)] {
        if !version.is_empty() {
            field(name, Value::bulk(version));
        }
    }
    let flags =
        [("optional", argument.optional), ("multiple", argument.multiple), ("multiple_token", argument.multiple_token)];
    let flags: Vec<Value> = flags.iter().filter(|(_, is)| *is).map(|(word, _)| Value::simple(word)).collect();
    if !flags.is_empty() {
        field("flags", Value::Set(flags));
    }
    if !argument.parts.is_empty() {
        field("arguments", Value::Array(argument.parts.iter().map(self::argument).collect()));
    }
    Value::Map(fields)
}
