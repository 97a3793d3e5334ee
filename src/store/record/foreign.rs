//! Records that another tool made, such as the one whose format `RUN.json` keeps: a project with a past
//! has them where its runs lie. They are told of as far as they can be read, and left alone.

use super::SUMMARIES;
use crate::git::Files;
use crate::id::RunId;
use crate::store::Store;
use serde_json::Map;
use serde_json::Value as Json;
use std::io;

/// What a record of ours is verified with: one that holds any of it was damaged, not made elsewhere.
const OWN: [&str; 3] = ["journal", "definition", SUMMARIES[1]];

/// A record that another tool made.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// The name of its folder.
    pub name: String,
    /// What its `RUN.json` says.
    pub told: Map<String, Json>,
}

impl Foreign {
    /// The text at a path of fields, where there is one.
    pub fn text(&self, fields: &[&str]) -> Option<String> {
        let (first, rest) = fields.split_first()?;
        let found = rest.iter().try_fold(self.told.get(*first)?, |at, field| at.get(field));
        found?.as_str().map(str::to_owned)
    }
}

impl Store {
    /// The records in the working tree that another tool made, by their names.
    pub fn foreign(&self) -> io::Result<Vec<Foreign>> {
        let ids = self.runs_of_all_projects()?;
        let mut names = self.runs_folder().names()?;
        names.retain(|name| !ids.iter().any(|id| id.as_str() == name));
        names.sort_unstable();
        Ok(names.into_iter().filter_map(|name| self.foreign_at(name)).collect())
    }

    /// Whether the record in a run's folder is another tool's.
    pub(in crate::store) fn is_foreign(&self, id: &RunId) -> bool {
        self.foreign_at(id.to_string()).is_some()
    }

    fn foreign_at(&self, name: String) -> Option<Foreign> {
        let record = self.runs_folder().join(&name).join("record");
        if OWN.iter().any(|own| record.join(own).exists()) {
            return None;
        }
        let told = told(&record.join(SUMMARIES[0]).read().ok()??)?;
        Some(Foreign { name, told })
    }
}

/// Whether another tool made a record that holds these files.
pub fn is_foreign(files: &Files) -> bool {
    files.get(SUMMARIES[0]).is_some_and(|bytes| told(bytes).is_some())
        && !files.keys().any(|path| OWN.contains(&path.split('/').next().unwrap_or_default()))
}

/// What a `RUN.json` says that tells of no journal.
fn told(run_json: &[u8]) -> Option<Map<String, Json>> {
    let told: Map<String, Json> = serde_json::from_slice(run_json).ok()?;
    (!told.contains_key("journal")).then_some(told)
}
