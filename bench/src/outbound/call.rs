//! The switch's half of one call's outbound socket (`async full`): what it answers, what it tells, and when.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use trunkline_proto::EventSet;
use trunkline_proto::listener::{self, Packet, PacketDecoder, Request, Standing};

use super::recorded::{DIGIT, Recorded, Told};
use super::template::{Application, Form};

/// What `myevents` subscribes to (`parse_command` in `mod_event_socket.c`).
const MY_EVENTS: &str = "CHANNEL_ANSWER CHANNEL_APPLICATION CHANNEL_BRIDGE CHANNEL_CREATE CHANNEL_DATA CHANNEL_DESTROY \
    CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_ORIGINATE CHANNEL_UUID \
    CHANNEL_OUTGOING CHANNEL_PARK CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_STATE CHANNEL_UNBRIDGE \
    CHANNEL_UNPARK DETECTED_SPEECH DTMF";

/// How long things take.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    /// Until the thread of a parked channel looks for what it is to do.
    pub(crate) park: Duration,
    pub(crate) answer: Duration,
    pub(crate) playback: Duration,
    /// Until a digit is pressed. `None`: when [`Call::press`] says so.
    pub(crate) press: Option<Duration>,
}

/// What the channel's own thread does.
enum Thread {
    /// The client has not said `connect`.
    Waits,
    Parks,
    Parked,
    Runs(Application),
    HungUp,
}

pub(crate) struct Call {
    recorded: Arc<Recorded>,
    times: Times,
    uuid: String,
    decoder: PacketDecoder,
    subscribed: EventSet,
    filters: Vec<(String, String)>,
    form: Form,
    /// A bit for each event that is subscribed to and passes the filters.
    heard: u32,
    lingers: bool,
    thread: Thread,
    queue: VecDeque<Application>,
    due: Option<Instant>,
    variable: String,
    answered: bool,
    played: bool,
    is_over: bool,
}

