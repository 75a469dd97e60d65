//! The errors commands answer, with Redis's exact words.
//!
//! `Display` gives the text without the leading dash, code first.

use std::fmt;

use crate::resp::Value;

/// Why a command was refused. The variants used all over have names; a text used by one command is a [`Error::Text`].
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// The key holds another type.
    WrongType,
    /// The arguments do not parse.
    Syntax,
    /// Not a 64-bit signed integer.
    NotInteger,
    /// Not a float.
    NotFloat,
    /// Must be positive.
    NotPositive,
    /// RENAME, OBJECT and others: the source does not exist.
    NoSuchKey,
    /// RESTORE onto an existing key.
    BusyKey,
    /// COPY, MOVE onto itself.
    SameObject,
    /// LSET and others.
    IndexOutOfRange,
    /// The expiry is zero, negative or too far; holds the command's name.
    InvalidExpire(&'static str),
    /// Wrong number of arguments; holds the command's full name.
    Arity(&'static str),
    /// Unknown subcommand; holds what was said and the container's name in upper case.
    UnknownSubcommand(String, String),
    /// Subcommand or syntax not understood (by containers that parse for themselves); holds what was said and the
    /// container in upper case.
    SubcommandSyntax(String, String),
    /// Used memory is above maxmemory.
    OutOfMemory,
    /// A write on a replica.
    ReadOnlyReplica,
    /// Authentication required.
    NoAuth,
    /// The transaction had errors when it was queued.
    ExecAborted,
    /// Too few good replicas for a write.
    NoReplicas,
    /// The data set is being read.
    Loading,
    /// A string beyond proto-max-bulk-len.
    StringTooLong,
    /// DB index out of range or not a number.
    DbIndex,
    /// A command of Redis 7.0 that is not built here.
    NotImplemented(&'static str),
    /// Any other fixed text, code included: `"ERR value is NaN"`.
    Text(&'static str),
    /// Any other text, code included.
    Owned(String),
    /// A whole reply made elsewhere (a redirection, for one).
    Reply(Box<Value>),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::WrongType => "WRONGTYPE Operation against a key holding the wrong kind of value",
            Self::Syntax => "ERR syntax error",
            Self::NotInteger => "ERR value is not an integer or out of range",
            Self::NotFloat => "ERR value is not a valid float",
            Self::NotPositive => "ERR value is out of range, must be positive",
            Self::NoSuchKey => "ERR no such key",
            Self::BusyKey => "BUSYKEY Target key name already exists.",
            Self::SameObject => "ERR source and destination objects are the same",
            Self::IndexOutOfRange => "ERR index out of range",
            Self::InvalidExpire(name) => {
                return write!(f, "ERR invalid expire time in '{name}' command");
            }
            Self::Arity(name) => {
                return write!(f, "ERR wrong number of arguments for '{name}' command");
            }
            Self::UnknownSubcommand(said, container) => {
                return write!(f, "ERR unknown subcommand '{said}'. Try {container} HELP.");
            }
            Self::SubcommandSyntax(said, container) => {
                return write!(
                    f,
                    "ERR unknown subcommand or wrong number of arguments for '{said}'. Try {container} HELP."
                );
            }
            Self::OutOfMemory => "OOM command not allowed when used memory > 'maxmemory'.",
            Self::ReadOnlyReplica => "READONLY You can't write against a read only replica.",
            Self::NoAuth => "NOAUTH Authentication required.",
            Self::ExecAborted => "EXECABORT Transaction discarded because of previous errors.",
            Self::NoReplicas => "NOREPLICAS Not enough good replicas to write.",
            Self::Loading => "LOADING Redis is loading the dataset in memory",
            Self::StringTooLong => "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
            Self::DbIndex => "ERR DB index is out of range",
            Self::NotImplemented(name) => {
                return write!(
                    f,
                    "ERR Slotscope does not implement '{}' yet",
                    name.replace('|', " ").to_ascii_uppercase()
                );
            }
            Self::Text(text) => text,
            Self::Owned(text) => text,
            Self::Reply(value) => match value.as_ref() {
                Value::Error(text) => return write!(f, "{}", String::from_utf8_lossy(text)),
                _ => "ERR",
            },
        };
        f.write_str(text)
    }
}

impl Error {
    /// A text that quotes an argument, as C prints it: up to a zero byte.
    pub fn quoting(before: &str, said: &[u8], after: &str) -> Self {
        let said = said.split(|byte| *byte == 0).next().unwrap_or(said);
        Self::bytes([before.as_bytes(), said, after.as_bytes()].concat())
    }

    /// An error text of arbitrary bytes, code included. Line ends become spaces, as they would end the reply.
    pub fn bytes(mut text: Vec<u8>) -> Self {
        for byte in &mut text {
            if matches!(byte, b'\r' | b'\n') {
                *byte = b' ';
            }
        }
        Self::Reply(Box::new(Value::Error(text.into())))
    }
}

impl std::error::Error for Error {}

impl From<Error> for Value {
    fn from(error: Error) -> Self {
        match error {
            Error::Reply(value) => *value,
            other => Self::error(other.to_string()),
        }
    }
}
