//! The work of one attempt, done on a thread of its own: the executor runs, its
//! outputs are judged. It writes no events; the loop does, when it is told the end.

use super::super::Driver;
use super::attempt::Ended;
use super::attempt::Result;
use super::packet;
use crate::check::Baseline;
use crate::check::Scene;
use crate::clock::Moment;
use crate::contract::Contract;
use crate::event::Artifact;
use crate::event::Invocation;
use crate::event::InvocationStatus;
use crate::event::Judged;
use crate::executor;
use crate::executor::Begun;
use crate::executor::Executor;
use crate::executor::Outcome;
use crate::files;
use crate::files::Project;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::judge;
use crate::process::Ending;
use crate::process::Stop;
use crate::template::Context;
use crate::workflow::Input;
use crate::workflow::input;
use crate::workflow::input::Values;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// How much of a failed command's output goes into its finding, in bytes.
const TAIL_BYTES: u64 = 2_000;

/// Everything that judging an attempt's outputs takes.
pub struct Judging {
    pub project: Project,
    pub contract: Option<Contract>,
    pub context: Context,
    pub baselines: BTreeMap<String, Baseline>,
    pub environment: BTreeMap<String, String>,
    pub scratch: PathBuf,
    pub stop: Stop,
    pub text_bytes_max: u64,
    pub secrets: Vec<(String, String)>,
}

/// One attempt, ready to be worked on.
pub struct Work {
    pub gate: GateId,
    pub attempt: u32,
    pub executor: &'static str,
    /// `None` where what lies there is judged without any work.
    pub doer: Option<Box<dyn Executor + Send + Sync>>,
    pub agent: Option<String>,
    pub invocation_id: InvocationId,
    pub started_at: Moment,
    pub invocation: Call,
    pub judging: Judging,
    /// The form that a command fills in.
    pub answers: Vec<Input>,
    /// The session that may not have done this work.
    pub audited_session: Option<String>,
}

