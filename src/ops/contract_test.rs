//! Run a contract against good and bad fixtures that lie
//! beside it, so that a check that cannot fail is found before it matters.

mod stage;
mod work;

use super::Error;
use super::Project;
use crate::check::Scene;
use crate::contract;
use crate::contract::Contract;
use crate::definition::TextKind;
use crate::document;
use crate::files;
use crate::files::Beneath;
use crate::files::ProjectFolder;
use crate::finding::Severity;
use crate::judge;
use crate::judge::Judgement;
use crate::secret::Secrets;
use crate::source;
use crate::source::Source;
use crate::source::suggest_of;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
use crate::template::Names;
use crate::workflow::input;
use indexmap::IndexMap;
use miette::Diagnostic;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

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
    /// The fixture whose files and inputs these are laid over.
    base: Option<String>,
    /// The fixture that shows what was there, and committed, at the moment that a check compares
    /// with; without one nothing has changed since.
    before: Option<String>,
    /// The work that the outputs are of, for the checks that look at it.
    work: Option<work::WorkTable>,
}

/// What a fixture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it, and help would repeat them")]
pub enum Expected {
    Pass,
    Fail,
    Warn,
}

/// One fixture, judged.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Tried {
    /// The fixture's name.
    pub fixture: String,
    /// Whether the result is the expected one.
    pub holds: bool,
    /// The contract's verdict; null if the fixture cannot be judged.
    pub found: Option<Expected>,
    /// The kinds of the checks that failed.
    pub failed: BTreeSet<String>,
    /// Each expectation that was not met.
    pub differences: Vec<String>,
}

/// The fixtures of one contract.
struct Fixtures<'s> {
    project: &'s Project,
    contract: Source,
    folder: PathBuf,
    /// The folder as errors name it.
    shown: String,
    names: Vec<String>,
}

/// The contract to test.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Contract name, such as `essay/g1`.
    pub name: String,
}

/// Judges every fixture folder below `contracts/<name>.fixtures/`; `begins` is told the name of each
/// before. One that cannot be judged hides no other.
pub fn contract_test(
    project: &Project,
    request: &Request,
    begins: &mut dyn FnMut(&str),
) -> Result<Vec<Tried>, Error> {
    let name = request.name.as_str();
    let path = TextKind::Contract.path(name);
    let is_name = !name.contains("..");
    let found = if is_name { project.shelf.find(&path)? } else { None };
    let text = found.ok_or_else(|| {
        let names = project.shelf.names("contracts", ".toml");
        let error = if is_name {
            Error::not_found(format!("contract `{name}` not found"))
        } else {
            Error::usage(format!("`{name}` is not a valid contract name"))
        };
        let bare = name.strip_prefix("contracts/").unwrap_or(name);
        let bare = bare.strip_suffix(".toml").unwrap_or(bare);
        if bare != name && names.iter().any(|known| known == bare) {
            return error.advise_command(Suggestion::new("contract test").word(bare));
        }
        error.advise(suggest_of(
            name,
            names.iter().map(String::as_str),
            Advice::from(Suggestion::new("workflow show").word("NAME"))
                .then(" lists the contracts of a workflow"),
        ))
    })?;
    let folder = project.shelf.folder(text.origin).join(format!("contracts/{name}.fixtures"));
    let mut names = files::names_in(&folder)
        .map_err(|source| Error::environment(format!("{}: {source}", folder.display())))?;
    names.retain(|name| folder.join(name).is_dir());
    if names.is_empty() {
        return Err(Error::usage(format!("no fixtures found in contracts/{name}.fixtures"))
            .advise(
                "create a folder there for each case, with the outputs and an expect.toml such \
                 as: expect = \"pass\"",
            ));
    }
    let shown = format!("contracts/{name}.fixtures");
    let fixtures = Fixtures { project, contract: text.source, folder, shown, names };
    let mut tried = Vec::new();
    let mut errors = Vec::new();
    for fixture in &fixtures.names {
        begins(fixture);
        match fixtures.judge(fixture) {
            Ok(one) => tried.push(one),
            Err(error) => {
                tried.push(Tried::unjudged(fixture, &error));
                errors.push(error);
            }
        }
    }
    // What keeps all from being judged is mostly wrong with the contract.
    if errors.len() == tried.len()
        && tried.windows(2).all(|two| two[0].differences == two[1].differences)
    {
        return Err(errors.swap_remove(0));
    }
    Ok(tried)
}

impl Tried {
    fn unjudged(fixture: &str, error: &Error) -> Self {
        Self {
            fixture: fixture.to_owned(),
            holds: false,
            found: None,
            failed: BTreeSet::new(),
            differences: vec![told(error)],
        }
    }
}

/// An error in one line, with its place and what to write.
fn told(error: &Error) -> String {
    let help = error.help().map(|help| format!("; {help}")).unwrap_or_default();
    if let Error::Unsound(unsound) = error {
        let (file, line, column) = unsound.place();
        return format!("{file}:{line}:{column}: {unsound}{help}");
    }
    format!("{error}{help}")
}

