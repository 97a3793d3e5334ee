//! `links_resolve`: what a document points to is there.

use super::Check;
use super::Scene;
use super::few::FINDINGS_MAX;
use super::few::Few;
use super::markdown::Markdown;
use super::text;
use crate::files::ProjectPath;
use crate::finding::Finding;
use crate::uri;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::HashMap;
use std::collections::HashSet;

/// Relative links and images in the Markdown document, including reference links, point to files or
/// folders of the project, and their `#anchors` to headings or HTML ids of Markdown files, named as
/// GitHub names them. A link that starts with `/` is relative to the project; one that ends with
/// `/` must point to a folder. An empty link, `//` inside a link and a `file:` URL fail. URLs with
/// other schemes, mail addresses (`<name@host>`, `mailto:`) and links in raw HTML are not checked.
/// A document without links passes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LinksResolve {}

impl Check for LinksResolve {
    fn words(&self) -> String {
        "all relative links in the file, and their anchors, resolve".to_owned()
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let read = || {
            let document = scene.document()?;
            Ok((&document.path, document.text()?))
        };
        let (path, text) = match read() {
            Ok(read) => read,
            Err(finding) => return vec![finding],
        };
        let document = Markdown::read(text);
        let mut places = Targets { scene, known: HashMap::new() };
        places.known.insert(path.to_string(), Ok(Some(document.anchors)));
        let mut few = Few::new(FINDINGS_MAX);
        for link in &document.links {
            if let Err(message) = places.judge(path, &link.to) {
                few.add(|| {
                    let to = text::quoted(&link.to);
                    Finding::new(format!("broken link {to}: {message}")).line(link.line)
                });
            }
        }
        few.finish()
    }
}

/// What links have been found to lead to, looked at once each.
struct Targets<'s> {
    scene: &'s Scene<'s>,
    /// The anchors of a Markdown file, `None` for what has none to look at; or why it is no place.
    known: HashMap<String, Result<Option<HashSet<String>>, String>>,
}

