//! The texts of events that come from outside: what programs, people and files said. Ids, digests,
//! paths that later steps go by, and what was frozen or signed are none of them.

use super::Checkpoint;
use super::Decision;
use super::Event;
use super::Judged;
use super::Question;
use crate::check::Baseline;
use crate::finding::Finding;
use crate::workflow::input::Values;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What is done to a text.
pub type TextEdit<'c> = dyn Fn(&mut String) + 'c;

impl Event {
    /// Changes every text from outside.
    pub fn each_text(&mut self, change: &TextEdit<'_>) {
        self.each_word(change);
        if let Self::GateExpanded { items, .. } = self {
            for item in items {
                value(&mut item.value, change);
            }
        }
        if let Self::GateAnswered { answers, .. } = self {
            values(answers, change);
        }
        if let Self::GateStarted(started) = self
            && let Some(child) = &mut started.child
        {
            values(&mut child.inputs, change);
        }
    }

    /// Changes every text from outside that is for people: values, which later steps go by, are not.
    pub fn each_word(&mut self, change: &TextEdit<'_>) {
        let optional = |text: &mut Option<String>| text.iter_mut().for_each(change);
        match self {
            Self::RunStarted(started) => baselines(&mut started.baselines, change),
            Self::RunPaused { reason, .. }
            | Self::GateSkipped { reason, .. }
            | Self::GateWaived { reason, .. }
            | Self::GateRedone { reason, .. }
            | Self::GatesReopened { reason, .. } => change(reason),
            Self::RunCompleted { reason, .. }
            | Self::RunEnding { reason, .. }
            | Self::SessionEnded { reason, .. } => optional(reason),
            Self::GateStarted(started) => {
                optional(&mut started.session);
                optional(&mut started.reuse);
                if let Some(routing) = &mut started.routing {
                    optional(&mut routing.reason);
                }
                started.required_outputs.iter_mut().for_each(change);
            }
            Self::InvocationRecorded(call) => {
                for text in [&mut call.model, &mut call.session, &mut call.error] {
                    optional(text);
                }
            }
            Self::GateWaiting { judged: Some(judged), .. } => judged.each_text(change),
            Self::GatePassed { judged, .. } | Self::GateRerecorded { judged, .. } => {
                judged.each_text(change);
            }
            Self::GateFailed { reason, judged, .. } => {
                change(reason);
                judged.each_text(change);
            }
            Self::GateInterrupted { reason, findings: found, fallback, .. } => {
                change(reason);
                if let Some(routing) = fallback {
                    optional(&mut routing.reason);
                }
                findings(found, change);
            }
            Self::GateEscalated { question, .. } => question.each_text(change),
            Self::GateReplied { reply, .. } => change(&mut reply.text),
            Self::ChildEnded { child, .. } => optional(&mut child.reason),
            Self::GateJumped { findings: found, .. } => findings(found, change),
            Self::SessionStarted(started) => optional(&mut started.found),
            Self::CheckpointSealed(sealed) => sealed.each_text(change),
            Self::Noted(note) => change(&mut note.text),
            Self::RunAmended(amended) => {
                optional(&mut amended.reason);
                baselines(&mut amended.baselines, change);
            }
            Self::RunResumed { .. }
            | Self::RunWaiting { .. }
            | Self::GateWaiting { judged: None, .. }
            | Self::RangeSet(_)
            | Self::GateGathered { .. }
            | Self::GateExpanded { .. }
            | Self::GateAnswered { .. }
            | Self::InvocationStarted { .. }
            | Self::GateApproved { .. }
            | Self::GateHandedIn { .. }
            | Self::GatePolled { .. }
            | Self::GatesReused { .. }
            | Self::AgentGiven { .. }
            | Self::DecisionSigned(_)
            | Self::HeadSigned(_)
            | Self::SessionReady { .. }
            | Self::GateEstimated { .. }
            | Self::BudgetSet { .. } => {}
        }
    }
}

impl Decision {
    /// Changes every text from outside, before it is signed.
    pub fn each_text(&mut self, change: &TextEdit<'_>) {
        match self {
            Self::Rejected { reason: text, .. }
            | Self::Waived { reason: text, .. }
            | Self::Replied { text, .. } => change(text),
            Self::Finished { answers, .. } => values(answers, change),
        }
    }
}

impl Checkpoint {
    /// Changes every text from outside.
    fn each_text(&mut self, change: &TextEdit<'_>) {
        change(&mut self.reason);
        change(&mut self.summary);
        self.no_snapshot.iter_mut().for_each(change);
        self.snapshot.iter_mut().flat_map(|it| &mut it.left_out).for_each(change);
    }
}

impl Question {
    /// Changes every text from outside.
    fn each_text(&mut self, change: &TextEdit<'_>) {
        change(&mut self.text);
        self.options.iter_mut().chain(&mut self.domain).chain(&mut self.to).for_each(change);
    }
}

impl Judged {
    /// Changes every text from outside.
    pub fn each_text(&mut self, change: &TextEdit<'_>) {
        for artifact in &mut self.artifacts {
            change(&mut artifact.path);
        }
        for validation in &mut self.validations {
            validation.path.iter_mut().for_each(change);
            findings(&mut validation.findings, change);
        }
        findings(&mut self.findings, change);
        baselines(&mut self.baselines, change);
    }
}

fn values(values: &mut Values, change: &TextEdit<'_>) {
    for given in values.values_mut() {
        value(given, change);
    }
}

fn findings(findings: &mut [Finding], change: &TextEdit<'_>) {
    for finding in findings {
        change(&mut finding.message);
        let others =
            [&mut finding.path, &mut finding.expected, &mut finding.actual, &mut finding.printed];
        others.into_iter().flatten().chain(&mut finding.logs).for_each(change);
    }
}

fn baselines(baselines: &mut BTreeMap<String, Baseline>, change: &TextEdit<'_>) {
    for files in baselines.values_mut() {
        *files = std::mem::take(files)
            .into_iter()
            .map(|(mut path, digest)| {
                change(&mut path);
                (path, digest)
            })
            .collect();
    }
}

fn value(json: &mut Json, change: &TextEdit<'_>) {
    match json {
        Json::String(text) => change(text),
        Json::Array(items) => items.iter_mut().for_each(|item| value(item, change)),
        Json::Object(fields) => fields.values_mut().for_each(|field| value(field, change)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
