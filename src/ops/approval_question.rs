//! What a person is shown before they approve a gate: what it left behind, the message of its author,
//! and the files that it names, or what changed in them since it was last approved.

use super::Caller;
use super::Driver;
use super::Error;
use super::GateChoice;
use super::Project;
use super::choose;
use super::gate_approve;
use crate::advance;
use crate::definition::Definition;
use crate::digest::Digest;
use crate::event::Approved;
use crate::event::Artifact;
use crate::event::RunStatus;
use crate::files::OpenError;
use crate::files::ProjectPath;
use crate::git;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::signing;
use crate::project::versions;
use crate::run::GateState;
use crate::run::Run;
use crate::secret::Secrets;
use crate::work;
use crate::workflow::Workflow;
use crate::workflow::input;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How many outputs are shown with a question.
const OUTPUTS_MAX: usize = 100;

/// How much of them is read.
const OUTPUT_BYTES_MAX: u64 = 1024 * 1024;

/// What is said of a file that comes after so many.
const TOO_MANY: &str = "not shown: too many files";

/// What is said of a file that is longer than that, or than the project's limit.
const TOO_LARGE: &str = "too large to be shown here";

/// What a person is asked to approve.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApprovalQuestion {
    /// The run that waits.
    pub run: RunId,
    /// The status of that run.
    pub run_status: RunStatus,
    /// The gate of it that is asked about.
    pub gate: GateId,
    /// The gate's name, as its workflow has it.
    pub name: String,
    /// The attempt whose outputs are to be approved.
    pub attempt: u32,
    /// The outputs by their paths, as they were judged.
    pub seen: BTreeMap<String, Digest>,
    /// The outputs among them whose bytes on the disk are others by now.
    pub changed: Vec<String>,
    /// Whose signature alone is taken, where one is asked for.
    pub signers: Vec<String>,
    /// The answers that were given with it.
    pub answers: Vec<(String, String)>,
    /// What its author says to whoever approves it.
    pub message: Option<String>,
    /// Files that the gate shows beside its outputs.
    pub shown: Vec<ShownFile>,
    /// Where it names none: its outputs, but for those that are as they were last approved.
    pub outputs: Vec<ShownFile>,
}

impl ApprovalQuestion {
    /// The files to read before it is answered.
    pub fn files(&self) -> impl Iterator<Item = &ShownFile> {
        self.shown.iter().chain(&self.outputs)
    }
}

/// A file that is shown with a question.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownFile {
    /// The file, relative to the project.
    pub path: String,
    /// What it holds; `None` where it is gone since the last approval.
    pub digest: Option<Digest>,
    /// What is to be said of it in a few words.
    pub remark: String,
    /// The whole of it or what changed in it, without the run's secrets.
    pub text: String,
    /// Whether that is what changed in it.
    pub is_diff: bool,
}

/// What there is to approve, for the face to show before it asks. All that the gate stands on is looked
/// at first: nobody is asked about work that is to be done again.
pub fn question(
    project: &Project,
    caller: &Caller,
    choice: &GateChoice,
) -> Result<ApprovalQuestion, Error> {
    let id = choose::run(project, caller, &choice.run)?;
    let mut run = project.store.read(&id)?.run;
    let gate = gate_approve::gate_of(project, caller, &run, choice)?;
    gate_approve::refuse_other(&id, &run, &gate)?;
    // While another process holds the run, that one looks.
    if let Ok(mut driver) = Driver::take(project, &id) {
        gate_approve::refuse_changed_needs(&mut driver, &gate)?;
        run = driver.run().clone();
    }
    asked(project, &run, gate)
}

/// The same without a look at what the gate stands on, and so without a word in the journal: for a page
/// that only shows it. Whoever approves is asked by [`question`].
pub(crate) fn preview(
    project: &Project,
    run: &Run,
    gate: &GateId,
) -> Result<ApprovalQuestion, Error> {
    gate_approve::refuse_other(&run.started.run_id, run, gate)?;
    asked(project, run, gate.clone())
}

