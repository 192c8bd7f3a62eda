//! `sim`, which no FreeSWITCH has: orders to the simulator itself.

use super::{Command, Invocation, Outcome};
use crate::core::{Core, Request};
use crate::fault::{Order, order, usage};

pub(super) const COMMANDS: &[(&str, Command)] = &[("sim", sim)];

const TALK_USAGE: &str = "-USAGE: sim talk <conference> <member> <energy>|off\n";

fn sim(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    if let Some(order) = text.strip_prefix("talk").filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
        return core.talk_order(order.trim_start()).map_or_else(|| TALK_USAGE.into(), |()| "+OK\n".into());
    }
    let Some(text) = text.strip_prefix("fault").filter(|rest| rest.is_empty() || rest.starts_with(' '))
    else {
        return format!("{}{TALK_USAGE}", usage("")).into();
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
        None => usage(text).into(),
    }
}
