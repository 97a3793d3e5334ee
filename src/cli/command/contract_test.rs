//! `orch contract test`: a contract against its fixtures.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::progress::Busy;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::contract_test;
use std::fmt::Write as _;

/// What a fixture is.
const FIXTURES: &str = "\
Each folder contracts/NAME.fixtures/CASE/ is a fixture: the files of the case, and an expect.toml:
  expect    \"pass\", \"fail\" or \"warn\"
  [checks]  the same for individual kinds of checks
  [inputs]  values for templates
  base      a case whose files and inputs this one overlays
  before    the case with the earlier, committed state that a check compares with";

/// What can be typed after `orch contract`.
#[derive(Debug, clap::Subcommand)]
pub enum ContractCommand {
    /// Test a contract against its fixtures.
    #[command(after_help = FIXTURES)]
    Test(contract_test::Request),
}

pub fn execute(face: &Face, command: ContractCommand) -> Result<u8, Failure> {
    let ContractCommand::Test(request) = command;
    let project = face.global.open(false)?;
    let mut busy = Busy::new(face, "reading fixtures");
    let mut begins = |fixture: &str| busy.next(&format!("judging fixture {fixture}"));
    let tried = contract_test::contract_test(&project, &request, &mut begins)?;
    drop(busy);
    let mut text = String::new();
    for fixture in &tried {
        let word = if fixture.holds { "as expected" } else { "not as expected" };
        let _ = writeln!(text, "{}: {word}", fixture.fixture);
        for difference in &fixture.differences {
            let _ = writeln!(text, "  {difference}");
        }
    }
    if tried.iter().all(|fixture| fixture.holds) {
        face.answer(&tried, &Instructions::default(), &text);
        return Ok(exit::DONE);
    }
    let again = Instructions::to(
        "Fix the contract, or what its fixtures expect.",
        [Suggestion::new("contract test").word(&request.name)],
    );
    face.answer_failure(&tried, &again, &text);
    Ok(exit::FAILED)
}
