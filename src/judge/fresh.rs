//! Whether outputs are fresh: what a round of a gate left behind, and not what lay there before it.

use super::Judgement;
use super::failed;
use super::subjects;
use super::there;
use crate::contract::Contract;
use crate::contract::Output;
use crate::digest::Digest;
use crate::files::ProjectFolder;
use crate::files::ProjectPath;
use crate::finding::Finding;
use crate::finding::Validation;
use crate::template::Context;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// The name under which findings tell of it.
const CHECK: &str = "fresh";

/// What a file was like when a round began: whoever writes it moves the one or the other, also with
/// the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub inode: u64,
    /// Seconds and nanoseconds of the change time.
    pub changed: (i64, u32),
}

/// What the outputs of a round are compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Freshness {
    /// Each output was written since the round began: the files that lay there then.
    Written(BTreeMap<String, Stamp>),
    /// One of the outputs differs from what was refused.
    Differs(BTreeMap<String, Digest>),
}

/// The files of the outputs that must be fresh, as they lie there now. `by_default` says whether
/// outputs must be that say nothing of it.
pub fn stamps(
    contract: &Contract,
    by_default: bool,
    project: &ProjectFolder,
    context: &Context,
) -> BTreeMap<String, Stamp> {
    let outputs = contract.outputs.iter().filter(|output| output.is_fresh(by_default));
    let paths = outputs.flat_map(|output| paths(output, project, context));
    paths.filter_map(|path| Some((path.to_string(), stamp(project, &path)?))).collect()
}

/// What is not fresh of the outputs that must be.
pub(super) fn judge(
    contract: &Contract,
    (freshness, by_default): (&Freshness, bool),
    judgement: &Judgement,
    project: &ProjectFolder,
    context: &Context,
) -> Vec<Validation> {
    let outputs: Vec<&Output> =
        contract.outputs.iter().filter(|output| output.is_fresh(by_default)).collect();
    match freshness {
        Freshness::Written(before) => {
            let old = outputs.iter().filter_map(|output| {
                let subjects = subjects(output, project, context).unwrap_or_default();
                let is_old = |path: &ProjectPath| {
                    let now = stamp(project, path);
                    now.is_some() && now == before.get(&path.to_string()).copied()
                };
                let mut there = there(&subjects, project).map(|subject| &subject.path).peekable();
                let first = (*there.peek()?).clone();
                there.all(is_old).then_some(first)
            });
            old.map(|path| unwritten(&path)).collect()
        }
        Freshness::Differs(refused) => {
            // What was asked for may be an output that needs not be there.
            let optional = contract.outputs.iter().filter(|output| output.optional);
            let optional = optional.filter(|output| output.fresh != Some(false));
            let told: Vec<ProjectPath> = outputs
                .iter()
                .copied()
                .chain(optional)
                .flat_map(|output| paths(output, project, context))
                .collect();
            let is_same = |path: &ProjectPath| {
                let found = judgement.artifacts.iter().find(|(artifact, _)| artifact == path);
                let now = found.and_then(|(_, print)| print.as_ref()).map(|print| print.digest);
                now == refused.get(&path.to_string()).copied()
            };
            if told.is_empty() || !told.iter().all(is_same) {
                return Vec::new();
            }
            vec![unchanged(&told)]
        }
    }
}

fn unwritten(path: &ProjectPath) -> Validation {
    let message = "it was not written in this round of the gate; it existed before";
    let finding = Finding::of(CHECK, message).path(path);
    failed(CHECK, Some(path.to_string()), finding)
}

fn unchanged(paths: &[ProjectPath]) -> Validation {
    let names = paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let message = format!("unchanged since the refusal: {names}");
    failed(CHECK, None, Finding::of(CHECK, message).expected("a change that answers the refusal"))
}

fn stamp(project: &ProjectFolder, path: &ProjectPath) -> Option<Stamp> {
    let stat = project.stat(path)?;
    let seconds = stat.changed_ns.div_euclid(1_000_000_000);
    let rest = stat.changed_ns.rem_euclid(1_000_000_000);
    Some(Stamp {
        inode: stat.inode,
        changed: (
            i64::try_from(seconds).unwrap_or_default(),
            u32::try_from(rest).unwrap_or_default(),
        ),
    })
}

/// The paths of an output; a missing alternative is one too.
fn paths(output: &Output, project: &ProjectFolder, context: &Context) -> Vec<ProjectPath> {
    let subjects = subjects(output, project, context).unwrap_or_default();
    subjects.into_iter().map(|subject| subject.path).collect()
}

impl Output {
    /// Whether this output must be of its round. One that may be missing may also be old.
    pub fn is_fresh(&self, by_default: bool) -> bool {
        self.fresh.unwrap_or(by_default && !self.optional)
    }
}
