//! Dial strings as people write them, and those that mean what no value can hold.

use trunkline_proto::dialstring::{
    Bridge, DialString, DialStringError, Endpoint, EndpointKind, Originate, Target,
};

/// Text, and how we write the same.
#[test]
fn read_and_written() {
    for (text, ours) in [
        ("user/1000", "user/1000"),
        ("  user/1000 ", "user/1000"),
        ("{a=1}user/1000", "{a=1}user/1000"),
        ("{a=1}{b=2}user/1000", "{a=1,b=2}user/1000"),
        ("{a=1,A=2}user/1000", "{A=2}user/1000"),
        ("{a=1,,b=2,}user/1000", "{a=1,b=2}user/1000"),
        ("{}user/1000", "user/1000"),
        ("{a = 1 , b='x, y'} user/1000", r"{a=1,b=x\,\\sy}user/1000"),
        ("{^^:a=1,2:b=3}user/1000", r"{a=1\,2,b=3}user/1000"),
        (r"[a=1,b=2]user/1000,[c=\'x,y\']user/1001", r"[^^;a=1;b=2]user/1000,[^^;c=x\\,y]user/1001"),
        ("[^^:a=1,2:b=3]user/1000", r"[^^;a=1\\,2;b=3]user/1000"),
        ("user/1000|user/1001,user/1002", "user/1000|user/1001,user/1002"),
        ("<a=1>{b=2}user/1000:_:{c=3}user/1001", "<a=1>{b=2}user/1000:_:{c=3}user/1001"),
        ("user/1:_: {a=1}user/2", "user/1:_:{a=1}user/2"),
        (r"x/it\'s,[a=1,b=2]user/1", r"x/it\\\'s,[^^;a=1;b=2]user/1"),
        ("{a=x{y}z}user/1000", "{a=x{y}z}user/1000"),
        ("sofia/internal/1000@[::1]:5060", "sofia/internal/1000@[::1]:5060"),
        ("loopback/9664,sofia/gateway/p::gw/1", "loopback/9664,sofia/gateway/p::gw/1"),
        (
            "sofia/internal/sip:1000@10.0.0.1;transport=tcp;fs_path=sip:1.2.3.4",
            "sofia/internal/sip:1000@10.0.0.1;transport=tcp;fs_path=sip:1.2.3.4",
        ),
    ] {
        let dial: DialString = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(dial.to_string(), ours, "{text}");
        assert_eq!(ours.parse(), Ok(dial), "{text}");
    }
}

#[test]
fn refused() {
    for text in [
        "",
        " ",
        "{a=1}",
        "{a=1user/1000",
        "{a}user/1000",
        "{a=}user/1000",
        "{a=1} {b=2}user/1000",
        "{a=1}{{b=2}}user/1000",
        "{a b=1}user/1000",
        "{a[0]=1}user/1000",
        "{a=ARRAY::1|:2}user/1000",
        "{a=${b}}user/1000",
        "{a=x:_:y}user/1000",
        "<a=x:_:y>user/1000",
        "{^^}user/1000",
        "[a=1] [b=2]user/1000",
        "[a=1user/1000",
        // The cut at `|` takes the quotes away.
        "[c='x,y']user/1000",
        "user/1000,,user/1001",
        "user/1000||user/1001",
        "user/1000:_:",
        "user/1000:_:<a=1>user/1001",
        "1000",
        "user/",
        "user/${number}",
        "group/x)}${system(y)",
        "user/1000\\",
        "x/a\0",
        "x/\u{1}",
        "x/a[b",
    ] {
        assert!(text.parse::<DialString>().is_err(), "{text}");
    }
}

