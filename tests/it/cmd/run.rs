//! `orch run …`: flags from inputs, starting by hand, listing, showing, ending.

use crate::house::House;

fn house() -> House {
    House::new()
        .workflow(
            "demo",
            "description = 'A small demonstration'
             key = '{{ slug }}'
             [inputs]
             slug = { type = 'slug', help = 'What it is about' }
             artifact_path = { type = 'path', default = 'out/{{ slug }}', help = 'Where it goes' }
             depth = { type = 'choice', choices = ['quick', 'deep'], default = 'quick', help = 'How deep' }
             count = { type = 'integer', default = 2, help = 'How many' }
             loud = { type = 'bool', default = false, help = 'Whether loud' }
             parts = { type = 'list', optional = true, help = 'Its parts' }
             [[gate]]
             id = 'a'
             name = 'First'
             executor = 'human'
             contract = 'a'
             [[gate]]
             id = 'b'
             executor = 'command'
             command = ['true']",
        )
        .leaves("a", "{{ artifact_path }}/a.md")
}

#[test]
fn help_is_written_from_the_workflow() {
    let done = house().orch("run demo --help").code(0);
    insta::assert_snapshot!(done.shown(), @"
    exit 0
    -- stdout
    A small demonstration

    Usage: orch run demo [OPTIONS]

    Inputs:
          --slug <SLUG>             What it is about [required]
          --artifact-path <PATH>    Where it goes [default: out/{{ slug }}]
          --depth <quick|deep>      How deep [default: quick]
          --count <WHOLE_NUMBER>    How many [default: 2]
          --loud [<TRUE_OR_FALSE>]  Whether loud [default: false]
          --parts <LIST>            Its parts [comma-separated; repeat the flag for items that contain
                                    commas] [optional]

    Options:
          --again              Start another run of this key even if one is unfinished
          --budget <USD>       Budget for the whole run, in US dollars, counted from its start
          --agent <NAME>       Agent for gates whose role is not in orch.toml; `none` for no agent
          --jobs <N>           Maximum number of gates to run in parallel; defaults to the number of
                               cores
          --until <GATE>       Pause after this gate; the limit persists, and `end` removes it
          --start-from <GATE>  Start at this gate; earlier gates are judged by their existing outputs,
                               never run
          --detach             Have a worker drive the run, and return at once
          --worktree           Run in a git worktree of its own
          --junit <FILE>       Write the gate results as JUnit XML
          --answers <FILE>     Typed answers for gates that ask: TOML or JSON, one table per gate
      -h, --help               Print help

    Global options:
          --json              Print one JSON object instead of text
          --project <FOLDER>  Run as if started in this folder
          --ci                No prompts, no progress display; implied if `CI` is set
    -- stderr
    ");
}

#[test]
fn items_of_a_repeated_list_flag_are_taken_whole() {
    for (flags, parts) in [
        (&["--parts", "one, two,,three"][..], &["one", "two", "three"][..]),
        (&["--parts", "one, or two", "--parts", "three"], &["one, or two", "three"]),
        (&["--parts", "one, or two", "--parts", ""], &["one, or two"]),
        (&["--parts=", "--parts="], &[]),
    ] {
        let house = house();
        house.orch_with(&[&["run", "demo", "--slug", "x"], flags].concat()).code(3);
        assert_eq!(house.record()["inputs"]["parts"], serde_json::json!(parts));
    }
}

#[test]
fn inputs_of_every_type_reach_the_record() {
    let house = house();
    house.orch("run demo --slug x --count 7 --loud --parts one,two,three --depth deep").code(3);
    let record = house.record();
    assert_eq!(
        record["inputs"],
        serde_json::json!({
            "slug": "x", "artifact_path": "out/x", "depth": "deep", "count": 7, "loud": true,
            "parts": ["one", "two", "three"],
        })
    );
    assert_eq!(record["key"], "x");
    assert_eq!(record["depth"], "deep");
    assert_eq!(record["workflow"]["slug"], "x");
    assert_eq!(record["workflow"]["artifact_path"], "out/x");
}

#[test]
fn what_does_not_fit_an_input_is_refused_and_nothing_is_written() {
    let house = house();
    for (words, said) in [
        ("run demo", "slug"),
        ("run demo --slug Not_A_Slug!", "slug"),
        ("run demo --slug x --count many", "count"),
        ("run demo --slug x --depth deeep", "is not one of quick, deep"),
        ("run demo --slug x --loud perhaps", "loud"),
        ("run demo --slug x --slgu y", "--slug"),
        ("run demo --slug x --artifact-path ../up", "../up"),
        ("run demo --slug x --artifact-path /etc", "/etc"),
        ("run demo --slug x --artifact-path -rf", "-rf"),
        ("run demo --slug x --artifact-path .git/hooks", ".git"),
        ("run demo --slug x --artifact-path orchestration/runs/y", "orchestration/runs"),
        ("run demoo --slug x", "did you mean `demo`?"),
        ("run demo --slug x --jobs 0", "--jobs"),
        ("run demo --slug x --budget -1", "--budget"),
    ] {
        house.orch(words).code(2).says(said);
    }
    assert!(!house.has_runs());
}

#[test]
fn by_hand_every_gate_is_started_and_finished() {
    let house = house();
    let done = house.orch("run start --workflow demo --slug x").code(0);
    insta::assert_snapshot!(done.shown(), @"
    exit 0
    -- stdout
    run run_20260119T143012Z_x_000001 RUNNING
    head <sha256>
    -- stderr

    next:
      Start gate a.
      $ orch gate start --gate a
    ");
    assert_eq!(house.record()["status"], "RUNNING");
    house.orch("gate start --gate a").code(0).says("# Gate a · First");
    house.orch("gate finish").code(1).says("out/x/a.md");
    house.write("out/x/a.md", "text\n");
    house.orch("gate start --gate a").code(0);
    house.orch("gate finish").code(0);
    assert_eq!(house.gates(), "a PASS, b NOT_STARTED");
    house.orch("gate start --gate b").code(0).says("PASSED");
    assert_eq!(house.record()["status"], "PASSED");
    assert_eq!(house.attempts("a"), "FAIL PASS");
}

#[test]
fn run_start_says_what_it_lacks() {
    let house = house();
    house.orch("run start").code(2).says("--workflow");
    house.orch("run start --workflow demo").code(2).says("slug");
    house.orch("run start --workflow nope").code(2).says("nope");
    house.orch("run start --workflow demo --help").code(0).says("--artifact-path");
    assert!(!house.has_runs());
}

#[test]
fn runs_are_listed_newest_first_with_where_they_stand() {
    let house = house();
    house.orch("run list").code(0);
    house.orch("run demo --slug x").code(3);
    house.orch("run demo --slug y").code(3);
    house.orch("run cancel --run y --reason enough").code(0).says("CANCELED");
    let done = house.orch("run list").code(0);
    insta::assert_snapshot!(done.stdout, @"
    RUN                            STATUS    WORKFLOW  KEY  GATE  STARTED  TOOK    COST
    run_20260119T143212Z_y_0001jl  CANCELED  demo      y          2m ago   1m 01s
    run_20260119T143112Z_x_0000rt  WAITING   demo      x    a     3m ago
    ");
    let json = house.orch("run list --json").code(0).json();
    assert_eq!(json["success"], true);
    assert_eq!(json["data"][0]["key"], "y");
    assert_eq!(json["data"][1]["status"], "WAITING");
    assert_eq!(json["instructions"]["suggested_commands"].as_array().unwrap().len(), 0);
}

#[test]
fn runs_are_listed_by_what_is_asked_for() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    house.orch("run demo --slug y").code(3);
    house.orch("run cancel --run y").code(0);
    let keys = |words: &str| {
        let json = house.orch(&format!("run list --json {words}")).code(0).json();
        let keys = json["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|run| run["key"].as_str().unwrap().to_owned());
        keys.chain([".".to_owned()]).collect::<Vec<_>>().join(" ")
    };
    let asked = [
        "",
        "--status waiting",
        "--status CANCELED",
        "--key x",
        "--workflow demo --key y",
        "--workflow other",
        "--since 2026-01-19T14:31:00Z",
        "--since 2026-01-20",
        "--since 1d",
    ];
    let found = asked.map(|words| format!("{words}: {}", keys(words)));
    insta::assert_snapshot!(found.join("\n"), @"
    : y x .
    --status waiting: x .
    --status CANCELED: y .
    --key x: x .
    --workflow demo --key y: y .
    --workflow other: .
    --since 2026-01-19T14:31:00Z: y .
    --since 2026-01-20: .
    --since 1d: y x .
    ");
    house.orch("run list --status wating").code(2).says("did you mean `WAITING`?");
    house.orch("run list --since yesterday").code(2).says("neither a duration nor a time");
}

#[test]
fn a_run_is_shown_whole() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    house.orch("run show").code(0).says("WAITING");
    let json = house.orch("run show --run x --json").code(0).json();
    assert_eq!(json["data"]["run_id"], house.run_id());
    house.orch("run show --run nope").code(2).says("run `nope` not found");
}

#[test]
fn a_run_is_not_completed_while_a_gate_is_open() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    house
        .orch("run complete --status PASSED")
        .code(2)
        .says("a is WAITING")
        .says("b is NOT_STARTED");
    house.orch("run complete --status FAILED --reason tired").code(0);
    assert_eq!(house.record()["status"], "FAILED");
    assert_eq!(house.record()["reason"], "tired");
}

#[test]
fn a_canceled_run_stays_canceled() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    house.orch("run cancel").code(0);
    house.orch("run cancel").code(0);
    house.orch("run resume").code(0).says("CANCELED");
    house.orch("run complete --status PASSED").code(2).says("CANCELED");
    house.orch("gate finish --gate a").code(2);
    assert_eq!(house.record()["status"], "CANCELED");
}

#[test]
fn json_of_a_waiting_run_holds_the_packet_and_what_to_do() {
    let house = house();
    let json = house.orch("run demo --slug x --json").code(3).json();
    assert_eq!(json["success"], true);
    assert_eq!(json["data"]["status"], "WAITING");
    assert!(json["data"]["packet"].as_str().unwrap().starts_with("# Gate a"));
    assert_eq!(json["data"]["waiting"][0]["gate"], "a");
    assert_eq!(json["instructions"]["context_reminder"]["gate"], "a");
    let commands = json["instructions"]["suggested_commands"].to_string();
    assert!(commands.contains("orch done"), "{commands}");
}

#[test]
fn json_of_an_error_has_code_message_help_and_place() {
    let house = house().workflow("broken", "[[gate]]\nid = 'a'\nexecutor = 'humn'\n");
    let json = house.orch("run broken --json").code(2).json();
    insta::assert_json_snapshot!(json, @r#"
    {
      "success": false,
      "data": null,
      "error": {
        "code": "unsound",
        "message": "unknown executor `humn`",
        "causes": [],
        "help": "did you mean `human`?",
        "place": {
          "file": "workflows/broken.toml",
          "line": 5,
          "column": 12
        }
      },
      "instructions": {
        "next_actions": [],
        "suggested_commands": [],
        "context_reminder": {}
      }
    }
    "#);
    let json = house.orch("run demo --nope --json").code(2).json();
    assert_eq!(json["error"]["code"], "usage");
    assert!(json["data"].is_null());
    let json = house.orch("gate estimate --json").code(2).json();
    let message = "missing `<DURATION>`";
    assert_eq!(json["error"]["message"], message);
}

#[test]
fn a_failed_run_is_no_success_in_json() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['false']");
    let json = house.orch("run demo --json").code(1).json();
    assert_eq!(json["success"], false);
    assert_eq!(json["data"]["failed"][0]["gate"], "a");
}

#[test]
fn two_processes_never_drive_one_run() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'a'
         executor = 'command'
         shell = 'touch here; while ! test -f go; do sleep 0.02; done'",
    );
    let mut child = house.start("run demo");
    crate::house::wait_until("the gate is at work", || house.exists("here"));
    house.orch("run resume").code(5).says("is held by process");
    house.orch("run complete --status CANCELED").code(5);
    house.orch("status").code(0).says("RUNNING");
    house.write("go", "");
    assert!(child.wait().success());
    assert_eq!(house.gates(), "a PASS");
}

