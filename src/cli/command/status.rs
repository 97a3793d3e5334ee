//! `orch status`: one line for each gate.

use super::Failure;
use crate::cli::answer;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::Instructions;
use crate::ops::RunChoice;
use crate::ops::status;
use std::fmt::Write as _;

pub fn execute(face: &Face, choice: &RunChoice) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = status::status(&project, &face.caller, choice)?;
    let reason = reply.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let mut text = format!(
        "{} {} {}{reason}\n{} {}\n",
        reply.run_id, reply.key, reply.status, "workflow", reply.workflow
    );
    for spending in &reply.spending {
        let mark = if spending.is_near { "  near the limit" } else { "" };
        let _ = writeln!(text, "spent {}{mark}", spending.words);
    }
    let rows: Vec<Vec<String>> = reply
        .gates
        .iter()
        .map(|line| {
            let attempts = match line.attempts {
                0 | 1 => String::new(),
                attempts => format!("{attempts} attempts"),
            };
            let shows = (!line.shows.is_empty()).then(|| format!(" of {}", line.shows.join(", ")));
            let shows = shows.unwrap_or_default();
            let until = line.deadline.map(|deadline| format!(" {}", deadline.words()));
            let until = until.unwrap_or_default();
            let waits =
                line.waits_for.map(|waits_for| format!("waits for {waits_for}{shows}{until}"));
            let newer = line.superseded_by.iter().map(ToString::to_string).collect::<Vec<_>>();
            let newer = (!newer.is_empty()).then(|| format!("superseded by {}", newer.join(", ")));
            let remark = waits.or_else(|| line.reason.clone()).or(newer).unwrap_or_default();
            let name =
                if line.name == line.gate.as_str() { String::new() } else { line.name.clone() };
            vec![
                line.gate.to_string(),
                line.status.to_string(),
                name,
                attempts,
                remark.replace('\n', " "),
            ]
        })
        .collect();
    text.push_str(&answer::table(&rows));
    face.answer(&reply, &Instructions::default(), &text);
    Ok(exit::DONE)
}
