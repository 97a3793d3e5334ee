//! A run that is taken through gate by gate: what it is called, and what comes next.

use crate::house::House;

#[test]
fn a_run_that_nobody_drives_is_not_stalled_and_next_begins_its_gates() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]\nid = 'a'\nexecutor = 'human'\n[[gate]]\nid = 'b'\nexecutor = 'human'\n",
    );
    house.orch("run start --workflow demo").code(0).says("gate start");
    for command in ["status", "run list", "next"] {
        house.orch(command).code(0).says("RUNNING").never_says("STALLED");
    }
    house.orch("next").code(0).says("--gate a").never_says("run resume");
    house.orch("gate start --gate a").code(0);
    house.orch("status").code(0).never_says("STALLED");
    house.orch("gate finish").code(0).says("orch gate start --gate b");
    house.orch("gate start --gate b").code(0);
    let failed = house.orch("gate fail --reason no").code(0);
    failed.says("--gate b").says("gate start").never_says("run resume");
    house.orch("next").code(0).says("gate start").never_says("run resume");
}
