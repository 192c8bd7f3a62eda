//! `channelData`: a call's record as JSON (`json_channel_data_function` in `mod_commands.c`, `switch_ivr_generate_json_cdr` in
//! `src/switch_ivr.c`). Of the caller profiles a call has had, it has the last, of what a dialplan gave it to do nothing, and
//! of the applications it has run the last, unless `hangup_complete_with_xml` had them noted.

use super::{response, text};
use crate::app::Action;
use crate::channel::cdr::named_times;
use crate::channel::{Channel, Profile};
use crate::core::Core;
use crate::time::Time;

/// The flags of an answered call that runs an application, as a real switch lists them by number.
const FLAGS: &str = "0=1;1=1;2=1;7=1;16=1;41=1;55=1;62=1;160=1";

pub(super) fn channel_data(core: &Core, uuid: Option<&str>) -> Result<String, String> {
    let uuid = uuid.ok_or_else(|| response("INVALID INPUT"))?;
    let channel = core.channels.locate(uuid.as_bytes()).and_then(|id| core.channels.get(id));
    let channel = channel.ok_or_else(|| response("Session does not exist"))?;
    let mut record = Object::default();
    record.text("core-uuid", &core.core_uuid);
    record.text("switchname", &core.config.switchname);
    record.value("channel_data", &state(channel));
    record.value("callStats", "{}");
    record.value("variables", &variables(channel));
    let applications = applications(channel);
    if !applications.is_empty() {
        let log: Vec<String> = applications.iter().map(|(action, at)| logged(action, *at)).collect();
        record.value("app_log", &format!("{{\"applications\":[{}]}}", log.join(",")));
    }
    if let Some(profile) = channel.profile.as_deref() {
        record.value("callflow", &format!("[{}]", flow(channel, profile)));
    }
    Ok(format!("{{\"channelData\":{}}}", record.done()))
}

/// An object of JSON that is written.
#[derive(Default)]
struct Object(Vec<String>);

impl Object {
    fn value(&mut self, name: &str, value: &str) {
        self.0.push(format!("{}:{value}", text(name)));
    }

    fn text(&mut self, name: &str, value: &str) {
        self.value(name, &text(value));
    }

    fn bytes(&mut self, name: &str, value: &[u8]) {
        self.text(name, &String::from_utf8_lossy(value));
    }

    fn done(self) -> String {
        format!("{{{}}}", self.0.join(","))
    }
}

fn state(channel: &Channel) -> String {
    let mut state = Object::default();
    state.text("state", channel.running.as_str());
    state.text("direction", channel.direction.as_str());
    state.text("state_number", &channel.running.number().unwrap_or_default().to_string());
    state.text("flags", FLAGS);
    state.text("caps", "");
    state.done()
}

fn variables(channel: &Channel) -> String {
    let mut variables = Object::default();
    for (name, value) in channel.variables.iter().filter(|(_, value)| !value.is_empty()) {
        variables.bytes(&String::from_utf8_lossy(name), value);
    }
    variables.done()
}

/// What it has run, as far as that is known, and when.
fn applications(channel: &Channel) -> Vec<(Action, Time)> {
    let noted: Vec<_> = channel.app_log.iter().cloned().collect();
    let last = channel.last_app.as_ref().filter(|_| noted.is_empty());
    let since = channel.profile.as_ref().map(|profile| profile.profile_created).unwrap_or_default();
    noted.into_iter().chain(last.map(|(app, data)| (Action::new(app, data), since))).collect()
}

fn logged(action: &Action, at: Time) -> String {
    let mut entry = Object::default();
    entry.text("app_name", &action.app);
    if !action.data.is_empty() {
        entry.bytes("app_data", &action.data);
    }
    entry.text("app_stamp", &at.as_micros().to_string());
    entry.done()
}

fn flow(channel: &Channel, profile: &Profile) -> String {
    let mut flow = Object::default();
    if !profile.dialplan.is_empty() {
        flow.bytes("dialplan", &profile.dialplan);
    }
    flow.text("profile_index", &profile.index.to_string());
    // What was originated with `&app` has an extension of that name.
    let first = applications(channel).into_iter().next();
    if let Some((action, _)) = first.filter(|_| channel.is_outbound() && profile.index == 1) {
        flow.value("extension", &extension(&action));
    }
    flow.value("caller_profile", &caller_profile(profile));
    let mut times = Object::default();
    named_times(profile).iter().for_each(|(name, time)| times.text(name, &time.as_micros().to_string()));
    flow.value("times", &times.done());
    flow.done()
}

fn extension(action: &Action) -> String {
    let mut application = Object::default();
    application.text("app_name", &action.app);
    application.bytes("app_data", &action.data);
    let mut extension = Object::default();
    extension.text("name", &action.app);
    extension.value("applications", &format!("[{}]", application.done()));
    extension.done()
}

fn caller_profile(profile: &Profile) -> String {
    let fields: [(&str, &[u8]); 13] = [
        ("username", &profile.username),
        ("dialplan", &profile.dialplan),
        ("caller_id_name", &profile.caller_name),
        ("ani", &profile.ani),
        ("aniii", b""),
        ("caller_id_number", &profile.caller_number),
        ("network_addr", &profile.network_addr),
        ("rdnis", &profile.rdnis),
        ("destination_number", &profile.destination),
        ("uuid", profile.unique_id.as_bytes()),
        ("source", profile.source.as_bytes()),
        ("context", &profile.context),
        ("chan_name", &profile.channel_name),
    ];
    let mut node = Object::default();
    fields.iter().for_each(|(name, value)| node.bytes(name, value));
    node.done()
}
