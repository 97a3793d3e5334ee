//! The index's memory of which folders are the same as in which tree. A folder with a new entry
//! must be forgotten, or the user's next commit would leave the entry out.

use std::collections::BTreeSet;

/// A folder that is being read: how long its path is, and how many folders in it are to come.
struct Open {
    path: usize,
    left: usize,
}

/// Gives the extension's body without the folders above `paths`; `None` where it is not well-formed.
pub(super) fn without<'a>(
    mut body: &[u8],
    paths: impl Iterator<Item = &'a str>,
) -> Option<Vec<u8>> {
    let mut touched = BTreeSet::from([""]);
    for path in paths {
        touched.extend(path.match_indices('/').map(|(at, _)| &path[..at]));
    }
    let touched: BTreeSet<&[u8]> = touched.into_iter().map(str::as_bytes).collect();
    let mut new = Vec::with_capacity(body.len());
    let mut path: Vec<u8> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    while !body.is_empty() {
        let zero = body.iter().position(|&byte| byte == 0)?;
        let end = zero + body[zero..].iter().position(|&byte| byte == b'\n')?;
        let (entries, folders) = str::from_utf8(&body[zero + 1..end]).ok()?.split_once(' ')?;
        let is_valid = !entries.starts_with('-');
        let after = end + 1 + if is_valid { super::HASH_BYTES } else { 0 };
        let name = &body[..zero];
        path.truncate(open.last().map_or(0, |above| above.path));
        if !path.is_empty() && !name.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(name);
        let whole = body.get(..after)?;
        if is_valid && touched.contains(path.as_slice()) {
            new.extend_from_slice(name);
            new.extend_from_slice(format!("\0-1 {folders}\n").as_bytes());
        } else {
            new.extend_from_slice(whole);
        }
        open.push(Open { path: path.len(), left: folders.parse().ok()? });
        while open.last().is_some_and(|above| above.left == 0) {
            open.pop();
        }
        if let Some(above) = open.last_mut() {
            above.left -= 1;
        }
        body = &body[after..];
    }
    open.is_empty().then_some(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_above_a_new_entry_are_forgotten_and_no_others() {
        let id = [b'i'; 20];
        let node = |text: &str| [text.as_bytes(), &id].concat();
        let body = [node("\x004 2\n"), node("a\x002 1\n"), node("b\x001 0\n"), node("c\x001 0\n")];
        let kept =
            [b"\0-1 2\n".to_vec(), b"a\0-1 1\n".to_vec(), node("b\x001 0\n"), node("c\x001 0\n")];
        let body = body.concat();
        assert_eq!(without(&body, ["a/new"].into_iter()), Some(kept.concat()));
        assert_eq!(without(&body[..body.len() - 1], ["a/new"].into_iter()), None);
        let without_c = &body[..body.len() - 26];
        assert_eq!(without(without_c, ["a/new"].into_iter()), None);
    }
}
