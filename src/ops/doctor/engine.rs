//! The engine that machines share runs through: whether it and the remote answer.

use super::Project;
use super::Symptom;
use crate::engine::Engine;
use crate::engine::Unanswered;
use crate::store::record;
use crate::suggestion::Advice;

/// Looks at both; at nothing where the project uses no engine.
pub(super) fn look(project: &Project) -> Vec<Symptom> {
    match Engine::of(project) {
        Ok(None) => Vec::new(),
        Ok(Some(engine)) => vec![pool(&engine), remote(project, &engine)],
        Err(error) => vec![Symptom::ill("engine", error.to_string())],
    }
}

fn pool(engine: &Engine) -> Symptom {
    let what = format!("engine {}", engine.client.url());
    match engine.client.view() {
        Ok(view) => {
            let pool = view.dispatch;
            let [waiting, driven, idle] =
                [pool.waiting.len(), pool.granted.len(), pool.offers.len()];
            let finding = format!("{waiting} waiting, {driven} driven, {idle} idle workers");
            Symptom::well(what, finding)
        }
        Err(error) => Symptom::ill(what, error.to_string()).advise(Advice::from(match error {
            Unanswered::Unreached { .. } => {
                "start the server, or correct [engine] url in orch.toml"
            }
            Unanswered::Refused { status: 404, .. } => {
                "register the pool: orch engine serve --admin URL"
            }
            Unanswered::Refused { .. } => {
                "see the log of the server, and of what is in front of it"
            }
        })),
    }
}

fn remote(project: &Project, engine: &Engine) -> Symptom {
    let what = format!("remote {}", engine.remote);
    let Ok(Some(repository)) = project.repository() else {
        return Symptom::ill(what, "this is not a git repository");
    };
    let pattern = format!("{}*", record::REFS);
    match repository.shared_ids(&engine.remote, &[&pattern], &project.stop) {
        Ok(refs) => Symptom::well(what, format!("has the records of {} runs", refs.len())),
        Err(error) => Symptom::ill(what, error.to_string()),
    }
}
