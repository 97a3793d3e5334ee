//! The files of a tree, kept from the last tree that was asked for: one commit of a run differs from
//! the next in little, and a tree of a long run has thousands of folders to read.

use super::Error;
use super::Repository;
use super::tree;
use git2::Oid;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The files below a tree, by their paths.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    tree: Oid,
    files: Arc<BTreeMap<String, Oid>>,
}

impl Repository {
    /// The files below a tree; only the folders in which it differs from the last one are read.
    pub(super) fn list(&self, tree: Oid) -> Result<Arc<BTreeMap<String, Oid>>, Error> {
        let files = match self.listing.take() {
            Some(last) if last.tree == tree => last.files,
            Some(last) => self.list_anew(last, tree)?,
            None => Arc::new(tree::files_below(&self.inner.odb()?, tree)?),
        };
        self.listing.replace(Some(Listing { tree, files: Arc::clone(&files) }));
        Ok(files)
    }

    fn list_anew(&self, last: Listing, tree: Oid) -> Result<Arc<BTreeMap<String, Oid>>, Error> {
        let (old, new) = (self.inner.find_tree(last.tree), self.inner.find_tree(tree)?);
        // The last one may have been pruned since.
        let Ok(old) = old else {
            return Ok(Arc::new(tree::files_below(&self.inner.odb()?, tree)?));
        };
        let diff = self.inner.diff_tree_to_tree(Some(&old), Some(&new), None)?;
        let mut files = last.files;
        let own = Arc::make_mut(&mut files);
        let path = |file: git2::DiffFile<'_>| {
            let name = file.path_bytes().filter(|_| file.exists());
            name.map(|name| (String::from_utf8_lossy(name).into_owned(), file.id()))
        };
        // What was a file and is another kind of file is told as one that went and one that came.
        for (path, _) in diff.deltas().filter_map(|delta| path(delta.old_file())) {
            own.remove(&path);
        }
        own.extend(diff.deltas().filter_map(|delta| path(delta.new_file())));
        Ok(files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use git2::FileMode;

    #[test]
    fn a_list_is_that_of_its_tree_whatever_was_listed_before() {
        let folder = tempfile::tempdir().unwrap();
        git2::Repository::init(folder.path()).unwrap();
        let repository = Repository::discover(folder.path()).unwrap().unwrap();
        let inner = &repository.inner;
        let blob = |text: &str| inner.blob(text.as_bytes()).unwrap();
        let tree = |files: &[(&str, &str, FileMode)]| {
            let empty = inner.treebuilder(None).unwrap().write().unwrap();
            let mut builder = git2::build::TreeUpdateBuilder::new();
            for (path, text, mode) in files {
                builder.upsert(*path, blob(text), *mode);
            }
            builder.create_updated(inner, &inner.find_tree(empty).unwrap()).unwrap()
        };
        let (file, link) = (FileMode::Blob, FileMode::Link);
        let trees = [
            tree(&[("a", "1", file), ("b/c", "1", file), ("b/d/e", "1", file)]),
            tree(&[("a", "2", file), ("b/c", "1", file), ("b/d/e", "1", file), ("n/m", "1", file)]),
            tree(&[("a/x", "1", file), ("b", "1", file)]),
            tree(&[("a/x", "1", link)]),
            tree(&[]),
        ];
        for one in trees {
            for other in trees {
                for asked in [one, other, other] {
                    let expected = tree::files_below(&inner.odb().unwrap(), asked).unwrap();
                    assert_eq!(*repository.list(asked).unwrap(), expected);
                }
            }
        }
    }
}
