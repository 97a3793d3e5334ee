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
    started   2026-01-19T14:30:12.000Z, finished 2026-01-19T14:31:21.000Z after 1m 09s
    branch    main
    spent     0.0200 USD
    spent     220 tokens
    record    orchestration/runs/run_20260119T143012Z_demo_000001/record
    logs      orchestration/runs/run_20260119T143012Z_demo_000001/logs

    write Write it  PASS  2 attempts, 58.0s, 0.0200 USD
      1  FAIL  agent claude, 1.0s, 0.0100 USD
         error a.md: wrong number of words (expected at least 3, found 1) [word_count]
      2  PASS  agent claude, 53.0s, 0.0100 USD
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
