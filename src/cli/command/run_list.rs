//! `orch run list`: one line for each run.

use super::Failure;
use crate::cli::answer;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::Instructions;
use crate::ops::run_list;

pub fn execute(face: &Face) -> Result<u8, Failure> {
    let site = face.global.site(false)?;
    let entries = run_list::run_list(&site)?;
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            vec![
                entry.run_id.to_string(),
                entry.status.to_string(),
                entry.workflow.clone(),
                entry.key.clone(),
                entry.gate.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let mut instructions = Instructions::default();
    for (entry, problem) in
        entries.iter().filter_map(|entry| Some((entry, entry.problem.as_ref()?)))
    {
        instructions.say(format!("Run {} cannot be read: {problem}", entry.run_id));
        instructions.command(format!("orch verify --run {}", entry.run_id));
    }
    face.answer(&entries, &instructions, &answer::table(&rows));
    Ok(exit::DONE)
}
