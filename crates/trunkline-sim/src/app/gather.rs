//! Asking for digits: `read` and `play_and_get_digits` (`switch_ivr_read` and `switch_play_and_get_digits` in
//! `src/switch_ivr_play_say.c`, `switch_ivr_collect_digits_count` in `src/switch_ivr.c`).

mod place;

use std::time::Duration;

use fancy_regex::Regex;

use super::media::Playback;
use super::sound::length;
use super::{Activity, Application, Ending, Progress};
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::text::{atoi, split_spaces};

pub(super) const APPLICATIONS: &[(&str, Application)] =
    &[("read", read), ("play_and_get_digits", play_and_get_digits)];

/// Digits that are asked for.
#[derive(Debug)]
pub(crate) struct Gather {
    request: Request,
    digits: Vec<u8>,
    terminator: Option<u8>,
    tries: u32,
    phase: Phase,
    /// Counts what it has waited for; tells the timer of now from earlier ones.
    step: u64,
}

/// What it waits for.
#[derive(Debug)]
enum Phase {
    /// A digit, or the end of what is played.
    Prompt(Playback),
    Digits,
    /// The end of what is played because the digits were no good.
    Complaint(Playback),
    Over,
}

/// What digits are wanted.
#[derive(Debug)]
struct Request {
    least: usize,
    most: usize,
    timeout: Duration,
    digit_timeout: Duration,
    /// Some with a sign before them: `+` for one that is kept, `x` for one that is kept and ends it all. `=` in front is
    /// for one there has to be.
    terminators: Vec<u8>,
    prompt: Vec<u8>,
    variable: String,
    /// Of `play_and_get_digits`.
    menu: Option<Menu>,
    /// Of `valet_park`: the lot a place is asked for of.
    lot: Option<String>,
}

#[derive(Debug)]
struct Menu {
    complaint: Vec<u8>,
    pattern: String,
    /// Where the call goes that has not given good digits.
    failure: Vec<u8>,
}

/// What comes next.
enum Step {
    Try,
    PromptOver,
    Read(Outcome),
    ComplaintOver,
}

/// How reading digits ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Success,
    Timeout,
    Failure,
    TooSmall,
    Restart,
    /// There is no such prompt.
    NotFound,
}

/// The shortest timeout there is, in milliseconds.
const SHORTEST: i32 = 1000;
/// As often as anybody is asked.
const MOST_TRIES: i32 = 10_000;

fn number(word: Option<&Vec<u8>>) -> i32 {
    word.map_or(0, |word| atoi(word))
}

fn size(word: Option<&Vec<u8>>) -> usize {
    usize::try_from(number(word)).unwrap_or_default()
}

fn millis(word: Option<&Vec<u8>>, shortest: i32) -> Duration {
    Duration::from_millis(u64::try_from(number(word).max(shortest)).unwrap_or_default())
}

fn word(word: Option<&Vec<u8>>) -> Vec<u8> {
    word.cloned().unwrap_or_default()
}

/// `<least> <most> <file> <variable> <timeout> <terminators> [<digit timeout>]`
fn read(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 7);
    if words.is_empty() {
        return Progress::Done;
    }
    let least = size(words.first()).max(1);
    let request = Request {
        least,
        most: size(words.get(1)).max(least),
        timeout: millis(words.get(4), SHORTEST),
        digit_timeout: millis(words.get(6), 0),
        terminators: word(words.get(5)),
        prompt: word(words.get(2)),
        variable: String::from_utf8_lossy(&word(words.get(3))).into_owned(),
        menu: None,
        lot: None,
    };
    core.gather(id, request, 1)
}

/// `<least> <most> <tries> <timeout> <terminators> <file> <file for bad input> <variable> <pattern> [<digit timeout>]
/// ['<extension> [<dialplan> [<context>]]']`
fn play_and_get_digits(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 11);
    if words.is_empty() {
        return Progress::Done;
    }
    let least = size(words.first());
    let request = Request {
        least,
        most: size(words.get(1)).max(least),
        timeout: millis(words.get(3), SHORTEST),
        digit_timeout: millis(words.get(9), 0),
        terminators: word(words.get(4)),
        prompt: word(words.get(5)),
        variable: String::from_utf8_lossy(&word(words.get(7))).into_owned(),
        menu: Some(Menu {
            complaint: word(words.get(6)),
            pattern: String::from_utf8_lossy(&word(words.get(8))).into_owned(),
            failure: word(words.get(10)),
        }),
        lot: None,
    };
    // Below nothing is without end.
    let tries = number(words.get(2));
    let tries = if tries < 0 { MOST_TRIES } else { tries.min(MOST_TRIES) };
    core.gather(id, request, u32::try_from(tries).unwrap_or_default())
}

