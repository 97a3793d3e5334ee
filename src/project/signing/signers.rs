//! Whose signatures count: the file that says so, and what of it a run keeps.

use super::demand;
use super::expanded;
use crate::definition::Frozen;
use crate::digest::Digest;
use crate::files;
use crate::project::Error;
use crate::project::Project;
use crate::signature::passkey::Enrolled;
use crate::workflow::Workflow;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// Where a run keeps whose signatures count, among the texts of its definition.
pub const SIGNERS: &str = "allowed_signers";

/// Whose signatures count by a text of allowed signers: names, some of which may be patterns.
pub fn names_in(allowed: &str) -> BTreeSet<String> {
    let lines = allowed.lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    let first = lines.filter_map(|line| line.split_ascii_whitespace().next());
    let names = first.flat_map(|names| names.trim_matches('"').split(','));
    names.map(str::to_owned).collect()
}

/// Whether one of those names may be this one's; what a pattern stands for, `ssh-keygen` says once
/// somebody signs.
pub fn is_among(names: &BTreeSet<String>, name: &str) -> bool {
    names.contains(name) || names.iter().any(|other| other.contains(['*', '?']))
}

/// The largest file of allowed signers or of revoked keys, in bytes.
const SIGNERS_BYTES_MAX: u64 = 1024 * 1024;

/// A run that could never come to its end, or whose signers are not to be found, is not begun.
pub fn refuse_unsignable(project: &Project, workflow: &Workflow) -> Result<(), Error> {
    let demanding = workflow.gates.iter().find(|gate| demand(gate).is_some());
    match (demanding, signers_path(project, workflow)?) {
        (Some(gate), None) => Err(Error::usage(format!(
            "gate {} requires a signed approval, but no allowed-signers file is configured",
            gate.id
        ))
        .advise(
            "git config gpg.ssh.allowedSignersFile FILE, or allowed_signers = \"FILE\" under \
             [signing] in orch.toml;\n      example line: ada@example.org ssh-ed25519 AAAA…",
        )),
        (_, Some(path)) => read_signers(&path).map(|_| ()),
        (None, None) => Ok(()),
    }
}

/// Whose signatures count in a run that begins now; `None` where nothing is to be signed and nobody has
/// a passkey, and in a rehearsal, which lies elsewhere than the file.
pub fn freeze(project: &Project, workflow: &Workflow) -> Result<Option<Frozen>, Error> {
    let path = configured_signers(project)?.filter(|path| files::exists(path));
    let text = match path.as_deref().map(read_signers).transpose() {
        // Whoever has a passkey may use it at every gate that asks for a person.
        // Who is named in `orch.toml` may be asked by name.
        Ok(text) => text.filter(|text| {
            is_needed(project, workflow)
                || project.config.signing.allowed_signers.is_some()
                || !Enrolled::all(text).is_empty()
        }),
        Err(error) if is_needed(project, workflow) => return Err(error),
        Err(_) => None,
    };
    Ok(text.map(|text| Frozen { path: SIGNERS.to_owned(), sha256: Digest::of(&text), text }))
}

/// The file that says whose signatures count, where anything is to be signed.
fn signers_path(project: &Project, workflow: &Workflow) -> Result<Option<PathBuf>, Error> {
    if is_needed(project, workflow) { configured_signers(project) } else { Ok(None) }
}

/// Whether anything is to be signed.
fn is_needed(project: &Project, workflow: &Workflow) -> bool {
    let signing = &project.config.signing;
    let is_demanded = workflow.gates.iter().any(|gate| demand(gate).is_some());
    is_demanded || signing.approvals || signing.heads
}

/// The file that says whose signatures count, whether or not anything is to be signed.
pub fn configured_signers(project: &Project) -> Result<Option<PathBuf>, Error> {
    if let Some(path) = &project.config.signing.allowed_signers {
        return Ok(Some(expanded(project, path)));
    }
    Ok(project.repository()?.and_then(|repository| repository.allowed_signers()))
}

/// The text of a file that says whose signatures count.
pub fn read_signers(path: &Path) -> Result<String, Error> {
    let name = "allowed-signers file";
    let text = String::from_utf8(read(name, path)?);
    text.map_err(|_| unreadable(name, path, "it is not valid UTF-8"))
}

/// The keys that count no more, by git's `gpg.ssh.revocationFile`: whenever they were revoked, and
/// whatever a run kept when it began.
pub fn revoked_keys(project: &Project) -> Result<Option<Vec<u8>>, Error> {
    let path = project.repository()?.and_then(|repository| repository.revoked_keys());
    path.map(|path| read("file of revoked keys", &path)).transpose()
}

fn read(name: &str, path: &Path) -> Result<Vec<u8>, Error> {
    let bytes = files::read_small(path, SIGNERS_BYTES_MAX);
    let bytes = bytes.map_err(|error| unreadable(name, path, &error.to_string()))?;
    bytes.ok_or_else(|| unreadable(name, path, "no such file"))
}

fn unreadable(name: &str, path: &Path, problem: &str) -> Error {
    Error::usage(format!("{name} {}: {problem}", path.display()))
}
