//! Every prefix of a finished journal can be taken up, and comes to the same end. The
//! only place where journals are cut by hand.

use crate::house::House;
use serde_json::Value as Json;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

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
             shell = 'grep -q GATE[_]FAILED .git/orch/runs/$ORCH_RUN/journal.jsonl'
             retry = { attempts = 3 }
             on_interrupt = 'rerun'",
        )
        .file("parts.json", r#"["one", "two"]"#)
        .leaves("draft", "draft.txt")
        .leaves("part", "{{ part }}.txt")
}

/// What the whole record says, but for times, ids and what follows from them.
///
/// An attempt that a crash cut off stays in the record as INTERRUPTED: it happened, and the record
/// does not lie about it. "The same final record" is therefore the same once those attempts are
/// left out and the others are counted anew, and with them what tells of the interruption. Digests
/// of outputs and definitions are compared as they are; those of attempt files and of the journal
/// hold ids and times and are not. Gates side by side end in any order: each has its own.
fn told(house: &House) -> Json {
    let record = house.run_folder().join("record");
    let files = files_below(&record);
    let mut numbers: BTreeMap<(String, u64), u64> = BTreeMap::new();
    let mut attempts = Vec::new();
    for path in files.keys().filter(|path| path.starts_with("gates/")) {
        let attempt: Json = serde_json::from_str(&files[path]).unwrap();
        attempts.push((text(&attempt["gate"]), attempt["attempt"].as_u64().unwrap(), attempt));
    }
    attempts.sort_by_key(|(gate, number, _)| (gate.clone(), *number));
    attempts.retain(|(_, _, attempt)| attempt["status"] != "INTERRUPTED");
    for (gate, number, _) in &attempts {
        let before = numbers.keys().filter(|(other, _)| other == gate).count();
        numbers.insert((gate.clone(), *number), before as u64 + 1);
    }
    let attempts = attempts.into_iter().map(|(_, _, attempt)| attempt).collect();
    let mut run: Json = serde_json::from_str(&files["RUN.json"]).unwrap();
    for gate in run["gates"].as_array_mut().unwrap() {
        let name = gate["gate"].clone();
        for attempt in gate["attempts"].as_array_mut().unwrap() {
            attempt["gate"] = name.clone();
        }
    }
    let mut whole = json!({ "run": run, "attempts": Json::Array(attempts) });
    renumber(&mut whole, &numbers);
    let definition = files.iter().filter(|(path, _)| path.starts_with("definition/"));
    whole["definition"] = definition.map(|(path, text)| json!([path, text])).collect();
    whole
}

/// Leaves out what belongs to an attempt that was cut off, counts the others anew, and masks.
fn renumber(value: &mut Json, numbers: &BTreeMap<(String, u64), u64>) {
    match value {
        Json::Array(items) => {
            items.retain(|item| {
                let is_told =
                    !["RUN_RESUMED", "GATE_INTERRUPTED"].contains(&text(&item["type"]).as_str());
                let place = item["attempt"].as_u64().map(|number| (text(&item["gate"]), number));
                is_told && place.is_none_or(|place| numbers.contains_key(&place))
            });
            if items.iter().all(|item| item["attempt"].is_u64() || item["at"].is_string()) {
                items.sort_by_key(|item| text(&item["gate"]));
            }
            for item in items {
                renumber(item, numbers);
            }
        }
        Json::Object(table) => {
            let gate = table.get("gate").map(text).unwrap_or_default();
            let number = table.get("attempt").and_then(Json::as_u64);
            if let Some(number) = number.and_then(|number| numbers.get(&(gate, number))) {
                table.insert("attempt".to_owned(), json!(number));
            }
            let is_attempt = table.contains_key("attempt") && table.contains_key("failure_reason");
            for (name, value) in table.iter_mut() {
                let is_masked =
                    ["journal", "invocation_ids", "invocation_id", "duration_ms", "at", "cost"]
                        .contains(&name.as_str())
                        || name.ends_with("_at")
                        || (is_attempt && ["path", "sha256"].contains(&name.as_str()));
                if is_masked && !value.is_null() {
                    *value = json!("…");
                }
                renumber(value, numbers);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Every file below a folder, by its path there.
fn files_below(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, std::fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

/// The record on the disk is what the journal says, what git holds, and what its sums say.
fn the_record_is_whole(house: &House) {
    assert_eq!(house.git("status --porcelain orchestration"), "");
    let record = house.run_folder().join("record");
    let segments: Vec<String> = files_below(&record.join("journal")).into_values().collect();
    assert_eq!(segments.concat(), std::fs::read_to_string(house.journal()).unwrap());
    house.sums_hold();
}

#[test]
fn every_prefix_comes_to_the_same_record() {
    let house = house();
    let start = house.git("rev-parse HEAD").trim().to_owned();
    house.orch("run demo").code(0);
    the_record_is_whole(&house);
    let whole = std::fs::read_to_string(house.journal()).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let end = told(&house);
    assert_eq!(house.attempts("flaky"), "FAIL PASS");
    assert!(lines.len() > 15, "{}", lines.len());
    let mut interrupted = 0;
    for count in 1..=lines.len() {
        let prefix = lines[..count].concat();
        // With a last line that was only begun: it was never reported as written.
        let torn = lines.get(count).map_or("", |line| &line[..line.len() / 2]);
        for text in [prefix.clone(), format!("{prefix}{torn}")] {
            // Not even the record is left, nor a commit of it.
            house.git(&format!("reset --quiet --hard {start}"));
            house.git(&format!("update-ref -d refs/orch/runs/{}", house.run_id()));
            assert!(!house.run_folder().join("record/RUN.json").exists());
            std::fs::write(house.journal(), text).unwrap();
            let done = house.orch("run resume");
            assert_eq!(done.code, 0, "after {count} events\n{}", done.shown());
            let found = told(&house);
            assert!(found == end, "after {count} events\n{found:#}\n-- is not\n{end:#}");
            the_record_is_whole(&house);
            interrupted += house.record().to_string().matches("GATE_INTERRUPTED").count();
        }
    }
    // Else nothing was ever left out above, and nothing was cut off at work.
    assert!(interrupted > 8, "{interrupted}");
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
