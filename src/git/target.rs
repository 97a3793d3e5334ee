//! Where a commit goes: which ref moves, from which commit.

use super::Error;
use super::failure::doing;
use git2::ErrorCode;
use git2::Oid;

/// How many symbolic refs may lead to one another.
const LINKS_MAX: usize = 5;

/// What the full names of branches begin with.
pub(super) const BRANCHES: &str = "refs/heads/";

/// A branch as people name it.
pub fn short_branch(name: &str) -> &str {
    name.strip_prefix(BRANCHES).unwrap_or(name)
}

/// Where commits go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// What is checked out: a branch, or HEAD itself when it is detached.
    Head,
    /// A branch by its full name; its index is kept up to date while it is checked out.
    Branch(String),
    /// A ref of its own, which no working tree has to do with.
    Ref(String),
}

/// A target as it stands now.
#[derive(Debug)]
pub(super) struct TargetNow {
    /// The ref that moves, no symbolic one.
    pub(super) name: String,
    /// The commit that it holds; `None` before the first.
    pub(super) head: Option<Oid>,
    /// Whether the index and working tree here belong to it.
    pub(super) is_checked_out: bool,
}

impl Target {
    pub(super) fn find(&self, repository: &git2::Repository) -> Result<TargetNow, Error> {
        let checked_out = resolve(repository, "HEAD")?;
        let name = match self {
            Self::Head => checked_out.clone(),
            Self::Branch(name) => resolve(repository, name)?,
            // A ref of its own leads to a commit, or is none: nothing is ever written through it.
            Self::Ref(name) => {
                let found = repository.find_reference(name).ok();
                let head = found.and_then(|found| found.target());
                let head = head.filter(|head| repository.find_commit(*head).is_ok());
                return Ok(TargetNow { name: name.clone(), head, is_checked_out: false });
            }
        };
        let head = match repository.find_reference(&name) {
            Ok(reference) => {
                Some(reference.peel_to_commit().map_err(doing(format_args!("read {name}")))?.id())
            }
            Err(error) if error.code() == ErrorCode::NotFound => None,
            Err(error) => return Err(doing(format_args!("read {name}"))(error)),
        };
        let is_checked_out = name == checked_out;
        match self {
            // A branch that the user deleted is not begun again behind their back.
            Self::Branch(name) if head.is_none() && !is_checked_out => {
                Err(Error::NoBranch { name: name.clone() })
            }
            Self::Head | Self::Branch(_) | Self::Ref(_) => {
                Ok(TargetNow { name, head, is_checked_out })
            }
        }
    }
}

/// The ref that symbolic ones lead to in the end, whether it exists yet or not.
pub(super) fn resolve(repository: &git2::Repository, name: &str) -> Result<String, Error> {
    let mut name = name.to_owned();
    for _ in 0..LINKS_MAX {
        let reading = doing(format!("read {name}"));
        name = match repository.find_reference(&name) {
            Ok(reference) => match reference.symbolic_target().map_err(reading)? {
                Some(next) => next.to_owned(),
                None => return Ok(name),
            },
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(name),
            Err(error) => return Err(reading(error)),
        };
    }
    Err(Error::Circle { name })
}
