//! RO-Crates, before the validator of the profiles that they say they conform to.

use crate::export;
use crate::installed::program;
use crate::it::house::Done;
use crate::it::house::House;
use crate::passed;
use crate::run;

fn validate(house: &House, profile: &str) -> Done {
    let python = program("python3").unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proofs/ro_crate.py");
    run(house, &[&python, script, &house.outside("crate").display().to_string(), profile])
}

#[test]
fn the_validator_accepts_a_crate_and_refuses_one_without_its_workflow() {
    if program("python3").is_none() {
        return;
    }
    let Some(house) = passed() else { return };
    export(&house, "ro-crate", "crate");
    for profile in ["process-run-crate-0.5", "workflow-run-crate-0.5"] {
        validate(&house, profile).code(0);
    }
    let text = std::fs::read_to_string(house.outside("crate/definition/workflows/demo.toml"));
    assert_eq!(text.unwrap(), house.read("workflows/demo.toml"));
    let path = house.outside("crate/ro-crate-metadata.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"mainEntity\"", "\"about\"")).unwrap();
    validate(&house, "workflow-run-crate-0.5").code(1);
    std::fs::write(&path, text.replace("\"instrument\"", "\"agent\"")).unwrap();
    validate(&house, "process-run-crate-0.5").code(1).says("instrument");
}
