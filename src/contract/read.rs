//! Reading contract files: outputs and checks table by table, every error in its
//! place.

use super::Contract;
use super::Output;
use super::OutputFiles;
use super::RUNS;
use super::contradictions;
use super::contradictions::Placing;
use super::rule::read_rules;
use crate::document;
use crate::document::Placed;
use crate::document::Table;
use crate::document::Value;
use crate::files::Globs;
use crate::files::PathError;
use crate::files::ProjectPath;
use crate::source::Source;
use crate::source::Unsound;
use crate::template::Names;
use crate::template::Template;
use crate::template::has_expressions;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;
use std::ops::Range;
use toml::de::DeValue;

/// The shape of a contract file, but for its checks, which are read kind by kind.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ContractFile {
    /// The title of the contract.
    name: String,
    /// What the contract requires, in one sentence.
    #[serde(default)]
    description: String,
}

/// The shape of an output, but for its checks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OutputFile {
    /// A file, relative to the project. A template.
    #[schemars(with = "Option<String>")]
    path: Option<Placed<String>>,
    /// Alternative files: at least one must exist and pass all checks.
    #[schemars(with = "Option<Vec<String>>")]
    any_of: Option<Vec<Placed<String>>>,
    /// Alternative files, in order: the first one that exists must pass all checks. The others are
    /// not outputs.
    #[schemars(with = "Option<Vec<String>>")]
    first_of: Option<Vec<Placed<String>>>,
    /// A glob. All matching files are outputs; at least one must match.
    #[schemars(with = "Option<String>")]
    glob: Option<Placed<String>>,
    /// Whether the output may be missing.
    #[serde(default)]
    optional: bool,
    /// Whether the output must be written in this round of the gate. After a refusal, at least one
    /// such output must differ from the refused version. `true` by default for outputs of agent
    /// gates that are not optional.
    fresh: Option<bool>,
}

/// Reads a contract file; `names` are the names that its templates may use.
pub(super) fn read(source: &Source, names: &Names) -> Result<Contract, Vec<Box<Unsound>>> {
    let mut table = document::parse(source)?;
    let mut errors = Vec::new();
    let mut take = |key| {
        take_tables(source, &mut table, key).unwrap_or_else(|error| {
            errors.push(error);
            Vec::new()
        })
    };
    let outputs = take(("output", "write [[output]]"));
    let checks = take(("check", "write [[check]]"));
    let span = table.span();
    let rest = Placed::new(span, DeValue::Table(table.into_inner()));
    let file = document::read_rest::<ContractFile>(source, rest, &["[[output]]", "[[check]]"]);
    let places: Vec<Range<usize>> =
        outputs.iter().flat_map(checks_of).chain(&checks).map(Placed::span).collect();
    let outputs =
        outputs.into_iter().filter_map(|value| read_output(source, value, names, &mut errors));
    let mut outputs: Vec<Output> = outputs.collect();
    // It lies where the tables lay, which are larger; long workflows hold many contracts.
    outputs.shrink_to_fit();
    let mut checks = read_rules(source, (checks, names), true, &mut errors);
    checks.shrink_to_fit();
    let file = match file {
        Ok(file) if errors.is_empty() => file,
        file => {
            errors.extend(file.err().into_iter().flatten());
            return Err(errors);
        }
    };
    let contract = Contract { name: file.name, description: file.description, outputs, checks };
    contradictions::refuse(source, &placed(&contract, places)).map_err(|error| vec![error])?;
    Ok(contract)
}

/// The checks of an output as they are written.
fn checks_of<'v, 't>(output: &'v Value<'t>) -> &'v [Value<'t>] {
    let checks = output.get_ref().as_table().and_then(|table| table.get("checks"));
    let checks = checks.and_then(|checks| checks.get_ref().as_array());
    checks.map_or(&[], |checks| &checks[..])
}

