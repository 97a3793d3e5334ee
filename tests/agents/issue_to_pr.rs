//! The shipped workflow from an issue to a pull request, with two real agents: Claude Code plans and
//! does the work, Codex reviews and audits it. The remote is on disk, and `gh` keeps what it knows in
//! files.

use crate::it::house::House;
use crate::it::house::child;
use crate::it::house::wait_until;
use crate::model;
use crate::model::Model;
use serde_json::Value as Json;
use serde_json::json;

const GH: &str = include_str!("../it/workers/gh.sh");

/// A file of the worktree.
fn write(path: &str, text: &str) -> Json {
    json!({"write": [format!("$PROJECT-worktrees/12/{path}"), text]})
}

/// What the model says, gate by gate; the reviewer refuses the first work.
fn script() -> Json {
    let plan = "## Goal\nx\n## Changes\nx\n## Tests\nx\n## Questions\nNone.\n";
    let pr = |tried: &str| {
        format!("# Read empty files\n\n## What\nx\n\n## How it was tested\n{tried}\n")
    };
    let review = |verdict: &str| {
        format!("---\nverdict: {verdict}\n---\n## Looked at\nx\n## Findings\n1. {verdict}\n")
    };
    let rows = ["auth", "security", "performance", "breaking change", "data migration"]
        .map(|about| format!("| {about} | nothing | Ada |\n"))
        .concat();
    let audit = format!("---\nverdict: approve\n---\n## Decisions\n{rows}## Findings\nNone.\n");
    let end = || json!({"say": "Done."});
    json!([
        write("issues/12/plan.md", plan),
        end(),
        write("made.txt", "once\n"),
        write("issues/12/pr.md", &pr("once")),
        end(),
        write("issues/12/review.md", &review("refuse")),
        end(),
        write("made.txt", "twice\n"),
        write("issues/12/pr.md", &pr("twice")),
        end(),
        write("issues/12/review.md", &review("approve")),
        end(),
        write("issues/12/audit.md", &audit),
        end(),
    ])
}

fn house() -> Option<(House, Model)> {
    let (house, model) = model::house(&script())?;
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/workflows/issue-to-pr.toml");
    let text = std::fs::read_to_string(shipped).unwrap();
    // The shipped one looks twice a minute.
    // The program in place of GitHub keeps its state beside the project.
    house.write("../home/.config/orch/orch.toml", "[permits]\nenforce = 'off'\n");
    let house = house
        .file("workflows/issue-to-pr.toml", &text.replace("every = \"30s\"", "every = \"50ms\""))
        .file(
            "orch.toml",
            "[defaults]\nagent = 'claude'\n[agents.claude]\npreset = 'claude'\n\
             env = { CLAUDE_CODE_MAX_RETRIES = '0', DISABLE_AUTOUPDATER = '1' }\n\
             [agents.reviewer]\npreset = 'codex'\nmodel = 'small'\n\
             [agents.auditor]\nuse = 'reviewer'\n\
             [prices.small]\ninput_usd_per_million = 1\noutput_usd_per_million = 1\n",
        )
        .env("ANTHROPIC_BASE_URL", &format!("http://127.0.0.1:{}", model.port))
        .env("ANTHROPIC_API_KEY", "sk-test")
        .env("DISABLE_TELEMETRY", "1");
    let house = crate::codex::talks_to(house, &model);
    let state = house.outside("bin/state");
    std::fs::create_dir_all(&state).unwrap();
    std::fs::write(house.outside("bin/gh"), GH).unwrap();
    std::fs::write(state.join("issue-12"), "# Empty files are refused\n\nRead them.\n").unwrap();
    std::fs::write(state.join("checks"), "8\n0\n").unwrap();
    let mut chmod = house.program("chmod");
    assert!(child::output(chmod.arg("+x").arg(house.outside("bin/gh"))).status.success());
    let path = format!("{}:{}", house.outside("bin").display(), model::path()?);
    let house = house.env("PATH", &path);
    house.git("add -A");
    house.git("commit --quiet -m start");
    let remote = house.outside("remote.git").display().to_string();
    house.git(&format!("init --quiet --bare --initial-branch=main {remote}"));
    house.git(&format!("remote add origin {remote}"));
    house.git("push --quiet origin main");
    Some((house, model))
}

#[test]
fn two_agents_turn_an_issue_into_a_pull_request_after_a_refusal() {
    let Some((house, model)) = house() else { return };
    house
        .orch_by_the_clock("spawn 12 --workflow issue-to-pr --input test=true")
        .code(0)
        .says("12 queued");
    wait_until("it is over", || house.orch_by_the_clock("list --all").stdout.contains("complete"));
    let pushed = |path: &str| house.git(&format!("--git-dir ../remote.git show 12:{path}"));
    assert_eq!(pushed("made.txt"), "twice\n");
    let body = std::fs::read_to_string(house.outside("bin/state/body")).unwrap();
    assert_eq!(body, "\n## What\nx\n\n## How it was tested\ntwice\n\nCloses #12\n");
    // Findings went back to the agent that did the work.
    assert!(model.heard().contains("the review refused the work"));
    let record = house.orch_by_the_clock("show 12 --json").code(0).json();
    let by = |gate: &str| {
        let gates = record["data"]["gates"].as_array().unwrap();
        let gate = gates.iter().find(|it| it["gate"] == gate || it["id"] == gate).unwrap();
        gate["attempts"].as_array().unwrap().len()
    };
    assert_eq!((by("plan"), by("work"), by("review"), by("audit")), (1, 2, 2, 1));
    house.orch_by_the_clock("verify --run 12").code(0);
}
