//! The course of a run: jumps with work beside them, gates that end it, and what runs at its end.

use crate::house::House;

fn shell(id: &str, script: &str, more: &str) -> String {
    format!("[[gate]]\nid = '{id}'\nexecutor = 'command'\nshell = '''{script}'''\n{more}\n")
}

fn lines(house: &House, path: &str) -> usize {
    if house.exists(path) { house.read(path).lines().count() } else { 0 }
}

#[test]
fn two_refusals_are_one_jump_whatever_is_at_work_beside_it() {
    let back = "needs = ['write']\non_fail = { goto = 'write', visits = 2 }";
    let plan = shell("write", "echo again >> drafts", "")
        + &shell("quick", "[ $(wc -l < drafts) -ge 2 ]", back)
        + &shell("slow", "sleep 0.3; [ $(wc -l < drafts) -ge 2 ]", back)
        + &shell("print", "echo printed >> printed", "needs = ['quick', 'slow']");
    for jobs in [1, 2, 8] {
        let house = House::new().workflow("demo", &plan);
        house.orch(&format!("run demo --jobs {jobs}")).code(0);
        assert_eq!(house.gates(), "write PASS, quick PASS, slow PASS, print PASS");
        let seen = (lines(&house, "drafts"), lines(&house, "printed"));
        assert_eq!(seen, (2, 1), "--jobs {jobs}");
        assert_eq!(house.attempts("slow"), "FAIL PASS", "--jobs {jobs}");
    }
}

#[test]
fn what_a_jump_opens_again_does_not_begin_before_it() {
    let plan = shell("write", "echo again >> drafts", "")
        + &shell("lint", "[ $(wc -l < drafts) -ge 2 ]", "on_fail = { goto = 'write', visits = 1 }")
        + &shell("build", "sleep 0.3", "needs = ['write']")
        + &shell("publish", "echo published >> published", "");
    for jobs in [1, 4] {
        let house = House::new().workflow("demo", &plan);
        house.orch(&format!("run demo --jobs {jobs}")).code(0);
        assert_eq!(lines(&house, "published"), 1, "--jobs {jobs}");
    }
}

#[test]
fn visits_of_an_inner_loop_count_anew_in_each_round_of_the_outer_one() {
    let plan = |per: &str| {
        shell("phase", "echo phase >> phases; : > steps", "")
            + &shell("step", "echo step >> steps", "")
            + &shell(
                "review",
                "[ $(wc -l < steps) -ge 2 ]",
                &format!("on_fail = {{ goto = 'step', visits = 1{per} }}"),
            )
            + &shell(
                "more",
                "[ $(wc -l < phases) -ge 3 ]",
                "on_fail = { goto = 'phase', visits = 5 }",
            )
    };
    for per in ["", ", per = 'more'"] {
        let house = House::new().workflow("demo", &plan(per));
        house.orch("run demo").code(0);
        assert_eq!(house.attempts("review"), "FAIL PASS FAIL PASS FAIL PASS");
    }
    let house = House::new().workflow("demo", &plan(", per = 'step'"));
    house.orch("run demo").code(2).says("`per` is `step`, whose jumps do not reopen `review`");
}

#[test]
fn visits_that_are_used_up_end_the_run() {
    let plan = shell("write", "true", "")
        + &shell("audit", "false", "on_fail = { goto = 'write', visits = 2 }");
    let house = House::new().workflow("demo", &plan);
    house.orch("run demo").code(1);
    assert_eq!(house.attempts("audit"), "FAIL FAIL FAIL");
    assert_eq!(house.attempts("write"), "PASS PASS PASS");
}

#[test]
fn an_ignored_failure_stays_in_the_record_and_holds_nothing_up() {
    let plan = shell("advise", "echo too long; exit 1", "on_fail = 'ignore'")
        + &shell("ship", "echo shipped >> shipped", "");
    let house = House::new().workflow("demo", &plan);
    house.orch("run demo").code(0);
    assert_eq!(house.gates(), "advise FAIL, ship PASS");
    assert_eq!(house.record()["status"], "PASSED");
    house.orch("verify").code(0);
}

#[test]
fn what_cleans_up_runs_at_every_end_and_not_while_somebody_is_waited_for() {
    let plan = shell("up", "echo up >> log", "")
        + &shell("test", "[ -e ok ]", "")
        + &shell("down", "echo down >> log", "finally = true")
        + "[[gate]]\nid = 'look'\nexecutor = 'human'";
    let house = House::new().workflow("demo", &plan);
    house.orch("run demo").code(1);
    assert_eq!(house.read("log"), "up\ndown\n");
    house.write("ok", "");
    house.orch("run resume").code(3);
    assert_eq!(house.read("log"), "up\ndown\n");
    house.orch("run cancel --reason enough").code(0);
    assert_eq!(house.read("log"), "up\ndown\ndown\n");
    assert_eq!(house.record()["status"], "CANCELED");
    assert_eq!(house.record()["reason"], "enough");
    house.orch("verify").code(0);
}

