//! `orch logs`: standard output to standard output, standard error to standard error.

use super::Failure;
use crate::check::plain_text;
use crate::cli::answer::Face;
use crate::cli::door;
use crate::envelope::exit;
use crate::ops::AttemptChoice;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::logs;
use crate::ops::logs::Logs;
use serde_json::json;
use std::thread;
use std::time::Duration;

/// How often a log is looked at while more may come.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What `orch logs` takes on the command line.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    request: AttemptChoice,
    /// Keep printing until the attempt ends.
    #[arg(short, long)]
    follow: bool,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    if arguments.follow && face.global.json {
        return Err(Error::usage("`--follow` cannot be combined with `--json`").into());
    }
    let project = face.global.open(false)?;
    let mut logs = logs::logs(&project, &face.caller, &arguments.request)?;
    if face.global.json {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        all(&mut logs, false, |news| {
            stdout.push_str(&news.stdout);
            stderr.push_str(&news.stderr);
        })?;
        let data = json!({
            "run_id": logs.run_id, "gate": logs.attempt.gate, "attempt": logs.attempt.number,
            "folder": logs.folder, "stdout": stdout, "stderr": stderr,
        });
        face.answer(&data, &Instructions::default(), "");
        return Ok(exit::DONE);
    }
    face.say(&format!(
        "gate {}, attempt {}: {}",
        logs.attempt.gate, logs.attempt.number, logs.folder
    ));
    all(&mut logs, arguments.follow, |news| {
        door::out(&plain_text(&news.stdout));
        door::err(&plain_text(&news.stderr));
    })?;
    Ok(exit::DONE)
}

/// All that is there, or that comes until the attempt ends.
fn all(logs: &mut Logs<'_>, follow: bool, mut show: impl FnMut(&logs::News)) -> Result<(), Error> {
    loop {
        let news = logs.news()?;
        let is_quiet = news.stdout.is_empty() && news.stderr.is_empty();
        show(&news);
        match (news.is_over, follow, is_quiet) {
            (true, _, _) | (false, false, true) => return Ok(()),
            (false, true, true) => thread::sleep(LOOK_EVERY),
            (false, _, false) => {}
        }
    }
}
