//! `orch list`: the runs that workers drive, one line each, and what each needs.

use super::Failure;
use crate::budget::Measure;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::cli::screen::Screen;
use crate::cli::table::table;
use crate::clock::Moment;
use crate::clock::show_duration;
use crate::event::WaitsFor;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::OPEN_WORDS;
use crate::ops::Suggestion;
use crate::ops::list;
use crate::ops::pooled::Health;
use crate::ops::pooled::PooledRun;
use std::time::Duration;

/// What stands in each column.
const HEADINGS: [&str; 7] = ["KEY", "STATE", "PHASE", "GATE", "WORKFLOW", "HEARD", "COST"];

/// What can be typed after `orch list`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    request: list::Request,
    /// Keep showing the list until Ctrl-C.
    #[arg(short, long)]
    watch: bool,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    if arguments.watch && face.global.json {
        return Err(Error::usage("`--watch` cannot be combined with `--json`").into());
    }
    let project = face.global.open(arguments.watch)?;
    let shown = |runs: &[PooledRun]| table(&rows(runs, project.clock.now()));
    if arguments.watch {
        Screen::of(face)
            .watch(&project.stop, || Ok(shown(&list::list(&project, &arguments.request)?)))?;
        return Ok(exit::DONE);
    }
    let runs = list::list(&project, &arguments.request)?;
    if runs.is_empty() {
        face.say("no runs");
    }
    face.answer(&runs, &instructions(&runs), &shown(&runs));
    Ok(exit::DONE)
}

pub fn rows(runs: &[PooledRun], now: Moment) -> Vec<Vec<String>> {
    let headings = HEADINGS.map(str::to_owned).to_vec();
    let line = |run: &PooledRun| {
        let heard =
            run.heard_at.map(|at| show_duration(Duration::from_secs(now.since(at).as_secs())));
        vec![
            run.key.clone(),
            state(run),
            run.phase.to_string(),
            run.gate.as_ref().map(ToString::to_string).unwrap_or_default(),
            run.workflow.clone(),
            heard.map(|heard| format!("{heard} ago")).unwrap_or_default(),
            run.cost_usd.map(|usd| Measure::Usd.show(usd)).unwrap_or_default(),
        ]
    };
    let rows = Some(headings).filter(|_| !runs.is_empty()).into_iter();
    rows.chain(runs.iter().map(line)).collect()
}

/// How a run fares, in a word or two.
pub fn state(run: &PooledRun) -> String {
    match (run.health, run.status) {
        (_, Some(status)) if run.is_deleted => format!("{status}, deleted"),
        (Health::Resting, Some(status)) if run.is_folder_gone && !status.is_end() => {
            format!("{status}, worktree gone")
        }
        (Health::Resting, Some(status)) => status.to_string(),
        (Health::Waiting, _) => run.reason.clone().unwrap_or_default(),
        (health, _) => health.as_str().to_owned(),
    }
}

/// What each run needs of a person.
pub fn instructions(runs: &[PooledRun]) -> Instructions {
    let mut instructions = Instructions::default();
    for run in runs {
        if let Some(question) = &run.question {
            instructions.say(format!("{} asks: {}", run.key, question.in_words()));
            instructions.suggest(&Suggestion::new("forward").word(&run.key).word(OPEN_WORDS));
        } else if run.waits_for == Some(WaitsFor::Approval) {
            instructions.say(format!("{} waits for approval.", run.key));
            instructions.suggest(&Suggestion::new("approve").of_key(&run.run_id, &run.key));
        } else if let (Health::Stuck, Some(reason)) = (run.health, &run.reason) {
            instructions.say(format!("{} is stuck: {reason}", run.key));
            instructions.suggest(&Suggestion::new("restart").word(&run.key));
        }
    }
    instructions
}
