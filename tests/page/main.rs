//! The live page in a real browser, Debian's chromium, driven by playwright from npm. Screenshots stay
//! in the target folder, in `page`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and tests prepare files and start programs"
)]

#[path = "../../src/signature/passkey/authenticator.rs"]
#[allow(dead_code, reason = "other tests sign with it")]
mod authenticator;
mod browser;
#[path = "../agents/installed.rs"]
mod installed;

#[path = "../it"]
#[allow(dead_code, unused_imports, reason = "the other tests use the rest")]
mod it {
    pub mod house;
}

use authenticator::Authenticator;
use browser::folder;
use data_encoding::BASE64URL_NOPAD;
use it::house::House;
use it::house::Server;
use it::house::child;
use it::house::wait_until;
use orch::internals::Enrolled;
use orch::internals::PublicKey;
use ring::rand::SystemRandom;
use ring::signature::ECDSA_P256_SHA256_ASN1_SIGNING;
use ring::signature::EcdsaKeyPair;
use serde_json::json;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

/// The folder below `tests` that says what is installed.
const PACKAGES: &str = "page";

/// `1` runs these tests, `0` does not; by default they run where all tests are required.
const SWITCH: &str = "ORCH_TEST_PAGE";

/// How long one script may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// A run that waits for an approval of a hostile file, and others that ask, failed and passed.
fn house() -> House {
    let house = House::new()
        .agents("")
        .workflow(
            "essay",
            "description = 'Write and check'
             key = '{{ slug }}'
             [inputs]
             slug = { type = 'slug', help = 'What it is about' }
             depth = { type = 'choice', choices = ['quick', 'deep'], default = 'quick', help = 'How deep' }
             [[gate]]
             id = 'draft'
             name = 'Draft the essay'
             executor = 'command'
             shell = \"printf '# Essay\\n<script>alert(1)</script><img src=x onerror=alert(2)>\\n' > draft.md; seq 1 200\"
             contract = 'draft'
             approval = { by = 'person', show = ['draft.md'] }
             [[gate]]
             id = 'leg'
             executor = 'command'
             command = ['true']
             each = { in = \"{{ ['a', 'b', 'c'] }}\", as = 'leg' }
             [[gate]]
             id = 'audit'
             executor = 'human'
             needs = ['leg']
             on_fail = { goto = 'draft', visits = 2 }",
        )
        .leaves("draft", "draft.md")
        .workflow("ask", "[[gate]]\nid = 'write'\nexecutor = 'agent'\n")
        .workflow(
            "broken",
            "[[gate]]\nid = 'bad'\nexecutor = 'command'\ncommand = ['true']\ncontract = 'bad'\n",
        )
        .contract(
            "bad",
            "[[output]]\npath = 'a.md'\nchecks = [{ kind = 'not_contains', text = 'TBD' }]\n",
        )
        .file("a.md", "one\ntwo TBD\n")
        .script(
            "write",
            concat!(env!("CARGO_BIN_EXE_orch"), " escalate 'Which color?' --options red,blue"),
        );
    house.orch("run hello").code(0);
    house.orch("run broken").code(1);
    house.write("a.md", "one\ntwo TBD\nthree TBD\n");
    house.orch("run resume --run broken").code(1);
    house.orch("run ask").code(3);
    house.orch("run essay --slug one").code(3);
    house
}

/// One browser at a time: how soon a tab shows what happened is measured.
static BROWSER: Mutex<()> = Mutex::new(());

/// Runs a script with what it needs to know.
fn script(folder: &Path, name: &str, server: &Server, more: &[(&str, String)]) {
    let _turn = BROWSER.lock().unwrap_or_else(PoisonError::into_inner);
    let shots = folder.join("shots");
    std::fs::create_dir_all(&shots).unwrap();
    let mut node = std::process::Command::new("node");
    node.arg(folder.join(name)).current_dir(folder);
    node.env("ORIGIN", format!("http://localhost:{}", server.port)).env("TOKEN", &server.token);
    node.env("SHOTS", shots).env("CHROMIUM", browser::chromium());
    node.envs(more.iter().map(|(name, value)| (name, value)));
    let output = child::finish(PATIENCE, &mut node);
    let told = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&told));
}

