//! The page of a gate: what it was asked, what it left behind, what was found, what its program
//! printed, and what a person decides about it.

use super::Board;
use super::frame::Heading;
use super::link;
use super::needs;
use super::needs::Need;
use super::text::TextBlock;
use super::workflows::choices;
use crate::definition::Definition;
use crate::event::WaitsFor;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::ops::AttemptChoice;
use crate::ops::Error;
use crate::ops::RunChoice;
use crate::ops::decision;
use crate::ops::file_versions;
use crate::ops::gate_approve;
use crate::ops::gate_approve::ApprovalQuestion;
use crate::ops::gate_waive;
use crate::ops::logs;
use crate::ops::logs::LogFile;
use crate::ops::logs::LogKind;
use crate::ops::open;
use crate::ops::open::FileRole;
use crate::ops::report::attempt;
use crate::ops::report::attempt::AttemptView;
use crate::ops::report::attempt::NamedValue;
use crate::ops::report::checking::SignatureProofs;
use crate::ops::report::words::Status;
use crate::ops::report::words::Times;
use crate::ops::report::words::money;
use crate::project::proof;
use crate::run::GateStatus;
use crate::run::Run;
use crate::standing;
use crate::suggestion::OPEN;
use crate::suggestion::OPEN_WORDS;
use crate::suggestion::Suggestion;
use crate::workflow::Input;
use crate::workflow::Workflow;
use serde::Deserialize;
use serde::Serialize;

/// What is looked at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct GateQuery {
    /// An attempt; the last one by default.
    pub attempt: Option<u32>,
    /// Where the part of the output ends that is shown, in bytes; at its end by default.
    pub stdout: Option<u64>,
    /// The same for the error output.
    pub stderr: Option<u64>,
}

#[derive(Debug, Serialize)]
struct GatePageView {
    run: String,
    run_href: String,
    href: String,
    key: String,
    gate: String,
    name: Option<String>,
    status: Status,
    remark: Option<String>,
    times: Times,
    cost: String,
    turns: Vec<String>,
    attempts: Vec<AttemptView>,
    /// The attempt whose texts are shown.
    attempt: Option<u32>,
    need: Option<Need>,
    /// What stands here to be decided on, as one digest.
    seen: String,
    /// What is to be approved.
    approval: Option<ApprovalPanel>,
    /// Whether a person does the work.
    is_for_person: bool,
    /// Who can decide here, by a passkey.
    deciders: Vec<String>,
    /// Who of them can answer the question.
    repliers: Vec<String>,
    /// Whether the run may pass without the gate.
    can_waive: bool,
    /// What a person is asked, and the command that answers.
    form: Vec<FormRow>,
    finish: Option<String>,
    packet: Option<TextBlock>,
    outputs: Vec<TextBlock>,
    logs: Vec<LogBlock>,
}

/// What a person decides about.
#[derive(Debug, Serialize)]
struct ApprovalPanel {
    message: Option<String>,
    signers: Vec<String>,
    /// Outputs whose bytes are others than those that were judged.
    changed: Vec<String>,
    seen: Vec<NamedValue>,
    answers: Vec<NamedValue>,
    shown: Vec<TextBlock>,
    approve: String,
    reject: String,
}

/// A question of a form.
#[derive(Debug, Serialize)]
pub(super) struct FormRow {
    pub name: String,
    pub kind: &'static str,
    pub help: String,
    pub choices: Vec<String>,
    pub is_required: bool,
}

#[derive(Debug, Serialize)]
struct LogBlock {
    name: &'static str,
    text: String,
    /// Where the part before it ends.
    earlier: Option<u64>,
    size: u64,
    is_last: bool,
    download: String,
}

