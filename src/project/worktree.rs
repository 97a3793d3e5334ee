//! A working tree of its own for a run: a git worktree on a new branch from a fresh base, made ready
//! before anything is begun in it. What exists already is never taken for it.

use super::Error;
use super::Project;
use super::leave;
use super::leave::RemovedWorktree;
use crate::digest::Digest;
use crate::event::ChildOrder;
use crate::files;
use crate::files::Beneath;
use crate::files::Globs;
use crate::files::Log;
use crate::git::Repository;
use crate::git::short_branch;
use crate::id::RunId;
use crate::id::slug_of;
use crate::process;
use crate::process::Ending;
use crate::process::ProgramCall;
use crate::run::Run;
use crate::store::pool;
use crate::store::pool::Ticket;
use crate::suggestion::Advice;
use crate::template::Context;
use crate::workflow::Isolation;
use serde_json::json;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

/// How much of what a setup command printed is told when it fails, in bytes.
const TAIL_BYTES: u64 = 2048;

/// The file that says which run works in a working tree.
const IDENTITY: &str = "session-context.json";

/// Makes the working tree of a run, and gives the project's folder in it. One that was made for the same
/// run, and not made ready, is made ready; one that was half made is made anew.
pub fn make(project: &Project, of: &ChildOrder) -> Result<PathBuf, Error> {
    let Some(repository) = project.repository()? else { return Err(no_repository()) };
    let Planned { folder, own, branch } = planned(project, &repository, of)?;
    if !is_marked(project, of, &own)? {
        clear(project, &repository, &of.run, (&folder, &own, &branch))?;
        let base = base(project, &repository, of)?;
        let place = project.store.workspace(&of.run);
        let noted = place.write(own.display().to_string().as_bytes());
        noted.map_err(|source| Error::disk(&place, source))?;
        repository.add_worktree(&folder, &branch, &base)?;
        Repository::mark_worktree(&folder, of.run.as_str())?;
    }
    copy(project, &own, of)?;
    write_context(project, &own, (of, &branch))?;
    set_up(project, &own, of)?;
    Ok(own)
}

/// Whether the working tree is there that was made for this very run.
fn is_marked(project: &Project, of: &ChildOrder, own: &Path) -> Result<bool, Error> {
    if !is_noted(project, &of.run, own) || !files::exists(own) {
        return Ok(false);
    }
    let Some(repository) = project.in_folder(own)?.repository()? else { return Ok(false) };
    Ok(repository.worktree_owner().is_some_and(|owner| owner == of.run.as_str()))
}

/// Takes away what was made for a run that never began. What somebody put there is kept under refs.
pub fn unmake(
    project: &Project,
    of: &ChildOrder,
    removed: &mut RemovedWorktree,
) -> Result<(), Error> {
    let Some(repository) = project.repository()? else { return Ok(()) };
    let Planned { folder, own, branch } = planned(project, &repository, of)?;
    if !is_noted(project, &of.run, &own) {
        return Ok(());
    }
    if is_marked(project, of, &own)? {
        leave::remove_worktree(project, &of.run, removed)?;
        leave::delete_branch(project, (&of.run, &branch), removed)?;
    } else {
        removed.folder = files::exists(&folder).then(|| folder.clone());
        repository.discard_worktree(&folder, &branch)?;
    }
    for place in [project.store.workspace(&of.run), project.store.ticket(&of.run)] {
        place.remove().map_err(|source| Error::disk(&place, source))?;
    }
    Ok(())
}

/// The order of a run that came out of the pool on this machine.
pub fn order_of(project: &Project, run: &RunId) -> Option<ChildOrder> {
    pool::read::<Ticket>(&project.store.ticket(run)).ok()??.order().cloned()
}

/// Whether a run was to have a working tree of its own.
pub fn is_own(order: Option<&ChildOrder>) -> bool {
    order.is_some_and(|order| order.isolation == Isolation::Worktree)
}

/// Why nothing may be started in the working tree of a run: somebody has another branch checked out
/// there.
pub fn problem(project: &Project, run: &Run) -> Result<Option<String>, Error> {
    let order = order_of(project, &run.started.run_id);
    if order.is_none_or(|order| order.isolation == Isolation::Shared) {
        return Ok(None);
    }
    let (Some(repository), Some(git)) = (project.repository()?, &run.started.git) else {
        return Ok(None);
    };
    let (now, own) = (repository.branch(), git.branch.as_deref());
    if own.is_none() || now.as_deref() == own {
        return Ok(None);
    }
    let shown = |name: &str| format!("branch {}", short_branch(name));
    let now = now.as_deref().map_or_else(|| "a detached HEAD".to_owned(), shown);
    let own = own.map(shown).unwrap_or_default();
    Ok(Some(format!("the worktree of this run is on {now} and belongs on {own}")))
}

