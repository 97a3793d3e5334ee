//! What decides the work of a gate, put together and hashed: what its executor is handed and who that
//! is, what it runs, what the programs find around them, and what judges it.

use super::look::Look;
use super::player;
use super::recipe::TemplateValues;
use super::role;
use crate::check::MadeOf;
use crate::config::Cast;
use crate::config::Programs;
use crate::config::RoutedWork;
use crate::contract::Contract;
use crate::definition::TextKind;
use crate::digest::Digest;
use crate::executor::Agent;
use crate::executor::AgentSettings;
use crate::executor::ExecutorKind;
use crate::files::ProjectPath;
use crate::id::GateId;
use crate::project::Driver;
use crate::run::Run;
use crate::workflow::Gate;
use crate::workflow::Input;
use crate::workflow::InputType;
use crate::workflow::Work;
use crate::workflow::input;
use serde::Serialize;
use serde_json::Value as Json;
use serde_json::json;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
struct Ingredients<'r> {
    gate: &'r str,
    name: &'r str,
    executor: ExecutorKind,
    player: Option<Player>,
    /// Every other way that its work may go, and who takes over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    routes: Vec<Json>,
    work: Vec<String>,
    /// Where its program works, and where it leaves what.
    place: [Option<String>; 3],
    environment: BTreeMap<&'r str, String>,
    /// What programs find in the surroundings because somebody named it.
    surroundings: Option<Digest>,
    inputs: input::Values,
    item: Option<&'r Json>,
    /// What its templates see of other gates.
    seen: Json,
    answers: &'r [Input],
    /// Texts of the definition, and what `file` inputs hold.
    texts: Vec<(&'r str, Digest)>,
    attached: Vec<(String, Digest)>,
    /// Files of the project that what runs and what judges is made of.
    files: BTreeMap<String, Option<Digest>>,
}

/// The agent that does the work.
#[derive(Debug, Serialize)]
struct Player {
    role: String,
    settings: Json,
}

/// The digest of all that decides the work, or why it cannot be told.
pub fn digest(
    look: &Look<'_>,
    run: &Run,
    (gate, id): (&Gate, &GateId),
    values: &TemplateValues<'_>,
) -> Result<Digest, String> {
    let driver = look.driver;
    let role = role::of((driver.project, run), gate, |text| values.render(text));
    let role = role.map_err(|finding| finding.to_string())?;
    let agent = agent(driver, run, role.as_deref())?;
    let work = match &gate.work {
        Work::Command(argv) => {
            argv.iter().map(|word| values.render(word)).collect::<Result<_, _>>()?
        }
        Work::Shell { script, with } => with.iter().chain([script]).cloned().collect(),
        Work::Workflow(child) => vec![values.render(&child.workflow)?],
        Work::Human | Work::Agent(_) => Vec::new(),
    };
    let environment =
        gate.environment.iter().map(|(name, text)| Ok((name.as_str(), values.render(text)?)));
    let answers_from = gate.answers_from.as_ref().map(|from| &from.file);
    let [dir, stdout, answers_from] =
        [gate.dir.as_ref(), gate.printing.file.as_ref(), answers_from]
            .map(|template| template.map(|template| values.render(template)).transpose());
    let base = run.gate(&gate.id).and_then(|state| state.items.as_ref());
    let item = base.and_then(|items| items.iter().find(|item| item.gate == *id));
    let routes = routes(run, (id, role.as_deref()), agent.as_ref())?;
    let player = agent.as_ref().map(|agent| Player {
        role: role.unwrap_or_default(),
        // The variables are set there too, and compared by the key.
        settings: serde_json::to_value(agent.settings()).unwrap_or_default(),
    });
    let ingredients = Ingredients {
        gate: id.as_str(),
        name: &gate.name,
        executor: gate.work.executor(),
        player,
        routes,
        files: files(look, gate, (&work, agent.as_ref()), values),
        work,
        place: [dir?, stdout?, answers_from?],
        environment: environment.collect::<Result<_, String>>()?,
        surroundings: surroundings(look, gate, agent.as_ref())?,
        inputs: gate.takes(&run.started.inputs),
        item: item.map(|item| &item.value),
        seen: seen(run, gate),
        answers: &gate.answers,
        texts: texts(driver, run, gate),
        attached: attached(driver, gate, values)?,
    };
    let bytes = serde_json::to_vec(&ingredients).map_err(|error| error.to_string())?;
    Ok(Digest::of(bytes))
}

/// The routes that the work may go and the agents that may take over, with their settings: which of them
/// did it once, an attempt or a budget may have decided.
fn routes(
    run: &Run,
    (id, role): (&GateId, Option<&str>),
    agent: Option<&Agent>,
) -> Result<Vec<Json>, String> {
    let Some(role) = role else { return Ok(Vec::new()) };
    let cast = Cast::thaw(&run.started.definition).map_err(|error| error.to_string())?;
    let cast = cast.unwrap_or_default();
    let work = RoutedWork { workflow: &run.started.workflow, gate: id, role, attempt: 1 };
    let settings = |names: &[String]| {
        names.iter().map(|name| cast.settings(name)).collect::<Vec<Option<&AgentSettings>>>()
    };
    let mut routes: Vec<Json> = Vec::new();
    for route in cast.routes().iter().filter(|route| route.may_take(work)) {
        let own = route.fallback.as_deref();
        let fallback = own.unwrap_or_else(|| cast.fallback(&route.agent));
        let agents = (cast.settings(&route.agent), settings(fallback));
        routes.push(json!([route, agents]));
    }
    let fallback = agent.map(Agent::fallback).unwrap_or_default();
    if !fallback.is_empty() {
        routes.push(json!(settings(fallback)));
    }
    Ok(routes)
}