impl Fixtures<'_> {
    fn judge(&self, fixture: &str) -> Result<Tried, Error> {
        let expectation = self.expectation(fixture)?;
        let names: Names = expectation.inputs.keys().cloned().collect();
        let contract = Contract::parse(&self.contract, &names).map_err(|error| {
            let help = error.help.as_ref().map(|help| format!("{help} ")).unwrap_or_default();
            error.advise(format!(
                "{help}(set values for names under [inputs] in {}/{fixture}/expect.toml)",
                self.shown
            ))
        })?;
        refuse_unknown_checks(fixture, &contract, &expectation)?;
        let context = input::context(&expectation.inputs);
        let stage = self.stage(fixture, &expectation, (&contract, &context))?;
        if let Some(broken) = contract::broken(&[&self.contract], &stage.folder).pop() {
            return Err(broken
                .advise(format!("fixture {fixture} is judged as a project; add the file there too"))
                .into());
        }
        let mut environment =
            self.project.config.allowed.values(&self.project.surroundings.variables);
        let inputs = expectation.inputs.iter();
        environment
            .extend(inputs.map(|(name, value)| (input::variable(name), input::as_text(value))));
        environment.insert("ORCH_PROJECT".to_owned(), stage.folder.root().display().to_string());
        let work = expectation.work.as_ref().map(work::WorkTable::work);
        let scene = Scene {
            project: &stage.folder,
            document: None,
            baselines: &stage.baselines,
            environment: &environment,
            scratch: Beneath::new(stage.scratch.path()),
            secrets: &Secrets::default(),
            stop: &self.project.stop,
            register: None,
            sandbox: None,
            text_bytes_max: self.project.config.limits.text_bytes,
            work: work.as_ref(),
        };
        let judgement = judge::judge(&contract, None, &scene, &context);
        let differences = differences(&expectation, &judgement);
        let failed = judgement.validations.iter().filter(|validation| {
            validation.findings.iter().any(|finding| finding.severity == Severity::Error)
        });
        Ok(Tried {
            fixture: fixture.to_owned(),
            holds: differences.is_empty(),
            found: Some(sum_of(severities(&judgement))),
            failed: failed.map(|validation| validation.check.clone()).collect(),
            differences,
        })
    }

    /// What a fixture says of itself, with the inputs of the one that it rests on.
    fn expectation(&self, fixture: &str) -> Result<Expectation, Error> {
        let mut own = self.own_expectation(fixture)?;
        if let Some(base) = &own.base {
            let other = self.own_expectation(self.known(fixture, base)?)?;
            if let Some(third) = other.base {
                return Err(Error::usage(format!(
                    "fixture {fixture} is based on {base}, which is based on {third}"
                ))
                .advise("use a base that has no base itself"));
            }
            let own_inputs = std::mem::replace(&mut own.inputs, other.inputs);
            own.inputs.extend(own_inputs);
        }
        Ok(own)
    }

    fn own_expectation(&self, fixture: &str) -> Result<Expectation, Error> {
        let folder = self.fixture(fixture)?;
        let path = folder.path(stage::EXPECT)?;
        let text = folder
            .read_text(&path, self.project.config.limits.text_bytes)
            .map_err(|error| Error::usage(format!("fixture {fixture}: {error}")))?;
        Ok(document::read(&Source::new(
            format!("{}/{fixture}/{}", self.shown, stage::EXPECT),
            text,
        ))?)
    }

    fn fixture(&self, fixture: &str) -> Result<ProjectFolder, Error> {
        ProjectFolder::new(&self.folder.join(fixture), Vec::new())
            .map_err(|source| Error::environment(format!("fixture {fixture}: {source}")))
    }

    /// A fixture that another one names.
    fn known<'n>(&self, fixture: &str, name: &'n str) -> Result<&'n str, Error> {
        if self.names.iter().any(|known| known == name) {
            return Ok(name);
        }
        Err(Error::usage(format!(
            "fixture {fixture} refers to fixture `{name}`, which was not found"
        ))
        .advise(source::suggest(name, self.names.iter().map(String::as_str))))
    }
}

/// A verdict on a check that the contract does not make would always be "pass".
fn refuse_unknown_checks(
    fixture: &str,
    contract: &Contract,
    expectation: &Expectation,
) -> Result<(), Error> {
    let mut kinds: BTreeSet<&str> = contract.rules().map(|rule| rule.kind.name).collect();
    if !contract.outputs.is_empty() {
        kinds.extend(["file_exists", "output"]);
    }
    match expectation.checks.keys().find(|kind| !kinds.contains(kind.as_str())) {
        None => Ok(()),
        Some(kind) => Err(Error::usage(format!(
            "fixture {fixture} expects a result of check `{kind}`, which the contract does not \
             have"
        ))
        .advise(source::suggest(kind, kinds))),
    }
}

fn differences(expectation: &Expectation, judgement: &Judgement) -> Vec<String> {
    let all = judgement.validations.iter().flat_map(|validation| &validation.findings);
    let mut differences = Vec::new();
    let mut compare = |what: &str, expected: Expected, found: Expected| {
        if expected != found {
            let said = all.clone().map(|finding| format!("\n    {finding}")).collect::<String>();
            differences.push(format!("{what}: expected {expected}, found {found}{said}"));
        }
    };
    compare("the contract", expectation.expect, sum_of(severities(judgement)));
    for (kind, expected) in &expectation.checks {
        let of_kind = judgement.validations.iter().filter(|validation| validation.check == *kind);
        let findings = of_kind.flat_map(|validation| &validation.findings);
        compare(kind, *expected, sum_of(findings.map(|finding| finding.severity)));
    }
    differences
}

fn severities(judgement: &Judgement) -> impl Iterator<Item = Severity> + Clone {
    let all = judgement.validations.iter().flat_map(|validation| &validation.findings);
    all.map(|finding| finding.severity)
}

fn sum_of(mut severities: impl Iterator<Item = Severity> + Clone) -> Expected {
    let warned = severities.clone().any(|severity| severity == Severity::Warning);
    match (severities.any(|severity| severity == Severity::Error), warned) {
        (true, _) => Expected::Fail,
        (false, true) => Expected::Warn,
        (false, false) => Expected::Pass,
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Warn => "warn",
        })
    }
}
