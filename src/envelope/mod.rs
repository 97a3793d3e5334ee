//! What faces answer in JSON: one object for each reply, the same on the command line, over HTTP and to
//! agents, with errors that tell what was wrong, where, and what would be right.

pub mod exit;

mod checked;
mod place;

pub use checked::checked_json;
pub use place::MarkedLine;
pub use place::place;

use crate::files;
use crate::ops::Instructions;
use miette::Diagnostic;
use serde::Serialize;
use serde_json::Value as Json;
use serde_json::json;

/// A reply; `success` is told by the exit code that a command would end with.
pub fn reply(success: bool, data: &impl Serialize, instructions: &Instructions) -> Json {
    json!({ "success": success, "data": data, "instructions": instructions })
}

/// An error, and what to do next.
pub fn failure(error: Json, instructions: &Instructions) -> Json {
    json!({ "success": false, "data": null, "error": error, "instructions": instructions })
}

/// The errors that are told with one.
pub fn others(error: &dyn Diagnostic) -> impl Iterator<Item = &dyn Diagnostic> {
    error.related().into_iter().flatten()
}

/// What an error of a definition says would be right.
pub fn help(error: &dyn Diagnostic) -> Option<String> {
    error.help().map(|help| help.to_string())
}

/// An error as a JSON object, with what would be right.
pub fn error_json(error: &dyn Diagnostic, help: Option<String>) -> Json {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        causes.push(files::in_words(&inner.to_string()).into_owned());
        cause = inner.source();
    }
    let mut told = json!({
        "code": error.code().map(|code| code.to_string()),
        "message": files::in_words(&error.to_string()),
        "causes": causes,
        "help": help,
        "place": place(error).map(|place| json!({
            "file": place.file, "line": place.line, "column": place.column,
        })),
    });
    let others: Vec<Json> =
        others(error).map(|other| error_json(other, self::help(other))).collect();
    if !others.is_empty() {
        told["others"] = others.into();
    }
    told
}
