//! Every usual dress of a secret is seen through, and little else is taken for one.

#![expect(clippy::disallowed_methods, reason = "a test lays out its own files")]

use super::*;
use crate::files::Beneath;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEA+/oB\nKg==\n-----END PRIVATE KEY-----\n";
const WORD: &str = "sesame\"open\\me99 &'<é~!\u{1f511}";

fn value(text: &str, is_short: bool) -> Value {
    Value { text: text.to_owned(), is_short }
}

fn secrets(texts: &[&str]) -> Secrets {
    Secrets::of(texts.iter().map(|text| value(text, false)).collect()).unwrap()
}

fn hex(bytes: &[u8], between: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between)
}

fn url(text: &str, is_kept: impl Fn(u8) -> bool) -> String {
    let letter = |byte: u8| {
        if is_kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(letter).collect()
}

fn lower_escapes(url: &str) -> String {
    let escape = regex::Regex::new("%..").unwrap();
    escape.replace_all(url, |found: &regex::Captures<'_>| found[0].to_lowercase()).into_owned()
}

/// The base64 of a text, with padding.
fn base64_of(text: &str) -> String {
    let letters = base64(text.as_bytes());
    let padding = "=".repeat((4 - letters.len() % 4) % 4);
    letters + &padding
}

fn ascii_json(text: &str) -> String {
    let unit = |unit: u16| match char::from_u32(u32::from(unit)) {
        Some(letter) if letter.is_ascii() => letter.to_string(),
        _ => format!("\\u{unit:04x}"),
    };
    serde_json::to_string(text).unwrap().encode_utf16().map(unit).collect()
}

fn wrapped(text: &str, columns: usize) -> String {
    let lines: Vec<&str> =
        text.as_bytes().chunks(columns).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join("\n")
}

/// A text as the usual encoders write it.
fn dressed(text: &str) -> Vec<String> {
    let json = serde_json::to_string(text).unwrap();
    let json = json[1..json.len() - 1].to_owned();
    let twice = serde_json::to_string(&json).unwrap();
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let loose = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()&;/+".contains(&byte);
    let standard =
        ["", "u", "us", "user:"].map(|before| base64_of(&format!("{before}{text}+more")));
    let mut all = vec![
        text.to_owned(),
        json.replace('/', "\\/"),
        json,
        twice[1..twice.len() - 1].to_owned(),
        ascii_json(text).trim_matches('"').to_owned(),
        url(text, unreserved),
        lower_escapes(&url(text, unreserved)),
        url(text, unreserved).replace("%20", "+"),
        url(text, loose),
        url(text, |_| false),
        hex(text.as_bytes(), ""),
        hex(text.as_bytes(), "").to_uppercase(),
        hex(text.as_bytes(), " "),
        hex(text.as_bytes(), ":"),
        hex(text.as_bytes(), "\\x"),
        wrapped(&hex(text.as_bytes(), ""), 60),
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('\'', "&#39;")
            .replace('"', "&quot;"),
        format!("'{}'", text.replace('\'', "'\\''")),
        text.replace('\n', "\r\n"),
        text.replace('\n', "\n    "),
        text.replace('\n', " "),
        text.replace('\n', ""),
    ];
    for letters in standard {
        all.push(letters.replace('+', "-").replace('/', "_").replace('=', ""));
        all.push(wrapped(&letters, 64));
        all.push(wrapped(&letters, 76).replace('\n', "\\n"));
        all.push(letters);
    }
    all
}

/// The longest stretches of letters of a text, which nothing may show.
fn stretches(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|part| part.len() > 3)
}

#[test]
fn a_secret_is_seen_in_every_dress() {
    let secrets = secrets(&[KEY, WORD]);
    for text in [KEY.trim(), WORD].into_iter().chain(KEY.lines().filter(|line| line.len() > 8)) {
        for dressed in dressed(text) {
            let shown = secrets.redact(&format!("a {dressed} b"));
            assert!(shown.contains(BLOT), "{dressed}");
            let bare = shown.replace(BLOT, "").replace("\\n", "");
            // At most the letters that the secret shares with its neighbours are left.
            let left = bare.chars().filter(char::is_ascii_alphanumeric).count();
            assert!(left <= 2 + 14, "{left} of {dressed}: {shown}");
            assert!(stretches(text).all(|part| !shown.contains(part)), "{dressed}: {shown}");
        }
    }
    assert_eq!(format!("{secrets:?}"), "Secrets");
}

#[test]
fn nothing_else_is_blotted_out() {
    let secrets = secrets(&["hunter2hunter2", "hunter2hunter2+more"]);
    let redacted =
        secrets.redact("a hunter2hunter2+more b hunter2hunter2%2bmore c hunter2 Hunter2hunter2");
    assert_eq!(redacted, "a [redacted] b [redacted] c hunter2 Hunter2hunter2");
    assert_eq!(base64(b"hunter2hunter2"), "aHVudGVyMmh1bnRlcjI");
    assert_eq!(secrets.redact("x aHVudGVyMmh1bnRlcjI= y"), "x [redacted] y");
    assert_eq!(Secrets::default().redact("a"), "a");
}

#[test]
fn a_key_on_one_line_is_seen_on_many() {
    let secrets = secrets(&["-----BEGIN KEY-----\\nMIIEvQIBADANBgkq\\nKg==\\n-----END KEY-----"]);
    assert_eq!(secrets.redact("a\n  MIIEvQIBADANBgkq\nb"), "a\n  [redacted]\nb");
    let whole = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nKg==\n-----END KEY-----";
    assert_eq!(secrets.redact(whole), "[redacted]");
    assert_eq!(secrets.redact(&whole.replace('\n', "\\n")), "[redacted]");
}

#[test]
fn a_short_secret_is_seen_where_it_is_named_as_one() {
    let secrets = Secrets::of(vec![value("12&4", true), value("", true), value("5678", true)]);
    let secrets = secrets.unwrap();
    assert_eq!(secrets.redact("12&4 12%264 1234 x5678"), "[redacted] [redacted] 1234 x[redacted]");
    assert!(secrets.are_in("a 5678") && !secrets.are_in("a 567"));
    for encoded in ["35363738", "35:36:37:38", "NTY3OA=="] {
        assert_eq!(secrets.redact(&format!("a {encoded} b")), "a [redacted] b", "{encoded}");
    }
}

#[test]
fn a_secret_of_short_lines_is_a_short_one() {
    const LINES: &str = "abc12\ndef34\r\n ghi56";
    for text in [LINES, "abc12\\ndef34", "abc1234\n", "abc1234\n\n4567890"] {
        let set = Variables::from_iter([("PIN".into(), text.into())]);
        let fit = |is_short| Name { name: "PIN".to_owned(), is_short }.refuse_unfit(&set);
        let told = fit(false).unwrap_err().to_string();
        assert!(told.starts_with("the secret `PIN` has no line of 8 bytes or more"), "{told}");
        assert!(fit(true).is_ok());
        let secrets = Secrets::of(vec![value(text, true)]).unwrap();
        let lines = text.replace("\\n", "\n");
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            assert_eq!(secrets.redact(&format!("  | {line}.")), "  | [redacted].", "{text:?}");
        }
    }
    // Of one with longer lines, those are enough.
    let secrets = Secrets::of(vec![value("longlonglong\n}", true)]).unwrap();
    assert_eq!(secrets.redact("{longlonglong;}"), "{[redacted];}");
}

