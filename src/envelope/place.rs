//! Where in a text an error is: its file, line and column, and the line itself.

use miette::Diagnostic;

/// A place in a text, with its line.
pub struct MarkedLine {
    /// The file.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// The whole line.
    pub text: String,
    /// How many characters of the line are meant.
    pub width: usize,
}

/// Where an error is, if it is in a text.
pub fn place(error: &dyn Diagnostic) -> Option<MarkedLine> {
    let label = error.labels()?.next()?;
    // Without a line around it, what is read begins at the span and not at its line.
    let contents = error.source_code()?.read_span(label.inner(), 1, 1).ok()?;
    let text = std::str::from_utf8(contents.data()).ok()?;
    let above = text.get(..label.offset().checked_sub(contents.span().offset())?)?;
    let line_start = above.rfind('\n').map_or(0, |end| end + 1);
    let in_line = above.len() - line_start;
    let line = text.get(line_start..)?.lines().next().unwrap_or_default();
    let before = line.get(..in_line).unwrap_or(line);
    let meant = line.get(in_line..(in_line + label.len()).min(line.len())).unwrap_or_default();
    Some(MarkedLine {
        file: contents.name().unwrap_or("input").to_owned(),
        line: contents.line() + above.matches('\n').count() + 1,
        column: before.chars().count() + 1,
        text: line.to_owned(),
        width: meant.chars().count(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Error;
    use crate::workflow::Workflow;

    fn place_of(text: &str) -> MarkedLine {
        let mut definition = crate::definition::Definition::default();
        definition.insert(crate::definition::Text {
            path: "workflows/w.toml".to_owned(),
            origin: crate::definition::Origin::Project,
            source: crate::source::Source::new("workflows/w.toml", text),
        });
        let error = Workflow::parse("w", &definition).map(|_| ()).map_err(Error::from);
        place(&error.expect_err("it is unsound")).expect("it has a place")
    }

    #[test]
    fn a_place_is_its_whole_line_and_its_column() {
        let place = place_of(
            "name = \"w\"\nversion = \"1\"\n[[gate]]\nid = \"é\"\nexecutor = \"nobody\"\n",
        );
        assert_eq!((place.file.as_str(), place.line, place.column), ("workflows/w.toml", 4, 6));
        assert_eq!((place.text.as_str(), place.width), ("id = \"é\"", 3));
    }

    #[test]
    fn the_first_line_has_a_place_too() {
        let place = place_of("nam = \"w\"");
        assert_eq!((place.line, place.column, place.width), (1, 1, 3));
        assert_eq!(place.text, "nam = \"w\"");
    }
}
