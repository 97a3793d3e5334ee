//! Named templates that may include each other.

use super::Context;
use super::Engine;
use super::Error;
use super::Names;
use super::explain;
use super::names;
use super::new_engine;
use super::syntax;
use super::words;
use crate::source::Source;
use crate::source::Unsound;
use tera::ErrorKind;

/// Named templates that may include each other: the prompts of a workflow.
#[derive(Debug, Clone)]
pub struct Library {
    engine: Engine,
}

impl Library {
    /// Takes all texts at once, by the names they include each other by.
    pub fn parse(texts: &[(&str, &Source)], names: &Names) -> Result<Self, Box<Unsound>> {
        let mut engine = new_engine();
        let raw = texts.iter().map(|(name, source)| (*name, &*source.text));
        if let Err(error) = engine.add_raw_templates(raw) {
            return Err(unsound_library(texts, &error));
        }
        for (name, source) in texts {
            let span = 0..source.text.len();
            names::refuse_unknown(&engine, (name, &source.text), source, span, names)?;
        }
        let texts = texts.iter().map(|(name, source)| (*name, &*source.text));
        Ok(Self { engine: Engine::new(engine, texts) })
    }

    /// Renders one of its templates.
    pub fn render(&self, name: &str, context: &Context) -> Result<String, Error> {
        self.engine.render(name, context)
    }
}

fn unsound_library(texts: &[(&str, &Source)], error: &tera::Error) -> Box<Unsound> {
    let named = |wanted: &str| texts.iter().find(|(name, _)| *name == wanted);
    if let ErrorKind::SyntaxError(report) = error.kind()
        && let Some((_, source)) = named(report.filename())
    {
        if let Some(unknown) = words::unknown(&source.text) {
            let whole = 0..source.text.len();
            let place = names::place_of(source, &whole, unknown.word);
            return source.unsound(place, unknown.message).advise(unknown.help);
        }
        let span = report.span().range.clone();
        let told = syntax::told(&source.text, report.message());
        return source.unsound(span, told.message).advise_if(told.help);
    }
    // The engine names the template in its words only; the place is then the file.
    let text = error.to_string();
    let source = texts.iter().find(|(name, _)| text.contains(name)).or(texts.first());
    let empty = Source::new("prompts", "");
    let source = source.map_or(&empty, |(_, source)| source);
    source.unsound(0..0, format!("template: {}", explain(error).message))
}
