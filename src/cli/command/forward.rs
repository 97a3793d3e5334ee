//! `orch forward`: tell whoever works in a run something.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::question;
use crate::cli::terminal;
use crate::envelope::exit;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::RunChoice;
use crate::ops::forward;

pub fn execute(face: &Face, request: &forward::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = match forward::named(&project, &face.caller, request)? {
        None => forward::forward(&project, &face.caller, request)?,
        Some(asked) => {
            let mut person = terminal::person(&project, &face.caller, face.global.is_ci())?;
            face.say(&format!("{} asks: {}", asked.gate, asked.question.in_words()));
            face.say(&format!("answer: {}", request.text.join(" ")));
            let ask = format!("Sign this answer as {}? [yes/no]", asked.by);
            if !question::word(&ask, &["yes", "y"], &mut question::unwatched)? {
                return Err(Error::usage("not answered; nothing was written").into());
            }
            person.by = asked.by;
            forward::forward_signed(&project, &face.caller, request, &person)?
        }
    };
    let said = match (&reply.answered, reply.resumed) {
        (Some(gate), true) => format!("answered {gate}; run {} continues", reply.run_id),
        (Some(gate), false) => format!("answered {gate}; run {} has to be resumed", reply.run_id),
        (None, _) => format!("forwarded; it is in the next packet of run {}", reply.run_id),
    };
    // Where an answer lets nothing continue by itself, somebody resumes the run.
    let next = if reply.answered.is_some() && !reply.resumed {
        let run = RunChoice { run: Some(reply.run_id.to_string()) };
        Instructions::of_run(&project, &face.caller, &run)
    } else {
        Instructions::default()
    };
    face.answer(&reply, &next, &said);
    Ok(exit::DONE)
}
