//! `orch verify` and `orch record rebuild`: every changed byte is found, and nothing else.

use crate::house::House;
use std::fs;

/// A finished run of two gates; what they wrote is committed.
fn finished() -> House {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'command'
             shell = 'mkdir -p art && echo one > art/one.txt'
             contract = 'one'
             [[gate]]
             id = 'again'
             executor = 'command'
             shell = 'echo two > art/two.txt'
             contract = 'two'",
        )
        .leaves("one", "art/one.txt")
        .leaves("two", "art/two.txt");
    house.git("add -A");
    house.git("commit -qm texts");
    house.orch("run demo").code(0);
    house.git("add art");
    house.git("commit -qm art");
    house
}

#[test]
fn an_unchanged_run_verifies_here_and_in_a_clone() {
    let house = finished();
    let done = house.orch("verify").code(0);
    insta::assert_snapshot!(done.stdout, @r"
    verified run_20260119T143012Z_demo_000001
      2 artifacts as recorded, 10 events, head <sha256>
    ");
    assert_eq!(done.stderr, "");
    let clone = house.outside("clone").display().to_string();
    house.git(&format!("clone --quiet . {clone}"));
    house.orch_with(&["--project", &clone, "verify"]).code(0).says("2 artifacts as recorded");
    house.orch("verify --all --json").code(0);
}

#[test]
fn every_file_of_the_record_is_looked_at() {
    let house = finished();
    let record = record_folder(&house);
    let mut files: Vec<_> = walk(&record);
    files.sort();
    assert!(files.len() >= 9, "{files:?}");
    for path in files {
        let bytes = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            let done = house.orch("verify");
            assert_eq!(done.code, 6, "{} byte {at}\n{}", path.display(), done.shown());
            assert!(done.stdout.contains(name), "{}", done.shown());
        }
        fs::remove_file(&path).unwrap();
        house.orch("verify").code(6).says("it is missing").says(name);
        fs::write(&path, &bytes).unwrap();
    }
    fs::write(record.join("extra.json"), "{}").unwrap();
    house.orch("verify").code(6).says("extra.json: it is not part of the record");
    fs::remove_file(record.join("extra.json")).unwrap();
    house.orch("verify").code(0);
}

#[test]
fn the_place_of_the_first_changed_byte_is_told() {
    let house = finished();
    let path = record_folder(&house).join("gates/write/attempt-1.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("PASS", "FAIL", 1)).unwrap();
    let place = text.find("PASS").unwrap() + 1;
    let done = house.orch("verify").code(6);
    assert!(
        done.stdout.contains(&format!("(byte {place}): it differs from here on")),
        "{}",
        done.shown()
    );
    // The journal is still what it was: the record can be made again.
    house.orch("record rebuild").code(0).says("rebuilt 1 file");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    house.orch("verify").code(0);
    house.orch("record rebuild").code(0).says("is complete");
}

#[test]
fn an_artifact_is_different_or_rightly_moved_on() {
    let house = finished();
    house.write("art/one.txt", "One\n");
    house.orch("verify").code(6).says("art/one.txt line 1 (byte 1): it differs from here on");
    house.git("commit -qam edited");
    house.orch("verify").code(0).says("changed  art/one.txt  by commit");
    house.git("mv art/two.txt art/three.txt");
    house.orch("verify").code(6).says("art/two.txt");
    house.git("commit -qm moved");
    house.orch("verify").code(0).says("moved    art/two.txt  to art/three.txt by commit");
    house.git("rm -q art/one.txt");
    house.git("commit -qm gone");
    let done = house.orch("verify").code(0);
    assert!(done.stdout.contains("gone     art/one.txt"), "{}", done.shown());
}

#[test]
fn an_artifact_that_no_commit_holds_is_missed_here_and_absent_elsewhere() {
    let house = finished();
    house.git("reset -q --hard HEAD~1");
    // The commit with the artifacts never was, and the working tree has lost them.
    let done = house.orch("verify").code(6);
    assert!(done.stdout.contains("art/two.txt: recorded as"), "{}", done.shown());
    let clone = house.outside("clone").display().to_string();
    house.git(&format!("clone --quiet . {clone}"));
    let done = house.orch_with(&["--project", &clone, "verify"]).code(0);
    assert!(done.stdout.contains("absent   art/two.txt"), "{}", done.shown());
}

#[test]
fn a_commit_from_before_the_run_is_no_excuse() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = 'echo new > a.txt'\ncontract = 'a'",
        )
        .leaves("a", "a.txt")
        .file("a.txt", "old\n");
    house.git("add -A");
    house.git("commit -qm texts");
    house.orch("run demo").code(0);
    house.git("checkout -q -- a.txt");
    house.orch("verify").code(6).says("no commit explains the change");
}

