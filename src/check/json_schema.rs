//! `json_schema`: a document that validates. The one home of `jsonschema`.

use super::Broken;
use super::Check;
use super::Flaw;
use super::MadeOf;
use super::Scene;
use super::few::FINDINGS_MAX;
use super::few::Few;
use super::schema_loops;
use super::text;
use super::value;
use crate::files::ProjectFolder;
use crate::files::ProjectPath;
use crate::finding::Finding;
use crate::template;
use jsonschema::PatternOptions;
use jsonschema::ValidationError;
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

/// The most steps back that a pattern of a schema may take on one text.
const BACKTRACKS_MAX: usize = 100_000;

/// The largest schema that is looked at before there is a document, in bytes.
const SCHEMA_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Of a document with more values than this only the first violation is told: the validator makes
/// all of them before it hands out one.
const VALUES_MAX: usize = 200_000;

/// The longest that one document may take: a schema that refers to itself from many sides takes ever
/// longer, and no text of it is long.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 1000 } else { 5000 });

/// Of a document that takes longer the violations are not told: each holds all that it stands on.
const TOLD_WITHIN: Duration = Duration::from_millis(500);

/// The JSON, YAML or TOML document (by its extension) validates against a JSON Schema, draft
/// 2020-12 or older. Each violation is reported with its JSON pointer, up to 50. Formats such as
/// `date` are checked. Nothing is downloaded: a `$ref` to another document fails. A missing or
/// invalid schema is an error before the run starts; if a template names the schema or an earlier
/// gate outputs it, the gate fails instead.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonSchemaCheck {
    /// The schema: a JSON, YAML or TOML file, relative to the project.
    schema: String,
}

impl Check for JsonSchemaCheck {
    fn words(&self) -> String {
        format!("the document validates against `{}`", self.schema)
    }

    fn flaw(&self) -> Option<Flaw> {
        let folder = ProjectPath::folder_flaw(&self.schema);
        if template::has_expressions(&self.schema) {
            return folder.map(|flaw| Flaw::of_path("schema", &flaw));
        }
        let flaw = ProjectPath::parse(&self.schema).err();
        flaw.or(folder).map(|flaw| Flaw::of_path("schema", &flaw))
    }

    fn made_of(&self) -> MadeOf<'_> {
        MadeOf::File(&self.schema)
    }

    fn broken(&self, project: &ProjectFolder) -> Option<Broken> {
        if template::has_expressions(&self.schema) {
            return None;
        }
        let path = project.path(&self.schema).ok()?;
        let finding = self.validator(project, SCHEMA_BYTES_MAX).err()?;
        let message = match (finding.line, &finding.path) {
            (Some(line), _) => format!("{path}:{line}: {}", finding.message),
            (None, Some(path)) => format!("{path}: {}", finding.message),
            (None, None) => finding.message,
        };
        Some(Broken { parameter: "schema", path, message })
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let read = || {
            let document = scene.document()?;
            let json = value::read(&document.path, document.text()?)?.into_json();
            Ok((self.validator(scene.project, scene.text_bytes_max)?, json))
        };
        let (validator, json) = match read() {
            Ok(read) => read,
            Err(finding) => return vec![finding],
        };
        let (validator, json) = (Arc::new(validator), Arc::new(json));
        match is_valid(&validator, &json) {
            Ok(true) => return Vec::new(),
            Ok(false) => {}
            Err(finding) => return vec![finding],
        }
        if has_more_values(&json, VALUES_MAX) {
            let Err(error) = validator.validate(&json) else {
                return Vec::new();
            };
            let more = format!(
                "the document has more than {VALUES_MAX} values: other violations are not listed"
            );
            return vec![violation(&error), Finding::new(more)];
        }
        let mut few = Few::new(FINDINGS_MAX);
        for error in validator.iter_errors(&json) {
            few.add(|| violation(&error));
        }
        few.finish()
    }
}

