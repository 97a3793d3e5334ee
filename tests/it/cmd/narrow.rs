//! Errors on a narrow terminal: words are kept whole, and a caret stands under what it means. Off a
//! terminal each message is one line.

use crate::house::House;

fn house() -> House {
    House::new().workflow(
        "demo",
        "[inputs]
slug = { type = 'slg', help = 'What the work is about, in a word or two' }
[[gate]]
id = 'a'
executor = 'command'
command = ['echo', 'one', 'two', 'three', '{{ slug | shout }}', 'four', 'five']",
    )
}

#[test]
fn errors_are_folded_between_words() {
    let house = house();
    let check = |columns| {
        let done = house.on_terminal_by_the_clock("workflow check demo", columns, &[]).code(2);
        let text = done.stdout.replace('\r', "");
        for line in text.lines() {
            let plain = line.replace("\u{1b}[31m", "").replace("\u{1b}[1m", "");
            let plain = plain.replace("\u{1b}[0m", "");
            assert!(plain.chars().count() <= usize::from(columns), "{columns}: {plain}");
        }
        text.replace('\u{1b}', "")
    };
    insta::assert_snapshot!(check(40), @"
    [31merror:[0m unknown value `slg`, expected one
      of `string`, `slug`, `path`, `file`,
      `choice`, `integer`, `number`, `bool`,
      `list`
      --> workflows/demo.toml:4:17
      |
    4 | slug = { type = 'slg', help = 'What…
      |                 [31m^^^^^[0m
    [1mhelp:[0m did you mean `slug`?
    [31merror:[0m unknown filter `shout` in a
      template
      --> workflows/demo.toml:8:54
      |
    8 | …, 'two', 'three', '{{ slug | shout…
      |                               [31m^^^^^[0m
    [1mhelp:[0m did you mean `sort`?

    next:
      Fix the errors above.
      $ orch workflow check demo
    ");
    insta::assert_snapshot!(check(80), @"
    [31merror:[0m unknown value `slg`, expected one of `string`, `slug`, `path`, `file`,
      `choice`, `integer`, `number`, `bool`, `list`
      --> workflows/demo.toml:4:17
      |
    4 | slug = { type = 'slg', help = 'What the work is about, in a word or two' }
      |                 [31m^^^^^[0m
    [1mhelp:[0m did you mean `slug`?
    [31merror:[0m unknown filter `shout` in a template
      --> workflows/demo.toml:8:54
      |
    8 | command = ['echo', 'one', 'two', 'three', '{{ slug | shout }}', 'four', 'fi…
      |                                                      [31m^^^^^[0m
    [1mhelp:[0m did you mean `sort`?

    next:
      Fix the errors above.
      $ orch workflow check demo
    ");
    insta::assert_snapshot!(house.orch("workflow check demo").code(2).stderr, @"
    error: unknown value `slg`, expected one of `string`, `slug`, `path`, `file`, `choice`, `integer`, `number`, `bool`, `list`
      --> workflows/demo.toml:4:17
      |
    4 | slug = { type = 'slg', help = 'What the work is about, in a word or two' }
      |                 ^^^^^
    help: did you mean `slug`?
    error: unknown filter `shout` in a template
      --> workflows/demo.toml:8:54
      |
    8 | command = ['echo', 'one', 'two', 'three', '{{ slug | shout }}', 'four', 'five']
      |                                                      ^^^^^
    help: did you mean `sort`?

    next:
      Fix the errors above.
      $ orch workflow check demo
    ");
}

#[test]
fn what_clap_refuses_is_folded_too() {
    let house = house();
    let words = "run list --nosuch-flag-at-all";
    let narrow = house.on_terminal_by_the_clock(words, 40, &[]).code(2).stdout;
    insta::assert_snapshot!(narrow.replace(['\r', '\u{1b}'], ""), @"
    error: unexpected argument
      `--nosuch-flag-at-all`
    help: orch run list --help
    ");
    let wide = house.orch(words).code(2).stderr;
    insta::assert_snapshot!(wide, @"
    error: unexpected argument `--nosuch-flag-at-all`
    help: orch run list --help
    ");
}

#[test]
fn a_check_that_takes_its_time_moves_a_line_that_leaves_nothing_behind() {
    let slow = "[[check]]\nkind = 'command'\ncommand = ['sleep', '1.3']\n";
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'c'\n")
        .contract("c", slow)
        .file("contracts/c.fixtures/x/expect.toml", "expect = 'pass'\n");
    house.orch("run demo").code(3);
    for (words, says) in
        [("gate check", "1s checking"), ("contract test c", "1s judging fixture x")]
    {
        let shown = house.on_terminal_by_the_clock(words, 80, &[]).code(0).stdout;
        assert!(shown.contains(says), "{words}: {shown:?}");
        // Blanks behind a line break into lines of their own when the window is made narrower.
        assert!(!shown.contains(&" ".repeat(20)), "{words}: {shown:?}");
    }
}

#[test]
fn lines_of_progress_are_folded_between_words_and_what_programs_print_is_not() {
    let house = House::new()
        .file("orch.toml", "[defaults]\nagent = 'mine'\n[agents.mine]\ncommand = ['true']\n")
        .workflow(
            "demo",
            "[[gate]]
id = 'a'
executor = 'command'
command = ['echo', 'one  two three four five six seven eight nine']
stdout = 'numbers.txt'
show = true
[[gate]]
id = 'b'
executor = 'agent'",
        );
    let done = house.on_terminal_by_the_clock("run demo --budget 2 --until a", 40, &[]);
    let text = done.stdout.replace(['\r', '\u{1b}'], "");
    let warning = text.split("warning:").nth(1).unwrap_or(&text);
    let folded: Vec<&str> = warning.lines().take(4).collect();
    insta::assert_snapshot!(folded.join("\n"), @"
    [0m agent mine does not report its
      cost, so the budget of 2.00 USD does
      not limit it; set `minutes` to limit
      it
    ");
    assert!(text.contains("one  two three four five six seven eight nine"), "{text}");
}

#[test]
fn runs_are_listed_in_columns_where_their_whole_ids_do_not_fit() {
    let house = House::new().workflow(
        "demo",
        "key = '{{ slug }}'\n[inputs]\nslug = { type = 'slug' }\n\
         [[gate]]\nid = 'write'\nexecutor = 'human'\n",
    );
    house.orch("run demo --slug snow").code(3);
    let list = |columns| house.on_terminal_by_the_clock("run list", columns, &[]).code(0);
    let row = "WAITING  demo      snow  write";
    list(70).says(&format!("\n000001  {row}")).says("RUN     STATUS   WORKFLOW");
    list(120).says(&format!("\n{}  {row}", house.run_id()));
    // The short name means the run.
    house.orch("run show 000001").code(0).says("snow");
}

#[test]
fn the_topics_of_the_reference_are_folded() {
    let shown = House::outside_git().on_terminal_by_the_clock("explain", 60, &[]).code(0).stdout;
    assert!(shown.lines().all(|line| line.trim_end().chars().count() <= 60), "{shown}");
    assert!(shown.contains("Commands: orch, run, run start,"), "{shown}");
}
