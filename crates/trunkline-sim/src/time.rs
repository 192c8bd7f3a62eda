//! Time as the switch tells it: microseconds since 1970. Its time zone is UTC.

use std::time::Duration;

/// A point in time: microseconds since the Unix epoch, as in `Event-Date-Timestamp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(u64);

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Time {
    /// This many microseconds after the epoch.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1_000_000
    }

    /// This much later.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)))
    }

    /// How long since `earlier`; nothing if that is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }

    /// The start of the second that is `seconds` after the one this time is in. FreeSWITCH's own timeouts count
    /// in `switch_epoch_time_now`, so they end on whole seconds.
    pub(crate) fn whole_seconds_later(self, seconds: u64) -> Self {
        Self(self.as_secs().saturating_add(seconds).saturating_mul(1_000_000))
    }

    /// `2026-11-20 23:56:00`
    pub(crate) fn date(self) -> String {
        let Civil { year, month, day, hour, minute, second, .. } = self.civil();
        let month = u64::try_from(month).unwrap_or_default();
        let mut date = String::with_capacity("2026-11-20 23:56:00".len());
        for (before, number, width) in [
            ("", year, 4),
            ("-", month, 2),
            ("-", day, 2),
            (" ", hour, 2),
            (":", minute, 2),
            (":", second, 2),
        ] {
            date.push_str(before);
            push_padded(&mut date, number, width);
        }
        date
    }

    /// `2026-11-20 23:56:00.603348`
    pub(crate) fn date_micros(self) -> String {
        format!("{}.{:06}", self.date(), self.0 % 1_000_000)
    }

    /// `Fri, 20 Nov 2026 23:56:00 GMT`
    pub(crate) fn rfc822(self) -> String {
        let Civil { year, month, day, hour, minute, second, weekday } = self.civil();
        let weekday = DAYS.get(weekday).copied().unwrap_or_default();
        let month = MONTHS.get(month.saturating_sub(1)).copied().unwrap_or_default();
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }

    /// As `strftime` of the C library writes it, in the C locale.
    pub(crate) fn formatted(self, format: &str) -> String {
        let mut out = String::new();
        let mut rest = format.chars();
        while let Some(first) = rest.next() {
            match (first, rest.clone().next()) {
                ('%', Some(letter)) => {
                    rest.next();
                    self.push_field(letter, &mut out);
                }
                _ => out.push(first),
            }
        }
        out
    }

    fn push_field(self, letter: char, out: &mut String) {
        let Civil { year, month, day, hour, minute, second, weekday } = self.civil();
        let hour12 = (hour + 11) % 12 + 1;
        let (weekday, month_name) = (
            DAYS.get(weekday).copied().unwrap_or_default(),
            MONTHS.get(month.saturating_sub(1)).copied().unwrap_or_default(),
        );
        match letter {
            'Y' => out.push_str(&format!("{year:04}")),
            'm' => out.push_str(&format!("{month:02}")),
            'd' => out.push_str(&format!("{day:02}")),
            'e' => out.push_str(&format!("{day:2}")),
            'H' => out.push_str(&format!("{hour:02}")),
            'I' => out.push_str(&format!("{hour12:02}")),
            'M' => out.push_str(&format!("{minute:02}")),
            'S' => out.push_str(&format!("{second:02}")),
            'y' => out.push_str(&format!("{:02}", year % 100)),
            'p' => out.push_str(if hour < 12 { "AM" } else { "PM" }),
            'a' => out.push_str(weekday),
            'b' | 'h' => out.push_str(month_name),
            's' => out.push_str(&self.as_secs().to_string()),
            'Z' => out.push_str("UTC"),
            'z' => out.push_str("+0000"),
            'F' => out.push_str(&self.formatted("%Y-%m-%d")),
            'T' => out.push_str(&self.formatted("%H:%M:%S")),
            'R' => out.push_str(&self.formatted("%H:%M")),
            'D' => out.push_str(&self.formatted("%m/%d/%y")),
            'c' => out.push_str(&self.formatted("%a %b %e %T %Y")),
            '%' => out.push('%'),
            other => out.extend(['%', other]),
        }
    }

    /// Reads `2026-11-20 23:56:00`.
    pub(crate) fn parse(date: &str) -> Option<Self> {
        let number = |from: usize, to: usize| date.get(from..to)?.parse::<u64>().ok();
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let seconds = number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?;
        let days = days_before(year, month, day)?;
        Some(Self((days * 86_400 + seconds) * 1_000_000))
    }

    /// So many seconds later, or earlier.
    pub(crate) fn shifted(self, seconds: i64) -> Self {
        Self(self.0.saturating_add_signed(seconds.saturating_mul(1_000_000)))
    }

    /// What a calendar and a clock show.
    pub(crate) fn calendar(self) -> Calendar {
        let Civil { year, month, day, hour, minute, second, weekday } = self.civil();
        let signed = |number: u64| i64::try_from(number).unwrap_or_default();
        let new_year = days_before(year, 1, 1).unwrap_or_default();
        Calendar {
            year: signed(year),
            month: i64::try_from(month).unwrap_or_default(),
            day: signed(day),
            hour: signed(hour),
            minute: signed(minute),
            second: signed(second),
            weekday: i64::try_from((weekday + 4) % 7).unwrap_or_default(),
            day_of_year: signed((self.as_secs() / 86_400).saturating_sub(new_year) + 1),
        }
    }

    fn civil(self) -> Civil {
        let seconds = self.as_secs();
        let days = seconds / 86_400;
        let of_day = seconds % 86_400;
        // Days from 0000-03-01, in eras of 400 years (Howard Hinnant's civil_from_days).
        let shifted = days + 719_468;
        let era = shifted / 146_097;
        let of_era = shifted % 146_097;
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Civil {
            year,
            month: usize::try_from(month).unwrap_or(1),
            day,
            hour: of_day / 3600,
            minute: of_day % 3600 / 60,
            second: of_day % 60,
            weekday: usize::try_from(days % 7).unwrap_or_default(),
        }
    }
}

