//! `orch run show`: the record as it is now.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::json;
use crate::ops::Instructions;
use crate::ops::run_show;

pub fn execute(face: &Face, request: &run_show::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let record = run_show::run_show(&project, &face.caller, request)?;
    let text = json::harmless(serde_json::to_vec_pretty(&record).unwrap_or_default());
    face.answer(&record, &Instructions::default(), &String::from_utf8_lossy(&text));
    Ok(exit::DONE)
}
