//! What others do with a run while the menu at one of its gates is open.

use crate::cli::answer::Face;
use crate::id::GateId;
use crate::ops::Error;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::ops::Standing;
use crate::ops::Waiting;
use crate::ops::next;
use crate::ops::watch;
use crate::ops::watch::Watch;
use std::time::Duration;
use std::time::Instant;

/// How long another process that has gone on with the run is given to come to rest, so that what the
/// run waits for then can be asked here.
const PATIENCE: Duration = Duration::from_secs(2);

/// What looks up during a question of a command about a run: somebody else has stopped it meanwhile, or
/// gone on with the gate that is asked about.
pub fn unless_stopped<'d>(
    face: &'d Face,
    project: &'d Project,
    run: &RunChoice,
    gate: Option<&'d GateId>,
) -> Result<impl FnMut() -> Result<(), Error>, Error> {
    let mut watch = watch::watch(project, &face.caller, run)?;
    let run = RunChoice { run: Some(watch.run_id().to_string()) };
    let before = next::next(project, &face.caller, &run)?.run.stopped();
    Ok(move || {
        if project.stop.is_raised() {
            return Err(Error::Interrupted);
        }
        if watch.news()?.is_empty() {
            return Ok(());
        }
        let now = next::next(project, &face.caller, &run)?.run;
        let is_gone = |gate: &&GateId| now.waiting.iter().all(|waiting| &waiting.gate != *gate);
        match (now.stopped(), gate.filter(is_gone)) {
            (Some(stopped), _) if before.as_ref() != Some(&stopped) => {
                Err(Error::usage(format!("{stopped}; nothing was written")))
            }
            (_, Some(gate)) => Err(Error::usage(format!(
                "gate {gate} no longer waits for this; nothing was written"
            ))),
            (Some(_) | None, None) => Ok(()),
        }
    })
}

/// A gate that waits, watched.
pub struct Elsewhere<'d> {
    face: &'d Face,
    project: &'d Project,
    waiting: &'d Waiting,
    run: RunChoice,
    watch: Watch<'d>,
    gone_since: Option<Instant>,
}

impl<'d> Elsewhere<'d> {
    pub fn watch(
        face: &'d Face,
        project: &'d Project,
        waiting: &'d Waiting,
        run: &RunChoice,
    ) -> Result<Self, Error> {
        let watch = watch::watch(project, &face.caller, run)?;
        Ok(Self { face, project, waiting, run: run.clone(), watch, gone_since: None })
    }

    /// The same as [`Self::settled`] where something has happened since this was asked last.
    pub fn news(&mut self) -> Result<Option<Box<Standing>>, Error> {
        if self.project.stop.is_raised() {
            return Err(Error::Interrupted);
        }
        let has_news = !self.watch.news()?.is_empty();
        if has_news || self.gone_since.is_some() { self.settled() } else { Ok(None) }
    }

    /// Where the run stands, if this gate does not wait for the same any more.
    pub fn settled(&mut self) -> Result<Option<Box<Standing>>, Error> {
        // Looked at first: what is read while it is free is whole.
        let is_held = self.project.store.is_held(self.watch.run_id());
        let now = next::next(self.project, &self.face.caller, &self.run)?.run;
        let is_this = |other: &&Waiting| {
            (&other.gate, other.attempt, other.waits_for)
                == (&self.waiting.gate, self.waiting.attempt, self.waiting.waits_for)
        };
        let is_stopped = now.stopped().is_some();
        if !is_stopped && now.waiting.iter().find(is_this).is_some() {
            self.gone_since = None;
            return Ok(None);
        }
        let gone_since = *self.gone_since.get_or_insert_with(Instant::now);
        let comes_to_rest = is_held && !is_stopped && gone_since.elapsed() < PATIENCE;
        Ok((!comes_to_rest).then(|| Box::new(now)))
    }
}
