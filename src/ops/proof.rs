//! What stands on a signature is proved before anything is built on it: when a run is taken up,
//! before each gate that stands on a signed approval, and before a run is said to have passed. Who
//! has the account can write whatever they like into an idle journal, but not sign it, nor take back
//! the heads that commits were made with.

mod anchors;
mod approval;

pub use anchors::told;
pub use approval::Moments;
pub use approval::misplaced;
pub use approval::verdict;

use super::Driver;
use super::Error;
use super::Site;
use super::gate_approve::digests_of;
use super::signing;
use super::signing::Verdict;
use crate::clock::Clock;
use crate::clock::Moment;
use crate::definition::Definition;
use crate::definition::Frozen;
use crate::event::Event;
use crate::event::RunStatus;
use crate::id::GateId;
use crate::id::RunId;
use crate::journal;
use crate::journal::Reading;
use crate::next;
use crate::run::GateStatus;
use crate::run::Run;
use crate::workflow::Gate;
use crate::workflow::Workflow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

/// How long it holds that a key was valid: many gates may begin behind one approval.
const HOLDS_FOR: Duration = Duration::from_mins(1);

/// The attempts whose approvals were proved with a key that was valid then, and when.
#[derive(Debug, Default)]
pub struct Proofs(BTreeMap<(GateId, u32), Instant>);

