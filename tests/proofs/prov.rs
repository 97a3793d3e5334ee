//! PROV-JSON, read with the library of the format.

use crate::export;
use crate::installed::program;
use crate::passed;
use crate::run;

#[test]
fn the_library_reads_all_that_is_told_and_nothing_that_is_not_there() {
    let Some(python) = program("python3") else { return };
    let Some(house) = passed() else { return };
    export(&house, "prov", "out");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proofs/prov_json.py");
    let path = house.outside("out/prov.json").display().to_string();
    run(&house, &[&python, script, &path]).code(0).says("5 activities");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"prov:entity\": \"run:", "\"prov:entity\": \"run:x"))
        .unwrap();
    run(&house, &[&python, script, &path]).code(1).says("is not there");
}
