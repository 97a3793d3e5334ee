//! The pages, as a browser without scripts is given them.

use crate::house::House;
use crate::house::Server;
use crate::house::wait_until;
use crate::html;

/// What a program could write to be more than a text on a page.
const EVIL: &str = "</pre><script>alert(1)</script>\" onload=x {{ key }} \u{1b}[31m\u{202e}";

/// A run that waits for an approval, with what was found before, instances, and hostile texts.
fn house() -> House {
    let house = House::new()
        .file("evil", EVIL)
        .workflow(
            "essay",
            "description = 'Write & check'
             key = '{{ slug }}'
             [inputs]
             slug = { type = 'slug', help = 'What it is about' }
             depth = { type = 'choice', choices = ['quick', 'deep'], default = 'quick' }
             tags = { type = 'list', optional = true }
             [[gate]]
             id = 'draft'
             name = 'Draft <b>it</b>'
             executor = 'command'
             shell = 'echo one >> draft.md; cat evil; cat evil >&2'
             contract = 'draft'
             retry = { attempts = 2 }
             approval = { by = 'person', show = ['draft.md'] }
             [[gate]]
             id = 'leg'
             executor = 'command'
             command = ['true']
             each = { in = \"{{ ['a', 'b'] }}\", as = 'leg' }
             [[gate]]
             id = 'ask'
             executor = 'human'
             [gate.answers]
             mood = { type = 'choice', choices = ['calm', 'sad'], help = 'How it is' }",
        )
        .contract(
            "draft",
            "[[output]]\npath = 'draft.md'\nchecks = [{ kind = 'word_count', min = 2 }]\n",
        );
    house.orch("run essay --slug one").code(3);
    house
}

#[track_caller]
pub fn page(server: &Server, path: &str) -> String {
    let body = server.get(path).code(200).body;
    html::is_sound_page(&body);
    let size =
        body.len() + asset(server, &body, "page.css").len() + asset(server, &body, "page.js").len();
    assert!(size < 150_000, "{path} is {size} bytes");
    body
}

/// What a page loads, as anybody gets it.
#[track_caller]
fn asset(server: &Server, body: &str, name: &str) -> String {
    let at = body.find(&format!("/assets/{name}")).unwrap();
    let address = body[at..].split('"').next().unwrap();
    let loaded = server.send("GET", address, &[], "").code(200);
    assert_eq!(loaded.header("x-content-type-options"), Some("nosniff"));
    assert!(loaded.header("cache-control").unwrap().contains("immutable"), "{loaded:?}");
    loaded.body
}

#[track_caller]
pub fn has(body: &str, parts: &[&str]) {
    for part in parts {
        assert!(body.contains(part), "`{part}` is not in\n{body}");
    }
}

#[test]
fn what_waits_for_a_person_is_listed_until_it_is_decided() {
    let house = house();
    let server = house.serves("");
    let run = house.run_id();
    let name = house.project().file_name().unwrap().to_string_lossy().into_owned();
    let href = format!("/p/{name}/runs/{run}/gates/draft");
    let body = page(&server, "/");
    has(
        &body,
        &[
            "<p role=\"status\" class=\"count\" id=\"needs-count\">1 waiting</p>",
            &format!("<a href=\"{href}\">one <code>draft</code> Draft &lt;b&gt;it&lt;/b&gt;</a>"),
            "Waits for your approval for <time",
            &format!("orch gate approve --run {run} --gate draft"),
            "<span class=\"status open\">WAITING</span>",
        ],
    );
    house.on_terminal("gate approve --gate draft", &[("Approve this as", "yes\r")]).code(0);
    let body = page(&server, "/");
    has(&body, &["Waits for your work", &format!("orch done --run {run} --gate ask")]);
    assert!(!body.contains("your approval"), "{body}");
    house.orch("gate finish --gate ask --answer mood=calm").code(0);
    has(&page(&server, "/"), &["Nothing waits for a person.", "status good\">PASSED"]);
}

#[test]
fn of_much_that_waits_the_oldest_is_shown_whole_and_all_of_it_is_named() {
    let items: Vec<String> = (0..60).map(|item| format!("'i{item}'")).collect();
    let house = House::new().workflow(
        "many",
        &format!(
            "[[gate]]\nid = 'ask'\nexecutor = 'human'\n\
             each = {{ in = \"{{{{ [{}] }}}}\", as = 'it' }}\n",
            items.join(", ")
        ),
    );
    house.orch("run many").code(3);
    let server = house.serves("");
    for path in ["/".to_owned(), format!("/runs/{}", house.run_id())] {
        let body = page(&server, &path);
        has(&body, &["60 waiting", "<summary>10 more</summary>"]);
        assert_eq!(body.matches("Waits for your work").count(), 50);
        let named = body.matches(" data-need=\"").count();
        assert_eq!(named, 60, "{body}");
    }
}

#[test]
fn runs_are_filtered_and_come_in_parts() {
    let house = House::new().workflow(
        "item",
        "key = '{{ key }}'\n[inputs]\nkey = { type = 'string' }\n\
         [[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n",
    );
    for number in 0..52 {
        house.orch(&format!("run item --key k{number}")).code(0);
    }
    house.orch("run hello").code(0);
    let server = house.serves("");
    let rows = |path: &str| page(&server, path).matches("<tr id=\"row-").count();
    assert_eq!((rows("/"), rows("/?page=2"), rows("/?page=99")), (50, 3, 3));
    assert_eq!((rows("/?workflow=hello"), rows("/?status=FAILED"), rows("/?key=k7")), (1, 0, 1));
    let second = page(&server, "/?workflow=item&page=2");
    has(&second, &["Page 2 of 2", "href=\"?workflow=item&amp;page=1\"", "selected>item</option>"]);
    let odd = server.get("/?status=nope").code(400);
    assert!(odd.body.contains("unknown status `nope`"), "{}", odd.body);
    html::is_sound_page(&odd.body);
}

#[test]
fn a_run_shows_its_gates_as_a_graph_and_as_a_list() {
    let house = house();
    let server = house.serves("");
    let run = house.run_id();
    house.orch_with(&["note", EVIL]).code(0);
    let body = page(&server, &format!("/runs/{run}"));
    has(
        &body,
        &[
            "<h1>one <span class=\"status open\">WAITING</span></h1>",
            "<title>leg: NOT_STARTED</title><rect",
            "<title>leg needs draft</title></path>",
            "<th scope=\"row\"><a href=",
            "waits for approval",
            "<rect class=\"worked\"",
            "chain head <code>",
            "&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=x {{ key }}",
        ],
    );
    house.on_terminal("gate approve --gate draft", &[("Approve this as", "yes\r")]).code(0);
    let body = page(&server, &format!("/runs/{run}"));
    has(&body, &["<title>leg: 2 PASS</title>", "<code>leg[a]</code>"]);
    // Only a name that the workflow gives stands beside an id.
    let row = body.split("<code>leg[a]</code>").nth(1).unwrap().split("</th>").next().unwrap();
    assert!(!row.contains("leg"), "{row}");
    let gone = server.get("/runs/run_20260119T143012Z_x_000009").code(404);
    html::is_sound_page(&gone.body);
    has(&gone.body, &["not found"]);
}

#[test]
fn a_failed_gate_shows_what_was_found_at_file_and_line() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]\nid = 'bad'\nexecutor = 'command'\ncommand = ['true']\ncontract = 'bad'\n",
        )
        .contract(
            "bad",
            "[[output]]\npath = 'a.md'\nchecks = [{ kind = 'not_contains', text = 'TBD' }]\n",
        )
        .file("a.md", "one\ntwo TBD\n");
    house.orch("run demo").code(1);
    let server = house.serves("");
    let run = house.run_id();
    let body = page(&server, &format!("/runs/{run}"));
    has(
        &body,
        &["<code>a.md:2</code>: the file contains", &format!("orch run resume --run {run}")],
    );
    let body = page(&server, &format!("/runs/{run}/gates/bad"));
    has(
        &body,
        &["<code>a.md:2</code>: the file contains", "Attempt 1 <span class=\"status bad\">FAIL"],
    );
}

