//! What a gate was handed, and what it left behind.

use super::AttemptChoice;
use super::Caller;
use super::Error;
use super::Project;
use super::choose;
use crate::event::Artifact;
use crate::files::Beneath;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::secrets_of;
use crate::run::AttemptStatus;
use crate::run::Run;
use crate::work;
use serde::Serialize;
use std::path::PathBuf;

/// The name of a packet in the folder of its attempt.
const PACKET: &str = "prompt.txt";

/// The packet and the outputs of an attempt.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// The gate.
    pub gate: GateId,
    /// The number of the attempt.
    pub attempt: u32,
    /// How the attempt stands.
    pub status: AttemptStatus,
    /// The packet first, then the outputs in the order of the contract.
    pub files: Vec<OpenFile>,
}

/// A file of an attempt.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct OpenFile {
    /// What it is to the gate.
    pub role: FileRole,
    /// Its path, relative to the project.
    pub path: String,
    /// What it holds now, without the run's secrets; null where that is not text, too long or gone.
    pub text: Option<String>,
    /// Why there is no text, or how the file differs from what was recorded.
    pub remark: Option<String>,
}

/// What a file is to a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FileRole {
    /// The text that says what to do.
    Packet,
    /// A file that the gate left behind.
    Output,
}

impl FileRole {
    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Packet => "packet",
            Self::Output => "output",
        }
    }
}

/// Reads the packet and the outputs of an attempt; the outputs as they are on the disk now.
pub fn open(project: &Project, caller: &Caller, request: &AttemptChoice) -> Result<Reply, Error> {
    let run_id = choose::run(project, caller, &request.run)?;
    let run = project.store.read(&run_id)?.run;
    let id = request.find(project, caller, &run)?;
    of_attempt(project, &run, id)
}

/// The same for an attempt of a run that was read.
pub(crate) fn of_attempt(project: &Project, run: &Run, id: AttemptId) -> Result<Reply, Error> {
    let run_id = run.started.run_id.clone();
    let attempts = run.gate(&id.gate).map(|state| state.attempts.as_slice()).unwrap_or_default();
    let attempt = attempts.iter().find(|attempt| attempt.attempt == id.number);
    let artifacts = attempt.map(|attempt| attempt.artifacts.as_slice()).unwrap_or_default();
    let outputs = artifacts.iter().map(|artifact| output(project, artifact));
    let mut files: Vec<OpenFile> =
        packet(project, &run_id, &id).into_iter().chain(outputs).collect();
    let secrets = secrets_of(project, run)?;
    files.iter_mut().filter_map(|file| file.text.as_mut()).for_each(|text| secrets.blot(text));
    Ok(Reply {
        files,
        status: attempt.map_or(AttemptStatus::Running, |attempt| attempt.status),
        run_id,
        attempt: id.number,
        gate: id.gate,
    })
}

/// Keeps a text where a program can show it page by page.
pub fn keep(project: &Project, reply: &Reply, text: &str) -> Result<PathBuf, Error> {
    let attempt = AttemptId::new(&reply.gate, reply.attempt);
    let place = folder(project, &reply.run_id, &attempt).join("opened.txt");
    place.write_view(text.as_bytes()).map_err(|source| Error::disk(&place, source))?;
    Ok(place.path())
}

fn folder(project: &Project, run: &RunId, attempt: &AttemptId) -> Beneath {
    work::attempt_folder(&project.store.logs(run), attempt)
}

fn packet(project: &Project, run: &RunId, attempt: &AttemptId) -> Option<OpenFile> {
    let place = folder(project, run, attempt).join(PACKET);
    let bytes = place.read().ok()??;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let path = project.shown(&place.path());
    Some(OpenFile { role: FileRole::Packet, path, text: Some(text), remark: None })
}

fn output(project: &Project, artifact: &Artifact) -> OpenFile {
    let file = |text, remark| OpenFile {
        role: FileRole::Output,
        path: artifact.path.clone(),
        text,
        remark,
    };
    let limit = project.config.limits.text_bytes;
    let read = project.folder.recorded_path(&artifact.path).map_err(|error| error.to_string());
    let read = read.and_then(|path| {
        let print = project.folder.hash(&path).map_err(|error| error.to_string())?;
        let text = project.folder.read_text(&path, limit).map_err(|error| error.to_string());
        Ok((print.digest, text))
    });
    match read {
        Err(reason) => file(None, Some(reason)),
        Ok((digest, text)) => {
            let is_changed = artifact.sha256 != Some(digest);
            let changed = is_changed.then(|| "changed since the attempt".to_owned());
            let (text, unreadable) = match text {
                Ok(text) => (Some(text), None),
                Err(reason) => (None, Some(reason)),
            };
            file(text, changed.or(unreadable))
        }
    }
}
