//! `orch doctor`: what was looked at, and what is wrong.

use super::Failure;
use crate::cli::answer;
use crate::cli::answer::Colour;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::Instructions;
use crate::ops::doctor;

pub fn execute(face: &Face) -> Result<u8, Failure> {
    let site = face.global.site(false)?;
    let symptoms = doctor::doctor(&site)?;
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
        face.say(
            &face.coloured("something is ill; the lines above say what to do", Colour::Yellow),
        );
    }
    Ok(exit::FAILED)
}
