//! The project's runs, newest first, then the records of other tools.

use super::Error;
use super::Project;
use crate::clock::Moment;
use crate::clock::parse_duration;
use crate::event::RunStatus;
use crate::project::runs;
use crate::project::runs::RunEntry;
use crate::source::suggest;
use crate::standing::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use serde::Serializer;

/// Arguments of `run_list`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// List the runs of all projects in the repository, with the project of each.
    #[cfg_attr(feature = "cli", arg(long))]
    #[serde(default)]
    pub all_projects: bool,
    /// Only runs with this status, such as WAITING.
    #[cfg_attr(feature = "cli", arg(long, value_name = "STATUS"))]
    pub status: Option<String>,
    /// Only runs of this workflow.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    pub workflow: Option<String>,
    /// Only runs of this key.
    #[cfg_attr(feature = "cli", arg(long, value_name = "KEY"))]
    pub key: Option<String>,
    /// Only runs that started since then: 2h, 1d, or a time such as 2026-01-31T09:00:00Z.
    #[cfg_attr(feature = "cli", arg(long, value_name = "WHEN"))]
    pub since: Option<String>,
}

/// The status of something that is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
#[non_exhaustive]
pub enum ListedStatus {
    /// The state of a run of orch.
    Run(State),
    /// That of another tool's record; only that tool knows what its status means.
    Foreign,
}

impl ListedStatus {
    /// Every one that there can be.
    pub fn all() -> Vec<Self> {
        let states = RunStatus::ALL.into_iter().map(State::Recorded);
        let states = states.chain([State::Stalled, State::Damaged]).map(Self::Run);
        states.chain([Self::Foreign]).collect()
    }

    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Run(state) => state.as_str(),
            Self::Foreign => "FOREIGN",
        }
    }
}

impl Serialize for ListedStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What a listed run must be.
struct Filter<'r> {
    request: &'r Request,
    status: Option<ListedStatus>,
    since: Option<Moment>,
}

impl<'r> Filter<'r> {
    fn of(now: Moment, request: &'r Request) -> Result<Self, Error> {
        let status = request.status.as_ref().map(|status| known_status(status)).transpose()?;
        let since = request.since.as_ref().map(|since| moment(now, since)).transpose()?;
        Ok(Self { request, status, since })
    }

    fn takes(&self, listed: &Listed) -> bool {
        let (status, workflow, key, started_at) = match listed {
            Listed::Run(entry) => (
                ListedStatus::Run(entry.status),
                Some(&entry.workflow),
                Some(&entry.key),
                entry.started_at,
            ),
            Listed::Foreign(entry) => (
                entry.status,
                entry.workflow.as_ref(),
                entry.key.as_ref(),
                entry.started_at.as_deref().and_then(Moment::parse),
            ),
        };
        let is = |wanted: &Option<String>, found: Option<&String>| {
            wanted.is_none() || wanted.as_ref() == found
        };
        self.status.is_none_or(|wanted| wanted == status)
            && is(&self.request.workflow, workflow)
            && is(&self.request.key, key)
            && self.since.is_none_or(|since| started_at.is_some_and(|at| at >= since))
    }
}

/// A status as it is written, in whatever case it was typed.
fn known_status(typed: &str) -> Result<ListedStatus, Error> {
    let known = ListedStatus::all();
    let upper = typed.to_uppercase();
    known.iter().find(|status| status.as_str() == upper).copied().ok_or_else(|| {
        let names = known.iter().map(|status| status.as_str());
        Error::usage(format!("unknown status `{typed}`")).advise(suggest(&upper, names))
    })
}

/// So long ago, or a moment.
fn moment(now: Moment, typed: &str) -> Result<Moment, Error> {
    let day = || Moment::parse(&format!("{typed}T00:00:00Z"));
    let ago = || Some(now.minus(parse_duration(typed).ok()?));
    Moment::parse(typed).or_else(day).or_else(ago).ok_or_else(|| {
        Error::usage(format!("`{typed}` is neither a duration nor a time"))
            .advise("write 2h, 1d, 2026-01-31 or 2026-01-31T09:00:00Z")
    })
}

/// A record that another tool made, as far as it can be read.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct ForeignEntry {
    /// The name of its folder.
    pub run_id: String,
    /// Always `FOREIGN`; only its own tool knows what its status means.
    pub status: ListedStatus,
    /// The workflow it names.
    pub workflow: Option<String>,
    /// The key it names.
    pub key: Option<String>,
    /// Its start time, as written there.
    pub started_at: Option<String>,
}

