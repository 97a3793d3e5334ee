//! Passkeys in a file of allowed signers: a line of it names whose passkey it is, what it may sign, its
//! key, and, as the comment, by which id its authenticator knows it.

use super::PublicKey;
use data_encoding::BASE64;

/// What the comment of a passkey's line begins with.
const COMMENT: &str = "passkey:";

/// A passkey that a file of allowed signers names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// Whose it is.
    pub principals: Vec<String>,
    /// Its key.
    pub key: PublicKey,
    /// What its authenticator knows it by, in base64url without padding.
    pub credential_id: String,
}

impl Enrolled {
    /// All that a file names.
    pub fn all(allowed: &str) -> Vec<Self> {
        allowed.lines().filter_map(Self::read).collect()
    }

    /// The line that names it, where its signatures count in these namespaces only.
    pub fn line(&self, namespaces: &[&str]) -> String {
        format!(
            "{} namespaces=\"{}\" {} {COMMENT}{}",
            self.principals.join(","),
            namespaces.join(","),
            self.key,
            self.credential_id
        )
    }

    fn read(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let (principals, rest) =
            words.split_first().filter(|(first, _)| !first.starts_with('#'))?;
        // A key is read only where its comment names it, so that no option passes for one.
        let [.., key_type, key, comment] = rest else { return None };
        let credential_id = comment.strip_prefix(COMMENT)?.to_owned();
        let key = PublicKey::from_bytes(&BASE64.decode(key.as_bytes()).ok()?)?;
        let principals = principals.split(',').map(|name| name.trim_matches('"').to_owned());
        (*key_type == super::KEY_TYPE).then(|| Self {
            principals: principals.collect(),
            key,
            credential_id,
        })
    }
}
