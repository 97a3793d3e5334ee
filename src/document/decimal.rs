//! Decimals: what a number says as it is written, to its last digit. Numbers compare here and
//! not as floats, of which one stands for many numbers beyond 2^53.

use std::cmp::Ordering;
use std::fmt;

/// A number of any length.
#[derive(Debug, Clone)]
pub struct Decimal {
    is_negative: bool,
    /// The place of the point, counted from before the first digit.
    point: i64,
    /// Without zeros on either side; nothing for zero.
    digits: String,
    written: String,
}

impl Decimal {
    /// Reads `12`, `-1.50`, `.5`, `1e3`.
    pub fn parse(written: &str) -> Option<Self> {
        let unsigned = written.strip_prefix(['+', '-']).unwrap_or(written);
        let (number, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let all = format!("{whole}{part}");
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let significant = all.trim_start_matches('0');
        let zeros = i64::try_from(all.len() - significant.len()).ok()?;
        let digits = significant.trim_end_matches('0').to_owned();
        let is_zero = digits.is_empty();
        let point = i64::try_from(whole.len()).ok()? - zeros + i64::from(exponent);
        Some(Self {
            is_negative: written.starts_with('-') && !is_zero,
            point: if is_zero { 0 } else { point },
            digits,
            written: written.to_owned(),
        })
    }

    /// The number as a count; `None` where it is none.
    pub fn whole(&self) -> Option<u64> {
        let places = usize::try_from(self.point).ok()?;
        // No count of 64 bits has more digits.
        let is_whole = self.digits.len() <= places && places <= 20;
        if self.digits.is_empty() {
            return Some(0);
        }
        (is_whole && !self.is_negative)
            .then(|| format!("{:0<places$}", self.digits).parse().ok())?
    }

    /// The nearest float.
    pub fn nearly(&self) -> f64 {
        self.written.parse().unwrap_or_default()
    }
}

impl From<u64> for Decimal {
    fn from(value: u64) -> Self {
        Self::of_shown(value.to_string())
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self::of_shown(value.to_string())
    }
}

impl Decimal {
    /// The shortest decimal that stands for a float; none where it is not finite.
    pub fn of_float(value: f64) -> Option<Self> {
        Self::parse(&value.to_string())
    }

    /// The float that is written so, unless it would be another number: it keeps so many digits.
    pub fn kept_float(written: &str) -> Option<f64> {
        let float: f64 = written.parse().ok()?;
        (Self::of_float(float)? == Self::parse(written)?).then_some(float)
    }

    pub fn of_json(number: &serde_json::Number) -> Self {
        Self::of_shown(number.to_string())
    }

    /// What a number is shown as, which always parses.
    fn of_shown(written: String) -> Self {
        Self::parse(&written).unwrap_or(Self {
            is_negative: false,
            point: 0,
            digits: String::new(),
            written,
        })
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |one: &Self| match (one.digits.is_empty(), one.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let size = |one: &Self, other: &Self| {
            one.point.cmp(&other.point).then_with(|| one.digits.cmp(&other.digits))
        };
        sign(self)
            .cmp(&sign(other))
            .then_with(|| if self.is_negative { size(other, self) } else { size(self, other) })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl fmt::Display for Decimal {
    /// As it is written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).expect(text)
    }

    #[test]
    fn numbers_are_told_apart_to_their_last_digit() {
        let rising = [
            "-1e400",
            "-9007199254740993",
            "-9007199254740992",
            "-9007199254740991.5",
            "-1.5",
            "-1e-400",
            "0",
            "1e-400",
            "0.1",
            "0.10000000000000001",
            "1",
            "9.9",
            "10",
            "9007199254740992",
            "9007199254740992.5",
            "9007199254740993",
            "18446744073709551614",
            "18446744073709551615",
            "1e400",
        ];
        for pair in rising.windows(2) {
            assert!(decimal(pair[0]) < decimal(pair[1]), "{pair:?}");
        }
        for same in [["1.10", "1.1"], ["0", "-0.0e7"], ["1e3", "1000"], [".5", "+0.50"]] {
            assert_eq!(decimal(same[0]), decimal(same[1]));
        }
    }

    #[test]
    fn a_float_keeps_so_many_digits() {
        for kept in ["0.1", "-1.50", "1e300", "0.30000000000000004", "9007199254740992.0"] {
            assert!(Decimal::kept_float(kept).is_some(), "{kept}");
        }
        for lost in ["9007199254740993.0", "0.12345678901234567890", "inf", "nan", "1e400", "x"] {
            assert_eq!(Decimal::kept_float(lost), None, "{lost}");
        }
    }

    #[test]
    fn a_count_is_whole() {
        let whole = |text| decimal(text).whole();
        assert_eq!([whole("3"), whole("3.0"), whole("1e3")], [Some(3), Some(3), Some(1000)]);
        assert_eq!([whole("-0"), whole("0.0")], [Some(0); 2]);
        assert_eq!(whole("18446744073709551615"), Some(u64::MAX));
        assert_eq!([whole("-1"), whole("0.5"), whole("18446744073709551616")], [None; 3]);
        assert_eq!([whole("1e400"), whole("1e-400")], [None; 2]);
        for none in ["", "-", ".", "1.2.3", "1e", "e3", "1e99999999999", "nan", "٣", "--1", " 1"] {
            assert_eq!(Decimal::parse(none), None, "{none}");
        }
    }
}
