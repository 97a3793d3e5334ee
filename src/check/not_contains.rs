//! `not_contains`: literals that must not be there.

use super::Check;
use super::Flaw;
use super::Scene;
use super::few::Few;
use super::few::PLACES_MAX;
use super::one_or_many::OneOrMany;
use super::pattern;
use super::text;
use super::text::Lines;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;

/// The file contains none of these literal texts. Each occurrence is reported, up to 20. A `\n` in
/// them also matches the `\r\n` of a file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NotContains {
    /// A string or a list of strings.
    text: OneOrMany,
    /// Ignore the difference between upper and lower case; `false` by default.
    #[serde(default)]
    ignore_case: bool,
}

impl Check for NotContains {
    fn words(&self) -> String {
        let case = if self.ignore_case { ", ignoring case" } else { "" };
        format!("the file does not contain {}{case}", self.text.words())
    }

    fn flaw(&self) -> Option<Flaw> {
        self.text.flaw("text")
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let text = match scene.text() {
            Ok(text) => text,
            Err(finding) => return vec![finding],
        };
        let mut few = Few::new(PLACES_MAX);
        for unwanted in self.text.iter() {
            let literal = match pattern::literal(unwanted, self.ignore_case) {
                Ok(literal) => literal,
                Err(message) => return vec![Finding::new(message)],
            };
            let form = text::with_either_line_end(text).find(|text| literal.is_match(text));
            let Some(form) = form else { continue };
            let lines = Lines::of(&form);
            for found in literal.find_iter(&form) {
                few.add(|| {
                    let unwanted = text::quoted(unwanted);
                    Finding::new(format!("the file contains {unwanted}"))
                        .line(lines.at(found.start()))
                });
            }
        }
        few.finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;
    use crate::check::testing::judge_bytes;
    use crate::check::testing::read;

    #[test]
    fn line_ends_are_alike() {
        let judge =
            |parameters: &str, file: &str| judge("not_contains", parameters, &[("a.md", file)]);
        for file in ["a\nx\ny", "a\r\nx\r\ny"] {
            let found = judge("text = [\"x\\ny\", 'z']", file);
            assert_eq!(found, ["a.md:2: the file contains `x y` []"], "{file:?}");
            assert_eq!(judge("text = \"x\\ny\\n\"", file), [""; 0]);
        }
        assert_eq!(judge("text = \"x\\r\\ny\"", "x\ny"), [""; 0]);
        assert_eq!(judge("text = \"\\r\"", "x\r\ny").len(), 1);
    }

    #[test]
    fn a_file_without_them_passes() {
        let file = [("a.md", "unverified. [DONE]")];
        assert!(judge("not_contains", "text = ['[UNVERIFIED]', '.*']", &file).is_empty());
    }

    #[test]
    fn each_place_is_a_finding() {
        let file = [("a.md", "one [draft]\ntwo\n[DRAFT] TBD\n")];
        assert_eq!(
            judge("not_contains", "text = ['[DRAFT]', 'TBD']\nignore_case = true", &file),
            [
                "a.md:1: the file contains `[DRAFT]` []",
                "a.md:3: the file contains `[DRAFT]` []",
                "a.md:3: the file contains `TBD` []"
            ]
        );
        let file = [("a.md", "TBD\n".repeat(25))];
        let findings = judge("not_contains", "text = 'TBD'", &[("a.md", &file[0].1)]);
        assert_eq!(findings.len(), 21);
        assert_eq!(findings[20], "and 5 more []");
    }

    #[test]
    fn what_cannot_be_read_fails() {
        assert_eq!(
            judge("not_contains", "text = 'x'", &[]),
            ["missing.md: the file does not exist []"]
        );
        assert_eq!(
            judge_bytes("not_contains", "text = 'x'", &[("a.md", b"\xff")]),
            ["a.md: the file is not valid UTF-8 (byte 0) []"]
        );
        assert_eq!(
            read("not_contains", "text = ''").err().unwrap(),
            "`text` contains an empty string"
        );
    }
}
