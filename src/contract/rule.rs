//! Reading the checks of a contract: what every check takes, and the parameters of its kind.

use super::Rule;
use super::read::inside;
use super::read::into_table;
use super::read::refuse_unsound_glob;
use crate::check;
use crate::check::Kind;
use crate::document;
use crate::document::Decimal;
use crate::document::Placed;
use crate::document::Table;
use crate::document::Value;
use crate::finding::Severity;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::suggest_of;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
use crate::template::Names;
use crate::template::Template;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::de::DeValue;

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

/// The schema of what every check takes.
pub fn common_schema() -> Json {
    document::schema_of::<CommonFile>().to_value()
}

/// The checks that are sound; what is wrong with the others is told.
pub(super) fn read_rules(
    source: &Source,
    (checks, names): (Vec<Value<'_>>, &Names),
    own_path: bool,
    errors: &mut Vec<Box<Unsound>>,
) -> Vec<Rule> {
    let read = |value| {
        let rule = read_rule(source, value, names, own_path);
        rule.map_err(|mut wrong| errors.append(&mut wrong)).ok()
    };
    checks.into_iter().filter_map(read).collect()
}

/// Reads one check, or tells everything that is wrong with it: at least one thing.
fn read_rule(
    source: &Source,
    value: Value<'_>,
    names: &Names,
    own_path: bool,
) -> Result<Rule, Vec<Box<Unsound>>> {
    let (kind, mut table, span) = kind_of(source, value).map_err(|error| vec![error])?;
    let mut errors = Vec::new();
    let severity = table.get_ref().get("severity").map(Placed::span);
    let common = match take_common(source, &mut table, &span) {
        Ok(common) => {
            let place = severity.unwrap_or_else(|| span.clone());
            errors.extend(refuse_severity(source, &common, place).err());
            Some(common)
        }
        Err(wrong) => {
            errors.extend(wrong);
            None
        }
    };
    let path = if own_path { own_path_of(source, kind, &mut table, names) } else { Ok(None) };
    let path = path.map_err(|error| errors.push(error)).unwrap_or_default();
    check_templates(source, &table, names, &mut errors);
    for name in (kind.globs)() {
        if let Some(value) = table.get_ref().get(*name) {
            errors.extend(check_globs(source, value).err());
        }
    }
    let (when, message) = match common.as_ref().map(|common| texts(source, common, names)) {
        Some(Ok(texts)) => texts,
        Some(Err(error)) => {
            errors.push(error);
            (None, None)
        }
        None => (None, None),
    };
    let rest = Placed::new(span.clone(), DeValue::Table(table.into_inner()));
    let parameters = document::data_of(source, &rest).into_json();
    let places = places_of(&rest);
    match (kind.read)(source, rest) {
        Ok(check) => errors.extend(check.flaw().map(|flaw| {
            let place = flaw.parameter.and_then(|name| places.get(name).cloned());
            let message = format!("{}: {}", kind.name, flaw.message);
            source.unsound(place.unwrap_or_else(|| span.clone()), message).advise_if(flaw.help)
        })),
        Err(wrong) => errors.extend(wrong),
    }
    match common {
        Some(common) if errors.is_empty() => Ok(Rule {
            kind,
            parameters,
            severity: common.severity,
            when,
            message,
            path,
            is_decision: common.verdict,
        }),
        Some(_) | None => Err(errors),
    }
}

/// The kind of a check, and the rest of its table with its place.
fn kind_of<'t>(
    source: &Source,
    value: Value<'t>,
) -> Result<(&'static Kind, Table<'t>, Range<usize>), Box<Unsound>> {
    let span = value.span();
    let name = value.get_ref().as_str().unwrap_or("…");
    let help = format!("write {{ kind = \"{name}\" }}, with the parameters of the check");
    let mut table = into_table(source, value, &help)?;
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
    Ok((kind, table, span))
}

