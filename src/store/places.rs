//! Where runs lie: the journal and lock of each out of git's reach, its record and logs below the
//! project.

use super::Store;
use super::journal;
use super::outbox::Outbox;
use super::pool::Pool;
use crate::contract::RUNS;
use crate::files::Beneath;
use crate::files::ProjectFolder;
use crate::git::Repository;
use crate::id::AttemptId;
use crate::id::RunId;
use crate::id::slug_of;
use std::io;
use std::path::Path;
use std::path::PathBuf;

impl Store {
    /// The places of a project, in its repository where it has one.
    pub fn new(project: ProjectFolder, repository: Option<&Repository>) -> Self {
        let git_folder = repository.map(|repository| repository.common_folder().to_owned());
        let shared = git_folder.as_ref().map(|folder| Beneath::new(folder).join("orch"));
        let own = repository.map(|repository| Beneath::new(repository.folder()).join("orch"));
        let project_path = repository.and_then(|repository| repository.path_of(project.root()));
        let project_path =
            project_path.map(|path| if path.is_empty() { ".".to_owned() } else { path });
        Self { project, shared, own, project_path, git_folder }
    }

    /// The project.
    pub fn project_folder(&self) -> &ProjectFolder {
        &self.project
    }

    /// Journal, lock and what belongs to this machine alone.
    pub(super) fn state(&self, id: &RunId) -> Beneath {
        match &self.shared {
            Some(shared) => shared.join("runs").join(id.as_str()),
            None => self.folder(id).join(".state"),
        }
    }

    /// The run's own journal.
    pub fn journal(&self, id: &RunId) -> Beneath {
        self.state(id).join(journal::FILE)
    }

    /// Where earlier versions of the run's files are kept.
    pub fn versions(&self, id: &RunId) -> Beneath {
        self.state(id).join("versions")
    }

    /// What was there before an attempt that its checks compare with.
    pub fn baselines(&self, id: &RunId, attempt: &AttemptId) -> Beneath {
        self.of_attempt(id, "baselines", attempt)
    }

    /// What outputs were like when the round of an attempt began.
    pub fn round(&self, id: &RunId, attempt: &AttemptId) -> Beneath {
        self.of_attempt(id, "rounds", attempt)
    }

    fn of_attempt(&self, id: &RunId, folder: &str, attempt: &AttemptId) -> Beneath {
        let AttemptId { gate, number } = attempt;
        self.state(id).join(folder).join(format!("{gate}-{number}.json"))
    }

    /// The key of the run's own digests; no record has it.
    pub fn key_of(&self, id: &RunId) -> Beneath {
        self.state(id).join("key")
    }

    /// The lock that every commit of `orch` on a branch takes.
    pub fn commit_lock(&self) -> Option<Beneath> {
        self.shared.as_ref().map(|shared| shared.join("commit.lock"))
    }

    /// The lock of whoever begins the run of a key, so that there is one.
    pub fn begin_lock(&self) -> Beneath {
        match &self.shared {
            Some(shared) => shared.join("begin.lock"),
            None => self.runs_folder().join(".begin.lock"),
        }
    }

    /// The lock of what gates of the project must have to themselves.
    pub fn gate_lock(&self, name: &str) -> Beneath {
        let name = format!("gate-{}.lock", slug_of(name));
        match &self.shared {
            Some(shared) => shared.join(&name),
            None => self.runs_folder().join(format!(".{name}")),
        }
    }

    /// Where runs wait for a worker.
    pub fn pool(&self) -> Pool {
        Pool::new(match &self.shared {
            Some(shared) => shared.join("pool"),
            None => self.runs_folder().join(".pool"),
        })
    }

    /// The ticket with which a run came out of the pool, on this machine.
    pub fn ticket(&self, id: &RunId) -> Beneath {
        self.state(id).join("ticket.json")
    }

    /// The file that says in which folder a run works on this machine.
    pub fn workspace(&self, id: &RunId) -> Beneath {
        self.state(id).join("workspace")
    }

    /// The key of digests that are compared on this machine alone; no record has it.
    pub fn key(&self) -> Beneath {
        match &self.shared {
            Some(shared) => shared.join("key"),
            None => self.runs_folder().join(".key"),
        }
    }

    /// Where replies are kept for requests that may be sent again.
    pub fn kept_replies(&self) -> Beneath {
        match &self.shared {
            Some(shared) => shared.join("replies"),
            None => self.runs_folder().join(".replies"),
        }
    }

    /// What was told of the audit of a workflow before it was last run here.
    pub fn seen_audit(&self, workflow: &str) -> Beneath {
        let name = format!("{}.json", slug_of(workflow));
        let audits = match &self.shared {
            Some(shared) => self.own_folder(&shared.join("audits")),
            None => self.runs_folder().join(".audits"),
        };
        audits.join(name)
    }

