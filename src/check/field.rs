//! `field`: one value of a JSON, YAML or TOML document.

use super::Check;
use super::Flaw;
use super::Number;
use super::Scene;
use super::text;
use super::value;
use super::value::Scalar;
use super::value::Test;
use crate::finding::Finding;
use crate::template;
use schemars::JsonSchema;
use serde::Deserialize;

/// The value at a JSON pointer in a JSON, YAML or TOML document (`.json`, `.yaml`, `.yml`, `.toml`)
/// passes a test. Exactly one test is required: `equals`, `one_of`, `not_equals`, `none_of`,
/// `matches`, or `min` and `max`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    /// A JSON pointer such as `/audit/scores/0`; empty for the whole document.
    pointer: String,
    /// The expected value. Numbers compare by value, strings as they are written: "1.10" is not
    /// 1.1.
    equals: Option<Scalar>,
    /// The allowed values.
    one_of: Option<Vec<Scalar>>,
    /// A value that is not allowed. A list, a table or null fails too.
    not_equals: Option<Scalar>,
    /// Values that are not allowed. A list, a table or null fails too.
    none_of: Option<Vec<Scalar>>,
    /// The smallest allowed number.
    min: Option<Number>,
    /// The largest allowed number.
    max: Option<Number>,
    /// A regular expression that must match somewhere in the value.
    matches: Option<String>,
}

impl Field {
    fn test(&self) -> Test<'_> {
        Test {
            equals: self.equals.as_ref(),
            one_of: self.one_of.as_deref(),
            not_equals: self.not_equals.as_ref(),
            none_of: self.none_of.as_deref(),
            min: self.min.as_ref(),
            max: self.max.as_ref(),
            matches: self.matches.as_deref(),
        }
    }
}

impl Check for Field {
    fn words(&self) -> String {
        format!("the value at `{}` is {}", self.pointer, self.test().words())
    }

    fn words_beside_message(&self) -> Option<String> {
        self.matches.is_none().then(|| self.words())
    }

