//! What the pages of a server load beside their text.

use super::html;
use crate::digest::Digest;
use rust_embed::RustEmbed;
use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "src/page/assets"]
struct Assets;

/// What pages load beside their text.
#[derive(Debug)]
pub struct Asset {
    /// The media type.
    pub kind: &'static str,
    pub text: String,
    /// Where it is found: another text has another address, so that each can be kept for good.
    pub address: String,
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let text = html("page.css", &BTreeMap::<String, String>::new());
    asset("page.css", "text/css; charset=utf-8", text.unwrap_or_default())
});

static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| embedded("page.js", "text/javascript; charset=utf-8"));

static ICON: LazyLock<Asset> = LazyLock::new(|| embedded("icon.svg", "image/svg+xml"));

/// The styles of the pages.
pub fn style() -> &'static Asset {
    &STYLE
}

/// The script of the pages.
pub fn script() -> &'static Asset {
    &SCRIPT
}

/// What stands for a page among others.
pub fn icon() -> &'static Asset {
    &ICON
}

fn embedded(name: &str, kind: &'static str) -> Asset {
    let data = Assets::get(name).map(|file| file.data).unwrap_or_default();
    asset(name, kind, String::from_utf8_lossy(&data).into_owned())
}

fn asset(name: &str, kind: &'static str, text: String) -> Asset {
    let digest = Digest::of(&text).to_string();
    let version = digest.get(..16).unwrap_or(&digest);
    Asset { kind, address: format!("/assets/{name}?v={version}"), text }
}
