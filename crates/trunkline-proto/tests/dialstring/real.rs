//! Against a real switch, where `TRUNKLINE_TEST_URL` names one: what goes in is what `uuid_getvar` gives out. Calls
//! go to `null/` only, and each is hung up by its own id.

mod switch;

use trunkline_proto::dialstring::tokenizer::escape;
use trunkline_proto::dialstring::{
    Application, Bridge, DialString, DialStringError, Endpoint, Leg, Originate, Variables, set_argument,
    uuid_setvar, uuid_setvar_multi,
};

use crate::anything::PIECES;
use switch::Switch;

/// Texts of all that is special; some are refused.
fn any_text(random: &mut fastrand::Rng) -> String {
    (0..random.usize(1..9)).map(|_| PIECES[random.usize(..PIECES.len())]).collect()
}

/// Sets variables with such texts through `set`, as many as wanted; what was set.
fn fill(
    random: &mut fastrand::Rng,
    wanted: usize,
    mut set: impl FnMut(&str, &str) -> Result<(), DialStringError>,
) -> Vec<(String, String)> {
    let mut done = Vec::new();
    while done.len() < wanted {
        let (name, value) = (format!("dial_{}", done.len()), any_text(random));
        match set(&name, &value) {
            Ok(()) => done.push((name, value)),
            Err(DialStringError::Unbalanced { .. } | DialStringError::Expansion { .. }) => {}
            Err(error) => panic!("{value:?}: {error}"),
        }
    }
    done
}

fn uuid(what: &str, number: usize) -> String {
    format!("trunkline-dial-{}-{what}-{number}", std::process::id())
}

