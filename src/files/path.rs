//! Relative paths that stay inside, judged by their words alone. Where links lead
//! is looked at when a path is opened.

use serde::Serialize;
use std::fmt;

/// Why a text is no path inside the project.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("the path is empty")]
    Empty,
    #[error("path \"{path}\" is absolute")]
    Absolute { path: String },
    #[error("path \"{path}\" leaves the project")]
    Leaves { path: String },
    #[error("path \"{path}\" is inside .git")]
    Git { path: String },
    #[error("path \"{path}\" is inside {closed}, which only orch writes")]
    Closed { path: String, closed: &'static str },
    #[error("path \"{path}\" starts with `-` and would be read as an option")]
    Option { path: String },
    #[error("path {path:?} contains a control character")]
    Character { path: String },
    #[error("\"{path}\" names a folder")]
    Folder { path: String },
    #[error("path '{path}' contains a backslash")]
    Backslash { path: String },
}

impl PathError {
    /// What to write instead.
    pub fn help(&self) -> String {
        match self {
            Self::Empty | Self::Git { .. } | Self::Closed { .. } | Self::Character { .. } => {
                "write the path of a file or folder of the project, such as docs/a.md".to_owned()
            }
            Self::Absolute { .. } | Self::Leaves { .. } => {
                "paths are relative to the project's root, such as docs/a.md, and stay inside it"
                    .to_owned()
            }
            Self::Option { path } => format!("write ./{path}"),
            Self::Folder { path } => {
                let (file, within) = match without_end(path) {
                    "" | "." => ("NAME", "**".to_owned()),
                    file => (file, format!("{}/**", file.trim_end_matches("/**"))),
                };
                format!(
                    "write \"{file}\" for a file, or the glob \"{within}\" for all files in the folder"
                )
            }
            Self::Backslash { path } => {
                format!("write {}", path.replace("\\\\", "/").replace('\\', "/"))
            }
        }
    }
}

/// A path without what names a folder at its end.
fn without_end(path: &str) -> &str {
    let mut file = path;
    while let Some(shorter) = file.strip_suffix('/').or_else(|| file.strip_suffix("/.")) {
        file = shorter;
    }
    file
}

/// A path relative to a project: normal components joined by `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ProjectPath(String);

impl ProjectPath {
    /// Takes `a/b`, `./a/b` or `a/b/`; refuses all that is absolute, leaves, or enters `.git`.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let path = || text.to_owned();
        if text.is_empty() {
            return Err(PathError::Empty);
        }
        if text.starts_with('-') {
            return Err(PathError::Option { path: path() });
        }
        if text.starts_with('/') || text.as_bytes().get(1) == Some(&b':') {
            return Err(PathError::Absolute { path: path() });
        }
        if text.chars().any(char::is_control) {
            return Err(PathError::Character { path: path() });
        }
        if text.contains('\\') {
            return Err(PathError::Backslash { path: path() });
        }
        let mut parts = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => return Err(PathError::Leaves { path: path() }),
                _ if is_git(part) => return Err(PathError::Git { path: path() }),
                _ => parts.push(part),
            }
        }
        if parts.is_empty() {
            return Ok(Self(".".to_owned()));
        }
        Ok(Self(parts.join("/")))
    }

    /// What is wrong with the words of a path or glob that is to name files: its end names a folder.
    pub fn folder_flaw(text: &str) -> Option<PathError> {
        let file = without_end(text);
        let names_folder = file.len() < text.len() || text == ".";
        names_folder.then(|| PathError::Folder { path: text.to_owned() })
    }

    /// A relative path that the disk gave: it exists, so its words need no judging.
    pub(super) fn from_disk(relative: &str) -> Self {
        Self(relative.to_owned())
    }

    /// A path that a record holds: the disk gave it once, so its name may be one that nobody would
    /// type, but it stays below the folder.
    pub(super) fn recorded(text: &str) -> Result<Self, PathError> {
        let is_below = |part: &str| !matches!(part, "" | "." | "..") && !is_git(part);
        if !text.contains('\0') && text.split('/').all(is_below) {
            return Ok(Self::from_disk(text));
        }
        Self::parse(text)
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder that it is in, below the project's own.
    pub fn parent(&self) -> Option<ProjectPath> {
        let (parent, _) = self.0.rsplit_once('/')?;
        Some(Self(parent.to_owned()))
    }

    /// A path below this one; `name` is one that the disk gave.
    pub fn join(&self, name: &str) -> ProjectPath {
        match self.0.as_str() {
            "." => Self(name.to_owned()),
            folder => Self(format!("{folder}/{name}")),
        }
    }

    /// A text that names paths of this machine, with those below a folder named from there. A folder
    /// beside it whose name begins with the same letters is another one.
    pub fn name_from(root: &str, text: &str) -> String {
        let mut named = String::with_capacity(text.len());
        let mut done = 0;
        for (at, _) in text.match_indices(root) {
            let (before, after) = (&text[..at], &text[at + root.len()..]);
            if at < done || is_below_more(before) || goes_on(after) {
                continue;
            }
            named.push_str(&text[done..at]);
            done = at + root.len();
            match after.strip_prefix('/') {
                Some(_) => done += 1,
                None => named.push('.'),
            }
        }
        named.push_str(&text[done..]);
        named
    }

    /// Whether this is such a folder of a folder below, letter case aside.
    pub(super) fn ends_in(&self, folder: &str) -> bool {
        let (path, folder) = (self.0.to_lowercase(), folder.to_lowercase());
        path.strip_suffix(&folder).is_some_and(|above| above.ends_with('/'))
    }

    /// Whether this is the folder or lies below it, letter case aside.
    pub fn is_in(&self, folder: &str) -> bool {
        let (path, folder) = (self.0.to_lowercase(), folder.to_lowercase());
        path == folder || path.strip_prefix(&folder).is_some_and(|rest| rest.starts_with('/'))
    }
}

