//! Long texts are read in the person's own pager.

use crate::process;
use std::path::Path;

/// Shows a file in `$PAGER`.
pub fn page(file: &Path, folder: &Path) -> Result<(), process::Error> {
    let pager = std::env::var("PAGER").ok().filter(|pager| !pager.trim().is_empty());
    let pager = pager.unwrap_or_else(|| "less".to_owned());
    let mut argv: Vec<String> = pager.split_whitespace().map(str::to_owned).collect();
    argv.push(file.display().to_string());
    process::run_on_terminal(&argv, folder).map(|_| ())
}
