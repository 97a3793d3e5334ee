//! Carrying out an order: the executor runs, its outputs are judged, and a report says what came of it.

use super::Doer;
use super::WorkOrder;
use super::WorkReport;
use super::WorkResult;
use super::Workspace;
use super::hand_in::ANSWERS;
use super::hand_in::HandIn;
use super::watch::Sight;
use crate::check::Said;
use crate::event::Invocation;
use crate::event::InvocationStatus;
use crate::event::Judged;
use crate::executor;
use crate::executor::Begun;
use crate::executor::CallOutcome;
use crate::executor::Conclusion;
use crate::executor::Cut;
use crate::executor::Executor;
use crate::executor::Human;
use crate::executor::STDERR;
use crate::executor::STDOUT;
use crate::files::Beneath;
use crate::files::Log;
use crate::files::ProjectPath;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::process::Ending;
use crate::workflow::input::Values;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// Does the work of an order and judges what it left behind. Nothing that goes wrong there is an error:
/// the report says so.
pub fn perform(order: &WorkOrder, workspace: &Workspace) -> WorkReport {
    let logs = workspace.attempt(&order.attempt);
    let begun = Instant::now();
    let hands = Hands { order, workspace, logs, begun };
    let executor: &dyn Executor = match &order.doer {
        Doer::Nobody => return hands.report(None, hands.judge(Values::new())),
        Doer::Outside(_) => &Human,
        Doer::Command(command) => command,
        Doer::Agent(agent) => agent.as_ref(),
    };
    hands.call(executor)
}

/// One order in its workspace.
struct Hands<'w> {
    order: &'w WorkOrder,
    workspace: &'w Workspace,
    logs: Beneath,
    begun: Instant,
}

