//! Errors of rendering, in words for the author of the template and with the part that it is about.

use std::ops::Range;

/// What the engine calls types, and what people do.
const TYPES: [(&[&str], &str); 8] = [
    (&["usize", "u8", "u32", "u64", "i32", "i64", "i128", "u128", "integer"], "a whole number"),
    (&["f64", "f32", "number"], "a number"),
    (&["string", "String", "str", "&str", "Cow<str>"], "a string"),
    (&["array", "&[Value]", "Vec<Value>"], "a list"),
    (&["map/struct", "Map", "&Map"], "a table"),
    (&["bool"], "true or false"),
    (&["none"], "nothing"),
    (&["undefined"], "nothing"),
];

/// What is wrong, and in which part of the template where that is known.
pub(super) fn told(message: &str, text: Option<&str>, place: &Range<usize>) -> String {
    match text.and_then(|text| expression(text, place)) {
        Some(part) => format!("`{part}`: {}", in_words(message)),
        None => in_words(message),
    }
}

/// The expression or statement around a place, with its braces.
fn expression<'t>(text: &'t str, place: &Range<usize>) -> Option<&'t str> {
    let (before, after) = (text.get(..place.start)?, text.get(place.end..)?);
    let begin = before.rfind("{{").max(before.rfind("{%"))?;
    let ends = ["}}", "%}"].into_iter().filter_map(|mark| Some(after.find(mark)? + mark.len()));
    text.get(begin..place.end + ends.min()?)
}

fn in_words(message: &str) -> String {
    let message = message.trim_end_matches('.');
    if let Some(name) = message.strip_prefix("Missing keyword argument ") {
        return format!("the argument {name} is missing");
    }
    let types = message.strip_prefix("Invalid type for the value, expected ");
    if let Some((expected, found)) = types.and_then(|types| types.split_once(" but got ")) {
        return format!("expected {}, found {}", type_words(expected), type_words(found));
    }
    if let Some(found) = message.strip_prefix("Math operations can only be done on numbers, found ")
    {
        return format!("expected a number, found {}", type_words(found));
    }
    let operands = message.split_once(" requires both operands to be numbers, found ");
    if let Some((operator, found)) = operands
        && let Some((left, right)) = found.split_once(" and ")
    {
        let (left, right) = (type_words(left), type_words(right));
        let join = "write ~ to join strings";
        return format!("{operator} requires two numbers, found {left} and {right}; {join}");
    }
    match message {
        "Tried to render a variable that is undefined" => "no such item or key".to_owned(),
        "Cannot divide by 0" => "division by 0".to_owned(),
        other => other.to_owned(),
    }
}

fn type_words(called: &str) -> &str {
    let bare = called.trim_matches('`');
    let known = TYPES.iter().find(|(names, _)| names.contains(&bare));
    known.map_or(bare, |(_, words)| words)
}
