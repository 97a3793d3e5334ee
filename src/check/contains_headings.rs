//! `contains_headings`: the headings that a Markdown document must have.

use super::Check;
use super::Count;
use super::Flaw;
use super::Scene;
use super::few::FINDINGS_MAX;
use super::few::Few;
use super::markdown;
use super::markdown::Heading;
use super::markdown::Markdown;
use super::one_or_many::OneOrMany;
use super::text;
use crate::finding::Finding;
use crate::template;
use schemars::JsonSchema;
use serde::Deserialize;

/// The Markdown document has these headings. Text in prose, code or comments does not count.
/// Headings are compared without surrounding blanks and inline markup; case matters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContainsHeadings {
    /// A heading or a list of headings. `Layer 1` matches at any level, `## Layer 1` only at level
    /// 2.
    headings: OneOrMany,
    /// The level of all headings, 1 to 6; any level by default.
    level: Option<Count>,
    /// Require this order; other headings may come between. `false` by default.
    #[serde(default)]
    ordered: bool,
    /// `whole` (default): the whole heading must match. `start`: the heading must start with the
    /// text, up to the end of a word: `Layer 1` matches `Layer 1: Light`, but not `Layer 10`.
    #[serde(default, rename = "match")]
    extent: Extent,
}

/// How much of a heading is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Extent {
    #[default]
    Whole,
    Start,
}

impl Extent {
    fn fits(self, wanted: &str, text: &str) -> bool {
        match self {
            Self::Whole => wanted == text,
            Self::Start => text.strip_prefix(wanted).is_some_and(|rest| {
                let goes_on = |end: Option<char>| end.is_some_and(char::is_alphanumeric);
                !(goes_on(wanted.chars().next_back()) && goes_on(rest.chars().next()))
            }),
        }
    }
}

/// A heading that must be there.
struct Wanted {
    shown: String,
    text: String,
    level: Option<usize>,
    extent: Extent,
}

impl Wanted {
    /// Takes `Layer 1` or `## Layer 1`.
    fn parse(heading: &str, level: Option<usize>, extent: Extent) -> Self {
        let (marks, text) = split_marks(heading);
        let text = markdown::flattened(text);
        let level = if marks == 0 { level } else { Some(marks) };
        let marks = level.map(|level| "#".repeat(level) + " ").unwrap_or_default();
        Self { shown: text::quoted(&format!("{marks}{text}")), text, level, extent }
    }

    fn is(&self, heading: &Heading) -> bool {
        self.begins(heading) && self.level.is_none_or(|level| level == heading.level)
    }

    /// Whether the heading has the text, at whatever level.
    fn begins(&self, heading: &Heading) -> bool {
        self.extent.fits(&self.text, &heading.text)
    }
}

/// The number of marks before a heading, and the rest.
fn split_marks(heading: &str) -> (usize, &str) {
    let heading = heading.trim();
    let text = heading.trim_start_matches('#');
    let marks = heading.len() - text.len();
    let is_marked = (1..=6).contains(&marks) && text.starts_with(char::is_whitespace);
    if is_marked { (marks, text) } else { (0, heading) }
}

/// Whether marks stand there with which nothing is a heading. One mark may belong to the text: `#1`.
fn is_mismarked(heading: &str) -> bool {
    let heading = heading.trim();
    let marks = heading.len() - heading.trim_start_matches('#').len();
    split_marks(heading).0 == 0 && (marks > 1 || heading == "#")
}

impl Check for ContainsHeadings {
    fn words(&self) -> String {
        let level = self.level.as_ref().map(|level| format!("level-{level} "));
        let order = if self.ordered { ", in this order" } else { "" };
        let level = level.unwrap_or_default();
        let which = match self.extent {
            Extent::Whole => format!("the {level}headings"),
            Extent::Start => format!("{level}headings that start with"),
        };
        format!("the file has {which} {}{order}", self.headings.words())
    }

    fn flaw(&self) -> Option<Flaw> {
        let level = self.level.as_ref();
        if let Some(level) = level.and_then(Count::known)
            && !(1..=6).contains(&level)
        {
            return Some(
                Flaw::of("level", format!("`level` must be 1 to 6, not {level}"))
                    .advise("write level = 2, for headings with two #"),
            );
        }
        for heading in self.headings.iter().filter(|text| !template::has_expressions(text)) {
            if is_mismarked(heading) {
                let flaw = Flaw::of("headings", format!("`{heading}` is not a heading"));
                return Some(flaw.advise("write 1 to 6 # and a space before the text"));
            }
            let wanted = Wanted::parse(heading, None, self.extent);
            if wanted.text.is_empty() {
                return Some(
                    Flaw::of("headings", format!("`{heading}` is not a heading"))
                        .advise("write the text of the heading, such as \"Summary\""),
                );
            }
            if let (Some(Count::Value(_)), Some(marks)) = (level, wanted.level)
                && level.map(Count::value) != Some(marks)
            {
                let message = format!("`{heading}` and `level` state different levels");
                return Some(Flaw::of("level", message).advise("remove one of the two"));
            }
        }
        self.headings.flaw("headings")
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let text = match scene.text() {
            Ok(text) => text,
            Err(finding) => return vec![finding],
        };
        let found = Markdown::read(text).headings;
        let level = self.level.as_ref().map(Count::value);
        let mut few = Few::new(FINDINGS_MAX);
        let mut after: Option<(usize, String)> = None;
        for heading in self.headings.iter() {
            let wanted = Wanted::parse(heading, level, self.extent);
            let Some(first) = found.iter().position(|heading| wanted.is(heading)) else {
                few.add(|| missing(&wanted, &found));
                continue;
            };
            if !self.ordered {
                continue;
            }
            let begin = after.as_ref().map_or(0, |(index, _)| index + 1);
            match found[begin..].iter().position(|heading| wanted.is(heading)) {
                Some(at) => after = Some((begin + at, wanted.shown)),
                None => few.add(|| {
                    let before = after.as_ref().map_or("", |(_, shown)| shown);
                    let message =
                        format!("the heading {} does not come after {before}", wanted.shown);
                    Finding::new(message).line(found[first].line)
                }),
            }
        }
        few.finish()
    }
}

