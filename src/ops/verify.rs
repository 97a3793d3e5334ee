//! Whether records and artifacts match the journal byte for byte, whether the
//! journal is the one that commits and people know of, and whether approvals are valid.

mod anchors;
mod approvals;
mod artifacts;
mod child_runs;
mod copies;
mod joined;
mod places;
mod records;

pub use approvals::SignedApproval;
pub use approvals::VerifiedDecision;
pub use artifacts::Artifacts;

use self::places::RecordPlaces;
use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use crate::config::RecordBranch;
use crate::digest::Digest;
use crate::event::RunStatus;
use crate::git::Fate;
use crate::git::Repository;
use crate::id::RunId;
use crate::project::proof;
use crate::project::signing;
use crate::store::journal;
use crate::store::record::Difference;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

/// How often a run is looked at again that goes on while it is looked at.
const LOOKS_MAX: usize = 5;

/// Arguments of `verify`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
    /// Chain head that the journal must contain, such as one you noted earlier.
    #[cfg_attr(feature = "cli", arg(long, value_name = "SHA256"))]
    pub head: Option<String>,
    /// Allowed-signers file for `ssh-keygen`; defaults to the one each run stored at its start.
    #[cfg_attr(feature = "cli", arg(long, value_name = "FILE"))]
    pub signers: Option<PathBuf>,
    /// What to do about artifacts missing from this copy of the project, such as build outputs in a
    /// clone: `present` counts them, `required` reports each as a difference.
    #[cfg_attr(feature = "cli", arg(long, value_enum, value_name = "WHICH", default_value_t))]
    #[serde(default)]
    pub artifacts: Artifacts,
    /// Verify every run.
    #[cfg_attr(feature = "cli", arg(long, conflicts_with_all = ["run", "head"]))]
    #[serde(default)]
    pub all: bool,
}

/// The result of verifying one run.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Verified {
    /// The run's id; for a record of another tool, the name of its folder.
    pub run_id: String,
    /// Number of events in the journal.
    pub events: u64,
    /// The head of the hash chain.
    pub head: Option<Digest>,
    /// Artifacts that are unchanged.
    pub artifacts: usize,
    /// Artifacts that were not checked, because this copy of the project does not have them.
    pub not_looked_at: usize,
    /// Approvals with a valid signature.
    pub approvals: Vec<SignedApproval>,
    /// The other decisions with valid signatures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<VerifiedDecision>,
    /// Who signed the end of the run, if the signature is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_signed_by: Option<String>,
    /// Differences from the journal.
    pub differences: Vec<Difference>,
    /// Number of events in the record, if git restored an earlier one: after a reset or revert the
    /// journal still has the rest, and the next session or a rebuild restores it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<u64>,
    /// Whether a kill left the record half written or the index outdated.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_unfinished: bool,
    /// What completes the record, if it is behind or unfinished.
    #[serde(skip)]
    pub completed_by: Option<CompletedBy>,
    /// Why the run was skipped or could not be checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed_over: Option<PassedOver>,
    /// Artifacts that later commits have changed, or that no commit ever contained.
    pub moved_on: Vec<MovedOn>,
}

/// An artifact that was changed legitimately.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct MovedOn {
    /// The artifact, relative to the project.
    pub path: String,
    /// Its state.
    #[serde(flatten)]
    pub fate: Fate,
}

/// What became of it, its path, and by what.
impl fmt::Display for MovedOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        let short = |commit: &str| commit.get(..12).unwrap_or(commit).to_owned();
        match &self.fate {
            Fate::Changed { commit } => write!(f, "changed  {path}  by commit {}", short(commit)),
            Fate::Gone { commit } => write!(f, "gone     {path}  by commit {}", short(commit)),
            Fate::Moved { commit, to } => {
                write!(f, "moved    {path}  to {to} by commit {}", short(commit))
            }
            Fate::Unknown => {
                write!(f, "absent   {path}  never committed, so it is not in this copy")
            }
        }
    }
}

/// What completes a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletedBy {
    /// Resuming the run, which has stalled.
    Resume,
    /// Making the record again.
    Rebuild,
}

/// Why a run was not verified.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PassedOver {
    /// A record of another tool, which has no journal to verify.
    Foreign,
    /// It could not be checked.
    Unreadable(String),
}

impl Verified {
    fn of(id: &str) -> Self {
        Self {
            run_id: id.to_owned(),
            events: 0,
            head: None,
            artifacts: 0,
            not_looked_at: 0,
            approvals: Vec::new(),
            decisions: Vec::new(),
            head_signed_by: None,
            differences: Vec::new(),
            behind: None,
            is_unfinished: false,
            completed_by: None,
            passed_over: None,
            moved_on: Vec::new(),
        }
    }
}