/// What the executor is called with.
pub struct Call {
    pub packet: String,
    pub packet_path: PathBuf,
    pub logs: PathBuf,
    pub answers_path: PathBuf,
    pub environment: BTreeMap<String, String>,
    pub timeout: Option<Duration>,
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
            logs: &self.invocation.logs,
            timeout: self.invocation.timeout,
            stop: &self.judging.stop,
        };
        let outcome = match doer.begin(&call) {
            Ok(Begun::Finished(outcome)) => outcome,
            Ok(Begun::Waiting) => {
                return self.ended(None, Result::Waiting(crate::event::WaitsFor::Person));
            }
            Err(error) => return self.could_not_begin(&error, begun.elapsed()),
        };
        self.redact_logs();
        let invocation = self.invocation(&outcome, begun.elapsed());
        let result = self.result(&outcome, &invocation);
        self.ended(Some(invocation), result)
    }

    fn result(&self, outcome: &Outcome, invocation: &Invocation) -> Result {
        match invocation.status {
            InvocationStatus::Interrupted if self.judging.stop.is_raised() => {
                Result::Interrupted("the run was interrupted".to_owned())
            }
            InvocationStatus::Interrupted => {
                Result::Interrupted("the executor says its surroundings failed (exit 75)".to_owned())
            }
            InvocationStatus::Timeout => {
                let timeout = self.invocation.timeout.unwrap_or_default();
                let allowed = crate::clock::show_duration(timeout);
                self.failed("timeout", format!("the executor took longer than {allowed}"))
            }
            InvocationStatus::Fail => {
                let reason = outcome.usage.error.clone().unwrap_or_else(|| how(outcome.ending));
                self.failed("exit", format!("the {} {reason}", self.executor))
            }
            InvocationStatus::Success => {
                let same_session = self.audited_session.is_some()
                    && self.audited_session == outcome.usage.session;
                if same_session {
                    let message = "the audit was done in the session of the work that it judges";
                    return self.failed("audits", message.to_owned());
                }
                match self.read_answers() {
                    Ok(answers) => self.judge(answers),
                    Err(message) => self.failed("answers", message),
                }
            }
        }
    }

    fn judge(&self, answers: Values) -> Result {
        let judged = self.judging.judge();
        if passes(&judged) {
            Result::Passed { judged, answers }
        } else {
            let reason = reason(&judged);
            Result::Failed { reason, judged }
        }
    }

    fn failed(&self, check: &str, message: String) -> Result {
        let tail = self.tail();
        let mut finding = Finding::of(check, &message);
        if !tail.is_empty() {
            finding.actual = Some(tail);
        }
        Result::Failed { reason: message, judged: Judged { findings: vec![finding], ..Judged::default() } }
    }

    /// The last lines that the executor printed, its errors first.
    fn tail(&self) -> String {
        let tails = ["stderr.log", "stdout.log"].map(|name| {
            let path = self.invocation.logs.join(name);
            files::read_tail(&path, TAIL_BYTES).unwrap_or_default()
        });
        let tail = tails.iter().map(|tail| tail.trim()).find(|tail| !tail.is_empty());
        packet::redact(&crate::check::plain_text(tail.unwrap_or_default()), &self.judging.secrets)
    }

    fn read_answers(&self) -> std::result::Result<Values, String> {
        if self.answers.is_empty() || self.executor != "command" {
            return Ok(Values::new());
        }
        let path = &self.invocation.answers_path;
        let bytes = files::read_own(path).map_err(|error| error.to_string())?;
        let bytes = bytes.ok_or("the command wrote no answers to the file that ORCH_ANSWERS names")?;
        let given: Values = serde_json::from_slice(&bytes)
            .map_err(|error| format!("the answers are no JSON object: {error}"))?;
        input::resolve(&self.answers, &given, &self.judging.project)
            .map_err(|error| error.to_string())
    }

    fn could_not_begin(&self, error: &executor::Error, took: Duration) -> Ended {
        let outcome = Outcome::not_begun(error.to_string());
        let invocation = self.invocation(&outcome, took);
        self.ended(Some(invocation), self.failed("executor", error.to_string()))
    }

    fn invocation(&self, outcome: &Outcome, took: Duration) -> Invocation {
        let usage = &outcome.usage;
        Invocation {
            invocation_id: self.invocation_id.clone(),
            gate: self.gate.clone(),
            attempt: self.attempt,
            executor: self.executor.to_owned(),
            agent: self.agent.clone(),
            model: usage.model.clone(),
            session: usage.session.clone(),
            status: status(outcome),
            exit_code: match outcome.ending {
                Some(Ending::Exited(code)) => Some(code),
                Some(Ending::Signaled(_) | Ending::TimedOut | Ending::Stopped) | None => None,
            },
            started_at: self.started_at,
            finished_at: self.started_at.plus(took),
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            cost_usd: usage.cost_usd,
            cost_is_estimate: usage.cost_is_estimate,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            error: usage.error.as_ref().map(|error| packet::redact(error, &self.judging.secrets)),
        }
    }

    fn redact_logs(&self) {
        if self.judging.secrets.is_empty() {
            return;
        }
        for name in ["stdout.log", "stderr.log"] {
            let path = self.invocation.logs.join(name);
            let Ok(Some(bytes)) = files::read_own(&path) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            let clean = packet::redact(&text, &self.judging.secrets);
            if clean != text {
                // A log is no proof; one that cannot be cleaned is removed rather than left.
                let written = files::write_view(&path, clean.as_bytes());
                if written.is_err() {
                    let _ = files::write_view(&path, b"");
                }
            }
        }
    }

    fn ended(&self, invocation: Option<Invocation>, result: Result) -> Ended {
        Ended { gate: self.gate.clone(), attempt: self.attempt, invocation, result }
    }
}

