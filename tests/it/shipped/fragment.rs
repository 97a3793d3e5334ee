//! Parts of files that pages show: a table of a workflow, a contract or `orch.toml`, or a key of one,
//! is held against the schemas, in which nothing is required then.

use serde_json::Value as Json;
use serde_json::json;
use std::sync::LazyLock;

static SCHEMAS: LazyLock<[Json; 3]> = LazyLock::new(|| {
    ["workflow", "contract", "config"].map(|subject| {
        let mut schema = serde_json::from_str(&super::schema(subject)).unwrap();
        relax(&mut schema);
        schema
    })
});

/// Takes out what must be there; what may be there stays. Of several shapes more than one may fit then.
fn relax(schema: &mut Json) {
    match schema {
        Json::Object(object) => {
            object.remove("required");
            if let Some(shapes) = object.remove("oneOf") {
                object.insert("anyOf".to_owned(), shapes);
            }
            object.values_mut().for_each(relax);
        }
        Json::Array(parts) => parts.iter_mut().for_each(relax),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => (),
    }
}

/// What is wrong with a part, wherever it could stand.
fn problems(part: &Json) -> Vec<String> {
    let [workflow, contract, config] = &*SCHEMAS;
    let places = [
        (workflow, part.clone()),
        (workflow, json!({ "gate": [part] })),
        (workflow, json!({ "inputs": part })),
        (workflow, json!({ "inputs": { "x": part } })),
        (contract, part.clone()),
        (contract, json!({ "output": [part] })),
        (contract, json!({ "output": [{ "checks": [part] }] })),
        (config, part.clone()),
    ];
    let mut problems = Vec::new();
    for (schema, whole) in places {
        let validator = jsonschema::validator_for(schema).unwrap();
        let Some(error) = validator.iter_errors(&whole).next() else { return Vec::new() };
        problems.push(error.to_string());
    }
    problems
}

#[track_caller]
fn demand(page: &str, text: &str) {
    let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{page}: {text}\n{error}"));
    let problems = problems(&serde_json::to_value(table).unwrap());
    assert!(problems.is_empty(), "{page}: {text}\n{}", problems.join("\n"));
}

/// Demands that a text is a part of one of the files.
#[track_caller]
pub fn fits(page: &str, text: &str) {
    demand(page, text);
}

/// The same for what stands in the last column of tables that tell what to write.
#[track_caller]
pub fn all_of_tables_fit(page: &str, text: &str) {
    let mut is_told = false;
    for line in text.lines() {
        is_told = line.starts_with('|') && (is_told || line == "| to | write |");
        let cell = line.trim_end_matches(" |").replace("\\|", "\u{0}");
        let cell = cell.rsplit(" | ").next().unwrap_or_default().replace('\u{0}', "|");
        for code in cell.split('`').skip(1).step_by(2).filter(|_| is_told) {
            // A check is a table in a list, and a template no key.
            let is_check = code.starts_with("{ kind");
            if is_check {
                demand(page, &format!("checks = [{code}]"));
            } else if !code.starts_with(['"', '[', '-']) {
                demand(page, code);
            }
        }
    }
}

#[test]
fn a_key_that_no_file_has_is_found() {
    let part = json!({ "retri": { "attempts": 2 } });
    assert_eq!(problems(&part).len(), 8);
    assert!(problems(&json!({ "retry": { "attempts": 2 } })).is_empty());
}
