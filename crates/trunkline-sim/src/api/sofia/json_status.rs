//! `sofia jsonstatus`, and `sofia.status` of `json` (`sofia_json_api.c`).

use super::status::{Profile, by_all_names, gateway_profile};
use crate::api::json::text;
use crate::core::Core;

/// All profiles, how they are and with which gateways; and `with_info`, what they are.
pub(in crate::api) fn json_status(core: &Core, with_info: bool) -> String {
    let entry = |profile: &Profile<'_>| {
        let parts = [Some(state(profile)), gateways(core, profile), with_info.then(|| info(profile))];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        format!("{}:{{{}}}", text(profile.name), parts.join(","))
    };
    let profiles: Vec<String> = by_all_names(core).iter().map(entry).collect();
    format!("{{\"profiles\":{{{}}}}}", profiles.join(","))
}

fn state(profile: &Profile<'_>) -> String {
    match profile.alias_of {
        Some(name) => {
            format!("\"status\":{{\"type\":\"alias\",\"data\":{},\"state\":\"ALIASED\"}}", text(name))
        }
        None => format!(
            "\"status\":{{\"type\":\"profile\",\"state\":\"RUNNING\",\"in-use\":0,\"data\":{}}}",
            text(&profile.url)
        ),
    }
}

fn gateways(core: &Core, profile: &Profile<'_>) -> Option<String> {
    let has_them = profile.alias_of.is_none() && profile.name == gateway_profile(core);
    let gateways = Some(&core.config.sip.gateways).filter(|gateways| has_them && !gateways.is_empty())?;
    let gateway = |(name, host): &(String, String)| {
        let data = text(&format!("sip:{host}"));
        format!("{}:{{\"type\":\"gateway\",\"data\":{data},\"state\":\"NOREG\"}}", text(name))
    };
    let gateways: Vec<String> = gateways.iter().map(gateway).collect();
    Some(format!("\"gateways\":{{{}}}", gateways.join(",")))
}

fn info(profile: &Profile<'_>) -> String {
    let alias = profile.alias_of.map(|name| format!("\"alias-of\":{},", text(name))).unwrap_or_default();
    let (ip, url) = (text(profile.ip), text(&profile.url));
    let database = text(&format!("sofia_reg_{}", profile.own_name()));
    let bound = text(&format!("{};transport=udp,tcp", profile.url));
    format!(
        "\"info\":{{\"domain-name\":\"N/A\",{alias}\"auto-nat\":\"false\",\"db-name\":{database},\
         \"pres-hosts\":\"\",\"dialplan\":\"XML\",\"context\":\"default\",\"challenge-realm\":\"auto_to\",\
         \"rtp-ip\":[{ip}],\"sip-ip\":{ip},\"ext-sip-ip\":\"\",\"url\":{url},\"bind-url\":{bound},\
         \"hold-music\":\"\",\"outbound-proxy\":\"N/A\"}}"
    )
}
