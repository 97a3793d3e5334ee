//! The names that a template may use, and what is known of the values behind them when it is loaded:
//! what can never be there is an error then, wherever in the template it stands.

use super::arguments;
use super::explain;
use super::paths;
use super::paths::Path;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::suggest;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use tera::Tera;

/// The names that a template may use.
#[derive(Debug, Clone, Default)]
pub struct Names {
    shapes: BTreeMap<String, Shape>,
    /// Names that are there for others: inputs that a gate says it does without.
    hidden: BTreeSet<String>,
    /// Whether there may be others too, so that no name is refused.
    is_open: bool,
}

/// What is known of a value.
#[derive(Debug, Clone)]
pub enum Shape {
    /// Nothing is known of it.
    Any,
    /// A text, a number, or true or false: it has no parts with names.
    Single,
    /// True or false.
    Truth,
    /// A number.
    Number,
    /// One of these texts, or nothing.
    OneOf(Arc<[String]>),
    /// A table with fields of its own.
    Table(Arc<Fields>),
}

/// The fields of a table, and what one of them is called.
#[derive(Debug)]
pub struct Fields {
    /// What an error calls a field.
    pub called: &'static str,
    /// The fields, by name.
    pub fields: BTreeMap<String, Shape>,
}

/// What can never be there: where it is written, and what to say.
pub(super) struct Flaw<'t> {
    pub(super) written: &'t str,
    pub(super) at: usize,
    pub(super) message: String,
    pub(super) help: String,
}

impl Names {
    /// Adds a name.
    pub fn insert(&mut self, name: impl Into<String>, shape: Shape) {
        self.shapes.insert(name.into(), shape);
    }

    /// Whether templates may use this name.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.shapes.contains_key(name)
    }

    /// Says that not all names are known.
    pub fn open(&mut self) {
        self.is_open = true;
    }

    /// Takes some of the names away; a template that uses one is told why it cannot.
    pub fn hide<'n>(&mut self, names: impl IntoIterator<Item = &'n String>) {
        for name in names {
            self.shapes.remove(name);
            self.hidden.insert(name.clone());
        }
    }

    /// The error of a name that templates may not use.
    fn missing(&self, source: &Source, place: Range<usize>, name: &str) -> Box<Unsound> {
        if self.hidden.contains(name) {
            let message = format!("`{name}` is not listed in the `inputs` of the gate");
            return source.unsound(place, message).advise(format!("add \"{name}\" to `inputs`"));
        }
        source
            .unsound(place, format!("unknown name `{name}` in a template"))
            .advise(suggest(name, self.shapes.keys().map(String::as_str)))
    }

    /// What is known of the value at a path.
    pub(super) fn shape_at(&self, path: &[(&str, usize)]) -> Option<&Shape> {
        let (first, rest) = path.split_first()?;
        let first = self.shapes.get(first.0)?;
        rest.iter().try_fold(first, |shape, (name, _)| match shape {
            Shape::Table(table) => table.field(name),
            Shape::Any => Some(shape),
            Shape::Single | Shape::Truth | Shape::Number | Shape::OneOf(_) => None,
        })
    }

    fn flaw<'t>(&self, path: &Path<'t>) -> Option<Flaw<'t>> {
        let (first, rest) = path.names.split_first()?;
        let mut shape = self.shapes.get(first.0)?;
        for (name, at) in rest {
            let table = match shape {
                Shape::Any => return None,
                Shape::Single | Shape::Truth | Shape::Number | Shape::OneOf(_) => {
                    let owner = written(path.names.iter().take_while(|(_, other)| other < at));
                    return Some(Flaw {
                        written: name,
                        at: *at,
                        message: format!("`{owner}` is a single value and has no `{name}`"),
                        help: format!("write {{{{ {owner} }}}}"),
                    });
                }
                Shape::Table(table) => table,
            };
            let Some(field) = table.field(name) else {
                let known = table.fields.keys().map(String::as_str);
                return Some(Flaw {
                    written: name,
                    at: *at,
                    message: format!("unknown {} `{name}` in a template", table.called),
                    help: suggest(name, known),
                });
            };
            shape = field;
        }
        let Shape::OneOf(texts) = shape else { return None };
        let is_other = |(text, _): &&(&str, usize)| !texts.iter().any(|one| one == text);
        let (text, at) = path.compared_with.iter().find(is_other)?;
        let message = format!("`{}` is never `{text}`", written(path.names.iter()));
        let help = suggest(text, texts.iter().map(String::as_str));
        Some(Flaw { written: text, at: *at, message, help })
    }
}

/// A path as it is written.
fn written<'n>(names: impl Iterator<Item = &'n (&'n str, usize)>) -> String {
    names.map(|(name, _)| *name).collect::<Vec<_>>().join(".")
}

impl Fields {
    /// A field by its name; an instance of a fan-out, `write[intro]`, is like its gate.
    fn field(&self, name: &str) -> Option<&Shape> {
        let base = || name.strip_suffix(']').and_then(|name| name.split_once('['));
        self.fields.get(name).or_else(|| self.fields.get(base()?.0))
    }
}

impl<N: Into<String>> FromIterator<N> for Names {
    /// Names of values of which nothing is known.
    fn from_iter<I: IntoIterator<Item = N>>(names: I) -> Self {
        let shapes = names.into_iter().map(|name| (name.into(), Shape::Any)).collect();
        Self { shapes, ..Self::default() }
    }
}

impl<N: Into<String>> Extend<N> for Names {
    fn extend<I: IntoIterator<Item = N>>(&mut self, names: I) {
        self.shapes.extend(names.into_iter().map(|name| (name.into(), Shape::Any)));
    }
}

