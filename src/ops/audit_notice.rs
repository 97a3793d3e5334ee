//! What a person is told of a workflow's audit before a run of it: a summary the first time that it is
//! run here, and later what it may do more than at the last time.

use super::Project;
use crate::audit;
use crate::audit::Audit;
use crate::audit::AuditLevel;
use crate::audit::AuditSubject;
use crate::definition::Definition;
use crate::digest::Digest;
use crate::executor::ExecutorKind;
use crate::workflow::Workflow;
use crate::workflow::input::Values;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// Of larger workflows nothing is told unasked: neither a run nor a page waits for it.
pub const GATES_MAX: usize = 500;

/// What a person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditNotice {
    /// The workflow.
    pub workflow: String,
    /// The audit in a few lines; empty where it was run here before.
    pub summary: Vec<String>,
    /// What it may do more than when it was last run here, in words.
    pub wider: Vec<String>,
}

/// What was told at the last time, on this machine.
#[derive(Debug, Serialize, Deserialize)]
struct SeenAudit {
    digest: Digest,
    grants: Vec<String>,
}

/// Tells what is new of a workflow that is about to be run, and keeps that it was told; nothing where
/// nothing is.
pub fn notice(
    project: &Project,
    (workflow, definition): (&Workflow, &Definition),
    agent: Option<&str>,
) -> Option<AuditNotice> {
    if workflow.gates.len() > GATES_MAX {
        return None;
    }
    let subject =
        AuditSubject::new((workflow, definition), (&project.config, agent), &Values::new());
    let audit = audit::audit(&subject);
    let now = SeenAudit { digest: audit.digest, grants: audit.grants() };
    let place = project.store.seen_audit(&workflow.name);
    // A file that cannot be read says nothing: what is told once more does no harm.
    let before = place.read().ok().flatten();
    let before = before.and_then(|bytes| serde_json::from_slice::<SeenAudit>(&bytes).ok());
    let (summary, wider) = match &before {
        None => (summary(workflow, &audit), Vec::new()),
        Some(before) => {
            let is_new = |grant: &&String| !before.grants.contains(grant);
            (Vec::new(), now.grants.iter().filter(is_new).cloned().collect())
        }
    };
    let is_kept = before.is_some_and(|it| it.digest == now.digest && it.grants == now.grants);
    if !is_kept {
        let _ = place.write_view(&serde_json::to_vec(&now).unwrap_or_default());
    }
    let is_silent = summary.is_empty() && wider.is_empty();
    (!is_silent).then(|| AuditNotice { workflow: workflow.name.clone(), summary, wider })
}

/// An audit in a few lines.
pub fn summary(workflow: &Workflow, audit: &Audit) -> Vec<String> {
    let mut kinds: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for gate in workflow.gates.iter().filter(|gate| gate.end().is_none_or(|it| it.after_work)) {
        let kind = match gate.work.executor() {
            ExecutorKind::Human => ("person", "people"),
            ExecutorKind::Agent => ("agent", "agents"),
            ExecutorKind::Command => ("command", "commands"),
            ExecutorKind::Workflow => ("child run", "child runs"),
        };
        *kinds.entry(kind).or_default() += 1;
    }
    let kinds: Vec<String> = kinds
        .iter()
        .map(|((one, several), count)| {
            format!("{count} {}", if *count == 1 { one } else { several })
        })
        .collect();
    let count = workflow.gates.len();
    let gates = if count == 1 { "gate" } else { "gates" };
    let mut lines = vec![format!("{count} {gates}: {}", kinds.join(", "))];
    let stops = audit.row("cost").into_iter().flat_map(|row| &row.said);
    lines.extend(stops.filter(|line| line.gate.is_none()).map(|line| line.text.clone()));
    let levels = [AuditLevel::Error, AuditLevel::Warning].map(|level| (level, audit.count(level)));
    let counts = levels.iter().filter(|(_, count)| *count > 0).map(|(level, count)| {
        format!("{count} {}{}", level.as_str(), if *count == 1 { "" } else { "s" })
    });
    let counts: Vec<String> = counts.collect();
    if !counts.is_empty() {
        let rules: Vec<&str> = audit.rules(AuditLevel::Warning).into_keys().collect();
        lines.push(format!("{}: {}", counts.join(", "), rules.join(", ")));
    }
    lines
}