/// What is listed.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Listed {
    /// A run of orch, readable or not.
    Run(RunEntry),
    /// A record of another tool.
    Foreign(ForeignEntry),
}

impl Listed {
    /// The run, where it is one of orch.
    pub fn into_run(self) -> Option<RunEntry> {
        match self {
            Self::Run(entry) => Some(entry),
            Self::Foreign(_) => None,
        }
    }
}

/// Lists every run of the project, those that cannot be read too, and what other tools have left.
pub fn run_list(project: &Project, request: &Request) -> Result<Vec<Listed>, Error> {
    let runs = if request.all_projects {
        runs::runs_of_all_projects(project)
    } else {
        runs::runs(project)
    };
    let runs = runs?.into_iter().map(Listed::Run);
    let foreign = project.foreign()?.into_iter().map(|foreign| {
        Listed::Foreign(ForeignEntry {
            status: ListedStatus::Foreign,
            workflow: foreign.text(&["workflow", "name"]).or_else(|| foreign.text(&["workflow"])),
            key: foreign.text(&["workflow", "slug"]).or_else(|| foreign.text(&["slug"])),
            started_at: foreign.text(&["started_at"]),
            run_id: foreign.name,
        })
    });
    let filter = Filter::of(project.clock.now(), request)?;
    Ok(runs.chain(foreign).filter(|listed| filter.takes(listed)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::RunId;
    use crate::run::testing::at;

    fn run(key: &str, status: State, started_at: Option<&str>) -> Listed {
        Listed::Run(RunEntry {
            run_id: RunId::new("20260119T143012Z", key, "ab12cd"),
            project: None,
            workflow: "w".to_owned(),
            key: key.to_owned(),
            status,
            started_at: started_at.and_then(Moment::parse),
            finished_at: None,
            cost_usd: None,
            parent: None,
            gate: None,
            problem: None,
        })
    }

    fn foreign(started_at: &str) -> Listed {
        Listed::Foreign(ForeignEntry {
            run_id: "other".to_owned(),
            status: ListedStatus::Foreign,
            workflow: None,
            key: Some("old".to_owned()),
            started_at: Some(started_at.to_owned()),
        })
    }

    /// The keys of what a request lists of five runs.
    fn listed(request: &Request) -> Vec<String> {
        let all = [
            run("new", State::Recorded(RunStatus::Waiting), Some("2026-01-19T14:00:00Z")),
            run("noon", State::Stalled, Some("2026-01-19T12:00:00Z")),
            run("lost", State::Damaged, None),
            foreign("2026-01-18T12:00:00Z"),
            foreign("last summer"),
        ];
        let filter = Filter::of(at(), request).unwrap();
        let taken = all.iter().filter(|listed| filter.takes(listed));
        let key = |listed: &Listed| match listed {
            Listed::Run(entry) => entry.key.clone(),
            Listed::Foreign(entry) => entry.key.clone().unwrap(),
        };
        taken.map(key).collect()
    }

    #[test]
    fn a_list_has_what_fits_all_that_was_asked_for() {
        let none = Request::default;
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(listed(&none()), ["new", "noon", "lost", "old", "old"]);
        assert_eq!(listed(&Request { status: text("Waiting"), ..none() }), ["new"]);
        assert_eq!(listed(&Request { status: text("stalled"), ..none() }), ["noon"]);
        assert_eq!(listed(&Request { status: text("foreign"), ..none() }), ["old", "old"]);
        // What does not say its workflow or its start is not of that one.
        assert_eq!(listed(&Request { workflow: text("w"), ..none() }), ["new", "noon", "lost"]);
        assert_eq!(listed(&Request { since: text("1h"), ..none() }), ["new"]);
        assert_eq!(listed(&Request { since: text("2026-01-19"), ..none() }), ["new", "noon"]);
        assert_eq!(listed(&Request { since: text("10d"), ..none() }), ["new", "noon", "old"]);
        let both = Request { key: text("noon"), since: text("2026-01-19T13:00:00Z"), ..none() };
        assert_eq!(listed(&both), Vec::<String>::new());
    }

    #[test]
    fn a_status_or_time_that_does_not_exist_is_refused() {
        let refused = |request: &Request| Filter::of(at(), request).err().unwrap().to_string();
        let status = Request { status: Some("PASED".to_owned()), ..Request::default() };
        assert_eq!(refused(&status), "unknown status `PASED`");
        let since = Request { since: Some("soon".to_owned()), ..Request::default() };
        assert_eq!(refused(&since), "`soon` is neither a duration nor a time");
        for status in ListedStatus::all() {
            assert_eq!(known_status(&status.as_str().to_lowercase()).unwrap(), status);
        }
    }
}
