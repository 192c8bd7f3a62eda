//! `say_string`: what is said for a number, a time, and so on, in English (`mod_say_en.c`). Of what there is to say,
//! numbers, digits and times are.

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::text::split_spaces;
use crate::time::Time;

pub(super) const COMMANDS: &[(&str, Command)] = &[("say_string", say_string)];

const USAGE: &str =
    "-ERR Usage: <module_name>[.<ext>] <lang>[.<ext>] <say_type> <say_method> [<say_gender>] <text>\n";

fn say_string(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 6);
    let words: Vec<String> = words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ([module, lang, kind, method, text] | [module, lang, kind, method, _, text]) = words.as_slice()
    else {
        return USAGE.into();
    };
    let (module, own) = module.split_once('.').map_or((*module, None), |(name, ext)| (name, Some(ext)));
    let extension = own.or_else(|| lang.split_once('.').map(|(_, ext)| ext)).unwrap_or("wav");
    let (strip, text) = text.strip_prefix('~').map_or((false, *text), |text| (true, text));
    let files = core.spoken(module, kind, method, text);
    let Some(files) = files.filter(|files| !files.is_empty()) else { return USAGE.into() };
    let files: Vec<String> = files.iter().map(|file| format!("{file}.{extension}")).collect();
    let prefix = if strip { "" } else { "file_string://" };
    format!("{prefix}{}", files.join("!")).into()
}

impl Core {
    /// The files that say a text, without their endings; nothing of a language or a kind that is not known.
    pub(crate) fn spoken(&self, module: &str, kind: &str, method: &str, text: &str) -> Option<Vec<String>> {
        match (module, kind) {
            ("en", "number") if method == "pronounced" => text.parse().ok().map(number),
            ("en", "number" | "name_spelled") => Some(digits(text)),
            ("en", "current_date_time") => Some(date_time(self, text)),
            _ => None,
        }
    }
}

fn digit(number: u64) -> String {
    format!("digits/{number}")
}

fn digits(text: &str) -> Vec<String> {
    text.chars().filter_map(|letter| letter.to_digit(10)).map(|number| digit(number.into())).collect()
}

fn number(number: u64) -> Vec<String> {
    if number == 0 {
        return vec![digit(0)];
    }
    let parts = [(1_000_000, "digits/million"), (1000, "digits/thousand"), (1, "")];
    let mut rest = number;
    let mut files = Vec::new();
    for (size, name) in parts {
        let (count, left) = (rest / size, rest % size);
        rest = left;
        if count > 0 {
            files.extend(below_thousand(count));
            files.extend((!name.is_empty()).then(|| name.to_owned()));
        }
    }
    files
}

fn below_thousand(number: u64) -> Vec<String> {
    let (hundreds, rest) = (number / 100, number % 100);
    let mut files = Vec::new();
    if hundreds > 0 {
        files.extend([digit(hundreds), "digits/hundred".to_owned()]);
    }
    match rest {
        0 => {}
        1..=20 => files.push(digit(rest)),
        _ => {
            files.push(digit(rest / 10 * 10));
            files.extend((rest % 10 > 0).then(|| digit(rest % 10)));
        }
    }
    files
}

/// The day, the date and the time; 0 is now.
fn date_time(core: &Core, text: &str) -> Vec<String> {
    let seconds: u64 = text.parse().unwrap_or(0);
    let time = if seconds == 0 { core.now } else { Time::from_micros(seconds.saturating_mul(1_000_000)) };
    let field = |format: &str| time.formatted(format).parse().unwrap_or(0_u64);
    let weekday = (time.as_secs() / 86_400 + 4) % 7;
    let mut files =
        vec![format!("time/day-{weekday}"), format!("time/mon-{}", field("%m").saturating_sub(1))];
    files.push(format!("digits/h-{}", field("%d")));
    files.extend(number(field("%Y")));
    files.extend(number(field("%I")));
    match field("%M") {
        0 => files.push("time/oclock".into()),
        minute if minute < 10 => files.extend(["time/oh".to_owned(), digit(minute)]),
        minute => files.extend(below_thousand(minute)),
    }
    let half = if field("%H") < 12 { "time/a-m" } else { "time/p-m" };
    files.push(half.into());
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (value, files) in [
            (0, "0"),
            (42, "40 2"),
            (20, "20"),
            (117, "1 hundred 17"),
            (2026, "2 thousand 20 6"),
            (1_000_001, "1 million 1"),
        ] {
            let said: Vec<String> = number(value).iter().map(|file| file.replace("digits/", "")).collect();
            assert_eq!(said.join(" "), files, "{value}");
        }
    }
}
