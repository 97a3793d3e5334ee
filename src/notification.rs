//! Notifications: which events of a run somebody is told of, and what they are told. Pure: who sends
//! them, and how often it is tried, is no matter here.

use crate::clock::Moment;
use crate::config::NOTIFICATION_NAMES;
use crate::config::Notify;
use crate::config::Topic;
use crate::digest::Digest;
use crate::event::Event;
use crate::event::GateStarted;
use crate::event::NoteKind;
use crate::event::PauseCause;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::id::GateId;
use crate::id::RunId;
use crate::phase::Phase;
use crate::run::GateStatus;
use crate::run::Run;
use crate::suggestion::OPEN;
use crate::suggestion::OPEN_WORDS;
use crate::suggestion::Suggestion;
use crate::template::Context;
use crate::template::Error;
use crate::template::Template;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Something that happened in a run, as a webhook receives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Notification {
    /// The same whenever it is sent again: a receiver that has seen it can ignore it.
    pub id: String,
    /// What happened.
    pub event: Topic,
    /// Time of the event.
    pub at: Moment,
    /// The run's id.
    pub run: RunId,
    /// The run that this one is part of; null if it is not.
    pub parent: Option<RunId>,
    /// The run's key.
    pub key: String,
    /// The workflow's name.
    pub workflow: String,
    /// The status of the run.
    pub status: RunStatus,
    /// The gate concerned; null for the run as a whole.
    pub gate: Option<GateId>,
    /// Who must act, if a gate waits.
    pub waits_for: Option<WaitsFor>,
    /// The reason, if there is one.
    pub reason: Option<String>,
    /// A command to continue with.
    pub next: String,
    /// All of it in one line.
    pub text: String,
    /// Whether it was sent to try the settings, and no such run exists.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
}

/// What an event says, before it is put in words.
struct Told {
    topic: Topic,
    gate: Option<GateId>,
    waits_for: Option<WaitsFor>,
    reason: Option<String>,
    /// What the text says of the run.
    words: String,
    next: Suggestion,
}

impl Notification {
    /// What is told of an event of this number, if anybody may want to know of it; the run as it stands
    /// after it.
    pub fn of((seq, at): (u64, Moment), event: &Event, run: &Run) -> Option<Self> {
        let told = told(event, run).filter(|_| Self::tells(event))?;
        let started = &run.started;
        let (workflow, key) = (started.workflow.clone(), started.key.clone());
        let subject = if workflow == key { workflow.clone() } else { format!("{workflow} {key}") };
        let reason = told.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        Some(Self {
            id: format!("{}:{seq}", started.run_id),
            event: told.topic,
            at,
            run: started.run_id.clone(),
            parent: started.parent.clone(),
            key,
            workflow,
            status: run.status,
            gate: told.gate,
            waits_for: told.waits_for,
            next: told.next.to_string(),
            text: format!("{subject} {}{reason}", told.words),
            reason: told.reason,
            test: false,
        })
    }

    /// Whether anything may be told of an event, whatever the run.
    pub fn tells(event: &Event) -> bool {
        matches!(
            event,
            Event::GateWaiting { .. }
                | Event::GateEscalated { .. }
                | Event::GateStarted(_)
                | Event::Noted(_)
                | Event::RunPaused { .. }
                | Event::RunCompleted { .. }
        )
    }

    /// One that tries whether it arrives.
    pub fn test(topic: Topic, at: Moment, run: RunId) -> Self {
        Self {
            id: format!("{run}:0"),
            event: topic,
            at,
            next: Suggestion::new("run show").of(&run).to_string(),
            run,
            parent: None,
            key: "test".to_owned(),
            workflow: "test".to_owned(),
            status: match topic {
                Topic::Waiting | Topic::Escalated => RunStatus::Waiting,
                Topic::Phase(_) => RunStatus::Running,
                Topic::Failed => RunStatus::Failed,
                Topic::Passed => RunStatus::Passed,
                Topic::Budget => RunStatus::Paused,
            },
            gate: None,
            waits_for: None,
            reason: None,
            text: format!("this is a test of notifications on `{topic}`"),
            test: true,
        }
    }

