//! What is not pinned: models, programs that are fetched when they run, images, scripts from the
//! network. By their looks, since only a run fetches them.

use super::places::Key;
use super::programs;
use super::report::AuditLevel;
use super::report::AuditRow;
use super::report::Certainty;
use super::subject::AuditSubject;
use super::subject::Found;
use super::subject::Player;
use super::subject::counted;
use super::work::role_of;
use crate::workflow::Gate;
use crate::workflow::Work;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A package that is fetched and run: the program, and the package with its version.
static FETCHED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let runners = "npx|bunx|uvx|pnpm dlx|yarn dlx|npm exec|pipx run";
    let flags = r"(?:\s+(?:-y|--yes|-q|--quiet|--))*";
    Regex::new(&format!(r"(?m)(?:^|[\s;&|(])({runners}){flags}\s+([@\w][\w./@=-]*)")).ok()
});

/// A script from the network that is run as it comes.
static PIPED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:curl|wget)\b[^|\n]*\|\s*(?:sudo\s+)?(?:ba|da|z|k)?sh\b").ok());

/// An image that is run.
static IMAGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let flags = r"(?:\s+(?:--rm|-it|-i|-t|-d|--\w[\w-]*=\S+|-[vew]\s+\S+))*";
    Regex::new(&format!(r"(?:docker|podman) (?:run|pull){flags}\s+([a-z0-9][\w./:@-]*)")).ok()
});

pub(super) fn row(subject: &AuditSubject<'_>) -> AuditRow {
    let mut row = AuditRow::new("pins");
    let mut told = BTreeSet::new();
    for (_, gate) in subject.gates() {
        if matches!(gate.work, Work::Agent(_))
            && let Player::Known(agent) = subject.player(role_of(gate))
            && agent.model.is_none()
            && told.insert(&agent.name)
        {
            let found = Found {
                rule: "unpinned-model",
                level: AuditLevel::Note,
                message: format!("agent {} uses the default model of its program", agent.name),
                help: format!("write model = \"…\" in [agents.{}]", agent.name),
            };
            row.findings.push(subject.at(gate, Key::Agent, found));
        }
        for found in fetched(gate) {
            let key = match &gate.work {
                Work::Shell { .. } => Key::Shell,
                Work::Command(_) => Key::Argument(0),
                Work::Human | Work::Agent(_) | Work::Workflow(_) => Key::Id,
            };
            row.findings.push(subject.at(gate, key, found));
        }
    }
    let count = row.findings.len();
    let seen = counted(count, "thing is not pinned", "things are not pinned");
    row.say(None, if count == 0 { "nothing unpinned found".to_owned() } else { seen });
    row.leave_out(
        Certainty::Partial,
        "what programs of the project fetch; commands are searched for known names only",
    );
    row
}

/// What the command of a gate fetches and runs as it comes.
fn fetched(gate: &Gate) -> Vec<Found> {
    let text = programs::words(gate).join(" ");
    let found = |rule, message: String, help: &str| Found {
        rule,
        level: AuditLevel::Warning,
        message,
        help: help.to_owned(),
    };
    let mut all = Vec::new();
    let packages = FETCHED.iter().flat_map(|pattern| pattern.captures_iter(&text));
    for package in packages.filter(|package| !is_pinned(&package[2])) {
        let message =
            format!("gate {} runs the newest {} with {}", gate.id, &package[2], &package[1]);
        all.push(found("unpinned-package", message, "name its version, as in npx x@1.2.3"));
    }
    if PIPED.as_ref().is_some_and(|pattern| pattern.is_match(&text)) {
        let message = format!("gate {} runs a script from the network as it comes", gate.id);
        all.push(found("unpinned-script", message, "keep the script in the project"));
    }
    let images = IMAGE.iter().flat_map(|pattern| pattern.captures_iter(&text));
    for image in images.filter(|image| !image[1].contains("@sha256:")) {
        let message = format!("gate {} runs the image {}, which can change", gate.id, &image[1]);
        all.push(found("unpinned-image", message, "name its digest, as in image@sha256:…"));
    }
    all
}

/// Whether the name of a package has a version.
fn is_pinned(package: &str) -> bool {
    let name = package.strip_prefix('@').unwrap_or(package);
    let version = name.rsplit_once('@').map(|(_, version)| version);
    let version = version.or_else(|| name.split_once("==").map(|(_, version)| version));
    version.is_some_and(|version| version.starts_with(|letter: char| letter.is_ascii_digit()))
}
