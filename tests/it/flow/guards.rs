//! `unchanged` and `only_changes`: what a later gate may not touch.

use crate::house::House;

fn house(script: &str, check: &str) -> House {
    House::new()
        .file("spec.md", "the spec\n")
        .workflow(
            "demo",
            &format!(
                "[[gate]]
                 id = 'spec'
                 executor = 'command'
                 command = ['true']
                 contract = 'spec'
                 [[gate]]
                 id = 'write'
                 executor = 'command'
                 shell = '''{script}'''
                 contract = 'write'"
            ),
        )
        .leaves("spec", "spec.md")
        .contract("write", &format!("[[check]]\n{check}\n"))
}

#[test]
fn what_was_passed_may_not_change() {
    let check = "kind = 'unchanged'\npaths = ['spec.md']\nsince = 'spec'";
    house("echo x > other.md", check).orch("run demo").code(0);
    house("echo x >> spec.md", check).orch("run demo").code(1).says("spec.md");
    house("rm spec.md", check).orch("run demo").code(1).says("spec.md");
}

#[test]
fn new_files_within_the_globs_are_a_change() {
    let check = "kind = 'unchanged'\npaths = ['docs/**']\nsince = 'run'";
    house("mkdir docs; echo x > docs/new.md", check).orch("run demo").code(1).says("docs/new.md");
    house("true", check).file("docs/old.md", "x").orch("run demo").code(0);
    house("true", check).orch("run demo").code(1).says("no file matches");
}

#[test]
fn ignored_files_count_too() {
    let check = "kind = 'unchanged'\npaths = ['secret.env']\nsince = 'run'";
    let house = house("echo y > secret.env", check)
        .file(".gitignore", "secret.env\n")
        .file("secret.env", "x\n");
    house.orch("run demo").code(1).says("secret.env");
}

#[test]
fn only_what_is_named_may_change() {
    let check = "kind = 'only_changes'\npaths = ['out/**']";
    house("mkdir out; echo x > out/a", check).orch("run demo").code(0);
    house("mkdir out; echo x > out/a; echo y > stray", check)
        .orch("run demo")
        .code(1)
        .says("stray");
}

#[test]
fn what_is_untracked_and_dirty_before_the_attempt_is_no_change() {
    let check = "kind = 'only_changes'\npaths = ['out/**']";
    let house = house("mkdir out; echo x > out/a", check).file("mine.txt", "not committed\n");
    house.orch("run demo").code(0);
}
