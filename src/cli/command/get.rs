//! `orch get`: one run that a worker drives.

use super::Failure;
use super::list;
use crate::cli::answer::Face;
use crate::cli::answer::one_line;
use crate::envelope::exit;
use crate::event::Question;
use crate::ops::Instructions;
use crate::ops::get;

pub fn execute(face: &Face, request: &get::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let got = get::get(&project, request)?;
    let run = &got.run;
    let folder = run.folder.as_ref().map(|folder| folder.display().to_string());
    let gone = if run.is_folder_gone { " (gone)" } else { "" };
    let facts = [
        ("run", Some(run.run_id.to_string())),
        ("workflow", Some(run.workflow.clone())),
        ("state", Some(list::state(run))),
        ("phase", Some(run.phase.to_string())),
        ("gate", run.gate.as_ref().map(ToString::to_string)),
        ("asks", run.question.as_ref().map(Question::in_words)),
        ("reason", run.reason.clone()),
        ("branch", run.branch.clone()),
        ("worktree", folder.map(|folder| format!("{folder}{gone}"))),
        ("parent", run.parent.as_ref().map(ToString::to_string)),
    ];
    let mut text = format!("{}\n", one_line(&run.key));
    for (name, value) in facts {
        if let Some(value) = value {
            text.push_str(&format!("{name:<10}{}\n", one_line(&value)));
        }
    }
    for message in &got.messages {
        text.push_str(&format!("message   {}\n", one_line(message)));
    }
    face.answer(&got, &Instructions::default(), &text);
    Ok(exit::DONE)
}
