//! Workflows as other tools have them, written in this language: each goes to its end, and each fails
//! the way its authors mean it to.

use crate::house::House;
use crate::strangers::stranger;

/// Has the agent at a gate write a judgement.
fn judge(house: House, gate: &str, verdict: &str) -> House {
    let judgement = format!("judgements/{}.md", gate.split('.').next().unwrap_or(gate));
    let text = format!("---\\nverdict: {verdict}\\n---\\nRead whole.\\n");
    house.script(
        gate,
        &format!("# session: {gate}\nmkdir -p judgements\nprintf -- '{text}' > {judgement}"),
    )
}

fn triage(kind: &str) -> House {
    let mut house = stranger("triage")
        .script("classify", &format!("printf '{{\"kind\": \"{kind}\"}}' > \"$ORCH_ANSWERS\""))
        .script("reproduce", "printf '# Approach\\n\\nRun it.\\n' > approach.md")
        .script("outline", "printf '# Approach\\n\\nDraw it.\\n' > approach.md")
        .script("summary", "cat views/*.md > summary.md");
    for view in ["security", "speed", "words"] {
        let script = format!("mkdir -p views; echo {view} is good > views/{view}.md");
        house = house.script(&format!("read[{view}]"), &script);
    }
    house
}

#[test]
fn a_report_goes_the_way_of_its_kind_past_reviewers_side_by_side() {
    let house = triage("fault");
    house.orch("run triage --report r-1 --jobs 3").code(0);
    assert_eq!(
        house.gates(),
        "classify PASS, reply SKIPPED, reproduce PASS, outline SKIPPED, read PASS, \
         read[security] PASS, read[speed] PASS, read[words] PASS, summary PASS"
    );
    assert!(house.packet("summary", 1).contains("speed is good"));
}

#[test]
fn a_question_is_answered_and_that_is_all() {
    let house = triage("question");
    house.orch("run triage --report r-2").code(0).says("the question is answered");
    assert!(house.gates().contains("reply PASS"), "{}", house.gates());
    assert!(!house.exists("summary.md"));
}

#[test]
fn a_kind_that_there_is_none_of_fails_the_sorting() {
    let house = triage("rumour");
    house.orch("run triage --report r-3").code(1).says("rumour");
    assert!(house.gates().starts_with("classify FAIL, reply NOT_STARTED"), "{}", house.gates());
}

#[test]
fn ten_legs_are_reviewed_and_the_report_comes_of_those_that_are_done() {
    let mut house = stranger("legs");
    let legs = ["api", "build", "docs", "errors", "names", "paths", "speed", "state", "tests"];
    for leg in legs {
        let script =
            format!("mkdir -p legs\nprintf -- '---\\nverdict: PASS\\n---\\n' > legs/{leg}.md");
        house = house.script(&format!("leg[{leg}]"), &script);
    }
    let refused = "mkdir -p legs\nprintf -- '---\\nverdict: FAIL\\n---\\n' > legs/words.md";
    let house = house.script("leg[words]", refused);
    house.orch("run legs --jobs 4").code(1).says("FAIL leg[words]");
    assert!(house.gates().ends_with("leg[words] FAIL, report PASS"), "{}", house.gates());
    assert_eq!(house.read("report.md").matches("verdict: PASS").count(), 9);
    assert_eq!(house.read("report.md").matches("verdict: FAIL").count(), 1);
}

#[test]
fn style_is_mended_within_each_round_of_the_tests() {
    let house = stranger("mend")
        .script("change", "echo TAB > code.txt; touch scratch")
        .script("change.2", "echo style > code.txt")
        .script("change.3", "echo style works > code.txt");
    house.orch("run mend").code(0);
    assert_eq!(house.attempts("change"), "PASS PASS PASS");
    assert_eq!(house.attempts("style"), "FAIL PASS PASS");
    assert_eq!(house.attempts("units"), "FAIL PASS");
    assert!(!house.exists("scratch"));
}

#[test]
fn a_change_that_never_works_ends_after_its_visits_and_is_cleaned_up() {
    let house =
        stranger("mend").script("change", "echo never $ORCH_ATTEMPT > code.txt; touch scratch");
    house.orch("run mend").code(1);
    assert_eq!(house.attempts("units"), "FAIL FAIL FAIL");
    assert!(!house.exists("scratch"));
    assert!(house.gates().ends_with("tidy PASS"), "{}", house.gates());
}

fn phases() -> House {
    let plan = "echo '{\"draft\": 1, \"phases\": [{\"name\": \"base\"}, {\"name\": \"roof\"}]}' > plan.json; \
                sed -i s/1/$ORCH_ATTEMPT/ plan.json";
    let mut house = stranger("phases")
        .script("specify", "# session: s\necho House $ORCH_ATTEMPT. > specification.md")
        .script("plan", &format!("# session: p\n{plan}"));
    for phase in ["base", "roof"] {
        let script = format!(
            "# session: b\nmkdir -p built; echo {phase} >> order; echo $ORCH_ATTEMPT > built/{phase}.txt"
        );
        house = house.script(&format!("build[{phase}]"), &script);
    }
    for gate in ["judge-specification", "judge-plan", "judge-build"] {
        house = judge(house, gate, "PASS");
    }
    house
}

