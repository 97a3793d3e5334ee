//! No circle of files runs through more than one folder: whoever moves a folder can lift it out.

use crate::tidy::none;
use crate::tidy::sources;
use regex::Regex;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// A module by the names that lead to it.
type Module = Vec<String>;

/// What a file imports, and what it hands on under a name of its own.
struct Imports {
    path: PathBuf,
    uses: Vec<Vec<String>>,
    hands_on: BTreeMap<String, Vec<String>>,
}

struct House(BTreeMap<Module, Imports>);

impl House {
    fn read() -> Self {
        let line = Regex::new(r"(?m)^\s*(pub(?:\([^)]*\))? )?use ([\w:]+)(?: as \w+)?;").unwrap();
        let mut modules = BTreeMap::new();
        for (path, text) in sources("src") {
            let text = text.split("#[cfg(test)]").next().unwrap();
            let mut imports =
                Imports { path: path.clone(), uses: Vec::new(), hands_on: BTreeMap::new() };
            for found in line.captures_iter(text) {
                let names: Vec<String> = found[2].split("::").map(str::to_owned).collect();
                match found.get(1) {
                    Some(_) => drop(imports.hands_on.insert(names.last().unwrap().clone(), names)),
                    None => imports.uses.push(names),
                }
            }
            modules.insert(module(&path), imports);
        }
        Self(modules)
    }

    /// The module that defines what is imported by these names.
    fn defines(&self, from: &Module, names: &[String]) -> Option<Module> {
        let mut at = from.clone();
        let mut names = names.iter().peekable();
        match names.peek()?.as_str() {
            "crate" => {
                at.clear();
                names.next();
            }
            "self" => drop(names.next()),
            "super" => {
                while names.next_if(|name| *name == "super").is_some() {
                    at.pop();
                }
            }
            first => {
                at.push(first.to_owned());
                self.0.get(&at)?;
                names.next();
            }
        }
        while let Some(name) = names.peek() {
            at.push((*name).clone());
            if !self.0.contains_key(&at) {
                at.pop();
                break;
            }
            names.next();
        }
        let handed_on = names.next().and_then(|name| self.0.get(&at)?.hands_on.get(name));
        match handed_on {
            Some(names) => self.defines(&at, names).or(Some(at)),
            None => Some(at),
        }
    }

    fn arrows(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let arrows = |(from, imports): (&'_ Module, &Imports)| {
            let to = imports.uses.iter().filter_map(|names| self.defines(from, names));
            to.filter(|to| to != from && self.0.contains_key(to)).collect()
        };
        self.0.iter().map(|entry| (entry.0, arrows(entry))).collect()
    }
}

fn module(path: &Path) -> Module {
    let path = path.with_extension("");
    let names = path.iter().skip(1).map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name != "mod").collect()
}

/// The folder of a file; what stands for a folder belongs into it.
fn folder(path: &Path) -> PathBuf {
    let own = path.with_extension("");
    let is_there = Path::new(env!("CARGO_MANIFEST_DIR")).join(&own).is_dir();
    if is_there { own } else { path.parent().unwrap().to_owned() }
}

#[test]
fn no_circle_of_files_runs_through_two_folders() {
    let house = House::read();
    let arrows = house.arrows();
    assert!(arrows.values().map(BTreeSet::len).sum::<usize>() > 1000);
    let reaches = |from: &Module, goal: &Module| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(at) = open.pop() {
            if at == *goal {
                return true;
            }
            let next = arrows.get(&at).into_iter().flatten();
            open.extend(next.filter(|to| seen.insert((*to).clone())).cloned());
        }
        false
    };
    let place = |module: &Module| &house.0[module].path;
    let mut problems = Vec::new();
    for (from, to) in arrows.iter().flat_map(|(from, all)| all.iter().map(move |to| (*from, to))) {
        if folder(place(from)) != folder(place(to)) && reaches(to, from) {
            problems.push(format!("{} -> {}", place(from).display(), place(to).display()));
        }
    }
    none(&problems);
}

#[test]
fn no_room_holds_a_fifth_of_the_source() {
    let mut rooms: BTreeMap<String, usize> = BTreeMap::new();
    for (path, text) in sources("src") {
        *rooms.entry(crate::tidy::module(&path)).or_default() += text.lines().count();
    }
    let whole: usize = rooms.values().sum();
    let large = rooms.iter().filter(|(_, lines)| **lines * 5 >= whole);
    let large: Vec<String> =
        large.map(|(room, lines)| format!("{room}: {lines} of {whole} lines")).collect();
    none(&large);
}
