//! The way from the switch to one client, where it is not simply open.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use fastrand::Rng;

use super::Faults;
use crate::listener::Kind;
use crate::time::Time;

/// How late a reordered event is at most, in milliseconds.
const LATEST: u64 = 50;

/// What is on its way to a client.
#[derive(Debug, Default)]
pub(crate) struct Pipe {
    /// Pieces in order, and when each goes.
    queue: VecDeque<(Time, Bytes)>,
    /// Whole events that let others go first.
    late: Vec<(Time, Bytes)>,
    /// Nothing goes in either direction.
    pub(crate) dead: bool,
    /// When it is to be looked at again.
    pub(crate) wakes_at: Option<Time>,
    /// The connection is to be closed when everything has gone.
    pub(crate) closes: bool,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Goes,
    Lost,
    Twice,
    After(Duration),
}

impl Fate {
    /// What the rules, and chance, make of an event.
    pub(crate) fn of_event(rules: &Faults, rng: &mut Rng) -> Self {
        if happens(rules.dropped_events, rng) {
            Self::Lost
        } else if happens(rules.duplicated_events, rng) {
            Self::Twice
        } else if happens(rules.reordered_events, rng) {
            Self::After(Duration::from_millis(rng.u64(1..=LATEST)))
        } else {
            Self::Goes
        }
    }
}

/// Whether something that happens so many times in a hundred does.
pub(crate) fn happens(percent: u8, rng: &mut Rng) -> bool {
    percent > 0 && rng.u8(..100) < percent
}

impl Pipe {
    /// Takes a message, to go not before a time.
    pub(crate) fn push(&mut self, mut message: Bytes, not_before: Time, rules: &Faults, rng: &mut Rng) {
        let mut at = self.queue.back().map_or(not_before, |(last, _)| not_before.max(*last));
        while rules.chunk > 0 && message.len() > 1 {
            let piece = message.split_to(rng.usize(1..=rules.chunk).min(message.len()));
            self.queue.push_back((at, piece));
            at = at.after(rules.chunk_delay);
            if message.is_empty() {
                return;
            }
        }
        self.queue.push_back((at, message));
    }

    /// Takes an event that lets others go first.
    pub(crate) fn push_late(&mut self, message: Bytes, at: Time) {
        self.late.push((at, message));
    }

    /// Holds everything back until a time.
    pub(crate) fn stall(&mut self, until: Time) {
        for (at, _) in &mut self.queue {
            *at = until.max(*at);
        }
    }

    /// The next piece that goes now.
    pub(crate) fn pop(&mut self, now: Time, rules: &Faults, rng: &mut Rng) -> Option<Bytes> {
        if let Some(place) = self.late.iter().position(|(at, _)| *at <= now) {
            let (_, message) = self.late.remove(place);
            self.push(message, now, rules, rng);
        }
        let is_due = self.queue.front().is_some_and(|(at, _)| *at <= now);
        if is_due { self.queue.pop_front().map(|(_, piece)| piece) } else { None }
    }

    /// When the next piece goes.
    pub(crate) fn next(&self) -> Option<Time> {
        let late = self.late.iter().map(|(at, _)| *at).min();
        [self.queue.front().map(|(at, _)| *at), late].into_iter().flatten().min()
    }
}

/// Whether a message of this kind is late, and by how much.
pub(crate) fn delay(kind: Kind, rules: &Faults, rng: &mut Rng) -> Duration {
    use super::Greeting;
    match (kind, rules.greeting) {
        (Kind::Greeting, Greeting::Late(delay)) => delay,
        (Kind::Reply, _) if happens(rules.delayed_replies, rng) => rules.reply_delay,
        _ => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(pipe: &mut Pipe, now: u64, rules: &Faults, rng: &mut Rng) -> Vec<Bytes> {
        std::iter::from_fn(|| pipe.pop(Time::from_micros(now), rules, rng)).collect()
    }

    #[test]
    fn pieces_are_small_in_order_and_apart() {
        let mut rules = Faults::default();
        (rules.chunk, rules.chunk_delay) = (3, Duration::from_micros(10));
        let (mut pipe, mut rng) = (Pipe::default(), Rng::with_seed(1));
        let message = Bytes::from_static(b"0123456789");
        pipe.push(message.clone(), Time::from_micros(0), &rules, &mut rng);
        let mut heard = Vec::new();
        let mut now = 0;
        while let Some(next) = pipe.next() {
            assert_eq!(next.as_micros(), now);
            let pieces = drain(&mut pipe, now, &rules, &mut rng);
            assert!(pieces.len() == 1 && pieces[0].len() <= 3, "{pieces:?}");
            heard.extend_from_slice(&pieces[0]);
            now += 10;
        }
        assert_eq!(heard, message);
    }

    #[test]
    fn a_late_event_comes_whole_and_after_others() {
        let (rules, mut rng) = (Faults::default(), Rng::with_seed(1));
        let mut pipe = Pipe::default();
        pipe.push_late("one".into(), Time::from_micros(5));
        pipe.push("two".into(), Time::from_micros(0), &rules, &mut rng);
        assert_eq!(drain(&mut pipe, 0, &rules, &mut rng), ["two"]);
        assert_eq!(pipe.next(), Some(Time::from_micros(5)));
        assert_eq!(drain(&mut pipe, 5, &rules, &mut rng), ["one"]);
    }

    #[test]
    fn shares_are_of_a_hundred() {
        let mut rng = Rng::with_seed(1);
        let mut share = |percent| (0..1000).filter(|_| happens(percent, &mut rng)).count();
        assert_eq!((share(0), share(100)), (0, 1000));
        assert!((200..400).contains(&share(30)));
    }
}
