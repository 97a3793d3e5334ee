//! What works at a run acts on that run: it ends, resumes and deletes no other, whatever it clears from
//! its environment. People may, and so may whoever they let act for them.

use super::committed;
use super::house;
use super::orch;
use super::runs;
use crate::house::wait_until;

const ORCH: &str = env!("CARGO_BIN_EXE_orch");

#[test]
fn what_works_at_a_run_acts_on_no_other() {
    let acts = [
        "cancel other",
        "delete failed",
        "restart failed",
        "resume --run failed",
        "run cancel --run other",
        "pause --run other",
        "update --run other --status complete",
    ];
    let acts: String = acts
        .iter()
        .flat_map(|act| {
            let clean = "env -i HOME=$HOME PATH=$PATH";
            ["", clean].map(|by| {
                format!(
                    "{by} {ORCH} {act} >> $HOME/../acts 2>&1 || echo \"exit $?\" >> $HOME/../acts\n"
                )
            })
        })
        .collect();
    let script = format!(
        "case $ORCH_INPUT_KEY in
         failed) exit 1;;
         other) touch begun; while [ ! -e go ]; do sleep 0.05; done;;
         acting) {acts}
         {ORCH} update --status shipping >> $HOME/../own 2>&1 || exit 1
         esac"
    );
    let house = committed(house(&script, ""));
    orch(&house, "spawn failed other --workflow item").code(0);
    let begun = house.outside("project-worktrees/other/begun");
    wait_until("both are there", || begun.exists() && runs(&house).contains("failed FAILED"));
    orch(&house, "spawn acting --workflow item").code(0);
    let is_over = |runs: &str| runs.contains("acting PASSED") || runs.contains("acting FAILED");
    wait_until("it has acted", || is_over(&runs(&house)));
    let acts = std::fs::read_to_string(house.outside("acts")).unwrap();
    assert_eq!(acts.matches("exit 2\n").count(), 14, "{acts}");
    let refused = ["cannot act on run", "cannot end run"].map(|words| acts.matches(words).count());
    assert_eq!(refused.iter().sum::<usize>(), 14, "{acts}");
    assert_eq!(runs(&house), "acting PASSED, failed FAILED, other RUNNING");
    // A person's own agent is not at work at a run.
    let house = house.env("CLAUDECODE", "1");
    orch(&house, "update --run other --status shipping").code(0);
    orch(&house, "delete failed").code(0);
}