#[test]
fn a_gate_shows_what_is_to_be_approved_as_text() {
    let house = house();
    let server = house.serves("");
    let run = house.run_id();
    let body = page(&server, &format!("/runs/{run}/gates/draft"));
    has(
        &body,
        &[
            "<h1><code>draft</code> Draft &lt;b&gt;it&lt;/b&gt; <span class=\"status open\">WAITING</span></h1>",
            "<h2 id=\"approval\">Approval</h2>",
            "The approval is bound to 1 file",
            &format!("orch gate approve --run {run} --gate draft"),
            "one\none\n</pre>",
            "&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=x {{ key }} ",
        ],
    );
    let earlier = page(&server, &format!("/runs/{run}/gates/draft?attempt=1"));
    has(&earlier, &["Logs of attempt 1", "word count; expected at least 2; found 1"]);
    house.write("draft.md", "other");
    let changed = page(&server, &format!("/runs/{run}/gates/draft"));
    has(
        &changed,
        &[
            "Changed since the gate passed; finish the gate again before you approve: <code>draft.md</code>",
        ],
    );
    let log = server.get(&format!("/runs/{run}/gates/draft/logs/2/stdout")).code(200);
    assert_eq!(log.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(
        log.header("content-disposition"),
        Some("attachment; filename=\"draft-stdout.txt\"")
    );
    assert!(log.body.contains("<script>alert(1)</script>"), "{}", log.body);
    server.get(&format!("/runs/{run}/gates/draft/logs/2/other")).code(404);
    server.get(&format!("/runs/{run}/gates/..%2Fx")).code(404);
    let report = server.get(&format!("/runs/{run}/report")).code(200);
    assert!(report.header("content-disposition").unwrap().starts_with("attachment;"), "{report:?}");
    html::is_sound(&report.body);
}

#[test]
fn a_second_approval_shows_what_changed_since_the_first() {
    let house = house();
    house.on_terminal("gate approve --gate draft", &[("Approve this as", "yes\r")]).code(0);
    house.on_terminal("gate redo --gate draft --reason more", &[]).code(0);
    let server = house.serves("");
    let body = page(&server, &format!("/runs/{}/gates/draft", house.run_id()));
    has(&body, &["changed since the last approval", "<span class=\"added\">+one</span>"]);
}

#[test]
fn long_logs_are_shown_from_their_end_in_parts() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]\nid = 'long'\nexecutor = 'command'\n\
         shell = 'seq -f \"line %06.0f\" 1 20000'\n",
    );
    house.orch("run demo").code(0);
    let server = house.serves("");
    let path = format!("/runs/{}/gates/long", house.run_id());
    let body = page(&server, &path);
    has(&body, &["line 020000\n</pre>", "Download (240000 bytes)"]);
    assert!(!body.contains("line 000001"), "the whole log is on the page");
    let at = body.find("?attempt=1&amp;stdout=").unwrap();
    let earlier = body[at..].split(['"', '#']).next().unwrap().replace("&amp;", "&");
    let before = page(&server, &format!("{path}{earlier}"));
    has(&before, &[">Latest</a>", ">Earlier</a>"]);
    assert!(!before.contains("line 020000"), "{earlier}");
    let whole = server.get(&format!("{path}/logs/1/stdout")).code(200).body;
    assert_eq!(whole.lines().count(), 20000);
}

