//! A project as the server opens it: afresh for each request, so that what changed on the disk counts.

use super::Settings;
use super::problem::Problem;
use super::questions::Questions;
use super::retries;
use crate::board;
use crate::definition::Reserved;
use crate::digest::Digest;
use crate::id::RunId;
use crate::mcp;
use crate::mcp::Host;
use crate::mcp::Surface;
use crate::ops::Caller;
use crate::ops::Error;
use crate::ops::Mark;
use crate::ops::Options;
use crate::ops::Project;
use crate::ops::decision::DecisionQuestion;
use crate::process::Stop;
use crate::surroundings::Surroundings;
use axum::http::StatusCode;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::sync::watch;

/// What asks over HTTP, in words.
const CLIENT: &str = "an HTTP client";

/// How many readers may follow a project at the same time.
pub const STREAMS_MAX: usize = 200;

/// How often it is looked whether a run has changed, while somebody follows and runs go on.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The same while nothing happens, or nobody follows.
const LOOK_RARELY: Duration = Duration::from_secs(1);

/// How large the journal of each run is.
pub type Heads = BTreeMap<RunId, u64>;

/// One of the projects that are served.
#[derive(Debug)]
pub struct Door {
    /// Its name among them, a part of paths.
    pub name: String,
    /// Whether nothing can be changed.
    pub is_read_only: bool,
    /// Who may follow what happens at the same time.
    pub streams: Arc<Semaphore>,
    /// What was asked in browsers and is not answered yet.
    pub questions: Questions<DecisionQuestion>,
    /// How far each run has come.
    pub changes: watch::Sender<Arc<Heads>>,
    surface: Surface,
    folder: PathBuf,
    stop: Stop,
    surroundings: Surroundings,
    reserved: Reserved,
    user: Option<String>,
}

/// The projects under names of their own.
pub fn open_all(settings: &Settings) -> Result<Vec<Arc<Door>>, Error> {
    let mut taken = BTreeSet::new();
    let mut doors = Vec::new();
    for folder in &settings.projects {
        let mut door = Door {
            name: String::new(),
            is_read_only: settings.is_read_only,
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
            questions: Questions::default(),
            changes: watch::Sender::default(),
            surface: settings.surface,
            folder: folder.clone(),
            stop: settings.stop.clone(),
            surroundings: settings.surroundings.clone(),
            reserved: settings.reserved.clone(),
            user: settings.user.clone(),
        };
        let project = door.open(None)?;
        retries::sweep(&project)?;
        let root = project.folder.root();
        let name = root.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = crate::id::slug_of(&name.unwrap_or_default());
        let mut names = std::iter::once(name.clone()).chain((2..).map(|n| format!("{name}-{n}")));
        door.name = names.find(|name| !taken.contains(name)).unwrap_or(name);
        root.clone_into(&mut door.folder);
        taken.insert(door.name.clone());
        doors.push(Arc::new(door));
    }
    Ok(doors)
}

impl Door {
    /// Opens the project, for somebody who has seen the head of a run.
    pub fn open(&self, seen: Option<(RunId, Digest)>) -> Result<Project, Error> {
        Project::open(Options {
            folder: self.folder.clone(),
            stop: self.stop.clone(),
            surroundings: self.surroundings.clone(),
            reserved: self.reserved.clone(),
            seen,
            ..Options::default()
        })
    }

    /// Refuses what changes something where nothing can be changed.
    pub fn may_change(&self) -> Result<(), Problem> {
        if self.is_read_only {
            let detail = "this server is read-only";
            return Err(Problem::of(StatusCode::FORBIDDEN, "read_only", detail));
        }
        Ok(())
    }

    /// Looks how far runs have come, for all who follow the project, as long as anybody does.
    pub async fn watch(self: Arc<Self>) {
        let mut pause = LOOK_RARELY;
        loop {
            tokio::time::sleep(pause).await;
            pause = (2 * pause).min(LOOK_RARELY);
            if self.changes.receiver_count() == 0 {
                continue;
            }
            let door = Arc::clone(&self);
            let heads = tokio::task::spawn_blocking(move || door.heads()).await;
            // A project that cannot be read now may be again.
            let Some(heads) = heads.ok().flatten() else { continue };
            let has_news = self.changes.send_if_modified(|known| {
                let is_new = **known != heads;
                if is_new {
                    *known = Arc::new(heads);
                }
                is_new
            });
            if has_news {
                pause = LOOK_EVERY;
            }
        }
    }

    fn heads(&self) -> Option<Heads> {
        let project = self.open(None).ok()?;
        let runs = project.store.runs().ok()?;
        let bytes = |run: RunId| {
            let bytes = project.store.journal_bytes(&run).unwrap_or_default();
            (run, bytes)
        };
        Some(runs.into_iter().map(bytes).collect())
    }

    /// The project as MCP clients get it, with its pages at an origin.
    pub fn host(self: &Arc<Self>, origin: &str) -> Host {
        let door = Arc::clone(self);
        let pages = format!("{origin}/p/{}", self.name);
        Host {
            open: Box::new(move || door.open(None)),
            caller: self.caller(None),
            surface: self.surface,
            is_read_only: self.is_read_only,
            patience: mcp::PATIENCE,
            page: Some(Box::new(move |run, gate| board::gate_page(&pages, run, gate))),
        }
    }

    /// Who asks, in a session of a key: never a person.
    pub fn caller(&self, session: Option<&str>) -> Caller {
        Caller {
            session: session.map(str::to_owned),
            agent_mark: Some(Mark::Client(CLIENT)),
            user: self.user.clone(),
            ..Caller::default()
        }
    }
}
