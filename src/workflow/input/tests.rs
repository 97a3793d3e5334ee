//! Inputs as they are given and defaulted.

use super::*;
use crate::source::Source;
use crate::source::Unsound;

fn inputs(text: &str) -> Result<Vec<Input>, Box<Unsound>> {
    let source = Source::new("w.toml", text);
    let files = crate::document::read(&source).unwrap();
    build(&source, Called::Input, files).map_err(|mut errors| errors.swap_remove(0))
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
    let project = ProjectFolder::new(folder.path(), Vec::new()).unwrap();
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
        "input `depth`: `dep` is not one of quick, deep"
    );
    assert!(error(&[("slug", "../x")]).contains("is not a slug"));
    assert!(error(&[("slug", "x"), ("path", "-rf")]).contains("starts with `-`"));
    assert!(error(&[("slug", "x"), ("brief", "none.md")]).contains("does not exist"));
}

#[test]
fn typed_values_are_read_and_refused() {
    let folder = tempfile::tempdir().unwrap();
    let project = ProjectFolder::new(folder.path(), Vec::new()).unwrap();
    let inputs = inputs(
        "n = { type = 'integer' }\nf = { type = 'number' }\nb = { type = 'bool' }\n\
         l = { type = 'list' }\n",
    )
    .unwrap();
    let accept = |index: usize, text: &str| inputs[index].accept(text, &project);
    assert_eq!(accept(0, "3").unwrap(), 3);
    assert_eq!(accept(2, "yes").unwrap(), true);
    assert_eq!(accept(3, "a, b").unwrap(), serde_json::json!(["a", "b"]));
    assert_eq!(accept(0, "3.5").unwrap_err().to_string(), "input `n`: `3.5` is not a whole number");
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

const SHARE: &str = "share = { type = 'bool', default = false }\n\
    mode = { type = 'choice', choices = ['quick', 'deep'], default = 'quick' }\n\
    count = { type = 'number', optional = true }\n\
    target = { type = 'slug', required_if = 'share', help = 'Where to' }\n\
    sources = { type = 'path', required_if = { mode = 'deep', count = 2 } }\n\
    draft = { type = 'path', required_unless = 'target' }\n";

#[test]
fn an_input_is_required_where_another_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let project = ProjectFolder::new(folder.path(), Vec::new()).unwrap();
    let inputs = inputs(SHARE).unwrap();
    let told = |given: serde_json::Value| {
        let given = serde_json::from_value(given).unwrap();
        resolve(&inputs, &given, &project).err().map(|error| error.to_string())
    };
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    for (given, says) in [
        ("{}", "input `draft` is required, since `target` is not given"),
        (r#"{"share": true, "draft": "a"}"#, "input `target` is required, since `share` is true"),
        (
            r#"{"target": "x", "mode": "deep", "count": 2.0}"#,
            "input `sources` is required, since `mode` is deep and `count` is 2",
        ),
    ] {
        assert_eq!(told(json(given)).as_deref(), Some(says));
    }
    for given in [
        r#"{"draft": "a"}"#,
        r#"{"share": true, "target": "x"}"#,
        r#"{"draft": "a", "mode": "deep"}"#,
        r#"{"draft": "a", "mode": "quick", "count": 2}"#,
        r#"{"draft": "a", "mode": "deep", "count": 2, "sources": "b"}"#,
    ] {
        assert_eq!(told(json(given)), None, "{given}");
    }
    let values = resolve(&inputs, &given(&[("draft", "a")]), &project).unwrap();
    assert_eq!(values["target"], Json::Null);
}

#[test]
fn a_condition_that_says_nothing_is_refused() {
    let error = |condition: &str| {
        let text = format!(
            "name = {{ type = 'slug' }}\n\
             deep = {{ type = 'choice', choices = ['yes', 'no'], default = 'no' }}\n\
             x = {{ type = 'slug', {condition} }}"
        );
        let error = inputs(&text).unwrap_err();
        let (_, line, column) = error.place();
        format!("{line}:{column} {} | {}", error.message, error.help.unwrap_or_default())
    };
    for (condition, says) in [
        ("required_if = 'deap'", "3:36 unknown input `deap` | did you mean `deep`?"),
        ("required_if = { deap = 'no' }", "3:36 unknown input `deap` | did you mean `deep`?"),
        (
            "required_if = { deep = 'yep' }",
            "3:36 input `deep`: `yep` is not one of yes, no | did you mean `yes`?",
        ),
        ("required_if = {}", "3:36 the condition is empty | write required_if = { input = value }"),
        (
            "required_unless = 'deep'",
            "3:40 input `deep` always has a value | write the value: { deep = … }",
        ),
        (
            "required_if = 'name'",
            "3:36 input `name` always has a value | write the value: { name = … }",
        ),
        (
            "required_if = 'x'",
            "3:36 the condition of input `x` must not name the input itself | name another input",
        ),
        (
            "required_if = 'name', default = 'a'",
            "3:54 input `x` has a default, so `required_if` has no effect | remove `default` or `required_if`",
        ),
        (
            "required_if = 'name', required_unless = 'deep'",
            "3:62 input `x` has both `required_if` and `required_unless` | remove one of them",
        ),
    ] {
        assert_eq!(error(condition), says);
    }
}
