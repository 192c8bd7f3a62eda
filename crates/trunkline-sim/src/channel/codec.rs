//! Codecs, and the headers that tell them (`switch_channel_event_set_basic_data` in `src/switch_channel.c`).

use std::sync::OnceLock;

use crate::event::Headers;

/// A codec, as headers name it.
#[derive(Debug)]
pub(crate) struct Codec {
    pub(crate) name: &'static str,
    pub(crate) rate: &'static str,
    pub(crate) bit_rate: &'static str,
    read: OnceLock<Headers>,
    write: OnceLock<Headers>,
}

impl Codec {
    pub(crate) const fn new(name: &'static str, rate: &'static str, bit_rate: &'static str) -> Self {
        Self { name, rate, bit_rate, read: OnceLock::new(), write: OnceLock::new() }
    }

    /// Of a channel that reads by it.
    pub(super) fn read_headers(&self) -> &Headers {
        self.read.get_or_init(|| self.headers("Read"))
    }

    /// Of a channel that writes by it.
    pub(super) fn write_headers(&self) -> &Headers {
        self.write.get_or_init(|| self.headers("Write"))
    }

    fn headers(&self, way: &str) -> Headers {
        let mut headers = Headers::default();
        for (what, value) in [("Name", self.name), ("Rate", self.rate), ("Bit-Rate", self.bit_rate)] {
            headers.push(format!("Channel-{way}-Codec-{what}"), value);
        }
        headers
    }
}
