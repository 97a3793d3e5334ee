//! `front_matter`: one field of what stands above a document.

use super::Check;
use super::Flaw;
use super::Number;
use super::Scene;
use super::markdown;
use super::text;
use super::value;
use super::value::Scalar;
use super::value::Test;
use crate::document::Data;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;

/// A field in the front matter of the document passes a test. Front matter starts on the first
/// line: YAML between `---` lines or TOML between `+++` lines. Exactly one test is required:
/// `equals`, `one_of`, `not_equals`, `none_of`, `matches`, or `min` and `max`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FrontMatter {
    /// The field: `status`, `audit.status`, or a JSON pointer such as `/audit/status`.
    field: String,
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

impl FrontMatter {
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

    /// The value of the field: of a key of just this name, else of the keys between the dots.
    fn find<'d>(&self, fields: &'d Data) -> Option<&'d Data> {
        if self.field.starts_with('/') {
            return fields.pointer(&self.field);
        }
        fields.get(&self.field).or_else(|| self.field.split('.').try_fold(fields, Data::get))
    }

    /// The line on which the field seems to stand, for whoever looks for it.
    fn line_in(&self, text: &str) -> Option<usize> {
        let name = self.field.rsplit(['.', '/']).next()?;
        let begins = |line: &str| {
            let line = line.trim_start().trim_start_matches(['"', '\'']);
            let rest = line.strip_prefix(name)?.trim_start_matches(['"', '\'']).trim_start();
            rest.starts_with([':', '=']).then_some(())
        };
        let index = text.lines().position(|line| begins(line).is_some())?;
        Some(index + 2)
    }
}

impl Check for FrontMatter {
    fn words(&self) -> String {
        format!("`{}` in the front matter is {}", self.field, self.test().words())
    }

    fn words_beside_message(&self) -> Option<String> {
        self.matches.is_none().then(|| self.words())
    }

