//! Rendering the packet of an attempt, and writing it where the executor and the
//! person find it.

use crate::contract::Contract;
use crate::definition::TextKind;
use crate::event::Note;
use crate::event::NoteKind;
use crate::executor::ExecutorKind;
use crate::files::Beneath;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::judge;
use crate::next;
use crate::packet::Packet;
use crate::packet::SentBack;
use crate::project::Error;
use crate::project::Project;
use crate::project::worktree;
use crate::run::GateState;
use crate::run::Run;
use crate::template::Context;
use crate::work;
use crate::workflow::Gate;
use crate::workflow::Input;
use crate::workflow::InputType;
use crate::workflow::OnFail;
use crate::workflow::Workflow;
use crate::workflow::input;

/// The most messages that a packet has: the last ones.
const MESSAGES_MAX: usize = 20;

/// The folder of an attempt's logs.
pub fn folder(project: &Project, run: &RunId, attempt: &AttemptId) -> Beneath {
    work::attempt_folder(&project.store.logs(run), attempt)
}

/// Where the packet of a gate's last attempt lies.
pub fn path(project: &Project, run: &RunId, gate: &GateId) -> Beneath {
    project.store.logs(run).join("gates").join(gate.as_str()).join("prompt.txt")
}

/// The values that the templates of a gate see in its current attempt.
pub fn attempt_context(run: &Run, gate: &Gate, attempt: &AttemptId) -> Context {
    next::context(run, gate, &attempt.gate).with("attempt", &attempt.number)
}

/// Renders the packet of an attempt.
pub fn render(
    (project, workflow, run): (&Project, &Workflow, &Run),
    gate: &Gate,
    (attempt, agent): (&AttemptId, Option<&str>),
    (is_driven, orch): (bool, Option<String>),
) -> Result<String, String> {
    let context = attempt_context(run, gate, attempt);
    let instructions = match &gate.prompt {
        Some(path) => prompt(workflow, path, &context)?,
        None => String::new(),
    };
    let mut attached = Vec::new();
    for template in &gate.attach {
        let path = template.render(&context).map_err(|error| error.to_string())?;
        attached.push((path.clone(), read_attached(project, &path)?));
    }
    let contract = gate.contract.as_ref();
    let state = run.gate(&attempt.gate);
    let is_refused = state.is_some_and(|state| state.refused.is_some());
    let anew = (gate.writes_anew(), is_refused && gate.audits.is_none());
    let outputs = contract.map(|contract| outputs(contract, &context)).unwrap_or_default();
    let (checks, decisions) =
        contract.map(|contract| judge::words(contract, anew, &context)).unwrap_or_default();
    let own = gate.takes(&run.started.inputs);
    let packet = Packet {
        workflow: format!("{} {}", workflow.name, workflow.version),
        run: run.started.run_id.to_string(),
        gate: attempt.gate.to_string(),
        gate_name: gate.name.clone(),
        attempt: attempt.number,
        agent: agent.map(str::to_owned),
        inputs: inputs(workflow, &own),
        prompts: prompts(workflow, run, &own),
        instructions,
        attached,
        outputs,
        edits: gate
            .edits
            .iter()
            .filter_map(|glob| Some(format!("`{}`", glob.render(&context).ok()?)))
            .collect(),
        checks,
        decisions,
        refuses_to: match &gate.on_fail {
            OnFail::Goto { gate: to, .. } if *to != gate.id => Some(to.to_string()),
            OnFail::Goto { .. } | OnFail::Stop | OnFail::Continue | OnFail::Ignore => None,
        },
        findings: state.map(findings).unwrap_or_default(),
        sent_back: sent_back(workflow, run, attempt),
        earlier: earlier(run, attempt),
        messages: messages(run, attempt),
        asks: (gate.work.executor() == ExecutorKind::Agent).then(|| workflow.must_ask.clone()),
        asks_for_updates: contract.is_some_and(Contract::asks_for_updates),
        asks_for_summary: contract.is_some_and(Contract::asks_for_summary),
        answers_to: answers_to(gate, &context),
        dir: gate.dir.as_ref().and_then(|dir| dir.render(&context).ok()),
        answers: gate.answers.iter().map(|input| (input.name.clone(), question(input))).collect(),
        is_driven,
        orch,
    };
    Ok(packet.text())
}

