//! `orch init --mcp`: each program is told of the server where it looks for it, and keeps all else.

use crate::house::House;

const ALL: &str = "init --mcp claude,codex,gemini --mcp cursor,vscode,zed";

const FILES: [&str; 6] = [
    ".mcp.json",
    ".codex/config.toml",
    ".gemini/settings.json",
    ".cursor/mcp.json",
    ".vscode/mcp.json",
    ".zed/settings.json",
];

#[test]
fn each_program_is_told_once() {
    let house = House::new().file("orch.toml", "");
    let written = house.orch(ALL).code(0).stdout;
    assert_eq!(written.lines().collect::<Vec<_>>(), FILES);
    let texts = FILES.map(|file| format!("--- {file}\n{}", house.read(file))).concat();
    insta::assert_snapshot!(texts, @r#"
    --- .mcp.json
    {
      "mcpServers": {
        "orch": {
          "command": "orch",
          "args": ["mcp"]
        }
      }
    }
    --- .codex/config.toml
    [mcp_servers.orch]
    command = "orch"
    args = ["mcp"]
    # What orch tells an agent at a gate. Codex passes on no variable that is not listed.
    env_vars = ["ORCH_RUN", "ORCH_GATE", "ORCH_ATTEMPT", "ORCH_SESSION"]
    --- .gemini/settings.json
    {
      "mcpServers": {
        "orch": {
          "command": "orch",
          "args": ["mcp"]
        }
      }
    }
    --- .cursor/mcp.json
    {
      "mcpServers": {
        "orch": {
          "type": "stdio",
          "command": "orch",
          "args": ["mcp", "--project", "${workspaceFolder}"]
        }
      }
    }
    --- .vscode/mcp.json
    {
      "servers": {
        "orch": {
          "type": "stdio",
          "command": "orch",
          "args": ["mcp", "--project", "${workspaceFolder}"]
        }
      }
    }
    --- .zed/settings.json
    {
      "context_servers": {
        "orch": {
          "command": "orch",
          "args": ["mcp"]
        }
      }
    }
    "#);
    house.orch(ALL).code(0).says(".zed/settings.json already has the server `orch`");
    assert_eq!(FILES.map(|file| format!("--- {file}\n{}", house.read(file))).concat(), texts);
}

#[test]
fn what_is_there_is_kept_with_its_comments() {
    let zed = "// mine\n{\n  \"theme\": \"One\", // dark\n  \"context_servers\": {\n    \"a\": {}\n  }\n}\n";
    let codex = "# mine\nmodel = \"small\" # cheap\n\n[mcp_servers.a]\ncommand = \"a\"";
    let own = "{\"mcpServers\": {\"orch\": {\"command\": \"/opt/orch\"}}}\n";
    let house = House::new()
        .file("orch.toml", "")
        .file(".zed/settings.json", zed)
        .file(".codex/config.toml", codex)
        .file(".mcp.json", own);
    house.orch("init --mcp zed,codex,claude").code(0);
    let text = house.read(".zed/settings.json");
    for kept in ["// mine", "\"theme\": \"One\", // dark", "\"a\": {}", "\"orch\": {"] {
        assert!(text.contains(kept), "{text}");
    }
    assert!(
        house.read(".codex/config.toml").starts_with(&format!("{codex}\n\n[mcp_servers.orch]\n"))
    );
    assert_eq!(house.read(".mcp.json"), own);
}

#[test]
fn a_file_that_cannot_be_added_to_is_left_alone_and_told() {
    let files = [
        ("gemini", ".gemini/settings.json", "{ \"mcpServers\": "),
        ("cursor", ".cursor/mcp.json", "[]"),
        ("codex", ".codex/config.toml", "mcp_servers = { a = { command = 'a' } }\n"),
        ("codex", ".codex/config.toml", "model = \n"),
    ];
    for (program, file, text) in files {
        let house = House::new().file(file, text);
        house.orch(&format!("init --with gitattributes --mcp {program}")).code(2).says(file);
        assert_eq!(house.read(file), text);
        assert!(!house.exists("orch.toml") && !house.exists(".gitattributes"));
    }
    House::new().orch("init --mcp emacs").code(2).says("possible values: claude");
}
