//! The texts that a workflow is made of, and where each was found: in the project,
//! in the user's own folder, or built into the binary. A run keeps them frozen.

use crate::digest::Digest;
use crate::files;
use crate::files::OpenError;
use crate::files::ProjectFolder;
use crate::source::Source;
use crate::source::Unsound;
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// The largest definition file that is read, in bytes.
const TEXT_BYTES_MAX: u64 = 1024 * 1024;

/// In the path of every file of a contract's fixtures.
const FIXTURES: &str = ".fixtures/";

#[derive(RustEmbed)]
#[folder = "workflows"]
#[prefix = "workflows/"]
struct BuiltInWorkflows;

#[derive(RustEmbed)]
#[folder = "contracts"]
#[prefix = "contracts/"]
#[exclude = "*.fixtures/*"]
struct BuiltInContracts;

#[derive(RustEmbed)]
#[folder = "prompts"]
#[prefix = "prompts/"]
struct BuiltInPrompts;

/// Where a text was found; the first that has it wins.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Origin {
    /// The project's own folders.
    Project,
    /// The user's own folder.
    User,
    /// The program itself.
    BuiltIn,
}

/// A definition text: its path below the folder it was found in, and its source for errors.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Text {
    /// Its path, such as `contracts/x/a.toml`.
    pub path: String,
    /// Where it was found.
    pub origin: Origin,
    /// The text.
    pub source: Source,
}

/// The three places where definitions lie.
#[derive(Debug, Clone)]
pub struct Shelf {
    project: ProjectFolder,
    user_folder: Option<PathBuf>,
    reserved: Reserved,
}

/// Words that a face has taken, so that nobody could name what they call by them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reserved {
    /// The options that every run has itself: no input has such a name.
    pub flags: Vec<String>,
    /// What no workflow can be called by: who runs one by its name means these otherwise.
    pub names: Vec<String>,
}

/// All texts of one workflow, by path: `workflows/x.toml`, `contracts/x/a.toml`, `prompts/x/a.md`.
#[derive(Debug, Clone, Default)]
pub struct Definition {
    /// The texts, by path.
    pub texts: BTreeMap<String, Text>,
    /// What nothing in them may be called; of what a run keeps, nothing is refused any more.
    pub reserved: Reserved,
}

/// What a text of a definition is, by where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextKind {
    /// A workflow.
    Workflow,
    /// A contract.
    Contract,
    /// A prompt, or a part of one.
    Prompt,
    /// What a `file` input named when the run began.
    Input,
}

impl TextKind {
    const ALL: [Self; 4] = [Self::Workflow, Self::Contract, Self::Prompt, Self::Input];

    /// The folder of texts of this kind, and how their paths end.
    pub fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Workflow => ("workflows", ".toml"),
            Self::Contract => ("contracts", ".toml"),
            Self::Prompt => ("prompts", ""),
            Self::Input => ("inputs", ""),
        }
    }

    /// The kind of the text at a path; a run keeps others too.
    pub fn of(path: &str) -> Option<Self> {
        let (folder, _) = path.split_once('/')?;
        Self::ALL.into_iter().find(|kind| kind.place().0 == folder)
    }

    /// The path of a text by its name.
    pub fn path(self, name: &str) -> String {
        let (folder, ending) = self.place();
        format!("{folder}/{name}{ending}")
    }

    /// The name of the text of this kind at a path.
    pub fn name(self, path: &str) -> Option<&str> {
        let (folder, ending) = self.place();
        path.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(ending)
    }
}

/// A text as a run keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// Its path in the definition.
    pub path: String,
    /// Its digest.
    pub sha256: Digest,
    /// The text.
    pub text: String,
}

/// One digest of all texts of a run, by which two definitions are told apart.
pub fn digest_of(texts: &[Frozen]) -> Digest {
    let lines: BTreeSet<String> =
        texts.iter().map(|text| format!("{}  {}\n", text.sha256, text.path)).collect();
    Digest::of(lines.into_iter().collect::<String>())
}

/// Why a text cannot be had.
#[derive(Debug)]
pub enum Unreadable {
    /// Its file cannot be opened.
    Unopened(String),
    /// Its bytes are not text.
    NotText(Box<Unsound>),
}

impl From<String> for Unreadable {
    fn from(message: String) -> Self {
        Self::Unopened(message)
    }
}

impl From<Box<Unsound>> for Unreadable {
    fn from(unsound: Box<Unsound>) -> Self {
        Self::NotText(unsound)
    }
}

impl Shelf {
    /// Takes the project and the user's own folder, `~/.config/orch`, where there is one.
    pub fn new(project: ProjectFolder, user_folder: Option<PathBuf>) -> Self {
        Self { project, user_folder, reserved: Reserved::default() }
    }

    /// The same, where a face has taken these words.
    #[must_use]
    pub fn reserving(self, reserved: Reserved) -> Self {
        Self { reserved, ..self }
    }

    /// The words that a face has taken.
    pub fn reserved(&self) -> &Reserved {
        &self.reserved
    }

    /// The project that comes first.
    pub fn project_folder(&self) -> &ProjectFolder {
        &self.project
    }

