//! `orch contract test`: run a contract against good and bad fixtures that lie
//! beside it, so that a check that cannot fail is found before it matters.

use super::Error;
use super::Site;
use crate::check::Scene;
use crate::contract::Contract;
use crate::document;
use crate::files::Project;
use crate::finding::Severity;
use crate::judge;
use crate::judge::Judgement;
use crate::secret::Secrets;
use crate::source::Source;
use crate::workflow::input;
use crate::workflow::input::Values;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// A fixture's `expect.toml`: what its folder is, judged by the contract.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Expectation {
    /// The verdict as a whole.
    expect: Expected,
    /// The verdict of single checks, by kind.
    #[serde(default)]
    checks: IndexMap<String, Expected>,
    /// Values for the names in the contract's templates.
    #[serde(default)]
    inputs: BTreeMap<String, serde_json::Value>,
}

/// What a fixture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Expected {
    Pass,
    Fail,
    Warn,
}

/// One fixture, judged.
#[derive(Debug, Clone, Serialize)]
pub struct Tried {
    pub fixture: String,
    pub holds: bool,
    /// What was expected and came otherwise.
    pub differences: Vec<String>,
}

/// Judges every fixture folder below `contracts/<name>.fixtures/`.
pub fn contract_test(site: &Site, name: &str) -> Result<Vec<Tried>, Error> {
    let path = format!("contracts/{name}.toml");
    let found = site.shelf.find(&path).map_err(Error::usage)?;
    let text = found.ok_or_else(|| {
        let names = site.shelf.names("contracts", ".toml");
        Error::usage(format!("there is no contract `{name}`"))
            .advise(crate::source::suggest(name, names.iter().map(String::as_str)))
    })?;
    let folder = site.project.root().join(format!("contracts/{name}.fixtures"));
    let fixtures = crate::files::names_in(&folder)
        .map_err(|source| Error::environment(format!("{}: {source}", folder.display())))?;
    if fixtures.is_empty() {
        return Err(Error::usage(format!("there are no fixtures in contracts/{name}.fixtures"))
            .advise("make a folder there for each case, with the outputs and an expect.toml: expect = \"pass\""));
    }
    let mut tried = Vec::new();
    for fixture in fixtures {
        let project = Project::new(&folder.join(&fixture), Vec::new())
            .map_err(|source| Error::environment(format!("{fixture}: {source}")))?;
        tried.push(try_fixture(site, &text.source, &project, fixture)?);
    }
    Ok(tried)
}

fn try_fixture(
    site: &Site,
    contract: &Source,
    project: &Project,
    fixture: String,
) -> Result<Tried, Error> {
    let path = project.path("expect.toml").map_err(|error| Error::usage(error.to_string()))?;
    let text = project
        .read_text(&path, site.config.limits.text_bytes)
        .map_err(|error| Error::usage(format!("fixture {fixture}: {error}")))?;
    let expectation: Expectation =
        document::read(&Source::new(format!("{fixture}/expect.toml"), text))?;
    let names: BTreeSet<String> = expectation.inputs.keys().cloned().collect();
    let contract = Contract::parse(contract, &names)?;
    let inputs: Values = expectation.inputs.clone();
    let scratch = tempfile::tempdir().map_err(|error| Error::environment(error.to_string()))?;
    let scene = Scene {
        project,
        document: None,
        baselines: &BTreeMap::new(),
        environment: &BTreeMap::new(),
        scratch: scratch.path().to_owned(),
        secrets: &Secrets::default(),
        stop: &site.stop,
        register: None,
        text_bytes_max: site.config.limits.text_bytes,
    };
    let judgement = judge::judge(&contract, &scene, &input::context(&inputs));
    let differences = differences(&expectation, &judgement);
    Ok(Tried { fixture, holds: differences.is_empty(), differences })
}

fn differences(expectation: &Expectation, judgement: &Judgement) -> Vec<String> {
    let all = judgement.validations.iter().flat_map(|validation| &validation.findings);
    let mut differences = Vec::new();
    let mut compare = |what: &str, expected: Expected, found: Expected| {
        if expected != found {
            let said = all.clone().map(|finding| format!("\n    {finding}")).collect::<String>();
            differences.push(
                format!("{what}: expected {expected:?}, found {found:?}{said}").to_lowercase(),
            );
        }
    };
    compare(
        "the contract",
        expectation.expect,
        verdict(all.clone().map(|finding| finding.severity)),
    );
    for (kind, expected) in &expectation.checks {
        let of_kind = judgement.validations.iter().filter(|validation| validation.check == *kind);
        let findings = of_kind.flat_map(|validation| &validation.findings);
        compare(kind, *expected, verdict(findings.map(|finding| finding.severity)));
    }
    differences
}

fn verdict(mut severities: impl Iterator<Item = Severity> + Clone) -> Expected {
    let warned = severities.clone().any(|severity| severity == Severity::Warning);
    match (severities.any(|severity| severity == Severity::Error), warned) {
        (true, _) => Expected::Fail,
        (false, true) => Expected::Warn,
        (false, false) => Expected::Pass,
    }
}
