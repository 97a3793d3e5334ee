//! What to do next, as calls of tools: an agent that has nothing else can make them as they stand.

use super::surface::Surface;
use super::surface::Tool;
use crate::ops::Argument;
use crate::ops::Suggestion;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

/// Commands for which the tool of another operation does.
const STAND_INS: [(&str, &str); 5] = [
    ("status", "next"),
    ("done", "gate finish"),
    ("gate redo", "run resume"),
    ("restart", "run resume"),
    ("run", "run detach"),
];

/// The calls that these commands come to, as far as there are tools for them: each once.
pub fn calls<'s>(
    surface: Surface,
    suggestions: impl IntoIterator<Item = &'s Suggestion>,
) -> Vec<Json> {
    let mut calls: Vec<Json> = Vec::new();
    for call in suggestions.into_iter().filter_map(|suggestion| call(surface, suggestion)) {
        if !calls.contains(&call) {
            calls.push(call);
        }
    }
    calls
}

fn call(surface: Surface, suggestion: &Suggestion) -> Option<Json> {
    let command = suggestion.command();
    let command = STAND_INS.iter().find(|(other, _)| *other == command).map_or(command, |it| it.1);
    let operation = command.replace(' ', "_");
    let tool = surface.tools().find(|tool| tool.operation == operation)?;
    let mut arguments = Map::new();
    let run = suggestion.run().map(ToString::to_string);
    let gate = suggestion.gate().map(ToString::to_string);
    for (name, value) in [("run", run), ("gate", gate)] {
        if let Some(value) = value.filter(|_| takes(tool, name)) {
            arguments.insert(name.to_owned(), value.into());
        }
    }
    for argument in suggestion.arguments() {
        add(tool, argument, &mut arguments);
    }
    Some(json!({ "tool": tool.name, "arguments": arguments }))
}

fn takes(tool: &Tool, name: &str) -> bool {
    tool.takes.iter().any(|argument| argument.name() == name)
}

fn add(tool: &Tool, argument: &Argument, arguments: &mut Map<String, Json>) {
    let Argument::Option(name, value) = argument else { return };
    let value = value.trim_matches('"').to_owned();
    // What a command line repeats is a list here.
    let list = format!("{name}s");
    if takes(tool, name) {
        arguments.insert(name.clone(), value.into());
    } else if takes(tool, &list) {
        let items = arguments.entry(list).or_insert_with(|| json!([]));
        if let Json::Array(items) = items {
            items.push(value.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::GateId;
    use crate::id::RunId;

    #[test]
    fn a_command_is_a_call_where_there_is_a_tool_for_it() {
        let run = RunId::new("20260101T000000Z", "x", "abcdef");
        let gate = GateId::parse("a").unwrap();
        let at = |command| Suggestion::new(command).of(&run).at(&gate);
        let suggestions = [
            at("gate check"),
            at("done").option("answer", "mood=…").option("answer", "tone=…"),
            at("gate fail").option("reason", "\"…\""),
            at("gate approve"),
            Suggestion::new("status").of(&run),
            Suggestion::new("next").of(&run),
            Suggestion::new("run resume").of(&run).option("budget", "…"),
        ];
        let shown = |surface| {
            let calls = calls(surface, &suggestions).into_iter();
            calls.map(|call| call.to_string() + "\n").collect::<String>()
        };
        insta::assert_snapshot!(shown(Surface::Agent), @r#"
        {"tool":"gate_check","arguments":{"run":"run_20260101T000000Z_x_abcdef","gate":"a"}}
        {"tool":"gate_finish","arguments":{"run":"run_20260101T000000Z_x_abcdef","gate":"a","answers":["mood=…","tone=…"]}}
        {"tool":"gate_fail","arguments":{"run":"run_20260101T000000Z_x_abcdef","gate":"a","reason":"…"}}
        {"tool":"work_next","arguments":{"run":"run_20260101T000000Z_x_abcdef"}}
        "#);
        assert!(shown(Surface::Operator).contains("run_resume"));
    }
}
