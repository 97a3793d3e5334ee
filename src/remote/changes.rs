//! What can be changed. Where a run goes on then, a worker drives it: nobody waits for that here.

use super::Effect;
use super::JsonReply;
use super::Operation;
use super::request;
use crate::ops::Caller;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::ops::ack;
use crate::ops::back;
use crate::ops::cancel;
use crate::ops::checkpoint_create;
use crate::ops::convoy_add;
use crate::ops::convoy_cancel;
use crate::ops::convoy_start;
use crate::ops::done;
use crate::ops::escalate;
use crate::ops::forward;
use crate::ops::gate_check;
use crate::ops::gate_estimate;
use crate::ops::gate_fail;
use crate::ops::gate_finish;
use crate::ops::gate_start;
use crate::ops::invocation_record;
use crate::ops::note;
use crate::ops::phase_set;
use crate::ops::record_rebuild;
use crate::ops::restart;
use crate::ops::run_cancel;
use crate::ops::run_complete;
use crate::ops::run_detach;
use crate::ops::run_pause;
use crate::ops::run_resume;
use crate::ops::run_start;
use crate::ops::session_complete;
use crate::ops::session_pause;
use crate::ops::session_start;
use crate::ops::spawn;
use crate::ops::use_run;
use serde_json::Value as Json;

type Carry = fn(&Project, &Caller, &Json) -> Result<JsonReply, Error>;

const fn changes(name: &'static str, about: &'static str, call: Carry) -> Operation {
    Operation { name, about, effect: Effect::Changes, call }
}

const fn ends(name: &'static str, about: &'static str, call: Carry) -> Operation {
    Operation { name, about, effect: Effect::Ends, call }
}

/// The operations that change something.
pub const OPERATIONS: &[Operation] = &[
    changes(
        "ack",
        "Acknowledge the messages that were forwarded to a run.",
        |project, caller, json| JsonReply::of(&ack::ack(project, caller, &request(json)?)?),
    ),
    changes("back", "Switch back to the previous run of this session.", |project, caller, json| {
        let _: crate::ops::Nothing = request(json)?;
        JsonReply::of(&back::back(project, caller)?)
    }),
    ends(
        "cancel",
        "Cancel a run that a worker drives, and remove its worktree.",
        |project, caller, json| {
            JsonReply::of(&cancel::cancel(project, caller, &request(json)?, &mut |_| ())?)
        },
    ),
    changes(
        "checkpoint_create",
        "Seal a checkpoint of a run and its files.",
        |project, caller, json| {
            JsonReply::of(&checkpoint_create::checkpoint_create(project, caller, &request(json)?)?)
        },
    ),
    changes("convoy_add", "Add keys to a convoy.", |project, caller, json| {
        JsonReply::of(&convoy_add::convoy_add(project, caller, &request(json)?)?)
    }),
    ends("convoy_cancel", "Cancel a convoy.", |project, caller, json| {
        JsonReply::of(&convoy_cancel::convoy_cancel(project, caller, &request(json)?, &mut |_| ())?)
    }),
    changes(
        "convoy_start",
        "Have workers run a workflow for each key.",
        |project, caller, json| {
            JsonReply::of(&convoy_start::convoy_start(project, caller, &request(json)?)?)
        },
    ),
    changes("done", "Finish the current gate, unless something is missing.", done),
    changes(
        "escalate",
        "Ask a person a question, and end the attempt.",
        |project, caller, json| {
            JsonReply::of(&escalate::escalate(project, caller, &request(json)?)?)
        },
    ),
    changes("forward", "Send a message to the agents of a run.", |project, caller, json| {
        JsonReply::of(&forward::forward(project, caller, &request(json)?)?)
    }),
    changes(
        "gate_check",
        "Judge the outputs of a gate; nothing is recorded.",
        |project, caller, json| {
            let request: gate_check::Request = request(json)?;
            let reply = gate_check::gate_check(project, caller, &request)?;
            let next = Instructions::of_run(project, caller, &request.gate.run);
            JsonReply::then(reply.passed, &reply, next)
        },
    ),
    changes("gate_estimate", "Estimate how long a gate takes.", |project, caller, json| {
        JsonReply::of(&gate_estimate::gate_estimate(project, caller, &request(json)?)?)
    }),
    changes("gate_fail", "End an attempt as failed, with the reason.", gate_fail),
    changes(
        "gate_finish",
        "Have the outputs of a gate judged and recorded.",
        |project, caller, json| {
            let mut request: gate_finish::Request = request(json)?;
            request.drive.detach = true;
            JsonReply::gate(project, caller, &gate_finish::gate_finish(project, caller, &request)?)
        },
    ),
    changes("gate_start", "Begin an attempt of a gate.", |project, caller, json| {
        JsonReply::gate(project, caller, &gate_start::gate_start(project, caller, &request(json)?)?)
    }),
    changes(
        "invocation_record",
        "Record what a call of an agent cost.",
        |project, caller, json| {
            JsonReply::of(&invocation_record::invocation_record(project, caller, &request(json)?)?)
        },
    ),
    changes(
        "note",
        "Record an update, a note, completed work or a decision.",
        |project, caller, json| {
            let request: note::Request = request(json)?;
            let reply = note::note(project, caller, &request)?;
            JsonReply::then(true, &reply, Instructions::of_run(project, caller, &request.gate.run))
        },
    ),
    changes("phase_set", "Set the phase of a run.", |project, caller, json| {
        JsonReply::of(&phase_set::phase_set(project, caller, &request(json)?)?)
    }),
    changes(
        "record_rebuild",
        "Rebuild the record of a run from its journal.",
        |project, caller, json| {
            JsonReply::of(&record_rebuild::record_rebuild(project, caller, &request(json)?)?)
        },
    ),
    changes("restart", "Have a worker resume a run.", |project, caller, json| {
        JsonReply::of(&restart::restart(project, caller, &request(json)?)?)
    }),
    ends("run_cancel", "Cancel a run.", |project, caller, json| {
        let standing = run_cancel::run_cancel(project, caller, &request(json)?, &mut |_| ())?;
        JsonReply::standing(project, caller, &standing)
    }),
    ends("run_complete", "End a run that is taken through by hand.", |project, caller, json| {
        let standing = run_complete::run_complete(project, caller, &request(json)?)?;
        JsonReply::standing(project, caller, &standing)
    }),
    changes("run_detach", "Begin a run, and have a worker drive it.", |project, caller, json| {
        JsonReply::of(&run_detach::run_detach(project, caller, &request(json)?)?)
    }),
    changes("run_pause", "Pause a run.", |project, caller, json| {
        let standing = run_pause::run_pause(project, caller, &request(json)?, &mut |_| ())?;
        JsonReply::standing(project, caller, &standing)
    }),
    changes("run_resume", "Resume a run; a worker drives it.", |project, caller, json| {
        let mut request: run_resume::Request = request(json)?;
        request.drive.detach = true;
        let standing = run_resume::run_resume(project, caller, &request, &mut |_| ())?;
        JsonReply::standing(project, caller, &standing)
    }),
    changes("run_start", "Begin a run that is taken through by hand.", |project, caller, json| {
        let standing = run_start::run_start(project, caller, &request(json)?)?;
        JsonReply::standing(project, caller, &standing)
    }),
    ends("session_complete", "End the session of a key, and its run.", session_complete),
    changes("session_pause", "Pause the session of a key.", |project, caller, json| {
        let standing = session_pause::session_pause(project, caller, &request(json)?)?;
        JsonReply::standing(project, caller, &standing)
    }),
    changes("session_start", "Start or resume the session of a key.", |project, caller, json| {
        let request = request(json)?;
        JsonReply::of(&session_start::session_start(project, caller, &request, &mut |_| ())?)
    }),
    changes("spawn", "Have workers drive a run for each key.", |project, caller, json| {
        JsonReply::of(&spawn::spawn(project, caller, &request(json)?)?)
    }),
    changes("use_run", "Select the current run of this session.", |project, caller, json| {
        JsonReply::of(&use_run::use_run(project, caller, &request(json)?)?)
    }),
];