fn asked(project: &Project, run: &Run, gate: GateId) -> Result<ApprovalQuestion, Error> {
    let definition = Definition::thaw(&run.started.definition);
    let workflow = Workflow::parse(&run.started.workflow, &definition)?;
    let signers = workflow.gate(&gate).and_then(signing::demand).unwrap_or_default().to_vec();
    let name = run.started.gates.iter().find(|planned| planned.gate == gate);
    let name = name.map_or_else(|| gate.to_string(), |planned| planned.name.clone());
    let seen = gate_approve::digests(run, &gate);
    let is_changed = |(path, digest): &(&String, &Digest)| {
        let path = project.folder.recorded_path(path).ok();
        let print = path.and_then(|path| project.folder.hash(&path).ok());
        print.is_none_or(|print| print.digest != **digest)
    };
    let changed = seen.iter().filter(is_changed).map(|(path, _)| path.clone()).collect();
    let state = run.gate(&gate);
    let answers = state.into_iter().flat_map(|state| &state.answers);
    let answers = answers.map(|(name, value)| (name.clone(), input::as_text(value))).collect();
    let attempt = run.attempt_id(&gate);
    let message = advance::approval_message(&workflow, run, &attempt)?;
    let mut shown = shown(project, (&workflow, run), &attempt)?;
    let names_none = workflow.gate(&gate).is_some_and(|gate| gate.asking.show.is_empty());
    let mut outputs = if names_none { outputs(project, run, &gate)? } else { Vec::new() };
    let secrets = Secrets::of_those_set(workflow.secrets(), &project.surroundings.variables)?;
    for file in shown.iter_mut().chain(&mut outputs) {
        secrets.blot(&mut file.text);
    }
    let number = attempt.number;
    Ok(ApprovalQuestion {
        run: run.started.run_id.clone(),
        run_status: run.status,
        seen,
        changed,
        signers,
        gate,
        name,
        attempt: number,
        answers,
        message,
        shown,
        outputs,
    })
}

/// Keeps what is shown where a program can show it page by page.
pub fn keep_shown(
    project: &Project,
    question: &ApprovalQuestion,
    text: &str,
) -> Result<PathBuf, Error> {
    let attempt = AttemptId::new(&question.gate, question.attempt);
    let folder = work::attempt_folder(&project.store.logs(&question.run), &attempt);
    let place = folder.join("shown.txt");
    place.write_view(text.as_bytes()).map_err(|source| Error::disk(&place, source))?;
    Ok(place.path())
}

/// Keeps the files that were approved, so that the next approval can show what changed in them. One that
/// cannot be kept is shown whole next time.
pub(super) fn keep_approved(project: &Project, question: &ApprovalQuestion) {
    for (path, digest) in digests_shown(&question.shown) {
        let Ok(path) = project.folder.recorded_path(&path) else { continue };
        let text = project.folder.read_text(&path, project.config.limits.text_bytes);
        if let Some(text) = text.ok().filter(|text| Digest::of(text) == digest) {
            versions::keep(project, &question.run, digest, text.as_bytes());
        }
    }
}

/// The digests of the files that are there, by path.
pub(super) fn digests_shown(files: &[ShownFile]) -> BTreeMap<String, Digest> {
    let there = files.iter().filter_map(|file| Some((file.path.clone(), file.digest?)));
    there.collect()
}

/// The files that an approval shows, each beside what was approved of it last.
pub(super) fn shown(
    project: &Project,
    (workflow, run): (&Workflow, &Run),
    attempt: &AttemptId,
) -> Result<Vec<ShownFile>, Error> {
    let approved = last_approval(run, &attempt.gate);
    let approved = approved.map(|approval| approval.shown.clone()).unwrap_or_default();
    let paths = advance::approval_files(project, (workflow, run), attempt)?;
    let mut shown = Vec::new();
    for path in &paths {
        let before = approved.get(path.as_str());
        shown.push(shown_file(project, run, path, before.copied())?);
    }
    if workflow.gate(&attempt.gate).is_some_and(|gate| !gate.asking.show.is_empty()) {
        let is_there = |path: &str| paths.iter().any(|there| there.as_str() == path);
        shown.extend(gone(approved, is_there));
    }
    Ok(shown)
}

