//! What stands on a signature is proved before anything is built on it: when a run is taken up,
//! before each gate that stands on a signed approval, and before a run is said to have passed. Who
//! has the account can write whatever they like into an idle journal, but not sign it, nor take back
//! the heads that commits were made with.

mod anchors;
mod approval;
mod replies;

pub use anchors::told;
pub use approval::check_approval;
pub use approval::expired;
pub use approval::misplaced;
pub use approval::no_longer_valid;
pub use replies::check_decision;
pub use replies::unsigned_replies;

use super::Error;
use super::Project;
use super::signing;
use super::signing::SignatureCheck;
use super::signing::Trust;
use crate::clock::Clock;
use crate::clock::Moment;
use crate::definition::Definition;
use crate::definition::Frozen;
use crate::event::Approved;
use crate::event::Event;
use crate::event::RunStatus;
use crate::event::digests_of;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::next;
use crate::run::GateStatus;
use crate::run::Run;
use crate::store::journal::Reading;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
use crate::workflow::Gate;
use crate::workflow::Workflow;
use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

/// How long it holds that a key was valid: many gates may begin behind one approval.
const HOLDS_FOR: Duration = Duration::from_mins(1);

/// What is known of an approval, once it was looked at.
#[derive(Debug)]
struct Proof {
    approval: Approved,
    /// Why it proves nothing, else who made it.
    by: Result<String, String>,
    /// When its key was seen to be valid still.
    valid_at: Option<Instant>,
}

/// A gate whose approval does not hold now.
#[derive(Debug)]
pub struct FallenApproval {
    /// The gate.
    pub gate: GateId,
    /// Why it does not hold.
    pub problem: String,
}

/// The approvals of attempts that were looked at in this sitting, each once.
#[derive(Debug, Default)]
pub struct Proofs(BTreeMap<AttemptId, Proof>);

/// Refuses a run whose journal is not the one that commits tell of, or claims an approval that is
/// not proved; gives what is proved.
pub fn refuse_untrue(
    project: &Project,
    reading: &Reading,
    workflow: &Workflow,
) -> Result<Proofs, Error> {
    anchors::refuse_rolled_back(project, reading)?;
    if let Some(problem) = unsigned_amendment(reading)? {
        let id = &reading.run.started.run_id;
        return Err(Error::Untrue {
            message: format!("run {id} cannot continue: {problem}"),
            help: Advice::from("start another run with the current definition; see ")
                .then(Suggestion::new("run show").of(id)),
        });
    }
    refuse_unsigned_replies(project, reading)?;
    refuse_unproved(project, reading, workflow)
}

/// Refuses a run whose journal claims an answer of somebody who did not sign it. A key that was revoked
/// since takes no answer back: work was done by it.
fn refuse_unsigned_replies(project: &Project, reading: &Reading) -> Result<(), Error> {
    match unsigned_replies(reading, Trust::of(&reading.run, None))?.first() {
        None => Ok(()),
        Some((AttemptId { gate, number }, problem)) => Err(untrue(project, reading, |run| {
            format!("the question of gate {gate} of run {run}, attempt {number}: {problem}")
        })),
    }
}

/// An error for what stands in a journal and is not proved.
fn untrue(project: &Project, reading: &Reading, message: impl FnOnce(&RunId) -> String) -> Error {
    let id = &reading.run.started.run_id;
    let journal = project.shown(&project.store.journal(id).path());
    Error::Untrue {
        message: message(id),
        help: Advice::from(
            "orch did not write that; to continue from the record's copy, if it is valid:\n      ",
        )
        .then(aside(&journal))
        .then(" && ")
        .then(Suggestion::new("verify").option("run", id.as_str())),
    }
}

/// What is wrong where a definition was amended that asks for a signature: an amendment carries none,
/// and could take the question away.
pub fn unsigned_amendment(reading: &Reading) -> Result<Option<String>, Error> {
    if reading.run.amendments == 0 {
        return Ok(None);
    }
    let mut definition: Vec<Frozen> = Vec::new();
    let mut name = String::new();
    for (.., event) in reading.events() {
        if let Event::RunStarted(started) = event {
            name.clone_from(&started.workflow);
            definition = started.definition;
        } else if let Event::RunAmended(amended) = event {
            let workflow = Workflow::parse(&name, &Definition::thaw(&definition))?;
            if let Some(gate) = workflow.gates.iter().find(|gate| signing::demand(gate).is_some()) {
                return Ok(Some(format!(
                    "its definition was amended, but gate {} requires a signature, and amendments \
                     are not signed",
                    gate.id
                )));
            }
            let is_gone =
                |text: &Frozen| amended.changes.iter().any(|change| change.path == text.path);
            definition.retain(|text| !is_gone(text));
            definition.extend(amended.texts);
        }
    }
    Ok(None)
}

