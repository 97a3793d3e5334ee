//! What the work of each gate could build on: the versions of files that were left by the gates which
//! it stands on. A link per gate that lists all of them grows with the square of the gates, so a long
//! run lists those files alone that the gate rewrote.

use super::Record;
use super::Version;
use crate::id::GateId;
use crate::run::GateState;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// How many files all gates of an export may list together.
pub const ENTRIES_MAX: usize = 50_000;

/// Files by path, as one gate found them.
pub type FilesBefore<'r> = BTreeMap<&'r str, Version<'r>>;

/// The materials of all gates.
#[derive(Debug, Default)]
pub struct Materials<'r> {
    /// By gate: what all instances of a fan-out have in common under their base.
    found: BTreeMap<&'r str, FilesBefore<'r>>,
    none: FilesBefore<'r>,
    /// Whether only rewritten files are listed.
    pub is_cut: bool,
}

impl<'r> Materials<'r> {
    /// Those of every gate that the run has come to.
    pub fn of(record: &Record<'r>) -> Self {
        let mut instances: BTreeMap<&str, usize> = BTreeMap::new();
        for id in record.run.gates.keys() {
            *instances.entry(id.base()).or_default() += 1;
        }
        let mut found = BTreeMap::new();
        let mut entries = 0;
        for id in record.run.gates.keys() {
            if found.contains_key(id.base()) {
                continue;
            }
            let before = before(record, id);
            entries += before.len() * instances[id.base()];
            if entries > ENTRIES_MAX {
                return Self { found: rewritten(record), is_cut: true, ..Self::default() };
            }
            found.insert(id.base(), before);
        }
        Self { found, ..Self::default() }
    }

    /// Those of one gate.
    pub fn before(&self, gate: &GateId) -> &FilesBefore<'r> {
        let found = self.found.get(gate.as_str()).or_else(|| self.found.get(gate.base()));
        found.unwrap_or(&self.none)
    }
}

/// The newest version of each file that the gates left which one stands on.
fn before<'r>(record: &Record<'r>, gate: &GateId) -> FilesBefore<'r> {
    let before = record.workflow.stands_on(gate);
    let before = before.iter().map(GateId::as_str).collect::<BTreeSet<_>>();
    let versions = record.run.versions_among(|other| before.contains(other.base()));
    versions.into_iter().filter(|(_, (_, artifact))| artifact.sha256.is_some()).collect()
}

/// The former versions of those files that gates rewrote, by gate.
fn rewritten<'r>(record: &Record<'r>) -> BTreeMap<&'r str, FilesBefore<'r>> {
    let mut makers: BTreeMap<&str, usize> = BTreeMap::new();
    for artifact in record.run.gates.values().flat_map(GateState::artifacts) {
        *makers.entry(&artifact.path).or_default() += 1;
    }
    let mut found = BTreeMap::new();
    for (id, state) in &record.run.gates {
        let own = state.artifacts().iter().map(|artifact| artifact.path.as_str());
        let own: Vec<&str> = own.filter(|path| makers[path] > 1).collect();
        if !own.is_empty() {
            let mut before = before(record, id);
            before.retain(|path, _| own.contains(path));
            found.insert(id.as_str(), before);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::event::Artifact;
    use crate::event::Event;
    use crate::event::Judged;
    use crate::export::in_toto;
    use crate::export::prov;
    use crate::run::Run;
    use crate::run::testing;
    use crate::signature::bare::BareKey;
    use crate::workflow::Workflow;
    use std::fmt::Write as _;

    /// Gates in a row, each with a file of its own; the last one rewrites that of the first.
    fn row(count: usize) -> (Workflow, Run) {
        let mut gates = String::new();
        for number in 0..count {
            let _ = write!(gates, "{}", testing::gate(&format!("g{number}"), ""));
        }
        let workflow = testing::workflow(&gates);
        let mut run = testing::run(&workflow, "");
        for number in 0..count {
            let own = format!("{number}.md");
            let first = (number == count - 1).then(|| "0.md".to_owned());
            let artifacts = first.into_iter().chain([own]);
            let judged = Judged {
                artifacts: artifacts.map(|path| left(path, number)).collect(),
                ..Judged::default()
            };
            let gate = testing::id(&format!("g{number}"));
            run.apply(testing::at(), &testing::begun(&gate, 1)).unwrap();
            let passed = Event::GatePassed { gate, attempt: 1, judged };
            run.apply(testing::at(), &passed).unwrap();
        }
        (workflow, run)
    }

    fn left(path: String, number: usize) -> Artifact {
        let text = format!("{path} {number}");
        Artifact { path, sha256: Some(Digest::of(text)), exists: true, bytes: Some(1) }
    }

    fn record((workflow, run): &(Workflow, Run)) -> Record<'_> {
        Record { run, workflow, head: Digest::of("head") }
    }

    #[test]
    fn a_gate_could_build_on_all_that_lies_before_it() {
        let row = row(4);
        let materials = Materials::of(&record(&row));
        let paths = |gate| materials.before(&testing::id(gate)).keys().copied().collect::<Vec<_>>();
        assert_eq!(paths("g0"), Vec::<&str>::new());
        assert_eq!(paths("g3"), ["0.md", "1.md", "2.md"]);
        let old = materials.before(&testing::id("g3"))["0.md"];
        assert_eq!(old.0.as_str(), "g0");
        assert!(!materials.is_cut);
    }

    #[test]
    fn a_long_run_lists_rewritten_files_alone_and_stays_small() {
        let row = row(2000);
        let record = record(&row);
        let materials = Materials::of(&record);
        assert!(materials.is_cut);
        assert!(materials.before(&testing::id("g1998")).is_empty());
        let last = materials.before(&testing::id("g1999"));
        assert_eq!(last.keys().copied().collect::<Vec<_>>(), ["0.md"]);
        let layout = in_toto::sheets(&record, &BareKey::testing());
        assert_eq!(layout.len(), 2001);
        for sheets in [layout, prov::sheets(&record)] {
            let length: usize = sheets.iter().map(|sheet| sheet.content.len()).sum();
            assert!(length < 4_000_000, "{length} bytes");
        }
    }
}