/// The outputs that are others than when the gate was last approved.
fn outputs(project: &Project, run: &Run, gate: &GateId) -> Result<Vec<ShownFile>, Error> {
    let artifacts = run.gate(gate).map(GateState::artifacts).unwrap_or_default();
    let approved = last_approval(run, gate).map(|approval| approval.seen.clone());
    let approved = approved.unwrap_or_default();
    let mut rest = OUTPUT_BYTES_MAX;
    let mut shown = Vec::new();
    let before = |artifact: &Artifact| approved.get(&artifact.path).copied();
    let differs = |artifact: &&Artifact| artifact.exists && before(artifact) != artifact.sha256;
    for (at, artifact) in artifacts.iter().filter(differs).enumerate() {
        let size = artifact.bytes.unwrap_or_default();
        shown.push(if at >= OUTPUTS_MAX || size > rest {
            let (path, digest) = (artifact.path.clone(), artifact.sha256);
            let remark = if size > rest { TOO_LARGE } else { TOO_MANY }.to_owned();
            ShownFile { path, digest, remark, text: String::new(), is_diff: false }
        } else {
            rest -= size;
            let path = project.folder.recorded_path(&artifact.path)?;
            shown_file(project, run, &path, before(artifact))?
        });
    }
    let is_there = |path: &str| artifacts.iter().any(|there| there.exists && there.path == path);
    shown.extend(gone(approved, is_there));
    Ok(shown)
}

/// Files that were approved and are not there any more.
fn gone(
    approved: BTreeMap<String, Digest>,
    is_there: impl Fn(&str) -> bool,
) -> impl Iterator<Item = ShownFile> {
    approved.into_keys().filter(move |path| !is_there(path)).map(|path| ShownFile {
        path,
        digest: None,
        remark: "deleted since the last approval".to_owned(),
        text: String::new(),
        is_diff: false,
    })
}

fn last_approval<'a>(run: &'a Run, gate: &GateId) -> Option<&'a Approved> {
    let attempts = run.gate(gate).map(|state| state.attempts.as_slice()).unwrap_or_default();
    attempts.iter().rev().find_map(|attempt| attempt.approval.as_deref())
}

/// Why the text of a file is not shown.
fn unseen_for(error: OpenError) -> String {
    match error {
        OpenError::NotText { .. } => "binary file".to_owned(),
        OpenError::TooLarge { .. } => TOO_LARGE.to_owned(),
        error @ (OpenError::Missing { .. }
        | OpenError::Link { .. }
        | OpenError::Kind { .. }
        | OpenError::Outside { .. }
        | OpenError::Io { .. }) => format!("cannot be shown: {error}"),
    }
}

fn shown_file(
    project: &Project,
    run: &Run,
    path: &ProjectPath,
    before: Option<Digest>,
) -> Result<ShownFile, Error> {
    let file = |digest, remark: &str, text| {
        let (path, remark) = (path.to_string(), remark.to_owned());
        ShownFile { path, digest, remark, text, is_diff: false }
    };
    let unseen = |digest, remark: String| file(digest, &remark, String::new());
    let print = match project.folder.hash(path) {
        Ok(print) => print,
        Err(error) => return Ok(unseen(None, format!("cannot be read: {error}"))),
    };
    let digest = Some(print.digest);
    if before == digest {
        return Ok(file(digest, "unchanged since the last approval", String::new()));
    }
    let text = match project.folder.read_text(path, project.config.limits.text_bytes) {
        Ok(text) => text,
        Err(error) => return Ok(unseen(digest, unseen_for(error))),
    };
    let Some(before) = before else { return Ok(file(digest, "", text)) };
    Ok(match versions::find(project, run, path, before)? {
        Some(old) => {
            let diff = git::text_diff(&old, text.as_bytes());
            let file = file(digest, "changed since the last approval", diff);
            ShownFile { is_diff: true, ..file }
        }
        None => {
            file(digest, "changed since the last approval; the approved version is not here", text)
        }
    })
}
