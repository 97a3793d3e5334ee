//! Many runs in one repository, and a person who commits by hand meanwhile.

use crate::house::House;
use crate::house::child;

const PROCESSES: usize = 8;
const COMMITS: usize = 12;

fn house() -> House {
    let gates: Vec<String> = (1..=4)
        .map(|gate| {
            format!(
                "[[gate]]
                 id = 'g{gate}'
                 executor = 'command'
                 command = ['sh', '-c', 'mkdir -p out && echo \"$1\" > out/$1-{gate}.txt', 'sh', '{{{{ slug }}}}']
                 contract = 'g{gate}'\n"
            )
        })
        .collect();
    let inputs = "key = '{{ slug }}'\n[inputs]\nslug = { type = 'slug' }\n";
    let mut house = House::new().workflow("demo", &format!("{inputs}{}", gates.concat()));
    for gate in 1..=4 {
        house = house.leaves(&format!("g{gate}"), &format!("out/{{{{ slug }}}}-{gate}.txt"));
    }
    house.write(".gitignore", "out\n");
    house.git("add -A");
    house.git("commit -qm texts");
    house
}

/// Commits as a person does; git itself refuses while somebody else moves the branch or the index.
fn commit(house: &House, number: usize) {
    house.write(&format!("mine/{number}.txt"), number.to_string());
    let script =
        format!("git add mine/{number}.txt && git commit -q -m 'mine {number}' mine/{number}.txt");
    for _ in 0..500 {
        if child::output(house.program("sh").args(["-c", &script])).status.success() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("commit {number} never came through");
}

#[test]
fn nothing_of_anyone_is_lost() {
    let house = house();
    house.write("staged.txt", "staged\n");
    house.git("add staged.txt");
    house.write("staged.txt", "staged, then edited\n");
    std::thread::scope(|scope| {
        for process in 0..PROCESSES {
            let house = &house;
            scope.spawn(move || house.orch(&format!("run demo --slug run-{process}")).code(0));
        }
        for number in 0..COMMITS {
            commit(&house, number);
        }
    });
    assert_eq!(house.run_folders().len(), PROCESSES);
    for process in 0..PROCESSES {
        house.orch(&format!("status --run run-{process}")).code(0).says("PASSED");
    }
    // What a person's commit may have taken off the branch again comes back with the next one.
    house.orch("doctor --fix");
    house.orch("verify --all").code(0);
    let subjects = house.git("log --format=%s");
    let mine = subjects.lines().filter(|subject| subject.starts_with("mine ")).count();
    assert_eq!(mine, COMMITS, "{subjects}");
    for number in 0..COMMITS {
        assert_eq!(house.git(&format!("show HEAD:mine/{number}.txt")), number.to_string());
    }
    assert_eq!(house.git("show :staged.txt"), "staged\n");
    assert_eq!(house.git("status --porcelain"), "AM staged.txt\n");
    house.git("fsck --strict");
    let left = house.git("ls-files --others .git");
    assert!(!left.contains(".lock"), "{left}");
}