fn refuse_severity(
    source: &Source,
    common: &CommonFile,
    place: Range<usize>,
) -> Result<(), Box<Unsound>> {
    if common.verdict && common.severity != Severity::Error {
        return Err(source
            .unsound(place, "a check with `verdict` must not be a warning")
            .advise("remove `severity` or `verdict`"));
    }
    if common.severity == Severity::Info {
        // Only a check that was not made informs.
        return Err(source
            .unsound(place, "`severity` must be `error` or `warning`")
            .advise("write severity = \"warning\" for a check that must not fail the gate"));
    }
    Ok(())
}

/// The file of a check that stands under no output.
fn own_path_of(
    source: &Source,
    kind: &Kind,
    table: &mut Table<'_>,
    names: &Names,
) -> Result<Option<Template>, Box<Unsound>> {
    let has_own_path = kind_takes_path(kind);
    let span = table.span();
    let path = match table.get_ref().get("path").cloned() {
        Some(value) if !has_own_path => {
            table.get_mut().remove("path");
            let span = value.span();
            let text: String = document::read_value(source, value)?;
            Some(inside(source, &Placed::new(span, text), names)?)
        }
        Some(_) | None => None,
    };
    if path.is_none() && (kind.reads_a_file)() {
        return Err(source
            .unsound(span, format!("check `{}` requires a `path`", kind.name))
            .advise("write path = \"…\", or put the check under an [[output]]"));
    }
    Ok(path)
}

/// The condition and the message of a check.
fn texts(
    source: &Source,
    common: &CommonFile,
    names: &Names,
) -> Result<(Option<Template>, Option<Template>), Box<Unsound>> {
    let when = common.when.as_ref();
    let when =
        when.map(|text| Template::parse_condition(text.get_ref(), source, text.span(), names));
    let message = common.message.as_ref();
    let message = message.map(|text| Template::parse(text.get_ref(), source, text.span(), names));
    Ok((when.transpose()?, message.transpose()?))
}

/// Where the values of a table stand.
fn places_of(table: &Value<'_>) -> BTreeMap<String, Range<usize>> {
    let entries = table.get_ref().as_table().into_iter().flatten();
    entries.map(|(key, value)| (key.get_ref().to_string(), value.span())).collect()
}

fn suggest_kind(name: &str) -> Advice {
    let names = check::KINDS.iter().map(|kind| kind.name);
    suggest_of(name, names, Suggestion::new("workflow schema").word("contract"))
}

fn take_common(
    source: &Source,
    table: &mut Table<'_>,
    span: &Range<usize>,
) -> Result<CommonFile, Vec<Box<Unsound>>> {
    let mut common = toml::de::DeTable::new();
    for key in ["severity", "when", "message", "verdict"] {
        if let Some((key, value)) = table.get_mut().remove_entry(key) {
            common.insert(key, value);
        }
    }
    document::read_value_all(source, Placed::new(span.clone(), DeValue::Table(common)))
}

/// Whether `path` is a parameter of the check's own.
fn kind_takes_path(kind: &Kind) -> bool {
    (kind.schema)().pointer("/properties/path").is_some()
}

/// Parses every string of a check's parameters as the template it is.
fn check_templates(
    source: &Source,
    table: &Table<'_>,
    names: &Names,
    errors: &mut Vec<Box<Unsound>>,
) {
    let checked = table.get_ref().values().map(|value| check_template(source, value, names));
    errors.extend(checked.filter_map(Result::err));
}

/// Looks at a glob or a list of them; what is neither is told where the parameter is read.
fn check_globs(source: &Source, value: &Value<'_>) -> Result<(), Box<Unsound>> {
    match value.get_ref() {
        DeValue::String(text) => refuse_unsound_glob(source, text, value.span()),
        DeValue::Array(items) => items.iter().try_for_each(|item| check_globs(source, item)),
        DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Table(_) => Ok(()),
    }
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
