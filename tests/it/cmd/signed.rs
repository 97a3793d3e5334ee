//! Signed approvals, heads and commits, from the key to what `ssh-keygen` and git say of them.

use crate::house::Done;
use crate::house::House;
use crate::house::child;
use crate::house::lacks;
use std::fs;

const ASK: (&str, &str) = ("Approve this as", "y\r");

/// Makes a key of this name beside the project; `None` where there is no ssh-keygen.
fn make_key(house: &House, name: &str, passphrase: &str) -> Option<String> {
    if lacks("ssh-keygen") {
        return None;
    }
    let path = house.outside(name);
    let mut make = house.program("ssh-keygen");
    make.args(["-q", "-t", "ed25519", "-C", "", "-N", passphrase, "-f", path.to_str().unwrap()]);
    assert!(child::output(&mut make).status.success());
    Some(fs::read_to_string(house.outside(&format!("{name}.pub"))).unwrap())
}

/// A house in which Ada and Bob may sign and Mallory has a key too; Ada's is the one that git names.
pub fn with_keys(house: House) -> Option<House> {
    let mut signers = String::new();
    for name in ["ada", "bob", "mallory"] {
        let public = make_key(&house, name, "")?;
        if name != "mallory" {
            signers.push_str(&format!("{name}@example.org {public}"));
        }
    }
    fs::write(house.outside("allowed"), signers).unwrap();
    let settings = format!(
        "[gpg]\nformat = ssh\n[gpg \"ssh\"]\nallowedSignersFile = {}\n",
        house.outside("allowed").display()
    );
    let config = house.outside("home/.gitconfig");
    fs::write(&config, fs::read_to_string(&config).unwrap() + &settings).unwrap();
    sign_with(&house, "ada");
    Some(house)
}

fn sign_with(house: &House, name: &str) {
    let key = house.outside(name).display().to_string();
    house.git(&format!("config --global user.signingkey {key}"));
}

fn demo(house: House) -> House {
    house
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'command'
             shell = 'echo one > one.txt'
             contract = 'one'
             approval = { signed = true, by = ['ada@example.org'] }",
        )
        .leaves("one", "one.txt")
}

/// Runs the workflow up to its approval; `None` where nothing can be signed.
fn waiting() -> Option<House> {
    let house = with_keys(demo(House::new()))?;
    house.orch("run demo").code(3);
    Some(house)
}

fn approve(house: &House) -> Done {
    house.on_terminal("gate approve", &[ASK])
}

/// What the stock program says about a signature of the record.
fn ssh_keygen_takes(house: &House, name: &str, text: &str) -> bool {
    let gate = house.run_folder().join("record/gates/write");
    fs::write(house.outside("text"), text).unwrap();
    let allowed = house.run_folder().join("record/definition/allowed_signers");
    let mut verify = house.program("sh");
    let script =
        "exec ssh-keygen -Y verify -n orch-approval@v1 -s approval-1.txt.sig \"$@\" < \"$0\"";
    verify.args(["-c", script]).arg(house.outside("text")).args(["-I", name, "-f"]).arg(allowed);
    child::output(verify.current_dir(gate)).status.success()
}

#[test]
fn a_signed_approval_is_proved_to_orch_and_to_ssh_keygen() {
    let Some(house) = waiting() else { return };
    approve(&house).code(0).says("a signature by ada@example.org").says("PASSED");
    house.orch("verify").code(0).says("approval of write attempt 1 signed by ada@example.org");
    let path = house.run_folder().join("record/gates/write/approval-1.txt");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(&format!("run: {}\ngate: write\nattempt: 1\n", house.run_id())));
    assert!(text.contains("\"one.txt\"\n"), "{text}");
    assert!(ssh_keygen_takes(&house, "ada@example.org", &text));
    assert!(!ssh_keygen_takes(&house, "bob@example.org", &text));
    assert!(!ssh_keygen_takes(&house, "ada@example.org", &text.replace("write", "other")));
    let sums = fs::read_to_string(house.run_folder().join("record/SHA256SUMS")).unwrap();
    assert!(sums.contains("gates/write/approval-1.txt.sig\n"), "{sums}");
    fs::write(&path, text.replace("write", "other")).unwrap();
    house.orch("verify").code(6).says("approval-1.txt line 3");
    fs::remove_file(&path).unwrap();
    house.orch("record rebuild").code(0).says("approval-1.txt");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    house.orch("verify").code(0);
    let clone = house.outside("clone").display().to_string();
    house.git(&format!("clone --quiet . {clone}"));
    house.orch_with(&["--project", &clone, "verify"]).code(0).says("signed by ada@example.org");
}

