//! Reading contract files: outputs and checks table by table, every error in its
//! place.

use super::Contract;
use super::Output;
use super::RUNS;
use super::Rule;
use super::Target;
use super::contradictions;
use super::contradictions::Placing;
use crate::check;
use crate::check::Kind;
use crate::document;
use crate::document::Decimal;
use crate::document::Placed;
use crate::document::Table;
use crate::document::Value;
use crate::files::Globs;
use crate::files::PathError;
use crate::files::ProjectPath;
use crate::finding::Severity;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::suggest_of;
use crate::template::Names;
use crate::template::Template;
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

/// What every check takes beside its own parameters.
#[derive(Debug, Deserialize, JsonSchema)]
struct CommonFile {
    /// `error` (default) fails the gate, `warning` only reports.
    #[serde(default)]
    severity: Severity,
    /// Run the check only if this renders `true`. A template.
    #[schemars(with = "Option<String>")]
    when: Option<Placed<String>>,
    /// A message to show instead of the check's own. A template.
    #[schemars(with = "Option<String>")]
    message: Option<Placed<String>>,
    /// Whether this check reads the gate's decision. It runs only if everything else passes; if it
    /// fails, the attempt is a refusal. The gate is not retried then: the finding is passed to the
    /// gate that `on_fail` goes back to.
    #[serde(default)]
    verdict: bool,
}

