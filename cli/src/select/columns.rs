//! The names that a report knows: those of the field registry, and those of HTTP transactions.

use synfin::{FIELDS, Field, FieldType, Value};

use super::http_columns::{HTTP_COLUMNS, HttpColumn};

/// What a row of a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Packets,
    Connections,
    Transactions,
}

/// A value that rows have, by its name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    /// Of a segment or a connection.
    Registry(&'static Field),
    /// Of an HTTP transaction.
    Http(&'static HttpColumn),
}

/// What a value is given to.
pub(crate) type Sink<'s, 'a> = &'s mut dyn FnMut(Value<'a>);

/// Fields of connections that may have several values: all below these names.
const LISTS: [&str; 14] = [
    "rules",
    "icmp",
    "options.changes",
    "options.violations",
    "http",
    "http2.frames",
    "http2.settings",
    "http2.resets",
    "http2.goaway",
    "websocket.frames",
    "websocket.close",
    "tls.alpn_offered",
    "tls.versions_offered",
    "tls.alerts",
];

impl Column {
    /// The column of a name, with or without `synfin.` before it; otherwise what was perhaps meant, in words.
    pub(crate) fn find(subject: Subject, name: &str) -> Result<Self, String> {
        let bare = bare(subject, name);
        if let Some(column) = Self::all(subject).find(|column| column.name() == bare) {
            return Ok(column);
        }
        let mut hint = format!("there is no field \"{name}\"");
        if FIELDS
            .iter()
            .any(|field| field.name.trim_start_matches("synfin.") == bare)
        {
            hint += match subject {
                Subject::Packets => "",
                Subject::Connections => " of connections: it is one of packets",
                Subject::Transactions => " of HTTP transactions: it is one of packets or connections",
            };
        }
        let near = nearest(bare, Self::all(subject).map(|column| column.name()));
        match near {
            Some(near) => hint += &format!("; did you mean {near}?"),
            None => hint += "; see `synfin fields`",
        }
        Err(hint)
    }

    /// Every column of rows of a kind.
    pub(crate) fn all(subject: Subject) -> Box<dyn Iterator<Item = Self>> {
        match subject {
            Subject::Packets => Box::new(FIELDS.iter().map(Self::Registry)),
            Subject::Connections => Box::new(
                FIELDS
                    .iter()
                    .filter(|field| field.is_of_connection())
                    .map(Self::Registry),
            ),
            Subject::Transactions => Box::new(HTTP_COLUMNS.iter().map(Self::Http)),
        }
    }

    /// Without `synfin.`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Registry(field) => field.name.trim_start_matches("synfin."),
            Self::Http(column) => column.name,
        }
    }

    pub(crate) const fn kind(&self) -> FieldType {
        match self {
            Self::Registry(field) => field.kind,
            Self::Http(column) => column.kind,
        }
    }

    /// Whether it may have several values.
    pub(crate) fn is_list(&self, subject: Subject) -> bool {
        let name = self.name();
        match self {
            Self::Http(column) => column.list,
            Self::Registry(field) if subject == Subject::Packets && field.is_of_segment() => {
                name == "rules" || name.starts_with("state.")
            }
            Self::Registry(_) => {
                name.ends_with(".frames")
                    || name == "close.reset_signs"
                    || LISTS.iter().any(|list| {
                        name.strip_prefix(list)
                            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                    }) && !name.ends_with("_omitted")
                        && name != "http.response_in"
            }
        }
    }

    /// The key of its value in JSON: times say their unit.
    pub(crate) fn key(&self) -> String {
        match self.kind() {
            FieldType::AbsoluteTime | FieldType::RelativeTime => format!("{}_ns", self.name()),
            _ => self.name().to_owned(),
        }
    }

    /// Whether packets have it only from their connection, once that is over.
    pub(crate) const fn is_only_of_connection(&self) -> bool {
        match self {
            Self::Registry(field) => !field.is_of_segment() && field.is_of_connection(),
            Self::Http(_) => false,
        }
    }

    /// Whether it is a link to a later packet.
    pub(crate) const fn is_of_second_pass(&self) -> bool {
        match self {
            Self::Registry(field) => field.is_of_second_pass(),
            Self::Http(_) => false,
        }
    }
}

fn bare(subject: Subject, name: &str) -> &str {
    let name = name.strip_prefix("synfin.").unwrap_or(name);
    match subject {
        Subject::Transactions => name.strip_prefix("http.").unwrap_or(name),
        _ => name,
    }
}

/// The name that was perhaps meant.
pub(super) fn nearest(asked: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let asked = asked.to_lowercase();
    let tail = format!(".{asked}");
    let distance = |name: &str| {
        if name.ends_with(&tail) {
            1
        } else {
            strsim::damerau_levenshtein(&asked, name)
        }
    };
    let nearest = names.map(|name| (distance(name), name)).min()?;
    (nearest.0 <= asked.chars().count().div_ceil(3)).then_some(nearest.1)
}
