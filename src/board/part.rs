//! Lists in parts that stay quick to send and to read.

use serde::Serialize;

/// One part of a list.
#[derive(Debug, Clone, Serialize)]
pub struct Pages {
    /// From 1.
    pub page: usize,
    pub of: usize,
    /// How much the whole list holds.
    pub total: usize,
    pub previous: Option<usize>,
    pub next: Option<usize>,
}

impl Pages {
    /// The part that is asked for, as far as there is one, and what belongs to it.
    pub fn cut<T>(all: Vec<T>, page: usize, each: usize) -> (Self, Vec<T>) {
        let total = all.len();
        let of = total.div_ceil(each).max(1);
        let page = page.clamp(1, of);
        let part = all.into_iter().skip((page - 1) * each).take(each).collect();
        let previous = (page > 1).then(|| page - 1);
        let next = (page < of).then(|| page + 1);
        (Self { page, of, total, previous, next }, part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_not_there_is_the_nearest_one() {
        let part = |page| {
            let (pages, part) = Pages::cut((1..=5).collect(), page, 2);
            (pages.page, pages.of, pages.previous, pages.next, part)
        };
        assert_eq!(part(0), (1, 3, None, Some(2), vec![1, 2]));
        assert_eq!(part(2), (2, 3, Some(1), Some(3), vec![3, 4]));
        assert_eq!(part(9), (3, 3, Some(2), None, vec![5]));
        assert_eq!(Pages::cut(Vec::<u8>::new(), 1, 2).0.of, 1);
    }
}
