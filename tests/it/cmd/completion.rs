//! Completion in a shell: commands and flags, and the names that a project has.

use crate::house::House;
use crate::house::lacks;

fn house() -> House {
    House::new()
        .workflow(
            "demo",
            "key = 'snow'
             [inputs]
             depth = { type = 'choice', choices = ['quick', 'deep'], default = 'quick' }
             loud = { type = 'bool', default = false }
             [[gate]]
             id = 'draft'
             executor = 'human'
             answers = { mood = { type = 'string' } }
             [[gate]]
             id = 'print'
             executor = 'human'",
        )
        .leaves("essay/draft", "a.txt")
        .agents("[agents.reviewer]\nuse = 'claude'\n")
}

/// What a shell offers behind these words; the last one is being typed.
fn offered(house: &House, words: &[&str]) -> Vec<String> {
    let mut command = house.program(env!("CARGO_BIN_EXE_orch"));
    let index = words.len() - 1;
    command.env("ORCH_COMPLETE", "bash").env("_CLAP_IFS", "\n");
    command.env("_CLAP_COMPLETE_INDEX", index.to_string()).arg("--").args(words);
    let output = crate::house::child::output(&mut command);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn names_of_the_project_are_offered() {
    let house = house();
    house.orch("run demo").code(3);
    house.orch("checkpoint create --reason here").code(0);
    let offered = |words: &[&str]| offered(&house, &[&["orch"], words].concat());
    let run = house.run_id();
    let cases: [(&[&str], &[&str]); 23] = [
        (&["gate", "approve", "--gate", ""], &["draft", "print"]),
        (&["gate", "approve", "--gate", "p"], &["print"]),
        (&["gate", "approve", "--run", &run, "--gate", "d"], &["draft"]),
        (&["open", "d"], &["draft"]),
        (&["run", "show", "--run", "run_"], &[&run]),
        (&["show", "--run", "run_"], &[&run]),
        (&["resume", "run_"], &[&run]),
        (&["use", "run_"], &[&run]),
        (&["run", "list", "--key", ""], &["snow"]),
        (&["session", "start", "--epic", ""], &["snow"]),
        (&["run", "resume", "--agent", "r"], &["reviewer"]),
        (&["run", "resume", "--until", ""], &["draft", "print"]),
        (&["workflow", "show", "de"], &["demo"]),
        (&["run", "de"], &["demo"]),
        (&["rehearse", "de"], &["demo"]),
        (&["contract", "test", "essay/"], &["essay/draft"]),
        (&["checkpoint", "show", ""], &["1"]),
        (&["explain", "min_s"], &["min_sources"]),
        (&["explain", "spl"], &["split"]),
        (&["show", "sn"], &["snow"]),
        (&["logs", "draft", "--attempt", ""], &["1"]),
        (&["done", "--answer", ""], &["mood="]),
        (&["session", "start", "--workflow", "demo", "--input", "d"], &["depth="]),
    ];
    for (words, names) in cases {
        let offered = offered(words);
        // Where a flag can stand too, flags come behind the names.
        let first: Vec<&String> = offered.iter().filter(|name| !name.starts_with("--")).collect();
        assert_eq!(first, names, "{words:?}: {offered:?}");
    }
}

#[test]
fn a_workflow_offers_its_inputs_and_their_choices() {
    let house = house();
    let offered = |words: &[&str]| offered(&house, &[&["orch", "run", "demo"], words].concat());
    assert_eq!(offered(&["--de"]), ["--detach", "--depth"]);
    assert_eq!(offered(&["--depth", ""]), ["quick", "deep"]);
    assert_eq!(offered(&["--loud", ""])[..2], ["true", "false"]);
    assert_eq!(offered(&["--until", "p"]), ["print"]);
    let flags = offered(&["--"]);
    assert!(flags.contains(&"--budget".to_owned()), "{flags:?}");
    assert!(!flags.iter().any(|flag| ["--now", "--seed"].contains(&flag.as_str())), "{flags:?}");
}

#[test]
fn a_rehearsal_and_a_start_by_hand_offer_the_same_inputs() {
    let house = house();
    for words in
        [&["orch", "rehearse", "demo"][..], &["orch", "run", "start", "--workflow", "demo"]]
    {
        let offered = |more: &[&str]| offered(&house, &[words, more].concat());
        assert_eq!(offered(&["--de"]), ["--depth"]);
        assert_eq!(offered(&["--depth", "q"]), ["quick"]);
        assert_eq!(offered(&["--loud", ""])[..2], ["true", "false"]);
    }
    assert_eq!(offered(&house, &["orch", "rehearse", "demo", "--fail", "d"]), ["draft"]);
    assert_eq!(offered(&house, &["orch", "run", "start", "--workflow", "de"]), ["demo"]);
    assert_eq!(offered(&house, &["orch", "run", "start", "--w"]), ["--workflow"]);
}

#[test]
fn a_project_elsewhere_and_none_at_all_are_no_trouble() {
    let house = house();
    let elsewhere = house.outside("packets");
    let folder = house.project().display().to_string();
    let offered = |words: &[&str]| {
        let mut command = house.program(env!("CARGO_BIN_EXE_orch"));
        command.env("ORCH_COMPLETE", "bash").env("_CLAP_IFS", "\n").current_dir(&elsewhere);
        command.env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string()).arg("--").args(words);
        crate::house::child::output(&mut command)
    };
    let none = offered(&["orch", "gate", "approve", "--gate", ""]);
    assert_eq!((none.status.code(), none.stdout.len()), (Some(0), 0));
    let there = offered(&["orch", "workflow", "show", "--project", &folder, "de"]);
    assert_eq!(String::from_utf8(there.stdout).unwrap().trim(), "demo");
    let shell = house.orch_by(&["env", "ORCH_COMPLETE=tcsh"], "status").code(2);
    assert!(shell.stderr.contains("unknown shell `tcsh`"), "{}", shell.shown());
}

