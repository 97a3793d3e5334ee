//! Errors of the system in words: the one place that words them. Their own hold a number, which says
//! nothing to who reads it.

use std::borrow::Cow;
use std::io;

/// What stands before the number of an error that the system gave.
const NUMBER: &str = " (os error ";

/// A message in which errors of the system are told in words alone.
pub fn in_words(message: &str) -> Cow<'_, str> {
    let mut told = Cow::Borrowed(message);
    while let Some((before, number, after)) = numbered(&told) {
        let error = io::Error::from_raw_os_error(number);
        let full = error.to_string();
        let own = full.split_once(NUMBER).map_or(full.as_str(), |(own, _)| own);
        let plain = match before.strip_suffix(own) {
            Some(before) => format!("{before}{}{after}", words(&error, own)),
            None => format!("{before}{after}"),
        };
        told = Cow::Owned(plain);
    }
    told
}

/// What stands before the first number, that number, and what stands behind it.
fn numbered(message: &str) -> Option<(&str, i32, &str)> {
    let (before, rest) = message.split_once(NUMBER)?;
    let (number, after) = rest.split_once(')')?;
    Some((before, number.parse().ok()?, after))
}

/// Words for the kinds of errors that people meet.
const WORDS: [(io::ErrorKind, &str); 6] = [
    (io::ErrorKind::NotFound, "no such file or folder"),
    (io::ErrorKind::PermissionDenied, "permission denied"),
    (io::ErrorKind::IsADirectory, "it is a folder"),
    (io::ErrorKind::NotADirectory, "a part of its path is not a folder"),
    (io::ErrorKind::StorageFull, "no space left on the disk"),
    (io::ErrorKind::ReadOnlyFilesystem, "the file system is read-only"),
];

fn words(error: &io::Error, own: &str) -> String {
    if let Some((_, words)) = WORDS.iter().find(|(kind, _)| *kind == error.kind()) {
        return (*words).to_owned();
    }
    let mut letters = own.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_is_told() {
        for (message, told) in [
            ("a: No such file or directory (os error 2)", "a: no such file or folder"),
            (
                "b: Permission denied (os error 13); c: Is a directory (os error 21)",
                "b: permission denied; c: it is a folder",
            ),
            ("Broken pipe (os error 32)", "broken pipe"),
            ("by another program (os error 2)!", "by another program!"),
            ("an (os error x)", "an (os error x)"),
            ("sound", "sound"),
        ] {
            assert_eq!(in_words(message), told);
        }
    }
}
