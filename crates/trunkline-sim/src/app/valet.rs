//! The application `valet_park` (`mod_valet_parking.c`): calls wait at places of a lot until another takes them.

use std::collections::BTreeMap;

use trunkline_proto::EventName;

use super::media::Playback;
use super::{Activity, Application, Ending, Progress};
use crate::channel::ChannelId;
use crate::core::Core;
use crate::event::{Draft, Origin};
use crate::log;
use crate::text::split_spaces;

pub(super) const APPLICATIONS: &[(&str, Application)] = &[("valet_park", valet_park)];

const SUBCLASS: &str = "valet_parking::info";
const FUNCTION: &str = "valet_parking_function";

const fn origin(line: u32) -> Origin {
    Origin { file: "mod_valet_parking.c", function: FUNCTION, line }
}

/// The lots there are, by name, and the places in them.
#[derive(Debug, Default)]
pub(crate) struct Lots(BTreeMap<String, Vec<Place>>);

/// A place a call waits at.
#[derive(Debug)]
struct Place {
    extension: String,
    channel: ChannelId,
    /// Somebody has taken the call.
    taken: bool,
}

/// A call that waits.
#[derive(Debug)]
pub(crate) struct Parked {
    lot: String,
    extension: String,
    music: Playback,
}

impl Lots {
    fn lot(&mut self, name: &str) -> &mut Vec<Place> {
        self.0.entry(name.to_owned()).or_default()
    }

    /// The first number that is free, or taken.
    fn next(&mut self, lot: &str, (least, most): (u32, u32), free: bool) -> Option<String> {
        let places = self.lot(lot);
        let is_free =
            |extension: &String| !places.iter().any(|place| place.extension == *extension && !place.taken);
        (least..=most).map(|number| number.to_string()).find(|extension| is_free(extension) == free)
    }
}

/// Whoever gives no place is hung up.
pub(super) const LOST: Origin = origin(547);

/// `<lot> <extension>`, `<lot> ask [<least> [<most> [<timeout> [<prompt>]]]]`, or `<lot> auto in|out <least> <most>`
fn valet_park(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 6);
    let words: Vec<String> = words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let [lot, extension, more @ ..] = words.as_slice() else { return usage(core, id) };
    if extension.eq_ignore_ascii_case("ask") {
        return core.ask_for_place(id, lot, more);
    }
    if !extension.eq_ignore_ascii_case("auto") {
        return core.park_at(id, lot, extension, false);
    }
    let [way, least, most, ..] = more else { return usage(core, id) };
    let enters = way.eq_ignore_ascii_case("in");
    let number = |word: &str| word.parse().unwrap_or(0);
    match core.lots.next(lot, (number(least), number(most)), enters) {
        Some(extension) => core.park_at(id, lot, &extension, enters),
        None => {
            let what = if enters { "full" } else { "empty" };
            core.log_session(log::ERR, &origin(534), id, |channel| {
                format!("{} lot is {what}.", channel.shown_name())
            });
            Progress::Done
        }
    }
}

fn usage(core: &mut Core, id: ChannelId) -> Progress {
    let text = "Usage: <lotname> <extension>|[ask [<min>] [<max>] [<to>] [<prompt>]|auto in [min] [max]]";
    core.log_session(log::ERR, &origin(733), id, |_| text.into());
    Progress::Done
}

impl Core {
    /// Takes the call that waits at a place, or waits there.
    pub(super) fn park_at(&mut self, id: ChannelId, lot: &str, extension: &str, new: bool) -> Progress {
        let places = self.lots.lot(lot);
        let waits = places.iter_mut().find(|place| place.extension == extension && !place.taken && !new);
        if let Some(place) = waits {
            place.taken = true;
            let other = place.channel;
            let to = self.uuid_of(id);
            self.tell_of_lot(other, (lot, extension), "bridge", Some(&to), 579);
            self.uuid_bridge(other, id);
            return Progress::Done;
        }
        places.retain(|place| place.extension != extension);
        places.push(Place { extension: extension.to_owned(), channel: id, taken: false });
        let music = ["valet_hold_music", "hold_music"]
            .iter()
            .find_map(|name| self.channel_variable(id, name.as_bytes()));
        let music = music.map_or_else(|| b"silence_stream://-1".to_vec(), <[u8]>::to_vec);
        let music = if music == b"silence" { b"silence_stream://-1".to_vec() } else { music };
        self.tell_of_lot(id, (lot, extension), "hold", None, 684);
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.set("valet_lot_extension", extension);
        }
        let music = self.start_playback(id, &music);
        Progress::Waits(Activity::Valet(Parked {
            lot: lot.to_owned(),
            extension: extension.to_owned(),
            music,
        }))
    }

    /// A call waits no longer.
    pub(super) fn valet_over(&mut self, id: ChannelId, parked: &Parked, ending: Ending) {
        self.playback_over(id, &parked.music, ending);
        self.lots.lot(&parked.lot).retain(|place| place.channel != id);
        self.tell_of_lot(id, (&parked.lot, &parked.extension), "exit", None, 725);
    }

    fn tell_of_lot(&mut self, id: ChannelId, place: (&str, &str), action: &str, to: Option<&str>, line: u32) {
        let draft = Draft::new().header("Event-Subclass", SUBCLASS);
        let mut event = self.add_standard_headers(draft, EventName::Custom.as_str(), &origin(line));
        event.push("Valet-Lot-Name", place.0);
        event.push("Valet-Extension", place.1);
        event.push("Action", action);
        if let Some(to) = to {
            event.push("Bridge-To-UUID", to);
        }
        if let Some(channel) = self.channels.get(id) {
            channel.write_basic(&mut event);
            channel.write_variables(&mut event);
        }
        self.fire_custom(SUBCLASS, event);
    }

    /// What `valet_info` answers of a lot, or of all.
    pub(crate) fn lots_as_xml(&self, only: &str) -> String {
        let place = |place: &Place| {
            let uuid = self.uuid_of(place.channel);
            format!("    <extension uuid=\"{uuid}\">{}</extension>\n", place.extension)
        };
        let lot = |(name, places): (&String, &Vec<Place>)| {
            let places: String = places.iter().map(place).collect();
            format!("  <lot name=\"{name}\">\n{places}  </lot>\n")
        };
        let lots = self.lots.0.iter().filter(|(name, _)| only.is_empty() || name.eq_ignore_ascii_case(only));
        format!("<lots>\n{}</lots>\n", lots.map(lot).collect::<String>())
    }
}
