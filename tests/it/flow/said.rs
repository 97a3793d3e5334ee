//! What a failing program said: the cause is told wherever its failure is, with the way to the log.

use crate::house::House;
use crate::house::child;

/// A test program that writes the cause to standard output, much after it, and chatter as errors.
const TEST: &str = "echo 'adds: FAILED, 4 is not 5'
i=0; while [ $i -lt 200 ]; do echo \"one more test that is well\"; i=$((i + 1)); done
echo 'npm notice' >&2
exit 1
";

fn house() -> House {
    House::new().file("test.sh", TEST).agents("").workflow(
        "demo",
        "[[gate]]
         id = 'write'
         executor = 'agent'
         [[gate]]
         id = 'test'
         executor = 'command'
         command = ['sh', 'test.sh']
         on_fail = { goto = 'write', visits = 1 }",
    )
}

#[test]
fn the_cause_stands_in_finding_packet_and_reports() {
    let house = house().env("GITHUB_ACTIONS", "true");
    let done = house.orch("run demo --ci --junit report.xml").code(1);
    let log = format!("orchestration/runs/{}/logs/gates/test/attempt-1/stdout.log", house.run_id());
    let annotation = done.stdout.lines().find(|line| line.starts_with("::error")).unwrap();
    let attempt = house.attempt("test", 1);
    for text in [&house.packet("write", 2), &house.read("report.xml"), annotation, &done.stderr] {
        for part in ["4 is not 5", "npm notice", "logs/gates/test/attempt-", "stdout.log"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    assert_eq!(attempt["failure_reason"], "`sh` exited with code 1: adds: FAILED, 4 is not 5");
    assert_eq!(attempt["findings"][0]["logs"][0], log.as_str());
    assert!(house.read(&log).starts_with("adds: FAILED"));
}

#[test]
fn the_known_error_of_an_agent_is_told_without_its_stream() {
    let house = house().script("write", "# error: the quota is used up\n");
    let done = house.orch("run demo").code(1).says("the quota is used up").never_says("\"type\":");
    done.says("logs/gates/write/attempt-1/stdout.log");
    assert!(house.attempt("write", 1)["findings"][0]["actual"].is_null());
}

#[test]
fn no_path_of_this_machine_enters_a_record() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'kept'
             executor = 'command'
             shell = 'ln -s \"$ORCH_PROJECT/../outside\" kept.txt; echo x'
             stdout = 'kept.txt'
             on_fail = 'continue'
             [[gate]]
             id = 'linked'
             executor = 'command'
             needs = []
             shell = 'ln -s \"$ORCH_PROJECT/../outside\" linked.txt'
             contract = 'linked'
             on_fail = 'continue'
             [[gate]]
             id = 'asked'
             executor = 'agent'
             needs = []
             answers = { how = { type = 'string' } }
             on_fail = 'continue'
             [[gate]]
             id = 'judged'
             executor = 'command'
             needs = []
             command = ['true']
             contract = 'judged'",
        )
        .leaves("linked", "linked.txt")
        .contract("judged", "[[check]]\nkind = 'command'\ncommand = ['sh', '-c', 'pwd; exit 1']\n")
        .agents("")
        .script("asked", "ln -s \"$ORCH_PROJECT/../outside\" \"$ORCH_ANSWERS\"");
    let done = house.orch("run demo").code(1);
    assert_eq!(house.gates(), "kept FAIL, linked FAIL, asked FAIL, judged FAIL");
    let place = house.project().canonicalize().unwrap();
    let machine = place.parent().unwrap().display().to_string();
    let record = house.run_folder().join("record");
    let mut find = house.program("grep");
    let found = child::output(find.arg("-rF").arg(machine).arg(record));
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
    done.says("is a symbolic link");
}

#[test]
fn a_check_tells_the_failing_lines_in_the_middle_of_what_its_program_printed() {
    let house = House::new()
        .agents("")
        .workflow(
            "demo",
            "[[gate]]
             id = 'a'
             executor = 'agent'
             contract = 'tested'
             retry = { attempts = 2 }",
        )
        .contract("tested", "[[check]]\nkind = 'command'\ncommand = ['sh', 'test.sh']\n")
        .script("a", "true")
        .file(
            "test.sh",
            "for n in $(seq 300); do echo \"test ok$n ... ok\"; done
             echo 'test adds ... FAILED: 4 is not 5'
             for n in $(seq 300); do echo \"test ok$n ... ok\"; done
             exit 1\n",
        );
    let done = house.orch("run demo").code(1);
    let line = "test adds ... FAILED: 4 is not 5";
    assert!(house.packet("a", 2).contains(line), "{}", house.packet("a", 2));
    let next = done.stderr.split_once("next:").expect("next steps").1;
    assert!(next.contains(&format!("found exit code 1: {line}) [command] log: ")), "{next}");
    assert_eq!(next.trim().lines().count(), 2, "{next}");
}
