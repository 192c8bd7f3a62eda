//! What `switch_separate_string` of a built libfreeswitch made of some texts.

use trunkline_proto::dialstring::tokenizer::{find_close, separate};

type Vector = (&'static str, char, usize, &'static [&'static str]);

const VECTORS: &[Vector] = &[
    ("a,b,,c,", ',', 10, &["a", "b", "", "c"]),
    (",a", ',', 10, &["", "a"]),
    ("", ',', 10, &[]),
    ("  a b , c ", ',', 10, &["a b", "c"]),
    ("'a,b',c", ',', 10, &["a,b", "c"]),
    ("a'b,c'd,e", ',', 10, &["ab,cd", "e"]),
    ("O'Brien,x", ',', 10, &["O'Brien", "x"]),
    ("O'Brien,D'Arcy,z", ',', 10, &["OBrien,DArcy", "z"]),
    (r"a\,b,c", ',', 10, &["a,b", "c"]),
    (r"a\\,b", ',', 10, &[r"a\", "b"]),
    (r"a\nb\sc\td\re", ',', 10, &["a\nb c\td\re"]),
    (r"a\xb", ',', 10, &[r"a\xb"]),
    (r"a\'b,c", ',', 10, &["a'b", "c"]),
    ("' x ',y", ',', 10, &[" x ", "y"]),
    ("''", ',', 10, &[""]),
    ("a  '',b ", ',', 10, &["a  ", "b"]),
    ("' a' b ,c", ',', 10, &[" a b", "c"]),
    (r"a \s ,b", ',', 10, &["a  ", "b"]),
    ("a=b=c", '=', 2, &["a", "b=c"]),
    ("a=", '=', 2, &["a"]),
    (r"a\=b=c", '=', 2, &["a=b", "c"]),
    ("^^:a,b:c", ',', 10, &["a,b", "c"]),
    ("^^:", ',', 10, &["^^:"]),
    (r#""a,b",c"#, ',', 10, &[r#""a"#, r#"b""#, "c"]),
    (r#"\"a"#, ',', 10, &[r#""a"#]),
    ("a b  c", ' ', 10, &["a", "b", "c"]),
    ("'a b' c", ' ', 10, &["a b", "c"]),
    ("O'Brien x y", ' ', 10, &["O'Brien x y"]),
    (r"a\ b c", ' ', 10, &[r"a\ b", "c"]),
    (r"a\sb c", ' ', 10, &["a b", "c"]),
    (r"x 'a\'b c' d", ' ', 10, &["x", "a'b c", "d"]),
    ("a b c d", ' ', 2, &["a", "b c d"]),
];

#[test]
fn tokens() {
    for (text, delimiter, most, tokens) in VECTORS {
        let cut = separate(text.as_bytes(), u8::try_from(*delimiter).unwrap(), *most).unwrap();
        let cut: Vec<&str> = cut.iter().map(|token| std::str::from_utf8(token).unwrap()).collect();
        assert_eq!(cut, *tokens, "{text}");
    }
}

#[test]
fn a_lone_backslash_is_an_error_where_the_switch_reads_past_it() {
    assert!(separate(br"a\", b',', 10).is_err());
    assert!(separate(br"a \", b' ', 10).is_err());
    // The last token is not searched.
    assert_eq!(separate(br"a,b\", b',', 2).unwrap(), [b"a".as_slice(), br"b\"]);
}

#[test]
fn brackets_are_counted_and_nothing_else() {
    for (text, close) in [
        ("{a}", Some(2)),
        ("  {a}", Some(4)),
        ("{a{b}c}d}", Some(6)),
        ("{'}'}", Some(2)),
        (r"{\}}", Some(2)),
        ("{a", None),
        ("a}", None),
        ("}", None),
        ("", None),
    ] {
        assert_eq!(find_close(text.as_bytes(), b'{', b'}'), close, "{text}");
    }
}