impl Targets<'_> {
    fn judge(&mut self, from: &ProjectPath, link: &str) -> Result<(), String> {
        match scheme(link) {
            Some(scheme) if scheme.eq_ignore_ascii_case("file") => {
                return Err("it leaves the project".to_owned());
            }
            Some(_) => return Ok(()),
            None if link.starts_with("//") => return Ok(()),
            None if link.trim().is_empty() => return Err("it is empty".to_owned()),
            None => {}
        }
        let (rest, anchor) = link.split_once('#').unwrap_or((link, ""));
        let file = rest.split_once('?').map_or(rest, |(file, _)| file);
        let path = match file {
            "" => from.to_string(),
            file => self.target(from, file)?,
        };
        let scene = self.scene;
        let anchors =
            self.known.entry(path.clone()).or_insert_with(|| anchors_of(scene, &path)).as_ref();
        let anchors = anchors.map_err(Clone::clone)?;
        let anchor = decoded(anchor)?;
        match anchors {
            Some(anchors)
                if !anchor.is_empty() && anchor != "top" && !anchors.contains(&anchor) =>
            {
                Err(format!("{path} has no anchor {}", text::quoted(&anchor)))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The path within the project that a link from a file means. What is left with `/`, `/.` or
    /// `/..` must be a folder: no file has anything in it.
    fn target(&self, from: &ProjectPath, link: &str) -> Result<String, String> {
        let (start, link) = match link.strip_prefix('/') {
            Some(link) => ("", link),
            None => (from.as_str().rsplit_once('/').map_or("", |(folder, _)| folder), link),
        };
        let mut parts: Vec<String> =
            start.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut steps = link.split('/').peekable();
        while let Some(step) = steps.next() {
            let is_last = steps.peek().is_none();
            let step = decoded(step)?;
            if matches!(step.as_str(), "" | "." | "..") && !parts.is_empty() {
                self.demand_folder(&parts.join("/"))?;
            }
            match step.as_str() {
                "" if is_last => {}
                "" => return Err("it has no name between two slashes".to_owned()),
                "." => {}
                ".." => {
                    parts.pop().ok_or("it leaves the project")?;
                }
                _ if step.contains(['/', '\0']) => {
                    return Err("a name in it contains a slash or a NUL".to_owned());
                }
                _ => parts.push(step),
            }
        }
        Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
    }

    fn demand_folder(&self, path: &str) -> Result<(), String> {
        let place = self.scene.project.path(path).map_err(|error| error.to_string())?;
        match self.scene.project.is_folder(&place) {
            Ok(true) => Ok(()),
            Ok(false) if self.scene.project.exists(&place) => {
                Err(format!("{path} is not a folder"))
            }
            Ok(false) => Err(format!("{path} does not exist")),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// The anchors of what lies at a path, where it is a Markdown file.
fn anchors_of(scene: &Scene<'_>, path: &str) -> Result<Option<HashSet<String>>, String> {
    let path = scene.project.path(path).map_err(|error| error.to_string())?;
    if matches!(scene.project.is_folder(&path), Ok(true)) {
        return Ok(None);
    }
    let name = path.as_str().to_lowercase();
    let is_markdown = [".md", ".markdown", ".mdx"].iter().any(|ending| name.ends_with(ending));
    if !is_markdown {
        return scene.project.open(&path).map(|_| None).map_err(|error| error.to_string());
    }
    let text = scene.project.read_text(&path, scene.text_bytes_max);
    text.map(|text| Some(Markdown::read(&text).anchors)).map_err(|error| error.to_string())
}

/// The scheme of a link that has one.
fn scheme(link: &str) -> Option<&str> {
    let (scheme, _) = link.split_once(':')?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|next| next.is_ascii_alphanumeric() || "+-.".contains(next));
    is_scheme.then_some(scheme)
}

/// What a part of a link means.
fn decoded(text: &str) -> Result<String, String> {
    uri::decoded(text).ok_or_else(|| "it is not valid UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;
    use crate::check::testing::judge_bytes;
    use crate::check::testing::judge_in;

    #[test]
    fn links_that_lead_somewhere_pass() {
        let text = "# My *Title*\n## Twice\n## Twice\n[a](b.md) [b](./c%20d/x.png?raw=1#L3) \
            ![c](../top.md#the-end) [d](/docs/b.md#here) [e](#my-title) [f][r] [g](#twice-1)\n\
            <https://a.org> [h](mailto:a@b.org) [i](//host/x) [j](https://x.org/none.md) \
            [k](c%20d/) [l](<c d/x.png>) [m](#top) `[n](none.md)` [o]\n\n[r]: b.md 'title'\n";
        let files = [
            ("docs/a.md", text),
            ("docs/b.md", "<a id='here'></a>\n"),
            ("docs/c d/x.png", ""),
            ("top.md", "# The End\n"),
        ];
        assert_eq!(judge("links_resolve", "", &files), [""; 0]);
        assert_eq!(judge("links_resolve", "", &[("a.md", "no links")]), [""; 0]);
    }

    #[test]
    fn links_that_lead_nowhere_fail() {
        let text = "[a](none.md)\n[b](../../etc/passwd)\n![c](b.md#no)\n\n[d][r] [e](#E)\n\
            [f](/.git/config) [g](%ff)\n\n[r]: /docs/none\n";
        let files = [("docs/a.md", text), ("docs/b.md", "# N\n")];
        assert_eq!(
            judge("links_resolve", "", &files),
            [
                "docs/a.md:1: broken link `none.md`: docs/none.md does not exist []",
                "docs/a.md:2: broken link `../../etc/passwd`: it leaves the project []",
                "docs/a.md:3: broken link `b.md#no`: docs/b.md has no anchor `no` []",
                "docs/a.md:5: broken link `/docs/none`: docs/none does not exist []",
                "docs/a.md:5: broken link `#E`: docs/a.md has no anchor `E` []",
                "docs/a.md:6: broken link `/.git/config`: path \".git/config\" is inside .git []",
                "docs/a.md:6: broken link `%ff`: it is not valid UTF-8 []",
            ]
        );
    }

    #[test]
    fn what_stands_before_a_slash_is_a_folder() {
        let lead = |link: &str| {
            let text = format!("[x]({link})\n");
            let files =
                [("d/a.md", text.as_str()), ("d/b.md", ""), ("d/c d/e%2Fg.md", ""), ("t", "")];
            judge("links_resolve", "", &files)
        };
        for link in [
            ".",
            "./",
            "..",
            "../",
            "/",
            "/d",
            "/d/",
            "../d/b.md",
            "./b.md",
            "c%20d/",
            "<c d/>",
            "c%20d/../b.md",
            "%2E%2E/t",
            "c%20d/e%252Fg.md",
            "#",
            "?x",
            "b.md?x/y",
            "./././b.md",
        ] {
            assert_eq!(lead(link), [""; 0], "{link}");
        }
        for (link, message) in [
            ("b.md/", "d/b.md is not a folder"),
            ("b.md/.", "d/b.md is not a folder"),
            ("b.md/./", "d/b.md is not a folder"),
            ("b.md/..", "d/b.md is not a folder"),
            ("b.md/../b.md", "d/b.md is not a folder"),
            ("b%2Emd/", "d/b.md is not a folder"),
            ("/d/b.md/#x", "d/b.md is not a folder"),
            ("b.md/x", "d/b.md/x"),
            ("none/../b.md", "d/none does not exist"),
            ("none/", "d/none does not exist"),
            ("/d//b.md", "it has no name between two slashes"),
            ("..//t", "it has no name between two slashes"),
            ("c%20d//", "it has no name between two slashes"),
            ("", "it is empty"),
            ("<>", "it is empty"),
            ("..%2Ft", "a name in it contains a slash or a NUL"),
            ("b.md%00", "a name in it contains a slash or a NUL"),
            ("../..", "it leaves the project"),
            ("../../x/t", "it leaves the project"),
            ("%2e%2e/%2E%2e/t", "it leaves the project"),
            ("/../t", "it leaves the project"),
            ("file:///etc/passwd", "it leaves the project"),
            ("FILE:b.md", "it leaves the project"),
        ] {
            let told = lead(link);
            assert!(told.len() == 1 && told[0].contains(message), "{link}: {told:?}");
        }
    }

    #[test]
    fn mail_addresses_are_no_files() {
        let mail = "<info@example.org> <First.Last+tag@mail.example.org> [a](mailto:a@b.org) \
            [b](MailTo:a@b.org?subject=x) <mailto:a@b.org> [c](<mailto:a@b.org>) [d][m] \
            [e](&#109;ailto:a@b.org) [f](tel:+1) [g](x-y+z.1:a@b)\n\n[m]: MAILTO:a@b.org\n";
        assert_eq!(judge("links_resolve", "", &[("a.md", mail)]), [""; 0]);
        let text = format!("{mail}\n[gone](info@example.md) [h](a@b/c.md)\n");
        assert_eq!(
            judge("links_resolve", "", &[("a.md", &text)]),
            [
                "a.md:5: broken link `info@example.md`: info@example.md does not exist []",
                "a.md:5: broken link `a@b/c.md`: a@b/c.md does not exist []",
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_fails() {
        assert_eq!(judge("links_resolve", "", &[]), ["missing.md: the file does not exist []"]);
        assert_eq!(
            judge_bytes("links_resolve", "", &[("a.md", b"\xff")]),
            ["a.md: the file is not valid UTF-8 (byte 0) []"]
        );
        assert_eq!(
            judge_bytes("links_resolve", "", &[("a.md", b"[a](b.md#x)"), ("b.md", b"\xff")]),
            ["a.md:1: broken link `b.md#x`: b.md is not valid UTF-8 (byte 0) []"]
        );
    }

    #[test]
    fn links_of_the_file_system_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        crate::check::testing::lay(folder.path(), &[("a.md", b"[a](etc/passwd)")]);
        std::os::unix::fs::symlink("/etc", folder.path().join("etc")).unwrap();
        assert_eq!(
            judge_in(folder.path(), "links_resolve", "", "a.md"),
            [
                "a.md:1: broken link `etc/passwd`: etc/passwd leads outside the project through a symbolic link []"
            ]
        );
    }
}
