//! Finding files by globs. `*` stays within a folder, `**` crosses folders.

use super::ProjectFolder;
use super::ProjectPath;
use globset::Glob;
use globset::GlobBuilder;
use globset::GlobSet;
use globset::GlobSetBuilder;
use std::io;

/// How deep braces may lie in braces: each level is one of the stack's.
const BRACES_MAX: usize = 10;

/// What makes a pattern more than a path.
const SPECIAL: [char; 5] = ['*', '?', '[', '{', '\\'];

/// What means more than itself anywhere in a pattern.
const MEANING: [char; 7] = ['*', '?', '[', ']', '{', '}', ','];

/// How long a class of one such character is.
const CLASS_BYTES: usize = "[*]".len();

/// One or more glob patterns, relative to the project.
#[derive(Debug, Clone)]
pub struct Globs {
    /// Patterns that are more than a path.
    set: GlobSet,
    roots: Vec<ProjectPath>,
    /// Patterns that are plain paths: looked up, not searched for, and never compiled.
    plain: Vec<ProjectPath>,
}

impl Globs {
    /// Compiles patterns; an unsound one, or one that leaves the project, is told apart by its message.
    pub fn new(patterns: &[String], project: &ProjectFolder) -> Result<Self, String> {
        let mut set = GlobSetBuilder::new();
        let (mut roots, mut plain) = (Vec::new(), Vec::new());
        for pattern in patterns {
            let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
            project.path(pattern).map_err(|error| error.to_string())?;
            let path = |text: &str| project.path(text).map_err(|error| error.to_string());
            let (literal, is_plain) = literal_part(pattern);
            if is_plain {
                plain.push(path(&literal)?);
            } else {
                let folder = literal.rsplit_once('/').map_or(".", |(folder, _)| folder);
                roots.push(path(folder)?);
            }
            // A brace that closes none is an error wherever it stands.
            if !is_plain || pattern.contains('}') {
                set.add(compile(pattern)?);
            }
        }
        let set = set.build().map_err(|error| error.to_string())?;
        roots.sort();
        roots.dedup();
        Ok(Self { set, roots, plain })
    }

    /// How a glob is written.
    pub const RULE: &str = "write a path with *, ? or [ab], such as chapters/*.md or docs/**";

    /// What is wrong with a pattern's own words; where it leads is not looked at.
    pub fn flaw(pattern: &str) -> Option<String> {
        compile(pattern).err()
    }

    /// Whether a pattern matches a path, as both are written; an unsound pattern matches nothing.
    pub fn is_in(pattern: &str, path: &str) -> bool {
        let plain = |text: &'_ str| text.strip_prefix("./").unwrap_or(text).to_owned();
        let (pattern, path) = (plain(pattern), plain(path));
        pattern == path || compile(&pattern).is_ok_and(|glob| glob.compile_matcher().is_match(path))
    }

    /// A text as a pattern that matches this text and nothing else: each character that would mean
    /// more stands in a class of its own.
    pub fn literal(text: &str) -> String {
        let mut pattern = String::with_capacity(text.len());
        for character in text.chars() {
            if MEANING.contains(&character) {
                pattern.extend(['[', character, ']']);
            } else {
                pattern.push(character);
            }
        }
        pattern
    }