    /// Finds one text by its path, such as `contracts/x/a.toml`.
    pub fn find(&self, path: &str) -> Result<Option<Text>, Unreadable> {
        let text = |origin, source| Ok(Some(Text { path: path.to_owned(), origin, source }));
        let inside = self.project.path(path).map_err(|error| error.to_string())?;
        match self.project.read(&inside, TEXT_BYTES_MAX) {
            Ok(bytes) => return text(Origin::Project, Source::of_bytes(path, bytes)?),
            Err(OpenError::Missing { .. }) => {}
            Err(error) => return Err(error.to_string().into()),
        }
        if let Some(folder) = &self.user_folder {
            let file = folder.join(path);
            let bytes =
                files::read_own(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            if let Some(bytes) = bytes {
                let name = format!("~/.config/orch/{path}");
                return text(Origin::User, Source::of_bytes(name, bytes)?);
            }
        }
        match built_in(path) {
            Some(found) => text(Origin::BuiltIn, Source::new(format!("{path} (built in)"), found)),
            None => Ok(None),
        }
    }

    /// The folder where the texts of an origin lie; for built-in ones, where they would be replaced.
    pub fn folder(&self, origin: Origin) -> &Path {
        match (origin, &self.user_folder) {
            (Origin::User, Some(folder)) => folder,
            (Origin::Project | Origin::User | Origin::BuiltIn, _) => self.project.root(),
        }
    }

    /// The names of all texts in a folder such as `workflows`, without folder and ending.
    pub fn names(&self, folder: &str, ending: &str) -> BTreeSet<String> {
        let mut paths: Vec<String> = built_in_paths()
            .filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/').map(str::to_owned))
            .collect();
        let roots = [Some(self.project.root().to_owned()), self.user_folder.clone()];
        for root in roots.into_iter().flatten() {
            let Ok(root) = ProjectFolder::new(&root.join(folder), Vec::new()) else {
                continue;
            };
            let Ok(start) = root.path(".") else { continue };
            // A folder that cannot be listed offers no names; finding a text in it says why.
            let _ = root.walk(&start, |path| paths.push(path.to_string()));
        }
        // What lies among fixtures is tried, and named by nobody.
        paths.retain(|path| !path.contains(FIXTURES));
        paths.iter().filter_map(|path| path.strip_suffix(ending).map(str::to_owned)).collect()
    }
}

impl Definition {
    /// Adds a text, or replaces the one at its path.
    pub fn insert(&mut self, text: Text) {
        self.texts.insert(text.path.clone(), text);
    }

    /// The text at a path.
    pub fn source(&self, path: &str) -> Option<&Source> {
        self.texts.get(path).map(|text| &text.source)
    }

    /// What a run keeps of it.
    pub fn freeze(&self) -> Vec<Frozen> {
        self.texts
            .values()
            .map(|text| Frozen {
                path: text.path.clone(),
                sha256: Digest::of(text.source.text.as_bytes()),
                text: text.source.text.to_string(),
            })
            .collect()
    }

    /// The definition that a run was started with.
    pub fn thaw(frozen: &[Frozen]) -> Self {
        let mut definition = Self::default();
        for text in frozen {
            let source = Source::new(text.path.as_str(), text.text.as_str());
            definition.insert(Text { path: text.path.clone(), origin: Origin::Project, source });
        }
        definition
    }
}

fn built_in(path: &str) -> Option<String> {
    let file = BuiltInWorkflows::get(path)
        .or_else(|| BuiltInContracts::get(path))
        .or_else(|| BuiltInPrompts::get(path))?;
    String::from_utf8(file.data.into_owned()).ok()
}

fn built_in_paths() -> impl Iterator<Item = String> {
    let paths = BuiltInWorkflows::iter().chain(BuiltInContracts::iter());
    paths.chain(BuiltInPrompts::iter()).map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test lays out its own files")]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_by_where_it_lies() {
        for kind in TextKind::ALL {
            let path = kind.path("x/a");
            assert_eq!((TextKind::of(&path), kind.name(&path)), (Some(kind), Some("x/a")));
        }
        for other in ["allowed_signers", "agents/x.json", "my/prompts/x"] {
            assert_eq!(TextKind::of(other), None);
        }
        assert_eq!(TextKind::Contract.name("prompts/x.toml"), None);
    }

    #[test]
    fn the_project_wins_and_what_is_missing_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let project = ProjectFolder::new(folder.path(), Vec::new()).unwrap();
        let shelf = Shelf::new(project, Some(folder.path().join("user")));
        std::fs::create_dir_all(folder.path().join("user/workflows")).unwrap();
        std::fs::create_dir_all(folder.path().join("workflows")).unwrap();
        std::fs::write(folder.path().join("user/workflows/a.toml"), "user").unwrap();
        assert_eq!(shelf.find("workflows/a.toml").unwrap().unwrap().origin, Origin::User);
        std::fs::write(folder.path().join("workflows/a.toml"), "project").unwrap();
        let text = shelf.find("workflows/a.toml").unwrap().unwrap();
        assert_eq!((text.origin, &*text.source.text), (Origin::Project, "project"));
        assert!(shelf.names("workflows", ".toml").contains("a"));
        assert!(shelf.find("workflows/none.toml").unwrap().is_none());
        assert!(shelf.find("workflows/../../x.toml").is_err());
    }

    #[test]
    fn fixtures_are_not_built_in() {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts");
        let ours = ProjectFolder::new(&ours, Vec::new()).unwrap();
        let mut on_disk = 0;
        ours.walk(&ours.path(".").unwrap(), |path| {
            on_disk += usize::from(path.as_str().contains(FIXTURES));
        })
        .unwrap();
        assert!(on_disk > 0);
        assert_eq!(built_in_paths().find(|path| path.contains(FIXTURES)), None);
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("contracts/a.fixtures/good")).unwrap();
        std::fs::write(folder.path().join("contracts/a.fixtures/good/expect.toml"), "").unwrap();
        let shelf = Shelf::new(ProjectFolder::new(folder.path(), Vec::new()).unwrap(), None);
        let names = shelf.names("contracts", ".toml");
        assert!(!names.is_empty());
        assert_eq!(names.iter().find(|name| name.contains("fixtures")), None);
    }
}
