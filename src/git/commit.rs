//! What a commit says, as git writes it.

use super::Error;
use super::Repository;
use git2::Oid;
use git2::Signature;

/// The author where git knows of none.
const NAME: &str = env!("CARGO_PKG_NAME");
const MAIL: &str = concat!(env!("CARGO_PKG_NAME"), "@localhost");

impl Repository {
    /// Who commits and when.
    pub(super) fn who(&self) -> Result<Vec<u8>, Error> {
        let signature = self.inner.signature().or_else(|_| Signature::now(NAME, MAIL))?;
        let offset = signature.when().offset_minutes();
        let sign = if offset < 0 { '-' } else { '+' };
        let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
        let time = format!("> {} {sign}{hours:02}{minutes:02}", signature.when().seconds());
        Ok([signature.name_bytes(), b" <", signature.email_bytes(), time.as_bytes()].concat())
    }
}

pub(super) fn commit_text(tree: Oid, parent: Option<Oid>, who: &[u8], message: &str) -> Vec<u8> {
    let parent = parent.map_or_else(String::new, |parent| format!("parent {parent}\n"));
    let head = format!("tree {tree}\n{parent}");
    let message = format!("\n\n{}\n", message.replace('\0', "").trim_end());
    let parts = [head.as_bytes(), b"author ", who, b"\ncommitter ", who, message.as_bytes()];
    parts.concat()
}