#[test]
fn a_clean_up_that_fails_fails_the_run_and_the_next_one_runs_all_the_same() {
    let plan = shell("work", "true", "")
        + &shell("stop", "false", "finally = true")
        + &shell("remove", "echo removed >> log", "finally = true");
    let house = House::new().workflow("demo", &plan);
    house.orch("run demo").code(1);
    assert_eq!(house.gates(), "work PASS, stop FAIL, remove PASS");
    assert_eq!(lines(&house, "log"), 1);
}

#[test]
fn a_gate_can_end_the_run_early() {
    let plan = |status: &str| {
        format!(
            "[inputs]
             found = {{ type = 'bool', default = false }}
             {}[[gate]]
             id = 'enough'
             when = '{{{{ not found }}}}'
             end = {{ status = '{status}', reason = 'nothing to fix' }}
             {}{}",
            shell("look", "true", ""),
            shell("work", "echo worked >> worked", ""),
            shell("tidy", "echo tidied >> tidied", "finally = true"),
        )
    };
    let house = House::new().workflow("demo", &plan("PASSED"));
    house.orch("run demo").code(0);
    assert_eq!(house.gates(), "look PASS, enough PASS, work NOT_STARTED, tidy PASS");
    assert_eq!(house.record()["reason"], "nothing to fix");
    house.orch("verify").code(0);
    house.orch("run demo --found").code(0);
    assert_eq!(lines(&house, "worked"), 1);
    let house = House::new().workflow("demo", &plan("CANCELED"));
    house.orch("run demo").code(0);
    assert_eq!(house.record()["status"], "CANCELED");
    assert_eq!(lines(&house, "tidied"), 1);
}

#[test]
fn a_gate_with_work_ends_the_run_once_it_has_passed() {
    let plan = shell("enough", "echo done >> log", "end = { status = 'PASSED' }")
        + &shell("more", "echo more >> log", "needs = ['enough']");
    let house = House::new().workflow("demo", &plan);
    house.orch("run demo").code(0);
    assert_eq!(house.read("log"), "done\n");
}

#[test]
fn mistakes_in_the_course_are_told_with_what_to_write() {
    let told = |plan: &str, says: &str| {
        House::new().workflow("demo", plan).orch("workflow check demo").code(2).says(says);
    };
    told("[[gate]]\nid = 'a'", "gate `a` has no executor");
    told(
        &(shell("a", "true", "") + &shell("b", "true", "join = { passed_min = 2 }")),
        "`passed_min` is 2, but `needs` has 1",
    );
    told(
        &shell("b", "true", "needs = []\njoin = { passed_min = 0 }"),
        "`passed_min` must be at least 1",
    );
    told(
        &(shell("a", "true", "finally = true") + &shell("b", "true", "needs = ['a']")),
        "`a` runs at the end of the run, after this gate",
    );
    told(
        &shell("a", "true", "finally = true\non_fail = { goto = 'a', visits = 1 }"),
        "a `finally` gate must not use `goto`",
    );
    told(
        "[[gate]]\nid = 'a'\ncontract = 'c'\nend = { status = 'PASSED' }",
        "a gate with `end` and without executor must not have `contract`",
    );
    told(
        &shell("a", "true", "finally = true\nend = { status = 'PASSED' }"),
        "`end` and `finally` exclude each other",
    );
    for key in [
        "answers = { x = { type = 'bool' } }",
        "timeout = '5m'",
        "retry = { attempts = 2 }",
        "on_fail = 'continue'",
    ] {
        let says = format!("must not have `{}`", key.split_once(' ').unwrap().0);
        told(&format!("[[gate]]\nid = 'a'\nend = {{ status = 'PASSED' }}\n{key}"), &says);
    }
}

