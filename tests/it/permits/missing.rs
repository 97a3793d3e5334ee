//! Systems without sandboxes: `auto` goes on and says so, `required` does not begin.

use super::held_to;
use super::house;
use crate::house::House;

/// The same with a PATH on which there is no bubblewrap.
fn without_bubblewrap(house: House) -> House {
    let folder = house.outside("programs");
    std::fs::create_dir(&folder).unwrap();
    for program in ["sh", "git", "true", "touch"] {
        let found = std::env::split_paths(&std::env::var_os("PATH").unwrap())
            .map(|folder| folder.join(program))
            .find(|path| path.exists())
            .unwrap();
        std::os::unix::fs::symlink(found, folder.join(program)).unwrap();
    }
    let path = folder.display().to_string();
    house.env("PATH", &path)
}

#[test]
fn a_run_goes_on_and_says_that_nothing_is_enforced() {
    let house = without_bubblewrap(house("touch done", ""));
    let why = "`bwrap` (bubblewrap) was not found on PATH";
    house.orch("run demo").code(0).says(&format!("permits are not enforced: {why}"));
    assert_eq!(held_to(&house)["reason"], why);
    assert_eq!(held_to(&house)["enforced"].as_array().unwrap().len(), 0);
    house.orch("doctor").says("not enforced: ").says("apt install bubblewrap");
}

#[test]
fn nothing_begins_where_it_is_required() {
    let house = without_bubblewrap(house("touch done", "permits = { enforce = 'required' }"));
    house.orch("run demo").code(2).says("cannot be held to its permits").says("orch doctor");
    assert!(!house.exists("done"));
}

#[test]
fn where_there_are_sandboxes_what_is_required_runs() {
    let house = house("touch done", "permits = { enforce = 'required' }");
    house.orch("run demo").code(0);
    house.orch("doctor").says("enforced by bubblewrap");
    house.orch("run show").says("sandboxed: records, processes, write");
}

#[test]
fn what_is_off_is_recorded_as_off() {
    let house = house("touch done", "permits = { enforce = 'off' }");
    house.orch("run demo").code(0);
    assert_eq!(held_to(&house)["reason"], "`enforce` is off");
}
