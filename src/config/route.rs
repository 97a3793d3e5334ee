//! `[[route]]`: which agent does the work of a gate instead of the one that its role names, and who
//! takes over where an agent's surroundings fail.

use super::Config;
use super::NO_AGENT;
use super::tables::Stated;
use crate::document::Placed;
use crate::executor::Agent;
use crate::id::GateId;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::suggest;
use crate::template::Context;
use crate::template::Fields;
use crate::template::Names;
use crate::template::Shape;
use crate::template::Template;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What conditions can name of the budget.
pub const LEFT: [&str; 2] = ["left_usd", "left_tokens"];

/// A rule that sends work to an agent, as a run keeps it. Every condition that it has must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempt: Option<Attempts>,
    /// The text of a template, which was parsed once when it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    pub agent: String,
    /// Who takes over; without it, those of the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Vec<String>>,
}

/// What work a route is asked about.
#[derive(Debug, Clone, Copy)]
pub struct RoutedWork<'w> {
    pub workflow: &'w str,
    pub gate: &'w GateId,
    /// The role; empty where the gate names none.
    pub role: &'w str,
    /// The number of the attempt in its round; interrupted ones are not counted.
    pub attempt: u32,
}

/// The attempts of a round that a route is for: one, or those from `min` to `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected the number of an attempt, or `{ min = 2, max = 3 }`")]
enum Attempts {
    One(u32),
    Range(AttemptRange),
}

/// Some attempts of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AttemptRange {
    /// The first attempt; 1 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min: Option<u32>,
    /// The last attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<u32>,
}

impl Attempts {
    fn bounds(self) -> (u32, u32) {
        match self {
            Self::One(attempt) => (attempt, attempt),
            Self::Range(range) => (range.min.unwrap_or(1), range.max.unwrap_or(u32::MAX)),
        }
    }

    fn words(self) -> String {
        match self.bounds() {
            (min, max) if min == max => format!("attempt {min}"),
            (min, u32::MAX) => format!("attempt {min} or later"),
            (min, max) => format!("attempts {min} to {max}"),
        }
    }
}

/// An agent for some of the work, instead of the one that the role names. The first route whose
/// conditions all hold is taken.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteTable {
    /// Only in this workflow.
    workflow: Option<String>,
    /// Only at this gate and its instances.
    gate: Option<String>,
    /// Only for gates with this role.
    role: Option<String>,
    /// Only in this attempt of a round, such as 2, or in some, such as `{ min = 2 }`. Interrupted ones
    /// are not counted.
    #[schemars(with = "Option<Attempts>")]
    attempt: Option<Placed<Attempts>>,
    /// Only if this template renders `true`. It can name `budget.left_usd` and `budget.left_tokens`,
    /// which are very large without such a budget, and `attempt`.
    #[schemars(with = "Option<String>")]
    when: Option<Placed<String>>,
    /// The agent that does the work; `none` waits for a person.
    #[schemars(with = "String")]
    agent: Placed<String>,
    /// Agents that take over, one after the other, instead of waiting for a decision, if the program is
    /// missing or transient failures last too long. Defaults to those of the agent.
    #[schemars(with = "Option<Vec<String>>")]
    fallback: Option<Vec<Placed<String>>>,
}

/// A route, and where its agents are named.
#[derive(Debug)]
pub(super) struct RouteEntry {
    route: Route,
    named: Vec<Stated>,
}

impl RouteTable {
    pub(super) fn build(self, source: &Source) -> Result<RouteEntry, Box<Unsound>> {
        if let Some(attempt) = &self.attempt {
            let (min, max) = attempt.get_ref().bounds();
            if min == 0 || max < min {
                let error = source.unsound(attempt.span(), "`attempt` names no attempt");
                return Err(
                    error.advise("attempts are counted from 1; write attempt = { min = 2 }")
                );
            }
        }
        if let Some(when) = &self.when {
            Template::parse_condition(when.get_ref(), source, when.span(), &names())?;
        }
        let fallback = self.fallback.as_deref().unwrap_or_default();
        if let Some(none) = fallback.iter().find(|name| name.get_ref() == NO_AGENT) {
            let error = source.unsound(none.span(), "`none` cannot take over");
            return Err(error.advise("remove it; without a fallback the run waits for a person"));
        }
        if let Some(own) = fallback.iter().find(|name| name.get_ref() == self.agent.get_ref()) {
            let message = format!("agent `{}` cannot be its own `fallback`", own.get_ref());
            return Err(source.unsound(own.span(), message).advise("remove it"));
        }
        let named = std::iter::once(&self.agent).chain(fallback);
        let named = named.map(|name| Stated::placed(source, name.clone())).collect();
        let route = Route {
            workflow: self.workflow,
            gate: self.gate,
            role: self.role,
            attempt: self.attempt.map(Placed::into_inner),
            when: self.when.map(Placed::into_inner),
            agent: self.agent.into_inner(),
            fallback: self
                .fallback
                .map(|names| names.into_iter().map(Placed::into_inner).collect()),
        };
        Ok(RouteEntry { route, named })
    }
}

