//! What digits mean that come one by one (`switch_ivr_dmachine_*` in `switch_ivr_async.c`).

use std::time::Duration;

use crate::dialplan::expression;
use crate::time::Time;

/// Digits that can be told from others together (`DMACHINE_MAX_DIGIT_LEN`, less one).
const MOST: usize = 511;

/// Keeps digits until they are what an action is bound to, or cannot be that any more.
#[derive(Debug)]
pub(super) struct Parser<A> {
    /// How long after a digit another one may come.
    digit_timeout: Duration,
    /// How long after everything the first may come; for ever, where it is none.
    input_timeout: Duration,
    realms: Vec<Realm<A>>,
    /// The one that is in use.
    realm: Option<String>,
    digits: Vec<u8>,
    /// How many have come, those taken away again counted.
    count: usize,
    /// Most digits that anything is bound to.
    longest: usize,
    last: Option<Time>,
    /// Tells a timer that nothing has come since it was set.
    pub(super) turn: u64,
}

#[derive(Debug)]
struct Realm<A> {
    name: String,
    bindings: Vec<Binding<A>>,
    terminators: Vec<u8>,
}

#[derive(Debug)]
struct Binding<A> {
    /// Digits, or an expression.
    digits: String,
    is_regex: bool,
    /// What an expression makes of the digits it fits.
    becomes: Option<String>,
    /// Whether nothing longer is waited for.
    first: bool,
    priority: bool,
    action: A,
    /// Whether the expression fits now, and what it makes of the digits.
    fits: bool,
    substituted: Option<Vec<u8>>,
}

/// What has come of digits.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard<A> {
    /// Nothing yet.
    Waits,
    Means(A, Vec<u8>),
    /// They mean nothing.
    Nothing(Vec<u8>),
}

/// How digits fit what is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    None,
    Exact,
    Partial,
    /// These, and more, too.
    Both,
    Never,
}

impl<A: Clone> Parser<A> {
    pub(super) fn new(digit_timeout: Duration, input_timeout: Duration) -> Self {
        Self {
            digit_timeout,
            input_timeout,
            realms: Vec::new(),
            realm: None,
            digits: Vec::new(),
            count: 0,
            longest: 0,
            last: None,
            turn: 0,
        }
    }

    /// Binds digits, or `~expression[~~what it makes of them]`, either after a `=` where nothing longer is waited for;
    /// whether another realm is in use now.
    pub(super) fn bind(&mut self, realm: &str, digits: &str, priority: bool, action: A) -> bool {
        if digits.len() > MOST {
            return false;
        }
        let place = self.realms.iter().position(|known| known.name == realm).unwrap_or_else(|| {
            self.realms.push(Realm { name: realm.into(), bindings: Vec::new(), terminators: Vec::new() });
            self.realms.len() - 1
        });
        let Some(known) = self.realms.get_mut(place) else { return false };
        let is_it = |bound: &&mut Binding<A>| {
            bound.digits == digits || (bound.is_regex && digits.get(1..) == Some(bound.digits.as_str()))
        };
        if let Some(bound) = known.bindings.iter_mut().find(is_it) {
            bound.action = action;
            return false;
        }
        let bound = Binding::new(digits, priority, action);
        self.longest = if bound.is_regex { MOST } else { self.longest.max(digits.len()) };
        known.bindings.push(bound);
        let is_other = self.realm.as_deref() != Some(realm);
        self.realm = Some(realm.into());
        is_other
    }

    /// Uses another realm; false if there is none such.
    pub(super) fn set_realm(&mut self, name: &str) -> bool {
        let known = self.realms.iter().any(|realm| realm.name == name);
        if known {
            self.realm = Some(name.into());
        }
        known
    }

    /// Forgets a realm; whether it was in use.
    pub(super) fn clear_realm(&mut self, name: &str) -> bool {
        self.realms.retain(|realm| realm.name != name);
        let used = self.realm.as_deref() == Some(name);
        if used {
            self.realm = None;
        }
        used
    }

    /// Sets the digits that end others, in the realm in use; false if there is none.
    pub(super) fn set_terminators(&mut self, terminators: &[u8]) -> bool {
        let used = self.realms.iter_mut().find(|realm| self.realm.as_deref() == Some(realm.name.as_str()));
        let Some(realm) = used else { return false };
        realm.terminators = terminators.to_vec();
        true
    }

    /// When it is to be looked at again, if nothing comes before.
    pub(super) fn deadline(&mut self, now: Time) -> Option<Time> {
        let timeout = if self.count > 0 { self.digit_timeout } else { self.input_timeout };
        let last = *self.last.get_or_insert(now);
        (timeout > Duration::ZERO).then(|| last.after(timeout))
    }

