//! Schemas whose references lead back to them before any part of a document is looked at. No
//! document could fail such a one, and validators say of every document that it validates.

use crate::uri;
use serde_json::Map;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Keywords whose schemas look at the same value as the schema that they stand in.
const IN_PLACE: [&str; 8] =
    ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];

const ANCHORS: [&str; 2] = ["$anchor", "$dynamicAnchor"];

type Object = Map<String, Json>;

/// The first schema that leads into a circle, as a reference names it.
pub(super) fn first(schema: &Json) -> Option<String> {
    let all = objects(schema);
    let anchors: BTreeMap<&str, &str> = all
        .iter()
        .flat_map(|(at, object)| {
            let names = ANCHORS.iter().filter_map(|key| object.get(*key)?.as_str());
            names.map(|name| (name, at.as_str()))
        })
        .collect();
    // What leads nowhere is settled, and then what leads to settled ones only; the rest is left.
    let mut leading: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, object) in &all {
        let next = next_of(at, object, &anchors).into_iter();
        for (next, _) in next.filter_map(|next| all.get_key_value(&next)) {
            leading.entry(next).or_default().push(at);
            *open.entry(at).or_default() += 1;
        }
    }
    let mut settled: Vec<&str> =
        all.keys().map(String::as_str).filter(|at| !open.contains_key(at)).collect();
    while let Some(done) = settled.pop() {
        for at in leading.get(done).into_iter().flatten() {
            let left = open.get_mut(at).map(|count| {
                *count -= 1;
                *count
            });
            if left == Some(0) {
                open.remove(at);
                settled.push(at);
            }
        }
    }
    open.into_keys().next().map(|at| format!("#{at}"))
}

/// Every object of a schema by its pointer.
fn objects(schema: &Json) -> BTreeMap<String, &Object> {
    let mut found = BTreeMap::new();
    let mut open = vec![(String::new(), schema)];
    while let Some((at, value)) = open.pop() {
        match value {
            Json::Object(object) => {
                open.extend(object.iter().map(|(key, value)| (below(&at, key), value)));
                found.insert(at, object);
            }
            Json::Array(items) => {
                let numbered = items.iter().enumerate();
                open.extend(numbered.map(|(number, item)| (format!("{at}/{number}"), item)));
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }
    found
}

fn below(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The pointers of the schemas that look at the same value as this one.
fn next_of(at: &str, object: &Object, anchors: &BTreeMap<&str, &str>) -> Vec<String> {
    let mut next = Vec::new();
    for key in IN_PLACE {
        let here = below(at, key);
        match object.get(key) {
            Some(Json::Array(items)) => {
                next.extend((0..items.len()).map(|number| format!("{here}/{number}")));
            }
            Some(Json::Object(named)) if key == "dependentSchemas" => {
                next.extend(named.keys().map(|name| below(&here, name)));
            }
            Some(Json::Object(_)) => next.push(here),
            Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) | None => {}
        }
    }
    let references = REFERENCES.iter().filter_map(|key| object.get(*key)?.as_str());
    next.extend(references.filter_map(|reference| {
        let fragment = uri::decoded(reference.strip_prefix('#')?)?;
        if fragment.is_empty() || fragment.starts_with('/') {
            return Some(fragment);
        }
        anchors.get(fragment.as_str()).map(|at| (*at).to_owned())
    }));
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(schema: &str) -> Option<String> {
        first(&serde_json::from_str(schema).unwrap())
    }

    #[test]
    fn a_circle_is_found() {
        for (schema, at) in [
            (r##"{"$ref": "#"}"##, "#"),
            (r##"{"anyOf": [{"$ref": "#"}]}"##, "#"),
            (r##"{"anyOf": [{"anyOf": [{"not": {"$ref": "#"}}]}]}"##, "#"),
            (r##"{"if": true, "then": {"dependentSchemas": {"a/b": {"$ref": "#"}}}}"##, "#"),
            (
                r##"{"type": "object", "$defs": {"a": {"$ref": "#/$defs/b%20c"},
                "b c": {"$ref": "#/$defs/a"}}}"##,
                "#/$defs/a",
            ),
            (r##"{"$defs": {"a": {"$anchor": "x", "allOf": [{"$ref": "#x"}]}}}"##, "#/$defs/a"),
        ] {
            assert_eq!(found(schema).as_deref(), Some(at), "{schema}");
        }
    }

    #[test]
    fn what_goes_on_into_the_document_is_none() {
        for schema in [
            r##"{"properties": {"next": {"$ref": "#"}}, "items": {"$ref": "#"}}"##,
            r##"{"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"type": "null"},
            {"properties": {"a": {"$ref": "#/$defs/a"}}}]}}}"##,
            r##"{"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {}}}"##,
            r##"{"properties": {"$ref": {"type": "string"}, "allOf": {"items": {"$ref": "#"}}}}"##,
            r#"{"$ref": "https://example.org/a"}"#,
            "true",
        ] {
            assert_eq!(found(schema), None, "{schema}");
        }
        let long = (0..20_000).map(|n| format!(r##""a{n}": {{"$ref": "#/$defs/a{}"}}"##, n + 1));
        let long: Vec<String> = long.collect();
        assert_eq!(found(&format!(r#"{{"$defs": {{{}}}}}"#, long.join(","))), None);
    }
}
