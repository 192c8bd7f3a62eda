//! The switch, the wire and the clock of a play: a connection, what it writes cut into packets, and what it says.

use std::time::{Duration, Instant};

use bytes::BytesMut;
use trunkline_proto::listener::{
    PacketDecoder, api_response, auth_request, command_reply, disconnect_notice,
};
use trunkline_proto::{
    CloseReason, Command, Connection, ConnectionConfig, Credentials, EventBuilder, EventFormat, EventName,
    JobLost, JobUuid, Message, Output, SubscriptionRefused, SwitchMisbehaved, Ticket, Unanswered,
};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) struct World {
    pub(crate) connection: Connection,
    pub(crate) now: Instant,
    input: BytesMut,
    written: BytesMut,
    packets: PacketDecoder,
    /// Outputs taken while looking for the deadline.
    kept: Vec<Output>,
}

impl World {
    /// A connection just made.
    pub(crate) fn new(config: ConnectionConfig) -> Self {
        let now = Instant::now();
        Self {
            connection: Connection::inbound(config, now),
            now,
            input: BytesMut::new(),
            written: BytesMut::new(),
            packets: PacketDecoder::new(),
            kept: Vec::new(),
        }
    }

    pub(crate) fn with_password() -> Self {
        Self::new(config())
    }

    /// A connection that is let in.
    pub(crate) fn ready() -> Self {
        Self::ready_with(config())
    }

    pub(crate) fn ready_with(config: ConnectionConfig) -> Self {
        let mut world = Self::new(config);
        world.switch(&auth_request());
        assert_eq!(world.said(), ["auth ClueCon"]);
        world.answer("+OK accepted");
        assert!(matches!(world.outputs()[..], [Output::Ready(_)]));
        world
    }

    /// The switch sends these bytes.
    pub(crate) fn switch(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
        self.connection.handle_input(&mut self.input, self.now);
    }

    /// The switch sends a `command/reply`.
    pub(crate) fn answer(&mut self, text: &str) {
        self.switch(&command_reply(text.as_bytes()));
    }

    /// The switch sends an `api/response`.
    pub(crate) fn respond(&mut self, body: &str) {
        self.switch(&api_response(body.as_bytes()));
    }

    /// The switch sends an event.
    pub(crate) fn event(&mut self, builder: &EventBuilder) {
        self.switch(&builder.message(EventFormat::Plain));
    }

    pub(crate) fn heartbeat(&mut self) {
        self.event(&EventBuilder::named(&EventName::Heartbeat));
    }

    /// The switch sends the event that ends a job.
    pub(crate) fn end_job(&mut self, job: &str, output: &str) {
        self.event(&EventBuilder::named(&EventName::BackgroundJob).header("Job-UUID", job).body(output));
    }

    pub(crate) fn notice(&mut self, text: &str) {
        self.switch(&disconnect_notice(text));
    }

    /// The switch, or something between, closes.
    pub(crate) fn eof(&mut self) {
        self.connection.handle_eof(self.input.len());
    }

    /// Time passes, and no deadline is missed on the way.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(deadline) = self.deadline().filter(|deadline| *deadline <= end) {
            self.now = self.now.max(deadline);
            self.connection.handle_timeout(self.now);
            assert!(self.deadline().is_none_or(|next| next > self.now), "a deadline that does not go away");
        }
        self.now = end;
        self.connection.handle_timeout(self.now);
    }

    /// The socket takes all there is to write, and the switch reads it: the commands it sees, headers after commas.
    pub(crate) fn said(&mut self) -> Vec<String> {
        while !self.connection.transmit().is_empty() {
            let bytes = self.connection.transmit().to_vec();
            self.write(bytes.len());
        }
        let mut said = Vec::new();
        while let Some(packet) = self.packets.decode(&mut self.written).unwrap() {
            let text = String::from_utf8_lossy(packet.text()).trim_end().replace('\n', ", ");
            said.push(text);
        }
        assert!(self.written.is_empty(), "half a command: {:?}", self.written);
        said
    }

    /// The socket takes this many bytes.
    pub(crate) fn write(&mut self, count: usize) {
        let bytes = self.connection.transmit();
        let bytes = bytes[..count.min(bytes.len())].to_vec();
        self.written.extend_from_slice(&bytes);
        self.connection.transmitted(bytes.len(), self.now);
    }

    /// What has come out.
    pub(crate) fn outputs(&mut self) -> Vec<Output> {
        let mut outputs = std::mem::take(&mut self.kept);
        loop {
            match self.connection.poll_output() {
                Output::Idle { .. } => return outputs,
                output => outputs.push(output),
            }
        }
    }

    /// What has come out, a word or two each.
    pub(crate) fn heard(&mut self) -> Vec<String> {
        self.outputs().iter().map(describe).collect()
    }

    /// The next deadline; what has come out stays to be heard.
    pub(crate) fn deadline(&mut self) -> Option<Instant> {
        let outputs = self.outputs();
        let deadline = match self.connection.poll_output() {
            Output::Idle { deadline } => deadline,
            output => panic!("{output:?}"),
        };
        self.kept = outputs;
        deadline
    }

    pub(crate) fn api(&mut self, command: &str) -> Ticket {
        self.connection.send(Command::api(command).unwrap(), None, self.now)
    }

    pub(crate) fn job(&mut self, command: &str, id: &str, timeout: Option<Duration>) -> Ticket {
        self.connection.start_job(command, JobUuid::from(id), timeout, self.now).unwrap()
    }
}