/// What the attempt is told to mend. What the gate itself decided the last time is nothing of that: it
/// judges anew.
fn findings(state: &GateState) -> Vec<Finding> {
    let last = state.attempt().into_iter().flat_map(|attempt| &attempt.validations);
    let decided: Vec<&Finding> =
        last.filter(|validation| validation.is_decision).flat_map(|it| &it.findings).collect();
    state.feedback.iter().filter(|finding| !decided.contains(finding)).cloned().collect()
}

/// The gates that sent the work back, and the files in which they say why.
fn sent_back(workflow: &Workflow, run: &Run, attempt: &AttemptId) -> Option<SentBack> {
    let by = &run.gate(&attempt.gate).filter(|state| !state.sent_back_by.is_empty())?.sent_back_by;
    let name = |id: &GateId| match workflow.gate(id) {
        Some(gate) if id.own_name(&gate.name).is_some() => format!("{id} ({})", gate.name),
        Some(_) | None => id.to_string(),
    };
    let artifacts = by.iter().filter_map(|id| run.gate(id)).flat_map(GateState::artifacts);
    Some(SentBack {
        by: by.iter().map(name).collect(),
        reports: artifacts.filter(|it| it.exists).map(|it| it.path.clone()).collect(),
    })
}

/// What people said to whoever does the work: answers to the gate's own questions, and messages.
fn messages(run: &Run, attempt: &AttemptId) -> Vec<String> {
    let attempts = run.gate(&attempt.gate).into_iter().flat_map(|state| &state.attempts);
    let answered = attempts.filter_map(|it| {
        let (question, reply) = (it.question.as_deref()?, it.reply.as_deref()?);
        Some(format!(
            "attempt {} asked: {} Answer: {}",
            it.attempt,
            question.in_words(),
            reply.text
        ))
    });
    let to = |note: &Note| note.gate.as_ref().is_none_or(|gate| *gate == attempt.gate);
    let said = run.notes.iter().map(|(_, note)| note);
    let said = said.filter(|note| note.kind == NoteKind::Message && to(note));
    let said = said.map(|note| format!("{}: {}", note.by, note.text));
    let all: Vec<String> = answered.chain(said).collect();
    all[all.len().saturating_sub(MESSAGES_MAX)..].to_vec()
}

/// What attempts before this one were told that it is not told again.
fn earlier(run: &Run, attempt: &AttemptId) -> Vec<(u32, Finding)> {
    let Some(state) = run.gate(&attempt.gate) else { return Vec::new() };
    let told = state.told.range(..attempt.number);
    let all = told.flat_map(|(number, found)| found.iter().map(|finding| (*number, finding)));
    all.filter(|(_, finding)| !state.feedback.contains(finding))
        .map(|(number, finding)| (number, finding.clone()))
        .collect()
}

/// A prompt of the definition, rendered.
pub fn prompt(workflow: &Workflow, path: &str, context: &Context) -> Result<String, String> {
    let name = TextKind::Prompt.name(path).unwrap_or(path);
    workflow.prompts().render(name, context).map_err(|error| match error.line {
        Some(line) => format!("{path}:{line}: {error}"),
        None => format!("{path}: {error}"),
    })
}

/// The packet of a gate's last attempt, where it has one.
pub fn read(project: &Project, run: &RunId, gate: &GateId) -> Option<String> {
    let bytes = path(project, run, gate).read().ok()??;
    String::from_utf8(bytes).ok()
}

