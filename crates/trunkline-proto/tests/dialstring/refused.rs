//! What cannot be said, each with its error.

use std::time::Duration;

use trunkline_proto::dialstring::{
    Application, DialString, DialStringError, Endpoint, Leg, Originate, Variables, application_argument,
    set_argument, uuid_setvar, uuid_setvar_multi,
};

fn null() -> Endpoint {
    Endpoint::null("x").unwrap()
}

#[test]
fn brackets_only_where_they_would_end_the_block() {
    let unbalanced = |value: &str, in_group: bool, in_leg: bool, in_ultra: bool| {
        let dial = || DialString::new(null());
        for (result, refused) in [
            (dial().variable("n", value).map(drop), in_group),
            (Leg::new(null()).variable("n", value).map(drop), in_leg),
            (dial().ultra_variable("n", value).map(drop), in_ultra),
        ] {
            match result {
                Err(DialStringError::Unbalanced { .. }) if refused => {}
                Ok(()) if !refused => {}
                other => panic!("{value}: {other:?}"),
            }
        }
    };
    unbalanced("}", true, false, false);
    unbalanced("{", true, false, false);
    unbalanced("}{", true, false, false);
    unbalanced("{}", false, false, false);
    unbalanced("a]b", false, true, false);
    unbalanced("a>b", false, false, true);
    assert!(Leg::new(null()).variable("n", "a\u{1}b").is_err());
    assert!(Leg::new(null()).variable("n", "a\u{2}b").is_ok());
}

#[test]
fn variables_are_judged_by_where_they_stand() {
    let variables = Variables::new().with("a", "x").unwrap().with("b", "]").unwrap();
    assert!(Leg::new(null()).with_variables(&variables).is_err());
    let dial = DialString::new(null()).with_variables(&variables).unwrap();
    assert_eq!(dial.groups()[0].variables(), &variables);
    let originate = Originate::new(null()).with_variables(&variables).unwrap();
    assert_eq!(*originate.dial_string(), dial);
}

#[test]
fn expansions_everywhere() {
    let x = r"a$\\{b";
    for error in [
        Variables::new().with("n", x).unwrap_err(),
        uuid_setvar("u", "n", x).unwrap_err(),
        set_argument("n", x).unwrap_err(),
        application_argument(x).unwrap_err(),
        Application::new("lua", "${x}").unwrap_err(),
        Endpoint::raw("x/${y}").unwrap_err(),
        Originate::new(null()).extension("${x}", "XML", "default").unwrap_err(),
        Originate::new(null()).caller_id("${x}", "1").unwrap_err(),
    ] {
        assert!(matches!(error, DialStringError::Expansion { .. }), "{error:?}");
    }
}

#[test]
fn words_of_originate() {
    let originate = || Originate::new(null());
    for result in [
        // With no extension the switch runs into an assertion.
        originate().extension("undef", "XML", "default"),
        originate().extension("UnDef", "XML", "default"),
        originate().extension("&park", "XML", "default"),
        originate().extension("1", "undef", "default"),
        originate().extension("1", "XML", "undef"),
        originate().caller_id("undef", "1"),
        originate().caller_id("ARRAY::1", "1"),
        originate().application("lua", r"\'"),
        originate().application("lua", "%[a=b]"),
        originate().application("lua", "%;[a=b]"),
    ] {
        assert!(matches!(result, Err(DialStringError::Reserved { .. })), "{result:?}");
    }
    assert!(matches!(originate().extension("", "XML", "x"), Err(DialStringError::Empty { .. })));
    assert!(matches!(originate().application("lua", "f(1)"), Err(DialStringError::Unsayable { .. })));
    assert!(matches!(originate().application("a b", ""), Err(DialStringError::Character { .. })));
    for timeout in [Duration::ZERO, Duration::from_millis(1500), Duration::from_secs(1 << 31)] {
        assert_eq!(originate().timeout(timeout), Err(DialStringError::Timeout));
    }
}

#[test]
fn addresses() {
    let character = |result: Result<Endpoint, DialStringError>| {
        assert!(matches!(result, Err(DialStringError::Character { .. })), "{result:?}");
    };
    for bad in ["1,user/2", "1|2", "1 2", "1'2", "1\\2", "1]2", "1)2", "1\n2", "1:_:2", "é", "1/2"] {
        character(Endpoint::gateway("gw", bad));
        character(Endpoint::user(bad));
        character(Endpoint::group(bad));
        character(Endpoint::loopback(bad, "default"));
        character(Endpoint::null(bad));
        character(Endpoint::error(bad));
    }
    for bad in ["a,b@c", "a|b@c", "a b@c", "<sip:a@c>", "a'b@c", "a${b}"] {
        character(Endpoint::sofia("internal", bad));
    }
    for bad in ["gw/x", "g w", "gw]"] {
        character(Endpoint::gateway(bad, "1"));
        character(Endpoint::sofia(bad, "1@c"));
    }
    assert!(Endpoint::sofia("gateway", "gw/1").is_err());
    for bad in
        ["", "x", "/x", "[x/y", "{x/y", "<x/y", "^^x/y", "%x/y", " x/y", "x/y ", "x/\n", "x/[", "user/a b"]
    {
        assert!(Endpoint::raw(bad).is_err(), "{bad}");
    }
    assert!(Endpoint::raw("x/;Origination_Nested_Vars=true").is_err());
}

#[test]
fn more_than_fits() {
    let too_many =
        |error: DialStringError| assert!(matches!(error, DialStringError::TooMany { .. }), "{error}");
    let full = |add: fn(DialString) -> Result<DialString, DialStringError>| {
        (1..128).fold(DialString::new(null()), |dial, _| add(dial).unwrap())
    };
    too_many(full(|dial| dial.fork(null())).fork(null()).unwrap_err());
    too_many(full(|dial| dial.failover(null())).failover(null()).unwrap_err());
    too_many(full(|dial| dial.enterprise(null())).enterprise(null()).unwrap_err());
    for separator in [",", "|", ":_:"] {
        assert!(vec!["null/x"; 128].join(separator).parse::<DialString>().is_ok());
        too_many(vec!["null/x"; 129].join(separator).parse::<DialString>().unwrap_err());
    }
    let mut variables = Variables::new();
    (0..64).for_each(|n| variables.set(&format!("n{n}"), "x").unwrap());
    assert!(uuid_setvar_multi("u", &variables).is_ok());
    variables.set("n64", "x").unwrap();
    too_many(uuid_setvar_multi("u", &variables).unwrap_err());
    let dial =
        (0..1024).fold(DialString::new(null()), |dial, n| dial.variable(&format!("n{n}"), "x").unwrap());
    assert_eq!(dial.to_string().parse(), Ok(dial.clone()));
    too_many(dial.variable("n1024", "x").unwrap_err());
}

#[test]
fn ids_of_calls() {
    for bad in ["", "a b", "a'b", "a\\b", "^^:a", "a\nb", "\u{b}a"] {
        assert!(uuid_setvar(bad, "n", "x").is_err(), "{bad}");
        assert!(uuid_setvar_multi(bad, &Variables::new().with("n", "x").unwrap()).is_err(), "{bad}");
    }
    assert!(uuid_setvar_multi("u", &Variables::new()).is_err());
}

#[test]
fn variables_of_all_groups_belong_to_the_first() {
    let other = DialString::new(null()).ultra_variable("n", "x").unwrap();
    assert!(matches!(DialString::new(null()).enterprise(other), Err(DialStringError::Reserved { .. })));
}
