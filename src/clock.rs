//! The time of day, and the only place where the real one is read: everything
//! above is handed a `Clock`, so that a test can fix it by an argument.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::fmt;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A point in time, in whole milliseconds, written `2026-01-19T14:30:12.000Z`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub struct Moment(i64);

impl Moment {
    /// So many milliseconds after the beginning of 1970.
    pub fn of(millis: i64) -> Self {
        Self(millis)
    }

    /// Takes an RFC 3339 time; gives `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let time: Timestamp = text.parse().ok()?;
        Some(Self(time.as_millisecond()))
    }

    /// The form used in ids: `20260119T143012Z`.
    pub fn compact(self) -> String {
        self.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    /// The time of day in UTC, as a log says it: `14:30:12Z`.
    pub fn time_of_day(self) -> String {
        self.timestamp().strftime("%H:%M:%SZ").to_string()
    }

    /// The time from `earlier` to here; zero where the clock went back.
    pub fn since(self, earlier: Moment) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// The moment that comes so long after this one.
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The moment that was so long before this one.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::MAX)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.timestamp().strftime("%Y-%m-%dT%H:%M:%S.%3fZ"))
    }
}

impl TryFrom<String> for Moment {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is not an RFC 3339 time"))
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> String {
        moment.to_string()
    }
}

/// Where times come from: the system, or a fixed start that moves a second a reading.
#[derive(Debug)]
pub enum Clock {
    /// The system's own.
    System,
    /// The milliseconds of the next reading.
    Fixed(AtomicI64),
}

impl Clock {
    /// A clock that stands at a moment, and moves by a second with each reading.
    pub fn fixed(start: Moment) -> Self {
        Self::Fixed(AtomicI64::new(start.0))
    }

    /// What time it is.
    pub fn now(&self) -> Moment {
        match self {
            Self::System => Moment(Timestamp::now().as_millisecond()),
            Self::Fixed(next) => Moment(next.fetch_add(1000, Ordering::Relaxed)),
        }
    }
}

impl Clock {
    /// Where a fixed clock stands, for a process that is to go on by it.
    pub fn fixed_at(&self) -> Option<Moment> {
        match self {
            Self::System => None,
            Self::Fixed(_) => Some(self.now()),
        }
    }
}

/// A text that is not a duration, and what to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DurationError {
    /// What is wrong with the text.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// Takes `90s`, `45m`, `2h`, `1d` or `500ms`; gives the duration, or what would be right.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let refused =
        |help: String| DurationError { message: format!("`{text}` is not a duration"), help };
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, unit) = text.split_at(digits);
    let seconds_per_unit = match unit.trim() {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => {
            return Err(refused(match meant(text) {
                Some(meant) => format!("write {meant}"),
                None => "write 500ms, 90s, 45m, 2h or 1d".to_owned(),
            }));
        }
    };
    let number: f64 = number.parse().map_err(|_| {
        refused(format!("write a number before the unit, such as 30{}", unit.trim()))
    })?;
    Duration::try_from_secs_f64(number * seconds_per_unit).map_err(|_| DurationError {
        message: format!("duration `{text}` is too long"),
        help: "write a shorter one, such as 30d".to_owned(),
    })
}

/// The duration that `5 minutes`, `1h30m`, `PT5M` or a bare number of seconds stands for.
fn meant(text: &str) -> Option<String> {
    let mut rest = text.trim().strip_prefix("PT").unwrap_or(text.trim());
    let mut seconds = 0_u64;
    while !rest.is_empty() {
        let digits = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
        let (number, behind) = rest.split_at(digits);
        let behind = behind.trim_start();
        let end = behind.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(behind.len());
        let per_unit = match behind.get(..end)?.to_lowercase().as_str() {
            "" | "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 7 * 86_400,
            _ => return None,
        };
        seconds = number.parse::<u64>().ok()?.checked_mul(per_unit)?.checked_add(seconds)?;
        rest = behind.get(end..)?.trim_start_matches([' ', ',']);
    }
    if text.trim().bytes().all(|byte| byte.is_ascii_digit()) {
        return (seconds > 0).then(|| format!("{seconds}s"));
    }
    let units = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")];
    let (per_unit, unit) =
        units.into_iter().find(|(per_unit, _)| seconds.is_multiple_of(*per_unit))?;
    (seconds > 0).then(|| format!("{}{unit}", seconds / per_unit))
}

