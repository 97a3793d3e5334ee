//! The shapes of what `--json` prints and of the files of a record, from a real run.

use crate::house::House;
use serde_json::Value;
use std::fmt::Write as _;

const WORDS: &str = r#"
With `--json` every command prints one object:

```json
{
  "success": true,
  "data": {},
  "instructions": { "next_actions": [], "suggested_commands": [], "context_reminder": {} }
}
```

`success` is true for exit codes 0 and 3. On an error `data` is null, and `error` holds `code`, `message`, `causes`, `help` and `place` (file, line and column of a definition, or null). `instructions` holds the next steps; most commands that only read leave it empty.

What operations take is described by JSON Schemas: `orch::ops::REQUESTS` in the library has one for each. `orch workflow schema reply` prints the JSON Schema of what `--json` prints: the object above, and in `$defs` the shape of `data` by operation, as `run_show` for `orch run show`. The same is in `schemas/reply.schema.json`. Schemas of the files that people write: `orch workflow schema workflow`, `contract`, `config`; of what a webhook receives: `notification`.

The shapes below are those of one run of `hello`, with the type of each value in its place; `null` stands where that run had no value. Times are RFC 3339 in UTC, costs US dollars.
"#;

/// What to show, and the commands whose data it is.
const COMMANDS: [&str; 9] = [
    "status",
    "next",
    "run list",
    "brief",
    "cost",
    "checkpoint list",
    "verify",
    "workflow list",
    "workflow check hello",
];

/// The part of the reference.
pub fn page() -> String {
    let house = House::new();
    let mut text = WORDS.to_owned();
    add(&mut text, "orch run hello", &data(&house, "run hello"));
    house.orch("checkpoint create").code(0);
    for words in COMMANDS {
        add(&mut text, &format!("orch {words}"), &data(&house, words));
    }
    let error = house.orch("--json run nothing").code(2).json();
    add(&mut text, "error", &error["error"]);
    text.push_str("\n`orch run show` prints `RUN.json`.\n");
    add(&mut text, "RUN.json", &house.record());
    add(&mut text, "attempt-1.json", &house.attempt("draft", 1));
    text
}

fn data(house: &House, words: &str) -> Value {
    house.orch(&format!("--json {words}")).code(0).json()["data"].clone()
}

fn add(text: &mut String, title: &str, value: &Value) {
    let shape = serde_json::to_string_pretty(&shape(value)).unwrap();
    let _ = write!(text, "\n### `{title}`\n\n```json\n{shape}\n```\n");
}

/// Each value by its type; what the items of a list have together.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(_) => "true or false".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "text".into(),
        Value::Array(items) => items
            .iter()
            .map(shape)
            .reduce(merge)
            .map_or(Value::Array(vec![]), |item| vec![item].into()),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), shape(value)));
            Value::Object(fields.collect())
        }
    }
}

fn merge(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(mut both), Value::Object(other)) => {
            for (name, value) in other {
                let slot = both.entry(name).or_insert(Value::Null);
                *slot = merge(slot.take(), value);
            }
            Value::Object(both)
        }
        (Value::Array(one), Value::Array(other)) => {
            let items = one.into_iter().chain(other).reduce(merge);
            items.map_or(Value::Array(vec![]), |item| vec![item].into())
        }
        (Value::Null, other) => other,
        (one, _) => one,
    }
}
