//! The shipped workflow from an issue to a pull request: with scripted agents, a remote on disk, and a
//! `gh` that keeps what it knows in files.

use super::committed;
use super::orch;
use super::runs;
use crate::house::House;
use crate::house::child;
use crate::house::wait_until;

/// Keeps an issue, the bodies of pull requests, and one exit code for each look at their checks.
const GH: &str = include_str!("gh.sh");

const PLAN: &str = "printf '## Goal\nx\n## Changes\nx\n## Tests\nx\n## Questions\nNone.\n' \
                    > issues/$ORCH_INPUT_ISSUE/plan.md";

const WORK: &str = "echo made >> made.txt; printf '# Read empty files\n\n## What\nx\n\n## How it \
                    was tested\n%s\n' $ORCH_ATTEMPT > issues/$ORCH_INPUT_ISSUE/pr.md";

fn review(verdict: &str) -> String {
    format!(
        "printf -- '---\nverdict: {verdict}\n---\n## Looked at\nx\n## Findings\n1. {verdict}\n' \
         > issues/$ORCH_INPUT_ISSUE/review.md"
    )
}

fn audit(verdict: &str) -> String {
    let rows = ["auth", "security", "performance", "breaking change", "data migration"]
        .map(|about| format!("| {about} | nothing | Ada |\n"))
        .concat();
    format!(
        "printf -- '---\nverdict: {verdict}\n---\n## Decisions\n{rows}## Findings\nNone.\n' \
         > issues/$ORCH_INPUT_ISSUE/audit.md"
    )
}

/// A project with a remote and an issue; `checks` has an exit code for each look at CI.
fn project(checks: &str) -> House {
    let house = House::new().agents("");
    // The shipped one looks twice a minute.
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/workflows/issue-to-pr.toml");
    let text = std::fs::read_to_string(shipped).unwrap();
    let text = text.replace("every = \"30s\"", "every = \"50ms\"");
    let text = text.replace("delay = \"10s\"", "delay = \"50ms\"");
    let house = house.file("workflows/issue-to-pr.toml", &text);
    let house = house.script("plan", PLAN).script("work", WORK);
    let house = house.script("review", &review("approve")).script("audit", &audit("approve"));
    std::fs::create_dir_all(house.outside("bin/state")).unwrap();
    let issue = "# Empty files are refused\n\nThey should be read as empty lists.\n";
    for (path, text) in [("gh", GH), ("state/issue-12", issue), ("state/checks", checks)] {
        std::fs::write(house.outside(&format!("bin/{path}")), text).unwrap();
    }
    let mut chmod = house.program("chmod");
    assert!(child::output(chmod.arg("+x").arg(house.outside("bin/gh"))).status.success());
    let path = format!("{}:{}", house.outside("bin").display(), std::env::var("PATH").unwrap());
    let house = committed(house.env("PATH", &path));
    let remote = house.outside("remote.git").display().to_string();
    house.git(&format!("init --quiet --bare --initial-branch=main {remote}"));
    house.git(&format!("remote add origin {remote}"));
    house.git("push --quiet origin main");
    house
}

fn calls(house: &House, begin: &str) -> usize {
    let calls = std::fs::read_to_string(house.outside("bin/state/calls")).unwrap();
    calls.lines().filter(|line| line.starts_with(begin)).count()
}

fn state(house: &House, name: &str) -> String {
    std::fs::read_to_string(house.outside(&format!("bin/state/{name}"))).unwrap()
}

const SPAWN: &str = "spawn 12 --workflow issue-to-pr --input test=true";

#[test]
fn an_issue_becomes_a_pull_request_after_a_refusal_and_two_looks_at_ci() {
    let house = project("8\n8\n0\n").script("review.1", &review("refuse"));
    orch(&house, SPAWN).code(0).says("12 queued run_");
    wait_until("it is over", || {
        !runs(&house).contains("RUNNING") && runs(&house).starts_with("12 ")
    });
    wait_until("it is over", || orch(&house, "list --all").stdout.contains("complete"));
    assert_eq!(runs(&house), "12 PASSED");
    let tree = house.outside("project-worktrees/12");
    let made = std::fs::read_to_string(tree.join("made.txt")).unwrap();
    assert_eq!(made, "made\nmade\n", "the refused work was done again");
    assert_eq!(house.git("--git-dir ../remote.git show 12:made.txt"), made);
    assert_eq!(
        house.git("--git-dir ../remote.git log -1 --format=%s 12 -- made.txt"),
        "Read empty files\n"
    );
    assert_eq!((calls(&house, "pr create"), calls(&house, "pr checks")), (1, 3));
    assert_eq!(state(&house, "body"), "\n## What\nx\n\n## How it was tested\n2\n\nCloses #12\n");
    let packets = |name: &str| {
        std::fs::read_to_string(house.outside(&format!("packets/{name}.txt"))).unwrap()
    };
    assert!(packets("plan.1").contains("They should be read as empty lists."));
    let asked = "auth, security, performance, breaking change, data migration";
    assert!(
        packets("work.1")
            .contains(&format!("Ask a person before you decide anything about: {asked}."))
    );
    assert!(packets("work.2").contains("the review refused the work"));
    orch(&house, "verify --all").code(0);
}

