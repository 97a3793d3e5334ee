//! A new repository, for work that needs one and has none.

use super::Error;
use super::Repository;
use super::failure::doing;
use git2::IndexAddOption;
use git2::Signature;
use std::path::Path;

impl Repository {
    /// Makes a folder a repository with one commit of all that lies in it and is not ignored.
    pub fn create_with_all(folder: &Path) -> Result<(), Error> {
        create(folder).map_err(doing(format_args!("make {} a git repository", folder.display())))
    }
}

fn create(folder: &Path) -> Result<(), git2::Error> {
    let inner = git2::Repository::init(folder)?;
    let mut index = inner.index()?;
    index.add_all(["*"], IndexAddOption::DEFAULT, None)?;
    index.write()?;
    let tree = inner.find_tree(index.write_tree()?)?;
    let author = Signature::now("orch", "orch@localhost")?;
    inner.commit(Some("HEAD"), &author, &author, "Initial state", &tree, &[])?;
    Ok(())
}
