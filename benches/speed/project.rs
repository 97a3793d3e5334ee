//! Projects to measure in: fresh git repositories on the disk that the build lies on.

use super::Result;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

/// Where all folders lie.
const ALL: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/speed");

/// What a chain is to look like.
#[derive(Debug, Clone, Copy)]
pub struct Chain {
    pub gates: usize,
    /// Whether each gate says what it reads and may be reused.
    pub is_reused: bool,
    /// Whether each gate waits for the one before it.
    pub is_chained: bool,
}

impl Chain {
    /// The number of the file that a gate copies.
    pub fn source(&self, gate: usize) -> usize {
        if self.is_chained { gate - 1 } else { 0 }
    }
}

pub fn orch(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orch"));
    command.current_dir(folder).env("CI", "1").env_remove("ORCH_RUN");
    command
}

/// A script in which `$ORCH` is the program.
pub fn shell(folder: &Path, script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]).env("ORCH", env!("CARGO_BIN_EXE_orch")).env("CI", "1");
    command.current_dir(folder);
    command
}

/// A fresh folder, which stays until `clear`: for minutes after files were removed, ext4 searches
/// past their inodes whenever it makes a new one, which would slow whatever is measured next.
pub fn folder() -> Result<Folder> {
    fs::create_dir_all(ALL)?;
    Ok(Folder(tempfile::tempdir_in(ALL)?.keep()))
}

/// Removes all folders.
pub fn clear() -> Result {
    Ok(fs::remove_dir_all(ALL)?)
}

/// A folder to measure in.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// A repository that holds a workflow of gates which each copy a file of 1 KiB.
pub fn chain(chain: Chain) -> Result<Folder> {
    let folder = folder()?;
    let root = folder.path();
    for folder in ["workflows", "contracts/chain", "out"] {
        fs::create_dir_all(root.join(folder))?;
    }
    let mut workflow = "name = \"chain\"\nversion = \"1\"\nkey = \"chain\"\n".to_owned();
    for gate in 1..=chain.gates {
        let source = chain.source(gate);
        let needs = if chain.is_chained { "" } else { "needs = []\n" };
        let reuse = if chain.is_reused {
            format!("reuse = true\nreads = [\"out/{source}\"]\n")
        } else {
            String::new()
        };
        write!(
            workflow,
            "[[gate]]\nid = \"g{gate}\"\nname = \"Copy {gate}\"\nexecutor = \"command\"\n\
             command = [\"cp\", \"out/{source}\", \"out/{gate}\"]\ncontract = \"chain/g{gate}\"\n\
             {needs}{reuse}"
        )?;
        let contract = format!("name = \"Copied\"\n[[output]]\npath = \"out/{gate}\"\n");
        fs::write(root.join(format!("contracts/chain/g{gate}.toml")), contract)?;
    }
    fs::write(root.join("workflows/chain.toml"), workflow)?;
    fs::write(root.join("out/0"), "0123456789abcdef".repeat(64))?;
    repository(root)?;
    Ok(folder)
}

/// Makes a folder a repository with one commit of all that is in it.
pub fn repository(root: &Path) -> Result {
    git(root, &["init", "-q", "-b", "main"])?;
    git(root, &["config", "user.name", "Bench"])?;
    git(root, &["config", "user.email", "bench@localhost"])?;
    git(root, &["config", "gc.auto", "0"])?;
    git(root, &["add", "-A"])?;
    git(root, &["commit", "-q", "-m", "Begin"])?;
    Ok(())
}

/// Runs git and gives what it printed.
pub fn git(root: &Path, arguments: &[&str]) -> Result<String> {
    let output =
        Command::new("git").args(arguments).current_dir(root).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("git {arguments:?} ended with {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The journal of the last run in a repository.
pub fn last_journal(root: &Path) -> Result<PathBuf> {
    let runs = root.join(".git/orch/runs");
    let names = fs::read_dir(&runs)?.map(|entry| Ok(entry?.path()));
    let last = names.collect::<std::io::Result<Vec<_>>>()?.into_iter().max();
    Ok(last.ok_or("there is no run")?.join("journal.jsonl"))
}

/// The ref of the last run in a repository, by its full name.
pub fn last_ref(root: &Path) -> Result<String> {
    let journal = last_journal(root)?;
    let run = journal.parent().and_then(Path::file_name).unwrap_or_default();
    Ok(format!("refs/orch/runs/{}", run.to_string_lossy()))
}
