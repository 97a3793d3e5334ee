//! What two tables allow together, and what a glob and a name of the home lead to.

use super::*;

/// A table of one key, or of none.
fn permits(text: &str) -> Permits {
    let member = text.split_once(" = ").map(|(key, value)| format!("\"{key}\":{value}"));
    let json = format!("{{{}}}", member.unwrap_or_default().replace('\'', "\""));
    serde_json::from_str(&json).unwrap()
}

#[test]
fn the_narrower_wins_whichever_says_it() {
    for (one, other, both) in [
        ("", "network = 'off'", "network = 'off'"),
        ("network = 'any'", "network = 'off'", "network = 'off'"),
        ("git = 'commit'", "git = 'read'", "git = 'read'"),
        ("network = ['a.org', 'b.org']", "network = ['b.org']", "network = ['b.org']"),
        ("network = ['a.org']", "network = 'any'", "network = ['a.org']"),
        ("network = ['a.org']", "network = 'off'", "network = 'off'"),
        ("enforce = 'off'", "", "enforce = 'off'"),
        ("enforce = 'off'", "enforce = 'auto'", "enforce = 'auto'"),
        ("enforce = 'required'", "enforce = 'off'", "enforce = 'required'"),
        ("read = 'all'", "read = ['src/**']", "read = ['src/**']"),
        ("write = ['src/**', 'docs/**']", "write = ['src/a/**']", "write = ['src/a/**']"),
        ("write = ['**']", "write = ['src/*.rs']", "write = ['src/*.rs']"),
        ("write = ['src/**']", "write = ['docs/**']", "write = []"),
        ("write = ['src/*.rs']", "write = ['src/a/**']", "write = []"),
        ("write = ['src/a**']", "write = ['src/b/**']", "write = []"),
        ("home = ['.cargo', '.npm']", "home = ['.cargo/registry']", "home = ['.cargo/registry']"),
    ] {
        assert_eq!(permits(one).and(permits(other)), permits(both), "{one} and {other}");
        assert_eq!(permits(other).and(permits(one)), permits(both), "{other} and {one}");
    }
}

#[test]
fn a_glob_begins_with_a_folder() {
    for (glob, folder) in [
        ("src/**", "src"),
        ("src/*.rs", "src"),
        ("a/b?c/d", "a"),
        ("**", ""),
        ("*.md", ""),
        ("src/a.rs", "src/a.rs"),
        ("src/", "src"),
        ("out[[]1]/**", "out[1]"),
        ("out[0-9]/**", ""),
    ] {
        assert_eq!(folder_of(glob), folder, "{glob}");
    }
}

#[test]
fn a_folder_of_the_home_lies_below_it() {
    for name in [".cargo", ".config/gh", "Library/Application Support/x"] {
        assert_eq!(HomeFolder::try_from(name.to_owned()).unwrap().path(), Path::new(name));
    }
    for (name, meant) in
        [("/", ".cargo"), ("", ".cargo"), ("../..", ".cargo"), (".", ".cargo"), ("~/.npm", ".npm")]
    {
        let told = HomeFolder::try_from(name.to_owned()).unwrap_err();
        let expected = format!(
            "`{name}` is not below the home\nwrite a path relative to it, such as \"{meant}\""
        );
        assert_eq!(told, expected);
    }
}
