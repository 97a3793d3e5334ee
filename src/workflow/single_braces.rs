//! Names in single braces, as other tools write templates: here they are plain text, which is hardly
//! ever meant.

use super::Workflow;
use super::names::GATE_NAMES;
use crate::definition::Definition;
use crate::definition::TextKind;
use crate::document;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::nearest_of;
use crate::source::suggest;
use std::ops::Range;

/// Keys of a workflow whose texts are no templates.
const PLAIN: [&str; 15] = [
    "choices",
    "contract",
    "description",
    "executor",
    "help",
    "id",
    "name",
    "needs",
    "pointer",
    "prompt",
    "script",
    "shell",
    "use",
    "version",
    "with",
];

/// Keys of a contract whose texts name files, or are shown.
const OF_CONTRACT: [&str; 8] =
    ["any_of", "command", "first_of", "glob", "message", "path", "paths", "when"];

/// Keys of a contract where braces are no pattern and no code.
const PATHS: [&str; 3] = ["any_of", "first_of", "path"];

impl Workflow {
    /// Single braces that look like a template, in all texts of the workflow.
    pub fn single_braces(&self, definition: &Definition) -> Vec<Box<Unsound>> {
        let items = self.gates.iter().filter_map(|gate| Some(gate.each.as_ref()?.name.as_str()));
        let inputs = self.inputs.iter().map(|input| input.name.as_str());
        let known: Vec<&str> = inputs.chain(items).chain(GATE_NAMES).collect();
        let texts = definition.texts.values();
        texts.flat_map(|text| in_source(&text.path, &text.source, &known)).collect()
    }
}

/// Refuses single braces around a name in the key of a run, which nothing else can be meant by.
pub(super) fn refuse(
    source: &Source,
    span: Range<usize>,
    inputs: &[&str],
) -> Result<(), Box<Unsound>> {
    found(source, &span).into_iter().next().map_or(Ok(()), |found| Err(found.told(source, inputs)))
}

fn in_source(path: &str, source: &Source, known: &[&str]) -> Vec<Box<Unsound>> {
    let told = |found: Found<'_>| found.told(source, known);
    let kind = TextKind::of(path);
    if kind == Some(TextKind::Prompt) {
        // A name that is none of ours stands in many a sample of code.
        let all = found(source, &(0..source.text.len())).into_iter();
        return all.filter(|found| known.contains(&found.name)).map(told).collect();
    }
    let is_contract = kind == Some(TextKind::Contract);
    let mut warnings = Vec::new();
    for text in document::texts(source) {
        let key = text.keys.last().map(String::as_str).unwrap_or_default();
        let is_template = if is_contract {
            OF_CONTRACT.contains(&key)
        } else {
            !text.keys.iter().any(|key| PLAIN.contains(&key.as_str()))
        };
        let is_path = is_contract && PATHS.contains(&key);
        let all = found(source, &text.span).into_iter().filter(|_| is_template);
        let meant =
            all.filter(|found| is_path || nearest_of(found.name, known.iter().copied()).is_some());
        warnings.extend(meant.map(told));
    }
    warnings
}

/// A name in single braces.
struct Found<'t> {
    name: &'t str,
    /// With the braces.
    span: Range<usize>,
}

impl Found<'_> {
    fn told(&self, source: &Source, known: &[&str]) -> Box<Unsound> {
        let written = source.text.get(self.span.clone()).unwrap_or_default();
        let help = match nearest_of(self.name, known.iter().copied()) {
            Some(name) => {
                let rest = written.trim_matches(['{', '}', ' ']).strip_prefix(self.name);
                let rest = rest.unwrap_or_default();
                format!("write {{{{ {name}{rest} }}}}, with two braces on each side")
            }
            None => suggest(self.name, known.iter().copied()),
        };
        source
            .unsound(self.span.clone(), format!("`{written}` is not a template and stays as it is"))
            .advise(help)
    }
}

/// Names in single braces within a part of a text, outside of templates.
fn found<'s>(source: &'s Source, within: &Range<usize>) -> Vec<Found<'s>> {
    let text = source.text.get(within.clone()).unwrap_or_default();
    let mut found = Vec::new();
    for (at, _) in text.match_indices('{') {
        let (before, behind) = (&text[..at], &text[at + 1..]);
        let is_open = before.matches("{{").count() > before.matches("}}").count();
        let Some((inside, after)) = behind.split_once('}') else { continue };
        let path = inside.trim();
        let name = path.split('.').next().unwrap_or_default();
        let is_name = name.starts_with(|it: char| it.is_ascii_lowercase() || it == '_')
            && path.chars().all(|it| it.is_ascii_alphanumeric() || it == '_' || it == '.');
        if is_open || before.ends_with(OTHERS) || after.starts_with('}') || !is_name {
            continue;
        }
        let begin = within.start + at;
        found.push(Found { name, span: begin..begin + inside.len() + 2 });
    }
    found
}

/// What stands before braces in templates, shells and the formats of programs.
const OTHERS: [char; 5] = ['{', '$', '%', '#', '\\'];
