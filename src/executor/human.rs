//! `human`: a person does the work. They hand it in by another process than this one.

use super::Begun;
use super::Call;
use super::Error;
use super::Executor;

/// A person, whoever it is.
#[derive(Debug, Clone, Copy)]
pub struct Human;

impl Executor for Human {
    fn begin(&self, _: &Call<'_>) -> Result<Begun, Error> {
        Ok(Begun::Waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::testing::Stage;

    #[test]
    fn a_person_is_waited_for() {
        assert!(matches!(Stage::new().try_begin(&Human, "do it"), Ok(Begun::Waiting)));
    }
}