fn names() -> Names {
    let fields = LEFT.into_iter().map(|name| (name.to_owned(), Shape::Single)).collect();
    let mut names = Names::default();
    names.insert("budget", Shape::Table(Arc::new(Fields { called: "amount", fields })));
    names.insert("attempt", Shape::Single);
    names
}

impl Route {
    /// Whether work of this workflow may go this way.
    pub fn is_of(&self, workflow: &str) -> bool {
        self.workflow.as_deref().is_none_or(|own| own == workflow)
    }

    /// Whether some work may go this way in any of its attempts.
    pub fn may_take(&self, work: RoutedWork<'_>) -> bool {
        self.is_of(work.workflow)
            && self.gate.as_deref().is_none_or(|gate| gate == work.gate.base())
            && self.role.as_deref().is_none_or(|role| role == work.role)
    }

    /// Whether some work goes this way; what its condition names is looked up where it has one.
    pub fn takes(
        &self,
        work: RoutedWork<'_>,
        context: impl FnOnce() -> Result<Context, String>,
    ) -> Result<bool, String> {
        if !self.may_take(work) || !self.is_for(work.attempt) {
            return Ok(false);
        }
        let Some(when) = &self.when else { return Ok(true) };
        let when = Template::try_from(when.clone()).map_err(|error| error.to_string())?;
        when.holds(&context()?)
    }

    /// Whether some work goes this way whatever is left of budgets.
    pub fn always_takes(&self, work: RoutedWork<'_>) -> bool {
        self.when.is_none() && self.may_take(work) && self.is_for(work.attempt)
    }

    fn is_for(&self, attempt: u32) -> bool {
        let bounds = self.attempt.map(Attempts::bounds);
        bounds.is_none_or(|(min, max)| (min..=max).contains(&attempt))
    }

    /// Its conditions, in words.
    pub fn words(&self) -> String {
        let one = |name: &str, value: &Option<String>| {
            value.as_ref().map(|value| format!("{name} {value}"))
        };
        let all = [
            one("workflow", &self.workflow),
            one("gate", &self.gate),
            one("role", &self.role),
            self.attempt.map(Attempts::words),
            one("when", &self.when),
        ];
        let all: Vec<String> = all.into_iter().flatten().collect();
        if all.is_empty() { "route".to_owned() } else { format!("route: {}", all.join(", ")) }
    }
}

impl Config {
    /// Takes the routes, whose agents must be there, and looks for the agents that take over.
    pub(super) fn take_routes(&mut self, entries: Vec<RouteEntry>) -> Vec<Box<Unsound>> {
        let mut errors = Vec::new();
        for entry in entries {
            errors.extend(entry.named.iter().filter_map(|name| self.named(Some(name)).err()));
            self.routes.push(entry.route);
        }
        errors
    }

    /// The routes, the first that fits before the others.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The agent of this name: an entry of `orch.toml`, or a preset.
    pub fn known(&self, name: &str) -> Option<&Agent> {
        self.known.get(name)
    }

    /// These agents and all that may take over from them.
    pub fn with_fallbacks<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> BTreeSet<String> {
        let mut open: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let mut all = BTreeSet::new();
        while let Some(name) = open.pop() {
            let agent = self.known.get(&name);
            let fallback = agent.map(Agent::fallback).unwrap_or_default();
            if all.insert(name) {
                open.extend(fallback.iter().cloned());
            }
        }
        all
    }

    /// The agents that routes of a workflow, or of all, may send work to.
    pub fn routed(&self, workflow: Option<&str>) -> BTreeSet<String> {
        let of = |route: &&Route| workflow.is_none_or(|workflow| route.is_of(workflow));
        let routes = self.routes.iter().filter(of);
        let names = routes.flat_map(|route| {
            std::iter::once(route.agent.as_str())
                .chain(route.fallback.iter().flatten().map(String::as_str))
        });
        self.with_fallbacks(names.filter(|name| *name != NO_AGENT))
    }

    /// Who does some work in its first attempt, whatever is left of budgets; and who takes over.
    pub fn usual(
        &self,
        work: RoutedWork<'_>,
        given: Option<&str>,
    ) -> Result<(Option<&Agent>, Vec<&Agent>), Box<Unsound>> {
        let is_open = given != Some(NO_AGENT) && work.role != NO_AGENT;
        let route = self.routes.iter().find(|route| is_open && route.always_takes(work));
        let agent = match route {
            Some(route) => self.known.get(&route.agent),
            None => self.agent(work.role, given)?,
        };
        let own = route.and_then(|route| route.fallback.as_deref());
        let fallback = own.or(agent.map(Agent::fallback)).unwrap_or_default();
        Ok((agent, fallback.iter().filter_map(|name| self.known.get(name)).collect()))
    }
}

