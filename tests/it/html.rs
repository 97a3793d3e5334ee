//! What HTML must be that is made from texts of runs: sound, and without anything that a browser
//! would obey.

use regex::Regex;
use std::collections::BTreeSet;

const VOID: [&str; 7] = ["meta", "link", "input", "br", "hr", "img", "wbr"];

/// Demands that every element is closed in its turn, every attribute is in quotes, no id is there
/// twice, and nothing is run or loaded from elsewhere.
#[track_caller]
pub fn is_sound(html: &str) {
    assert!(!html.contains("<script"), "{html}");
    is_sound_page(html);
}

/// The same for a page of a server, which may load a script of that server.
#[track_caller]
pub fn is_sound_page(html: &str) {
    let script = Regex::new(r#"<script type="module" src="/assets/[^"]*"></script>"#).unwrap();
    let html = &script.replace_all(html, "");
    let body = html.strip_prefix("<!DOCTYPE html>").expect("it says that it is HTML");
    let style = Regex::new(r"(?s)<style>.*?</style>").unwrap();
    let body = style.replace_all(body, "<style></style>");
    let piece =
        Regex::new(r#"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?: [a-zA-Z-]+(?:="[^"<>]*")?)*)( ?/?)>"#)
            .unwrap();
    let attribute = Regex::new(r#" ([a-zA-Z-]+)(?:="([^"]*)")?"#).unwrap();
    let (mut open, mut ids): (Vec<String>, BTreeSet<String>) = Default::default();
    let mut at = 0;
    for tag in piece.captures_iter(&body) {
        let whole = tag.get(0).unwrap();
        no_markup(&body[at..whole.start()]);
        at = whole.end();
        let name = &tag[2];
        assert_ne!(name, "script", "{}", whole.as_str());
        for found in attribute.captures_iter(&tag[3]) {
            let value = found.get(2).map(|value| value.as_str()).unwrap_or_default();
            let is_obeyed = found[1].starts_with("on") || ["style", "srcdoc"].contains(&&found[1]);
            assert!(!is_obeyed, "{}", whole.as_str());
            let is_link = ["href", "src", "action", "formaction"].contains(&&found[1]);
            let leads_out = value.contains(':') || value.starts_with("//");
            assert!(!is_link || !leads_out, "{}", whole.as_str());
            assert!(&found[1] != "id" || ids.insert(value.to_owned()), "id {value} twice");
        }
        match (&tag[1], VOID.contains(&name) || !tag[4].trim().is_empty()) {
            ("", false) => open.push(name.to_owned()),
            ("", true) => {}
            (_, _) => assert_eq!(open.pop().as_deref(), Some(name), "{}", near(&body, at)),
        }
    }
    no_markup(&body[at..]);
    assert!(open.is_empty(), "never closed: {open:?}");
}

/// Demands that a text between tags is text.
#[track_caller]
fn no_markup(text: &str) {
    assert!(!text.contains(['<', '>']), "{text}");
    let acted = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    assert_eq!(acted, None, "{text:?}");
    assert!(!text.contains(['\u{202e}', '\u{2066}']), "{text:?}");
}

fn near(text: &str, at: usize) -> String {
    text[..at].chars().rev().take(200).collect::<Vec<_>>().into_iter().rev().collect()
}
