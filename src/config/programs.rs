//! Which programs a command comes to, whatever it is wrapped in: `sh x`, `env A=1 /bin/sh ./x` and
//! `./x` are one. Who audits must not be who did the work, and another way of writing it down makes
//! nobody another. Where it is not clear, two commands are taken for one: a workflow can say that
//! this is meant.

mod finder;
mod text;
mod words;

pub use finder::Finder;
pub use words::names_in;

use crate::digest::Digest;
use crate::files;
use finder::Found;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

/// Programs that run the one that is named behind their own options.
const WRAPPERS: [&str; 40] = [
    "env",
    "nice",
    "ionice",
    "chrt",
    "taskset",
    "nohup",
    "setsid",
    "timeout",
    "stdbuf",
    "unbuffer",
    "time",
    "exec",
    "command",
    "builtin",
    "eval",
    "source",
    ".",
    "sudo",
    "doas",
    "su",
    "busybox",
    "toybox",
    "xargs",
    "flock",
    "script",
    "strace",
    "unshare",
    "firejail",
    "bwrap",
    "npx",
    "bunx",
    "pnpm",
    "uv",
    "uvx",
    "pipx",
    "poetry",
    "chroot",
    "catchsegv",
    "!",
    "{",
];

const SHELLS: [&str; 8] = ["sh", "dash", "bash", "zsh", "ksh", "ash", "mksh", "fish"];

/// Programs that carry out a text: what they are told to do says who works, not they.
const INTERPRETERS: [&str; 12] = [
    "python", "node", "nodejs", "deno", "bun", "perl", "ruby", "php", "lua", "Rscript", "tclsh",
    "java",
];

/// Where programs lie that everybody uses within a text for a shell.
const COMMON: [&str; 4] = ["/bin", "/usr/bin", "/sbin", "/usr/sbin"];

/// The same for systems that keep each program in a folder of its own.
const SYSTEMS: [&str; 4] = ["/usr/lib", "/nix", "/run/current-system", "/opt/homebrew"];

/// The largest file that another one may be a copy of, in bytes.
const COPY_BYTES_MAX: u64 = 1024 * 1024;

/// How deep a text for a shell within another one is looked into.
const DEPTH_MAX: u32 = 8;

/// The programs of one command: where they lie, and what they hold or are told.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    found: BTreeSet<String>,
    own: BTreeMap<String, Digest>,
}

impl Programs {
    pub fn of(command: &[String], finder: &Finder<'_>) -> Self {
        let mut look = Look { finder, programs: Self::default(), is_in_text: false };
        look.at(command, DEPTH_MAX);
        look.programs
    }

    /// Those that are reached in the project, where an agent at work can change them: by the path that
    /// is named, and by what is found there. What cannot be read has the digest of nothing.
    pub fn of_project(self) -> BTreeMap<String, Digest> {
        self.own
    }

    /// Whether these are, or may be, one with the others.
    pub fn are_one_with(&self, other: &Self) -> bool {
        !self.found.is_disjoint(&other.found)
    }
}

struct Look<'f> {
    finder: &'f Finder<'f>,
    programs: Programs,
    /// Within a text for a shell, where common programs tell nothing.
    is_in_text: bool,
}

