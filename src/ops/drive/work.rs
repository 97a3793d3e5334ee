//! The work of one attempt, done on a thread of its own: the executor runs, its
//! outputs are judged. It writes no events; the loop does, when it is told the end.

use super::audit::Barred;
use super::judging::Judging;
use super::meter::Meter;
use super::settle;
use super::settle::Ended;
use super::settle::Result;
use super::watch::Sight;
use super::watch::Watch;
use crate::clock::Moment;
use crate::document::Data;
use crate::document::Language;
use crate::event::Invocation;
use crate::event::InvocationStatus;
use crate::event::Judged;
use crate::event::WaitsFor;
use crate::event::Worker;
use crate::executor;
use crate::executor::Begun;
use crate::executor::Conclusion;
use crate::executor::Executor;
use crate::executor::ExecutorKind;
use crate::executor::Outcome;
use crate::executor::Usage;
use crate::files::Beneath;
use crate::finding::Finding;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::process::Ending;
use crate::workflow::Input;
use crate::workflow::input;
use crate::workflow::input::Values;
use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

/// How much of a failed command's output goes into its finding, in bytes.
const TAIL_BYTES: u64 = 2_000;

/// One attempt, ready to be worked on.
pub struct Work {
    pub gate: GateId,
    pub attempt: u32,
    pub executor: ExecutorKind,
    /// `None` where what lies there is judged without any work.
    pub doer: Option<Box<dyn Executor + Send + Sync>>,
    /// Whether anything is done for it here and now, or it waits for somebody outside.
    pub acts: bool,
    /// Whom it waits for where the executor does not do the work itself.
    pub waits_for: WaitsFor,
    pub agent: Option<String>,
    pub worker: Worker,
    pub invocation_id: InvocationId,
    pub started_at: Moment,
    pub invocation: Call,
    pub judging: Judging,
    /// The form that a command fills in.
    pub answers: Vec<Input>,
    /// The sessions that may not have done this work.
    pub barred: Barred,
    pub watch: Watch,
    pub meter: Meter,
}

/// What the executor is called with.
pub struct Call {
    pub packet: String,
    pub packet_path: Beneath,
    pub logs: Beneath,
    pub answers_path: Beneath,
    pub environment: BTreeMap<String, String>,
    pub timeout: Option<Duration>,
    /// What earlier calls used, by the agent's session.
    pub earlier: BTreeMap<String, Usage>,
}

impl Work {
    /// Does the work and judges what it left behind.
    pub fn perform(&self) -> Ended {
        let begun = Instant::now();
        let Some(doer) = &self.doer else { return self.ended(None, self.judge(Values::new())) };
        let call = executor::Invocation {
            packet: &self.invocation.packet,
            packet_path: &self.invocation.packet_path,
            folder: self.judging.project.root(),
            environment: &self.invocation.environment,
            secrets: &self.judging.secrets,
            logs: &self.invocation.logs,
            timeout: self.invocation.timeout,
            earlier: &self.invocation.earlier,
            stop: &self.judging.stop,
            meter: &|usage, elapsed| self.meter.tell(&self.invocation_id, usage, elapsed),
            register: self.judging.register.as_ref(),
        };
        let before = self.watch.look();
        // What lies there was not written by this call.
        let _ = self.invocation.answers_path.remove();
        match doer.begin(&call) {
            Ok(Begun::Waiting) => self.ended(None, Result::Waiting(self.waits_for)),
            Ok(Begun::Finished(outcome)) => {
                let result = self.report_edits(&before, self.result(&outcome));
                self.ended(Some(self.invocation(&outcome)), result)
            }
            Err(error) => {
                let invocation = self.not_begun(&error, begun.elapsed());
                self.ended(Some(invocation), self.failed("executor", error.to_string()))
            }
        }
    }

    /// Says what the executor did where it has no business.
    fn report_edits(&self, before: &Sight, mut result: Result) -> Result {
        match &mut result {
            Result::Passed { judged, .. } | Result::Failed { judged, .. } => {
                judged.findings.extend(Watch::findings(before, &self.watch.look()));
            }
            Result::Interrupted { findings, .. } => {
                findings.extend(Watch::findings(before, &self.watch.look()));
            }
            Result::Waiting(_) => {}
        }
        result
    }

    fn result(&self, outcome: &Outcome) -> Result {
        match &outcome.conclusion {
            Conclusion::Interrupted { cut, reason } => {
                let (cut, reason) = (*cut, reason.clone());
                Result::Interrupted { cut, reason, findings: Vec::new() }
            }
            Conclusion::Failed { reason } => self.failed("executor", reason.clone()),
            Conclusion::Done => {
                if let Some(finding) = self.barred.finding(outcome.usage.session.as_deref()) {
                    return settle::failed(finding);
                }
                match self.read_answers() {
                    Ok(answers) => self.judge(answers),
                    Err(message) => self.failed("answers", message),
                }
            }
        }
    }

