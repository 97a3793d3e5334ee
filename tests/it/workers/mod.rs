//! Many runs at once: child runs in folders of their own, the pool that they wait in, and the processes
//! that drive them.

mod advice;
mod agents;
mod budgets;
mod chaos;
mod child_runs;
mod chosen;
mod commands;
mod convoys;
mod escalation;
mod hand_over;
mod issue_to_pr;
mod kills;
mod leaving;
mod others;
mod tidying;
mod workspaces;

use crate::house::Done;
use crate::house::House;

/// A workflow of one command gate over an input `key`.
pub fn house(script: &str, more: &str) -> House {
    House::new().workflow(
        "item",
        &format!(
            "key = '{{{{ key }}}}'
                 [inputs]
                 key = {{ type = 'slug', help = 'what it is about' }}
                 [[gate]]
                 id = 'work'
                 executor = 'command'
                 shell = '''{script}'''
                 {more}"
        ),
    )
}

/// The same with a workflow that has one leg for each key, and then tells what became of them.
pub fn convoy(script: &str, leg: &str) -> House {
    house(script, "").workflow(
        "batch",
        &format!(
            "[inputs]
             keys = {{ type = 'list', help = 'one leg each' }}
             [[gate]]
             id = 'legs'
             executor = 'workflow'
             workflow = 'item'
             with = {{ key = '{{{{ leg }}}}' }}
             each = {{ in = '{{{{ keys }}}}', as = 'leg' }}
             {leg}
             [[gate]]
             id = 'told'
             executor = 'command'
             join = 'done'
             command = ['printf', '%s\\n', '{{% for it in gates.legs.children %}}{{{{ it.key }}}} {{{{ it.status }}}} {{{{ it.branch }}}} {{{{ it.outputs }}}};{{% endfor %}}']
             stdout = 'told.txt'"
        ),
    )
}

/// Commits the workflows, which worktrees start from.
pub fn committed(house: House) -> House {
    house.git("add --all");
    house.git("commit --quiet --message=workflows");
    house
}

/// Runs the binary by the real clock.
pub fn orch(house: &House, words: &str) -> Done {
    house.orch_by_the_clock(words)
}

/// Each run with its status, the oldest first: `batch PASSED, a PASSED`.
pub fn runs(house: &House) -> String {
    let list = house.orch_by_the_clock("run list --json").code(0).json();
    let mut runs: Vec<String> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| format!("{} {}", run["key"].as_str().unwrap(), run["status"].as_str().unwrap()))
        .collect();
    runs.sort();
    runs.join(", ")
}
