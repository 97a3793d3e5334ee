//! What a caller is told before a run starts or resumes.

use super::Caller;
use super::Driver;
use super::Error;
use super::amendment;
use super::brief;
use super::follow::Shown;
use super::route_slips;
use crate::advance;
use crate::config::RecordBranch;
use crate::id::RunId;
use crate::store::record;

/// It is told once, before anything is done.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Foreword {
    /// The run that begins or goes on.
    pub run: RunId,
    /// Files that differ from the run's frozen definition.
    pub differs: Vec<String>,
    /// Roles without an agent, budgets that do not bind one, audits that none could do, reuse that
    /// compares no files, and a beginning on no branch, in words.
    pub warnings: Vec<String>,
    /// What a sitting before this one left to know, or why that cannot be told: a template that does
    /// not render keeps nobody from going on. `None` where there is nothing to take up.
    pub brief: Option<Result<Box<brief::Reply>, String>>,
    /// What is shown of it beside its events.
    pub shown: Shown,
}

impl Foreword {
    /// For whoever begins a run; `agent` is who plays roles without an agent in this sitting.
    pub(super) fn at_the_start(driver: &Driver<'_>, agent: Option<&str>) -> Result<Self, Error> {
        let mut foreword = Self::of(driver, agent)?;
        foreword.warnings.extend(detached(driver));
        Ok(foreword)
    }

    fn of(driver: &Driver<'_>, agent: Option<&str>) -> Result<Self, Error> {
        let mut warnings = advance::unknown_roles(driver, agent)?;
        let slips = route_slips::route_slips(driver.project).into_iter();
        let slips = slips.filter(|slip| slip.is_near && slip.concerns(&driver.workflow.name));
        warnings.extend(slips.map(|slip| slip.words));
        warnings.extend(advance::unbound(driver, agent)?);
        warnings.extend(advance::unenforced(driver));
        warnings.extend(advance::own_audits(driver, agent)?);
        warnings.extend(driver.workflow.blind_reuse());
        let (run, differs) = (driver.id().clone(), Vec::new());
        let seq = driver.run().events as u64;
        let shown = Shown::of(driver.project, &driver.workflow, (driver.run(), seq));
        Ok(Self { run, differs, warnings, brief: None, shown })
    }

    /// For whoever takes one up.
    pub(super) fn on_return(
        driver: &Driver<'_>,
        caller: &Caller,
        agent: Option<&str>,
    ) -> Result<Self, Error> {
        let brief = brief::brief_of(driver, caller);
        Ok(Self {
            differs: amendment::differs(driver.project, driver.run()),
            brief: Some(brief.map(Box::new).map_err(|error| error.to_string())),
            ..Self::of(driver, agent)?
        })
    }
}

/// What becomes of the record of a run that begins on no branch.
fn detached(driver: &Driver<'_>) -> Option<String> {
    let is_committed = driver.project.config.record_branch != RecordBranch::Never;
    let git =
        driver.run().started.git.as_ref().filter(|git| git.branch.is_none() && git.head.is_some());
    git.filter(|_| is_committed).map(|_| {
        let reference = record::reference(driver.id());
        format!(
            "HEAD is detached, so the record is committed to no branch; after a checkout only \
             {reference} has it. To keep it on a branch: git switch -c NAME"
        )
    })
}
