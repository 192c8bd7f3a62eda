//! What a dialplan has a call do.

use proptest::prelude::*;

use super::*;
use crate::config::SwitchConfig;
use crate::time::Time;

/// A switch with a call to 7 from Bob, and the call. It is Friday, 23:56.
fn call() -> (Core, ChannelId) {
    let mut core = Core::new(SwitchConfig::default(), Time::parse("2026-11-20 23:56:00").unwrap());
    let call = core.new_call();
    core.run_call(call, b"originate {origination_uuid=x,v=abc}null/7 &park() XML default Bob 100");
    let id = core.channels.find(b"x").unwrap();
    (core, id)
}

/// The applications that an extension of these conditions comes to.
fn found(extensions: &str) -> Option<String> {
    let (mut core, id) = call();
    let dialplan = Dialplan::parse(&format!("<context name=\"default\">{extensions}</context>")).unwrap();
    let actions = core.hunt_in(id, dialplan.context(b"default").unwrap())?;
    let shown = actions.iter().map(|action| format!("{}({})", action.app, action.data.escape_ascii()));
    Some(shown.collect::<Vec<_>>().join(" "))
}

fn a(name: &str) -> String {
    format!("<action application=\"{name}\"/><anti-action application=\"not_{name}\"/>")
}

fn condition(attributes: &str, inside: &str) -> String {
    format!("<condition {attributes}>{inside}</condition>")
}

const YES: &str = "field=\"destination_number\" expression=\"^7$\"";
const NO: &str = "field=\"destination_number\" expression=\"^8$\"";

#[test]
fn conditions_and_breaks() {
    let two = |first: &str, stop: &str, second: &str| {
        let first = condition(&format!("{first} {stop}"), &a("a"));
        found(&format!("<extension>{first}{}</extension>", condition(second, &a("b"))))
    };
    for (first, stop, second, actions) in [
        (YES, "", YES, "a() b()"),
        (NO, "", YES, "not_a()"),
        (NO, "break=\"never\"", YES, "not_a() b()"),
        (YES, "break=\"on-true\"", YES, "a()"),
        (NO, "break=\"on-true\"", YES, "not_a() b()"),
        (YES, "break=\"always\"", NO, "a()"),
        (YES, "break=\"nonsense\"", NO, "a() not_b()"),
        ("", "", YES, "a() b()"),
        ("hour=\"22-5\"", "", YES, "a() b()"),
        ("hour=\"9-17\"", "", YES, "not_a()"),
        // Where a field fits, the time does not matter.
        (YES, "hour=\"9-17\"", YES, "a() b()"),
        ("field=\"${v:1}\" expression=\"^bc$\"", "", NO, "a() not_b()"),
        ("field=\"nosuch\" expression=\"^$\"", "", NO, "a() not_b()"),
        ("field=\"v\" expression=\"abc\"", "", NO, "not_a()"),
    ] {
        assert_eq!(two(first, stop, second).as_deref(), Some(actions), "{first} {stop} {second}");
    }
}

#[test]
fn captures_inline_and_loops() {
    for (inside, actions) in [
        (
            "<condition field=\"destination_number\" expression=\"^(\\d)$\"><action application=\"a\" data=\"$1$0\"/></condition>",
            "a(77)",
        ),
        (
            "<condition field=\"destination_number\" expression=\"^\\d$\"><action application=\"a\" data=\"$1\"/></condition>",
            "a($1)",
        ),
        (
            "<condition field=\"destination_number\"><expression>^(7)</expression><action application=\"a\">text $1</action></condition>",
            "a(text 7)",
        ),
        (
            "<condition><action application=\"a\" loop=\"2\"/><action application=\"b\" loop=\"0\"/></condition>",
            "a() a()",
        ),
        (
            "<condition><action application=\"set\" data=\"w=1\" inline=\"true\"/></condition><condition field=\"${w}\" expression=\"1\"><action application=\"a\"/></condition>",
            "a()",
        ),
        (
            "<condition><action application=\"sleep\" data=\"1\" inline=\"true\"/><action application=\"a\"/></condition>",
            "a()",
        ),
        (
            "<condition field=\"${v}\" expression=\"(b)\"/><condition field=\"${DP_MATCH}\" expression=\"b\\|:b\"><action application=\"a\"/></condition>",
            "a()",
        ),
    ] {
        assert_eq!(found(&format!("<extension>{inside}</extension>")).as_deref(), Some(actions), "{inside}");
    }
}