    fn flaw(&self) -> Option<Flaw> {
        let pointer = &self.pointer;
        let is_sound = pointer.is_empty() || pointer.starts_with('/');
        if !is_sound && !template::has_expressions(pointer) {
            let meant = pointer.trim_start_matches(['$', '.']).replace('.', "/");
            let flaw = Flaw::of("pointer", format!("`{pointer}` is not a JSON pointer"));
            return Some(flaw.advise(format!("write pointer = \"/{meant}\"")));
        }
        self.test().flaw()
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let read = || {
            let document = scene.document()?;
            value::read(&document.path, document.text()?)
        };
        let data = match read() {
            Ok(data) => data,
            Err(finding) => return vec![finding],
        };
        match data.pointer(&self.pointer) {
            None => {
                let pointer = text::quoted(&self.pointer);
                vec![Finding::new(format!("the document has no value at {pointer}"))]
            }
            Some(value) => self.test().judge(&self.pointer, value).into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;
    use crate::check::testing::judge_bytes;
    use crate::check::testing::read;

    #[test]
    fn a_value_that_is_so_passes() {
        let json = [("a.json", r#"{"a": [{"b/c": 1.5}], "ok": true, "n": null}"#)];
        assert!(judge("field", "pointer = '/a/0/b~1c'\nmin = 1\nmax = 2", &json).is_empty());
        assert!(judge("field", "pointer = '/ok'\nequals = true", &json).is_empty());
        assert!(judge("field", "pointer = '/ok'\nnot_equals = false", &json).is_empty());
        assert!(judge("field", "pointer = '/a/0/b~1c'\nnone_of = [1, 2]", &json).is_empty());
        let yaml = [("a.YML", "a:\n  - x\n")];
        assert!(judge("field", "pointer = '/a/0'\none_of = ['y', 'x']", &yaml).is_empty());
        let toml = [("a.toml", "[package]\nversion = '1.2.0'")];
        assert!(
            judge("field", "pointer = '/package/version'\nmatches = '^1\\.'", &toml).is_empty()
        );
    }

    #[test]
    fn a_value_that_is_not_so_fails() {
        let json = [("a.json", r#"{"n": null, "s": "1"}"#)];
        assert_eq!(
            judge("field", "pointer = '/s'\nequals = 1", &json),
            ["`/s` has the wrong value (expected 1, found \"1\") []"]
        );
        assert_eq!(
            judge("field", "pointer = '/n'\nmatches = ''", &json),
            ["`/n` has the wrong value (expected a string that matches ``, found null) []"]
        );
        assert_eq!(
            judge("field", "pointer = '/s'\nnone_of = ['1', '2']", &json),
            ["`/s` has the wrong value (expected a value other than \"1\", \"2\", found \"1\") []"]
        );
        assert_eq!(
            judge("field", "pointer = '/n'\nnot_equals = 'x'", &json),
            ["`/n` has the wrong value (expected a value other than \"x\", found null) []"]
        );
        assert_eq!(
            judge("field", "pointer = '/x'\nmax = 3", &json),
            ["the document has no value at `/x` []"]
        );
    }

    #[test]
    fn what_cannot_be_read_fails() {
        let judge =
            |name: &str, text: &str| judge("field", "pointer = '/a'\nequals = 1", &[(name, text)]);
        assert_eq!(
            judge("a.md", "{}"),
            ["a.md: unknown file format; expected .json, .yaml, .yml or .toml []"]
        );
        assert_eq!(
            judge("a.json", "{\n\"a\": 1,}"),
            ["a.json:2: invalid JSON: trailing comma; remove it []"]
        );
        assert_eq!(judge("a.yaml", "a: [1\n").len(), 1);
        assert_eq!(
            judge("a.toml", "a = 1\na = 1"),
            ["a.toml:2: invalid TOML: duplicate key `a` []"]
        );
        assert_eq!(
            judge_bytes("field", "pointer = ''\nmin = 1", &[("a.json", b"\xff")]),
            ["a.json: the file is not valid UTF-8 (byte 0) []"]
        );
        assert_eq!(
            judge_bytes("field", "pointer = ''\nmin = 1", &[]),
            ["missing.md: the file does not exist []"]
        );
    }

    #[test]
    fn a_text_is_compared_as_it_is_written() {
        let of = |name, text| {
            move |test: &str| judge("field", &format!("pointer = '/v'\n{test}"), &[(name, text)])
        };
        for (name, text) in
            [("a.json", "{\"v\": 1.10}"), ("a.yaml", "v: 1.10\n"), ("a.toml", "v = 1.10\n")]
        {
            let judge = of(name, text);
            for test in ["equals = '1.10'", "one_of = ['2', '1.10']", "matches = '^1\\.10$'"] {
                assert_eq!(judge(test), [""; 0], "{name} {test}");
            }
            assert_eq!(judge("equals = 1.1"), [""; 0]);
            assert_eq!(judge("min = 1.1\nmax = '1.1'"), [""; 0]);
            let finding = "`/v` has the wrong value (expected \"1.1\", found 1.10) []";
            assert_eq!(judge("equals = '1.1'"), [finding], "{name}");
        }
        assert_eq!(of("a.yaml", "v: no\n")("equals = 'no'"), [""; 0]);
        assert_eq!(of("a.yaml", "v: True\n")("equals = 'true'").len(), 1);
        assert_eq!(of("a.yaml", "v: 0x1F\n")("equals = 31"), [""; 0]);
    }

    #[test]
    fn what_two_readers_take_for_two_things_fails() {
        let judge = |name: &str, text: &str| {
            judge("field", "pointer = '/v'\nmatches = ''", &[(name, text)])
        };
        assert_eq!(
            judge("a.json", "{\"x\": {\"v\": 1,\n\"\\u0076\": 2}, \"v\": 1}"),
            ["a.json:2: invalid JSON: duplicate key `v` []"]
        );
        assert_eq!(
            judge("a.toml", "v = 1\nn = inf\n"),
            [
                "a.toml:2: invalid TOML: `inf` is not a finite number; write one, or quote it as a string []"
            ]
        );
        for (name, text) in
            [("a.json", "{\"v\": 1e400}"), ("a.yaml", "v: .nan"), ("a.toml", "v = 0x")]
        {
            assert_eq!(judge(name, text).len(), 1, "{text}");
        }
    }

    #[test]
    fn unsound_parameters_are_refused() {
        let flaw = |parameters: &str| read("field", parameters).err().unwrap();
        for text in ["a.b", "$.a.b", ".a.b"] {
            let told = flaw(&format!("pointer = '{text}'\nequals = 1"));
            assert_eq!(told, format!("`{text}` is not a JSON pointer"));
        }
        assert_eq!(flaw("pointer = 'a'\nequals = 1"), "`a` is not a JSON pointer");
        assert_eq!(
            flaw("pointer = '/a'"),
            "requires one of `equals`, `one_of`, `not_equals`, `none_of`, `min`/`max`, `matches`"
        );
        assert!(read("field", "pointer = '{{ p }}'\nmatches = '({{ x }}'").is_ok());
        assert!(flaw("pointer = '/a'\nequals = [1]").contains("a string, a number, true or false"));
    }
}
