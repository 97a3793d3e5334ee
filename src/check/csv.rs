//! `csv`: a table with these columns and so many rows. The one home of the `csv` crate.

use super::Check;
use super::Count;
use super::Flaw;
use super::Scene;
use super::count;
use super::few::FINDINGS_MAX;
use super::few::Few;
use super::one_or_many::OneOrMany;
use super::text;
use super::text::Lines;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;

/// The file is valid CSV as of RFC 4180: a header with distinct names, then rows with as many
/// fields. Fields are separated by commas, in `.tsv` files by tabs; quotes enclose a whole field
/// and are doubled inside it. Each malformed row is reported with its line, and so is anything that
/// programs read differently: an empty line between rows, a carriage return without a line feed, a
/// NUL, or a byte order mark inside the file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Csv {
    /// A required column or a list of them, spelled exactly as in the header, including blanks and
    /// case. Other columns are allowed, in any order.
    columns: Option<OneOrMany>,
    /// Minimum number of rows, not counting the header; 1 by default.
    min_rows: Option<Count>,
    /// Maximum number of rows, not counting the header.
    max_rows: Option<Count>,
}

impl Check for Csv {
    fn words(&self) -> String {
        let columns =
            self.columns.as_ref().map(|columns| format!(" the columns {}", columns.words()));
        let columns = columns.map(|columns| format!("{columns} and")).unwrap_or_default();
        let rows = count::counted(Some(&self.least()), self.max_rows.as_ref(), "row");
        format!("the file is valid CSV with{columns} {rows}")
    }

    fn flaw(&self) -> Option<Flaw> {
        self.columns.as_ref().and_then(|columns| columns.flaw("columns")).or_else(|| {
            count::count_flaw(
                ("min_rows", Some(&self.least())),
                ("max_rows", self.max_rows.as_ref()),
            )
        })
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let read = || {
            let document = scene.document()?;
            Ok((document.text()?, document.path.as_str().to_lowercase().ends_with(".tsv")))
        };
        let (text, has_tabs) = match read() {
            Ok(read) => read,
            Err(finding) => return vec![finding],
        };
        let delimiter = if has_tabs { b'\t' } else { b',' };
        if let Some((at, message)) = ambiguous(text, delimiter) {
            // Another reader parts what follows in another way: nothing is known of it.
            return vec![Finding::new(message).line(Lines::of(text).at(at))];
        }
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        let header = match reader.headers() {
            Ok(header) if header.is_empty() => return vec![Finding::new("the file has no header")],
            Ok(header) => header.clone(),
            Err(error) => return vec![malformed(&error, text)],
        };
        let mut few = Few::new(FINDINGS_MAX);
        for column in self.columns.iter().flat_map(|columns| columns.iter()) {
            if !header.iter().any(|name| name == column) {
                let message = format!("the column {} is missing", text::quoted(column));
                let header = header.iter().collect::<Vec<_>>().join(", ");
                few.add(|| Finding::new(message).line(1).actual(text::short(&header)));
            }
        }
        for (index, name) in header.iter().enumerate() {
            if header.iter().take(index).any(|other| other.trim() == name.trim()) {
                let message = format!("the header has the column {} twice", text::quoted(name));
                few.add(|| Finding::new(message).line(1));
            }
        }
        let mut rows = 0_usize;
        let mut row = csv::StringRecord::new();
        loop {
            match reader.read_record(&mut row) {
                Ok(true) => rows += 1,
                Ok(false) => break,
                Err(error) => {
                    rows += 1;
                    few.add(|| malformed(&error, text));
                }
            }
        }
        if let Some(expected) = super::between(rows, Some(&self.least()), self.max_rows.as_ref()) {
            few.add(|| Finding::new("number of rows").expected(expected).actual(rows));
        }
        few.finish()
    }
}

impl Csv {
    fn least(&self) -> Count {
        count::least(self.min_rows.as_ref(), self.max_rows.as_ref())
    }
}

/// Where a byte stands.
#[derive(Clone, Copy)]
enum Within {
    /// At the begin of a line.
    Line,
    /// At the begin of a field.
    Begin,
    Unquoted,
    /// Opened at this byte.
    Quoted(usize),
    /// A quote within quotes: it closes them, unless another one follows.
    Closed(usize),
}

