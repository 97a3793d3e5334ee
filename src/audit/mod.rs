//! What a workflow may do, told from its definition before it runs: one file for each row. A row says
//! how far the definition decides it, and what it did not look at.

mod approvals;
mod attempts;
mod commands;
mod cost;
mod network;
mod order;
mod permissions;
mod pins;
mod places;
mod programs;
mod reach;
mod report;
mod rules;
mod sarif;
mod secrets;
mod subject;
mod trifecta;
mod waves;
mod work;
mod writes;
#[cfg(test)]
mod tests;

pub use reach::GateReach;
pub use reach::NetworkReach;
pub use reach::WriteReach;
pub use report::Audit;
pub use report::AuditChange;
pub use report::AuditFinding;
pub use report::AuditLevel;
pub use report::AuditLine;
pub use report::AuditRow;
pub use report::Certainty;
pub use rules::AUDIT_RULES;
pub use rules::AuditRule;
pub(crate) use subject::AuditSubject;

use crate::definition;

/// The rows, in the order in which they are shown.
const ROWS: [fn(&AuditSubject<'_>) -> AuditRow; 12] = [
    waves::row,
    work::row,
    attempts::row,
    cost::row,
    secrets::row,
    writes::row,
    approvals::row,
    trifecta::row,
    permissions::row,
    network::row,
    commands::row,
    pins::row,
];

/// Audits a workflow; runs nothing.
pub(crate) fn audit(subject: &AuditSubject<'_>) -> Audit {
    Audit {
        workflow: subject.workflow.name.clone(),
        version: subject.workflow.version.clone(),
        digest: definition::digest_of(&subject.definition.freeze()),
        rows: ROWS.iter().map(|row| row(subject)).collect(),
    }
}
