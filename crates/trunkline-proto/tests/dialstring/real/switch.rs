//! A client just big enough.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use trunkline_proto::dialstring::{Endpoint, Originate};

pub(crate) struct Switch {
    stream: BufReader<TcpStream>,
    calls: Vec<String>,
}

impl Switch {
    /// None if no switch is named.
    pub(crate) fn connect() -> Option<Self> {
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

    pub(crate) fn api(&mut self, command: &str) -> String {
        assert!(!command.contains(['\n', '\r']), "{command:?}");
        String::from_utf8(self.say(&format!("api {command}")).1).unwrap()
    }

    pub(crate) fn originate(&mut self, uuid: &str, originate: &Originate) {
        self.originate_text(uuid, &originate.to_string());
    }

    pub(crate) fn originate_text(&mut self, uuid: &str, argument: &str) {
        self.will_call(uuid);
        let mut answer = self.api(&format!("originate {argument}"));
        // The switch makes so many sessions a second and no more.
        for _ in 0..50 {
            if answer.starts_with("+OK") {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
            answer = self.api(&format!("originate {argument}"));
        }
        assert_eq!(answer, format!("+OK {uuid}\n"), "{argument}");
    }

    /// To be hung up in the end.
    pub(crate) fn will_call(&mut self, uuid: &str) {
        self.calls.push(uuid.to_owned());
    }

    /// A parked call of its own.
    pub(crate) fn park(&mut self, uuid: &str) {
        let originate =
            Originate::new(Endpoint::null("x").unwrap()).variable("origination_uuid", uuid).unwrap();
        self.originate(uuid, &originate);
    }

    pub(crate) fn execute(&mut self, uuid: &str, app: &str, argument: &str) {
        let packet = format!(
            "sendmsg {uuid}\ncall-command: execute\nexecute-app-name: {app}\nexecute-app-arg: {argument}"
        );
        assert!(self.say(&packet).0.contains("+OK"));
    }

    pub(crate) fn get(&mut self, uuid: &str, name: &str) -> String {
        self.api(&format!("uuid_getvar {uuid} {name}"))
    }

    /// The same, waiting for the call or the value to appear.
    pub(crate) fn get_soon(&mut self, uuid: &str, name: &str) -> String {
        for _ in 0..100 {
            let value = self.get(uuid, name);
            if value != "_undef_" && !value.starts_with("-ERR No such channel") {
                return value;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{uuid} has no {name}")
    }

    pub(crate) fn wait_for(&mut self, uuid: &str, name: &str, value: &str) {
        for _ in 0..100 {
            if self.get(uuid, name) == value {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{name} of {uuid} does not become {value}")
    }

    pub(crate) fn expect(&mut self, uuid: &str, variables: &[(String, String)]) -> usize {
        for (name, value) in variables {
            assert_eq!(self.get(uuid, name), *value, "{name} of {uuid}");
        }
        variables.len()
    }

    pub(crate) fn hang_up_last(&mut self) {
        if let Some(uuid) = self.calls.pop() {
            self.api(&format!("uuid_kill {uuid}"));
        }
    }

    pub(crate) fn hang_up(&mut self) {
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
