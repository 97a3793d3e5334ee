//! `orch convoy`: one run over many keys.

use super::Failure;
use super::list;
use super::run_pause;
use crate::cli::answer::Face;
use crate::cli::answer::one_line;
use crate::cli::table::table;
use crate::envelope::exit;
use crate::ops;
use crate::ops::Instructions;
use crate::ops::Project;
use crate::ops::Suggestion;
use crate::ops::convoy_add;
use crate::ops::convoy_cancel;
use crate::ops::convoy_start;
use crate::ops::convoy_status;
use crate::ops::convoy_status::Convoy;

#[derive(Debug, clap::Subcommand)]
pub enum ConvoyCommand {
    /// Have workers run a workflow for each key, as child runs of one run that reports on all of them.
    Start(ops::convoy_start::Request),
    /// Show the status of each run of a convoy, and what it needs.
    Status(ops::convoy_status::Request),
    /// Add keys to an unfinished convoy.
    Add(ops::convoy_add::Request),
    /// Cancel a convoy and its runs; their worktrees and branches stay.
    Cancel(ops::convoy_cancel::Request),
}

pub fn execute(face: &Face, command: &ConvoyCommand) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    match command {
        ConvoyCommand::Start(request) => {
            let started = convoy_start::convoy_start(&project, &face.caller, request)?;
            let how = if started.existed { "exists" } else { "queued" };
            let mut instructions = Instructions::default();
            instructions.suggest(&Suggestion::new("convoy status").word(&started.key));
            let text = format!("{} {how} {}\n", one_line(&started.key), started.run_id);
            face.answer(&started, &instructions, &text);
        }
        ConvoyCommand::Status(request) => {
            show(face, &project, &convoy_status::convoy_status(&project, request)?);
        }
        ConvoyCommand::Add(request) => {
            show(face, &project, &convoy_add::convoy_add(&project, &face.caller, request)?);
        }
        ConvoyCommand::Cancel(request) => {
            let mut told = run_pause::told(face);
            let convoy = convoy_cancel::convoy_cancel(&project, &face.caller, request, &mut told)?;
            let mut text =
                format!("canceled {} {}\n", one_line(&convoy.run.key), convoy.run.run_id);
            for child in &convoy.children {
                let branch = child.branch.as_deref().map(|branch| format!("  branch {branch}"));
                text.push_str(&one_line(&format!("{}{}", child.key, branch.unwrap_or_default())));
                text.push('\n');
            }
            face.answer(&convoy, &Instructions::default(), &text);
        }
    }
    Ok(exit::DONE)
}

fn show(face: &Face, project: &Project, convoy: &Convoy) {
    let run = &convoy.run;
    let rows = list::rows(&convoy.children, project.clock.now());
    let text = format!("{} {} {}\n", one_line(&run.key), list::state(run), run.run_id);
    let text = text + &table(&rows);
    face.answer(convoy, &list::instructions(&convoy.children), &text);
}
