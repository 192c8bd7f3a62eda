//! What goes in through any encoder comes out of the model of its way; what is written reads the same.

use std::time::Duration;

use proptest::prelude::*;
use trunkline_proto::dialstring::{
    Application, Bridge, DialString, Endpoint, Leg, Originate, Target, Variables, application_argument,
    set_argument, uuid_setvar, uuid_setvar_multi,
};

use crate::anything::{address, name, pairs, text};
use crate::layers::{Pairs, Said, SaidGroup, api_words, cut, dial, expand};

/// A leg of what of these is not refused.
fn leg() -> impl Strategy<Value = Leg> {
    (address(), pairs()).prop_filter_map("an address", |(address, pairs)| {
        let leg = Leg::new(Endpoint::raw(&address).ok()?);
        Some(pairs.iter().fold(leg, |leg, (name, value)| leg.clone().variable(name, value).unwrap_or(leg)))
    })
}

fn group() -> impl Strategy<Value = DialString> {
    let more = prop::collection::vec((any::<bool>(), leg()), 0..4);
    (leg(), more, pairs()).prop_map(|(leg, more, pairs)| {
        let dial = more.into_iter().fold(DialString::new(leg), |dial, (fork, leg)| {
            if fork { dial.fork(leg) } else { dial.failover(leg) }.unwrap()
        });
        pairs.iter().fold(dial, |dial, (name, value)| dial.clone().variable(name, value).unwrap_or(dial))
    })
}

fn dial_string() -> impl Strategy<Value = DialString> {
    let more = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(group(), 1..3)];
    (group(), more, pairs()).prop_map(|(dial, more, pairs)| {
        let dial = more.into_iter().fold(dial, |dial, group| dial.enterprise(group).unwrap());
        pairs
            .iter()
            .fold(dial, |dial, (name, value)| dial.clone().ultra_variable(name, value).unwrap_or(dial))
    })
}

fn originate() -> impl Strategy<Value = Originate> {
    let target = (0..4, text(), text(), any::<bool>());
    (dial_string(), target, text(), text(), any::<Option<u32>>()).prop_map(
        |(dial, (target, first, second, expand), name, number, timeout)| {
            let originate = Originate::new(dial);
            let originate = match target {
                0 if expand => {
                    Application::expanding("lua", &first).and_then(|app| originate.clone().run(app))
                }
                0 | 1 => originate.clone().application("playback", &first),
                2 => originate.clone().extension(&first, "XML", "default"),
                _ => originate.clone().extension(&first, &second, "public"),
            }
            .unwrap_or(originate);
            let originate = originate.clone().caller_id(&name, &number).unwrap_or(originate);
            match timeout.map(|seconds| Duration::from_secs(seconds.into())) {
                Some(timeout) => originate.clone().timeout(timeout).unwrap_or(originate),
                None => originate,
            }
        },
    )
}

