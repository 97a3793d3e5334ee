//! What was found in a definition, as JSON.

use super::error_json;
use super::help;
use crate::ops::workflow_check::Checked;
use crate::source::Unsound;
use serde_json::Value as Json;
use serde_json::json;

/// The errors of a workflow, and its warnings, each in one line.
pub fn checked_json(checked: &Checked) -> Json {
    let errors = checked.errors.iter().map(|error| error_json(error, help(error)));
    let doubts = checked.doubts.iter().map(|doubt| in_one_line(doubt));
    let warnings: Vec<String> = checked.warnings.iter().cloned().chain(doubts).collect();
    json!({
        "name": checked.name,
        "sound": checked.errors.is_empty(),
        "errors": errors.collect::<Vec<_>>(),
        "warnings": warnings,
    })
}

fn in_one_line(doubt: &Unsound) -> String {
    let (file, line, column) = doubt.place();
    let help = doubt.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{file}:{line}:{column}: {}{help}", doubt.message)
}
