//! Every prefix of a finished journal can be taken up, and comes to the same end. The
//! only place where journals are cut by hand.

use crate::house::House;

/// A run with a retry, a jump back, a fan-out and a skipped gate, which only repeats itself.
fn house() -> House {
    House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'command'
             shell = 'echo draft > draft.txt'
             contract = 'draft'
             on_interrupt = 'rerun'
             [[gate]]
             id = 'parts'
             executor = 'command'
             command = ['sh', '-c', 'echo \"$1\" > $1.txt', 'sh', '{{ part }}']
             each = { file = 'parts.json', as = 'part' }
             contract = 'part'
             on_interrupt = 'rerun'
             [[gate]]
             id = 'never'
             executor = 'command'
             command = ['false']
             when = '{{ 1 == 2 }}'
             [[gate]]
             id = 'flaky'
             executor = 'command'
             shell = 'test $ORCH_ATTEMPT -ge 2'
             retry = { attempts = 3 }
             on_interrupt = 'rerun'",
        )
        .file("parts.json", r#"["one", "two"]"#)
        .leaves("draft", "draft.txt")
        .leaves("part", "{{ part }}.txt")
}

#[test]
fn every_prefix_comes_to_the_same_end() {
    let house = house();
    house.orch("run demo").code(0);
    let whole = std::fs::read_to_string(house.journal()).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let end = house.gates();
    let head = house.git("rev-parse HEAD").trim().to_owned();
    assert!(lines.len() > 15, "{}", lines.len());
    for count in 1..=lines.len() {
        let prefix = lines[..count].concat();
        // With a last line that was only begun: it was never reported as written.
        let torn = lines.get(count).map_or("", |line| &line[..line.len() / 2]);
        for text in [prefix.clone(), format!("{prefix}{torn}")] {
            house.git(&format!("update-ref refs/heads/main {head}"));
            std::fs::write(house.journal(), text).unwrap();
            let done = house.orch("run resume");
            assert_eq!(done.code, 0, "after {count} events\n{}", done.shown());
            assert_eq!(house.gates(), end, "after {count} events");
            assert_eq!(house.record()["status"], "PASSED");
        }
    }
}

#[test]
fn a_journal_with_a_bad_line_is_refused_with_its_place() {
    let house = house();
    house.orch("run demo --until write").code(0);
    let whole = std::fs::read_to_string(house.journal()).unwrap();
    let bad = whole.replacen("\"write\"", "\"wrote\"", 3);
    assert_ne!(whole, bad);
    std::fs::write(house.journal(), bad).unwrap();
    house.orch("run resume").code(6).says("journal");
    house.orch("status").code(6);
}

#[test]
fn the_committed_copy_serves_after_a_clone() {
    let house = house();
    house.orch("run demo").code(0);
    let clone = house.outside("clone");
    let path = clone.display().to_string();
    house.git(&format!("clone --quiet . {path}"));
    house.orch_with(&["--project", &path, "status"]).code(0).says("PASSED");
    house.orch_with(&["--project", &path, "run", "show"]).code(0);
}
