//! Inputs as they are given and defaulted.

use super::*;

fn inputs(text: &str) -> Result<Vec<Input>, Box<Unsound>> {
    let source = Source::new("w.toml", text);
    build(&source, crate::document::read(&source).unwrap())
}

fn given(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), Json::from(*value))).collect()
}

const SHIP: &str = "slug = { type = 'slug' }\n\
    depth = { type = 'choice', choices = ['quick', 'deep'], default = 'deep' }\n\
    path = { type = 'path', default = '{{ base }}/{{ slug }}' }\n\
    base = { type = 'path', default = 'src' }\n\
    brief = { type = 'file', optional = true }\n";

#[test]
fn defaults_refer_to_other_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let project = Project::new(folder.path(), Vec::new()).unwrap();
    let inputs = inputs(SHIP).unwrap();
    let values = resolve(&inputs, &given(&[("slug", "x")]), &project).unwrap();
    assert_eq!(values["path"], "src/x");
    assert_eq!(values["brief"], Json::Null);
    let error =
        |pairs: &[(&str, &str)]| resolve(&inputs, &given(pairs), &project).unwrap_err().to_string();
    assert_eq!(error(&[]), "input `slug` is required");
    assert_eq!(error(&[("slug", "x"), ("slag", "y")]), "unknown input `slag`");
    assert_eq!(
        error(&[("slug", "x"), ("depth", "dep")]),
        "input `depth`: `dep` is none of quick, deep"
    );
    assert!(error(&[("slug", "../x")]).contains("is no slug"));
    assert!(error(&[("slug", "x"), ("path", "-rf")]).contains("begins with `-`"));
    assert!(error(&[("slug", "x"), ("brief", "none.md")]).contains("does not exist"));
}

#[test]
fn typed_values_are_read_and_refused() {
    let folder = tempfile::tempdir().unwrap();
    let project = Project::new(folder.path(), Vec::new()).unwrap();
    let inputs = inputs(
        "n = { type = 'integer' }\nf = { type = 'number' }\nb = { type = 'bool' }\n\
         l = { type = 'list' }\n",
    )
    .unwrap();
    let accept = |index: usize, text: &str| inputs[index].accept(text, &project);
    assert_eq!(accept(0, "3").unwrap(), 3);
    assert_eq!(accept(2, "yes").unwrap(), true);
    assert_eq!(accept(3, "a, b").unwrap(), serde_json::json!(["a", "b"]));
    assert_eq!(accept(0, "3.5").unwrap_err().to_string(), "input `n`: `3.5` is no whole number");
    assert!(accept(1, "x").is_err());
    assert!(accept(2, "maybe").is_err());
}

#[test]
fn unsound_inputs_are_refused() {
    for text in [
        "X = { type = 'slug' }",
        "x = { type = 'choice' }",
        "x = { type = 'slug', choices = ['a'] }",
        "x = { type = 'slug', default = 'A B' }",
        "x = { type = 'path', default = '../x' }",
        "x = { type = 'path', default = '{{ y }}' }",
    ] {
        assert!(inputs(text).is_err(), "{text} was taken");
    }
}