    fn judge(&self, answers: Values) -> Result {
        settle::verdict(self.judging.judge(), answers)
    }

    fn failed(&self, check: &str, message: String) -> Result {
        let (message, tail) = (self.without_root(&message), self.tail());
        let last = tail.lines().next_back().map(|line| format!(": {}", line.trim()));
        let reason = format!("{message}{}", last.unwrap_or_default());
        let mut finding = Finding::of(check, message);
        if !tail.is_empty() {
            finding.actual = Some(tail);
        }
        Result::Failed { reason, judged: Judged { findings: vec![finding], ..Judged::default() } }
    }

    /// The last lines that the executor printed, its errors first; secrets are blotted out there.
    fn tail(&self) -> String {
        let tails = [executor::STDERR, executor::STDOUT].map(|name| {
            let printed = self.invocation.logs.join(name).read_tail(TAIL_BYTES);
            crate::check::plain_text(&printed.unwrap_or_default())
        });
        let tail = tails.iter().map(|tail| tail.trim()).find(|tail| !tail.is_empty());
        self.without_root(tail.unwrap_or_default())
    }

    /// Records hold no path of this machine: what lies in the project is named from there.
    fn without_root(&self, text: &str) -> String {
        let root = self.judging.project.root().display().to_string();
        text.replace(&format!("{root}/"), "").replace(&root, ".")
    }

    fn read_answers(&self) -> std::result::Result<Values, String> {
        if self.answers.is_empty() || self.executor != ExecutorKind::Command {
            return Ok(Values::new());
        }
        let place = &self.invocation.answers_path;
        let bytes = place.read().map_err(|error| error.to_string())?;
        let redacted = self.judging.secrets.redact_file(place);
        redacted.map_err(|error| format!("the answers cannot be kept: {error}"))?;
        let bytes =
            bytes.ok_or("the command wrote no answers to the file that ORCH_ANSWERS names")?;
        let given =
            values(&bytes).map_err(|error| format!("the answers are no JSON object: {error}"))?;
        input::resolve(&self.answers, &given, &self.judging.project)
            .map_err(|error| error.to_string())
    }

    fn invocation(&self, outcome: &Outcome) -> Invocation {
        let usage = &outcome.usage;
        Invocation {
            model: usage.model.clone(),
            session: usage.session.clone(),
            status: match (&outcome.conclusion, outcome.ending) {
                (Conclusion::Done, _) => InvocationStatus::Success,
                (Conclusion::Interrupted { .. }, _) => InvocationStatus::Interrupted,
                (Conclusion::Failed { .. }, Ending::TimedOut) => InvocationStatus::Timeout,
                (Conclusion::Failed { .. }, _) => InvocationStatus::Fail,
            },
            exit_code: outcome.exit_code(),
            cost_usd: usage.cost_usd,
            cost_is_estimate: usage.cost_is_estimate,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cached_input_tokens: usage.cached_input_tokens,
            error: usage.error.as_ref().map(|error| self.judging.secrets.redact(error)),
            ..self.blank(outcome.duration)
        }
    }

    fn not_begun(&self, error: &executor::Error, took: Duration) -> Invocation {
        Invocation { error: Some(error.to_string()), ..self.blank(took) }
    }

    /// A call of which nothing is known but when it was made.
    fn blank(&self, took: Duration) -> Invocation {
        Invocation {
            invocation_id: self.invocation_id.clone(),
            gate: self.gate.clone(),
            attempt: self.attempt,
            executor: self.executor,
            agent: self.agent.clone(),
            worker: self.worker.clone(),
            model: None,
            session: None,
            status: InvocationStatus::Fail,
            exit_code: None,
            started_at: self.started_at,
            finished_at: self.started_at.plus(took),
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            cost_usd: None,
            cost_is_estimate: false,
            input_tokens: None,
            output_tokens: None,
            cached_input_tokens: None,
            error: None,
        }
    }

    fn ended(&self, invocation: Option<Invocation>, result: Result) -> Ended {
        Ended { gate: self.gate.clone(), attempt: self.attempt, invocation, result }
    }
}

/// The values of a JSON object.
fn values(json: &[u8]) -> std::result::Result<Values, String> {
    let text = std::str::from_utf8(json).map_err(|error| error.to_string())?;
    let data = Data::read(Language::Json, text).map_err(|flaw| flaw.message)?;
    serde_json::from_value(data.into_json()).map_err(|error| error.to_string())
}
