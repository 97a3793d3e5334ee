//! `orch workflow`: read, write and draw workflows.

use super::Failure;
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
    /// List every workflow that can be run here.
    List,
    /// Show a workflow's text, which copy of it won, and why.
    Show(ops::workflow_show::Request),
    /// Write a workflow, a contract and a prompt to write on from.
    New(ops::workflow_new::Request),
    /// Check workflows whole and tell everything that is wrong.
    Check(ops::workflow_check::Request),
    /// Draw a workflow's gates and what they wait for.
    Graph(ops::workflow_graph::Request),
    /// Print the JSON Schema of workflows, contracts or orch.toml.
    Schema(ops::workflow_schema::Request),
}

pub fn execute(face: &Face, command: WorkflowCommand) -> Result<u8, Failure> {
    match command {
        WorkflowCommand::List => workflow_list::execute(face),
        WorkflowCommand::Show(request) => workflow_show::execute(face, &request),
        WorkflowCommand::New(request) => workflow_new::execute(face, &request),
        WorkflowCommand::Check(request) => workflow_check::execute(face, &request),
        WorkflowCommand::Graph(request) => workflow_graph::execute(face, &request),
        WorkflowCommand::Schema(request) => Ok(workflow_schema::execute(face, &request)),
    }
}
