//! The menu at a gate that waits for a person, on a terminal: done, read, copy, fail,
//! pause; for an approval: approve or reject.

use super::answer;
use super::answer::Colour;
use super::answer::Face;
use super::inputs;
use super::progress::Progress;
use super::terminal;
use crate::event::WaitsFor;
use crate::ops::Error;
use crate::ops::GateChoice;
use crate::ops::GateReply;
use crate::ops::Outcome;
use crate::ops::RunChoice;
use crate::ops::Site;
use crate::ops::Waiting;
use crate::ops::gate_approve;
use crate::ops::gate_fail;
use crate::ops::gate_finish;
use crate::ops::gate_form;
use crate::ops::gate_reject;
use crate::ops::gate_start;
use crate::ops::run::DriveRequest;
use crate::process;
use dialoguer::Confirm;
use dialoguer::Input;
use dialoguer::Select;

/// Asks what to do with a waiting gate until something changes; `None` is a pause.
pub fn at_gate(
    face: &Face,
    site: &Site,
    outcome: &Outcome,
    waiting: &Waiting,
    drive: &DriveRequest,
) -> Result<Option<Outcome>, Error> {
    let choice = GateChoice {
        run: RunChoice { run: Some(outcome.run_id.to_string()) },
        gate: Some(waiting.gate.to_string()),
    };
    let desk = Desk { face, site, waiting, choice, drive };
    let title = format!("{} {} waits for {}", waiting.gate, waiting.name, waiting.waits_for);
    face.say(&format!("\n{}", face.coloured(&title, Colour::Bold)));
    loop {
        let reply = match waiting.waits_for {
            WaitsFor::Person | WaitsFor::Agent => desk.work()?,
            WaitsFor::Approval => desk.approval()?,
            WaitsFor::Decision => desk.decision()?,
        };
        match reply {
            Chosen::Again => {}
            Chosen::Pause => return Ok(None),
            Chosen::Changed(reply) => return Ok(Some(reply.run)),
        }
    }
}

/// What was chosen.
enum Chosen {
    Again,
    Pause,
    Changed(Box<GateReply>),
}

/// What a person at a gate has before them.
struct Desk<'d> {
    face: &'d Face,
    site: &'d Site,
    waiting: &'d Waiting,
    choice: GateChoice,
    drive: &'d DriveRequest,
}