/// The finding for a heading that is not there, or is there at another level only.
fn missing(wanted: &Wanted, found: &[Heading]) -> Finding {
    let other = found.iter().find(|heading| wanted.begins(heading));
    match (other, wanted.level) {
        (Some(other), Some(level)) => {
            let message = format!("the heading {} has the wrong level", wanted.shown);
            Finding::new(message).line(other.line).expected(level).actual(other.level)
        }
        _ => Finding::new(format!("the heading {} is missing", wanted.shown)),
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;
    use crate::check::testing::judge_bytes;
    use crate::check::testing::read;

    const FILE: &[(&str, &str)] = &[(
        "a.md",
        "# Spec\n\nLayer 3\n\n##   Layer *1*  ##\n\n```\n## Layer 4\n```\n<!--\n## Layer 5\n-->\n\
         Layer 2\n---\n\n### Color\n",
    )];

    #[test]
    fn headings_that_a_parser_finds_pass() {
        for parameters in [
            "headings = ['## Layer 1', '## Layer 2']\nordered = true",
            "headings = ['Layer `2`', 'Layer 1']",
            "headings = 'Color'\nlevel = 3",
            "headings = '### Color'\nlevel = 3",
        ] {
            assert_eq!(judge("contains_headings", parameters, FILE), [""; 0], "{parameters}");
        }
    }

    #[test]
    fn words_elsewhere_are_no_headings() {
        assert_eq!(
            judge("contains_headings", "headings = ['Layer 3', '## Layer 4', 'Layer 5']", FILE),
            [
                "the heading `Layer 3` is missing []",
                "the heading `## Layer 4` is missing []",
                "the heading `Layer 5` is missing []"
            ]
        );
        assert_eq!(
            judge("contains_headings", "headings = ['layer 1', 'Layer']", FILE),
            ["the heading `layer 1` is missing []", "the heading `Layer` is missing []"]
        );
    }

    #[test]
    fn level_and_order_count() {
        assert_eq!(
            judge("contains_headings", "headings = ['## Color']", FILE),
            ["a.md:16: the heading `## Color` has the wrong level (expected 2, found 3) []"]
        );
        assert_eq!(
            judge("contains_headings", "headings = ['Color', 'Layer 1']\nordered = true", FILE),
            ["a.md:5: the heading `Layer 1` does not come after `Color` []"]
        );
    }

    #[test]
    fn the_beginning_may_do() {
        let file = [("a.md", "# Layer 1: *Light*\n## Layer 10\n## Open questions\n## ADR-7\n")];
        let judge = |parameters: &str| judge("contains_headings", parameters, &file);
        let start = |headings: &str| judge(&format!("match = 'start'\nheadings = {headings}"));
        let ordered = "['# Layer 1', 'Open', 'ADR-']\nordered = true";
        for headings in [ordered, "'Layer 1: Light'", "'Layer 10'", "'Layer 1:'"] {
            assert_eq!(start(headings), [""; 0], "{headings}");
        }
        assert_eq!(start("'Layer 2'"), ["the heading `Layer 2` is missing []"]);
        assert_eq!(start("'Op'"), ["the heading `Op` is missing []"]);
        assert_eq!(
            start("'## Layer 1'"),
            ["a.md:1: the heading `## Layer 1` has the wrong level (expected 2, found 1) []"]
        );
        assert_eq!(
            start("['Open', '# Layer 1']\nordered = true"),
            ["a.md:1: the heading `# Layer 1` does not come after `Open` []"]
        );
        assert_eq!(judge("headings = 'Layer 1'"), ["the heading `Layer 1` is missing []"]);
        let flaw = read("contains_headings", "headings = 'x'\nmatch = 'end'").err().unwrap();
        assert!(flaw.contains("unknown value `end`"), "{flaw}");
    }

    #[test]
    fn what_cannot_be_read_fails() {
        assert_eq!(
            judge("contains_headings", "headings = 'x'", &[]),
            ["missing.md: the file does not exist []"]
        );
        assert_eq!(
            judge_bytes("contains_headings", "headings = 'x'", &[("a.md", b"# x\xff")]),
            ["a.md: the file is not valid UTF-8 (byte 3) []"]
        );
    }

    #[test]
    fn unsound_parameters_are_refused() {
        let flaw = |parameters: &str| read("contains_headings", parameters).err().unwrap();
        assert_eq!(flaw("headings = []"), "`headings` is empty");
        for bad in ["## ", "#", "##", "####### x", "##x", " ####### x ", "#######"] {
            let told = flaw(&format!("headings = ['# a', '{bad}']"));
            assert!(told.starts_with(&format!("`{bad}` is not a heading")), "{told}");
        }
        assert!(read("contains_headings", "headings = ['#1', '# #1', '###### x']").is_ok());
        assert_eq!(flaw("headings = 'a'\nlevel = 7"), "`level` must be 1 to 6, not 7");
        assert_eq!(
            flaw("headings = '## a'\nlevel = 3"),
            "`## a` and `level` state different levels"
        );
        assert!(read("contains_headings", "headings = '{{ x }}'\nlevel = '{{ y }}'").is_ok());
    }
}
