//! Where the words of commands lead: to a file of the project, or to a program of this machine.

use crate::process;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;

/// Looks words up in one project. A long workflow asks for the same few programs at every gate, so
/// what `PATH` leads to is found once: keep a finder no longer than nothing is at work.
#[derive(Debug)]
pub struct Finder<'p> {
    project: &'p Path,
    on_path: RefCell<HashMap<String, Option<Found>>>,
}

/// What a word leads to.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// The path that is named.
    pub(super) named: PathBuf,
    /// The file that lies there, behind all links.
    pub(super) real: PathBuf,
}

impl<'p> Finder<'p> {
    pub fn new(project: &'p Path) -> Self {
        Self { project, on_path: RefCell::default() }
    }

    pub(super) fn project(&self) -> &'p Path {
        self.project
    }

    /// The file that a word names: one of the project, else a program.
    pub(super) fn file(&self, word: &str) -> Option<Found> {
        self.beside(word).or_else(|| self.program(word))
    }

    /// The file of this name in the project.
    pub(super) fn beside(&self, word: &str) -> Option<Found> {
        let named = self.project.join(word);
        // Most words name nothing, which one look shows.
        let real = if named.is_file() { named.canonicalize().ok()? } else { return None };
        Some(Found { named, real })
    }

    /// The program that a word starts.
    pub(super) fn program(&self, word: &str) -> Option<Found> {
        if word.contains('/') {
            return self.resolved(word);
        }
        if let Some(known) = self.on_path.borrow().get(word) {
            return known.clone();
        }
        let found = self.resolved(word);
        self.on_path.borrow_mut().insert(word.to_owned(), found.clone());
        found
    }

    /// Whether a word starts a program.
    pub(super) fn is_program(&self, word: &str) -> bool {
        process::resolve(word, self.project).is_some()
    }

    fn resolved(&self, word: &str) -> Option<Found> {
        let named = process::resolve(word, self.project)?;
        let real = named.canonicalize().ok()?;
        Some(Found { named, real })
    }
}
