//! `orch export`: signed documents from the record alone. What the programs of their formats say of
//! them is in `tests/proofs`.

use super::signed;
use crate::house::House;
use crate::house::child;
use crate::house::lacks;
use crate::sarif;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A run that passed, in a house where Ada signs.
fn passed() -> Option<House> {
    let house = signed::with_keys(House::new())?
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'command'
             shell = 'echo one > one.txt'
             contract = 'one'",
        )
        .leaves("one", "one.txt");
    house.orch("run demo").code(0);
    Some(house)
}

/// The files of an export, by their names.
fn exported(house: &House, words: &str, name: &str) -> BTreeMap<String, String> {
    let folder = house.outside(name);
    house.orch(&format!("export {words} -o {}", folder.display())).code(0);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    // Texts of the definition lie in folders.
    let files = entries.filter(|entry| entry.path().is_file());
    files
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), text)
        })
        .collect()
}

/// The content of an envelope.
fn content(envelope: &str) -> Json {
    let envelope: Json = serde_json::from_str(envelope).unwrap();
    let payload = envelope["payload"].as_str().unwrap();
    serde_json::from_slice(&data_encoding::BASE64.decode(payload.as_bytes()).unwrap()).unwrap()
}

#[test]
fn the_same_record_gives_the_same_bytes_without_its_files() {
    let Some(house) = passed() else { return };
    for format in ["in-toto", "slsa", "sarif", "ro-crate", "prov"] {
        let words = format!("--format {format}");
        let first = exported(&house, &words, &format!("{format}-1"));
        assert!(first.contains_key("signer.pem"), "{first:?}");
        house.remove("one.txt");
        assert_eq!(exported(&house, &words, &format!("{format}-2")), first);
        house.write("one.txt", "one\n");
    }
}

#[test]
fn a_layout_and_its_links_tell_of_each_gate() {
    let Some(house) = passed() else { return };
    let files = exported(&house, "demo --format in-toto", "proof");
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let layout = content(&files["root.layout"]);
    let key = layout["keys"].as_object().unwrap().keys().next().unwrap().clone();
    let link = format!("write.{}.link", &key[..8]);
    assert_eq!(names, ["root.layout", "signer.pem", "signer.pub", &link]);
    assert_eq!(layout["steps"][0]["name"], "write");
    let sha256 = &house.attempt("write", 1)["artifacts"][0]["sha256"];
    assert_eq!(&content(&files[&link])["products"]["one.txt"]["sha256"], sha256);
    assert!(
        std::fs::read_to_string(house.outside("ada.pub"))
            .unwrap()
            .starts_with(files["signer.pub"].trim())
    );
}

#[test]
fn digests_in_a_crate_are_those_of_its_files() {
    let Some(house) = signed::with_keys(House::new()) else { return };
    let house = house
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'command'
             shell = 'echo hunter-22-hunter > /dev/null; echo one > one.txt'
             secrets = ['TOKEN']
             contract = 'one'",
        )
        .leaves("one", "one.txt")
        .env("TOKEN", "hunter-22-hunter");
    house.orch("run demo").code(0);
    let metadata = exported(&house, "--format ro-crate", "crate").remove("ro-crate-metadata.json");
    let metadata: Json = serde_json::from_str(&metadata.unwrap()).unwrap();
    let mut told = Vec::new();
    for entity in metadata["@graph"].as_array().unwrap() {
        let path = house.outside("crate").join(entity["@id"].as_str().unwrap());
        if let (Ok(bytes), Some(sha256)) = (std::fs::read(path), entity["sha256"].as_str()) {
            assert_eq!(orch::digest::Digest::of(&bytes).to_string(), sha256, "{entity}");
            told.push(entity["description"].is_string());
        }
    }
    told.sort_unstable();
    assert_eq!(told, [false, false, true]);
    let text = std::fs::read_to_string(house.outside("crate/definition/workflows/demo.toml"));
    assert!(!text.unwrap().contains("hunter-22"));
}

/// What `ssh-keygen` says of the signature beside a document.
fn checked(house: &House, path: &str) -> i32 {
    let path = house.outside(path).display().to_string();
    let script = "ssh-keygen -Y check-novalidate -n orch-export@v1 -s \"$0.sig\" < \"$0\"";
    let mut shell = house.program("sh");
    child::output(shell.args(["-c", script, &path])).status.code().unwrap()
}

