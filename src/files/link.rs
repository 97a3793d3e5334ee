//! Links on the way of a path: where they lead decides whether the path stays inside.

use super::Beneath;
use super::PathError;
use super::ProjectFolder;
use super::ProjectPath;
use rustix::fs::OFlags;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::path::PathBuf;

/// Where a link on its way leads a path.
#[derive(Debug, thiserror::Error)]
pub enum Astray {
    #[error("{path} leads outside the project: {link}")]
    Outside { path: String, link: Symlink },
    #[error("{path} leads to a missing file: {link}")]
    Nowhere { path: String, link: Symlink },
    #[error("{path} leads to a forbidden path: {link}; {source}")]
    Closed { path: String, link: Symlink, source: PathError },
}

/// A link by its name in the project.
#[derive(Debug, thiserror::Error)]
#[error("{name} is a symbolic link (to {})", shown_target(target))]
pub struct Symlink {
    name: String,
    target: PathBuf,
}

/// Where a link leads, for messages that enter records: no path of this machine belongs there.
pub(super) fn shown_target(target: &Path) -> String {
    if target.is_absolute() { "an absolute path".to_owned() } else { target.display().to_string() }
}

impl ProjectFolder {
    /// Refuses a path that a link on its way leads out of the project, or to what is closed in it;
    /// what does not exist yet leads nowhere else.
    pub fn refuse_astray(&self, path: &ProjectPath) -> Result<(), Astray> {
        for (link, rest) in links_on(self.root(), path.as_str()) {
            let name = link.strip_prefix(self.root()).unwrap_or(&link).display().to_string();
            let shown = Symlink { name, target: link.read_link().unwrap_or_default() };
            let path = path.to_string();
            let Ok(real) = link.canonicalize() else {
                return Err(Astray::Nowhere { path, link: shown });
            };
            let Ok(inside) = real.strip_prefix(self.root()) else {
                return Err(Astray::Outside { path, link: shown });
            };
            let whole = format!("./{}{rest}", inside.display());
            self.path(&whole).map_err(|source| Astray::Closed { path, link: shown, source })?;
        }
        Ok(())
    }

    /// The file of the project that lies behind a path whose parts may be links; `None` where that leads
    /// out of the project or nowhere.
    pub fn behind(&self, path: &ProjectPath) -> Option<ProjectPath> {
        if has_none(&self.absolute(path)) {
            return Some(path.clone());
        }
        let real = self.absolute(path).canonicalize().ok()?;
        self.path(real.strip_prefix(self.root()).ok()?.to_str()?).ok()
    }

    /// Where a path of the project's really lies, beneath its root; links that stay inside are
    /// followed now, and none later.
    pub fn place(&self, path: &ProjectPath) -> Result<Beneath, Astray> {
        self.refuse_astray(path)?;
        let whole = self.absolute(path);
        let real = whole.ancestors().find_map(|above| {
            let rest = whole.strip_prefix(above).ok()?;
            Some(above.canonicalize().ok()?.join(rest))
        });
        let real = real.unwrap_or(whole.clone());
        Ok(Beneath::new(self.root()).join(real.strip_prefix(self.root()).unwrap_or(&real)))
    }
}

/// Opens a file that no link lies on the way to; `None` where one does, where nothing can be opened,
/// and where the system does not know the question.
pub(super) fn open_over_no_link(path: &Path) -> Option<File> {
    open(path, OFlags::RDONLY | OFlags::NONBLOCK).map(File::from)
}

/// Whether something lies there and no link on the way to it; no, where the system does not know the
/// question.
pub(super) fn has_none(path: &Path) -> bool {
    open(path, OFlags::PATH).is_some()
}

#[cfg(target_os = "linux")]
fn open(path: &Path, flags: OFlags) -> Option<OwnedFd> {
    let (mode, no_links) = (rustix::fs::Mode::empty(), rustix::fs::ResolveFlags::NO_SYMLINKS);
    rustix::fs::openat2(rustix::fs::CWD, path, flags | OFlags::CLOEXEC, mode, no_links).ok()
}

#[cfg(not(target_os = "linux"))]
fn open(_path: &Path, _flags: OFlags) -> Option<OwnedFd> {
    None
}

/// Every link on the way of a relative path, its last part included, with the rest of the path.
fn links_on<'p>(root: &Path, path: &'p str) -> Vec<(PathBuf, &'p str)> {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    let parts = ends.map(|at| (root.join(&path[..at]), &path[at..]));
    parts.filter(|(part, _)| part.is_symlink()).collect()
}
