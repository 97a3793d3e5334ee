//! The files that the words of a gate's command and of its checks name, such as `--config=x.toml`:
//! they decide the work and the verdict as scripts do. What the gate itself leaves behind is none of
//! them.

use super::recipe::TemplateValues;
use crate::check::MadeOf;
use crate::config::names_in;
use crate::contract::Contract;
use crate::files::Globs;
use crate::files::ProjectFolder;
use crate::files::ProjectPath;
use crate::workflow::Gate;
use crate::workflow::Work;
use std::collections::BTreeSet;

/// The files as they are named, which may be links.
pub fn named(
    folder: &ProjectFolder,
    gate: &Gate,
    values: &TemplateValues<'_>,
) -> Result<BTreeSet<ProjectPath>, String> {
    let mut found = BTreeSet::new();
    if let Work::Command(argv) = &gate.work {
        let argv: Vec<String> =
            argv.iter().map(|word| values.render(word)).collect::<Result<_, _>>()?;
        let dir = gate.dir.as_ref().map(|dir| values.render(dir)).transpose()?;
        // A script is told by its programs: what else it names, it may as well write.
        let argv: Vec<String> =
            argv.into_iter().filter(|word| !word.contains(char::is_whitespace)).collect();
        for name in names_in(&argv) {
            let path = path(folder, dir.as_deref(), &name);
            found.extend(path.filter(|path| folder.is_file(path)));
        }
    }
    let rules = gate.contract.iter().flat_map(Contract::rules);
    for check in rules.filter_map(|rule| rule.build(values.context()).ok()) {
        let MadeOf::Program(argv) = check.made_of() else { continue };
        for path in names_in(argv).iter().filter_map(|name| path(folder, None, name)) {
            if folder.is_file(&path) {
                found.insert(path);
            } else if path.as_str() != "." && folder.is_folder(&path).unwrap_or(false) {
                let all = format!("{}/**", Globs::literal(path.as_str()));
                found.extend(files_through_links(folder, &all)?);
            }
        }
    }
    if !found.is_empty() {
        let own = own(folder, gate, values)?;
        found.retain(|path| !own.matches(path));
    }
    Ok(found)
}

/// The files that a glob matches, behind links too.
pub fn files_through_links(
    folder: &ProjectFolder,
    pattern: &str,
) -> Result<Vec<ProjectPath>, String> {
    let globs = Globs::new(&[pattern.to_owned()], folder)?;
    globs.files_through_links(folder).map_err(|error| error.to_string())
}

/// The path of the project that a word leads to from the folder that the program works in.
fn path(folder: &ProjectFolder, dir: Option<&str>, name: &str) -> Option<ProjectPath> {
    let root = folder.root().to_str().unwrap_or_default();
    let inside = name.strip_prefix(root).and_then(|rest| rest.strip_prefix('/'));
    let name = match (inside, dir) {
        (Some(inside), _) => inside.to_owned(),
        (None, Some(dir)) => format!("{dir}/{name}"),
        (None, None) => name.to_owned(),
    };
    folder.path(&name).ok()
}

/// What the gate leaves behind or changes.
fn own(folder: &ProjectFolder, gate: &Gate, values: &TemplateValues<'_>) -> Result<Globs, String> {
    let mut patterns = Vec::new();
    for output in gate.contract.iter().flat_map(|contract| &contract.outputs) {
        patterns.extend(output.patterns(values.context()).map_err(|error| error.to_string())?);
    }
    for template in &gate.edits {
        patterns.push(values.render_glob(template)?);
    }
    if let Some(from) = &gate.answers_from {
        patterns.push(Globs::literal(&values.render(&from.file)?));
    }
    Globs::new(&patterns, folder)
}
