//! What stands around every view.

use crate::files;
use crate::ops::Caller;
use crate::ops::Error;
use crate::ops::Project;
use crate::page;
use serde::Serialize;

/// A project, as one client is shown it.
#[derive(Debug, Clone, Copy)]
pub struct Board<'b> {
    pub project: &'b Project,
    pub caller: &'b Caller,
    /// What the paths of its pages begin with.
    pub base: &'b str,
    /// Its name.
    pub name: &'b str,
    /// Whether nothing can be changed from here.
    pub is_read_only: bool,
}

/// What every page has.
#[derive(Debug, Serialize)]
struct Frame<'f> {
    base: &'f str,
    project: &'f str,
    title: &'f str,
    section: &'f str,
    /// The run whose events change the page; all of them, where it is empty.
    follows: &'f str,
    is_read_only: bool,
    style: &'f str,
    script: &'f str,
}

#[derive(Debug, Serialize)]
struct Whole<'w, V> {
    frame: Frame<'w>,
    #[serde(flatten)]
    view: &'w V,
}

/// What a page is, beside its view.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heading<'h> {
    pub title: &'h str,
    /// The entry of the navigation that it belongs to.
    pub section: &'h str,
    pub follows: &'h str,
}

/// The pages that need to be told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overview {
    Escalations,
    Workflows,
    Workers,
    Convoys,
}

impl Board<'_> {
    /// One of those pages.
    pub fn overview(&self, overview: Overview) -> Result<String, Error> {
        match overview {
            Overview::Escalations => self.escalations(),
            Overview::Workflows => self.workflows(),
            Overview::Workers => self.workers(),
            Overview::Convoys => self.convoys(),
        }
    }

    /// A page with a view.
    pub(super) fn page(
        &self,
        template: &str,
        heading: Heading<'_>,
        view: &impl Serialize,
    ) -> Result<String, Error> {
        let frame = Frame {
            base: self.base,
            project: self.name,
            title: heading.title,
            section: heading.section,
            follows: heading.follows,
            is_read_only: self.is_read_only,
            style: &page::style().address,
            script: &page::script().address,
        };
        page::html(template, &Whole { frame, view }).map_err(|error| {
            Error::environment(format!("the page {template} does not render: {error}"))
        })
    }
}

#[derive(Debug, Serialize)]
struct SignIn<'s> {
    style: &'s str,
    script: &'s str,
    to: &'s str,
    problem: Option<&'s str>,
}

/// The page that asks for the token; `to` is where to go then, `problem` what was wrong before.
pub fn sign_in(to: &str, problem: Option<&str>) -> String {
    let (style, script) = (&page::style().address, &page::script().address);
    let view = SignIn { style, script, to, problem };
    page::html("login.html", &view).unwrap_or_default()
}

#[derive(Debug, Serialize)]
struct Projects<'p> {
    style: &'p str,
    projects: &'p [&'p str],
}

/// The projects of a server that has several.
pub fn projects(names: &[&str]) -> String {
    let view = Projects { style: &page::style().address, projects: names };
    page::html("projects.html", &view).unwrap_or_default()
}

#[derive(Debug, Serialize)]
struct ProblemView<'p> {
    title: &'p str,
    message: &'p str,
    help: Option<String>,
}

impl Board<'_> {
    /// What went wrong.
    pub fn problem(&self, title: &str, error: &Error) -> Result<String, Error> {
        let help = error.advice().map(|advice| advice.to_string());
        let message = files::in_words(&error.to_string()).into_owned();
        let view = ProblemView { title, message: &message, help };
        self.page("problem.html", Heading { title, section: "", follows: "-" }, &view)
    }
}
