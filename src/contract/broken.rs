//! The files that checks are made of, looked at before a run begins: a schema that is not there
//! would fail the gate when its work is done and paid.

use crate::check;
use crate::check::Broken;
use crate::document;
use crate::document::Table;
use crate::document::Value;
use crate::files::ProjectFolder;
use crate::files::ProjectPath;
use crate::parallel;
use crate::source::Source;
use crate::source::Unsound;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::de::DeValue;

/// Keys of a check that are no parameters of it.
const NO_PARAMETERS: [&str; 4] = ["kind", "severity", "when", "message"];

/// What is wrong with files that checks of contracts are made of, but for those that the contracts'
/// own gates make. A contract that is unsound otherwise is told so elsewhere.
pub fn broken(contracts: &[&Source], project: &ProjectFolder) -> Vec<Box<Unsound>> {
    let broken = parallel::map(contracts, |source| broken_in(source, project));
    let broken: Vec<(ProjectPath, Box<Unsound>)> = broken.into_iter().flatten().collect();
    if broken.is_empty() {
        return Vec::new();
    }
    let made: BTreeSet<String> = contracts.iter().flat_map(|it| named_outputs(it)).collect();
    let unmade = broken.into_iter().filter(|(path, _)| !made.contains(path.as_str()));
    unmade.map(|(_, unsound)| unsound).collect()
}

/// The files that a contract names as outputs, word for word.
fn named_outputs(source: &Source) -> BTreeSet<String> {
    let Ok(table) = document::parse(source) else { return BTreeSet::new() };
    let outputs = table.get_ref().get("output");
    let keys = ["path", "any_of", "first_of"];
    let named = |output| keys.into_iter().filter_map(move |key| get(output, key));
    let paths = outputs.into_iter().flat_map(items).flat_map(named).flat_map(items);
    paths.filter_map(|path| Some(path.get_ref().as_str()?.to_owned())).collect()
}

fn broken_in(source: &Source, project: &ProjectFolder) -> Vec<(ProjectPath, Box<Unsound>)> {
    let Ok(table) = document::parse(source) else { return Vec::new() };
    let told = checks(&table).filter_map(|check| {
        let (span, Broken { path, message, .. }) = broken_check(source, check, project)?;
        let unsound = source.unsound(span, message).advise(format!(
            "write a valid {path}, or add it to the outputs of the gate that writes it"
        ));
        Some((path, unsound))
    });
    told.collect()
}

fn broken_check(
    source: &Source,
    check: &Value<'_>,
    project: &ProjectFolder,
) -> Option<(Range<usize>, Broken)> {
    let kind = check::kind(get(check, "kind")?.get_ref().as_str()?)?;
    let mut parameters = document::data_of(source, check).into_json();
    for key in NO_PARAMETERS {
        parameters.as_object_mut()?.remove(key);
    }
    if (kind.reads_a_file)() {
        parameters.as_object_mut()?.remove("path");
    }
    let broken = (kind.from_json)(parameters).ok()?.broken(project)?;
    Some((get(check, broken.parameter)?.span(), broken))
}

/// Every check of a contract as it is written.
pub(super) fn checks<'v, 't>(table: &'v Table<'t>) -> impl Iterator<Item = &'v Value<'t>> {
    let table = table.get_ref();
    let outputs = table.get("output").into_iter().flat_map(items);
    let under = outputs.filter_map(|output| get(output, "checks")).flat_map(items);
    under.chain(table.get("check").into_iter().flat_map(items))
}

pub(super) fn get<'v, 't>(value: &'v Value<'t>, key: &str) -> Option<&'v Value<'t>> {
    value.get_ref().as_table()?.get(key)
}

/// The items of a list; what is none is its own only item.
fn items<'v, 't>(value: &'v Value<'t>) -> impl Iterator<Item = &'v Value<'t>> {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().collect::<Vec<_>>(),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Table(_) => vec![value],
    }
    .into_iter()
}
