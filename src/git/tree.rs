//! A tree with some files put into it: only the folders on their paths are made anew.

use super::Error;
use super::objects::Objects;
use git2::ObjectType;
use git2::Odb;
use git2::Oid;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;

/// A file as it is committed: path, id, bytes.
pub(super) type Blob<'a> = (&'a str, Oid, &'a [u8]);

const FILE: &[u8] = b"100644";
const FOLDER: &[u8] = b"40000";

/// One line of a tree object.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    mode: &'a [u8],
    name: &'a [u8],
    id: Oid,
}

impl Line<'_> {
    fn is_folder(&self) -> bool {
        self.mode == FOLDER || self.mode == b"040000"
    }

    /// What git sorts the lines of a tree by: a folder's name counts as if it ended in `/`.
    fn key(&self) -> impl Iterator<Item = u8> + '_ {
        self.name.iter().copied().chain(self.is_folder().then_some(b'/'))
    }
}

/// Folders of the repository that were read or made a moment ago: the commits of a run change the
/// same few again and again, and the longer the run, the more it takes to read them.
#[derive(Debug, Default)]
pub(super) struct Trees {
    kept: HashMap<Oid, Arc<[u8]>>,
}

impl Trees {
    pub(super) fn keep(&mut self, id: Oid, bytes: Vec<u8>) {
        self.kept.insert(id, bytes.into());
    }

    fn read(&mut self, odb: &Odb<'_>, id: Oid) -> Result<Arc<[u8]>, Error> {
        if let Some(bytes) = self.kept.get(&id) {
            return Ok(Arc::clone(bytes));
        }
        let bytes: Arc<[u8]> = odb.read(id)?.data().into();
        self.kept.insert(id, Arc::clone(&bytes));
        Ok(bytes)
    }

    /// The id of the folder at `path` below the tree `root`; `None` where there is no folder.
    pub(super) fn find(
        &mut self,
        odb: &Odb<'_>,
        root: Oid,
        path: &str,
    ) -> Result<Option<Oid>, Error> {
        let mut id = root;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let bytes = self.read(odb, id)?;
            let lines = parse(&bytes).ok_or_else(|| Error::BadTree { path: path.to_owned() })?;
            let found = lines.iter().find(|line| line.name == name.as_bytes() && line.is_folder());
            let Some(line) = found else { return Ok(None) };
            id = line.id;
        }
        Ok(Some(id))
    }

    /// The ids of the files in the folder at `path` below the tree `root`.
    pub(super) fn files_in(
        &mut self,
        odb: &Odb<'_>,
        root: Oid,
        path: &str,
    ) -> Result<Vec<Oid>, Error> {
        let Some(id) = self.find(odb, root, path)? else { return Ok(Vec::new()) };
        let bytes = self.read(odb, id)?;
        let lines = parse(&bytes).ok_or_else(|| Error::BadTree { path: path.to_owned() })?;
        Ok(lines.iter().filter(|line| line.mode == FILE).map(|line| line.id).collect())
    }
}

