//! Which agent does the work of an attempt, where more than its role decided that.

use serde::Deserialize;
use serde::Serialize;

/// Which agent does the work of an attempt, and who would take over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Routing {
    /// The agent.
    pub agent: String,
    /// The route that was taken, or whose failure it takes over from; none if its role alone decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The agents that take over, one after the other, if its surroundings fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback: Vec<String>,
}

impl Routing {
    /// The agent of this name, and why it does the work.
    pub fn new(agent: impl Into<String>, reason: Option<String>, fallback: Vec<String>) -> Self {
        Self { agent: agent.into(), reason, fallback }
    }

    /// The agent and why it does the work, in words, where its role alone did not decide.
    pub fn words(&self) -> Option<String> {
        self.reason.as_ref().map(|reason| format!("agent {} ({reason})", self.agent))
    }

    /// The next agent that may do the work, if there is one, after this one failed for this reason.
    pub fn next(&self, failure: &str, may: impl Fn(&str) -> bool) -> Option<Self> {
        let at = self.fallback.iter().position(|name| may(name))?;
        let reason = format!("fallback of {}: {failure}", self.agent);
        Some(Self::new(&self.fallback[at], Some(reason), self.fallback[at + 1..].to_vec()))
    }
}