impl Look<'_> {
    /// Notes what a command runs.
    fn at(&mut self, command: &[String], depth: u32) {
        let Some((first, rest)) = command.split_first() else { return };
        let found = self.finder.file(first);
        if let (true, None, Some(depth)) = (is_whole(first), &found, depth.checked_sub(1)) {
            let words = first.trim_start_matches("--split-string=").trim_start_matches("-S");
            let words = words.split_whitespace().map(str::to_owned);
            return self.at(&words.chain(rest.iter().cloned()).collect::<Vec<_>>(), depth);
        }
        let real_name = found.as_ref().map(|found| name_of(&found.real.to_string_lossy()));
        let names = [Some(name_of(first)), real_name];
        let is = |known: &[&str]| names.iter().flatten().any(|name| is_of(known, name));
        let is_set = first.contains('=') && found.is_none();
        match depth.checked_sub(1) {
            Some(depth) if is_set => self.at(rest, depth),
            Some(depth) if is(&WRAPPERS) => self.at(self.wrapped(rest), depth),
            Some(depth) if is(&SHELLS) => self.carried_out(first, rest, (&['c'], depth)),
            Some(depth) if is(&INTERPRETERS) => {
                self.carried_out(first, rest, (&['c', 'e', 'E', 'r'], depth));
            }
            Some(_) | None => {
                self.note_found(first, found);
                self.note_programs(rest);
            }
        }
    }

    /// What a wrapper runs: from the first word on that is a program, else a file, else no option.
    fn wrapped<'w>(&self, words: &'w [String]) -> &'w [String] {
        let is_plain = |word: &String| !word.starts_with('-') && !word.contains('=');
        let at = |fits: &dyn Fn(&String) -> bool| {
            words.iter().position(|word| is_plain(word) && fits(word))
        };
        let start = at(&|word| self.finder.is_program(word));
        // `env -S` and `su -c` take a whole command as one word.
        let start = start.or_else(|| words.iter().position(|word| is_whole(word)));
        let start = start.or_else(|| at(&|word| self.finder.beside(word).is_some()));
        let start = start.or_else(|| at(&|_| true));
        start.map_or(&[], |start| &words[start..])
    }

    /// What an interpreter carries out: a text that it is given as a word, else a file.
    fn carried_out(&mut self, first: &str, rest: &[String], (letters, depth): (&[char], u32)) {
        let is_text = |word: &String| {
            let is_short = word.starts_with('-') && !word.starts_with("--");
            is_short && word.ends_with(letters)
                || ["-m", "--eval", "--print", "--command"].contains(&word.as_str())
        };
        let is_plain = |word: &&String| !word.starts_with('-');
        let text = rest.iter().position(is_text);
        let plain = rest.iter().position(|word| is_plain(&word));
        let Some(at) = text.filter(|text| plain.is_none_or(|plain| *text < plain)) else {
            let own = rest.iter().find(|word| self.finder.beside(word).is_some());
            let script = own.or_else(|| rest.iter().find(|word| self.finder.file(word).is_some()));
            let script = script.or_else(|| rest.iter().find(is_plain));
            return self.note(script.map_or(first, String::as_str));
        };
        let text = rest.get(at + 1).map_or("", String::as_str);
        if rest[at] == "-m" {
            let path = text.replace('.', "/");
            self.note(&format!("{path}.py"));
            return self.note(&format!("{path}/__main__.py"));
        }
        // Within a text nobody knows any more where that of another one ended.
        let rest_of_text = rest.get(at + 1..).unwrap_or_default().join(" ");
        self.text(if self.is_in_text { &rest_of_text } else { text }, depth);
        let outer = std::mem::replace(&mut self.is_in_text, true);
        self.note_programs(rest.get(at + 2..).unwrap_or_default());
        self.is_in_text = outer;
    }

    /// Notes what a text for a shell runs, and the text, which tells what is done.
    fn text(&mut self, text: &str, depth: u32) {
        let is_between = |letter: char| letter.is_whitespace() || "\"'\\<>$;&|()`".contains(letter);
        let words = text.split(is_between);
        let told: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        self.programs.found.insert(format!("text {}", told.join(" ")));
        let outer = std::mem::replace(&mut self.is_in_text, true);
        for command in text::commands(text) {
            self.at(&command, depth);
        }
        self.is_in_text = outer;
    }

    /// Programs that are handed on, and may be what runs in the end.
    fn note_programs(&mut self, words: &[String]) {
        for word in words {
            let is_path = word.contains('/');
            let own = format!("./{word}");
            if is_path && self.finder.is_program(word) {
                self.note(word);
            } else if (!is_path || word.starts_with('/')) && self.finder.is_program(&own) {
                self.note(&own);
            }
        }
    }

    fn note(&mut self, word: &str) {
        self.note_found(word, self.finder.file(word));
    }

    /// Notes a word with what it leads to.
    fn note_found(&mut self, word: &str, found: Option<Found>) {
        let Some(Found { named, real }) = found else {
            if !self.is_in_text {
                self.programs.found.insert(word.to_owned());
            }
            return;
        };
        let started = self.finder.program(word);
        let is_common = is_common(&real) || started.is_some_and(|found| is_common(&found.named));
        if self.is_in_text && is_common {
            return;
        }
        let in_project = |path: &Path| path.strip_prefix(self.finder.project()).ok().map(shown);
        let own: BTreeSet<String> = [&*named, &*real].into_iter().filter_map(in_project).collect();
        if !own.is_empty() {
            let bytes = files::read_own(&real).ok().flatten().unwrap_or_default();
            let digest = Digest::of(bytes);
            self.programs.own.extend(own.into_iter().map(|path| (path, digest)));
        }
        // A copy is no other program.
        if !is_common && let Ok(Some(bytes)) = files::read_small(&real, COPY_BYTES_MAX) {
            self.programs.found.insert(format!("sha256 {}", Digest::of(bytes)));
        }
        self.programs.found.insert(shown(&real));
    }
}