#[test]
fn a_secret_across_chunks_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let secrets = secrets(&["hunter2hunter2+more", "hunter2hunter2"]);
    for before in CHUNK_BYTES - 40..CHUNK_BYTES + 3 {
        let text = "\u{ff}".repeat(before / 2) + "hunter2hunter2%2bmore" + "end";
        std::fs::write(&path, &text).unwrap();
        secrets.redact_file(&Beneath::new(folder.path()).join("log")).unwrap();
        let redacted = std::fs::read_to_string(&path).unwrap();
        assert_eq!(redacted, text.replace("hunter2hunter2%2bmore", BLOT));
    }
}

#[test]
fn a_long_key_is_no_burden() {
    let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDAbCdEfGhIjKlM";
    let lines: Vec<String> = (0..50).map(|number| format!("{}{number:02}", &line[2..])).collect();
    let secrets = secrets(&[&lines.join("\n")]);
    assert_eq!(secrets.redact(&lines.join("\\n")), BLOT);
}

#[test]
fn a_secret_has_the_value_that_a_face_found() {
    let name = |name: &str| Name { name: name.to_owned(), is_short: false };
    let set = Variables::from_iter([
        ("INK".into(), "cuttlefish".into()),
        ("PEN".into(), "quill".into()),
        ("RAW".into(), OsStr::from_bytes(b"\xff").to_owned()),
    ]);
    let secrets = Secrets::of_all([&name("INK")], &set).unwrap();
    assert_eq!(secrets.redact("a cuttlefish"), "a [redacted]");
    let told = |other: &str| name(other).refuse_unfit(&set).map_err(|error| error.to_string());
    assert_eq!(told("INK"), Ok(()));
    // One of this process that no face handed in.
    assert_eq!(told("PATH"), Ok(()));
    assert!(Secrets::of_all([&name("PATH")], &set).is_err());
    assert!(told("PEN").unwrap_err().starts_with("the secret `PEN` has no line of 8 bytes"));
    assert_eq!(told("RAW").unwrap_err(), "the secret `RAW` is not valid UTF-8");
    assert!(!format!("{set:?}").contains("cuttlefish"));
}

#[test]
fn a_secret_that_cannot_be_one_is_named() {
    let name = |name: &str| Name { name: name.to_owned(), is_short: false };
    let error = Secrets::of_all([&name("ORCH_NO_SUCH_SECRET")], &Variables::default()).unwrap_err();
    assert_eq!(error.to_string(), "the secret `ORCH_NO_SUCH_SECRET` is not set in the environment");
    assert!(Secrets::of_those_set([&name("ORCH_NO_SUCH_SECRET")], &Variables::default()).is_ok());
}
