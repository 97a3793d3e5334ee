//! in-toto's own verifier, over layouts and links of real runs.

use crate::export;
use crate::installed::program;
use crate::it::house::Done;
use crate::it::house::House;
use crate::passed;
use crate::run;
use crate::with_key;
use std::path::PathBuf;

fn verify(house: &House, name: &str) -> Option<Done> {
    let folder = house.outside(name).display().to_string();
    let (layout, key) = (format!("{folder}/root.layout"), format!("{folder}/signer.pem"));
    let verifier = program("in-toto-verify")?;
    let argv = [
        verifier.as_str(),
        "--layout",
        &layout,
        "--verification-keys",
        &key,
        "--link-dir",
        &folder,
    ];
    Some(run(house, &argv))
}

/// The layout and links of an export.
fn signed_files(house: &House, name: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(house.outside(name)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "link" || it == "layout"));
    paths.sort();
    paths
}

#[test]
fn the_verifier_accepts_a_run_and_refuses_changed_and_missing_files() {
    if program("in-toto-verify").is_none() {
        return;
    }
    let Some(house) = passed() else { return };
    export(&house, "in-toto", "proof");
    assert_eq!(signed_files(&house, "proof").len(), 6);
    verify(&house, "proof").unwrap().code(0);
    for path in ["a.md", "out/o[d]d ü.md", "out/x.md"] {
        let text = house.read(path);
        house.write(path, text.to_uppercase() + "!");
        verify(&house, "proof").unwrap().code(1).says(path);
        house.remove(path);
        verify(&house, "proof").unwrap().code(1).says(path);
        house.write(path, text);
    }
    verify(&house, "proof").unwrap().code(0);
}

#[test]
fn the_verifier_refuses_one_changed_byte_of_layout_and_links() {
    if program("in-toto-verify").is_none() {
        return;
    }
    let Some(house) = passed() else { return };
    export(&house, "in-toto", "proof");
    for path in signed_files(&house, "proof") {
        let good = std::fs::read(&path).unwrap();
        for place in [good.len() / 4, good.len() / 2] {
            let mut bad = good.clone();
            bad[place] = if bad[place] == b'A' { b'B' } else { b'A' };
            std::fs::write(&path, bad).unwrap();
            let done = verify(&house, "proof").unwrap();
            assert_eq!(done.code, 1, "{}: {}", path.display(), done.shown());
        }
        std::fs::remove_file(&path).unwrap();
        assert_eq!(verify(&house, "proof").unwrap().code, 1, "{}", path.display());
        std::fs::write(&path, good).unwrap();
    }
    verify(&house, "proof").unwrap().code(0);
}

#[test]
fn links_that_another_key_signed_are_refused() {
    if program("in-toto-verify").is_none() {
        return;
    }
    let Some(house) = passed() else { return };
    export(&house, "in-toto", "proof");
    let Some(house) = with_key(house, "mallory") else { return };
    export(&house, "in-toto", "other");
    verify(&house, "other").unwrap().code(0);
    // Her links under the layout and the names of the other key, for which nothing else is wrong.
    for name in ["signer.pem", "root.layout"] {
        let good = house.outside("proof").join(name);
        std::fs::copy(good, house.outside("other").join(name)).unwrap();
    }
    let letters = |folder: &str| {
        let link = links(&house, folder).remove(0);
        link.trim_end_matches(".link").rsplit('.').next().unwrap().to_owned()
    };
    let (own, hers) = (letters("proof"), letters("other"));
    for link in links(&house, "other") {
        let folder = house.outside("other");
        std::fs::rename(folder.join(&link), folder.join(link.replace(&hers, &own))).unwrap();
    }
    verify(&house, "other").unwrap().code(1);
}

/// The names of the links of an export.
fn links(house: &House, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(house.outside(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".link")).collect()
}

/// A run in which a gate was waived after it had rewritten a file, one failed and did not count, and one
/// was skipped; its first gate takes over what an earlier run did.
fn settled() -> Option<House> {
    let house = with_key(House::new(), "ada")?
        .file("notes.in", "notes\n")
        .workflow(
            "demo",
            "[inputs]
             mode = { type = 'string', default = 'short' }
             [[gate]]
             id = 'notes'
             executor = 'command'
             shell = 'echo notes > notes.md'
             contract = 'notes'
             reuse = true
             reads = ['notes.in']
             [[gate]]
             id = 'draft'
             executor = 'command'
             shell = 'echo one > a.md; echo one > b.md; echo one > c.md'
             contract = 'draft'
             [[gate]]
             id = 'edit'
             executor = 'command'
             shell = 'echo two >> a.md; exit 1'
             edits = ['a.md']
             [[gate]]
             id = 'try'
             executor = 'command'
             shell = 'echo three >> b.md; sleep 60'
             timeout = '1s'
             edits = ['b.md']
             on_fail = 'ignore'
             [[gate]]
             id = 'later'
             executor = 'command'
             when = \"{{ mode == 'full' }}\"
             shell = 'echo four > d.md'
             contract = 'later'
             [[gate]]
             id = 'use'
             executor = 'command'
             shell = 'cat a.md b.md > e.md; echo five >> c.md'
             contract = 'use'
             edits = ['c.md']",
        )
        .leaves("notes", "notes.md")
        .contract(
            "draft",
            "[[output]]\npath = 'a.md'\n[[output]]\npath = 'b.md'\n[[output]]\npath = 'c.md'\n",
        )
        .leaves("later", "d.md")
        .leaves("use", "e.md");
    house.orch("run demo").code(1);
    house.orch("run demo --again").code(1);
    let asked = [("Waive edit as Ada", "y\r")];
    house.on_terminal("gate waive --gate edit --reason late", &asked).code(0).says("PASSED");
    house.orch("verify").code(0);
    Some(house)
}

#[test]
fn the_verifier_accepts_a_run_whose_gates_were_waived_ignored_skipped_or_reused() {
    if program("in-toto-verify").is_none() {
        return;
    }
    let Some(house) = settled() else { return };
    export(&house, "in-toto", "proof");
    verify(&house, "proof").unwrap().code(0);
    for path in ["a.md", "b.md", "c.md", "e.md", "notes.md"] {
        let text = house.read(path);
        house.write(path, text.clone() + "!");
        verify(&house, "proof").unwrap().code(1).says(path);
        house.remove(path);
        verify(&house, "proof").unwrap().code(1).says(path);
        house.write(path, text);
    }
    verify(&house, "proof").unwrap().code(0);
}
