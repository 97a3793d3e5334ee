//! `orch update`, `note`, `log` and `decide`.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::menu;
use crate::cli::question;
use crate::cli::table::folded;
use crate::clock::show_duration;
use crate::envelope::exit;
use crate::event::NoteKind;
use crate::ops;
use crate::ops::Error;
use crate::ops::GateChoice;
use crate::ops::Instructions;
use crate::ops::OPEN;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::ops::Suggestion;
use crate::ops::gate_estimate;
use crate::ops::note;
use std::time::Duration;

pub fn execute(face: &Face, kind: NoteKind, request: note::Request) -> Result<u8, Failure> {
    let request = note::Request { kind, ..request };
    let project = face.global.open(false)?;
    let reply = note::note(&project, &face.caller, &request)?;
    let gate = reply.gate.as_ref().map(|gate| format!(", gate {gate}")).unwrap_or_default();
    let who =
        if reply.handed_over { "; the process that holds the run will record it" } else { "" };
    let text = format!("{kind} on {}{gate}{who}", reply.run_id);
    // Whoever says something is at work and knows what is next; a program finds it in the data.
    let mut instructions = if face.global.json {
        Instructions::of_run(&project, &face.caller, &request.gate.run)
    } else {
        Instructions::beside(ops::at_hand(&project, &face.caller))
    };
    if let Some(overrun) = &reply.overrun {
        ask_again(face, &project, (&reply, overrun), &mut instructions)?;
    }
    face.answer(&reply, &instructions, &folded(&text));
    Ok(exit::DONE)
}

/// An estimate that is overrun is no estimate any more: a person gives a new one at once, anybody
/// else is told how.
fn ask_again(
    face: &Face,
    project: &Project,
    (reply, overrun): (&note::Reply, &note::Overrun),
    instructions: &mut Instructions,
) -> Result<(), Error> {
    let shown = |seconds| show_duration(Duration::from_secs(seconds));
    let (gate, worked) = (&overrun.gate, shown(overrun.active_s));
    let words = format!(
        "gate {gate} was estimated at {}, but has taken {worked}",
        shown(overrun.estimate_s)
    );
    if !face.can_ask() || face.caller.agent_mark.is_some() {
        instructions.say(format!("{words}; set a new estimate."));
        let estimate = Suggestion::new("gate estimate").of(&reply.run_id).at(gate);
        instructions.suggest(&estimate.word(OPEN));
        return Ok(());
    }
    face.say(&words);
    let run = RunChoice { run: Some(reply.run_id.to_string()) };
    let mut look = menu::unless_stopped(face, project, &run, Some(gate))?;
    let ask = "new estimate, such as 3h (Enter to keep it)";
    let Some(estimate) = question::line(ask, &mut look)? else {
        return Ok(());
    };
    let gate = GateChoice {
        run: RunChoice { run: Some(reply.run_id.to_string()) },
        gate: Some(gate.to_string()),
    };
    gate_estimate::gate_estimate(
        project,
        &face.caller,
        &gate_estimate::Request { estimate, gate },
    )?;
    Ok(())
}
