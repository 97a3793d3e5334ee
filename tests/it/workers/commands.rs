//! The commands for runs that workers drive: each can be repeated, and none loses work.

use super::committed;
use super::house;
use super::orch;
use super::runs;
use crate::house::House;
use crate::house::signal_one;
use crate::house::wait_until;
use rustix::process::Signal;

const WAITS: &str = "touch begun; while [ ! -e go ]; do sleep 0.05; done";

fn begun(house: &House, key: &str) {
    let begun = house.outside(&format!("project-worktrees/{key}/begun"));
    wait_until("the run works", || begun.exists());
}

fn spawn(house: &House, keys: &str) {
    orch(house, &format!("spawn {keys} --workflow item")).code(0);
}

#[test]
fn as_many_runs_are_at_work_as_there_are_slots_and_the_rest_wait_in_order() {
    let house = committed(house(WAITS, "").file("orch.toml", "[pool]\nslots = 1\n"));
    spawn(&house, "a");
    begun(&house, "a");
    spawn(&house, "b c");
    orch(&house, "spawn urgent --workflow item --priority 5").code(0);
    let list = orch(&house, "list --json").json();
    let health = |key: &str| {
        let all = list["data"].as_array().unwrap();
        all.iter().find(|run| run["key"] == key).unwrap()["health"].as_str().unwrap().to_owned()
    };
    assert_eq!(["a", "b", "c", "urgent"].map(health), ["working", "queued", "queued", "queued"]);
    for key in ["a", "urgent", "b", "c"] {
        begun(&house, key);
        std::fs::write(house.outside(&format!("project-worktrees/{key}/go")), "").unwrap();
    }
    wait_until("all have passed", || runs(&house) == "a PASSED, b PASSED, c PASSED, urgent PASSED");
}

#[test]
fn what_is_not_committed_is_saved_before_a_worktree_goes() {
    let house = committed(house("echo work > made.txt; git add made.txt", ""));
    spawn(&house, "a");
    wait_until("it passes", || runs(&house) == "a PASSED");
    let tree = house.outside("project-worktrees/a");
    std::fs::write(tree.join("draft.txt"), "draft").unwrap();
    let deleted = orch(&house, "delete a").code(0);
    deleted.says("removed worktree").says("deleted branch a").says("saved refs/orch/saved/run_");
    assert!(!tree.exists() && !house.try_git("rev-parse --verify --quiet refs/heads/a"));
    let saved = house.git("for-each-ref --format=%(refname) refs/orch/saved");
    let refs: Vec<&str> = saved.lines().collect();
    assert_eq!(refs.len(), 2, "{saved}");
    assert_eq!(house.git(&format!("show {}:draft.txt", refs[1])), "draft");
    assert_eq!(house.git(&format!("show {}:made.txt", refs[1])), "work\n");
    // The record is on the branch that was saved.
    assert!(house.git(&format!("ls-tree -r --name-only {}", refs[0])).contains("RUN.json"));
    orch(&house, "delete a").code(0);
    orch(&house, "doctor").never_says("not fully committed");
    orch(&house, "delete nobody").code(2).says("no worker drives a run of `nobody`");
}

#[test]
fn a_cancel_ends_the_run_and_keeps_the_worktree_where_that_is_asked() {
    let house = committed(house(WAITS, ""));
    spawn(&house, "a b");
    begun(&house, "a");
    begun(&house, "b");
    orch(&house, "delete a").code(2).says("is not over");
    orch(&house, "cancel a --keep-worktree").code(0).says("canceled a run_");
    assert!(house.outside("project-worktrees/a").exists());
    orch(&house, "cancel b --reason enough").code(0).says("removed worktree");
    assert!(!house.outside("project-worktrees/b").exists());
    orch(&house, "cancel b").code(0);
    assert_eq!(runs(&house), "a CANCELED, b CANCELED");
}

#[test]
fn a_pause_a_restart_and_a_reboot_lose_nothing() {
    let house = committed(house(WAITS, "on_interrupt = 'rerun'"));
    spawn(&house, "a");
    begun(&house, "a");
    orch(&house, "pause --run a").code(0).says("orch restart a").never_says("orch run resume");
    orch(&house, "list").code(0).says("PAUSED");
    orch(&house, "resume a").code(2).says("continue there: cd ").says("orch restart a");
    std::fs::remove_file(house.outside("project-worktrees/a/begun")).unwrap();
    orch(&house, "restart a").code(0);
    begun(&house, "a");
    // As a reboot would: everything is gone at once.
    for lock in ["supervisor.lock", "slots/1.lock"] {
        let path = house.project().join(".git/orch/pool").join(lock);
        let held: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        signal_one(Signal::KILL, u32::try_from(held["process"].as_u64().unwrap()).unwrap());
    }
    wait_until("it is seen", || orch(&house, "list").stdout.contains("orphaned"));
    std::fs::write(house.outside("project-worktrees/a/go"), "").unwrap();
    orch(&house, "resume --all").code(0).says("a queued run_");
    wait_until("it passes", || runs(&house) == "a PASSED");
    orch(&house, "resume --all").code(0).says("no run has lost its process");
}

#[test]
fn a_worktree_that_was_removed_by_hand_is_noticed() {
    let house = committed(house("false", ""));
    spawn(&house, "a");
    wait_until("it fails", || orch(&house, "list").stdout.contains("FAILED"));
    std::fs::remove_dir_all(house.outside("project-worktrees/a")).unwrap();
    orch(&house, "get a").code(0).says("project-worktrees/a (gone)");
    orch(&house, "restart a").code(2).says("is gone").says("git worktree add");
    orch(&house, "delete a").code(0).says("deleted branch a");
}

