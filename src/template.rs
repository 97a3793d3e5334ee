//! Templates: the one home of `tera`. Every template is parsed when its definition
//! is loaded, and every name it uses is known then: the engine lets an unknown name
//! in an `if` pass as false, `orch` does not. Values are data; they are never parsed.
//! What a template can take is bounded: see [`plain`] and [`helper`].

mod arguments;
mod condition;
mod context;
mod group_by;
mod helper;
mod html;
mod library;
mod names;
mod paths;
mod plain;
mod rendering;
mod syntax;
mod words;

pub use context::Context;
pub use helper::ARGUMENT as HELPER_ARGUMENT;
pub use helper::help;
pub use helper::use_helper;
pub(crate) use html::HtmlTemplates;
pub use library::Library;
pub use names::Fields;
pub use names::Names;
pub use names::Shape;
pub use paths::Asked;

use crate::source::Source;
use crate::source::Unsound;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;
use tera::ErrorKind;
use tera::Tera;

/// The most that one template may render, as much as a check reads of a text.
const RENDERED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The name under which a single text is parsed.
const SINGLE: &str = "template";

/// Why a template did not render.
#[derive(Debug, Clone, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct Error {
    /// What is wrong.
    pub message: String,
    /// The line in the template, from 1, where it is known.
    pub line: Option<usize>,
}

impl Error {
    /// One without a place.
    fn other(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), line: None }
    }
}

/// One text that may hold expressions, checked. As data it is its text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template {
    text: Arc<str>,
    engine: Option<Engine>,
    names: Vec<String>,
}

impl Template {
    /// Takes a text at `span` of its source, and the names that it may use.
    pub fn parse(
        text: &str,
        source: &Source,
        span: Range<usize>,
        names: &Names,
    ) -> Result<Self, Box<Unsound>> {
        if !has_expressions(text) {
            return Ok(Self::literal(text));
        }
        let mut engine = new_engine();
        engine.add_raw_template(SINGLE, text).map_err(|error| {
            if let Some(unknown) = words::unknown(text).into_iter().next() {
                let place = names::place_of(source, &span, unknown.word);
                return source.unsound(place, unknown.message).advise(unknown.help);
            }
            let told = syntax::told(text, &explain(&error).message);
            let place = place_of(&error, text, source, &span);
            source.unsound(place, told.message).advise_if(told.help)
        })?;
        let names = names::used(&engine, (SINGLE, text), source, span, names)
            .map_err(|mut errors| errors.swap_remove(0))?;
        let engine = Some(Engine::new(engine, [(SINGLE, text)]));
        Ok(Self { text: text.into(), engine, names })
    }

    /// Takes a text that is to render `true` or `false`.
    pub fn parse_condition(
        text: &str,
        source: &Source,
        span: Range<usize>,
        names: &Names,
    ) -> Result<Self, Box<Unsound>> {
        let template = Self::parse(text, source, span.clone(), names)?;
        if template.is_literal() && !["true", "false"].contains(&text) {
            let help = condition::instead_of_literal(text, names);
            let message = format!("`{text}` is neither `true` nor `false`");
            return Err(source.unsound(span, message).advise(help));
        }
        if let Some((value, help)) = condition::never_true(text, names) {
            let message = format!("`{value}` is neither `true` nor `false`");
            return Err(source.unsound(span, message).advise(help));
        }
        Ok(template)
    }

    /// A text that is taken as it is.
    pub fn literal(text: &str) -> Self {
        Self { text: text.into(), engine: None, names: Vec::new() }
    }

    /// Renders it; a name that the context does not have is an error.
    pub fn render(&self, context: &Context) -> Result<String, Error> {
        match &self.engine {
            None => Ok(self.text.to_string()),
            Some(engine) => engine.render(SINGLE, context),
        }
    }

    /// Whether a condition holds; why it cannot be told, where it renders something else than `true`
    /// or `false`. An answer that was not given is no `true`.
    pub fn holds(&self, context: &Context) -> Result<bool, String> {
        match self.render(context).map_err(|error| format!("`when`: {error}"))?.as_str() {
            "true" => Ok(true),
            "false" | "" => Ok(false),
            other => Err(format!("`when` renders `{other}`, expected `true` or `false`")),
        }
    }

