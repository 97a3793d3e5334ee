//! SLSA provenance, read with the libraries of in-toto's attestations and of DSSE.

use crate::export;
use crate::installed::program;
use crate::it::house::Done;
use crate::it::house::House;
use crate::passed;
use crate::run;

fn read(house: &House) -> Done {
    let python = program("python3").unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proofs/slsa.py");
    run(house, &[&python, script, &house.outside("proof").display().to_string()])
}

#[test]
fn the_libraries_accept_a_provenance_and_refuse_one_changed_byte() {
    if program("python3").is_none() {
        return;
    }
    let Some(house) = passed() else { return };
    export(&house, "slsa", "proof");
    read(&house).code(0).says("4 files as recorded");
    house.write("out/x.md", "X\n");
    read(&house).code(1).says("out/x.md: not as recorded");
    house.write("out/x.md", "x\n");
    let path = house.outside("proof/provenance.intoto.jsonl");
    let mut bad = std::fs::read(&path).unwrap();
    let place = bad.len() / 2;
    bad[place] = if bad[place] == b'A' { b'B' } else { b'A' };
    std::fs::write(&path, bad).unwrap();
    read(&house).code(1);
}
