//! What one call of an executor used: tokens, money, and the session it was part of.
//! What nobody said is unknown, never zero.

use crate::budget::Amount;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// What an agent said of its own work.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// The model or models that answered, joined by `, `; else the one that was asked for.
    pub model: Option<String>,
    /// The agent's own name for its session, with which it can be resumed.
    pub session: Option<String>,
    /// Its cost in US dollars.
    pub cost_usd: Option<f64>,
    /// Whether the cost was reckoned from a price table and not told by the agent.
    pub cost_is_estimate: bool,
    /// All tokens that went in, those read from a cache among them.
    pub input_tokens: Option<u64>,
    /// Tokens that came out.
    pub output_tokens: Option<u64>,
    /// The part of `input_tokens` that was read from a cache.
    pub cached_input_tokens: Option<u64>,
    /// What the agent itself said went wrong.
    pub error: Option<String>,
    /// Why some of it cannot be known, of an agent that should have told it.
    pub unread: Option<Box<str>>,
}

/// Prices by the name of the model.
pub type Prices = BTreeMap<String, Price>;

/// The price of a model, for agents that report tokens but no cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// US dollars per million input tokens.
    pub input_usd_per_million: Amount,
    /// US dollars per million output tokens.
    pub output_usd_per_million: Amount,
    /// US dollars per million cached input tokens; the input price by default.
    pub cached_input_usd_per_million: Option<Amount>,
    /// The date of these prices, such as `2026-01-19`.
    pub date: Option<Day>,
    /// Where these prices were looked up.
    pub source: Option<String>,
}

/// A day, written as a TOML date or as a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Day(pub String);

impl Usage {
    /// This and another use together, figure by figure; one known figure makes the sum known.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        fn add(one: Option<u64>, other: Option<u64>) -> Option<u64> {
            one.zip(other).map(|(one, other)| one.saturating_add(other)).or(one).or(other)
        }
        let usd = self.cost_usd.zip(other.cost_usd);
        let usd = usd.map(|(one, other)| Amount::at_most(one + other).value());
        self.cost_usd = usd.or(self.cost_usd).or(other.cost_usd);
        self.cost_is_estimate |= other.cost_is_estimate;
        self.input_tokens = add(self.input_tokens, other.input_tokens);
        self.output_tokens = add(self.output_tokens, other.output_tokens);
        self.cached_input_tokens = add(self.cached_input_tokens, other.cached_input_tokens);
        self
    }

    /// What came on top of `earlier`, for figures that are running totals of a session.
    /// A total that went down was begun anew, so all of it is new.
    #[must_use]
    pub(super) fn since(mut self, earlier: &Self) -> Self {
        fn rest<T: std::ops::Sub<Output = T> + PartialOrd>(now: T, before: Option<T>) -> T {
            match before {
                Some(before) if before <= now => now - before,
                Some(_) | None => now,
            }
        }
        self.cost_usd = self.cost_usd.map(|now| rest(now, earlier.cost_usd));
        self.input_tokens = self.input_tokens.map(|now| rest(now, earlier.input_tokens));
        self.output_tokens = self.output_tokens.map(|now| rest(now, earlier.output_tokens));
        self.cached_input_tokens =
            self.cached_input_tokens.map(|now| rest(now, earlier.cached_input_tokens));
        self
    }

    /// What a call of which only zeros are told used is unknown: agents print them where their provider
    /// told them nothing.
    #[must_use]
    pub(super) fn without_zeros(self) -> Self {
        let tokens = [self.input_tokens, self.output_tokens, self.cached_input_tokens];
        let is_zero = self.cost_usd.unwrap_or(0.0) == 0.0
            && tokens.iter().all(|count| count.unwrap_or(0) == 0);
        let is_told = self.cost_usd.is_some() || tokens.iter().any(Option::is_some);
        if !(is_zero && is_told) {
            return self;
        }
        Self {
            cost_usd: None,
            input_tokens: None,
            output_tokens: None,
            cached_input_tokens: None,
            unread: Some("its output reports zero for everything".into()),
            ..self
        }
    }

    /// Fills in a cost that the agent did not tell, where tokens and prices allow it.
    #[must_use]
    pub fn estimated(mut self, prices: &Prices) -> Self {
        if self.cost_usd.is_none()
            && let Some(cost_usd) = self.estimate(prices)
        {
            self.cost_usd = Some(cost_usd);
            self.cost_is_estimate = true;
        }
        self
    }

    /// Of several models the dearest is taken, since nobody says which token went where:
    /// an estimate that is too high stops too early, one that is too low too late.
    fn estimate(&self, prices: &Prices) -> Option<f64> {
        let (input, output) = (self.input_tokens?, self.output_tokens?);
        let cached = self.cached_input_tokens.unwrap_or(0).min(input);
        let mut dearest = None;
        for model in self.model.as_deref()?.split(", ") {
            let cost_usd = price(prices, model)?.of(input, cached, output);
            dearest = Some(cost_usd.max(dearest.unwrap_or(0.0)));
        }
        dearest
    }
}

