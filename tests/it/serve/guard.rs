//! Requests that are not answered: of pages elsewhere, under other names, without the token.

use super::house;
use crate::house::wait_until;
use serde_json::json;

#[test]
fn only_the_exact_host_is_served() {
    let house = house();
    let server = house.serves("");
    let bearer = server.bearer();
    let asked = |host: &str| {
        let headers = [("host", host), ("authorization", bearer.as_str())];
        server.send("GET", "/api/run_list", &headers, "").status
    };
    assert_eq!(asked(&format!("localhost:{}", server.port)), 200);
    assert_eq!(asked(&format!("127.0.0.1:{}", server.port)), 200);
    for host in ["evil.example", "localhost", "localhost:1", "localhost.evil.example", ""] {
        assert_eq!(asked(host), 421, "{host}");
    }
}

#[test]
fn a_browser_that_opens_it_by_its_number_is_sent_to_its_name() {
    let house = house();
    let server = house.serves("");
    let host = format!("127.0.0.1:{}", server.port);
    let opened = |host: &str, mode: &str| {
        let headers = [("host", host), ("sec-fetch-mode", mode)];
        server.send("GET", "/workflows?x=1", &headers, "")
    };
    let sent = opened(&host, "navigate").code(307);
    let name = format!("http://localhost:{}/workflows?x=1", server.port);
    assert_eq!(sent.header("location"), Some(&*name));
    opened(&host, "cors").code(401);
    opened("evil.example", "navigate").code(421);
}

#[test]
fn a_host_is_a_name_alone() {
    for host in ["example.org/x", "https://example.org", "a@example.org", "two words"] {
        let done = house().orch_by_the_clock_with(&["serve", "--host", host]);
        done.code(2).says("write a host name alone, such as orch.example.org");
    }
}

#[test]
fn an_address_that_it_listens_on_alone_is_the_one_that_it_names() {
    let house = house();
    let started = house.start("serve --port 0 --address 127.0.0.2");
    wait_until("the server listens", || started.printed().contains("#token="));
    let printed = started.printed();
    assert!(printed.contains("serving http://127.0.0.2:"), "{printed}");
}

#[test]
fn no_page_elsewhere_is_answered() {
    let house = house();
    house.orch("run item --key a").code(3);
    let server = house.serves("");
    let own = format!("http://localhost:{}", server.port);
    let note = json!({ "run": "a", "kind": "note", "text": ["x"] });
    let from = |headers: &[(&str, &str)]| server.post_with("note", &note, headers).status;
    assert_eq!(from(&[("origin", &own)]), 200);
    assert_eq!(from(&[("origin", &own), ("sec-fetch-site", "same-origin")]), 200);
    let others = ["http://localhost:1", "http://localhost", "https://evil.example", "null"];
    for origin in others {
        assert_eq!(from(&[("origin", origin)]), 403, "{origin}");
    }
    for site in ["cross-site", "same-site", "none"] {
        assert_eq!(from(&[("sec-fetch-site", site)]), 403, "{site}");
    }
    let bearer = server.bearer();
    let read = |site: &str, mode: &str| {
        let headers = [
            ("authorization", bearer.as_str()),
            ("sec-fetch-site", site),
            ("sec-fetch-mode", mode),
        ];
        server.send("GET", "/api/run_list", &headers, "").status
    };
    assert_eq!((read("same-site", "cors"), read("cross-site", "no-cors")), (403, 403));
    // A link may lead here.
    assert_eq!(read("cross-site", "navigate"), 200);
}