#[test]
fn phases_of_a_plan_are_built_one_after_the_other() {
    let house = phases();
    house.orch("run phases --goal house --jobs 4").code(0);
    assert_eq!(house.read("order"), "base\nroof\n");
}

#[test]
fn each_of_the_three_judges_can_send_the_work_back() {
    let mut house = phases();
    for gate in ["judge-specification", "judge-plan", "judge-build"] {
        house = judge(house, &format!("{gate}.1"), "FAIL");
    }
    house.orch("run phases --goal house").code(0);
    assert_eq!(house.attempts("specify"), "PASS PASS");
    assert_eq!(house.attempts("judge-build"), "FAIL PASS");
    assert_eq!(house.read("order"), "base\nroof\nbase\nroof\n");
}

#[test]
fn a_judge_who_never_agrees_ends_the_run() {
    let house = judge(phases(), "judge-plan", "FAIL");
    house.orch("run phases --goal house").code(1).says("the judge refused");
    assert_eq!(house.attempts("judge-plan"), "FAIL FAIL FAIL");
    assert!(!house.exists("built/base.txt"));
}

fn proposal() -> House {
    stranger("proposal")
        .script("specify", "echo First words. > specification.md")
        .script("specify.2", "echo Better words. > specification.md")
        .script("plan", "echo A plan. > plan.md; echo Settled. >> specification.md")
}

#[test]
fn nobody_plans_before_the_specification_is_approved() {
    let house = proposal();
    house.orch("run proposal").code(3);
    assert_eq!(house.gates(), "specify WAITING, plan NOT_STARTED");
    let yes = [("Approve this as", "yes\r")];
    let done = house.on_terminal("gate approve", &yes).code(0);
    done.says("Does it say what is not built?").says("First words.");
    assert_eq!(house.gates(), "specify PASS, plan PASS");
    assert_eq!(house.read("specification.md"), "First words.\nSettled.\n");
}

#[test]
fn what_is_rejected_is_written_again_and_shown_again() {
    let house = proposal();
    house.orch("run proposal").code(3);
    house.on_terminal("gate reject --reason vague", &[]).says("vague");
    house.orch("run resume").code(3);
    assert!(house.packet("specify", 2).contains("vague"));
    let yes = [("Approve this as", "yes\r")];
    house.on_terminal("gate approve", &yes).code(0).says("Attempt 2").says("Better words.");
}

#[test]
fn a_train_waits_for_its_build_and_for_two_people() {
    let house = stranger("train").file("build-is-there", "");
    house.orch("run train --number 2.0 --jobs 3").code(3).says("# 2.0");
    assert!(house.gates().contains("audit FAIL"), "{}", house.gates());
    house.orch("gate finish --gate owner --answer go=true").code(0);
    let last = house.orch("gate finish --gate security --answer go=true").code(0);
    last.says("2.0: audit FAIL, publish PASS").says("PASSED");
    assert_eq!(house.read("summary.md"), "2.0: audit FAIL, publish PASS\n");
    assert!(house.read("steps").ends_with("publish\nannounce\ntag\n"), "{}", house.read("steps"));
}

#[test]
fn a_train_that_one_of_them_stops_publishes_nothing_and_says_so() {
    let house = stranger("train").file("build-is-there", "");
    house.orch("run train --number 2.0").code(3);
    house.orch("gate finish --gate owner --answer go=false").code(0);
    house.orch("gate finish --gate security --answer go=true").code(0);
    assert_eq!(house.read("summary.md"), "2.0: audit FAIL, publish SKIPPED\n");
}

#[test]
fn a_train_whose_tests_fail_is_summed_up_all_the_same() {
    let house = stranger("train").file("broken", "");
    // All that follows `versions` begins before one of it can fail and stop the run.
    house.orch("run train --number 2.0 --jobs 4").code(1);
    assert_eq!(house.attempts("units"), "FAIL FAIL");
    assert_eq!(house.read("summary.md"), "2.0: audit FAIL, publish NOT_STARTED\n");
}

#[test]
fn all_of_them_rehearse() {
    let given = [
        ("triage", "--report r"),
        ("legs", ""),
        ("mend", ""),
        ("phases", "--goal g"),
        ("proposal", ""),
        ("train", "--number 1"),
    ];
    for (name, inputs) in given {
        stranger(name).orch(&format!("rehearse {name} {inputs}")).code(0);
    }
}

#[test]
fn an_item_that_no_gate_has_made_yet_is_rehearsed_by_example() {
    let said = stranger("phases").orch("rehearse phases --goal g").code(0);
    said.says("build[example]").says("built/example.txt");
    let house = stranger("phases").file("plan.json", "{\"phases\": [{\"name\": \"roof\"}]}");
    house.orch("rehearse phases --goal g").code(0).says("built/roof.txt");
}
