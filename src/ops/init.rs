//! Set up a project: an `orch.toml`, what else is asked for, and the runs' folder
//! known to be free.

mod clients;

pub use clients::McpClient;
pub use clients::unwired;

use super::Error;
use super::Project;
use super::file_schemas;
use crate::files::Beneath;
use clients::Wiring;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;

const CONFIG: &str = include_str!("init/orch.toml");

const CONFIG_FILE: &str = "orch.toml";

/// What to write beside `orch.toml`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// What to create beside orch.toml: schemas, gitattributes, agents-md, skill, stop-hook;
    /// repeatable, or comma-separated.
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            value_enum,
            value_name = "PART",
            value_delimiter = ',',
            hide_possible_values = true
        )
    )]
    pub with: Vec<Part>,
    /// Register orch as an MCP server with a program: claude, codex, gemini, cursor, vscode, zed; repeatable, or
    /// comma-separated.
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            value_enum,
            value_name = "PROGRAM",
            value_delimiter = ',',
            hide_possible_values = true
        )
    )]
    pub mcp: Vec<McpClient>,
}

/// Something that a project can have for `orch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Part {
    /// JSON Schemas for editors, in schemas/.
    Schemas,
    /// Lines in .gitattributes, so that git never rewrites line endings in records.
    Gitattributes,
    /// A section in AGENTS.md on how to work at a gate.
    AgentsMd,
    /// A skill for agents, on gates and on writing workflows, in .claude/skills/orch/.
    Skill,
    /// A stop hook that holds an agent to its gate's contract, in .claude/settings.json.
    StopHook,
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 5] =
        [Self::Schemas, Self::Gitattributes, Self::AgentsMd, Self::Skill, Self::StopHook];

    /// What it is, as a person is asked for it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Schemas => "JSON Schemas for your editor in the folder schemas",
            Self::Gitattributes => {
                "lines in .gitattributes, so that git never rewrites line endings in records"
            }
            Self::AgentsMd => "a section in AGENTS.md on how to work at a gate",
            Self::Skill => "a skill for agents, in .claude/skills/orch/",
            Self::StopHook => "a stop hook for agents, in .claude/settings.json",
        }
    }

    /// The files that it is made of.
    fn files(self) -> Vec<PartFile> {
        let whole = |path, text: &str| PartFile { path, text: text.to_owned(), mark: None };
        let section =
            |path, text: &str, mark| PartFile { path, text: text.to_owned(), mark: Some(mark) };
        let schema = |path, schema: &Json| {
            let text = serde_json::to_string_pretty(schema).unwrap_or_default();
            PartFile { path, text: format!("{text}\n"), mark: None }
        };
        match self {
            Self::Schemas => vec![
                schema("schemas/workflow.schema.json", &file_schemas::workflow()),
                schema("schemas/contract.schema.json", &file_schemas::contract()),
                schema("schemas/config.schema.json", &file_schemas::config()),
            ],
            Self::Gitattributes => {
                let text = include_str!("init/gitattributes");
                vec![section(".gitattributes", text, "orchestration/runs/")]
            }
            Self::AgentsMd => {
                vec![section("AGENTS.md", include_str!("init/agents.md"), "<!-- orch -->")]
            }
            Self::Skill => {
                vec![whole(".claude/skills/orch/SKILL.md", include_str!("init/skill.md"))]
            }
            Self::StopHook => {
                vec![whole(".claude/settings.json", include_str!("init/settings.json"))]
            }
        }
    }
}

/// A file to write.
struct PartFile {
    path: &'static str,
    text: String,
    /// For a section of a file that may be there already: what tells that it has it.
    mark: Option<&'static str>,
}

/// What was written and what was found.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The files that were written, relative to the project.
    pub files: Vec<String>,
    /// Remarks about the project.
    pub remarks: Vec<String>,
}

/// Writes what is missing; nothing that is there is changed, but for sections and servers that are
/// added to it.
pub fn init(project: &Project, request: &Request) -> Result<Reply, Error> {
    let mut reply = Reply { files: Vec::new(), remarks: Vec::new() };
    let runs = project.store.runs_folder();
    runs.refuse_odd_way().map_err(|source| Error::disk(&runs, source))?;
    if let Some(reason) = &project.uncommitted {
        reply.remarks.push(format!("{reason}: runs work, but nothing is committed"));
    }
    // Where one cannot be written, nothing is.
    let clients = McpClient::ALL.into_iter().filter(|client| request.mcp.contains(client));
    let wirings: Result<Vec<Wiring>, Error> =
        clients.map(|client| Wiring::of(project, client)).collect();
    let wirings = wirings?;
    let has_schemas = request.with.contains(&Part::Schemas);
    let schema = if has_schemas { "#:schema schemas/config.schema.json\n\n" } else { "" };
    let config = PartFile { path: CONFIG_FILE, text: format!("{schema}{CONFIG}"), mark: None };
    write(project, config, &mut reply)?;
    let parts = Part::ALL.into_iter().filter(|part| request.with.contains(part));
    for file in parts.flat_map(Part::files) {
        write(project, file, &mut reply)?;
    }
    wirings.iter().try_for_each(|wiring| wiring.write(&mut reply))?;
    if has_schemas {
        reply.remarks.push(
            "for your editor, begin workflows with: #:schema ../schemas/workflow.schema.json"
                .to_owned(),
        );
    }
    Ok(reply)
}

/// The parts that are not there yet, for a face that asks for each.
pub fn missing(project: &Project) -> Vec<Part> {
    let is_missing = |file: &PartFile| {
        let there = place(project, file.path).ok().and_then(|place| place.read().ok().flatten());
        there.is_none_or(|bytes| {
            file.mark.is_some_and(|mark| !String::from_utf8_lossy(&bytes).contains(mark))
        })
    };
    Part::ALL.into_iter().filter(|part| part.files().iter().any(is_missing)).collect()
}

fn place(project: &Project, path: &str) -> Result<Beneath, Error> {
    let path = project.folder.path(path)?;
    project.folder.place(&path).map_err(|error| Error::usage(error.to_string()))
}

fn write(project: &Project, file: PartFile, reply: &mut Reply) -> Result<(), Error> {
    let place = place(project, file.path)?;
    let disk = |source| Error::disk(&place, source);
    let there = place.read().map_err(disk)?;
    let text = match (there, file.mark) {
        (None, _) => {
            place.write_new(file.text.as_bytes()).map_err(disk)?;
            reply.files.push(file.path.to_owned());
            return Ok(());
        }
        (Some(there), Some(mark)) if !String::from_utf8_lossy(&there).contains(mark) => {
            let gap = if there.ends_with(b"\n") || there.is_empty() { "" } else { "\n" };
            [&there, gap.as_bytes(), b"\n", file.text.as_bytes()].concat()
        }
        (Some(_), Some(_)) => {
            reply.remarks.push(format!("{} already has the section; left unchanged", file.path));
            return Ok(());
        }
        (Some(there), None) if there == file.text.as_bytes() => {
            reply.remarks.push(format!("{} is up to date", file.path));
            return Ok(());
        }
        (Some(_), None) => {
            let mut remark = format!("{} already exists; left unchanged", file.path);
            if file.path != CONFIG_FILE && !file.path.starts_with("schemas/") {
                remark.push_str(&format!("; it would be:\n{}", file.text.trim_end()));
            }
            reply.remarks.push(remark);
            return Ok(());
        }
    };
    place.write(&text).map_err(disk)?;
    reply.files.push(file.path.to_owned());
    Ok(())
}
