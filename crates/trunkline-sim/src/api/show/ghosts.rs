//! Rows of channels that were never there: the database believes a CHANNEL_CREATE that somebody sent
//! (`core_event_handler` in `src/switch_core_sqldb.c`), and nothing takes its row out again.

use std::time::Duration;

use trunkline_proto::listener::Packet;

use crate::core::Core;
use crate::time::Time;

/// Columns, and the headers they are taken from.
const COLUMNS: [(&str, &str); 14] = [
    ("direction", "Call-Direction"),
    ("name", "Channel-Name"),
    ("state", "Channel-State"),
    ("callstate", "Channel-Call-State"),
    ("dialplan", "Caller-Dialplan"),
    ("context", "Caller-Context"),
    ("presence_id", "variable_presence_id"),
    ("accountcode", "variable_accountcode"),
    ("initial_cid_name", "Caller-Caller-ID-Name"),
    ("initial_cid_num", "Caller-Caller-ID-Number"),
    ("initial_ip_addr", "Caller-Network-Addr"),
    ("initial_dest", "Caller-Destination-Number"),
    ("initial_dialplan", "Caller-Dialplan"),
    ("initial_context", "Caller-Context"),
];

/// A row without a channel.
#[derive(Debug)]
pub(crate) struct Ghost {
    made: Time,
    columns: Vec<(&'static str, Vec<u8>)>,
}

impl Ghost {
    /// Whether the database has it by now.
    pub(super) fn is_listed(&self, now: Time, delay: Duration) -> bool {
        self.made.after(delay) <= now
    }

    pub(super) fn get(&self, column: &str, core: &Core) -> Vec<u8> {
        match column {
            "created" => self.made.date().into_bytes(),
            "created_epoch" | "call_created_epoch" => self.made.as_secs().to_string().into_bytes(),
            "hostname" => core.config.switchname.clone().into_bytes(),
            _ => {
                let known = self.columns.iter().find(|(name, _)| *name == column);
                known.map(|(_, value)| value.clone()).unwrap_or_default()
            }
        }
    }
}

impl Core {
    /// Somebody has sent a CHANNEL_CREATE that names no channel.
    pub(crate) fn add_ghost(&mut self, packet: &Packet) {
        let column =
            |(column, header): &(&'static str, &str)| Some((*column, packet.header(header)?.into_owned()));
        let columns = COLUMNS.iter().filter_map(column).collect();
        self.stores.ghosts.push(Ghost { made: self.now, columns });
    }
}