/// The words of a shell that call `orch` in a house.
fn shell_of(house: &House, words: &str) -> String {
    let command = house.command(&words.split_whitespace().collect::<Vec<_>>());
    let variables = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let variables =
        variables.map(|(name, value)| format!("'{}={}'", name.display(), value.display()));
    let arguments = command.get_args().map(|word| format!("'{}'", word.display()));
    let call: Vec<String> = variables.collect();
    let arguments: Vec<String> = arguments.collect();
    format!(
        "cd '{}' && env -i {} '{}' {}",
        house.project().display(),
        call.join(" "),
        command.get_program().display(),
        arguments.join(" ")
    )
}

#[test]
fn every_view_reads_well_and_runs_nothing_that_a_run_brought() {
    let Some(folder) = folder() else { return };
    let house = house();
    let run = house.run_id();
    let name = |folder: PathBuf| folder.file_name().unwrap().display().to_string();
    let mut runs = house.run_folders().into_iter().map(name);
    let broken = runs.find(|run| run.contains("_broken_")).unwrap();
    let server = house.serves("");
    let views = json!({
        "runs": "/",
        "run": format!("/runs/{run}"),
        "gate": format!("/runs/{run}/gates/draft"),
        "changes": format!("/runs/{broken}/changes?path=a.md"),
        "workflow": "/workflows/essay",
        "escalations": "/escalations",
        "workers": "/workers",
        "workflows": "/workflows",
        "convoys": "/convoys",
    });
    script(folder, "views.mjs", &server, &[("VIEWS", views.to_string())]);
}

#[test]
fn twelve_tabs_are_up_to_date_within_two_seconds() {
    let Some(folder) = folder() else { return };
    let house = house();
    let gate = format!("/runs/{}/gates/draft", house.run_id());
    let server = house.serves("");
    let change = shell_of(&house, "run essay --slug two");
    let undo = shell_of(&house, "run cancel --run two --reason done");
    let more = [
        ("GATE", gate),
        ("NUDGE", shell_of(&house, "note --run one still looking")),
        ("CHANGE", change),
        ("UNDO", undo),
        ("COUNT", "3 waiting".to_owned()),
    ];
    script(folder, "live.mjs", &server, &more);
}

#[test]
fn a_browser_tells_of_a_gate_that_begins_to_wait_and_opens_it() {
    let Some(folder) = folder() else { return };
    let house = house();
    let server = house.serves("");
    let more = [
        ("BEFORE", shell_of(&house, "run essay --slug two")),
        ("CHANGE", shell_of(&house, "run essay --slug three")),
        ("TITLE", "three: draft waits for your approval".to_owned()),
        ("KEY", "three".to_owned()),
    ];
    script(folder, "notify.mjs", &server, &more);
}

#[test]
fn a_person_decides_by_passkey() {
    let Some(folder) = folder() else { return };
    // The browser's authenticator has the same key.
    let (alg, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
    let key = EcdsaKeyPair::generate_pkcs8(alg, &random).unwrap().as_ref().to_vec();
    let ada = Authenticator {
        key: EcdsaKeyPair::from_pkcs8(alg, &key, &random).unwrap(),
        ..Authenticator::new("localhost", "")
    };
    let enrolled = Enrolled {
        principals: vec!["ada@example.org".to_owned()],
        key: PublicKey::from_spki(&ada.spki(), &ada.rp_id).unwrap(),
        credential_id: ada.credential_id(),
    };
    let line = enrolled.line(&["orch-approval@v1", "orch-decision@v1"]) + "\n";
    let house = House::new()
        .workflow(
            "w",
            "[[gate]]
             id = 'draft'
             executor = 'command'
             shell = 'echo $ORCH_ATTEMPT > draft.md'
             contract = 'draft'
             retry = { attempts = 2 }
             approval = { signed = true, by = ['ada@example.org'] }",
        )
        .leaves("draft", "draft.md")
        .file("orch.toml", "[signing]\nallowed_signers = 'allowed_signers'\n")
        .file("allowed_signers", &line);
    house.orch("run w").code(3);
    let gate = format!("/runs/{}/gates/draft", house.run_id());
    let server = house.serves("");
    let more = [
        ("GATE", gate),
        ("CREDENTIAL", ada.credential_id()),
        ("KEY", BASE64URL_NOPAD.encode(&key)),
    ];
    script(folder, "passkey.mjs", &server, &more);
    drop(server);
    // A worker commits the record; the page shows the journal.
    wait_until("the record says so", || house.attempts("draft") == "FAIL PASS");
    house
        .orch_by_the_clock("verify")
        .code(0)
        .says("approval of draft attempt 2 signed by ada@example.org");
}
