//! Recordings of calls by SIP, which the switch made to itself.

use std::time::Duration;

use trunkline_sim::SwitchConfig;

use super::with_others::{Claim, check, kill, uuid};
use crate::support::When::{At, Opening};
use crate::support::pbx1;

/// Those in which an ACK took longer to come than what the dialplan did next.
pub(super) const ACKNOWLEDGED_LATE: &[&str] =
    &["ev-sip-call-plain", "ev-sip-call-json", "ev-callstate-park", "out-connect-sip-unanswered"];

const ALICE: &str = "origination_caller_id_name='Alice Lab',origination_caller_id_number=15551230001";

/// A call that comes in at an extension.
fn call(number: u32, extension: &str, variables: &str) -> String {
    let comma = if variables.is_empty() { "" } else { "," };
    let uuid = uuid(number);
    format!(
        "originate {{origination_uuid={uuid}{comma}{variables}}}sofia/internal/{extension}@127.0.0.1:5060 &park"
    )
}

pub(super) const CLAIMS: &[Claim] = &[
    Claim("ev-callstate-park", || vec![(At(5), call(1, "6002", "ignore_early_media=true"))], &[]),
    Claim(
        "out-connect-sip",
        || {
            let variables = "origination_caller_id_name='Z\u{f6}e Lab',origination_caller_id_number=15551230001,\
                             sip_h_X-Lab='one two'";
            vec![(Opening(1), call(1, "5001", variables))]
        },
        &[],
    ),
    Claim("out-connect-sip-unanswered", || vec![(Opening(1), call(1, "5005", ALICE))], &[]),
    Claim(
        "out-caller-cancels",
        || vec![(Opening(1), call(1, "5005", "")), (At(360), kill(1) + " ORIGINATOR_CANCEL")],
        &[],
    ),
    Claim(
        "out-dtmf-sip",
        || {
            let digits = format!("uuid_send_dtmf {} 42*@100", uuid(1));
            vec![(Opening(1), call(1, "5001", "")), (At(430), digits)]
        },
        &[],
    ),
    Claim("out-linger", || vec![(Opening(1), call(1, "5001", "")), (At(18), kill(1) + " USER_BUSY")], &[]),
    Claim("out-linger-seconds", || vec![(Opening(1), call(1, "5001", "")), (At(18), kill(1))], &[]),
    Claim("out-linger-sync", || vec![(Opening(1), call(1, "5004", "")), (At(18), kill(1))], &[]),
    Claim(
        "out-remote-hangup",
        || {
            let extensions = ["5001", "5001", "5002", "5002"].into_iter().zip(1..);
            let calls = extensions.map(|(extension, n)| (Opening(n.into()), call(n, extension, "")));
            let ends = [223, 568, 912, 958].into_iter().zip(1..).map(|(at, n)| (At(at), kill(n)));
            calls.chain(ends).collect()
        },
        &[],
    ),
    Claim(
        "out-ivr",
        || vec![(Opening(1), call(1, "5005", ALICE)), (At(545), "uuid_recv_dtmf @1 2#".into())],
        &[],
    ),
];

fn config(name: &str) -> SwitchConfig {
    let mut config = pbx1();
    // It had parked before anybody asked for its events.
    if name == "out-dtmf-sip" {
        config.park_delay = Duration::ZERO;
    }
    config
}

#[test]
fn recordings_of_calls_by_sip() {
    check(CLAIMS, config);
}