    /// Renders a glob: what the values hold stands there as it is and is no pattern.
    pub fn render_glob(&self, context: &Context) -> Result<String, Error> {
        if self.is_literal() {
            return Ok(self.text.to_string());
        }
        self.render(&context.as_literal_globs())
    }

    /// The text as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names that it uses, sorted.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether rendering can change anything.
    pub fn is_literal(&self) -> bool {
        self.engine.is_none()
    }
}

impl TryFrom<String> for Template {
    type Error = Error;

    /// A template that was checked where it was written.
    fn try_from(text: String) -> Result<Self, Error> {
        if !has_expressions(&text) {
            return Ok(Self::literal(&text));
        }
        let mut engine = new_engine();
        engine.add_raw_template(SINGLE, &text).map_err(|error| explain(&error))?;
        let used = engine.get_template_variables(SINGLE).map_err(|error| explain(&error))?;
        let used: BTreeSet<String> = used.into_iter().map(str::to_owned).collect();
        let engine = Some(Engine::new(engine, [(SINGLE, text.as_str())]));
        Ok(Self { text: text.into(), engine, names: used.into_iter().collect() })
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.text().to_owned()
    }
}

/// Renders a text whose names were checked when its definition was loaded.
pub fn render_text(text: &str, context: &Context) -> Result<String, Error> {
    if !has_expressions(text) {
        return Ok(text.to_owned());
    }
    let mut engine = new_engine();
    engine.add_raw_template(SINGLE, text).map_err(|error| explain(&error))?;
    Engine::new(engine, [(SINGLE, text)]).render(SINGLE, context)
}

/// The same for a glob: what the values hold stands there as it is and is no pattern.
pub fn render_glob(text: &str, context: &Context) -> Result<String, Error> {
    if !has_expressions(text) {
        return Ok(text.to_owned());
    }
    render_text(text, &context.as_literal_globs())
}

/// Whether a text holds anything that the engine would act on.
pub fn has_expressions(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}

/// The templates that a text includes or extends, by the names it gives.
pub fn included(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for part in text.split("{%").skip(1) {
        let words = part.trim_start_matches('-').trim_start();
        let rest = words.strip_prefix("include").or_else(|| words.strip_prefix("extends"));
        let quoted = rest.map(str::trim_start).and_then(|rest| {
            let quote = rest.chars().next().filter(|quote| ['"', '\'', '`'].contains(quote))?;
            rest[1..].split_once(quote)
        });
        if let Some((name, _)) = quoted {
            names.push(name.to_owned());
        }
    }
    names
}

fn new_engine() -> Tera {
    let mut engine = Tera::default();
    engine.autoescape_on(Vec::<String>::new());
    engine.register_filter("group_by", group_by::group_by);
    engine
}

/// A writer that refuses to grow beyond the bound.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > RENDERED_BYTES_MAX {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Parsed templates, and their texts for a helper.
#[derive(Debug, Clone)]
struct Engine {
    tera: Arc<Tera>,
    texts: Arc<BTreeMap<String, String>>,
}

impl Engine {
    fn new<'t>(tera: Tera, texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let texts = texts.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned()));
        Self { tera: Arc::new(tera), texts: Arc::new(texts.collect()) }
    }

    /// Renders here what is plain, and the rest where it can do no harm.
    fn render(&self, name: &str, context: &Context) -> Result<String, Error> {
        if helper::is_used() && !plain::is_plain(name, &self.texts) {
            helper::render(name, &self.texts, context)
        } else {
            let only = self.texts.values().next().filter(|_| self.texts.len() == 1);
            render(&self.tera, (name, only.map(String::as_str)), &context.values)
        }
    }
}

/// Renders a template; its text tells the part that an error is about, unless it includes others.
fn render(
    engine: &Tera,
    (name, text): (&str, Option<&str>),
    values: &tera::Context,
) -> Result<String, Error> {
    let mut output = Bounded(Vec::new());
    engine.render_to(name, values, &mut output).map_err(|error| {
        let told = explain(&error);
        let ErrorKind::RenderingError(report) = error.kind() else { return told };
        let message = rendering::told(report.message(), text, &report.span().range);
        Error { message, ..told }
    })?;
    String::from_utf8(output.0).map_err(Error::other)
}

