//! `orch gate check`: the verdict without the consequences; also an agent's stop hook.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::Instructions;
use crate::ops::gate_check;
use std::fmt::Write as _;

/// Which gate, and how to answer.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    request: gate_check::Request,
    /// Answer as an agent's stop hook: exit 2 with the findings on standard error.
    #[arg(long)]
    hook: bool,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let Arguments { request, hook } = arguments;
    let site = face.global.site(false)?;
    let reply = gate_check::gate_check(&site, request)?;
    let mut text = String::new();
    for finding in &reply.findings {
        let _ = writeln!(text, "{}: {finding}", finding.severity.as_str());
    }
    if *hook {
        // A refusal is an answer: nobody is kept from ending with it.
        if reply.passed || reply.refused {
            return Ok(exit::DONE);
        }
        face.say(&format!("gate {} does not pass yet:\n{}", reply.gate, text.trim_end()));
        return Ok(exit::USAGE);
    }
    let verdict = match (reply.passed, reply.refused) {
        (true, _) => "would pass",
        (false, true) => "would refuse",
        (false, false) => "would fail",
    };
    let _ = writeln!(text, "gate {} {verdict}; nothing was recorded", reply.gate);
    if reply.passed {
        face.answer(&reply, &Instructions::default(), &text);
        Ok(exit::DONE)
    } else {
        let next = Instructions::of_run(&site, &request.gate.run);
        face.answer_failure(&reply, &next, &text);
        Ok(exit::FAILED)
    }
}
