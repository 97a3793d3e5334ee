//! What a person is shown before they approve a gate, on the terminal or in their pager.

use super::answer::Face;
use super::door;
use super::pager;
use super::question;
use super::question::LookUp;
use super::report::named;
use crate::files;
use crate::ops::Error;
use crate::ops::Person;
use crate::ops::Project;
use crate::ops::gate_approve;
use crate::ops::gate_approve::ApprovalQuestion;
use std::fmt::Write as _;

/// How many lines of files are shown with the question itself.
const LINES_MAX: usize = 40;

/// Shows what a person is asked to approve; files that are long are named only.
pub fn show(face: &Face, question: &ApprovalQuestion) {
    face.say(&head(question));
    if is_long(question) {
        for file in question.files() {
            let lines = match file.text.lines().count() {
                0 => String::new(),
                1 => ": 1 line".to_owned(),
                lines => format!(": {lines} lines"),
            };
            face.say(&format!("  {}{lines}", remarked(file)));
        }
    } else {
        show_files(face, question);
    }
}

/// Whether the person gives their word for it. Nothing is taken for granted.
pub fn ask(person: &Person, question: &ApprovalQuestion, look: LookUp<'_>) -> Result<bool, Error> {
    let ask = format!("Approve this as {}? [yes/no]", person.by);
    // Whoever types `gate approve`, or chooses that gate, has these words in mind already.
    question::word(&ask, &["yes", "y", "approve", question.gate.as_str()], look)
}

/// Shows the files of a question whole.
pub fn show_files(face: &Face, question: &ApprovalQuestion) {
    if question.files().next().is_some() {
        face.say(files(question).trim_end());
    }
}

/// Whether the files of a question are too long to be shown with it.
pub fn is_long(question: &ApprovalQuestion) -> bool {
    question.files().map(|file| file.text.lines().count()).sum::<usize>() > LINES_MAX
}

/// Lets the person read the files in `$PAGER`; they are printed where it cannot be started.
pub fn page(face: &Face, project: &Project, question: &ApprovalQuestion) -> Result<(), Error> {
    let kept = gate_approve::keep_shown(project, question, &door::clean(&files(question)))?;
    if let Err(error) = pager::page(&kept, project.folder.root()) {
        show_files(face, question);
        face.say(&format!("{}; set PAGER", files::in_words(&error.to_string())));
    }
    Ok(())
}

fn head(question: &ApprovalQuestion) -> String {
    let gate = named(&question.gate, &question.name);
    let mut text = format!("{gate} of run {}:\n", question.run);
    if question.seen.is_empty() && question.shown.is_empty() {
        text.push_str("  (no files)\n");
    }
    for (name, value) in &question.answers {
        let _ = writeln!(text, "  {name}: {value}");
    }
    for (path, digest) in &question.seen {
        let _ = writeln!(text, "  {digest}  {path}");
    }
    if !question.signers.is_empty() {
        let signers = question.signers.join(" or ");
        let _ = writeln!(text, "  requires a signature by {signers}");
    }
    for path in &question.changed {
        let _ =
            writeln!(text, "  {path} has changed since: the file on disk differs from these bytes");
    }
    if let Some(message) = &question.message {
        let _ = writeln!(text, "\n{}\n", message.trim());
    }
    text.truncate(text.trim_end_matches('\n').len() + usize::from(question.message.is_some()));
    text
}

/// A line above each file, and what is shown of it.
fn files(question: &ApprovalQuestion) -> String {
    let mut text = String::new();
    for file in question.files() {
        let _ = writeln!(text, "--- {}", remarked(file));
        if !file.text.is_empty() {
            let _ = writeln!(text, "{}", file.text.trim_end());
        }
    }
    text
}

fn remarked(file: &gate_approve::ShownFile) -> String {
    if file.remark.is_empty() {
        file.path.clone()
    } else {
        format!("{} ({})", file.path, file.remark)
    }
}
