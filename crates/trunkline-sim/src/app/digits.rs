//! Applications about digits: sending them, and asking for them (`read_function` and
//! `play_and_get_digits_function` in `mod_dptools.c`, `switch_ivr_read` and `switch_play_and_get_digits` in
//! `src/switch_ivr_play_say.c`).

use std::time::Duration;

use fancy_regex::Regex;

use super::media::{Playback, length};
use super::{Activity, Application, Ending, Progress};
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::text::split_spaces;

pub(super) const APPLICATIONS: &[(&str, Application)] = &[
    ("send_dtmf", send_dtmf),
    ("queue_dtmf", queue_dtmf),
    ("flush_dtmf", nothing),
    ("start_dtmf", nothing),
    ("stop_dtmf", nothing),
    ("start_dtmf_generate", nothing),
    ("stop_dtmf_generate", nothing),
    ("read", read),
    ("play_and_get_digits", play_and_get_digits),
];

/// Digits that are asked for.
#[derive(Debug)]
pub(crate) struct Gather {
    request: Request,
    digits: Vec<u8>,
    terminator: Option<u8>,
    tries: u64,
    /// What is being played.
    prompt: Option<Playback>,
    /// Whether that is for an input that was no good.
    is_complaint: bool,
    /// What came meanwhile, for the next try.
    early: Vec<u8>,
    /// Counts what it has waited for; tells the timer of now from earlier ones.
    step: u64,
}

/// What digits are wanted.
#[derive(Debug, Default)]
struct Request {
    least: usize,
    most: usize,
    timeout: Duration,
    digit_timeout: Duration,
    terminators: Vec<u8>,
    prompt: Vec<u8>,
    complaint: Vec<u8>,
    variable: String,
    pattern: Option<Regex>,
}

/// The shortest timeout there is.
const SHORTEST: u64 = 1000;

fn send_dtmf(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    core.send_digits(id, data);
    Progress::Done
}

fn queue_dtmf(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    core.press(id, data);
    Progress::Done
}

/// Digits are heard as they come: none wait to be forgotten, and none are in the sound.
fn nothing(_: &mut Core, _: ChannelId, _: &[u8]) -> Progress {
    Progress::Done
}

fn number(word: Option<&Vec<u8>>) -> u64 {
    word.and_then(|word| std::str::from_utf8(word).ok()?.parse().ok()).unwrap_or(0)
}

fn size(word: Option<&Vec<u8>>) -> usize {
    usize::try_from(number(word)).unwrap_or_default()
}

fn text(word: Option<&Vec<u8>>) -> Vec<u8> {
    word.filter(|word| !word.eq_ignore_ascii_case(b"none")).cloned().unwrap_or_default()
}

/// `silence` is nothing to be played.
fn prompt(word: Option<&Vec<u8>>) -> Vec<u8> {
    let file = text(word);
    if file.eq_ignore_ascii_case(b"silence") { Vec::new() } else { file }
}

fn terminators(word: Option<&Vec<u8>>) -> Vec<u8> {
    match word {
        Some(word) if !word.is_empty() => text(Some(word)),
        _ => b"#".to_vec(),
    }
}

/// `<least> <most> <file> <variable> <timeout> <terminators> [<digit timeout>]`
fn read(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 7);
    let timeout = Duration::from_millis(number(words.get(4)).max(SHORTEST));
    let digit_timeout = number(words.get(6));
    let least = size(words.first()).max(1);
    let request = Request {
        least,
        most: size(words.get(1)).max(least),
        timeout,
        digit_timeout: if digit_timeout == 0 { timeout } else { Duration::from_millis(digit_timeout) },
        terminators: terminators(words.get(5)),
        prompt: prompt(words.get(2)),
        complaint: Vec::new(),
        variable: String::from_utf8_lossy(&text(words.get(3))).into_owned(),
        pattern: None,
    };
    core.gather(id, request, 1)
}