/// Verifies one run or all; nothing is changed.
pub fn verify(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Vec<Verified>, Error> {
    let head = request.head.as_deref().map(|text| {
        Digest::parse(text).ok_or_else(|| {
            Error::usage(format!("`{text}` is not a journal head")).advise("expected 64 hex digits")
        })
    });
    let head = head.transpose()?;
    let signers = request.signers.as_deref().map(signing::read_signers).transpose()?;
    let told = Told { request, head, signers: signers.as_deref() };
    let repository = project.repository()?;
    let git = repository.as_ref();
    let others = places::foreign(project)?;
    let passed_over = |id: &str, why| Verified { passed_over: Some(why), ..Verified::of(id) };
    if !request.all {
        if let Some(other) = others.iter().find(|other| request.run.run.as_ref() == Some(other)) {
            return Ok(vec![passed_over(other, PassedOver::Foreign)]);
        }
        let id = chosen(project, caller, git, &request.run)?;
        let verified = steadily(project, git, &id, &told)?;
        let parts = child_runs::of(project, &id).into_iter();
        let parts = parts.map(|child| child_runs::verify(project, &child, request));
        return std::iter::once(Ok(verified)).chain(parts).collect();
    }
    // One that cannot be looked at says so, and the others are told of all the same.
    let ids = places::ids(project, git)?;
    let looked_at = ids.iter().map(|id| {
        let verified = child_runs::at_home(project, id, request)
            .unwrap_or_else(|| steadily(project, git, id, &told));
        let unreadable = |error: Error| {
            PassedOver::Unreadable(crate::files::in_words(&error.to_string()).into_owned())
        };
        verified.unwrap_or_else(|error| passed_over(id.as_str(), unreadable(error)))
    });
    let foreign = others.iter().map(|other| passed_over(other, PassedOver::Foreign));
    Ok(looked_at.chain(foreign).collect())
}

/// The run that is meant; one that is named may be in a commit only.
fn chosen(
    project: &Project,
    caller: &Caller,
    git: Option<&Repository>,
    choice: &RunChoice,
) -> Result<RunId, Error> {
    let known = places::ids(project, git)?;
    let name = choice.run.as_ref().or(caller.run.as_ref());
    let Some(name) = name else { return choose::run(project, caller, choice) };
    let mut ids: BTreeSet<RunId> = known.into_iter().collect();
    if !ids.iter().any(|id| id.has_part(name)) {
        ids.extend(places::ids_on_branches(project, git)?);
    }
    choose::named(project, name, &ids.into_iter().collect::<Vec<_>>())
}

/// What a person brings along, so that the record is not believed on its own word.
struct Told<'t> {
    request: &'t Request,
    head: Option<Digest>,
    signers: Option<&'t str>,
}

/// Looks again where a run that somebody drives went on between one look and the next.
fn steadily(
    project: &Project,
    git: Option<&Repository>,
    id: &RunId,
    told: &Told<'_>,
) -> Result<Verified, Error> {
    let mut verified = one(project, git, id, told)?;
    for _ in 1..LOOKS_MAX {
        if verified.differences.is_empty() || !project.store.is_held(id) {
            break;
        }
        verified = one(project, git, id, told)?;
    }
    Ok(verified)
}

fn one(
    project: &Project,
    git: Option<&Repository>,
    id: &RunId,
    told: &Told<'_>,
) -> Result<Verified, Error> {
    let mut verified = Verified::of(id.as_str());
    let places = RecordPlaces::find(project, git, id)?;
    if places.is_foreign() && !project.store.is_own(id) {
        verified.passed_over = Some(PassedOver::Foreign);
        return Ok(verified);
    }
    let story = copies::read(project, id, &places)?;
    verified.differences.extend(story.differences);
    let Some(reading) = story.reading else { return Ok(verified) };
    verified.events = reading.count;
    verified.head = Some(reading.head);
    if let Some(line) = reading.first_foreign_line() {
        let difference = story.copy.difference(line, journal::FOREIGN);
        verified.differences.push(difference);
    }
    if let Some(head) = told.head.filter(|head| !reading.stood_at(*head)) {
        let path = project.shown(&project.store.record(id).join("journal").path());
        verified
            .differences
            .push(Difference::of(path, format!("the journal never contained head {head}")));
    }
    if let Some(git) = git {
        verified.differences.extend(anchors::look(git, &places, &reading)?);
    }
    records::look(
        &reading,
        &project.shown(&project.store.record(id).path()),
        &places,
        &mut verified,
    );
    // Elsewhere, and once the branch is gone, there is nothing to complete it by.
    let is_at_home = project.store.is_own(id) && (git.is_none() || places.branch.is_some());
    let is_due = git.is_some() && project.config.record_branch != RecordBranch::Never;
    if is_at_home && is_due && !places.is_at_home && reading.run.status != RunStatus::Running {
        // The run's own ref may have it all; colleagues look at the branch.
        verified.behind = Some(0);
    }
    if is_at_home && !project.store.is_held(id) {
        let is_stalled = reading.run.wants_a_driver();
        verified.completed_by =
            Some(if is_stalled { CompletedBy::Resume } else { CompletedBy::Rebuild });
    }
    let amended = proof::unsigned_amendment(&reading)?;
    verified.differences.extend(amended.map(|problem| Difference::of("journal", problem)));
    let revoked = signing::revoked_keys(project)?;
    verified.differences.extend(child_runs::look(project, &reading.run));
    approvals::look(&reading, (told.signers, revoked.as_deref()), &mut verified)?;
    artifacts::look(project, &reading, (git, &places), told.request, &mut verified)?;
    Ok(verified)
}
