//! The local loop: drives a held run as far as nobody is needed, with the hands of this process.

use crate::advance;
use crate::advance::Advance;
use crate::advance::Held;
use crate::advance::Limits;
use crate::clock::Moment;
use crate::process;
use crate::project::Driver;
use crate::project::Error;
use crate::project::cut_off::all_cut_off;
use crate::project::supervisor;
use crate::standing::Standing;
use crate::work::WorkReport;
use crate::work::perform;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::time::Duration;
use std::time::Instant;

/// How often a pause is left to look whether the run should stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How often it is looked what was said to this process while work is being done.
const LETTERS_EVERY: Duration = Duration::from_millis(500);

/// How often it is looked how child runs come along.
const FOLLOW_EVERY: Duration = Duration::from_millis(100);

/// Drives a held run as far as nobody is needed.
pub fn drive(driver: &mut Driver<'_>, limits: &Limits) -> Result<Standing, Error> {
    // What executors leave behind stays below this process, and is known by that.
    process::adopt_orphans();
    // Nobody else has hands at a run that is held here: what the journal says is at work was cut off.
    driver.append(&all_cut_off(driver))?;
    // What other machines may go on with is there before anything else is begun.
    driver.commits_follow = driver.project.share.is_none();
    let standing = go_on(&mut Held::new(driver, limits));
    driver.commits_follow = false;
    advance::tell_others(driver)?;
    standing
}

fn go_on(held: &mut Held<'_, '_>) -> Result<Standing, Error> {
    let (sender, receiver) = mpsc::channel();
    let mut at_work = 0;
    let mut reports = Vec::new();
    std::thread::scope(|scope| {
        loop {
            let Advance { orders, alarm, follows, is_over, until } =
                advance::advance(held, std::mem::take(&mut reports))?;
            if is_over {
                if let Some(until) = until {
                    advance::put_off(held.driver, until)?;
                }
                return Ok(advance::standing(held.driver));
            }
            let workspace = advance::workspace_held(held.driver);
            for order in orders {
                at_work += 1;
                let (sender, workspace) = (sender.clone(), workspace.clone());
                scope.spawn(move || {
                    // The loop outlives its hands; nobody to tell means the process is ending.
                    let _ = sender.send(perform(&order, &workspace));
                });
            }
            held.driver.catch_up()?;
            if follows {
                supervisor::hire(held.driver.project)?;
            }
            let report = match (follows, at_work > 0) {
                (true, true) => receiver.recv_timeout(FOLLOW_EVERY).ok(),
                (true, false) => {
                    std::thread::sleep(FOLLOW_EVERY);
                    None
                }
                (false, is_at_work) => wait(held.driver, &receiver, (is_at_work, alarm))?,
            };
            held.driver.take_urgent_letters()?;
            reports.extend(report);
            at_work -= reports.len();
        }
    })
}

/// Waits for a report, but not beyond the alarm. While nothing is at work, nothing but the alarm or
/// a signal ends the wait.
fn wait(
    driver: &mut Driver<'_>,
    receiver: &Receiver<WorkReport>,
    (is_at_work, alarm): (bool, Option<Moment>),
) -> Result<Option<WorkReport>, Error> {
    let left = |driver: &Driver<'_>, due: Moment| due.since(driver.project.clock.now());
    match (is_at_work, alarm) {
        (true, alarm) => loop {
            let left = alarm.map(|due| left(driver, due));
            let pause = left.map_or(LETTERS_EVERY, |left| left.min(LETTERS_EVERY));
            match receiver.recv_timeout(pause) {
                Ok(report) => return Ok(Some(report)),
                Err(_) if left.is_some_and(|left| left <= pause) => return Ok(None),
                // An answer opens its gate for the next attempt.
                Err(_) if driver.take_urgent_letters()? => return Ok(None),
                Err(_) => {}
            }
        },
        (false, None) => Ok(None),
        (false, Some(due)) => {
            let mut looked = Instant::now();
            while !driver.project.stop.is_raised() && !left(driver, due).is_zero() {
                std::thread::sleep(left(driver, due).min(LOOK_EVERY));
                if looked.elapsed() >= LETTERS_EVERY {
                    if driver.take_urgent_letters()? {
                        break;
                    }
                    looked = Instant::now();
                }
            }
            Ok(None)
        }
    }
}
