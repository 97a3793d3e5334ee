//! What a workflow may do, before it runs.

mod markdown;

pub use markdown::text as markdown;

use super::Error;
use super::Project;
use crate::audit;
use crate::audit::Audit;
use crate::audit::AuditChange;
use crate::audit::AuditLevel;
use crate::audit::AuditSubject;
use crate::workflow::Workflow;
use crate::workflow::input::Values;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// The weight of a finding at which an audit fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it, and help would repeat them")]
pub enum FailOn {
    #[default]
    Error,
    Warning,
    Note,
    Never,
}

impl FailOn {
    fn level(self) -> Option<AuditLevel> {
        match self {
            Self::Error => Some(AuditLevel::Error),
            Self::Warning => Some(AuditLevel::Warning),
            Self::Note => Some(AuditLevel::Note),
            Self::Never => None,
        }
    }
}

/// The workflow to audit, and what is known of its runs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Workflow name.
    pub workflow: String,
    /// Inputs of the workflow, by name; the audit holds for all values of the others.
    #[serde(default)]
    pub inputs: Values,
    /// Agent for roles that orch.toml does not name.
    #[serde(default)]
    pub agent: Option<String>,
    /// Fail if a finding weighs this much or more.
    #[serde(default)]
    pub fail_on: FailOn,
    /// An earlier audit to compare with.
    #[serde(default)]
    pub against: Option<Box<Audit>>,
}

/// What the workflow may do.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The rows, with what was found.
    #[serde(flatten)]
    pub audit: Audit,
    /// What differs from the earlier audit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<AuditChange>,
    /// Whether a finding weighs so much that the audit fails.
    pub failed: bool,
}

/// Audits a workflow as a run would find it; runs nothing.
pub fn workflow_audit(project: &Project, request: &Request) -> Result<Reply, Error> {
    let (workflow, definition) = Workflow::load(&request.workflow, &project.shelf)?;
    if let Some(agent) = &request.agent {
        project.config.refuse_unknown_agent(agent)?;
    }
    let config = (&project.config, request.agent.as_deref());
    let subject = AuditSubject::new((&workflow, &definition), config, &request.inputs);
    let audit = audit::audit(&subject);
    let failed = request.fail_on.level().is_some_and(|level| audit.reaches(level));
    let change = request.against.as_ref().map(|earlier| audit.against(earlier));
    Ok(Reply { audit, change, failed })
}
