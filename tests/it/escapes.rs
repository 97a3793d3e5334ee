//! Every command, with hostile names, texts and arguments: nothing that a terminal acts on comes out.

use crate::house::Done;
use crate::house::House;
use std::collections::BTreeSet;

const EVIL: &str =
    "e\u{1b}]0;PWN\u{7}\u{1b}[31m\u{9b}2J\u{202e}\u{2066}\u{200f}\u{7f}\u{1b}]52;c;eA==\u{7}\u{8}v";

/// Every command, as it may be typed; those that change something last. `EVIL` stands for itself.
const COMMANDS: [&str; 119] = [
    "status",
    "worker --until-idle --labels EVIL",
    "serve EVIL",
    "approver add EVIL",
    "mcp",
    "mcp --surface EVIL",
    "init --mcp EVIL",
    "spawn EVIL --workflow EVIL --input EVIL",
    "spawn EVIL --workflow demo",
    "convoy start EVIL --workflow EVIL --name EVIL",
    "convoy status EVIL",
    "convoy add EVIL --name EVIL",
    "convoy cancel EVIL --reason EVIL",
    "list --all",
    "witness",
    "clean",
    "clean --remove",
    "get EVIL",
    "ack",
    "restart EVIL",
    "cancel EVIL --reason EVIL",
    "delete EVIL",
    "forward demo EVIL",
    "escalate EVIL --options EVIL --domain EVIL",
    "pause --reason EVIL",
    "update --status EVIL",
    "errand --run EVIL --slot 1",
    "next",
    "brief",
    "logs",
    "log",
    "open",
    "open EVIL",
    "ls",
    "show",
    "cost",
    "cost --by gate",
    "doctor",
    "verify",
    "verify --all",
    "run list",
    "run show",
    "report",
    "report --format markdown",
    "export --format in-toto",
    "export EVIL --format slsa",
    "run demo --help",
    "run demo --nope EVIL",
    "run EVIL",
    "run amend --reason EVIL",
    "record push EVIL",
    "record fetch EVIL",
    "record fetch",
    "run demo --x EVIL --nope",
    "run demo --json --nope EVIL",
    "gate check",
    "gate check --hook",
    "gate check --gate EVIL",
    "gate finish --answer EVIL",
    "gate finish --answer EVIL=EVIL",
    "gate approve --gate a",
    "approve --gate a",
    "gate reject --gate a --reason EVIL",
    "gate waive --gate a --reason EVIL",
    "gate redo --gate a --reason EVIL",
    "gate redo --gate EVIL --reason EVIL",
    "gate estimate --gate a EVIL",
    "gate estimate --gate a 2h",
    "workflow list",
    "workflow show demo",
    "workflow show EVIL",
    "workflow check",
    "workflow check demo",
    "workflow audit demo",
    "workflow audit demo --x EVIL",
    "workflow audit EVIL --against EVIL",
    "workflow graph demo",
    "workflow graph demo --format mermaid",
    "workflow graph demo --format dot",
    "workflow schema",
    "workflow new EVIL",
    "workflow new other",
    "notify test",
    "contract test c",
    "contract test EVIL",
    "rehearse demo --x EVIL",
    "rehearse demo --fail EVIL",
    "completions bash",
    "man EVIL",
    "note EVIL",
    "update EVIL",
    "log EVIL",
    "decide EVIL",
    "checkpoint create --reason EVIL",
    "checkpoint list",
    "checkpoint show 1",
    "checkpoint show EVIL",
    "checkpoint diff 1",
    "checkpoint restore 1",
    "invocation record --gate a --agent EVIL --model EVIL",
    "record rebuild",
    "use EVIL",
    "use demo",
    "back",
    "explain EVIL",
    "explain",
    "init",
    "session start EVIL --workflow demo",
    "session status",
    "session list",
    "session pause --epic EVIL",
    "session resume EVIL",
    "session complete --epic EVIL",
    "done EVIL",
    "gate start --gate a",
    "gate fail --gate a --reason EVIL",
    "run pause --reason EVIL",
    "resume",
    "run resume",
];

/// What ends the run, and begins others.
const LAST: [&str; 4] = [
    "run complete --status FAILED --reason EVIL",
    "run cancel --reason EVIL",
    "run start demo",
    "EVIL",
];

