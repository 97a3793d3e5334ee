//! The floor of a gate: the same durable acts with nothing around them. Each step spawns the
//! command, hashes its output, writes a synced record and commits it with objects and ref synced.

use super::Result;
use super::project;
use orch::digest::Digest;
use std::fs;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

/// The argument that makes this program the floor.
pub const MODE: &str = "floor";

/// The command that runs the floor in a folder that `project::chain` made.
pub fn command(root: &Path, chain: project::Chain) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(MODE).arg(root).arg(chain.gates.to_string()).arg(chain.is_chained.to_string());
    Ok(command)
}

pub fn run(arguments: &[String]) -> Result {
    let [root, gates, is_chained] = arguments else {
        return Err("floor ROOT GATES CHAINED".into());
    };
    let root = Path::new(root);
    let chain =
        project::Chain { gates: gates.parse()?, is_reused: false, is_chained: is_chained.parse()? };
    // Opening it as the runner does makes libgit2 sync objects and refs.
    orch::internals::Repository::discover(root)?;
    let repository = git2::Repository::open(root)?;
    fs::create_dir_all(root.join("record"))?;
    for gate in 1..=chain.gates {
        let output = root.join(format!("out/{gate}"));
        let status = Command::new("/bin/cp")
            .arg(root.join(format!("out/{}", chain.source(gate))))
            .arg(&output)
            .current_dir(root)
            .stdin(Stdio::null())
            .status()?;
        if !status.success() {
            return Err(format!("step {gate} ended with {status}").into());
        }
        let digest = Digest::of(fs::read(&output)?);
        let record = format!(
            "{{\"gate\":\"g{gate}\",\"status\":\"PASS\",\"artifacts\":[{{\"path\":\"out/{gate}\",\"sha256\":\"{digest}\"}}]}}\n"
        );
        write_synced(&root.join("record"), &format!("g{gate}.json"), record.as_bytes())?;
        commit(&repository, &format!("record/g{gate}.json"), record.as_bytes())?;
    }
    Ok(())
}

/// A temporary file, synced, renamed, and its folder synced.
fn write_synced(folder: &Path, name: &str, bytes: &[u8]) -> Result {
    let aside = folder.join(format!(".{name}.tmp"));
    let mut file = File::create(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&aside, folder.join(name))?;
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// Commits one file without the index, if the branch is still where it was.
pub fn commit(repository: &git2::Repository, path: &str, bytes: &[u8]) -> Result {
    let head = repository.head()?;
    let name = head.name()?.to_owned();
    let parent = head.peel_to_commit()?;
    let blob = repository.blob(bytes)?;
    let tree = git2::build::TreeUpdateBuilder::new()
        .upsert(path, blob, git2::FileMode::Blob)
        .create_updated(repository, &parent.tree()?)?;
    let tree = repository.find_tree(tree)?;
    let who = git2::Signature::now("Bench", "bench@localhost")?;
    let id = repository.commit(None, &who, &who, path, &tree, &[&parent])?;
    repository.reference_matching(&name, id, true, parent.id(), path)?;
    Ok(())
}