impl Board<'_> {
    /// The page of a gate.
    pub fn gate(&self, run: &str, gate: &str, query: &GateQuery) -> Result<String, Error> {
        let id = self.known_run(run)?;
        let reading = proof::read(self.project, &id)?;
        let run = &reading.run;
        let not_found = || Error::not_found(format!("run {id} has no gate `{gate}`"));
        let gate_id = GateId::parse(gate).map_err(|_| not_found())?;
        let now = self.project.clock.now();
        let history = reading.history_of(&gate_id);
        let story = standing::gate_story(run, &history, &gate_id, now).ok_or_else(not_found)?;
        let need = needs::of_run(self, run).into_iter().find(|need| need.gate == gate);
        let number = query.attempt.or_else(|| story.attempts.last().map(|it| it.id.number));
        let waits_for = story.line.waits_for;
        let home = self.project.home_of(&id)?;
        let home = Board { project: home.as_ref().unwrap_or(self.project), ..*self };
        let (packet, outputs) =
            home.texts(run, number.map(|number| AttemptId::new(&gate_id, number)))?;
        let href = link::gate(self.base, &id, &gate_id);
        let form = match waits_for {
            Some(WaitsFor::Person | WaitsFor::Agent) => form(run, &gate_id)?,
            Some(
                WaitsFor::Approval | WaitsFor::Decision | WaitsFor::ChildRun | WaitsFor::Answer,
            )
            | None => Vec::new(),
        };
        let line = &story.line;
        let deciders = if self.is_read_only { Vec::new() } else { decision::deciders(run) };
        let may_reply = |name: &&String| {
            need.as_ref().is_none_or(|it| it.to.is_empty() || it.to.contains(name))
        };
        let question = home.question(run, &gate_id, waits_for)?;
        let view = GatePageView {
            run: id.to_string(),
            run_href: link::run(self.base, &id),
            key: run.started.key.clone(),
            name: needs::name_of(run, &gate_id),
            status: Status::of_gate(line.status),
            remark: line.waits_for.map(|who| format!("waits for {who}")).or(line.reason.clone()),
            times: Times::of(story.spent),
            cost: money(&story.cost),
            turns: attempt::turns(&story.turns, &SignatureProofs(None)),
            attempts: attempt::attempts(&story.attempts, &SignatureProofs(None)),
            attempt: number,
            seen: decision::seen(run, &gate_id, question.as_ref()).to_string(),
            approval: question.map(ApprovalPanel::of),
            is_for_person: waits_for == Some(WaitsFor::Person),
            repliers: deciders.iter().filter(may_reply).cloned().collect(),
            deciders,
            can_waive: matches!(line.status, GateStatus::Waiting | GateStatus::Fail)
                && gate_waive::can_waive(run, &gate_id)?,
            finish: matches!(waits_for, Some(WaitsFor::Person | WaitsFor::Agent))
                .then(|| finish(run, &gate_id, &form)),
            form,
            logs: number
                .map(|number| home.logs(run, AttemptId::new(&gate_id, number), query))
                .transpose()?
                .unwrap_or_default(),
            gate: gate_id.to_string(),
            href,
            need,
            packet,
            outputs,
        };
        let title = format!("{gate}: {} in {}", view.status.word, view.key);
        let heading = Heading { title: &title, section: "runs", follows: id.as_str() };
        self.page("gate.html", heading, &view)
    }

    /// A log, to be downloaded.
    pub fn log(
        &self,
        (run, gate, attempt): (&str, &str, u32),
        kind: LogKind,
    ) -> Result<LogFile, Error> {
        let run = RunChoice { run: Some(self.known_run(run)?.to_string()) };
        let choice = AttemptChoice { gate: Some(gate.to_owned()), attempt: Some(attempt), run };
        Ok(logs::logs(self.project, self.caller, &choice)?.file(kind))
    }

    /// The packet and the outputs of an attempt.
    fn texts(
        &self,
        run: &Run,
        attempt: Option<AttemptId>,
    ) -> Result<(Option<TextBlock>, Vec<TextBlock>), Error> {
        let Some(attempt) = attempt else { return Ok((None, Vec::new())) };
        let opened = open::of_attempt(self.project, run, attempt)?;
        let (mut packet, mut outputs) = (None, Vec::new());
        let versions = file_versions::changed_files(run);
        for file in opened.files {
            let mut block = TextBlock::of(file.path, file.remark, file.text);
            match file.role {
                FileRole::Packet => packet = Some(block),
                FileRole::Output => {
                    let changes = || link::changes_in(self.base, &run.started.run_id, &block.path);
                    block.changes = versions.contains_key(block.path.as_str()).then(changes);
                    outputs.push(block);
                }
            }
        }
        Ok((packet, outputs))
    }

    /// What is asked where a gate waits for an approval.
    fn question(
        &self,
        run: &Run,
        gate: &GateId,
        waits_for: Option<WaitsFor>,
    ) -> Result<Option<ApprovalQuestion>, Error> {
        let waits = waits_for == Some(WaitsFor::Approval);
        waits.then(|| gate_approve::preview(self.project, run, gate)).transpose()
    }

    fn logs(
        &self,
        run: &Run,
        attempt: AttemptId,
        query: &GateQuery,
    ) -> Result<Vec<LogBlock>, Error> {
        let page = link::gate(self.base, &run.started.run_id, &attempt.gate);
        let number = attempt.number;
        let logs = logs::of_attempt(self.project, run, attempt)?;
        let block = |name, kind, end: Option<u64>| {
            let part = logs.before(kind, end)?;
            Ok::<_, Error>(LogBlock {
                name,
                earlier: (part.from > 0).then_some(part.from),
                is_last: part.to == part.size,
                size: part.size,
                text: part.text,
                download: format!("{page}/logs/{number}/{name}"),
            })
        };
        let out = block("stdout", LogKind::Stdout, query.stdout)?;
        let error = block("stderr", LogKind::Stderr, query.stderr)?;
        Ok([out, error].into_iter().filter(|block| block.size > 0).collect())
    }
}

