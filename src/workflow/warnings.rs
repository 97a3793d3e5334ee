//! What is sound and yet unlikely to be meant: told where a workflow is checked, and no obstacle to a
//! run.

use super::Approval;
use super::Gate;
use super::Order;
use super::TO_THE_END;
use super::Workflow;
use super::script_as_command;
use crate::contract::OutputFiles;
use crate::files::Globs;
use crate::id::GateId;
use crate::template::Template;

/// How the bytes of a file came to count.
struct Seen<'w> {
    /// The gate after which they do.
    after: &'w GateId,
    what: String,
}

impl Workflow {
    /// Everything of the kind, in words.
    pub fn warnings(&self) -> Vec<String> {
        let edited = self.gates.iter().flat_map(|gate| edited_after(self, gate));
        let together = self.gates.iter().flat_map(|gate| edited_together(self, gate));
        let shared = self.gates.iter().filter_map(shared_by_instances);
        let read = self.gates.iter().flat_map(|gate| read_while_changed(self, gate));
        let beside = self.gates.iter().filter_map(|gate| beside_end(self, gate));
        let lines = self.gates.iter().filter_map(script_as_command::told);
        let named = self.gates.iter().filter_map(named_like_the_end);
        let told = self.blind_reuse().into_iter().chain(lines).chain(edited).chain(together);
        told.chain(read).chain(shared).chain(beside).chain(named).collect()
    }

    /// Gates whose work is reused whatever the files hold that it is made from.
    pub fn blind_reuse(&self) -> Vec<String> {
        let blind = self.gates.iter().filter(|gate| gate.reuse && gate.reads.is_empty());
        let told = blind.map(|gate| {
            format!(
                "gate {} has `reuse = true` but no `reads`: it will not run again when the files \
                 that it uses change; list them, as in reads = [\"data/**\"]",
                gate.id
            )
        });
        told.collect()
    }

    /// Whether a pattern matches what some gate before this one leaves behind, as far as it is written
    /// out.
    pub fn is_made_before(&self, gate: &Gate, pattern: &Template) -> bool {
        let before = self.stands_on(&gate.id);
        let mut makers = before.iter().filter_map(|id| self.gate(id));
        makers.any(|maker| makes(maker).any(|made| !made.is_literal() || matches(pattern, made)))
    }
}

/// Files that a gate changes after somebody approved or audited them, where nobody looks at the newer
/// version.
fn edited_after(workflow: &Workflow, gate: &Gate) -> Vec<String> {
    let is_looked_at = gate.approval != Approval::None
        || workflow.gates.iter().any(|other| other.audits.as_ref() == Some(&gate.id));
    if is_looked_at {
        return Vec::new();
    }
    let before = workflow.stands_on(&gate.id);
    let mut told = Vec::new();
    for owner in before.iter().filter_map(|id| workflow.gate(id)) {
        let changed = makes(owner).find(|made| changes(gate, made));
        let Some(changed) = changed else { continue };
        let seen = seen(workflow, owner).into_iter().find(|seen| {
            before.contains(seen.after) && !is_seen_between(workflow, gate, (seen.after, changed))
        });
        told.extend(seen.map(|seen| {
            format!(
                "gate {} changes {} after {}, and the new version is neither approved nor audited",
                gate.id,
                changed.text(),
                seen.what
            )
        }));
    }
    told
}

/// Who looks at the work of a gate.
fn seen<'w>(workflow: &'w Workflow, owner: &'w Gate) -> Vec<Seen<'w>> {
    let approved = (owner.approval != Approval::None)
        .then(|| Seen { after: &owner.id, what: "a person approved it".to_owned() });
    let audits = workflow.gates.iter().filter(|gate| gate.audits.as_ref() == Some(&owner.id));
    let audits = audits
        .map(|audit| Seen { after: &audit.id, what: format!("gate {} audited it", audit.id) });
    approved.into_iter().chain(audits).collect()
}

/// Whether another gate changes the file in between, so that the one behind it is told of that one.
fn is_seen_between(workflow: &Workflow, gate: &Gate, (after, file): (&GateId, &Template)) -> bool {
    let before = workflow.stands_on(&gate.id);
    let between = workflow.gates.iter().filter(|other| {
        before.contains(&other.id) && workflow.stands_on(&other.id).contains(after)
    });
    let mut editors = between.filter(|other| other.id != gate.id && changes(other, file));
    editors.next().is_some()
}

