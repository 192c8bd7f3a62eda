//! Sending a call somewhere else (`switch_ivr_session_transfer` in `src/switch_ivr.c`).

use std::time::Duration;

use trunkline_proto::{ChannelState, HangupCause};

use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::event::origin;
use crate::log;
use crate::text::atoi;
use crate::time::Time;

/// How often a call may be sent on.
const MOST_FORWARDS: i32 = 70;

impl Core {
    /// Sends a channel to an extension; an empty dialplan or context is the one it is in.
    pub(crate) fn transfer(
        &mut self,
        id: ChannelId,
        number: &[u8],
        dialplan: Option<&[u8]>,
        context: Option<&[u8]>,
    ) {
        let Some(channel) = self.channels.get(id).filter(|channel| !channel.hung_up()) else { return };
        let left = channel.variables.get("max_forwards").map_or(MOST_FORWARDS, |left| atoi(left) - 1);
        if left <= 0 {
            self.hangup(id, HangupCause::ExchangeRoutingError, &origin::TRANSFER);
            return;
        }
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.set("max_forwards", left.to_string());
            channel.kept_digits.clear();
        }
        self.execute_on(id, "execute_on_blind_transfer");
        let bridged = self.channels.get(id).and_then(|channel| channel.bridge).map(|bridge| bridge.peer);
        for leg in [Some(id), bridged].into_iter().flatten() {
            if let Some(channel) = self.channels.get_mut(leg) {
                channel.variables.remove(b"signal_bond");
            }
        }
        let Some(whereto) = self.send_profile(id, number, dialplan, context) else { return };
        let [number, context, dialplan] = whereto.map(|text| String::from_utf8_lossy(&text).into_owned());
        self.note_transfer(id, &format!("bl_xfer:{number}/{context}/{dialplan}"));
        self.log_session(log::NOTICE, &origin::TRANSFER, id, |channel| {
            format!("Transfer {} to {dialplan}[{number}@{context}]", channel.shown_name())
        });
        self.leave_for(id, ChannelState::Routing);
        self.run_xfer_hook(id);
    }

    /// Has a channel's caller profile, and what it was to execute, be those of one that calls there: the number, the
    /// context and the dialplan in the end, unless the call is over.
    fn send_profile(
        &mut self,
        id: ChannelId,
        number: &[u8],
        dialplan: Option<&[u8]>,
        context: Option<&[u8]>,
    ) -> Option<[Vec<u8>; 3]> {
        let now = self.now;
        let channel = self.channels.get_mut(id).filter(|channel| !channel.hung_up())?;
        channel.other = None;
        channel.extension.clear();
        channel.transferred = true;
        let logical_direction = channel.logical_direction();
        let variables = &channel.variables;
        let Some(profile) = &mut channel.profile else {
            return Some([number.to_vec(), Vec::new(), Vec::new()]);
        };
        let or = |given: Option<&[u8]>, forced: &str, known: &[u8], default: &[u8]| match given {
            Some(given) if !given.is_empty() => given.to_vec(),
            _ => match variables.get(forced) {
                Some(forced) => forced.to_vec(),
                None if known.is_empty() || known.eq_ignore_ascii_case(b"inline") => default.to_vec(),
                None => known.to_vec(),
            },
        };
        profile.rdnis = std::mem::replace(&mut profile.destination, number.to_vec());
        profile.dialplan = or(dialplan, "force_transfer_dialplan", &profile.dialplan, b"XML");
        profile.context = or(context, "force_transfer_context", &profile.context, b"default");
        profile.index += 1;
        profile.logical_direction = logical_direction;
        profile.profile_created = now;
        profile.times.bridged = Time::default();
        profile.times.last_hold = Time::default();
        Some([number.to_vec(), profile.context.clone(), profile.dialplan.clone()])
    }

    /// Writes a transfer down.
    pub(crate) fn note_transfer(&mut self, id: ChannelId, what: &str) {
        let source = format!("{}:{}:{what}", self.now.as_secs(), self.new_uuid());
        let Some(channel) = self.channels.get_mut(id) else { return };
        if let Some(profile) = &mut channel.profile {
            profile.transfer_source = source.clone().into_bytes();
        }
        channel.variables.append("transfer_history", &source);
        channel.variables.set("transfer_source", source);
    }

    /// Takes a channel out of what it does and sends it to a state.
    pub(crate) fn leave_for(&mut self, id: ChannelId, state: ChannelState) {
        let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.hung_up()) else { return };
        channel.redirected = true;
        channel.target = state;
        let peers: Vec<_> = channel.bridges().map(|bridge| bridge.peer).collect();
        self.leave_soon(id);
        self.wake(id);
        for peer in peers {
            // It notices once this one is on its way.
            self.after(Duration::from_millis(1), Task::Wake(peer));
        }
    }
}
