//! `orch status`: one line for each gate; with `--watch`, as often as something changes.

use super::Failure;
use crate::cli::answer;
use crate::cli::answer::Face;
use crate::cli::progress;
use crate::cli::screen::Screen;
use crate::cli::table::folded;
use crate::cli::table::table;
use crate::envelope::exit;
use crate::event::WaitsFor;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::ops::run_amend;
use crate::ops::status;
use crate::ops::watch;
use crate::ops::watch::Change;
use crate::run::GateStatus;
use std::fmt::Write as _;
use std::time::Duration;

/// How often it is looked whether another process has written something.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What `orch status` takes on the command line.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    run: RunChoice,
    /// Keep showing the status until the run ends.
    #[arg(short, long)]
    watch: bool,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    if arguments.watch && face.global.json {
        return Err(Error::usage("`--watch` cannot be combined with `--json`").into());
    }
    let project = face.global.open(false)?;
    if arguments.watch {
        watch(face, &project, &arguments.run)?;
        return Ok(exit::DONE);
    }
    let reply = status::status(&project, &face.caller, &arguments.run)?;
    face.answer(&reply, &Instructions::default(), &text(&reply));
    let has_failed = reply.gates.iter().any(|line| line.status == GateStatus::Fail);
    if has_failed && !reply.status.is_final() {
        let pending = run_amend::pending(&project, &reply.run_id);
        progress::differs(face, &project, &reply.run_id, &pending);
    }
    Ok(exit::DONE)
}

/// On a terminal the status is drawn over itself; elsewhere each change is a line.
fn watch(face: &Face, project: &Project, choice: &RunChoice) -> Result<(), Error> {
    let mut watch = watch::watch(project, &face.caller, choice)?;
    let choice = RunChoice { run: Some(watch.run_id().to_string()) };
    let now = || status::status(project, &face.caller, &choice).map(|reply| text(&reply));
    let screen = Screen::of(face);
    screen.show(&now()?);
    while !watch.is_over() {
        watch.wait(LOOK_EVERY);
        let changes = watch.news()?;
        let is_resized = screen.is_resized();
        match screen.is_drawn() {
            true if changes.is_empty() && !is_resized => {}
            true => screen.show(&now()?),
            false => changes.iter().for_each(|change| screen.show(&line(change))),
        }
    }
    screen.end(&now()?);
    Ok(())
}

/// A change on one line.
fn line(change: &Change) -> String {
    let what = change.gate.as_ref().map_or_else(|| "run".to_owned(), |gate| format!("gate {gate}"));
    let attempt = change.attempt.map(|number| format!(", attempt {number}")).unwrap_or_default();
    let reason = change.reason.as_ref().map(|reason| format!(" ({})", answer::one_line(reason)));
    format!("{} {what} {}{attempt}{}\n", change.at, change.status, reason.unwrap_or_default())
}

fn text(reply: &status::Reply) -> String {
    let reason = reply.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let mut text = format!(
        "{} {} {}{reason}\n{} {}\n",
        reply.run_id, reply.key, reply.status, "workflow", reply.workflow
    );
    for spending in &reply.spending {
        let mark = if spending.is_near { "  near the limit" } else { "" };
        let _ = writeln!(text, "{}{mark}", spending.words);
    }
    text = folded(&text);
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
            let cut = line
                .reason
                .as_ref()
                .filter(|_| matches!(line.waits_for, Some(WaitsFor::Decision | WaitsFor::Answer)));
            let cut = cut.map(|reason| format!(": {reason}")).unwrap_or_default();
            let waits = waits.map(|waits| waits + &cut);
            let remark = waits.or_else(|| line.reason.clone()).or(newer).unwrap_or_default();
            let name = line.own_name().unwrap_or_default().to_owned();
            vec![
                line.gate.to_string(),
                line.status.to_string(),
                name,
                attempts,
                remark.replace('\n', " "),
            ]
        })
        .collect();
    text.push_str(&table(&rows));
    text
}
