//! What the operations take, by name: a face that is told what to do in JSON, such as a server,
//! offers them from this list and needs to know none of them.

use super::AttemptChoice;
use super::Epic;
use super::GateChoice;
use super::RunChoice;
use super::brief;
use super::cancel;
use super::checkpoint_create;
use super::checkpoint_diff;
use super::checkpoint_list;
use super::checkpoint_restore;
use super::checkpoint_show;
use super::clean;
use super::contract_test;
use super::convoy_add;
use super::convoy_cancel;
use super::convoy_start;
use super::convoy_status;
use super::cost;
use super::doctor;
use super::done;
use super::errand;
use super::escalate;
use super::explain;
use super::export;
use super::forward;
use super::gate_approve;
use super::gate_check;
use super::gate_estimate;
use super::gate_fail;
use super::gate_finish;
use super::gate_hook;
use super::gate_redo;
use super::gate_reject;
use super::gate_start;
use super::gate_waive;
use super::get;
use super::init;
use super::invocation_record;
use super::list;
use super::log;
use super::note;
use super::notify_send;
use super::phase_set;
use super::record_fetch;
use super::record_push;
use super::record_rebuild;
use super::rehearse;
use super::report;
use super::run;
use super::run_amend;
use super::run_cancel;
use super::run_complete;
use super::run_detach;
use super::run_list;
use super::run_pause;
use super::run_resume;
use super::run_show;
use super::run_start;
use super::session_complete;
use super::session_keep;
use super::session_pause;
use super::session_start;
use super::spawn;
use super::use_run;
use super::verify;
use super::worker;
use super::workflow_audit;
use super::workflow_check;
use super::workflow_graph;
use super::workflow_new;
use super::workflow_schema;
use super::workflow_show;
use crate::document::schema_of;
use crate::source::suggest;
use schemars::JsonSchema;
use schemars::Schema;
use serde::Deserialize;
use serde::Serialize;
use serde::de::Error;

/// What an operation takes that needs to be told nothing.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A request: the operation it belongs to, and what it may contain.
#[derive(Debug, Clone, Copy)]
pub struct RequestKind {
    /// The name of the operation, of its module and of its function.
    pub operation: &'static str,
    /// The JSON Schema of its request.
    pub schema: fn() -> Schema,
    /// Validates a request in JSON without carrying it out.
    pub check: fn(&serde_json::Value) -> Result<(), serde_json::Error>,
}

/// Reads a request from JSON. A key that it does not have is an error: serde alone ignores it where
/// a request has the fields of another one flattened into it.
pub fn read_request<R>(json: &serde_json::Value) -> Result<R, serde_json::Error>
where
    R: JsonSchema + for<'de> Deserialize<'de>,
{
    let schema = schema_of::<R>();
    let known = schema.get("properties").and_then(serde_json::Value::as_object);
    let known: Vec<&str> = known.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let Some(told) = json.as_object() else {
        return Err(serde_json::Error::custom("it is not a JSON object"));
    };
    if let Some(name) = told.keys().find(|name| !known.contains(&name.as_str())) {
        let help = suggest(name, known.iter().copied());
        return Err(serde_json::Error::custom(format!("unknown field `{name}`; {help}")));
    }
    serde_path_to_error::deserialize(json).map_err(|error| {
        let field = error.path().to_string();
        let error = error.into_inner();
        // Which one is missing is told by its name.
        if field == "." { error } else { serde_json::Error::custom(format!("`{field}`: {error}")) }
    })
}

/// The schema of a request, which takes the keys that it names and no others.
fn closed_schema<R: JsonSchema>() -> Schema {
    let mut schema = schema_of::<R>();
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}

const fn request<R: JsonSchema + for<'de> Deserialize<'de>>(
    operation: &'static str,
) -> RequestKind {
    RequestKind {
        operation,
        schema: closed_schema::<R>,
        check: |json| read_request::<R>(json).map(|_| ()),
    }
}

