//! Prompts that a person picks in their client: to take a gate, and to be brought up to date.

use super::Host;
use super::client::McpCaller;
use super::resources::packet;
use crate::event::WaitsFor;
use crate::ops::Caller;
use crate::ops::Error;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::ops::Waiting;
use crate::ops::brief;
use crate::ops::next;
use crate::remote;
use crate::secret;
use rmcp::ErrorData;
use rmcp::model::GetPromptResult;
use rmcp::model::JsonObject;
use rmcp::model::Prompt;
use rmcp::model::PromptArgument;
use rmcp::model::PromptMessage;
use rmcp::model::Role;

const TAKE_GATE: &str = "take_gate";
const BRIEF: &str = "brief";

/// The longest text of a prompt: what is asked may quote whole files.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// All prompts.
pub fn list() -> Vec<Prompt> {
    let argument = |name: &str, words: &str| {
        PromptArgument::new(name).with_description(words).with_required(false)
    };
    let run =
        || argument("run", "Run id, a unique part of it, or key; defaults to the current run");
    let gate = argument("gate", "Gate id; defaults to the gate that waits");
    vec![
        Prompt::new(
            TAKE_GATE,
            Some("Do the work of a gate and hand it in"),
            Some(vec![run(), gate]),
        )
        .with_title("Take a gate"),
        Prompt::new(
            BRIEF,
            Some("Summarize a run for the person or agent who resumes it"),
            Some(vec![run()]),
        )
        .with_title("Brief"),
    ]
}

/// The messages of a prompt.
pub fn get(
    host: &Host,
    client: &McpCaller,
    name: &str,
    arguments: &JsonObject,
    at_hand: Option<String>,
) -> Result<GetPromptResult, ErrorData> {
    let said = |name: &str| {
        let value = arguments.get(name).and_then(|value| value.as_str());
        value.map(str::to_owned).filter(|value| !value.is_empty())
    };
    let project = (host.open)().map_err(failed)?;
    let caller = client.at_session(host, &project, false);
    let run = said("run").or_else(|| at_hand.filter(|_| caller.run.is_none()));
    let run = RunChoice { run };
    let there = remote::at_home(&project, &caller, run.run.as_deref());
    let project = there.as_ref().unwrap_or(&project);
    let text = match name {
        TAKE_GATE => take_gate(project, &caller, run, said("gate")),
        BRIEF => {
            let format = brief::BriefFormat::Markdown;
            let request = brief::Request { run, format, ..brief::Request::default() };
            brief::brief(project, &caller, &request).map(|reply| reply.text)
        }
        _ => {
            let help = crate::source::suggest(name, [TAKE_GATE, BRIEF]);
            return Err(ErrorData::invalid_params(
                format!("unknown prompt `{name}`; {help}"),
                None,
            ));
        }
    };
    let mut text = secret::redact_known(&text.map_err(failed)?);
    if text.len() > TEXT_BYTES_MAX {
        text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
        text.push_str("\n\n(cut; read the rest as a resource)\n");
    }
    Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, text)]))
}

/// What is asked at a gate, and how its work is handed in by tools.
fn take_gate(
    project: &Project,
    caller: &Caller,
    run: RunChoice,
    gate: Option<String>,
) -> Result<String, Error> {
    let reply = next::next(project, caller, &run)?;
    let id = reply.run.run_id.to_string();
    let is_meant = |waiting: &&Waiting| match &gate {
        Some(gate) => waiting.gate.as_str() == gate,
        None => waiting.waits_for == WaitsFor::Agent,
    };
    let waiting = reply.run.waiting.iter().find(is_meant);
    let Some(waiting) = waiting.filter(|waiting| waiting.waits_for == WaitsFor::Agent) else {
        return Err(Error::usage(match (&gate, waiting) {
            (Some(gate), Some(waiting)) => {
                format!("gate {gate} waits for {}, not for an agent", waiting.waits_for)
            }
            (Some(gate), None) => format!("gate {gate} of run {id} does not wait for an agent"),
            (None, _) => format!("no gate of run {id} waits for an agent"),
        }));
    };
    let gate = waiting.gate.to_string();
    let packet = packet(project, caller, RunChoice { run: Some(id.clone()) }, &gate)?;
    Ok(format!(
        "Do the work of gate {gate} of run {id}. What is asked stands below. When it is done, call \
         `gate_check` with that run and gate, fix what it finds, then call `gate_finish`. If it cannot be \
         done, call `gate_fail` with the reason; if a person must decide something, call \
         `escalate`.\n\n{packet}"
    ))
}

fn failed(error: Error) -> ErrorData {
    let words = secret::redact_known(&error.to_string());
    if matches!(error, Error::Usage { .. } | Error::NotFound { .. }) {
        return ErrorData::invalid_params(words, None);
    }
    ErrorData::internal_error(words, None)
}