/// Puts files, sorted by path, into the tree `base` and gives the new tree's id; what the tree does
/// not hold goes into `objects`, each before the folder that refers to it.
pub(super) fn with_files(
    odb: &Odb<'_>,
    base: Option<Oid>,
    files: &[Blob<'_>],
    objects: &mut Objects,
) -> Result<Oid, Error> {
    folder(odb, base, "", files, objects)
}

/// `above` is the folder's path with a `/` at its end; the files' paths are relative to it.
fn folder(
    odb: &Odb<'_>,
    base: Option<Oid>,
    above: &str,
    files: &[Blob<'_>],
    objects: &mut Objects,
) -> Result<Oid, Error> {
    let old = base.map(|id| objects.trees().read(odb, id)).transpose()?;
    let bytes = old.as_deref().unwrap_or_default();
    let mut lines = parse(bytes).ok_or_else(|| Error::BadTree { path: above.to_owned() })?;
    let first = |path: &str| path.split_once('/').map_or(path.len(), |(first, _)| first.len());
    let is_one_folder = |one: &Blob<'_>, two: &Blob<'_>| {
        let length = first(one.0);
        length < one.0.len() && two.0.get(..=length) == one.0.get(..=length)
    };
    for group in files.chunk_by(is_one_folder) {
        let (path, id, contents) = group[0];
        let length = first(path);
        let name = &path[..length];
        let is_folder = length < path.len();
        let found = lines.iter().position(|line| line.name == name.as_bytes());
        let before = found.map(|at| lines[at]);
        let blocked = before.is_some_and(|line| line.is_folder() != is_folder);
        if blocked {
            return Err(Error::Blocked { path: format!("{above}{name}"), place: "branch" });
        }
        let line = if is_folder {
            let below: Vec<Blob<'_>> =
                group.iter().map(|(path, id, bytes)| (&path[length + 1..], *id, *bytes)).collect();
            let above = format!("{above}{name}/");
            let before = before.map(|line| line.id);
            let id = folder(odb, before, &above, &below, objects)?;
            Line { mode: FOLDER, name: name.as_bytes(), id }
        } else {
            if before.is_none_or(|line| line.id != id) {
                objects.add(ObjectType::Blob, contents)?;
            }
            Line { mode: FILE, name: name.as_bytes(), id }
        };
        put(&mut lines, found, line);
    }
    let new = serialize(&lines);
    match base {
        Some(id) if new == bytes => Ok(id),
        Some(_) | None => objects.add_tree(new),
    }
}

/// Puts a whole folder at a path of the tree `base`, however deep, and gives the new tree's id.
pub(super) fn with_folder(
    odb: &Odb<'_>,
    base: Option<Oid>,
    path: &str,
    subtree: Oid,
    objects: &mut Objects,
) -> Result<Oid, Error> {
    let parts: Vec<&str> = path.split('/').collect();
    if parts.contains(&"") {
        return Err(Error::Path { path: path.to_owned() });
    }
    subtree_at(odb, base, (&parts, 0), subtree, objects)
}

/// The same, `depth` parts down the path.
fn subtree_at(
    odb: &Odb<'_>,
    base: Option<Oid>,
    (parts, depth): (&[&str], usize),
    subtree: Oid,
    objects: &mut Objects,
) -> Result<Oid, Error> {
    let Some(name) = parts.get(depth) else { return Ok(subtree) };
    let path = || parts[..=depth].join("/");
    let old = base.map(|id| objects.trees().read(odb, id)).transpose()?;
    let bytes = old.as_deref().unwrap_or_default();
    let mut lines = parse(bytes).ok_or_else(|| Error::BadTree { path: path() })?;
    let found = lines.iter().position(|line| line.name == name.as_bytes());
    let before = found.map(|at| lines[at]);
    if before.is_some_and(|line| !line.is_folder()) {
        return Err(Error::Blocked { path: path(), place: "branch" });
    }
    let before = before.map(|line| line.id);
    let id = subtree_at(odb, before, (parts, depth + 1), subtree, objects)?;
    let line = Line { mode: FOLDER, name: name.as_bytes(), id };
    put(&mut lines, found, line);
    let new = serialize(&lines);
    match base {
        Some(id) if new == bytes => Ok(id),
        Some(_) | None => objects.add_tree(new),
    }
}

fn put<'a>(lines: &mut Vec<Line<'a>>, found: Option<usize>, line: Line<'a>) {
    if let Some(at) = found {
        lines[at] = line;
    } else {
        let at = lines.partition_point(|other| other.key().lt(line.key()));
        lines.insert(at, line);
    }
}

/// All files below a tree, by their paths.
pub(super) fn files_below(odb: &Odb<'_>, tree: Oid) -> Result<BTreeMap<String, Oid>, Error> {
    let mut files = BTreeMap::new();
    let mut folders = vec![(String::new(), tree)];
    while let Some((above, id)) = folders.pop() {
        let object = odb.read(id)?;
        let lines = parse(object.data()).ok_or_else(|| Error::BadTree { path: above.clone() })?;
        for line in lines {
            let path = format!("{above}{}", String::from_utf8_lossy(line.name));
            if line.is_folder() {
                folders.push((format!("{path}/"), line.id));
            } else {
                files.insert(path, line.id);
            }
        }
    }
    Ok(files)
}

fn parse(mut bytes: &[u8]) -> Option<Vec<Line<'_>>> {
    let mut lines = Vec::with_capacity(bytes.len() / 32 + 1);
    while !bytes.is_empty() {
        let space = bytes.iter().position(|&byte| byte == b' ')?;
        let zero = space + bytes[space..].iter().position(|&byte| byte == 0)?;
        let id = Oid::from_bytes(bytes.get(zero + 1..zero + 21)?).ok()?;
        lines.push(Line { mode: &bytes[..space], name: &bytes[space + 1..zero], id });
        bytes = &bytes[zero + 21..];
    }
    Some(lines)
}

