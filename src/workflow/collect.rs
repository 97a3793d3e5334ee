//! Collecting the texts that a workflow is made of: the contracts and prompts that it
//! names, what those include, and a look at the workflows of its child runs.

use super::child_inputs;
use super::file::WorkflowFile;
use super::reading;
use super::reading::Reading;
use crate::contract;
use crate::definition::Definition;
use crate::definition::Shelf;
use crate::definition::Text;
use crate::definition::TextKind;
use crate::definition::Unreadable;
use crate::document::Placed;
use crate::files::ProjectPath;
use crate::parallel;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::nearest;
use crate::source::suggest_of;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
use crate::template;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// A workflow's file, the texts that it is made of, and what is wrong with those that it names.
pub(super) struct Collected {
    pub(super) reading: Reading,
    pub(super) definition: Definition,
    pub(super) errors: Vec<Box<Unsound>>,
}

/// Collects what a workflow is made of.
pub(super) fn collect(
    text: Text,
    name: &str,
    shelf: &Shelf,
) -> Result<Collected, Vec<Box<Unsound>>> {
    let source = text.source.clone();
    let reading = reading::read(&source, name)?;
    let file = &reading.file;
    let mut definition = Definition { reserved: shelf.reserved().clone(), ..Definition::default() };
    definition.insert(text);
    let mut errors = Vec::new();
    let mut fetch = Fetch { definition: &mut definition, shelf, ahead: contracts_of(file, shelf) };
    for gate in &file.gate {
        let contract = gate.contract.iter().map(|name| (name, TextKind::Contract));
        let prompt = gate.prompt.iter().map(|name| (name, TextKind::Prompt));
        let approval = gate.approval.as_ref().and_then(|approval| approval.get_ref().table());
        let message = approval.and_then(|table| table.message.as_ref());
        let message = message.map(|name| (name, TextKind::Prompt));
        for (name, kind) in contract.chain(prompt).chain(message) {
            errors.extend(fetch.text(&source, name, kind).err());
        }
        errors.extend(child_inputs::check(shelf, &source, gate).err());
    }
    let contracts = definition
        .texts
        .values()
        .filter(|text| TextKind::of(&text.path) == Some(TextKind::Contract));
    let contracts: Vec<&Source> = contracts.map(|text| &text.source).collect();
    errors.extend(contract::broken(&contracts, shelf.project_folder()));
    Ok(Collected { reading, definition, errors })
}

/// What lies under the names of contracts, read side by side: a long workflow has one for each gate.
fn contracts_of(file: &WorkflowFile, shelf: &Shelf) -> BTreeMap<String, Found> {
    let all = file.gate.iter().filter_map(|gate| gate.contract.as_ref());
    let sound = all.filter(|name| ProjectPath::parse(name.get_ref()).is_ok());
    let paths: BTreeSet<String> =
        sound.map(|name| TextKind::Contract.path(name.get_ref())).collect();
    let paths: Vec<String> = paths.into_iter().collect();
    let found = parallel::map(&paths, |path| shelf.find(path));
    paths.into_iter().zip(found).collect()
}

/// What there is at a path of the shelf.
type Found = Result<Option<Text>, Unreadable>;

/// Fetching texts from a shelf.
struct Fetch<'f> {
    definition: &'f mut Definition,
    shelf: &'f Shelf,
    /// What was looked for beforehand, each for once.
    ahead: BTreeMap<String, Found>,
}

impl Fetch<'_> {
    fn text(
        &mut self,
        source: &Source,
        name: &Placed<String>,
        kind: TextKind,
    ) -> Result<(), Box<Unsound>> {
        ProjectPath::parse(name.get_ref())
            .map_err(|error| source.unsound(name.span(), error.to_string()).advise(error.help()))?;
        let path = kind.path(name.get_ref());
        if self.definition.texts.contains_key(&path) {
            return Ok(());
        }
        let found = self.ahead.remove(&path).unwrap_or_else(|| self.shelf.find(&path));
        let found = found.map_err(|error| match error {
            Unreadable::Unopened(message) => source.unsound(name.span(), message),
            Unreadable::NotText(unsound) => unsound,
        })?;
        let Some(text) = found else {
            let (folder, ending) = kind.place();
            // Who writes the path of the file means its name.
            let bare = name.get_ref().trim_start_matches("./");
            let bare =
                bare.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).unwrap_or(bare);
            let bare = bare.strip_suffix(ending).filter(|_| !ending.is_empty()).unwrap_or(bare);
            let names = self.shelf.names(folder, ending);
            if bare != name.get_ref() && names.iter().any(|known| known == bare) {
                let message = format!("`{path}` not found");
                return Err(source
                    .unsound(name.span(), message)
                    .advise(format!("write \"{bare}\"")));
            }
            // A prompt's name ends as its file does.
            let whole = format!("{bare}.md");
            if ending.is_empty() && names.contains(&whole) {
                let message = format!("`{path}` not found");
                let help = format!("did you mean `{whole}`?");
                return Err(source.unsound(name.span(), message).advise(help));
            }
            let known = names.iter().map(String::as_str);
            let help = if kind == TextKind::Prompt && name.get_ref().contains(char::is_whitespace) {
                "put the instructions into a file, such as prompts/draft.md, and write \"draft.md\""
                    .into()
            } else {
                let create = if bare == name.get_ref() {
                    format!("create {path}")
                } else {
                    format!("write \"{bare}\", and create {folder}/{bare}{ending}")
                };
                let known: Vec<&str> = known.collect();
                let shows = Advice::from(Suggestion::new("workflow show").word("NAME"))
                    .then(" shows those of a workflow");
                match nearest(bare, known.iter().copied()) {
                    Some(nearest) => nearest.into(),
                    None => Advice::from(create + "; ").then(suggest_of(bare, known, shows)),
                }
            };
            let message = format!("`{path}` not found");
            return Err(source.unsound(name.span(), message).advise(help));
        };
        let included = if kind == TextKind::Prompt {
            template::included(&text.source.text)
        } else {
            Vec::new()
        };
        let source = text.source.clone();
        self.definition.insert(text);
        for name in included {
            let at = source.text.find(&name).unwrap_or_default();
            let name = Placed::new(at..at + name.len(), name);
            self.text(&source, &name, kind)?;
        }
        Ok(())
    }
}
