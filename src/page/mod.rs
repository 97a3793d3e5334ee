//! Documents for people: HTML from the templates that come with the program, and texts made fit for
//! Markdown. A view is whatever serializes; what stands in it is data and never markup.

#[cfg(feature = "serve")]
mod asset;
mod markdown;

#[cfg(feature = "serve")]
pub use asset::Asset;
#[cfg(feature = "serve")]
pub use asset::icon;
#[cfg(feature = "serve")]
pub use asset::script;
#[cfg(feature = "serve")]
pub use asset::style;
pub use markdown::comment_word;
pub use markdown::markdown;

use crate::template::Error;
use crate::template::HtmlTemplates;
use rust_embed::RustEmbed;
use serde::Serialize;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "src/page/templates"]
struct Texts;

static TEMPLATES: LazyLock<Result<HtmlTemplates, Error>> = LazyLock::new(|| {
    let text = |name: &str| Some(String::from_utf8_lossy(&Texts::get(name)?.data).into_owned());
    HtmlTemplates::parse(Texts::iter().filter_map(|name| Some((name.to_string(), text(&name)?))))
});

/// Renders a template with the fields of a view.
pub fn html(name: &str, view: &impl Serialize) -> Result<String, Error> {
    TEMPLATES.as_ref().map_err(Error::clone)?.render(name, view)
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::Regex;

    /// An attribute without quotes ends at a blank, which no escape touches.
    #[test]
    fn values_in_attributes_stand_in_quotes() {
        let quoted = Regex::new(r#""[^"<>]*""#).unwrap();
        let tag = Regex::new(r"<[a-z][^>]*>").unwrap();
        let unescaped = Regex::new(r"\|\s*safe\b|autoescape").unwrap();
        for name in Texts::iter().filter(|name| name.ends_with(".html")) {
            let text = String::from_utf8(Texts::get(&name).unwrap().data.into_owned()).unwrap();
            for found in tag.find_iter(&text) {
                // The level of a heading belongs to the name of its tag.
                let tag = found.as_str().replacen("<h{{ level }}", "<h", 1);
                let rest = quoted.replace_all(&tag, "");
                assert!(!rest.contains("{{"), "{name}: {}", found.as_str());
            }
            assert!(!unescaped.is_match(&text), "{name} has a value that is not escaped");
            assert!(!text.contains(" style="), "{name}: a strict policy takes no styles in tags");
            assert!(!text.contains("javascript:"), "{name}");
        }
    }
}
