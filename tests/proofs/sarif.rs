//! SARIF, held against the schema that OASIS published, and signed in a way that `ssh-keygen` checks.

use crate::export;
use crate::installed::program;
use crate::it::house::Done;
use crate::it::house::House;
use crate::run;
use crate::with_key;

/// A run that failed, with findings of several kinds.
fn failed() -> Option<House> {
    let house = with_key(House::new(), "ada")?
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'command'
             shell = 'echo one > \"o d.md\"'
             contract = 'long'",
        )
        .contract(
            "long",
            "[[output]]
             path = 'o d.md'
             checks = [
               { kind = 'word_count', min = 3 },
               { kind = 'not_contains', text = 'one', severity = 'warning' },
             ]",
        );
    house.orch("run demo").code(1);
    Some(house)
}

fn validate(house: &House, path: &str) -> Done {
    let python = program("python3").unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proofs/sarif.py");
    run(house, &[&python, script, &house.outside(path).display().to_string()])
}

/// What `ssh-keygen` says of the signature beside a document.
fn check(house: &House, path: &str) -> Done {
    let path = house.outside(path).display().to_string();
    let script = "ssh-keygen -Y check-novalidate -n orch-export@v1 -s \"$0.sig\" < \"$0\"";
    run(house, &["sh", "-c", script, &path])
}

#[test]
fn the_schema_and_ssh_keygen_accept_a_log_and_refuse_changes() {
    if program("python3").is_none() {
        return;
    }
    let Some(house) = failed() else { return };
    export(&house, "sarif", "out");
    validate(&house, "out/findings.sarif").code(0).says("error warning");
    check(&house, "out/findings.sarif").code(0);
    let path = house.outside("out/findings.sarif");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("warning", "Warning")).unwrap();
    validate(&house, "out/findings.sarif").code(1).says("Warning");
    assert_ne!(check(&house, "out/findings.sarif").code, 0);
}