    /// The entries of `orch.toml` that want to know.
    pub fn entries(&self, all: &[Notify]) -> BTreeSet<Digest> {
        all.iter().filter(|entry| entry.on.contains(&self.event)).map(Notify::id).collect()
    }

    /// A command that tells of it, with its arguments.
    pub fn argv(&self, command: &[Template]) -> Result<Vec<String>, Error> {
        let context = self.context();
        command.iter().map(|argument| argument.render(&context)).collect()
    }

    /// What is null is an empty text: no argument fails for want of a gate.
    fn context(&self) -> Context {
        let json = serde_json::to_value(self).unwrap_or_default();
        NOTIFICATION_NAMES.into_iter().fold(Context::default(), |context, name| {
            let value = json[name].as_str().unwrap_or_default();
            context.with(name, &Json::from(value))
        })
    }
}

fn told(event: &Event, run: &Run) -> Option<Told> {
    let of = |command| Suggestion::new(command).of(&run.started.run_id);
    if let Event::GateWaiting { gate, waits_for, .. } = event {
        let next = match waits_for {
            // Whoever begins a gate by hand knows that it waits for them.
            // It goes on by itself; the child run tells of its own.
            WaitsFor::ChildRun => return None,
            WaitsFor::Person | WaitsFor::Agent if !run.started.driven => return None,
            WaitsFor::Person | WaitsFor::Agent => of("next"),
            WaitsFor::Approval => of("gate approve").at(gate),
            WaitsFor::Decision => of("gate start").at(gate),
            // The question itself tells of it.
            WaitsFor::Answer => return None,
        };
        let reason = run.gate(gate).and_then(|state| state.why_it_was_cut());
        return Some(Told {
            topic: Topic::Waiting,
            gate: Some(gate.clone()),
            waits_for: Some(*waits_for),
            reason: reason.map(str::to_owned),
            words: format!("waits for {waits_for} at {gate}"),
            next,
        });
    }
    if let Some(asked) = asked(event, run) {
        return Some(asked);
    }
    if let Some((phase, gate)) = phase_of(event, run) {
        return Some(Told {
            topic: Topic::Phase(phase),
            gate,
            waits_for: None,
            reason: None,
            words: format!("is {phase}"),
            next: of("status"),
        });
    }
    if let Event::RunPaused { cause: PauseCause::Budget, reason } = event {
        return Some(Told {
            topic: Topic::Budget,
            gate: None,
            waits_for: None,
            reason: Some(reason.clone()),
            words: "was stopped by a budget".to_owned(),
            next: of("run resume").option("budget", OPEN),
        });
    }
    let Event::RunCompleted { status, reason } = event else { return None };
    let (topic, words) = match status {
        RunStatus::Passed => (Topic::Passed, "passed"),
        RunStatus::Failed => (Topic::Failed, "failed"),
        // Who cancels a run knows of it, and none ends in the others.
        RunStatus::Canceled | RunStatus::Running | RunStatus::Waiting | RunStatus::Paused => {
            return None;
        }
    };
    let failed = run.gates_in(GateStatus::Fail).next().filter(|_| topic == Topic::Failed);
    let why = failed.and_then(|gate| run.gate(gate)?.why_it_failed());
    Some(Told {
        topic,
        gate: failed.cloned(),
        waits_for: None,
        reason: reason.clone().or_else(|| why.map(str::to_owned)),
        words: match failed {
            Some(gate) => format!("{words} at {gate}"),
            None => words.to_owned(),
        },
        next: of("run show"),
    })
}

/// The question that an attempt left.
fn asked(event: &Event, run: &Run) -> Option<Told> {
    let Event::GateEscalated { gate, question, .. } = event else { return None };
    Some(Told {
        topic: Topic::Escalated,
        gate: Some(gate.clone()),
        waits_for: Some(WaitsFor::Answer),
        reason: Some(question.in_words()),
        words: format!("asks at {gate}"),
        next: Suggestion::new("forward").word(run.started.run_id.as_str()).word(OPEN_WORDS),
    })
}

