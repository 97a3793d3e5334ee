//! Sittings and checkpoints, as far as a run has come.

use super::IllegalEvent;
use super::Run;
use super::illegal;
use crate::clock::Moment;
use crate::event::Checkpoint;
use crate::event::Event;
use crate::event::RunStatus;
use crate::event::SessionStarted;
use crate::event::SessionStatus;

/// One session of the run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Session {
    /// Its number within the run.
    pub number: u32,
    /// Who started it.
    pub by: String,
    /// What was found of the previous session, if it died.
    pub found: Option<String>,
    /// Its status.
    pub status: SessionStatus,
    /// Start time.
    pub started_at: Moment,
    /// End time.
    pub ended_at: Option<Moment>,
    /// Why it ended, if a reason was given.
    pub reason: Option<String>,
}

impl Run {
    /// The current session.
    pub fn session(&self) -> Option<&Session> {
        self.sessions.last().filter(|session| session.status.is_live())
    }

    pub(super) fn sit_down(
        &mut self,
        at: Moment,
        event: &Event,
        started: &SessionStarted,
    ) -> Result<(), IllegalEvent> {
        self.refuse_ended(event)?;
        let expected = self.sessions.last().map_or(1, |session| session.number.saturating_add(1));
        if self.session().is_some() || started.session != expected {
            let why = format!("expected session {expected}, after the previous one has ended");
            return Err(illegal(event, &why));
        }
        self.sessions.push(Session {
            number: started.session,
            by: started.by.clone(),
            found: started.found.clone(),
            status: SessionStatus::Initializing,
            started_at: at,
            ended_at: None,
            reason: None,
        });
        self.status = RunStatus::Running;
        self.reason = None;
        self.pause = None;
        self.finished_at = None;
        self.start_clocks(at);
        Ok(())
    }

    pub(super) fn be_ready(&mut self, event: &Event, session: u32) -> Result<(), IllegalEvent> {
        let live = self.live_session(event, session)?;
        live.status = SessionStatus::Running;
        Ok(())
    }

    pub(super) fn end_session(
        &mut self,
        event: &Event,
        session: u32,
        (status, reason): (SessionStatus, Option<&String>),
        (at, seen_at): (Moment, Option<Moment>),
    ) -> Result<(), IllegalEvent> {
        let live = self.live_session(event, session)?;
        live.status = status;
        live.ended_at = seen_at.or(Some(at));
        live.reason = reason.cloned();
        if let Some(seen) = seen_at {
            self.cut_clocks(seen);
        }
        Ok(())
    }

    pub(super) fn seal(
        &mut self,
        at: Moment,
        event: &Event,
        checkpoint: &Checkpoint,
    ) -> Result<(), IllegalEvent> {
        let expected = self.checkpoints.last().map_or(1, |(_, last)| last.checkpoint + 1);
        if checkpoint.checkpoint != expected {
            return Err(illegal(event, &format!("expected checkpoint {expected}")));
        }
        self.checkpoints.push((at, checkpoint.clone()));
        Ok(())
    }

    fn live_session(&mut self, event: &Event, number: u32) -> Result<&mut Session, IllegalEvent> {
        let live = self.sessions.last_mut().filter(|session| session.status.is_live());
        live.filter(|session| session.number == number)
            .ok_or_else(|| illegal(event, &format!("session {number} is not active")))
    }
}
