//! Many alike things done on all cores: the one home of rayon.

use rayon::iter::IntoParallelRefIterator;
use rayon::iter::ParallelIterator;

/// What comes of two things that have nothing to do with each other.
pub fn both<A: Send, B: Send>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon::join(one, other)
}

/// What comes of each, in their order; one alone is not worth waking other threads for.
pub fn map<T: Sync, R: Send>(items: &[T], act: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    match items {
        [] => Vec::new(),
        [one] => vec![act(one)],
        many => many.par_iter().map(act).collect(),
    }
}
