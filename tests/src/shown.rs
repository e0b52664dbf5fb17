//! What Wireshark's programs show of each frame, whichever form they print it in: field by field, with the
//! values of each in their order.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::pdml;
use crate::wireshark::Wireshark;

/// A form in which tshark prints fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `-T fields`
    Fields,
    /// `-T json`
    Json,
    /// `-T ek`: newline-delimited JSON, for Elasticsearch
    Ek,
    /// `-T pdml`
    Pdml,
}

impl Form {
    /// All forms.
    pub const ALL: [Self; 4] = [Self::Fields, Self::Json, Self::Ek, Self::Pdml];

    /// What tshark shows of a capture in this form, as far as it is among `names`. `how` are more arguments.
    #[must_use]
    pub fn list(self, wireshark: &Wireshark, capture: &str, how: &[&str], names: &[&str]) -> Vec<Shown> {
        if self == Self::Fields {
            let rows = wireshark.rows(capture, how, names);
            return rows.into_iter().map(|row| Shown::of_row(row, names)).collect();
        }
        let mut arguments = vec!["-n", "-r", capture, "-J", "frame synfin", "-T"];
        arguments.extend(match self {
            // Without this, a field that occurs twice is twice a key of one object.
            Self::Json => &["json", "--no-duplicate-keys"][..],
            Self::Ek => &["ek"],
            Self::Pdml | Self::Fields => &["pdml"],
        });
        arguments.extend(how);
        let text = wireshark.tshark(&arguments);
        let mut shown = match self {
            Self::Json => of_json(&text),
            Self::Ek => of_ek(&text, names),
            Self::Pdml | Self::Fields => of_pdml(&text),
        };
        for frame in &mut shown {
            frame.0.retain(|name, _| names.contains(&name.as_str()));
        }
        shown
    }
}

/// What is shown of one frame.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Shown(HashMap<String, Vec<String>>);

impl Shown {
    /// The values of a field.
    #[must_use]
    pub fn values(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The only value of a field that every frame has.
    ///
    /// # Panics
    /// If there is none, or another.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        match self.values(name) {
            [value] => value,
            other => panic!("{name}: {other:?}"),
        }
    }

    /// The frame's number.
    ///
    /// # Panics
    /// If it is not shown.
    #[must_use]
    pub fn number(&self) -> usize {
        self.value("frame.number").parse().expect("a number")
    }

    fn add(&mut self, name: &str, value: &str) {
        self.0.entry(name.to_owned()).or_default().push(value.to_owned());
    }

    fn of_row(row: Vec<Vec<String>>, names: &[&str]) -> Self {
        let named = names.iter().map(|name| (*name).to_owned()).zip(row);
        Self(named.collect())
    }

    /// Out of the protocol tree of sharkd's request `frame`: each node has the filter that would find it.
    #[must_use]
    pub fn of_sharkd(tree: &Value) -> Self {
        let mut shown = Self::default();
        shown.add_sharkd(tree);
        shown
    }

    fn add_sharkd(&mut self, nodes: &Value) {
        for node in nodes.as_array().into_iter().flatten() {
            let filter = node.get("f").and_then(Value::as_str).unwrap_or_default();
            if let Some((name, value)) = filter.split_once(" == ") {
                self.add(name, &unquoted(value));
            }
            self.add_sharkd(&node["n"]);
        }
    }

    fn add_json(&mut self, object: &Map<String, Value>) {
        for (name, value) in object {
            self.add_json_value(name, value);
        }
    }

    fn add_json_value(&mut self, name: &str, value: &Value) {
        match value {
            Value::String(text) => self.add(name, text),
            Value::Bool(value) => self.add(name, &value.to_string()),
            Value::Array(values) => {
                for value in values {
                    self.add_json_value(name, value);
                }
            }
            Value::Object(object) => self.add_json(object),
            Value::Null | Value::Number(_) => {}
        }
    }
}

/// A value in a display filter: texts are quoted.
fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        text.extend(match character {
            '\\' => characters.next(),
            other => Some(other),
        });
    }
    text
}

fn of_json(text: &str) -> Vec<Shown> {
    // What a statistic prints comes behind the list.
    let mut documents = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let document = documents.next().expect("a list").expect("tshark writes JSON");
    let packets = document.as_array().expect("a list").iter();
    packets
        .map(|packet| {
            let mut shown = Shown::default();
            shown.add_json_value("", &packet["_source"]["layers"]);
            shown
        })
        .collect()
}

/// There, `synfin.step` of the protocol synfin is called `synfin_synfin_step`.
fn of_ek(text: &str, names: &[&str]) -> Vec<Shown> {
    let real_names: HashMap<_, _> = names
        .iter()
        .map(|name| {
            let protocol = name.split('.').next().unwrap_or_default();
            (format!("{protocol}_{}", name.replace('.', "_")), *name)
        })
        .collect();
    assert_eq!(real_names.len(), names.len(), "two fields of one name");
    text.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|document| document.get("layers").is_some())
        .map(|document| {
            let mut printed = Shown::default();
            printed.add_json_value("", &document["layers"]);
            let named = printed.0.into_iter().filter_map(|(name, values)| {
                let name = real_names.get(&name)?;
                Some(((*name).to_owned(), values))
            });
            Shown(named.collect())
        })
        .collect()
}

fn of_pdml(text: &str) -> Vec<Shown> {
    let of_packet = |packet: pdml::Node| {
        let mut shown = Shown::default();
        let mut nodes = Vec::new();
        packet.all(&mut nodes);
        for node in nodes {
            shown.add(&node.name, &unescaped(&node.show));
        }
        shown
    };
    pdml::packets(text).map(of_packet).collect()
}

fn unescaped(attribute: &str) -> String {
    attribute
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}
