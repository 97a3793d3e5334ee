//! What the commands share that drive a run: the menu at gates that wait, answers
//! from a file, reports for CI, and the last words.

use super::answer::Face;
use super::ci;
use super::ci::CiArguments;
use super::ci::Reports;
use super::menu;
use super::menu::Left;
use super::menu::Pause;
use super::progress;
use super::progress::Progress;
use super::status_word;
use super::table::folded;
use super::terminal;
use crate::caller::asker;
use crate::envelope::exit;
use crate::event::PauseCause;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::ops;
use crate::ops::Error;
use crate::ops::GateChoice;
use crate::ops::GateReply;
use crate::ops::Instructions;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::ops::Standing;
use crate::ops::State;
use crate::ops::Suggestion;
use crate::ops::Waiting;
use crate::ops::brief;
use crate::ops::gate_finish;
use crate::ops::next;
use crate::ops::run::DriveRequest;
use crate::ops::run_amend;
use crate::ops::run_pause;
use crate::ops::take_over;
use crate::workflow::input;
use serde::Serialize;
use serde_json::Value as Json;
use std::fmt::Write as _;

/// A drive's reply, with the packet of the gate that waits first.
#[derive(Debug, Serialize)]
struct Reply<'o> {
    #[serde(flatten)]
    standing: &'o Standing,
    packet: Option<String>,
    /// What whoever took the run up was told first.
    #[serde(skip_serializing_if = "Option::is_none")]
    brief: Option<&'o brief::Reply>,
}

/// Goes on from where a drive stopped as far as somebody here can say what to do.
pub fn go_on(
    face: &Face,
    project: &Project,
    (mut standing, brief): (Standing, Option<&brief::Reply>),
    (drive, ci, reports): (&DriveRequest, &CiArguments, &Reports),
) -> Result<u8, Error> {
    let mut answers = ci::read_answers(ci.answers.as_deref())?;
    let mut passed_over = 0;
    let mut interrupted = false;
    loop {
        let answered = standing.waiting.iter().find_map(|waiting| {
            let given = answers.remove(waiting.gate.as_str())?;
            (waiting.waits_for == WaitsFor::Person).then(|| (waiting.clone(), given))
        });
        if let Some((waiting, given)) = answered {
            let request = gate_finish::Request {
                gate: GateChoice {
                    run: RunChoice { run: Some(standing.run_id.to_string()) },
                    gate: Some(waiting.gate.to_string()),
                },
                answers: given.iter().flat_map(|(name, value)| pairs(name, value)).collect(),
                drive: drive.clone(),
            };
            let progress = Progress::of(face, project, &request.gate.run);
            let reply = gate_finish::gate_finish(project, &face.caller, &request)?;
            drop(progress);
            progress::differs(face, project, &reply.run_id, &reply.differs);
            standing = reply.run;
            continue;
        }
        let askable: Vec<&Waiting> = standing
            .waiting
            .iter()
            .filter(|waiting| {
                standing.status == RunStatus::Waiting && can_ask(face, project, waiting)
            })
            .collect();
        let Some(waiting) = askable.get(passed_over % askable.len().max(1)) else { break };
        match menu::at_gate(face, project, &standing, waiting, drive)? {
            Left::Changed(next) => standing = *next,
            Left::Other => passed_over += 1,
            Left::Paused(how) => {
                interrupted = how == Pause::Interrupted;
                standing = pause(face, project, standing, how)?;
                break;
            }
        }
    }
    interrupted |= standing.pause == Some(PauseCause::Signal);
    let standing = take_over::after_stop(project, &face.caller, standing)?;
    reports.write(face, project, &standing.run_id)?;
    closing_words(face, project, &standing, brief);
    Ok(if interrupted { exit::INTERRUPTED } else { exit::of_standing(&standing) })
}

/// An answer of a file as it is typed; an empty item more, which is none, keeps a list's only one
/// from being split.
fn pairs(name: &str, value: &Json) -> Vec<String> {
    let pair = |value: &Json| format!("{name}={}", input::as_text(value));
    match value.as_array() {
        Some(items) => items.iter().chain([&Json::Null]).map(pair).collect(),
        None => vec![pair(value)],
    }
}

/// Pauses the run, unless somebody else has gone on with it while the menu was open.
fn pause(
    face: &Face,
    project: &Project,
    standing: Standing,
    how: Pause,
) -> Result<Standing, Error> {
    let run = RunChoice { run: Some(standing.run_id.to_string()) };
    let (cause, reason) = match how {
        Pause::Chosen => (PauseCause::Person, "paused by a person"),
        Pause::Interrupted => (PauseCause::Signal, "interrupted"),
    };
    let request = run_pause::Request {
        run: run.clone(),
        reason: reason.to_owned(),
        cause,
        ..run_pause::Request::default()
    };
    match run_pause::pause_where_free(project, &face.caller, &request) {
        Err(Error::Held { .. }) => Ok(Standing {
            problems: standing.problems,
            ..next::next(project, &face.caller, &run)?.run
        }),
        paused => paused,
    }
}

