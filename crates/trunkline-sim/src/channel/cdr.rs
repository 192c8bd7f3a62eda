//! A call's record as XML, which CHANNEL_HANGUP_COMPLETE carries where `hangup_complete_with_xml` is true
//! (`switch_ivr_generate_xml_cdr` in `src/switch_ivr.c`). Of the caller profiles a call has had, it has the last.

use trunkline_proto::percent;

use super::{Channel, OtherType, Profile};
use crate::app::Action;
use crate::event::array_elements;
use crate::time::Time;
use crate::xml::Node;

/// What variable asks for it.
pub(crate) const ASKS: &str = "hangup_complete_with_xml";

/// The flags an answered call has at its end, and the two that one which was bridged has besides, as a real switch
/// lists them by number.
const FLAGS: &str = "0=1;1=1;2=1;7=1;40=1;42=1;55=1;62=1;160=1;165=1";
const BRIDGED_FLAGS: &str = "0=1;1=1;2=1;7=1;40=1;42=1;50=1;55=1;62=1;123=1;160=1;165=1";

/// What a call has run, kept for its record.
#[derive(Debug, Default)]
pub(crate) struct AppLog(Vec<(Action, Time)>);

impl AppLog {
    pub(crate) fn note(&mut self, action: &Action, now: Time) {
        self.0.push((action.clone(), now));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Action, Time)> {
        self.0.iter()
    }
}

impl Channel {
    /// The call so far.
    pub(crate) fn record(&self, core_uuid: &str, switchname: &str) -> Node {
        let mut record = Node::new("cdr");
        record.set_attribute("core-uuid", core_uuid);
        record.set_attribute("switchname", switchname);
        record.add(self.record_data());
        record.add(Node::new("call-stats"));
        record.add(self.record_variables());
        if !self.app_log.0.is_empty() {
            record.add(self.record_app_log());
        }
        if let Some(profile) = self.profile.as_deref() {
            record.add(self.record_flow(profile));
        }
        record
    }

    fn record_data(&self) -> Node {
        let mut data = Node::new("channel_data");
        data.add_text("state", self.running.as_str());
        data.add_text("direction", self.direction.as_str());
        data.add_text("state_number", &self.running.number().unwrap_or_default().to_string());
        let bridged = self.variables.get("last_bridge_to").is_some();
        data.add_text("flags", if bridged { BRIDGED_FLAGS } else { FLAGS });
        data.add_text("caps", "");
        data
    }

    fn record_variables(&self) -> Node {
        let mut node = Node::new("variables");
        for (name, value) in self.variables.iter() {
            let values = array_elements(value).unwrap_or_else(|| vec![value.to_vec()]);
            for value in values {
                let mut encoded = Vec::new();
                percent::encode_into(&value, &mut encoded);
                node.add_text(&String::from_utf8_lossy(name), &String::from_utf8_lossy(&encoded));
            }
        }
        node
    }

    fn record_app_log(&self) -> Node {
        let mut log = Node::new("app_log");
        for (action, at) in &self.app_log.0 {
            let mut node = application(action);
            node.set_attribute("app_stamp", &at.as_micros().to_string());
            log.add(node);
        }
        log
    }

    fn record_flow(&self, profile: &Profile) -> Node {
        let mut flow = Node::new("callflow");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if !profile.dialplan.is_empty() {
            flow.set_attribute("dialplan", &text(&profile.dialplan));
        }
        flow.set_attribute("unique-id", &profile.unique_id);
        flow.set_attribute("profile_index", &profile.index.to_string());
        let mut node = profile_node("caller_profile", profile);
        if let Some((kind, other)) = &self.other {
            let name = match kind {
                OtherType::Originator => "originator",
                OtherType::Originatee => "originatee",
            };
            let mut around = Node::new(name);
            around.add(profile_node(&format!("{name}_caller_profile"), other));
            node.add(around);
        }
        flow.add(node);
        flow.add(times(profile));
        flow
    }
}

fn application(action: &Action) -> Node {
    let mut node = Node::new("application");
    node.set_attribute("app_name", &action.app);
    node.set_attribute("app_data", &String::from_utf8_lossy(&action.data));
    node
}

fn profile_node(name: &str, profile: &Profile) -> Node {
    let mut node = Node::new(name);
    let fields: [(&str, &[u8]); 15] = [
        ("username", &profile.username),
        ("dialplan", &profile.dialplan),
        ("caller_id_name", &profile.caller_name),
        ("caller_id_number", &profile.caller_number),
        ("callee_id_name", &profile.callee_name),
        ("callee_id_number", &profile.callee_number),
        ("ani", &profile.ani),
        ("aniii", b""),
        ("network_addr", &profile.network_addr),
        ("rdnis", &profile.rdnis),
        ("destination_number", &profile.destination),
        ("uuid", profile.unique_id.as_bytes()),
        ("source", profile.source.as_bytes()),
        ("context", &profile.context),
        ("chan_name", &profile.channel_name),
    ];
    for (name, value) in fields {
        if name == "context" && !profile.transfer_source.is_empty() {
            node.add_text("transfer_source", &String::from_utf8_lossy(&profile.transfer_source));
        }
        node.add_text(name, &String::from_utf8_lossy(value));
    }
    node
}

fn times(profile: &Profile) -> Node {
    let mut node = Node::new("times");
    for (name, time) in named_times(profile) {
        node.add_text(name, &time.as_micros().to_string());
    }
    node
}

/// When what happened to a call, in the order of its record.
pub(crate) fn named_times(profile: &Profile) -> [(&'static str, Time); 11] {
    let times = profile.times;
    [
        ("created_time", times.created),
        ("profile_created_time", profile.profile_created),
        ("progress_time", times.progress),
        ("progress_media_time", times.progress_media),
        ("answered_time", times.answered),
        ("bridged_time", times.bridged),
        ("last_hold_time", times.last_hold),
        ("hold_accum_time", Time::from_micros(times.held)),
        ("hangup_time", times.hung_up),
        ("resurrect_time", Time::default()),
        ("transfer_time", times.transferred),
    ]
}
