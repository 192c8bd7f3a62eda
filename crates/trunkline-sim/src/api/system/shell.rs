//! The few programs that print the same wherever they run, as `/bin/sh` of Debian has them.

use crate::text::split_spaces;

/// What a command line prints; `None` if that is not known. Without a shell, it is split as the core splits words.
pub(super) fn output(line: &str, by_shell: bool) -> Option<String> {
    if !by_shell {
        let words = split_spaces(line.as_bytes(), 64);
        return program(
            &words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect::<Vec<_>>(),
        );
    }
    match line.split_once(" | tr ") {
        Some((zeros, letters)) => {
            let [from, to] = words(letters)?.try_into().ok()?;
            let is_one = from == r"\0" && to.chars().count() == 1 && to != r"\";
            is_one.then(|| program(&words(zeros)?)).flatten().map(|zeros| zeros.replace('\0', &to))
        }
        None => program(&words(line)?),
    }
}

fn program(words: &[String]) -> Option<String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["true" | "false", ..] => Some(String::new()),
        // Shells differ in what a backslash means to it.
        ["echo", words @ ..] if !words.iter().any(|word| word.contains('\\')) => Some(match words {
            ["-n", words @ ..] => words.join(" "),
            words => words.join(" ") + "\n",
        }),
        ["printf", format] => printf(format),
        ["head", "-c", count, "/dev/zero"] => zeros(count),
        _ => None,
    }
}

/// Most bytes that are printed: a megabyte.
const MOST: usize = 1 << 20;

fn zeros(count: &str) -> Option<String> {
    let count = count.parse().ok().filter(|count| *count <= MOST)?;
    Some("\0".repeat(count))
}

/// A format without values to put in.
fn printf(format: &str) -> Option<String> {
    let mut out = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        out.push(match (letter, letter == '\\' || letter == '%') {
            (letter, false) => letter,
            ('%', _) => letters.next().filter(|next| *next == '%')?,
            _ => match letters.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '\\' => '\\',
                '"' => '"',
                _ => return None,
            },
        });
    }
    Some(out)
}

/// The words a shell makes of a line; `None` where it would do more with it than take quotes away.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' => words.extend(word.take()),
            '\'' => word.get_or_insert_default().push_str(&single_quoted(&mut letters)?),
            '"' => word.get_or_insert_default().push_str(&double_quoted(&mut letters)?),
            '\\' => word.get_or_insert_default().push(letters.next()?),
            letter if "|&;<>()$`*?[]#~={}!\n".contains(letter) => return None,
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    Some(words)
}

fn single_quoted(letters: &mut std::str::Chars<'_>) -> Option<String> {
    let (quoted, rest) = letters.as_str().split_once('\'')?;
    *letters = rest.chars();
    Some(quoted.to_owned())
}

fn double_quoted(letters: &mut std::str::Chars<'_>) -> Option<String> {
    let mut quoted = String::new();
    loop {
        match letters.next()? {
            '"' => return Some(quoted),
            '$' | '`' => return None,
            '\\' => match letters.next()? {
                '\n' => {}
                next if "\"\\$`".contains(next) => quoted.push(next),
                next => quoted.extend(['\\', next]),
            },
            letter => quoted.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_programs_print_what_they_would() {
        for (line, printed) in [
            ("true", Some("")),
            ("false", Some("")),
            ("echo hello", Some("hello\n")),
            ("echo", Some("\n")),
            ("echo -n hi", Some("hi")),
            (r#"echo "a  b"  'c "d"' \e"#, Some("a  b c \"d\" e\n")),
            (r"echo a\nb", Some("anb\n")),
            (r"echo 'a\nb'", None),
            (r#"printf "a\n\nb\n""#, Some("a\n\nb\n")),
            (r#"printf "a\\nb""#, Some("a\nb")),
            ("printf 100%%", Some("100%")),
            ("printf %s hi", None),
            ("printf %s", None),
            (r"printf '\101'", None),
            (r#"head -c 4 /dev/zero | tr "\0" "x""#, Some("xxxx")),
            ("head -c 2 /dev/zero", Some("\0\0")),
            ("head -c 99999999 /dev/zero", None),
            ("head -c 2 /dev/zero | wc", None),
            ("echo $HOME", None),
            ("echo \"$HOME\"", None),
            ("echo a; rm b", None),
            ("echo a > b", None),
            ("echo 'a", None),
            ("uname", None),
        ] {
            assert_eq!(output(line, true).as_deref(), printed, "{line}");
        }
    }

    #[test]
    fn without_a_shell_quotes_are_letters() {
        assert_eq!(output(r#"echo "a  b" $c"#, false).as_deref(), Some("\"a b\" $c\n"));
        assert_eq!(output("head -c 1 /dev/zero | tr", false), None);
    }
}
