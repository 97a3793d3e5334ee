//! Whatever is made, moved or taken away between two walks, the second one finds what a first one would; and
//! that is what the walk of a library finds that reads everything.

use super::*;
use proptest::prelude::Just;
use proptest::prelude::ProptestConfig;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prop_oneof;
use proptest::proptest;

const NAMES: [&str; 3] = ["a", "b", "node"];

/// One thing that somebody does in the project; folders are paths of up to three of the names.
#[derive(Debug, Clone)]
enum Act {
    MakeFolder(Vec<usize>),
    Write(Vec<usize>, &'static str),
    Remove(Vec<usize>),
    Move(Vec<usize>, Vec<usize>),
    Ignore(Vec<usize>, &'static str),
    IgnoreByLink(Vec<usize>),
    /// What lies there has time to settle.
    Wait,
}

fn act() -> impl Strategy<Value = Act> {
    let folder = || proptest::collection::vec(0..NAMES.len(), 0..4);
    let file = prop_oneof![
        4 => Just(".git"),
        1 => Just("HEAD"),
        1 => Just("objects"),
        1 => Just("refs"),
        1 => Just("x.txt")
    ];
    let rules = prop_oneof![
        Just("node/\n"),
        Just("/a\n!node\n"),
        Just("b/a\n"),
        Just("*\n!b/\n"),
        Just(""),
        Just("[\nb\n")
    ];
    prop_oneof![
        1 => folder().prop_map(Act::MakeFolder),
        6 => (folder(), file).prop_map(|(folder, name)| Act::Write(folder, name)),
        1 => folder().prop_map(Act::Remove),
        2 => (folder(), folder()).prop_map(|(from, to)| Act::Move(from, to)),
        4 => (0..2usize, folder(), rules).prop_map(|(depth, mut folder, rules)| {
            folder.truncate(depth);
            Act::Ignore(folder, rules)
        }),
        1 => folder().prop_map(Act::IgnoreByLink),
        4 => any::<bool>().prop_map(|_| Act::Wait),
    ]
}

fn place(root: &Path, folder: &[usize]) -> PathBuf {
    folder.iter().fold(root.to_owned(), |path, name| path.join(NAMES[*name]))
}

/// Does it, where it can be done.
fn perform(root: &Path, act: &Act) {
    let _ = match act {
        Act::MakeFolder(folder) => fs::create_dir_all(place(root, folder)),
        Act::Write(folder, name) => {
            let _ = fs::create_dir_all(place(root, folder));
            fs::write(place(root, folder).join(name), "")
        }
        Act::Remove(folder) if folder.is_empty() => Ok(()),
        Act::Remove(folder) => fs::remove_dir_all(place(root, folder)),
        Act::Move(from, to) => fs::rename(place(root, from), place(root, to)),
        Act::Ignore(folder, rules) => {
            let path = place(root, folder).join(IGNORE);
            if path.is_symlink() {
                let _ = fs::remove_file(&path);
            }
            fs::write(path, rules)
        }
        Act::IgnoreByLink(folder) => {
            let path = place(root, folder).join(IGNORE);
            let _ = fs::remove_file(&path);
            std::os::unix::fs::symlink("x.txt", path)
        }
        Act::Wait => {
            std::thread::sleep(std::time::Duration::from_millis(20));
            Ok(())
        }
    };
}

/// What the library finds.
fn whole(root: &Path) -> BTreeSet<PathBuf> {
    let is_odd = |folder: &Path| {
        folder.join(IGNORE).symlink_metadata().is_ok_and(|metadata| !metadata.is_file())
    };
    if is_odd(root) {
        return BTreeSet::new();
    }
    let walk = ignore::WalkBuilder::new(root)
        .standard_filters(false)
        .git_ignore(true)
        .require_git(false)
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            is_folder && entry.file_name() != GIT && !is_odd(entry.path())
        })
        .build();
    let found = walk.flatten().filter(|entry| entry.depth() > 0 && is_repository(entry.path()));
    found.map(|entry| entry.path().strip_prefix(root).unwrap().to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn a_walk_that_remembers_finds_what_one_finds_that_does_not(
        acts in proptest::collection::vec((act(), any::<bool>()), 1..40),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let project = ProjectFolder::new(folder.path(), Vec::new()).unwrap();
        let walk = NestedWalk::default();
        for (act, is_looked_at) in acts {
            perform(project.root(), &act);
            if is_looked_at {
                let found = walk.find(&project, "runs");
                assert_eq!(found, NestedWalk::default().find(&project, "runs"));
                assert_eq!(found.folders, whole(project.root()));
            }
        }
    }
}