    /// A pattern as people are shown it, without the classes that [`Globs::literal`] made.
    pub fn shown(pattern: &str) -> String {
        let mut shown = String::with_capacity(pattern.len());
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            let literal = literal_class(rest);
            shown.push(literal.unwrap_or(first));
            rest = &rest[literal.map_or(first.len_utf8(), |_| CLASS_BYTES)..];
        }
        shown
    }

    pub fn matches(&self, path: &ProjectPath) -> bool {
        self.matches_name(path.as_str())
    }

    /// The same for a path that may have gone from the disk.
    pub fn matches_name(&self, path: &str) -> bool {
        self.plain.iter().any(|plain| plain.as_str() == path) || self.set.is_match(path)
    }

    /// All files that match, links and pipes included, folders left out; sorted.
    pub fn files(&self, project: &ProjectFolder) -> io::Result<Vec<ProjectPath>> {
        let is_file = |path: &&ProjectPath| project.holds_file(path);
        let mut found: Vec<ProjectPath> = self.plain.iter().filter(is_file).cloned().collect();
        for root in &self.roots {
            project.walk(root, |path| {
                if self.matches(path) {
                    found.push(path.clone());
                }
            })?;
        }
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// The same behind links too: what a link to a folder holds is named by the link. One that leads
    /// out of the project, nowhere or to a folder that it lies in is found itself.
    pub fn files_through_links(&self, project: &ProjectFolder) -> io::Result<Vec<ProjectPath>> {
        let is_file =
            |path: &&ProjectPath| project.exists(path) && !project.absolute(path).is_dir();
        let mut found: Vec<ProjectPath> = self.plain.iter().filter(is_file).cloned().collect();
        for root in &self.roots {
            project.walk_through_links(root, &mut |path| {
                if self.matches(path) {
                    found.push(path.clone());
                }
            })?;
        }
        found.sort();
        found.dedup();
        Ok(found)
    }
}

fn compile(pattern: &str) -> Result<Glob, String> {
    if depth(pattern) > BRACES_MAX {
        return Err(format!("the glob nests braces more than {BRACES_MAX} deep"));
    }
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map_err(|error| format!("glob \"{pattern}\": {}", error.kind()))
}

