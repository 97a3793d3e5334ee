//! `orch spawn`: give runs to the pool.

use super::Failure;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::spawn;

pub fn execute(face: &Face, request: &spawn::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let spawned = spawn::spawn(&project, &face.caller, request)?;
    let lines = spawned.iter().map(|one| {
        let how = if one.existed { "exists" } else { "queued" };
        format!("{} {how} {}\n", one.key, one.run_id)
    });
    let mut instructions = Instructions::default();
    instructions.suggest(&Suggestion::new("list"));
    face.answer(&spawned, &instructions, &lines.collect::<String>());
    Ok(exit::DONE)
}