/// The phase that the work comes to: that of a gate which begins for the first time, or as somebody says.
fn phase_of(event: &Event, run: &Run) -> Option<(Phase, Option<GateId>)> {
    if let Event::Noted(note) = event {
        return (note.kind == NoteKind::Phase).then(|| Some((Phase::parse(&note.text)?, None)))?;
    }
    let Event::GateStarted(GateStarted { gate, attempt: 1, .. }) = event else { return None };
    let planned = run.started.gates.iter().find(|planned| planned.gate.as_str() == gate.base())?;
    Some((planned.phase?, Some(gate.clone())))
}

/// The JSON Schema of what a webhook receives.
pub fn schema() -> Json {
    crate::document::schema_of::<Notification>().to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Channel;
    use crate::config::Config;
    use crate::event::Judged;
    use crate::event::testing::started;
    use crate::executor::ExecutorKind;
    use crate::id::AttemptId;
    use crate::source::Source;
    use std::path::Path;

    fn at(second: u32) -> Moment {
        Moment::parse(&format!("2026-01-19T14:30:{second:02}.000Z")).unwrap()
    }

    fn gate() -> GateId {
        GateId::parse("draft").unwrap()
    }

    /// What is told of the last of some events.
    fn last(events: &[Event]) -> Option<Notification> {
        let mut run = Run::begin(at(0), &Event::RunStarted(Box::new(started()))).unwrap();
        let mut told = None;
        for (event, seq) in events.iter().zip(2..) {
            run.apply(at(1), event).unwrap();
            told = Notification::of((seq, at(1)), event, &run);
        }
        told
    }

    fn begun() -> Event {
        Event::GateStarted(GateStarted::new(&AttemptId::new(&gate(), 1), ExecutorKind::Human))
    }

    #[test]
    fn what_waits_fails_passes_or_runs_dry_is_told() {
        let waits_for = WaitsFor::Approval;
        let judged = Some(Judged::default());
        let waiting = Event::GateWaiting { gate: gate(), attempt: 1, waits_for, judged };
        let told = last(&[begun(), waiting]).unwrap();
        let run = "run_20260119T143012Z_x_ab12cd";
        assert_eq!(told.id, format!("{run}:3"));
        assert_eq!(told.text, "w x waits for approval at draft");
        assert_eq!(told.next, format!("orch gate approve --run {run} --gate draft"));
        let (reason, judged) = ("too long".to_owned(), Judged::default());
        let failed = Event::GateFailed { gate: gate(), attempt: 1, reason, judged };
        let status = RunStatus::Failed;
        let over = Event::RunCompleted { status, reason: None };
        let told = last(&[begun(), failed, over]).unwrap();
        assert_eq!(told.text, "w x failed at draft: too long");
        assert_eq!((told.event, told.gate), (Topic::Failed, Some(gate())));
        let status = RunStatus::Passed;
        let told = last(&[Event::RunCompleted { status, reason: None }]).unwrap();
        assert_eq!((told.text.as_str(), told.status), ("w x passed", RunStatus::Passed));
        let reason = "the budget of 5.00 USD is spent".to_owned();
        let told = last(&[Event::RunPaused { reason, cause: PauseCause::Budget }]).unwrap();
        assert_eq!(told.text, "w x was stopped by a budget: the budget of 5.00 USD is spent");
    }

    #[test]
    fn nothing_else_is_told() {
        let reason = "lunch".to_owned();
        assert_eq!(last(&[Event::RunPaused { reason, cause: PauseCause::Person }]), None);
        let status = RunStatus::Canceled;
        assert_eq!(last(&[Event::RunCompleted { status, reason: None }]), None);
        assert_eq!(last(&[begun()]), None);
    }

    #[test]
    fn who_asked_for_it_is_told_in_their_words() {
        let text = "[[notify]]\non = ['passed']\ncommand = ['tell', '{{ text }}', '[{{ gate }}]']\n\
                    [[notify]]\non = ['failed', 'waiting']\ndesktop = true";
        let source = Source::new("orch.toml", text);
        let config = Config::of([&source], Path::new("/none")).unwrap();
        let status = RunStatus::Passed;
        let told = last(&[Event::RunCompleted { status, reason: None }]).unwrap();
        assert_eq!(told.entries(&config.notify), BTreeSet::from([config.notify[0].id()]));
        let Channel::Command(command) = &config.notify[0].channel else { panic!("no command") };
        assert_eq!(told.argv(command).unwrap(), ["tell", "w x passed", "[]"]);
    }
}
