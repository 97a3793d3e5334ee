//! What is known of programs by their names: which of them neither reach the network nor run what
//! they read, which are there to reach it, and which run a text as code.

use crate::template::Template;
use crate::workflow::Gate;
use crate::workflow::Work;
use regex::Regex;
use std::sync::LazyLock;

/// Programs that read and write files of the project at most, whatever their arguments say.
const INERT: [&str; 32] = [
    "[",
    "basename",
    "cat",
    "cksum",
    "cmp",
    "comm",
    "cp",
    "cut",
    "date",
    "diff",
    "dirname",
    "echo",
    "false",
    "grep",
    "head",
    "jq",
    "ls",
    "mkdir",
    "mv",
    "nl",
    "paste",
    "printf",
    "rm",
    "sha256sum",
    "sleep",
    "tail",
    "test",
    "touch",
    "tr",
    "true",
    "uniq",
    "wc",
];

/// Programs that run one of their arguments as code, and the flags before it; in `-ec` the last letter
/// counts.
const INTERPRETERS: [(&str, &[&str]); 16] = [
    ("sh", &["c"]),
    ("bash", &["c"]),
    ("dash", &["c"]),
    ("zsh", &["c"]),
    ("ksh", &["c"]),
    ("ash", &["c"]),
    ("fish", &["c", "command"]),
    ("pwsh", &["c", "command"]),
    ("powershell", &["c", "command"]),
    ("python", &["c"]),
    ("python3", &["c"]),
    ("node", &["e", "p", "eval", "print"]),
    ("perl", &["e", "E"]),
    ("ruby", &["e"]),
    ("php", &["r"]),
    ("lua", &["e"]),
];

/// Words of a script that stand where a program is called, and reach the network.
static ONLINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let programs = "curl|wget|gh|glab|ssh|scp|rsync|sftp|ftp|nc|ncat|socat|telnet|npx|bunx|uvx|aws|\
                    gcloud|az|kubectl|docker|podman|\
                    git (?:clone|fetch|ls-remote|pull|push|submodule)|\
                    (?:npm|pnpm|yarn|bun) (?:add|ci|exec|i|install|publish)|\
                    pipx? install|cargo (?:fetch|install|publish)|go (?:get|install)|\
                    apt(?:-get)? install";
    let before = r#"(?m)(?:^|[;&|(`!'"]|\b(?:then|do|else|exec|sudo|env|time)\b)\s*"#;
    Regex::new(&format!(r"{before}({programs})\b")).ok()
});

/// An argument that its program runs as code.
pub(super) struct CodeArgument<'a> {
    /// The program, by its name.
    pub program: String,
    /// Where in the arguments it stands.
    pub at: usize,
    pub text: &'a str,
}

/// The name of a program without its folder and its version.
pub(super) fn name_of(program: &str) -> &str {
    let name = program.rsplit('/').next().unwrap_or(program);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// The arguments that a program runs as code: `sh -ec SCRIPT`, wherever the program stands among them.
pub(super) fn code<'a>(argv: &[&'a str]) -> Vec<CodeArgument<'a>> {
    let mut found = Vec::new();
    for (at, word) in argv.iter().enumerate() {
        let name = name_of(word);
        let plain = name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        let known = INTERPRETERS.iter().find(|(known, _)| *known == name || *known == plain);
        let Some((program, flags)) = known else { continue };
        let flag = (at + 1..argv.len()).take_while(|next| argv[*next].starts_with('-'));
        let flag = flag.filter(|next| is_flag(argv[*next], flags)).last();
        if let Some(text) = flag.and_then(|flag| argv.get(flag + 1)) {
            let at = flag.unwrap_or_default() + 1;
            found.push(CodeArgument { program: (*program).to_owned(), at, text });
        }
    }
    found
}

fn is_flag(word: &str, flags: &[&str]) -> bool {
    match (word.strip_prefix("--"), word.strip_prefix('-')) {
        (Some(long), _) => flags.contains(&long),
        (None, Some(letters)) => {
            flags.iter().any(|flag| letters.eq_ignore_ascii_case(flag) || letters.ends_with(flag))
        }
        (None, None) => false,
    }
}

/// The words of a gate's command, as they are written; the script of a shell is one of them.
pub(super) fn words(gate: &Gate) -> Vec<&str> {
    match &gate.work {
        Work::Command(argv) => argv.iter().map(Template::text).collect(),
        Work::Shell { script, with } => {
            with.iter().map(String::as_str).chain([script.as_str()]).collect()
        }
        Work::Human | Work::Agent(_) | Work::Workflow(_) => Vec::new(),
    }
}

/// Whether a gate's command is one that neither reaches the network nor runs what it reads.
pub(super) fn is_inert(gate: &Gate) -> bool {
    match &gate.work {
        Work::Command(argv) => argv.first().is_some_and(|program| {
            let name = name_of(program.text());
            program.is_literal() && !program.text().contains('/') && INERT.contains(&name)
        }),
        Work::Human | Work::Agent(_) | Work::Shell { .. } | Work::Workflow(_) => false,
    }
}

/// The programs in a gate's command that are there to reach the network, as far as they are known.
pub(super) fn online(gate: &Gate) -> Vec<String> {
    let Some(pattern) = ONLINE.as_ref() else { return Vec::new() };
    let text = match &gate.work {
        // One program; what its arguments hold is no program, but for scripts.
        Work::Command(argv) => {
            let words: Vec<&str> = argv.iter().map(Template::text).collect();
            let scripts: Vec<&str> = code(&words).iter().map(|code| code.text).collect();
            let first = words.first().map(|program| name_of(program)).unwrap_or_default();
            let second = words.get(1).copied().unwrap_or_default();
            format!("{first} {second}\n{}", scripts.join("\n"))
        }
        Work::Shell { script, .. } => script.clone(),
        Work::Human | Work::Agent(_) | Work::Workflow(_) => return Vec::new(),
    };
    let mut found: Vec<String> = Vec::new();
    for one in pattern.captures_iter(&text).filter_map(|found| found.get(1)) {
        if !found.iter().any(|known| known == one.as_str()) {
            found.push(one.as_str().to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of<'a>(argv: &[&'a str]) -> Vec<&'a str> {
        code(argv).iter().map(|code| code.text).collect()
    }

    #[test]
    fn a_script_is_found_behind_its_flag() {
        assert_eq!(code_of(&["sh", "-c", "x"]), ["x"]);
        assert_eq!(code_of(&["/bin/bash", "-eu", "-c", "x", "y"]), ["x"]);
        assert_eq!(code_of(&["env", "A=1", "bash", "-ec", "x"]), ["x"]);
        assert_eq!(code_of(&["python3.12", "-c", "x"]), ["x"]);
        assert_eq!(code_of(&["node", "--eval", "x"]), ["x"]);
        assert!(code_of(&["sh", "x", "-c"]).is_empty());
        assert!(code_of(&["cat", "-c", "x"]).is_empty());
    }
}