#[test]
fn a_run_that_could_not_begin_is_listed_and_restarted_or_canceled() {
    let setup = "[worktree]\nsetup = ['test', '-e', '../../ready']\n";
    let house = committed(house("true", "").file("orch.toml", setup));
    spawn(&house, "a b");
    let stuck = |key: &str| orch(&house, &format!("get {key}")).stdout.contains("stuck");
    wait_until("they are stuck", || stuck("a") && stuck("b"));
    orch(&house, "get a").code(0).says("exited with code 1");
    assert!(house.outside("project-worktrees/b").exists());
    orch(&house, "cancel b").code(0).says("removed worktree");
    assert!(!house.outside("project-worktrees/b").exists());
    assert!(!house.try_git("rev-parse --verify --quiet refs/heads/b"));
    orch(&house, "get b").code(2);
    std::fs::write(house.outside("ready"), "").unwrap();
    orch(&house, "restart a").code(0);
    wait_until("it passes", || runs(&house) == "a PASSED");
}

#[test]
fn what_cannot_be_spawned_is_told_and_nothing_is_begun() {
    let house = committed(house("true", ""));
    orch(&house, "spawn a --workflow itm").code(2).says("did you mean `item`?");
    orch(&house, "spawn a --workflow item --input kye=x").code(2).says("did you mean `key`?");
    orch(&house, "spawn a B! --workflow item").code(2).says("not a slug");
    orch(&house, "spawn a --workflow item --input key=b")
        .code(2)
        .says("`key` of each run is its key");
    assert_eq!(runs(&house), "");
    orch(&house, "update --status wroking").code(2).says("did you mean `working`?");
}

#[test]
fn a_worker_answers_with_one_json_object() {
    let house = committed(house("true", ""));
    let done = orch(&house, "worker --until-idle --json").code(0).json();
    assert_eq!(done["data"]["started"], 0);
}

#[test]
fn inputs_of_spawned_runs_have_their_types() {
    let house = committed(House::new().workflow(
        "typed",
        "key = '{{ n }}'
         [inputs]
         n = { type = 'integer', help = 'n' }
         go = { type = 'bool', help = 'go' }
         tags = { type = 'list', help = 'tags' }
         [[gate]]
         id = 'work'
         executor = 'command'
         command = ['printf', '%s|', '{{ n + 1 }}', '{{ not go }}', '{{ tags | join(sep=\"+\") }}']
         stdout = 'said.txt'",
    ));
    orch(&house, "spawn 7 --workflow typed --input go=true --input tags=a,b").code(0);
    wait_until("it passes", || runs(&house) == "7 PASSED");
    let said = house.outside("project-worktrees/7/said.txt");
    assert_eq!(std::fs::read_to_string(said).unwrap(), "8|false|a+b|");
    orch(&house, "spawn 8 --workflow typed --input go=perhaps --input tags=a")
        .code(2)
        .says("neither `true` nor `false`");
    orch(&house, "spawn x --workflow typed").code(2).says("`x` is not a whole number");
}

#[test]
fn a_key_that_is_over_is_not_spawned_again_while_its_branch_is_there() {
    let house = committed(house("true", ""));
    orch(&house, "spawn a --workflow item").code(0).says("a queued");
    wait_until("it is over", || runs(&house) == "a PASSED");
    orch(&house, "spawn a --workflow item").code(0).says("a exists");
    orch(&house, "run item --key a --detach --worktree --again")
        .code(2)
        .says("the branch a already exists");
    assert_eq!(runs(&house), "a PASSED");
    orch(&house, "delete a").code(0);
    orch(&house, "spawn a --workflow item").code(0).says("a queued");
    wait_until("it is over again", || runs(&house) == "a PASSED, a PASSED");
}

#[test]
fn keys_that_come_to_one_name_have_worktrees_of_their_own() {
    let text = "key = '{{ key }}'\n[inputs]\nkey = { type = 'string', help = 'which' }\n\
        [[gate]]\nid = 'work'\nexecutor = 'command'\ncommand = ['true']";
    let house = committed(house("true", "").workflow("free", text));
    let keys = ["a b", "a/b", "é", "ü", "UP"];
    let words = [&["spawn"], keys.as_slice(), &["--workflow", "free"]].concat();
    let done = house.orch_by_the_clock_with(&words);
    assert_eq!(done.code, 0, "{}", done.shown());
    wait_until("all have passed", || runs(&house).matches("PASSED").count() == keys.len());
    let unfit = house.orch_by_the_clock_with(&["spawn", "two\nlines", "--workflow", "free"]);
    assert_eq!(unfit.code, 2);
    unfit.says("not a valid key");
    let lock = house.orch_by_the_clock_with(&["spawn", "x.lock", "--workflow", "free"]);
    assert_eq!(lock.code, 2);
    lock.says("`x.lock` is not a name for a branch");
}

/// Runs that other machines are to drive do not wait here instead.
#[cfg(not(feature = "engine"))]
#[test]
fn an_engine_that_this_program_was_not_built_for_is_not_passed_over() {
    let engine = "[engine]\nurl = 'http://engine.internal:8080'\n";
    let house = committed(house("true", "").file("orch.toml", engine));
    for command in ["spawn a --workflow item", "worker", "list", "run item --key b --detach"] {
        let refused = orch(&house, command).code(2);
        refused
            .says("the engine at http://engine.internal:8080")
            .says("the Cargo feature `engine`");
    }
    orch(&house, "doctor").code(1).says("for which this orch was not built");
    // What is driven here needs none.
    house.orch("run item --key a").code(0);
}
