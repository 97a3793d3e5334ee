//! The record: the committed documents of a run, all of them views of its journal,
//! which can be made again from it byte for byte.
//!
//! - `run_json`: `RUN.json`, what people and tools read;
//! - `attempt_json`: one file for each attempt that has ended;
//! - `checkpoint_json`: one file for each checkpoint;
//! - [`Home`]: where the runs of a project lie;
//! - `verify`: whether a record is what its journal says;
//! - [`Keeper`]: writes the documents below the project and commits them.

mod attempt_json;
mod checkpoint_json;
mod home;
mod keeper;
mod run_json;
mod verify;

pub use crate::contract::RUNS;
pub use home::Home;
pub use keeper::Error;
pub use keeper::Keeper;
pub use keeper::Kept;
pub use keeper::News;
pub use verify::Difference;
pub use verify::Expected;
pub use verify::Standing;
pub use verify::is_foreign;
pub use verify::journal_of;

use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::Checkpoint;
use crate::id::GateId;
use crate::journal::Reading;
use crate::journal::Segment;
use crate::run::Attempt;
use crate::run::Run;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Where the journal stands, as `RUN.json` says it.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    pub count: u64,
    pub bytes: u64,
    pub sha256: Digest,
}

impl Head {
    /// Where a journal that was read stands.
    pub fn of(reading: &Reading) -> Self {
        Self { count: reading.count, bytes: reading.bytes.len() as u64, sha256: reading.head }
    }
}

/// The path of an attempt's file in the record.
pub fn attempt_path(gate: &GateId, attempt: u32) -> String {
    format!("gates/{gate}/attempt-{attempt}.json")
}

/// An attempt's files, once the attempt has ended: what it came to, and where its approval was
/// signed, the text and the signature as `ssh-keygen -Y verify` takes them.
pub fn attempt_files(
    run: &Run,
    gate: &GateId,
    attempt: &Attempt,
) -> impl Iterator<Item = (String, Vec<u8>)> {
    let number = attempt.attempt;
    let own = (attempt_path(gate, number), attempt_json::render(run, gate, attempt));
    let signed = attempt.approval.as_ref().and_then(|approval| {
        let text = approval.signed_text(&run.started.run_id, gate, number)?;
        Some((text, approval.signature.as_ref()?.armored.clone()))
    });
    let signed = signed.into_iter().flat_map(move |(text, armored)| {
        let path = format!("gates/{gate}/approval-{number}.txt");
        [(format!("{path}.sig"), armored.into_bytes()), (path, text.into_bytes())]
    });
    std::iter::once(own).chain(signed)
}

/// The texts of signed heads and their signatures, by their order.
pub fn head_files(run: &Run) -> impl Iterator<Item = (String, Vec<u8>)> {
    (1..).zip(&run.signed_heads).flat_map(|(number, head)| {
        let text = head.signed_text(&run.started.run_id);
        let armored = head.signed.armored.clone();
        let path = format!("heads/head-{number}.txt");
        [(format!("{path}.sig"), armored.into_bytes()), (path, text.into_bytes())]
    })
}

/// The path of a checkpoint's file in the record.
pub fn checkpoint_path(number: u32) -> String {
    format!("checkpoints/ckpt-{number}.json")
}

/// The file of a checkpoint that was sealed at this moment.
pub fn checkpoint_file(run: &Run, (at, checkpoint): &(Moment, Checkpoint)) -> (String, Vec<u8>) {
    (checkpoint_path(checkpoint.checkpoint), checkpoint_json::render(run, *at, checkpoint))
}

/// A journal segment as the record holds it.
pub fn segment_file(segment: Segment) -> (String, Vec<u8>) {
    (format!("journal/{}", segment.name()), segment.bytes)
}

/// The texts that the run was started with, and what keeps git from changing line ends.
pub fn definition_files(run: &Run) -> impl Iterator<Item = (String, Vec<u8>)> {
    let texts =
        run.started.definition.iter().map(|frozen| {
            (format!("definition/{}", frozen.path), frozen.text.clone().into_bytes())
        });
    texts.chain([(".gitattributes".to_owned(), b"* -text\n".to_vec())])
}

/// The documents that grow with the run; `known` are the digests of all other files of the record.
pub fn summary_files(
    run: &Run,
    head: Head,
    known: &BTreeMap<String, Digest>,
) -> Vec<(String, Vec<u8>)> {
    let run_json = run_json::render(run, head, known);
    let sums = sums(run, &run_json, known);
    vec![("RUN.json".to_owned(), run_json), ("SHA256SUMS".to_owned(), sums.into_bytes())]
}

/// Every file of a record, from its journal alone.
pub fn all_files(reading: &Reading) -> BTreeMap<String, Vec<u8>> {
    let run = &reading.run;
    let mut files: BTreeMap<String, Vec<u8>> = definition_files(run).collect();
    let closed = reading.segments().filter(|segment| segment.is_closed);
    files.extend(closed.map(segment_file));
    for (gate, state) in &run.gates {
        let ended = state.attempts.iter().filter(|attempt| attempt.finished_at.is_some());
        files.extend(ended.flat_map(|attempt| attempt_files(run, gate, attempt)));
    }
    files.extend(head_files(run));
    files.extend(run.checkpoints.iter().map(|sealed| checkpoint_file(run, sealed)));
    let known = files.iter().map(|(path, bytes)| (path.clone(), Digest::of(bytes))).collect();
    files.extend(summary_files(run, Head::of(reading), &known));
    files
}

/// For `sha256sum -c` in the record's folder: its own files, then the artifacts that stand.
fn sums(run: &Run, run_json: &[u8], known: &BTreeMap<String, Digest>) -> String {
    let mut lines = String::new();
    for (path, digest) in known {
        let _ = writeln!(lines, "{digest}  {path}");
    }
    let _ = writeln!(lines, "{}  RUN.json", Digest::of(run_json));
    let mut artifacts = BTreeMap::new();
    for state in run.gates.values().filter(|state| state.status == crate::run::GateStatus::Pass) {
        for artifact in state.artifacts() {
            if let Some(digest) = artifact.sha256 {
                artifacts.insert(artifact.path.as_str(), digest);
            }
        }
    }
    for (path, digest) in artifacts {
        let _ = writeln!(lines, "{digest}  ../../../../{path}");
    }
    lines
}
