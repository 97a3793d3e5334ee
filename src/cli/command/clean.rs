//! `orch clean`: what runs that are over have left on this machine.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::table::table;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::clean;
use crate::ops::clean::LeftBehind;

pub fn execute(face: &Face, request: clean::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let left = clean::clean(&project, request)?;
    if left.is_empty() {
        face.say("finished runs have left nothing");
    }
    let mut instructions = Instructions::default();
    if left.iter().any(|left| left.kept_because.is_none() && !left.removed) && !request.remove {
        instructions.suggest(&Suggestion::new("clean").flag("remove"));
    }
    let rows: Vec<Vec<String>> = left.iter().map(row).collect();
    face.answer(&left, &instructions, &table(&rows));
    Ok(exit::DONE)
}

fn row(left: &LeftBehind) -> Vec<String> {
    let state = match (&left.kept_because, left.removed) {
        (Some(why), _) => format!("stays: {why}"),
        (None, true) => "removed".to_owned(),
        (None, false) => "can be removed".to_owned(),
    };
    let size = left.bytes.map(size).unwrap_or_default();
    vec![left.kind.as_str().to_owned(), left.name.clone(), size, state]
}

/// A size in the largest unit that it has one of.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["B", "KiB", "MiB", "GiB"];
    let mut unit = 0;
    let mut rest = bytes;
    while rest >= 10 * 1024 && unit + 1 < UNITS.len() {
        rest /= 1024;
        unit += 1;
    }
    format!("{rest} {}", UNITS[unit])
}
