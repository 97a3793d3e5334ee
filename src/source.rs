//! Texts that people write, and what is wrong at a place in one: every unsound
//! definition is reported with file, line, caret and what would be right.

use crate::suggestion::Advice;
use miette::NamedSource;
use miette::SourceSpan;
use std::ops::Range;
use std::sync::Arc;

/// The most names that an error lists.
const NAMES_MAX: usize = 8;

/// Where only so many are left, they are listed too.
const NAMES_SPARE: usize = 3;

/// What stands for bytes that are no text takes so many.
const REPLACED_BYTES: usize = char::REPLACEMENT_CHARACTER.len_utf8();

/// A text and the name to show for it, mostly its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name to show.
    pub name: String,
    /// The text.
    pub text: Arc<str>,
}

/// What is wrong in a definition, and where.
#[derive(Debug, Clone, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
#[diagnostic(code("unsound"))]
pub struct Unsound {
    /// What is wrong.
    pub message: String,
    #[source_code]
    source_code: NamedSource<Arc<str>>,
    /// What was typed on the command line has none.
    #[label]
    span: Option<SourceSpan>,
    /// What to write instead.
    #[help]
    pub help: Option<Advice>,
    /// What else is wrong, where several errors are told together.
    #[related]
    pub others: Vec<Unsound>,
}

impl Source {
    /// A text under a name.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// Takes the bytes of a file; those that are no text are told with their place. A byte order
    /// mark is left out.
    pub fn of_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, Box<Unsound>> {
        let name = name.into();
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let message = format!("{name} is not valid UTF-8 (byte {at})");
            let shown = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let unsound = Self::new(name.clone(), shown).unsound(at..at + REPLACED_BYTES, message);
            unsound.advise("save the file as UTF-8")
        })?;
        Ok(Self::new(name, text.strip_prefix('\u{feff}').unwrap_or(&text)))
    }

    /// Where a name stands last before a place, as a key does before its value.
    pub fn key_before(&self, name: &str, place: usize) -> Option<Range<usize>> {
        let start = self.text.get(..place)?.rfind(name)?;
        Some(start..start + name.len())
    }

    /// An error at a byte range of this text.
    pub fn unsound(&self, span: Range<usize>, message: impl Into<String>) -> Box<Unsound> {
        let end = span.end.min(self.text.len());
        let start = span.start.min(end);
        Box::new(Unsound {
            message: message.into(),
            source_code: NamedSource::new(&self.name, Arc::clone(&self.text)),
            span: Some((start, end - start).into()),
            help: None,
            others: Vec::new(),
        })
    }
}

impl Unsound {
    /// Several errors as one, of which there is at least one: the first, and the others with it.
    pub fn together(mut errors: Vec<Box<Self>>) -> Box<Self> {
        let mut first = errors.remove(0);
        first.others.extend(errors.into_iter().map(|error| *error));
        first
    }

    /// The same of a text that is too short to be pointed into, such as the value of a flag.
    pub fn without_place(mut self: Box<Self>) -> Box<Self> {
        self.span = None;
        self
    }

    /// Adds what to write instead.
    pub fn advise(mut self: Box<Self>, help: impl Into<Advice>) -> Box<Self> {
        self.help = Some(help.into());
        self
    }

    /// The same where there is something to advise.
    pub fn advise_if(mut self: Box<Self>, help: Option<impl Into<Advice>>) -> Box<Self> {
        self.help = help.map(Into::into).or(self.help);
        self
    }

    /// The bytes of its text that are meant.
    pub fn span(&self) -> Range<usize> {
        self.span.map_or(0..0, |span| span.offset()..span.offset() + span.len())
    }

    /// The file, and the line and column there, both from 1.
    pub fn place(&self) -> (&str, usize, usize) {
        let text = self.source_code.inner();
        let before = text.get(..self.span.map_or(0, |span| span.offset())).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (self.source_code.name(), line, column)
    }
}

/// What other tools and languages call a thing, and its name here.
const OTHERS_SAY: [(&str, &str); 19] = [
    ("ai", "agent"),
    ("array", "list"),
    ("bash", "command"),
    ("boolean", "bool"),
    ("decimal", "number"),
    ("directory", "path"),
    ("double", "number"),
    ("enum", "choice"),
    ("float", "number"),
    ("folder", "path"),
    ("int", "integer"),
    ("llm", "agent"),
    ("person", "human"),
    ("script", "command"),
    ("shell", "command"),
    ("str", "string"),
    ("text", "string"),
    ("user", "human"),
    ("warn", "warning"),
];

/// The candidate that an unknown name stands for, where one is near.
pub fn nearest_of<'c>(
    unknown: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let said = OTHERS_SAY.iter().find(|(said, _)| said.eq_ignore_ascii_case(unknown));
    let meant = said.and_then(|(_, meant)| candidates.iter().find(|name| *name == meant));
    if let Some(meant) = meant {
        return Some(meant);
    }
    let lower = unknown.to_lowercase();
    let length = unknown.chars().count();
    let distances = candidates.into_iter().map(|candidate| {
        (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate)
    });
    // A name in which every letter is another one is not near, however short it is.
    let is_near = |(distance, candidate): &(usize, &str)| {
        let longest = length.max(candidate.chars().count());
        *distance <= (length / 3).max(2)
            && *distance < longest
            && (*distance <= 1 || distance * 2 < longest)
    };
    distances.filter(is_near).min().map(|(_, nearest)| nearest)
}

