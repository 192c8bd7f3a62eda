//! `sim`, which no FreeSWITCH has: orders to the simulator itself.

use super::{Command, Invocation, Outcome};
use crate::core::{Core, Request};
use crate::fault::{Order, order};

pub(super) const COMMANDS: &[(&str, Command)] = &[("sim", sim)];

const TALK_USAGE: &str = "-USAGE: talk <conference> <member> <energy>|off\n";

const FAULT_USAGE: &str = "-USAGE: fault [clear|chunks|greeting|accept|replies|events|calls|stall|half-open|disconnect|flood|restart] [...]\n";

fn sim(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    if let Some(order) = text.strip_prefix("talk ") {
        return core.talk_order(order).map_or_else(|| TALK_USAGE.into(), |()| "+OK\n".into());
    }
    let Some(text) = text.strip_prefix("fault").filter(|rest| rest.is_empty() || rest.starts_with(' '))
    else {
        return format!("{FAULT_USAGE}{TALK_USAGE}").into();
    };
    match order(&mut core.config.faults, text) {
        Some(Order::Told(text)) => text.into(),
        Some(Order::Changed) => {
            core.requests.push_back(Request::RulesChanged);
            "+OK\n".into()
        }
        Some(Order::Once(fault)) => {
            core.requests.push_back(Request::Fail(fault));
            "+OK\n".into()
        }
        None => FAULT_USAGE.into(),
    }
}