/// `<least> <most> <tries> <timeout> <terminators> <file> <file for bad input> <variable> <pattern> [<digit timeout>]`
fn play_and_get_digits(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 16);
    if words.len() < 8 {
        return Progress::Done;
    }
    let timeout = Duration::from_millis(number(words.get(3)).max(SHORTEST));
    let digit_timeout = number(words.get(9));
    let pattern = String::from_utf8_lossy(&text(words.get(8))).into_owned();
    let least = size(words.first());
    let request = Request {
        least,
        most: size(words.get(1)).max(least).max(1),
        timeout,
        digit_timeout: if digit_timeout == 0 { timeout } else { Duration::from_millis(digit_timeout) },
        terminators: terminators(words.get(4)),
        prompt: prompt(words.get(5)),
        complaint: text(words.get(6)),
        variable: String::from_utf8_lossy(&text(words.get(7))).into_owned(),
        pattern: Regex::new(&pattern).ok().filter(|_| !pattern.is_empty()),
    };
    core.gather(id, request, number(words.get(2)).max(1))
}

impl Core {
    fn gather(&mut self, id: ChannelId, request: Request, tries: u64) -> Progress {
        if let Some(channel) = self.channels.get_mut(id).filter(|_| request.pattern.is_some()) {
            channel.variables.remove(format!("{}_invalid", request.variable).as_bytes());
        }
        if self.config.is_missing(&request.prompt) {
            if let Some(channel) = self.channels.get_mut(id) {
                channel.variables.remove(b"read_result");
                channel.variables.remove(request.variable.as_bytes());
            }
            return Progress::Done;
        }
        let mut gather = Gather {
            request,
            digits: Vec::new(),
            terminator: None,
            tries,
            prompt: None,
            is_complaint: false,
            early: Vec::new(),
            step: 0,
        };
        self.ask(id, self.current_serial(id), &mut gather, false);
        Progress::Waits(Activity::Gather(Box::new(gather)))
    }

    /// Plays what is to be played, or waits for digits where that is nothing.
    fn ask(&mut self, id: ChannelId, serial: u64, gather: &mut Gather, complains: bool) {
        let file = if complains { &gather.request.complaint } else { &gather.request.prompt };
        let file = file.clone();
        if let Some(channel) = self.channels.get_mut(id).filter(|_| !complains) {
            for name in [gather.request.variable.as_str(), "read_result"] {
                channel.variables.remove(name.as_bytes());
            }
        }
        gather.is_complaint = complains;
        let wait = if file.is_empty() {
            if complains { Some(Duration::ZERO) } else { Some(gather.request.timeout) }
        } else {
            gather.prompt = Some(self.start_playback(id, &file));
            length(&file)
        };
        self.wait_for_digit(id, serial, gather, wait);
    }

    fn wait_for_digit(&mut self, id: ChannelId, serial: u64, gather: &mut Gather, wait: Option<Duration>) {
        gather.step += 1;
        if let Some(wait) = wait {
            let step = gather.step;
            self.after(wait, Task::Gather { channel: id, serial, step });
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
        }
    }

    /// A break ends what is played for digits, and not the waiting for them; whether digits are asked for.
    pub(super) fn break_prompt(&mut self, id: ChannelId) -> bool {
        let Some((serial, gather)) = self.take_gather(id) else { return false };
        let (step, plays) = (gather.step, gather.prompt.is_some());
        self.put_gather(id, gather, false);
        if plays {
            self.gather_timeout(id, serial, step);
        }
        true
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
        let over = match gather.prompt.take() {
            Some(prompt) => {
                self.playback_over(id, &prompt, Ending::Done);
                gather.is_complaint && self.try_again(id, serial, &mut gather)
            }
            None if gather.is_complaint => self.try_again(id, serial, &mut gather),
            None => return self.judge(id, serial, gather, "timeout"),
        };
        if !over && gather.prompt.is_none() && !gather.is_complaint {
            let timeout = gather.request.timeout;
            self.wait_for_digit(id, serial, &mut gather, Some(timeout));
        }
        self.put_gather(id, gather, over);
    }

