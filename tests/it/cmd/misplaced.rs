//! Words at the wrong place of a command line, and commands at the wrong time: what is said of them
//! is what to type.

use crate::house::House;

const GATES: &str = "[inputs]\nslug = { type = 'slug' }\n[[gate]]\nid = 'draft'\nexecutor = 'human'\n\
    [gate.answers]\nverdict = { type = 'choice', choices = ['ship', 'hold'] }\n";

#[test]
fn a_word_without_its_flag_is_told_the_flag() {
    let house = House::new().workflow("memo", GATES);
    let tips = [
        ("gate approve draft", "to name the gate, write --gate draft"),
        ("checkpoint list draft", "to name the run, write --run draft"),
        ("run start memo", "to name the workflow, write --workflow memo"),
        ("run --workflow memo", "to run a workflow, write: orch run memo"),
    ];
    for (words, tip) in tips {
        house.orch(words).code(2).says("unexpected argument").says(tip);
    }
    house.orch("gate approve --gate draft more").code(2).never_says("to name");
    house.orch("gate approve --nothing").code(2).never_says("to name");
    for path in ["workflows/memo.toml", "memo.toml"] {
        house.orch(&format!("run {path}")).code(2).says("help: did you mean `memo`?");
    }
}

#[test]
fn without_runs_that_is_what_is_said() {
    let house = House::new().workflow("memo", GATES);
    for words in ["status --run nope", "use nope"] {
        house.orch(words).code(2).says("`nope` not found: there are no runs");
    }
    let done = house.orch("ls").code(0);
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", "no runs\n"));
    house.orch("run memo --slug x").code(3);
    let said = |words: &str| house.orch(words).code(0).stderr.clone();
    assert_eq!(said("ls --status FAILED"), "no runs match\n");
    assert_eq!(said("ls --workflow memo --status FAILED"), "no runs match\n");
    let unknown = "no runs match: there is no workflow `mem`; did you mean `memo`?\n";
    assert_eq!(said("ls --workflow mem"), unknown);
}

#[test]
fn a_command_of_another_tool_is_told_by_its_name_here() {
    let house = House::new();
    let told = [
        ("stop", "orch run pause; to end the run for good: orch run cancel"),
        ("start", "orch run WORKFLOW"),
        ("continue", "orch run resume"),
        ("version", "orch --version"),
        ("validate", "orch workflow check"),
        (
            "retry",
            "orch run resume tries failed gates again; for a gate: orch gate redo --reason \"…\"",
        ),
        ("tail", "orch logs -f"),
        ("history", "orch run show"),
        ("watch", "orch status --watch"),
    ];
    for (typed, meant) in told {
        let done = house.orch(typed).code(2);
        assert_eq!(done.stderr, format!("error: unknown command `{typed}`\nhelp: {meant}\n"));
    }
    for words in ["run cancel", "run resume", "workflow check", "gate redo", "logs -f", "run show"]
    {
        house.orch(&format!("{words} --help")).code(0);
    }
}

#[test]
fn runs_that_no_worker_has_are_found_elsewhere() {
    let house = House::new().workflow("memo", GATES);
    house.orch("run memo --slug x").code(3);
    house.orch("list").code(0).says("no worker drives a run; for all runs: orch run list");
    for (typed, instead) in [
        ("get", "run show memo"),
        ("restart", "run resume memo"),
        ("cancel", "run cancel memo"),
        ("delete", "clean"),
    ] {
        let done = house.orch(&format!("{typed} memo")).code(2);
        done.says("error: no worker drives run `memo`\n")
            .says(&format!("help: for runs without a worker: orch {instead}\n"));
        house.copy().orch(instead).never_says("error");
    }
    let done = house.orch("cancel nope").code(2).says("no worker drives a run of `nope`");
    done.says("help: for all runs: orch run list\n");
    house.orch("logs --attempt 4 draft").code(2).says("gate draft has no attempt 4; it has 1");
}

#[test]
fn a_run_that_is_over_takes_no_more_from_its_gates() {
    let house = House::new().workflow("memo", GATES);
    house.orch("run memo --slug x").code(3);
    let asked = house.orch("gate finish").code(2);
    asked.says("gate draft requires an answer to `verdict`\nhelp: --answer 'verdict=ship|hold'\n");
    let open = house.orch("run complete").code(2);
    open.says("orch run resume\n      continues it; to end it as it is, write --status FAILED");
    house.orch("run cancel --reason x").code(0);
    for words in ["gate finish", "gate check"] {
        let over = house.orch(words).code(2);
        over.says("is CANCELED; no gate is running or waiting\nhelp: orch run show\n");
    }
    house.orch("run complete").code(2).says("is already CANCELED\nhelp: orch run show\n");
}

#[test]
fn a_failed_run_is_resumed() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['false']\n";
    let house = House::new().workflow("demo", gate);
    house.orch("run demo").code(1);
    house.orch("gate finish").code(2).says("is FAILED; no gate is running").says("orch run resume");
}

#[test]
fn values_of_flags_that_do_not_exist_are_told_with_their_flag() {
    let house = House::new().workflow("memo", GATES);
    let done = house.orch("run memo --slug x --agent nobody").code(2);
    done.says("unknown agent `nobody`\nhelp: known: ").never_says("-->").never_says(" more)");
    let done = house.orch("run memo --slug x --answers nofile").code(2);
    done.says("--answers names `nofile`, which does not exist");
    house.orch("explain redo").code(2).says("did you mean `gate redo`?");
}

#[test]
fn a_file_that_is_not_executable_is_called_so() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['./workflows/demo.toml']\n";
    let house = House::new()
        .workflow("demo", gate)
        .workflow("ask", "[[gate]]\nid = 'a'\nexecutor = 'agent'\n")
        .file("orch.toml", "[agents.mine]\ncommand = ['./workflows/demo.toml']\n");
    house.orch("run demo").says("`./workflows/demo.toml` is not executable");
    house
        .orch("run ask --agent mine")
        .code(2)
        .says("`./workflows/demo.toml`, which is not executable");
}

#[test]
fn a_command_of_a_group_is_found_without_the_group() {
    let house = House::new();
    for (typed, meant) in [
        ("waive", "orch gate waive"),
        ("fail", "orch gate fail"),
        ("amend", "orch run amend"),
        ("graph", "orch workflow graph"),
        ("stop", "orch run pause"),
        ("retry", "orch run resume"),
    ] {
        house.orch(typed).code(2).says(meant);
    }
}
