//! What follows when a gate has failed, and where it ends the run.

use super::file::EndStatus;
use super::file::GateFile;
use super::file::OnFailFile;
use super::gate_id::gate_id;
use super::texts::Parse;
use super::times::read_duration;
use crate::id::GateId;
use crate::source::Source;
use crate::source::Unsound;
use crate::template::Template;
use std::time::Duration;

/// Tries before a gate has failed, and the pauses between them.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Retry {
    /// How many, the first included.
    pub attempts: u32,
    /// The first pause.
    pub delay: Duration,
    /// The factor of each further pause.
    pub backoff: f64,
}

impl Retry {
    /// The pause before the try that follows `tries` tries.
    pub fn pause(&self, tries: u32) -> Duration {
        let factor = self.backoff.powi(i32::try_from(tries.saturating_sub(1)).unwrap_or(i32::MAX));
        Duration::try_from_secs_f64(self.delay.as_secs_f64() * factor).unwrap_or(Duration::MAX)
    }
}

/// What follows when a gate has failed and no try is left.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFail {
    /// Nothing more begins.
    Stop,
    /// What does not need it goes on.
    Continue,
    /// What needs it goes on too.
    Ignore,
    /// Back to a gate, so many times; they count anew where the jump of a later gate opens this one
    /// again, or of none but `per`.
    Goto {
        /// The gate to go back to.
        gate: GateId,
        /// How often.
        visits: u32,
        /// The gate whose jumps alone make them count anew.
        per: Option<GateId>,
    },
}

/// Where a gate stands in the course of a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Course {
    /// It starts when what it needs is done.
    OnTheWay,
    /// It runs once nothing else can, at every end of the run.
    Finally,
    /// The run ends when it is reached.
    End(Box<End>),
}

/// How a gate ends the run that reaches it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct End {
    /// What the run comes to.
    pub status: EndStatus,
    /// Why, in words for people.
    pub reason: Option<Template>,
    /// Whether the gate has work, which must have passed first.
    pub after_work: bool,
}

pub(super) fn build_retry(source: &Source, file: &GateFile) -> Result<Retry, Box<Unsound>> {
    let mut retry = Retry { attempts: 1, delay: Duration::ZERO, backoff: 1.0 };
    let Some(file) = &file.retry else { return Ok(retry) };
    retry.attempts = *file.attempts.get_ref();
    if retry.attempts == 0 {
        return Err(source
            .unsound(file.attempts.span(), "`attempts` must be at least 1")
            .advise("write attempts = 3"));
    }
    if let Some(delay) = &file.delay {
        retry.delay = read_duration(source, delay)?;
    }
    if let Some(backoff) = &file.backoff {
        retry.backoff = *backoff.get_ref();
        if !(1.0..=100.0).contains(&retry.backoff) {
            return Err(source
                .unsound(backoff.span(), "`backoff` must be from 1 to 100")
                .advise("write backoff = 2, which doubles the delay each time"));
        }
    }
    Ok(retry)
}

pub(super) fn build_on_fail(source: &Source, file: &GateFile) -> Result<OnFail, Box<Unsound>> {
    let Some(on_fail) = &file.on_fail else { return Ok(OnFail::Stop) };
    Ok(match on_fail.get_ref() {
        OnFailFile::Stop => OnFail::Stop,
        OnFailFile::Continue => OnFail::Continue,
        OnFailFile::Ignore => OnFail::Ignore,
        OnFailFile::Goto(goto) => OnFail::Goto {
            gate: gate_id(source, &goto.goto)?,
            visits: goto.visits.unwrap_or_default(),
            per: goto.per.as_ref().map(|gate| gate_id(source, gate)).transpose()?,
        },
    })
}

pub(super) fn build(file: &GateFile, template: &Parse<'_>) -> Course {
    let Some(end) = &file.end else {
        return if file.finally { Course::Finally } else { Course::OnTheWay };
    };
    let reason = end.reason.as_ref().map(template);
    let after_work = file.executor.is_some();
    Course::End(Box::new(End { status: end.status, reason, after_work }))
}