/// Every operation with its request, in the order of their names.
pub const REQUESTS: &[RequestKind] = &[
    request::<RunChoice>("ack"),
    request::<Nothing>("back"),
    request::<brief::Request>("brief"),
    request::<cancel::Request>("cancel"),
    request::<checkpoint_create::Request>("checkpoint_create"),
    request::<checkpoint_diff::Request>("checkpoint_diff"),
    request::<checkpoint_list::Request>("checkpoint_list"),
    request::<checkpoint_restore::Request>("checkpoint_restore"),
    request::<checkpoint_show::Request>("checkpoint_show"),
    request::<clean::Request>("clean"),
    request::<contract_test::Request>("contract_test"),
    request::<convoy_add::Request>("convoy_add"),
    request::<convoy_cancel::Request>("convoy_cancel"),
    request::<convoy_start::Request>("convoy_start"),
    request::<convoy_status::Request>("convoy_status"),
    request::<cost::Request>("cost"),
    request::<get::Request>("delete"),
    request::<doctor::Request>("doctor"),
    request::<done::Request>("done"),
    request::<errand::Request>("errand"),
    request::<escalate::Request>("escalate"),
    request::<explain::Request>("explain"),
    request::<export::Request>("export"),
    request::<RunChoice>("follow"),
    request::<forward::Request>("forward"),
    request::<gate_approve::Request>("gate_approve"),
    request::<gate_check::Request>("gate_check"),
    request::<gate_estimate::Request>("gate_estimate"),
    request::<gate_fail::Request>("gate_fail"),
    request::<gate_finish::Request>("gate_finish"),
    request::<GateChoice>("gate_form"),
    request::<gate_hook::Request>("gate_hook"),
    request::<gate_redo::Request>("gate_redo"),
    request::<gate_reject::Request>("gate_reject"),
    request::<gate_start::Request>("gate_start"),
    request::<gate_waive::Request>("gate_waive"),
    request::<get::Request>("get"),
    request::<init::Request>("init"),
    request::<invocation_record::Request>("invocation_record"),
    request::<list::Request>("list"),
    request::<log::Request>("log"),
    request::<AttemptChoice>("logs"),
    request::<RunChoice>("next"),
    request::<note::Request>("note"),
    request::<notify_send::Request>("notify_send"),
    request::<Nothing>("notify_test"),
    request::<AttemptChoice>("open"),
    request::<phase_set::Request>("phase_set"),
    request::<record_fetch::Request>("record_fetch"),
    request::<record_push::Request>("record_push"),
    request::<record_rebuild::Request>("record_rebuild"),
    request::<rehearse::Request>("rehearse"),
    request::<report::Request>("report"),
    request::<get::Request>("restart"),
    request::<run::Request>("run"),
    request::<run_amend::Request>("run_amend"),
    request::<run_cancel::Request>("run_cancel"),
    request::<run_complete::Request>("run_complete"),
    request::<run_detach::Request>("run_detach"),
    request::<run_list::Request>("run_list"),
    request::<run_pause::Request>("run_pause"),
    request::<run_resume::Request>("run_resume"),
    request::<run_show::Request>("run_show"),
    request::<run_start::Request>("run_start"),
    request::<session_complete::Request>("session_complete"),
    request::<session_keep::Request>("session_keep"),
    request::<Epic>("session_list"),
    request::<session_pause::Request>("session_pause"),
    request::<session_start::Request>("session_start"),
    request::<Epic>("session_status"),
    request::<spawn::Request>("spawn"),
    request::<RunChoice>("status"),
    request::<use_run::Request>("use_run"),
    request::<verify::Request>("verify"),
    request::<RunChoice>("watch"),
    request::<Nothing>("witness"),
    request::<worker::Request>("worker"),
    request::<workflow_audit::Request>("workflow_audit"),
    request::<workflow_check::Request>("workflow_check"),
    request::<workflow_graph::Request>("workflow_graph"),
    request::<Nothing>("workflow_list"),
    request::<workflow_new::Request>("workflow_new"),
    request::<workflow_schema::Request>("workflow_schema"),
    request::<workflow_show::Request>("workflow_show"),
];