/// Whether the document validates, or why that cannot be told. What takes too long is left to itself.
fn is_valid(validator: &Arc<Validator>, json: &Arc<Json>) -> Result<bool, Finding> {
    let begun = Instant::now();
    let (sender, receiver) = mpsc::channel();
    let (validator, json) = (Arc::clone(validator), Arc::clone(json));
    std::thread::spawn(move || {
        // Nobody may be waiting any more.
        let _ = sender.send(validator.is_valid(&json));
    });
    match receiver.recv_timeout(PATIENCE) {
        Ok(false) if begun.elapsed() > TOLD_WITHIN => Err(Finding::new(
            "the document does not validate, and finding out where takes too long",
        )),
        Ok(is_valid) => Ok(is_valid),
        Err(_) => {
            let seconds = PATIENCE.as_secs();
            Err(Finding::new(format!("validating the document takes longer than {seconds} s")))
        }
    }
}

/// The finding for one violation.
fn violation(error: &ValidationError<'_>) -> Finding {
    let place = text::short(error.instance_path().as_str());
    let place = if place.is_empty() { "the document" } else { &place };
    let message = text::short(&error.masked().to_string());
    let finding = Finding::new(format!("{place}: {message}"));
    finding.actual(text::short(&error.instance().to_string()))
}

/// What is wrong at which place of a schema. Of a list of forms none of which fits, only the value
/// says something to people.
fn in_words(error: &ValidationError<'_>) -> String {
    let place = text::short(error.instance_path().as_str());
    let message = if let ValidationErrorKind::AnyOf { .. }
    | ValidationErrorKind::OneOfNotValid { .. } = error.kind()
    {
        format!("{} is not allowed here", text::short(&error.instance().to_string()))
    } else {
        text::short(&error.to_string())
    };
    if place.is_empty() { message } else { format!("{place}: {message}") }
}

