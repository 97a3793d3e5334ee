//! The shipped presets: agents as data, one TOML file each beside this one. A new
//! agent needs no code.

use super::settings::AgentSettings;
use crate::document;
use crate::source::Source;
use crate::source::Unsound;
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "src/executor/presets"]
struct Files;

/// A shipped preset, as text.
#[derive(Debug, Clone)]
pub struct Preset {
    /// Its name.
    pub name: String,
    source: Source,
}

impl Preset {
    /// Every preset, by name.
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = Files::iter()
            .filter_map(|file| {
                let name = file.strip_suffix(".toml")?.to_owned();
                let bytes = Files::get(&file)?.data;
                let source = Source::new(&*file, String::from_utf8_lossy(&bytes));
                Some(Self { name, source })
            })
            .collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    /// The preset of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|preset| preset.name == name)
    }

    /// What the preset says.
    pub fn settings(&self) -> Result<AgentSettings, Box<Unsound>> {
        document::read_shipped(&self.source)
    }
}

#[cfg(test)]
mod tests;
