//! What there is around `orch`, as a face found it; and what programs get of the variables that `orch`
//! itself was started with: those whose names are allowed, and no other. The rest may be secrets that
//! nobody meant for them.

use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// What a face found around the process. Nothing below the faces looks for it.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The variables that it was started with.
    pub variables: Variables,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// The folder of the user's own settings and workflows.
    pub settings: Option<PathBuf>,
    /// The program that keeps sessions beyond the end of this process: `orch`. Without one this
    /// process keeps them itself, until it ends.
    pub program: Option<PathBuf>,
    /// The URL of the engine that runs are shared through, instead of what `orch.toml` says.
    pub engine: Option<String>,
}

/// Variables that are set, as `std::env::vars_os` gives them: `std::env::vars_os().collect()`.
#[derive(Clone, Default)]
pub struct Variables(Arc<BTreeMap<OsString, OsString>>);

impl FromIterator<(OsString, OsString)> for Variables {
    fn from_iter<T: IntoIterator<Item = (OsString, OsString)>>(variables: T) -> Self {
        Self(Arc::new(variables.into_iter().collect()))
    }
}

/// Shows nothing of the values, among which secrets are.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Variables")
    }
}

impl Variables {
    /// The value of one, text or not; `None` where it is not set.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// The value of one that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.to_str()
    }
}

/// Variables that would point git elsewhere than at the repository that it is called in.
const NEVER: &str = "GIT_";

/// Names of variables; one that ends in `*` stands for all that begin so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed(Vec<String>);

impl Allowed {
    /// What a name must be that is not valid.
    pub const NAME_RULE: &str = "write a name such as API_URL, or API_* for all that begin so";

    /// Takes names, or says which is none.
    pub fn new(names: Vec<String>) -> Result<Self, String> {
        let is_name = |name: &String| {
            let stem = name.strip_suffix('*').unwrap_or(name);
            !name.is_empty() && !stem.contains(['*', '=', '\0'])
        };
        match names.iter().find(|name| !is_name(name)) {
            None => Ok(Self(names)),
            Some(name) => Err(format!("`{name}` is not a valid variable name")),
        }
    }

    /// All but what never goes on: for programs that are a part of `orch`, such as git.
    pub fn everything() -> Self {
        Self(vec!["*".to_owned()])
    }

    /// These and those.
    pub fn extend(&mut self, other: &Self) {
        self.0.extend(other.0.iter().cloned());
    }

    fn allows(&self, name: &str) -> bool {
        let fits = |allowed: &String| match allowed.strip_suffix('*') {
            Some(stem) => name.starts_with(stem),
            None => name == allowed,
        };
        !name.starts_with(NEVER) && self.0.iter().any(fits)
    }

    /// The allowed ones among the variables that are set, as far as they are text.
    pub fn values(&self, set: &Variables) -> BTreeMap<String, String> {
        let texts =
            set.0.iter().filter_map(|(name, value)| Some((name.to_str()?, value.to_str()?)));
        let allowed = texts.filter(|(name, _)| self.allows(name));
        allowed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

/// How git is to reach other repositories, as far as the user says so: the variables that do, and none
/// that point it at another repository here. It asks nothing: nobody would see the question.
pub fn of_transport(set: &Variables) -> BTreeMap<String, String> {
    let names =
        ["GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_SSL_CAINFO", "GIT_PROXY_COMMAND"];
    let said = names.into_iter().filter_map(|name| Some((name, set.text(name)?.to_owned())));
    let silent = [("GIT_TERMINAL_PROMPT", "0"), ("SSH_ASKPASS_REQUIRE", "force")];
    let silent = silent.into_iter().map(|(name, value)| (name, value.to_owned()));
    said.chain(silent).map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_allowed_whole_or_by_its_beginning() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let allowed = Allowed::new(names(&["PATH", "LC_*", "GIT_DIR"])).unwrap();
        let allows = ["PATH", "LC_ALL", "LC_"].map(|name| allowed.allows(name));
        assert_eq!(allows, [true; 3]);
        let refuses = ["PATHS", "LC", "HOME", "GIT_DIR", ""].map(|name| allowed.allows(name));
        assert_eq!(refuses, [false; 5]);
        assert!(Allowed::everything().allows("X") && !Allowed::everything().allows("GIT_DIR"));
        for bad in ["", "A=B", "*A", "A*B", "**"] {
            assert!(Allowed::new(names(&[bad])).is_err(), "{bad} was taken");
        }
    }

    #[test]
    fn programs_get_what_is_allowed_of_what_is_set() {
        let set = [("LC_ALL", "C"), ("TOKEN", "t"), ("GIT_SSH", "s"), ("GIT_DIR", "d")];
        let set: Variables =
            set.map(|(name, value)| (name.into(), value.into())).into_iter().collect();
        let allowed = Allowed::new(vec!["LC_*".to_owned(), "GIT_*".to_owned()]).unwrap();
        assert_eq!(allowed.values(&set), BTreeMap::from([("LC_ALL".to_owned(), "C".to_owned())]));
        let names: Vec<String> = of_transport(&set).into_keys().collect();
        assert_eq!(names, ["GIT_SSH", "GIT_TERMINAL_PROMPT", "SSH_ASKPASS_REQUIRE"]);
    }
}
