//! `[worktree]`: where child runs and workers have their own working trees, and how one is made ready.

use crate::document::Placed;
use crate::source::Source;
use crate::source::Unsound;
use crate::template::Names;
use crate::template::Shape;
use crate::template::Template;
use schemars::JsonSchema;
use serde::Deserialize;

/// What the templates of the table may use.
const NAMES: [&str; 3] = ["key", "workflow", "project"];

/// The folder of a worktree: beside the repository, so that no tool takes it for a part of it.
const FOLDER: &str = "../{{ project }}-worktrees/{{ key }}";

/// The branch of a worktree.
const BRANCH: &str = "{{ key }}";

/// The folder of its context files, in it.
const CONTEXT: &str = ".orch";

/// Templates here can use `key`, `workflow` and `project`, each in a form that is safe in names.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WorktreeTable {
    /// The folder of a worktree, relative to the repository; `../{{ project }}-worktrees/{{ key }}`
    /// by default.
    #[schemars(with = "Option<String>")]
    folder: Option<Placed<String>>,
    /// The branch of a worktree; `{{ key }}` by default. It must not exist yet.
    #[schemars(with = "Option<String>")]
    branch: Option<Placed<String>>,
    /// The commit or branch that it starts from; the commit that is checked out by default.
    base: Option<String>,
    /// Whether to fetch from the remote first.
    fetch: Option<bool>,
    /// A command to run in a new worktree before any gate, such as `["npm", "ci"]`.
    setup: Option<Vec<String>>,
    /// Globs of ignored files to copy into a new worktree, such as `.env`.
    copy: Option<Vec<String>>,
    /// Whether the worktree of a run that passed stays; `true` by default. One that holds something that
    /// is not committed stays anyway.
    keep: Option<bool>,
    /// The folder in a worktree for `session-context.json`, `session-state.json` and
    /// `session-prompt.md`; `.orch` by default.
    context: Option<String>,
}

/// How working trees are made.
#[derive(Debug, Clone)]
pub struct Worktrees {
    /// The folder of one, relative to the repository.
    pub folder: Template,
    /// Its branch.
    pub branch: Template,
    /// What it starts from; what is checked out, where none is named.
    pub base: Option<String>,
    /// Whether the remote is asked for what is new there.
    pub fetch: bool,
    /// The command that makes it ready.
    pub setup: Vec<String>,
    /// Globs of ignored files that are copied into it.
    pub copy: Vec<String>,
    /// Whether one stays when its run has passed.
    pub keep: bool,
    /// The folder of its context files.
    pub context: String,
}

/// What one file says of them.
#[derive(Debug, Default)]
pub(super) struct WorktreeLayer {
    folder: Option<Template>,
    branch: Option<Template>,
    table: WorktreeTable,
}

impl WorktreeTable {
    pub(super) fn read(mut self, source: &Source) -> Result<WorktreeLayer, Box<Unsound>> {
        let parse = |text: Option<Placed<String>>| {
            text.map(|text| Template::parse(text.get_ref(), source, text.span(), &names()))
                .transpose()
        };
        let (folder, branch) = (parse(self.folder.take())?, parse(self.branch.take())?);
        Ok(WorktreeLayer { folder, branch, table: self })
    }
}

impl WorktreeLayer {
    /// This file over another one.
    pub(super) fn over(self, below: Self) -> Self {
        let (upper, lower) = (self.table, below.table);
        Self {
            folder: self.folder.or(below.folder),
            branch: self.branch.or(below.branch),
            table: WorktreeTable {
                folder: None,
                branch: None,
                base: upper.base.or(lower.base),
                fetch: upper.fetch.or(lower.fetch),
                setup: upper.setup.or(lower.setup),
                copy: upper.copy.or(lower.copy),
                keep: upper.keep.or(lower.keep),
                context: upper.context.or(lower.context),
            },
        }
    }

    pub(super) fn build(self) -> Worktrees {
        let shipped = |text: &str| {
            let source = Source::new("defaults.toml", text);
            // The shipped ones are sound; a test reads them.
            Template::parse(text, &source, 0..text.len(), &names())
                .unwrap_or_else(|_| Template::literal(text))
        };
        Worktrees {
            folder: self.folder.unwrap_or_else(|| shipped(FOLDER)),
            branch: self.branch.unwrap_or_else(|| shipped(BRANCH)),
            base: self.table.base,
            fetch: self.table.fetch.unwrap_or_default(),
            setup: self.table.setup.unwrap_or_default(),
            copy: self.table.copy.unwrap_or_default(),
            keep: self.table.keep.unwrap_or(true),
            context: self.table.context.unwrap_or_else(|| CONTEXT.to_owned()),
        }
    }
}

fn names() -> Names {
    let mut names = Names::default();
    for name in NAMES {
        names.insert(name, Shape::Single);
    }
    names
}
