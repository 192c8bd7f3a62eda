//! What the switch as a whole tells: its pulse, beginning and end, modules, network.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use super::view;
use crate::event::{Event, EventName};
use crate::vocabulary::vocabulary;

view! {
    /// HEARTBEAT: the switch is well, and how busy (`send_heartbeat` in `switch_core.c`). Every 20 s, unless
    /// `event-heartbeat-interval` says otherwise.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: HEARTBEAT\nUptime-msec: 4019\nSession-Count: 2\nIdle-CPU: 99.966667\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::Heartbeat;
    ///
    /// let heartbeat = Heartbeat::of(&event).unwrap();
    /// assert_eq!(heartbeat.uptime().unwrap().as_millis(), 4019);
    /// assert_eq!(heartbeat.session_count(), Some(2));
    /// assert!(heartbeat.idle_cpu().unwrap() > 99.9);
    /// ```
    pub Heartbeat(event: Event) {
        /// `System Ready`.
        info: Cow<'a, str> = text "Event-Info",
        /// How long it has been up, in words.
        up_time: Cow<'a, str> = text "Up-Time",
        /// How long it has been up, to the millisecond.
        uptime: Duration = millis "Uptime-msec",
        /// Its version.
        version: Cow<'a, str> = text "FreeSWITCH-Version",
        /// Channels that are up.
        session_count: u32 = number "Session-Count",
        /// How many may be.
        max_sessions: u32 = number "Max-Sessions",
        /// What was left of the limit to new channels in the very second it was sent: the limit itself, where none had
        /// begun in it. It counts down (`runtime.sps` in `switch_core_session.c`), and is printed unsigned: below 0, where
        /// more were asked for than may be, it is close to 2³². The limit is only in `status`.
        sessions_per_second: u32 = number "Session-Per-Sec",
        /// How many began in the last second.
        sessions_per_second_last: u32 = number "Session-Per-Sec-Last",
        /// The most that ever began in one.
        sessions_per_second_max: u32 = number "Session-Per-Sec-Max",
        /// The most that did in the last five minutes.
        sessions_per_second_five_min: u32 = number "Session-Per-Sec-FiveMin",
        /// Channels there have been since it started.
        sessions_since_startup: u64 = number "Session-Since-Startup",
        /// The most that were ever up at once.
        session_peak_max: u32 = number "Session-Peak-Max",
        /// The most that were in the last five minutes.
        session_peak_five_min: u32 = number "Session-Peak-FiveMin",
        /// How much of the processor is idle, in percent.
        idle_cpu: f64 = number "Idle-CPU",
    }
}

view! {
    /// STARTUP, SHUTDOWN_REQUESTED, SHUTDOWN: the switch is ready, is to end, ends (`switch_core.c`).
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: SHUTDOWN_REQUESTED\nEvent-Info: elegant\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::Lifecycle;
    ///
    /// assert_eq!(Lifecycle::of(&event).unwrap().info().as_deref(), Some("elegant"));
    /// ```
    pub Lifecycle(event: Event) {
        /// `System Ready`, `System Shutting Down`; of a request `ASAP` or `elegant`.
        info: Cow<'a, str> = text "Event-Info",
    }
}

impl<'a> Lifecycle<'a> {
    /// Which of them.
    #[must_use]
    pub fn what(self) -> Option<&'a EventName> {
        self.event.name()
    }
}

view! {
    /// MODULE_LOAD, MODULE_UNLOAD: one thing a module brings or takes with it (`switch_loadable_module.c`). A module
    /// that brings several has an event for each.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: MODULE_LOAD\ntype: api\nname: cdr_csv\nkey: mod_cdr_csv\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::{Module, ModuleType};
    ///
    /// let module = Module::of(&event).unwrap();
    /// assert_eq!((module.is_loaded(), module.module_type()), (true, Some(ModuleType::Api)));
    /// assert_eq!(module.key().as_deref(), Some("mod_cdr_csv"));
    /// ```
    pub Module(event: Event) {
        /// What kind of thing.
        module_type: ModuleType = word "type",
        /// Its name: of a file format the extension, of a database the prefix.
        name: Cow<'a, str> = text "name",
        /// What an application or command is for.
        description: Cow<'a, str> = text "description",
        /// What arguments it takes.
        syntax: Cow<'a, str> = text "syntax",
        /// The module: `mod_cdr_csv`.
        key: Cow<'a, str> = text "key",
        /// The module's file.
        filename: Cow<'a, str> = text "filename",
        /// The module as it calls itself; of codecs, file formats and databases.
        module: Cow<'a, str> = text "module",
    }
}

