//! The index's memory of which folders are the same as in which tree. A folder with a new entry
//! must be forgotten, or the user's next commit would leave the entry out.

/// A folder that is being read: how long its path is, and how many folders in it are to come.
struct Open {
    path: usize,
    left: usize,
}

/// Gives the extension's body without a folder, those that it lies in, and those in it; `None` where
/// the body is not well-formed.
pub(super) fn without(mut body: &[u8], folder: &str) -> Option<Vec<u8>> {
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
        if is_valid && is_touched(&path, folder.as_bytes()) {
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

fn is_touched(path: &[u8], folder: &[u8]) -> bool {
    let is_within = |inner: &[u8], outer: &[u8]| {
        inner.strip_prefix(outer).is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
    };
    path.is_empty() || is_within(folder, path) || is_within(path, folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_forgotten_with_all_above_and_below_it_and_no_others() {
        let id = [b'i'; 20];
        let node = |text: &str| [text.as_bytes(), &id].concat();
        let body = [node("\x005 2\n"), node("a\x003 2\n"), node("b\x002 1\n")];
        let rest = [node("d\x001 0\n"), node("bc\x001 0\n"), node("c\x001 0\n")];
        let kept = [b"\0-1 2\n".to_vec(), b"a\0-1 2\n".to_vec(), b"b\0-1 1\n".to_vec()];
        let kept_rest = [b"d\0-1 0\n".to_vec(), rest[1].clone(), rest[2].clone()];
        let body = [body.concat(), rest.concat()].concat();
        assert_eq!(without(&body, "a/b"), Some([kept.concat(), kept_rest.concat()].concat()));
        assert_eq!(without(&body[..body.len() - 1], "a/b"), None);
        let without_c = &body[..body.len() - rest[2].len()];
        assert_eq!(without(without_c, "a/b"), None);
    }
}
