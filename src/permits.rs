//! `[permits]`: what the programs of gates may see and do. The same table stands in `orch.toml`, on an
//! agent, in a workflow and on a gate, and none of them can widen what another one allows.

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::path::Component;
use std::path::Path;
use strum::VariantArray as _;

/// What programs may see and do, as far as the system can hold them to it. What is omitted is not
/// restricted, except for orch's own files, other processes and the keys of the user, which are always out
/// of reach.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Permits {
    /// The files of the project that programs may write, such as `["src/**"]`; all of them by default. A
    /// glob allows the folder that it begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write: Option<Vec<String>>,
    /// The files of the project that programs may read, beside those that they may write: `"all"`, the
    /// default, or globs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<ReadPermit>,
    /// The network: `"any"`, the default, `"off"`, or the names of hosts, such as
    /// `["api.example.org"]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<NetworkPermit>,
    /// What programs may do to the repository: `"read"` it, or `"commit"`, make branches, fetch and push. By
    /// default they may do more, such as delete branches, but nothing to what is orch's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<GitPermit>,
    /// The folders of the user's home that programs see and may write, such as `[".cargo"]`. By default they
    /// see all of it but `.ssh` and `.gnupg`, and may not write what shells and git obey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<Vec<HomeFolder>>,
    /// What to do where the system cannot enforce this: `"auto"`, the default, runs the programs all the
    /// same and records that; `"required"` is an error. `"off"` enforces nothing anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enforce: Option<Enforce>,
}

/// A file or folder below the user's home, by its relative path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct HomeFolder(String);

/// Which files of the project programs may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected \"all\" or a list of globs")]
pub enum ReadPermit {
    /// All of them.
    All(All),
    /// Those that the globs match.
    Files(Vec<String>),
}

/// The word for no restriction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the name says it")]
pub enum All {
    All,
}

/// What programs reach of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected \"off\", \"any\" or a list of hosts")]
pub enum NetworkPermit {
    /// All or nothing.
    Whole(WholeNetwork),
    /// These hosts, by name, over HTTPS: for programs that know `HTTPS_PROXY`.
    Hosts(Vec<String>),
}

/// All of the network, or nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WholeNetwork {
    /// Nothing, not even other programs of this machine.
    Off,
    /// All of it.
    Any,
}

/// What programs may do to the repository; the narrower is the lesser.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum GitPermit {
    /// Read it.
    Read,
    /// Commit, make branches, fetch and push. In a worktree of the run nothing else of the repository can be
    /// written, so that other worktrees are out of reach.
    Commit,
}

/// How strictly it is held to; the narrower is the greater.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Enforce {
    /// Not at all.
    Off,
    /// Where the system can.
    #[default]
    Auto,
    /// Where the system cannot, nothing is started.
    Required,
}

/// What the system can hold programs to, by name.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantArray,
)]
#[serde(rename_all = "lowercase")]
pub enum Restriction {
    /// Nothing of orch's own is written: journals, records, definitions, git's settings and hooks.
    Records,
    /// No other process is seen, and none outlives the attempt.
    Processes,
    /// Nothing is written outside the project, the home and what `write` names.
    Write,
    /// Nothing of the project is read but what `read` and `write` name.
    Read,
    /// The network is out of reach, but for the hosts that `network` names.
    Network,
    /// Nothing is written to the repository.
    Git,
    /// Nothing of the home is seen but what `home` names.
    Home,
}

/// What the programs of an attempt were held to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Enforcement {
    /// What was enforced.
    pub enforced: Vec<Restriction>,
    /// What was not: nobody asked for it, or the system could not.
    pub open: Vec<Restriction>,
    /// Why nothing was enforced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Restriction {
    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Processes => "processes",
            Self::Write => "write",
            Self::Read => "read",
            Self::Network => "network",
            Self::Git => "git",
            Self::Home => "home",
        }
    }
}

impl TryFrom<String> for HomeFolder {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if is_below(&text) && !text.starts_with('~') {
            return Ok(Self(text));
        }
        let meant = text.trim_start_matches(['~', '/']);
        let meant = if is_below(meant) { meant } else { ".cargo" };
        Err(format!(
            "`{text}` is not below the home\nwrite a path relative to it, such as \"{meant}\""
        ))
    }
}

impl From<HomeFolder> for String {
    fn from(folder: HomeFolder) -> String {
        folder.0
    }
}

impl HomeFolder {
    /// The path below the home.
    pub fn path(&self) -> &Path {
        Path::new(&self.0)
    }
}

impl Enforcement {
    /// To what a sandbox with these permits holds programs.
    pub fn by(permits: &Permits) -> Self {
        let is_enforced = |guard: &Restriction| match guard {
            Restriction::Records | Restriction::Processes | Restriction::Write => true,
            Restriction::Read => permits.readable().is_some(),
            Restriction::Network => !permits.has_whole_network(),
            Restriction::Git => permits.git == Some(GitPermit::Read),
            Restriction::Home => permits.home.is_some(),
        };
        let (enforced, open) = Restriction::VARIANTS.iter().copied().partition(is_enforced);
        Self { enforced, open, reason: None }
    }

