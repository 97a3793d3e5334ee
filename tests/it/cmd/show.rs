//! `run show`: what happened, without another command.

use crate::house::House;

#[test]
fn a_run_is_told_gate_by_gate_and_attempt_by_attempt() {
    let house = House::new()
        .agents("")
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             name = 'Write it'
             executor = 'agent'
             contract = 'text'
             retry = { attempts = 2 }
             approval = 'person'
             [[gate]]
             id = 'skip'
             executor = 'human'
             when = '{{ gates.write.attempts > 9 }}'
             [[gate]]
             id = 'send'
             executor = 'command'
             command = ['false']
             [[gate]]
             id = 'after'
             executor = 'human'",
        )
        .contract(
            "text",
            "[[output]]\npath = 'a.md'\nchecks = [{ kind = 'word_count', min = 3 }]\n",
        )
        .script("write.1", "echo one > a.md")
        .script("write.2", "echo one two three > a.md");
    house.orch("run demo").code(3);
    house.on_terminal("gate approve --note fine", &[("Approve this as", "yes\r")]).code(0);
    let shown = house.orch("run show").code(0);
    insta::assert_snapshot!(shown.stdout, @r#"
    run_20260119T143012Z_demo_000001 FAILED
    workflow  demo 1
    key       demo
    started   2026-01-19T14:30:12.000Z, finished 2026-01-19T14:31:23.000Z after 1m 11s
    branch    main
    spent     0.0200 USD
    spent     220 tokens
    record    orchestration/runs/run_20260119T143012Z_demo_000001/record
    logs      orchestration/runs/run_20260119T143012Z_demo_000001/logs

    write Write it  PASS  2 attempts, 2.0s, waited 54.0s, 0.0200 USD
      1  FAIL  agent claude, 1.0s, 0.0100 USD
         error a.md: word count (expected at least 3, found 1) [word_count]
      2  PASS  agent claude, 1.0s, waited 54.0s, 0.0100 USD
         approved by Ada <ada@example.org>: fine

    skip  SKIPPED  when = "{{ gates.write.attempts > 9 }}" is false

    send  FAIL
      1  FAIL  command, 1.0s
         error `false` exited with code 1 [executor]

    after  NOT_STARTED
    "#);
    let json = house.orch("run show --json").code(0).json();
    assert_eq!(json["data"]["schema"], "orch/run@1");
}

#[test]
fn answers_and_what_people_decided_are_told_with_their_reasons() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'ask'
             executor = 'human'
             [gate.answers]
             mood = { type = 'string' }
             remark = { type = 'string', optional = true }
             [[gate]]
             id = 'wait'
             executor = 'human'
             contract = 'c'
             [[gate]]
             id = 'last'
             executor = 'human'",
        )
        .leaves("c", "a.md");
    house.orch("run demo").code(3);
    // Nobody works at night.
    house.orch("--now 2026-01-19T15:00:00Z run pause").code(0);
    house.orch("--now 2026-01-20T08:00:00Z run resume").code(3);
    house.orch("--now 2026-01-20T08:01:00Z gate finish --answer mood=calm").code(0);
    house.orch("--now 2026-01-20T08:02:00Z gate redo --gate ask --reason gloomier").code(0);
    house.orch("--now 2026-01-20T08:03:00Z gate finish --gate ask --answer mood=sad").code(0);
    house.write("contracts/c.toml", "name = 'c'\n[[output]]\npath = 'b.md'\n");
    let amend = "--now 2026-01-20T08:04:00Z run amend --reason renamed";
    house.on_terminal(amend, &[("Apply this as", "yes\r")]).code(0);
    let waive = "--now 2026-01-20T08:05:00Z gate waive --gate wait --reason offline";
    house.on_terminal(waive, &[("Waive wait as", "yes\r")]).code(0);
    let shown = house.orch("--now 2026-01-20T08:06:00Z run show").code(0);
    insta::assert_snapshot!(shown.stdout, @"
    run_20260119T143012Z_demo_000001 WAITING
    workflow  demo 1
    key       demo
    started   2026-01-19T14:30:12.000Z
    branch    main
    record    orchestration/runs/run_20260119T143012Z_demo_000001/record
    logs      orchestration/runs/run_20260119T143012Z_demo_000001/logs
    amended   2026-01-20T08:04:02.000Z contracts/c.toml by Ada <ada@example.org>: renamed

    ask  PASS  2 attempts, 31m 44s
      1  PASS  human, 30m 46s
         answered mood: calm
         redone by Ada <ada@example.org>: gloomier
      2  PASS  human, 58.0s
         answered mood: sad

    wait  WAIVED  2 attempts, 1m 53s
      1  CANCELED  human, 56.0s
      2  CANCELED  human, 57.0s
         waived by Ada <ada@example.org>: offline

    last  WAITING  waits for a person
      1  WAITING  human, 55.0s
    ");
    let brief = house.orch("--now 2026-01-20T08:06:00Z brief").code(0);
    brief.says("- ask PASS, 2 attempts\n  - answered mood: sad\n");
}
