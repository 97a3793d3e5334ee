//! A run in one document, for whoever was not there: what was asked, what was done by
//! whom, what was found and how it was fixed, who approved it and whether that holds, and how to
//! check all of it without this document.

pub(crate) mod attempt;
pub(crate) mod checking;
mod gate;
mod markdown;
pub(crate) mod view;
pub(crate) mod words;

use self::view::ReportView;
use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use super::run_show;
use super::verify;
use super::verify::Verified;
use crate::id::RunId;
use crate::page;
use crate::project::proof;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `report`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
    /// `html` is a full document; `markdown` is short, for a comment on a pull request.
    #[cfg_attr(feature = "cli", arg(long, value_enum, value_name = "FORMAT", default_value_t))]
    #[serde(default)]
    pub format: ReportFormat,
}

/// The format of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it, and help would repeat them")]
pub enum ReportFormat {
    #[default]
    Html,
    Markdown,
}

/// A report.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// The format of the text.
    pub format: ReportFormat,
    /// The document.
    pub text: String,
}

/// Reports on a run as it is now, and verifies it.
pub fn report(project: &Project, caller: &Caller, request: &Request) -> Result<Reply, Error> {
    let id = choose::run(project, caller, &request.run)?;
    let reading = proof::read(project, &id)?;
    let told = run_show::told(project, &id, &reading)?;
    let verified = verified(project, caller, &id)?;
    let view = ReportView::of(project, &reading, (&told, &verified));
    let text = match request.format {
        ReportFormat::Html => page::html("report.html", &view)
            .map_err(|error| Error::environment(format!("the report does not render: {error}")))?,
        ReportFormat::Markdown => markdown::text(&view),
    };
    Ok(Reply { run_id: id, format: request.format, text })
}

/// What there is to say of the record of a run, and of its child runs.
fn verified(project: &Project, caller: &Caller, id: &RunId) -> Result<Vec<Verified>, Error> {
    let run = RunChoice { run: Some(id.to_string()) };
    verify::verify(project, caller, &verify::Request { run, ..verify::Request::default() })
}
