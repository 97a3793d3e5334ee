//! Texts on a page: files, and what changed in them, as far as they are short.

use serde::Serialize;

/// How much of a text stands on a page; the rest can be downloaded or opened on the disk.
const SHOWN_BYTES: usize = 64 * 1024;

/// A text that is shown, or why it is not.
#[derive(Debug, Serialize)]
pub(super) struct TextBlock {
    pub path: String,
    pub remark: Option<String>,
    pub text: Option<String>,
    /// The parts of a comparison, each with what became of its lines.
    pub parts: Vec<DiffPart>,
    pub is_cut: bool,
    /// The page that compares its versions.
    pub changes: Option<String>,
}

/// Lines of a comparison that follow each other and have the same kind.
#[derive(Debug, Serialize)]
pub(super) struct DiffPart {
    pub kind: &'static str,
    pub text: String,
}

impl TextBlock {
    pub fn of(path: String, remark: Option<String>, text: Option<String>) -> Self {
        let is_cut = text.as_ref().is_some_and(|text| text.len() > SHOWN_BYTES);
        let text = text.map(|mut text| {
            text.truncate(text.floor_char_boundary(SHOWN_BYTES));
            text
        });
        Self { path, remark, text, parts: Vec::new(), is_cut, changes: None }
    }

    /// The same where the text is a comparison.
    pub fn of_diff(path: String, remark: Option<String>, text: String) -> Self {
        let block = Self::of(path, remark, Some(text));
        let mut parts: Vec<DiffPart> = Vec::new();
        for line in block.text.iter().flat_map(|text| text.lines()) {
            let kind = match line.as_bytes().first() {
                Some(b'+') => "added",
                Some(b'-') => "removed",
                _ => "same",
            };
            match parts.last_mut().filter(|last| last.kind == kind) {
                Some(last) => {
                    last.text.push('\n');
                    last.text.push_str(line);
                }
                None => parts.push(DiffPart { kind, text: line.to_owned() }),
            }
        }
        Self { text: None, parts, ..block }
    }
}
