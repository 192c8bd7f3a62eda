//! Dialplan applications: running them, and a file for each family of them.

mod att_xfer;
mod bridge;
mod broadcast;
mod bugs;
mod call;
mod camp_on;
mod conference;
mod digit_action;
mod digits;
mod eavesdrop;
mod fifo;
mod flags;
mod gather;
mod heartbeat;
mod hooks;
mod media;
mod message;
mod meta;
mod playlist;
mod programs;
mod record;
mod say;
mod schedule;
mod settings;
mod socket;
mod sound;
mod stores;
mod tell;
mod transfer;
mod valet;
mod variables;

use std::collections::VecDeque;

use trunkline_proto::HangupCause;

use crate::api::is_application;
use crate::channel::{Channel, ChannelId, Variables as ChannelVariables, cdr, take_scope};
use crate::core::Core;
use crate::event::origin;
use crate::expand::needs_expansion;
use crate::log;
use crate::originate::Variables;
use crate::time::Time;
use message::Message;
use socket::Socket;

pub(crate) use socket::{Dial, SocketMode};

pub(crate) use broadcast::Broadcast;
pub(crate) use bugs::Bug;
pub(crate) use conference::file_length;
pub(crate) use digit_action::DigitActions;
pub(crate) use digits::Ear;
pub(crate) use fifo::{Fifo, Fifos, Member, RingId};
pub(crate) use heartbeat::Heartbeat;
pub(crate) use message::Queued;
pub(crate) use meta::{Meta, Presses};
pub(crate) use record::Recording;
pub(crate) use valet::Lots;

/// An application to run.
#[derive(Debug, Clone)]
pub(crate) struct Action {
    pub(crate) app: String,
    pub(crate) data: Vec<u8>,
}

impl Action {
    pub(crate) fn new(app: &str, data: &[u8]) -> Self {
        Self { app: app.to_owned(), data: data.to_vec() }
    }
}

/// An application that runs.
#[derive(Debug)]
pub(crate) struct Running {
    started: Started,
    activity: Activity,
    /// Its time is over; it ends once what runs within it has.
    over: bool,
}

impl Running {
    pub(crate) fn is_over(&self) -> bool {
        self.over || matches!(&self.activity, Activity::Extension(actions) if actions.is_empty())
    }

    /// Whether it does nothing but wait for commands.
    pub(crate) fn is_parked(&self) -> bool {
        match &self.activity {
            Activity::Park => true,
            Activity::Socket(socket) => socket.is_parked(),
            _ => false,
        }
    }

    /// Whether it ends once nothing is heard any more.
    pub(crate) fn only_listens(&self) -> bool {
        use Activity::{Media, Park, Playback, Playlist, Sleep, Tones};
        matches!(&self.activity, Park | Media | Sleep | Tones | Playback(_) | Playlist(_))
    }

    /// How it came to its end.
    fn ending(&self) -> Ending {
        match (self.over, self.started.broken) {
            (_, true) => Ending::Broken,
            (true, false) => Ending::Done,
            (false, false) => Ending::Left,
        }
    }

    /// Whether it goes on although the call is over.
    pub(crate) fn outlasts_call(&self) -> bool {
        !self.over && matches!(&self.activity, Activity::Socket(socket) if socket.outlasts_call())
    }
}

impl Running {
    /// Whether it is an extension that has an application left to run.
    pub(crate) fn has_next(&self) -> bool {
        matches!(&self.activity, Activity::Extension(actions) if !actions.is_empty())
    }
}

impl Channel {
    /// Whether a file is played to it.
    pub(crate) fn plays(&self) -> bool {
        let plays = |activity: &Activity| matches!(activity, Activity::Playback(_) | Activity::Playlist(_));
        self.running_apps.last().is_some_and(|running| plays(&running.activity))
    }

    /// Whether what it runs has to end because of what becomes of the call.
    pub(crate) fn ends_applications(&self) -> bool {
        self.is_leaving() || self.running != self.target || self.queued_extension.is_some()
    }
}

/// An application that was begun.
#[derive(Debug)]
struct Started {
    action: Action,
    uuid: String,
    /// Which of the channel's applications it is, counted from 1.
    serial: u64,
    since: Time,
    /// Whether a command has cut it short.
    broken: bool,
    /// Whether it has variables for itself.
    scoped: bool,
    /// The message that began it.
    message: Option<Message>,
}

