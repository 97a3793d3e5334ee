//! The first page: what needs somebody, and the runs.

use super::Board;
use super::frame::Heading;
use super::link;
use super::needs;
use super::needs::NeedList;
use super::part::Pages;
use crate::budget::Measure;
use crate::clock::show_duration;
use crate::id::RunId;
use crate::ops::Error;
use crate::ops::report::words::Status;
use crate::ops::report::words::Tone;
use crate::ops::run_list;
use crate::ops::run_list::Listed;
use crate::ops::run_list::ListedStatus;
use crate::project::runs::RunEntry;
use crate::uri;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;

/// How many runs a page lists.
const RUNS_MAX: usize = 50;

/// Which runs are listed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RunsQuery {
    pub status: String,
    pub workflow: String,
    pub key: String,
    pub page: usize,
}

#[derive(Debug, Serialize)]
struct RunsView {
    #[serde(flatten)]
    needs: NeedList,
    runs: Vec<RunRow>,
    pages: Pages,
    /// The filters, for links to other parts of the list.
    filters: String,
    query: RunsQuery,
    statuses: Vec<ListedStatus>,
    workflows: BTreeSet<String>,
}

/// A run in a list.
#[derive(Debug, Serialize)]
struct RunRow {
    href: Option<String>,
    run: String,
    key: String,
    workflow: String,
    status: Status,
    gate: String,
    started: String,
    age: String,
    took: String,
    cost: String,
}

impl Board<'_> {
    /// What needs somebody, and the runs.
    pub fn runs(&self, query: &RunsQuery) -> Result<String, Error> {
        let all = run_list::run_list(self.project, &run_list::Request::default())?;
        let entries: Vec<&RunEntry> = all.iter().filter_map(entry).collect();
        let needs = NeedList::of(needs::of_runs(self, &entries));
        let workflows = entries.iter().map(|entry| entry.workflow.clone());
        let workflows = workflows.filter(|name| !name.is_empty()).collect();
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let request = run_list::Request {
            status: given(&query.status),
            workflow: given(&query.workflow),
            key: given(&query.key),
            ..run_list::Request::default()
        };
        let wanted = if request == run_list::Request::default() {
            all
        } else {
            run_list::run_list(self.project, &request)?
        };
        let (pages, part) = Pages::cut(wanted, query.page, RUNS_MAX);
        let filters =
            [("status", &query.status), ("workflow", &query.workflow), ("key", &query.key)];
        let filters = filters.iter().filter(|(_, value)| !value.is_empty());
        let filters = filters.map(|(name, value)| format!("{name}={}&", uri::segment(value)));
        let view = RunsView {
            runs: part.iter().map(|listed| self.row(listed)).collect(),
            filters: filters.collect(),
            statuses: ListedStatus::all(),
            query: query.clone(),
            needs,
            pages,
            workflows,
        };
        let title = match view.needs.needs_count {
            0 => "Runs".to_owned(),
            count => format!("({count}) Runs"),
        };
        self.page("runs.html", Heading { title: &title, section: "runs", follows: "" }, &view)
    }

    /// What somebody was asked with a question.
    pub(super) fn escalations(&self) -> Result<String, Error> {
        let all = run_list::run_list(self.project, &run_list::Request::default())?;
        let entries: Vec<&RunEntry> = all.iter().filter_map(entry).collect();
        let mut needs = needs::of_runs(self, &entries);
        needs.retain(|need| need.question.is_some());
        let view = NeedList::of(needs);
        let heading = Heading { title: "Escalations", section: "escalations", follows: "" };
        self.page("escalations.html", heading, &view)
    }

    fn row(&self, listed: &Listed) -> RunRow {
        let now = self.project.clock.now();
        match listed {
            Listed::Run(entry) => RunRow {
                href: Some(link::run(self.base, &entry.run_id)),
                run: entry.run_id.to_string(),
                key: entry.key.clone(),
                workflow: entry.workflow.clone(),
                status: Status::of_run(entry.status),
                gate: entry.gate.clone().or_else(|| entry.problem.clone()).unwrap_or_default(),
                started: entry.started_at.map(|at| at.to_string()).unwrap_or_default(),
                age: entry.age(now).map(show_duration).unwrap_or_default(),
                took: entry.took().map(show_duration).unwrap_or_default(),
                cost: entry.cost_usd.map(|usd| Measure::Usd.show(usd)).unwrap_or_default(),
            },
            Listed::Foreign(entry) => RunRow {
                href: None,
                run: entry.run_id.clone(),
                key: entry.key.clone().unwrap_or_default(),
                workflow: entry.workflow.clone().unwrap_or_default(),
                status: Status { word: entry.status.as_str(), tone: Tone::Quiet },
                gate: String::new(),
                started: entry.started_at.clone().unwrap_or_default(),
                age: String::new(),
                took: String::new(),
                cost: String::new(),
            },
        }
    }

    /// The run of this id.
    pub(super) fn known_run(&self, run: &str) -> Result<RunId, Error> {
        RunId::parse(run)
            .ok()
            .filter(|id| self.project.store.is_own(id) || self.is_listed(id))
            .ok_or_else(|| Error::not_found(format!("run `{run}` not found")))
    }

    fn is_listed(&self, id: &RunId) -> bool {
        self.project.store.runs().is_ok_and(|runs| runs.contains(id))
    }
}

fn entry(listed: &Listed) -> Option<&RunEntry> {
    match listed {
        Listed::Run(entry) => Some(entry),
        Listed::Foreign(_) => None,
    }
}
