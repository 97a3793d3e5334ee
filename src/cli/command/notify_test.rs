//! `orch notify test`: who was reached, and why the others were not.

use super::Failure;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::notify_test;
use crate::ops::notify_test::NotificationTest;

pub fn execute(face: &Face) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let tried = notify_test::notify_test(&project)?;
    let text: Vec<String> = tried.iter().map(line).collect();
    face.answer(&tried, &Instructions::default(), &text.join("\n"));
    Ok(if tried.iter().all(|tried| tried.sent) { exit::DONE } else { exit::FAILED })
}

fn line(tried: &NotificationTest) -> String {
    let on = tried.on.join(", ");
    let Some(reason) = &tried.reason else { return format!("sent    {} ({on})", tried.to) };
    let printed = tried.printed.lines().map(|line| format!("\n        {line}"));
    format!("failed  {} ({on}): {reason}{}", tried.to, printed.collect::<String>())
}