fn listed(variables: &Variables) -> Pairs {
    variables.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What it says, to compare with what the model takes out.
fn said(dial: &DialString) -> Said {
    let leg = |leg: &Leg| (listed(leg.variables()), leg.endpoint().to_string());
    let groups = dial.groups().iter().map(|group| SaidGroup {
        variables: listed(group.variables()),
        attempts: group.attempts().map(|legs| legs.iter().map(leg).collect()).collect(),
    });
    Said { ultra: listed(dial.ultra_variables()), groups: groups.collect() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_dial_string_says_what_it_was_given(value in dial_string()) {
        let text = value.to_string();
        prop_assert_eq!(dial(&text), said(&value), "{}", text);
        prop_assert_eq!(text.parse::<DialString>(), Ok(value), "{}", text);
        // Nothing a value holds can turn the switch's own check for `${` off.
        prop_assert!(!text.to_ascii_lowercase().contains("origination_nested_vars=true"));
    }

    #[test]
    fn a_bridge_says_what_it_was_given(value in dial_string()) {
        let bridge = Bridge::new(value.clone());
        let text = bridge.to_string();
        prop_assert_eq!(dial(&expand(&text)), said(&value), "{}", text);
        prop_assert_eq!(text.parse::<Bridge>(), Ok(bridge.clone()), "{}", text);
        // The same within an originate, where that can be said.
        if let Ok(originate) = Originate::new(Endpoint::null("x").unwrap()).run(bridge.into()) {
            let words = api_words(&originate.to_string(), 10);
            let argument = words[1].strip_prefix("&bridge(").and_then(|rest| rest.strip_suffix(')'));
            prop_assert_eq!(argument.map(|text| dial(&expand(text))), Some(said(&value)), "{}", originate);
            prop_assert_eq!(originate.to_string().parse(), Ok(originate));
        }
    }

    #[test]
    fn an_originate_says_what_it_was_given(value in originate()) {
        let text = value.to_string();
        prop_assert!(!text.contains(['\n', '\r', '\t', '\0']), "{}", text);
        let words = api_words(&text, 10);
        prop_assert!((2..=7).contains(&words.len()), "{}", text);
        prop_assert_eq!(dial(&words[0]), said(value.dial_string()), "{}", text);
        let word = |at: usize| words.get(at).map(String::as_str).filter(|word| *word != "undef");
        match value.target() {
            Target::Application(app) => {
                prop_assert!(words[1].starts_with('&'));
                let cut = words[1][1..].split(')').next().unwrap();
                prop_assert_eq!(cut.split_once('('), Some((app.name(), app.argument())), "{}", text);
            }
            Target::Extension { extension, dialplan, context } => {
                prop_assert!(!words[1].starts_with('&'));
                prop_assert_eq!(
                    (word(1), word(2), word(3)),
                    (Some(extension.as_str()), Some(dialplan.as_str()), Some(context.as_str()))
                );
            }
            _ => unreachable!(),
        }
        prop_assert_eq!((word(4), word(5)), value.caller());
        let timeout = word(6).map(|seconds| Duration::from_secs(seconds.parse().unwrap()));
        prop_assert_eq!(timeout, value.time_limit());
        prop_assert_eq!(text.parse::<Originate>(), Ok(value), "{}", text);
    }

    #[test]
    fn an_argument_reaches_its_application(argument in text(), name in name(), value in text()) {
        if let Ok(written) = application_argument(&argument) {
            prop_assert_eq!(expand(&written), argument.as_str());
            let app = Application::new("x", &argument).unwrap();
            prop_assert_eq!(app.argument(), written);
        }
        if let Ok(written) = set_argument(&name, &value) {
            let once = expand(&written);
            let (read, rest) = once.split_once('=').unwrap();
            prop_assert_eq!((read, expand(rest)), (name.as_str(), value));
        }
    }

    #[test]
    fn applications_inline_get_what_they_were_given(arguments in prop::collection::vec((0..3_usize, text()), 1..4)) {
        let names = ["set", "m", "park"];
        let apps: Vec<Application> = arguments
            .iter()
            .filter_map(|(name, argument)| Application::new(names[*name], argument).ok())
            .collect();
        let originate = Originate::new(Endpoint::null("x").unwrap());
        if let Ok(originate) = originate.inline(apps.clone()) {
            let words = api_words(&originate.to_string(), 10);
            prop_assert_eq!(&words[2..], ["inline", "default"]);
            let list = words[1].strip_prefix("m:,:").unwrap_or(&words[1]);
            prop_assert!(list.len() < words[1].len() || !list.starts_with("m:"));
            let read: Pairs = cut(list, b',', 128)
                .iter()
                .map(|app| app.split_once(':').map(|(name, data)| (name.to_owned(), data.to_owned())).unwrap())
                .collect();
            let given: Pairs =
                apps.iter().map(|app| (app.name().to_owned(), app.argument().to_owned())).collect();
            prop_assert_eq!(read, given, "{}", originate);
            prop_assert_eq!(originate.to_string().parse(), Ok(originate));
        }
    }

    #[test]
    fn setvar_sets_what_it_was_given(name in name(), value in text()) {
        if let Ok(command) = uuid_setvar("call-1", &name, &value) {
            let words = api_words(command.strip_prefix("uuid_setvar ").unwrap(), 3);
            prop_assert_eq!(words.get(2).map_or("", String::as_str), value, "{}", command);
            prop_assert_eq!((&*words[0], words[1].as_str()), ("call-1", name.as_str()));
        }
    }

    #[test]
    fn setvar_multi_sets_what_it_was_given(pairs in pairs()) {
        let mut variables = Variables::new();
        for (name, value) in &pairs {
            let _ = variables.set(name, value);
        }
        if let Ok(command) = uuid_setvar_multi("call-1", &variables) {
            let argument = command.strip_prefix("uuid_setvar_multi ").unwrap();
            let argument = argument.trim_end_matches(['\r', '\n', '\t', ' ', '\u{b}']);
            let (_, list) = argument.split_once(' ').unwrap();
            let read: Pairs = cut(list, b';', 64)
                .iter()
                .map(|pair| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap())
                .collect();
            prop_assert_eq!(read, listed(&variables), "{}", command);
        }
    }

    #[test]
    fn nothing_is_lost_on_the_way_back(text in prop_oneof![text(), (address(), text()).prop_map(|(a, b)| format!("{a} {b}"))]) {
        // Whatever reads is written so that it reads the same.
        if let Ok(value) = text.parse::<DialString>() {
            prop_assert_eq!(value.to_string().parse::<DialString>(), Ok(value), "{}", text);
        }
        if let Ok(value) = text.parse::<Originate>() {
            prop_assert_eq!(value.to_string().parse::<Originate>(), Ok(value), "{}", text);
        }
        if let Ok(value) = text.parse::<Bridge>() {
            prop_assert_eq!(value.to_string().parse::<Bridge>(), Ok(value), "{}", text);
        }
    }
}
