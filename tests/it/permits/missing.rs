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

#[test]
fn in_a_container_that_masks_proc_what_is_required_runs_without_one() {
    for (enforce, found) in [("required", "empty\n"), ("auto", "full\n")] {
        let script = "test -e /proc/self && echo full || echo empty";
        let more = format!("stdout = 'out.txt'\npermits = {{ enforce = '{enforce}' }}");
        let house = house(script, &more);
        // Nobody can mount another `/proc` where a part of this one is covered.
        let masked = "bwrap --unshare-user --unshare-pid --dev-bind / / --proc /proc --ro-bind /proc/sys /proc/sys --";
        let outer: Vec<&str> = masked.split(' ').collect();
        house.orch_by(&outer, "run demo").code(0);
        assert_eq!(house.read("out.txt"), found);
        let enforced = held_to(&house)["enforced"].as_array().unwrap().len();
        assert_eq!(enforced > 0, enforce == "required");
    }
}
