//! A member put into a JSON document that people keep by hand: everything else in it stays as they
//! wrote it, with comments and blanks. The one home of `jsonc_parser`.

use crate::source::Source;
use crate::source::Unsound;
use jsonc_parser::ParseOptions;
use jsonc_parser::cst::CstInputValue;
use jsonc_parser::cst::CstRootNode;
use serde_json::Value as Json;

/// The document with a member more in one of its objects, which begins empty where there is none;
/// `None` where the object has a member of that name.
pub fn insert(
    source: &Source,
    object: &str,
    name: &str,
    value: &Json,
) -> Result<Option<String>, Box<Unsound>> {
    let root = CstRootNode::parse(&source.text, &ParseOptions::default()).map_err(|error| {
        let range = error.range();
        source.unsound(range.start..range.end, error.kind().to_string())
    })?;
    let whole = root.object_value_or_create();
    let whole = whole.ok_or_else(|| source.unsound(0..source.text.len(), "expected an object"))?;
    let members = whole.object_value_or_create(object).ok_or_else(|| {
        let place = source.key_before(object, source.text.len()).unwrap_or_default();
        source.unsound(place, format!("`{object}` is not an object"))
    })?;
    if members.get(name).is_some() {
        return Ok(None);
    }
    members.append(name, input(value));
    let text = root.to_string();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    Ok(Some(text + end))
}

fn input(value: &Json) -> CstInputValue {
    match value {
        Json::Null => CstInputValue::Null,
        Json::Bool(value) => CstInputValue::Bool(*value),
        Json::Number(number) => CstInputValue::Number(number.to_string()),
        Json::String(text) => CstInputValue::String(text.clone()),
        Json::Array(items) => CstInputValue::Array(items.iter().map(input).collect()),
        Json::Object(members) => {
            let member = |(name, value): (&String, &Json)| (name.clone(), input(value));
            CstInputValue::Object(members.iter().map(member).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn inserted(text: &str) -> Result<Option<String>, String> {
        let source = Source::new("a.json", text);
        insert(&source, "servers", "x", &json!({"command": "x", "args": ["y"]})).map_err(|error| {
            let (_, line, column) = error.place();
            format!("{line}:{column}: {error}")
        })
    }

    #[test]
    fn comments_order_and_layout_stay() {
        let text = "// mine\n{\n    \"b\": 1, // one\n    \"servers\": {\n        \"a\": {}, /* a */\n    },\n}\n";
        insta::assert_snapshot!(inserted(text).unwrap().unwrap(), @r#"
        // mine
        {
            "b": 1, // one
            "servers": {
                "a": {}, /* a */
                "x": {
                    "command": "x",
                    "args": ["y"],
                },
            },
        }
        "#);
        insta::assert_snapshot!(inserted("").unwrap().unwrap(), @r#"
        {
          "servers": {
            "x": {
              "command": "x",
              "args": ["y"]
            }
          }
        }
        "#);
        insta::assert_snapshot!(inserted("{ }").unwrap().unwrap(), @r#"
        {
          "servers": {
            "x": {
              "command": "x",
              "args": ["y"]
            }
          }
        }
        "#);
    }

    #[test]
    fn what_has_the_member_is_left_alone() {
        let once = inserted("{}").unwrap().unwrap();
        assert_eq!(inserted(&once), Ok(None));
        assert_eq!(inserted("{\"servers\": {\"x\": false}}"), Ok(None));
    }

    #[test]
    fn what_has_no_place_for_it_is_told_with_its_place() {
        let told = ["{", "[]", "{\n  \"servers\": 1\n}", "{\"a\" 1}"]
            .map(|text| inserted(text).unwrap_err());
        insta::assert_snapshot!(told.join("\n"), @r#"
        1:1: Unterminated object
        1:1: expected an object
        2:4: `servers` is not an object
        1:6: Expected colon after the string or word in object property
        "#);
    }
}