#[test]
fn a_signature_of_somebody_else_is_not_taken_and_nothing_is_written() {
    let Some(house) = waiting() else { return };
    let before = fs::read(house.journal()).unwrap();
    sign_with(&house, "bob");
    approve(&house)
        .code(2)
        .says("it is signed by bob@example.org, but only ada@example.org may sign it");
    sign_with(&house, "mallory");
    approve(&house).code(2).says("is not in the allowed-signers file");
    // What an agent adds to the file now counts in later runs only.
    let more = fs::read_to_string(house.outside("mallory.pub")).unwrap();
    let allowed = house.outside("allowed");
    let signers = fs::read_to_string(&allowed).unwrap();
    fs::write(&allowed, format!("{signers}ada@example.org {more}")).unwrap();
    approve(&house).code(2).says("is not in the allowed-signers file");
    sign_with(&house, "nobody");
    approve(&house).code(2).says("signing failed").says("nothing was written");
    house.git("config --global --unset user.signingkey");
    approve(&house).code(2).says("no SSH key is configured").says("git config user.signingkey");
    assert_eq!(fs::read(house.journal()).unwrap(), before);
    sign_with(&house, "ada");
    approve(&house).code(0);
}

#[test]
fn a_run_that_nobody_could_approve_is_not_begun() {
    let Some(house) = with_keys(demo(House::new())) else { return };
    fs::rename(house.outside("allowed"), house.outside("away")).unwrap();
    house.orch("run demo").code(2).says("no such file");
    house.git("config --global --unset gpg.ssh.allowedSignersFile");
    house
        .orch("run demo")
        .code(2)
        .says("no allowed-signers file is configured")
        .says("allowedSignersFile");
    house.orch("run start --workflow demo").code(2).says("no allowed-signers file is configured");
    assert!(!house.has_runs());
    house.orch("rehearse demo").code(0);
    house.write("orch.toml", "[signing]\nallowed_signers = '../away'\nkey = '../ada'\n");
    house.git("config --global gpg.format openpgp");
    house.orch("rehearse demo").code(0);
    house.orch("run demo").code(3);
    approve(&house).code(0);
    for (by, said) in [("", "missing key `by`"), (", by = []", "requires at least one signer")] {
        let gate =
            format!("[[gate]]\nid = 'a'\nexecutor = 'human'\napproval = {{ signed = true{by} }}");
        let house = House::new().workflow("bad", &gate);
        house.orch("workflow check bad").code(2).says(said).says("by = ");
    }
}

#[test]
fn who_did_the_work_does_not_approve_it() {
    let signed = "approval = { signed = true, by = ['ada@example.org', 'bob@example.org'], \
                  not_by = 'write' }";
    let house = House::new().workflow(
        "demo",
        &format!(
            "[[gate]]\nid = 'write'\nexecutor = 'human'\n\
             [[gate]]\nid = 'pass'\nexecutor = 'human'\n{signed}"
        ),
    );
    let Some(house) = with_keys(house) else { return };
    house.orch("run demo").code(3);
    house.orch("gate finish --gate write").code(0);
    house.orch("gate finish --gate pass").code(0);
    let said = "Ada <ada@example.org> did gate write and must not approve this";
    house.on_terminal("gate approve --gate pass", &[ASK]).code(2).says(said);
    assert_eq!(house.attempt("write", 1)["handed_in_by"][0], "Ada <ada@example.org>");
    sign_with(&house, "bob");
    house.on_terminal("gate approve --gate pass", &[ASK]).code(0);
    house.orch("verify").code(0).says("approval of pass attempt 1 signed by bob@example.org");
}

#[test]
fn a_passphrase_is_asked_for_on_the_terminal() {
    let Some(house) = waiting() else { return };
    make_key(&house, "locked", "secret").unwrap();
    let public = fs::read_to_string(house.outside("locked.pub")).unwrap();
    fs::write(house.outside("allowed"), format!("ada@example.org {public}")).unwrap();
    house.orch("run cancel").code(0);
    house.orch("run demo").code(3);
    sign_with(&house, "locked");
    let run = house.run_id();
    let approve = format!("gate approve --run {run}");
    let wrong = [ASK, ("passphrase", "guess\r")];
    house.on_own_terminal(&approve, &wrong).code(2).says("signing failed");
    house.on_own_terminal(&approve, &[ASK, ("passphrase", "secret\r")]).code(0).says("PASSED");
    house.orch(&format!("verify --run {run}")).code(0).says("signed by ada@example.org");
}

