//! `orch doctor`: what was looked at, and what is wrong.

use super::Failure;
use crate::cli::answer;
use crate::cli::answer::Colour;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::Instructions;
use crate::ops::doctor;
use crate::ops::doctor::Symptom;

pub fn execute(face: &Face, request: &doctor::Request) -> Result<u8, Failure> {
    let site = face.global.site(false)?;
    let symptoms = doctor::doctor(&site, request)?;
    let rows: Vec<Vec<String>> = symptoms
        .iter()
        .map(|symptom| {
            let word = if symptom.is_well { "well" } else { "ILL" };
            vec![word.to_owned(), symptom.what.clone(), symptom.finding.clone()]
        })
        .collect();
    let text = answer::table(&rows);
    if symptoms.iter().all(|symptom| symptom.is_well) {
        face.answer(&symptoms, &Instructions::default(), &text);
        return Ok(exit::DONE);
    }
    face.answer_failure(&symptoms, &Instructions::default(), &text);
    if !face.global.json {
        face.say(&face.coloured(&advice(&symptoms), Colour::Yellow));
    }
    Ok(exit::FAILED)
}

fn advice(symptoms: &[Symptom]) -> String {
    let can_be_mended = symptoms.iter().any(|symptom| !symptom.is_well && symptom.remedy.is_some());
    let more = if can_be_mended { "; orch doctor --fix mends some of it" } else { "" };
    format!("something is ill; the lines above say what to do{more}")
}
