//! Who did a work: whom an audit must not be done by.

/// Who did a work, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Producer<'p> {
    /// As the record names it: a role, or what a person said.
    pub agent: Option<&'p str>,
    /// The definition that the agent ends in.
    pub definition: Option<&'p str>,
    /// The session of the agent's own program.
    pub session: Option<&'p str>,
}

impl Producer<'_> {
    /// Whether this is one agent with the other, under whatever names.
    pub fn is_same_agent(&self, other: &Producer<'_>) -> bool {
        let names = |of: &Self| [of.agent, of.definition];
        let others = [other.agent, other.definition];
        names(self).into_iter().flatten().any(|name| others.contains(&Some(name)))
    }
}