#[test]
fn a_gate_behind_one_that_ends_the_run_is_told() {
    let end = |id: &str, more: &str| {
        format!("[[gate]]\nid = '{id}'\nneeds = ['a']\nend = {{ status = 'PASSED' }}\n{more}\n")
    };
    let when = "when = '{{ gates.a.attempts == 1 }}'";
    let check = |course: &str, more: &str| {
        let house = House::new()
            .workflow("demo", &(shell("a", "true", "") + course + &shell("b", "true", more)));
        house.orch("workflow check demo")
    };
    let any = "needs = ['stop']\njoin = 'any'";
    let told = check(&end("stop", when), any).code(2).says("gate `b` can never run");
    told.says("it waits for `stop`, which ends the run").says("demo.toml:14:6");
    check(&end("stop", ""), "").code(2).says("`stop` always ends the run first");
    let two = "needs = ['a', 'stop']\njoin = { passed_min = 2 }";
    check(&end("stop", when), two).code(2).says("it waits for 2 gates to pass, but only 1 can");
    let twice = "needs = ['a', 'a']\njoin = { passed_min = 2 }";
    check("", twice).code(2).says("it waits for 2 gates to pass, but only 1 can");
    for (course, more) in [
        (end("stop", when), ""),
        (end("stop", when), "needs = ['a', 'stop']\njoin = 'any'"),
        (end("stop", ""), "needs = ['stop']\njoin = 'done'"),
        (shell("stop", "true", &format!("end = {{ status = 'PASSED' }}\n{when}")), any),
    ] {
        check(&course, more).code(0);
    }
}

#[test]
fn keys_that_nobody_reads_at_a_person_s_gate_are_told() {
    let human = |key: &str| format!("[[gate]]\nid = 'a'\nexecutor = 'human'\n{key}\n");
    let house = House::new().workflow("demo", &human("timeout = '5m'"));
    house.orch("workflow check demo").code(0);
    let command = human("timeout = '5m'").replace("'human'", "'command'\ncommand = ['true']");
    house.workflow("demo", &command).orch("workflow check demo").code(0);
    let from = |pointer: &str| {
        let answers = "answers = { x = { type = 'bool' } }";
        shell(
            "a",
            "true",
            &format!("{answers}\nanswers_from = {{ file = 'a.json', pointer = '{pointer}' }}"),
        )
    };
    let house = House::new().workflow("demo", &from("said.x"));
    house.orch("workflow check demo").code(2).says("write pointer = \"/said/x\"");
    house.workflow("demo", &from("/said/x")).orch("workflow check demo").code(0);
}

#[test]
fn an_end_that_says_passed_stands_for_no_failure() {
    let house = |on_fail: &str| {
        House::new().workflow(
            "demo",
            &format!(
                "[[gate]]
                 id = 'lint'
                 executor = 'command'
                 needs = []
                 command = ['false']
                 on_fail = '{on_fail}'
                 [[gate]]
                 id = 'build'
                 executor = 'command'
                 needs = []
                 command = ['true']
                 [[gate]]
                 id = 'e'
                 needs = ['build']
                 end = {{ status = 'PASSED' }}"
            ),
        )
    };
    house("continue").orch("run demo --jobs 1").code(1).says("FAILED");
    house("ignore").orch("run demo --jobs 1").code(0).says("PASSED");
}

#[test]
fn nobody_is_waited_for_behind_the_end_but_whoever_cleans_up() {
    let plan = shell("look", "true", "needs = []")
        + "[[gate]]\nid = 'ask'\nneeds = ['look']\nexecutor = 'human'\n\
           [[gate]]\nid = 'enough'\nneeds = ['look']\nend = { status = 'PASSED' }\n\
           [[gate]]\nid = 'tidy'\nfinally = true\nexecutor = 'human'\n";
    let house = House::new().workflow(
        "demo",
        &plan.replace(
            "needs = ['look']\nend",
            "needs = ['look']\nwhen = '{{ gates.look.status == \"PASS\" }}'\nend",
        ),
    );
    house.orch("run demo").code(3).says("tidy").never_says("--gate ask");
    assert_eq!(house.gates(), "look PASS, ask NOT_STARTED, enough PASS, tidy WAITING");
    house.orch("gate finish --gate ask").code(2);
    house.orch("gate finish").code(0);
    assert_eq!(house.record()["status"], "PASSED");
    house.orch("verify").code(0);
}

#[test]
fn a_cancel_tells_of_what_cleans_up_and_leaves_nothing_waiting() {
    let rest = shell("cut", "kill -9 $$", "needs = []")
        + &shell("last", "true", "needs = ['cut']")
        + &shell("tidy", "echo tidied", "finally = true")
        + &shell("sweep", "exit 1", "finally = true");
    let house = House::new().workflow("demo", &rest);
    house.orch("run demo").code(3);
    assert_eq!(house.gates(), "cut WAITING, last NOT_STARTED, tidy NOT_STARTED, sweep NOT_STARTED");
    let done = house.orch("run cancel").code(0).says("CANCELED");
    done.says("PASS tidy").says("FAIL sweep").says("error sweep: `sh` exited with code 1");
    assert_eq!(house.gates(), "cut NOT_STARTED, last NOT_STARTED, tidy PASS, sweep FAIL");
    assert_eq!(house.attempts("cut"), "INTERRUPTED");
    house.orch("verify").code(0);
}