#[test]
fn originates() {
    for (text, ours) in [
        ("user/1000 &park", "user/1000 &park()"),
        ("originate user/1000 &park()\n", "user/1000 &park()"),
        ("user/1000 1234", "user/1000 1234 XML default"),
        ("user/1000 1234 undef public", "user/1000 1234 XML public"),
        ("user/1000 &echo XML default Alice 100 30", "user/1000 &echo() undef undef Alice 100 30"),
        (
            "user/1000 &echo XML default 'Alice A' UNDEF 030",
            r"user/1000 &echo() undef undef Alice\sA undef 30",
        ),
        ("{a='x y'}user/1000 &bridge(user/1001)", r"{a=x\\\\sy}user/1000 &bridge(user/1001)"),
        ("user/1000 '&playback(/tmp/a b.wav)'", r"user/1000 &playback(/tmp/a\sb.wav)"),
        ("user/1000 &record(/tmp/${uuid}.wav)", "user/1000 &record(/tmp/${uuid}.wav)"),
        ("user/1000 'set:a=b,park:' inline", "user/1000 set:a=b,park: inline default"),
        ("user/1000 'm:;:set:a=b,c;park:' inline", "user/1000 m:;:set:a=b,c;park: inline default"),
    ] {
        let originate: Originate = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(originate.to_string(), ours, "{text}");
    }
    for text in [
        "",
        "user/1000",
        "user/1000 undef",
        "user/1000 ''",
        "undef &park",
        "user/1000 &",
        "user/1000 &park()x",
        "user/1000 &(x)",
        "user/1000 1 2 3 4 5 6 7",
        "user/1000 &park XML default a b 0",
        "user/1000 &park XML default a b soon",
        "user/1000 &park XML default a b 2147483648",
        // Eaten by an apostrophe, as on the switch.
        "{n=O'Brien}user/1000 &park()",
        r"user/1000 &lua(a\\\'b)",
    ] {
        assert!(text.parse::<Originate>().is_err(), "{text}");
    }
}

#[test]
fn quotes_of_a_dialplan_vanish_a_layer_early_in_originate() {
    let error = "{n='a,b',m=2}user/1000 &park()".parse::<Originate>();
    assert!(matches!(error, Err(DialStringError::Unreadable { .. })), "`b` has no value: {error:?}");
    let bridge: Bridge = "{n='a,b',m=2}user/1000".parse().unwrap();
    assert_eq!(bridge.dial_string().groups()[0].variables().get("n"), Some("a,b"));
}

#[test]
fn a_bridge_is_expanded_first() {
    let bridge: Bridge = r"{n=\\'a}user/1000".parse().unwrap();
    assert_eq!(bridge.dial_string().groups()[0].variables().get("n"), Some("'a"));
    assert!("user/${dialed_user}@${domain}".parse::<Bridge>().is_err());
}

#[test]
fn kinds() {
    let kind = |text: &'static str| {
        let originate: Originate = format!("{text} 1 XML x").parse().unwrap();
        assert!(matches!(originate.target(), Target::Extension { .. }));
        format!("{:?}", originate.dial_string().groups()[0].attempts().next().unwrap()[0].endpoint().kind())
    };
    for (text, named) in [
        ("sofia/gateway/gw/1", EndpointKind::Gateway { gateway: "gw", number: "1" }),
        ("sofia/p/1@h", EndpointKind::Sofia { profile: "p", destination: "1@h" }),
        ("user/1@h", EndpointKind::User { user: "1@h" }),
        ("group/g", EndpointKind::Group { group: "g" }),
        ("loopback/1/c", EndpointKind::Loopback { extension: "1/c" }),
        ("null/x", EndpointKind::Null { name: "x" }),
        ("error/USER_BUSY", EndpointKind::Error { cause: "USER_BUSY" }),
        ("freetdm/1/a/1", EndpointKind::Other { endpoint: "freetdm", address: "1/a/1" }),
        ("sofia/x", EndpointKind::Other { endpoint: "sofia", address: "x" }),
    ] {
        assert_eq!(kind(text), format!("{named:?}"));
    }
}

#[test]
fn no_address_joins_into_a_mark_between_groups() {
    let raw = |text| DialString::new(Endpoint::raw(text).unwrap());
    for (first, second) in [("x/a:_", "x/b"), ("x/a:", "_:x/b"), ("x/a:_:", ":_:x/b"), ("x/_:_:_", "x/b")] {
        let dial = raw(first).enterprise(raw(second)).unwrap();
        assert_eq!(dial.to_string().parse(), Ok(dial.clone()), "{dial}");
        let dial = raw(first).fork(Endpoint::raw(second).unwrap()).unwrap();
        assert_eq!(dial.to_string().parse(), Ok(dial.clone()), "{dial}");
    }
}
