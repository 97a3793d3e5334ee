//! Texts as parts of addresses: nothing in a name leaves its place.

use percent_encoding::AsciiSet;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::percent_decode_str;
use percent_encoding::utf8_percent_encode;

/// What stands for something else in a path or a query.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A text as one segment of a path, or as a value in a query.
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, &RESERVED).to_string()
}

/// A path as a relative reference, in which only the slashes mean something.
pub fn relative(path: &str) -> String {
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// A text with its `%41` decoded, where that is a text.
pub fn decoded(text: &str) -> Option<String> {
    Some(percent_decode_str(text).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_leaves_its_segment() {
        for (text, part) in [("write[a/..?#\"]", "write%5Ba%2F..%3F%23%22%5D"), ("ä", "%C3%A4")] {
            assert_eq!(segment(text), part);
            assert_eq!(decoded(part).as_deref(), Some(text));
        }
        assert_eq!(decoded("%ff"), None);
    }

    #[test]
    fn percent_signs_are_decoded_where_they_mean_something() {
        assert_eq!(decoded("a%20b%2").unwrap(), "a b%2");
        assert_eq!(decoded("100%").unwrap(), "100%");
        assert_eq!(decoded("%C3%A9%zz").unwrap(), "é%zz");
    }

    #[test]
    fn a_path_is_a_reference_whatever_stands_in_it() {
        for (path, uri) in [
            ("workflows/a.toml", "workflows/a.toml"),
            ("out/o[d]d ü.md", "out/o%5Bd%5Dd%20%C3%BC.md"),
            ("a#b?c%d.md", "a%23b%3Fc%25d.md"),
            // Before a colon the first name would be a scheme.
            ("x:y/z", "x%3Ay/z"),
        ] {
            assert_eq!(relative(path), uri);
        }
    }
}