/// In a failed run, this repeats it: TRUNKLINE_TEST_SEED.
fn random() -> fastrand::Rng {
    let seed =
        std::env::var("TRUNKLINE_TEST_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    eprintln!("TRUNKLINE_TEST_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}

fn null(uuid: &str) -> DialString {
    DialString::new(Endpoint::null("x").unwrap()).variable("origination_uuid", uuid).unwrap()
}

#[test]
fn real_variables_of_originate() {
    let Some(mut switch) = Switch::connect() else { return };
    let mut random = random();
    let (mut group, mut leg, mut ultra) = (0, 0, 0);
    for number in 0..25 {
        let id = uuid("group", number);
        let mut originate = Originate::new(null(&id));
        let set = fill(&mut random, 44, |name, value| {
            originate = originate.clone().variable(name, value)?;
            Ok(())
        });
        switch.originate(&id, &originate);
        group += switch.expect(&id, &set);

        let id = uuid("leg", number);
        let mut to = Leg::new(Endpoint::null("x").unwrap()).variable("origination_uuid", &id).unwrap();
        let set = fill(&mut random, 44, |name, value| {
            to = to.clone().variable(name, value)?;
            Ok(())
        });
        switch.originate(&id, &Originate::new(to));
        leg += switch.expect(&id, &set);

        let id = uuid("ultra", number);
        let mut dial = null(&id);
        let set = fill(&mut random, 12, |name, value| {
            dial = dial.clone().ultra_variable(name, value)?;
            Ok(())
        });
        let failing = Endpoint::error("USER_BUSY").unwrap();
        let dial = if number % 2 == 0 { dial } else { dial.enterprise(failing).unwrap() };
        switch.originate(&id, &Originate::new(dial));
        ultra += switch.expect(&id, &set);
        switch.hang_up();
    }
    eprintln!("through originate and back: {group} variables of {{}}, {leg} of [], {ultra} of <>");
}

#[test]
fn real_variables_of_the_second_leg() {
    let Some(mut switch) = Switch::connect() else { return };
    let mut random = random();
    let mut count = 0;
    for number in 0..10 {
        let id = uuid("second", number);
        let failing = Leg::new(Endpoint::error("USER_BUSY").unwrap());
        let failing = fill_leg(&mut random, failing).0;
        let (answering, set) = fill_leg(&mut random, Leg::new(Endpoint::null("y").unwrap()));
        let answering = answering.variable("origination_uuid", &id).unwrap();
        let dial = DialString::new(failing.clone());
        let dial = if number % 2 == 0 { dial.fork(answering) } else { dial.failover(answering) }.unwrap();
        switch.originate(&id, &Originate::new(dial.fork(failing).unwrap()));
        count += switch.expect(&id, &set);
        switch.hang_up();
    }
    eprintln!("through originate and back: {count} variables of a leg among others");
}

fn fill_leg(random: &mut fastrand::Rng, mut leg: Leg) -> (Leg, Vec<(String, String)>) {
    let set = fill(random, 10, |name, value| {
        leg = leg.clone().variable(name, value)?;
        Ok(())
    });
    (leg, set)
}

#[test]
fn real_setvar() {
    let Some(mut switch) = Switch::connect() else { return };
    let mut random = random();
    let (one, id) = (uuid("setvar", 0), uuid("setvar", 1));
    switch.park(&one);
    switch.park(&id);
    let set = fill(&mut random, 1000, |name, value| {
        let command = uuid_setvar(&one, name, value)?;
        assert_eq!(switch.api(&command), "+OK\n", "{command}");
        Ok(())
    });
    let singly = switch.expect(&one, &set);
    let mut multi = 0;
    for _ in 0..20 {
        let mut variables = Variables::new();
        let set = fill(&mut random, 60, |name, value| variables.set(name, value));
        assert_eq!(switch.api(&uuid_setvar_multi(&id, &variables).unwrap()), "+OK\n");
        multi += switch.expect(&id, &set);
    }
    assert_eq!(switch.api(&uuid_setvar(&id, "dial_0", "").unwrap()), "+OK\n");
    assert_eq!(switch.get(&id, "dial_0"), "_undef_");
    switch.hang_up();
    eprintln!("and back: {singly} variables by uuid_setvar, {multi} by uuid_setvar_multi");
}

#[test]
fn real_arguments() {
    let Some(mut switch) = Switch::connect() else { return };
    let mut random = random();
    let (mut count, mut callers) = (0, 0);
    while count < 100 {
        let (id, argument, name) = (uuid("app", count), any_text(&mut random), any_text(&mut random));
        let originate = Originate::new(null(&id));
        let Ok(originate) = originate.application("park", &argument) else { continue };
        let with_name = originate.clone().caller_id(&name, "1000");
        switch.originate(&id, with_name.as_ref().unwrap_or(&originate));
        assert_eq!(switch.get_soon(&id, "current_application_data"), argument);
        if with_name.is_ok() {
            assert_eq!(switch.get(&id, "origination_caller_id_name"), name);
            callers += 1;
        }
        switch.hang_up();
        count += 1;
    }
    let id = uuid("set", 0);
    switch.park(&id);
    let mut set = 0;
    while set < 100 {
        let value = any_text(&mut random);
        let Ok(argument) = set_argument(&format!("dial_{set}"), &value) else { continue };
        // A header of the packet cannot carry a line break.
        if argument.contains(['\n', '\r']) {
            continue;
        }
        // Blanks before a header's value are lost, none stand there.
        switch.execute(&id, "set", &argument);
        assert_eq!(switch.get_soon(&id, &format!("dial_{set}")), value, "{argument}");
        set += 1;
    }
    let mut inline = 0;
    while inline < 50 {
        let id = uuid("inline", inline);
        let (value, argument) = (any_text(&mut random), any_text(&mut random));
        let Ok(set) = set_argument("dial_set", &value) else { continue };
        let Ok(park) = Application::new("park", &argument) else { continue };
        let set = Application::expanding("set", &set).unwrap();
        let Ok(originate) = Originate::new(null(&id)).inline([set, park]) else { continue };
        switch.originate(&id, &originate);
        assert_eq!(switch.get_soon(&id, "dial_set"), value, "{originate}");
        switch.wait_for(&id, "current_application", "park");
        assert_eq!(switch.get(&id, "current_application_data"), argument, "{originate}");
        switch.hang_up_last();
        inline += 1;
    }
    let id = uuid("set", 0);
    let expanding = Application::expanding("set", "dial_x=a${dial_y}b").unwrap();
    switch.execute(&id, expanding.name(), expanding.argument());
    assert_eq!(switch.get_soon(&id, "dial_x"), "ab");
    switch.hang_up();
    eprintln!(
        "and back: {count} arguments of originate's application, {callers} callers' names, {set} of set, {inline} inline"
    );
}

#[test]
fn real_variables_of_bridge() {
    let Some(mut switch) = Switch::connect() else { return };
    let mut random = random();
    let mut count = 0;
    for number in 0..10 {
        let (a, b) = (uuid("bridge-a", number), uuid("bridge-b", number));
        switch.park(&a);
        let (leg, in_leg) = fill_leg(&mut random, Leg::new(Endpoint::null("x").unwrap()));
        let mut bridge = Bridge::new(leg).variable("origination_uuid", &b).unwrap();
        let in_group = fill(&mut random, 20, |name, value| {
            bridge = bridge.clone().variable(&format!("group_{name}"), value)?;
            Ok(())
        });
        switch.will_call(&b);
        switch.execute(&a, "bridge", &bridge.to_string());
        switch.get_soon(&b, "origination_uuid");
        count += switch.expect(&b, &in_leg);
        let in_group: Vec<_> =
            in_group.into_iter().map(|(name, value)| (format!("group_{name}"), value)).collect();
        count += switch.expect(&b, &in_group);
        switch.hang_up();
    }
    eprintln!("through bridge and back: {count} variables of {{}} and []");
}

/// What we read in a text is what the switch reads in it.
#[test]
fn real_handwritten() {
    let Some(mut switch) = Switch::connect() else { return };
    let mut random = random();
    let (mut count, mut variables) = (0, 0);
    while count < 100 {
        let id = uuid("hand", count);
        let (group, leg) = (any_pairs(&mut random), any_pairs(&mut random));
        let dial = format!("{{origination_uuid={id}}}{{{group}}}[{leg}]null/x");
        let is_escaped = random.bool();
        let text = if is_escaped { escape(&dial, ' ') } else { dial };
        let Ok(originate) = format!("{text} &park()").parse::<Originate>() else { continue };
        let groups = originate.dial_string().groups();
        let legs: Vec<&Leg> = groups.iter().flat_map(|group| group.attempts()).flatten().collect();
        let ([leg], [group]) = (&*legs, groups) else { continue };
        if leg.endpoint().as_str() != "null/x" || group.variables().get("origination_uuid") != Some(&id) {
            continue;
        }
        switch.originate_text(&id, &format!("{text} &park()"));
        for (name, value) in group.variables().iter() {
            assert_eq!(switch.get(&id, name), value, "{name} in {text}");
            variables += 1;
        }
        for (name, value) in leg.variables().iter().filter(|(name, _)| group.variables().get(name).is_none())
        {
            assert_eq!(switch.get(&id, name), value, "{name} in {text}");
            variables += 1;
        }
        switch.hang_up();
        count += 1;
    }
    eprintln!("read as the switch reads them: {variables} variables of {count} dial strings");
}

/// The inside of a block, as somebody might have written it.
fn any_pairs(random: &mut fastrand::Rng) -> String {
    let separator = [",", ",", ",", ";", ":", " , "][random.usize(..6)];
    let begin = if random.u8(..3) == 0 { format!("^^{}", separator.trim()) } else { String::new() };
    let pairs: Vec<String> = (0..random.usize(1..5))
        .map(|n| {
            let quote = if random.bool() { "'" } else { "" };
            let blank = if random.u8(..5) == 0 { " " } else { "" };
            format!("hand_{}_{n}{blank}={blank}{quote}{}{quote}", random.u8(..9), any_text(random))
        })
        .collect();
    (begin + &pairs.join(separator)).replace(['\n', '\r'], "")
}
