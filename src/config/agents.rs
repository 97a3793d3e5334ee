//! The agents of `orch.toml`: each may stand on another or on a preset, and that one
//! on a third. Here the chains are followed to their ends.

use super::programs::Finder;
use super::programs::Programs;
use super::route;
use super::tables::Stated;
use crate::document::Placed;
use crate::executor::Agent;
use crate::executor::AgentSettings;
use crate::executor::Preset;
use crate::executor::Prices;
use crate::source::Unsound;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

/// One `[agents.NAME]`, with the place of its name.
#[derive(Debug)]
pub(super) struct AgentEntry {
    pub(super) name: Stated,
    pub(super) settings: AgentSettings,
}

/// Agents that stand on nothing any more, by name.
type Agents = BTreeMap<String, Agent>;

/// Takes the entries as written and gives the agents they are, and with them the presets
/// that have no entry of their name.
pub(super) fn resolve(
    entries: &BTreeMap<String, AgentEntry>,
    prices: &Prices,
    project: &Path,
) -> Result<(Agents, Agents), Vec<Box<Unsound>>> {
    let mut presets = BTreeMap::new();
    for preset in Preset::all() {
        let definition = Some(preset.name.clone());
        let settings = preset.settings().map_err(|error| vec![error])?;
        presets.insert(preset.name, AgentSettings { definition, ..settings });
    }
    let book = Book { entries, presets: &presets };
    let mut agents = Agents::new();
    let mut errors: Vec<Box<Unsound>> = Vec::new();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for (name, entry) in entries {
        let mut path = Vec::new();
        let settings = match book.follow(entry, &mut path) {
            Ok(settings) => settings,
            Err(error) => {
                // What several stand on is told once.
                if path.iter().all(|on_path| !told.contains(on_path)) {
                    errors.push(error);
                }
                told.extend(path);
                continue;
            }
        };
        match Agent::new(name, settings, prices) {
            Ok(agent) => drop(agents.insert(name.clone(), agent)),
            Err(unfit) => {
                let place = unfit.about.and_then(|about| book.holding(&path, &about));
                let place = place.as_ref().unwrap_or(&entry.name);
                let error = place.unsound(unfit.message).advise(unfit.help);
                // What several stand on is told once here, too.
                if errors.iter().all(|other| other.place() != error.place()) {
                    errors.push(error);
                }
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut known = agents.clone();
    for (name, settings) in &presets {
        // A preset without an entry is whole by itself; a test sees to that.
        if let (false, Ok(agent)) =
            (known.contains_key(name), Agent::new(name, settings.clone(), prices))
        {
            known.insert(name.clone(), agent);
        }
    }
    for entry in entries.values() {
        let fallback = entry.settings.fallback.as_deref().unwrap_or_default();
        errors.extend(route::unknown_fallbacks(&entry.name, fallback, &known));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    unite(&mut agents, &mut known, project);
    Ok((agents, known))
}

/// Definitions that come to one program are one, whatever they are called and however it is called.
fn unite(agents: &mut Agents, known: &mut Agents, project: &Path) {
    let mut first: Vec<(Programs, String)> = Vec::new();
    let finder = Finder::new(project);
    let mut one_of = BTreeMap::new();
    for (name, agent) in known.iter() {
        let programs = Programs::of(agent.command(), &finder);
        let same = first.iter().find(|(other, _)| other.are_one_with(&programs));
        let definition = same.map_or_else(|| agent.definition.clone(), |(_, one)| one.clone());
        one_of.insert(name.clone(), definition.clone());
        first.push((programs, definition));
    }
    for (name, agent) in agents.iter_mut().chain(known) {
        agent.definition.clone_from(&one_of[name]);
    }
}

/// Everything that an agent may stand on.
struct Book<'b> {
    entries: &'b BTreeMap<String, AgentEntry>,
    presets: &'b BTreeMap<String, AgentSettings>,
}

impl<'b> Book<'b> {
    /// Where a text stands in the first of the entries, by their names, that has it.
    fn holding(&self, names: &[&str], text: &str) -> Option<Stated> {
        let mut entries = names.iter().filter_map(|name| self.entries.get(*name));
        entries.find_map(|entry| entry.name.agent_text(None, text))
    }

    /// The settings of an entry over all that it stands on; `path` holds the names on the way to it.
    fn follow(
        &self,
        entry: &'b AgentEntry,
        path: &mut Vec<&'b str>,
    ) -> Result<AgentSettings, Box<Unsound>> {
        let definition = Some(entry.name.text.clone());
        let purse = entry.settings.budget.map(|_| entry.name.text.clone());
        let own = AgentSettings { definition, purse, ..entry.settings.clone() };
        path.push(&entry.name.text);
        match (&entry.settings.stands_on, &entry.settings.preset) {
            (None, None) => Ok(own),
            (Some(name), Some(_)) => {
                let message = "an agent must not have both `use` and `preset`";
                Err(entry.name.at(name).unsound(message).advise("remove one of them"))
            }
            (None, Some(name)) => {
                let names = self.presets.keys().map(String::as_str);
                let preset = self.presets.get(name.get_ref());
                let preset = preset.ok_or_else(|| entry.name.at(name).unknown("preset", names))?;
                Ok(own.over(preset.clone()))
            }
            (Some(name), None) => Ok(own.over(self.used(entry, name, path)?)),
        }
    }

    /// What `use` names: another entry, else a preset.
    fn used(
        &self,
        entry: &'b AgentEntry,
        name: &Placed<String>,
        path: &mut Vec<&'b str>,
    ) -> Result<AgentSettings, Box<Unsound>> {
        let text = name.get_ref().as_str();
        let preset = self.presets.get(text);
        if let Some(start) = path.iter().position(|on_path| *on_path == text) {
            // `[agents.claude] use = "claude"` means the preset of that name.
            if let (true, Some(preset)) = (text == entry.name.text, preset) {
                return Ok(preset.clone());
            }
            let round = [&path[start..], &[text]].concat().join(" → ");
            return Err(entry
                .name
                .at(name)
                .unsound(format!("agents use each other in a cycle: {round}"))
                .advise("write preset = \"NAME\" or command = […] in one of them"));
        }
        match (self.entries.get(text), preset) {
            (Some(used), _) => self.follow(used, path),
            (None, Some(preset)) => Ok(preset.clone()),
            (None, None) => {
                let names = self.entries.keys().chain(self.presets.keys()).map(String::as_str);
                let names = names.filter(|name| *name != entry.name.text);
                Err(entry.name.at(name).unknown("agent", names))
            }
        }
    }
}