impl Gather {
    /// Whether it takes up digits now.
    pub(super) fn hears(&self) -> bool {
        matches!(self.phase, Phase::Prompt(_) | Phase::Digits)
    }

    /// Whether nobody may say anything else than digits.
    fn is_terminator(&self, digit: u8) -> bool {
        self.request.terminators.contains(&digit)
    }

    /// Takes off what comes with, and after, a terminator among the digits so far; whether there was one.
    fn cut_at_terminator(&mut self) -> bool {
        let Some(at) = self.digits.iter().position(|digit| self.is_terminator(*digit)) else { return false };
        self.terminator = self.digits.get(at).copied();
        self.digits.truncate(at);
        true
    }

    /// What came of reading, with what its terminator means.
    fn outcome(&mut self, outcome: Outcome) -> Outcome {
        let mut outcome = outcome;
        match self.terminator {
            Some(terminator) => {
                let place = self.request.terminators.iter().position(|known| *known == terminator);
                let sign =
                    place.and_then(|place| self.request.terminators.get(place.checked_sub(1)?)).copied();
                if matches!(sign, Some(b'+' | b'x')) {
                    self.digits.push(terminator);
                }
                if sign == Some(b'x') {
                    outcome = Outcome::Restart;
                }
            }
            None if self.request.terminators.starts_with(b"=") => outcome = Outcome::TooSmall,
            None => {}
        }
        if self.digits.len() < self.request.least { Outcome::TooSmall } else { outcome }
    }
}

impl Core {
    fn gather(&mut self, id: ChannelId, mut request: Request, tries: u32) -> Progress {
        if request.terminators.is_empty() {
            request.terminators = b"#".to_vec();
        }
        if request.digit_timeout.is_zero() {
            request.digit_timeout = request.timeout;
        }
        let forgets = request.menu.as_ref().is_some_and(|menu| !menu.pattern.is_empty());
        if let Some(channel) = self.channels.get_mut(id).filter(|_| forgets) {
            channel.variables.remove(format!("{}_invalid", request.variable).as_bytes());
        }
        let mut gather =
            Gather { request, digits: Vec::new(), terminator: None, tries, phase: Phase::Over, step: 0 };
        if tries == 0 {
            self.gather_fails(id, &gather);
            return Progress::Done;
        }
        let serial = self.current_serial(id);
        if self.gather_goes_on(id, serial, &mut gather, Step::Try) {
            Progress::Waits(Activity::Gather(Box::new(gather)))
        } else {
            Progress::Done
        }
    }

    /// Does what comes next, until it has to wait; false if nothing is left to be done.
    fn gather_goes_on(&mut self, id: ChannelId, serial: u64, gather: &mut Gather, step: Step) -> bool {
        let mut step = step;
        loop {
            let next = match step {
                Step::Try => self.begin_try(id, serial, gather),
                Step::PromptOver => self.begin_reading(id, serial, gather),
                Step::Read(outcome) => self.end_reading(id, serial, gather, outcome),
                Step::ComplaintOver => {
                    gather.tries -= 1;
                    if gather.tries == 0 {
                        self.gather_fails(id, gather);
                        None
                    } else {
                        Some(Step::Try)
                    }
                }
            };
            match next {
                Some(next) => step = next,
                None => return !matches!(gather.phase, Phase::Over),
            }
        }
    }