/// Where the working tree of a run goes.
struct Planned {
    folder: PathBuf,
    /// The project's folder in it.
    own: PathBuf,
    branch: String,
}

fn planned(project: &Project, repository: &Repository, of: &ChildOrder) -> Result<Planned, Error> {
    let settings = &project.config.worktrees;
    let context = names(repository, of);
    let rendered = |key: &str, own: &Option<String>, template: &crate::template::Template| {
        let text = own.clone().map_or_else(|| template.render(&context), Ok);
        text.map_err(|error| Error::usage(format!("cannot render [worktree] {key}: {error}")))
    };
    let folder = rendered("folder", &of.worktree.folder, &settings.folder)?;
    let folder = plain(&repository.main_work_folder().join(folder));
    let branch = rendered("branch", &of.worktree.branch, &settings.branch)?;
    let own = folder.join(project.store.project_path().filter(|path| *path != ".").unwrap_or(""));
    Ok(Planned { folder, own, branch })
}

/// The working tree that a folder of the project is in; neither need be there.
pub fn root_of(project: &Project, own: &Path) -> PathBuf {
    let within = project
        .store
        .project_path()
        .filter(|path| *path != ".")
        .map_or(0, |path| Path::new(path).components().count());
    own.ancestors().nth(within).unwrap_or(own).to_owned()
}

/// Whether the working tree was begun for this very run.
fn is_noted(project: &Project, run: &RunId, own: &Path) -> bool {
    let noted = project.store.workspace(run).read().ok().flatten();
    noted.is_some_and(|noted| Path::new(&*String::from_utf8_lossy(&noted)) == own)
}

/// Refuses what is in the way; what was begun for this very run is cleared away.
fn clear(
    project: &Project,
    repository: &Repository,
    run: &RunId,
    (folder, own, branch): (&Path, &Path, &str),
) -> Result<(), Error> {
    if is_noted(project, run, own) {
        return Ok(repository.discard_worktree(folder, branch)?);
    }
    refuse_in_the_way(repository, folder, branch)
}

fn refuse_in_the_way(repository: &Repository, folder: &Path, branch: &str) -> Result<(), Error> {
    if !repository.is_branch_name(branch) {
        return Err(Error::usage(format!("`{branch}` is not a name for a branch"))
            .advise("use another key, or another [worktree] branch"));
    }
    if repository.has_branch(branch)? {
        return Err(Error::usage(format!("the branch {branch} already exists")).advise(
            Advice::from(format!(
                "use another key, or delete it once its work is merged: git branch -d {branch}"
            )),
        ));
    }
    if files::exists(folder) {
        return Err(Error::usage(format!("the folder {} already exists", folder.display()))
            .advise("use another key, or move the folder away"));
    }
    Ok(())
}

/// The commit that new work starts from.
pub fn base(project: &Project, repository: &Repository, of: &ChildOrder) -> Result<String, Error> {
    let settings = &project.config.worktrees;
    if of.worktree.fetch.unwrap_or(settings.fetch) {
        repository.fetch_branches(&repository.usual_remote(), &project.stop)?;
    }
    let name = of.worktree.base.as_deref().or(settings.base.as_deref()).unwrap_or("HEAD");
    repository.commit_named(name)?.ok_or_else(|| {
        let error = Error::usage(format!("[worktree] base: no commit is named `{name}`"));
        if name == "HEAD" {
            error.advise("commit something first: git commit")
        } else {
            error.advise("write a branch, a tag or a commit, such as base = \"origin/main\"")
        }
    })
}

fn names(repository: &Repository, of: &ChildOrder) -> Context {
    let root = repository.main_work_folder();
    let project = root.file_name().unwrap_or_default().to_string_lossy();
    let key = name_of(&of.key, of.attempt);
    Context::default().with("key", &key).with("workflow", &of.workflow).with("project", &project)
}

/// What names of a working tree have of its run. What an earlier attempt left is not reused, and stays.
pub fn name_of(key: &str, attempt: u32) -> String {
    let slug = slug_of(key);
    // Keys that come to one slug have names of their own.
    let own = if slug == key.to_lowercase() { String::new() } else { format!("-{}", short(key)) };
    let number = if attempt > 1 { format!("-{attempt}") } else { String::new() };
    slug + &own + &number
}