pub(crate) fn config() -> ConnectionConfig {
    ConnectionConfig::new(Credentials::Password("ClueCon".into()))
}

/// An output in a few words. Tickets and subscriptions are told by their numbers.
fn describe(output: &Output) -> String {
    match output {
        Output::Ready(_) => "ready".to_owned(),
        Output::Reply { ticket, reply: Ok(reply) } => {
            format!("{}: {}", number(ticket), reply.text().trim_end())
        }
        Output::Reply { ticket, reply: Err(why) } => format!("{}: {}", number(ticket), unanswered(why)),
        Output::Job { job, result: Ok(event) } => format!("job {job}: {}", event.body().unwrap_or_default()),
        Output::Job { job, result: Err(JobLost::TimedOut) } => format!("job {job}: timed out"),
        Output::Job { job, result: Err(JobLost::Disconnected(_)) } => format!("job {job}: cut off"),
        Output::Job { job, result: Err(JobLost::NotPermitted) } => format!("job {job}: not permitted"),
        Output::Subscribed { id, result: Ok(()) } => format!("subscribed {}", number(id)),
        Output::Subscribed { id, result: Err(SubscriptionRefused::Events { events, why }) } => {
            format!("refused {}: {events}: {why}", number(id))
        }
        Output::Subscribed { id, result: Err(SubscriptionRefused::Log { why }) } => {
            format!("refused {}: log: {why}", number(id))
        }
        Output::Subscribed { id, result: Err(SubscriptionRefused::Unanswered(why)) } => {
            format!("refused {}: {}", number(id), unanswered(why))
        }
        Output::Event(event) => format!("event {}", event.name().map_or("(none)", EventName::as_str)),
        Output::Log(log) => format!("log {}", log.text().trim_end()),
        Output::Notice(notice) => format!("notice {:?}", notice.disposition()),
        Output::Unexpected(Message::CommandReply(reply)) => format!("unexpected {}", reply.text()),
        Output::Unexpected(Message::ApiResponse(response)) => format!("unexpected {}", response.text()),
        Output::Unexpected(_) => "unexpected".to_owned(),
        Output::Closed(reason) => format!("closed: {}", closed(reason)),
        other => panic!("{other:?}"),
    }
}

/// The number in `Ticket(3)`.
fn number(id: &impl std::fmt::Debug) -> String {
    format!("{id:?}").chars().filter(char::is_ascii_digit).collect()
}

fn unanswered(why: &Unanswered) -> String {
    match why {
        Unanswered::TimedOut { executed, .. } => format!("timed out, executed {executed:?}"),
        Unanswered::Disconnected { executed, .. } => format!("cut off, executed {executed:?}"),
        other => panic!("{other:?}"),
    }
}

fn closed(reason: &CloseReason) -> &'static str {
    match reason {
        CloseReason::Requested => "requested",
        CloseReason::Notice { .. } => "notice",
        CloseReason::Eof => "eof",
        CloseReason::AccessDenied { .. } => "access denied",
        CloseReason::AuthRejected { .. } => "auth rejected",
        CloseReason::NoGreeting { .. } => "no greeting",
        CloseReason::NoAuthReply { .. } => "no auth reply",
        CloseReason::Misbehaved(SwitchMisbehaved::NotASwitch { .. }) => "not a switch",
        CloseReason::Misbehaved(SwitchMisbehaved::HeaderTooLong { .. }) => "header too long",
        CloseReason::Misbehaved(SwitchMisbehaved::BodyTooLong { .. }) => "body too long",
        CloseReason::Misbehaved(SwitchMisbehaved::ContentLength { .. }) => "content length",
        CloseReason::Misbehaved(SwitchMisbehaved::CutOff { .. }) => "cut off",
        CloseReason::Misbehaved(SwitchMisbehaved::Unframed) => "unframed",
        CloseReason::Io(_) => "io",
        other => panic!("{other:?}"),
    }
}
