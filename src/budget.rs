//! `[budget]`: what a run, an agent or a project may spend. Workflows and `orch.toml`
//! have the same table, so it is read in one place.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// What may be spent. Limits that are not given do not apply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Maximum cost in US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd: Option<Amount>,
    /// Maximum number of tokens, input and output together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Maximum working time of all executors together, in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<Amount>,
    /// The share of a limit at which to warn, such as 0.8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warn_at: Option<Share>,
}

/// The share at which a warning is given where nobody says otherwise.
const WARN_AT: f64 = 0.8;

/// An amount of money or time, from 0 to 10^12: however many there are, their sum is finite.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
pub struct Amount(#[schemars(range(min = 0.0, max = 1e12))] f64);

/// A share of a whole: above 0, at most 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
pub struct Share(f64);

/// What a budget bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// US dollars.
    Usd,
    /// Tokens, in and out.
    Tokens,
    /// Minutes of work.
    Minutes,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Usd, Self::Tokens, Self::Minutes];

    /// What its amounts are counted in.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Usd => "USD",
            Self::Tokens => "tokens",
            Self::Minutes => "minutes",
        }
    }

    /// An amount of this with its unit: `5.00 USD`. What is not nothing does not show as nothing.
    pub fn show(self, amount: f64) -> String {
        let digits = match self {
            Self::Usd | Self::Minutes if amount > 0.0 && amount < 0.1 => 4,
            Self::Usd => 2,
            Self::Tokens => 0,
            Self::Minutes => 1,
        };
        format!("{amount:.digits$} {}", self.unit())
    }
}

impl Budget {
    /// A budget of money alone.
    pub fn of_usd(usd: Amount) -> Self {
        Self { usd: Some(usd), ..Self::default() }
    }

    /// Whether nothing is bounded.
    pub fn is_open(&self) -> bool {
        Measure::ALL.iter().all(|measure| self.bound(*measure).is_none())
    }

    /// The most of one measure that may be spent.
    pub fn bound(&self, measure: Measure) -> Option<f64> {
        match measure {
            Measure::Usd => self.usd.map(Amount::value),
            #[expect(clippy::cast_precision_loss, reason = "token counts stay far below 2^53")]
            Measure::Tokens => self.tokens.map(|tokens| tokens as f64),
            Measure::Minutes => self.minutes.map(Amount::value),
        }
    }

    /// This budget with a bound of one measure; what is no amount does not bind.
    #[must_use]
    pub fn with(mut self, measure: Measure, amount: f64) -> Self {
        let bound = (amount >= 0.0).then(|| Amount::at_most(amount));
        match measure {
            Measure::Usd => self.usd = bound,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "an amount is not below zero, and a float saturates"
            )]
            Measure::Tokens => self.tokens = bound.map(|_| amount.ceil() as u64),
            Measure::Minutes => self.minutes = bound,
        }
        self
    }

    /// The share of a bound at which a warning is given.
    pub fn warning_share(&self) -> f64 {
        self.warn_at.map_or(WARN_AT, Share::value)
    }

    /// The tighter of two bounds, for each measure.
    #[must_use]
    pub fn narrowed(self, other: Self) -> Self {
        Measure::ALL.into_iter().fold(self.or(other), |narrow, measure| {
            match (self.bound(measure), other.bound(measure)) {
                (Some(one), Some(another)) => narrow.with(measure, one.min(another)),
                (Some(_) | None, None) | (None, Some(_)) => narrow,
            }
        })
    }

    /// This budget, with the bounds that it leaves open taken from `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            usd: self.usd.or(other.usd),
            tokens: self.tokens.or(other.tokens),
            minutes: self.minutes.or(other.minutes),
            warn_at: self.warn_at.or(other.warn_at),
        }
    }
}

impl Amount {
    /// The largest amount.
    pub const MAX: f64 = 1e12;

    /// A sum of amounts as one, which is no more than the largest.
    pub fn at_most(sum: f64) -> Self {
        Self(sum.clamp(0.0, Self::MAX))
    }

    /// As a number.
    pub const fn value(self) -> f64 {
        self.0
    }
}

impl Share {
    /// As a number.
    pub const fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Amount {
    type Error = String;
    fn try_from(value: f64) -> Result<Self, String> {
        if (0.0..=Self::MAX).contains(&value) {
            Ok(Self(value))
        } else {
            Err(format!("`{value}` is not a valid amount; use 0 to {}", Self::MAX))
        }
    }
}

impl TryFrom<f64> for Share {
    type Error = String;
    fn try_from(value: f64) -> Result<Self, String> {
        if value > 0.0 && value <= 1.0 {
            Ok(Self(value))
        } else {
            Err(format!(
                "`{value}` is not a valid share; use a number above 0 and up to 1, such as 0.8"
            ))
        }
    }
}

impl From<Amount> for f64 {
    fn from(amount: Amount) -> f64 {
        amount.0
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> f64 {
        share.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;
    use crate::source::Source;

    fn read(text: &str) -> Result<Budget, (String, usize)> {
        let source = Source::new("a.toml", text);
        document::read(&source).map_err(|error| (error.message.clone(), error.place().1))
    }

    #[test]
    fn a_budget_is_read_and_its_gaps_are_filled() {
        let budget = read("usd = 20\nwarn_at = 0.8").unwrap();
        let below = read("usd = 5.5\ntokens = 1000").unwrap();
        let both = budget.or(below);
        assert_eq!(both.usd.map(Amount::value), Some(20.0));
        assert_eq!((both.tokens, both.minutes), (Some(1000), None));
        assert_eq!(both.warn_at.map(Share::value), Some(0.8));
    }

    #[test]
    fn what_is_no_amount_is_refused_with_its_place() {
        assert_eq!(
            read("tokens = 1\nusd = -1.0").unwrap_err(),
            ("`-1` is not a valid amount; use 0 to 1000000000000".to_owned(), 2)
        );
        assert!(read("warn_at = 80").unwrap_err().0.starts_with("`80` is not a valid share"));
        assert!(read("usd = inf").is_err());
        assert!(read("usd = '20'").is_err());
        assert_eq!(read("dollars = 1").unwrap_err().0, "unknown key `dollars`");
    }
}
