//! The papers of an essay about the word robot, made long enough to be real.

/// Twelve sources, as research names them.
const KEYS: [&str; 12] = [
    "capek-1920",
    "capek-1933",
    "asimov-1942",
    "oed-robot",
    "klima-2004",
    "roberts-2006",
    "zunt-2011",
    "horakova-2003",
    "reilly-2011",
    "adler-1922",
    "selver-1923",
    "philmus-2001",
];

/// So many words of prose, told apart by what they begin with.
fn prose(about: &str, words: usize) -> String {
    let line = "the word came from a play and went into every language where it still names \
                what works without rest and without a will of its own";
    let mut text = about.to_owned();
    while text.split_whitespace().count() < words {
        text.push(' ');
        text.push_str(line);
    }
    text.push('.');
    text
}

fn url(key: &str) -> String {
    format!("https://example.org/{key}")
}

pub fn intake(slug: &str) -> String {
    let mut text =
        format!("---\ngate: G1\nslug: {slug}\ntitle: The word robot\nverdict: ACCEPT\n---\n");
    for heading in ["Question", "Reader", "Scope", "What it shows", "First sources", "Risks"] {
        text += &format!("\n## {heading}\n\n{}\n", prose(heading, 35));
    }
    text + &format!("\nSee {} and {}.\n", url(KEYS[0]), url(KEYS[1]))
}

/// The citations, with so many sources.
pub fn citations(count: usize) -> String {
    let mut text = "# Citations\n\n## Sources\n".to_owned();
    for key in &KEYS[..count] {
        text += &format!("\n### {key}\n\n{}\n{}\n", prose(key, 12), url(key));
    }
    text += "\n## Claims\n\n| claim | source | state |\n| --- | --- | --- |\n";
    for number in 0..14 {
        text += &format!("| Claim {number} | [^{}] | VERIFIED |\n", KEYS[number % count]);
    }
    text
}

pub fn notes(about: &str) -> String {
    format!("# {about}\n\n{}\n\nSource: {}\n", prose(about, 90), url(KEYS[2]))
}

pub fn spec(slug: &str) -> String {
    let mut text = format!("---\ngate: G3\nslug: {slug}\ntitle: The word robot\n---\n");
    for (layer, key) in (1..=6).zip(&KEYS[1..]) {
        text += &format!("\n## Layer {layer}\n\n{} [^{key}]\n", prose("It says", 95));
        if layer == 4 {
            for figure in 1..=3 {
                text += &format!("\n### Figure {figure}\n\nA drawing.\n");
            }
        }
    }
    text
}

pub fn essay(slug: &str) -> String {
    let mut text = format!(
        "---\ntitle: The word robot\nslug: {slug}\ndescription: Where a word came from\n---\n"
    );
    for (section, key) in KEYS.iter().take(6).enumerate() {
        text += &format!("\n## Part {section}\n\n{} [^{key}]\n", prose("Here", 215));
        text += "\n```mermaid\ngraph LR; play --> word\n```\n";
    }
    text += "\n## Sources\n\n";
    for key in &KEYS[..6] {
        text += &format!("[^{key}]: {}\n", url(key));
    }
    text
}

/// An audit as a script, since it names the digest of what it read.
pub fn audit(folder: &str) -> String {
    let rows: String = KEYS[..6]
        .iter()
        .map(|key| format!("| [^{key}] | {} | it says so | HOLDS |\n", url(key)))
        .collect();
    let method = prose("Every source was opened", 130);
    format!(
        "mkdir -p {folder}/audit\n\
         sum=$(sha256sum < {folder}/essay.md | cut -d' ' -f1)\n\
         cat > {folder}/audit/CITATION-AUDIT.md <<END\n\
         ---\ngate: G6\ntype: audit\nstatus: PASS\nscore: 100\nthreshold: 80\nblocking_issues: 0\n\
         warning_issues: 0\nagent: auditor\ndate: 2026-01-19\nessay_sha256: $sum\n---\n\n\
         ## Method\n\n{method}\n\n## Citations\n\n| key | address | what | result |\n\
         | --- | --- | --- | --- |\n{rows}\n## Findings\n\nNone.\n\n## Verdict\n\nIt stands.\nEND\n"
    )
}

pub fn certification(folder: &str) -> String {
    let rows: String =
        (1..=8).map(|row| format!("| {row} | point {row} | fine | PASS |\n")).collect();
    let words = prose("The whole was read", 110);
    format!(
        "sum=$(sha256sum < {folder}/essay.md | cut -d' ' -f1)\n\
         cat > {folder}/audit/PUBLICATION-CERTIFICATION.md <<END\n\
         ---\ngate: G8\ntype: certification\ndecision: GO\nstatus: PASS\nscore: 95\nblocking_issues: 0\n\
         warning_issues: 0\nagent: certifier\ndate: 2026-01-19\nessay_sha256: $sum\n---\n\n\
         ## Checklist\n\n| no | point | note | result |\n| --- | --- | --- | --- |\n{rows}\n\
         ## Findings\n\nNone.\n\n## Conditions\n\nNone.\n\n## Decision\n\n{words}\nEND\n"
    )
}