/// Whether a document has more than so many values, those within others counted.
fn has_more_values(json: &Json, most: usize) -> bool {
    let mut open = vec![json];
    let mut count = 0;
    while let Some(value) = open.pop() {
        count += 1;
        if count + open.len() > most {
            return true;
        }
        match value {
            Json::Array(items) => open.extend(items),
            Json::Object(fields) => open.extend(fields.values()),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }
    false
}

impl JsonSchemaCheck {
    /// The schema, ready to judge.
    fn validator(
        &self,
        project: &ProjectFolder,
        text_bytes_max: u64,
    ) -> Result<Validator, Finding> {
        let path = project.path(&self.schema);
        let path = path.map_err(|error| Finding::new(error.to_string()))?;
        let text = project.read_text(&path, text_bytes_max);
        let text = text.map_err(|error| Finding::new(format!("the schema: {error}")))?;
        let schema = value::read(&path, &text)?.into_json();
        if let Some(at) = schema_loops::first(&schema) {
            let message = format!(
                "the schema is invalid: the references of `{}` lead in a circle",
                text::short(&at)
            );
            return Err(Finding::new(message).path(&path));
        }
        let patterns = PatternOptions::fancy_regex().backtrack_limit(BACKTRACKS_MAX);
        jsonschema::options()
            .offline()
            .should_validate_formats(true)
            .with_pattern_options(patterns)
            .build(&schema)
            .map_err(|error| {
                Finding::new(format!("invalid schema: {}", in_words(&error))).path(&path)
            })
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;
    use crate::check::testing::judge_bytes;
    use crate::check::testing::read;

    const SCHEMA: &str = r##"{"$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object", "required": ["name"], "$defs": {"day": {"format": "date"}},
        "properties": {"name": {"type": "string", "pattern": "^(?!x)"}, "n": {"type": "integer"},
        "day": {"$ref": "#/$defs/day"}}, "additionalProperties": false}"##;

    fn judge_with(schema: &str, name: &str, text: &str) -> Vec<String> {
        judge("json_schema", "schema = 's/a.json'", &[(name, text), ("s/a.json", schema)])
    }

    #[test]
    fn a_document_that_validates_passes() {
        let json = r#"{"name": "a", "n": 1, "day": "2026-01-19"}"#;
        assert_eq!(judge_with(SCHEMA, "a.json", json), [""; 0]);
        assert_eq!(judge_with(SCHEMA, "a.yaml", "name: a\nn: 2\n"), [""; 0]);
        assert_eq!(judge_with(SCHEMA, "a.toml", "name = 'a'\nday = 2026-01-19"), [""; 0]);
    }

    #[test]
    fn a_document_that_says_two_things_fails() {
        let schema = r#"{"properties": {"n": {"maximum": 5}}}"#;
        for (name, text) in [
            ("a.json", r#"{"n": 99, "n": 1}"#),
            ("a.toml", "n = nan"),
            ("a.yaml", "n: .inf"),
            ("a.yaml", "n: 0xFFFFFFFFFFFFFFFFF"),
        ] {
            assert_eq!(judge_with(schema, name, text).len(), 1, "{text}");
        }
    }

    #[test]
    fn every_violation_is_a_finding() {
        let json = r#"{"name": "xa", "n": "1", "day": "soon", "more": [1]}"#;
        let mut findings = judge_with(SCHEMA, "a.json", json);
        findings.sort();
        assert_eq!(
            findings,
            [
                "/day: value is not a \"date\" (found \"soon\") []",
                "/n: value is not of type \"integer\" (found \"1\") []",
                "/name: value does not match \"^(?!x)\" (found \"xa\") []",
                "the document: Additional properties are not allowed ('more' was unexpected) (found {\"name\":\"xa\",\"n\":\"1\",\"day\":\"soon\",\"more\":[1]}) []",
            ]
        );
        let many = format!("[{}1]", "1,".repeat(59));
        let findings = judge_with(r#"{"items": {"type": "string"}}"#, "a.json", &many);
        assert_eq!(findings.len(), 51);
        assert_eq!(findings[50], "and 10 more []");
    }

    #[test]
    fn a_schema_that_cannot_be_had_fails() {
        let outside = r#"{"$ref": "https://example.org/other.json"}"#;
        let findings = judge_with(outside, "a.json", "{}");
        assert!(findings[0].starts_with("s/a.json: invalid schema: "), "{findings:?}");
        assert_eq!(judge_with(r#"{"$ref": "b.json"}"#, "a.json", "{}").len(), 1);
        assert_eq!(judge_with(r#"{"type": 3}"#, "a.json", "{}").len(), 1);
        assert_eq!(judge_with("{", "a.json", "{}").len(), 1);
        assert_eq!(
            judge("json_schema", "schema = 'none.json'", &[("a.json", "{}")]),
            ["the schema: none.json does not exist []"]
        );
        assert_eq!(
            read("json_schema", "schema = '/etc/x.json'").err().unwrap(),
            "path \"/etc/x.json\" is absolute"
        );
    }

    #[test]
    fn a_schema_cannot_run_away() {
        assert_eq!(
            judge_with(r##"{"anyOf": [{"$ref": "#"}]}"##, "a.json", "{}"),
            ["s/a.json: the schema is invalid: the references of `#` lead in a circle []"]
        );
        let slow = r#"{"pattern": "^(a+)+(?!b)$"}"#;
        let text = format!("\"{}c\"", "a".repeat(40));
        assert_eq!(judge_with(slow, "a.json", &text).len(), 1);
    }

    #[test]
    fn of_a_huge_document_the_first_violation_is_told() {
        let many = format!("[{}1]", "1,".repeat(300_000));
        assert_eq!(
            judge_with(r#"{"items": {"type": "string"}}"#, "a.json", &many),
            [
                "/0: value is not of type \"string\" (found 1) []",
                "the document has more than 200000 values: other violations are not listed []"
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_fails() {
        assert_eq!(
            judge("json_schema", "schema = 's.json'", &[]),
            ["missing.md: the file does not exist []"]
        );
        assert_eq!(
            judge_bytes("json_schema", "schema = 's.json'", &[("a.json", b"\"\xff\"")]),
            ["a.json: the file is not valid UTF-8 (byte 1) []"]
        );
    }

    #[test]
    fn a_schema_that_branches_for_ever_ends() {
        let level = |n: usize| {
            let below = serde_json::json!({"$ref": format!("#/$defs/x{}", n - 1)});
            (format!("x{n}"), serde_json::json!({"anyOf": [below, below]}))
        };
        let mut levels: serde_json::Map<_, _> = (1..=26).map(level).collect();
        levels.insert("x0".to_owned(), serde_json::json!({"type": "integer"}));
        let schema = serde_json::json!({"$defs": levels, "$ref": "#/$defs/x26"}).to_string();
        let files = [("a.json", "\"x\""), ("s.json", schema.as_str())];
        let found = judge("json_schema", "schema = 's.json'", &files);
        assert!(found.len() == 1 && found[0].contains("takes longer than 1 s"), "{found:?}");
    }
}
