//! What there is around `orch`, as a face found it; and what programs get of the variables that `orch`
//! itself was started with: those whose names are allowed, and no other. The rest may be secrets that
//! nobody meant for them.

use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a face found around the process. Nothing below the faces looks for it.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// The folder of the user's own settings and workflows.
    pub settings: Option<PathBuf>,
    /// The program that keeps sessions beyond the end of this process: `orch`. Without one this
    /// process keeps them itself, until it ends.
    pub program: Option<PathBuf>,
}

/// Variables that would point git elsewhere than at the repository that it is called in.
const NEVER: &str = "GIT_";

/// Names of variables; one that ends in `*` stands for all that begin so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed(Vec<String>);

impl Allowed {
    /// Takes names, or says which is none.
    pub fn new(names: Vec<String>) -> Result<Self, String> {
        let is_name = |name: &String| {
            let stem = name.strip_suffix('*').unwrap_or(name);
            !name.is_empty() && !stem.contains(['*', '=', '\0'])
        };
        match names.iter().find(|name| !is_name(name)) {
            None => Ok(Self(names)),
            Some(name) => Err(format!(
                "`{name}` is no name of a variable; a `*` stands for the rest of a name, at its end"
            )),
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
    pub fn values(&self) -> BTreeMap<String, String> {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        std::env::vars_os().filter_map(text).filter(|(name, _)| self.allows(name)).collect()
    }
}

/// How git is to reach other repositories, as far as the user says so: the variables that do, and none
/// that point it at another repository here. It asks nothing: nobody would see the question.
pub fn of_transport() -> BTreeMap<String, String> {
    let names =
        ["GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_SSL_CAINFO", "GIT_PROXY_COMMAND"];
    let said = names.into_iter().filter_map(|name| Some((name, std::env::var(name).ok()?)));
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
}