fn serialize(lines: &[Line<'_>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(lines.len() * 48);
    for line in lines {
        bytes.extend_from_slice(line.mode);
        bytes.push(b' ');
        bytes.extend_from_slice(line.name);
        bytes.push(0);
        bytes.extend_from_slice(line.id.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::super::objects::id_of;
    use super::*;

    fn put(
        repository: &git2::Repository,
        base: Option<Oid>,
        paths: &[&str],
    ) -> Result<Oid, String> {
        let mut objects = Objects::default();
        let mut paths = paths.to_vec();
        paths.sort_unstable();
        let id = |path: &str| id_of(ObjectType::Blob, path.as_bytes()).unwrap();
        let files: Vec<Blob<'_>> =
            paths.iter().map(|path| (*path, id(path), path.as_bytes())).collect();
        let odb = repository.odb().unwrap();
        let tree =
            with_files(&odb, base, &files, &mut objects).map_err(|error| error.to_string())?;
        objects.publish(repository.commondir()).unwrap();
        Ok(tree)
    }

    #[test]
    fn a_tree_is_the_one_that_libgit2_makes() {
        let folder = tempfile::tempdir().unwrap();
        let repository = git2::Repository::init(folder.path()).unwrap();
        let paths = ["a/b/c", "a-b/x", "a.b", "a0", "z/y", "a/d", "ab/q/r/s"];
        let base = put(&repository, None, &paths[..4]).unwrap();
        let tree = put(&repository, Some(base), &paths[2..]).unwrap();
        let mut expected = git2::build::TreeUpdateBuilder::new();
        for path in paths {
            let id = repository.blob(path.as_bytes()).unwrap();
            expected.upsert(path, id, git2::FileMode::Blob);
        }
        let empty = repository.treebuilder(None).unwrap().write().unwrap();
        let empty = repository.find_tree(empty).unwrap();
        assert_eq!(tree, expected.create_updated(&repository, &empty).unwrap());
        assert_eq!(put(&repository, Some(tree), &paths).unwrap(), tree);
    }

    #[test]
    fn a_file_never_takes_a_folders_place() {
        let folder = tempfile::tempdir().unwrap();
        let repository = git2::Repository::init(folder.path()).unwrap();
        let base = put(&repository, None, &["a/b", "f"]).unwrap();
        let error = |path: &str| put(&repository, Some(base), &[path]).unwrap_err();
        assert!(error("a").contains("`a` in the branch"), "{}", error("a"));
        assert!(error("f/g").contains("`f` in the branch"));
        assert!(error("a/b/c").contains("`a/b` in the branch"));
    }

    #[test]
    fn a_folder_goes_to_any_depth_and_says_where_a_file_is_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let repository = git2::Repository::init(folder.path()).unwrap();
        let base = put(&repository, None, &["a/b/c", "a/f", "z"]).unwrap();
        let subtree = put(&repository, None, &["x", "y/x"]).unwrap();
        let graft = |base: Option<Oid>, path: &str| {
            let mut objects = Objects::default();
            let tree = with_folder(&repository.odb().unwrap(), base, path, subtree, &mut objects)
                .map_err(|error| error.to_string())?;
            objects.publish(repository.commondir()).unwrap();
            Ok::<_, String>(tree)
        };
        for path in ["a", "n", "a/b", "a/b/d/e", "a/n/m"] {
            for base in [Some(base), None] {
                let tree = repository.find_tree(graft(base, path).unwrap()).unwrap();
                assert_eq!(tree.get_path(path.as_ref()).unwrap().id(), subtree, "{path}");
                assert_eq!(tree.get_path("z".as_ref()).is_ok(), base.is_some());
            }
        }
        assert!(graft(Some(base), "a/f/n").unwrap_err().contains("`a/f` in the branch"));
        for path in ["", "/a", "a/", "a//b"] {
            assert!(
                graft(Some(base), path).unwrap_err().contains("cannot store the path"),
                "{path}"
            );
        }
    }
}