fn short(key: &str) -> String {
    Digest::of(key).to_string().chars().take(6).collect()
}

/// Refuses a run whose working tree could not be made: its branch or its folder exists already.
pub fn refuse_existing(project: &Project, of: &ChildOrder) -> Result<(), Error> {
    let Some(repository) = project.repository()? else { return Err(no_repository()) };
    let Planned { folder, branch, .. } = planned(project, &repository, of)?;
    refuse_in_the_way(&repository, &folder, &branch)
}

fn no_repository() -> Error {
    Error::usage("a git worktree requires a git repository")
        .advise("run git init, or write isolation = \"shared\"")
}

/// A path without `.` and `..`, as text: what it leads to need not be there.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => plain.push(part),
        }
    }
    plain
}

/// Ignored files that the work needs, such as `.env`.
fn copy(project: &Project, own: &Path, of: &ChildOrder) -> Result<(), Error> {
    let globs = of.worktree.copy.as_ref().unwrap_or(&project.config.worktrees.copy);
    let found = Globs::new(globs, &project.folder)
        .map_err(Error::usage)?
        .files(&project.folder)
        .map_err(|error| Error::environment(error.to_string()))?;
    for path in found {
        let here = Beneath::new(project.folder.root()).join(path.as_str());
        let there = Beneath::new(own).join(path.as_str());
        if !there.exists() {
            there.copy_from(&here).map_err(|source| Error::disk(&there, source))?;
        }
    }
    Ok(())
}

/// The folder of the files that tools in a working tree read, where it was made with one.
pub fn context(project: &Project, own: &Path) -> Option<Beneath> {
    let folder = context_folder(project, own);
    folder.join(IDENTITY).exists().then_some(folder)
}

fn context_folder(project: &Project, own: &Path) -> Beneath {
    Beneath::new(own).join(&project.config.worktrees.context)
}

/// What tools in the working tree may know of the run that works there.
fn write_context(
    project: &Project,
    own: &Path,
    (of, branch): (&ChildOrder, &str),
) -> Result<(), Error> {
    let folder = context_folder(project, own).ignored_by_git();
    let identity = json!({
        "schema": "orch/session-context@1",
        "run": of.run,
        "key": of.key,
        "workflow": of.workflow,
        "branch": branch,
        "started_at": project.clock.now(),
    });
    let place = folder.join(IDENTITY);
    let text = format!("{identity:#}\n");
    place.write(text.as_bytes()).map_err(|source| Error::disk(&place, source))
}

/// Runs the setup command of new working trees.
fn set_up(project: &Project, own: &Path, of: &ChildOrder) -> Result<(), Error> {
    let settings = &project.config.worktrees;
    let argv = of.worktree.setup.clone().unwrap_or_else(|| settings.setup.clone());
    if argv.is_empty() {
        return Ok(());
    }
    let trouble = |error: std::io::Error| Error::environment(error.to_string());
    let scratch = tempfile::tempdir().map_err(trouble)?;
    let log = |name| Log::create(Beneath::new(scratch.path()).join(name)).map_err(trouble);
    let shown = argv.join(" ");
    let call = ProgramCall {
        argv,
        folder: own.to_owned(),
        environment: project.config.allowed.values(&project.surroundings.variables),
        stdin: None,
        stdout: log("stdout")?,
        stderr: log("stderr")?,
        timeout: None,
        register: None,
        sandbox: None,
    };
    let failed = |how: &str| {
        let said = [&call.stdout, &call.stderr].map(|log| log.tail(TAIL_BYTES).unwrap_or_default());
        let said = said.concat();
        let said = said.trim();
        let tail = if said.is_empty() { String::new() } else { format!(": {said}") };
        Error::usage(format!("[worktree] setup: `{shown}` {how}{tail}"))
            .advise(format!("the worktree stays in {}", own.display()))
    };
    match process::run(&call, &project.stop) {
        Ok(Ending::Exited(0)) => Ok(()),
        Ok(Ending::Exited(code)) => Err(failed(&format!("exited with code {code}"))),
        Ok(Ending::Signaled(signal)) => Err(failed(&format!("was ended by signal {signal}"))),
        Ok(Ending::TimedOut | Ending::Stopped | Ending::Halted) => Err(failed("was stopped")),
        Err(error) => Err(Error::usage(format!("[worktree] setup: {error}"))),
    }
}
