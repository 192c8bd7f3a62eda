//! Whether another session may be made (`switch_core_session_request_uuid` in `src/switch_core_session.c`).

use trunkline_proto::CallDirection;

use crate::core::Core;
use crate::event::origin;
use crate::log;

impl Core {
    /// Whether a session may be made; why not is in the log.
    pub(crate) fn admits(&mut self, direction: &CallDirection) -> bool {
        let settings = &self.stores.settings;
        let inbound = *direction == CallDirection::Inbound;
        if if inbound { settings.paused_inbound } else { settings.paused_outbound } {
            let (origin, way) = match inbound {
                true => (&origin::NO_INBOUND_SESSION, "inbound"),
                false => (&origin::NO_OUTBOUND_SESSION, "outbound"),
            };
            self.log(
                log::CRIT,
                origin,
                &format!("The system cannot create any {way} sessions at this time."),
            );
            return false;
        }
        let up = self.channels.len();
        // One fewer than the number says.
        if settings.throttles && self.sessions_this_second() + 1 >= self.config.sessions_per_second {
            self.log(log::CRIT, &origin::THROTTLE, &format!("Throttle Error! {up}"));
            return false;
        }
        let most = self.config.max_sessions;
        if u64::try_from(up).unwrap_or(u64::MAX) >= most {
            self.log(log::CRIT, &origin::SESSION_LIMIT, &format!("Over Session Limit! {most}"));
            return false;
        }
        true
    }
}
