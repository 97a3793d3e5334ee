//! Conditions: what a text that is to render `true` or `false` cannot be, and what to write instead.

use super::names::Names;
use super::names::Shape;

/// What to write instead of a text without expressions that is neither `true` nor `false`.
pub(super) fn instead_of_literal(text: &str, names: &Names) -> String {
    let bare = text.trim_matches(['{', '}', ' ']);
    if ["true", "false"].contains(&bare) {
        return format!("write when = \"{bare}\"");
    }
    let first = bare.split([' ', '.', '=', '!']).next().unwrap_or_default();
    let example = if names.knows(first) {
        let condition = lone(bare, names).and_then(|shape| condition(bare, shape));
        condition.unwrap_or_else(|| bare.to_owned())
    } else {
        "depth == 'deep'".to_owned()
    };
    format!("write a template, such as \"{{{{ {example} }}}}\"")
}

/// The value that a template consists of, if it can never be true or false, and a condition on it.
pub(super) fn never_true(text: &str, names: &Names) -> Option<(String, String)> {
    let inside = text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    // A text may be `true`.
    let shape = lone(inside, names).filter(|shape| !matches!(shape, Shape::Single))?;
    let condition = condition(inside, shape).filter(|condition| condition != inside)?;
    Some((inside.to_owned(), format!("write \"{{{{ {condition} }}}}\"")))
}

/// What a lone value is; nothing for what is more than a value, or of which nothing is known.
fn lone<'n>(value: &str, names: &'n Names) -> Option<&'n Shape> {
    let path: Vec<(&str, usize)> = value.split('.').map(|name| (name, 0)).collect();
    names.shape_at(&path)
}

/// A condition on it.
fn condition(value: &str, shape: &Shape) -> Option<String> {
    Some(match shape {
        Shape::Truth => value.to_owned(),
        Shape::Number => format!("{value} > 0"),
        Shape::OneOf(texts) if texts.iter().any(|text| text == "true" || text == "false") => {
            value.to_owned()
        }
        Shape::OneOf(texts) => format!("{value} == '{}'", texts.first()?),
        Shape::Single => format!("{value} == 'a'"),
        Shape::Any | Shape::Table(_) => return None,
    })
}
