//! `orch worker`: gives out the slots of the pool, and says what it does.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::worker;
use crate::ops::worker::WorkerNews;

pub fn execute(face: &Face, request: &worker::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    worker::worker(&project, request, &mut |news| face.say(&words(news)))?;
    Ok(exit::DONE)
}

fn words(news: &WorkerNews) -> String {
    match news {
        WorkerNews::Ready(slots) => format!("waiting for runs, at most {slots} at the same time"),
        WorkerNews::Started(run, slot) => format!("slot {slot}: run {run}"),
        WorkerNews::Restarted(run) => format!("run {run}: its process died; it is resumed"),
        WorkerNews::GivenUp(run) => format!("run {run}: its process died too often; it is left"),
    }
}
