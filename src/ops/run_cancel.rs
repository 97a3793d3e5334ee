//! `orch run cancel`: end a run that is not wanted any more.

use super::Error;
use super::RunChoice;
use super::Site;
use super::Standing;
use super::run_complete;
use super::run_complete::Completion;

/// What `orch run cancel` takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Request {
    #[command(flatten)]
    pub run: RunChoice,
    /// Why, for the record.
    #[arg(long)]
    pub reason: Option<String>,
}

/// Cancels a run; one that is canceled already stays so.
pub fn run_cancel(site: &Site, request: &Request) -> Result<Standing, Error> {
    let request = run_complete::Request {
        run: request.run.clone(),
        status: Completion::Canceled,
        reason: request.reason.clone(),
    };
    run_complete::run_complete(site, &request)
}