#[test]
fn the_token_is_shown_or_the_cookie_that_a_browser_got_for_it() {
    let house = house();
    house.orch("run item --key a").code(3);
    let server = house.serves("");
    let read = |headers: &[(&str, &str)]| server.send("GET", "/api/run_list", headers, "").status;
    assert_eq!(read(&[]), 401);
    assert_eq!(read(&[("authorization", "Bearer x")]), 401);
    assert_eq!(read(&[("authorization", &format!("Basic {}", server.token))]), 401);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(server.send("POST", "/session", &form, "token=x").status, 401);
    let browser = [form[0], ("accept", "text/html,*/*")];
    let again = server.send("POST", "/session", &browser, "token=x&to=/workers").code(401).body;
    assert!(
        again.contains("Wrong token. The server prints a new token")
            && again.contains("value=\"/workers\""),
        "{again}"
    );
    let body = format!("token={}&to=//evil.example", server.token);
    let entered = server.send("POST", "/session", &form, &body).code(303);
    assert_eq!(entered.header("location"), Some("/"));
    let cookie = entered.header("set-cookie").unwrap();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    assert!(!cookie.contains(&server.token));
    assert_eq!(read(&[("cookie", &format!("a=b; {cookie}"))]), 200);
    assert_eq!(read(&[("cookie", &format!("{cookie}x"))]), 401);
    // With a cookie alone, what changes something says where it comes from.
    let note = json!({ "run": "a", "kind": "note", "text": ["x"] }).to_string();
    let write = |more: &[(&str, &str)]| {
        let headers = [("cookie", cookie), ("content-type", "application/json")];
        server.send("POST", "/api/note", &[&headers, more].concat(), &note).status
    };
    assert_eq!(write(&[]), 401);
    assert_eq!(write(&[("sec-fetch-site", "same-origin")]), 200);
}

#[test]
fn a_request_that_a_form_elsewhere_could_send_is_refused() {
    let house = house();
    let server = house.serves("");
    let bearer = server.bearer();
    let sent = |kind: &str| {
        let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
        server.send("POST", "/api/run_list", &headers, "{}").status
    };
    assert_eq!(sent("application/json; charset=utf-8"), 200);
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
        assert_eq!(sent(kind), 415, "{kind}");
    }
    // A form of an own page, also where a workflow has the name of a path.
    let form = |path: &str| {
        let kind = "application/x-www-form-urlencoded";
        let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
        server.send("POST", path, &headers, "x=1").status
    };
    assert_eq!((form("/workflows/mcp"), form("/p/api/workflows/w")), (404, 404));
    assert_eq!(
        (form("/mcp"), form("/p/project/mcp"), form("/p/project/api/note")),
        (415, 415, 415)
    );
    let bare = [("authorization", bearer.as_str())];
    assert_eq!(server.send("POST", "/api/run_list", &bare, "").status, 415);
}

#[test]
fn every_response_says_what_a_page_may_do() {
    let house = house();
    let server = house.serves("");
    for response in [server.get("/healthz"), server.get("/nowhere"), server.get("/api/run_list")] {
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(response.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn it_listens_on_this_machine_alone() {
    let house = house();
    let server = house.serves("");
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(std::fs::read_to_string);
    let port = format!(":{:04X} ", server.port);
    let tables: Vec<String> = tables.into_iter().flatten().collect();
    let own: Vec<&str> = tables
        .iter()
        .flat_map(|table| table.lines())
        .filter(|line| {
            line.split_whitespace().nth(1).is_some_and(|it| format!("{it} ").contains(&port))
        })
        .filter(|line| line.split_whitespace().nth(3) == Some("0A"))
        .map(|line| line.split_whitespace().nth(1).unwrap())
        .collect();
    assert!(!own.is_empty());
    for address in own {
        let is_loopback = address.starts_with("0100007F:")
            || address.starts_with("00000000000000000000000001000000:");
        assert!(is_loopback, "{address}");
    }
}

#[test]
fn a_token_file_is_made_once_and_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let house = house();
    let file = house.outside("token");
    let server = house.serves(&format!("--token-file {}", file.display()));
    let token = std::fs::read_to_string(&file).unwrap();
    assert_eq!(token, server.token);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    drop(server);
    let again = house.serves(&format!("--token-file {}", file.display()));
    assert_eq!(again.token, token);
    assert!(!again.started.printed().contains("warning"));
    drop(again);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let warned = house.serves(&format!("--token-file {}", file.display()));
    assert!(warned.started.printed().contains("chmod 600"), "{}", warned.started.printed());
    std::fs::write(&file, "short").unwrap();
    house.orch(&format!("serve --token-file {}", file.display())).code(2).says("too short");
}