/// Writes a packet to its attempt's folder and as the gate's last one.
pub fn write(project: &Project, run: &RunId, attempt: &AttemptId, text: &str) -> Result<(), Error> {
    let own = folder(project, run, attempt).join("prompt.txt");
    let mut places = vec![path(project, run, &attempt.gate), own];
    // Tools in the worktree of a run find it beside the run's identity.
    let context = worktree::context(project, project.folder.root());
    places.extend(context.map(|folder| folder.join("session-prompt.md")));
    for place in places {
        place.write_view(text.as_bytes()).map_err(|source| Error::disk(&place, source))?;
    }
    Ok(())
}

/// Where a program writes the answers to the gate's form, in words.
fn answers_to(gate: &Gate, context: &Context) -> String {
    let Some(from) = &gate.answers_from else {
        return "the file named by the variable ORCH_ANSWERS, as one JSON object".to_owned();
    };
    let file = from.file.render(context).unwrap_or_else(|error| error.to_string());
    let at =
        if from.pointer.is_empty() { String::new() } else { format!(", at `{}`", from.pointer) };
    format!("`{file}`{at}")
}

fn outputs(contract: &crate::contract::Contract, context: &Context) -> Vec<String> {
    let shown = |output: &crate::contract::Output| {
        let optional = if output.optional { " (optional)" } else { "" };
        match output.markdown(context) {
            Ok(paths) => format!("{paths}{optional}"),
            Err(error) => error.to_string(),
        }
    };
    contract.outputs.iter().map(shown).collect()
}

/// The inputs as texts, those without a value left out.
fn inputs(workflow: &Workflow, values: &input::Values) -> Vec<(String, String)> {
    let value = |name: &str| values.get(name).filter(|value| !value.is_null()).map(shown);
    let named =
        workflow.inputs.iter().filter_map(|input| Some((input.name.clone(), value(&input.name)?)));
    named.collect()
}

/// A value as a text: the items of a list stand on one line, where none of them has several.
fn shown(value: &serde_json::Value) -> String {
    let text = input::as_text(value);
    let items = value.as_array().map_or(0, Vec::len);
    if text.lines().count() == items { text.replace('\n', ", ") } else { text }
}

/// What a question asks for, and which answers it takes.
fn question(input: &Input) -> String {
    let takes = match input.kind {
        InputType::Choice => format!("one of {}", input.choices.join(", ")),
        InputType::String
        | InputType::Slug
        | InputType::Path
        | InputType::File
        | InputType::Integer
        | InputType::Number
        | InputType::Bool
        | InputType::List => input.kind.words().to_owned(),
    };
    let needed = match &input.required {
        Some(required) => format!(", required {}", required.words()),
        None if input.is_required() => String::new(),
        None => ", optional".to_owned(),
    };
    let help = input.help.trim();
    let colon = if help.is_empty() { "" } else { ": " };
    format!("({takes}{needed}){colon}{help}")
}

/// What `file` inputs held when the run began.
fn prompts(workflow: &Workflow, run: &Run, values: &input::Values) -> Vec<(String, String)> {
    let files = workflow.inputs.iter().filter(|input| input.kind == InputType::File);
    files
        .filter_map(|input| {
            let path = values.get(&input.name)?.as_str()?;
            let frozen = TextKind::Input.path(&input.name);
            let text = run.started.definition.iter().find(|text| text.path == frozen)?;
            Some((path.to_owned(), text.text.clone()))
        })
        .collect()
}

fn read_attached(project: &Project, path: &str) -> Result<String, String> {
    let path = project.folder.path(path).map_err(|error| error.to_string())?;
    project
        .folder
        .read_text(&path, project.config.limits.text_bytes)
        .map_err(|error| format!("attach: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_is_one_line_unless_an_item_has_several() {
        assert_eq!(shown(&json!(["a", "b"])), "a, b");
        assert_eq!(shown(&json!(["a\n## Findings", "b"])), "a\n## Findings\nb");
        assert_eq!(shown(&json!("a\n## Findings")), "a\n## Findings");
        assert_eq!(shown(&json!(3)), "3");
    }
}
