//! `orch worker`: gives out the slots of the pool, and says what it does.

use super::Failure;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::worker;
use crate::ops::worker::WorkerNews;
use crate::process;
use serde_json::json;

pub fn execute(face: &Face, request: &worker::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let mut said = Ok(());
    let mut started = 0;
    worker::worker(&project, request, &mut |news| {
        match news {
            // Whoever started it by itself waits for this word; JSON is one object.
            WorkerNews::Ready(_) if request.until_idle && !face.global.json => {
                said = process::say_ready();
            }
            WorkerNews::Started(_, _) => started += 1,
            WorkerNews::Ready(_)
            | WorkerNews::Restarted(_)
            | WorkerNews::GivenUp(_)
            | WorkerNews::Unreached(_) => {}
        }
        face.say(&words(news));
    })?;
    said.map_err(|error| Error::environment(error.to_string()))?;
    face.answer(&json!({ "started": started }), &Instructions::default(), "");
    Ok(exit::DONE)
}

fn words(news: &WorkerNews) -> String {
    match news {
        WorkerNews::Ready(slots) => format!("waiting for runs, at most {slots} at the same time"),
        WorkerNews::Started(run, slot) => format!("slot {slot}: run {run}"),
        WorkerNews::Restarted(run) => format!("run {run}: its process died; it is resumed"),
        WorkerNews::Unreached(reason) => format!("{reason}; trying again"),
        WorkerNews::GivenUp(run) => format!("run {run}: its process died too often; it is left"),
    }
}
