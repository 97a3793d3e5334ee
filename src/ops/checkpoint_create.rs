//! `orch checkpoint create`: seal a checkpoint by hand.

use super::Driver;
use super::Error;
use super::RunChoice;
use super::Site;
use super::choose;
use crate::event::Checkpoint;
use crate::id::RunId;
use crate::site::seal;
use serde::Serialize;

/// What `orch checkpoint create` takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Request {
    #[command(flatten)]
    pub run: RunChoice,
    /// Why, for the record.
    #[arg(long, value_name = "TEXT", default_value = "by hand")]
    pub reason: String,
}

/// What was sealed.
#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    pub run_id: RunId,
    #[serde(flatten)]
    pub checkpoint: Checkpoint,
    /// Why it was not committed, where it was not.
    pub problems: Vec<String>,
}

/// Seals a checkpoint of a run that nobody drives just now.
pub fn checkpoint_create(site: &Site, request: &Request) -> Result<Reply, Error> {
    let id = choose::run(site, &request.run)?;
    let mut driver = Driver::take(site, &id)?;
    let checkpoint = seal::seal(&mut driver, &request.reason)?;
    Ok(Reply { run_id: id, checkpoint, problems: driver.problems() })
}
