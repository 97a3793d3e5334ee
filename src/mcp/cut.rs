//! Answers that fit: the longest texts and lists of a larger one are cut, and the rest is handed out
//! part by part. A client that takes no more than some thousand tokens still gets all of it.

use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

/// A value that was cut: what is left of it, and of which one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueCut {
    /// A JSON pointer.
    pub at: String,
    /// How many bytes of a text or items of a list were shown.
    pub from: usize,
    /// Whether what is cut is the JSON text of the value: no part of it is short enough.
    is_written: bool,
}

/// How many bytes of each text and items of each list are shown, ever fewer until all fits.
const BOUNDS: [(usize, usize); 8] =
    [(4096, 200), (2048, 100), (1024, 50), (512, 24), (256, 12), (128, 6), (64, 3), (32, 1)];

/// The value, shortened until its JSON takes no more than so many bytes, and what was cut.
pub fn fit(value: &Json, bytes_max: usize) -> (Json, Vec<ValueCut>) {
    fit_at("", value, bytes_max)
}

fn fit_at(at: &str, value: &Json, bytes_max: usize) -> (Json, Vec<ValueCut>) {
    if length(value) <= bytes_max {
        return (value.clone(), Vec::new());
    }
    for bounds in BOUNDS {
        let mut cuts = Vec::new();
        let short = shorten(at, value, bounds, &mut cuts);
        if length(&short) <= bytes_max {
            return (short, cuts);
        }
    }
    (Json::Null, vec![ValueCut { at: at.to_owned(), from: 0, is_written: true }])
}

fn length(value: &Json) -> usize {
    value.to_string().len()
}

fn shorten(at: &str, value: &Json, bounds: (usize, usize), cuts: &mut Vec<ValueCut>) -> Json {
    let (bytes_max, items_max) = bounds;
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => value.clone(),
        Json::String(text) => {
            let end = text.floor_char_boundary(bytes_max);
            if end < text.len() {
                cuts.push(ValueCut { at: at.to_owned(), from: end, is_written: false });
            }
            text[..end].into()
        }
        Json::Array(items) => {
            let shown = items.iter().take(items_max).enumerate();
            let shown =
                shown.map(|(index, item)| shorten(&format!("{at}/{index}"), item, bounds, cuts));
            let shown: Vec<Json> = shown.collect();
            if items.len() > items_max {
                cuts.push(ValueCut { at: at.to_owned(), from: items_max, is_written: false });
            }
            shown.into()
        }
        Json::Object(members) => {
            let member = |(name, value): (&String, &Json)| {
                let step = name.replace('~', "~0").replace('/', "~1");
                (name.clone(), shorten(&format!("{at}/{step}"), value, bounds, cuts))
            };
            members.iter().map(member).collect::<Map<_, _>>().into()
        }
    }
}

/// How much there is of what was cut: bytes of a text, items of a list.
pub fn whole(value: &Json, cut: &ValueCut) -> usize {
    match value.pointer(&cut.at) {
        Some(Json::Array(items)) if !cut.is_written => items.len(),
        Some(Json::String(text)) if !cut.is_written => text.len(),
        Some(other) => length(other),
        None => 0,
    }
}

/// The next part of what was cut, in no more than so many bytes, and what is still left.
pub fn next_part(value: &Json, mut left: Vec<ValueCut>, bytes_max: usize) -> (Json, Vec<ValueCut>) {
    if left.is_empty() {
        return (Json::Null, left);
    }
    let cut = left.remove(0);
    let of = whole(value, &cut);
    let part =
        |name: &str, shown: Json| json!({ "at": cut.at, "from": cut.from, "of": of, name: shown });
    let (shown, rest) = match value.pointer(&cut.at) {
        Some(Json::Array(items)) if !cut.is_written => {
            let (items, rest) = some_items(items, &cut, bytes_max);
            (part("items", items), rest)
        }
        Some(Json::String(text)) if !cut.is_written => {
            let (text, rest) = some_text(text, &cut, bytes_max);
            (part("text", text), rest)
        }
        Some(other) => {
            let (text, rest) = some_text(&other.to_string(), &cut, bytes_max);
            (part("json", text), rest)
        }
        None => (Json::Null, Vec::new()),
    };
    (shown, rest.into_iter().chain(left).collect())
}

