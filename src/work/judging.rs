//! Judging the outputs of an attempt: what it takes, as data, and what comes of it in a workspace.

use super::Granted;
use super::Workspace;
use super::worked::Worked;
use crate::check::Baseline;
use crate::check::Scene;
use crate::contract::Contract;
use crate::event::Artifact;
use crate::event::Judged;
use crate::files::Globs;
use crate::files::ProjectPath;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::judge;
use crate::judge::Freshness;
use crate::process::Sandbox;
use crate::secret;
use crate::surroundings::Allowed;
use crate::template::Context;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Instant;

/// Everything that judging an attempt's outputs takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Judging {
    /// The attempt.
    pub attempt: AttemptId,
    /// What it must leave behind.
    pub contract: Option<Contract>,
    /// What its templates see.
    pub context: Context,
    /// What its checks compare with.
    pub baselines: BTreeMap<String, Baseline>,
    /// The variables that programs get beside those that are allowed and the secrets.
    pub environment: BTreeMap<String, String>,
    /// Which of the variables that are set in the workspace they get.
    pub allowed: Allowed,
    /// The secrets that they get.
    pub secrets: Vec<secret::Name>,
    /// How much of a file text checks read.
    pub text_bytes_max: u64,
    /// The work itself, for the checks that look at it.
    pub worked: Option<Worked>,
    /// What its outputs are compared with while the attempt is open.
    pub freshness: Option<Freshness>,
    /// Whether outputs must be fresh that say nothing of it.
    pub is_fresh: bool,
    /// What its programs are granted.
    #[serde(default)]
    pub granted: Granted,
    /// Files of which a later gate made newer versions, as patterns: they are judged as that gate's.
    pub superseded: Vec<String>,
}

impl Judging {
    /// Judges the outputs that lie in the workspace now.
    pub fn judge(&self, workspace: &Workspace, since: Instant) -> Judged {
        let Some(contract) = &self.contract else { return Judged::default() };
        if !contract.rules().any(|rule| (rule.kind.starts_programs)()) {
            return self.judge_by(contract, workspace, since, None);
        }
        let sandbox = match self.granted.confine(&self.attempt, workspace) {
            Ok(confinement) => confinement.sandbox,
            Err(why) => {
                let finding = Finding::of("permits", why.to_string());
                return Judged { findings: vec![finding], ..Judged::default() };
            }
        };
        let Some((sandbox, before)) = sandbox else {
            return self.judge_by(contract, workspace, since, None);
        };
        let mut judged = self.judge_by(contract, workspace, since, Some(&sandbox));
        judged.findings.extend(before.findings(&workspace.attempt(&self.attempt)));
        judged
    }

    fn judge_by(
        &self,
        contract: &Contract,
        workspace: &Workspace,
        since: Instant,
        sandbox: Option<&Sandbox>,
    ) -> Judged {
        let work = self.worked.as_ref().map(|worked| worked.now(workspace, since.elapsed()));
        let register = workspace.register(&self.attempt.gate);
        let scene = Scene {
            project: &workspace.project,
            document: None,
            baselines: &self.baselines,
            environment: &self.variables(workspace),
            scratch: workspace.attempt(&self.attempt),
            secrets: &workspace.secrets,
            stop: &workspace.stop,
            register: register.as_ref(),
            sandbox,
            text_bytes_max: self.text_bytes_max,
            work: work.as_ref(),
        };
        let freshness = self.freshness.as_ref().map(|compared| (compared, self.is_fresh));
        let mut judgement = judge::judge(contract, freshness, &scene, &self.context);
        if let Some(newer) = self.newer(workspace) {
            let is_newer = |path: &ProjectPath| newer.matches(path);
            let there = judgement.artifacts.iter().filter(|(_, print)| print.is_some());
            let there: Vec<&str> = there
                .map(|(path, _)| path)
                .filter(|path| is_newer(path))
                .map(ProjectPath::as_str)
                .collect();
            let is_told =
                |path: &Option<String>| path.as_deref().is_some_and(|path| there.contains(&path));
            judgement.validations.retain(|validation| !is_told(&validation.path));
        }
        // The record goes by the names of outputs: one that it may not hold, it cannot keep.
        let (leaking, kept): (Vec<_>, Vec<_>) = judgement
            .artifacts
            .into_iter()
            .partition(|(path, _)| workspace.secrets.are_in(path.as_str()));
        let artifacts = kept.into_iter().map(|(path, print)| Artifact {
            exists: print.is_some() || workspace.project.exists(&path),
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
        judged.each_text(&|text| workspace.secrets.blot(text));
        judged
    }

    /// The files that are there as another gate left them.
    fn newer(&self, workspace: &Workspace) -> Option<Globs> {
        let some = Some(&self.superseded).filter(|patterns| !patterns.is_empty())?;
        Globs::new(some, &workspace.project).ok()
    }

    /// All variables that the programs of the attempt get.
    pub(super) fn variables(&self, workspace: &Workspace) -> BTreeMap<String, String> {
        let mut variables = self.allowed.values(&workspace.variables);
        // A secret that is not set was refused before the work began.
        let secrets = self.secrets.iter().map(|secret| &secret.name);
        let value = |name: &String| workspace.variables.text(name).map(str::to_owned);
        variables.extend(secrets.filter_map(|name| Some((name.clone(), value(name)?))));
        let root = workspace.project.root().display().to_string();
        variables.insert("ORCH_PROJECT".to_owned(), root);
        variables.extend(self.environment.clone());
        variables
    }
}

/// What an output's name has to do with secrets.
fn leak(path: &ProjectPath) -> Finding {
    Finding::of("secrets", "the name of an output contains a secret").path(path)
}