impl Judging {
    /// Judges the outputs that are there now.
    pub fn judge(&self) -> Judged {
        let Some(contract) = &self.contract else { return Judged::default() };
        let scene = Scene {
            project: &self.project,
            document: None,
            baselines: &self.baselines,
            environment: &self.environment,
            scratch: self.scratch.clone(),
            stop: &self.stop,
            text_bytes_max: self.text_bytes_max,
        };
        let judgement = judge::judge(contract, &scene, &self.context);
        let artifacts = judgement.artifacts.into_iter().map(|(path, print)| Artifact {
            exists: print.is_some() || self.project.exists(&path),
            path: path.to_string(),
            sha256: print.as_ref().map(|print| print.digest),
            bytes: print.as_ref().map(|print| print.bytes),
        });
        let mut judged = Judged {
            artifacts: artifacts.collect(),
            validations: judgement.validations,
            ..Judged::default()
        };
        for finding in judged.validations.iter_mut().flat_map(|validation| &mut validation.findings) {
            finding.message = packet::redact(&finding.message, &self.secrets);
            finding.actual = finding.actual.as_ref().map(|text| packet::redact(text, &self.secrets));
        }
        judged
    }
}

/// Judges a contract for an attempt that has been made, outside of its own thread.
pub fn judge_contract(
    driver: &Driver<'_>,
    id: &GateId,
    attempt: u32,
    contract: &Contract,
    context: &Context,
) -> Judged {
    let site = driver.site;
    let run = driver.run();
    let Some(gate) = driver.workflow.gate(id) else { return Judged::default() };
    Judging {
        project: site.project.clone(),
        contract: Some(contract.clone()),
        context: context.clone(),
        baselines: super::baselines::of_attempt(site, run, id, attempt),
        environment: super::attempt::environment(site, run, gate, id, attempt),
        scratch: packet::folder(site, driver.id(), id, attempt),
        stop: site.stop.clone(),
        text_bytes_max: site.config.text_bytes,
        secrets: packet::secrets_of(gate),
    }
    .judge()
}

/// Judges the outputs of a gate as they are now.
pub fn judge_now(driver: &Driver<'_>, id: &GateId, attempt: u32) -> Judged {
    let gate = driver.workflow.gate(id);
    let Some((gate, contract)) = gate.and_then(|gate| Some((gate, gate.contract.as_ref()?))) else {
        return Judged::default();
    };
    let context = packet::attempt_context(driver.run(), gate, id, attempt);
    judge_contract(driver, id, attempt, contract, &context)
}

/// Whether no error stands among the findings.
pub fn passes(judged: &Judged) -> bool {
    judged.all_findings().all(|finding| finding.severity != Severity::Error)
}

/// The first error, and how many more there are.
pub fn reason(judged: &Judged) -> String {
    let mut errors = judged.all_findings().filter(|finding| finding.severity == Severity::Error);
    let first = errors.next().map(ToString::to_string).unwrap_or_default();
    match errors.count() {
        0 => first,
        more => format!("{first} (and {more} more)"),
    }
}

fn status(outcome: &Outcome) -> InvocationStatus {
    match outcome.ending {
        Some(Ending::Stopped) => InvocationStatus::Interrupted,
        Some(Ending::Exited(code)) if code == executor::EXIT_INFRASTRUCTURE => {
            InvocationStatus::Interrupted
        }
        Some(Ending::TimedOut) => InvocationStatus::Timeout,
        Some(Ending::Exited(0)) if outcome.usage.error.is_none() => InvocationStatus::Success,
        Some(Ending::Exited(_) | Ending::Signaled(_)) | None => InvocationStatus::Fail,
    }
}

fn how(ending: Option<Ending>) -> String {
    match ending {
        Some(Ending::Exited(code)) => format!("exited with {code}"),
        Some(Ending::Signaled(signal)) => format!("was ended by signal {signal}"),
        Some(Ending::TimedOut) => "took too long".to_owned(),
        Some(Ending::Stopped) => "was stopped".to_owned(),
        None => "could not be started".to_owned(),
    }
}
