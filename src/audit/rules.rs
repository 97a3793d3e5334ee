//! The rules of an audit, each in a sentence.

/// The name of each rule, and what it finds.
pub const AUDIT_RULES: [(&str, &str); 13] = [
    ("avoidable-person", "An approval or a person's gate that a run may continue without"),
    ("input-in-code", "A value in a text that a shell or an interpreter runs"),
    ("input-names-program", "A value that decides which program runs"),
    ("input-run-by-script", "A script that runs an input as code"),
    ("no-budget", "An agent that no budget stops"),
    ("secret-for-agent", "A secret that an agent can read"),
    (
        "trifecta",
        "Untrusted content, private data and a way out meet with no person deciding in between",
    ),
    ("unordered-writes", "A file that two gates may write at once"),
    ("unpinned-image", "An image that is run by a name that can change"),
    ("unpinned-model", "An agent without a model of its own"),
    ("unpinned-package", "A package that is fetched and run in its newest version"),
    ("unpinned-script", "A script from the network that is run as it comes"),
    ("unrestricted-agent", "An agent that does everything without asking"),
];