#[test]
fn several_checks() {
    let check = |fits: bool| if fits { format!("<regex {YES}/>") } else { format!("<regex {NO}/>") };
    for (how, first, second, actions) in [
        ("all", true, true, "a()"),
        ("all", true, false, "not_a()"),
        ("any", false, true, "a()"),
        ("any", false, false, "not_a()"),
        ("xor", true, false, "a()"),
        ("xor", true, true, "not_a()"),
    ] {
        let inside = format!("{}{}{}", check(first), check(second), a("a"));
        let extension = format!("<extension>{}</extension>", condition(&format!("regex=\"{how}\""), &inside));
        assert_eq!(found(&extension).as_deref(), Some(actions), "{how} {first} {second}");
    }
}

#[test]
fn nesting_and_going_on() {
    let nested = |attributes: &str, inner: &str| {
        let inside = format!("{}{}", a("a"), condition(inner, &a("b")));
        format!("<extension>{}{}</extension>", condition(attributes, &inside), condition(YES, &a("c")))
    };
    for (attributes, inner, actions) in [
        (YES, YES, "a() b() c()"),
        (NO, YES, "not_a()"),
        // An anti-action lets the outer one go on.
        (YES, NO, "a() not_b() c()"),
    ] {
        assert_eq!(found(&nested(attributes, inner)).as_deref(), Some(actions), "{attributes} {inner}");
    }
    let extension = |attributes: &str, condition: &str, app: &str| {
        format!(
            "<extension {attributes}><condition {condition}><action application=\"{app}\"/></condition></extension>"
        )
    };
    let three =
        [extension("continue=\"true\"", YES, "a"), extension("", NO, "b"), extension("", "", "c")].concat();
    assert_eq!(found(&three).as_deref(), Some("a() c()"));
    assert_eq!(found(&extension("", YES, "a").repeat(2)).as_deref(), Some("a()"));
    assert_eq!(found(&extension("", NO, "a")), None);
}

#[test]
fn contexts_are_found_in_any_document() {
    let context = "<context name=\"Default\"><extension/></context><context name=\"global\"/>";
    for text in [
        context.to_owned(),
        format!("<section name=\"dialplan\">{context}</section>"),
        format!(
            "<document type=\"freeswitch/xml\"><section name=\"x\"/><section name=\"dialplan\">{context}</section></document>"
        ),
    ] {
        let dialplan = Dialplan::parse(&text).unwrap();
        let extensions = |name: &[u8]| dialplan.context(name).map(|context| context.extensions.len());
        assert_eq!([extensions(b"default"), extensions(b"other")], [Some(1), Some(0)], "{text}");
    }
    assert!(Dialplan::parse("<context").is_err());
    assert!(Dialplan::default().context(b"default").is_some_and(|context| context.extensions.len() > 30));
}

/// Pieces that mean something to a dialplan, put together at random.
const PIECES: &str = "(<extension name=\"e\">|</extension>|<condition field=\"destination_number\" expression=\"\
                      (\\(7\\)|\\^7|\\[|\\$\\{v\\}|_X|/7/i|)\">|</condition>|<condition regex=\"xor\">|<condition hour=\"-\">|\
                      <regex field=\"ani\" expression=\"\\(\"/>|<action application=\"set\" data=\"\\$1=\\$\\{1\\$\" inline=\"true\"/>|\
                      <anti-action application=\"\" loop=\"-3\"/>|<action/>|\\PC){0,30}";

proptest! {
    #[test]
    fn no_dialplan_panics(text in PIECES) {
        let (mut core, id) = call();
        if let Ok(dialplan) = Dialplan::parse(&format!("<context name=\"default\">{text}</context>"))
            && let Some(context) = dialplan.context(b"default")
        {
            let _ = core.hunt_in(id, context);
        }
    }
}
