//! A whole visual essay with the scripted agent: research that falls short and is
//! mended, an audit by somebody else, approvals by a person, and a record that holds.

use super::essay_texts;
use crate::house::House;
use crate::house::child;

const SLUG: &str = "the-word-robot";
const FOLDER: &str = "src/app/essays/the-word-robot";

const ROLES: &str = "
[agents.intake-editor]
use = 'claude'
[agents.researcher]
use = 'claude'
[agents.essay-architect]
use = 'claude'
[agents.essay-writer]
use = 'claude'
[agents.citation-auditor]
use = 'claude'
[agents.publication-certifier]
use = 'claude'
";

/// A script that lays prepared papers where they belong.
fn lays(house: &House, gate: &str, papers: &[(&str, String)]) -> String {
    let mut script = String::new();
    for (index, (path, text)) in papers.iter().enumerate() {
        let store = house.outside(&format!("scripts/{gate}.{index}.txt"));
        std::fs::write(&store, text).unwrap();
        script += &format!("mkdir -p \"$(dirname {path})\" && cp {} {path}\n", store.display());
    }
    script
}

fn house() -> House {
    let house = House::new().agents(ROLES);
    let at = |name: &str| format!("{FOLDER}/{name}");
    let (intake, citations, spec, essay) =
        (at("INTAKE.md"), at("research/CITATIONS.md"), format!("specs/{SLUG}.md"), at("essay.md"));
    let (one, two) = (at("research/play.md"), at("research/word.md"));
    let g1 = lays(&house, "G1", &[(&intake, essay_texts::intake(SLUG))]);
    let short = lays(&house, "G2.1", &[(&citations, essay_texts::citations(4))]);
    let enough = lays(
        &house,
        "G2.2",
        &[
            (&citations, essay_texts::citations(12)),
            (&one, essay_texts::notes("The play")),
            (&two, essay_texts::notes("The word")),
        ],
    );
    let g3 = lays(&house, "G3", &[(&spec, essay_texts::spec(SLUG))]);
    let g5 = lays(&house, "G5", &[(&essay, essay_texts::essay(SLUG))]);
    house
        .script("G1", &g1)
        .script("G2.1", &short)
        .script("G2", &enough)
        .script("G3", &g3)
        .script("G5", &format!("# session: writing\n{g5}"))
        .script("G6", &essay_texts::audit(FOLDER))
        .script("G8", &essay_texts::certification(FOLDER))
}

const APPROVE: (&str, &str) = ("Your decision", "\u{1b}[B\r");
const SURELY: (&str, &str) = ("Approve this as", "approve\r");

#[test]
fn an_essay_from_topic_to_approval() {
    let house = house();
    house.write("staged.txt", "staged\n");
    house.git("add staged.txt");
    house.write("staged.txt", "staged, then changed\n");
    house.write("untracked.txt", "mine\n");
    let index = house.git("ls-files --stage staged.txt");

    house.orch("run visual-essay --slug the-word-robot").code(3).says("approve or reject gate G1");
    // Research falls short first, and its findings reach the second packet.
    house.on_terminal("run resume", YES_THRICE).code(0).says("PASSED");
    assert_eq!(house.attempts("G2"), "FAIL PASS");
    let packet = house.packet("G2", 2);
    assert!(packet.contains("## Findings to fix"), "{packet}");
    assert!(packet.contains("[min_sources]") && packet.contains('8'), "{packet}");
    assert!(!house.packet("G2", 1).contains("Findings to fix"));

    for gate in ["G1", "G3", "G9"] {
        let record = house.record();
        let gates = record["gates"].as_array().unwrap();
        let gate = gates.iter().find(|entry| entry["gate"] == gate).unwrap();
        assert_eq!(gate["approval"]["by"], "Ada <ada@example.org>", "{gate}");
    }
    the_record_holds(&house);
    assert_eq!(house.git("ls-files --stage staged.txt"), index);
    assert_eq!(house.read("staged.txt"), "staged, then changed\n");
    assert_eq!(house.read("untracked.txt"), "mine\n");
    assert!(house.git("status --porcelain").contains("AM staged.txt"));
    assert!(house.git("status --porcelain").contains("?? untracked.txt"));
    assert!(!house.git("status --porcelain").contains("orchestration"));
}

const YES_THRICE: &[(&str, &str)] =
    &[APPROVE, SURELY, APPROVE, SURELY, ("G9", ""), ("What now", "\r"), APPROVE, SURELY];

/// What anyone can confirm with tools that are not ours.
fn the_record_holds(house: &House) {
    house.sums_hold();
    let record = house.record();
    for artifact in record["artifacts_index"].as_array().unwrap() {
        let path = house.project().join(artifact["path"].as_str().unwrap());
        let output = child::output(house.program("sha256sum").arg(path));
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(printed.starts_with(artifact["sha256"].as_str().unwrap()), "{artifact}");
    }
    house.git("fsck --strict --no-dangling");
    let chain = house.git("log -1 --format=%(trailers:key=Orch-Chain,valueonly)");
    assert_eq!(chain.trim(), record["journal"]["head_sha256"]);
    let format = "%(trailers:key=Orch-Gate,valueonly,separator=%x20)%x20%(trailers:key=Orch-Status,valueonly,separator=%x20)";
    let statuses = house.git(&format!("log --format={format} refs/orch/runs/{}", house.run_id()));
    assert!(statuses.contains("G2 FAIL") && statuses.contains("G9 PASS"), "{statuses}");
}

#[test]
fn an_audit_refuses_its_own_producer() {
    let house =
        house().script("G6", &format!("# session: writing\n{}", essay_texts::audit(FOLDER)));
    house.orch("run visual-essay --slug the-word-robot").code(3);
    house.on_terminal("run resume", &[APPROVE, SURELY, APPROVE, SURELY]).code(1);
    let reason = house.attempt("G6", 1)["failure_reason"].to_string();
    assert!(reason.contains("the same session as the work it judges"), "{reason}");
    assert_eq!(house.record()["status"], "FAILED");
}
