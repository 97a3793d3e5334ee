//! The menu at a gate that waits for a person, on a terminal: done, read, copy, fail,
//! pause; for an approval: approve or reject.

mod elsewhere;
mod packet;

use super::answer::Face;
use super::approval;
use super::choice::Choice;
use super::door::Colour;
use super::inputs;
use super::progress;
use super::progress::Progress;
use super::question;
use super::remark;
use super::report;
use super::terminal;
use crate::event::WaitsFor;
use crate::ops::Error;
use crate::ops::GateChoice;
use crate::ops::GateReply;
use crate::ops::Person;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::ops::Standing;
use crate::ops::Waiting;
use crate::ops::done;
use crate::ops::gate_approve;
use crate::ops::gate_check;
use crate::ops::gate_fail;
use crate::ops::gate_finish;
use crate::ops::gate_form;
use crate::ops::gate_reject;
use crate::ops::gate_start;
use crate::ops::next;
use crate::ops::run::DriveRequest;
use elsewhere::Elsewhere;
pub use elsewhere::unless_stopped;

/// After how many words that were refused the menu is left.
const REFUSALS_MAX: u32 = 20;

/// How a person left the menu.
pub enum Left {
    /// The run has gone on; this is where it stands.
    Changed(Box<Standing>),
    /// For another gate that waits.
    Other,
    Paused(Pause),
}

/// What made a person leave the run as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    Chosen,
    /// With Ctrl-C.
    Interrupted,
}

