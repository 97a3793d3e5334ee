//! Short names for commands that are typed often, and what is said of names that do not exist.

use crate::house::House;

fn house() -> House {
    let gates = "[[gate]]\nid = 'a'\nexecutor = 'human'\napproval = 'person'\n";
    House::new().workflow("demo", gates)
}

#[test]
fn a_short_name_does_the_same() {
    let house = house();
    house.orch("run demo").code(3);
    for (short, long) in [("ls", "run list"), ("show", "run show")] {
        let same = |words: &str| house.orch_at("15:00:00", words).code(0).shown();
        assert_eq!(same(short), same(long));
        assert_eq!(same(&format!("{short} --json")), same(&format!("{long} --json")));
    }
    house.orch("resume").code(3).says("Do the work of gate a");
    house.orch("gate finish").code(0);
    house.orch("approve --gate a").code(2).says("this needs a person at an interactive terminal");
    let done = house.on_terminal("approve", &[("[yes/no]", "yes\r")]);
    assert_eq!((done.code, house.gates().as_str()), (0, "a PASS"), "{}", done.shown());
}

#[test]
fn a_run_is_named_without_a_flag_where_a_command_takes_nothing_else() {
    let house = house();
    house.orch("run demo").code(3);
    house.orch("run demo --again").code(3);
    let runs: Vec<String> = house
        .run_folders()
        .iter()
        .map(|folder| folder.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let (first, part) = (runs[0].as_str(), &runs[0][runs[0].len() - 6..]);
    let reads = ["show", "run show", "status", "next", "brief", "verify"];
    let writes =
        ["run pause", "resume", "run resume", "run cancel", "run complete --status CANCELED"];
    for words in reads.iter().chain(&writes) {
        for name in [first, part] {
            let done = house.orch(&format!("{words} {name}"));
            assert!([0, 3].contains(&done.code), "{words}: {}", done.shown());
            done.says(first).never_says(&runs[1]);
        }
    }
    house.orch("run amend demo").code(2).says("`demo` matches several runs");
    let both = house.orch(&format!("show {first} --run {first}")).code(2);
    both.says("`[RUN]` cannot be used with `--run <RUN>`");
    house.orch("show nope").code(2).says("run `nope` not found");
}

#[test]
fn a_name_that_does_not_exist_brings_the_nearest_one() {
    let house = house();
    house.orch("stauts").code(2).says("did you mean `orch status`?");
    house.orch("run lst").code(2).says("`lst` is neither a workflow nor a command");
    house.orch("run lst").code(2).says("help: did you mean `orch run list`?");
    house.orch("run dmo").code(2).says("workflow `dmo` not found").says("did you mean `demo`?");
    house.orch("run nothing").code(2).says("workflow `nothing` not found");
    for reserved in ["pause", "amend"] {
        house
            .orch(&format!("workflow new {reserved}"))
            .code(2)
            .says("is not a valid workflow name");
    }
}
