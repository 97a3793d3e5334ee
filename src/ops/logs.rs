//! What a gate's program printed, while it is at work and after.

#[cfg(feature = "serve")]
mod part;

#[cfg(feature = "serve")]
pub(crate) use part::LogFile;
#[cfg(feature = "serve")]
pub(crate) use part::LogKind;

use super::AttemptChoice;
use super::Caller;
use super::Error;
use super::Project;
use super::choose;
use crate::event::WaitsFor;
use crate::executor;
use crate::files::Beneath;
use crate::id::AttemptId;
use crate::id::RunId;
use crate::project::secrets_of;
use crate::run::Run;
use crate::secret::Secrets;
use crate::work;
use serde::Serialize;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::os::unix::fs::MetadataExt;

/// The most that is read of a log at once.
const CHUNK_BYTES: usize = 1 << 20;

/// How much of a line is kept back until its end is there.
const OPEN_BYTES_MAX: usize = 64 << 10;

/// The logs of one attempt.
#[derive(Debug)]
pub struct Logs<'p> {
    /// The run's id.
    pub run_id: RunId,
    /// Which attempt of which gate.
    pub attempt: AttemptId,
    /// Their folder, relative to the project.
    pub folder: String,
    project: &'p Project,
    secrets: Secrets,
    streams: [Stream; 2],
}

/// What was printed since the last look.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct News {
    /// Text written to standard output.
    pub stdout: String,
    /// Text written to standard error.
    pub stderr: String,
    /// Whether nothing more will come.
    #[serde(skip)]
    pub is_over: bool,
}

/// A log, and how far it was read.
#[derive(Debug)]
struct Stream {
    place: Beneath,
    /// Whether nothing more was to come at the last look at the run.
    has_ended: bool,
    /// Which file it was: a finished log is replaced by one without secrets, line by line.
    inode: u64,
    at: u64,
    lines: usize,
    /// How much was shown of a line that has no end yet, without its secrets.
    open_bytes: usize,
}

/// Finds the logs of an attempt.
pub fn logs<'p>(
    project: &'p Project,
    caller: &Caller,
    request: &AttemptChoice,
) -> Result<Logs<'p>, Error> {
    let run_id = choose::run(project, caller, &request.run)?;
    let run = project.store.glance(&run_id)?.run;
    let attempt = request.find(project, caller, &run)?;
    of_attempt(project, &run, attempt)
}

/// The same for an attempt of a run that was read.
pub(crate) fn of_attempt<'p>(
    project: &'p Project,
    run: &Run,
    attempt: AttemptId,
) -> Result<Logs<'p>, Error> {
    let run_id = run.started.run_id.clone();
    let secrets = secrets_of(project, run)?;
    let folder = work::attempt_folder(&project.store.logs(&run_id), &attempt);
    let streams = [executor::STDOUT, executor::STDERR];
    let waits_for = run.gate(&attempt.gate).and_then(|state| state.waits_for);
    let has_ended = has_ended(run, &attempt) || waits_for == Some(WaitsFor::Approval);
    let stream = |name| Stream {
        place: folder.join(name),
        has_ended,
        inode: 0,
        at: 0,
        lines: 0,
        open_bytes: 0,
    };
    let streams = streams.map(stream);
    Ok(Logs { run_id, attempt, folder: project.shown(&folder.path()), project, secrets, streams })
}

/// Whether nothing more comes of an attempt.
fn has_ended(run: &Run, attempt: &AttemptId) -> bool {
    let attempts = run.gate(&attempt.gate).map(|state| state.attempts.as_slice());
    let own = attempts.into_iter().flatten().find(|it| it.attempt == attempt.number);
    own.is_none_or(|own| own.finished_at.is_some())
}

impl Logs<'_> {
    /// What was printed since the last look: whole lines, as long as more may come, and a line whose
    /// end does not come in parts.
    pub fn news(&mut self) -> Result<News, Error> {
        let run = self.project.store.glance(&self.run_id)?.run;
        let has_ended = has_ended(&run, &self.attempt);
        let ([stdout, stderr], secrets) = (&mut self.streams, &self.secrets);
        let mut has_more = false;
        let mut read = |stream: &mut Stream| {
            stream.has_ended = has_ended;
            let (text, is_cut) =
                stream.news(secrets).map_err(|source| Error::disk(&stream.place, source))?;
            has_more |= is_cut;
            Ok::<_, Error>(secrets.redact(&text))
        };
        let (stdout, stderr) = (read(stdout)?, read(stderr)?);
        Ok(News { stdout, stderr, is_over: has_ended && !has_more })
    }
}

impl Stream {
    /// New text, and whether more lies there already.
    fn news(&mut self, secrets: &Secrets) -> std::io::Result<(String, bool)> {
        let Some(mut file) = self.place.open()? else { return Ok((String::new(), false)) };
        let inode = file.metadata()?.ino();
        let is_same = inode == self.inode || self.lines == 0 && self.open_bytes == 0;
        file.seek(SeekFrom::Start(if is_same { self.at } else { 0 }))?;
        let mut reader = BufReader::new(file);
        if !is_same {
            self.at = self.open_bytes as u64;
            for _ in 0..self.lines {
                self.at += reader.skip_until(b'\n')? as u64;
            }
            reader.seek(SeekFrom::Start(self.at))?;
        }
        self.inode = inode;
        let limit = CHUNK_BYTES.max(2 * secrets.longest_bytes());
        let (mut bytes, mut has_more) = (Vec::new(), false);
        while !has_more {
            let before = bytes.len();
            let read = reader.by_ref().take(limit as u64).read_until(b'\n', &mut bytes)?;
            if read == 0 {
                break;
            }
            has_more = bytes.len() >= limit;
            if bytes.ends_with(b"\n") || self.has_ended && read < limit {
                self.lines += 1;
                self.open_bytes = 0;
                continue;
            }
            self.begin_of_line(&mut bytes, before, secrets);
            break;
        }
        self.at += bytes.len() as u64;
        Ok((String::from_utf8_lossy(&bytes).into_owned(), has_more))
    }

    /// Takes of a line without an end, which begins at a place, what can be shown before that is there.
    fn begin_of_line(&mut self, bytes: &mut Vec<u8>, from: usize, secrets: &Secrets) {
        let open = &bytes[from..];
        let mut sure = if open.len() < OPEN_BYTES_MAX { 0 } else { secrets.sure(open) };
        // No character is taken apart.
        while open.get(sure).is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000) && sure > 0 {
            sure -= 1;
        }
        self.open_bytes += secrets.redacted_bytes(&open[..sure]);
        bytes.truncate(from + sure);
    }
}
