//! What an executor has no business with, for the hands to look after while it is at work.

use crate::config::CAST;
use crate::definition::TextKind;
use crate::executor::ExecutorKind;
use crate::project::Driver;
use crate::project::signing;
use crate::work::AgentFiles;
use crate::work::WatchedFiles;
use crate::workflow::Gate;
use std::path::Path;
use std::path::PathBuf;

/// Whether a text of a definition lies in the project under the same path. What `file` inputs held is the
/// user's own, to change as they like.
fn is_on_disk(path: &str) -> bool {
    match TextKind::of(path) {
        Some(TextKind::Workflow | TextKind::Contract | TextKind::Prompt) => true,
        Some(TextKind::Input) | None => false,
    }
}

/// What to watch while a gate is worked on. The definition may be long: only agents, which are
/// not trusted, are looked after there.
pub fn of(driver: &Driver<'_>, gate: &Gate) -> WatchedFiles {
    let is_agent = gate.work.executor() == ExecutorKind::Agent;
    let is_signed = signing::allowed_in(driver.run()).is_some();
    let signers = (is_agent || is_signed).then(|| signers(driver)).flatten();
    if !is_agent {
        return WatchedFiles { signers, ..WatchedFiles::default() };
    }
    let frozen = || driver.run().started.definition.iter();
    let is_kept = frozen().any(|text| text.path == CAST);
    WatchedFiles {
        definition: frozen()
            .map(|text| &text.path)
            .filter(|path| is_on_disk(path))
            .cloned()
            .collect(),
        agents: if is_kept { AgentFiles::Kept } else { AgentFiles::Read },
        signers,
    }
}

/// The file that says whose signatures count; records hold no path that leads outside.
fn signers(driver: &Driver<'_>) -> Option<(String, PathBuf)> {
    let path = signing::configured_signers(driver.project).ok()??;
    let inside = path.strip_prefix(driver.project.folder.root()).ok();
    let inside = inside.filter(|path| !path.starts_with("..")).map(Path::to_path_buf);
    let told = inside.or_else(|| path.file_name().map(PathBuf::from))?;
    Some((told.display().to_string(), path))
}
