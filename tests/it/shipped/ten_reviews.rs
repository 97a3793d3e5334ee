//! The shipped workflow of ten reviews and their synthesis, with scripted agents.

use crate::house::House;

const LEG: &str = "aspect=$(echo \"$ORCH_GATE\" | sed 's/.*\\[\\(.*\\)\\]/\\1/')\n";

fn house(failing: &str) -> House {
    let leg = format!(
        "{LEG} case $aspect in {failing}) exit 1 ;; esac\n\
         printf '## Looked at\nx\n## Findings\nNone.\n' > reviews/parser/$aspect.md"
    );
    let synthesis = "printf -- '---\nverdict: approve\n---\n## Summary\nx\n## Findings\nNone.\n\
                     ## Left out\nNone.\n' > reviews/parser/REVIEW.md";
    let house = House::new().agents("").script("synthesis", synthesis);
    let aspects = [
        "correctness",
        "tests",
        "security",
        "performance",
        "errors",
        "compatibility",
        "readability",
        "design",
        "documentation",
        "dependencies",
    ];
    let house =
        aspects.iter().fold(house, |house, aspect| house.script(&format!("legs[{aspect}]"), &leg));
    house.git("checkout --quiet -b parser");
    let house = house.file("reader", "pass\n");
    house.git("add --all");
    house.git("commit --quiet --message=parser");
    house
}

#[test]
fn a_synthesis_is_made_of_the_reviews_that_were_done() {
    let house = house("security | design");
    house.orch("run review --subject parser --jobs 4").code(0);
    let gates = house.gates();
    assert!(gates.contains("legs FAIL") && gates.contains("synthesis PASS"), "{gates}");
    assert_eq!(gates.matches("] PASS").count(), 8, "{gates}");
    let packet = house.packet("synthesis", 1);
    assert!(packet.contains("8 of 10 reviews were done"), "{packet}");
    assert!(packet.contains("- `reviews/parser/tests.md`"), "{packet}");
    assert!(!packet.contains("- `reviews/parser/security.md`"), "{packet}");
    assert!(house.packet("legs[tests]", 1).contains("Which test fails without the change?"));
    assert!(house.read("reviews/parser/change.patch").contains("+pass"));
}

#[test]
fn too_few_reviews_have_no_synthesis_and_a_change_is_needed() {
    let few = house("tests | errors | design | security | performance");
    few.orch("run review --subject parser").code(1).says("5 reviews are done, 6 are required");
    assert!(few.gates().contains("synthesis NOT_STARTED"));
    let same = House::new().agents("");
    same.orch("run review --subject parser").code(1).says("nothing differs from main");
}
