//! What can be read.

use super::Effect;
use super::JsonReply;
use super::Operation;
use super::request;
use crate::envelope::checked_json;
use crate::ops::Caller;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::Project;
use crate::ops::brief;
use crate::ops::checkpoint_diff;
use crate::ops::checkpoint_list;
use crate::ops::checkpoint_show;
use crate::ops::convoy_status;
use crate::ops::cost;
use crate::ops::explain;
use crate::ops::gate_form;
use crate::ops::get;
use crate::ops::list;
use crate::ops::log;
use crate::ops::logs;
use crate::ops::next;
use crate::ops::open;
use crate::ops::report;
use crate::ops::run_list;
use crate::ops::run_show;
use crate::ops::session_list;
use crate::ops::session_status;
use crate::ops::status;
use crate::ops::verify;
use crate::ops::witness;
use crate::ops::workflow_audit;
use crate::ops::workflow_check;
use crate::ops::workflow_graph;
use crate::ops::workflow_list;
use crate::ops::workflow_schema;
use crate::ops::workflow_show;
use serde_json::Value as Json;

const fn reads(
    name: &'static str,
    about: &'static str,
    call: fn(&Project, &Caller, &Json) -> Result<JsonReply, Error>,
) -> Operation {
    Operation { name, about, effect: Effect::Reads, call }
}

/// The operations that change nothing.
pub const OPERATIONS: &[Operation] = &[
    reads("brief", "Summarize a run for someone resuming it.", |project, caller, json| {
        JsonReply::of(&brief::brief(project, caller, &request(json)?)?)
    }),
    reads(
        "checkpoint_diff",
        "Compare a checkpoint with the files as they are.",
        |project, caller, json| {
            JsonReply::of(&checkpoint_diff::checkpoint_diff(project, caller, &request(json)?)?)
        },
    ),
    reads("checkpoint_list", "List the checkpoints of a run.", |project, caller, json| {
        JsonReply::of(&checkpoint_list::checkpoint_list(project, caller, &request(json)?)?)
    }),
    reads("checkpoint_show", "Show a checkpoint.", |project, caller, json| {
        JsonReply::of(&checkpoint_show::checkpoint_show(project, caller, &request(json)?)?)
    }),
    reads("convoy_status", "Show the runs of a convoy.", |project, _, json| {
        JsonReply::of(&convoy_status::convoy_status(project, &request(json)?)?)
    }),
    reads("cost", "Show cost, tokens and time.", |project, caller, json| {
        JsonReply::of(&cost::cost(project, caller, &request(json)?)?)
    }),
    reads("explain", "Explain a check, key, command, agent or error code.", |_, _, json| {
        JsonReply::of(&explain::explain(&request(json)?)?)
    }),
    reads("gate_form", "List the questions that a gate asks a person.", |project, caller, json| {
        JsonReply::of(&gate_form::gate_form(project, caller, &request(json)?)?)
    }),
    reads("get", "Show a run that a worker drives.", |project, _, json| {
        JsonReply::of(&get::get(project, &request(json)?)?)
    }),
    reads("list", "List the runs that workers drive.", |project, _, json| {
        JsonReply::of(&list::list(project, &request(json)?)?)
    }),
    reads("log", "List the completed work that was recorded.", |project, caller, json| {
        JsonReply::of(&log::log(project, caller, &request(json)?)?)
    }),
    reads("logs", "Show what the program of a gate printed.", |project, caller, json| {
        JsonReply::of(&logs::logs(project, caller, &request(json)?)?.news()?)
    }),
    reads("next", "Show what to do next in a run, with its packet.", |project, caller, json| {
        let reply = next::next(project, caller, &request(json)?)?;
        JsonReply::then(true, &reply, reply.instructions.clone())
    }),
    reads("open", "Show the packet and the outputs of a gate.", |project, caller, json| {
        JsonReply::of(&open::open(project, caller, &request(json)?)?)
    }),
    reads("report", "Report on a run in one document.", |project, caller, json| {
        JsonReply::of(&report::report(project, caller, &request(json)?)?)
    }),
    reads("run_list", "List runs.", |project, _, json| {
        JsonReply::of(&run_list::run_list(project, &request(json)?)?)
    }),
    reads("run_show", "Show the record of a run.", |project, caller, json| {
        JsonReply::of(&run_show::run_show(project, caller, &request(json)?)?)
    }),
    reads(
        "session_list",
        "List the checkpoints of the sessions of a key.",
        |project, caller, json| {
            JsonReply::of(&session_list::session_list(project, caller, &request(json)?)?)
        },
    ),
    reads("session_status", "Show the sessions of a key.", |project, caller, json| {
        JsonReply::of(&session_status::session_status(project, caller, &request(json)?)?)
    }),
    reads("status", "Show the status of a run, gate by gate.", |project, caller, json| {
        JsonReply::of(&status::status(project, caller, &request(json)?)?)
    }),
    reads("verify", "Verify records and artifacts, byte for byte.", |project, caller, json| {
        let verified = verify::verify(project, caller, &request(json)?)?;
        let success = verified.iter().all(|one| one.differences.is_empty());
        JsonReply::then(success, &verified, Instructions::default())
    }),
    reads("witness", "Check the health of the runs that workers drive.", |project, _, _| {
        JsonReply::of(&witness::witness(project)?)
    }),
    reads("workflow_audit", "Show what a workflow may do before it runs.", |project, _, json| {
        let reply = workflow_audit::workflow_audit(project, &request(json)?)?;
        JsonReply::then(!reply.failed, &reply, Instructions::default())
    }),
    reads("workflow_check", "Check workflows.", |project, _, json| {
        let checked = workflow_check::workflow_check(project, &request(json)?);
        let found: Vec<Json> = checked.iter().map(checked_json).collect();
        let success = checked.iter().all(|one| one.errors.is_empty());
        JsonReply::then(success, &found, Instructions::default())
    }),
    reads("workflow_graph", "Draw the gates of a workflow.", |project, _, json| {
        JsonReply::of(&workflow_graph::workflow_graph(project, &request(json)?)?)
    }),
    reads("workflow_list", "List the workflows that are available.", |project, _, _| {
        JsonReply::of(&workflow_list::workflow_list(project))
    }),
    reads("workflow_schema", "Show the JSON Schema of a kind of file.", |_, _, json| {
        JsonReply::of(&workflow_schema::workflow_schema(&request(json)?))
    }),
    reads("workflow_show", "Show a workflow, and which file it came from.", |project, _, json| {
        JsonReply::of(&workflow_show::workflow_show(project, &request(json)?)?)
    }),
];
