//! Links on the way of a path: where they lead decides whether the path stays inside.

use super::PathError;
use super::Project;
use super::ProjectPath;
use std::path::Path;
use std::path::PathBuf;

/// Where a link on its way leads a path.
#[derive(Debug, thiserror::Error)]
pub enum Astray {
    #[error("{path} leads outside the project through a symbolic link")]
    Outside { path: String },
    #[error("{path} leads nowhere through a symbolic link")]
    Nowhere { path: String },
    #[error("{path} leads where it may not through a symbolic link: {source}")]
    Closed { path: String, source: PathError },
}

impl Project {
    /// Refuses a path that a link on its way leads out of the project, or to what is closed in it;
    /// what does not exist yet leads nowhere else.
    pub fn refuse_astray(&self, path: &ProjectPath) -> Result<(), Astray> {
        let shown = || path.to_string();
        for (link, rest) in links_on(self.root(), path.as_str()) {
            let Ok(real) = link.canonicalize() else {
                return Err(Astray::Nowhere { path: shown() });
            };
            let Ok(inside) = real.strip_prefix(self.root()) else {
                return Err(Astray::Outside { path: shown() });
            };
            let whole = format!("./{}{rest}", inside.display());
            self.path(&whole).map_err(|source| Astray::Closed { path: shown(), source })?;
        }
        Ok(())
    }
}

/// The first link on the way of a relative path, with where it leads.
pub fn first_link(root: &Path, path: &str) -> Option<(PathBuf, PathBuf)> {
    let (link, _) = links_on(root, path).into_iter().next()?;
    let target = link.read_link().unwrap_or_default();
    Some((link, target))
}

/// Every link on the way of a relative path, its last part included, with the rest of the path.
fn links_on<'p>(root: &Path, path: &'p str) -> Vec<(PathBuf, &'p str)> {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    let parts = ends.map(|at| (root.join(&path[..at]), &path[at..]));
    parts.filter(|(part, _)| part.is_symlink()).collect()
}
