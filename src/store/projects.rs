//! Which project a run belongs to: several may lie in one repository, and share nothing but git.

use super::Store;
use super::record;
use crate::files::Beneath;
use crate::id::RunId;
use std::collections::BTreeMap;

/// How much of a journal is read to learn its run's project, in bytes: nothing that users name stands
/// before it.
const HEAD_BYTES: u64 = 1024;

impl Store {
    /// The project's folder relative to the repository's root, `.` for the root; `None` outside of git.
    pub fn project_path(&self) -> Option<&str> {
        self.project_path.as_deref()
    }

    /// The folder of another project of the repository.
    pub fn folder_of_project(&self, path: &str) -> Option<String> {
        let mut root = self.project.root();
        for _ in self.project_path()?.split('/').filter(|step| *step != ".") {
            root = root.parent()?;
        }
        Some(root.join(path).components().as_path().display().to_string())
    }

    /// The project that a run was begun in; `None` where it was begun outside of git, or does not say.
    pub fn project_of(&self, id: &RunId) -> Option<String> {
        let head = |place: Beneath| place.read_head(HEAD_BYTES).ok().flatten();
        let own = head(self.journal(id)).filter(|head| !head.is_empty());
        let committed = || head(self.record(id).join(record::segment_path(1)));
        let on_ref = || Some(self.copy_at(&record::reference(id), &BTreeMap::new())?.bytes);
        project_in(&own.or_else(committed).or_else(on_ref)?)
    }

    /// Whether a run belongs to this project. One that names none, or cannot be read, is hidden from
    /// nobody.
    pub fn is_of_project(&self, id: &RunId) -> bool {
        match (self.project_of(id), self.project_path()) {
            (Some(told), Some(own)) => told == own,
            (None, _) | (_, None) => true,
        }
    }
}

/// The project that the first line of a journal names.
fn project_in(head: &[u8]) -> Option<String> {
    const FIELD: &[u8] = b"\"project\":";
    const NEXT: &[u8] = b"\"workflow\":";
    let find = |what: &[u8]| head.windows(what.len()).position(|window| window == what);
    let at = find(FIELD).filter(|at| find(NEXT).is_none_or(|next| *at < next))?;
    let value = &head[at + FIELD.len()..];
    serde_json::Deserializer::from_slice(value).into_iter().next()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::event::testing::started;

    fn line(project: Option<&str>) -> Vec<u8> {
        let mut started = started();
        started.project = project.map(str::to_owned);
        started.inputs.insert("project".to_owned(), "of another".into());
        serde_json::to_vec(&Event::RunStarted(Box::new(started))).unwrap()
    }

    #[test]
    fn the_project_is_found_at_the_head_of_a_journal() {
        assert_eq!(project_in(&line(Some("services/äpi"))).as_deref(), Some("services/äpi"));
        assert_eq!(project_in(&line(None)), None);
    }
}