impl Hands<'_> {
    fn call(&self, executor: &dyn Executor) -> WorkReport {
        let packet_path = self.logs.join("prompt.txt");
        let has_packet = self.order.packet.is_empty() || packet_path.exists();
        if !has_packet && let Err(error) = packet_path.write_view(self.order.packet.as_bytes()) {
            return self.report(None, self.failed("packet", error.to_string()));
        }
        let mut environment = self.order.judging.variables(self.workspace);
        let answers = self.logs.join(ANSWERS).path().display().to_string();
        environment.insert("ORCH_ANSWERS".to_owned(), answers);
        let folder = match self.folder() {
            Ok(folder) => folder,
            Err(message) => return self.report(None, self.failed("dir", message)),
        };
        self.open_letterbox();
        let confined = self.order.judging.granted.confine(&self.order.attempt, self.workspace);
        let confinement = match confined {
            Ok(confinement) => confinement,
            Err(why) => return self.report(None, self.failed("permits", why.to_string())),
        };
        let register = self.workspace.register(&self.order.attempt.gate);
        let call = executor::Call {
            packet: &self.order.packet,
            packet_path: &packet_path,
            folder: &folder,
            environment: &environment,
            variables: &self.workspace.variables,
            secrets: &self.workspace.secrets,
            logs: &self.logs,
            left_usd: self.order.left_usd,
            timeout: self.order.timeout,
            earlier: &self.order.earlier,
            stop: &self.workspace.stop,
            meter: &|used, took| self.workspace.follow(self.order, used, took),
            register: register.as_ref(),
            sandbox: confinement.sandbox.as_ref().map(|(sandbox, _)| sandbox),
        };
        let before = self.order.watch.look(self.workspace);
        let hand_in = HandIn::new(self.order, self.workspace, &self.logs);
        hand_in.clear();
        match executor.begin(&call) {
            Ok(Begun::Waiting) => self.report(None, WorkResult::Waiting(self.order.waits_for())),
            Ok(Begun::Finished(outcome)) => {
                let confined = confinement.sandbox.as_ref();
                let planted = confined.map(|(_, before)| before.findings(&self.logs));
                let result = match planted.filter(|findings| !findings.is_empty()) {
                    // Nothing more is started here: git would obey what was planted.
                    Some(findings) => WorkResult::failed_by(findings),
                    None => self.result(&outcome, &hand_in),
                };
                let mut result = self.with_edits(&before, result);
                result.add(outcome.denied.iter().map(|denied| denial(denied)));
                let mut invocation = self.invocation(&outcome);
                invocation.permits = Some(Box::new(confinement.held));
                self.close_letterbox();
                self.report(Some(invocation), result)
            }
            Err(error) => {
                let mut invocation = self.not_begun(&error, self.begun.elapsed());
                if error.is_missing() && matches!(self.order.doer, Doer::Agent(_)) {
                    invocation.status = InvocationStatus::Interrupted;
                    let (cut, reason) = (Cut::Missing, error.to_string());
                    let result = WorkResult::Interrupted { cut, reason, findings: Vec::new() };
                    return self.report(Some(invocation), result);
                }
                self.report(Some(invocation), self.failed("executor", error.to_string()))
            }
        }
    }

    /// Makes the letterbox of the attempt. Without it, letters cannot be left from inside a sandbox.
    fn open_letterbox(&self) {
        if let Some((store, run)) = &self.workspace.said {
            let _ = store.letterbox(run, &self.order.attempt).make_folder();
        }
    }

    /// Takes the letterbox away in which nothing was left: whoever takes letters looks into each.
    fn close_letterbox(&self) {
        if let Some((store, run)) = &self.workspace.said {
            store.letterbox(run, &self.order.attempt).remove_empty_folder();
        }
    }

    /// The folder where the program works.
    fn folder(&self) -> Result<PathBuf, String> {
        let project = &self.workspace.project;
        let root = project.root().to_owned();
        let Some(dir) = &self.order.paths.dir else { return Ok(root) };
        let path = project.path(dir).map_err(|error| error.to_string())?;
        if !Beneath::new(&root).join(path.as_str()).is_folder() {
            return Err(format!(
                "`dir` names {path}, which is not a folder in the project or is reached through a \
                 symbolic link"
            ));
        }
        Ok(project.absolute(&path))
    }

    /// Says what the executor did where it has no business.
    fn with_edits(&self, before: &Sight, mut result: WorkResult) -> WorkResult {
        match &result {
            WorkResult::Passed { .. }
            | WorkResult::Failed { .. }
            | WorkResult::Interrupted { .. } => {
                result.add(self.order.watch.findings(self.workspace, before));
            }
            WorkResult::Escalated { .. } | WorkResult::Waiting(_) | WorkResult::NotYet => {}
        }
        result
    }

    fn result(&self, outcome: &CallOutcome, hand_in: &HandIn<'_>) -> WorkResult {
        if self.order.is_polled && outcome.exit_code() == Some(executor::EXIT_NOT_YET) {
            return WorkResult::NotYet;
        }
        if let Some(question) = hand_in.question() {
            return WorkResult::Escalated { question };
        }
        let has_ended = !matches!(outcome.conclusion, Conclusion::Interrupted { .. });
        if let Some(reason) = hand_in.given_up().filter(|_| has_ended) {
            return WorkResult::given_up(&reason);
        }
        match &outcome.conclusion {
            Conclusion::Interrupted { cut, reason } => {
                let (cut, reason) = (*cut, reason.clone());
                WorkResult::Interrupted { cut, reason, findings: Vec::new() }
            }
            Conclusion::Failed { reason } if outcome.usage.error.is_some() => {
                self.failed_with("executor", reason.clone(), &self.said().logs)
            }
            Conclusion::Failed { reason } => self.failed("executor", reason.clone()),
            Conclusion::Done => {
                let session = outcome.usage.session.as_deref();
                if let Some(finding) = self.order.barred.finding(session) {
                    return WorkResult::failed(finding);
                }
                match hand_in.take() {
                    Ok(answers) => self.judge(answers),
                    Err(finding) => WorkResult::failed(finding),
                }
            }
        }
    }

    fn judge(&self, answers: Values) -> WorkResult {
        WorkResult::of(self.order.judging.judge(self.workspace, self.begun), answers)
    }

    /// What the program printed.
    fn said(&self) -> Said {
        let [stdout, stderr] =
            [STDOUT, STDERR].map(|name| Log::open(self.logs.join(name)).ok().flatten());
        Said::read(stdout.as_ref(), stderr.as_ref())
    }

    fn failed(&self, check: &str, message: String) -> WorkResult {
        let said = self.said();
        let text = self.without_root(&said.text());
        let line = said.line().map(|line| format!(": {}", self.without_root(&line)));
        let mut failed = self.failed_with(check, message, &said.logs);
        if let WorkResult::Failed { reason, judged } = &mut failed {
            reason.push_str(&line.unwrap_or_default());
            judged.findings[0].printed = Some(text).filter(|text| !text.is_empty());
        }
        failed
    }

    /// A failure that says all there is: what was printed is not told again.
    fn failed_with(&self, check: &str, message: String, logs: &[String]) -> WorkResult {
        let message = self.without_root(&message);
        let logs = logs.iter().map(|log| self.without_root(log)).collect();
        let finding = Finding { logs, ..Finding::of(check, message.clone()) };
        let judged = Judged { findings: vec![finding], ..Judged::default() };
        WorkResult::Failed { reason: message, judged }
    }

    /// Records hold no path of this machine: what lies in the project is named from there.
    fn without_root(&self, text: &str) -> String {
        let root = self.workspace.project.root().display().to_string();
        ProjectPath::name_from(&root, text)
    }

    fn invocation(&self, outcome: &CallOutcome) -> Invocation {
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
            error: usage.error.as_ref().map(|error| self.workspace.secrets.redact(error)),
            // One that did not come to its end told what it could.
            unread: usage.unread.clone().filter(|_| outcome.conclusion == Conclusion::Done),
            ..self.blank(outcome.duration)
        }
    }

    fn not_begun(&self, error: &executor::Error, took: Duration) -> Invocation {
        Invocation { error: Some(error.to_string()), ..self.blank(took) }
    }

    /// A call of which nothing is known but when it was made.
    fn blank(&self, took: Duration) -> Invocation {
        let order = self.order;
        Invocation {
            invocation_id: order.invocation_id.clone(),
            gate: order.attempt.gate.clone(),
            attempt: order.attempt.number,
            executor: order.executor,
            agent: order.agent.clone(),
            worker: order.worker.clone(),
            model: None,
            session: None,
            status: InvocationStatus::Fail,
            exit_code: None,
            started_at: order.started_at,
            finished_at: order.started_at.plus(took),
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            cost_usd: None,
            cost_is_estimate: false,
            input_tokens: None,
            output_tokens: None,
            cached_input_tokens: None,
            error: None,
            unread: None,
            permits: None,
            warnings: Vec::new(),
        }
    }

    fn report(&self, invocation: Option<Invocation>, result: WorkResult) -> WorkReport {
        WorkReport { attempt: self.order.attempt.clone(), invocation, result }
    }
}

/// What an agent was not permitted to do, which may be why its work is not what it should be.
fn denial(denied: &str) -> Finding {
    let finding = Finding::of("permission", format!("permission was denied: {denied}"));
    Finding { severity: Severity::Warning, ..finding }
}