impl Module<'_> {
    /// Whether it was loaded, not unloaded.
    #[must_use]
    pub fn is_loaded(self) -> bool {
        self.event.is(EventName::ModuleLoad)
    }
}

vocabulary! {
    /// What a module can bring (`switch_loadable_module_process` in `switch_loadable_module.c`).
    pub enum ModuleType {
        Endpoint => "endpoint",
        Codec => "codec",
        Dialplan => "dialplan",
        Timer => "timer",
        Application => "application",
        Api => "api",
        JsonApi => "json_api",
        File => "file",
        Database => "database",
        Speech => "speech",
        Asr => "asr",
        Directory => "directory",
        Chat => "chat",
        Say => "say",
        Management => "management",
        Limit => "limit",
        Generic => "generic",
    }
}

view! {
    /// TRAP: something an operator should know (`switch_core.c`, `switch_nat.c`, `switch_odbc.c`, `mod_cdr_csv.c`).
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: TRAP\ncondition: network-address-change\n\
    /// #                network-address-previous-v4: 192.0.2.1\nnetwork-address-change-v4: 192.0.2.2\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::{Trap, TrapCondition};
    ///
    /// let trap = Trap::of(&event).unwrap();
    /// assert_eq!(trap.condition(), Some(TrapCondition::NetworkAddressChange));
    /// assert_eq!(trap.address_v4().unwrap().to_string(), "192.0.2.2");
    /// ```
    pub Trap(event: Event) {
        /// What happened; not of a signal or a failed database.
        condition: TrapCondition = word "condition",
        /// The host's name before.
        old_hostname: Cow<'a, str> = text "old-hostname",
        /// The host's name now.
        new_hostname: Cow<'a, str> = text "new-hostname",
        /// The IPv4 address before.
        previous_address_v4: IpAddr = number "network-address-previous-v4",
        /// The IPv4 address now.
        address_v4: IpAddr = number "network-address-change-v4",
        /// The IPv6 address before.
        previous_address_v6: IpAddr = number "network-address-previous-v6",
        /// The IPv6 address now.
        address_v6: IpAddr = number "network-address-change-v6",
        /// Of an outage: `active` or `disconnected`.
        status_v4: Cow<'a, str> = text "network-status-v4",
        /// Of an outage: the IPv4 address.
        outage_address_v4: IpAddr = number "network-address-v4",
        /// Of an outage: `active` or `disconnected`.
        status_v6: Cow<'a, str> = text "network-status-v6",
        /// Of an outage: the IPv6 address.
        outage_address_v6: IpAddr = number "network-address-v6",
        /// The address seen from outside before.
        previous_external_address_v4: IpAddr = number "network-external-address-previous-v4",
        /// The address seen from outside now.
        external_address_v4: IpAddr = number "network-external-address-change-v4",
        /// A signal the switch was sent: `HUP`.
        trapped_signal: Cow<'a, str> = text "Trapped-Signal",
        /// What a database says.
        failure_message: Cow<'a, str> = text "Failure-Message",
        /// What else was tried.
        additional_info: Cow<'a, str> = text "Additional-Info",
        /// What file could not be written.
        critical_error: Cow<'a, str> = text "Critical-Error",
    }
}

vocabulary! {
    /// What a TRAP tells of.
    pub enum TrapCondition {
        HostnameChange => "hostname-change",
        NetworkAddressChange => "network-address-change",
        NetworkOutage => "network-outage",
        NetworkExternalAddressChange => "network-external-address-change",
    }
}

view! {
    /// NAT: a port was opened or closed in the router (`switch_nat.c`).
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let event = Event::decode(EventFormat::Plain, "Event-Name: NAT\nop: add\nport: 5060\nproto: 0\n\n".into()).unwrap();
    /// use trunkline_proto::view::Nat;
    ///
    /// let nat = Nat::of(&event).unwrap();
    /// assert_eq!((nat.op().as_deref(), nat.port()), (Some("add"), Some(5060)));
    /// ```
    pub Nat(event: Event) {
        /// `add` or `del`.
        op: Cow<'a, str> = text "op",
        /// The port.
        port: u16 = number "port",
        /// 0 for UDP, 1 for TCP (`switch_nat_ip_proto_t`).
        proto: u8 = number "proto",
        /// Whether it stays when the switch ends.
        sticky: bool = flag "sticky",
    }
}
