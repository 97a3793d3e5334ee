//! `on_fail`: stop, continue, or go back a bounded number of times with the findings.

use crate::house::House;

fn independent(on_fail: &str) -> House {
    House::new().workflow(
        "demo",
        &format!(
            "[[gate]]
             id = 'bad'
             executor = 'command'
             command = ['false']
             needs = []
             on_fail = '{on_fail}'
             [[gate]]
             id = 'other'
             executor = 'command'
             command = ['true']
             needs = []
             [[gate]]
             id = 'after'
             executor = 'command'
             command = ['true']
             needs = ['bad']"
        ),
    )
}

#[test]
fn stop_starts_nothing_more() {
    let house = independent("stop");
    house.orch("run demo --jobs 1").code(1);
    assert_eq!(house.gates(), "bad FAIL, other NOT_STARTED, after NOT_STARTED");
}

#[test]
fn continue_lets_others_go_on_and_the_run_fails() {
    let house = independent("continue");
    house.orch("run demo --jobs 1").code(1);
    assert_eq!(house.gates(), "bad FAIL, other PASS, after NOT_STARTED");
    assert_eq!(house.record()["status"], "FAILED");
}

fn review(visits: u32) -> House {
    House::new()
        .agents("")
        .workflow(
            "demo",
            &format!(
                "[[gate]]
                 id = 'draft'
                 executor = 'agent'
                 contract = 'draft'
                 [[gate]]
                 id = 'between'
                 executor = 'command'
                 command = ['true']
                 [[gate]]
                 id = 'review'
                 executor = 'command'
                 command = ['true']
                 contract = 'review'
                 on_fail = {{ goto = 'draft', visits = {visits} }}"
            ),
        )
        .leaves("draft", "draft.md")
        .contract(
            "review",
            "[[output]]\npath = 'draft.md'\nchecks = [{ kind = 'contains_text', all = ['moon'] }]\n",
        )
        .script("draft", "echo the sun >> draft.md")
}

#[test]
fn a_jump_back_carries_the_findings_into_the_next_packet() {
    let house =
        review(2).script("draft.2", "grep -q moon packet || true; echo the moon > draft.md");
    house.orch("run demo").code(0).says("review failed; back to draft");
    assert_eq!(house.attempts("draft"), "PASS PASS");
    assert_eq!(house.attempts("between"), "PASS PASS");
    assert_eq!(house.attempts("review"), "FAIL PASS");
    let packet = house.packet("draft", 2);
    assert!(packet.contains("## Why the work was sent back"), "{packet}");
    assert!(packet.contains("moon") && packet.contains("[contains_text]"), "{packet}");
    assert!(!house.packet("draft", 1).contains("Findings"));
}

#[test]
fn what_earlier_rounds_found_is_told_again_behind_what_is_found_now() {
    let check = "checks = [{ kind = 'contains_text', all = ['moon', 'stars'] }]";
    let house = review(3)
        .contract("review", &format!("[[output]]\npath = 'draft.md'\n{check}\n"))
        .script("draft.2", "echo the moon >> draft.md")
        .script("draft.3", "echo the stars >> draft.md");
    house.orch("run demo").code(0);
    let earlier = "## Findings of earlier attempts (do not reintroduce them)\n\n";
    assert!(!house.packet("draft", 2).contains(earlier));
    let packet = house.packet("draft", 3);
    let (now, earlier) = packet.split_once(earlier).unwrap_or_else(|| panic!("{packet}"));
    assert!(now.contains("stars") && !now.contains("\"moon\""), "{packet}");
    assert!(earlier.contains("moon") && earlier.contains("(reported to attempt 2)"), "{packet}");
    assert!(!earlier.contains("stars"), "{packet}");
}

#[test]
fn jumps_are_bounded_and_then_the_run_fails() {
    let house = review(2);
    house.orch("run demo").code(1);
    assert_eq!(house.attempts("draft"), "PASS PASS PASS");
    assert_eq!(house.attempts("review"), "FAIL FAIL FAIL");
    assert_eq!(house.gates(), "draft PASS, between PASS, review FAIL");
}

#[test]
fn retries_come_before_the_jump() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'a'
         executor = 'command'
         command = ['true']
         [[gate]]
         id = 'b'
         executor = 'command'
         command = ['false']
         retry = { attempts = 2 }
         on_fail = { goto = 'a', visits = 1 }",
    );
    house.orch("run demo").code(1);
    assert_eq!(house.attempts("a"), "PASS PASS");
    assert_eq!(house.attempts("b"), "FAIL FAIL FAIL FAIL");
}

#[test]
fn a_gate_may_go_back_to_itself() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'a'
         executor = 'command'
         shell = 'test $ORCH_ATTEMPT = 3'
         on_fail = { goto = 'a', visits = 5 }",
    );
    house.orch("run demo").code(0);
    assert_eq!(house.attempts("a"), "FAIL FAIL PASS");
}

#[test]
fn what_is_ready_by_one_of_several_goes_before_a_jump_of_another() {
    for jobs in [1, 4] {
        let house = House::new().workflow(
            "demo",
            "[[gate]]
             id = 'quick'
             executor = 'command'
             command = ['true']
             needs = []
             [[gate]]
             id = 'slow'
             executor = 'command'
             shell = 'sleep 0.5; echo slow >> slow; test $(wc -l < slow) -ge 2'
             needs = []
             on_fail = { goto = 'slow', visits = 3 }
             [[gate]]
             id = 'use'
             executor = 'command'
             shell = 'echo use >> use'
             needs = ['quick', 'slow']
             join = 'any'",
        );
        house.orch(&format!("run demo --jobs {jobs}")).code(0);
        assert_eq!(house.gates(), "quick PASS, slow PASS, use PASS", "{jobs}");
        assert_eq!(house.read("use"), "use\nuse\n", "{jobs}");
    }
}

#[test]
fn what_was_ready_beside_the_gate_that_jumps_goes_first() {
    for jobs in [1, 4] {
        let gate = |id: &str, needs: &str, more: &str| {
            format!("[[gate]]\nid = '{id}'\nexecutor = 'command'\nneeds = [{needs}]\n{more}\n")
        };
        let plan = [
            gate("other", "", "command = ['true']"),
            gate("goal", "", "command = ['true']"),
            gate(
                "asks",
                "'goal'",
                "shell = 'sleep 0.2; test $ORCH_ATTEMPT -gt 1'\non_fail = { goto = 'goal', visits = 2 }",
            ),
            gate("paid", "'other', 'goal'", "shell = 'echo paid >> paid'"),
            gate("behind", "'paid'", "shell = 'echo behind >> behind'"),
        ];
        let house = House::new().workflow("demo", &plan.concat());
        house.orch(&format!("run demo --jobs {jobs}")).code(0);
        assert_eq!(house.read("paid"), "paid\npaid\n", "{jobs}");
    }
}