    fn flaw(&self) -> Option<Flaw> {
        if self.field.is_empty() {
            return Some(Flaw::of("field", "`field` is empty").advise("write field = \"title\""));
        }
        self.test().flaw()
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let text = match scene.text() {
            Ok(text) => text,
            Err(finding) => return vec![finding],
        };
        let (language, text) = match markdown::front_matter(text) {
            markdown::FrontMatter::Found { language, text, .. } => (language, text),
            markdown::FrontMatter::Open => {
                return vec![Finding::new("the front matter is not closed").line(1)];
            }
            markdown::FrontMatter::None => {
                let message = "the file has no front matter between `---` or `+++` lines";
                return vec![Finding::new(message)];
            }
        };
        let fields = match Data::read(language, text) {
            Ok(fields) => fields,
            // Its first line is the second one of the file.
            Err(flaw) => return vec![value::unreadable(language, &flaw, 1)],
        };
        let Some(value) = self.find(&fields) else {
            let field = text::quoted(&self.field);
            return vec![Finding::new(format!("the front matter has no field {field}"))];
        };
        let mut finding = self.test().judge(&self.field, value);
        if let Some(finding) = &mut finding {
            finding.line = self.line_in(text).map(|line| line as u64);
        }
        finding.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;
    use crate::check::testing::judge_bytes;
    use crate::check::testing::read;

    const YAML: &[(&str, &str)] = &[(
        "a.md",
        "---\nstatus: PASS\nscore: 87\naudit:\n  status: 'NO-GO'\n  by: [ann, bob]\na.b: x\n---\n\nstatus: FAIL\n",
    )];

    #[test]
    fn a_field_that_is_so_passes() {
        for parameters in [
            "field = 'status'\nequals = 'PASS'",
            "field = 'status'\none_of = ['PASS', 'CONDITIONAL']",
            "field = 'score'\nmin = 80\nmax = '90'",
            "field = 'score'\nequals = '87'",
            "field = 'audit.status'\nmatches = '^(GO|NO-GO)$'",
            "field = '/audit/by/1'\nequals = 'bob'",
            "field = 'audit.by.0'\nequals = 'ann'",
            "field = 'a.b'\nequals = 'x'",
        ] {
            assert_eq!(judge("front_matter", parameters, YAML), [""; 0], "{parameters}");
        }
        let toml = "+++\nstatus = \"PASS\"\ndate = 2026-01-19\n+++\n";
        let judge = |parameters| judge("front_matter", parameters, &[("a.md", toml)]);
        assert!(judge("field = 'status'\nequals = 'PASS'").is_empty());
        assert!(judge("field = 'date'\nequals = '2026-01-19'").is_empty());
    }

    #[test]
    fn a_text_is_compared_as_it_is_written() {
        for written in ["1.10", "01234", "1_000", "0x1F", "1e3", "yes", "2026-01-05", "'1.10'"] {
            let file = [("a.md", format!("---\nv: {written}\n---\n"))];
            let file = file.each_ref().map(|(name, text)| (*name, text.as_str()));
            let equals = format!("field = 'v'\nequals = \"{}\"", written.trim_matches('\''));
            assert_eq!(judge("front_matter", &equals, &file), [""; 0]);
            for other in ["1.1", "1234", "1000", "31", "true"] {
                let equals = format!("field = 'v'\nequals = \"{other}\"");
                assert_eq!(judge("front_matter", &equals, &file).len(), 1, "{written} {other}");
            }
        }
        let toml = [("a.md", "+++\nv = 1.10\n+++\n")];
        assert_eq!(judge("front_matter", "field = 'v'\nequals = '1.10'", &toml), [""; 0]);
        assert_eq!(judge("front_matter", "field = 'v'\nequals = 1.1", &toml), [""; 0]);
        assert_eq!(
            judge("front_matter", "field = 'v'\nequals = '1.1'", &toml),
            ["a.md:2: `v` has the wrong value (expected \"1.1\", found 1.10) []"]
        );
        let late = [("a.md", "---\na: 1\nb: .inf\n---\n")];
        let findings = judge("front_matter", "field = 'a'\nequals = 1", &late);
        assert!(findings[0].starts_with("a.md:3: invalid YAML: "), "{findings:?}");
    }

    #[test]
    fn a_field_that_is_not_so_fails() {
        assert_eq!(
            judge("front_matter", "field = 'audit.status'\nequals = 'GO'", YAML),
            ["a.md:2: `audit.status` has the wrong value (expected \"GO\", found \"NO-GO\") []"]
        );
        assert_eq!(
            judge("front_matter", "field = 'score'\nmin = 90", YAML),
            ["a.md:3: `score` has the wrong value (expected at least 90, found 87) []"]
        );
        assert_eq!(
            judge("front_matter", "field = 'status'\nmin = 0", YAML),
            ["a.md:2: `status` has the wrong value (expected at least 0, found \"PASS\") []"]
        );
        assert_eq!(
            judge("front_matter", "field = 'audit.by'\nequals = 'ann'", YAML),
            [
                "a.md:6: `audit.by` has the wrong value (expected \"ann\", found [\"ann\",\"bob\"]) []"
            ]
        );
    }

    #[test]
    fn a_value_may_be_anything_but_some() {
        for test in [
            "field = 'status'\nnot_equals = 'FAIL'",
            "field = 'status'\nnot_equals = 'pass'",
            "field = 'score'\nnot_equals = 8.7",
            "field = 'audit.status'\nnone_of = ['GO', 'TBD', 3]",
        ] {
            assert_eq!(judge("front_matter", test, YAML), [""; 0], "{test}");
        }
        assert_eq!(
            judge("front_matter", "field = 'status'\nnot_equals = 'PASS'", YAML),
            [
                "a.md:2: `status` has the wrong value (expected a value other than \"PASS\", found \"PASS\") []"
            ]
        );
        assert_eq!(
            judge("front_matter", "field = 'score'\nnone_of = ['draft', 87.0]", YAML),
            [
                "a.md:3: `score` has the wrong value (expected a value other than \"draft\", 87.0, found 87) []"
            ]
        );
    }

    #[test]
    fn nothing_and_many_are_no_other_value() {
        for value in ["", "null", "[draft]", "{ is: draft }"] {
            let file = format!("---\nstatus: {value}\n---\n");
            for test in ["not_equals = 'TBD'", "none_of = ['TBD']"] {
                let test = format!("field = 'status'\n{test}");
                assert_eq!(judge("front_matter", &test, &[("a.md", &file)]).len(), 1, "{value}");
            }
        }
        let test = "field = 'state'\nnot_equals = 'draft'";
        assert_eq!(judge("front_matter", test, YAML), ["the front matter has no field `state` []"]);
    }

    #[test]
    fn what_is_not_there_fails() {
        let judge =
            |text: &str| judge("front_matter", "field = 'status'\nmatches = ''", &[("a.md", text)]);
        assert_eq!(judge("---\nx: 1\n---\n"), ["the front matter has no field `status` []"]);
        assert_eq!(judge("---\nstatus: 1\n"), ["a.md:1: the front matter is not closed []"]);
        assert_eq!(
            judge("\n---\nstatus: 1\n---\n"),
            ["the file has no front matter between `---` or `+++` lines []"]
        );
        assert_eq!(
            judge("+++\nx = 1\nstatus = \n+++\n"),
            ["a.md:3: invalid TOML: `status` has no value []"]
        );
        assert_eq!(judge("---\nx: 1\nx: 2\n---\n").len(), 1);
        assert_eq!(judge("---\n---\n"), ["the front matter has no field `status` []"]);
    }

    #[test]
    fn what_cannot_be_read_fails() {
        let parameters = "field = 'a'\nequals = 1";
        assert_eq!(
            judge("front_matter", parameters, &[]),
            ["missing.md: the file does not exist []"]
        );
        assert_eq!(
            judge_bytes("front_matter", parameters, &[("a.md", b"---\na: \xff\n---\n")]),
            ["a.md: the file is not valid UTF-8 (byte 7) []"]
        );
    }

    #[test]
    fn one_test_is_given() {
        let flaw =
            |rest: &str| read("front_matter", &format!("field = 'a'\n{rest}")).err().unwrap();
        let tests = "`equals`, `one_of`, `not_equals`, `none_of`, `min`/`max`, `matches`";
        assert_eq!(flaw(""), format!("requires one of {tests}"));
        for two in
            ["equals = 1\nmin = 2", "equals = 1\nnot_equals = 2", "one_of = [1]\nnone_of = [2]"]
        {
            assert_eq!(flaw(two), format!("use only one of {tests}"));
        }
        assert_eq!(flaw("none_of = []"), "`none_of` is empty");
        assert_eq!(flaw("one_of = []"), "`one_of` is empty");
        assert_eq!(flaw("matches = '['"), "the regex `[` is invalid: unclosed character class");
        assert_eq!(flaw("min = 2\nmax = 1"), "`min` 2 is above `max` 1");
    }
}
