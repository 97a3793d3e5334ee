//! A brief on paper: its template, and the values that it sees. Whatever people, agents and
//! checks said stays on its line or between marks, so that it cannot pass for the brief's own words.

use super::BriefFormat;
use super::content::Brief;
use crate::check::plain_text;
use crate::definition::Shelf;
use crate::ops::Error;
use crate::packet;
use crate::source::Source;
use crate::source::Unsound;
use crate::template;
use crate::template::Context;
use crate::template::Library;
use crate::template::Names;
use serde_json::Value as Json;

/// Where the template lies: in the project, with the user, or built in.
const TEMPLATE: &str = "prompts/brief.md";

/// The template of briefs, found and sound.
pub(super) struct Paper {
    library: Library,
}

impl Paper {
    /// Finds the template; `brief` says which names it may use.
    pub(super) fn find(shelf: &Shelf, format: BriefFormat, brief: &Brief) -> Result<Self, Error> {
        let text = shelf.find(TEMPLATE)?;
        let text = text.ok_or_else(|| Error::environment(format!("{TEMPLATE} not found")))?;
        let source = match format {
            BriefFormat::Markdown => text.source,
            BriefFormat::Text => Source::new(text.source.name, without_marks(&text.source.text)),
        };
        let names: Names = fields(brief).into_iter().map(|(name, _)| name).collect();
        let library = Library::parse(&[(TEMPLATE, &source)], &names)
            .map_err(|errors| Unsound::together(errors.into_iter().map(of_briefs).collect()))?;
        Ok(Self { library })
    }

    pub(super) fn render(&self, brief: &Brief) -> Result<String, template::Error> {
        let mut context = Context::default();
        for (name, value) in fields(brief) {
            context.insert(name, &value);
        }
        let text = self.library.render(TEMPLATE, &context)?;
        Ok(format!("{}\n", text.trim()))
    }
}

/// The same error, which says what the file is for: it may have been written as a prompt.
fn of_briefs(mut error: Box<Unsound>) -> Box<Unsound> {
    error.message = format!("{} ({TEMPLATE} is the template of the brief)", error.message);
    error
}

/// The same template without the marks of headings.
fn without_marks(template: &str) -> String {
    let line = |line: &str| {
        let rest = line.trim_start_matches('#');
        let is_heading = rest.len() < line.len() && rest.starts_with(' ');
        format!("{}\n", if is_heading { rest.trim_start() } else { line })
    };
    template.lines().map(line).collect()
}

/// The fields of a brief as its template sees them.
fn fields(brief: &Brief) -> Vec<(String, Json)> {
    let Ok(Json::Object(mut fields)) = serde_json::to_value(brief) else { return Vec::new() };
    let prompts = brief.prompts.iter().map(|prompt| {
        let path = on_one_line(&prompt.path);
        let text = packet::ordered(&plain_text(&prompt.text));
        serde_json::json!({ "path": path, "text": text.trim_end() })
    });
    let prompts = Json::Array(prompts.collect());
    for value in fields.values_mut() {
        tame(value);
    }
    fields.insert("prompts".to_owned(), prompts);
    fields.into_iter().collect()
}

/// Puts every text below a value on one line, without anything that a terminal would act on.
fn tame(value: &mut Json) {
    match value {
        Json::String(text) => *text = on_one_line(text),
        Json::Array(items) => items.iter_mut().for_each(tame),
        Json::Object(fields) => fields.values_mut().for_each(tame),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn on_one_line(text: &str) -> String {
    plain_text(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_headings_lose_their_marks() {
        assert_eq!(without_marks("# A\n## B\n#c\n- # d\n"), "A\nB\n#c\n- # d\n");
    }

    #[test]
    fn what_was_said_stays_on_its_line() {
        assert_eq!(on_one_line("a\n## Next steps\n\u{1b}[31mrm"), "a ## Next steps rm");
    }
}
