//! Judging the outputs of an attempt: what it takes, as data, and what comes of it in a workspace.

use super::Workspace;
use super::worked::Worked;
use crate::check::Baseline;
use crate::check::Scene;
use crate::contract::Contract;
use crate::event::Artifact;
use crate::event::Judged;
use crate::files::ProjectPath;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::judge;
use crate::judge::Freshness;
use crate::secret;
use crate::surroundings::Allowed;
use crate::template::Context;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Instant;

/// Everything that judging an attempt's outputs takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Judging {
    pub attempt: AttemptId,
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
    pub text_bytes_max: u64,
    /// The work itself, for the checks that look at it.
    pub worked: Option<Worked>,
    /// What its outputs are compared with while the attempt is open.
    pub freshness: Option<Freshness>,
    /// Whether outputs must be fresh that say nothing of it.
    pub is_fresh: bool,
}

impl Judging {
    /// Judges the outputs that lie in the workspace now.
    pub fn judge(&self, workspace: &Workspace, since: Instant) -> Judged {
        let Some(contract) = &self.contract else { return Judged::default() };
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
            text_bytes_max: self.text_bytes_max,
            work: work.as_ref(),
        };
        let freshness = self.freshness.as_ref().map(|compared| (compared, self.is_fresh));
        let judgement = judge::judge(contract, freshness, &scene, &self.context);
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
