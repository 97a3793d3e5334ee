//! The packet of a gate that waits, for whoever works on it: in an editor, or on the clipboard.

use crate::cli::answer::Face;
use crate::cli::door;
use crate::files;
use crate::ops::Project;
use crate::process;

/// Opens it in the person's editor.
pub(super) fn edit(face: &Face, project: &Project, packet: Option<&str>) {
    let Some(packet) = packet else { return };
    let editor = std::env::var("VISUAL").or_else(|_| std::env::var("EDITOR"));
    let editor = editor.unwrap_or_else(|_| "vi".to_owned());
    let mut argv: Vec<String> = editor.split_whitespace().map(str::to_owned).collect();
    argv.push(packet.to_owned());
    if let Err(error) = process::run_on_terminal(&argv, project.folder.root()) {
        face.say(&format!("{}; set EDITOR", files::in_words(&error.to_string())));
    }
}

/// Copies it to the clipboard.
pub(super) fn copy(face: &Face, project: &Project, packet: Option<&str>) {
    let root = files::Beneath::new(project.folder.root());
    let bytes = packet.and_then(|packet| root.join(packet).read().ok().flatten());
    // The terminal itself puts the text on the clipboard, over ssh too (OSC 52).
    door::to_clipboard(&bytes.unwrap_or_default());
    face.say("Copied the packet to the clipboard, if the terminal allows it.");
}