/// The names that a template of the engine uses, sorted, whose text stands at `span` of its source; or
/// everything in it that can never be there.
pub(super) fn used(
    engine: &Tera,
    (name, text): (&str, &str),
    source: &Source,
    span: Range<usize>,
    names: &Names,
) -> Result<Vec<String>, Vec<Box<Unsound>>> {
    let mut used: Vec<&str> = engine
        .get_template_variables(name)
        .map_err(|error| vec![source.unsound(span.clone(), explain(&error).message)])?
        .into_iter()
        .collect();
    used.sort_unstable();
    let within = source.text.get(span.clone()).unwrap_or_default();
    let place = |at: Option<usize>, word: &str| {
        at.map_or(span.clone(), |at| span.start + at..span.start + at + word.len())
    };
    let told = |flaw: Flaw<'_>| {
        // What is written may have its quotes escaped; the words stand there in the same order.
        let before = words_at(text, flaw.written).take_while(|at| *at < flaw.at).count();
        let at = words_at(within, flaw.written).nth(before);
        source.unsound(place(at, flaw.written), flaw.message).advise(flaw.help)
    };
    let mut errors: Vec<_> = arguments::flaws(text).into_iter().map(told).collect();
    let unknown = used.iter().filter(|used| !names.is_open && !names.shapes.contains_key(**used));
    errors.extend(unknown.map(|unknown| {
        let first = within.find('{').unwrap_or(0);
        let at = words_at(&within[first..], unknown).next().map(|at| first + at);
        names.missing(source, place(at, unknown), unknown)
    }));
    let is_known =
        |name: &str| names.shapes.get(name).is_none_or(|shape| matches!(shape, Shape::Any));
    if !names.is_open && !used.iter().all(|used| is_known(used)) {
        let given = paths::given(text);
        let paths = paths::paths(text).into_iter().filter(|path| {
            let first = path.names.first().map_or("", |(name, _)| name);
            used.contains(&first) && !given.contains(first)
        });
        errors.extend(paths.filter_map(|path| names.flaw(&path)).map(told));
    }
    if !errors.is_empty() {
        errors.sort_by_key(|error| error.span().start);
        return Err(errors);
    }
    Ok(used.into_iter().map(str::to_owned).collect())
}

/// Where a word stands in what is written at `span` of a source, else all of that.
pub(super) fn place_of(source: &Source, span: &Range<usize>, word: &str) -> Range<usize> {
    let within = source.text.get(span.clone()).unwrap_or_default();
    let at = words_at(within, word).next();
    at.map_or(span.clone(), |at| span.start + at..span.start + at + word.len())
}

/// Where a word stands by itself.
fn words_at<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        !text[..at].ends_with(is_word) && !text[at + word.len()..].starts_with(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Template;

    fn names() -> Names {
        let table = |called, fields: Vec<(&str, Shape)>| {
            let fields = fields.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect();
            Shape::Table(Arc::new(Fields { called, fields }))
        };
        let statuses = Shape::OneOf(["PASS", "FAIL"].map(str::to_owned).into());
        let answers = table("answer", vec![("channel", Shape::Any)]);
        let gate = table("field of a gate", vec![("status", statuses), ("answers", answers)]);
        let mut names: Names = ["slug"].into_iter().collect();
        names.insert("gates", table("gate", vec![("ask", gate)]));
        names
    }

    fn told(text: &str) -> String {
        let source = Source::new("a.toml", format!("when = {text:?}"));
        let span = "when = ".len()..source.text.len();
        match Template::parse(text, &source, span, &names()) {
            Ok(_) => "sound".to_owned(),
            Err(error) => {
                let (_, line, column) = error.place();
                let help = error.help.clone().unwrap_or_default();
                format!("{line}:{column} {} | {help}", error.message)
            }
        }
    }

    #[test]
    fn what_is_there_is_sound() {
        for text in [
            "{{ gates.ask.status == 'PASS' and slug == 'x' }}",
            "{{ gates['ask'].answers.channel == \"PASSED\" }}",
            "{{ gates[slug].nothing }} {{ gates['ask[3]'].status }}",
            "{{ gates.ask.status | lower == 'pass' }} gates.nothing {# gates.nothing #}",
        ] {
            assert_eq!(told(text), "sound", "{text}");
        }
    }

    #[test]
    fn what_can_never_be_there_is_told_at_its_place() {
        for (text, expected) in [
            ("{{ slugg }}", "1:12 unknown name `slugg` in a template | did you mean `slug`?"),
            ("{{ gates.aks }}", "1:18 unknown gate `aks` in a template | did you mean `ask`?"),
            (
                "{{ slug }}{{ gates[\"aks\"].status }}",
                "1:30 unknown gate `aks` in a template | did you mean `ask`?",
            ),
            (
                "{{ 'statsu' == gates.ask.statsu }}",
                "1:34 unknown field of a gate `statsu` in a template | did you mean `status`?",
            ),
            (
                "{% if slug == 'x' and gates.ask.answers.channle == 'mail' %}{% endif %}",
                "1:49 unknown answer `channle` in a template | did you mean `channel`?",
            ),
            (
                "{% set a = gates.ask.answers %}{{ a.channle }}",
                "1:45 unknown answer `channle` in a template | did you mean `channel`?",
            ),
            (
                "{{ gates.ask.status in ['PASS', 'FAILED'] }}",
                "1:42 `gates.ask.status` is never `FAILED` | did you mean `FAIL`?",
            ),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }
}