/// Reads a run to tell of it: none is said to have passed by an approval that is not proved.
pub fn read(project: &Project, id: &RunId) -> Result<Reading, Error> {
    let reading = project.store.read(id)?;
    refuse_false_end(project, &reading)?;
    Ok(reading)
}

/// Refuses to tell of a run that has passed, if an approval that it stands on is not proved.
pub fn refuse_false_end(project: &Project, reading: &Reading) -> Result<(), Error> {
    if reading.run.status != RunStatus::Passed || signing::allowed_in(&reading.run).is_none() {
        return Ok(());
    }
    let started = &reading.run.started;
    let definition = Definition::thaw(&started.definition);
    refuse_unsigned_replies(project, reading)?;
    refuse_unproved(project, reading, &Workflow::parse(&started.workflow, &definition)?).map(drop)
}

fn refuse_unproved(
    project: &Project,
    reading: &Reading,
    workflow: &Workflow,
) -> Result<Proofs, Error> {
    let run = &reading.run;
    let signed: Vec<&GateId> = run.gates.keys().filter(|gate| is_signed(workflow, gate)).collect();
    let mut proofs = Proofs::default();
    let open = proofs.open(run, signed.iter().copied());
    proofs.add(project, (reading, workflow), &open)?;
    for gate in signed {
        let unproved = || proofs.problem(run, gate);
        if let Some(problem) = claim(run, workflow, gate).or_else(unproved) {
            return Err(untrue(project, reading, |id| {
                format!(
                    "gate {gate} of run {id} lacks the approval that its journal claims: {problem}"
                )
            }));
        }
    }
    Ok(proofs)
}

/// What moves a file out of the way.
fn aside(path: &str) -> Advice {
    Advice::program(&["mv", path, &format!("{path}.aside")])
}

impl Proofs {
    /// Looks at the approvals of these gates that were not looked at yet, all in one fold.
    fn add(
        &mut self,
        project: &Project,
        (reading, workflow): (&Reading, &Workflow),
        open: &BTreeMap<AttemptId, &Approved>,
    ) -> Result<(), Error> {
        if open.is_empty() {
            return Ok(());
        }
        let revoked = signing::revoked_keys(project)?;
        let trust = Trust::of(&reading.run, revoked.as_deref());
        reading.retrace(|then, written, event| {
            let Event::GateApproved { gate, attempt, approval } = event else { return Ok(()) };
            let id = AttemptId::new(gate, *attempt);
            if open.get(&id) == Some(&approval) {
                let limits = (trust, written);
                let by = match check_approval(then, workflow, &id, approval, limits)? {
                    SignatureCheck::Good(by) => Ok(by),
                    SignatureCheck::Bad(problem) => Err(problem),
                };
                self.0.insert(id, Proof { approval: approval.clone(), by, valid_at: None });
            }
            Ok(())
        })
    }

