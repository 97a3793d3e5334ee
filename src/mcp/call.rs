//! A call of a tool, carried out: arguments become the request of an operation, its reply or error the
//! answer.

use super::Host;
use super::calls::calls;
use super::client::McpCaller;
use super::page::PersonPage;
use super::request::request;
use super::resources::packet;
use super::surface::Tool;
use super::surface::ToolEffect;
use super::told::ToolAnswer;
use crate::envelope;
use crate::event::WaitsFor;
use crate::ops::Caller;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::remote;
use rmcp::model::JsonObject;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

const RUN: &str = "run";

/// Carries out a tool; `at_hand` is the run that the client was at.
pub fn call(
    host: &Host,
    tool: &'static Tool,
    arguments: JsonObject,
    client: &McpCaller,
    at_hand: Option<String>,
) -> ToolAnswer {
    let request = match request(tool, &arguments) {
        Ok(request) => request,
        Err((message, right)) => return refused(tool, &message, None, &right.into()),
    };
    let project = match (host.open)() {
        Ok(project) => project,
        Err(error) => return failed(host, &error, None),
    };
    let begins = matches!(tool.effect, ToolEffect::Begins);
    let caller = client.at_session(host, &project, begins);
    let request = with_run(tool, request, &caller, at_hand);
    let there = remote::at_home(&project, &caller, request.get(RUN).and_then(Json::as_str));
    let project = there.as_ref().unwrap_or(&project);
    let Some(operation) = remote::operation(tool.operation) else {
        return refused(tool, "this tool is not available", None, &arguments.into());
    };
    match (operation.call)(project, &caller, &request.into()) {
        Ok(answer) => {
            let mut whole = answer.to_json();
            let mut next = calls(host.surface, answer.instructions.suggestions());
            next.retain(|call| !is_for_person(&answer.data, call));
            if tool.name == NEXT && caller.is_at_work() {
                next = own_work(project, &caller, &mut whole).unwrap_or(next);
            }
            add_calls(&mut whole, next);
            let page = person_page(host, tool, &mut whole);
            ToolAnswer { whole, is_error: false, page }
        }
        Err(error) => failed(host, &error, Some((project, &caller))),
    }
}

/// The run that is meant: the one that is named, else the one of the gate that the server was started
/// for, else the one that the client was at.
fn with_run(
    tool: &Tool,
    mut request: Map<String, Json>,
    caller: &Caller,
    at_hand: Option<String>,
) -> Map<String, Json> {
    let is_taken = tool.takes.iter().any(|argument| argument.name() == RUN);
    let is_open = is_taken && !request.contains_key(RUN) && caller.run.is_none();
    // All runs is another choice.
    let is_open = is_open && request.get("all") != Some(&Json::Bool(true));
    if let Some(run) = at_hand.filter(|_| is_open) {
        request.insert(RUN.to_owned(), run.into());
    }
    request
}

/// What an agent has to do that was started for a gate: nobody waits for that, and its driver has the
/// verdict. `None` where it cannot be read.
fn own_work(project: &Project, caller: &Caller, whole: &mut Json) -> Option<Vec<Json>> {
    let gate = caller.gate.as_ref()?;
    let run = RunChoice { run: caller.run.clone() };
    whole["data"]["packet"] = packet(project, caller, run, gate).ok()?.into();
    let words = format!("Do the work of gate {gate}. It is judged when you end your turn.");
    whole["instructions"]["next_actions"] = json!([words]);
    Some(vec![json!({ "tool": "gate_check", "arguments": {} })])
}

/// Whether a call would end the attempt at a gate that waits for somebody else than an agent.
fn is_for_person(data: &Json, call: &Json) -> bool {
    let waiting = data["run"]["waiting"].as_array().or(data["waiting"].as_array());
    let is_at = |waiting: &&Json| waiting["gate"] == call["arguments"]["gate"];
    let waits_for = waiting.into_iter().flatten().find(is_at).map(|waiting| &waiting["waits_for"]);
    let is_judged = call["tool"] != "gate_check";
    is_judged && waits_for.is_some_and(|waits_for| *waits_for != json!(WaitsFor::Agent))
}

/// The page where a person is needed, which the answer names too: the user of the client may be that
/// person.
fn person_page(host: &Host, tool: &Tool, whole: &mut Json) -> Option<PersonPage> {
    let page = host.page.as_ref().filter(|_| tool.name == NEXT)?;
    let page = PersonPage::of(whole, page.as_ref())?;
    whole["instructions"]["next_actions"].as_array_mut()?.push(page.words().into());
    Some(page)
}

fn add_calls(whole: &mut Json, calls: Vec<Json>) {
    if !calls.is_empty() {
        whole["instructions"]["calls"] = calls.into();
    }
}

fn failed(host: &Host, error: &Error, at: Option<(&Project, &Caller)>) -> ToolAnswer {
    let mut whole = match at {
        Some((project, caller)) => remote::failure(project, caller, error),
        None => remote::bare_failure(error),
    };
    let mut next = calls(host.surface, error.command().as_ref());
    if let (Error::Held { .. }, Some((_, caller))) = (error, at)
        && caller.is_at_work()
    {
        // Whoever started the agent holds the run until it ends.
        let words = "The gate is judged when you end your turn. Check it before.";
        whole["instructions"]["next_actions"] = json!([words]);
        next = vec![json!({ "tool": "gate_check", "arguments": {} })];
    }
    if next.is_empty() {
        next = vec![json!({ "tool": NEXT, "arguments": {} })];
    }
    add_calls(&mut whole, next);
    ToolAnswer { whole, is_error: true, page: None }
}

/// What tells how things stand, where nothing better is known.
const NEXT: &str = "work_next";

/// A cursor that is not kept any more, or never was.
pub fn forgotten(tool: &Tool, cursor: &Json) -> ToolAnswer {
    let cursor = cursor.to_string();
    let cursor = &cursor[..cursor.floor_char_boundary(40)];
    let help = "call the tool again without a cursor";
    refused(tool, &format!("unknown cursor {cursor}"), Some(help), &json!({}))
}

/// What is wrong with a call, and the call that is right.
fn refused(tool: &Tool, message: &str, help: Option<&str>, arguments: &Json) -> ToolAnswer {
    let error = json!({
        "code": "usage", "message": message, "causes": [], "help": help, "place": null,
    });
    let mut whole = envelope::failure(error, &Instructions::default());
    add_calls(&mut whole, vec![json!({ "tool": tool.name, "arguments": arguments })]);
    ToolAnswer { whole, is_error: true, page: None }
}

/// What is answered while work goes on.
pub fn goes_on(tool: &Tool, arguments: &JsonObject) -> ToolAnswer {
    let words = format!("{} is still running. Call it again with the same arguments.", tool.name);
    let instructions = Instructions::to(words, []);
    let mut whole = envelope::reply(true, &json!({ "still_running": true }), &instructions);
    add_calls(&mut whole, vec![json!({ "tool": tool.name, "arguments": arguments })]);
    ToolAnswer { whole, is_error: false, page: None }
}