    /// A digit comes.
    pub(super) fn feed(&mut self, digit: u8, now: Time) -> Heard<A> {
        if self.count >= self.longest {
            return Heard::Waits;
        }
        self.digits.push(digit);
        self.count += 1;
        self.last = Some(now);
        self.ping(false)
    }

    /// Looks what the digits mean; `late` where none came in time.
    pub(super) fn ping(&mut self, late: bool) -> Heard<A> {
        self.turn += 1;
        let (fit, found) = self.fit(late);
        let late = late || fit == Fit::Never;
        let heard = match (fit, found) {
            _ if self.digits.is_empty() && !late => return Heard::Waits,
            (Fit::Exact, Some((action, digits))) => Heard::Means(action, digits),
            (Fit::None, _) if self.count == self.longest => Heard::Nothing(self.digits.clone()),
            _ if late => Heard::Nothing(self.digits.clone()),
            _ => return Heard::Waits,
        };
        self.digits.clear();
        self.count = 0;
        self.last = None;
        heard
    }

    /// How the digits fit, and what is bound to them, where that is sure (`switch_ivr_dmachine_check_match`).
    fn fit(&mut self, late: bool) -> (Fit, Option<(A, Vec<u8>)>) {
        let used = self.realms.iter_mut().find(|realm| self.realm.as_deref() == Some(realm.name.as_str()));
        let Some(realm) = used.filter(|_| self.count > 0) else { return (Fit::None, None) };
        let possible = realm.look(&self.digits, self.count);
        let mut late = late;
        let ends = |terminator: &u8| self.digits.iter().rposition(|digit| digit == terminator);
        if let Some(end) = realm.terminators.iter().find_map(ends) {
            self.digits.truncate(end);
            late = true;
        }
        let (best, both, place) = realm.best(&self.digits, possible, late, self.count == self.longest);
        let best = if possible.any { best } else { Fit::Never };
        let found = place.filter(|_| best == Fit::Exact || (late && both));
        let found = found.and_then(|place| realm.bindings.get(place)).map(|bound| {
            let digits = bound.substituted.clone().unwrap_or_else(|| self.digits.clone());
            (bound.action.clone(), digits)
        });
        (if found.is_some() { Fit::Exact } else { best }, found)
    }
}

/// What the bindings of a realm say of digits at first sight.
#[derive(Debug, Clone, Copy, Default)]
struct Possible {
    /// Something may still fit.
    any: bool,
    /// Digits that are bound are exactly these.
    exact: bool,
    regex: bool,
}

impl<A> Realm<A> {
    fn look(&mut self, digits: &[u8], count: usize) -> Possible {
        let mut possible = Possible::default();
        for bound in &mut self.bindings {
            if bound.is_regex {
                bound.try_on(digits);
                possible.any = true;
                possible.regex = true;
                if bound.fits && bound.first {
                    break;
                }
            } else if bound.digits.as_bytes().starts_with(digits) {
                possible.any = true;
                possible.exact |= bound.digits.len() == count;
            }
        }
        possible
    }

    /// The best fit, whether more digits would fit, too, and which binding these do.
    fn best(&self, digits: &[u8], possible: Possible, late: bool, full: bool) -> (Fit, bool, Option<usize>) {
        let (mut best, mut exact, mut both, mut partial) = (Fit::None, None, false, false);
        let alone = self.bindings.len() == 1;
        for (place, bound) in self.bindings.iter().enumerate() {
            if bound.is_regex {
                if bound.fits && (bound.first || (bound.priority && !possible.exact) || late || alone) {
                    return (Fit::Exact, both, Some(place));
                }
                if bound.fits {
                    best = Fit::Partial;
                }
                continue;
            }
            let begins = bound.digits.as_bytes().starts_with(digits);
            let counts = bound.first || !possible.regex || bound.priority || late;
            if exact.is_none() && counts && bound.digits.as_bytes() == digits {
                (best, exact) = (Fit::Exact, Some(place));
                if bound.first || bound.priority || full {
                    break;
                }
            }
            if !(both && partial) && bound.digits.len() != digits.len() && begins {
                if exact.is_some() {
                    (best, both) = (Fit::Both, true);
                } else {
                    (best, partial) = (Fit::Partial, true);
                }
            }
        }
        (best, both, exact)
    }
}

