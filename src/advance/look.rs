//! A look at what several gates are made of, while nothing changes between one and the next: what is
//! the same for all of them is found once.

use crate::config::Finder;
use crate::id;
use crate::project::Driver;
use std::cell::OnceCell;
use std::collections::BTreeMap;

pub struct Look<'d> {
    pub driver: &'d Driver<'d>,
    pub finder: Finder<'d>,
    passed: OnceCell<BTreeMap<String, String>>,
    key: OnceCell<Vec<u8>>,
}

impl<'d> Look<'d> {
    pub fn of(driver: &'d Driver<'d>) -> Self {
        let finder = Finder::new(driver.project.folder.root());
        Self { driver, finder, passed: OnceCell::new(), key: OnceCell::new() }
    }

    /// The variables of the surroundings that every program of the project gets.
    pub fn passed(&self) -> &BTreeMap<String, String> {
        self.passed.get_or_init(|| {
            self.driver.project.config.passed.values(&self.driver.project.surroundings.variables)
        })
    }

    /// The key of this machine, made where it is asked for first.
    pub fn key(&self) -> Result<&[u8], String> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let place = self.driver.project.store.key();
        let read = || place.read().map_err(|error| error.to_string());
        if read()?.is_none() {
            let key = id::random_key().ok_or("the system provides no random numbers")?;
            // Another process may have been faster: what lies there then counts.
            let made = place.write_new(&key).map_err(|error| error.to_string());
            if read()?.is_none() {
                made?;
            }
        }
        let key = read()?.ok_or("the key of this machine is missing")?;
        Ok(self.key.get_or_init(|| key))
    }
}