    /// The same in a few words, where anything was enforced.
    pub fn words(&self) -> Option<String> {
        if self.enforced.is_empty() {
            return None;
        }
        let names: Vec<&str> = self.enforced.iter().map(|it| it.as_str()).collect();
        Some(format!("sandboxed: {}", names.join(", ")))
    }

    /// To nothing, for a reason.
    pub fn to_nothing(reason: String) -> Self {
        Self { enforced: Vec::new(), open: Restriction::VARIANTS.to_vec(), reason: Some(reason) }
    }
}

impl Permits {
    /// What both of them allow.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            write: both(self.write, other.write, |one, other| common(&one, &other, is_within)),
            read: both(self.read, other.read, ReadPermit::and),
            network: both(self.network, other.network, NetworkPermit::and),
            git: both(self.git, other.git, Ord::min),
            home: both(self.home, other.home, |one, other| common(&one, &other, is_below_folder)),
            enforce: both(self.enforce, other.enforce, Ord::max),
        }
    }

    /// How strictly it is held to.
    pub fn enforce(&self) -> Enforce {
        self.enforce.unwrap_or_default()
    }

    /// Whether programs reach all of the network.
    pub fn has_whole_network(&self) -> bool {
        matches!(self.network, None | Some(NetworkPermit::Whole(WholeNetwork::Any)))
    }

    /// The files that can be read, where not all can.
    pub fn readable(&self) -> Option<&[String]> {
        match &self.read {
            None | Some(ReadPermit::All(All::All)) => None,
            Some(ReadPermit::Files(globs)) => Some(globs),
        }
    }
}

impl NetworkPermit {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole(WholeNetwork::Off), _) | (_, Self::Whole(WholeNetwork::Off)) => {
                Self::Whole(WholeNetwork::Off)
            }
            (Self::Whole(WholeNetwork::Any), other) | (other, Self::Whole(WholeNetwork::Any)) => {
                other
            }
            (Self::Hosts(one), Self::Hosts(other)) => {
                Self::Hosts(common(&one, &other, |one, other| one.eq_ignore_ascii_case(other)))
            }
        }
    }
}

impl ReadPermit {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All(All::All), other) | (other, Self::All(All::All)) => other,
            (Self::Files(one), Self::Files(other)) => Self::Files(common(&one, &other, is_within)),
        }
    }
}

/// The folder that a glob begins with, or the file that it is: what no wildcard stands in, with what is
/// escaped (`[[]`) as it is meant. Empty for the whole project.
pub fn folder_of(glob: &str) -> String {
    let (literal, is_whole) = literal_of(glob);
    if is_whole {
        return literal.trim_end_matches('/').to_owned();
    }
    literal.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned())
}

/// What stands before the first wildcard of a glob, and whether that is all of it.
fn literal_of(glob: &str) -> (String, bool) {
    let mut literal = String::new();
    let mut rest = glob;
    while let Some(next) = rest.chars().next() {
        let bytes = rest.as_bytes();
        if next == '[' && bytes.get(2) == Some(&b']') && bytes[1].is_ascii() {
            literal.push(char::from(bytes[1]));
            rest = &rest[3..];
        } else if matches!(next, '*' | '?' | '[' | '{') {
            return (literal, false);
        } else {
            literal.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    (literal, true)
}

/// What is said once counts; what is said twice, as both of them allow.
fn both<T>(one: Option<T>, other: Option<T>, and: impl FnOnce(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(and(one, other)),
        (one, other) => one.or(other),
    }
}

/// The entries of each list that lie within one of the other.
fn common<T: Clone + PartialEq>(
    one: &[T],
    other: &[T],
    is_within: impl Fn(&T, &T) -> bool,
) -> Vec<T> {
    let within = |inner: &[T], outer: &[T]| -> Vec<T> {
        let lies = |entry: &&T| outer.iter().any(|outer| is_within(entry, outer));
        inner.iter().filter(lies).cloned().collect()
    };
    let mut common = within(one, other);
    let more = within(other, one).into_iter().filter(|entry| !one.contains(entry));
    common.extend(more.collect::<Vec<_>>());
    common
}

/// Whether a name leads to something below the folder that it is taken in.
pub fn is_below(name: &str) -> bool {
    let mut parts = Path::new(name).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

fn is_below_folder(inner: &HomeFolder, outer: &HomeFolder) -> bool {
    inner.path().starts_with(outer.path())
}

fn is_within(inner: &String, outer: &String) -> bool {
    let (inner_folder, outer_folder) = (folder_of(inner), folder_of(outer));
    let is_below = Path::new(&inner_folder).starts_with(&outer_folder);
    let stem = if outer == "**" { "" } else { outer.strip_suffix("/**").unwrap_or(outer) };
    let (_, is_whole) = literal_of(stem);
    inner == outer || is_below && is_whole
}
