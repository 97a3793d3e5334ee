//! Why a file of the project cannot be had.

use super::link::shown_target;
use std::io;
use std::path::Path;

/// Why a file cannot be had. The messages begin with the path, for findings.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{path} does not exist")]
    Missing { path: String },
    #[error(
        "{path} is a symbolic link (to {}), expected {wanted}",
        shown_target(Path::new(target))
    )]
    Link { path: String, target: String, wanted: &'static str },
    #[error("{path} is a {found}, expected {wanted}")]
    Kind { path: String, found: &'static str, wanted: &'static str },
    #[error("{path} leads outside the project through a symbolic link")]
    Outside { path: String },
    #[error("{path} has {bytes} bytes; the limit is {limit}")]
    TooLarge { path: String, bytes: u64, limit: u64 },
    #[error("{path} is not valid UTF-8 (byte {at})")]
    NotText { path: String, at: usize },
    #[error("{path}: {source}")]
    Io { path: String, source: io::Error },
}
