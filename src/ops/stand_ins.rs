//! What stands in a rehearsal for files that gates would have left behind: those of the project where
//! there are any, else examples that show what a packet or a list takes from them.

use super::Driver;
use super::Error;
use super::Project;
use crate::document;
use crate::files;
use crate::id::GateId;
use crate::next;
use crate::template::Context;
use crate::workflow::EachList;
use crate::workflow::Gate;
use regex::Regex;
use serde_json::Value as Json;
use serde_json::json;

/// What an example says in the place of a text.
const EXAMPLE: &str = "example";

/// Lays down what the packet of a gate has attached; what a later gate takes its list from is one.
pub fn attachments(
    real: &Project,
    driver: &Driver<'_>,
    (gate, id): (&Gate, &GateId),
) -> Result<(), Error> {
    let context = context(driver, gate, id);
    for template in &gate.attach {
        let Ok(path) = template.render(&context) else { continue };
        for other in driver.workflow.gates.iter().filter(|other| takes_list(driver, other, &path)) {
            list(real, driver, other)?;
        }
        lay(real, driver, &path, || format!("{path}, as an earlier gate would leave it.\n"))?;
    }
    Ok(())
}

/// Lays down the file that the list of a gate is read from.
pub fn list(real: &Project, driver: &Driver<'_>, gate: &Gate) -> Result<(), Error> {
    let Some(each) = &gate.each else { return Ok(()) };
    let EachList::File { path, pointer } = &each.list else { return Ok(()) };
    let Ok(path) = path.render(&context(driver, gate, &gate.id)) else { return Ok(()) };
    lay(real, driver, &path, || {
        let list = at(pointer, json!([item(driver, &each.name)]));
        let is_toml = path.ends_with(".toml");
        // JSON is YAML, too.
        let toml = is_toml.then(|| document::to_toml(&list)).flatten();
        toml.unwrap_or_else(|| list.to_string())
    })
}

/// Whether the list of a gate is read from this file.
fn takes_list(driver: &Driver<'_>, gate: &Gate, file: &str) -> bool {
    let Some(each) = &gate.each else { return false };
    let EachList::File { path, .. } = &each.list else { return false };
    path.render(&context(driver, gate, &gate.id)).is_ok_and(|path| path == file)
}

fn context(driver: &Driver<'_>, gate: &Gate, id: &GateId) -> Context {
    next::context(driver.run(), gate, id).with("attempt", &1)
}

/// One item with the fields that texts of the workflow ask it for.
fn item(driver: &Driver<'_>, name: &str) -> Json {
    // What is compared with a number, or reckoned with, is one.
    let field = Regex::new(&format!(
        r"\b{}\.([A-Za-z_][A-Za-z0-9_]*)(\s*(?:[<>]=?|[=!]=|[-+*/])\s*\d)?",
        regex::escape(name)
    ));
    let texts = driver.run().started.definition.iter().map(|text| text.text.as_str());
    let mut fields = serde_json::Map::new();
    for found in texts.flat_map(|text| field.iter().flat_map(|field| field.captures_iter(text))) {
        let is_number = found.get(2).is_some();
        let example = if is_number { Json::from(1) } else { Json::from(EXAMPLE) };
        let known = fields.entry(found[1].to_owned()).or_insert_with(|| example.clone());
        if is_number {
            *known = example;
        }
    }
    if fields.is_empty() { Json::from(EXAMPLE) } else { Json::Object(fields) }
}

/// A document that holds a value where a JSON pointer leads.
fn at(pointer: &str, value: Json) -> Json {
    pointer.rsplit_once('/').map_or(value.clone(), |(above, name)| {
        let name = name.replace("~1", "/").replace("~0", "~");
        at(above, json!({ name: value }))
    })
}

fn lay(
    real: &Project,
    driver: &Driver<'_>,
    path: &str,
    example: impl Fn() -> String,
) -> Result<(), Error> {
    // A path that leads outside is refused where the gate asks for it.
    let Ok(inside) = driver.project.folder.path(path) else { return Ok(()) };
    if driver.project.folder.exists(&inside) {
        return Ok(());
    }
    let own = real.folder.read(&inside, real.config.limits.text_bytes);
    let bytes = own.unwrap_or_else(|_| example().into_bytes());
    files::write_view(&driver.project.folder.absolute(&inside), &bytes)
        .map_err(|source| Error::environment(format!("{path}: {source}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_built_from_its_names() {
        assert_eq!(at("/a~1b/c", json!([1])), json!({ "a/b": { "c": [1] } }));
        assert_eq!(at("", json!([1])), json!([1]));
    }
}