fn agent(driver: &Driver<'_>, run: &Run, role: Option<&str>) -> Result<Option<Agent>, String> {
    let Some(role) = role else { return Ok(None) };
    let player = player::player(driver.project, run, (role, None));
    player.map_err(|error| error.to_string())?.map_err(|finding| finding.to_string())
}

/// What decides the work and may be a secret, as a digest that tells nothing without this machine's
/// key: secrets, the variables of the agent, and those of the surroundings that somebody named.
fn surroundings(
    look: &Look<'_>,
    gate: &Gate,
    agent: Option<&Agent>,
) -> Result<Option<Digest>, String> {
    let mut values: BTreeMap<(&str, &str), String> = BTreeMap::new();
    let set = &look.driver.project.surroundings.variables;
    for secret in &gate.secrets {
        let value = set.text(&secret.name).unwrap_or_default().to_owned();
        values.insert(("secret", &secret.name), value);
    }
    let passed = agent.map(|agent| agent.passed().values(set)).unwrap_or_default();
    for (name, value) in look.passed().iter().chain(&passed) {
        values.insert(("passed", name), value.clone());
    }
    for (name, value) in agent.map(|agent| &agent.settings().env).into_iter().flatten() {
        values.insert(("agent", name), value.clone());
    }
    if values.is_empty() {
        return Ok(None);
    }
    let values: Vec<_> = values.into_iter().collect();
    let mut bytes = look.key()?.to_vec();
    bytes.extend(serde_json::to_vec(&values).map_err(|error| error.to_string())?);
    Ok(Some(Digest::of(bytes)))
}

/// What its templates see of other gates, but for what differs where one was taken over.
fn seen(run: &Run, gate: &Gate) -> Json {
    let one = |seen: &crate::workflow::SeenGate| {
        let state = run.gate(&seen.gate);
        let paths =
            state.map(|state| state.artifacts().iter().map(|it| it.path.as_str()).collect());
        let paths: Vec<&str> = paths.unwrap_or_default();
        let answers = state.map(|state| &state.answers);
        serde_json::json!([seen.gate, run.status_of(&seen.gate), paths, answers])
    };
    gate.sees.iter().map(one).collect()
}

/// The gate's contract, its prompt with all that it may include, and what `file` inputs held when the
/// run began.
fn texts<'r>(driver: &Driver<'_>, run: &'r Run, gate: &'r Gate) -> Vec<(&'r str, Digest)> {
    let definition = &run.started.definition;
    // A workflow's own texts are sorted, so that a long one finds a contract at once; inputs and
    // signers come behind them.
    let find = |path: &str| {
        let at = definition.binary_search_by(|text| text.path.as_str().cmp(path)).ok();
        at.or_else(|| definition.iter().position(|text| text.path == path))
    };
    let contract = gate.contract_path.as_deref().and_then(find).map(|at| &definition[at]);
    let prompts = gate.prompt.iter().flat_map(|_| definition);
    let prompts = prompts.filter(|text| TextKind::of(&text.path) == Some(TextKind::Prompt));
    let is_own = |input: &&Input| gate.inputs.as_ref().is_none_or(|own| own.contains(&input.name));
    let files =
        driver.workflow.inputs.iter().filter(|input| input.kind == InputType::File).filter(is_own);
    let files = files.filter_map(|input| find(&TextKind::Input.path(&input.name)));
    let files = files.map(|at| &definition[at]);
    let all = contract.into_iter().chain(prompts).chain(files);
    all.map(|text| (text.path.as_str(), text.sha256)).collect()
}

/// The helper files of the packet.
fn attached(
    driver: &Driver<'_>,
    gate: &Gate,
    values: &TemplateValues<'_>,
) -> Result<Vec<(String, Digest)>, String> {
    let folder = &driver.project.folder;
    let mut attached = Vec::new();
    for template in &gate.attach {
        let path = folder.path(&values.render(template)?).map_err(|error| error.to_string())?;
        let digest = driver.seen.prints.borrow_mut().digest(folder, &path);
        attached.push((path.to_string(), digest.map_err(|error| format!("attach: {error}"))?));
    }
    Ok(attached)
}

/// The files of the project that its programs are, and that its checks are made of.
fn files(
    look: &Look<'_>,
    gate: &Gate,
    (work, agent): (&[String], Option<&Agent>),
    values: &TemplateValues<'_>,
) -> BTreeMap<String, Option<Digest>> {
    let (driver, folder) = (look.driver, &look.driver.project.folder);
    let mut files = BTreeMap::new();
    let programs = |argv: &[String]| {
        let own = Programs::of(argv, &look.finder).of_project();
        own.into_iter().map(|(path, digest)| (path, Some(digest))).collect::<Vec<_>>()
    };
    match &gate.work {
        Work::Shell { script, with } if with.is_empty() => {
            files.extend(programs(&["sh".to_owned(), "-c".to_owned(), script.clone()]));
        }
        Work::Shell { .. } | Work::Command(_) => files.extend(programs(work)),
        Work::Human | Work::Agent(_) | Work::Workflow(_) => {}
    }
    files.extend(agent.iter().flat_map(|agent| programs(agent.command())));
    let rules = gate.contract.iter().flat_map(Contract::rules);
    for check in rules.filter_map(|rule| rule.build(values.context()).ok()) {
        match check.made_of() {
            MadeOf::Nothing => {}
            MadeOf::Program(argv) => files.extend(programs(argv)),
            MadeOf::File(path) => {
                let read =
                    |path: &ProjectPath| driver.seen.prints.borrow_mut().digest(folder, path).ok();
                let digest = folder.path(path).ok().and_then(|path| read(&path));
                files.insert(path.to_owned(), digest);
            }
        }
    }
    files
}
