//! `orch workflow`: read, write and draw workflows.

use super::Failure;
use super::workflow_check;
use super::workflow_graph;
use super::workflow_list;
use super::workflow_new;
use super::workflow_schema;
use super::workflow_show;
use crate::cli::answer::Face;

/// What can be typed after `orch workflow`.
#[derive(Debug, clap::Subcommand)]
pub enum WorkflowCommand {
    /// List every workflow that can be run here.
    List,
    /// Show a workflow's text, which copy of it won, and why.
    Show(workflow_show::Arguments),
    /// Write a workflow, a contract and a prompt to write on from.
    New(workflow_new::Arguments),
    /// Check workflows whole and tell everything that is wrong.
    Check(workflow_check::Arguments),
    /// Draw a workflow's gates and what they wait for.
    Graph(workflow_graph::Arguments),
    /// Print the JSON Schema of workflows, contracts or orch.toml.
    Schema(workflow_schema::Arguments),
}

pub fn execute(face: &Face, command: WorkflowCommand) -> Result<u8, Failure> {
    match command {
        WorkflowCommand::List => workflow_list::execute(face),
        WorkflowCommand::Show(arguments) => workflow_show::execute(face, &arguments),
        WorkflowCommand::New(arguments) => workflow_new::execute(face, &arguments),
        WorkflowCommand::Check(arguments) => workflow_check::execute(face, &arguments),
        WorkflowCommand::Graph(arguments) => workflow_graph::execute(face, &arguments),
        WorkflowCommand::Schema(arguments) => Ok(workflow_schema::execute(face, &arguments)),
    }
}
