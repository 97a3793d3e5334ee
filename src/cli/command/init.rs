//! `orch init`: make a project ready; a person is asked for each part that is missing.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::question;
use crate::envelope::exit;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::init;
use crate::ops::init::McpClient;

pub fn execute(face: &Face, request: init::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let asks = request.with.is_empty() && request.mcp.is_empty() && face.can_ask();
    let request = if asks {
        let with = wanted(init::missing(&project))?;
        init::Request { with, mcp: registered(&init::unwired(&project))? }
    } else {
        request
    };
    let reply = init::init(&project, &request)?;
    for remark in reply.remarks.iter().filter(|_| !face.global.json) {
        face.say(remark);
    }
    let commands = ["doctor", "workflow list"].map(Suggestion::new);
    let instructions = Instructions::to("Configure your agents in orch.toml.", commands);
    face.answer(&reply, &instructions, &reply.files.join("\n"));
    Ok(exit::DONE)
}

/// The parts that a person wants.
fn wanted(missing: Vec<init::Part>) -> Result<Vec<init::Part>, Error> {
    let mut wanted = Vec::new();
    for part in missing {
        let question = format!("Write {}?", part.words());
        match question::choose(&question, &["no", "yes"], 0, &mut question::unwatched)? {
            Some(1) => wanted.push(part),
            Some(_) => {}
            None => return Err(Error::Interrupted),
        }
    }
    Ok(wanted)
}

/// The programs that a person wants `orch mcp` to be registered with, one after the other.
fn registered(unwired: &[McpClient]) -> Result<Vec<McpClient>, Error> {
    let mut left = unwired.to_vec();
    let mut wanted = Vec::new();
    while !left.is_empty() {
        let question = "Register orch as an MCP server?";
        let items: Vec<&str> = ["no"].into_iter().chain(left.iter().map(|it| it.words())).collect();
        match question::choose(question, &items, 0, &mut question::unwatched)? {
            Some(0) => break,
            Some(chosen) => wanted.push(left.remove(chosen - 1)),
            None => return Err(Error::Interrupted),
        }
    }
    Ok(wanted)
}
