//! `contains_text`: literals that must be there.

use super::Check;
use super::Flaw;
use super::Scene;
use super::few::FINDINGS_MAX;
use super::few::Few;
use super::one_or_many::OneOrMany;
use super::pattern;
use super::text;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;

/// The file contains these literal texts: all of `all`, or at least one of `any`. A `\n` in them
/// also matches the `\r\n` of a file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContainsText {
    /// A text or a list of texts; all must occur.
    all: Option<OneOrMany>,
    /// A list of texts; at least one must occur.
    any: Option<OneOrMany>,
    /// Ignore the difference between upper and lower case; `false` by default.
    #[serde(default)]
    ignore_case: bool,
}

impl Check for ContainsText {
    fn words(&self) -> String {
        let case = if self.ignore_case { ", ignoring case" } else { "" };
        match (&self.all, &self.any) {
            (_, Some(any)) => format!("the file contains one of {}{case}", any.words()),
            (all, None) => {
                let all = all.as_ref().map(OneOrMany::words).unwrap_or_default();
                format!("the file contains {all}{case}")
            }
        }
    }

    fn flaw(&self) -> Option<Flaw> {
        match (&self.all, &self.any) {
            (None, None) => {
                let flaw = Flaw::whole("requires `all` or `any`");
                Some(flaw.advise("write all = [\"…\"]"))
            }
            (Some(_), Some(_)) => Some(
                Flaw::of("any", "`all` and `any` are both set")
                    .advise("remove one of them, or write a check for each"),
            ),
            (Some(all), None) => all.flaw("all"),
            (None, Some(any)) => any.flaw("any"),
        }
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let text = match scene.text() {
            Ok(text) => text,
            Err(finding) => return vec![finding],
        };
        let mut few = Few::new(FINDINGS_MAX);
        if let Some(all) = &self.all {
            for wanted in all.iter() {
                match self.is_in(wanted, text) {
                    Ok(true) => {}
                    Ok(false) => few.add(|| {
                        let wanted = text::quoted(wanted);
                        Finding::new(format!("the file does not contain {wanted}"))
                    }),
                    Err(message) => few.add(|| Finding::new(message)),
                }
            }
        }
        if let Some(any) = &self.any {
            let found = any.iter().any(|wanted| self.is_in(wanted, text) == Ok(true));
            if !found {
                let words = text::short(&any.words());
                few.add(|| Finding::new(format!("the file contains none of {words}")));
            }
        }
        few.finish()
    }
}

impl ContainsText {
    fn is_in(&self, wanted: &str, text: &str) -> Result<bool, String> {
        let literal = pattern::literal(wanted, self.ignore_case)?;
        Ok(text::with_either_line_end(text).any(|text| literal.is_match(&text)))
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;
    use crate::check::testing::judge_bytes;
    use crate::check::testing::read;

    const FILE: &[(&str, &str)] = &[("a.md", "Tier 1\nMinimum Tier: zwei (ÜBER)\n")];

    #[test]
    fn line_ends_are_alike() {
        let judge =
            |parameters: &str, file: &str| judge("contains_text", parameters, &[("a.md", file)]);
        for parameters in
            ["all = \"x\\ny\"", "any = [\"x\\ny\"]", "all = \"X\\ny\"\nignore_case = true"]
        {
            for file in ["x\ny", "x\r\ny"] {
                assert_eq!(judge(parameters, file), [""; 0], "{parameters} {file:?}");
            }
        }
        assert_eq!(judge("all = \"\\r\\n\"", "x\ny").len(), 1);
        assert_eq!(judge("all = \"\\r\\n\"", "x\r\ny"), [""; 0]);
    }

    #[test]
    fn literals_that_are_there_pass() {
        for parameters in [
            "all = ['Tier 1', 'Minimum Tier']",
            "all = 'Tier 1\nMin'",
            "any = ['no', 'Tier']",
            "all = ['TIER', 'über']\nignore_case = true",
            "all = '(ÜBER)'",
        ] {
            let parameters = parameters.replace("\nMin", "\\nMin").replace('\'', "\"");
            assert_eq!(judge("contains_text", &parameters, FILE), [""; 0], "{parameters}");
        }
    }

    #[test]
    fn each_literal_that_is_missing_is_named() {
        assert_eq!(
            judge("contains_text", "all = ['tier', 'Tier', 'Z.*i']", FILE),
            ["the file does not contain `tier` []", "the file does not contain `Z.*i` []"]
        );
        assert_eq!(
            judge("contains_text", "any = ['x', 'y']\nignore_case = true", FILE),
            ["the file contains none of `x`, `y` []"]
        );
    }

    #[test]
    fn what_cannot_be_read_fails() {
        assert_eq!(
            judge("contains_text", "all = 'x'", &[]),
            ["missing.md: the file does not exist []"]
        );
        assert_eq!(
            judge_bytes("contains_text", "any = 'x'", &[("a.md", b"x\xff")]),
            ["a.md: the file is not valid UTF-8 (byte 1) []"]
        );
    }

    #[test]
    fn parameters_must_say_something() {
        let flaw = |parameters: &str| read("contains_text", parameters).err().unwrap();
        assert_eq!(flaw(""), "requires `all` or `any`");
        assert_eq!(flaw("all = 'a'\nany = 'b'"), "`all` and `any` are both set");
        assert_eq!(flaw("all = []"), "`all` is empty");
        assert_eq!(flaw("any = ['']"), "`any` contains an empty string");
    }
}
