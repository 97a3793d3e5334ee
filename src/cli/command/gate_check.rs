//! `orch gate check`: the verdict without the consequences; also an agent's stop hook.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::progress;
use crate::cli::progress::Busy;
use crate::cli::report;
use crate::cli::terminal;
use crate::envelope::exit;
use crate::finding::Finding;
use crate::ops::Instructions;
use crate::ops::gate_check;
use crate::ops::gate_hook;
use std::fmt::Write as _;

/// Which gate, and how to answer.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    request: gate_check::Request,
    /// Act as an agent's stop hook: exit 2, with findings on standard error, while the agent's gate
    /// in ORCH_RUN, ORCH_SESSION or --run fails its form checks; otherwise exit 0.
    #[arg(long)]
    hook: bool,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let Arguments { request, hook } = arguments;
    if *hook {
        return Ok(as_hook(face, request));
    }
    let project = face.global.open(false)?;
    let busy = Busy::new(face, "checking");
    let reply = gate_check::gate_check(&project, &face.caller, request)?;
    drop(busy);
    let mut text = shown(&reply.findings);
    let _ = writeln!(text, "gate {} {}; nothing was recorded", reply.gate, reply.outlook());
    let next = || Instructions::of_run(&project, &face.caller, &request.gate.run);
    if reply.passed {
        let next = if reply.unanswered.is_empty() { Instructions::default() } else { next() };
        face.answer(&reply, &next, &text);
        Ok(exit::DONE)
    } else {
        progress::differs(face, &project, &reply.run_id, &reply.differs);
        let next = next();
        face.answer_failure(&reply, &next, &text);
        Ok(exit::FAILED)
    }
}

/// Nobody is kept from stopping by an error, which is told all the same.
fn as_hook(face: &Face, request: &gate_check::Request) -> u8 {
    let request = gate_hook::Request {
        gate: request.gate.clone(),
        stop_hook_active: terminal::piped_json()
            .and_then(|told| told.get("stop_hook_active")?.as_bool())
            .unwrap_or_default(),
    };
    let project = face.global.open(false);
    match project.and_then(|project| gate_hook::gate_hook(&project, &face.caller, &request)) {
        Ok(None) => exit::DONE,
        Ok(Some(reply)) => {
            let findings = shown(&reply.findings);
            face.say(&format!("gate {} does not pass yet:\n{}", reply.gate, findings.trim_end()));
            exit::USAGE
        }
        Err(error) => {
            report::error(face, &error, None);
            exit::DONE
        }
    }
}

fn shown(findings: &[Finding]) -> String {
    let line = |finding: &Finding| format!("{}: {finding}\n", finding.severity.as_str());
    findings.iter().map(line).collect()
}
