//! A kill at every point of a run that seals checkpoints, and of a checkpoint made by hand.

use super::every_crash::NO_CRASHES;
use super::every_crash::at_every_point;
use super::every_crash::comes_to_its_end;
use super::every_crash::copy_of;
use super::every_crash::essence;
use super::every_crash::house;
use super::every_crash::is_untouched;
use crate::house::House;
use crate::house::cannot;

fn sealing() -> House {
    let house = house();
    let text = "[checkpoint]\non = ['gate_passed', 'error']\nkeep = 2\n";
    house.write("orch.toml", text);
    house.git("add orch.toml");
    house.git("commit --quiet --message=policy -- orch.toml");
    house
}

/// Every snapshot that git still names is whole, and says what the user had.
fn are_whole(house: &House, place: &str) {
    for name in house.git("for-each-ref --format=%(refname) refs/orch/checkpoints").lines() {
        let kept =
            ["notes.txt", "scratch.txt"].map(|path| house.git(&format!("show {name}:{path}")));
        assert_eq!(kept.concat(), "not staged\nnot tracked\n", "{place}: {name}");
    }
}

#[test]
fn a_kill_while_checkpoints_are_sealed_costs_nothing() {
    if cannot(!cfg!(debug_assertions), NO_CRASHES) {
        return;
    }
    let house = sealing();
    let whole = {
        let house = copy_of(&house);
        house.orch("run demo").code(0);
        house.orch("checkpoint list").code(0).says("2 working trees saved");
        essence(&house.record())
    };
    // By hand it is one checkpoint; in a run each of them is like it.
    let rested = copy_of(&house);
    rested.orch("run demo").code(0);
    let points = at_every_point(|point| {
        let house = copy_of(&rested).env("ORCH_CRASH_AT", &point.to_string());
        let done = house.orch("checkpoint create");
        let house = house.env("ORCH_CRASH_AT", "0");
        let place = format!("killed at point {point}");
        if done.code == 0 {
            return false;
        }
        is_untouched(&house, &place);
        are_whole(&house, &place);
        house.orch("checkpoint create").code(0);
        house.orch("doctor --fix").code(0);
        are_whole(&house, &place);
        comes_to_its_end(&house, &essence(&house.record()), &place);
        true
    });
    assert!(points > 10, "{points}");
    for point in (1..400).step_by(23) {
        let house = copy_of(&house).env("ORCH_CRASH_AT", &point.to_string());
        house.orch("run demo");
        let house = house.env("ORCH_CRASH_AT", "0");
        let place = format!("killed at point {point}");
        is_untouched(&house, &place);
        if !house.has_runs() || house.orch("run resume").code == 2 {
            continue;
        }
        are_whole(&house, &place);
        house.orch("verify").code(0);
        assert_eq!(essence(&house.record())["gates"], whole["gates"], "{place}");
    }
}
