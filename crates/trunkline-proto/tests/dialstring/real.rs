//! Against a real switch, where `TRUNKLINE_TEST_URL` names one: what goes in is what `uuid_getvar` gives out. Calls
//! go to `null/` only, and each is hung up by its own id.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use trunkline_proto::dialstring::tokenizer::escape;
use trunkline_proto::dialstring::{
    Application, Bridge, DialString, DialStringError, Endpoint, Leg, Originate, Variables, set_argument,
    uuid_setvar, uuid_setvar_multi,
};

const PIECES: &[&str] = &[
    "'",
    "\\",
    ",",
    "=",
    "|",
    ";",
    ":_:",
    "_:",
    ":",
    "^^",
    "$",
    "$$",
    " ",
    "  ",
    "\n",
    "\r",
    "\t",
    "\u{b}",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    "(",
    ")",
    "\"",
    "\\'",
    "\\s",
    "\\n",
    "\\,",
    "%[",
    "undef",
    "&",
    "/",
    "|:",
    "origination_nested_vars=true",
    "{a=1}",
    "[b=2]",
    "<c=3>",
    "é",
    "日本",
    "😀",
    "abc",
    "17",
    "\u{1b}",
    "\u{7f}",
];

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

struct Switch {
    stream: BufReader<TcpStream>,
    calls: Vec<String>,
}

impl Switch {
    /// None if no switch is named.
    fn connect() -> Option<Self> {
        let Ok(url) = std::env::var("TRUNKLINE_TEST_URL") else {
            eprintln!("not run: TRUNKLINE_TEST_URL names no switch");
            return None;
        };
        let rest = url.strip_prefix("esl://").expect("an esl:// url");
        let (user, host) = rest.rsplit_once('@').expect("a password in the url");
        let password = user.rsplit_once(':').map_or(user, |(_, password)| password);
        let host = host.trim_end_matches('/');
        let host = if host.contains(':') { host.to_owned() } else { format!("{host}:8021") };
        let stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut switch = Self { stream: BufReader::new(stream), calls: Vec::new() };
        switch.read();
        let reply = switch.say(&format!("auth {password}"));
        assert!(reply.0.contains("+OK accepted"), "{}", reply.0);
        Some(switch)
    }

    /// A message's headers and body.
    fn read(&mut self) -> (String, Vec<u8>) {
        let mut headers = String::new();
        while !headers.ends_with("\n\n") {
            assert!(self.stream.read_line(&mut headers).unwrap() > 0, "the switch has closed");
        }
        let length = headers.lines().find_map(|line| line.strip_prefix("Content-Length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.stream.read_exact(&mut body).unwrap();
        (headers, body)
    }

    fn say(&mut self, packet: &str) -> (String, Vec<u8>) {
        self.stream.get_mut().write_all(format!("{packet}\n\n").as_bytes()).unwrap();
        self.read()
    }

    fn api(&mut self, command: &str) -> String {
        assert!(!command.contains(['\n', '\r']), "{command:?}");
        String::from_utf8(self.say(&format!("api {command}")).1).unwrap()
    }

    fn originate(&mut self, uuid: &str, originate: &Originate) {
        self.calls.push(uuid.to_owned());
        let mut answer = self.api(&originate.command());
        // The switch makes so many sessions a second and no more.
        for _ in 0..50 {
            if answer.starts_with("+OK") {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
            answer = self.api(&originate.command());
        }
        assert_eq!(answer, format!("+OK {uuid}\n"), "{originate}");
    }

    /// A parked call of its own.
    fn park(&mut self, uuid: &str) {
        let originate =
            Originate::new(Endpoint::null("x").unwrap()).variable("origination_uuid", uuid).unwrap();
        self.originate(uuid, &originate);
    }

    fn execute(&mut self, uuid: &str, app: &str, argument: &str) {
        let packet = format!(
            "sendmsg {uuid}\ncall-command: execute\nexecute-app-name: {app}\nexecute-app-arg: {argument}"
        );
        assert!(self.say(&packet).0.contains("+OK"));
    }

    fn get(&mut self, uuid: &str, name: &str) -> String {
        self.api(&format!("uuid_getvar {uuid} {name}"))
    }

    /// The same, waiting for the call or the value to appear.
    fn get_soon(&mut self, uuid: &str, name: &str) -> String {
        for _ in 0..100 {
            let value = self.get(uuid, name);
            if value != "_undef_" && !value.starts_with("-ERR No such channel") {
                return value;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{uuid} has no {name}")
    }

    fn expect(&mut self, uuid: &str, variables: &[(String, String)]) -> usize {
        for (name, value) in variables {
            assert_eq!(self.get(uuid, name), *value, "{name} of {uuid}");
        }
        variables.len()
    }

    fn hang_up_last(&mut self) {
        if let Some(uuid) = self.calls.pop() {
            self.api(&format!("uuid_kill {uuid}"));
        }
    }

    fn hang_up(&mut self) {
        while !self.calls.is_empty() {
            self.hang_up_last();
        }
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        // A failed test leaves no calls behind either.
        for uuid in &self.calls {
            let _ = self.stream.get_mut().write_all(format!("api uuid_kill {uuid}\n\n").as_bytes());
        }
        let _ = self.stream.get_mut().write_all(b"exit\n\n");
        let _ = self.stream.read_to_end(&mut Vec::new());
    }
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
        for _ in 0..50 {
            if switch.get(&id, "current_application") == "park" {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
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
        "and back: {count} arguments of originate's application, {callers} callers' names, {set} of set"
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
        switch.calls.push(b.clone());
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
        let bridge = random.bool();
        let text = if bridge { escape(&dial, ' ') } else { dial };
        let Ok(originate) = format!("{text} &park()").parse::<Originate>() else { continue };
        let groups = originate.dial_string().groups();
        let legs: Vec<&Leg> = groups.iter().flat_map(|group| group.attempts()).flatten().collect();
        let ([leg], [group]) = (&*legs, groups) else { continue };
        if leg.endpoint().as_str() != "null/x" || group.variables().get("origination_uuid") != Some(&id) {
            continue;
        }
        switch.calls.push(id.clone());
        let answer = switch.api(&format!("originate {text} &park()"));
        if !answer.starts_with("+OK") && answer.contains("CALL_REJECTED") {
            std::thread::sleep(Duration::from_millis(100));
            continue;
        }
        assert_eq!(answer, format!("+OK {id}\n"), "{text}");
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
