//! `min_sources`: research that stands on named sources, counted once each.

use super::Check;
use super::Count;
use super::Scene;
use super::citation;
use super::citation::CitedWork;
use super::count;
use super::markdown;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The file cites at least `min` distinct sources: URLs (ignoring fragment, default port, trailing
/// slash, and `http` or `https`), DOIs, ISBNs (the 10- and 13-digit numbers of a book are one
/// source; the check digit must be right) and arXiv ids (ignoring the version). A work counts once,
/// however it is spelled or formatted; a link whose text is a DOI, ISBN or arXiv id counts as that
/// work. A 13-digit ISBN counts anywhere, a 10-digit one only with the word ISBN in its line, row
/// or column header. Code and comments do not count, and neither does a bullet without a source.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MinSources {
    /// Minimum number of distinct sources.
    min: Count,
}

impl Check for MinSources {
    fn words(&self) -> String {
        let sources = count::counted(Some(&self.min), None, "distinct source");
        format!("the file cites {sources} (URL, DOI, ISBN or arXiv id)")
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let read = || {
            let document = scene.document()?;
            Ok((document.path.as_str(), document.text()?))
        };
        let found = match read() {
            Ok((path, text)) => distinct_sources(path, text).len(),
            Err(finding) => return vec![finding],
        };
        match super::between(found, Some(&self.min), None) {
            None => Vec::new(),
            Some(expected) => {
                vec![Finding::new("number of distinct sources").expected(expected).actual(found)]
            }
        }
    }
}