impl ApprovalPanel {
    fn of(question: ApprovalQuestion) -> Self {
        let at = |command| Suggestion::new(command).of(&question.run).at(&question.gate);
        let approve = at("gate approve").to_string();
        let reject = at("gate reject").option("reason", OPEN_WORDS).to_string();
        let seen = question.seen.into_iter();
        // Outputs stand on the page as they are; here is what changed in them, and which are gone.
        let outputs = question.outputs.into_iter();
        let outputs = outputs.filter(|file| file.is_diff || file.digest.is_none());
        let shown = question.shown.into_iter().chain(outputs).map(|file| {
            if file.is_diff {
                return TextBlock::of_diff(file.path, Some(file.remark), file.text);
            }
            let remark = Some(file.remark).filter(|remark| !remark.is_empty());
            TextBlock::of(file.path, remark, Some(file.text).filter(|text| !text.is_empty()))
        });
        let answers = question.answers.into_iter();
        Self {
            message: question.message,
            signers: question.signers,
            changed: question.changed,
            seen: seen.map(|(name, it)| NamedValue { name, value: it.to_string() }).collect(),
            answers: answers.map(|(name, value)| NamedValue { name, value }).collect(),
            shown: shown.collect(),
            approve,
            reject,
        }
    }
}

fn form(run: &Run, gate: &GateId) -> Result<Vec<FormRow>, Error> {
    let definition = Definition::thaw(&run.started.definition);
    let workflow = Workflow::parse(&run.started.workflow, &definition)?;
    let form = workflow.gate(gate).map(|gate| gate.answers.as_slice()).unwrap_or_default();
    Ok(form.iter().map(FormRow::of).collect())
}

/// The command that hands the work in, with a place for each answer.
fn finish(run: &Run, gate: &GateId, form: &[FormRow]) -> String {
    let done = Suggestion::new("done").of(&run.started.run_id).at(gate);
    let required = form.iter().filter(|row| row.is_required);
    let answer =
        |done: Suggestion, row: &FormRow| done.option("answer", format!("{}={OPEN}", row.name));
    required.fold(done, answer).to_string()
}

impl FormRow {
    pub fn of(input: &Input) -> Self {
        Self {
            name: input.name.clone(),
            kind: input.kind.words(),
            help: input.help.clone(),
            choices: choices(input),
            is_required: input.is_required(),
        }
    }
}
