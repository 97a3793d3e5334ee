//! What decides the work of a gate: each part of it that changes has the work done anew, and what
//! decides nothing does not.

use crate::house::House;

const WORKFLOW: &str = "
[inputs]
brief = { type = 'file' }
key_words = { type = 'string', default = 'x' }
[[gate]]
id = 'write'
executor = 'agent'
agent = 'writer'
prompt = 'write.md'
contract = 'page'
attach = ['style.md']
reads = ['facts.txt']
secrets = ['API_TOKEN']
env = { WORDS = '{{ key_words }}' }
reuse = true
";

const CONTRACT: &str = "
[[output]]
path = 'page.json'
[[output]]
glob = 'parts/*.txt'
checks = [{ kind = 'not_contains', text = 'TBD' }]
[[check]]
kind = 'json_schema'
path = 'page.json'
schema = 'page.schema.json'
[[check]]
kind = 'command'
command = ['sh', 'tools/check.sh']
";

const AGENTS: &str = "
[environment]
pass = ['STYLE']
[agents.writer]
command = ['sh', 'tools/writer.sh']
packet = 'stdin'
output = { format = 'text' }
model = 'small'
model_arguments = ['{model}']
env = { DEPTH = '1' }
";

const WRITER: &str = "
cat > /dev/null
echo once >> calls
echo '{}' > page.json
mkdir -p parts
echo 1 > parts/one.txt
";

fn house() -> House {
    House::new()
        .workflow("demo", WORKFLOW)
        .contract("page", CONTRACT)
        .file("prompts/write.md", "Write {{ key_words }}.\n")
        .file("orch.toml", AGENTS)
        .file("tools/writer.sh", WRITER)
        .file("tools/check.sh", "true\n")
        .file("page.schema.json", "{}\n")
        .file("brief.md", "rain\n")
        .file("style.md", "short\n")
        .file("facts.txt", "wet\n")
        .env("API_TOKEN", "0123456789")
        .env("STYLE", "plain")
}

const RUN: &str = "run demo --brief brief.md";

fn calls(house: &House) -> usize {
    house.read("calls").lines().count()
}

#[test]
fn what_decides_the_work_has_it_done_anew() {
    let texts = [
        ("style.md", "short", "long"),
        ("brief.md", "rain", "snow"),
        ("facts.txt", "wet", "cold"),
        ("orch.toml", "'small'", "'large'"),
        ("orch.toml", "'1'", "'2'"),
        ("tools/writer.sh", "once", "again"),
        ("tools/check.sh", "true", "test 1 = 1"),
        ("page.schema.json", "{}", "{ \"type\": \"object\" }"),
        ("prompts/write.md", "Write", "Write down"),
    ];
    let house = house();
    house.orch(RUN).code(0);
    house.orch(RUN).code(0).says("REUSED write");
    for (number, (path, before, after)) in texts.into_iter().enumerate() {
        house.write(path, house.read(path).replace(before, after));
        house.orch(RUN).code(0).says("write is not reused: ");
        assert_eq!(calls(&house), number + 2, "{path}");
        house.orch(RUN).code(0).says("REUSED write");
    }
}

#[test]
fn so_does_a_variable_that_it_is_given() {
    let mut house = house();
    house.orch(RUN).code(0);
    for (name, value) in [("API_TOKEN", "9876543210"), ("STYLE", "ornate")] {
        house = house.env(name, value);
        house.orch(RUN).code(0).says("write is not reused: its recipe");
        house.orch(RUN).code(0).says("REUSED write");
    }
    house.env("OTHER", "x").orch(RUN).code(0).says("REUSED write");
}

#[test]
fn no_record_tells_what_a_secret_is() {
    let records = [house(), house()].map(|house| {
        house.orch(RUN).code(0);
        house.attempt("write", 1)["recipe"]["sha256"].clone()
    });
    assert!(records[0].is_string());
    // Each machine, and here each repository, has a key of its own.
    assert_ne!(records[0], records[1]);
}

#[test]
fn what_joins_the_outputs_was_judged_by_nobody() {
    let house = house();
    house.orch(RUN).code(0);
    house.write("parts/two.txt", "2\n");
    house.orch(RUN).code(0).says("write is not reused: parts/two.txt was added to its outputs");
}