/// Where the engine sees an error, where the text stands in its source as it is; else all of it.
fn place_of(error: &tera::Error, text: &str, source: &Source, span: &Range<usize>) -> Range<usize> {
    let written = source.text.get(span.clone()).unwrap_or_default();
    match (error.kind(), written.find(text)) {
        (ErrorKind::SyntaxError(report), Some(at)) => {
            let range = &report.span().range;
            let begin = span.start + at;
            begin + range.start..begin + range.end
        }
        _ => span.clone(),
    }
}

fn explain(error: &tera::Error) -> Error {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            Error { message: report.message().to_owned(), line: Some(report.span().start_line) }
        }
        ErrorKind::Io(_) => Error::other(format!(
            "the result is larger than {} MiB",
            RENDERED_BYTES_MAX / 1024 / 1024
        )),
        ErrorKind::Msg(_)
        | ErrorKind::CircularExtend { .. }
        | ErrorKind::CircularInclude { .. }
        | ErrorKind::MissingParent { .. }
        | ErrorKind::TemplateNotFound(_)
        | ErrorKind::ComponentNotFound(_)
        | ErrorKind::InvalidArgument { .. }
        | ErrorKind::MissingArgument { .. }
        | ErrorKind::OutOfRangeArgument { .. }
        | ErrorKind::Utf8Conversion
        | _ => {
            // A report drawn for a terminal: its first line is the message.
            let text = error.to_string();
            let message = text.lines().next().unwrap_or_default();
            Error::other(message.trim_start_matches("error:").trim())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Names {
        names.iter().copied().collect()
    }

    fn parse(text: &str, known: &[&str]) -> Result<Template, Box<Unsound>> {
        Template::parse(text, &Source::new("a.toml", text), 0..text.len(), &names(known))
    }

    #[test]
    fn values_are_data_and_numbers_can_be_chosen() {
        let template = parse("{{ slug }}/x", &["slug"]).unwrap();
        let context = Context::default().with("slug", &"{{ evil }}<&>");
        assert_eq!(template.render(&context).unwrap(), "{{ evil }}<&>/x");
        let template = parse("{{ {'quick': 3, 'deep': 15}[depth] }}", &["depth"]).unwrap();
        assert_eq!(template.render(&Context::default().with("depth", &"deep")).unwrap(), "15");
    }

    #[test]
    fn values_in_globs_are_no_patterns() {
        let template = parse("{{ folder }}/{{ '*' if all else name }}", &["folder", "all", "name"]);
        let context = Context::default().with("folder", &"p/[a]").with("all", &true);
        let context = context.with("name", &"x*");
        assert_eq!(template.unwrap().render_glob(&context).unwrap(), "p/[[]a[]]/*");
    }

    #[test]
    fn unknown_names_are_refused_even_where_the_engine_would_not_mind() {
        let error = parse("{% if slugg %}x{% endif %}", &["slug"]).unwrap_err();
        assert_eq!(error.message, "unknown name `slugg` in a template");
        assert_eq!(error.place(), ("a.toml", 1, 7));
        assert_eq!(error.help, Some("did you mean `slug`?".into()));
        assert!(parse("{{ slug | nosuch }}", &["slug"]).is_err());
        assert!(parse("{{ slug ", &["slug"]).is_err());
        assert!(parse("{{ get_env(name='HOME') }}", &[]).is_err());
    }

    #[test]
    fn a_library_includes_and_bounds() {
        let first = Source::new("prompts/a.md", "{% include \"b.md\" %}!");
        let second = Source::new("prompts/b.md", "b {{ slug }}");
        let texts = [("a.md", &first), ("b.md", &second)];
        let library = Library::parse(&texts, &names(&["slug"])).unwrap();
        let context = Context::default().with("slug", &"x");
        assert_eq!(library.render("a.md", &context).unwrap(), "b x!");
        assert_eq!(included(&first.text), ["b.md"]);
        assert!(Library::parse(&texts[..1], &names(&["slug"])).is_err());
        let text = "{% for a in range(end=90000) %}{% for b in range(end=90000) %}{{ long }}{% endfor %}{% endfor %}";
        let context = Context::default().with("long", &"x".repeat(100_000));
        let error = parse(text, &["long"]).unwrap().render(&context).unwrap_err();
        assert!(error.message.contains("larger than 16 MiB"), "{error}");
    }
}