/// The first thing that programs read in different ways: a quote that is not as RFC 4180 has it,
/// around a whole field and doubled within, or an end of a line that not all take for one.
fn ambiguous(text: &str, delimiter: u8) -> Option<(usize, &'static str)> {
    if let Some(at) = text.find(['\0', '\u{feff}']) {
        return Some((at, "NUL or byte order mark inside the file; remove it"));
    }
    let end = text.trim_end_matches(['\r', '\n']).len();
    let mut within = Within::Line;
    for (at, byte) in text.bytes().enumerate() {
        let ends = match byte {
            b'\n' => true,
            b'\r' => text.as_bytes().get(at + 1) == Some(&b'\n'),
            _ => false,
        };
        within = match within {
            Within::Quoted(begin) if byte == b'"' => Within::Closed(begin),
            Within::Quoted(begin) => Within::Quoted(begin),
            Within::Line if ends && at < end => return Some((at, "empty line")),
            Within::Line | Within::Begin if byte == b'"' => Within::Quoted(at),
            Within::Closed(begin) if byte == b'"' => Within::Quoted(begin),
            Within::Line | Within::Begin | Within::Unquoted | Within::Closed(_)
                if byte == b'\r' =>
            {
                if !ends {
                    return Some((at, "carriage return without a line feed; end lines with both"));
                }
                within
            }
            Within::Line | Within::Begin | Within::Unquoted | Within::Closed(_) if ends => {
                Within::Line
            }
            Within::Line | Within::Begin | Within::Unquoted | Within::Closed(_)
                if byte == delimiter =>
            {
                Within::Begin
            }
            Within::Closed(_) => return Some((at, "text after a closing quote")),
            Within::Unquoted if byte == b'"' => {
                return Some((
                    at,
                    "quote in an unquoted field; quote the field and double the quote",
                ));
            }
            Within::Line | Within::Begin | Within::Unquoted => Within::Unquoted,
        };
    }
    match within {
        Within::Quoted(begin) => Some((begin, "unclosed quote")),
        Within::Line | Within::Begin | Within::Unquoted | Within::Closed(_) => None,
    }
}

