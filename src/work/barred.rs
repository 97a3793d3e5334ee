//! The sessions that an audit must not be done in: an agent tells its session at its end.

use crate::finding::Finding;
use serde::Deserialize;
use serde::Serialize;

/// Sessions that may not do a work.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Barred {
    /// The sessions.
    pub sessions: Vec<String>,
    /// Whether the work that is audited was done by the same agent: then this one's session must be
    /// told, and be another.
    pub is_same_agent: bool,
}

impl Barred {
    /// What is wrong with the session that an audit was done in.
    pub fn finding(&self, session: Option<&str>) -> Option<Finding> {
        let actual = match session {
            Some(session) if self.sessions.iter().any(|barred| barred == session) => session,
            None if self.is_same_agent => "a session that the agent did not report",
            Some(_) | None => return None,
        };
        let message = "the audit was done in the same session as the work it judges";
        Some(Finding::of("audits", message).expected("a different session").actual(actual))
    }
}
