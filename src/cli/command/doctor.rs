//! `orch doctor`: what was looked at, and what is wrong.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::progress::Busy;
use crate::cli::table::table;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::doctor;
use crate::ops::doctor::Symptom;

pub fn execute(face: &Face, request: &doctor::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let busy = Busy::new(face, "looking at the project");
    let symptoms = doctor::doctor(&project, request)?;
    drop(busy);
    let rows: Vec<Vec<String>> = symptoms
        .iter()
        .map(|symptom| {
            let word = if symptom.is_well { "ok" } else { "PROBLEM" };
            let is_repairable = !symptom.is_well && symptom.remedy.is_some() && !request.fix;
            let repair = if is_repairable { "; to repair it: orch doctor --fix" } else { "" };
            let help = symptom.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            vec![
                word.to_owned(),
                symptom.what.clone(),
                format!("{}{help}{repair}", symptom.finding),
            ]
        })
        .collect();
    let text = table(&rows);
    if symptoms.iter().all(|symptom| symptom.is_well) {
        let next = if request.fix { after_repairing() } else { Instructions::default() };
        face.answer(&symptoms, &next, &text);
        return Ok(exit::DONE);
    }
    face.answer_failure(&symptoms, &advice(&symptoms), &text);
    Ok(exit::FAILED)
}

fn after_repairing() -> Instructions {
    Instructions::to("No problems found; continue with your runs.", [Suggestion::new("run list")])
}

fn advice(symptoms: &[Symptom]) -> Instructions {
    let can_be_repaired =
        symptoms.iter().any(|symptom| !symptom.is_well && symptom.remedy.is_some());
    let repair = can_be_repaired.then(|| Suggestion::new("doctor").flag("fix"));
    let mut ill = symptoms.iter().filter(|symptom| !symptom.is_well);
    let is_told = ill.all(|symptom| symptom.help.is_some() || symptom.remedy.is_some());
    let words = if is_told {
        "Problems found; the lines above say how to fix them."
    } else {
        "Problems found; see the lines above."
    };
    Instructions::to(words, repair)
}
