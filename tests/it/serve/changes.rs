//! What changed between any two versions of a file, as a browser without scripts is shown it.

use super::pages::has;
use super::pages::page;
use crate::house::House;

/// A gate whose fourth attempt passes; each leaves other files.
fn house(script: &str) -> House {
    House::new()
        .workflow(
            "w",
            &format!(
                "key = 'one'\n[[gate]]\nid = 'draft'\nexecutor = 'command'\nshell = '''\n{script}\n'''\n\
                 contract = 'draft'\nretry = {{ attempts = 4 }}\n"
            ),
        )
        .contract(
            "draft",
            "[[output]]\npath = 'draft.md'\nchecks = [{ kind = 'contains_text', all = ['done'] }]\n",
        )
}

#[test]
fn any_two_versions_are_compared_by_links_and_a_form_alone() {
    let house = house(
        "printf '<b>one</b>\\nline %s\\n' $ORCH_ATTEMPT > draft.md\n\
         test $ORCH_ATTEMPT -lt 4 || echo done >> draft.md",
    );
    house.orch("run w").code(0);
    assert_eq!(house.attempts("draft"), "FAIL FAIL FAIL PASS");
    // What later work writes there takes no version away.
    house.write("draft.md", "other\n");
    let server = house.serves("");
    let run = house.run_id();
    let body = page(&server, &format!("/runs/{run}"));
    let name = house.project().file_name().unwrap().to_string_lossy().into_owned();
    let address = format!("/p/{name}/runs/{run}/changes");
    has(
        &body,
        &[&format!("<a href=\"{address}?path=draft.md\"><code>draft.md</code></a> 4 versions")],
    );
    let body = page(&server, &format!("/runs/{run}/gates/draft"));
    has(&body, &["Compare versions of draft.md"]);

    let last = page(&server, &format!("{address}?path=draft.md"));
    has(
        &last,
        &[
            "draft attempt 3 to draft attempt 4",
            "<span class=\"removed\">-line 3</span><span class=\"added\">+line 4\n+done</span>",
            "@@ -1,2 +1,3 @@\n &lt;b&gt;one&lt;/b&gt;</span>",
            &format!("<form method=\"get\" action=\"{address}\">"),
            "<label for=\"from\">From</label>",
            "<option value=\"draft:3\" selected>draft attempt 3, FAIL, ",
        ],
    );
    let first = page(&server, &format!("{address}?path=draft.md&from=draft%3A1&to=draft%3A3"));
    has(&first, &["-line 1</span><span class=\"added\">+line 3</span>"]);
    let back = page(&server, &format!("{address}?path=draft.md&from=draft:2&to=draft:1"));
    has(&back, &["-line 2</span><span class=\"added\">+line 1</span>"]);
    let same = page(&server, &format!("{address}?path=draft.md&from=draft:2&to=draft:2"));
    has(&same, &["both versions have the same content"]);

    for query in [
        "path=draft.md&from=draft:9",
        "path=draft.md&to=%3Cscript%3E",
        "path=../../etc/passwd",
        "path=workflows/w.toml",
        "",
    ] {
        let gone = server.get(&format!("{address}?{query}")).code(404);
        crate::html::is_sound_page(&gone.body);
    }
}

#[test]
fn what_cannot_be_compared_says_why() {
    let house = house(
        "case $ORCH_ATTEMPT in\n\
         1) printf 'a\\0b' > draft.md;;\n\
         2) yes | head -c 1100000 > draft.md;;\n\
         3) rm draft.md;;\n\
         4) echo done > draft.md;;\nesac",
    );
    house.orch("run w").code(0);
    let server = house.serves("");
    let address = format!("/runs/{}/changes?path=draft.md", house.run_id());
    let from = |version: u32| page(&server, &format!("{address}&from=draft:{version}"));
    has(&from(1), &["attempt 1 of draft left a binary file"]);
    // So large a file is not kept of an attempt.
    has(&from(2), &["the content that attempt 2 of draft left is not kept here, only its digest"]);
    has(&from(3), &["<span class=\"added\">+done</span>"]);
    house.orch("clean --remove --logs").code(0);
    has(&from(1), &["is not kept here"]);
}

#[test]
fn a_comparison_shows_no_secret_and_only_so_much() {
    let house = house(
        "seq -f 'line %g of many that fill the page' 1 4000 > draft.md\n\
         echo $ORCH_ATTEMPT > first; cat draft.md >> first; mv first draft.md\n\
         test $ORCH_ATTEMPT -gt 2 || echo $TOKEN >> draft.md\n\
         test $ORCH_ATTEMPT -lt 4 || seq 1 40000 >> draft.md\n\
         test $ORCH_ATTEMPT -lt 4 || echo done >> draft.md",
    );
    let workflow = house.read("workflows/w.toml") + "secrets = ['TOKEN']\n";
    house.write("workflows/w.toml", workflow);
    let house = house.env("TOKEN", "open-sesame-4711");
    house.orch("run w").code(0);
    let server = house.serves("");
    let address = format!("/runs/{}/changes?path=draft.md", house.run_id());
    let body = page(&server, &format!("{address}&from=draft:1&to=draft:2"));
    assert!(!body.contains("sesame"), "{body}");
    has(&body, &["is not kept here"]);
    let body = page(&server, &address);
    has(&body, &["This is its beginning; the file has more."]);
}

#[test]
fn who_approves_again_sees_what_changed_in_the_outputs_and_which_are_gone() {
    let house = House::new()
        .workflow(
            "w",
            "[[gate]]
             id = 'draft'
             executor = 'command'
             shell = \"echo attempt $ORCH_ATTEMPT | tee draft.md > part-$ORCH_ATTEMPT.md; rm -f part-0.md part-$((ORCH_ATTEMPT - 1)).md\"
             contract = 'draft'
             approval = 'person'",
        )
        .contract("draft", "[[output]]\nglob = '*.md'");
    house.orch("run w").code(3);
    let run = house.run_id();
    let gate = format!("/runs/{run}/gates/draft");
    let server = house.serves("");
    assert!(!page(&server, &gate).contains("since the last approval"));
    house.on_terminal("gate approve --gate draft", &[("Approve this as", "yes\r")]).code(0);
    house.on_terminal("gate redo --gate draft --reason more", &[]).code(0);
    let body = page(&server, &gate);
    let lines = "<span class=\"removed\">-attempt 1</span><span class=\"added\">+attempt 2</span>";
    has(&body, &["draft.md</code> <span class=\"faint\">(changed since the last approval)", lines]);
    has(&body, &["part-1.md</code> <span class=\"faint\">(deleted since the last approval)"]);
}
