//! `orch witness`: whether the runs that workers drive are well.

use super::Failure;
use super::list;
use crate::cli::answer::Face;
use crate::cli::answer::one_line;
use crate::cli::screen::Screen;
use crate::cli::table::table;
use crate::envelope::exit;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::pooled::Health;
use crate::ops::witness;
use crate::ops::witness::Witnessed;

/// What can be typed after `orch witness`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Keep watching until Ctrl-C.
    #[arg(short, long)]
    watch: bool,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    if arguments.watch && face.global.json {
        return Err(Error::usage("`--watch` cannot be combined with `--json`").into());
    }
    let project = face.global.open(arguments.watch)?;
    if arguments.watch {
        Screen::of(face).watch(&project.stop, || Ok(text(&witness::witness(&project)?)))?;
        return Ok(exit::DONE);
    }
    let seen = witness::witness(&project)?;
    let mut instructions = Instructions::default();
    for run in &seen.unwell {
        if run.lacks_folder() {
            list::advise_on_folder(&mut instructions, run);
            continue;
        }
        match run.health {
            Health::Dead | Health::Orphaned => {
                instructions.suggest(&Suggestion::new("resume").flag("all"));
            }
            Health::Stuck | Health::Resting => {
                instructions.suggest(&Suggestion::new("restart").word(&run.key));
            }
            Health::Stalled => instructions.suggest(&Suggestion::new("logs").of(&run.run_id)),
            Health::Queued | Health::Waiting | Health::Working => {}
        }
    }
    face.answer(&seen, &instructions, &text(&seen));
    Ok(if seen.unwell.is_empty() { exit::DONE } else { exit::FAILED })
}

fn text(seen: &Witnessed) -> String {
    let counts: Vec<String> =
        seen.counts.iter().map(|(health, count)| format!("{count} {health}")).collect();
    let runs = if counts.is_empty() {
        "workers drive no unfinished run".to_owned()
    } else {
        counts.join(", ")
    };
    let worker = match seen.worker {
        Some(process) => format!("worker: process {process}"),
        None => "no worker".to_owned(),
    };
    let rows: Vec<Vec<String>> = seen
        .unwell
        .iter()
        .map(|run| {
            let reason = run.reason.as_deref().map(one_line).unwrap_or_default();
            vec![run.key.clone(), list::state(run), reason]
        })
        .collect();
    format!("{runs}; {worker}\n{}", table(&rows))
}
