//! `orch workflow new`: three files to write on from.

use super::Failure;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::workflow_new;

pub fn execute(face: &Face, request: &workflow_new::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = workflow_new::workflow_new(&project, request)?;
    let name = &request.name;
    let instructions = Instructions::to(
        "Edit these files to describe your work.",
        [
            Suggestion::new("workflow check").word(name),
            Suggestion::new("rehearse").word(name).option("slug", "example"),
            Suggestion::new("run").word(name).option("slug", "example"),
        ],
    );
    if reply.hides_another {
        face.say(&format!("warning: workflows/{name}.toml overrides another workflow `{name}`"));
    }
    face.answer(&reply, &instructions, &reply.files.join("\n"));
    Ok(exit::DONE)
}
