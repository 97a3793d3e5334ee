//! What is fuzzed: everything that reads what other people and programs wrote. Whatever the bytes are,
//! nothing panics, hangs or grows without bound. `cargo fuzz` calls these functions, and a test replays
//! the corpus.

use crate::check::testing;
use crate::clock::Moment;
use crate::config::Config;
use crate::contract::Contract;
use crate::definition::Definition;
use crate::definition::Origin;
use crate::definition::Text;
use crate::event::Event;
use crate::executor::Preset;
use crate::files::Beneath;
use crate::finding::Finding;
use crate::next;
use crate::packet::Packet;
use crate::run::Run;
use crate::source::Source;
use crate::store::journal;
use crate::store::mailbox::Mailbox;
use crate::template::Context;
use crate::template::Names;
use crate::template::render_text;
use crate::workflow::Workflow;
use std::path::Path;

/// A target: its name, which is that of its corpus, and what is called.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 11] = [
    ("workflow", workflow),
    ("contract", contract),
    ("config", config),
    ("journal", journal),
    ("template", template),
    ("letter", letter),
    ("packet", packet),
    ("front_matter", front_matter),
    ("markdown", markdown),
    ("csv", csv),
    ("stream", stream),
];

/// The text in these bytes; the parsers of texts are handed nothing else.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// A workflow, with a contract and a prompt that it may name.
pub fn workflow(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let mut definition = Definition::default();
    for (path, text) in [
        ("workflows/w.toml", text),
        ("contracts/c.toml", "name = 'c'\n[[output]]\npath = 'a.md'\n"),
        ("prompts/p.md", "Write {{ topic }}.\n"),
    ] {
        let source = Source::new(path, text);
        definition.insert(Text { path: path.to_owned(), origin: Origin::Project, source });
    }
    match Workflow::parse("w", &definition) {
        Ok(workflow) => {
            for gate in &workflow.gates {
                assert!(
                    !workflow.stands_on(&gate.id).contains(&gate.id),
                    "{} needs itself",
                    gate.id
                );
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A contract.
pub fn contract(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let mut names = Names::default();
    names.open();
    if let Ok(contract) = Contract::parse_all(&Source::new("contracts/c.toml", text), &names) {
        let context = Context::default();
        for rule in contract.rules() {
            let _ = rule.build(&context);
        }
    }
}

/// A project's `orch.toml`.
pub fn config(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let _ = Config::of(&[Source::new("orch.toml", text)], Path::new("/nowhere"));
}

/// The lines of a journal: each is folded, and after each the next steps are decided. Chain, numbers and
/// times are left out, since no fuzzer finds a digest.
pub fn journal(bytes: &[u8]) {
    let _ = journal::fold(Path::new("journal.jsonl"), bytes.to_vec());
    let mut run: Option<(Run, Option<Workflow>)> = None;
    for (number, line) in (0..).zip(bytes.split(|byte| *byte == b'\n')) {
        let Ok(event) = serde_json::from_slice::<Event>(line) else { continue };
        let at = Moment::of(number);
        if let Some((run, workflow)) = &mut run {
            if run.apply(at, &event).is_err() {
                return;
            }
            if let Some(workflow) = workflow {
                let _ = next::next(workflow, run);
            }
        } else {
            let Ok(begun) = Run::begin(at, &event) else { return };
            let definition = Definition::thaw(&begun.started.definition);
            let workflow = Workflow::parse(&begun.started.workflow, &definition).ok();
            run = Some((begun, workflow));
        }
    }
}

/// A template, over a few values.
pub fn template(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let context = Context::default()
        .with("topic", &"ink")
        .with("number", &3)
        .with("items", &["a", "b"])
        .with("table", &serde_json::json!({ "x": null, "y": true }));
    let _ = render_text(text, &context);
}

/// A letter in a mailbox.
pub fn letter(bytes: &[u8]) {
    let folder = scratch();
    let place = Beneath::new(folder.path());
    if place.join("a.json").write(bytes).is_err() {
        return;
    }
    for letter in Mailbox::new(place).letters().unwrap_or_default() {
        assert!(letter.answers.is_some() || letter.note.by.contains('('), "{:?}", letter.note.by);
    }
}

fn scratch() -> tempfile::TempDir {
    match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => panic!("no temporary folder: {error}"),
    }
}

/// Texts of others in a packet: they stay between their marks.
pub fn packet(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let plain = Packet::default().text();
    let packet = Packet {
        inputs: vec![("brief".to_owned(), format!("{text}\n"))],
        prompts: vec![("brief.md".to_owned(), text.to_owned())],
        attached: vec![("a.md".to_owned(), text.to_owned())],
        findings: vec![Finding::of("check", text).path("a.md").actual(text)],
        ..Packet::default()
    };
    let packet = packet.text();
    assert!(packet.len() >= plain.len());
    let digest = crate::digest::Digest::of(text).to_string();
    let mark = format!("\n----- end {}\n", &digest[..32]);
    // The prompt and the attached file hold the same text, and the input one line end more.
    assert!(packet.matches(&mark).count() >= 2, "{mark}");
}

/// Front matter of all kinds.
pub fn front_matter(bytes: &[u8]) {
    let files: [(&str, &[u8]); 1] = [("a.md", bytes)];
    testing::judge_bytes("front_matter", "field = 'a.b'\nequals = '1'", &files);
    testing::judge_bytes("word_count", "min = 1", &files);
}

/// Markdown, as the checks of headings, links and sources read it.
pub fn markdown(bytes: &[u8]) {
    let files: [(&str, &[u8]); 1] = [("a.md", bytes)];
    for (kind, parameters) in [
        ("contains_headings", "headings = ['Intro', 'End']\nordered = true"),
        ("links_resolve", ""),
        ("min_sources", "min = 3"),
        ("word_count", "min = 1\nmax = 10"),
    ] {
        testing::judge_bytes(kind, parameters, &files);
    }
}

/// CSV.
pub fn csv(bytes: &[u8]) {
    let files: [(&str, &[u8]); 1] = [("a.csv", bytes)];
    testing::judge_bytes("csv", "columns = ['a', 'b']\nmin_rows = 1\nmax_rows = 9", &files);
}

/// What an agent printed; the first byte says which agent it is.
pub fn stream(bytes: &[u8]) {
    let Some((first, printed)) = bytes.split_first() else { return };
    let presets = Preset::all();
    let preset = &presets[usize::from(*first) % presets.len()];
    let Ok(settings) = preset.settings() else { panic!("{} is unsound", preset.name) };
    let output = settings.output.unwrap_or_default();
    let _ = output.told_by(printed);
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test reads its own corpus")]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_holds() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
        for (name, target) in TARGETS {
            let entries = std::fs::read_dir(corpus.join(name)).unwrap();
            let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
            paths.sort();
            assert!(paths.len() > 1, "{name} has no corpus");
            for path in paths {
                eprintln!("{}", path.display());
                target(&std::fs::read(path).unwrap());
            }
        }
    }

    #[test]
    fn each_target_has_its_program() {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/Cargo.toml");
        let manifest = std::fs::read_to_string(manifest).unwrap();
        let nightly = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflows/fuzz.yml");
        let nightly = std::fs::read_to_string(nightly).unwrap();
        for (name, _) in TARGETS {
            assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
            assert!(nightly.contains(&format!(" {name}")), "{name}");
        }
    }
}
