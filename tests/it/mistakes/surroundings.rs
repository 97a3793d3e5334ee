//! What is odd around orch, rather than in a definition: what it is, and what to do.

use crate::house::House;

/// The error and its help.
fn told(house: &House, words: &str) -> String {
    let stderr = house.orch(words).stderr;
    let is_told = |line: &&str| ["error: ", "help: "].iter().any(|it| line.starts_with(it));
    stderr.lines().filter(is_told).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_says_what_to_do() {
    let told = [
        told(&House::new().file("out.txt", ""), "--project out.txt ls"),
        told(&House::new(), "--project nowhere ls"),
        told(&House::new().file("orch.toml/x", ""), "ls"),
        {
            let house = House::new();
            house.write("orch.toml", b"\xff\xfe");
            told(&house, "ls")
        },
        told(&House::new().file("orchestration", "mine"), "run hello"),
        {
            let house = House::new().env("ORCH_RUN", "nope");
            house.orch("run hello").code(0);
            told(&house, "status")
        },
    ];
    insta::assert_snapshot!(told.join("\n\n"), @"
    error: cannot open folder out.txt: it is a file
    help: name a folder of the project, such as `.`

    error: cannot open folder nowhere: no such file or folder
    help: name a folder of the project, such as `.`

    error: $HOUSE/project/orch.toml: it is a folder, expected a regular file [environment]
    help: make it a file that you can read, or remove it; without one the defaults apply

    error: orch.toml is not valid UTF-8 (byte 0)
    help: save the file as UTF-8

    error: $HOUSE/project/orchestration is a file, expected a folder
    help: mv $HOUSE/project/orchestration $HOUSE/project/orchestration.old

    error: run `nope` not found (ORCH_RUN names it)
    help: known: run_20260119T143012Z_hello_000001
    ");
}
