//! Workflows of many gates on their pages: what can no longer be drawn or listed is told.

use super::pages::has;
use super::pages::page;
use crate::house::House;

#[test]
fn a_graph_that_would_help_nobody_is_not_drawn() {
    let gate = |number: usize, needs: &str| {
        format!("[[gate]]\nid = 'g{number}'\nexecutor = 'human'\n{needs}")
    };
    let many: String = (0..151).map(|number| gate(number, "needs = []\n")).collect();
    let tangle: String = (0..60)
        .map(|number| {
            let needs: Vec<String> = (0..number).map(|need| format!("'g{need}'")).collect();
            gate(number, &format!("needs = [{}]\n", needs.join(", ")))
        })
        .collect();
    let chain: String = (0..150).map(|number| gate(number, "")).collect();
    let house = House::new().workflow("many", &many).workflow("tangle", &tangle);
    let house = house.workflow("chain", &chain);
    let server = house.serves("");
    has(&page(&server, "/workflows/many"), &["151 gates are too many to draw"]);
    has(&page(&server, "/workflows/tangle"), &["in too many ways to draw", "<code>g59</code>"]);
    let drawn = page(&server, "/workflows/chain");
    assert_eq!(drawn.matches("<path class=\"needs\"").count(), 149);
}

#[test]
fn the_page_of_a_large_workflow_stays_small() {
    let gate = |number| {
        format!(
            "[[gate]]\nid = 'gate-{number}'\nname = 'Gate number {number}'\nexecutor = 'human'\n"
        )
    };
    let large: String = (0..3000).map(gate).collect();
    let house = House::new().workflow("large", &large);
    let server = house.serves("");
    let body = page(&server, "/workflows/large");
    has(&body, &["And 2800 more, in the definition.", "This is its beginning; the file has more."]);
    assert!(body.len() < 150_000, "{} bytes", body.len());
}
