//! A bound on findings: beyond it they are only counted, so that neither a reader nor
//! memory drowns in a file that is wrong everywhere.

use crate::finding::Finding;

/// The most findings of one check.
pub(super) const FINDINGS_MAX: usize = 50;

/// The most findings that each name a place in one text.
pub(super) const PLACES_MAX: usize = 20;

/// Findings of one check, the first of them kept and the rest counted.
#[derive(Debug)]
pub(super) struct Few {
    kept: Vec<Finding>,
    most: usize,
    more: usize,
}

impl Few {
    pub(super) fn new(most: usize) -> Self {
        Self { kept: Vec::new(), most, more: 0 }
    }

    /// Takes one more; it is built only where it is kept.
    pub(super) fn add(&mut self, finding: impl FnOnce() -> Finding) {
        if self.kept.len() < self.most {
            self.kept.push(finding());
        } else {
            self.more += 1;
        }
    }

    /// The findings, and where there were more one that says how many.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        if self.more > 0 {
            self.kept.push(Finding::new(format!("and {} more", self.more)));
        }
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_counted() {
        let mut few = Few::new(2);
        for number in 0..5 {
            few.add(|| Finding::new(number.to_string()));
        }
        let lines: Vec<String> = few.finish().iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["0 []", "1 []", "and 3 more []"]);
        assert!(Few::new(2).finish().is_empty());
    }
}