#[test]
fn an_approval_that_need_not_be_signed_can_be() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'write'\nexecutor = 'human'\napproval = 'person'");
    let Some(house) = with_keys(house) else { return };
    house.write("orch.toml", "[signing]\napprovals = true\n");
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0);
    approve(&house).code(0);
    house.orch("verify").code(0).says("approval of write attempt 1 signed by ada@example.org");
    house.git("config --global --unset gpg.ssh.allowedSignersFile");
    house.orch("run demo").code(3);
    let run = format!("--run {}", house.run_id());
    house.orch(&format!("gate finish {run}")).code(0);
    house.on_terminal(&format!("gate approve {run}"), &[ASK]).code(0);
    house.orch(&format!("verify {run}")).code(0).says("signed by key SHA256:");
}

#[test]
fn commits_are_signed_where_git_is_told_to_and_come_later_where_they_cannot_be() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n\
         [[gate]]\nid = 'b'\nexecutor = 'human'",
    );
    let Some(house) = with_keys(house) else { return };
    house.git("config --global commit.gpgsign true");
    let head = house.git("rev-parse HEAD");
    sign_with(&house, "away");
    let done = house.orch("run demo").code(3);
    let done =
        done.says("not on its branch: signing failed: ").says("commit it with: orch run resume\n");
    assert_eq!(done.stderr.matches("signing failed").count(), 1, "{}", done.shown());
    assert_eq!(house.git("rev-parse HEAD"), head);
    assert_eq!(house.gates(), "a PASS, b WAITING");
    sign_with(&house, "ada");
    house.orch("gate finish").code(0);
    house.git("verify-commit HEAD");
    let signed = house.git(&format!("log --format=%G?%GS {}..HEAD", head.trim()));
    assert!(!signed.is_empty() && signed.lines().all(|line| line == "Gada@example.org"));
    assert!(house.git("ls-tree -r HEAD").contains("gates/a/attempt-1.json"));
    house.orch("verify").code(0);
}

#[test]
fn the_end_of_a_run_is_signed_where_that_is_wanted() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']");
    let Some(house) = with_keys(house) else { return };
    house.orch("run demo").code(0);
    house.orch("verify").code(0).never_says("signed");
    house.write("orch.toml", "[signing]\nheads = true\n");
    sign_with(&house, "bob");
    house.orch("run demo").code(0).never_says("warning");
    let run = house.run_id();
    let verify = format!("verify --run {run}");
    house.orch(&verify).code(0).says("end of the run signed by bob@example.org");
    let path = house.run_folder().join("record/heads/head-1.txt");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with(&format!("orch head 1\nrun: {run}\nstatus: PASSED\nchain: ")));
    fs::remove_file(&path).unwrap();
    house.orch(&verify).code(6).says("head-1.txt: it is missing");
    house.orch(&format!("record rebuild --run {run}")).code(0).says("head-1.txt");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    house.orch(&verify).code(0);
    // Without a key the run ends all the same, and is signed later.
    sign_with(&house, "away");
    house.orch("run demo").code(0).says("the end of the run is not signed: ");
    let run = house.run_id();
    house.orch(&format!("verify --run {run}")).code(0).never_says("signed by");
    sign_with(&house, "mallory");
    house.orch(&format!("record rebuild --run {run}")).says("is not in the allowed-signers file");
    sign_with(&house, "ada");
    house.orch(&format!("record rebuild --run {run}")).code(0);
    house.orch(&format!("verify --run {run}")).code(0).says("signed by ada@example.org");
}

#[test]
fn whoever_verifies_can_say_whose_signatures_count() {
    let Some(house) = waiting() else { return };
    approve(&house).code(0);
    let allowed = house.outside("allowed").display().to_string();
    house.orch(&format!("verify --signers {allowed}")).code(0).says("signed by ada@example.org");
    let public = fs::read_to_string(house.outside("mallory.pub")).unwrap();
    let other = house.outside("other");
    fs::write(&other, format!("ada@example.org {public}")).unwrap();
    let verify = format!("verify --signers {}", other.display());
    house.orch(&verify).code(6).says("is not in the allowed-signers file");
    house.orch("verify --signers none").code(2).says("no such file");
}

#[test]
fn a_program_that_the_repository_names_hears_no_passphrase() {
    let Some(house) = waiting() else { return };
    house.write("spy", "#!/bin/sh\ntouch heard\nexit 1\n");
    let spy = house.project().join("spy");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&spy, executable).unwrap();
    house.git(&format!("config gpg.ssh.program {}", spy.display()));
    approve(&house).code(0);
    assert!(!house.exists("heard"));
}
