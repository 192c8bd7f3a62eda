//! A connection bound to a channel: one the switch has made for it, or one that said `myevents <uuid>`.

use crate::channel::ChannelId;
use crate::time::Time;

#[derive(Debug)]
pub(crate) struct Bond {
    pub(crate) channel: ChannelId,
    /// Messages are queued, and the channel goes on meanwhile.
    pub(crate) asynchronous: bool,
    /// Whether it stays open when the channel is hung up, and for how long.
    pub(crate) lingers: bool,
    pub(crate) linger: Linger,
    /// `resume` was said.
    pub(crate) resumes: bool,
    /// It has seen that the channel is hung up.
    pub(crate) hangup_seen: bool,
}

/// For how long a connection stays after the hang-up (`linger_timeout`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Linger {
    /// As long as the client likes.
    ForEver,
    /// So many seconds.
    Seconds(i32),
    /// Until the switch's seconds exceed this.
    Until(i64),
}

impl Bond {
    pub(crate) fn new(channel: ChannelId, asynchronous: bool) -> Self {
        Self {
            channel,
            asynchronous,
            lingers: false,
            linger: Linger::Seconds(0),
            resumes: false,
            hangup_seen: false,
        }
    }

    /// The hang-up has been seen at this time; how long it lingers, if it does, as the notice says it.
    pub(crate) fn see_hangup(&mut self, now: Time) -> Option<i32> {
        self.hangup_seen = true;
        if !self.lingers {
            return None;
        }
        match self.linger {
            Linger::Seconds(seconds) => {
                self.linger = Linger::Until(seconds_of(now) + i64::from(seconds));
                Some(seconds)
            }
            Linger::ForEver | Linger::Until(_) => Some(-1),
        }
    }

    /// Whether it has lingered long enough; where not, when to ask again.
    pub(crate) fn is_over(&self, now: Time) -> Result<bool, Time> {
        // A time given after the hang-up is taken for one of the clock, and is long past.
        let until = match self.linger {
            Linger::ForEver => return Ok(false),
            Linger::Seconds(seconds) => i64::from(seconds),
            Linger::Until(until) => until,
        };
        let left = until - seconds_of(now);
        match u64::try_from(left) {
            Ok(left) => Err(now.whole_seconds_later(left + 1)),
            Err(_) => Ok(true),
        }
    }
}

fn seconds_of(time: Time) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANGUP: Time = Time::from_micros(100_400_000);

    fn bond(linger: Linger) -> Bond {
        let mut bond = Bond::new(crate::channel::Channels::default().next_id(), true);
        bond.lingers = true;
        bond.linger = linger;
        bond
    }

    #[test]
    fn it_lingers_for_more_than_the_seconds_and_at_most_one_more() {
        let mut bond = bond(Linger::Seconds(2));
        assert_eq!(bond.see_hangup(HANGUP), Some(2));
        assert_eq!(bond.is_over(HANGUP), Err(Time::from_micros(103_000_000)));
        assert_eq!(bond.is_over(Time::from_micros(103_000_000)), Ok(true));
    }

    #[test]
    fn below_zero_is_over_at_once() {
        let mut bond = bond(Linger::Seconds(-5));
        assert_eq!(bond.see_hangup(HANGUP), Some(-5));
        assert_eq!(bond.is_over(HANGUP), Ok(true));
    }

    #[test]
    fn without_a_number_it_never_ends() {
        let mut bond = bond(Linger::ForEver);
        assert_eq!(bond.see_hangup(HANGUP), Some(-1));
        assert_eq!(bond.is_over(HANGUP), Ok(false));
    }

    #[test]
    fn seconds_given_after_the_hangup_end_it() {
        let mut bond = bond(Linger::ForEver);
        bond.see_hangup(HANGUP);
        bond.linger = Linger::Seconds(30);
        assert_eq!(bond.is_over(HANGUP), Ok(true));
    }

    #[test]
    fn who_does_not_linger_is_not_told() {
        assert_eq!(Bond::new(crate::channel::Channels::default().next_id(), true).see_hangup(HANGUP), None);
    }
}