/// The finding for a row that is no row.
fn malformed(error: &csv::Error, text: &str) -> Finding {
    let finding = if let csv::ErrorKind::UnequalLengths { expected_len, len, .. } = error.kind() {
        let fields = if *len == 1 { "field" } else { "fields" };
        Finding::new(format!("row has {len} {fields}, header has {expected_len}"))
    } else {
        Finding::new(format!("malformed CSV: {}", text::short(&error.to_string())))
    };
    match error.position().and_then(|position| usize::try_from(position.byte()).ok()) {
        Some(begin) => {
            // The reader begins a row before the line feed of the row above it.
            let rest = text.as_bytes().get(begin..).unwrap_or_default();
            let ends = rest.iter().take_while(|byte| b"\r\n".contains(byte)).count();
            finding.line(Lines::of(text).at(begin + ends))
        }
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;
    use crate::check::testing::judge_bytes;
    use crate::check::testing::read;

    #[test]
    fn a_sound_table_passes() {
        let file = [("a.csv", "\u{feff}id,name, note \r\n1,\"a, \"\"b\"\"\nc\",\r\n2,d,e\r\n")];
        assert_eq!(judge("csv", "", &file), [""; 0]);
        let parameters = "columns = [' note ', 'id']\nmin_rows = 2\nmax_rows = 2";
        assert_eq!(judge("csv", parameters, &file), [""; 0]);
        assert_eq!(judge("csv", "columns = 'b'", &[("a.tsv", "a\tb\n1,5\t2\n")]), [""; 0]);
        assert_eq!(judge("csv", "max_rows = 0", &[("a.csv", "a\n")]), [""; 0]);
    }

    #[test]
    fn columns_and_rows_count() {
        let file = [("a.csv", "id,name\n1,a\n")];
        assert_eq!(
            judge("csv", "columns = ['Id', 'name']\nmin_rows = 2", &file),
            [
                "a.csv:1: the column `Id` is missing (found id, name) []",
                "number of rows (expected at least 2, found 1) []"
            ]
        );
        assert_eq!(
            judge("csv", "", &[("a.csv", "id,name\n")]),
            ["number of rows (expected at least 1, found 0) []"]
        );
    }

    #[test]
    fn malformed_rows_have_their_line() {
        assert_eq!(
            judge("csv", "", &[("a.csv", "a,b\r\n1,2\r\n\"\n\",3\n3\n4,5,6\n\r\n\n")]),
            [
                "a.csv:5: row has 1 field, header has 2 []",
                "a.csv:6: row has 3 fields, header has 2 []"
            ]
        );
    }

    #[test]
    fn quotes_stand_around_whole_fields() {
        let stray = "quote in an unquoted field; quote the field and double the quote";
        for (text, line, message) in [
            ("a,b\n\"1\"x,2\n", 2, "text after a closing quote"),
            ("a,b\n\"1\" ,2\n", 2, "text after a closing quote"),
            ("\"a\"\"\",\"b\"c\n1,2\n", 1, "text after a closing quote"),
            ("a,b\n1,2\n1\",2\n", 3, stray),
            ("a,b\n1, \"2\"\n", 2, stray),
            ("a\n\"1\n2\n", 2, "unclosed quote"),
            ("a\n1\n\"\"\"\n", 3, "unclosed quote"),
        ] {
            let expected = format!("a.csv:{line}: {message} []");
            assert_eq!(judge("csv", "", &[("a.csv", text)]), [expected], "{text:?}");
        }
        for text in ["a,\"b\"\r\n\"\",\"\"\"\"\r\n", "a\n\"1\"", "\"a\"\r\n\"1,\r2\"\r\n"] {
            assert_eq!(judge("csv", "", &[("a.csv", text)]), [""; 0], "{text:?}");
        }
        let tabs = [("a.tsv", "a\tb\n\"1\"\"\"\t2\n")];
        assert_eq!(judge("csv", "", &tabs), [""; 0]);
    }

    #[test]
    fn what_programs_read_in_different_ways_fails() {
        let mark = "NUL or byte order mark inside the file; remove it";
        let lone = "carriage return without a line feed; end lines with both";
        for (text, line, message) in [
            ("a,b\n1,\0,2\n", 2, mark),
            ("a,b\n1,\"\0\"\n", 2, mark),
            ("\u{feff}\u{feff}a,b\n1,2\n", 1, mark),
            ("a,b\n\u{feff}1,2\n", 2, mark),
            ("a,b\r1,2\r", 1, lone),
            ("a,b\n1,2\n3,\r4\n", 3, lone),
            ("a,b\n1,2\r\r\n", 2, lone),
            ("a\n\n1\n", 2, "empty line"),
            ("a\r\n1\r\n\r\n2\r\n", 3, "empty line"),
            ("\na\n1\n", 1, "empty line"),
            ("a,b,a\n1,2,3\n", 1, "the header has the column `a` twice"),
            ("a,b,,\n1,2,3,4\n", 1, "the header has the column `` twice"),
            ("a, a\n1,2\n", 1, "the header has the column ` a` twice"),
        ] {
            let expected = format!("a.csv:{line}: {message} []");
            assert_eq!(judge("csv", "", &[("a.csv", text)]), [expected], "{text:?}");
        }
        for column in ["b", " B", "b "] {
            let parameters = format!("columns = '{column}'");
            let found = judge("csv", &parameters, &[("a.csv", "a, b\n1,2\n")]);
            assert_eq!(found.len(), 1, "{column:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_fails() {
        assert_eq!(judge("csv", "", &[]), ["missing.md: the file does not exist []"]);
        assert_eq!(judge("csv", "", &[("a.csv", "\n")]), ["the file has no header []"]);
        assert_eq!(
            judge_bytes("csv", "", &[("a.csv", b"a\n\xff")]),
            ["a.csv: the file is not valid UTF-8 (byte 2) []"]
        );
        assert_eq!(
            read("csv", "min_rows = 2\nmax_rows = 1").err().unwrap(),
            "`min_rows` 2 is above `max_rows` 1"
        );
    }
}
