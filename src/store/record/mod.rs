//! The record: the committed documents of a run, all of them views of its journal,
//! which can be made again from it byte for byte.
//!
//! - `run_json`: `RUN.json`, what people and tools read;
//! - `attempt_json`: one file for each attempt that has ended;
//! - `checkpoint_json`: one file for each checkpoint;
//! - `copy`: the committed copy of a journal, with the place it came from;
//! - `folder`: the record as files in the project;
//! - [`Foreign`]: a record that another tool made;
//! - [`RecordNews`]: what is new of a run, and what its commit says;
//! - `verify`: whether a record is what its journal says;
//! - [`RecordWriter`]: writes the documents below the project and commits them.

mod attempt_json;
mod checkpoint_json;
mod copy;
mod folder;
mod foreign;
mod news;
mod run_json;
mod summary;
mod verify;
mod writer;

pub use crate::contract::RUNS;
pub(super) use copy::Copy;
pub use folder::Error;
pub(super) use folder::Folders;
pub use foreign::Foreign;
pub use foreign::is_foreign;
pub use news::RecordNews;
pub use verify::Difference;
pub use verify::ExpectedRecord;
pub use verify::RecordState;
pub use verify::journal_of;
pub use writer::Destination;
pub use writer::RecordWriter;

use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::Checkpoint;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::run::Attempt;
use crate::run::Run;
use crate::store::journal::Reading;
use crate::store::journal::Segment;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The refs of all runs begin so.
pub const REFS: &str = "refs/orch/runs/";

/// What keeps git, and what a project says of its files, from changing a byte of a record.
const ATTRIBUTES: &[u8] = b"* -text -filter -ident !working-tree-encoding\n";

/// How much a folder of the record holds before others are made in it.
const FOLDER_MAX: usize = 100;

/// The documents that grow with the run.
const SUMMARIES: [&str; 2] = ["RUN.json", "SHA256SUMS"];

/// Where the journal stands, as `RUN.json` says it.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    /// The number of its events.
    pub count: u64,
    /// Its size.
    pub bytes: u64,
    /// The head of its chain.
    pub sha256: Digest,
}

impl Head {
    /// Where a journal that was read stands.
    pub fn of(reading: &Reading) -> Self {
        Self { count: reading.count, bytes: reading.bytes.len() as u64, sha256: reading.head }
    }
}

/// The run's own ref, by its full name: a chain of commits whose trees hold the record alone.
pub fn reference(run: &RunId) -> String {
    format!("{REFS}{run}")
}

/// Whether a file grows with the run, and is brought up to date now and then only.
pub fn is_summary(path: &str) -> bool {
    SUMMARIES.contains(&path)
}

/// The folder of a gate in the record. The first hundred that a run comes to lie side by side, the
/// others by the hundred in folders of their own, whose names no gate can have.
fn gate_folder(run: &Run, gate: &GateId) -> String {
    let place = run.gate(gate).map_or(0, |state| state.place);
    match place / FOLDER_MAX {
        0 => format!("gates/{gate}"),
        hundreds => format!("gates/+{:06}/{gate}", hundreds * FOLDER_MAX),
    }
}

/// The path of an attempt's file in the record.
pub fn attempt_path(run: &Run, attempt: &AttemptId) -> String {
    format!("{}/attempt-{}.json", gate_folder(run, &attempt.gate), attempt.number)
}

/// The path of the text in the record that the approval of an attempt signs, where it is signed.
pub fn approval_path(run: &Run, attempt: &AttemptId) -> String {
    format!("{}/approval-{}.txt", gate_folder(run, &attempt.gate), attempt.number)
}