impl Desk<'_> {
    fn work(&self) -> Result<Chosen, Error> {
        let items = [
            "done: judge the outputs",
            "open the packet in $EDITOR",
            "copy the packet",
            "fail with a reason",
            "pause",
        ];
        match select("What now?", &items)? {
            Some(0) => self.finish(),
            Some(1) => Ok(self.edit()),
            Some(2) => Ok(self.copy()),
            Some(3) => self.fail(),
            Some(_) | None => Ok(Chosen::Pause),
        }
    }

    fn finish(&self) -> Result<Chosen, Error> {
        let mut answers = Vec::new();
        for input in gate_form::gate_form(self.site, &self.choice)? {
            let text = inputs::ask(self.site, &input)?;
            answers.push(format!("{}={text}", input.name));
        }
        let request =
            gate_finish::Request { gate: self.choice.clone(), answers, drive: self.drive.clone() };
        let mut progress = Progress::new(self.face);
        let reply =
            gate_finish::gate_finish(self.site, &request, &mut |notice| progress.show(&notice))?;
        Ok(Chosen::Changed(Box::new(reply)))
    }

    fn edit(&self) -> Chosen {
        let Some(packet) = &self.waiting.packet else { return Chosen::Again };
        let editor = std::env::var("VISUAL").or_else(|_| std::env::var("EDITOR"));
        let mut argv: Vec<String> = editor
            .unwrap_or_else(|_| "vi".to_owned())
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        argv.push(packet.clone());
        if let Err(error) = process::run_on_terminal(&argv, self.site.project.root()) {
            self.face.say(&format!("{error}; set EDITOR"));
        }
        Chosen::Again
    }

    fn copy(&self) -> Chosen {
        let packet =
            self.waiting.packet.as_ref().map(|packet| self.site.project.root().join(packet));
        let bytes = packet.and_then(|packet| crate::files::read_own(&packet).ok().flatten());
        // The terminal itself puts the text on the clipboard, over ssh too (OSC 52).
        let bytes = bytes.unwrap_or_default();
        answer::out(&format!("\u{1b}]52;c;{}\u{7}", crate::secret::base64(&bytes)));
        self.face.say("The packet is on the clipboard, if the terminal lets programs write there.");
        Chosen::Again
    }

    fn fail(&self) -> Result<Chosen, Error> {
        let Some(reason) = ask_reason()? else { return Ok(Chosen::Again) };
        let request =
            gate_fail::Request { gate: self.choice.clone(), reason, drive: self.drive.clone() };
        let mut progress = Progress::new(self.face);
        let reply =
            gate_fail::gate_fail(self.site, &request, &mut |notice| progress.show(&notice))?;
        Ok(Chosen::Changed(Box::new(reply)))
    }

    fn approval(&self) -> Result<Chosen, Error> {
        let person = terminal::person(self.site, self.face.global.is_ci())?;
        let question = gate_approve::question(self.site, &self.choice)?;
        show_question(self.face, &question);
        match select("Your word on these bytes?", &["approve", "reject with a reason", "pause"])? {
            Some(0) => {
                let request = gate_approve::Request {
                    gate: self.choice.clone(),
                    note: None,
                    drive: self.drive.clone(),
                };
                let mut progress = Progress::new(self.face);
                let mut show = |notice| progress.show(&notice);
                let word = (&person, &question);
                let reply = gate_approve::gate_approve(self.site, &request, word, &mut show)?;
                Ok(Chosen::Changed(Box::new(reply)))
            }
            Some(1) => {
                let Some(reason) = ask_reason()? else { return Ok(Chosen::Again) };
                let drive = self.drive.clone();
                let request = gate_reject::Request { gate: self.choice.clone(), reason, drive };
                let mut progress = Progress::new(self.face);
                let mut show = |notice| progress.show(&notice);
                let reply = gate_reject::gate_reject(self.site, &request, &person, &mut show)?;
                Ok(Chosen::Changed(Box::new(reply)))
            }
            Some(_) | None => Ok(Chosen::Pause),
        }
    }

    fn decision(&self) -> Result<Chosen, Error> {
        match select("It was cut off. What now?", &["do it again", "fail with a reason", "pause"])?
        {
            Some(0) => {
                let request = gate_start::Request {
                    gate: self.choice.clone(),
                    ..gate_start::Request::default()
                };
                let mut progress = Progress::new(self.face);
                let mut show = |notice| progress.show(&notice);
                let reply = gate_start::gate_start(self.site, &request, &mut show)?;
                Ok(Chosen::Changed(Box::new(reply)))
            }
            Some(1) => self.fail(),
            Some(_) | None => Ok(Chosen::Pause),
        }
    }
}

/// Shows what a person is asked to approve.
pub fn show_question(face: &Face, question: &gate_approve::Question) {
    face.say(&format!("{} {} of run {}:", question.gate, question.name, question.run));
    if question.seen.is_empty() {
        face.say("  (no files)");
    }
    for (path, digest) in &question.seen {
        face.say(&format!("  {digest}  {path}"));
    }
}

/// Asks yes or no; no is the default.
pub fn confirm(question: &str) -> Result<bool, Error> {
    Confirm::new().with_prompt(question).default(false).interact().map_err(unanswered)
}

fn select(question: &str, items: &[&str]) -> Result<Option<usize>, Error> {
    Select::new().with_prompt(question).items(items).default(0).interact_opt().map_err(unanswered)
}

fn ask_reason() -> Result<Option<String>, Error> {
    let reason: String =
        Input::new().with_prompt("reason").allow_empty(true).interact_text().map_err(unanswered)?;
    Ok(Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty()))
}

fn unanswered(error: dialoguer::Error) -> Error {
    Error::environment(format!("the terminal gave no answer: {error}"))
}