#[test]
fn a_journal_that_was_made_anew_is_found_by_what_was_told_of_it() {
    let house = finished();
    let journal = house.journal();
    let text = fs::read_to_string(&journal).unwrap();
    let head = house.record()["journal"]["head_sha256"].as_str().unwrap().to_owned();
    house.orch(&format!("verify --head {head}")).code(0);
    house
        .orch(&format!("verify --head {}", "0".repeat(64)))
        .code(6)
        .says("the journal never contained head");
    house.orch("verify --head abc").code(2).says("64 hex digits");
    // Cut back to where it was sound: the chain holds, but commits and record know better.
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    fs::write(&journal, lines[..lines.len() - 2].concat()).unwrap();
    fs::remove_dir_all(record_folder(&house)).unwrap();
    house.git(&format!("update-ref -d refs/orch/runs/{}", house.run_id()));
    let done = house.orch("verify").code(6);
    assert!(done.stdout.contains("names the head"), "{}", done.shown());
    fs::write(&journal, &text).unwrap();
    house.orch("record rebuild").code(0);
    house.orch("verify").code(0);
}

/// Changes the time of a journal's last line, and gives that line's number.
fn change_last_line(path: &std::path::Path) -> usize {
    let text = fs::read_to_string(path).unwrap();
    let last = text.lines().count();
    let at = text.trim_end().rfind("\"ts\":\"20").unwrap() + 8;
    let mut bytes = text.into_bytes();
    bytes[at] = b'9';
    fs::write(path, bytes).unwrap();
    last
}

#[test]
fn a_changed_line_is_told_by_its_own_number_though_it_is_the_last() {
    let house = finished();
    let folder = record_folder(&house).join("journal");
    let mut segments = walk(&folder);
    segments.sort();
    assert!(segments.len() >= 3, "{segments:?}");
    for path in segments.iter().chain([&house.journal()]) {
        let whole = fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let line = change_last_line(path);
        house.orch("verify").code(6).says(&format!("{name} line {line}"));
        fs::write(path, &whole).unwrap();
    }
    // The same where there is no other copy to compare with: committed, and cloned.
    for (number, path) in segments.iter().enumerate() {
        let whole = fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let line = change_last_line(path);
        house.git("commit -qam changed");
        let clone = house.outside(&format!("clone-{number}")).display().to_string();
        house.git(&format!("clone --quiet --depth=1 file://{} {clone}", house.project().display()));
        let done = house.orch_with(&["--project", &clone, "verify"]).code(6);
        assert!(done.stdout.contains(&format!("{name} line {line}: ")), "{}", done.shown());
        fs::write(path, &whole).unwrap();
        house.git("commit -qam back");
    }
    // The run's own journal alone, in its middle.
    fs::remove_dir_all(&folder).unwrap();
    house.git("commit -qam gone");
    let journal = house.journal();
    let text = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, text.replacen("2026-01-19", "2027-01-19", 3)).unwrap();
    house.orch("verify").code(6).says("journal.jsonl line ");
}

