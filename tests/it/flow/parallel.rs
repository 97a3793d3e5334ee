//! Independent gates: side by side up to `--jobs`, and none held up by one that waits.

use crate::house::House;

/// Two gates that each wait until the other one has begun.
const MEETING: &str = "
[[gate]]
id = 'left'
executor = 'shell_here'
needs = []
[[gate]]
id = 'right'
executor = 'shell_here'
needs = []
";

fn meeting(patience: u32) -> String {
    let meet = |mine: &str, other: &str| {
        format!(
            "executor = 'command'\nshell = '''\ntouch {mine}.here\nfor i in $(seq {patience}); do \
             test -f {other}.here && exit 0; sleep 0.02; done\nexit 1\n'''"
        )
    };
    MEETING.replacen("executor = 'shell_here'", &meet("left", "right"), 1).replacen(
        "executor = 'shell_here'",
        &meet("right", "left"),
        1,
    )
}

#[test]
fn two_jobs_are_at_work_at_the_same_time() {
    let house = House::new().workflow("demo", &meeting(500));
    house.orch("run demo --jobs 2").code(0);
    assert_eq!(house.gates(), "left PASS, right PASS");
}

#[test]
fn one_job_is_at_work_at_a_time() {
    let house = House::new().workflow("demo", &meeting(3));
    house.orch("run demo --jobs 1").code(1);
    // The first one never meets the second: nothing else starts beside it, nor after its failure.
    assert_eq!(house.gates(), "left FAIL, right NOT_STARTED");
}

#[test]
fn a_gate_that_waits_holds_up_nobody_else() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'person'
         executor = 'human'
         [[gate]]
         id = 'after'
         executor = 'command'
         command = ['true']
         [[gate]]
         id = 'branch'
         executor = 'command'
         command = ['true']
         needs = []
         [[gate]]
         id = 'twig'
         executor = 'command'
         command = ['true']",
    );
    house.orch("run demo --jobs 1").code(3);
    assert_eq!(house.gates(), "person WAITING, after NOT_STARTED, branch PASS, twig PASS");
    house.orch("gate finish").code(0).says("PASSED");
    assert_eq!(house.gates(), "person PASS, after PASS, branch PASS, twig PASS");
}

#[test]
fn several_gates_wait_side_by_side_and_one_is_to_be_named() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'a'
         executor = 'human'
         needs = []
         [[gate]]
         id = 'b'
         executor = 'human'
         needs = []",
    );
    house.orch("run demo").code(3);
    house.orch("gate finish").code(2).says("--gate a or --gate b");
    house.orch("gate finish --gate b").code(0);
    house.orch("gate finish").code(0).says("PASSED");
}

fn failure_beside_a_person(on_fail: &str) -> House {
    House::new().workflow(
        "demo",
        &format!(
            "[[gate]]
             id = 'build'
             executor = 'command'
             shell = 'test -f good'
             needs = []
             on_fail = '{on_fail}'
             [[gate]]
             id = 'person'
             executor = 'human'
             needs = []"
        ),
    )
}

#[test]
fn a_failure_that_stops_the_run_ends_it_whatever_else_waits() {
    for jobs in ["1", "2"] {
        let house = failure_beside_a_person("stop");
        house.orch(&format!("run demo --jobs {jobs}")).code(1).says("FAILED");
        assert_eq!(house.record()["status"], "FAILED");
        let list = house.orch("run list").code(0).stdout;
        let words: Vec<&str> = list.split_whitespace().collect();
        assert!(words.windows(4).any(|row| row == ["FAILED", "demo", "demo", "build"]), "{list}");
        house.write("good", "");
        house.orch("run resume").code(3);
        assert_eq!(house.gates(), "build PASS, person WAITING");
        house.orch("gate finish").code(0).says("PASSED");
    }
}

#[test]
fn what_waits_can_be_done_in_a_run_that_has_failed_and_it_stays_failed() {
    let house = failure_beside_a_person("stop");
    house.orch("run demo --jobs 2").code(1);
    let run = house.run_id();
    house.orch(&format!("gate finish --run {run} --gate person")).code(0).says("FAILED");
    assert_eq!(house.gates(), "build FAIL, person PASS");
    assert_eq!(house.record()["status"], "FAILED");
    house.write("good", "");
    house.orch("run resume").code(0).says("PASSED");
    house.orch("verify").code(0);
}

#[test]
fn a_failure_that_lets_others_go_on_leaves_the_run_waiting() {
    let house = failure_beside_a_person("continue");
    house.orch("run demo --jobs 2").code(3);
    house.orch("gate finish").code(0).says("FAILED");
}

#[test]
fn what_a_run_comes_to_does_not_depend_on_jobs() {
    let gate = |id: &str, script: &str, more: &str| {
        format!("[[gate]]\nid = '{id}'\nexecutor = 'command'\nshell = '''{script}'''\n{more}\n")
    };
    let flaky = "test -e flaky.mark || { touch flaky.mark; exit 1; }";
    let plan = [
        gate("slow", "sleep 0.2; echo slow > slow.txt", "needs = []"),
        gate("flaky", flaky, "needs = []\nretry = { attempts = 2 }"),
        gate("bad", "exit 1", "needs = []\non_fail = 'continue'"),
        gate("any", "true", "needs = ['bad', 'slow']\njoin = 'any'"),
        gate("done", "true", "needs = ['bad', 'flaky']\njoin = 'done'"),
        gate("behind", "true", "needs = ['bad']"),
    ];
    let comes_to = |jobs: &str| {
        let house = House::new().workflow("demo", &plan.concat());
        house.orch(&format!("run demo --jobs {jobs}")).code(1);
        let mut gates: Vec<String> = house.gates().split(", ").map(str::to_owned).collect();
        gates.sort();
        (gates, house.record()["status"].clone(), house.attempts("flaky"))
    };
    let alone = comes_to("1");
    assert_eq!(alone.1, "FAILED");
    assert_eq!(alone.2, "FAIL PASS");
    assert_eq!((comes_to("2"), comes_to("8")), (alone.clone(), alone));
}