    /// The folder that all worktrees of the repository share.
    pub fn git_folder(&self) -> Option<PathBuf> {
        self.git_folder.clone()
    }

    /// Where the runs that were chosen are written: each project of a worktree has its own stack, and
    /// each session that a shell names.
    pub fn current(&self, session: Option<&str>) -> Beneath {
        let session = session.map(|key| format!("-{}", slug_of(key))).unwrap_or_default();
        match &self.own {
            Some(own) => self.own_folder(own).join(format!("current{session}.json")),
            None => self.runs_folder().join(format!(".current{session}.json")),
        }
    }

    fn own_folder(&self, own: &Beneath) -> Beneath {
        match self.project_path.as_deref() {
            None | Some(".") => own.clone(),
            Some(project) => own.join("projects").join(project),
        }
    }

    /// The folder of all runs.
    pub fn runs_folder(&self) -> Beneath {
        Beneath::new(self.project.root()).join(RUNS)
    }

    /// The folder of a run in the project.
    pub fn folder(&self, id: &RunId) -> Beneath {
        self.runs_folder().join(id.as_str())
    }

    /// The folder of a run's record in the project.
    pub fn record(&self, id: &RunId) -> Beneath {
        self.folder(id).join("record").staged_in(&self.logs(id))
    }

    /// Never committed: the folder ignores itself.
    pub fn logs(&self, id: &RunId) -> Beneath {
        self.folder(id).join("logs").ignored_by_git()
    }

    /// Clears away what a kill left of a folder of logs that was being made. Call it with the run's
    /// lock held.
    pub fn clear_logs(&self, id: &RunId) -> io::Result<()> {
        let logs = self.folder(id).join("logs");
        logs.remove_half_written()?;
        logs.remove_empty_folders();
        Ok(())
    }

    /// Where the programs of a run are named while they are at work.
    pub fn at_work(&self, id: &RunId) -> Beneath {
        self.state(id).join("at-work")
    }

    /// Where letters to whoever holds the run lie.
    pub fn mailbox(&self, id: &RunId) -> Beneath {
        self.state(id).join("mailbox")
    }

    /// Where letters of what works at an attempt lie, if it cannot reach those of the run.
    pub fn letterbox(&self, id: &RunId, attempt: &AttemptId) -> Beneath {
        self.letterboxes(id).join(format!("{}@{}", attempt.gate, attempt.number))
    }

    pub(super) fn letterboxes(&self, id: &RunId) -> Beneath {
        self.state(id).join("letterboxes")
    }

    /// Where notifications of the run lie until they are sent.
    pub fn outbox(&self, id: &RunId) -> Outbox {
        Outbox::new(self.state(id).join("outbox"), self.unsent_flags().join(id.as_str()))
    }

    /// The flags of outboxes that something may be left in.
    fn unsent_flags(&self) -> Beneath {
        match &self.shared {
            Some(shared) => shared.join("unsent"),
            None => self.runs_folder().join(".unsent"),
        }
    }

    /// The project's runs that notifications may be left to send of.
    pub fn unsent(&self) -> io::Result<Vec<RunId>> {
        let names = self.unsent_flags().names()?.into_iter();
        let runs = names.filter_map(|name| RunId::parse(name).ok());
        Ok(runs.filter(|id| self.is_of_project(id)).collect())
    }

    /// The lock of whoever keeps the sitting at the run.
    pub fn session_lock(&self, id: &RunId) -> Beneath {
        self.state(id).join("session.lock")
    }

    /// The lock of whoever holds the run.
    pub fn lock_place(&self, id: &RunId) -> Beneath {
        self.state(id).join("lock")
    }

    /// Says that worktree and branch of a run were deleted.
    pub fn deleted_mark(&self, id: &RunId) -> Beneath {
        self.state(id).join("deleted")
    }

    /// The lock of whoever removes what a run left.
    pub fn leave_lock(&self, id: &RunId) -> Beneath {
        self.state(id).join("leave.lock")
    }

    /// The lock of whoever begins something that draws on the budget of a run or of its parts.
    pub fn ledger_lock(&self, id: &RunId) -> Beneath {
        self.state(id).join("ledger.lock")
    }

    /// Whether a path is that of some run's lock, in whatever project.
    pub fn is_lock(path: &Path) -> bool {
        let folder = path.parent().filter(|_| path.file_name().is_some_and(|name| name == "lock"));
        let folder = folder.map(|folder| match folder.file_name() {
            Some(name) if name == ".state" => folder.parent().unwrap_or(folder),
            Some(_) | None => folder,
        });
        let name = folder.and_then(|folder| folder.file_name()?.to_str());
        name.is_some_and(|name| RunId::parse(name).is_ok())
    }
}
