//! `orch init`: what a project gets, and what it never loses.

use crate::house::House;

const ALL: &str = "init --with schemas,gitattributes,agents-md,skill --with stop-hook";

const FILES: [&str; 8] = [
    "orch.toml",
    "schemas/workflow.schema.json",
    "schemas/contract.schema.json",
    "schemas/config.schema.json",
    ".gitattributes",
    "AGENTS.md",
    ".claude/skills/orch/SKILL.md",
    ".claude/settings.json",
];

#[test]
fn each_part_is_written_where_it_is_asked_for() {
    let house = House::new();
    assert_eq!(house.orch("init").code(0).stdout, "orch.toml\n");
    house.remove("orch.toml");
    let written = house.orch(ALL).code(0).stdout;
    assert_eq!(written.lines().collect::<Vec<_>>(), FILES);
    assert!(house.read("orch.toml").starts_with("#:schema schemas/config.schema.json\n"));
    house.orch("doctor").code(0);
    // A second time nothing is missing.
    let before = FILES.map(|file| house.read(file));
    let json = house.orch(&format!("{ALL} --json")).code(0).json();
    assert_eq!(json["data"]["files"], serde_json::json!([]));
    assert_eq!(FILES.map(|file| house.read(file)), before);
    house.orch("init --with everything").code(2).says("possible values: schemas");
}

#[test]
fn what_is_there_is_kept() {
    let house = House::new()
        .file("AGENTS.md", "# Mine")
        .file(".gitattributes", "*.png binary\n")
        .file(".claude/settings.json", "{}\n");
    let done = house.orch(ALL).code(0).says(".claude/settings.json already exists; left unchanged");
    done.says("orch gate check --hook");
    assert_eq!(house.read(".claude/settings.json"), "{}\n");
    assert!(house.read("AGENTS.md").starts_with("# Mine\n\n<!-- orch -->\n"));
    let attributes = house.read(".gitattributes");
    assert!(attributes.starts_with("*.png binary\n\n# orch: "), "{attributes}");
}

#[test]
fn nothing_is_written_through_a_link() {
    let house = House::new();
    std::fs::create_dir(house.outside("elsewhere")).unwrap();
    std::os::unix::fs::symlink(house.outside("elsewhere"), house.project().join(".claude"))
        .unwrap();
    assert_ne!(house.orch("init --with skill").code, 0);
    assert_eq!(std::fs::read_dir(house.outside("elsewhere")).unwrap().count(), 0);
}

#[test]
fn a_person_is_asked_for_each_part() {
    let house = House::new();
    let down = "\u{1b}[B\r";
    let done = house.on_terminal(
        "init",
        &[
            ("Write JSON Schemas", "\r"),
            ("Write lines in .gitattributes", down),
            ("Write a section in AGENTS.md", down),
            ("Write a skill", "\r"),
            ("Write a stop hook", "\r"),
            ("Register orch as an MCP server?", down),
            ("Register orch as an MCP server? Claude Code", ""),
            ("Register orch as an MCP server?", "\r"),
        ],
    );
    assert_eq!(done.code, 0, "{}", done.shown());
    assert!(house.exists(".gitattributes") && house.exists("AGENTS.md"));
    assert!(!house.exists("schemas") && !house.exists(".claude"));
    assert!(house.exists(".mcp.json") && !house.exists(".codex"));
}

#[test]
fn git_keeps_records_as_they_are() {
    let house = House::new();
    house.orch("init --with gitattributes").code(0);
    let path = "orchestration/runs/x/record/RUN.json";
    let mut git = house.program("git");
    let output = crate::house::child::output(git.args(["check-attr", "text", path]));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{path}: text: unset\n"));
}

/// What agents are taught holds: the commands are there, and the workflow is sound.
#[test]
fn agents_are_taught_what_works() {
    let house = House::new().agents("");
    house.orch("init --with agents-md,skill").code(0);
    let skill = house.read(".claude/skills/orch/SKILL.md");
    let mut read = 0;
    for text in [house.read("AGENTS.md"), skill.clone()] {
        for command in text.split('`').filter(|words| words.starts_with("orch ")) {
            // Of what stands in quotes, one word is as good as many.
            let parts = command.split('"').enumerate();
            let parts = parts.map(|(at, part)| if at % 2 == 1 { "quoted" } else { part });
            let words = parts.collect::<String>();
            let words: Vec<&str> = words.split_whitespace().collect();
            let parsed = orch::cli::whole().try_get_matches_from(&words);
            assert!(parsed.is_ok(), "{command}: {}", parsed.unwrap_err());
            read += 1;
        }
    }
    assert!(read > 12, "{read}");
    let blocks: Vec<&str> =
        skill.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    house.write("workflows/essay.toml", blocks[0]);
    house.write("contracts/essay/draft.toml", blocks[1]);
    house.orch("workflow check essay").code(0);
    house.orch("rehearse essay --slug snow").code(0);
}
