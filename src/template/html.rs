//! Templates of HTML that come with the program. Their values are data of runs, which anybody may
//! have written: each is escaped, and characters that drive a terminal or turn the reading direction
//! are shown instead of obeyed.

use super::Error;
use super::explain;
use crate::json::is_acted_on;
use serde::Serialize;
use std::io;
use std::io::Write;
use tera::Context;
use tera::Tera;

/// Named templates that may include each other; values are escaped in those whose names end in
/// `.html`.
#[derive(Debug)]
pub(crate) struct HtmlTemplates(Tera);

impl HtmlTemplates {
    /// Takes all texts at once, by the names they include each other by.
    pub fn parse(texts: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        let mut engine = Tera::default();
        engine.autoescape_on([".html"]);
        engine.set_escape_fn(escape);
        engine.add_raw_templates(texts).map_err(|error| explain(&error))?;
        Ok(Self(engine))
    }

    /// Renders one of them with the fields of a view.
    pub fn render(&self, name: &str, view: &impl Serialize) -> Result<String, Error> {
        let context = Context::from_serialize(view).map_err(|error| explain(&error))?;
        self.0.render(name, &context).map_err(|error| explain(&error))
    }
}

/// Where the pictures of control characters begin.
const PICTURES: u32 = 0x2400;

fn escape(text: &str, output: &mut dyn Write) -> io::Result<()> {
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '&' => output.write_all(b"&amp;")?,
            '<' => output.write_all(b"&lt;")?,
            '>' => output.write_all(b"&gt;")?,
            '"' => output.write_all(b"&quot;")?,
            '\'' => output.write_all(b"&#39;")?,
            '\r' if characters.peek() == Some(&'\n') => {}
            _ => write!(output, "{}", shown(character))?,
        }
    }
    Ok(())
}

/// A character, or what stands for one that is obeyed and not seen.
fn shown(character: char) -> char {
    if !is_acted_on(character) {
        return character;
    }
    let picture = match u32::from(character) {
        code @ 0..0x20 => char::from_u32(PICTURES + code),
        0x7f => Some('\u{2421}'),
        _ => None,
    };
    picture.unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn values_are_shown_and_never_obeyed() {
        let texts = [
            ("a.html", "<p title=\"{{ x }}\">{{ x }}{% include \"b.css\" %}</p>"),
            ("b.css", "p{color:red}"),
        ];
        let texts = texts.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let templates = HtmlTemplates::parse(texts).unwrap();
        let view = |text| BTreeMap::from([("x", text)]);
        let shown = |text| templates.render("a.html", &view(text)).unwrap();
        let escaped =
            "&lt;b&gt; &amp;&quot;&#39; {{ y }}\n\u{241b}[31m\u{fffd}\u{fffd}\u{240d}\u{2421}";
        assert_eq!(
            shown("<b> &\"' {{ y }}\r\n\u{1b}[31m\u{202e}\u{9b}\r\u{7f}"),
            format!("<p title=\"{escaped}\">{escaped}p{{color:red}}</p>")
        );
        let error = templates.render("a.html", &BTreeMap::from([("y", "")])).unwrap_err();
        assert!(error.message.contains("`x` is not defined"), "{error}");
    }
}