/// What is to be done when an application that takes time ends.
#[derive(Debug)]
pub(crate) enum Activity {
    Park,
    /// Until the call is over: echo.
    Media,
    Sleep,
    Tones,
    Playback(media::Playback),
    Playlist(Box<playlist::Playlist>),
    Record(Box<Recording>),
    Gather(Box<gather::Gather>),
    Bridge(bridge::Bridging),
    Camp(Box<camp_on::Camp>),
    AttXfer(att_xfer::Consultation),
    Eavesdrop(Box<eavesdrop::Eavesdropping>),
    /// An extension within the one under way: what it is still to execute.
    Extension(VecDeque<Action>),
    Socket(Socket),
    Conference(conference::Stay),
    Valet(valet::Parked),
    Fifo(Box<fifo::Visit>),
}

/// Why an application that takes time has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Done,
    /// A command stopped it.
    Broken,
    /// The call is over, or goes on elsewhere.
    Left,
}

/// How an application ended, or that it has not.
pub(crate) enum Progress {
    Done,
    Waits(Activity),
}

type Application = fn(&mut Core, ChannelId, &[u8]) -> Progress;

const FAMILIES: &[&[(&str, Application)]] = &[
    att_xfer::APPLICATIONS,
    bridge::APPLICATIONS,
    bugs::APPLICATIONS,
    call::APPLICATIONS,
    conference::APPLICATIONS,
    digit_action::APPLICATIONS,
    digits::APPLICATIONS,
    eavesdrop::APPLICATIONS,
    fifo::APPLICATIONS,
    gather::APPLICATIONS,
    heartbeat::APPLICATIONS,
    media::APPLICATIONS,
    meta::APPLICATIONS,
    playlist::APPLICATIONS,
    programs::APPLICATIONS,
    record::APPLICATIONS,
    schedule::APPLICATIONS,
    say::APPLICATIONS,
    settings::APPLICATIONS,
    socket::APPLICATIONS,
    stores::APPLICATIONS,
    tell::APPLICATIONS,
    transfer::APPLICATIONS,
    valet::APPLICATIONS,
    variables::APPLICATIONS,
];

/// The name of every application.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().flat_map(|family| family.iter().map(|(name, _)| *name))
}

fn find(name: &str) -> Option<(&'static str, Application)> {
    let mut all = FAMILIES.iter().flat_map(|family| family.iter());
    all.find(|(known, _)| known.eq_ignore_ascii_case(name)).copied()
}

const RESPONSE: &str = "current_application_response";

impl Core {
    /// Starts a channel's next application, or ends the call that has none left.
    pub(crate) fn next_application(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let next = if channel.running_apps.is_empty() {
            channel.extension.pop_front()
        } else {
            self.next_of_extension(id)
        };
        if let Some(action) = next {
            let uuid = self.new_uuid();
            return self.execute(id, action, uuid, None);
        }
        self.log_session(log::NOTICE, &origin::LAST_INSTRUCTION, id, |channel| {
            format!("{} has executed the last dialplan instruction, hanging up.", channel.shown_name())
        });
        self.hangup(id, HangupCause::NormalClearing, &origin::LAST_HANGUP);
    }

    fn execute(&mut self, id: ChannelId, action: Action, uuid: String, message: Option<Message>) {
        self.keep_app_uuid(id, message.as_ref());
        if let (Some(message), Some(channel)) = (&message, self.channels.get_mut(id)) {
            channel.variables.set("current_loop", message.turn().to_string());
            channel.variables.set("total_loops", message.loops().to_string());
        }
        let action = with_argument_of_name(action);
        let Some((name, application)) = find(&action.app) else {
            if is_application(&action.app) {
                let text = |_: &Channel| format!("{} is not simulated", action.app);
                self.log_session(log::WARNING, &origin::NOT_SIMULATED, id, text);
            }
            let text = |_: &Channel| format!("Invalid Application {}", action.app);
            self.log_session(log::ERR, &origin::INVALID_APPLICATION, id, text);
            self.hangup(id, HangupCause::DestinationOutOfOrder, &origin::INVALID_APPLICATION_HANGUP);
            return self.message_done(id, message.as_ref());
        };
        let silent = |channel: &Channel| !channel.has_media() && !channel.is_outbound() && !channel.hung_up();
        if flags::NEEDS_MEDIA.contains(&name) && self.channels.get(id).is_some_and(silent) {
            call::pre_answer(self, id, b"");
        }
        let (data, scope) = self.expand_data(id, action.data);
        let action = Action { app: name.to_owned(), data };
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.variables.remove(b"app_uuid");
        channel.applications += 1;
        let (serial, since, scoped) = (channel.applications, self.now, scope.is_some());
        if let Some(scope) = scope {
            channel.push_scope(scope);
        }
        let started = Started { action, uuid, serial, since, broken: false, scoped, message };
        self.announce_application(id, &started);
        match application(self, id, &started.action.data) {
            Progress::Done => self.complete(id, started),
            Progress::Waits(activity) => {
                if let Some(channel) = self.channels.get_mut(id) {
                    channel.running_apps.push(Running { started, activity, over: false });
                }
            }
        }
    }

