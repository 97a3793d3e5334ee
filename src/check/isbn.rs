//! ISBNs in a text: numbers of 13 or 10 digits, with hyphens or spaces in them or without, whose
//! check digit is right.

use super::text;
use regex::Regex;
use std::sync::LazyLock;

/// The word that makes ten digits an ISBN.
pub(super) const ISBN: &str = "isbn";

/// Digits with at most one hyphen or space between two of them.
static NUMBERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let between = r"[-\x{2010}-\x{2015}\x{2212} \x{a0}\x{2002}-\x{200a}\x{202f}]";
    Regex::new(&format!(r"[0-9](?:{between}?[0-9])*(?:{between}?[Xx])?")).ok()
});

/// The ISBNs of a text and where they begin, each in its form of 13 digits. Those of ten count where
/// the word stands in the text or, as `is_headed` says, above or beside it.
pub(super) fn find(text: &str, is_headed: bool) -> Vec<(usize, String)> {
    let Some(pattern) = NUMBERS.as_ref() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut is_told = is_headed.then_some(true);
    for run in pattern.find_iter(text) {
        let groups = groups(run.as_str());
        let starts_apart = is_apart_from(&text[..run.start()]);
        let ends_apart = is_apart_of(&text[run.end()..]);
        let mut first = 0;
        while first < groups.len() {
            let begins = if first == 0 { starts_apart } else { groups[first].is_after_space };
            let number = begins.then(|| number_at(&groups[first..])).flatten();
            let number = number.filter(|(count, _)| {
                groups.get(first + count).map_or(ends_apart, |next| next.is_after_space)
            });
            let at = run.start() + groups[first].at;
            first += match number {
                None => 1,
                Some((count, digits)) if digits.len() == 13 => {
                    found.extend(checked_13(&digits).map(|isbn| (at, isbn)));
                    count
                }
                Some((count, digits)) => match checked_10(&digits) {
                    Some(isbn) => {
                        if *is_told.get_or_insert_with(|| text.to_lowercase().contains(ISBN)) {
                            found.push((at, isbn));
                        }
                        count
                    }
                    None => 1,
                },
            };
        }
    }
    found
}

/// Whether a number may begin behind a text: not within a word or after the point of a decimal.
fn is_apart_from(before: &str) -> bool {
    let is_decimal = before
        .strip_suffix('.')
        .is_some_and(|before| before.ends_with(|last: char| last.is_ascii_digit()));
    let is_in_word = before.ends_with(char::is_alphanumeric);
    !is_decimal && (!is_in_word || text::ends_with_word(before, ISBN))
}

/// Whether a number may end in front of a text.
fn is_apart_of(after: &str) -> bool {
    let is_decimal = after
        .strip_prefix('.')
        .is_some_and(|after| after.starts_with(|next: char| next.is_ascii_digit()));
    !is_decimal && !after.starts_with(char::is_alphanumeric)
}

/// Digits that nothing stands between.
struct Group<'t> {
    digits: &'t str,
    at: usize,
    is_after_space: bool,
}

fn groups(run: &str) -> Vec<Group<'_>> {
    let is_digit = |next: char| next.is_ascii_alphanumeric();
    let mut groups = Vec::new();
    let mut is_after_space = true;
    let mut at = 0;
    for digits in run.split_inclusive(|next| !is_digit(next)) {
        let between = digits.chars().next_back().filter(|&last| !is_digit(last));
        let digits_only = digits.trim_end_matches(|last| !is_digit(last));
        groups.push(Group { digits: digits_only, at, is_after_space });
        is_after_space = between.is_some_and(char::is_whitespace);
        at += digits.len();
    }
    groups
}

/// The number of 13 or 10 digits that some groups begin with, and how many of them it takes.
fn number_at(groups: &[Group<'_>]) -> Option<(usize, String)> {
    let of_length = |length: usize, groups_max: usize| {
        let mut digits = String::new();
        for (index, group) in groups.iter().take(groups_max).enumerate() {
            digits.push_str(group.digits);
            if digits.len() >= length {
                return (digits.len() == length).then_some((index + 1, digits));
            }
        }
        None
    };
    let is_book = ["978", "979"].iter().any(|prefix| groups[0].digits.starts_with(prefix));
    is_book.then(|| of_length(13, 5)).flatten().or_else(|| of_length(10, 4))
}

/// An ISBN of 13 digits, where the last of them is right.
fn checked_13(digits: &str) -> Option<String> {
    let (number, _) = digits.split_at_checked(12)?;
    with_check_digit(number).filter(|isbn| isbn == digits)
}

/// An ISBN of 10 digits in its form of 13, where the last of them is right.
fn checked_10(digits: &str) -> Option<String> {
    let (number, last) = digits.split_at_checked(9)?;
    let last = if last.eq_ignore_ascii_case("x") { 10 } else { last.parse().ok()? };
    let values = number.chars().map(|digit| digit.to_digit(10)).collect::<Option<Vec<u32>>>()?;
    let sum: u32 = values.iter().zip((2..=10).rev()).map(|(value, weight)| value * weight).sum();
    let is_right = (sum + last).is_multiple_of(11);
    is_right.then(|| with_check_digit(&format!("978{number}"))).flatten()
}

/// Twelve digits and the one that checks them.
fn with_check_digit(number: &str) -> Option<String> {
    let values = number.chars().map(|digit| digit.to_digit(10)).collect::<Option<Vec<u32>>>()?;
    let sum: u32 =
        values.iter().zip([1, 3].iter().cycle()).map(|(value, weight)| value * weight).sum();
    Some(format!("{number}{}", (10 - sum % 10) % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_and_thirteen_digits_are_one_book() {
        for (text, is_headed, isbns) in [
            ("978-0-306-40615-7", false, vec!["9780306406157"]),
            ("0-306-40615-2", true, vec!["9780306406157"]),
            ("0-306-40615-2", false, vec![]),
            ("ISBN 080442957X 0306406152", false, vec!["9780804429573", "9780306406157"]),
            ("ISBN 1999 0 306 40615 2 2001", false, vec!["9780306406157"]),
            ("978-0-306-40615-8 0-306-40615-3", true, vec![]),
        ] {
            let found: Vec<String> =
                find(text, is_headed).into_iter().map(|found| found.1).collect();
            assert_eq!(found, isbns, "{text}");
        }
        assert_eq!(find(&"9".repeat(1_000_000), true), []);
    }
}