/// An attempt's files, once the attempt has ended: what it came to, and where its approval was
/// signed, the text and the signature as `ssh-keygen -Y verify` takes them.
pub fn attempt_files(
    run: &Run,
    gate: &GateId,
    attempt: &Attempt,
) -> impl Iterator<Item = (String, Vec<u8>)> {
    let id = AttemptId::new(gate, attempt.attempt);
    let own = (attempt_path(run, &id), attempt_json::render(run, gate, attempt));
    let signed = attempt.approval.as_ref().and_then(|approval| {
        let text = approval.signed_text(&run.started.run_id, &id)?;
        Some((text, approval.signature.as_ref()?.armored.clone()))
    });
    let signed = signed.into_iter().flat_map(move |(text, armored)| {
        let path = approval_path(run, &id);
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

/// The texts of signed decisions and their signatures, by their order.
pub fn decision_files(run: &Run) -> impl Iterator<Item = (String, Vec<u8>)> {
    (1..).zip(&run.signed_decisions).flat_map(|(number, decided)| {
        let text = decided.signed_text(&run.started.run_id);
        let armored = decided.signature.armored.clone();
        let path = decision_path(number);
        [(format!("{path}.sig"), armored.into_bytes()), (path, text.into_bytes())]
    })
}

/// The path of the text of a signed decision in the record, by its number.
pub fn decision_path(number: u32) -> String {
    format!("decisions/decision-{number}.txt")
}

/// The path of a checkpoint's file in the record.
pub fn checkpoint_path(number: u32) -> String {
    format!("checkpoints/ckpt-{number}.json")
}

/// The file of a checkpoint that was sealed at this moment.
pub fn checkpoint_file(run: &Run, (at, checkpoint): &(Moment, Checkpoint)) -> (String, Vec<u8>) {
    (checkpoint_path(checkpoint.checkpoint), checkpoint_json::render(run, *at, checkpoint))
}

/// The path of the journal segment that begins with this event. A folder holds those of a hundred
/// events, the first of them directly: what a commit adds is laid down with the folders around it.
pub fn segment_path(first_seq: u64) -> String {
    let events = FOLDER_MAX as u64;
    match first_seq / events {
        0 => format!("journal/{first_seq:06}.jsonl"),
        hundreds => format!("journal/{:06}/{first_seq:06}.jsonl", hundreds * events),
    }
}

/// Whether a path of the record is that of a journal segment.
pub fn is_segment(path: &str) -> bool {
    path.starts_with("journal/")
}

/// A journal segment as the record holds it.
pub fn segment_file(segment: Segment) -> (String, Vec<u8>) {
    (segment_path(segment.first_seq), segment.bytes)
}

/// The texts that the run goes on under, and what keeps git from changing line ends; without those
/// that are `known` already, as most are for most of a run.
pub fn definition_files(
    run: &Run,
    known: &BTreeMap<String, Digest>,
) -> impl Iterator<Item = (String, Vec<u8>)> {
    let texts = run.started.definition.iter().chain(&run.retired).filter_map(|frozen| {
        let path = format!("definition/{}", frozen.path);
        let is_new = known.get(&path) != Some(&frozen.sha256);
        is_new.then(|| (path, frozen.text.clone().into_bytes()))
    });
    let attributes = (".gitattributes".to_owned(), ATTRIBUTES.to_vec());
    texts.chain(known.is_empty().then_some(attributes))
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
    let mut files: BTreeMap<String, Vec<u8>> = definition_files(run, &BTreeMap::new()).collect();
    let closed = reading.segments().filter(|segment| segment.is_closed);
    files.extend(closed.map(segment_file));
    for (gate, state) in &run.gates {
        let ended = state.attempts.iter().filter(|attempt| attempt.finished_at.is_some());
        files.extend(ended.flat_map(|attempt| attempt_files(run, gate, attempt)));
    }
    files.extend(head_files(run));
    files.extend(decision_files(run));
    files.extend(run.checkpoints.iter().map(|sealed| checkpoint_file(run, sealed)));
    let known = files.iter().map(|(path, bytes)| (path.clone(), Digest::of(bytes))).collect();
    files.extend(summary_files(run, Head::of(reading), &known));
    files
}

/// The project, as it lies from the record's folder.
const ABOVE: &str = "../../../../";

/// For `sha256sum -c` in the record's folder: its own files, then the artifacts that stand.
fn sums(run: &Run, run_json: &[u8], known: &BTreeMap<String, Digest>) -> String {
    let versions = run.versions();
    let artifacts: Vec<(&str, Digest)> = versions
        .into_iter()
        .filter_map(|(path, (_, artifact))| Some((path, artifact.sha256?)))
        .collect();
    let own = known.iter().map(|(path, digest)| ("", path.as_str(), *digest));
    let own = own.chain([("", SUMMARIES[0], Digest::of(run_json))]);
    let all = own.chain(artifacts.iter().map(|(path, digest)| (ABOVE, *path, *digest)));
    // Counted first: it may be long, and growing takes twice the room.
    let length =
        |(above, path, _): (&str, &str, Digest)| 64 + "  \n".len() + above.len() + path.len();
    let mut lines = String::with_capacity(all.clone().map(length).sum());
    for (above, path, digest) in all {
        let _ = writeln!(lines, "{digest}  {above}{path}");
    }
    lines
}
