//! Everything that judging the outputs of an attempt takes, put together.

use super::super::Driver;
use super::super::Site;
use super::baselines;
use super::packet;
use super::player;
use super::worked::Worked;
use crate::check::Baseline;
use crate::check::Scene;
use crate::contract::Contract;
use crate::event::Artifact;
use crate::event::Judged;
use crate::files::Beneath;
use crate::files::Project;
use crate::files::ProjectPath;
use crate::finding::Finding;
use crate::id::GateId;
use crate::judge;
use crate::process::Register;
use crate::process::Stop;
use crate::run::Run;
use crate::secret::Secrets;
use crate::template::Context;
use crate::workflow::Gate;
use crate::workflow::Workflow;
use crate::workflow::input;
use std::collections::BTreeMap;

/// Everything that judging an attempt's outputs takes.
pub struct Judging {
    pub project: Project,
    pub contract: Option<Contract>,
    pub context: Context,
    pub baselines: BTreeMap<String, Baseline>,
    pub environment: BTreeMap<String, String>,
    pub scratch: Beneath,
    pub stop: Stop,
    /// Where programs are named while they run; for whoever holds the run.
    pub register: Option<Register>,
    pub text_bytes_max: u64,
    pub secrets: Secrets,
    /// The work itself, for the checks that look at it.
    pub worked: Option<Worked>,
}

impl Judging {
    /// Judges the outputs that are there now.
    pub fn judge(&self) -> Judged {
        let Some(contract) = &self.contract else { return Judged::default() };
        let work = self.worked.as_ref().map(Worked::now);
        let scene = Scene {
            project: &self.project,
            document: None,
            baselines: &self.baselines,
            environment: &self.environment,
            scratch: self.scratch.clone(),
            secrets: &self.secrets,
            stop: &self.stop,
            register: self.register.as_ref(),
            text_bytes_max: self.text_bytes_max,
            work: work.as_ref(),
        };
        let judgement = judge::judge(contract, &scene, &self.context);
        // The record goes by the names of outputs: one that it may not hold, it cannot keep.
        let (leaking, kept): (Vec<_>, Vec<_>) = judgement
            .artifacts
            .into_iter()
            .partition(|(path, _)| self.secrets.are_in(path.as_str()));
        let artifacts = kept.into_iter().map(|(path, print)| Artifact {
            exists: print.is_some() || self.project.exists(&path),
            path: path.to_string(),
            sha256: print.as_ref().map(|print| print.digest),
            bytes: print.as_ref().map(|print| print.bytes),
        });
        let mut judged = Judged {
            artifacts: artifacts.collect(),
            validations: judgement.validations,
            findings: leaking.iter().map(|(path, _)| leak(path)).collect(),
            ..Judged::default()
        };
        judged.each_text(&|text| self.secrets.blot(text));
        judged
    }
}

/// What an output's name has to do with secrets.
fn leak(path: &ProjectPath) -> Finding {
    Finding::of("secrets", "the name of an output holds a secret").path(path)
}

/// The variables that an attempt's programs get.
pub fn environment(
    site: &Site,
    run: &Run,
    gate: &Gate,
    id: &GateId,
    attempt: u32,
) -> BTreeMap<String, String> {
    let context = packet::attempt_context(run, gate, id, attempt);
    let mut variables = player::surroundings(site, run);
    // A secret that is not set was refused before the work began.
    let secrets = gate.secrets.iter().map(|secret| &secret.name);
    variables.extend(secrets.filter_map(|name| Some((name.clone(), std::env::var(name).ok()?))));
    variables.extend([
        ("ORCH_RUN".to_owned(), run.started.run_id.to_string()),
        ("ORCH_GATE".to_owned(), id.to_string()),
        ("ORCH_ATTEMPT".to_owned(), attempt.to_string()),
        ("ORCH_PROJECT".to_owned(), site.project.root().display().to_string()),
    ]);
    let mut set = |name: &str, value: &serde_json::Value| {
        variables.insert(input::variable(name), input::as_text(value));
    };
    for (name, value) in &run.started.inputs {
        set(name, value);
    }
    let items = run.gate(&gate.id).and_then(|state| state.items.as_ref());
    let item = items.and_then(|items| items.iter().find(|item| item.gate == *id));
    if let (Some(each), Some(item)) = (&gate.each, item) {
        set(&each.name, &item.value);
    }
    for (name, template) in &gate.environment {
        // A template that does not render was refused when the recipe or packet was made.
        variables.insert(name.clone(), template.render(&context).unwrap_or_default());
    }
    variables
}

/// What judging a gate's outputs takes, apart from its contract.
pub fn judging(
    site: &Site,
    (workflow, run): (&Workflow, &Run),
    gate: &Gate,
    (id, attempt): (&GateId, u32),
) -> Judging {
    Judging {
        project: site.project.clone(),
        contract: None,
        context: Context::default(),
        baselines: baselines::of_attempt(site, run, id, attempt),
        environment: environment(site, run, gate, id, attempt),
        scratch: packet::folder(site, &run.started.run_id, id, attempt),
        stop: site.stop.clone(),
        register: None,
        text_bytes_max: site.config.limits.text_bytes,
        secrets: Secrets::default(),
        worked: Worked::of(site, workflow, run, gate, id),
    }
}

/// Judges the outputs of a gate as they are now, outside of its own thread.
pub fn judge_now(
    site: &Site,
    workflow: &Workflow,
    run: &Run,
    id: &GateId,
    contract: Option<&Contract>,
) -> Judged {
    let judging = judging_now(site, workflow, run, id, contract);
    judging.map_or_else(Judged::default, |judging| judging.judge())
}

/// The same in a run that is held: what it runs is named there.
pub fn judge_held(driver: &Driver<'_>, id: &GateId) -> Judged {
    let (site, run) = (driver.site, driver.run());
    let judging = judging_now(site, &driver.workflow, run, id, None);
    judging.map_or_else(Judged::default, |judging| {
        Judging { register: Some(register(driver, id)), ..judging }.judge()
    })
}

/// Where the programs of a gate are named in a run that is held.
pub fn register(driver: &Driver<'_>, id: &GateId) -> Register {
    Register { folder: driver.site.home.at_work(driver.id()), what: id.to_string() }
}

fn judging_now(
    site: &Site,
    workflow: &Workflow,
    run: &Run,
    id: &GateId,
    contract: Option<&Contract>,
) -> Option<Judging> {
    let gate = workflow.gate(id)?;
    let attempts = run.gate(id).map_or(0, |state| state.attempts.len());
    let attempt = u32::try_from(attempts).unwrap_or(u32::MAX).max(1);
    Some(Judging {
        contract: contract.or(gate.contract.as_ref()).cloned(),
        context: packet::attempt_context(run, gate, id, attempt),
        // A secret that is not set here was never seen here either.
        secrets: Secrets::of_those_set(workflow.secrets()).unwrap_or_default(),
        ..judging(site, (workflow, run), gate, (id, attempt))
    })
}
