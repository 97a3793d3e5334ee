//! `orch explain`: the reference's page about a topic.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::Instructions;
use crate::ops::explain;
use crate::ops::explain::Page;
use crate::ops::explain::Reply;

pub fn execute(face: &Face, request: &explain::Request) -> Result<u8, Failure> {
    let reply = explain::explain(request)?;
    let text = match &reply {
        Reply::Pages(pages) => pages.iter().map(page).collect::<Vec<_>>().join("\n\n"),
        Reply::Topics(topics) => topics
            .iter()
            .map(|(part, titles)| match titles.as_slice() {
                [] => part.clone(),
                titles => format!("{part}: {}", titles.join(", ")),
            })
            .collect::<Vec<_>>()
            .join("\n\n"),
    };
    face.answer(&reply, &Instructions::default(), &text);
    Ok(exit::DONE)
}

fn page(page: &Page) -> String {
    format!("{} ({})\n\n{}", page.title, page.part, page.text)
}