/// Reads a contract file; `names` are the names that its templates may use.
pub(super) fn read(source: &Source, names: &Names) -> Result<Contract, Box<Unsound>> {
    let mut table = document::parse(source)?;
    let outputs = take_tables(source, &mut table, ("output", "write [[output]]"))?;
    let checks = take_tables(source, &mut table, ("check", "write [[check]]"))?;
    let span = table.span();
    let rest = Placed::new(span, DeValue::Table(table.into_inner()));
    let file: ContractFile = document::read_rest(source, rest, &["[[output]]", "[[check]]"])?;
    let places: Vec<Range<usize>> =
        outputs.iter().flat_map(checks_of).chain(&checks).map(Placed::span).collect();
    let outputs = outputs.into_iter().map(|value| read_output(source, value, names));
    let mut outputs: Vec<Output> = outputs.collect::<Result<_, _>>()?;
    // It lies where the tables lay, which are larger; long workflows hold many contracts.
    outputs.shrink_to_fit();
    let checks = checks.into_iter().map(|value| read_rule(source, value, names, true));
    let mut checks: Vec<Rule> = checks.collect::<Result<_, _>>()?;
    checks.shrink_to_fit();
    let contract = Contract { name: file.name, description: file.description, outputs, checks };
    contradictions::refuse(source, &placed(&contract, places))?;
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
    let subject = |target: &Target| match target {
        Target::Path(path) | Target::Glob(path) => path.text().to_owned(),
        Target::AnyOf(paths) | Target::FirstOf(paths) => {
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

/// The schema of what every check takes.
pub fn common_schema() -> Json {
    document::schema_of::<CommonFile>().to_value()
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

fn read_output(source: &Source, value: Value<'_>, names: &Names) -> Result<Output, Box<Unsound>> {
    let span = value.span();
    let mut table = into_table(source, value, "write [[output]] with its keys below")?;
    let help = "write checks = [{ kind = \"…\" }]";
    let checks = take_tables(source, &mut table, ("checks", help))?;
    let rest = Placed::new(span.clone(), DeValue::Table(table.into_inner()));
    let file: OutputFile = document::read_rest(source, rest, &["`checks`"])?;
    let template = |text: &Placed<String>| inside(source, text, names);
    let all = |paths: &[Placed<String>]| paths.iter().map(template).collect::<Result<Vec<_>, _>>();
    let target = match (file.path, file.any_of, file.first_of, file.glob) {
        (Some(path), None, None, None) => Target::Path(template(&path)?),
        (None, Some(paths), None, None) if !paths.is_empty() => Target::AnyOf(all(&paths)?),
        (None, None, Some(paths), None) if !paths.is_empty() => Target::FirstOf(all(&paths)?),
        (None, None, None, Some(glob)) => {
            let template = template(&glob)?;
            let flaw = Globs::flaw(glob.get_ref()).filter(|_| template.is_literal());
            if let Some(flaw) = flaw {
                return Err(source.unsound(glob.span(), flaw));
            }
            Target::Glob(template)
        }
        _ => {
            return Err(source
                .unsound(
                    span,
                    "an output requires exactly one of `path`, `any_of`, `first_of` and `glob`",
                )
                .advise("write path = \"…\", any_of = [\"…\", \"…\"] or glob = \"…\""));
        }
    };
    let checks = checks.into_iter().map(|value| read_rule(source, value, names, false));
    let checks = checks.collect::<Result<_, _>>()?;
    Ok(Output { target, optional: file.optional, fresh: file.fresh, checks })
}

/// A path or glob template that cannot lead outside by the words that are already there.
pub fn inside(
    source: &Source,
    text: &Placed<String>,
    names: &Names,
) -> Result<Template, Box<Unsound>> {
    let template = Template::parse(text.get_ref(), source, text.span(), names)?;
    if let Some(flaw) = ProjectPath::folder_flaw(text.get_ref()) {
        return Err(source.unsound(text.span(), flaw));
    }
    if template.is_literal() {
        let path = ProjectPath::parse(text.get_ref());
        let path = path.map_err(|error| source.unsound(text.span(), error.to_string()))?;
        if path.is_in(RUNS) {
            let closed = PathError::Closed { path: text.get_ref().clone(), closed: RUNS };
            return Err(source.unsound(text.span(), closed.to_string()));
        }
    }
    Ok(template)
}

fn read_rule(
    source: &Source,
    value: Value<'_>,
    names: &Names,
    own_path: bool,
) -> Result<Rule, Box<Unsound>> {
    let span = value.span();
    let mut table = into_table(source, value, "write { kind = \"…\" }")?;
    let Some(kind_value) = table.get_mut().remove("kind") else {
        return Err(source.unsound(span, "the check has no `kind`").advise(suggest_kind("")));
    };
    let kind_span = kind_value.span();
    let name: String = document::read_value(source, kind_value)?;
    let Some(kind) = check::kind(&name) else {
        return Err(source
            .unsound(kind_span, format!("unknown check `{name}`"))
            .advise(suggest_kind(&name)));
    };
    let severity = table.get_ref().get("severity").map(Placed::span);
    let common = take_common(source, &mut table, &span)?;
    if common.verdict && common.severity != Severity::Error {
        return Err(source
            .unsound(severity.unwrap_or(span), "a check with `verdict` must not be a warning")
            .advise("remove `severity` or `verdict`"));
    }
    if common.severity == Severity::Info {
        // Only a check that was not made informs.
        return Err(source
            .unsound(severity.unwrap_or(span), "`severity` must be `error` or `warning`")
            .advise("write severity = \"warning\" for a check that must not fail the gate"));
    }
    let has_own_path = kind_takes_path(kind);
    let path = match table.get_ref().get("path").cloned() {
        Some(value) if own_path && !has_own_path => {
            table.get_mut().remove("path");
            let span = value.span();
            let text: String = document::read_value(source, value)?;
            Some(inside(source, &Placed::new(span, text), names)?)
        }
        Some(_) | None => None,
    };
    if own_path && path.is_none() && (kind.reads_a_file)() {
        return Err(source
            .unsound(span, format!("check `{name}` requires a `path`"))
            .advise("write path = \"…\", or put the check under an [[output]]"));
    }
    check_templates(source, &table, names)?;
    let rest = Placed::new(span.clone(), DeValue::Table(table.into_inner()));
    let parameters = document::data_of(source, &rest).into_json();
    let check = (kind.read)(source, rest)?;
    if let Some(flaw) = check.flaw() {
        return Err(source.unsound(span, format!("{name}: {flaw}")));
    }
    let when = common.when.as_ref();
    let when =
        when.map(|text| Template::parse_condition(text.get_ref(), source, text.span(), names));
    let message = common.message.as_ref();
    let message = message.map(|text| Template::parse(text.get_ref(), source, text.span(), names));
    Ok(Rule {
        kind,
        parameters,
        severity: common.severity,
        when: when.transpose()?,
        message: message.transpose()?,
        path,
        verdict: common.verdict,
    })
}

fn suggest_kind(name: &str) -> String {
    let names = check::KINDS.iter().map(|kind| kind.name);
    suggest_of(name, names, "orch workflow schema contract")
}

fn take_common(
    source: &Source,
    table: &mut Table<'_>,
    span: &Range<usize>,
) -> Result<CommonFile, Box<Unsound>> {
    let mut common = toml::de::DeTable::new();
    for key in ["severity", "when", "message", "verdict"] {
        if let Some((key, value)) = table.get_mut().remove_entry(key) {
            common.insert(key, value);
        }
    }
    document::read_value(source, Placed::new(span.clone(), DeValue::Table(common)))
}

/// Whether `path` is a parameter of the check's own.
fn kind_takes_path(kind: &Kind) -> bool {
    (kind.schema)().pointer("/properties/path").is_some()
}

fn into_table<'t>(
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
        | DeValue::Array(_) => Err(source.unsound(span, "expected a table").advise(help)),
    }
}

/// Parses every string of a check's parameters as the template it is.
fn check_templates(source: &Source, table: &Table<'_>, names: &Names) -> Result<(), Box<Unsound>> {
    table.get_ref().iter().try_for_each(|(_, value)| check_template(source, value, names))
}

fn check_template(source: &Source, value: &Value<'_>, names: &Names) -> Result<(), Box<Unsound>> {
    match value.get_ref() {
        DeValue::String(text) => Template::parse(text, source, value.span(), names).map(|_| ()),
        DeValue::Array(items) => {
            items.iter().try_for_each(|item| check_template(source, item, names))
        }
        DeValue::Table(table) => {
            table.iter().try_for_each(|(_, item)| check_template(source, item, names))
        }
        DeValue::Float(number) => {
            let written = number.as_str();
            if Decimal::kept_float(written).is_some() {
                return Ok(());
            }
            let kept = written.parse::<f64>().unwrap_or_default();
            Err(source
                .unsound(value.span(), format!("`{written}` has more digits than a float can hold"))
                .advise(format!("write {kept}, or \"{written}\", in quotes")))
        }
        DeValue::Integer(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => Ok(()),
    }
}