/// A duration as people write it in a definition: `45m`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub struct Period(Duration);

impl Period {
    /// So many minutes.
    pub const fn of_minutes(minutes: u64) -> Self {
        Self(Duration::from_mins(minutes))
    }

    /// How long it is.
    pub const fn duration(self) -> Duration {
        self.0
    }
}

impl TryFrom<String> for Period {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        match parse_duration(&text).map_err(|error| format!("{error}; {}", error.help))? {
            Duration::ZERO => Err(format!("duration `{text}` is zero; omit the key instead")),
            duration => Ok(Self(duration)),
        }
    }
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        format!("{}ms", period.0.as_millis())
    }
}

/// A duration for people: `850ms`, `12.3s`, `4m 05s`, `2h 10m`.
pub fn show_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{}ms", duration.as_millis()),
        1..60 => format!("{:.1}s", duration.as_secs_f64()),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3600.. => format!("{}h {:02}m", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A duration in words, as precise as one says it: `45 minutes`, `2 hours 10 minutes`.
pub fn in_words(duration: Duration) -> String {
    let count = |count: u64, unit: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{plural}")
    };
    let minutes = duration.as_secs() / 60;
    match minutes {
        0 => count(duration.as_secs(), "second"),
        1..60 => count(minutes, "minute"),
        60.. if minutes.is_multiple_of(60) => count(minutes / 60, "hour"),
        60.. => format!("{} {}", count(minutes / 60, "hour"), count(minutes % 60, "minute")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_said_in_words() {
        let words = |seconds| in_words(Duration::from_secs(seconds));
        assert_eq!([words(0), words(1), words(59)], ["0 seconds", "1 second", "59 seconds"]);
        assert_eq!([words(60), words(2759)], ["1 minute", "45 minutes"]);
        assert_eq!([words(3600), words(7860)], ["1 hour", "2 hours 11 minutes"]);
    }

    #[test]
    fn a_moment_is_written_in_milliseconds_and_reads_back() {
        let moment = Moment::parse("2026-01-19T14:30:12Z").unwrap();
        assert_eq!(moment.to_string(), "2026-01-19T14:30:12.000Z");
        assert_eq!(moment.compact(), "20260119T143012Z");
        assert_eq!(Moment::parse(&moment.to_string()), Some(moment));
        assert_eq!(Moment::parse("yesterday"), None);
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(parse_duration("45m").unwrap(), Duration::from_mins(45));
        assert_eq!(parse_duration("500ms").unwrap(), Duration::from_millis(500));
        for bad in ["45", "m", "-1s", "1e9999d", ""] {
            assert!(parse_duration(bad).is_err(), "{bad} was taken");
        }
        for (text, right) in [
            ("5 minutes", "write 5m"),
            ("1h30m", "write 90m"),
            ("2 Hours, 30 min", "write 150m"),
            ("PT48H", "write 2d"),
            ("1w", "write 7d"),
            ("45", "write 45s"),
            ("0", "write 500ms, 90s, 45m, 2h or 1d"),
            ("soon", "write 500ms, 90s, 45m, 2h or 1d"),
        ] {
            let message = format!("`{text}` is not a duration");
            assert_eq!(
                parse_duration(text),
                Err(DurationError { message, help: right.to_owned() })
            );
        }
        assert_eq!(show_duration(Duration::from_secs(245)), "4m 05s");
    }

    #[test]
    fn a_fixed_clock_moves_a_second_a_reading() {
        let clock = Clock::fixed(Moment::parse("2026-01-19T14:30:12Z").unwrap());
        assert_eq!(clock.now().since(clock.now()), Duration::ZERO);
        assert_eq!(clock.now().to_string(), "2026-01-19T14:30:14.000Z");
    }
}