    /// The approvals of these gates that were not looked at yet.
    fn open<'r>(
        &self,
        run: &'r Run,
        gates: impl IntoIterator<Item = &'r GateId>,
    ) -> BTreeMap<AttemptId, &'r Approved> {
        let is_open = |key: &AttemptId, approval: &Approved| {
            self.0.get(key).is_none_or(|proof| proof.approval != *approval)
        };
        let approved = gates.into_iter().filter_map(|gate| approved(run, gate));
        approved.filter(|(key, approval)| is_open(key, approval)).collect()
    }

    /// Why the approval of a gate proves nothing, whatever its key is worth today.
    fn problem(&self, run: &Run, gate: &GateId) -> Option<String> {
        let (key, _) = approved(run, gate)?;
        match self.0.get(&key) {
            Some(proof) => proof.by.as_ref().err().cloned(),
            None => Some("the journal has no such approval".to_owned()),
        }
    }

    /// The approvals of gates that do not hold now; `journal` is read where it is needed.
    pub fn fallen(
        &mut self,
        project: &Project,
        (run, workflow): (&Run, &Workflow),
        gates: Vec<GateId>,
        journal: impl Fn() -> Result<Reading, Error>,
    ) -> Result<Vec<FallenApproval>, Error> {
        let open = self.open(run, &gates);
        if !open.is_empty() {
            self.add(project, (&journal()?, workflow), &open)?;
        }
        let mut today = None;
        let mut fallen = Vec::new();
        for gate in gates {
            let wrong = claim(run, workflow, &gate).or_else(|| self.problem(run, &gate));
            let problem = match wrong {
                Some(problem) => Some(problem),
                None => self.expired(project, (run, &gate), (&mut today, &journal))?,
            };
            fallen.extend(problem.map(|problem| FallenApproval { gate, problem }));
        }
        Ok(fallen)
    }

    /// What is wrong where the key of an approval is not valid any more; `today` is found once.
    fn expired(
        &mut self,
        project: &Project,
        (run, gate): (&Run, &GateId),
        (today, journal): (&mut Option<Moment>, &impl Fn() -> Result<Reading, Error>),
    ) -> Result<Option<String>, Error> {
        let Some((id, _)) = approved(run, gate) else { return Ok(None) };
        let Some(Proof { approval, by: Ok(by), valid_at }) = self.0.get_mut(&id) else {
            return Ok(None);
        };
        if valid_at.is_some_and(|at| at.elapsed() < HOLDS_FOR) {
            return Ok(None);
        }
        let today = match *today {
            Some(today) => today,
            None => *today.insert(present(&journal()?)),
        };
        let revoked = signing::revoked_keys(project)?;
        let problem = expired(run, &id, approval, (by, today), revoked.as_deref())?;
        *valid_at = problem.is_none().then(Instant::now);
        Ok(problem)
    }
}

/// The approval by which a gate stands as passed, where it is its own.
fn approved<'r>(run: &'r Run, gate: &GateId) -> Option<(AttemptId, &'r Approved)> {
    let state = run.gate(gate)?;
    let has_passed = state.status == GateStatus::Pass && state.items.is_none();
    let attempt = state.attempt().filter(|_| has_passed)?;
    Some((AttemptId::new(gate, attempt.attempt), attempt.approval.as_ref()?))
}

/// Now, as far as it can be known: not before what the journal has come to, nor what tests set.
pub fn present(reading: &Reading) -> Moment {
    let now = Clock::System.now();
    reading.latest().map_or(now, |latest| latest.max(now))
}

/// Whether only a signature approves a gate.
pub fn is_signed(workflow: &Workflow, gate: &GateId) -> bool {
    workflow.gate(gate).is_some_and(|gate| signing::demand(gate).is_some())
}

/// What is wrong with how a gate stands that asks for a signature, whatever was signed.
pub fn claim(run: &Run, workflow: &Workflow, id: &GateId) -> Option<String> {
    let (gate, state) = (workflow.gate(id)?, run.gate(id)?);
    let said = |problem: &str| Some(problem.to_owned());
    match state.status {
        GateStatus::NotStarted
        | GateStatus::Running
        | GateStatus::Waiting
        | GateStatus::Fail
        | GateStatus::Stale => None,
        GateStatus::Waived => said("it was waived, but it requires a signature"),
        GateStatus::Skipped if may_be_skipped(run, gate, id) => None,
        GateStatus::Skipped => said("it was skipped, but its definition gives no reason for that"),
        GateStatus::Pass if state.reused.is_some() => {
            said("it was reused from another run, but requires a signed approval")
        }
        GateStatus::Pass => match (&state.items, state.attempt()) {
            (Some(items), _) => {
                let is_open = |item: &GateId| !run.status_of(item).satisfies();
                let open = items.iter().map(|item| &item.gate).find(|item| is_open(item));
                let none = items.is_empty().then(|| "it passed without any instances".to_owned());
                open.map(|item| format!("it passed without {item}")).or(none)
            }
            (None, Some(attempt)) => match &attempt.approval {
                None => said("it passed without the signed approval that it requires"),
                Some(approval) if approval.seen != digests_of(&attempt.artifacts) => {
                    said("it passed with content that was not approved")
                }
                Some(_) => None,
            },
            (None, None) => said("it passed without an attempt"),
        },
    }
}

/// Whether the gate's own `when` says no, or nothing needs to be in its list.
fn may_be_skipped(run: &Run, gate: &Gate, id: &GateId) -> bool {
    let is_off = gate
        .when
        .as_ref()
        .is_some_and(|when| when.holds(&next::context(run, gate, id)) == Ok(false));
    is_off || gate.each.is_some()
}
