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