#[test]
fn bash_takes_the_script() {
    let house = house();
    let orch = env!("CARGO_BIN_EXE_orch");
    let folder = orch.trim_end_matches("/orch");
    let script = "PATH=\"$1:$PATH\"; source <(orch completions bash)
        COMP_WORDS=(orch run demo --depth ''); COMP_CWORD=4; COMP_TYPE=9
        _clap_complete_orch orch '' --depth; echo \"${COMPREPLY[@]}\"";
    let mut bash = house.program("bash");
    let output = crate::house::child::output(bash.args(["-c", script, "bash", folder]));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "quick deep\n");
}

#[test]
fn fish_takes_the_script() {
    if lacks("fish") {
        return;
    }
    let house = house();
    let folder = env!("CARGO_BIN_EXE_orch").trim_end_matches("/orch");
    let script = "set -x PATH $argv[1] $PATH; orch completions fish | source
        complete --do-complete 'orch run demo --depth '
        complete --do-complete 'orch rehearse de'
        complete --do-complete 'orch gate appro'";
    let mut fish = house.program("fish");
    let output = crate::house::child::output(fish.args(["--no-config", "-c", script, folder]));
    let offered = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> =
        offered.lines().map(|line| line.split('\t').next().unwrap_or_default()).collect();
    assert_eq!(names, ["quick", "deep", "demo", "approve"], "{offered}");
}

/// Its completion belongs to the line editor, which wants a terminal.
#[test]
fn zsh_takes_the_script() {
    if lacks("zsh") {
        return;
    }
    let house = house();
    let folder = env!("CARGO_BIN_EXE_orch").trim_end_matches("/orch");
    let prepare = format!(
        "PATH={folder}:$PATH; autoload -U compinit; compinit -u -D; \
         source <(orch completions zsh); echo rea''dy\r"
    );
    let done = house.program_on_terminal(
        &["zsh", "--no-rcs", "--interactive"],
        &[
            ("\u{1b}[?2004h", &prepare),
            ("ready\r\n", "orch rehearse demo --depth d\t"),
            ("deep", "\u{15}orch gate appr\t"),
            ("approve", "\u{15}exit\r"),
        ],
    );
    assert_eq!(done.code, 0, "{}", done.shown());
}
