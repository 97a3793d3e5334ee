//! The pages of the languages: every key of the files that people write, from the JSON
//! Schemas, which hold the doc comments of the program.

use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::fmt::Write as _;

/// The tables of one file, each with its keys; those that hold others come first. One whose keys all
/// stand in a table before it is told in words alone.
pub fn pages(schema: &Json, top: &str) -> String {
    let mut pages = Pages { schema, named: BTreeMap::new(), open: VecDeque::new() };
    let (mut text, mut rows) = (String::new(), BTreeSet::new());
    pages.open.push_back((top.to_owned(), String::new(), schema));
    while let Some((title, path, table)) = pages.open.pop_front() {
        let _ = writeln!(text, "\n### {title}");
        let words = words(table);
        if !words.is_empty() {
            let _ = writeln!(text, "\n{}", one_line(&words));
        }
        let keys = pages.keys(&path, table, &[]);
        let own = keys.lines().skip(3).filter(|row| rows.insert((*row).to_owned())).count();
        if own > 0 {
            text.push_str(&keys);
        }
    }
    text
}

/// The keys of a table that holds no others, but for some.
pub fn keys(schema: &Json, table: &Json, but: &[&str]) -> String {
    let mut pages = Pages { schema, named: BTreeMap::new(), open: VecDeque::new() };
    pages.keys("", table, but)
}

struct Pages<'s> {
    schema: &'s Json,
    /// Where each shape is shown, by what it is called in the schema.
    named: BTreeMap<String, String>,
    /// What is still to be shown: title, path of its keys, shape.
    open: VecDeque<(String, String, &'s Json)>,
}

impl<'s> Pages<'s> {
    fn keys(&mut self, path: &str, table: &'s Json, but: &[&str]) -> String {
        let mut text = "\n| key | type | default | |\n| --- | --- | --- | --- |\n".to_owned();
        for (key, value) in table["properties"].as_object().unwrap() {
            if but.contains(&key.as_str()) {
                continue;
            }
            let required = table["required"].as_array();
            let is_required =
                required.is_some_and(|keys| keys.iter().any(|other| other == key.as_str()));
            let default = match &value["default"] {
                _ if is_required => "required".to_owned(),
                Json::Null => String::new(),
                Json::String(text) if text.is_empty() => String::new(),
                default @ (Json::Array(_) | Json::Object(_)) => {
                    let is_empty = default == &Json::Array(vec![])
                        || default == &Json::Object(serde_json::Map::new());
                    if is_empty { String::new() } else { format!("`{default}`") }
                }
                default @ (Json::Bool(_) | Json::Number(_) | Json::String(_)) => {
                    format!("`{default}`")
                }
            };
            let place = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let kind = self.kind(&place, value);
            let said = self.said(value);
            assert!(!said.is_empty(), "`{place}` is not explained");
            let _ = writeln!(text, "| `{key}` | {} | {default} | {} |", cell(&kind), cell(&said));
        }
        text
    }

    /// What may stand under a key; a table of its own is shown later, once.
    fn kind(&mut self, place: &str, value: &'s Json) -> String {
        let mut kinds: Vec<String> = Vec::new();
        for word in ["anyOf", "oneOf"] {
            let others = value[word].as_array().into_iter().flatten();
            for other in others.filter(|other| other["type"] != "null") {
                kinds.push(self.kind(place, other));
            }
        }
        if let Some(reference) = value["$ref"].as_str() {
            kinds.push(self.referred(place, reference));
        }
        let constants = value["enum"].as_array().into_iter().flatten().chain(value.get("const"));
        kinds.extend(constants.map(|constant| format!("`{constant}`")));
        if kinds.is_empty() {
            let several = value["type"].as_array().into_iter().flatten();
            let types: Vec<&str> =
                several.chain([&value["type"]]).filter_map(Json::as_str).collect();
            kinds.extend(types.iter().map(|kind| self.plain(place, kind, value)));
        }
        kinds.retain(|kind| !kind.is_empty());
        if kinds.is_empty() { "any value".to_owned() } else { kinds.join(" or ") }
    }

    fn plain(&mut self, place: &str, kind: &str, value: &'s Json) -> String {
        match kind {
            "string" | "number" => kind.to_owned(),
            "integer" => "whole number".to_owned(),
            "boolean" => "true or false".to_owned(),
            "array" => format!("list of: {}", self.kind(&format!("[{place}]"), &value["items"])),
            "object" => {
                let items = &value["additionalProperties"];
                format!("table of: {}", self.kind(&format!("{place}.NAME"), items))
            }
            "null" => String::new(),
            other => panic!("`{place}` is of type {other}"),
        }
    }

    fn referred(&mut self, place: &str, reference: &str) -> String {
        let shape = self.schema.pointer(reference.trim_start_matches('#')).unwrap();
        if shape.get("properties").is_none() {
            return self.kind(place, shape);
        }
        if !self.named.contains_key(reference) {
            let title = format!("`[{place}]`");
            let path = place.trim_matches(['[', ']']).to_owned();
            self.named.insert(reference.to_owned(), title.clone());
            self.open.push_back((title, path, shape));
        }
        format!("table {}", self.named[reference])
    }

    /// What a key means, else what its shape means, and each of its words that is explained.
    fn said(&self, value: &Json) -> String {
        let reference = [value, &value["anyOf"][0], &value["items"]];
        let reference = reference.iter().find_map(|value| value["$ref"].as_str());
        let shape = reference.and_then(|path| self.schema.pointer(path.trim_start_matches('#')));
        let mut said = words(value);
        if said.is_empty() {
            said = shape.map(words).unwrap_or_default();
        }
        let choices = shape.and_then(|shape| shape["oneOf"].as_array()).into_iter().flatten();
        for choice in choices {
            if let (Some(word), Some(means)) =
                (choice["const"].as_str(), choice["description"].as_str())
            {
                let _ = write!(said, " `{word}`: {means}");
            }
        }
        said
    }
}

fn words(shape: &Json) -> String {
    shape["description"].as_str().unwrap_or_default().to_owned()
}

fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}

fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}