    /// Asks once more, if it may; true if it may not.
    fn try_again(&mut self, id: ChannelId, serial: u64, gather: &mut Gather) -> bool {
        gather.tries = gather.tries.saturating_sub(1);
        if gather.tries == 0 {
            return true;
        }
        gather.digits = std::mem::take(&mut gather.early);
        gather.terminator = None;
        self.ask(id, serial, gather, false);
        false
    }

    /// Decides whether what has come is what was wanted; `result` is how waiting for it ended.
    fn judge(&mut self, id: ChannelId, serial: u64, mut gather: Box<Gather>, result: &str) {
        if self.take_digits(id, &gather, result) {
            return self.put_gather(id, gather, true);
        }
        if gather.tries > 1 || !gather.request.complaint.is_empty() {
            self.ask(id, serial, &mut gather, true);
            return self.put_gather(id, gather, false);
        }
        self.put_gather(id, gather, true);
    }

    /// Puts down what has come in the channel's variables; whether it is what was wanted.
    fn take_digits(&mut self, id: ChannelId, gather: &Gather, result: &str) -> bool {
        let Some(channel) = self.channels.get_mut(id) else { return false };
        let (request, digits) = (&gather.request, &gather.digits);
        let enough = digits.len() >= request.least;
        if let Some(terminator) = gather.terminator {
            channel.variables.set("read_terminator_used", [terminator]);
        }
        channel.variables.set("read_result", if enough { result } else { "failure" });
        if digits.is_empty() {
            // Whichever entry it is of: nothing unsets it.
            return enough && channel.variables.get(b"read_terminator_used").is_some();
        }
        channel.variables.set(&request.variable, digits);
        let text = String::from_utf8_lossy(digits);
        let fits = request.pattern.as_ref().is_none_or(|pattern| pattern.is_match(&text).unwrap_or(false));
        if enough && !fits {
            channel.variables.remove(request.variable.as_bytes());
            channel.variables.set(format!("{}_invalid", request.variable), digits);
        }
        enough && fits
    }

    /// The application that runs hears a digit.
    pub(crate) fn application_hears(&mut self, id: ChannelId, digit: u8) {
        if self.conference_hears(id, digit) || self.eavesdropper_hears(id, digit) {
            return;
        }
        if let Some((serial, gather)) = self.take_gather(id) {
            return self.gather_digit(id, serial, gather, digit);
        }
        let stops = self.channel_variable(id, b"playback_terminators").unwrap_or(b"*");
        let ends = stops == b"any" || (stops != b"none" && stops.contains(&digit));
        let Some(channel) = self.channels.get_mut(id) else { return };
        let Some(running) = channel.running_apps.last_mut().filter(|_| ends) else { return };
        if running.heeds_digits() {
            running.over = true;
            running.started.broken = true;
            channel.variables.set("playback_terminator_used", [digit]);
            self.wake(id);
        }
    }

    fn gather_digit(&mut self, id: ChannelId, serial: u64, mut gather: Box<Gather>, digit: u8) {
        if gather.is_complaint {
            if !gather.request.terminators.contains(&digit) {
                gather.early.push(digit);
            }
            return self.put_gather(id, gather, false);
        }
        if let Some(prompt) = gather.prompt.take() {
            self.playback_over(id, &prompt, Ending::Broken);
        }
        if gather.request.terminators.contains(&digit) {
            gather.terminator = Some(digit);
            return self.judge(id, serial, gather, "success");
        }
        gather.digits.push(digit);
        if gather.digits.len() >= gather.request.most {
            return self.judge(id, serial, gather, "success");
        }
        let wait = gather.request.digit_timeout;
        self.wait_for_digit(id, serial, &mut gather, Some(wait));
        self.put_gather(id, gather, false);
    }

    /// What was still being played ends with it.
    pub(super) fn gather_over(&mut self, id: ChannelId, gather: &Gather) {
        if let Some(prompt) = &gather.prompt {
            self.playback_over(id, prompt, Ending::Left);
        }
    }
}
