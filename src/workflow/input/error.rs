//! What is wrong with one given value.

/// What is wrong with one given value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What makes it so follows the words "is required".
    #[error("input `{name}` is required{because}")]
    Missing {
        /// The input.
        name: String,
        /// What makes it required.
        because: String,
        /// What to type.
        help: String,
    },
    /// Its value is of another type, or not allowed.
    #[error("input `{name}`: {message}")]
    Wrong {
        /// The input.
        name: String,
        /// What is wrong with the value.
        message: String,
        /// What to type.
        help: Option<String>,
    },
    /// There is none of that name.
    #[error("unknown input `{name}`")]
    Unknown {
        /// The name.
        name: String,
        /// What to type.
        help: String,
    },
}