impl fmt::Display for ProjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Whether the path that a text ends in began further above.
fn is_below_more(before: &str) -> bool {
    let ends = |next: char| next.is_whitespace() || "\"'`=:,;()[]{}<>".contains(next);
    let path = before.rsplit(ends).next().unwrap_or_default();
    path.starts_with(['/', '~', '.']) && !path.trim_start_matches('/').is_empty()
}

/// Whether the name goes on that a path has so far; a full stop ends a sentence, too.
fn goes_on(after: &str) -> bool {
    let name = after.trim_start_matches('.');
    name.starts_with(|next: char| next.is_alphanumeric() || "_-+~@%#$&".contains(next))
}

/// `.git` as any file system may spell it: other case, the short name of FAT, trailing dots.
fn is_git(part: &str) -> bool {
    let part = part.to_lowercase();
    let part = part.trim_end_matches(['.', ' ']);
    part == ".git" || part == "git~1"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_inside_are_normalised() {
        for (text, path) in [("a/b.md", "a/b.md"), ("./a//b/", "a/b"), (".", "."), ("a..b", "a..b")]
        {
            assert_eq!(ProjectPath::parse(text).unwrap().as_str(), path);
        }
    }

    #[test]
    fn a_name_that_ends_as_a_folder_is_no_files_name() {
        let flaw = |text| ProjectPath::folder_flaw(text);
        for text in ["out/", "out//", "out/.", "out/./"] {
            let flaw = flaw(text).unwrap();
            let help =
                "write \"out\" for a file, or the glob \"out/**\" for all files in the folder";
            assert_eq!(flaw.to_string(), format!("\"{text}\" names a folder"));
            assert_eq!(flaw.help(), help);
        }
        assert!(flaw(".").is_some() && flaw("./").is_some() && flaw("{{ x }}/").is_some());
        assert!(flaw("out/**/").unwrap().help().contains("\"out/**\""));
        for text in ["out", "a/b.", "a/..b", "out/**", ""] {
            assert_eq!(flaw(text), None, "{text}");
        }
    }

    #[test]
    fn paths_are_named_from_a_folder_and_not_from_its_namesakes() {
        for (text, named) in [
            ("/a/p/x.md: no", "x.md: no"),
            ("in /a/p.", "in .."),
            ("-I/a/p/include 'file:///a/p/x'", "-Iinclude 'file://x'"),
            ("/a/p", "."),
            ("/a/p-out/x /a/p.bak /a/pp/a/p/x", "/a/p-out/x /a/p.bak /a/pp/a/p/x"),
            ("/b/a/p/x ~/a/p ./a/p", "/b/a/p/x ~/a/p ./a/p"),
            ("/a/p/a/p/x", "a/p/x"),
        ] {
            assert_eq!(ProjectPath::name_from("/a/p", text), named, "{text}");
        }
    }

    #[test]
    fn a_recorded_name_may_be_strange_but_leads_nowhere_else() {
        for text in ["out/a\\b", "out/new\nline", "-rf", "c:\\x", "a.md"] {
            assert_eq!(ProjectPath::recorded(text).unwrap().as_str(), text);
        }
        for text in ["/etc/passwd", "../x", "a/../../x", ".git/config", "a/.GIT/x", "a\0b", ""] {
            assert!(ProjectPath::recorded(text).is_err(), "{text:?} was taken");
        }
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        for text in [
            "",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a/..",
            ".git/config",
            "a/.GIT/x",
            "GIT~1/x",
            "c:\\x",
            "a\\b",
            "a\0b",
            "a\nb",
            "-rf",
            ".git./x",
        ] {
            assert!(ProjectPath::parse(text).is_err(), "{text:?} was taken");
        }
    }
}