fn done(project: &Project, caller: &Caller, json: &Json) -> Result<JsonReply, Error> {
    let mut request: done::Request = request(json)?;
    request.finish.drive.detach = true;
    let next = |run: &crate::id::RunId| {
        Instructions::of_run(project, caller, &RunChoice { run: Some(run.to_string()) })
    };
    match done::done(project, caller, &request)? {
        done::Reply::Done(reply) => JsonReply::gate(project, caller, &reply),
        done::Reply::HandedOver(said) => JsonReply::then(true, &said, next(&said.run_id)),
        done::Reply::Missing(missing) => JsonReply::then(false, &missing, next(&missing.run_id)),
    }
}

fn gate_fail(project: &Project, caller: &Caller, json: &Json) -> Result<JsonReply, Error> {
    let mut request: gate_fail::Request = request(json)?;
    request.drive.detach = true;
    match gate_fail::gate_fail(project, caller, &request)? {
        // The failure was asked for, and recorded.
        gate_fail::Reply::Failed(reply) => {
            Ok(JsonReply { success: true, ..JsonReply::gate(project, caller, &reply)? })
        }
        gate_fail::Reply::HandedOver(said) => {
            let choice = RunChoice { run: Some(said.run_id.to_string()) };
            JsonReply::then(true, &said, Instructions::of_run(project, caller, &choice))
        }
    }
}

fn session_complete(project: &Project, caller: &Caller, json: &Json) -> Result<JsonReply, Error> {
    // Whoever asks proves no person: what only one may do is refused.
    match session_complete::session_complete(project, caller, &request(json)?, None)? {
        session_complete::Reply::Complete(standing) => {
            JsonReply::standing(project, caller, &standing)
        }
        session_complete::Reply::Missing(missing) => {
            JsonReply::then(false, &missing, Instructions::default())
        }
    }
}
