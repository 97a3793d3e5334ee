//! `orch session status`.

use super::Failure;
use crate::budget::Measure;
use crate::cli::answer::Face;
use crate::cli::table::folded;
use crate::cli::table::table;
use crate::clock::show_duration;
use crate::envelope::exit;
use crate::ops::Epic;
use crate::ops::Instructions;
use crate::ops::session_status;
use std::fmt::Write as _;
use std::time::Duration;

pub fn execute(face: &Face, epic: &Epic) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = session_status::session_status(&project, &face.caller, epic)?;
    let mut text = match (&reply.session_key, reply.status) {
        (Some(key), Some(status)) => format!("session {key} {status}"),
        (_, _) => format!("no sessions of {} yet", reply.epic),
    };
    if let Some(reason) = &reply.reason {
        let _ = write!(text, " ({reason})");
    }
    let _ = writeln!(text, "\nrun {} {} ({})", reply.run_id, reply.run_status, reply.workflow);
    let _ = writeln!(text, "{}", money(&reply));
    let checkpoints = match reply.checkpoints {
        0 => "no checkpoints".to_owned(),
        1 => "1 checkpoint".to_owned(),
        count => format!("{count} checkpoints"),
    };
    let _ = writeln!(text, "{}; {checkpoints}", time(&reply));
    let rows: Vec<Vec<String>> = reply
        .sessions
        .iter()
        .map(|sitting| {
            vec![
                sitting.session.to_string(),
                sitting.status.to_string(),
                sitting.started_at.to_string(),
                shown(sitting.duration_s),
                sitting.cost_usd.map_or_else(|| "unknown".to_owned(), |it| Measure::Usd.show(it)),
                sitting.by.clone(),
            ]
        })
        .collect();
    text = folded(&text);
    text.push_str(&table(&rows));
    face.answer(&reply, &Instructions::default(), &text);
    Ok(exit::DONE)
}

fn time(reply: &session_status::Reply) -> String {
    let mut text =
        format!("time: {} worked, {} waited", shown(reply.active_s), shown(reply.waiting_s));
    if let (Some(estimate), Some(variance)) = (reply.estimate_s, reply.variance_s) {
        let word = if variance > 0 { "over" } else { "under" };
        let by = shown(variance.unsigned_abs());
        let _ = write!(text, ", {by} {word} the estimate of {}", shown(estimate));
    }
    text
}

fn money(reply: &session_status::Reply) -> String {
    let usd = |usd| Measure::Usd.show(usd);
    let own = reply.cost_usd.map_or_else(|| "unknown".to_owned(), usd);
    let (cost, parts) = if reply.parts_usd > 0.0 {
        let parts = usd(reply.parts_usd);
        let total = usd(reply.cost_usd.unwrap_or_default() + reply.parts_usd);
        (total, format!(" ({own} here, {parts} in child runs)"))
    } else {
        (own, String::new())
    };
    match (reply.budget_usd, reply.remaining_usd) {
        (Some(budget), Some(left)) => {
            format!("cost: {cost} of {budget:.2} USD{parts}, {left:.2} USD left")
        }
        (_, _) => format!("cost: {cost}{parts}, no budget"),
    }
}

fn shown(seconds: u64) -> String {
    show_duration(Duration::from_secs(seconds))
}