/// The works that a document names, each once.
fn distinct_sources(path: &str, text: &str) -> BTreeSet<CitedWork> {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
    let passages = match ending.as_str() {
        "html" | "htm" | "xhtml" => markdown::of_html(text),
        "toml" | "yaml" | "yml" => markdown::of_lines(text, Some('#')),
        "bib" | "tex" => markdown::of_lines(text, Some('%')),
        "csv" | "json" | "ris" | "tsv" => markdown::of_lines(text, None),
        _ => markdown::of_markdown(text, &citation::WORDS),
    };
    passages.iter().flat_map(citation::works).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::judge;

    /// How many works each text names.
    const SPELLINGS: &[(usize, &str)] = &[
        // URLs: one, however it is spelled.
        (1, "<https://Example.org:443/a/#top>, https://example.org/a [x](https://example.org/a/)"),
        (1, "http://a.org https://a.org/ HTTP://A.ORG:80 https://a.org:443# https://a.org/?"),
        (1, "[https://a.org](https://a.org) https://a.org"),
        (1, "[https://a.org/long…](https://a.org/long/path)"),
        (1, "(https://a.org/x_(y))."),
        (1, "*https://a.org/x* **https://a.org/x** _https://a.org/x_ ~~https://a.org/x~~"),
        (1, "\"https://a.org/x\" 'https://a.org/x' “https://a.org/x”, https://a.org/x!?"),
        (1, "<https://a.org/x>\\\n\\<https://a.org/x\\> [[https://a.org/x]] {https://a.org/x}"),
        (1, "https://a.org/?a=1&amp;b=2 <https://a.org/?a=1&b=2>"),
        (1, "见https://a.org/x。另见（https://a.org/x），"),
        (1, "https://a.org/x\u{200b} https://a.org/x"),
        (1, "[a][1] and [b][1]\n\n[1]: https://a.org 'https://b.org'"),
        (1, "Said.[^1]\n\n[^1]: https://a.org."),
        (1, "![figure](https://a.org/x.png)"),
        (1, "<a href=\"https://a.org/?a=1&amp;b=2\">https://a.org</a> "),
        (1, "<div>\n<p>See <a href='https://a.org'>this</a></p>\n</div>"),
        (1, "> - [ ] https://a.org"),
        (1, "# https://a.org\n\n1. https://a.org"),
        (1, "[1]: https://a.org"),
        (1, "---\nsource: https://a.org\n# see: https://b.org\n---\nText"),
        (1, "[a](//a.org/x) [b](https://a.org/x)"),
        // URLs: several.
        (2, "- https://a.example.org,https://b.example.org"),
        (2, "https://a.org;https://b.org"),
        (2, "https://a.org, https://b.org."),
        (2, "**https://a.org**,**https://b.org**"),
        (2, "(https://a.org)(https://b.org)"),
        (2, "<https://a.org><https://b.org>"),
        (2, "[a](https://a.org)[b](https://b.org)"),
        (2, "[a](<https://a.org/x y>) [b](<https://a.org/x z>)"),
        (2, "| a | b |\n| --- | --- |\n| https://a.org/x | https://a.org/y |"),
        (2, "|a|b|\n|-|-|\n|https://a.org/x|https://a.org/y|"),
        (2, "https://a.org/x https://a.org/X"),
        (2, "https://a.org/?q=1 https://a.org/?q=2"),
        (2, "https://a.org https://www.a.org"),
        (2, "https://a.org https://a.org:8443"),
        (2, "https://a.org/Hilbert's_hotel https://a.org/Hilbert's_problems"),
        (2, "[![badge](https://a.org/x.svg)](https://b.org)"),
        (2, "https://a.org<br>https://b.org"),
        (2, "https://web.archive.org/web/2020/https://a.org/ and https://a.org/"),
        (3, "https://a.org,doi:10.1000/xyz;arXiv:1706.03762"),
        // What is none.
        (0, "- A very convincing book\n- Another one, p. 10\n- www, http and https://"),
        (0, "<!-- https://a.org -->\n\n<!--\nhttps://b.org\n\nISBN 978-0-306-40615-7\n-->"),
        (0, "a <!-- doi:10.1000/xyz --> b `https://a.org` ``arXiv:1706.03762``"),
        (0, "```\nhttps://a.org\n```\n\n    ISBN 978-0-306-40615-7\n\n~~~ txt\ndoi:10.1000/x\n~~~"),
        (0, "<pre>\nhttps://a.org\n\nhttps://b.org\n</pre>\n\nx <code>https://c.org</code> y"),
        (0, "[//]: # (https://a.org)\n[comment]: <> (https://b.org)"),
        (0, "[a](b.md) <info@example.org> [c](mailto:x@a.org) ftp: //x"),
        (0, "| a |\n|---|\n| `https://a.org` |"),
        (0, "<script>\nlet x = 'https://a.org';\n</script>"),
        // DOIs.
        (1, "doi:10.1000/XYZ https://doi.org/10.1000/xyz http://dx.doi.org/10.1000/xyz"),
        (1, "https://www.doi.org/10.1000/xyz https://doi.org/10.1000%2Fxyz doi.org/10.1000/xyz"),
        (1, "DOI: 10.1000/xyz. (doi 10.1000/xyz) [10.1000/xyz] *10.1000/xyz*, 10.1000/xyz;"),
        (1, "[10.1000/xyz](https://doi.org/10.1000/xyz) <doi:10.1000/xyz>"),
        (
            1,
            "https://doi.org/10.1000/xyz/ https://doi.org/10.1000/xyz#s1 https://doi.org/10.1000/xyz?a=b",
        ),
        (
            1,
            "https://doi.org/doi:10.1000/xyz info:doi/10.1000/xyz urn:doi:10.1000/xyz DOI10.1000/xyz",
        ),
        (1, "[doi:10.1145/3292500](https://dl.acm.org/doi/10.1145/3292500)"),
        (1, "10.1016/S0140-6736(20)30183-5, (10.1016/s0140-6736(20)30183-5)"),
        (
            1,
            "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O\n\
             https://doi.org/10.1002/(SICI)1097-4571(199806)49:8%3C693::AID-ASI4%3E3.0.CO;2-O",
        ),
        (1, "10.1890/0012-9658(2006)87[1465:ATOM]2.0.CO;2 is a paper"),
        (1, "| DOI |\n|---|\n| 10.1000/xyz |\n| **10.1000/XYZ** |"),
        (1, "10.1000.10/123 doi:10.1000.10/123"),
        (2, "10.1000/a,10.1000/b"),
        (2, "doi:10.1000/a;doi:10.1000/b"),
        (2, "10.1000/a_b 10.1000/a_c"),
        (2, "https://doi.org/10.1000/a,https://doi.org/10.1000/b"),
        (0, "10.1000/ 10.5/7 110.1000/x 1.10.1000/x version 10.1000"),
        // arXiv.
        (1, "arXiv:1706.03762 https://arxiv.org/abs/1706.03762v5 arXiv:1706.03762v2 [cs.CL]"),
        (1, "https://arxiv.org/pdf/1706.03762 https://doi.org/10.48550/arXiv.1706.03762"),
        (1, "http://www.arxiv.org/pdf/1706.03762v1.pdf#page=3 arxiv.org/abs/1706.03762"),
        (1, "https://export.arxiv.org/abs/1706.03762?context=cs doi:10.48550/ARXIV.1706.03762"),
        (
            1,
            "arXiv preprint arXiv:1706.03762, arXiv 1706.03762, arXiv: 1706.03762; ARXIV:1706.03762",
        ),
        (1, "[arXiv:1706.03762](https://arxiv.org/abs/1706.03762) <arxiv:1706.03762>"),
        (1, "[1706.03762](https://arxiv.org/abs/1706.03762) (arXiv preprint 1706.03762)"),
        (1, "arXiv:hep-th/9901001 hep-th/9901001v3 https://arxiv.org/abs/hep-th/9901001"),
        (1, "arXiv:math.GT/0309136 math/0309136 10.48550/arXiv.math/0309136"),
        (1, "| arXiv | title |\n|---|---|\n| 1706.03762 | Attention, 1234.5678 |"),
        (1, "**arXiv:** 1706.03762 and *arXiv*:1706.03762"),
        (2, "arXiv:1706.03762,arXiv:1810.04805"),
        (2, "arXiv:1706.03762; https://arxiv.org/abs/0704.0001"),
        (1, "https://arxiv.org/list/cs.CL/recent"),
        (1, "https://notarxiv.org/abs/1706.03762"),
        (
            0,
            "1706.03762 arXiv:1799.03762 arXiv:1706.037621 arXiv:hep-th/9913001 and src/math/0309136",
        ),
        // ISBNs.
        (1, "ISBN 978-0-306-40615-7, ISBN 0-306-40615-2, ISBN-10: 0306406152"),
        (1, "ISBN-13: 9780306406157, ISBN13 978-0306406157, isbn:978 0 306 40615 7"),
        (1, "ISBN 978\u{2011}0\u{2011}306\u{2011}40615\u{2011}7 ISBN 978–0–306–40615–7"),
        (1, "ISBN\u{a0}978\u{a0}0\u{a0}306\u{a0}40615\u{a0}7 ISBN9780306406157"),
        (1, "978-0-306-40615-7 (hardback), 9780306406157. EAN 9780306406157; [9780306406157]"),
        (1, "ISBN 10 0 306 40615 2, ISBN-10 0306406152, e-ISBN 0306406152"),
        (1, "_ISBN 978-0-306-40615-7_ ISBN **978-0-306-40615-7** **ISBN:** 0-306-40615-2"),
        (1, "[ISBN 978-0-306-40615-7](https://shop.example.org/9780306406157)"),
        (1, "<urn:isbn:0306406152> [a](urn:isbn:9780306406157)"),
        (1, "See p. 13 978 0 306 40615 7 2020 and 978-0-306-40615-7 2021."),
        (1, "| ISBN-10 | title |\n|---|---|\n| 0-306-40615-2 | 0-8044-2957-X |"),
        (1, "| key | value |\n|---|---|\n| ISBN | 0-8044-2957-x |"),
        (1, "| book |\n|---|\n| Title<br>ISBN 0-8044-2957-X |"),
        (1, "979-10-90636-07-1"),
        (1, "*Title*. Press, 1999. **ISBN** 0-8044-2957-X."),
        (1, "https://openlibrary.org/isbn/9780306406157"),
        (2, "ISBN 978-0-306-40615-7, 978-3-16-148410-0"),
        (2, "ISBN 9780306406157,9783161484100"),
        (2, "ISBN 9780306406157 9783161484100"),
        (2, "ISBN 0306406152/080442957X"),
        (2, "_ISBN 978-0-306-40615-7_, ISBN **978-3-16-148410-0**"),
        (3, "*ISBN 978-0-306-40615-7* and **ISBN:** 978-3-16-148410-0 and (ISBN 0-8044-2957-X)"),
        (
            2,
            "| ISBN | title |\n| --- | --- |\n| 978-0-306-40615-7 | one |\n| 978-3-16-148410-0 | two |",
        ),
        (
            2,
            "| book | number |\n|---|---|\n| one | ISBN 978-0-306-40615-7 |\n| two | ISBN 0-8044-2957-X |",
        ),
        (0, "ISBN 978-0-306-40615-8 ISBN 0-306-40615-3 977-0-306-40615-0"),
        (0, "Call 0306406152 or 0-8044-2957-X."),
        (0, "ISBN and its history\n\nCall 0306406152"),
        (0, "ISBN `978-0-306-40615-7` 1978-0-306-40615-7 978-0-306-40615-7-1 97803064061570"),
        (0, "x9780306406157 9780306406157y 0.9780306406157 9780306406157.5"),
        (0, "ISBN X030640615 030640615X5"),
        // Of bibliographies.
        (1, "Vaswani et al. (2017). Attention. *NeurIPS*. <https://arxiv.org/abs/1706.03762>"),
        (1, "arXiv:1706.03762 [cs.CL] https://doi.org/10.48550/ARXIV.1706.03762v7"),
        (1, "Smith, J. (2020). *Title*. doi:10.1038/s41586-020-2649-2"),
        (1, "https://doi.org/10.1038/s41586-020-2649-2. 10.1038/S41586-020-2649-2"),
        (1, "[10.1038/s41586-020-2649-2][d]\n\n[d]: https://doi.org/10.1038/s41586-020-2649-2"),
        (2, "ISBN: 978-0-306-40615-7 / 978-3-16-148410-0"),
        (1, "ISBN: 978-0-306-40615-7 (print), 0306406152 (pbk)"),
        (1, "ISBN\t978-0-306-40615-7"),
        (1, "ISBN‑13: 978‑0‑306‑40615‑7"),
        (1, "- **ISBN-10**: `x` 0-306-40615-2"),
        (1, "`ISBN` 9780306406157"),
        (0, "`ISBN 0306406152`"),
        (1, "https://example.org/a%20b and https://example.org/a%20b/"),
        (1, "https://EXAMPLE.org/a https://example.ORG/a"),
        (1, "https://user.github.io/a/ https://user.github.io/a//"),
        (1, "<HTTPS://A.ORG/x> https://a.org/x"),
        (2, "https://a.org/a|https://b.org/b"),
        (2, "https://a.org/a / https://b.org/b"),
        (2, "https://a.org/a\\\nhttps://b.org/b"),
        (2, "https://a.org/a  \nhttps://b.org/b"),
        (1, "See [here](https://a.org \"A title, https://b.org\")"),
        (1, "[https://a.org/x](https://a.org/x \"t\")"),
        (1, "*<https://a.org/x>* **[x](https://a.org/x)**"),
        (1, "https://a.org/x&gt; https://a.org/x"),
        (1, "«https://a.org/x» „https://a.org/x“ ‹https://a.org/x›"),
        (1, "https://a.org/x— and https://a.org/x – y"),
        (1, "https://müller.de/ https://xn--mller-kva.de"),
        (1, "https://zh.wikipedia.org/wiki/机器 https://zh.wikipedia.org/wiki/%E6%9C%BA%E5%99%A8"),
        (1, "<!-- x --> https://a.org <!-- https://b.org"),
        (0, "<!-- unfinished https://a.org\n\nhttps://b.org"),
        (1, "<details><summary>S</summary>\n\nhttps://a.org\n\n</details>"),
        (1, "term\n: https://a.org"),
        (1, "| a | b |\n|---|---|\n| [x](https://a.org) | <https://a.org> |"),
        (1, "a | b\n---|---\nISBN 978-0-306-40615-7 | 0306406152"),
        (1, "\\[1\\] https://a.org"),
        (1, "[1]https://a.org[2]"),
        (1, "1.https://a.org"),
        (1, "doi:https://doi.org/10.1000/xyz doi: http://dx.doi.org/10.1000/xyz"),
        (1, "https://doi.org/10.1000/xyz) (https://doi.org/10.1000/xyz"),
        (1, "DOI:10.1000/xyz<br>https://doi.org/10.1000/xyz"),
        (1, "10.1000/xyz–and"),
        (1, "hep-ph/0001234, arXiv:hep-ph/0001234v2, https://arxiv.org/pdf/hep-ph/0001234v1.pdf"),
        (1, "https://arxiv.org/pdf/hep-ph/0001234v1.pdf arxiv.org/pdf/hep-ph/0001234.pdf"),
        (1, "arxiv.org/pdf/1706.03762v2.pdf arXiv:1706.03762"),
        (1, "https://arxiv.org/abs/1706.03762/ https://arxiv.org/abs/1706.03762v1#x"),
        (1, "https://ar5iv.labs.arxiv.org/html/1706.03762 arXiv:1706.03762"),
        (1, "arXiv:cond-mat.mes-hall/0001234"),
        (1, "arXiv:0704.0001v1 arXiv:0704.0001"),
        (1, "arXiv:1706.03762v10. arXiv:1706.03762v1,"),
        (1, "arXiv.1706.03762 and arxiv/1706.03762"),
        (1, "[cs/0112017]"),
        (0, "ISSN 0306-4061 and phone 978-030-640-6158"),
        (1, "978.0.306.40615.7 9780306406157"),
        (1, "ISBN 978-0-306-40615-7-"),
        (1, "ISBN 978 - 0 - 306 - 40615 - 7 978-0-306-40615-7"),
        (1, "ISBN: X 0-8044-2957-X"),
        (1, "ISBN 0-8044-2957–X"),
        (1, "ISBNs: 0804429570, 080442957x"),
        (1, "<https://a.org/x?y=1&z=2> https://a.org/x?y=1&amp;z=2"),
        (2, "https://a.org/x?y=1 https://a.org/x/?y=2"),
        (1, "http://a.org:80/x https://a.org:443/x"),
        (2, "https://a.org:80/x https://a.org/x"),
        (1, "https://a.org./x https://a.org/x"),
        (1, "https://u@a.org/x https://a.org/x"),
        (1, "https://a.org/~u https://a.org/%7Eu https://a.org/%7eu"),
        (1, "https://a.org/../x https://a.org/x"),
        (2, "[a](https://a.org/x), [b](https://a.org/y)."),
        (0, "https://[bad https://)"),
        (0, "http:/a.org https//b.org //c.org"),
        (1, "![https://b.org](https://a.org/x.png)"),
        (2, "https://a.org\n```\nhttps://c.org\n```\nhttps://b.org"),
        (1, "<a name=x>https://a.org</a>"),
        (1, "<img alt='https://b.org' src='https://a.org/x.png'>"),
        (1, "<https://doi.org/10.1000/xyz>; <https://doi.org/10.1000/xyz>"),
        (1, "10.1000/xyz/ 10.1000/xyz"),
        (1, "10.1000/xyz\u{200b}"),
        (1, "https://doi.org/10.1000/xyz%29 (https://doi.org/10.1000/xyz%29)"),
        (1, "{ISBN 978-0-306-40615-7}"),
        (1, "**978-0-306-40615-7**"),
        (1, "978-0-306-**40615**-7"),
        (1, "ISBN 978-\n0-306-40615-7 9780306406157"),
        (1, "Plain: ISBN=9780306406157; isbn=\"9780306406157\""),
    ];

    #[test]
    fn a_work_counts_once_however_it_is_spelled() {
        for (expected, text) in SPELLINGS {
            let found = distinct_sources("a.md", text);
            assert_eq!(found.len(), *expected, "{text}\n{found:?}");
        }
    }

    #[test]
    fn other_files_are_read_as_what_they_are() {
        for (path, text, expected) in [
            (
                "a.bib",
                "@book{a,\n\n    isbn = {0-8044-2957-X},\n    doi={10.1000/x},\n% https://a.org\n}",
                2,
            ),
            ("a.html", "<p>ISBN 080442957X<!-- https://a.org --><pre>https://b.org</pre> x", 1),
            ("a.yaml", "a: 'https://a.org'\n# https://b.org\n", 1),
            ("a.json", "{\"a\": [\"https://a.org\",\"https://b.org\"]}", 2),
        ] {
            assert_eq!(distinct_sources(path, text).len(), expected, "{path}");
        }
    }

    #[test]
    fn no_text_takes_long() {
        for part in
            ["https://a.org,", "[a](", "<a \"", "97", "arXiv ", "10.1000/(", "| ISBN ", "<!--"]
        {
            let start = std::time::Instant::now();
            distinct_sources("a.md", &part.repeat(20_000));
            assert!(start.elapsed().as_secs() < 5, "{part}: {:?}", start.elapsed());
        }
    }

    #[test]
    fn enough_sources_pass() {
        let text = "https://a.org https://b.org/x_(y)";
        assert!(judge("min_sources", "min = 2", &[("a.md", text)]).is_empty());
    }

    #[test]
    fn bullets_without_a_source_do_not_count() {
        let text = "- A very convincing book\n- Another one\n- https://a.org\n- https://a.org/";
        assert_eq!(
            judge("min_sources", "min = 3", &[("a.md", text)]),
            ["number of distinct sources (expected at least 3, found 1) []"]
        );
        assert_eq!(
            judge("min_sources", "min = 1", &[]),
            ["missing.md: the file does not exist []"]
        );
    }
}
