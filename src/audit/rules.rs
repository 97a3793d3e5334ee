//! The rules of an audit: what each finds, and how to mend it.

/// A rule, by which findings are named in text, JSON and SARIF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditRule {
    /// Its name, such as `no-budget`.
    pub name: &'static str,
    /// What it finds, as a noun phrase without a full stop.
    pub finds: &'static str,
    /// What to do about it, in Markdown. A finding says it for its own gate, agent or file.
    pub remedy: &'static str,
}

/// All rules, by name.
pub const AUDIT_RULES: [AuditRule; 13] = [
    AuditRule {
        name: "avoidable-person",
        finds: "An approval or a person's gate that a run may continue without",
        remedy: "Remove what lets the run pass it by: its `when`, `on_fail = \"ignore\"`, or a list that \
                 may be empty. Where answers from a file would do, add `approval = \"person\"`.",
    },
    AuditRule {
        name: "input-in-code",
        finds: "A value in a text that a shell or an interpreter runs",
        remedy: "Pass the value as an argument of its own, or read the variable `ORCH_INPUT_<NAME>` in the \
                 script.",
    },
    AuditRule {
        name: "input-names-program",
        finds: "A value that decides which program runs",
        remedy: "Name the program in the workflow, or make the input a `choice`.",
    },
    AuditRule {
        name: "input-run-by-script",
        finds: "A script that runs an input as code",
        remedy: "Keep the command in the workflow, and let the input choose among a few.",
    },
    AuditRule {
        name: "no-budget",
        finds: "An agent that no budget stops",
        remedy: "Add `[budget]` to the workflow, with a measure that its agents report; `minutes` binds \
                 each of them.",
    },
    AuditRule {
        name: "secret-for-agent",
        finds: "A secret that an agent can read",
        remedy: "Give the secret to a command gate that does the one thing it is for.",
    },
    AuditRule {
        name: "trifecta",
        finds: "Untrusted content, private data and a way out meet with no person deciding in between",
        remedy: "Put an approval or a person's gate in between, or take one of the three away with \
                 `[permits]`: `read` and `home` limit what is private, `network` the way out.",
    },
    AuditRule {
        name: "unordered-writes",
        finds: "A file that two gates may write at once",
        remedy: "Order the gates with `needs`.",
    },
    AuditRule {
        name: "unpinned-image",
        finds: "An image that is run by a name that can change",
        remedy: "Name the image by digest: `name@sha256:…`.",
    },
    AuditRule {
        name: "unpinned-model",
        finds: "An agent without a model of its own",
        remedy: "Write `model` in `[agents.NAME]`.",
    },
    AuditRule {
        name: "unpinned-package",
        finds: "A package that is fetched and run in its newest version",
        remedy: "Name the version.",
    },
    AuditRule {
        name: "unpinned-script",
        finds: "A script from the network that is run as it comes",
        remedy: "Keep the script in the project.",
    },
    AuditRule {
        name: "unrestricted-agent",
        finds: "An agent that does everything without asking",
        remedy: "List what it may do in `[agents.NAME]`.",
    },
];