/// Says which fallback of an agent is none that there is.
pub(super) fn unknown_fallbacks(
    name: &Stated,
    fallback: &[String],
    known: &BTreeMap<String, Agent>,
) -> Vec<Box<Unsound>> {
    let mut errors = Vec::new();
    for other in fallback {
        let place = name.agent_text(Some("fallback"), other);
        let place = place.as_ref().unwrap_or(name);
        if *other == name.text {
            let message = format!("agent `{other}` cannot be its own `fallback`");
            errors.push(place.unsound(message).advise("remove it, or write another agent"));
        } else if !known.contains_key(other) {
            let message = format!("unknown agent `{other}` in the `fallback` of `{}`", name.text);
            let names = known.keys().map(String::as_str).filter(|known| *known != name.text);
            errors.push(place.unsound(message).advise(suggest(other, names)));
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn read(text: &str) -> Result<Config, (String, usize, String)> {
        let source = Source::new("orch.toml", text);
        let told = |error: Box<Unsound>| {
            let help = error.help.clone().unwrap_or_default().to_string();
            (error.message.clone(), error.place().1, help)
        };
        Config::of([&source], Path::new("/none")).map_err(told)
    }

    fn taken(route: &str, gate: &str, role: &str, attempt: u32) -> bool {
        let config = read(&format!("[[route]]\nagent = 'codex'\n{route}")).unwrap();
        let gate = GateId::parse(gate).unwrap();
        let work = RoutedWork { workflow: "essay", gate: &gate, role, attempt };
        let left = BTreeMap::from([("left_usd", 1.5), ("left_tokens", 10.0)]);
        let context = Context::default().with("budget", &left).with("attempt", &attempt);
        config.routes[0].takes(work, || Ok(context)).unwrap()
    }

    #[test]
    fn a_route_is_taken_where_all_its_conditions_hold() {
        assert!(taken("", "write", "", 1));
        let all = "workflow = 'essay'\ngate = 'write'\nrole = 'editor'\nattempt = 2\n\
                   when = '{{ budget.left_usd < 2 }}'";
        assert!(taken(all, "write", "editor", 2));
        assert!(!taken(all, "draft", "editor", 2) && !taken(all, "write", "", 2));
        assert!(!taken(all, "write", "editor", 3));
        assert!(!taken("workflow = 'other'", "write", "", 1));
        assert!(!taken("when = '{{ budget.left_usd < 1 }}'", "write", "", 1));
        assert!(taken("attempt = { min = 2 }", "write", "", 7));
        assert!(!taken("attempt = { min = 2, max = 3 }", "write", "", 4));
        let words = read(&format!("[[route]]\nagent = 'codex'\n{all}")).unwrap().routes[0].words();
        let right = "route: workflow essay, gate write, role editor, attempt 2, \
                     when {{ budget.left_usd < 2 }}";
        assert_eq!(words, right);
    }

    #[test]
    fn unsound_routes_are_told_with_their_place() {
        let wrong = |text: &str| read(text).unwrap_err();
        let told = |message: &str, line, help: &str| (message.to_owned(), line, help.to_owned());
        let near = "did you mean `codex`?";
        assert_eq!(wrong("[[route]]\nagent = 'codx'"), told("unknown agent `codx`", 2, near));
        let fallback = "[[route]]\nagent = 'codex'\nfallback = ['claude', 'codx']";
        assert_eq!(wrong(fallback), told("unknown agent `codx`", 3, near));
        let own = "[agents.a]\ncommand = ['x']\nfallback = ['codx']";
        let message = "unknown agent `codx` in the `fallback` of `a`";
        assert_eq!(wrong(own), told(message, 3, near));
        assert!(wrong("[agents.a]\ncommand = ['x']\nfallback = ['a']").0.contains("its own"));
        assert!(wrong("[[route]]\nagent = 'codex'\nattempt = 0").0.contains("names no attempt"));
        let when = "[[route]]\nagent = 'codex'\nwhen = '{{ budget.left_eur < 2 }}'";
        assert_eq!(wrong(when).2, "known: left_tokens, left_usd");
        let when = "[[route]]\nagent = 'codex'\nwhen = 'budget.left_usd < 2'";
        assert!(wrong(when).0.contains("is neither"));
        assert!(wrong("[[route]]\nagent = 'codex'\nlabel = 'x'").0.contains("unknown key `label`"));
        assert!(wrong("[[route]]\nagent = 'codex'\nfallback = ['none']").0.contains("take over"));
    }

    #[test]
    fn those_who_take_over_are_known_with_all_that_take_over_from_them() {
        let config = read(
            "[agents.a]\ncommand = ['x']\nfallback = ['b']\n[agents.b]\nuse = 'a'\n\
             fallback = ['codex', 'a']\n[[route]]\nworkflow = 'w'\nagent = 'b'",
        );
        let config = config.unwrap();
        assert_eq!(config.with_fallbacks(["codex"]).len(), 1);
        assert_eq!(Vec::from_iter(config.with_fallbacks(["a"])), ["a", "b", "codex"]);
        assert_eq!(Vec::from_iter(config.routed(Some("w"))), ["a", "b", "codex"]);
        assert!(config.routed(Some("other")).is_empty());
    }
}
