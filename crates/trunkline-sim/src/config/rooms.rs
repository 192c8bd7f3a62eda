//! `conference.conf`: profiles, and what digits do (`conference_new` in `mod_conference.c`).

use std::time::Duration;

use super::{ConferenceConfig, ConferenceProfile};
use crate::text::atoi;
use crate::xml::Node;

/// What a conference may run at, in samples a second.
const RATES: [u32; 7] = [8000, 12_000, 16_000, 24_000, 32_000, 44_100, 48_000];

impl ConferenceConfig {
    /// Takes over the profiles a file has.
    pub(super) fn take(&mut self, file: &Node) {
        let profiles = file.child("profiles").into_iter().flat_map(|profiles| profiles.all("profile"));
        self.profiles = profiles.map(|profile| read(profile, file)).collect();
    }
}

fn read(node: &Node, file: &Node) -> ConferenceProfile {
    let mut profile = ConferenceProfile::empty(node.attribute_or_empty("name"));
    let mut group = "default";
    let mut prefix = "";
    let params = node.all("param").filter_map(|param| {
        let value = param.attribute("value").filter(|value| !value.is_empty())?;
        Some((param.attribute("name")?, value))
    });
    for (name, value) in params {
        match name.to_ascii_lowercase().as_str() {
            "caller-controls" => group = value,
            "sound-prefix" => prefix = value,
            name => profile.take(name, value),
        }
    }
    profile.controls = controls(file, group);
    for sound in profile.sounds() {
        if !prefix.is_empty() && !sound.is_empty() && !sound.starts_with('/') && !sound.contains("://") {
            *sound = format!("{prefix}/{sound}");
        }
    }
    profile
}

/// What the digits of a group do; `none` is no group.
fn controls(file: &Node, group: &str) -> Vec<(String, String, String)> {
    let group = file.child("caller-controls").and_then(|groups| groups.find("group", "name", group));
    let controls = group.into_iter().flat_map(|group| group.all("control"));
    let text = |control: &Node, name: &str| control.attribute_or_empty(name).to_owned();
    controls
        .map(|control| (text(control, "digits"), text(control, "action"), text(control, "data")))
        .filter(|(digits, action, _)| !digits.is_empty() && !action.is_empty())
        .collect()
}

impl ConferenceProfile {
    /// A parameter; one that is not known, or makes no sense, is passed over.
    fn take(&mut self, name: &str, value: &str) {
        let number = u32::try_from(atoi(value.as_bytes())).ok();
        match (name, number) {
            ("rate", Some(rate)) if RATES.contains(&rate) => self.rate = rate,
            ("interval", Some(millis)) if millis % 10 == 0 && (10..=120).contains(&millis) => {
                self.interval = Duration::from_millis(millis.into());
            }
            ("energy-level", Some(level)) => self.energy_level = i32::try_from(level).unwrap_or(i32::MAX),
            // Nobody alone is a conference.
            ("max-members", most) => self.max_members = most.filter(|most| *most != 1).unwrap_or(0),
            ("pin-retries", Some(retries)) => self.pin_retries = retries,
            ("endconf-grace-time", Some(seconds)) => self.end_grace = Duration::from_secs(seconds.into()),
            (name, _) => {
                if let Some(place) = self.text(name) {
                    value.clone_into(place);
                }
            }
        }
    }

    fn text(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "domain" => &mut self.domain,
            "caller-id-name" => &mut self.caller_id_name,
            "caller-id-number" => &mut self.caller_id_number,
            "pin" => &mut self.pin,
            "moderator-pin" => &mut self.moderator_pin,
            "member-flags" => &mut self.member_flags,
            "conference-flags" => &mut self.conference_flags,
            "enter-sound" => &mut self.enter_sound,
            "exit-sound" => &mut self.exit_sound,
            "alone-sound" => &mut self.alone_sound,
            "muted-sound" => &mut self.muted_sound,
            "unmuted-sound" => &mut self.unmuted_sound,
            "kicked-sound" => &mut self.kicked_sound,
            "locked-sound" => &mut self.locked_sound,
            "max-members-sound" => &mut self.max_members_sound,
            _ => return None,
        })
    }

    fn sounds(&mut self) -> [&mut String; 8] {
        [
            &mut self.enter_sound,
            &mut self.exit_sound,
            &mut self.alone_sound,
            &mut self.muted_sound,
            &mut self.unmuted_sound,
            &mut self.kicked_sound,
            &mut self.locked_sound,
            &mut self.max_members_sound,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml;

    fn profiles(text: &str) -> Vec<ConferenceProfile> {
        let mut config = ConferenceConfig::default();
        config.take(&xml::parse(text).unwrap());
        config.profiles
    }

    #[test]
    fn the_testbed_has_the_default_profile() {
        let file = include_str!("../../../../testbed/conf/autoload_configs/conference.conf.xml");
        let [profile] = &profiles(file)[..] else { panic!("one profile") };
        assert_eq!(format!("{profile:?}"), format!("{:?}", ConferenceProfile::default()));
    }

    #[test]
    fn parameters_controls_and_sounds_are_read() {
        let file = r##"<configuration><caller-controls><group name="few"><control digits="7" action="event" data="x"/>
            <control digits="" action="mute"/></group></caller-controls><profiles><profile name="p">
            <param name="rate" value="16000"/><param name="interval" value="30"/><param name="max-members" value="1"/>
            <param name="PIN" value="42"/><param name="pin-retries" value="5"/><param name="energy-level" value="7"/>
            <param name="conference-flags" value="wait-mod"/><param name="endconf-grace-time" value="9"/>
            <param name="caller-controls" value="few"/><param name="sound-prefix" value="/s"/>
            <param name="enter-sound" value="in.wav"/><param name="exit-sound" value="tone_stream://%(1,0,1)"/>
            <param name="nosuch" value="1"/></profile><profile name="q"><param name="rate" value="7"/>
            <param name="caller-controls" value="none"/></profile></profiles></configuration>"##;
        let [p, q] = &profiles(file)[..] else { panic!("two profiles") };
        assert_eq!((p.rate, p.interval, p.max_members), (16_000, Duration::from_millis(30), 0));
        assert_eq!((p.pin.as_str(), p.pin_retries, p.energy_level), ("42", 5, 7));
        assert_eq!((p.conference_flags.as_str(), p.end_grace), ("wait-mod", Duration::from_secs(9)));
        assert_eq!(p.controls, [("7".into(), "event".into(), "x".into())]);
        assert_eq!((p.enter_sound.as_str(), p.exit_sound.as_str()), ("/s/in.wav", "tone_stream://%(1,0,1)"));
        assert_eq!((q.rate, q.controls.len()), (8000, 0));
    }
}
