//! The parts of the ground that the tests and the benchmark try without a run, by name: no part of
//! the API. Who calls the operations needs none of them.

pub use crate::files::Beneath;
pub use crate::files::ProjectFolder;
pub use crate::files::ProjectPath;
pub use crate::files::write_view;
pub use crate::git::Graft;
pub use crate::git::Link;
pub use crate::git::Repository;
pub use crate::git::Target;
pub use crate::signature::passkey::Enrolled;
pub use crate::signature::passkey::PublicKey;