    /// The id an application was to have is a variable until it begins.
    fn keep_app_uuid(&mut self, id: ChannelId, message: Option<&Message>) {
        let uuid = message.and_then(Message::uuid);
        if let (Some(uuid), Some(channel)) = (uuid, self.channels.get_mut(id)) {
            channel.variables.set("app_uuid", uuid);
        }
    }

    /// Runs an application while the dialplan is still being asked (`exec_app` in `mod_dialplan_xml.c`).
    pub(crate) fn execute_inline(&mut self, id: ChannelId, action: Action) {
        let Some((name, _)) = find(&action.app) else {
            let text = |_: &Channel| format!("Invalid Application {}", action.app);
            self.log_session(log::ERR, &origin::DIALPLAN_INVALID_APPLICATION, id, text);
            let origin = &origin::DIALPLAN_INVALID_APPLICATION_HANGUP;
            self.hangup(id, HangupCause::DestinationOutOfOrder, origin);
            return;
        };
        if !flags::INLINE.contains(&name) {
            let text = |_: &Channel| "This application cannot be executed inline".into();
            return self.log_session(log::ERR, &origin::DIALPLAN_NOT_INLINE, id, text);
        }
        let uuid = self.new_uuid();
        self.execute(id, action, uuid, None);
    }

    /// The data of an application with its variables put in, and the variables it has for itself, unless the
    /// channel's own say otherwise.
    fn expand_data(&mut self, id: ChannelId, data: Vec<u8>) -> (Vec<u8>, Option<Variables>) {
        if !needs_expansion(&data) && !data.starts_with(b"%") {
            return (data, None);
        }
        let disabled = |channel: &Channel| channel.variables.is_true("app_disable_expand_variables");
        if self.channels.get(id).is_some_and(disabled) {
            return (data, None);
        }
        let data = self.expand(id, &data);
        match take_scope(&data) {
            Some((scope, rest)) => (rest.to_vec(), Some(scope)),
            None => (data, None),
        }
    }

