//! Programs that speak to MCP servers, and the file of a project in which each of them looks for
//! MCP servers. What else is in that file stays as it is.

use super::Error;
use super::Project;
use super::Reply;
use super::place;
use crate::document;
use crate::document::Data;
use crate::document::Language;
use crate::files::Beneath;
use crate::source::Source;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use serde_json::json;

/// The name under which `orch` is registered.
const SERVER: &str = "orch";

const CODEX_SECTION: &str = include_str!("codex.toml");

/// A program that speaks to MCP servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum McpClient {
    /// Claude Code, in .mcp.json.
    Claude,
    /// Codex CLI, in .codex/config.toml.
    Codex,
    /// Gemini CLI, in .gemini/settings.json.
    Gemini,
    /// Cursor, in .cursor/mcp.json.
    Cursor,
    /// Visual Studio Code, in .vscode/mcp.json.
    Vscode,
    /// Zed, in .zed/settings.json.
    Zed,
}

/// How a file names the servers of a program.
enum Form {
    /// JSON, comments allowed: the object of the servers, and what stands there for this one.
    Json(&'static str, Json),
    /// TOML: the section of this server.
    Toml(&'static str),
}

impl McpClient {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Claude, Self::Codex, Self::Gemini, Self::Cursor, Self::Vscode, Self::Zed];

    /// What it is called.
    pub fn words(self) -> &'static str {
        match self {
            Self::Claude => "Claude Code",
            Self::Codex => "Codex CLI",
            Self::Gemini => "Gemini CLI",
            Self::Cursor => "Cursor",
            Self::Vscode => "Visual Studio Code",
            Self::Zed => "Zed",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Claude => ".mcp.json",
            Self::Codex => ".codex/config.toml",
            Self::Gemini => ".gemini/settings.json",
            Self::Cursor => ".cursor/mcp.json",
            Self::Vscode => ".vscode/mcp.json",
            Self::Zed => ".zed/settings.json",
        }
    }

    fn form(self) -> Form {
        let here = json!({ "command": "orch", "args": ["mcp"] });
        // These start servers in whatever folder they were started in themselves.
        let in_workspace = json!({
            "type": "stdio",
            "command": "orch",
            "args": ["mcp", "--project", "${workspaceFolder}"],
        });
        match self {
            Self::Claude | Self::Gemini => Form::Json("mcpServers", here),
            Self::Cursor => Form::Json("mcpServers", in_workspace),
            Self::Vscode => Form::Json("servers", in_workspace),
            Self::Zed => Form::Json("context_servers", here),
            Self::Codex => Form::Toml(CODEX_SECTION),
        }
    }

    /// The text of its file with the server in it; `None` where it is there.
    fn wired(self, source: &Source) -> Result<Option<String>, Error> {
        let text = &source.text;
        match self.form() {
            Form::Json(object, server) => Ok(document::insert(source, object, SERVER, &server)?),
            Form::Toml(section) => {
                document::parse(source).map_err(|mut errors| errors.swap_remove(0))?;
                if has_section(text) {
                    return Ok(None);
                }
                let gap = if text.is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
                let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
                let wired = format!("{text}{end}{gap}{section}");
                if has_section(&wired) {
                    return Ok(Some(wired));
                }
                let message = format!("cannot add a section to {}", source.name);
                Err(Error::usage(message).advise(format!("add by hand:\n{}", section.trim_end())))
            }
        }
    }
}

fn has_section(text: &str) -> bool {
    let data = Data::read(Language::Toml, text);
    data.is_ok_and(|data| data.pointer(&format!("/mcp_servers/{SERVER}")).is_some())
}

/// What is to be written to tell a program of the server.
pub(super) struct Wiring {
    place: Beneath,
    path: &'static str,
    is_new: bool,
    /// The whole file; nothing where it has a server of that name.
    text: Option<String>,
}

impl Wiring {
    /// Reads what there is; a file that is broken is an error.
    pub fn of(project: &Project, client: McpClient) -> Result<Self, Error> {
        let path = client.path();
        let place = place(project, path)?;
        let there = place.read().map_err(|source| Error::disk(&place, source))?;
        let is_new = there.is_none();
        let text = client.wired(&Source::of_bytes(path, there.unwrap_or_default())?)?;
        Ok(Self { place, path, is_new, text })
    }

    pub fn write(&self, reply: &mut Reply) -> Result<(), Error> {
        let Some(text) = &self.text else {
            reply.remarks.push(format!("{} already has the server `{SERVER}`", self.path));
            return Ok(());
        };
        let write = if self.is_new { Beneath::write_new } else { Beneath::write };
        write(&self.place, text.as_bytes()).map_err(|source| Error::disk(&self.place, source))?;
        reply.files.push(self.path.to_owned());
        Ok(())
    }
}

/// The programs that are not told of it yet, for a face that asks.
pub fn unwired(project: &Project) -> Vec<McpClient> {
    let is_unwired = |client: &McpClient| {
        let bytes = place(project, client.path()).ok().and_then(|place| place.read().ok());
        let source = Source::of_bytes(client.path(), bytes.flatten().unwrap_or_default());
        source.is_ok_and(|source| matches!(client.wired(&source), Ok(Some(_))))
    };
    McpClient::ALL.into_iter().filter(is_unwired).collect()
}
