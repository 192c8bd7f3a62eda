//! Texts of all that is special.

use proptest::prelude::*;

/// What texts are made of: pieces of syntax, and what they are made of.
#[rustfmt::skip]
pub(crate) const PIECES: &[&str] = &[
    "'", "\\", ",", "=", "|", ";", ":_:", "_:", ":", "_", "^^", "^", "$", "$$", " ", "  ", "\n", "\r", "\t", "\u{b}",
    "{", "}", "[", "]", "<", ">", "(", ")", "\"", "\\'", "\\s", "\\n", "\\,", "%[", "%", "undef", "&", "/", "|:", "abc",
    "17", "origination_nested_vars=true", "{a=1}", "[b=2]", "<c=3>", "é", "日本", "😀", "\u{2}", "\u{1b}", "\u{7f}",
];

/// Values, some of which are refused.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        16 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["${", "ARRAY::", "\0", "\u{1}"]).prop_map(str::to_owned),
        8 => "[a-z0-9]{1,4}",
        2 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

pub(crate) fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-d]", 2 => "[a-zA-Z_][a-z0-9_.:-]{0,8}", 1 => text()]
}

pub(crate) fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec((name(), text()), 0..4)
}

/// Addresses, most of them right.
pub(crate) fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => "sofia/gateway/[a-z]{1,3}/[0-9+*#]{1,5}",
        2 => "user/[0-9]{4}(@[a-z.]{1,5})?",
        1 => "loopback/[0-9]{1,4}/default",
        1 => "null/[a-z]{1,3}",
        1 => "error/USER_BUSY",
        1 => "sofia/internal/[0-9]{4}@[\\[]::1[\\]]:5060",
        3 => text().prop_map(|text| format!("x/{text}")),
        1 => (text(), text()).prop_map(|(a, b)| format!("{a}/{b}")),
    ]
}