    fn begin_try(&mut self, id: ChannelId, serial: u64, gather: &mut Gather) -> Option<Step> {
        gather.digits.clear();
        gather.terminator = None;
        gather.phase = Phase::Over;
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.remove(b"read_result");
            channel.variables.remove(gather.request.variable.as_bytes());
        }
        let prompt = gather.request.prompt.clone();
        if prompt.is_empty() || prompt.eq_ignore_ascii_case(b"silence") {
            return Some(Step::PromptOver);
        }
        match self.play_for(id, serial, gather, &prompt) {
            Some(playback) => {
                gather.phase = Phase::Prompt(playback);
                None
            }
            None => Some(Step::Read(Outcome::NotFound)),
        }
    }

    fn play_for(&mut self, id: ChannelId, serial: u64, gather: &mut Gather, file: &[u8]) -> Option<Playback> {
        if self.config.is_missing(file) {
            return None;
        }
        let playback = self.start_playback(id, file);
        self.wait_for_digit(id, serial, gather, length(file));
        Some(playback)
    }

    fn wait_for_digit(&mut self, id: ChannelId, serial: u64, gather: &mut Gather, wait: Option<Duration>) {
        gather.step += 1;
        if let Some(wait) = wait {
            let step = gather.step;
            self.after(wait, Task::Gather { channel: id, serial, step });
        }
    }

    /// What was played is over: waits for the digits that are still wanted.
    fn begin_reading(&mut self, id: ChannelId, serial: u64, gather: &mut Gather) -> Option<Step> {
        let (count, request) = (gather.digits.len(), &gather.request);
        gather.phase = Phase::Over;
        if count >= request.least && count >= request.most {
            return Some(Step::Read(Outcome::Success));
        }
        if count >= request.most {
            return Some(Step::Read(Outcome::Failure));
        }
        let wait = if count == 0 { request.timeout } else { request.digit_timeout };
        if gather.cut_at_terminator() {
            return Some(Step::Read(Outcome::Success));
        }
        gather.phase = Phase::Digits;
        self.wait_for_digit(id, serial, gather, Some(wait));
        None
    }

    /// No more digits come: what the variables say of them, and whether they are what was wanted.
    fn end_reading(
        &mut self,
        id: ChannelId,
        serial: u64,
        gather: &mut Gather,
        outcome: Outcome,
    ) -> Option<Step> {
        gather.phase = Phase::Over;
        let outcome = self.note_reading(id, gather, outcome);
        if gather.request.lot.is_some() {
            return gather.asks_again(outcome);
        }
        let menu = gather.request.menu.as_ref()?;
        let complaint = menu.complaint.clone();
        if outcome == Outcome::Restart || self.is_wanted(id, gather, outcome) {
            return None;
        }
        if complaint.is_empty() {
            return Some(Step::ComplaintOver);
        }
        match self.play_for(id, serial, gather, &complaint) {
            Some(playback) => {
                gather.phase = Phase::Complaint(playback);
                None
            }
            None => Some(Step::ComplaintOver),
        }
    }

    fn note_reading(&mut self, id: ChannelId, gather: &mut Gather, outcome: Outcome) -> Outcome {
        let outcome = if outcome == Outcome::NotFound { outcome } else { gather.outcome(outcome) };
        let Some(channel) = self.channels.get_mut(id) else { return outcome };
        if let Some(terminator) = gather.terminator {
            channel.variables.set("read_terminator_used", [terminator]);
        }
        let result = match outcome {
            Outcome::NotFound => None,
            Outcome::Success => Some("success"),
            Outcome::Timeout => Some("timeout"),
            Outcome::Failure | Outcome::TooSmall | Outcome::Restart => Some("failure"),
        };
        if let Some(result) = result {
            channel.variables.set("read_result", result);
        }
        let only = gather.digits.first().copied().filter(|_| gather.digits.len() == 1);
        let is_end = only.is_some_and(|digit| gather.is_terminator(digit));
        if outcome != Outcome::Restart && gather.request.most == 1 && is_end {
            gather.digits.clear();
        }
        if !gather.digits.is_empty() && !gather.request.variable.is_empty() {
            channel.variables.set(&gather.request.variable, &gather.digits);
        }
        outcome
    }

    /// Whether `play_and_get_digits` has what it asked for.
    fn is_wanted(&mut self, id: ChannelId, gather: &Gather, outcome: Outcome) -> bool {
        let Some(menu) = &gather.request.menu else { return true };
        let enough = gather.digits.len() >= gather.request.least;
        let good = outcome == Outcome::Success || (outcome == Outcome::Timeout && enough);
        let Some(channel) = self.channels.get_mut(id) else { return true };
        if gather.request.least == 0 && gather.digits.is_empty() {
            return channel.variables.get("read_terminator_used").is_some();
        }
        if !good || gather.digits.is_empty() {
            return false;
        }
        let digits = String::from_utf8_lossy(&gather.digits);
        let fits = |pattern: Regex| pattern.is_match(&digits).unwrap_or(false);
        if menu.pattern.is_empty() || Regex::new(&menu.pattern).is_ok_and(fits) {
            return true;
        }
        let variable = &gather.request.variable;
        channel.variables.remove(variable.as_bytes());
        if !variable.is_empty() {
            channel.variables.set(format!("{variable}_invalid"), &gather.digits);
        }
        false
    }

    /// Nobody has given good digits.
    fn gather_fails(&mut self, id: ChannelId, gather: &Gather) {
        let failure = gather.request.menu.as_ref().map(|menu| menu.failure.clone()).unwrap_or_default();
        let words = split_spaces(&failure, 4);
        if let Some(number) = words.first() {
            let word = |place: usize| words.get(place).map(Vec::as_slice);
            self.transfer(id, number, word(1), word(2));
        }
    }

    /// Takes the application out of its channel, to be worked on.
    fn take_gather(&mut self, id: ChannelId) -> Option<(u64, Box<Gather>)> {
        let running = self.channels.get_mut(id)?.running_apps.last_mut()?;
        let serial = running.started.serial;
        match std::mem::replace(&mut running.activity, Activity::Media) {
            Activity::Gather(gather) => Some((serial, gather)),
            other => {
                running.activity = other;
                None
            }
        }
    }

    fn put_gather(&mut self, id: ChannelId, gather: Box<Gather>, over: bool) {
        let running = self.channels.get_mut(id).and_then(|channel| channel.running_apps.last_mut());
        if let Some(running) = running {
            running.activity = Activity::Gather(gather);
            running.over |= over;
        }
        if over {
            self.wake(id);
        } else {
            self.take_digits(id);
        }
    }

    /// What was played has ended, or no digit has come.
    pub(crate) fn gather_timeout(&mut self, id: ChannelId, serial: u64, step: u64) {
        if self.door_timeout(id, serial, step) {
            return;
        }
        let Some((now, mut gather)) = self.take_gather(id) else { return };
        if now != serial || gather.step != step {
            return self.put_gather(id, gather, false);
        }
        self.end_phase(id, serial, &mut gather, Ending::Done);
        let over = matches!(gather.phase, Phase::Over);
        self.put_gather(id, gather, over);
    }

    fn end_phase(&mut self, id: ChannelId, serial: u64, gather: &mut Gather, ending: Ending) {
        let next = match std::mem::replace(&mut gather.phase, Phase::Over) {
            Phase::Prompt(playback) => {
                self.playback_over(id, &playback, ending);
                Step::PromptOver
            }
            Phase::Complaint(playback) => {
                self.playback_over(id, &playback, ending);
                Step::ComplaintOver
            }
            Phase::Digits => Step::Read(Outcome::Timeout),
            Phase::Over => return,
        };
        self.gather_goes_on(id, serial, gather, next);
    }

    /// Stops what is played to somebody who is asked; whether anything was.
    pub(super) fn break_prompt(&mut self, id: ChannelId) -> bool {
        let Some((serial, mut gather)) = self.take_gather(id) else { return false };
        let plays = matches!(gather.phase, Phase::Prompt(_) | Phase::Complaint(_));
        if plays {
            self.end_phase(id, serial, &mut gather, Ending::Broken);
        }
        let over = matches!(gather.phase, Phase::Over);
        self.put_gather(id, gather, over);
        plays
    }

    /// Somebody who is asked presses a digit; false if nobody is.
    pub(super) fn gather_hears(&mut self, id: ChannelId, digit: u8) -> bool {
        let Some((serial, mut gather)) = self.take_gather(id) else { return false };
        match std::mem::replace(&mut gather.phase, Phase::Over) {
            Phase::Prompt(playback) => {
                gather.digits.push(digit);
                self.playback_over(id, &playback, Ending::Broken);
                self.gather_goes_on(id, serial, &mut gather, Step::PromptOver);
            }
            Phase::Digits => self.read_digit(id, serial, &mut gather, digit),
            other => gather.phase = other,
        }
        let over = matches!(gather.phase, Phase::Over);
        self.put_gather(id, gather, over);
        true
    }

    fn read_digit(&mut self, id: ChannelId, serial: u64, gather: &mut Gather, digit: u8) {
        if gather.is_terminator(digit) {
            gather.terminator = Some(digit);
        } else {
            gather.digits.push(digit);
        }
        if gather.terminator.is_some() || gather.digits.len() >= gather.request.most {
            self.gather_goes_on(id, serial, gather, Step::Read(Outcome::Success));
        } else {
            gather.phase = Phase::Digits;
            let wait = gather.request.digit_timeout;
            self.wait_for_digit(id, serial, gather, Some(wait));
        }
    }

    /// The application ends; if that is because the call is over, so does what it was at.
    pub(super) fn gather_over(&mut self, id: ChannelId, gather: &mut Gather) {
        match std::mem::replace(&mut gather.phase, Phase::Over) {
            Phase::Prompt(playback) | Phase::Complaint(playback) => {
                self.playback_over(id, &playback, Ending::Left);
            }
            Phase::Digits => {
                self.note_reading(id, gather, Outcome::Failure);
            }
            Phase::Over => {}
        }
    }
}