/// Files that a gate may change while another one does.
fn edited_together(workflow: &Workflow, gate: &Gate) -> Vec<String> {
    if gate.edits.is_empty() {
        return Vec::new();
    }
    let both = beside(workflow, gate).into_iter().filter_map(|other| {
        let is_same = |glob: &&Template| other.edits.iter().any(|it| it.text() == glob.text());
        let edited = gate.edits.iter().find(is_same);
        // Of two that edit it, one tells.
        let edited = edited.filter(|_| gate.id < other.id);
        let path = edited.or_else(|| makes(other).find(|made| edits(gate, made)))?;
        Some(format!(
            "gates {} and {} both change {}, and neither depends on the other; write \
             needs = [\"{}\"] in gate {}",
            gate.id,
            other.id,
            path.text(),
            other.id,
            gate.id
        ))
    });
    both.collect()
}

/// The gates of which each run may have one at work beside this one.
fn beside<'w>(workflow: &'w Workflow, gate: &Gate) -> Vec<&'w Gate> {
    let is_certain = |gate: &Gate| gate.when.is_none() && !gate.is_finally();
    if !is_certain(gate) {
        return Vec::new();
    }
    workflow.unordered_with(gate).into_iter().filter(|other| is_certain(other)).collect()
}

/// Files that a gate or its checks read while another gate may change them.
fn read_while_changed(workflow: &Workflow, gate: &Gate) -> Vec<String> {
    let checked = gate.contract.iter().flat_map(|contract| &contract.checks);
    let checked = checked.filter_map(|rule| rule.path.as_ref());
    let read: Vec<&Template> = gate.reads.iter().chain(&gate.attach).chain(checked).collect();
    if read.is_empty() {
        return Vec::new();
    }
    let both = beside(workflow, gate).into_iter().filter_map(|other| {
        let changes = |file: &Template| {
            edits(other, file)
                || makes(other).any(|made| matches(file, made) || matches(made, file))
        };
        let file = read.iter().find(|file| changes(file))?;
        Some(format!(
            "gate {} reads {}, which gate {} changes, and neither depends on the other; write \
             needs = [\"{}\"] in gate {}",
            gate.id,
            file.text(),
            other.id,
            other.id,
            gate.id
        ))
    });
    both.collect()
}

/// A file that each instance of a fan-out writes while others do.
fn shared_by_instances(gate: &Gate) -> Option<String> {
    let each = gate.each.as_ref().filter(|each| each.order == Order::Parallel)?;
    let outputs = gate.contract.iter().flat_map(|contract| &contract.outputs);
    let mut paths = outputs.filter_map(|output| match &output.target {
        OutputFiles::Path(path) => Some(path),
        OutputFiles::AnyOf(_) | OutputFiles::FirstOf(_) | OutputFiles::Glob(_) => None,
    });
    let is_shared = |path: &&Template| !path.names().contains(&each.name);
    let (shared, what) = match paths.find(is_shared) {
        Some(path) => (path, "have the output"),
        None => (gate.edits.iter().find(is_shared)?, "change"),
    };
    Some(format!(
        "all instances of gate {} {what} {}; name the item in its path, such as \
         out/{{{{ {} }}}}.md, or write order = \"serial\" in `each`",
        gate.id,
        shared.text(),
        each.name
    ))
}

/// Gates of which nothing says whether they come before the end of the run.
fn beside_end(workflow: &Workflow, gate: &Gate) -> Option<String> {
    gate.end()?;
    let beside = workflow.unordered_with(gate).into_iter().next()?;
    Some(format!(
        "whether gate {} runs before gate {} ends the run depends on which is reached first; write \
         needs = [\"{}\"] in gate {}, or needs = [\"{}\"] in gate {}",
        beside.id, gate.id, beside.id, gate.id, gate.id, beside.id
    ))
}

/// A gate that no run can be stopped at.
fn named_like_the_end(gate: &Gate) -> Option<String> {
    let is_named = gate.id.as_str() == TO_THE_END;
    is_named.then(|| {
        format!(
            "no run can be stopped at gate {TO_THE_END}: `until` given as `{TO_THE_END}` means \
             the end of the run"
        )
    })
}

/// The files that a gate leaves behind, as they are written.
fn makes(gate: &Gate) -> impl Iterator<Item = &Template> {
    let outputs = gate.contract.iter().flat_map(|contract| &contract.outputs);
    outputs.flat_map(|output| match &output.target {
        OutputFiles::Path(path) => std::slice::from_ref(path),
        OutputFiles::AnyOf(paths) | OutputFiles::FirstOf(paths) => paths,
        OutputFiles::Glob(glob) => std::slice::from_ref(glob),
    })
}

fn changes(gate: &Gate, file: &Template) -> bool {
    makes(gate).any(|made| made.text() == file.text()) || edits(gate, file)
}

fn edits(gate: &Gate, file: &Template) -> bool {
    gate.edits.iter().any(|glob| matches(glob, file))
}

/// Whether a pattern matches a path, as far as both are written out.
pub(super) fn matches(pattern: &Template, path: &Template) -> bool {
    let are_literal = pattern.is_literal() && path.is_literal();
    pattern.text() == path.text() || are_literal && Globs::is_in(pattern.text(), path.text())
}
