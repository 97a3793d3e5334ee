//! Named templates that may include each other.

use super::Context;
use super::Engine;
use super::Error;
use super::Names;
use super::explain;
use super::included;
use super::names;
use super::new_engine;
use super::syntax;
use super::words;
use crate::source::Source;
use crate::source::Unsound;
use tera::ErrorKind;
use tera::Tera;

/// Named templates that may include each other: the prompts of a workflow.
#[derive(Debug, Clone)]
pub struct Library {
    engine: Engine,
}

impl Library {
    /// Takes all texts at once, by the names they include each other by; tells all that is wrong with
    /// them, at least one thing.
    pub fn parse(texts: &[(&str, &Source)], names: &Names) -> Result<Self, Vec<Box<Unsound>>> {
        let mut engine = new_engine();
        let raw = texts.iter().map(|(name, source)| (*name, &*source.text));
        let joined = engine.add_raw_templates(raw);
        let is_known = |text: &(&str, &Source)| names_of(&engine, *text, names).is_empty();
        if joined.is_ok() && texts.iter().all(is_known) {
            let texts = texts.iter().map(|(name, source)| (*name, &*source.text));
            return Ok(Self { engine: Engine::new(engine, texts) });
        }
        // One by one: the engine tells the first mistake, and an included one with each that includes it.
        let errors: Vec<_> = texts.iter().flat_map(|text| alone(*text, names)).collect();
        match joined {
            _ if !errors.is_empty() => Err(errors),
            Err(error) => Err(vec![unsound_library(texts, &error)]),
            Ok(()) => Err(texts.iter().flat_map(|text| names_of(&engine, *text, names)).collect()),
        }
    }

    /// Renders one of its templates.
    pub fn render(&self, name: &str, context: &Context) -> Result<String, Error> {
        self.engine.render(name, context)
    }
}

/// What is wrong with the names in one text of an engine.
fn names_of(engine: &Tera, (name, source): (&str, &Source), names: &Names) -> Vec<Box<Unsound>> {
    let span = 0..source.text.len();
    names::used(engine, (name, &source.text), source, span, names).err().unwrap_or_default()
}

/// What is wrong with one text, whatever is wrong with those that it includes.
fn alone((name, source): (&str, &Source), names: &Names) -> Vec<Box<Unsound>> {
    let mut engine = new_engine();
    let mut errors = Vec::new();
    for unknown in words::unknown(&source.text) {
        unknown.make_known(&mut engine);
        errors.push(source.unsound(unknown.place(), unknown.message).advise(unknown.help));
    }
    let others = included(&source.text).into_iter().filter(|other| other != name);
    let others = others.map(|other| (other, ""));
    match engine.add_raw_templates(others.chain([(name.to_owned(), &*source.text)])) {
        Ok(()) => errors.extend(names_of(&engine, (name, source), names)),
        Err(error) => {
            if let ErrorKind::SyntaxError(report) = error.kind() {
                let told = syntax::told(&source.text, report.message());
                let span = report.span().range.clone();
                errors.push(source.unsound(span, told.message).advise_if(told.help));
            }
        }
    }
    errors
}

/// What is wrong with texts that are sound one by one: what one includes is missing, or includes it.
fn unsound_library(texts: &[(&str, &Source)], error: &tera::Error) -> Box<Unsound> {
    let is_there = |wanted: &String| texts.iter().any(|(name, _)| name == wanted);
    for (_, source) in texts {
        if let Some(missing) = included(&source.text).iter().find(|name| !is_there(name)) {
            let at = source.text.find(missing).unwrap_or_default();
            let message = format!("`prompts/{missing}` not found");
            let help = format!("create prompts/{missing}");
            return source.unsound(at..at + missing.len(), message).advise(help);
        }
    }
    // The engine names the template in its words only; the place is then the file.
    let text = error.to_string();
    let source = texts.iter().find(|(name, _)| text.contains(name)).or(texts.first());
    let empty = Source::new("prompts", "");
    let source = source.map_or(&empty, |(_, source)| source);
    let message = format!("invalid template: {}", explain(error).message);
    source.unsound(0..0, message).advise(syntax::overview())
}