/// The name of a model without a suffix such as `[1m]`, which chooses a variant of it.
pub(super) fn model_name(name: &str) -> &str {
    match name.split_once('[') {
        Some((model, _)) if !model.is_empty() => model,
        Some(_) | None => name,
    }
}

/// The price of a model: of that very name, else of the name without the day of its release.
pub(super) fn price<'p>(prices: &'p Prices, model: &str) -> Option<&'p Price> {
    let model = model_name(model);
    let undated = || {
        let (name, day) = model.rsplit_once('-')?;
        let is_day = day.len() == 8 && day.bytes().all(|letter| letter.is_ascii_digit());
        prices.get(name).filter(|_| is_day)
    };
    prices.get(model).or_else(undated)
}

impl Price {
    #[expect(clippy::cast_precision_loss, reason = "token counts stay far below 2^53")]
    fn of(&self, input: u64, cached: u64, output: u64) -> f64 {
        let cached_price = self.cached_input_usd_per_million.unwrap_or(self.input_usd_per_million);
        let usd = (input - cached) as f64 * self.input_usd_per_million.value()
            + cached as f64 * cached_price.value()
            + output as f64 * self.output_usd_per_million.value();
        Amount::at_most(usd / 1_000_000.0).value()
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Day;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a day such as 2026-01-19")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Day, E> {
                Ok(Day(text.to_owned()))
            }
            // A date of TOML comes as a map of one entry, whose value is its text.
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Day, A::Error> {
                let entry = map.next_entry::<String, String>()?;
                let (_, text) = entry.ok_or_else(|| serde::de::Error::custom("an empty date"))?;
                Ok(Day(text))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A day such as 2026-01-19.",
            "type": "string",
            "format": "date"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;
    use crate::source::Source;

    fn usage(model: &str, tokens: [Option<u64>; 3]) -> Usage {
        Usage {
            model: Some(model.to_owned()),
            input_tokens: tokens[0],
            output_tokens: tokens[1],
            cached_input_tokens: tokens[2],
            ..Usage::default()
        }
    }

    fn prices() -> Prices {
        let text = "[small]\ninput_usd_per_million = 1\noutput_usd_per_million = 2.0\ndate = 2026-01-19\n\
            [large]\ninput_usd_per_million = 10.0\noutput_usd_per_million = 20\n\
            cached_input_usd_per_million = 1.0\ndate = '2026-01-19'";
        document::read(&Source::new("a.toml", text)).unwrap()
    }

    #[test]
    fn prices_turn_tokens_into_an_estimate() {
        let million = 1_000_000;
        let tokens = [Some(2 * million), Some(million), Some(million)];
        let estimate = |model, tokens| usage(model, tokens).estimated(&prices()).cost_usd;
        assert_eq!(estimate("small", tokens), Some(4.0));
        assert_eq!(estimate("large", tokens), Some(31.0));
        assert_eq!(estimate("small, large", tokens), Some(31.0));
        assert_eq!(estimate("small, other", tokens), None);
        assert_eq!(estimate("small-20260119", tokens), Some(4.0));
        assert_eq!(estimate("small-2", tokens), None);
        assert_eq!(estimate("small[1m]", tokens), Some(4.0));
        assert_eq!(estimate("small", [Some(1), None, None]), None);
        let told = Usage { cost_usd: Some(0.5), ..usage("small", tokens) }.estimated(&prices());
        assert_eq!((told.cost_usd, told.cost_is_estimate), (Some(0.5), false));
        assert_eq!(prices()["small"].date, prices()["large"].date);
    }

    #[test]
    fn running_totals_become_differences() {
        let earlier = usage("m", [Some(100), Some(10), None]);
        let now = usage("m", [Some(150), Some(4), Some(7)]).since(&earlier);
        assert_eq!(now, usage("m", [Some(50), Some(4), Some(7)]));
        let sum = earlier.plus(&usage("m", [None, Some(5), None]));
        assert_eq!(sum, usage("m", [Some(100), Some(15), None]));
    }

    #[test]
    fn zeros_for_everything_tell_nothing() {
        let zeros = Usage { cost_usd: Some(0.0), ..usage("m", [Some(0), Some(0), None]) };
        let unread = Some("its output reports zero for everything".into());
        assert_eq!(zeros.without_zeros(), Usage { unread, ..usage("m", [None; 3]) });
        let free = Usage { cost_usd: Some(0.0), ..usage("m", [Some(1), Some(0), None]) };
        assert_eq!(free.clone().without_zeros(), free);
        assert_eq!(usage("m", [None; 3]).without_zeros(), usage("m", [None; 3]));
    }

    #[test]
    fn sums_stay_finite() {
        let most = Usage {
            cost_usd: Some(Amount::MAX),
            ..usage("m", [Some(u64::MAX), Some(u64::MAX), None])
        };
        assert_eq!(most.clone().plus(&most), most);
        let price = "[m]\ninput_usd_per_million = 1e12\noutput_usd_per_million = 1e12";
        let prices: Prices = document::read(&Source::new("a.toml", price)).unwrap();
        let unpriced = Usage { cost_usd: None, ..most };
        assert_eq!(unpriced.estimated(&prices).cost_usd, Some(Amount::MAX));
    }
}
