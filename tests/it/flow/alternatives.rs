//! Outputs with alternatives: `any_of` asks one that exists to pass, `first_of` the first that exists.

use crate::house::House;

/// A house whose gate leaves nothing behind of its own, and one rule for a page: `# Title`.
fn house(key: &str, options: &str) -> House {
    House::new()
        .workflow(
            "demo",
            "[[gate]]\nid = 'page'\nexecutor = 'command'\ncommand = ['true']\ncontract = 'page'\n",
        )
        .contract(
            "page",
            &format!(
                "[[output]]\n{key} = ['page.mdx', 'page.md']\n{options}\n\
                 checks = [{{ kind = 'contains_headings', headings = '# Title' }}]\n"
            ),
        )
}

fn artifacts(house: &House) -> Vec<String> {
    let artifacts = house.attempt("page", 1)["artifacts"].clone();
    let artifacts = artifacts.as_array().unwrap();
    artifacts.iter().map(|artifact| artifact["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_first_that_exists_is_the_output() {
    let house = house("first_of", "").file("page.mdx", "# Title\n").file("page.md", "old\n");
    house.orch("run demo").code(0);
    assert_eq!(artifacts(&house), ["page.mdx"]);
    let house = self::house("first_of", "").file("page.md", "# Title\n");
    house.orch("run demo").code(0);
    assert_eq!(artifacts(&house), ["page.md"]);
    let gate = "[[gate]]\nid = 'page'\nexecutor = 'human'\ncontract = 'page'\n";
    let house = house.workflow("demo", gate);
    house.orch("run demo --again").code(3).says("`page.mdx`, else `page.md`");
}

#[test]
fn a_later_one_does_not_make_up_for_the_first() {
    let house = |key| house(key, "").file("page.mdx", "draft\n").file("page.md", "# Title\n");
    let refused = house("first_of").orch("run demo").code(1);
    refused.says("page.mdx: the heading `# Title` is missing").never_says("page.md:");
    let any = house("any_of");
    any.orch("run demo").code(0);
    assert_eq!(artifacts(&any), ["page.mdx", "page.md"]);
}

#[test]
fn one_must_be_there_unless_it_is_optional() {
    let house = |options| self::house("first_of", options);
    let refused = house("").orch("run demo").code(1);
    refused.says("none of these files exists: page.mdx, else page.md");
    house("optional = true").orch("run demo").code(0);
    let unsound = house("path = 'page.md'").orch("run demo").code(2);
    unsound.says("an output requires exactly one of `path`, `any_of`, `first_of` and `glob`");
}

#[test]
fn the_one_that_counts_must_be_fresh() {
    let house = || {
        let house = house("first_of", "fresh = true").file("page.mdx", "# Title\n");
        house.file("page.md", "# Title\n")
    };
    let refused = house().orch("run demo").code(1);
    refused.says("page.mdx: it was not written in this round").never_says("page.md:");
    let gate = "[[gate]]\nid = 'page'\nexecutor = 'command'\ncontract = 'page'\n";
    let refused = house().workflow("demo", &format!("{gate}shell = 'touch page.md'\n"));
    refused.orch("run demo").code(1).says("page.mdx: it was not written in this round");
    let written =
        house().workflow("demo", &format!("{gate}shell = 'rm page.mdx; touch page.md'\n"));
    written.orch("run demo").code(0);
    let kept = house().workflow("demo", &format!("{gate}shell = 'rm page.mdx'\n"));
    kept.orch("run demo").code(1).says("page.md: it was not written in this round");
}
