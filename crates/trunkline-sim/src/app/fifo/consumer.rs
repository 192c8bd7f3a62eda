//! Somebody who takes callers out of queues.

use std::time::Duration;

use super::super::media::Playback;
use super::super::sound::length;
use super::super::{Activity, Ending, Progress};
use super::Visit;
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::text::atoi;

/// A consumer.
#[derive(Debug)]
pub(crate) struct Consumer {
    /// As it was given.
    pub(super) name: String,
    queues: Vec<String>,
    /// Whether it waits for callers, and for the next after each.
    stays: bool,
    music: Option<Vec<u8>>,
    announcement: Option<Vec<u8>>,
    pub(super) step: Step,
}

/// What it is busy with.
#[derive(Debug)]
pub(super) enum Step {
    /// It waits for a caller, and may hear music.
    Waits(Option<Playback>),
    /// It hears the announcement of a caller.
    Hears(Playback, String, ChannelId),
    /// It waits for the caller to be ready.
    Meets(String, ChannelId),
    Talks(String, ChannelId),
    /// The talk is over.
    Talked,
    WrapsUp,
}

/// How long it has after a talk, unless its variables say so.
const WRAP_UP: Duration = Duration::from_millis(5000);

impl Consumer {
    pub(super) fn waits(&self) -> bool {
        matches!(self.step, Step::Waits(_))
    }

    pub(super) fn wraps_up(&self) -> bool {
        matches!(self.step, Step::WrapsUp)
    }

    pub(super) fn talks_with(&self) -> Option<ChannelId> {
        match self.step {
            Step::Talks(_, caller) => Some(caller),
            _ => None,
        }
    }
}

impl Core {
    /// `out [wait|nowait] [<announcement>] [<music>]`
    pub(super) fn consume(
        &mut self,
        id: ChannelId,
        name: String,
        queues: Vec<String>,
        words: &[Vec<u8>],
    ) -> Progress {
        let stays = match words.first().map(|word| word.to_ascii_lowercase()).as_deref() {
            None | Some(b"wait") => true,
            Some(b"nowait") => false,
            Some(_) => return self.fifo_usage(id),
        };
        let music = self.fifo_file(id, words.get(2), "fifo_music");
        let announcement = self.fifo_file(id, words.get(1), "fifo_announce");
        if stays {
            for queue in &queues {
                if let Some(fifo) = self.fifos.get_mut(queue) {
                    fifo.consumers.push(id);
                }
            }
            self.answer_leg(id);
        }
        self.tell_of_fifo(id, &name, "consumer_start", 2983, &[]);
        self.note_fifo_status(id, "WAITING");
        let mut consumer = Consumer { name, queues, stays, music, announcement, step: Step::Waits(None) };
        if self.seek_caller(id, self.current_serial(id), &mut consumer) {
            Progress::Waits(Activity::Fifo(Box::new(Visit::Consumer(consumer))))
        } else {
            self.consumer_leaves(id, &consumer);
            Progress::Done
        }
    }

    /// Waits for a caller; false if it does not.
    fn seek_caller(&mut self, id: ChannelId, serial: u64, consumer: &mut Consumer) -> bool {
        let over = Task::ApplicationOver { channel: id, serial };
        let callers = self.callers_wait(&consumer.queues);
        match consumer.music.clone().filter(|_| consumer.stays) {
            Some(music) => {
                consumer.step = Step::Waits(Some(self.start_playback(id, &music)));
                if callers {
                    self.after(self.config.frame, over);
                } else if let Some(length) = length(&music) {
                    self.after(length, over);
                }
                true
            }
            None if callers => self.take_caller(id, serial, consumer),
            None => {
                consumer.step = Step::Waits(None);
                consumer.stays
            }
        }
    }

    /// What a consumer was busy with is over.
    pub(super) fn consumer_goes_on(
        &mut self,
        id: ChannelId,
        serial: u64,
        consumer: &mut Consumer,
        ending: Ending,
    ) -> bool {
        let goes_on = match std::mem::replace(&mut consumer.step, Step::Talked) {
            Step::Waits(music) => {
                self.stop_music(id, consumer, music, ending);
                ending != Ending::Left && self.take_caller(id, serial, consumer)
            }
            Step::Hears(playing, queue, caller) => {
                self.playback_over(id, &playing, ending);
                ending != Ending::Left && self.ask_caller(id, consumer, queue, caller)
            }
            Step::Meets(_, caller) if ending == Ending::Left => {
                self.abandon_caller(id, caller);
                false
            }
            Step::Meets(queue, caller) => {
                let talks = self.talk(id, consumer, queue, caller);
                talks || self.wrap_up(id, serial, consumer)
            }
            Step::Talks(queue, caller) => {
                // The call is over, and the bridge has not been seen to be.
                self.talk_over(id, &consumer.name, &queue, caller);
                false
            }
            Step::Talked => ending != Ending::Left && self.wrap_up(id, serial, consumer),
            Step::WrapsUp => ending != Ending::Left && self.come_again(id, serial, consumer),
        };
        if !goes_on {
            self.consumer_leaves(id, consumer);
        }
        goes_on
    }