#[test]
fn a_form_starts_a_run_where_that_is_allowed() {
    let house = house();
    let server = house.serves("");
    let body = page(&server, "/workflows/essay");
    has(
        &body,
        &[
            "<p>Write &amp; check</p>",
            "<option selected>quick</option>",
            "name=\"slug\" value=\"\" required aria-describedby=\"input-slug-help\"",
            "orch run essay --slug …",
        ],
    );
    let all = page(&server, "/workflows");
    has(&all, &["/workflows/hello\">hello</a>", "/workflows/essay\">essay</a>"]);
    let send = |form: &str, origin: &str| {
        let bearer = server.bearer();
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", origin),
        ];
        server.send("POST", "/workflows/essay", &headers, form)
    };
    let own = format!("http://localhost:{}", server.port);
    let wrong = send("slug=Not+a+slug&depth=quick&tags=", &own).code(400);
    html::is_sound_page(&wrong.body);
    has(&wrong.body, &["role=\"alert\"", "Not a slug", "value=\"Not a slug\""]);
    send("slug=two&depth=deep", "http://localhost:1").code(403);
    let started = send("slug=two&depth=deep&tags=a%0Ab", &own).code(303);
    assert!(started.header("location").unwrap().ends_with("/workers"), "{started:?}");
    has(&page(&server, "/workers"), &["two"]);
    drop(server);
    let server = house.serves("--read-only");
    let body = page(&server, "/workflows/essay");
    assert!(!body.contains("<form method=\"post\""), "{body}");
    let bearer = server.bearer();
    let headers =
        [("authorization", bearer.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    server.send("POST", "/workflows/essay", &headers, "slug=three").code(403);
}

#[test]
fn a_question_of_an_agent_is_listed_with_its_options() {
    let house =
        House::new().agents("").workflow("demo", "[[gate]]\nid = 'write'\nexecutor = 'agent'\n");
    let house = house.script(
        "write",
        concat!(env!("CARGO_BIN_EXE_orch"), " escalate 'Which <color>?' --options red,blue"),
    );
    house.orch("run demo").code(3);
    let server = house.serves("");
    let body = page(&server, "/escalations");
    has(
        &body,
        &["1 waiting for an answer", "Which &lt;color&gt;?", "<li>red</li>", "orch forward "],
    );
    let gate = page(&server, &format!("/runs/{}/gates/write", house.run_id()));
    has(&gate, &["<h2 id=\"question\">Question</h2>", "<li>blue</li>"]);
    has(&page(&server, "/convoys"), &["No convoys."]);
    has(&page(&server, "/workers"), &["Workers drive no runs."]);
}

#[test]
fn a_browser_without_the_token_is_asked_for_it() {
    let house = house();
    let server = house.serves("");
    let html_of = |path: &str, more: &[(&str, &str)]| {
        server.send("GET", path, &[&[("accept", "text/html")], more].concat(), "")
    };
    let asked = html_of("/runs/x?page=2", &[]).code(401);
    html::is_sound_page(&asked.body);
    has(&asked.body, &["name=\"to\" value=\"/runs/x?page=2\"", "type=\"password\""]);
    assert!(!asked.body.contains("essay"), "{}", asked.body);
    server.send("GET", "/", &[("accept", "application/json")], "").code(401).json();
    let form =
        [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    server.send("POST", "/session", &form, "token=wrong&to=/").code(401);
    let known =
        server.send("POST", "/session", &form, &format!("token={}&to=/workers", server.token));
    let known = known.code(303);
    assert_eq!(known.header("location"), Some("/workers"));
    let cookie = known.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    html_of("/workers", &[("cookie", &cookie)]).code(200);
    wait_until("the server still answers", || server.get("/healthz").status == 200);
}
