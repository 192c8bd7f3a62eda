//! The channel block of an event (`switch_channel_event_set_basic_data` in `switch_channel.c`), in two parts.

use std::time::Duration;

use trunkline_proto::Value;
use trunkline_proto::view::Moment;

use crate::model::channel::Times;
use crate::model::fold::pass::pass;
use crate::model::fold::value::{moment, number};

pass! {
    /// Which channel it is, and in which state.
    Identity {
        state: "Channel-State",
        call_state: "Channel-Call-State",
        state_number: "Channel-State-Number",
        name: "Channel-Name",
        id: "Unique-ID",
    }
}

pass! {
    /// All else, which mostly is to the byte what the event before has said. It ends with the caller profile
    /// (`switch_caller_profile_event_set_data` in `switch_caller.c`).
    Details {
        _external_id: "Session-External-ID",
        direction: "Call-Direction",
        _presence_direction: "Presence-Call-Direction",
        _hit_dialplan: "Channel-HIT-Dialplan",
        presence_id: "Channel-Presence-ID",
        _presence_data: "Channel-Presence-Data",
        _presence_data_cols: "Presence-Data-Cols",
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
        _logical_direction: "Caller-Logical-Direction",
        _username: "Caller-Username",
        dialplan: "Caller-Dialplan",
        caller_id_name: "Caller-Caller-ID-Name",
        caller_id_number: "Caller-Caller-ID-Number",
        _orig_caller_id_name: "Caller-Orig-Caller-ID-Name",
        _orig_caller_id_number: "Caller-Orig-Caller-ID-Number",
        callee_id_name: "Caller-Callee-ID-Name",
        callee_id_number: "Caller-Callee-ID-Number",
        network_addr: "Caller-Network-Addr",
        _ani: "Caller-ANI",
        _ani_ii: "Caller-ANI-II",
        destination_number: "Caller-Destination-Number",
        _unique_id: "Caller-Unique-ID",
        _source: "Caller-Source",
        _transfer_source: "Caller-Transfer-Source",
        context: "Caller-Context",
        _rdnis: "Caller-RDNIS",
        _channel_name: "Caller-Channel-Name",
        _profile_index: "Caller-Profile-Index",
        _profile_created: "Caller-Profile-Created-Time",
        created: "Caller-Channel-Created-Time",
        answered: "Caller-Channel-Answered-Time",
        progress: "Caller-Channel-Progress-Time",
        progress_media: "Caller-Channel-Progress-Media-Time",
        hung_up: "Caller-Channel-Hangup-Time",
        transferred: "Caller-Channel-Transfer-Time",
        _resurrected: "Caller-Channel-Resurrect-Time",
        bridged: "Caller-Channel-Bridged-Time",
        last_hold: "Caller-Channel-Last-Hold",
        hold_accum: "Caller-Channel-Hold-Accum",
        _screen_bit: "Caller-Screen-Bit",
        _hide_name: "Caller-Privacy-Hide-Name",
        hide_number: "Caller-Privacy-Hide-Number",
    }
}

impl Identity<'_> {
    /// Whether nothing is missing.
    pub(super) fn is_whole(&self) -> bool {
        [self.state, self.call_state, self.state_number, self.name, self.id].iter().all(Option::is_some)
    }
}

impl Details<'_> {
    pub(super) fn created(&self) -> Option<Moment> {
        self.created.and_then(moment)
    }

    pub(super) fn times(&self) -> Times {
        let moment = |value: Option<Value<'_>>| value.and_then(moment);
        Times {
            created: self.created(),
            progress: moment(self.progress),
            progress_media: moment(self.progress_media),
            answered: moment(self.answered),
            bridged: moment(self.bridged),
            last_hold: moment(self.last_hold),
            hold_accum: number(self.hold_accum).map(Duration::from_micros).unwrap_or_default(),
            transferred: moment(self.transferred),
            hung_up: moment(self.hung_up),
        }
    }
}
