//! When something happened.

use std::time::{Duration, SystemTime};

/// A moment by the switch's clock: microseconds since 1970-01-01 00:00 UTC, as its headers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

impl Moment {
    /// So many microseconds after the epoch.
    #[must_use]
    pub fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub fn as_micros(self) -> u64 {
        self.0
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub fn as_secs(self) -> u64 {
        self.0 / 1_000_000
    }

    /// How long after `earlier` it is; `None` if it is before it. The switch's clock can be set back.
    #[must_use]
    pub fn since(self, earlier: Self) -> Option<Duration> {
        self.0.checked_sub(earlier.0).map(Duration::from_micros)
    }

    /// As the standard library's time, where that reaches so far. How long ago it was by this machine's clock, if both clocks
    /// go alike, is `Moment::from(SystemTime::now()).since(moment)`.
    #[must_use]
    pub fn to_system_time(self) -> Option<SystemTime> {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_micros(self.0))
    }
}

/// To the microsecond; what was before the epoch is the epoch.
impl From<SystemTime> for Moment {
    fn from(time: SystemTime) -> Self {
        let micros = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_micros();
        Self(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_apart() {
        let (early, late) = (Moment::from_micros(1_999_999), Moment::from_micros(2_000_001));
        assert_eq!(late.since(early), Some(Duration::from_micros(2)));
        assert_eq!(early.since(late), None);
        assert_eq!((early.as_secs(), late.as_secs()), (1, 2));
        let system = SystemTime::UNIX_EPOCH + Duration::from_micros(2_000_001);
        assert_eq!((late.to_system_time(), Moment::from(system)), (Some(system), late));
        assert_eq!(Moment::from(SystemTime::UNIX_EPOCH - Duration::from_secs(1)).as_micros(), 0);
    }
}