#[test]
fn what_a_kill_leaves_unfinished_is_told_and_is_no_difference() {
    let gates = "[[gate]]\nid = 'a'\nexecutor = 'human'\n[[gate]]\nid = 'b'\nexecutor = 'human'\n";
    let house = House::new().workflow("demo", gates);
    house.git("add -A");
    house.git("commit -qm texts");
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0);
    let record = record_folder(&house);
    // Killed between files: git holds the record as it was at an earlier stop.
    house.git("reset -q --soft HEAD~1");
    house.orch("verify").code(0).says("behind   the record: git has");
    house.git("reset -q");
    house.orch("verify").code(0);
    let old = house.git("ls-tree -r --name-only HEAD orchestration");
    let summary = record.join("RUN.json");
    let before = house
        .git(&format!("show HEAD:{}", summary.strip_prefix(house.project()).unwrap().display()));
    assert!(old.contains("RUN.json"), "{old}");
    let now = fs::read(&summary).unwrap();
    fs::write(&summary, before).unwrap();
    house.orch("verify").code(0).says("unfinished");
    fs::write(record.join(".RUN.json.tmp.abcdef"), "{").unwrap();
    house.orch("verify").code(0);
    // Neither the one nor the other is what a kill leaves.
    fs::write(&summary, "{}").unwrap();
    house.orch("verify").code(6).says("RUN.json line 1");
    fs::write(&summary, now).unwrap();
    house.orch("verify").code(0);
}

#[test]
fn a_line_that_says_the_same_otherwise_is_refused() {
    let house = finished();
    let journal = house.journal();
    let text = fs::read_to_string(&journal).unwrap();
    let last = text.lines().last().unwrap();
    for other in [
        last.replacen("{\"seq\"", "{\"seq\":1,\"seq\"", 1),
        last.replacen("{\"seq\"", "{ \"seq\"", 1),
        last.replacen("{\"seq\"", "{\"unknown\":1,\"seq\"", 1),
    ] {
        assert_ne!(other, last);
        fs::write(&journal, text.replace(last, &other)).unwrap();
        let done = house.orch("verify").code(6);
        assert!(done.stdout.contains("journal"), "{}", done.shown());
    }
}

#[test]
fn two_journals_of_one_run_that_went_apart_are_refused_with_both_heads() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]\nid = 'a'\nexecutor = 'human'\n[[gate]]\nid = 'b'\nexecutor = 'human'",
    );
    house.git("add -A");
    house.git("commit -qm texts");
    house.orch("run demo").code(3);
    let clone = house.outside("clone").display().to_string();
    house.git(&format!("clone --quiet . {clone}"));
    house.orch_with(&["--project", &clone, "gate", "finish", "--gate", "a"]).code(0);
    // The clone went on and this copy did not: what comes back by git serves.
    house.git(&format!("pull --quiet {clone} main"));
    house.orch("status").code(0).says("a  PASS");
    house.orch("verify").code(0);
    house.orch("gate finish --gate b").code(0);
    house
        .orch_with(&["--project", &clone, "gate", "fail", "--gate", "b", "--reason", "no"])
        .code(0);
    let record = record_folder(&house).join("journal");
    let theirs = house.outside("clone").join(record.strip_prefix(house.project()).unwrap());
    for entry in fs::read_dir(theirs).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), record.join(entry.file_name())).unwrap();
    }
    house.orch("status").code(6).says("have diverged");
    house.orch("verify").code(6).says("have diverged");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

fn record_folder(house: &House) -> std::path::PathBuf {
    house.run_folder().join("record")
}

#[test]
fn a_file_that_joins_the_outputs_is_a_difference_until_a_commit_holds_it() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'command'\n\
        shell = 'mkdir -p art; echo 1 > art/1.md'\ncontract = 'c'\n\
        [[gate]]\nid = 'b'\nexecutor = 'command'\n\
        shell = 'echo 2 > art/2.md'\ncontract = 'two'\nedits = ['art/**']\n";
    let house = House::new()
        .workflow("demo", gate)
        .contract("c", "[[output]]\nglob = 'art/*.md'\n")
        .leaves("two", "art/2.md");
    house.orch("run demo").code(0);
    house.orch("verify").code(0).says("2 artifacts as recorded");
    house.write("art/3.md", "3\n");
    house.write("art/other.txt", "3\n");
    let joined = "art/3.md: it was added to the outputs of gate a after they passed";
    house.orch("verify").code(6).says(joined).never_says("art/2.md").never_says("other");
    house.git("add -A");
    house.git("commit -qm more");
    house.orch("verify").code(0);
    let plain = House::outside_git().workflow("demo", gate).leaves("two", "art/2.md");
    let plain = plain.contract("c", "[[output]]\nglob = 'art/*.md'\n");
    plain.orch("run demo").code(0);
    plain.write("art/3.md", "3\n");
    plain.orch("verify").code(6).says(joined);
}