/// Whether somebody is here who can be asked about this gate: neither an agent nor what a run has
/// started is asked for an approval.
fn can_ask(face: &Face, project: &Project, waiting: &Waiting) -> bool {
    let is_refused = waiting.waits_for == WaitsFor::Approval
        && asker::refuse_agents(project, &face.caller).is_err();
    let is_for_nobody = matches!(waiting.waits_for, WaitsFor::ChildRun | WaitsFor::Answer);
    face.can_ask() && !project.stop.is_raised() && !is_refused && !is_for_nobody
}

/// Prints where a run stands at the end of a drive.
pub fn last_words(face: &Face, project: &Project, standing: &Standing) {
    closing_words(face, project, standing, None);
}

fn closing_words(
    face: &Face,
    project: &Project,
    standing: &Standing,
    brief: Option<&brief::Reply>,
) {
    let mut standing = standing.clone();
    run_amend::tell(project, &mut standing);
    let standing = &standing;
    let mut instructions =
        Instructions::of(standing, ops::at_hand_after(project, &face.caller, standing));
    let has_waiting = standing.status == RunStatus::Waiting && !standing.waiting.is_empty();
    if face.can_ask() && has_waiting {
        instructions.suggest(&Suggestion::new("run resume").of(&standing.run_id));
    }
    let packet = packet(face, project, standing);
    let mut text = summary(face, standing);
    if let Some(packet) = packet.as_ref().filter(|_| !face.can_ask()) {
        let _ = write!(text, "\n{packet}");
    }
    warn(face, project, standing);
    let reply = Reply { standing, packet, brief };
    match standing.status {
        RunStatus::Failed => face.answer_failure(&reply, &instructions, &text),
        RunStatus::Running
        | RunStatus::Waiting
        | RunStatus::Paused
        | RunStatus::Passed
        | RunStatus::Canceled => face.answer(&reply, &instructions, &text),
    }
}

/// Prints what became of one gate, and of the run after it; the exit code is the gate's verdict.
pub fn gate_words(face: &Face, project: &Project, reply: &GateReply) -> u8 {
    let at_hand = ops::at_hand_after(project, &face.caller, &reply.run);
    let instructions = Instructions::of(&reply.run, at_hand);
    let mut text = format!("gate {} {}\n", reply.gate, status_word::of_gate(face, reply.status));
    // On a terminal they have just been shown.
    for finding in reply.findings.iter().filter(|_| !terminal::shows_both()) {
        let _ = writeln!(text, "  {finding}");
    }
    text.push_str(&summary(face, &reply.run));
    let packet = reply.packet.as_ref().and_then(|_| packet(face, project, &reply.run));
    if let Some(packet) = packet {
        let _ = write!(text, "\n{packet}");
    }
    progress::differs(face, project, &reply.run_id, &reply.differs);
    warn(face, project, &reply.run);
    if reply.passed {
        face.answer(reply, &instructions, &text);
        exit::DONE
    } else {
        face.answer_failure(reply, &instructions, &text);
        exit::FAILED
    }
}

fn packet(face: &Face, project: &Project, standing: &Standing) -> Option<String> {
    // For an approval the outputs are to be read, not what was asked of their producer.
    let first = standing.waiting.first()?;
    let works = matches!(first.waits_for, WaitsFor::Person | WaitsFor::Agent);
    let is_open = matches!(standing.status, RunStatus::Running | RunStatus::Waiting);
    let path = first.packet.as_ref().filter(|_| works && is_open)?;
    let root = crate::files::Beneath::new(project.folder.root());
    let bytes = root.join(path).read().ok()??;
    let text = String::from_utf8(bytes).ok()?;
    Some(if face.global.json { text } else { crate::check::plain_text(&text) })
}

fn summary(face: &Face, standing: &Standing) -> String {
    let reason = standing.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let status = status_word::of_run(face, State::Recorded(standing.status));
    folded(&format!("run {} {status}{reason}\nhead {}\n", standing.run_id, standing.head))
}

pub fn warn(face: &Face, project: &Project, standing: &Standing) {
    let again = |command| {
        let at_hand = ops::at_hand(project, &face.caller);
        Suggestion::new(command).of(&standing.run_id).line(&at_hand)
    };
    if let Some(reason) = &project.uncommitted {
        let words = "the record is on disk but not committed";
        face.say(&format!("note: {reason}; {words}"));
    }
    if let Some(reason) = &standing.unsigned {
        face.say(&format!("warning: the end of the run is not signed: {reason}"));
        face.say(&format!("help: after fixing that, sign it with: {}", again("record rebuild")));
    }
    for problem in &standing.problems {
        face.say(&format!("warning: the record is not on its branch: {problem}"));
    }
    if !standing.problems.is_empty() {
        face.say(&format!("help: after fixing that, commit it with: {}", again("run resume")));
    }
}
