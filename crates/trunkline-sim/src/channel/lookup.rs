//! What a variable's name stands for on a channel (`switch_channel_get_variable_dup` in `src/switch_channel.c` and
//! `switch_caller_get_field_by_name` in `src/switch_caller.c`).

use super::{ChannelId, Profile};
use crate::core::Core;

impl Profile {
    /// One of its fields; nothing where it is not set.
    pub(crate) fn field(&self, name: &[u8]) -> Option<&[u8]> {
        let fields: [(&str, &[u8]); 17] = [
            ("dialplan", &self.dialplan),
            ("username", &self.username),
            ("network_addr", &self.network_addr),
            ("uuid", self.unique_id.as_bytes()),
            ("caller_id_name", &self.caller_name),
            ("caller_id_number", &self.caller_number),
            ("orig_caller_id_name", &self.orig_name),
            ("orig_caller_id_number", &self.orig_number),
            ("callee_id_name", &self.callee_name),
            ("callee_id_number", &self.callee_number),
            ("ani", &self.ani),
            ("rdnis", &self.rdnis),
            ("destination_number", &self.destination),
            ("source", self.source.as_bytes()),
            ("transfer_source", &self.transfer_source),
            ("context", &self.context),
            ("chan_name", &self.channel_name),
        ];
        let field = fields.iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name));
        field.map(|(_, value)| *value).filter(|value| !value.is_empty())
    }
}

impl Profile {
    /// Sets one of its fields, if it has such.
    pub(crate) fn set_field(&mut self, name: &[u8], value: &[u8]) {
        let fields: [(&str, &mut Vec<u8>); 14] = [
            ("dialplan", &mut self.dialplan),
            ("username", &mut self.username),
            ("network_addr", &mut self.network_addr),
            ("caller_id_name", &mut self.caller_name),
            ("caller_id_number", &mut self.caller_number),
            ("orig_caller_id_name", &mut self.orig_name),
            ("orig_caller_id_number", &mut self.orig_number),
            ("callee_id_name", &mut self.callee_name),
            ("callee_id_number", &mut self.callee_number),
            ("ani", &mut self.ani),
            ("rdnis", &mut self.rdnis),
            ("destination_number", &mut self.destination),
            ("context", &mut self.context),
            ("chan_name", &mut self.channel_name),
        ];
        let field = fields.into_iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name));
        if let Some((_, field)) = field {
            *field = value.to_vec();
        }
    }
}

impl Core {
    /// A variable of the channel, or else a field of its caller profile, or else a global variable.
    pub(crate) fn channel_variable(&self, id: ChannelId, name: &[u8]) -> Option<&[u8]> {
        let channel = self.channels.get(id)?;
        let field = || channel.profile.as_ref().and_then(|profile| profile.field(name));
        let global = || self.global_variable(name);
        channel.scope_variable(name).or_else(|| channel.variables.get(name)).or_else(field).or_else(global)
    }

    /// A global variable, by its name in any case.
    pub(crate) fn global_variable(&self, name: &[u8]) -> Option<&[u8]> {
        let is_it = |(known, _): &&(Vec<u8>, Vec<u8>)| known.eq_ignore_ascii_case(name);
        self.globals.iter().find(is_it).map(|(_, value)| value.as_slice())
    }
}