impl Call {
    pub(crate) fn new(recorded: Arc<Recorded>, times: Times, uuid: String) -> Self {
        Self {
            recorded,
            times,
            uuid,
            decoder: PacketDecoder::new(),
            subscribed: EventSet::new(),
            filters: Vec::new(),
            form: Form::Plain,
            heard: 0,
            lingers: false,
            thread: Thread::Waits,
            queue: VecDeque::new(),
            due: None,
            variable: String::new(),
            answered: false,
            played: false,
            is_over: false,
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The switch closes the connection.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    /// The caller is asked for a digit, and will not press one by itself.
    pub(crate) fn awaits_digit(&self) -> bool {
        matches!(&self.thread, Thread::Runs(it) if it.name == "play_and_get_digits") && self.due.is_none()
    }

    /// It was answered, played to, asked for a digit, and hung up.
    pub(crate) fn went_well(&self) -> bool {
        self.answered && self.played && !self.variable.is_empty() && matches!(self.thread, Thread::HungUp)
    }

    /// The digit will be pressed at this time.
    pub(crate) fn press(&mut self, at: Instant) {
        self.due = Some(at);
    }

    pub(crate) fn handle_input(&mut self, input: &mut BytesMut, out: &mut Vec<u8>, now: Instant) {
        while let Some(packet) = self.decoder.decode(input).expect("a packet")
            && !self.is_over
        {
            self.command(&packet, out, now);
        }
    }

    pub(crate) fn handle_timeout(&mut self, out: &mut Vec<u8>, now: Instant) {
        self.due = None;
        match std::mem::replace(&mut self.thread, Thread::Parked) {
            Thread::Parks => {
                self.tell(Told::Park, &Application::default(), out);
                self.run_next(out, now);
            }
            Thread::Parked => self.run_next(out, now),
            Thread::Runs(application) => {
                self.end(&application, out);
                self.run_next(out, now);
            }
            thread @ (Thread::Waits | Thread::HungUp) => self.thread = thread,
        }
    }

    fn command(&mut self, packet: &Packet, out: &mut Vec<u8>, now: Instant) {
        let mut standing = Standing::inbound(true);
        standing.has_session = true;
        let reply = match Request::parse(packet, standing) {
            Request::Connect => return self.connect(out, now),
            Request::Api(command) => return self.api(&text(command), out),
            Request::Exit => return self.exit(out),
            Request::MyEvents(form) => {
                self.subscribe(&text(form), MY_EVENTS);
                "+OK Events Enabled".to_owned()
            }
            Request::Event(words) => {
                let words = text(words);
                let (form, names) = words.trim().split_once(' ').unwrap_or_default();
                self.subscribe(form, &names.to_ascii_uppercase());
                format!("+OK event listener enabled {form}")
            }
            Request::Filter(words) => {
                let words = text(words);
                let (header, value) = words.split_once(' ').unwrap_or_default();
                self.filters.push((header.to_owned(), value.to_owned()));
                self.listen();
                format!("+OK filter added. [{header}]=[{value}]")
            }
            Request::Linger(_) => {
                self.lingers = true;
                "+OK will linger".to_owned()
            }
            Request::SendMsg(_) => self.send_message(packet, now),
            Request::GetVar(name) if text(name).trim() == self.variable => DIGIT.to_owned(),
            _ => "-ERR command not found".to_owned(),
        };
        out.extend(listener::command_reply(reply.as_bytes()));
    }

    fn connect(&mut self, out: &mut Vec<u8>, now: Instant) {
        self.recorded.write_connect(&self.uuid, out);
        if matches!(self.thread, Thread::Waits) {
            self.thread = Thread::Parks;
            self.due = Some(now + self.times.park);
        }
    }

    fn api(&mut self, command: &str, out: &mut Vec<u8>) {
        let asks = command.starts_with("uuid_getvar") && command.ends_with(&self.variable);
        out.extend(listener::api_response(if asks { DIGIT.as_bytes() } else { b"+OK\n" }));
        if command.starts_with("uuid_kill") && !matches!(self.thread, Thread::HungUp) {
            self.due = None;
            self.hang_up(&Application::default(), out);
        }
    }

    fn exit(&mut self, out: &mut Vec<u8>) {
        self.is_over = true;
        out.extend(listener::command_reply(b"+OK bye"));
        out.extend(listener::session_disconnect_notice(&self.uuid, listener::GOODBYE));
    }

    fn subscribe(&mut self, form: &str, names: &str) {
        self.subscribed = self.subscribed.union(&EventSet::parse(names));
        match form.trim().to_ascii_lowercase().as_str() {
            "" => {}
            "json" => self.form = Form::Json,
            _ => self.form = Form::Plain,
        }
        self.listen();
    }

    /// What is subscribed to, or passes, has changed.
    fn listen(&mut self) {
        let (subscribed, filters, uuid) = (&self.subscribed, &self.filters, &self.uuid);
        self.heard = self.recorded.heard(|event| {
            let passes = || filters.iter().any(|(header, value)| event.has(header, value, uuid));
            (subscribed.is_all() || subscribed.has(&event.name)) && (filters.is_empty() || passes())
        });
    }

    fn send_message(&mut self, packet: &Packet, now: Instant) -> String {
        let header = |name| packet.header(name).map_or_else(String::new, |value| text(&value));
        let application = match header("call-command").as_str() {
            "execute" => {
                let body = packet.body().map_or_else(String::new, text);
                let argument = Some(header("execute-app-arg")).filter(|it| !it.is_empty()).unwrap_or(body);
                Application::new(header("execute-app-name"), header("Event-UUID"), argument)
            }
            "hangup" => Application::default(),
            _ => return "-ERR invalid command".to_owned(),
        };
        self.queue.push_back(application);
        if matches!(self.thread, Thread::Parked) && self.due.is_none() {
            self.due = Some(now + self.times.park);
        }
        "+OK".to_owned()
    }

    fn run_next(&mut self, out: &mut Vec<u8>, now: Instant) {
        while let Some(application) = self.queue.pop_front() {
            self.tell(
                if application.has_argument() { Told::Begin } else { Told::BareBegin },
                &application,
                out,
            );
            let takes = match application.name.as_str() {
                "answer" => Some(self.times.answer),
                "playback" => {
                    self.tell(Told::PlaybackStart, &application, out);
                    Some(self.times.playback)
                }
                "play_and_get_digits" => self.times.press,
                "hangup" | "" => return self.hang_up(&application, out),
                _ => {
                    self.end(&application, out);
                    continue;
                }
            };
            self.due = takes.map(|takes| now + takes);
            self.thread = Thread::Runs(application);
            return;
        }
        self.thread = Thread::Parked;
    }

    fn end(&mut self, application: &Application, out: &mut Vec<u8>) {
        let told: &[Told] = match application.name.as_str() {
            "answer" => {
                self.answered = true;
                &[Told::Answer, Told::Active, Told::BareEnd]
            }
            "playback" => {
                self.played = true;
                &[Told::PlaybackStop, Told::End]
            }
            "play_and_get_digits" => {
                application.variable().clone_into(&mut self.variable);
                &[Told::Digit, Told::DigitsEnd]
            }
            _ if application.has_argument() => &[Told::End],
            _ => &[Told::BareEnd],
        };
        told.iter().for_each(|told| self.tell(*told, application, out));
    }

    fn hang_up(&mut self, application: &Application, out: &mut Vec<u8>) {
        self.thread = Thread::HungUp;
        self.tell(Told::Hangup, application, out);
        self.end(application, out);
        for told in [
            Told::Unpark,
            Told::SocketEnd,
            Told::StateHangup,
            Told::CallStateHangup,
            Told::StateReporting,
            Told::HangupComplete,
        ] {
            self.tell(told, application, out);
        }
        if self.lingers {
            out.extend(listener::linger_notice(&self.uuid, "sofia/internal/15551230001@127.0.0.1", -1));
        } else {
            self.is_over = true;
            out.extend(listener::session_disconnect_notice(&self.uuid, listener::GOODBYE));
        }
    }

    /// Tells of something, if the client wants to hear of it.
    fn tell(&self, told: Told, application: &Application, out: &mut Vec<u8>) {
        // Not of what a bare hangup is here: no application.
        let nothing = application.name.is_empty() && matches!(told, Told::BareBegin | Told::BareEnd);
        if self.heard & (1 << told as u32) != 0 && !nothing {
            self.recorded.write(told, self.form, &self.uuid, application, out);
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let happened = [
            (!matches!(self.thread, Thread::Waits), "connected"),
            (self.answered, "answered"),
            (self.played, "played"),
            (!self.variable.is_empty(), "digit pressed"),
            (matches!(self.thread, Thread::HungUp), "hung up"),
        ];
        let happened = happened.iter().filter(|(has, _)| *has).map(|(_, what)| *what);
        write!(f, "{}", happened.collect::<Vec<_>>().join(", "))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use trunkline_proto::{Event, EventFormat, EventName, Message, MessageDecoder};

    use super::super::recorded::RECORDING;
    use super::*;
    use crate::server::recorded_messages;

    const UUID: &str = "ca110001-0000-4000-8000-000000000001";

    /// What the client of the recording says, in the end without waiting.
    fn events(my_events: &str) -> Vec<Event> {
        let nothing = Duration::ZERO;
        let times = Times { park: nothing, answer: nothing, playback: nothing, press: Some(nothing) };
        let mut call = Call::new(Arc::new(Recorded::load()), times, UUID.to_owned());
        let (now, mut out) = (Instant::now(), Vec::new());
        call.handle_input(
            &mut format!("connect\n\nlinger\n\n{my_events}\n\n").as_bytes().into(),
            &mut out,
            now,
        );
        for (number, (name, argument)) in [
            ("answer", ""),
            ("play_and_get_digits", "1 1 1 5000 # a b choice \\d"),
            ("playback", "tone_stream://%(200,50,600)"),
            ("sleep", "100"),
            ("hangup", "NORMAL_CLEARING"),
        ]
        .into_iter()
        .enumerate()
        {
            let what = format!("execute-app-name: {name}\nexecute-app-arg: {argument}");
            let command = format!("sendmsg\ncall-command: execute\n{what}\nEvent-UUID: id-{number}\n\n");
            call.handle_input(&mut command.as_bytes().into(), &mut out, now);
            while call.due().is_some() {
                call.handle_timeout(&mut out, now);
            }
        }
        assert!(call.went_well(), "{call}");
        let (mut decoder, mut buffer) = (MessageDecoder::default(), BytesMut::from(&*out));
        let messages = std::iter::from_fn(|| decoder.decode(&mut buffer).unwrap());
        let events = messages.filter_map(|message| match message {
            Message::Event(event) => Some(event),
            _ => None,
        });
        events.collect()
    }

    fn names(events: &[Event]) -> Vec<&EventName> {
        events.iter().filter_map(Event::name).collect()
    }

    #[test]
    fn a_call_is_told_as_the_real_switch_told_it() {
        let recorded: Vec<Event> = recorded_messages(RECORDING)
            .iter()
            .filter_map(|message| message.split_once("\n\n").filter(|(head, _)| head.contains("event-plain")))
            .map(|(_, payload)| Event::decode(EventFormat::Plain, Bytes::copy_from_slice(payload.as_bytes())))
            .map(|event| event.unwrap())
            // A terminator that nobody presses here.
            .filter(|event| event.get("DTMF-Digit").as_deref() != Some("#"))
            .collect();
        let told = events("myevents");
        assert_eq!(names(&told), names(&recorded));
        for (told, recorded) in told.iter().zip(&recorded) {
            assert_eq!(told.unique_id().as_deref(), Some(UUID));
            assert_eq!(told.get("Application"), recorded.get("Application"), "{:?}", told.name());
        }
    }

    #[test]
    fn both_forms_say_the_same() {
        let (plain, json) = (events("myevents"), events("myevents json"));
        assert_eq!(names(&plain), names(&json));
        for (plain, json) in plain.iter().zip(&json) {
            for header in
                ["Unique-ID", "Application", "Application-Data", "Application-UUID", "variable_choice"]
            {
                assert_eq!(plain.get(header), json.get(header), "{header}");
            }
        }
        let digits = json.iter().find_map(|event| event.variable("choice"));
        assert_eq!(digits.as_deref(), Some(DIGIT));
    }

    #[test]
    fn filters_and_subscriptions_are_heeded() {
        assert!(events("event plain DTMF").iter().all(|event| event.is(EventName::Dtmf)));
        let all = events(&format!("filter Unique-ID {UUID}\n\nevent plain all"));
        assert_eq!(all.len(), events("event plain all").len());
        assert!(all.iter().any(|event| event.is(EventName::PlaybackStop)));
        assert!(events("filter Unique-ID other\n\nevent plain all").is_empty());
    }
}