    fn announce_application(&mut self, id: ChannelId, started: &Started) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let action = &started.action;
        channel.last_app = Some((action.app.clone(), action.data.clone()));
        channel.show_last_app();
        note_application(&mut channel.variables, action);
        if channel.variables.is_true(cdr::ASKS) {
            channel.app_log.note(action, self.now);
        }
        self.log_clean(log::INFO, &origin::EXEC, id, |channel| {
            let data = String::from_utf8_lossy(&action.data);
            format!("EXECUTE [depth=0] {} {}({data})", channel.shown_name(), action.app)
        });
        let headers = application_headers(started, None);
        self.fire_channel_with(id, &origin::EXECUTE, &[], &borrowed(&headers));
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.set("current_application", action.app.as_str());
        }
    }

    fn complete(&mut self, id: ChannelId, mut started: Started) {
        let Some(channel) = self.channels.get(id) else { return };
        let response = channel.variables.get(RESPONSE.as_bytes()).unwrap_or(b"_none_").to_vec();
        let headers = application_headers(&started, Some(&response));
        self.fire_channel_with(id, &origin::EXECUTE_COMPLETE, &[], &borrowed(&headers));
        if let Some(channel) = self.channels.get_mut(id).filter(|_| started.scoped) {
            channel.pop_scope();
        }
        if self.next_turn(id, &mut started) {
            return self.execute(id, started.action, started.uuid, started.message);
        }
        self.message_done(id, started.message.as_ref());
    }

    /// A timer of an application has run out.
    pub(crate) fn application_over(&mut self, id: ChannelId, serial: u64) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let running = channel.running_apps.iter_mut().find(|running| running.started.serial == serial);
        if let Some(running) = running {
            running.over = true;
            self.wake(id);
        }
    }

    /// Ends the innermost application.
    pub(crate) fn end_application(&mut self, id: ChannelId) {
        let running = self.channels.get_mut(id).and_then(|channel| channel.running_apps.pop());
        let Some(mut running) = running else { return };
        let ending = running.ending();
        if self.goes_on(id, &mut running, ending) {
            (running.over, running.started.broken) = (false, false);
            return self.channels.get_mut(id).map_or((), |channel| channel.running_apps.push(running));
        }
        match &mut running.activity {
            Activity::Park => self.stop_parking(id),
            Activity::Playback(playback) => {
                self.playback_over(id, playback, ending);
                self.note_playback(id, playback, ending);
                self.line_changes(id);
            }
            Activity::Gather(gather) => self.gather_over(id, gather),
            Activity::Valet(parked) => self.valet_over(id, parked, ending),
            Activity::Record(recording) => self.record_over(id, recording),
            Activity::Bridge(bridge::Bridging::Dialing(originate)) if !running.over => {
                self.cancel_originate(*originate, HangupCause::OriginatorCancel.into());
            }
            Activity::AttXfer(consultation) if !running.over => self.consultation_left(id, *consultation),
            Activity::Eavesdrop(eavesdropping) => self.eavesdropping_over(id, eavesdropping),
            Activity::Socket(socket) => self.socket_over(id, socket),
            Activity::Media
            | Activity::Sleep
            | Activity::Bridge(_)
            | Activity::Camp(_)
            | Activity::AttXfer(_)
            | Activity::Extension(_)
            | Activity::Conference(_)
            | Activity::Fifo(_)
            | Activity::Playlist(_)
            | Activity::Tones => {}
        }
        self.complete(id, running.started);
    }

    /// Whether an application has something else to do before it ends.
    fn goes_on(&mut self, id: ChannelId, running: &mut Running, ending: Ending) -> bool {
        let leaves = self.channels.get(id).is_none_or(Channel::ends_applications);
        match &mut running.activity {
            Activity::Conference(stay) => {
                let Some(activity) = self.stay_over(id, stay, ending) else { return false };
                running.activity = activity;
                true
            }
            Activity::Gather(gather) if !leaves => {
                let Some(Progress::Waits(activity)) = self.place_told(id, gather) else { return false };
                running.started.serial = self.new_serial(id);
                running.activity = activity;
                true
            }
            Activity::Playlist(list) => {
                running.started.serial = self.new_serial(id);
                let ending = if leaves { Ending::Left } else { ending };
                self.playlist_goes_on(id, running.started.serial, list, ending)
            }
            Activity::Fifo(visit) => {
                running.started.serial = self.new_serial(id);
                let ending = if leaves { Ending::Left } else { ending };
                self.visit_goes_on(id, running.started.serial, visit, ending)
            }
            Activity::Camp(camp) => {
                let ending = if leaves { Ending::Left } else { ending };
                self.camp_goes_on(id, running.started.serial, camp, ending)
            }
            _ => false,
        }
    }

    /// Counts an application once more: timers of what it did until now are none of its own any longer.
    fn new_serial(&mut self, id: ChannelId) -> u64 {
        if let Some(channel) = self.channels.get_mut(id) {
            channel.applications += 1;
        }
        self.current_serial(id)
    }

    /// The serial number of the application being started.
    fn current_serial(&self, id: ChannelId) -> u64 {
        self.channels.get(id).map_or(0, |channel| channel.applications)
    }
}

fn note_application(variables: &mut ChannelVariables, action: &Action) {
    variables.set("current_application", action.app.as_str());
    variables.set("current_application_data", action.data.as_slice());
    variables.remove(RESPONSE.as_bytes());
}

type Headers = Vec<(&'static str, Vec<u8>)>;

/// `name::argument`, where it has no argument otherwise.
fn with_argument_of_name(action: Action) -> Action {
    match action.app.split_once("::") {
        Some((app, data)) if action.data.is_empty() => Action::new(app, data.as_bytes()),
        _ => action,
    }
}

fn application_headers(started: &Started, response: Option<&[u8]>) -> Headers {
    let action = &started.action;
    let mut headers: Headers = vec![("Application", action.app.clone().into_bytes())];
    if !action.data.is_empty() {
        headers.push(("Application-Data", action.data.clone()));
    }
    if let Some(response) = response {
        headers.push(("Application-Response", response.to_vec()));
    }
    headers.push(("Application-UUID", started.uuid.as_bytes().to_vec()));
    if let Some(name) = started.message.as_ref().and_then(Message::uuid_name) {
        headers.push(("Application-UUID-Name", name));
    }
    headers
}

fn borrowed(headers: &Headers) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (*name, value.as_slice())).collect()
}