fn some_text(text: &str, cut: &ValueCut, bytes_max: usize) -> (Json, Vec<ValueCut>) {
    let text = text.get(cut.from..).unwrap_or_default();
    let mut end = text.floor_char_boundary(bytes_max);
    // What is escaped takes more.
    while end > 1 && length(&text[..end].into()) > bytes_max {
        end = text.floor_char_boundary(end / 2);
    }
    let rest = ValueCut { from: cut.from + end, ..cut.clone() };
    let rest = if end < text.len() { vec![rest] } else { Vec::new() };
    (text[..end].into(), rest)
}

fn some_items(items: &[Json], cut: &ValueCut, bytes_max: usize) -> (Json, Vec<ValueCut>) {
    let mut shown = Vec::new();
    let mut bytes = 2;
    for item in items.iter().skip(cut.from) {
        bytes += length(item) + 1;
        if bytes > bytes_max {
            break;
        }
        shown.push(item.clone());
    }
    let mut rest = Vec::new();
    if let Some(item) = items.get(cut.from).filter(|_| shown.is_empty()) {
        let (short, cuts) = fit_at(&format!("{}/{}", cut.at, cut.from), item, bytes_max);
        shown.push(short);
        rest = cuts;
    }
    let from = cut.from + shown.len();
    if from < items.len() {
        rest.push(ValueCut { from, ..cut.clone() });
    }
    (shown.into(), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that a client gets which asks until nothing is left, put together again.
    fn put_together(value: &Json, bytes_max: usize) -> Json {
        let (mut whole, mut left) = fit(value, bytes_max);
        assert!(length(&whole) <= bytes_max);
        while !left.is_empty() {
            let (part, rest) = next_part(value, left, bytes_max);
            let bytes =
                length(part.get("text").or(part.get("items")).or(part.get("json")).unwrap());
            assert!(bytes <= bytes_max, "{bytes}");
            let place = whole.pointer_mut(part["at"].as_str().unwrap()).unwrap();
            match (place, &part["text"], &part["items"], &part["json"]) {
                (Json::String(text), Json::String(more), _, _) => text.push_str(more),
                (Json::Array(items), _, Json::Array(more), _) => items.extend(more.clone()),
                (place, _, _, Json::String(more)) => {
                    let before = place.as_str().unwrap_or_default().to_owned();
                    *place = (before + more).into();
                }
                other => panic!("{other:?}"),
            }
            left = rest;
        }
        whole
    }

    #[test]
    fn what_is_short_is_whole() {
        let value = json!({"a": [1, "b"]});
        assert_eq!(fit(&value, 100), (value, Vec::new()));
    }

    #[test]
    fn the_longest_is_cut_and_nothing_is_lost() {
        let long = "words, \"quoted\" \n and ünïcode ".repeat(2000);
        let list: Vec<Json> =
            (0..3000).map(|number| json!({"gate/~": number, "text": "x"})).collect();
        let mut value = json!({"status": "WAITING", "packet": long, "gates": list});
        let (first, cuts) = fit(&value, 7000);
        assert_eq!(first["status"], "WAITING");
        assert_eq!(
            cuts.iter().map(|cut| cut.at.as_str()).collect::<Vec<_>>(),
            ["/packet", "/gates"]
        );
        assert_eq!(put_together(&value, 7000), value);
        // An item that is too long by itself is cut, too.
        value["gates"][2500]["text"] = "y".repeat(30_000).into();
        assert_eq!(put_together(&value, 7000), value);
        assert_eq!(put_together(&value, 700), value);
    }

    #[test]
    fn what_has_too_many_members_comes_as_written() {
        let members: Map<String, Json> =
            (0..2000).map(|at| (format!("input{at}"), at.into())).collect();
        let value = Json::from(members);
        assert_eq!(put_together(&value, 5000), value.to_string());
    }
}