/// Appends a number with so many digits, or as many as it has.
fn push_padded(text: &mut String, number: u64, width: usize) {
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(number);
    text.extend((digits.len()..width).map(|_| '0'));
    text.push_str(digits);
}

fn days_before(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || year < 1970 {
        return None;
    }
    let year = year - u64::from(month <= 2);
    let shifted_month = (month + 9) % 12;
    let of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let era = year / 400;
    let of_era = year % 400 * 365 + year % 400 / 4 - year % 400 / 100 + of_year;
    (era * 146_097 + of_era).checked_sub(719_468)
}

/// A date and a time of day.
#[derive(Debug)]
pub(crate) struct Calendar {
    pub(crate) year: i64,
    /// From 1.
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    /// From Sunday, 0.
    pub(crate) weekday: i64,
    /// From 1.
    pub(crate) day_of_year: i64,
}

struct Civil {
    year: u64,
    month: usize,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
    /// From Thursday, the day of the epoch.
    weekday: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let time = Time::from_micros(1_795_218_960_603_348);
        assert_eq!(time.date(), "2026-11-20 23:56:00");
        assert_eq!(time.rfc822(), "Fri, 20 Nov 2026 23:56:00 GMT");
        assert_eq!(time.date_micros(), "2026-11-20 23:56:00.603348");
        assert_eq!(Time::from_micros(0).rfc822(), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(Time::from_micros(253_402_300_800_000_000).date(), "10000-01-01 00:00:00");
        for date in
            ["2000-02-29 12:00:01", "2024-12-31 23:59:59", "1970-01-01 00:00:00", "2100-03-01 00:00:00"]
        {
            assert_eq!(Time::parse(date).unwrap().date(), date);
        }
        assert_eq!(Time::parse("2026-01-01 00:00:00").unwrap().as_secs(), 1_767_225_600);
        assert_eq!(Time::parse("yesterday"), None);
    }

    #[test]
    fn formats() {
        let time = Time::from_micros(1_795_218_960_603_348);
        assert_eq!(time.formatted("%F %T|%y%m%e %I%p %a %b"), "2026-11-20 23:56:00|261120 11PM Fri Nov");
        assert_eq!(time.formatted("100%% %q %"), "100% %q %");
    }

    #[test]
    fn timeouts_end_on_whole_seconds() {
        let time = Time::from_micros(5_900_000);
        assert_eq!(time.whole_seconds_later(1), Time::from_micros(6_000_000));
    }
}
