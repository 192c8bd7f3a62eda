//! Somebody who waits in a queue.

use trunkline_proto::{ChannelState, HangupCause};

use super::super::media::Playback;
use super::super::sound::length;
use super::super::{Activity, Ending, Progress};
use super::Visit;
use super::queue::SLOTS;
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::event::Origin;
use crate::text::atoi;
use crate::time::Time;

const HANGUP: Origin = super::at(2839);

/// A caller that waits.
#[derive(Debug)]
pub(crate) struct Caller {
    queue: String,
    music: Option<Vec<u8>>,
    announcement: Option<Vec<u8>>,
    playing: Option<Playback>,
    /// The key it has left by.
    key: Option<u8>,
    /// When it is sent elsewhere.
    orbit: Option<Time>,
    /// Who has taken it out.
    consumer: Option<ChannelId>,
    /// It hears the announcement.
    announced: bool,
}

impl Caller {
    pub(super) fn hears(&self) -> bool {
        !self.announced
    }

    /// Takes the key it leaves by, unless it was taken out already.
    pub(super) fn leaves_by(&mut self, digit: u8) -> bool {
        let waits = self.consumer.is_none();
        self.key = Some(digit).filter(|_| waits);
        waits
    }
}

/// How it left.
enum Left {
    /// It was taken out.
    Served,
    Aborted,
    TimedOut,
}

impl Core {
    /// `in [<announcement>] [<music>] [noans|early]`
    pub(super) fn call_in(&mut self, id: ChannelId, queue: String, words: &[Vec<u8>]) -> Progress {
        let music = self.fifo_file(id, words.get(1), "fifo_music");
        let announcement = self.fifo_file(id, words.first(), "fifo_announce");
        let quiet = words
            .get(2)
            .is_some_and(|word| word.eq_ignore_ascii_case(b"noans") || word.eq_ignore_ascii_case(b"early"));
        if !quiet {
            self.answer_leg(id);
        }
        let given = self.channel_variable(id, b"fifo_priority").map(atoi);
        let slot = given.map_or(0, |slot| usize::try_from(slot).unwrap_or(0)).min(SLOTS - 1);
        self.tell_of_fifo(id, &queue, "push", 2743, &[("FIFO-Slot", slot.to_string())]);
        let name = self.fifos.open(queue.as_bytes());
        let place = self.push_caller(id, &name, slot);
        let (date, orbit) = (self.now.date(), self.orbit_time(id));
        if let Some(channel) = self.channels.get_mut(id) {
            let variables = &mut channel.variables;
            variables.set("fifo_position", place.to_string());
            if given.is_none() {
                variables.set("fifo_priority", slot.to_string());
            }
            variables.set("fifo_status", "WAITING");
            variables.set("fifo_timestamp", &date);
            variables.set("fifo_push_timestamp", &date);
            variables.remove(b"fifo_serviced_uuid");
        }
        let mut caller = Caller {
            queue,
            music,
            announcement,
            playing: None,
            key: None,
            orbit,
            consumer: None,
            announced: false,
        };
        self.wait_in_queue(id, self.current_serial(id), &mut caller);
        self.rouse_consumer(&name);
        self.watch_fifos();
        Progress::Waits(Activity::Fifo(Box::new(Visit::Caller(caller))))
    }

    /// `<extension>[:<seconds>]`: when it is that time.
    fn orbit_time(&self, id: ChannelId) -> Option<Time> {
        let orbit = self.channel_variable(id, b"fifo_orbit_exten")?;
        let colon = orbit.iter().position(|byte| *byte == b':');
        let seconds = colon.and_then(|at| orbit.get(at + 1..)).map_or(60, atoi);
        let seconds = u64::try_from(seconds).unwrap_or(60);
        Some(Time::from_micros((self.now.as_secs() + seconds) * 1_000_000))
    }

    fn wait_in_queue(&mut self, id: ChannelId, serial: u64, caller: &mut Caller) {
        let over = Task::ApplicationOver { channel: id, serial };
        if let Some(orbit) = caller.orbit {
            self.after(orbit.since(self.now), over);
        }
        if let Some(music) = caller.music.clone() {
            caller.playing = Some(self.start_playback(id, &music));
            if let Some(length) = length(&music) {
                self.after(length, over);
            }
        }
    }

    /// Tells somebody who waits for callers of a queue that there is one.
    pub(super) fn rouse_consumer(&mut self, queue: &str) {
        let consumers = self.fifos.get(queue).map(|fifo| fifo.consumers.clone()).unwrap_or_default();
        let waits = consumers.into_iter().find(|consumer| match self.visit_mut(*consumer) {
            Some(Visit::Consumer(consumer)) => consumer.waits(),
            _ => false,
        });
        if let Some(consumer) = waits {
            self.rouse(consumer);
        }
    }

