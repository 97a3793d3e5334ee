//! Agents: through one door, by role, with what they cost; and nobody where none is named.

use crate::house::House;

fn house() -> House {
    House::new()
        .agents("[agents.poet]\nuse = 'claude'\nmodel = 'm'\n")
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'agent'
             agent = 'poet'
             contract = 'out'
             retry = { attempts = 2 }",
        )
        .leaves("out", "out.md")
        .script("write", "# cost_usd: 0.25\n# input_tokens: 7\necho x > out.md")
}

#[test]
fn what_an_agent_says_it_used_is_recorded() {
    let house = house();
    house.orch("run demo").code(0);
    let attempt = house.attempt("write", 1);
    let call = &attempt["invocations"][0];
    assert_eq!(attempt["agent"], "poet");
    assert_eq!(call["cost_usd"], 0.25);
    assert_eq!(call["input_tokens"], 7);
    assert_eq!(call["session"], "session-write-1");
    assert_eq!(call["model"], "scripted-model");
    let packet = std::fs::read_to_string(house.outside("packets/write.1.txt")).unwrap();
    assert_eq!(packet, house.packet("write", 1));
}

#[test]
fn what_an_agent_does_not_say_is_unknown() {
    let house = house().script("write", "# cost_usd: unknown\n# session: unknown\necho x > out.md");
    house.orch("run demo").code(0);
    let call = house.attempt("write", 1)["invocations"][0].clone();
    assert!(call["cost_usd"].is_null() && call["session"].is_null());
}

#[test]
fn an_agent_that_says_it_failed_has_failed() {
    let house = house().script("write.1", "# error: no credit left\necho x > out.md");
    house.orch("run demo").code(0).says("no credit left");
    assert_eq!(house.attempts("write"), "FAIL PASS");
    assert!(house.packet("write", 2).contains("no credit left"));
}

#[test]
fn with_agent_none_the_run_waits_and_shows_the_packet() {
    let house = house();
    let done = house.orch("run demo --agent none").code(3);
    assert!(done.stdout.contains("# Gate write"), "{}", done.stdout);
    house.write("out.md", "by hand\n");
    house.orch("gate finish").code(0).says("PASSED");
}

#[test]
fn an_unknown_agent_is_refused_before_anything_is_written() {
    let house = house();
    house.orch("run demo --agent claud").code(2).says("did you mean `claude`?");
    assert!(!house.has_runs());
}

#[test]
fn an_agent_whose_program_is_missing_says_so() {
    let house = house().file(
        "orch.toml",
        "[defaults]\nagent = 'mine'\n[agents.mine]\ncommand = ['no-such-program-anywhere']\n",
    );
    let done = house.orch("run demo").says("no-such-program-anywhere");
    assert_ne!(done.code, 0);
    assert_ne!(done.code, 70);
}

#[test]
fn an_agent_works_in_the_project_and_checks_itself() {
    let house = house().script(
        "write",
        &format!(
            "pwd > where.txt\n\"{0}\" gate check --hook 2> first.txt; echo $? >> first.txt\n\
             echo x > out.md\n\"{0}\" gate check --hook 2> second.txt; echo $? >> second.txt",
            env!("CARGO_BIN_EXE_orch")
        ),
    );
    house.orch("run demo").code(0);
    assert_eq!(
        house.read("where.txt").trim(),
        house.project().canonicalize().unwrap().display().to_string()
    );
    assert!(house.read("first.txt").ends_with("2\n"), "{}", house.read("first.txt"));
    assert!(house.read("first.txt").contains("out.md"));
    assert_eq!(house.read("second.txt"), "0\n");
}

#[test]
fn an_agent_cannot_give_a_persons_word() {
    let house = house();
    let text = house.read("workflows/demo.toml") + "\napproval = 'person'\n";
    let house = house.file("workflows/demo.toml", &text).script(
        "write",
        &format!(
            "echo x > out.md\nfor deed in 'approve' 'waive --reason r'; do \
             \"{}\" gate $deed 2>> said.txt; echo $? >> said.txt; done",
            env!("CARGO_BIN_EXE_orch")
        ),
    );
    house.orch("run demo").code(3);
    assert_eq!(house.gates(), "write WAITING");
    let said = house.read("said.txt");
    assert_eq!(said.lines().filter(|line| *line == "2" || *line == "5").count(), 2, "{said}");
}
