//! The channel block of an event (`switch_channel_event_set_basic_data` in `switch_channel.c`), in three parts.

use std::time::Duration;

use trunkline_proto::view::Moment;
use trunkline_proto::{Headers, Reached, Value};

use crate::model::channel::{Channel, Codec, Times};
use crate::model::fold::pass::pass;
use crate::model::fold::value::{moment, number};

pass! {
    /// In which state it is. Before that CHANNEL_CALLSTATE says in which its call was.
    States {
        was: "Original-Channel-Call-State",
        _: "Channel-Call-State-Number",
        _: "Direction",
        _: "Bridge-A-Unique-ID",
        _: "Bridge-B-Unique-ID",
        _: "Old-Unique-ID",
        state: "Channel-State",
        call_state: "Channel-Call-State",
        number: "Channel-State-Number",
    }
}

pass! {
    /// Which channel it is.
    Who {
        name: "Channel-Name",
        id: "Unique-ID",
    }
}

pass! {
    /// All else, which mostly is to the byte what the event before has said. It ends with the caller profile
    /// (`switch_caller_profile_event_set_data` in `switch_caller.c`).
    Details {
        _: "Session-External-ID",
        direction: "Call-Direction",
        _: "Presence-Call-Direction",
        _: "Channel-HIT-Dialplan",
        presence_id: "Channel-Presence-ID",
        _: "Channel-Presence-Data",
        _: "Presence-Data-Cols",
        call_uuid: "Channel-Call-UUID",
        answer_state: "Answer-State",
        hangup_cause: "Hangup-Cause",
        read_codec: "Channel-Read-Codec-Name",
        read_rate: "Channel-Read-Codec-Rate",
        read_bit_rate: "Channel-Read-Codec-Bit-Rate",
        write_codec: "Channel-Write-Codec-Name",
        write_rate: "Channel-Write-Codec-Rate",
        write_bit_rate: "Channel-Write-Codec-Bit-Rate",
        caller: "Caller-Direction",
        _: "Caller-Logical-Direction",
        _: "Caller-Username",
        dialplan: "Caller-Dialplan",
        caller_id_name: "Caller-Caller-ID-Name",
        caller_id_number: "Caller-Caller-ID-Number",
        _: "Caller-Orig-Caller-ID-Name",
        _: "Caller-Orig-Caller-ID-Number",
        callee_id_name: "Caller-Callee-ID-Name",
        callee_id_number: "Caller-Callee-ID-Number",
        network_addr: "Caller-Network-Addr",
        _: "Caller-ANI",
        _: "Caller-ANI-II",
        destination_number: "Caller-Destination-Number",
        _: "Caller-Unique-ID",
        _: "Caller-Source",
        _: "Caller-Transfer-Source",
        context: "Caller-Context",
        _: "Caller-RDNIS",
        _: "Caller-Channel-Name",
        _: "Caller-Profile-Index",
        _: "Caller-Profile-Created-Time",
        created: "Caller-Channel-Created-Time",
        answered: "Caller-Channel-Answered-Time",
        progress: "Caller-Channel-Progress-Time",
        progress_media: "Caller-Channel-Progress-Media-Time",
        hung_up: "Caller-Channel-Hangup-Time",
        transferred: "Caller-Channel-Transfer-Time",
        _: "Caller-Channel-Resurrect-Time",
        bridged: "Caller-Channel-Bridged-Time",
        last_hold: "Caller-Channel-Last-Hold",
        hold_accum: "Caller-Channel-Hold-Accum",
        _: "Caller-Screen-Bit",
        _: "Caller-Privacy-Hide-Name",
        hide_number: "Caller-Privacy-Hide-Number",
    }
}

impl<'e> Details<'e> {
    /// What comes behind a channel's name and details, if these are the bytes, read before.
    pub(in crate::model::fold) fn skip(headers: &Headers, from: Reached, read: &[u8]) -> Option<Reached> {
        headers.skip(from, read).filter(|_| Self::may_be_known(headers, from, read))
    }

    /// What of the details is other than in these bytes, read before, and what comes behind them. `None` if all must be read.
    pub(super) fn changes(headers: &'e Headers, from: Reached, read: &[u8]) -> Option<(Self, Reached)> {
        if !Self::may_be_known(headers, from, read) {
            return None;
        }
        Self::changed(headers, from, read)
    }

    fn may_be_known(headers: &Headers, from: Reached, read: &[u8]) -> bool {
        !read.is_empty() && !Who::has_passed(headers, from) && !Self::has_passed(headers, from)
    }

    /// The bytes from a channel's name to the end of these, so that they need not be read again; none if not all stood there.
    pub(in crate::model::fold) fn bytes(
        &self,
        headers: &'e Headers,
        from: Reached,
        behind: Reached,
    ) -> &'e [u8] {
        let may_be = !Who::has_passed(headers, from) && !Self::has_passed(headers, from);
        let whole = may_be && self.hide_number.is_some() && behind.strays_as(from);
        if whole { headers.raw_between(from, behind) } else { &[] }
    }
}

impl Details<'_> {
    /// Whether there is a codec where none was known: its rates may be as they were, and are not among these.
    pub(super) fn names_first_codec(&self, known: &Channel) -> bool {
        let is_first = |known: &Option<Codec>, name: Option<Value<'_>>| known.is_none() && name.is_some();
        is_first(&known.read_codec, self.read_codec) || is_first(&known.write_codec, self.write_codec)
    }

    /// Whether there is something of what seldom changes among them.
    pub(super) fn tells_details(&self) -> bool {
        let codecs = [self.read_codec, self.read_rate, self.read_bit_rate];
        let codecs = codecs.into_iter().chain([self.write_codec, self.write_rate, self.write_bit_rate]);
        let ids = [self.direction, self.presence_id, self.call_uuid, self.dialplan, self.context];
        let caller = [self.caller_id_name, self.caller_id_number, self.callee_id_name, self.callee_id_number];
        let called = [self.destination_number, self.network_addr];
        codecs.chain(ids).chain(caller).chain(called).any(|value| value.is_some())
    }

    pub(super) fn created(&self) -> Option<Moment> {
        self.created.and_then(moment)
    }

    /// Reads the times: all of them, or those that are there.
    pub(super) fn read_times(&self, times: &mut Times, is_whole: bool) {
        for (time, value) in [
            (&mut times.created, self.created),
            (&mut times.progress, self.progress),
            (&mut times.progress_media, self.progress_media),
            (&mut times.answered, self.answered),
            (&mut times.bridged, self.bridged),
            (&mut times.last_hold, self.last_hold),
            (&mut times.transferred, self.transferred),
            (&mut times.hung_up, self.hung_up),
        ] {
            if is_whole || value.is_some() {
                *time = value.and_then(moment);
            }
        }
        if is_whole || self.hold_accum.is_some() {
            times.hold_accum = number(self.hold_accum).map(Duration::from_micros).unwrap_or_default();
        }
    }
}
