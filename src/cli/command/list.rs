//! `orch list`: the runs that workers drive, one line each, and what each needs.

use super::Failure;
use crate::budget::Measure;
use crate::cli::answer::Face;
use crate::cli::answer::one_line;
use crate::cli::screen::Screen;
use crate::cli::table::table;
use crate::clock::Moment;
use crate::clock::show_duration;
use crate::envelope::exit;
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

/// What is said where there is nothing to list.
const NONE: &str = "no runs";

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
        let text = |runs: &[PooledRun]| match runs {
            [] => format!("{NONE}\n"),
            runs => shown(runs) + &advice(&instructions(runs)),
        };
        Screen::of(face)
            .watch(&project.stop, || Ok(text(&list::list(&project, &arguments.request)?)))?;
        return Ok(exit::DONE);
    }
    let runs = list::list(&project, &arguments.request)?;
    if runs.is_empty() {
        face.say("no worker drives a run; for all runs: orch run list");
    }
    face.answer(&runs, &instructions(&runs), &shown(&runs));
    Ok(exit::DONE)
}

/// What is needed, as a part of a text that is drawn over itself.
fn advice(instructions: &Instructions) -> String {
    let actions = instructions.next_actions.iter().map(|action| format!("  {action}\n"));
    let commands = instructions.suggested_commands.iter().map(|line| format!("  $ {line}\n"));
    let lines: String = actions.chain(commands).collect();
    if lines.is_empty() { lines } else { format!("\nnext:\n{lines}") }
}

pub fn rows(runs: &[PooledRun], now: Moment) -> Vec<Vec<String>> {
    let headings = HEADINGS.map(str::to_owned).to_vec();
    let line = |run: &PooledRun| {
        let heard = run.heard_at.map(|at| now.since(at).as_secs());
        vec![
            run.key.clone(),
            state(run),
            run.phase.to_string(),
            run.gate.as_ref().map(ToString::to_string).unwrap_or_default(),
            run.workflow.clone(),
            heard.map(ago).unwrap_or_default(),
            run.cost_usd.map(|usd| Measure::Usd.show(usd)).unwrap_or_default(),
        ]
    };
    let rows = Some(headings).filter(|_| !runs.is_empty()).into_iter();
    rows.chain(runs.iter().map(line)).collect()
}

/// How long ago something was, to a whole second.
fn ago(seconds: u64) -> String {
    match seconds {
        0 => "now".to_owned(),
        1..60 => format!("{seconds}s ago"),
        60.. => format!("{} ago", show_duration(Duration::from_secs(seconds))),
    }
}

/// How a run fares, in a word or two.
pub fn state(run: &PooledRun) -> String {
    let state = match (run.health, run.status) {
        (Health::Resting, Some(status)) => status.to_string(),
        (Health::Waiting, _) => run.reason.clone().unwrap_or_default(),
        (health, _) => health.as_str().to_owned(),
    };
    if run.lacks_folder() {
        format!("{state}, worktree gone")
    } else if run.is_deleted {
        format!("{state}, deleted")
    } else {
        state
    }
}

/// What each run needs of a person.
pub fn instructions(runs: &[PooledRun]) -> Instructions {
    let mut instructions = Instructions::default();
    for run in runs {
        let reason = run.reason.as_deref().map(one_line).unwrap_or_default();
        if run.lacks_folder() {
            advise_on_folder(&mut instructions, run);
        } else if let Some(question) = &run.question {
            instructions.say(format!("{} asks: {}", run.key, question.in_words()));
            instructions.suggest(&Suggestion::new("forward").word(&run.key).word(OPEN_WORDS));
        } else if run.waits_for == Some(WaitsFor::Approval) {
            instructions.say(format!("{} waits for approval.", run.key));
            instructions.suggest(&Suggestion::new("approve").of(&run.run_id));
        } else if run.waits_for == Some(WaitsFor::Decision) {
            instructions.say(format!(
                "{} was interrupted. Check what it left behind, then start its gate again or cancel it.",
                run.key
            ));
            instructions.suggest(&Suggestion::new("gate start").of(&run.run_id));
            instructions.suggest(&Suggestion::new("cancel").word(&run.key));
        } else if run.health == Health::Stuck {
            instructions.say(format!("{} is stuck: {reason}", run.key));
            instructions.suggest(&Suggestion::new("restart").word(&run.key));
        } else if run.has_failed() && run.health == Health::Resting {
            instructions.say(format!("{} failed: {reason}", run.key));
            instructions.suggest(&Suggestion::new("restart").word(&run.key));
        }
    }
    instructions
}

/// What to do about a worktree that somebody removed.
pub fn advise_on_folder(instructions: &mut Instructions, run: &PooledRun) {
    let folder = run.worktree.as_ref().map(|folder| folder.display().to_string());
    let folder = folder.unwrap_or_default();
    instructions.say(format!(
        "The worktree {folder} of {} is gone: make it again and restart the run, or cancel it.",
        run.key
    ));
    if let Some(call) = run.remakes_folder() {
        instructions.suggest_other(call.to_string());
    }
    instructions.suggest(&Suggestion::new("cancel").word(&run.key));
}
