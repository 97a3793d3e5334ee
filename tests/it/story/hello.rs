//! The first run of somebody who has just installed the program: it needs no account and no agent,
//! is refused once by a check, and passes.

use crate::house::House;

#[track_caller]
fn passes(house: &House, words: &str, greeting: &str) {
    let done = house.orch(words).code(0).says("PASSED").says(greeting);
    let done = done.says("error draft: hello.md:3: the file contains ").says("[not_contains]");
    assert!(done.stderr.contains("PASS draft  attempt 2"), "{}", done.shown());
    assert!(house.read("hello.md").starts_with(greeting), "{}", house.read("hello.md"));
    let shown = house.orch("run show").code(0);
    shown.says("draft").says("not_contains").says("PASS");
}

#[test]
fn the_first_run_is_refused_once_and_passes() {
    let house = House::new();
    passes(&house, "run hello", "# Hello, world!");
    assert_eq!(
        (house.gates(), house.attempts("draft")),
        ("draft PASS, print PASS".into(), "FAIL PASS".into())
    );
    house.orch("verify").code(0);
    house.sums_hold();
}

#[test]
fn the_first_run_passes_where_nothing_was_committed_yet() {
    let house = House::outside_git();
    house.git("init --quiet --initial-branch=main .");
    passes(&house, "run hello --name Ada", "# Hello, Ada!");
    house.orch("verify").code(0);
}

#[test]
fn the_first_run_passes_outside_git() {
    let house = House::outside_git();
    passes(&house, "run hello", "# Hello, world!");
    house.orch("verify").code(0);
}

#[test]
fn a_second_run_is_refused_and_passes_again() {
    let house = House::new();
    passes(&house, "run hello", "# Hello, world!");
    passes(&house, "run hello --name $(id)", "# Hello, $(id)!");
}

#[test]
fn the_list_names_what_to_run_first() {
    House::new().orch("workflow list").code(0).says("hello");
}
