//! Where a fixture is judged: a passing folder with its files, so that what a check
//! does there stays there, and with what was there before.

use super::super::Error;
use super::Expectation;
use super::Fixtures;
use crate::advance;
use crate::check::Baseline;
use crate::contract::Contract;
use crate::contract::RUNS;
use crate::files;
use crate::files::ProjectFolder;
use crate::git::Repository;
use crate::template::Context;
use std::collections::BTreeMap;
use std::io;
use tempfile::TempDir;

/// What a fixture says of itself; no file of the case.
pub(super) const EXPECT: &str = "expect.toml";

/// A fixture as it is judged.
pub(super) struct Stage {
    pub(super) folder: ProjectFolder,
    pub(super) baselines: BTreeMap<String, Baseline>,
    pub(super) scratch: TempDir,
    _folder: TempDir,
}

impl Fixtures<'_> {
    /// Lays out and commits what was before, records what checks compare with, and then lays out
    /// the fixture itself.
    pub(super) fn stage(
        &self,
        fixture: &str,
        expectation: &Expectation,
        (contract, context): (&Contract, &Context),
    ) -> Result<Stage, Error> {
        let failed = |source: io::Error| Error::environment(format!("{fixture}: {source}"));
        let folder = tempfile::tempdir().map_err(failed)?;
        let staged = ProjectFolder::new(folder.path(), vec![RUNS]).map_err(failed)?;
        match &expectation.before {
            None => self.lay(fixture, expectation, &staged)?,
            Some(before) => {
                let before = self.known(fixture, before)?;
                self.lay(before, &self.expectation(before)?, &staged)?;
            }
        }
        Repository::create_with_all(staged.root())?;
        let baselines = advance::baselines_of(&staged, contract, context);
        if expectation.before.is_some() {
            staged.empty().map_err(failed)?;
            self.lay(fixture, expectation, &staged)?;
        }
        Ok(Stage {
            folder: staged,
            baselines: baselines.map_err(Error::environment)?,
            scratch: tempfile::tempdir().map_err(failed)?,
            _folder: folder,
        })
    }

    /// Copies a fixture's files over those of the one that it rests on.
    fn lay(
        &self,
        fixture: &str,
        expectation: &Expectation,
        to: &ProjectFolder,
    ) -> Result<(), Error> {
        for name in expectation.base.as_deref().into_iter().chain([fixture]) {
            self.fixture(name)?
                .copy_into(to.root())
                .and_then(|()| files::remove(&to.root().join(EXPECT)))
                .map_err(|source| Error::environment(format!("fixture {name}: {source}")))?;
        }
        Ok(())
    }
}
