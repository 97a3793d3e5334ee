//! What is read of outputs, whole and broken.

use super::*;
use crate::document;
use crate::executor::documents::DOCUMENT_BYTES_MAX;
use crate::source::Source;

fn read(output: &str, printed: &[u8]) -> Usage {
    let output: AgentOutput = document::read(&Source::new("a", output)).unwrap();
    output.read(printed).unwrap().0
}

const LINES: &str = "format = 'jsonl'\ncost_usd = '/usd'\nsession = '/id'\nerror = '/error'";

#[test]
fn broken_and_endless_lines_are_left_out() {
    let mut printed = b"{\"usd\": 1}\nnot json\n{\"usd\": 2, \"id\": \"s\"}\n{\"usd\": ".to_vec();
    assert_eq!(read(LINES, &printed).cost_usd, Some(2.0));
    printed.extend(std::iter::repeat_n(b'1', DOCUMENT_BYTES_MAX));
    printed.extend(b"}\n{\"usd\": 3}");
    let usage = read(LINES, &printed);
    assert_eq!((usage.cost_usd, usage.session.as_deref()), (Some(3.0), Some("s")));
    let nothing = read(LINES, b"");
    assert_eq!(nothing.unread.as_deref(), Some("its output is not JSON"));
    assert_eq!(nothing, Usage { unread: nothing.unread.clone(), ..Usage::default() });
}

#[test]
fn a_single_document_may_follow_other_lines_and_must_be_whole() {
    let output = "format = 'json'\ninput_tokens = '/in'";
    let tokens = |printed: &str| read(output, printed.as_bytes()).input_tokens;
    assert_eq!(tokens("Loaded.\n {\n\"in\":\n 7}\nbye"), Some(7));
    assert_eq!(tokens("{\"in\": 7"), None);
    assert_eq!(tokens("nothing"), None);
}

#[test]
fn lines_add_up_or_the_last_one_counts() {
    let printed = b"{\"usd\": 1, \"n\": 1}\n{\"usd\": 2}\n{\"other\": 0, \"n\": 1}";
    assert_eq!(read(LINES, printed).cost_usd, Some(2.0));
    assert_eq!(read(&format!("{LINES}\ncounts = 'sum'"), printed).cost_usd, Some(3.0));
    let chosen = format!("{LINES}\ncounts = 'sum'\nmatch = {{ '/n' = 1 }}");
    assert_eq!(read(&chosen, printed).cost_usd, Some(1.0));
    assert_eq!(read("format = 'text'", printed), Usage::default());
}

#[test]
fn steps_count_until_the_whole_is_told() {
    let output = "format = 'jsonl'\nmatch = { '/type' = 'whole' }\ninput_tokens = '/in'\n\
        [live]\nmatch = { '/type' = 'step' }\nstep = '/id'\ninput_tokens = '/in'";
    let printed = "{\"type\":\"step\",\"id\":\"a\",\"in\":3}\n{\"type\":\"step\",\"id\":\"a\",\"in\":4}\n\
        {\"type\":\"step\",\"id\":\"b\",\"in\":5}\n{\"type\":\"step\",\"in\":1}\n";
    assert_eq!(read(output, printed.as_bytes()).input_tokens, Some(10));
    let whole = format!("{printed}{{\"type\":\"whole\",\"in\":9}}\n");
    assert_eq!(read(output, whole.as_bytes()).input_tokens, Some(9));
}

#[test]
fn an_error_is_one_bounded_line_without_escapes() {
    let error = "a\\u001b[31m\\n b\\u202e".to_owned() + &"x".repeat(1000);
    let error = read(LINES, format!("{{\"error\": \"{error}\"}}").as_bytes()).error.unwrap();
    assert!(error.starts_with("a[31m bx"), "{error}");
    assert_eq!(error.chars().count(), ERROR_CHARACTERS_MAX);
}

#[test]
fn a_document_behind_a_broken_one_is_found() {
    let output = "format = 'json'\nerror = '/error'";
    let printed =
        b"Error: at f {\n{ code: 429,\n  x: [\n {\"error\": \"no\"}\n] }\n{\n\"error\": \"yes\"}\n";
    assert_eq!(read(output, printed).error.as_deref(), Some("yes"));
}

#[test]
fn the_model_is_that_of_the_line_that_counts() {
    let output = "format = 'jsonl'\nmodel = ['/model', '/used/*#']\nmatch = { '/type' = 'end' }";
    let start = "{\"model\": \"large[1m]\"}\n{\"model\": \"other\"}\n";
    let model = |printed: String| read(output, printed.as_bytes()).model;
    assert_eq!(model(start.to_owned()).as_deref(), Some("large"));
    let end = "{\"type\": \"end\", \"used\": {\"large[1m]\": {}, \"large\": {}, \"small\": {}}}";
    assert_eq!(model(format!("{start}{end}")).as_deref(), Some("large, small"));
    assert_eq!(model(format!("{start}{{\"type\": \"end\"}}")).as_deref(), Some("large"));
}

#[test]
fn an_output_tells_that_its_budget_is_spent_and_what_was_denied() {
    let output = "format = 'jsonl'\nbudget_spent = { '/type' = 'spent' }\n\
        denied = { each = '/denied/*' , tool = '/tool' }";
    let output: AgentOutput = document::read(&Source::new("a", output)).unwrap();
    let signs = |printed: &str| output.read(printed.as_bytes()).unwrap().1;
    assert!(!signs("{\"type\": \"end\"}").is_budget_spent);
    let signs = signs("{\"type\": \"spent\", \"denied\": [{\"tool\": \"Bash\"}]}\n{}");
    assert!(signs.is_budget_spent);
    assert_eq!(signs.denied, ["Bash"]);
}