#[test]
fn ci_that_fails_sends_the_work_back_and_the_pull_request_is_found_again() {
    let house = project("1\n0\n").file("wish.md", "Read empty files as lists, please.\n");
    house.git("checkout --quiet -b empty-files");
    let run = "run issue-to-pr --issue empty-files --from wish.md --test true --base main";
    orch(&house, run).code(0).says("https://example.org/pull/7");
    assert_eq!(house.attempts("green"), "FAIL PASS");
    assert_eq!(house.attempts("work"), "PASS PASS");
    assert_eq!((calls(&house, "pr create"), calls(&house, "issue view")), (1, 0));
    assert!(!state(&house, "body").contains("Closes"));
    assert_eq!(house.read("issues/empty-files/issue.md"), "Read empty files as lists, please.\n");
    assert_eq!(house.git("--git-dir ../remote.git show empty-files:made.txt"), "made\nmade\n");
}

#[test]
fn an_agent_that_must_ask_is_answered_and_goes_on() {
    let orch_program = env!("CARGO_BIN_EXE_orch");
    let house = project("0\n").script(
        "work.1",
        &format!("{orch_program} escalate 'Which token?' --options JWT,cookie --domain auth"),
    );
    let house = house.script("work.2", WORK);
    orch(&house, SPAWN).code(0);
    wait_until("it asks", || orch(&house, "list").stdout.contains("stuck"));
    orch(&house, "list").code(0).says("12 asks: Which token? (JWT, cookie)");
    orch(&house, "forward 12 Use JWT").code(0).says("continues");
    wait_until("it passes", || runs(&house) == "12 PASSED");
    let packet = std::fs::read_to_string(house.outside("packets/work.2.txt")).unwrap();
    assert!(packet.contains("Answer: Use JWT"), "{packet}");
}

#[test]
fn work_is_refused_three_times_at_most_and_nothing_is_pushed() {
    let house = project("0\n").script("review", &review("refuse"));
    house.git("checkout --quiet -b twelve");
    orch(&house, "run issue-to-pr --issue 12 --test true")
        .code(1)
        .says("the review refused the work");
    assert_eq!(house.attempts("work"), "PASS PASS PASS PASS");
    assert!(!house.outside("bin/state/url").exists());
    let audited = project("0\n").script("audit.1", &audit("refuse"));
    audited.git("checkout --quiet -b twelve");
    orch(&audited, "run issue-to-pr --issue 12 --test true --no-ci").code(0);
    assert_eq!(audited.attempts("work"), "PASS PASS");
    assert_eq!(calls(&audited, "pr checks"), 0);
}

#[test]
fn what_cannot_be_shipped_is_told() {
    let house = project("0\n");
    orch(&house, "run issue-to-pr --issue 12 --test true")
        .code(1)
        .says("this folder is on main itself");
    let untested = project("0\n");
    untested.git("checkout --quiet -b twelve");
    orch(&untested, "run issue-to-pr --issue 12").code(1).says("cannot tell how to run the tests");
    let missing = project("0\n");
    missing.git("checkout --quiet -b twelve");
    orch(&missing, "run issue-to-pr --issue 13 --test true").code(1).says("fetch");
    assert_eq!(missing.attempts("fetch"), "FAIL FAIL FAIL");
}

#[test]
fn a_person_can_agree_on_the_plan_first() {
    let house = project("0\n");
    orch(&house, &format!("{SPAWN} --input agree=true")).code(0);
    wait_until("it waits", || orch(&house, "list").stdout.contains("planning_complete"));
    orch(&house, "list").code(0).says("12 waits for approval.");
    house.on_terminal_by_the_clock("approve --run 12", 80, &[("yes/no", "yes\r")]).code(0);
    wait_until("it passes", || runs(&house) == "12 PASSED");
}