#[test]
fn a_run_whose_journal_is_damaged_is_listed_as_such() {
    let house = House::new().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'");
    house.orch("run demo").code(3);
    let damaged = house.run_id();
    let text = std::fs::read_to_string(house.journal()).unwrap();
    std::fs::write(house.journal(), text.replacen("GATE_STARTED", "GATE_STARTLED", 1)).unwrap();
    house.orch("run demo").code(3);
    let done = house.orch("run list").code(0);
    assert_eq!(done.stdout.lines().filter(|line| line.contains("demo")).count(), 2);
    let line = done.stdout.lines().find(|line| line.contains(&damaged)).unwrap();
    assert!(line.contains("DAMAGED"), "{}", done.shown());
    assert!(done.stderr.contains(&format!("orch verify --run {damaged}")), "{}", done.shown());
    let json = house.orch("run list --json").code(0).json();
    let entry = &json["data"][1];
    assert_eq!((&entry["run_id"], &entry["status"]), (&damaged.as_str().into(), &"DAMAGED".into()));
    assert!(entry["problem"].as_str().unwrap().contains("line 2"), "{entry}");
}

/// Each line is bound by the one after it; the last one has to be what is ever written there.
#[test]
fn nothing_is_built_on_a_last_line_in_other_bytes() {
    let house = House::new().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'");
    house.orch("run demo").code(3);
    house.orch("note hello").code(0);
    let sound = std::fs::read_to_string(house.journal()).unwrap();
    let number = sound.lines().count();
    let last = sound.lines().last().unwrap();
    let place = |what: &str| format!("journal.jsonl line {number}: {what}");
    for (bad, what) in [
        (format!("{last}\r"), "orch did not write this line"),
        (format!("{last} "), "orch did not write this line"),
        (last.replace("\"ts\"", "\"at\":1,\"ts\""), "orch did not write this line"),
        ("garbage".to_owned(), "orch did not write this line"),
        (
            last.replace("NOTED", "NOTED_DOWN"),
            "`NOTED_DOWN` is an event that this version of orch does not know",
        ),
    ] {
        std::fs::write(house.journal(), sound.replace(last, &bad)).unwrap();
        for command in ["status", "gate finish", "doctor", "verify"] {
            let done = house.orch(command);
            assert!(done.code != 0 && done.shown().contains(&place(what)), "{}", done.shown());
        }
    }
    // The advice is followed: the run goes on from its record.
    let journal = house.journal();
    let aside = format!("{}.aside", journal.display());
    house.orch("status").code(6).says("to continue from the committed record: mv ");
    std::fs::rename(journal, aside).unwrap();
    house.orch("gate finish").code(0);
    house.orch("verify").code(0);
}
