//! Walking through the files of a project. Those that git ignores are seen too, `.git` and the
//! closed folders are not; no link is followed.

mod nested;

pub use nested::NestedWalk;

use super::ProjectFolder;
use super::ProjectPath;
use std::fs;
use std::io;
use std::path::Path;

/// How many links to folders one walk goes through: they may multiply what lies there.
const LINKS_MAX: usize = if cfg!(test) { 50 } else { 10_000 };

/// More files than any contract means; a bound on memory and time.
pub(super) const ENTRIES_MAX: usize = if cfg!(test) { 5_000 } else { 1_000_000 };

impl ProjectFolder {
    /// Calls `visit` with every entry below `root` that is no folder.
    pub fn walk(&self, root: &ProjectPath, mut visit: impl FnMut(&ProjectPath)) -> io::Result<()> {
        let start = self.absolute(root);
        if !start.is_dir() || start.is_symlink() || self.refuse_outside(&root.join("x")).is_err() {
            return Ok(());
        }
        let project = self.clone();
        let walk = ignore::WalkBuilder::new(start)
            .standard_filters(false)
            .follow_links(false)
            .filter_entry(move |entry| {
                entry.path().to_str().is_none() || project.relative(entry.path()).is_some()
            })
            .build();
        let mut count = 0;
        for entry in walk {
            let entry = entry.map_err(io::Error::other)?;
            // Unseen, it could change or be missed: no judgement over it would hold.
            if entry.path().to_str().is_none() {
                let shown = entry.path().strip_prefix(self.root()).unwrap_or(entry.path());
                return Err(io::Error::other(format!(
                    "the name of {} is not valid UTF-8; rename it",
                    shown.display()
                )));
            }
            if entry.file_type().is_none_or(|kind| kind.is_dir()) {
                continue;
            }
            count += 1;
            if count > ENTRIES_MAX {
                return Err(io::Error::other(format!(
                    "more than {ENTRIES_MAX} files below {root}"
                )));
            }
            if let Some(path) = self.relative(entry.path()) {
                visit(&path);
            }
        }
        Ok(())
    }

    /// The same, and behind each link to a folder what lies there, by the name that leads over the
    /// link. One that leads out of the project or to a folder that it lies in is visited itself.
    pub(super) fn walk_through_links(
        &self,
        root: &ProjectPath,
        visit: &mut dyn FnMut(&ProjectPath),
    ) -> io::Result<()> {
        let mut open = vec![(root.clone(), Vec::new())];
        let mut count = 0;
        while let Some((named, passed)) = open.pop() {
            let Some(real) = self.behind(&named) else { continue };
            count += 1;
            if count > LINKS_MAX {
                return Err(io::Error::other(format!(
                    "more than {LINKS_MAX} links to folders below {root}"
                )));
            }
            self.walk(&real, |path| {
                let rest = Path::new(path.as_str()).strip_prefix(real.as_str());
                let rest = rest.ok().and_then(Path::to_str).unwrap_or(path.as_str());
                let name = named.join(rest);
                let Some(to) = self.folder_behind(path) else { return visit(&name) };
                // The folders that links were met in, down to this one.
                let passed: Vec<_> = passed.iter().cloned().chain(path.parent()).collect();
                if passed.iter().any(|folder: &ProjectPath| folder.is_in(to.as_str())) {
                    return visit(&name);
                }
                open.push((name, passed));
            })?;
        }
        Ok(())
    }

    /// The folder of the project that a link leads to.
    fn folder_behind(&self, path: &ProjectPath) -> Option<ProjectPath> {
        let absolute = self.absolute(path);
        let is_one = absolute.is_symlink() && absolute.is_dir();
        is_one.then(|| self.behind(path)).flatten()
    }

    /// Whether a regular file lies there, or a link to one of the project's.
    pub fn is_file(&self, path: &ProjectPath) -> bool {
        let absolute = self.absolute(path);
        let Ok(found) = absolute.symlink_metadata() else { return false };
        if !found.is_symlink() {
            return found.is_file();
        }
        let Ok(real) = absolute.canonicalize() else { return false };
        let within = real.strip_prefix(self.root()).ok().and_then(Path::to_str);
        real.is_file() && within.is_some_and(|within| self.recorded_path(within).is_ok())
    }

    /// Copies every file into another folder, over what is there; links stay links.
    pub fn copy_into(&self, folder: &Path) -> io::Result<()> {
        for path in self.all_files()? {
            let (from, to) = (self.absolute(&path), folder.join(path.as_str()));
            super::remove(&to)?;
            if let Some(above) = to.parent() {
                fs::create_dir_all(above)?;
            }
            if from.is_symlink() {
                std::os::unix::fs::symlink(fs::read_link(&from)?, &to)?;
            } else if from.is_file() {
                fs::copy(&from, &to)?;
            } else {
                return Err(io::Error::other(format!("{path} is neither a file nor a link")));
            }
        }
        Ok(())
    }

    /// Removes every file.
    pub fn empty(&self) -> io::Result<()> {
        self.all_files()?.iter().try_for_each(|path| super::remove(&self.absolute(path)))
    }

    fn all_files(&self) -> io::Result<Vec<ProjectPath>> {
        let root = self.path(".").map_err(io::Error::other)?;
        let mut found = Vec::new();
        self.walk(&root, |path| found.push(path.clone()))?;
        Ok(found)
    }

    /// Whether anything but a folder lies there, reached as a walk would reach it: over no link.
    pub(super) fn holds_file(&self, path: &ProjectPath) -> bool {
        let found = self.absolute(path).symlink_metadata();
        let is_linked = || {
            let above = std::iter::successors(path.parent(), ProjectPath::parent);
            above.into_iter().any(|folder| self.absolute(&folder).is_symlink())
        };
        found.is_ok_and(|found| !found.is_dir()) && !is_linked()
    }

    /// The path within the project; `None` for what is outside, closed, `.git`, or no text.
    fn relative(&self, path: &Path) -> Option<ProjectPath> {
        let relative = path.strip_prefix(self.root()).ok()?.to_str()?;
        if relative.is_empty() {
            return ProjectPath::parse(".").ok();
        }
        let path = ProjectPath::from_disk(relative);
        let name = relative.rsplit('/').next().unwrap_or(relative);
        // A project below this one has folders of its own that only the runner writes.
        let closed = self.closed.iter().any(|closed| path.is_in(closed) || path.ends_in(closed));
        (name != ".git" && !closed).then_some(path)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test lays out its own files")]
mod tests {
    use super::*;
    use crate::files::Globs;

    #[test]
    fn a_walk_ends_at_its_bound_and_goes_round_in_no_circle() {
        let folder = tempfile::tempdir().unwrap();
        let project = ProjectFolder::new(folder.path(), Vec::new()).unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        std::os::unix::fs::symlink("..", folder.path().join("a/up")).unwrap();
        let globs = Globs::new(&["a/**".to_owned()], &project).unwrap();
        assert_eq!(globs.files(&project).unwrap()[0].as_str(), "a/up");
        for number in 0..ENTRIES_MAX {
            fs::write(folder.path().join(format!("a/{number}")), "").unwrap();
        }
        let error = globs.files(&project).unwrap_err().to_string();
        assert_eq!(error, "more than 5000 files below a");
    }
}
