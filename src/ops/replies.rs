//! What the operations answer, by name: the shapes of `data` in the JSON output.

use super::GateReply;
use super::Instructions;
use super::brief;
use super::checkpoint_create;
use super::checkpoint_diff;
use super::checkpoint_list;
use super::checkpoint_restore;
use super::checkpoint_show;
use super::contract_test;
use super::cost;
use super::doctor;
use super::done;
use super::explain;
use super::export;
use super::gate_check;
use super::gate_estimate;
use super::gate_fail;
use super::gate_hook;
use super::init;
use super::log;
use super::next;
use super::note;
use super::notify_test;
use super::open;
use super::record_fetch;
use super::record_push;
use super::record_rebuild;
use super::rehearse;
use super::report;
use super::run_amend;
use super::run_list;
use super::run_show;
use super::session_complete;
use super::session_list;
use super::session_start;
use super::session_status;
use super::status;
use super::use_run;
use super::verify;
use super::workflow_audit;
use super::workflow_list;
use super::workflow_new;
use super::workflow_show;
use crate::document;
use crate::event::Invocation;
use crate::standing::Standing;
use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

/// A reply: the operation it belongs to, and what it contains.
#[derive(Debug, Clone, Copy)]
pub struct ReplyKind {
    /// The name of the operation, of its module and of its function.
    pub operation: &'static str,
    /// Its JSON Schema; what several replies share is left with the generator.
    schema: fn(&mut SchemaGenerator) -> Schema,
}

const fn reply<R: JsonSchema>(operation: &'static str) -> ReplyKind {
    ReplyKind { operation, schema: R::json_schema }
}

/// The JSON Schema of the JSON output: the object around it, and in `$defs` the shape of `data` by
/// the name of each operation, as in `#/$defs/run_show`.
pub fn reply_schema() -> Json {
    let mut generator = document::generator_of_written();
    let mut schemas: Map<String, Json> = REPLIES
        .iter()
        .map(|kind| (kind.operation.to_owned(), (kind.schema)(&mut generator).to_value()))
        .collect();
    let instructions = Instructions::json_schema(&mut generator).to_value();
    schemas.extend(generator.take_definitions(true));
    let text_or_null = json!({ "type": ["string", "null"] });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Reply",
        "description": "What each command of orch prints as JSON.",
        "type": "object",
        "required": ["success", "data", "instructions"],
        "properties": {
            "success": { "description": "True for exit codes 0 and 3.", "type": "boolean" },
            "data": { "description": "The reply: see `$defs`. Null on an error." },
            "error": {
                "type": "object",
                "required": ["code", "message", "causes", "help", "place"],
                "properties": {
                    "code": text_or_null,
                    "message": { "type": "string" },
                    "causes": { "type": "array", "items": { "type": "string" } },
                    "help": text_or_null,
                    "place": {
                        "type": ["object", "null"],
                        "required": ["file", "line", "column"],
                        "properties": {
                            "file": { "type": "string" },
                            "line": { "type": "integer" },
                            "column": { "type": "integer" },
                        },
                    },
                    "others": {
                        "description": "What else is wrong, each like this error.",
                        "type": "array",
                        "items": { "$ref": "#/properties/error" },
                    },
                },
            },
            "instructions": instructions,
        },
        "$defs": schemas,
    })
}

/// Every operation with a reply of its own, in the order of their names.
pub const REPLIES: &[ReplyKind] = &[
    reply::<use_run::Reply>("back"),
    reply::<brief::Reply>("brief"),
    reply::<checkpoint_create::Reply>("checkpoint_create"),
    reply::<checkpoint_diff::Reply>("checkpoint_diff"),
    reply::<checkpoint_list::Reply>("checkpoint_list"),
    reply::<checkpoint_restore::Reply>("checkpoint_restore"),
    reply::<checkpoint_show::Reply>("checkpoint_show"),
    reply::<Vec<contract_test::Tried>>("contract_test"),
    reply::<cost::Reply>("cost"),
    reply::<Vec<doctor::Symptom>>("doctor"),
    reply::<done::Reply>("done"),
    reply::<explain::Reply>("explain"),
    reply::<export::Reply>("export"),
    reply::<GateReply>("gate_approve"),
    reply::<gate_check::Reply>("gate_check"),
    reply::<gate_estimate::Reply>("gate_estimate"),
    reply::<gate_fail::Reply>("gate_fail"),
    reply::<GateReply>("gate_finish"),
    reply::<Option<gate_hook::Reply>>("gate_hook"),
    reply::<GateReply>("gate_redo"),
    reply::<GateReply>("gate_reject"),
    reply::<GateReply>("gate_start"),
    reply::<GateReply>("gate_waive"),
    reply::<init::Reply>("init"),
    reply::<Invocation>("invocation_record"),
    reply::<log::Reply>("log"),
    reply::<next::Reply>("next"),
    reply::<note::Reply>("note"),
    reply::<Vec<notify_test::NotificationTest>>("notify_test"),
    reply::<open::Reply>("open"),
    reply::<record_fetch::Fetched>("record_fetch"),
    reply::<record_push::Pushed>("record_push"),
    reply::<record_rebuild::Rebuilt>("record_rebuild"),
    reply::<Vec<rehearse::RehearsalStep>>("rehearse"),
    reply::<report::Reply>("report"),
    reply::<Standing>("run"),
    reply::<run_amend::Reply>("run_amend"),
    reply::<Standing>("run_cancel"),
    reply::<Standing>("run_complete"),
    reply::<Vec<run_list::Listed>>("run_list"),
    reply::<Standing>("run_pause"),
    reply::<Standing>("run_resume"),
    reply::<run_show::Reply>("run_show"),
    reply::<Standing>("run_start"),
    reply::<session_complete::Reply>("session_complete"),
    reply::<session_list::Reply>("session_list"),
    reply::<Standing>("session_pause"),
    reply::<session_start::Reply>("session_start"),
    reply::<session_status::Reply>("session_status"),
    reply::<status::Reply>("status"),
    reply::<use_run::Reply>("use_run"),
    reply::<Vec<verify::Verified>>("verify"),
    reply::<workflow_audit::Reply>("workflow_audit"),
    reply::<String>("workflow_graph"),
    reply::<Vec<workflow_list::WorkflowEntry>>("workflow_list"),
    reply::<workflow_new::Reply>("workflow_new"),
    reply::<workflow_show::Reply>("workflow_show"),
];