fn house() -> House {
    let evil = EVIL.chars().map(|letter| format!("\\u{:04x}", u32::from(letter)));
    let evil = evil.collect::<String>();
    House::new()
        .workflow(
            "demo",
            &format!(
                "description = \"{evil}\"
                 key = \"demo\"
                 [inputs]
                 x = {{ type = 'string', default = \"{evil}\", help = \"{evil}\" }}
                 [[gate]]
                 id = 'loud'
                 name = \"{evil}\"
                 executor = 'command'
                 command = ['sh', 'say.sh', \"{evil}\"]
                 on_fail = 'continue'
                 [[gate]]
                 id = 'a'
                 name = \"{evil}\"
                 executor = 'human'
                 needs = []
                 attach = ['n/loud.txt']
                 contract = 'c'
                 answers = {{ q = {{ type = 'string', help = \"{evil}\", optional = true }} }}"
            ),
        )
        .contract("c", &format!("[[output]]\nglob = 'n/*.md'\nchecks = [{{ kind = 'not_contains', text = 'bad', message = \"{evil}\" }}]\n"))
        .file("say.sh", "printf %s \"$1\"; printf %s \"$1\" >&2; exit 1")
        .file("n/loud.txt", EVIL)
        .file(&format!("n/{EVIL}.md"), &format!("bad {EVIL}\n"))
        .file(&format!("workflows/{EVIL}.toml"), "name = 'x'\n")
}

/// Demands that a terminal would only show what came out.
fn is_harmless(words: &str, done: &Done) {
    let acts = |letter: char| {
        let turns = matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        turns || (letter.is_control() && !matches!(letter, '\n' | '\t'))
    };
    for text in [&done.stdout, &done.stderr] {
        assert!(!text.contains(acts), "orch {words}: {text:?}");
    }
    assert_ne!(done.code, 70, "orch {words}: {}", done.shown());
}

fn call(house: &House, words: &str, more: &[&str]) -> Done {
    let words: Vec<String> =
        words.split_whitespace().map(|word| word.replace("EVIL", EVIL)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).chain(more.iter().copied()).collect();
    house.orch_with(&words)
}

#[test]
fn no_command_lets_a_hostile_text_at_the_terminal() {
    let house = house();
    is_harmless("run demo", &house.orch("run demo").code(3));
    for words in COMMANDS.into_iter().chain(LAST) {
        is_harmless(words, &call(&house, words, &[]));
        let json = call(&house, words, &["--json"]);
        is_harmless(words, &json);
    }
    is_harmless("run demo --json", &house.orch("run demo --json"));
}

#[test]
fn no_command_is_left_out() {
    let mut all = BTreeSet::new();
    collect(&orch::cli::whole(), "", &mut all);
    // What works on its own prints nothing for anybody; help is told below.
    let works_alone = |command: &str| ["session keep", "notify send"].contains(&command);
    all.retain(|command| !works_alone(command) && !command.contains("help"));
    let left_out: Vec<&String> = all
        .iter()
        .filter(|command| {
            let begins = |words: &str| format!("{words} ").starts_with(&format!("{command} "));
            !COMMANDS.iter().chain(&LAST).any(|words| begins(words))
        })
        .collect();
    assert_eq!(left_out, [""; 0]);
}

fn collect(command: &clap::Command, path: &str, all: &mut BTreeSet<String>) {
    for inner in command.get_subcommands() {
        let path = format!("{path} {}", inner.get_name()).trim().to_owned();
        if inner.has_subcommands() {
            collect(inner, &path, all);
        } else {
            all.insert(path);
        }
    }
}

#[test]
fn a_terminal_is_shown_colours_and_nothing_else() {
    let house = house();
    house.orch("run demo").code(3);
    let shown = regex::Regex::new("\u{1b}\\[(?:[0-9];?)*[mKhlJAG]").unwrap();
    for words in [
        "status",
        "gate check",
        "workflow graph demo",
        "rehearse demo",
        "workflow list",
        "run demo --help",
    ] {
        let done = house.on_terminal(words, &[]);
        let left = shown.replace_all(&done.stdout, "").replace('\r', "");
        is_harmless(words, &Done { stdout: left, ..done.clone() });
        assert!(
            ["]0;PWN[31m", "ev", "e2Jv"].iter().any(|it| done.stdout.contains(it)),
            "orch {words}: {}",
            done.shown()
        );
    }
}
