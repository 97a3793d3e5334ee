//! `orch record push` and `orch record fetch` where git does not know the remote.

use crate::house::House;

#[test]
fn a_remote_that_is_not_there_is_told_with_what_adds_it() {
    let house = House::new();
    for command in ["push", "fetch"] {
        let done = house.orch(&format!("record {command}")).code(2);
        done.says("error: no remote named `origin`")
            .says("help: git remote add origin URL\n")
            .never_says("access rights");
    }
    let other = house.outside("other");
    assert!(house.try_git(&format!("init --quiet --bare {}", other.display())));
    house.git(&format!("remote add upstream {}", other.display()));
    let done = house.orch("record fetch").code(2);
    done.says("help: git remote add origin URL, or orch record fetch upstream");
    house.orch("record fetch upstraem").code(2).says("did you mean `upstream`?");
    house.orch("record fetch upstream").code(0);
    house.orch(&format!("record fetch {}", other.display())).code(0);
}