impl<A> Binding<A> {
    fn new(digits: &str, priority: bool, action: A) -> Self {
        let (first, rest) = digits.strip_prefix('=').map_or((false, digits), |rest| (true, rest));
        let (is_regex, rest) = rest.strip_prefix('~').map_or((false, rest), |rest| (true, rest));
        let parts = rest.find('~').filter(|_| is_regex).and_then(|at| {
            let becomes = rest.get(at..)?.strip_prefix("~~")?;
            Some((rest.get(..at)?, becomes))
        });
        let (digits, becomes) = parts.map_or((rest, None), |(digits, becomes)| (digits, Some(becomes)));
        Self {
            digits: digits.to_owned(),
            is_regex,
            becomes: becomes.map(str::to_owned),
            first,
            priority,
            action,
            fits: false,
            substituted: None,
        }
    }

    /// Sees whether the expression fits.
    fn try_on(&mut self, digits: &[u8]) {
        let caught = expression::find(&self.digits, digits);
        self.fits = caught.is_some();
        self.substituted = caught
            .zip(self.becomes.as_ref())
            .map(|(caught, becomes)| expression::substitute(&caught, becomes.as_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of digits, one after the other: the action, `!digits` for nothing, `.` where they wait; `/` is a while
    /// without any.
    fn heard(bound: &[&str], digits: &str) -> String {
        let second = Duration::from_secs(1);
        let mut parser = Parser::new(second, Duration::ZERO);
        for digits in bound {
            let (digits, priority) = digits.strip_prefix('P').map_or((*digits, false), |rest| (rest, true));
            parser.bind("r", digits, priority, digits.to_owned());
        }
        let now = Time::from_micros(1);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let each = digits.bytes().map(|digit| {
            let heard = if digit == b'/' { parser.ping(true) } else { parser.feed(digit, now) };
            match heard {
                Heard::Waits => ".".to_owned(),
                Heard::Means(action, digits) => format!("{action}={}", text(digits)),
                Heard::Nothing(digits) => format!("!{}", text(digits)),
            }
        });
        each.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn digits_wait_until_it_is_sure_what_they_mean() {
        for (bound, digits, outcome) in [
            (&["12"][..], "12", ". 12=12"),
            (&["12"], "1/", ". !1"),
            (&["12"], "13", ". !13"),
            (&["12"], "3", "!3"),
            (&["12", "123"], "12/", ". . 12=12"),
            (&["12", "123"], "123", ". . 123=123"),
            // What is bound first counts.
            (&["123", "12"], "12", ". 12=12"),
            (&["=12", "123"], "12", ". =12=12"),
            (&["P12", "123"], "12", ". 12=12"),
            (&["~^\\d{2}$"], "12", ". ~^\\d{2}$=12"),
            (&["~^\\d{2}$", "5"], "12/", ". . ~^\\d{2}$=12"),
            (&["~^\\d{2}$", "5"], "5/", ". 5=5"),
            (&["~^(\\d)(\\d)$~~$2-$1"], "12", ". ~^(\\d)(\\d)$~~$2-$1=2-1"),
            (&["~^1", "=~^2"], "1/", ". ~^1=1"),
            (&["~^1", "=~^2"], "2", "=~^2=2"),
            (&["P~^1", "12"], "1", "~^1=1"),
        ] {
            assert_eq!(heard(bound, digits), outcome, "{bound:?} {digits}");
        }
    }

    #[test]
    fn realms_are_bound_used_and_cleared() {
        let mut parser = Parser::new(Duration::from_secs(1), Duration::ZERO);
        let now = Time::from_micros(1);
        assert!(parser.bind("a", "1", false, "a1"));
        assert!(!parser.bind("a", "2", false, "a2"));
        assert!(parser.bind("b", "1", false, "b1"));
        assert!(!parser.bind("b", "1", false, "again"));
        assert_eq!(parser.feed(b'1', now), Heard::Means("again", vec![b'1']));
        assert!(parser.set_realm("a") && !parser.set_realm("c"));
        assert!(parser.set_terminators(b"#"));
        assert!(!parser.bind("a", "234", false, "a234"));
        assert_eq!(parser.feed(b'2', now), Heard::Waits);
        assert_eq!(parser.feed(b'#', now), Heard::Means("a2", b"2".to_vec()));
        // Where nothing longer is bound, they do not fit any more.
        assert_eq!(parser.feed(b'2', now), Heard::Waits);
        assert_eq!(parser.feed(b'5', now), Heard::Nothing(b"25".to_vec()));
        assert!(!parser.clear_realm("b") && parser.clear_realm("a"));
        assert_eq!(parser.feed(b'1', now), Heard::Waits);
        assert_eq!(parser.ping(true), Heard::Nothing(vec![b'1']));
        assert!(!parser.set_terminators(b"#"));
    }
}