#[test]
fn a_file_that_joins_while_a_person_is_waited_for_opens_the_gate_again() {
    let rest = format!("{WORKFLOW}[[gate]]\nid = 'read'\nexecutor = 'human'\n");
    let house = house().workflow("demo", &rest);
    house.orch(RUN).code(3);
    house.write("parts/two.txt", "TBD\n");
    house.orch("gate finish").code(1).says("gate read STALE").says("STALE read, write");
}

#[test]
fn what_it_reads_through_a_link_is_what_lies_behind() {
    let house = house().file("real.txt", "one\n");
    house.remove("facts.txt");
    let link = house.outside("project/facts.txt");
    std::os::unix::fs::symlink("real.txt", link).unwrap();
    house.orch(RUN).code(0);
    house.orch(RUN).code(0).says("REUSED write");
    house.write("real.txt", "two\n");
    house.orch(RUN).code(0).says("facts.txt, which it reads, has changed");
    house.remove("real.txt");
    house.orch(RUN).code(0).says("is a symbolic link that does not lead to a file in the project");
}

#[test]
fn what_reads_nothing_is_told() {
    let house = house();
    house.remove("facts.txt");
    house.orch(RUN).code(0);
    house.orch(RUN).code(0).says("`facts.txt` in `reads` matches no files");
}

#[test]
fn what_it_reads_through_a_link_to_a_folder_is_what_lies_behind() {
    let plan = WORKFLOW.replace("'facts.txt'", "'data/**'");
    let house = house().workflow("demo", &plan).file("data/a.txt", "one\n");
    house.write("real/b.txt", "one\n");
    let link = house.outside("project/data/link");
    std::os::unix::fs::symlink("../real", &link).unwrap();
    house.orch(RUN).code(0);
    house.orch(RUN).code(0).says("REUSED write");
    house.write("real/b.txt", "two\n");
    house.orch(RUN).code(0).says("data/link/b.txt, which it reads, has changed");
    std::fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("..", &link).unwrap();
    house
        .orch(RUN)
        .code(0)
        .says("data/link, which it reads, is a symbolic link that does not lead");
    std::fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("../data", &link).unwrap();
    house
        .orch(RUN)
        .code(0)
        .says("data/link, which it reads, is a symbolic link that does not lead");
}

#[test]
fn files_that_commands_and_checks_name_are_read() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'copy'
             executor = 'command'
             command = ['sh', 'copy.sh', '--rules=rules.cfg', 'out.txt']
             contract = 'copy'
             dir = 'work'
             reads = ['in.txt']
             reuse = true",
        )
        .contract(
            "copy",
            "[[output]]
             path = 'work/out.txt'
             [[check]]
             kind = 'command'
             command = ['sh', 'check.sh', '--limits=limits.cfg', 'work/out.txt', 'cases', '@list']
             [[check]]
             kind = 'command'
             command = ['sh', '-c', 'grep -q . style.cfg; echo >> done.log']",
        )
        .file("work/copy.sh", "echo done >> times; cat ../in.txt > out.txt\n")
        .file("in.txt", "one\n")
        .file("check.sh", "true\n");
    let files = [
        "work/rules.cfg",
        "limits.cfg",
        "cases/a.txt",
        "cases/deep/b.txt",
        "list",
        "style.cfg",
        "work/copy.sh",
    ];
    for path in files.iter().filter(|path| !house.exists(path)) {
        house.write(path, "one\n");
    }
    house.orch("run demo").code(0);
    house.orch("run demo").code(0).says("REUSED copy");
    for path in files {
        house.write(path, format!("{}true\n", house.read(path)));
        house
            .orch("run demo")
            .code(0)
            .says(&format!("copy is not reused: {path}, which it reads, has changed"));
        house.orch("run demo").code(0).says("REUSED copy");
    }
    std::fs::remove_file(house.project().join("cases/a.txt")).unwrap();
    house.orch("run demo").code(0).says("copy is not reused: cases/a.txt, which it reads");
}
