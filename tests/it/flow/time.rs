//! How long gates are worked on and waited for: measured while it passes, never entered afterwards.

use crate::house::House;
use serde_json::Value as Json;

fn house() -> House {
    House::new().workflow(
        "demo",
        "key = 'x'
         [[gate]]
         id = 'write'
         executor = 'human'
         approval = 'person'
         estimate = '1h'
         [[gate]]
         id = 'publish'
         executor = 'human'",
    )
}

/// Active and waiting time in whole minutes, and the variance in minutes where there is one: a
/// command reads the clock some seconds into its minute.
fn minutes(house: &House, at: &str) -> (u64, u64, Option<i64>) {
    let data = house.orch_at(at, "session status --json").code(0).json()["data"].clone();
    let whole = |name: &str| data[name].as_u64().unwrap() / 60;
    (whole("active_s"), whole("waiting_s"), data["variance_s"].as_i64().map(|over| over / 60))
}

#[test]
fn a_pause_stops_the_clock_and_waiting_is_told_apart() {
    let house = house();
    house.orch_at("10:00:00", "session start --epic x --workflow demo").code(0);
    assert_eq!(minutes(&house, "10:10:30"), (10, 0, Some(-49)));
    house.orch_at("10:20:30", "session pause").code(0);
    // Lunch is no work, however long.
    assert_eq!(minutes(&house, "13:00:30"), (20, 0, Some(-39)));
    house.orch_at("13:10:00", "session resume x").code(0);
    assert_eq!(minutes(&house, "13:30:30"), (40, 0, Some(-19)));
    house.orch_at("13:40:00", "done").code(0).says("approve or reject gate write");
    assert_eq!(minutes(&house, "14:10:30").1, 30);
    house.orch_at("14:40:30", "session pause").code(0);
    assert_eq!(minutes(&house, "18:00:30"), (50, 60, Some(-9)));
    let brief = house.orch_at("18:01:00", "brief --json").code(0).json()["data"].clone();
    let spent = &brief["spent"];
    let told = |name: &str| spent[name].as_u64().unwrap() / 60;
    assert_eq!((told("active_s"), told("waiting_s"), told("estimate_s")), (50, 60, 60));
    assert_eq!(spent["variance_s"].as_i64().unwrap() / 60, -9);
    house.orch_at("18:02:00", "verify").code(0);
}

#[test]
fn an_estimate_may_be_given_anew_and_what_is_over_it_is_told() {
    let house = house();
    house.orch_at("10:00:00", "session start --epic x --workflow demo").code(0);
    house.orch_at("10:00:30", "gate estimate 10m --gate write").code(0);
    assert_eq!(minutes(&house, "10:05:40"), (5, 0, Some(-4)));
    let said: Json = house.orch_at("10:30:30", "update still at it --json").code(0).json();
    assert_eq!(said["data"]["overrun"]["gate"], "write", "{said}");
    assert_eq!(minutes(&house, "10:31:00").2, Some(20));
    house.orch_at("10:32:00", "gate estimate 2h --gate write").code(0);
    let said = house.orch_at("10:33:00", "update still at it --json").code(0).json();
    assert_eq!(said["data"]["overrun"], Json::Null);
    house.orch_at("10:34:00", "brief").code(0).says("estimate: 2 hours, 1 hour 26 minutes under");
}

#[test]
fn the_clock_of_a_sitting_that_died_is_told_as_it_ran() {
    let house = house();
    house.orch_at("10:00:00", "session start --epic x --workflow demo").code(0);
    house.orch_at("10:10:30", "note here").code(0);
    house.kill_keepers();
    house.orch_at("12:00:00", "session start --epic x").code(0);
    let data = house.orch_at("12:05:30", "session status --json").code(0).json()["data"].clone();
    let minutes = |value: &Json| value.as_u64().unwrap() / 60;
    // Nobody was there after the last word.
    assert_eq!(minutes(&data["active_s"]), 15, "{data}");
    assert_eq!(minutes(&data["sessions"][0]["duration_s"]), 10, "{data}");
    house.orch_at("12:06:00", "verify").code(0);
}

#[test]
fn a_clock_that_goes_back_takes_nothing_away() {
    let house = house();
    house.orch_at("10:00:00", "session start --epic x --workflow demo").code(0);
    house.orch_at("10:10:00", "session pause").code(0);
    house.orch_at("09:00:00", "session resume x").code(0);
    house.orch_at("09:05:00", "session pause").code(0);
    let (active, waiting, _) = minutes(&house, "09:06:00");
    assert!(active >= 10 && waiting == 0, "{active} {waiting}");
    house.orch_at("09:07:00", "verify").code(0);
}