/// The only candidate that an unknown name abbreviates.
pub fn abbreviated_of<'c>(
    unknown: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let lower = unknown.to_lowercase();
    let mut whole = candidates.into_iter().filter(|candidate| abbreviates(&lower, candidate));
    whole.next().filter(|_| whole.next().is_none())
}

/// The shortest abbreviation, and to how many times as many letters it may stand for.
const ABBREVIATION: (usize, usize) = (3, 3);

/// Whether a name abbreviates another: its letters stand in it in the same order, as `min_chars` in
/// `min_characters`.
fn abbreviates(short: &str, whole: &str) -> bool {
    let (shortest, times) = ABBREVIATION;
    let mut letters = whole.chars();
    short.len() >= shortest
        && short.len() * times >= whole.len()
        && short.chars().next() == whole.chars().next()
        && short.chars().all(|letter| letters.any(|other| other == letter))
}

/// `did you mean …?` for the candidate nearest to an unknown name, where one is near.
pub fn nearest<'c>(unknown: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let nearest = nearest_of(unknown, candidates.iter().copied());
    let nearest = nearest.or_else(|| abbreviated_of(unknown, candidates));
    nearest.map(|nearest| format!("did you mean `{nearest}`?"))
}

/// `did you mean …?` for the candidate nearest to an unknown name, else the nearest few.
pub fn suggest<'c>(unknown: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    match known(unknown, candidates.into_iter().collect()) {
        Listing::Said(words) => words,
        Listing::Few(few, more) => format!("{few} ({more} more)"),
    }
}

/// The same, and what to type to see all where there are many.
pub fn suggest_of<'c>(
    unknown: &str,
    candidates: impl IntoIterator<Item = &'c str>,
    listing: impl Into<Advice>,
) -> Advice {
    match known(unknown, candidates.into_iter().collect()) {
        Listing::Said(words) => words.into(),
        Listing::Few(few, more) => {
            Advice::from(format!("{few} ({more} more: ")).then(listing).then(")")
        }
    }
}

/// The names that could have been meant.
enum Listing {
    /// All that there is to say.
    Said(String),
    /// Some of them, and how many more there are.
    Few(String, usize),
}

fn known(unknown: &str, mut candidates: Vec<&str>) -> Listing {
    if candidates.is_empty() {
        return Listing::Said("none is defined".to_owned());
    }
    if let Some(nearest) = nearest(unknown, candidates.iter().copied()) {
        return Listing::Said(nearest);
    }
    let count = candidates.len();
    let listed = if count <= NAMES_MAX + NAMES_SPARE { count } else { NAMES_MAX };
    let more = count - listed;
    if more > 0 && !unknown.is_empty() {
        candidates.sort_by_cached_key(|candidate| strsim::damerau_levenshtein(unknown, candidate));
        candidates.truncate(listed);
    }
    candidates.sort_unstable();
    candidates.truncate(listed);
    let known = format!("known: {}", candidates.join(", "));
    if more == 0 { Listing::Said(known) } else { Listing::Few(known, more) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_knows_its_place() {
        let source = Source::new("a.toml", "one\ntwo three\n");
        let error = source.unsound(8..13, "no such number").advise("write 3");
        assert_eq!(error.place(), ("a.toml", 2, 5));
        assert_eq!(source.unsound(99..120, "beyond").place(), ("a.toml", 3, 1));
    }

    #[test]
    fn the_nearest_name_is_suggested() {
        assert_eq!(suggest("min_source", ["min_sources", "csv"]), "did you mean `min_sources`?");
        assert_eq!(suggest("x", ["min_sources", "csv"]), "known: csv, min_sources");
        assert_eq!(suggest("x", []), "none is defined");
        assert_eq!(suggest("NOTE", ["node", "note"]), "did you mean `note`?");
        assert_eq!(suggest("b", ["a", "c"]), "known: a, c");
        assert_eq!(suggest("b", ["a", "bb"]), "did you mean `bb`?");
        assert_eq!(abbreviated_of("min_chars", ["min_characters", "min"]), Some("min_characters"));
        assert_eq!(abbreviated_of("desc", ["description", "name"]), Some("description"));
        assert_eq!(abbreviated_of("desc", ["description", "descending"]), None);
    }

    #[test]
    fn a_list_is_not_cut_for_the_sake_of_a_few() {
        let names: Vec<String> = (10..22).map(|number| format!("name-{number}")).collect();
        let told = |count| suggest("x", names.iter().take(count).map(String::as_str));
        assert!(told(11).ends_with(", name-20"), "{}", told(11));
        assert!(told(12).ends_with(", name-17 (4 more)"), "{}", told(12));
    }
}
