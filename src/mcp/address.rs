//! The addresses of what can be read: `orch://runs/…`.

use crate::uri;

const RUNS: &str = "orch://runs/";
const BRIEF: &str = "brief";
const GATES: &str = "gates";
const PACKET: &str = "packet";

/// Something that can be read, by its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// The record of a run.
    Run(String),
    /// What whoever resumes a run needs to know.
    Brief(String),
    /// The work that a gate asks for.
    Packet { run: String, gate: String },
}

impl Address {
    /// The forms, as RFC 6570 writes them, each with a name, what it is, and its media type.
    pub const TEMPLATES: [(&str, &str, &str, &str); 3] = [
        ("orch://runs/{run}", "run", "The record of a run", "application/json"),
        (
            "orch://runs/{run}/brief",
            "brief",
            "A summary of a run for the person or agent who resumes it",
            "text/markdown",
        ),
        (
            "orch://runs/{run}/gates/{gate}/packet",
            "packet",
            "The work that a gate asks for",
            "text/markdown",
        ),
    ];

    pub fn parse(uri: &str) -> Option<Self> {
        let decoded = |part: &str| uri::decoded(part).filter(|text| !text.is_empty());
        let parts: Vec<&str> = uri.strip_prefix(RUNS)?.split('/').collect();
        match parts.as_slice() {
            [run] => Some(Self::Run(decoded(run)?)),
            [run, BRIEF] => Some(Self::Brief(decoded(run)?)),
            [run, GATES, gate, PACKET] => {
                Some(Self::Packet { run: decoded(run)?, gate: decoded(gate)? })
            }
            _ => None,
        }
    }

    pub fn uri(&self) -> String {
        match self {
            Self::Run(run) => format!("{RUNS}{}", uri::segment(run)),
            Self::Brief(run) => format!("{RUNS}{}/{BRIEF}", uri::segment(run)),
            Self::Packet { run, gate } => {
                format!("{RUNS}{}/{GATES}/{}/{PACKET}", uri::segment(run), uri::segment(gate))
            }
        }
    }

    pub fn media_type(&self) -> &'static str {
        match self {
            Self::Run(_) => "application/json",
            Self::Brief(_) | Self::Packet { .. } => "text/markdown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_was_written() {
        let gate = "write[a b/c]".to_owned();
        let all = [
            Address::Run("run_1".to_owned()),
            Address::Brief("run_1".to_owned()),
            Address::Packet { run: "run_1".to_owned(), gate },
        ];
        for address in all {
            assert_eq!(Address::parse(&address.uri()), Some(address.clone()), "{}", address.uri());
        }
        for uri in ["", "orch://runs/", "orch://runs//brief", "orch://runs/a/b", "file:///a"] {
            assert_eq!(Address::parse(uri), None, "{uri}");
        }
    }
}