    /// What a caller was busy with is over.
    pub(super) fn caller_goes_on(
        &mut self,
        id: ChannelId,
        serial: u64,
        caller: &mut Caller,
        ending: Ending,
    ) -> bool {
        let times_out = caller.orbit.is_some_and(|orbit| orbit <= self.now) && caller.consumer.is_none();
        if let Some(playing) = caller.playing.take() {
            let ending = if times_out && ending == Ending::Done { Ending::Broken } else { ending };
            self.playback_over(id, &playing, ending);
        }
        let left = match (ending, caller.consumer) {
            (Ending::Left, _) => Left::Aborted,
            (_, Some(_)) if !caller.announced && caller.announcement.is_some() => {
                self.announce_to_caller(id, serial, caller);
                return true;
            }
            (_, Some(_)) => Left::Served,
            (_, None) if caller.key.is_some() => Left::Aborted,
            (_, None) if times_out => Left::TimedOut,
            (_, None) => {
                self.wait_in_queue(id, serial, caller);
                return true;
            }
        };
        self.caller_leaves(id, caller, &left);
        false
    }

    fn announce_to_caller(&mut self, id: ChannelId, serial: u64, caller: &mut Caller) {
        caller.announced = true;
        let file = caller.announcement.clone().unwrap_or_default();
        caller.playing = Some(self.start_playback(id, &file));
        if let Some(length) = length(&file) {
            self.after(length, Task::ApplicationOver { channel: id, serial });
        }
    }

    fn caller_leaves(&mut self, id: ChannelId, caller: &Caller, left: &Left) {
        let (status, action) = match left {
            Left::Served => return self.meet_consumer(id, caller),
            Left::Aborted => ("ABORTED", "abort"),
            Left::TimedOut => ("TIMEOUT", "timeout"),
        };
        if let (Some(key), Some(channel)) = (caller.key, self.channels.get_mut(id)) {
            channel.variables.set("fifo_caller_exit_key", [key]);
        }
        self.note_fifo_status(id, status);
        self.tell_of_fifo(id, &caller.queue, action, 2866, &[]);
        let name = self.fifos.open(caller.queue.as_bytes());
        self.remove_caller(id, &name);
        self.stop_ringing_for(id, HangupCause::OriginatorCancel);
        if let Some(consumer) = caller.consumer {
            self.rouse(consumer);
        }
        let by_key = self.channels.get(id).is_some_and(|channel| {
            caller.key.is_some() && channel.variables.is_true("fifo_caller_exit_to_orbit")
        });
        if by_key || matches!(left, Left::TimedOut) {
            self.send_to_orbit(id);
        }
        self.close_after_use(id, &[name]);
    }

    fn send_to_orbit(&mut self, id: ChannelId) {
        let variable = |name: &[u8]| self.channel_variable(id, name).map(<[u8]>::to_vec);
        let Some(orbit) = variable(b"fifo_orbit_exten") else { return };
        let (dialplan, context) = (variable(b"fifo_orbit_dialplan"), variable(b"fifo_orbit_context"));
        let extension = orbit.split(|byte| *byte == b':').next().unwrap_or_default();
        if extension != b"_continue_" {
            self.transfer(id, extension, dialplan.as_deref(), context.as_deref());
        }
    }

    /// Waits to be joined with the consumer, who is told once the state is reached; or ends, if that one is gone.
    fn meet_consumer(&mut self, id: ChannelId, caller: &Caller) {
        let there =
            |consumer: ChannelId| self.channels.get(consumer).is_some_and(|channel| !channel.hung_up());
        let bridged = self.channels.get(id).is_some_and(|channel| channel.bridge.is_some());
        if !caller.consumer.is_some_and(there) {
            self.hangup(id, HangupCause::NormalClearing, &HANGUP);
        } else if bridged {
            // It waited within a bridge, by a message.
            self.leave_for(id, ChannelState::Hibernate);
        } else {
            self.set_target(id, ChannelState::Hibernate);
        }
    }

    /// A consumer takes a caller out.
    pub(super) fn serve_caller(&mut self, id: ChannelId, consumer: ChannelId) {
        let uuid = self.uuid_of(consumer);
        let by = self.channel_variable(consumer, b"fifo_consumer_id").map(<[u8]>::to_vec);
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.set("fifo_serviced_by", by.unwrap_or_else(|| uuid.clone().into_bytes()));
            channel.variables.set("fifo_serviced_uuid", &uuid);
        }
        if let Some(Visit::Caller(caller)) = self.visit_mut(id) {
            caller.consumer = Some(consumer);
            self.rouse(id);
        } else {
            self.rouse(consumer);
        }
    }

    /// A channel waits to be joined with another one: a consumer of a queue, if it has been a caller.
    pub(crate) fn hibernates(&mut self, id: ChannelId) {
        let uuid = self.channel_variable(id, b"fifo_serviced_uuid").map(<[u8]>::to_vec);
        if let Some(consumer) = uuid.and_then(|uuid| self.channels.find(&uuid)) {
            self.rouse(consumer);
        }
    }

    /// Forgets queues nobody uses, if this one's variables say so.
    pub(super) fn close_after_use(&mut self, id: ChannelId, queues: &[String]) {
        let closes = |channel: &crate::channel::Channel| channel.variables.is_true("fifo_destroy_after_use");
        if self.channels.get(id).is_some_and(closes) {
            queues.iter().for_each(|queue| self.fifos.close(queue));
        }
    }
}
