//! The secrets of a run: what its files hold is shown without them.

use super::Error;
use super::Project;
use crate::definition::Definition;
use crate::run::Run;
use crate::secret::Secrets;
use crate::workflow::Workflow;

/// Those of all gates, as far as their variables are set here.
pub fn secrets_of(project: &Project, run: &Run) -> Result<Secrets, Error> {
    let definition = Definition::thaw(&run.started.definition);
    let workflow = Workflow::parse(&run.started.workflow, &definition)?;
    Ok(Secrets::of_those_set(workflow.secrets(), &project.surroundings.variables)?)
}