    fn stop_music(&mut self, id: ChannelId, consumer: &Consumer, music: Option<Playback>, ending: Ending) {
        let Some(music) = music else { return };
        // It stops for a caller.
        let stopped = ending == Ending::Done && self.callers_wait(&consumer.queues);
        self.playback_over(id, &music, if stopped { Ending::Broken } else { ending });
    }

    /// Takes the next caller out, or waits on.
    fn take_caller(&mut self, id: ChannelId, serial: u64, consumer: &mut Consumer) -> bool {
        let Some((queue, caller)) = self.pop_caller(id, &consumer.queues) else {
            return consumer.stays && self.seek_caller(id, serial, consumer);
        };
        self.tell_of_fifo(caller, &consumer.name, "caller_pop", 3224, &[]);
        let who = [("FIFO-Caller-UUID", self.uuid_of(caller))];
        self.tell_of_fifo(id, &consumer.name, "consumer_pop", 3242, &who);
        let own = self.channel_variable(caller, b"fifo_override_announce").map(<[u8]>::to_vec);
        match own.or_else(|| consumer.announcement.clone()) {
            Some(file) => {
                let playing = self.start_playback(id, &file);
                if let Some(length) = length(&file) {
                    self.after(length, Task::ApplicationOver { channel: id, serial });
                }
                consumer.step = Step::Hears(playing, queue, caller);
                true
            }
            None => self.ask_caller(id, consumer, queue, caller),
        }
    }

    /// Has a caller come out of its queue.
    fn ask_caller(
        &mut self,
        id: ChannelId,
        consumer: &mut Consumer,
        queue: String,
        caller: ChannelId,
    ) -> bool {
        consumer.step = Step::Meets(queue, caller);
        self.serve_caller(caller, id);
        true
    }

    /// A consumer has gone away before it could talk with the caller it took out.
    fn abandon_caller(&mut self, id: ChannelId, caller: ChannelId) {
        let name = self.channel_variable(caller, b"caller_id_name").unwrap_or_default().to_vec();
        let number = self.channel_variable(caller, b"caller_id_number").unwrap_or_default().to_vec();
        if let Some(channel) = self.channels.get_mut(id) {
            let shown = [name.as_slice(), b" (AGENT FAIL)"].concat();
            channel.variables.set("last_sent_callee_id_name", shown);
            channel.variables.set("last_sent_callee_id_number", number);
        }
        let hibernates = |channel: &crate::channel::Channel| {
            channel.running == trunkline_proto::ChannelState::Hibernate && !channel.hung_up()
        };
        if self.channels.get(caller).is_some_and(hibernates) {
            self.call_in_again(caller);
        }
    }

    /// After a talk it may have some time for itself, before it waits for the next.
    fn wrap_up(&mut self, id: ChannelId, serial: u64, consumer: &mut Consumer) -> bool {
        if !consumer.stays {
            return false;
        }
        let given = self.channel_variable(id, b"fifo_consumer_wrapup_time").map(atoi);
        let time = given.map_or(WRAP_UP, |time| Duration::from_millis(u64::try_from(time).unwrap_or(0)));
        let has_key = self.channel_variable(id, b"fifo_consumer_wrapup_key").is_some();
        if time.is_zero() && !has_key {
            return self.come_again(id, serial, consumer);
        }
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.set("fifo_status", "WRAPUP");
        }
        self.tell_of_fifo(id, &consumer.name, "consumer_wrapup", 3568, &[]);
        if time.is_zero() {
            return self.come_again(id, serial, consumer);
        }
        consumer.step = Step::WrapsUp;
        self.after(time, Task::ApplicationOver { channel: id, serial });
        true
    }

    fn come_again(&mut self, id: ChannelId, serial: u64, consumer: &mut Consumer) -> bool {
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.set("fifo_status", "WAITING");
        }
        self.tell_of_fifo(id, &consumer.name, "consumer_reentrance", 3623, &[]);
        self.seek_caller(id, serial, consumer)
    }

    fn consumer_leaves(&mut self, id: ChannelId, consumer: &Consumer) {
        self.tell_of_fifo(id, &consumer.name, "consumer_stop", 3632, &[]);
        for queue in &consumer.queues {
            if let Some(fifo) = self.fifos.get_mut(queue) {
                fifo.consumers.retain(|known| *known != id);
            }
        }
        self.track_member(id);
        self.close_after_use(id, &consumer.queues);
    }
}
