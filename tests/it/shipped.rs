//! What comes with the program: its workflows are sound, its schemas and reference are
//! what the program says today, and its README and book hold.

mod automation;
mod fragment;
mod language;
mod pages;
mod papers;
mod picture;
mod reference;
mod replies;
mod shapes;
mod surfaces;
mod templates;
mod ten_reviews;

use crate::house::House;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file that is made from the program; `UPDATE=1` writes it.
#[track_caller]
pub fn made(path: &str, text: &str) {
    let whole = root().join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(whole.parent().unwrap()).unwrap();
        std::fs::write(&whole, text).unwrap();
    }
    let there = std::fs::read_to_string(&whole).unwrap_or_default();
    assert!(
        there == text,
        "{path} is not what the program says: UPDATE=1 before the same command writes it"
    );
}

fn schema(subject: &str) -> String {
    House::new().orch(&format!("workflow schema {subject}")).code(0).stdout
}

#[test]
fn every_shipped_workflow_is_sound() {
    let house = House::new();
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("workflows")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        house.orch(&format!("workflow check {name}")).code(0).says(&format!("{name} is valid"));
        house.orch(&format!("workflow graph {name} --format mermaid")).code(0);
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn shipped_files_fit_their_schemas() {
    let mut count = 0;
    for (subject, folder) in [("workflow", "workflows"), ("contract", "contracts")] {
        let schema: serde_json::Value = serde_json::from_str(&schema(subject)).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for path in files(&root().join(folder), "toml") {
            if path.ends_with("expect.toml") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let table: toml::Table = text.parse().unwrap();
            let json = serde_json::to_value(table).unwrap();
            let errors: Vec<String> =
                validator.iter_errors(&json).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
            count += 1;
        }
    }
    assert!(count > 5);
}

/// Each contract has a fixture that passes, and of those that fail each fails by the checks that
/// it names and no other: a check that cannot fail would be found, and so would one that always does.
#[test]
fn every_shipped_contract_is_tried_by_good_and_bad_fixtures() {
    let here = root().to_str().unwrap();
    let house = House::new();
    let contracts = files(&root().join("contracts"), "toml");
    let contracts: Vec<&PathBuf> =
        contracts.iter().filter(|path| !path.ends_with("expect.toml")).collect();
    assert!(contracts.len() > 5);
    for path in contracts {
        let name = path.strip_prefix(root().join("contracts")).unwrap().with_extension("");
        let name = name.to_str().unwrap();
        let arguments = ["--project", here, "--json", "contract", "test", name];
        let tried = house.orch_with(&arguments).code(0).json();
        let mut found = Vec::new();
        for fixture in tried["data"].as_array().unwrap() {
            let folder = path.with_extension("fixtures").join(fixture["fixture"].as_str().unwrap());
            let text = std::fs::read_to_string(folder.join("expect.toml")).unwrap();
            let expectation: toml::Table = text.parse().unwrap();
            let checks = expectation.get("checks").and_then(toml::Value::as_table);
            let failing =
                checks.into_iter().flatten().filter(|(_, word)| word.as_str() == Some("fail"));
            let named: BTreeSet<&str> = failing.map(|(kind, _)| kind.as_str()).collect();
            let failed = fixture["failed"].as_array().unwrap().iter();
            let failed: BTreeSet<&str> = failed.map(|kind| kind.as_str().unwrap()).collect();
            if failed.contains("file_exists") {
                // Of a file that is missing nothing holds.
                assert!(named.is_subset(&failed), "{}: {failed:?}", folder.display());
            } else {
                assert_eq!(named, failed, "{}", folder.display());
            }
            found.push(fixture["found"].as_str().unwrap());
        }
        assert!(found.contains(&"pass") && found.contains(&"fail"), "{name}: {found:?}");
    }
}

#[test]
fn schemas_lie_beside_for_editors() {
    for subject in ["workflow", "contract", "config", "reply", "notification"] {
        made(&format!("schemas/{subject}.schema.json"), &schema(subject));
    }
}

/// Every file below a folder whose name ends so.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|found| found == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}
