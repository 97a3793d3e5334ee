//! Durations that a table of a gate names, and how often a command is asked.

use super::file::PollFile;
use super::gate::Poll;
use crate::clock;
use crate::document::Placed;
use crate::source::Source;
use crate::source::Unsound;
use std::time::Duration;

pub(super) fn build_poll(source: &Source, file: &PollFile) -> Result<Poll, Box<Unsound>> {
    let every = read_duration(source, &file.every)?;
    if every.is_zero() {
        return Err(source
            .unsound(file.every.span(), "`every` must be more than 0")
            .advise("write every = \"30s\""));
    }
    let deadline = read_duration(source, &file.deadline)?;
    if deadline < every {
        return Err(source
            .unsound(file.deadline.span(), "`deadline` is shorter than `every`")
            .advise("make the deadline longer, so that the command is asked more than once"));
    }
    Ok(Poll { every, deadline })
}

/// How long something may take at most: none at all could only fail.
pub(super) fn read_limit(source: &Source, text: &Placed<String>) -> Result<Duration, Box<Unsound>> {
    let limit = read_duration(source, text)?;
    if limit.is_zero() {
        let message = format!("`{}` leaves no time", text.get_ref());
        return Err(source
            .unsound(text.span(), message)
            .advise("write a longer time, such as \"30s\""));
    }
    Ok(limit)
}

pub(super) fn read_duration(
    source: &Source,
    text: &Placed<String>,
) -> Result<Duration, Box<Unsound>> {
    clock::parse_duration(text.get_ref())
        .map_err(|error| source.unsound(text.span(), error.message).advise(error.help))
}
