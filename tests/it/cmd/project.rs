//! `init`, `doctor`, `completions`, and the command itself.

use crate::house::House;
use crate::house::cannot;
use crate::house::lacks;

#[test]
fn init_writes_a_config_once() {
    let house = House::new();
    house.orch("init").code(0).says("orch.toml");
    let text = house.read("orch.toml");
    house.write("orch.toml", text + "# mine\n");
    house.orch("init").code(0).says("left unchanged");
    assert!(house.read("orch.toml").ends_with("# mine\n"));
    house.orch("doctor").code(0);
}

#[test]
fn init_refuses_a_file_where_runs_go() {
    let house = House::new().file("orchestration", "a file");
    assert_ne!(house.orch("init").says("orchestration").code, 0);
    assert!(!house.exists("orch.toml"));
}

#[test]
fn doctor_tells_what_is_wrong() {
    let house = House::new()
        .workflow("broken", "[[gate]]\nid = 'a'\nexecutor = 'humn'\n")
        .file("orch.toml", "[agents.x]\ncommand = ['no-such-program']\n");
    let done = house.orch("doctor").code(1);
    let done = done.says("no-such-program").says("orch workflow check broken");
    assert!(done.stdout.contains("ok "), "{}", done.stdout);
    let json = house.orch("doctor --json").code(1).json();
    assert_eq!(json["success"], false);
}

#[test]
fn completions_are_printed_for_every_shell() {
    let house = House::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let done = house.orch(&format!("completions {shell}")).code(0);
        assert!(done.stdout.contains("ORCH_COMPLETE"), "{shell}");
    }
    house.orch("completions tcsh").code(2).says("bash");
}

#[test]
fn the_command_explains_itself() {
    let house = House::new();
    house.orch("--version").code(0).says(env!("CARGO_PKG_VERSION"));
    house.orch("--help").code(0).says("Exit codes");
    house.orch("").code(2).says("missing command\nhelp: orch --help");
    house.orch("statsu").code(2).says("did you mean `orch status`?");
    house.orch("gate").code(2).says("finish");
}

#[test]
fn a_broken_config_is_told_with_its_place() {
    let house = House::new().file("orch.toml", "[agents.x]\ncomand = ['x']\n");
    house.orch("status").code(2).says("orch.toml:2:1").says("did you mean `command`?");
    let house = House::new().file("orch.toml", "[defaults]\nagent = 'claud'\n");
    house.orch("status").code(2).says("orch.toml:2:9").says("did you mean `claude`?");
}

#[test]
fn a_run_reads_project_and_workflow_once() {
    if cannot(!cfg!(target_os = "linux"), "`strace` is a program of Linux") || lacks("strace") {
        return;
    }
    let house = House::new()
        .file("orch.toml", "# nothing is set\n")
        .workflow(
            "demo",
            "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\ncontract = 'c'\n",
        )
        .file("a.txt", "done\n")
        .leaves("c", "a.txt");
    let log = house.outside("trace");
    let path = log.display().to_string();
    let trace = ["strace", "-f", "-qq", "-o", &path, "-e", "trace=openat,openat2"];
    for command in ["run demo", "run start --workflow demo"] {
        house.orch_by(&trace, command).code(0);
        let opened = std::fs::read_to_string(&log).unwrap();
        let opened = opened.lines().filter(|line| !line.contains("O_PATH"));
        let times = ["orch.toml", "workflows/demo.toml", "contracts/c.toml"].map(|name| {
            let name = format!("{:?}", house.project().join(name));
            opened.clone().filter(|line| line.contains(&name)).count()
        });
        assert_eq!(times, [1, 1, 1], "{command}");
    }
}

#[test]
fn what_follows_a_workflow_may_lead_to_another_project() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n";
    let house = House::new().workflow("demo", gate);
    let other = house.outside("other");
    std::fs::create_dir_all(other.join("workflows")).unwrap();
    std::fs::write(other.join("orch.toml"), "").unwrap();
    let text = format!("name = 'demo'\nversion = '2'\n{gate}");
    std::fs::write(other.join("workflows/demo.toml"), text).unwrap();
    let done = house.orch(&format!("run demo --project {}", other.display())).code(0);
    assert!(house.run_folders().is_empty(), "{}", done.shown());
    assert!(other.join("orchestration/runs").is_dir(), "{}", done.shown());
    house.orch("run demo").code(0);
    assert_eq!(house.run_folders().len(), 1);
}
