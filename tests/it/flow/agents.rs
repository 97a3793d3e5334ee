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

/// A writer that does `deed`, and an auditor that says BAD and is to say GOOD.
fn replaced(deed: &str) -> House {
    House::new()
        .file(
            "orch.toml",
            "[agents.writer]\ncommand = ['sh', 'writer.sh']\n\
             [agents.auditor]\ncommand = ['sh', '-c', 'cat >/dev/null; echo $WORD BAD > audit.md']\n\
             env = { WORD = 'very-secret' }\n",
        )
        .file("writer.sh", &format!("cat >/dev/null; echo b > b.md; {deed}\n"))
        .workflow(
            "demo",
            "[[gate]]\nid = 'write'\nexecutor = 'agent'\nagent = 'writer'\ncontract = 'out'\n\
             [[gate]]\nid = 'between'\nexecutor = 'human'\n\
             [[gate]]\nid = 'audit'\nexecutor = 'agent'\nagent = 'auditor'\naudits = 'write'\n",
        )
        .leaves("out", "b.md")
}

#[test]
fn a_run_goes_on_under_the_agents_that_it_began_with() {
    let house = replaced("sed -i 's/BAD/GOOD/' orch.toml");
    house.orch("run demo").code(3).says("orch.toml: it was changed during the attempt");
    house.orch("gate finish").code(0);
    assert_eq!(house.read("audit.md"), "very-secret BAD\n");
    let findings = house.attempt("write", 1)["findings"].to_string();
    assert!(findings.contains("continues with the agents and the environment it"), "{findings}");
    let kept = house.read(&format!(
        "orchestration/runs/{}/record/definition/agents/auditor.json",
        house.run_id()
    ));
    assert!(kept.contains("echo $WORD BAD") && kept.contains("WORD"), "{kept}");
    house.orch("verify").code(0);
    // What a variable holds may be a secret: no record has it.
    assert!(!house.git("log --patch --all").contains("very-secret"));
}

#[test]
fn an_agent_that_is_gone_from_the_files_still_plays() {
    let house = replaced("").script("unused", "");
    let text = house.read("orch.toml").replace("env = { WORD = 'very-secret' }\n", "");
    let house = house.file("orch.toml", &text);
    house.orch("run demo").code(3);
    house.write("orch.toml", "");
    house.orch("gate finish").code(0);
    assert_eq!(house.read("audit.md"), "BAD\n");
}

#[test]
fn another_value_of_an_agents_variable_is_not_taken_in_unasked() {
    let house = replaced("sed -i 's/very-secret/other/' orch.toml");
    house.orch("run demo").code(3);
    house.orch("gate finish").says("have changed since the run started");
    assert!(!house.exists("audit.md"));
    let text = house.read("orch.toml").replace("other", "very-secret");
    house.write("orch.toml", &text);
    house.orch("run resume").code(0);
}

#[test]
fn a_person_may_choose_another_agent_later_and_the_record_says_so() {
    let house = house().workflow(
        "demo",
        "[[gate]]\nid = 'write'\nexecutor = 'agent'\nagent = 'nobody'\ncontract = 'out'\n",
    );
    let text = house.read("orch.toml").replace("[defaults]\nagent = 'claude'\n", "");
    let house = house.file("orch.toml", &text);
    house.orch("run demo").code(3);
    house.orch("gate fail --reason alone");
    house.orch("run resume --agent poett").code(2).says("did you mean `poet`?");
    house.orch("run resume --agent poet").code(0);
    assert_eq!(house.attempt("write", 2)["definition"], "claude");
    let record = format!("orchestration/runs/{}/record", house.run_id());
    assert!(house.exists(&format!("{record}/definition/agents/poet.json")));
    assert!(house.record()["events"].to_string().contains("AGENT_GIVEN"));
    house.orch("verify").code(0);
}

#[test]
fn an_agent_that_cannot_do_its_work_says_so_and_its_attempt_fails_with_its_words() {
    let orch = env!("CARGO_BIN_EXE_orch");
    let house = house()
        .script(
            "write.1",
            &format!("{orch} gate fail --reason 'no network' > said\necho x > out.md"),
        )
        .script("write.2", "echo x > out.md");
    house.orch("run demo").code(0);
    assert!(house.read("said").contains("will fail when this work ends: no network"));
    assert_eq!(house.attempts("write"), "FAIL PASS");
    assert_eq!(house.attempt("write", 1)["failure_reason"], "no network");
    assert!(house.packet("write", 2).contains("no network"));
}

#[test]
fn an_agent_gives_up_no_gate_but_its_own() {
    let orch = env!("CARGO_BIN_EXE_orch");
    let gate = "executor = 'agent'\nneeds = []\n";
    let house = House::new()
        .agents("")
        .workflow("demo", &format!("[[gate]]\nid = 'a'\n{gate}[[gate]]\nid = 'b'\n{gate}"))
        .script("a", &format!("{orch} gate fail --gate b --reason no 2> said; echo $? >> said"))
        .script("b", "until test -s said; do sleep 0.1; done");
    house.orch("run demo --jobs 2").code(0);
    let said = house.read("said");
    assert!(said.contains("cannot fail gate b") && said.ends_with("2\n"), "{said}");
    assert_eq!(house.gates(), "a PASS, b PASS");
}

#[test]
fn an_agent_judges_its_own_gate_without_naming_it() {
    let orch = env!("CARGO_BIN_EXE_orch");
    let house = house().script("write", &format!("{orch} gate check > before; echo x > out.md"));
    house.orch("run demo").code(0);
    assert!(house.read("before").contains("gate write would fail"), "{}", house.read("before"));
    let packet = house.packet("write", 1);
    assert!(
        packet.contains("\n    orch gate check     # judge only, record nothing\n"),
        "{packet}"
    );
    assert!(packet.contains("\n    orch gate fail --reason \"…\"\n"), "{packet}");
}

#[test]
fn a_missing_program_is_told_before_anything_begins() {
    let house = house().file(
        "orch.toml",
        "[agents.mine]\ncommand = ['no-such-agent']\n[agents.poet]\nuse = 'mine'\n",
    );
    let done = house.orch("run demo").code(2);
    done.says("agent `poet` runs `no-such-agent`, which was not found on PATH");
    assert!(!house.has_runs());
    house.orch("run demo --agent none").code(3);
    house.orch("run resume --agent mine").code(2).says("which was not found on PATH");
    // Where nobody does the work, nobody needs to be there.
    house.orch("rehearse demo").code(0);
}