/// Asks what to do with a waiting gate until something changes.
pub fn at_gate(
    face: &Face,
    project: &Project,
    standing: &Standing,
    waiting: &Waiting,
    drive: &DriveRequest,
) -> Result<Left, Error> {
    let choice = GateChoice {
        run: RunChoice { run: Some(standing.run_id.to_string()) },
        gate: Some(waiting.gate.to_string()),
    };
    let has_others = standing.waiting.len() > 1;
    let elsewhere = Elsewhere::watch(face, project, waiting, &choice.run)?;
    let (settled, is_summed_up) = (None, false);
    let mut desk = Desk {
        face,
        project,
        waiting,
        choice,
        drive,
        has_others,
        is_summed_up,
        elsewhere,
        settled,
    };
    let named = report::named(&waiting.gate, &waiting.name);
    let title = format!("{named} waits for {}", waiting.waits_for);
    face.say(&format!("\n{}", face.coloured(&title, Colour::Bold)));
    let mut refusals = 0;
    loop {
        let reply = match waiting.waits_for {
            WaitsFor::Person | WaitsFor::Agent => desk.work(),
            WaitsFor::Approval => desk.approval(),
            WaitsFor::Decision => desk.decision(),
            // Nobody is asked here: see `can_ask`.
            WaitsFor::ChildRun | WaitsFor::Answer => return Ok(Left::Other),
        };
        let reply = match (reply, desk.settled.take()) {
            (Err(Error::Interrupted), Some(standing)) => Ok(Chosen::Settled(standing)),
            (reply, _) => reply,
        };
        match reply {
            Ok(Chosen::Again) => {}
            Ok(Chosen::Other) => return Ok(Left::Other),
            Ok(Chosen::Pause) => return Ok(Left::Paused(Pause::Chosen)),
            Ok(Chosen::Changed(reply)) => return Ok(Left::Changed(Box::new(reply.run))),
            Ok(Chosen::Settled(standing)) => {
                let gone = || format!("gate {} no longer waits for this", waiting.gate);
                face.say(&standing.stopped().unwrap_or_else(gone));
                return Ok(Left::Changed(standing));
            }
            Err(Error::Interrupted) => return Ok(Left::Paused(Pause::Interrupted)),
            // What was typed does not fit, perhaps since somebody else has gone on meanwhile.
            Err(error @ Error::Usage { .. }) => {
                refusals += 1;
                // What is refused before anything is asked would be refused for ever.
                if refusals == REFUSALS_MAX {
                    return Err(error);
                }
                report::error(face, &error, None);
                if let Some(standing) = desk.elsewhere.settled()? {
                    return Ok(Left::Changed(standing));
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// What was chosen.
enum Chosen {
    Again,
    Other,
    Pause,
    Changed(Box<GateReply>),
    /// Somebody else has gone on meanwhile; this is where the run stands.
    Settled(Box<Standing>),
}

/// What was picked of a menu: an item of its own, or a way out of it.
enum Picked {
    Item(usize),
    Out(Chosen),
}

/// What a person at a gate has before them.
struct Desk<'d> {
    face: &'d Face,
    project: &'d Project,
    waiting: &'d Waiting,
    choice: GateChoice,
    drive: &'d DriveRequest,
    /// Whether more gates wait than this one.
    has_others: bool,
    /// Whether a summary of the work was given here.
    is_summed_up: bool,
    elsewhere: Elsewhere<'d>,
    /// Where the run stands, if somebody else has gone on during a question that is broken off then.
    settled: Option<Box<Standing>>,
}

impl Desk<'_> {
    /// Refuses what was chosen where somebody else paused or ended the run while the menu was open.
    fn refuse_stopped(&self) -> Result<(), Error> {
        let now = next::next(self.project, &self.face.caller, &self.choice.run)?.run;
        match now.stopped() {
            Some(stopped) => Err(Error::usage(format!("{stopped}; nothing was written"))),
            None => Ok(()),
        }
    }

    /// Breaks off the question that is open where somebody else has gone on.
    fn look(&mut self) -> Result<(), Error> {
        self.settled = self.elsewhere.news()?;
        if self.settled.is_some() { Err(Error::Interrupted) } else { Ok(()) }
    }

    fn work(&mut self) -> Result<Chosen, Error> {
        let items = [
            "done: hand in the outputs",
            "check the outputs without recording anything",
            "open the packet in $EDITOR",
            "copy the packet to the clipboard",
            "fail with a reason",
        ];
        match self.select("What now", &items)? {
            Picked::Item(0) => self.done(),
            Picked::Item(1) => self.check(),
            Picked::Item(2) => {
                packet::edit(self.face, self.project, self.waiting.packet.as_deref());
                Ok(Chosen::Again)
            }
            Picked::Item(3) => {
                packet::copy(self.face, self.project, self.waiting.packet.as_deref());
                Ok(Chosen::Again)
            }
            Picked::Item(_) => self.fail(),
            Picked::Out(chosen) => Ok(chosen),
        }
    }

    /// Hands in the work where nothing is missing; what is missing is listed, and costs no attempt.
    fn done(&mut self) -> Result<Chosen, Error> {
        let form = gate_form::gate_form(self.project, &self.face.caller, &self.choice)?;
        if !form.is_empty() {
            self.face.say("Escape goes back.");
        }
        let Some(answers) = inputs::fill_in(self.project, &form, &mut || self.look())? else {
            return Ok(Chosen::Again);
        };
        let asks = self.waiting.asks_for_summary && !self.is_summed_up;
        let ask = "summary of the work";
        let summary = if asks { question::line(ask, &mut || self.look())? } else { None };
        let (gate, drive) = (self.choice.clone(), self.drive.clone());
        let finish = gate_finish::Request { gate, answers, drive };
        let mut request = done::Request { summary: summary.into_iter().collect(), finish };
        loop {
            self.refuse_stopped()?;
            let progress = Progress::of(self.face, self.project, &self.choice.run);
            let reply = done::done(self.project, &self.face.caller, &request)?;
            drop(progress);
            let missing = match reply {
                done::Reply::Done(reply) => return Ok(self.changed(*reply)),
                done::Reply::HandedOver(_) => return Ok(Chosen::Again),
                done::Reply::Missing(missing) => missing,
            };
            // What was said is recorded.
            self.is_summed_up |= !request.summary.is_empty();
            let at = (self.face, self.project, &self.choice.clone());
            match remark::ask_for(at, &missing, &mut || self.look())? {
                Some(summary) => request.summary = summary,
                None => return Ok(Chosen::Again),
            }
        }
    }

    fn check(&self) -> Result<Chosen, Error> {
        let request = gate_check::Request { gate: self.choice.clone() };
        let reply = gate_check::gate_check(self.project, &self.face.caller, &request)?;
        for finding in &reply.findings {
            progress::finding(self.face, &reply.gate, finding);
        }
        progress::differs(self.face, self.project, &reply.run_id, &reply.differs);
        self.face.say(&format!("{} {} now", reply.gate, reply.outlook()));
        Ok(Chosen::Again)
    }

    fn fail(&mut self) -> Result<Chosen, Error> {
        let Some(reason) = question::reason(&mut || self.look())? else { return Ok(Chosen::Again) };
        self.refuse_stopped()?;
        let request =
            gate_fail::Request { gate: self.choice.clone(), reason, drive: self.drive.clone() };
        let progress = Progress::of(self.face, self.project, &self.choice.run);
        let reply = gate_fail::gate_fail(self.project, &self.face.caller, &request)?;
        drop(progress);
        Ok(match reply {
            gate_fail::Reply::Failed(reply) => self.changed(*reply),
            gate_fail::Reply::HandedOver(_) => Chosen::Again,
        })
    }

    fn approval(&mut self) -> Result<Chosen, Error> {
        let person = terminal::person(self.project, &self.face.caller, self.face.global.is_ci())?;
        let asked = gate_approve::question(self.project, &self.face.caller, &self.choice)?;
        approval::show(self.face, &asked);
        if !asked.changed.is_empty() {
            let items = ["judge the current files", "reject with a reason"];
            return match self.select("The files have changed and cannot be approved", &items)? {
                Picked::Item(0) => self.judge_again(),
                Picked::Item(_) => self.reject(&person),
                Picked::Out(chosen) => Ok(chosen),
            };
        }
        let page = asked.files().next().map(|_| "page through the files");
        let items: Vec<&str> =
            ["approve", "reject with a reason"].into_iter().chain(page).collect();
        match self.select_at_leisure("Your decision", &items)? {
            Picked::Item(0) => self.approve(&person, &asked),
            Picked::Item(1) => self.reject(&person),
            Picked::Item(_) => {
                approval::page(self.face, self.project, &asked)?;
                Ok(Chosen::Again)
            }
            Picked::Out(chosen) => Ok(chosen),
        }
    }

    /// Approves, where the person says so once more in a word.
    fn approve(
        &mut self,
        person: &Person,
        asked: &gate_approve::ApprovalQuestion,
    ) -> Result<Chosen, Error> {
        if !approval::ask(person, asked, &mut || self.look())? {
            self.face.say("Not approved.");
            return Ok(Chosen::Again);
        }
        let (gate, drive) = (self.choice.clone(), self.drive.clone());
        let request = gate_approve::Request { gate, note: None, drive };
        let progress = Progress::of(self.face, self.project, &self.choice.run);
        let word = (person, asked);
        let reply = gate_approve::gate_approve(self.project, &self.face.caller, &request, word)?;
        drop(progress);
        Ok(self.changed(reply))
    }

    fn changed(&self, reply: GateReply) -> Chosen {
        progress::differs(self.face, self.project, &reply.run_id, &reply.differs);
        Chosen::Changed(Box::new(reply))
    }

    fn reject(&mut self, person: &Person) -> Result<Chosen, Error> {
        let Some(reason) = question::reason(&mut || self.look())? else { return Ok(Chosen::Again) };
        self.refuse_stopped()?;
        let (gate, drive) = (self.choice.clone(), self.drive.clone());
        let request = gate_reject::Request { gate, reason, drive };
        let progress = Progress::of(self.face, self.project, &self.choice.run);
        let reply = gate_reject::gate_reject(self.project, &self.face.caller, &request, person)?;
        drop(progress);
        Ok(self.changed(reply))
    }

    /// Lets choose among these, another gate and a pause; the first is at hand.
    fn select(&mut self, question: &str, items: &[&str]) -> Result<Picked, Error> {
        self.select_at(question, items, 0)
    }

    /// The same, with the pause at hand: what binds a person is nothing that Enter alone takes.
    fn select_at_leisure(&mut self, question: &str, items: &[&str]) -> Result<Picked, Error> {
        let ways_out = 1 + usize::from(self.has_others);
        self.select_at(question, items, items.len() + ways_out - 1)
    }

    /// Asks until somebody here chooses, or somebody elsewhere leaves nothing to choose.
    fn select_at(
        &mut self,
        question: &str,
        items: &[&str],
        at_hand: usize,
    ) -> Result<Picked, Error> {
        // What was done before the run was watched, or while another program had the terminal.
        if let Some(standing) = self.elsewhere.settled()? {
            return Ok(Picked::Out(Chosen::Settled(standing)));
        }
        let all = self.with_ways_out(items);
        let news = &mut || self.elsewhere.news();
        let chosen = question::choose_until(question, &all, at_hand, news)?;
        Ok(match chosen {
            Choice::Item(chosen) if chosen < items.len() => Picked::Item(chosen),
            Choice::Item(chosen) if self.has_others && chosen == items.len() => {
                Picked::Out(Chosen::Other)
            }
            Choice::Item(_) | Choice::Nothing => Picked::Out(Chosen::Pause),
            Choice::Settled(standing) => Picked::Out(Chosen::Settled(standing)),
        })
    }

    fn with_ways_out<'i>(&self, items: &[&'i str]) -> Vec<&'i str> {
        let other = self.has_others.then_some("go to the next waiting gate");
        items.iter().copied().chain(other).chain(["pause"]).collect()
    }

    /// Judges outputs that were changed while they waited for approval.
    fn judge_again(&self) -> Result<Chosen, Error> {
        self.refuse_stopped()?;
        let (gate, drive) = (self.choice.clone(), self.drive.clone());
        let request = gate_finish::Request { gate, answers: Vec::new(), drive };
        let progress = Progress::of(self.face, self.project, &self.choice.run);
        let reply = gate_finish::gate_finish(self.project, &self.face.caller, &request)?;
        drop(progress);
        Ok(self.changed(reply))
    }

    fn decision(&mut self) -> Result<Chosen, Error> {
        let items = ["start it again", "fail with a reason"];
        match self.select("The attempt was interrupted. What now", &items)? {
            Picked::Item(0) => {
                self.refuse_stopped()?;
                let request = gate_start::Request {
                    gate: self.choice.clone(),
                    ..gate_start::Request::default()
                };
                let progress = Progress::of(self.face, self.project, &self.choice.run);
                let reply = gate_start::gate_start(self.project, &self.face.caller, &request)?;
                drop(progress);
                Ok(self.changed(reply))
            }
            Picked::Item(_) => self.fail(),
            Picked::Out(chosen) => Ok(chosen),
        }
    }
}