/// The rules of a contract with what they look at, and their places in the same order.
fn placed(contract: &Contract, places: Vec<Range<usize>>) -> Vec<Placing<'_>> {
    let subject = |target: &OutputFiles| match target {
        OutputFiles::Path(path) | OutputFiles::Glob(path) => path.text().to_owned(),
        OutputFiles::AnyOf(paths) | OutputFiles::FirstOf(paths) => {
            paths.iter().map(Template::text).collect::<Vec<_>>().join(", ")
        }
    };
    let under = contract.outputs.iter().flat_map(|output| {
        let subject = subject(&output.target);
        output.checks.iter().map(move |rule| (subject.clone(), rule))
    });
    let own = contract.checks.iter().map(|rule| {
        let path = rule.path.as_ref().map(Template::text);
        (path.unwrap_or("the project").to_owned(), rule)
    });
    let rules = under.chain(own).zip(places);
    rules.map(|((subject, rule), span)| Placing { subject, rule, span }).collect()
}

/// The schema of a contract file, but for its outputs and checks.
pub fn schema() -> Json {
    document::schema_of::<ContractFile>().to_value()
}

/// The schema of an output, but for its checks.
pub fn output_schema() -> Json {
    document::schema_of::<OutputFile>().to_value()
}

/// Takes an array of tables out of a document; each stays with its place.
fn take_tables<'t>(
    source: &Source,
    table: &mut Table<'t>,
    (key, help): (&str, &str),
) -> Result<Vec<Value<'t>>, Box<Unsound>> {
    let Some(value) = table.get_mut().remove(key) else {
        return Ok(Vec::new());
    };
    let span = value.span();
    match value.into_inner() {
        DeValue::Array(items) => Ok(items.into_iter().collect()),
        DeValue::Table(table) if table.contains_key("check") => Err(source
            .unsound(span, format!("checks of an output have no header `[[{key}.check]]`"))
            .advise("write [[output]] with its path, and below it checks = [{ kind = \"…\" }]")),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Table(_) => {
            Err(source.unsound(span, format!("`{key}` must be a list of tables")).advise(help))
        }
    }
}

/// Reads an output and its checks; what is wrong with one of these hides no other.
fn read_output(
    source: &Source,
    value: Value<'_>,
    names: &Names,
    errors: &mut Vec<Box<Unsound>>,
) -> Option<Output> {
    let span = value.span();
    let table = into_table(source, value, "write [[output]] with its keys below");
    let mut table = table.map_err(|error| errors.push(error)).ok()?;
    let help = "write checks = [{ kind = \"…\" }]";
    let checks = take_tables(source, &mut table, ("checks", help));
    let checks = checks.map_err(|error| errors.push(error)).unwrap_or_default();
    let checks = read_rules(source, (checks, names), false, errors);
    if let Some((key, _)) = table.get_mut().remove_entry("check") {
        // As in the file of a check of its own.
        let error = source.unsound(key.span(), "unknown key `check` of an output");
        errors.push(error.advise("write checks = [{ kind = \"…\" }] below [[output]]"));
    }
    for (key, instead) in [("path", "any_of"), ("glob", "glob")] {
        if let Some(list) = table.get_ref().get(key).filter(|value| value.get_ref().is_array()) {
            let written = source.text.get(list.span()).unwrap_or_default();
            let help = match key {
                "path" => format!("write {instead} = {written}"),
                _ => "write an [[output]] for each glob".to_owned(),
            };
            let error = source.unsound(list.span(), format!("`{key}` takes one string"));
            errors.push(error.advise(help));
            return None;
        }
    }
    let rest = Placed::new(span.clone(), DeValue::Table(table.into_inner()));
    let file = document::read_rest::<OutputFile>(source, rest, &["`checks`"]);
    let file = file.map_err(|mut wrong| errors.append(&mut wrong)).ok()?;
    let (optional, fresh) = (file.optional, file.fresh);
    let target = read_target(source, file, span, names);
    let target = target.map_err(|error| errors.push(error)).ok()?;
    Some(Output { target, optional, fresh, checks })
}

