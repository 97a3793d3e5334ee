//! The house rules that no compiler keeps: the law of floors, headers, sizes, homes.

use regex::Regex;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// The longest file, with its tests.
const LINES_MAX: usize = 400;

/// Outside crates that have one home, and where else their types are part of a signature.
const HOMES: [(&str, &[&str]); 16] = [
    ("tera", &["template"]),
    ("git2", &["git"]),
    ("libgit2_sys", &["git"]),
    ("duct", &["process"]),
    ("indicatif", &["cli"]),
    ("dialoguer", &["cli"]),
    ("toml", &["document", "contract", "check"]),
    ("hmac", &["digest"]),
    ("jsonc_parser", &["document"]),
    ("rmcp", &["mcp"]),
    ("ureq", &["http"]),
    ("ring", &["signature"]),
    ("data_encoding", &["signature"]),
    ("dagre", &["board"]),
    ("percent_encoding", &["uri"]),
    ("serde_path_to_error", &["ops"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder, with its text.
pub fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// The module at the top that a file belongs to.
pub fn module(path: &Path) -> String {
    let first = path.components().nth(1).unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

#[track_caller]
pub fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn a_module_uses_only_modules_declared_above_it() {
    let law = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let order: BTreeMap<&str, usize> = law
        .lines()
        .filter_map(|line| {
            let named = line.strip_prefix("pub mod ").or(line.strip_prefix("pub(crate) mod "));
            named?.strip_suffix(';')
        })
        .enumerate()
        .map(|(floor, name)| (name, floor))
        .collect();
    let declared = law.lines().filter(|line| line.contains("mod ") && line.ends_with(';'));
    assert_eq!(order.len(), declared.count());
    let used = Regex::new(r"\bcrate::([a-z_]+)").unwrap();
    let mut problems = Vec::new();
    for (path, text) in sources("src") {
        let own = module(&path);
        let Some(floor) = order.get(own.as_str()) else { continue };
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for name in used.captures_iter(line).map(|found| found.get(1).unwrap().as_str()) {
                if order.get(name).is_some_and(|other| other > floor) {
                    problems.push(format!("{}: {own} uses {name}: {line}", path.display()));
                }
            }
        }
    }
    none(&problems);
}

#[test]
fn every_file_says_first_why_it_exists() {
    let all = [sources("src"), sources("tests")].concat();
    let silent = all.iter().filter(|(_, text)| !text.starts_with("//! "));
    none(&silent.map(|(path, _)| path.display().to_string()).collect::<Vec<_>>());
}

#[test]
fn no_file_is_too_long() {
    let all = [sources("src"), sources("tests")].concat();
    let problems = all.iter().filter_map(|(path, text)| {
        let path = path.display().to_string();
        let lines = text.lines().count();
        (lines > LINES_MAX)
            .then(|| format!("{path} has {lines} lines, at most {LINES_MAX} are allowed"))
    });
    none(&problems.collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_to_be_done() {
    // Put together here, so that this file does not find itself.
    let words =
        ["to", "do!|unimpl", "emented!|d", "bg!|\\bTO", "DO\\b|\\bFIX", "ME\\b|\\bXX", "X\\b"];
    let left = Regex::new(&words.concat()).unwrap();
    // A contract's own words for unfinished text.
    let word = ["TO", "DO"].concat();
    let quoted = format!(r#"["'`][^"'`]*\b{word}\b[^"'`]*["'`]|{word}\\n|{word}'"#);
    let data = Regex::new(&quoted).unwrap();
    let mut problems = Vec::new();
    for (path, text) in [sources("src"), sources("tests")].concat() {
        for (number, line) in text.lines().enumerate() {
            if left.is_match(line) && !data.is_match(line) {
                problems.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    none(&problems);
}

#[test]
fn each_outside_crate_has_one_home() {
    let homes = BTreeMap::from(HOMES);
    let names: Vec<&str> = homes.keys().copied().collect();
    let used = Regex::new(&format!(r"(?:^|[^a-z_:.])({})::", names.join("|"))).unwrap();
    let mut problems = Vec::new();
    for (path, text) in sources("src") {
        let own = module(&path);
        // Tests at the end of a file may prepare what they need by any means.
        let code = text.split("#[cfg(test)]").next().unwrap();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for found in used.captures_iter(line) {
                let (name, homes) = homes.get_key_value(&found[1]).unwrap();
                if !homes.contains(&own.as_str()) {
                    let place = path.display();
                    problems.push(format!("{place}: {name} is at home in {homes:?}: {line}"));
                }
            }
        }
    }
    none(&problems);
}

#[test]
fn each_use_names_one_path() {
    let mut problems = Vec::new();
    for (path, text) in [sources("src"), sources("tests")].concat() {
        for line in
            text.lines().filter(|line| line.starts_with("use ") || line.starts_with("pub use "))
        {
            if line.contains('{') || (line.contains("::*") && !line.contains("super::*")) {
                problems.push(format!("{}: {line}", path.display()));
            }
        }
    }
    none(&problems);
}

#[test]
fn no_test_file_is_forgotten() {
    let all = sources("tests/it");
    let mut problems = Vec::new();
    for (path, _) in &all {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let folder = path.parent().unwrap();
        let (name, listed_in) = match stem.as_str() {
            "main" => continue,
            "mod" => {
                let name = folder.file_name().unwrap().to_string_lossy().into_owned();
                (name, folder.parent().unwrap())
            }
            _ => (stem, folder),
        };
        let lists = |file: std::path::PathBuf| {
            let list = all.iter().find(|(path, _)| *path == file);
            list.is_some_and(|(_, text)| text.contains(&format!("mod {name};")))
        };
        let lists_in = ["mod.rs", "main.rs"].map(|file| listed_in.join(file));
        if !lists_in.into_iter().chain([listed_in.with_extension("rs")]).any(lists) {
            problems.push(format!("{} is listed nowhere", path.display()));
        }
    }
    none(&problems);
}

/// A program that a test starts has its time, and tells what it had printed when that is over.
#[test]
fn tests_start_programs_through_one_door() {
    let starts = [".spaw", "n()|.outpu", "t()|.statu", "s().unwrap()"].concat();
    let doors = ["piped", "pty", "started"].map(|name| format!("tests/it/house/{name}.rs"));
    let mut problems = Vec::new();
    for (path, text) in [sources("src/git"), sources("src/signature"), sources("tests")].concat() {
        let door = doors.iter().any(|door| path == Path::new(door));
        for line in text.lines().filter(|_| !door) {
            if starts.split('|').any(|start| line.contains(start)) {
                problems.push(format!("{}: {line}", path.display()));
            }
        }
    }
    none(&problems);
}

/// Who else reads what a face should, and why.
const READERS: [(&str, &str); 8] = [
    ("src/files/crash.rs", "tests say by a variable at which point they have a process killed"),
    ("src/files/outlet.rs", "an output that is named as a file is not written over from its start"),
    ("src/git/program.rs", "git is a part of orch, and runs with all that orch was started with"),
    ("src/git/sign.rs", "git's settings name keys by `~/`, as git itself reads them"),
    (
        "src/process/program.rs",
        "programs are found on `PATH`, as the system finds what a process starts",
    ),
    ("src/process/detached.rs", "a keeper says on its output that it is there"),
    ("src/process/helper.rs", "a helper is this program, and is talked to on its input and output"),
    ("src/signature.rs", "ssh-keygen and gpg find the user's agent by variables"),
];

#[test]
fn the_environment_and_the_terminal_are_read_by_faces_alone() {
    let reads =
        Regex::new(r"\benv::(vars?|args|current_exe)\w*|\b(stdin|stdout|stderr)\(\)|IsTerminal")
            .unwrap();
    let is_face = |path: &Path| path.starts_with("src/cli") || path == Path::new("src/main.rs");
    let is_test = |path: &Path| {
        path.file_stem().is_some_and(|name| name == "tests" || name == "testing")
            || path.components().any(|part| part.as_os_str() == "tests")
    };
    let tests = Regex::new(r"#\[cfg\(test\)\]\n(#\[.*\n)*(pub(\(\w+\))? )?mod \w+ \{").unwrap();
    let mut readers = BTreeSet::new();
    for (path, text) in sources("src") {
        let text = tests.split(&text).next().unwrap();
        let mut lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        if !is_face(&path) && !is_test(&path) && lines.any(|line| reads.is_match(line)) {
            readers.insert(path.display().to_string());
        }
    }
    let known = READERS.iter().map(|(path, _)| (*path).to_owned());
    assert_eq!(readers, known.collect::<BTreeSet<_>>());
}

#[test]
fn only_a_face_makes_a_person() {
    let made = Regex::new(r"\bPerson \{").unwrap();
    let is_made = |text: &str| {
        let mut lines = text.lines().filter(|line| made.is_match(line));
        lines.any(|line| !line.contains("struct ") && !line.contains("impl "))
    };
    let makers = sources("src").into_iter().filter(|(_, text)| is_made(text));
    let makers: Vec<String> = makers.map(|(path, _)| path.display().to_string()).collect();
    assert_eq!(makers, ["src/cli/terminal.rs", "src/serve/passkey.rs"]);
}

#[test]
fn no_test_is_ignored_or_empty() {
    let mark = ["#[ig", "nore"].concat();
    let mut problems = Vec::new();
    for (path, text) in [sources("src"), sources("tests")].concat() {
        if text.contains(&mark) {
            problems.push(format!("{} has an ignored test", path.display()));
        }
    }
    none(&problems);
}

/// Names that every operation, command or module may have one of: they are told apart by where they
/// are, and never used without it.
const SHARED: [&str; 4] = ["Arguments", "Error", "Reply", "Request"];

/// Words with one meaning each: a type of that name is the only one, private ones among them.
const ONE_MEANING: [&str; 8] =
    ["Call", "Invocation", "Keeper", "Outcome", "Place", "Result", "Shelf", "Verdict"];

/// What only a folder or a file sees may be called as it likes.
#[test]
fn a_public_type_has_a_name_of_its_own() {
    let declared =
        Regex::new(r"(?m)^ *(pub(?:\([a-z:_ ]+\))? )?(?:struct|enum|trait|type) (\w+)").unwrap();
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in sources("src") {
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        for found in declared.captures_iter(text) {
            let is_public =
                matches!(found.get(1).map(|it| it.as_str()), Some("pub " | "pub(crate) "));
            if is_public || ONE_MEANING.contains(&&found[2]) {
                places.entry(found[2].to_owned()).or_default().push(path.display().to_string());
            }
        }
    }
    let doubled =
        places.iter().filter(|(name, places)| places.len() > 1 && !SHARED.contains(&name.as_str()));
    let problems = doubled.map(|(name, places)| format!("{name}: {}", places.join(", ")));
    none(&problems.collect::<Vec<_>>());
    assert!(SHARED.iter().all(|name| places[*name].len() > 1));
}

/// The parts whose data runs, orders and reports are made of, and the one that who carries orders out
/// elsewhere builds.
const GROWING: [&str; 5] = ["event", "finding", "run", "standing", "work"];
const BUILT_ELSEWHERE: &str = "Workspace";

/// What is recorded and given out may grow without breaking who takes it.
#[test]
fn what_runs_are_made_of_may_grow() {
    let declared = Regex::new(
        r"(?m)((?:^(?:#\[|///|\)\]| {4}).*\n)*)^pub (struct|enum) (\w+)[^;{]*(?:\{((?:.*\n)*?)\}$)?",
    );
    let declared = declared.unwrap();
    let mut problems = Vec::new();
    for (path, text) in sources("src") {
        if !GROWING.contains(&module(&path).as_str()) {
            continue;
        }
        for found in declared.captures_iter(&text) {
            let (marks, body) = (&found[1], found.get(4).map_or("", |it| it.as_str()));
            let has_public = body.lines().any(|line| line.starts_with("    pub "));
            let can_grow = marks.contains("#[non_exhaustive]") || &found[3] == BUILT_ELSEWHERE;
            if (has_public || &found[2] == "enum") && !can_grow {
                problems.push(format!("{}: {}", path.display(), &found[3]));
            }
        }
    }
    none(&problems);
}
