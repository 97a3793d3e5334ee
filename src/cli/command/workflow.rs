//! `orch workflow`: read, write and draw workflows.

use super::Failure;
use super::workflow_audit;
use super::workflow_check;
use super::workflow_graph;
use super::workflow_list;
use super::workflow_new;
use super::workflow_schema;
use super::workflow_show;
use crate::cli::answer::Face;
use crate::ops;

/// What can be typed after `orch workflow`.
#[derive(Debug, clap::Subcommand)]
pub enum WorkflowCommand {
    /// List the workflows available here.
    List,
    /// Show a workflow's text, which copy is used, and why.
    Show(ops::workflow_show::Request),
    /// Create a starter workflow, with a contract and a prompt.
    New(ops::workflow_new::Request),
    /// Check workflows and report every error.
    Check(ops::workflow_check::Request),
    /// Show what a workflow may do before it runs, and what to fix.
    Audit(workflow_audit::Arguments),
    /// Draw a workflow's gates and their dependencies.
    Graph(ops::workflow_graph::Request),
    /// Print the JSON Schema for workflows, contracts or orch.toml.
    Schema(ops::workflow_schema::Request),
}

pub fn execute(face: &Face, command: WorkflowCommand) -> Result<u8, Failure> {
    match command {
        WorkflowCommand::List => workflow_list::execute(face),
        WorkflowCommand::Show(request) => workflow_show::execute(face, &request),
        WorkflowCommand::New(request) => workflow_new::execute(face, &request),
        WorkflowCommand::Check(request) => workflow_check::execute(face, &request),
        WorkflowCommand::Audit(arguments) => workflow_audit::execute(face, &arguments),
        WorkflowCommand::Graph(request) => workflow_graph::execute(face, &request),
        WorkflowCommand::Schema(request) => Ok(workflow_schema::execute(face, &request)),
    }
}