#[test]
fn findings_are_a_log_that_the_schema_and_ssh_keygen_accept() {
    let Some(house) = signed::with_keys(House::new()) else { return };
    let house = house
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
    let text = exported(&house, "--format sarif", "out").remove("findings.sarif").unwrap();
    let mut log: Json = serde_json::from_str(&text).unwrap();
    let validator = sarif::validator();
    let wrong: Vec<String> = validator.iter_errors(&log).map(|it| it.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let mut levels: Vec<&Json> = results.iter().map(|result| &result["level"]).collect();
    levels.sort_by_key(ToString::to_string);
    assert_eq!(levels, ["error", "warning"]);
    let place = &results[0]["locations"][0];
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "o%20d.md");
    assert_eq!(place["logicalLocations"][0]["name"], "write");
    assert_eq!(checked(&house, "out/findings.sarif"), 0);
    log["runs"][0]["results"][0]["level"] = "Warning".into();
    assert!(!validator.is_valid(&log));
    std::fs::write(house.outside("out/findings.sarif"), text.replace("warning", "note")).unwrap();
    assert_ne!(checked(&house, "out/findings.sarif"), 0);
}

#[test]
fn an_agent_signs_where_the_key_is_locked() {
    if lacks("ssh-agent") {
        return;
    }
    let Some(house) = passed() else { return };
    let open = exported(&house, "--format slsa", "open");
    let key = house.outside("ada").display().to_string();
    let mut lock = house.program("ssh-keygen");
    assert!(
        child::output(lock.args(["-q", "-p", "-P", "", "-N", "secret", "-f", &key]))
            .status
            .success()
    );
    house
        .orch("export --format slsa")
        .code(2)
        .says("is protected by a passphrase and not loaded in an SSH agent")
        .says("help: ssh-add");
    let ask = house.outside("ask");
    std::fs::write(&ask, "#!/bin/sh\necho secret\n").unwrap();
    let script = format!(
        "chmod +x {ask}; export SSH_ASKPASS={ask} SSH_ASKPASS_REQUIRE=force
         ssh-agent sh -c 'ssh-add -q {key} && exec {orch} export --format slsa'",
        ask = ask.display(),
        orch = env!("CARGO_BIN_EXE_orch"),
    );
    let mut shell = house.program("sh");
    let output = child::output(shell.args(["-c", &script]).current_dir(house.project()));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        printed,
        open["provenance.intoto.jsonl"],
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_key_of_orch_toml_signs_and_git_needs_none() {
    let Some(house) = passed() else { return };
    let signer = |name| exported(&house, "--format slsa", name).remove("signer.pub").unwrap();
    let ada = signer("by-git");
    let config = house.outside("home/.config/orch/orch.toml");
    let key = house.outside("bob").display().to_string();
    let settings = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{settings}[signing]\nkey = '{key}'\n")).unwrap();
    let bob = std::fs::read_to_string(house.outside("bob.pub")).unwrap();
    assert_ne!(bob.trim(), ada.trim());
    assert_eq!(signer("by-orch").trim(), bob.trim());
    house.git("config --global --unset user.signingkey");
    assert_eq!(signer("without-git").trim(), bob.trim());
    std::fs::write(&config, settings).unwrap();
    house
        .orch("export --format slsa")
        .code(2)
        .says("exports are signed, but no SSH key is configured")
        .says("under [signing] in ~/.config/orch/orch.toml")
        .never_says("--unsigned");
}

#[test]
fn what_cannot_be_proved_or_signed_is_refused() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['false']");
    house.orch("run demo").code(1);
    house
        .orch("export --format in-toto")
        .code(2)
        .says("as in-toto: its status is FAILED, not PASSED");
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']");
    house.orch("run demo").code(0);
    house.orch("export --format slsa").code(2).says("has no output files");
    house.orch("export --format in-toto").code(2).says("user.signingkey");
    house.orch("export").code(2).says("--format");
    house
        .orch("export --format in-toto --unsigned")
        .code(2)
        .says("in-toto cannot be exported without a signature")
        .says("help: leave out --unsigned");
    let Some(house) = passed() else { return };
    house.orch("export --format in-toto").code(2).says("name a folder for them: -o DIR");
    house.git("config --global user.signingkey /nowhere");
    house.orch("export --format slsa").code(2).says("/nowhere: no such file");
}