/// How deep braces lie in braces.
fn depth(pattern: &str) -> usize {
    let (mut now, mut deepest) = (0_usize, 0);
    for character in pattern.chars() {
        match character {
            '{' => now += 1,
            '}' => now = now.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(now);
    }
    deepest
}

/// The character that a pattern begins with a class of, where it is one that [`Globs::literal`] made.
fn literal_class(pattern: &str) -> Option<char> {
    let mut characters = pattern.strip_prefix('[')?.chars();
    let only = characters.next().filter(|only| MEANING.contains(only))?;
    (characters.next() == Some(']')).then_some(only)
}

/// What a pattern says up to its first special character, and whether that is all of it.
fn literal_part(pattern: &str) -> (String, bool) {
    let mut literal = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let class = literal_class(rest);
        if class.is_none() && SPECIAL.contains(&first) {
            return (literal, false);
        }
        literal.push(class.unwrap_or(first));
        rest = &rest[class.map_or(first.len_utf8(), |_| CLASS_BYTES)..];
    }
    (literal, true)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test lays out its own files")]
mod tests {
    use super::*;
    use std::fs;

    fn found(patterns: &[&str]) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let project = ProjectFolder::new(folder.path(), vec!["runs"]).unwrap();
        for path in ["a/x.md", "a/b/y.md", "z.md", ".git/q.md", "runs/r.md", "ignored/i.md"] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        fs::write(folder.path().join(".gitignore"), "ignored\n").unwrap();
        let patterns: Vec<String> = patterns.iter().map(|&text| text.to_owned()).collect();
        let globs = Globs::new(&patterns, &project)?;
        Ok(globs.files(&project).unwrap().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn stars_stay_in_their_folder_and_ignored_files_are_seen() {
        assert_eq!(found(&["a/*.md"]).unwrap(), ["a/x.md"]);
        assert_eq!(found(&["**/*.md"]).unwrap(), ["a/b/y.md", "a/x.md", "ignored/i.md", "z.md"]);
        assert_eq!(found(&["none/*.md"]).unwrap(), Vec::<String>::new());
        assert_eq!(found(&["a/x.md", "a/b", "a/none"]).unwrap(), ["a/x.md"]);
    }

    #[test]
    fn patterns_that_leave_are_refused() {
        for pattern in ["../*", "/etc/*", "a/../../*", ".git/*", "runs/*", "a/[", "-x/*"] {
            assert!(found(&[pattern]).is_err(), "{pattern} was taken");
        }
        let deep = format!("{}a{}", "{".repeat(100_000), "}".repeat(100_000));
        assert!(found(&[&deep]).unwrap_err().contains("more than 10 deep"));
    }

    #[test]
    fn a_literal_matches_itself_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let project = ProjectFolder::new(folder.path(), Vec::new()).unwrap();
        for path in ["p/[slug]/a.md", "p/s/b.md", "p/{a,b}*?]/c.md", "p/a/d.md"] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let found = |pattern: &str| {
            let globs = Globs::new(&[pattern.to_owned()], &project).unwrap();
            let files = globs.files(&project).unwrap();
            files.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        for (name, file) in [("[slug]", "a.md"), ("{a,b}*?]", "c.md")] {
            let (whole, literal) = (format!("p/{name}/{file}"), Globs::literal(name));
            assert_eq!(found(&format!("p/{literal}/{file}")), whole);
            assert_eq!(found(&format!("p/{literal}/*.md")), whole);
            assert_eq!(found(&format!("p/{{x,{literal}}}/*.md")), whole);
            assert_eq!(Globs::shown(&format!("p/{literal}/*")), format!("p/{name}/*"));
        }
        assert_eq!(found("p/[slug]/*.md"), "p/s/b.md");
        assert_eq!(literal_part("a/[[]b]/c*"), ("a/[b]/c".to_owned(), false));
    }

    #[test]
    fn links_to_folders_are_read_through_where_they_stay_inside() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let project = ProjectFolder::new(folder.path(), vec!["runs"]).unwrap();
        let root = folder.path();
        for path in ["data/a.txt", "real/b.txt", "real/sub/c.txt", "runs/r.txt"] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), "x").unwrap();
        }
        fs::write(outside.path().join("o.txt"), "x").unwrap();
        let outside = outside.path().display().to_string();
        for (to, link) in [
            ("../real", "data/link"),
            ("..", "data/root"),
            ("../data", "data/itself"),
            ("../../data", "real/sub/back"),
            ("../runs", "data/shut"),
            (&outside, "data/out"),
            ("a.txt", "data/file"),
        ] {
            std::os::unix::fs::symlink(to, root.join(link)).unwrap();
        }
        let found = |pattern: &str| {
            let globs = Globs::new(&[pattern.to_owned()], &project).unwrap();
            let files = globs.files_through_links(&project).unwrap();
            files.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(found("data/**/*.txt"), "data/a.txt data/link/b.txt data/link/sub/c.txt");
        assert_eq!(found("data/link/*.txt"), "data/link/b.txt");
        assert_eq!(found("data/link/b.txt"), "data/link/b.txt");
        assert_eq!(found("data/out/*"), "");
        // Those that lead where nothing may be read are found themselves, and refused there.
        assert_eq!(
            found("data/*"),
            "data/a.txt data/file data/itself data/out data/root data/shut"
        );
        assert_eq!(found("**/back"), "data/link/sub/back");
        assert_eq!(found("real/**/*.txt"), "real/b.txt real/sub/back/a.txt real/sub/c.txt");
    }

    #[test]
    fn links_that_multiply_are_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let project = ProjectFolder::new(folder.path(), Vec::new()).unwrap();
        for level in 0..8 {
            fs::create_dir(folder.path().join(level.to_string())).unwrap();
            for side in ["l", "r"] {
                let link = folder.path().join(format!("{level}/{side}"));
                std::os::unix::fs::symlink(format!("../{}", level + 1), link).unwrap();
            }
        }
        fs::create_dir(folder.path().join("8")).unwrap();
        let globs = Globs::new(&["0/**".to_owned()], &project).unwrap();
        let error = globs.files_through_links(&project).unwrap_err().to_string();
        assert_eq!(error, "more than 50 links to folders below 0");
    }
}