/// The files that an output means.
fn read_target(
    source: &Source,
    file: OutputFile,
    span: Range<usize>,
    names: &Names,
) -> Result<OutputFiles, Box<Unsound>> {
    let template = |text: &Placed<String>| inside(source, text, names);
    let all = |paths: &[Placed<String>]| paths.iter().map(template).collect::<Result<Vec<_>, _>>();
    match (file.path, file.any_of, file.first_of, file.glob) {
        (Some(path), None, None, None) => {
            refuse_glob(source, &path)?;
            Ok(OutputFiles::Path(template(&path)?))
        }
        (None, Some(paths), None, None) if !paths.is_empty() => {
            Ok(OutputFiles::AnyOf(all(&paths)?))
        }
        (None, None, Some(paths), None) if !paths.is_empty() => {
            Ok(OutputFiles::FirstOf(all(&paths)?))
        }
        (None, None, None, Some(glob)) => {
            let template = template(&glob)?;
            refuse_unsound_glob(source, glob.get_ref(), glob.span())?;
            Ok(OutputFiles::Glob(template))
        }
        _ => Err(source
            .unsound(
                span,
                "an output requires exactly one of `path`, `any_of`, `first_of` and `glob`",
            )
            .advise("write path = \"…\", any_of = [\"…\", \"…\"] or glob = \"…\"")),
    }
}

/// A path is taken as it stands: what a shell would expand in one was meant otherwise.
fn refuse_glob(source: &Source, path: &Placed<String>) -> Result<(), Box<Unsound>> {
    let text = path.get_ref();
    if text.starts_with("~/") {
        let message = format!("path \"{text}\" is outside the project");
        let help = "write a path relative to the project's root, such as docs/a.md";
        return Err(source.unsound(path.span(), message).advise(help));
    }
    if text.contains('*') && !has_expressions(text) {
        let message = format!("path \"{text}\" is a glob");
        return Err(source
            .unsound(path.span(), message)
            .advise(format!("write glob = \"{text}\"")));
    }
    Ok(())
}

/// A path or glob template that cannot lead outside by the words that are already there.
pub fn inside(
    source: &Source,
    text: &Placed<String>,
    names: &Names,
) -> Result<Template, Box<Unsound>> {
    let template = Template::parse(text.get_ref(), source, text.span(), names)?;
    if let Some(flaw) = ProjectPath::folder_flaw(text.get_ref()) {
        return Err(source.unsound(text.span(), flaw.to_string()).advise(flaw.help()));
    }
    refuse_outside(source, text.get_ref(), text.span())?;
    Ok(template)
}

/// Refuses a path or glob that leads outside by the words that are already there.
fn refuse_outside(source: &Source, text: &str, span: Range<usize>) -> Result<(), Box<Unsound>> {
    if has_expressions(text) {
        if leaves_anyway(text) {
            let message = format!("\"{text}\" leads outside the project, whatever its values");
            let help = "write a path relative to the project, without `..`";
            return Err(source.unsound(span, message).advise(help));
        }
        return Ok(());
    }
    let path = ProjectPath::parse(text);
    let unfit =
        |error: PathError| source.unsound(span.clone(), error.to_string()).advise(error.help());
    if path.map_err(unfit)?.is_in(RUNS) {
        return Err(unfit(PathError::Closed { path: text.to_owned(), closed: RUNS }));
    }
    Ok(())
}

/// Refuses a glob that names no file of the project whatever its values, or is none.
pub(super) fn refuse_unsound_glob(
    source: &Source,
    text: &str,
    span: Range<usize>,
) -> Result<(), Box<Unsound>> {
    refuse_outside(source, text, span.clone())?;
    match Globs::flaw(text).filter(|_| !has_expressions(text)) {
        Some(flaw) => Err(source.unsound(span, flaw).advise(Globs::RULE)),
        None => Ok(()),
    }
}

/// Whether a path leads out of the project whatever stands for its expressions.
fn leaves_anyway(text: &str) -> bool {
    let before = text.split_once('{').map_or(text, |(before, _)| before);
    let is_up = |part: &str| part == "..";
    text.starts_with('/') || before.split('/').any(is_up) || text.split('/').any(is_up)
}

pub(super) fn into_table<'t>(
    source: &Source,
    value: Value<'t>,
    help: &str,
) -> Result<Table<'t>, Box<Unsound>> {
    let span = value.span();
    match value.into_inner() {
        DeValue::Table(table) => Ok(Placed::new(span, table)),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_) => {
            let written = source.text.get(span.clone()).unwrap_or_default();
            Err(source
                .unsound(span.clone(), format!("expected a table, found {written}"))
                .advise(help))
        }
    }
}