/// Whether a word is a command of several.
fn is_whole(word: &str) -> bool {
    word.trim().contains(char::is_whitespace)
}

/// Whether a program is one of those known, whatever its version.
fn is_of(known: &[&str], name: &str) -> bool {
    let bare = name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    known.contains(&name) || known.contains(&bare)
}

fn is_common(path: &Path) -> bool {
    let is_in = |folder: &Path| COMMON.iter().any(|common| folder == Path::new(common));
    path.parent().is_some_and(is_in) || SYSTEMS.iter().any(|system| path.starts_with(system))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn name_of(word: &str) -> String {
    let name = Path::new(word).file_name().map(|name| name.to_string_lossy().into_owned());
    // That of `.` is no file's.
    name.unwrap_or_else(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether two commands, written as words, are one agent in a project with two scripts.
    fn are_one(one: &[&str], other: &[&str]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("x", "a\n"), ("y", "b\n"), ("copy", "a\n"), ("judge.py", "c\n")] {
            files::write_view(&folder.path().join(name), text.as_bytes()).unwrap();
        }
        let programs = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            Programs::of(&words, &Finder::new(folder.path()))
        };
        programs(one).are_one_with(&programs(other))
    }

    #[test]
    fn no_way_of_writing_a_command_down_makes_another_agent() {
        let ways: [&[&str]; 21] = [
            &["sh", "x"],
            &["/bin/sh", "x"],
            &["sh", "./x"],
            &["bash", "-e", "x", "more"],
            &["bash", "-o", "pipefail", "x"],
            &["env", "sh", "x"],
            &["/usr/bin/env", "A=1", "-u", "B", "sh", "x"],
            &["env", "-S", "sh x"],
            &["env", "-Ssh x"],
            &["su", "me", "-c", "sh x"],
            &["nice", "-n", "5", "sh", "x"],
            &["timeout", "-k", "5s", "10m", "nohup", "sh", "x"],
            &["setsid", "stdbuf", "-oL", "sh", "x"],
            &["./x"],
            &["sh", "copy"],
            &["sh", "-c", "exec sh x"],
            &["sh", "-c", "cat >/dev/null; A=1 . ./x \"$@\""],
            &["sh", "-ec", "sh -c 'nice sh x'"],
            &["busybox", "sh", "x"],
            &["python3", "x"],
            &["exec", "sh", "x"],
        ];
        for way in ways {
            assert!(are_one(ways[0], way), "{way:?}");
            assert!(!are_one(&["sh", "y"], way), "{way:?}");
        }
    }

    #[test]
    fn what_is_told_to_do_something_else_is_another() {
        let text = |text: &'static str| ["sh", "-c", text];
        assert!(!are_one(&text("cat >/dev/null; echo a > b"), &text("cat >/dev/null; echo b > b")));
        assert!(are_one(&text("cat;  echo a"), &["bash", "-c", "cat; echo a"]));
        assert!(are_one(&["python3", "-m", "judge"], &["python3.11", "-u", "judge.py"]));
        assert!(are_one(&["claude", "-p"], &["claude", "--print", "--model", "m"]));
        assert!(!are_one(&["claude"], &["codex"]));
        assert!(!are_one(&["claude"], &["env", "codex"]));
        assert!(are_one(&["claude"], &["env", "A=1", "claude", "-p"]));
        let mut deep = "x".to_owned();
        for _ in 0..1000 {
            deep = format!("env {deep}");
        }
        assert!(!are_one(&["sh", "-c", &deep], &["codex"]));
    }
}
