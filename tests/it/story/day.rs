//! A day of work at an epic: tasks, words, a crash, another hand, a pause, the end; nearly all of
//! it without an id.

use crate::house::Done;
use crate::house::House;
use std::cell::Cell;

/// A house that counts the commands typed in it, and those among them that carry an id.
struct Day {
    house: House,
    typed: Cell<u32>,
    with_id: Cell<u32>,
}

impl Day {
    fn new(house: House) -> Self {
        Self { house, typed: Cell::new(0), with_id: Cell::new(0) }
    }

    /// Types words that hold no blanks, and a text that may.
    fn types(&self, words: &str, text: &str) -> Done {
        let mut arguments: Vec<&str> = words.split_whitespace().collect();
        arguments.extend((!text.is_empty()).then_some(text));
        self.typed.set(self.typed.get() + 1);
        let named = ["--run", "--gate", "--epic", "E-1", "T-01", "T-02", "E-1@1", "E-1@2"];
        let carries = arguments.iter().any(|word| named.contains(word) || word.starts_with("run_"));
        self.with_id.set(self.with_id.get() + u32::from(carries));
        self.house.orch_with(&arguments)
    }

    /// The same day in the hands of somebody else.
    fn handed_to(self, agent: &str) -> Self {
        Self { house: self.house.env("CODEX_SANDBOX", agent), ..self }
    }

    /// Takes a task from its plan to its end.
    fn does_task(&self, id: &str) {
        self.types(&format!("run task --id {id}"), "").code(3);
        self.types("decide", "one page, and no more than that").code(0);
        self.types("done", "write the page first, then read it aloud")
            .code(0)
            .says("gate plan PASS");
        self.types("update", "the first half stands").code(0);
        self.types("done", "").code(1).says("expected at least 20 characters");
        self.types("note", "the second half is harder").code(0);
        self.types("log", "wrote the second half").code(0);
        self.types("done", "written, and read aloud to two people").code(0).says("gate work PASS");
    }

    /// Has it reviewed, and closes it.
    fn closes_task(&self, id: &str) {
        let report = |verdict: &str, found: &str| {
            format!(
                "---\nverdict: {verdict}\n---\n\n## Looked at\nThe page, read aloud.\n\n## Findings\n{found}\n"
            )
        };
        let path = format!("reviews/{id}.md");
        self.house.write(&path, report("refuse", "1. line 3: no rain falls upwards."));
        self.types("done", "").code(1).says("the review refused the work");
        self.types("update", "the third line is mended").code(0);
        self.types("done", "the rain falls down now, in all lines").code(0).says("gate work PASS");
        self.house.write(&path, report("approve", "None."));
        self.types("done", "").code(0).says("gate review PASS");
        self.types("done", "the page is written, read and good").code(0).says("PASSED");
    }
}

#[test]
fn a_day_of_work_needs_few_ids() {
    let day = Day::new(House::new());
    day.types("session start --workflow epic --epic E-1", "").code(0).says("session E-1@1 running");
    let epic = day.house.run_id();
    let scope = "Two pages about rain; done when both have been read by somebody else.";
    day.types("done", scope).code(0).says("gate scope PASS");
    day.does_task("T-01");
    day.closes_task("T-01");
    day.types("status", "").code(0).says("E-1 WAITING");
    day.types("update", "one page of two").code(0).says("gate tasks");
    day.does_task("T-02");
    day.types("back", "").code(0);
    day.types("done", "").code(1).says("child run T-02 (");
    day.types("use T-02", "").code(0);
    // The machine goes down: nobody is told anything.
    day.house.kill_keepers();

    let day = day.handed_to("seatbelt");
    day.types("status", "").code(0).says("T-02 WAITING").says("review");
    let brief = day.types("brief --json", "").code(0).json()["data"].clone();
    assert_eq!(brief["decisions"][0]["text"], "one page, and no more than that");
    day.closes_task("T-02");
    day.types("log", "both pages are read").code(0);
    let taken = day.types("session resume E-1 --json", "").code(0).json();
    let brief = &taken["data"]["brief"];
    assert!(
        taken["data"]["found"].as_str().unwrap().contains("died with tasks WAITING"),
        "{taken}"
    );
    let acts: Vec<&str> =
        brief["acts"].as_array().unwrap().iter().map(|act| act["what"].as_str().unwrap()).collect();
    assert_eq!(
        acts,
        [
            "gate tasks started, attempt 1",
            "update on tasks: one page of two",
            "log on tasks: both pages are read"
        ]
    );
    day.types("decide", "no third page").code(0);
    day.types("session pause", "").code(0);
    day.types("session resume E-1", "").code(0).says("E-1@3 running").says("no third page");
    day.types("done", "").code(0).says("gate tasks PASS");
    day.types("session complete", "").code(1).says("summarize the epic");
    let end = "Two pages about rain are written, and somebody else has read both.";
    day.types("session complete --summary", end).code(0).says("PASSED");

    let (typed, with_id) = (day.typed.get(), day.with_id.get());
    println!("{with_id} of {typed} commands carry an id");
    assert!(typed >= 30 && with_id * 5 <= typed, "{with_id} of {typed} commands carry an id");
    assert_eq!(day.house.keepers(), [0; 0]);
    for run in [epic.as_str(), "T-01", "T-02"] {
        day.house.orch(&format!("verify --run {run}")).code(0);
        day.house.orch(&format!("status --run {run}")).code(0).says("PASSED");
    }
    // The reports of the reviews are theirs to commit.
    assert_eq!(day.house.git("status --porcelain"), "?? reviews/\n");
    day.house.git("fsck --strict --no-dangling");
}