/// Refuses a run whose journal is not the one that commits tell of, or claims an approval that is
/// not proved.
pub fn refuse_untrue(site: &Site, reading: &Reading, workflow: &Workflow) -> Result<(), Error> {
    anchors::refuse_rolled_back(site, reading)?;
    if let Some(problem) = unsigned_amendment(reading)? {
        let id = &reading.run.started.run_id;
        return Err(Error::Untrue {
            message: format!("run {id} cannot go on: {problem}"),
            help: format!(
                "begin another run under the definition that is right now; see orch run show --run {id}"
            ),
        });
    }
    refuse_unproved(site, reading, workflow)
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
                    "its definition was amended, and gate {} asks for a signature, which no \
                         amendment has",
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
pub fn read(site: &Site, id: &RunId) -> Result<Reading, Error> {
    let reading = site.home.read(id)?;
    refuse_false_end(site, &reading)?;
    Ok(reading)
}

/// Refuses to tell of a run that has passed, if an approval that it stands on is not proved.
pub fn refuse_false_end(site: &Site, reading: &Reading) -> Result<(), Error> {
    if reading.run.status != RunStatus::Passed || signing::allowed_in(&reading.run).is_none() {
        return Ok(());
    }
    let started = &reading.run.started;
    let definition = Definition::thaw(&started.definition);
    refuse_unproved(site, reading, &Workflow::parse(&started.workflow, &definition)?)
}

fn refuse_unproved(site: &Site, reading: &Reading, workflow: &Workflow) -> Result<(), Error> {
    let run = &reading.run;
    for (gate, _) in run.gates.iter().filter(|(gate, _)| is_signed(workflow, gate)) {
        if let Some(problem) = problem(reading, workflow, gate, None)? {
            let id = &run.started.run_id;
            let journal = site.shown(&site.home.state(id).join(journal::FILE).path());
            return Err(Error::Untrue {
                message: format!(
                    "gate {gate} of run {id} is not approved as its journal says: {problem}"
                ),
                help: format!(
                    "somebody else wrote that; to go on from the record's copy, if that is sound:\n      \
                     mv {journal} {journal}.aside && orch verify --run {id}"
                ),
            });
        }
    }
    Ok(())
}

/// The gates that one stands on, over all its needs, whose signed approvals do not hold now; and
/// why not.
pub fn fallen(driver: &mut Driver<'_>, id: &GateId) -> Result<Vec<(GateId, String)>, Error> {
    let (workflow, run) = (&driver.workflow, driver.run());
    if workflow.gates.iter().all(|gate| signing::demand(gate).is_none()) {
        return Ok(Vec::new());
    }
    let bases = workflow.stands_on(id);
    let bases: BTreeSet<&str> = bases.iter().map(GateId::as_str).collect();
    let is_below = |gate: &&GateId| bases.contains(gate.base());
    let signed = run.gates.keys().filter(is_below).filter(|gate| is_signed(workflow, gate));
    let signed: Vec<GateId> = signed.cloned().collect();
    of_these(driver, signed)
}

/// The same of every gate that asks for a signature.
pub fn fallen_anywhere(driver: &mut Driver<'_>) -> Result<Vec<(GateId, String)>, Error> {
    let workflow = &driver.workflow;
    let signed = driver.run().gates.keys().filter(|gate| is_signed(workflow, gate));
    let signed = signed.cloned().collect();
    of_these(driver, signed)
}

fn of_these(driver: &mut Driver<'_>, gates: Vec<GateId>) -> Result<Vec<(GateId, String)>, Error> {
    let mut fallen = Vec::new();
    let mut whole: Option<Reading> = None;
    for gate in gates {
        if let Some(claim) = claim(driver.run(), &driver.workflow, &gate) {
            fallen.push((gate, claim));
            continue;
        }
        let state = driver.run().gate(&gate).filter(|state| state.status == GateStatus::Pass);
        let Some(attempt) = state.and_then(|state| state.attempt()) else { continue };
        let key = (gate.clone(), attempt.attempt);
        if driver.proofs.0.get(&key).is_some_and(|at| at.elapsed() < HOLDS_FOR) {
            continue;
        }
        let reading = match whole.take() {
            Some(reading) => reading,
            None => journal_of(driver)?,
        };
        match problem(&reading, &driver.workflow, &gate, Some(present(&reading)))? {
            Some(problem) => fallen.push((gate, problem)),
            None => drop(driver.proofs.0.insert(key, Instant::now())),
        }
        whole = Some(reading);
    }
    Ok(fallen)
}

/// The journal as far as this driver wrote or took it.
pub fn journal_of(driver: &Driver<'_>) -> Result<Reading, Error> {
    let path = driver.site.home.state(driver.id()).join(journal::FILE);
    let bytes = path.read();
    let bytes = bytes.map_err(|source| journal::Error::Io { path: path.path(), source })?;
    let mut bytes = bytes.unwrap_or_default();
    bytes.truncate(usize::try_from(driver.head().bytes).unwrap_or(usize::MAX));
    Ok(journal::fold(&path.path(), bytes)?)
}

/// Now, as far as it can be known: not before what the journal has come to, nor what tests set.
pub fn present(reading: &Reading) -> Moment {
    let now = Clock::System.now();
    reading.latest().map_or(now, |latest| latest.max(now))
}

fn is_signed(workflow: &Workflow, gate: &GateId) -> bool {
    workflow.gate(gate).is_some_and(|gate| signing::demand(gate).is_some())
}

/// Why a gate does not stand approved as it claims to; `today` asks for a key that is valid still.
fn problem(
    reading: &Reading,
    workflow: &Workflow,
    id: &GateId,
    today: Option<Moment>,
) -> Result<Option<String>, Error> {
    let run = &reading.run;
    if let Some(claim) = claim(run, workflow, id) {
        return Ok(Some(claim));
    }
    let state = run.gate(id).filter(|state| state.status == GateStatus::Pass);
    let Some(attempt) = state.filter(|state| state.items.is_none()).and_then(|it| it.attempt())
    else {
        return Ok(None);
    };
    let number = attempt.attempt;
    let given = reading.events().into_iter().rev().find_map(|(before, written, event)| {
        let Event::GateApproved { gate, attempt, approval } = event else { return None };
        (gate == *id && attempt == number).then_some((before, written, approval))
    });
    let Some((before, written, approval)) = given else { return Ok(None) };
    let then = journal::fold(Path::new(journal::FILE), reading.bytes[..before].to_vec())?;
    let allowed = signing::allowed_in(run);
    let moments = Moments { written, today };
    match verdict(&then, workflow, (id, number), &approval, (allowed, moments))? {
        Verdict::Good(_) => Ok(None),
        Verdict::Bad(problem) => Ok(Some(problem)),
    }
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
        GateStatus::Waived => said("it was waived, and a waiver is no signature"),
        GateStatus::Skipped if may_be_skipped(run, gate, id) => None,
        GateStatus::Skipped => said("it was skipped, and its definition gives no reason for that"),
        GateStatus::Pass if state.reused.is_some() => {
            said("it was taken over from another run, and asks for a signed approval")
        }
        GateStatus::Pass => match (&state.items, state.attempt()) {
            (Some(items), _) => {
                let is_open = |item: &GateId| !run.status_of(item).satisfies();
                let open = items.iter().map(|item| &item.gate).find(|item| is_open(item));
                let none = items.is_empty().then(|| "it passed without any instance".to_owned());
                open.map(|item| format!("it passed without {item}")).or(none)
            }
            (None, Some(attempt)) => match &attempt.approval {
                None => said("it passed without the signed approval that it asks for"),
                Some(approval) if approval.seen != digests_of(&attempt.artifacts) => {
                    said("it passed with other bytes than were approved")
                }
                Some(_) => None,
            },
            (None, None) => said("it passed without an attempt"),
        },
    }
}

/// Whether the gate's own `when` says no, or nothing needs to be in its list.
fn may_be_skipped(run: &Run, gate: &Gate, id: &GateId) -> bool {
    let is_off = gate.when.as_ref().is_some_and(|when| {
        when.render(&next::context(run, gate, id)).is_ok_and(|word| word == "false")
    });
    is_off || gate.each.is_some()
}
