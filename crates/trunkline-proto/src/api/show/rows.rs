//! The rows of `show`.

use std::borrow::Cow;

use crate::ids::ChannelUuid;

/// A row of a table of `show`. Implement it to read a table this library does not know; what is missing in a row is
/// left as [`empty`](Self::empty) has it.
pub trait ShowRow: Sized {
    /// One with nothing in it.
    fn empty() -> Self;

    /// The value of a column.
    fn set(&mut self, column: &str, value: Cow<'_, str>);
}

/// A value in a column.
trait Column {
    fn missing() -> Self;
    fn read(value: Cow<'_, str>) -> Self;
}

impl Column for String {
    fn missing() -> Self {
        Self::new()
    }

    fn read(value: Cow<'_, str>) -> Self {
        value.into_owned()
    }
}

impl Column for Option<u64> {
    fn missing() -> Self {
        None
    }

    fn read(value: Cow<'_, str>) -> Self {
        value.parse().ok()
    }
}

impl Column for ChannelUuid {
    fn missing() -> Self {
        Self::from("")
    }

    fn read(value: Cow<'_, str>) -> Self {
        Self::from(value.into_owned())
    }
}

macro_rules! column {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $column:literal) => {
        $column
    };
}

/// A row with its columns. Unless another is given, a column is called as its field.
macro_rules! row {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$field_meta:meta])+ $field:ident: $type:ty $(= $column:literal)?),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_meta])+ pub $field: $type,)+
            /// Columns this library does not know, in their order.
            pub others: Vec<(String, String)>,
        }

        impl ShowRow for $name {
            fn empty() -> Self {
                Self { $($field: Column::missing(),)+ others: Vec::new() }
            }

            fn set(&mut self, column: &str, value: Cow<'_, str>) {
                $(
                    if column == column!($field $($column)?) {
                        self.$field = Column::read(value);
                        return;
                    }
                )+
                self.others.push((column.to_owned(), value.into_owned()));
            }
        }
    };
}

row! {
    /// A leg, in `show channels` and `show calls`. What the table has nothing of is empty.
    ChannelRow {
        /// Its id.
        uuid: ChannelUuid,
        /// `inbound` or `outbound`, as the switch sees it.
        direction: String,
        /// When it began, in the switch's own time zone: `2026-11-20 23:06:40`.
        created: String,
        /// When it began, in seconds since 1970.
        created_epoch: Option<u64>,
        /// The channel's name: `sofia/internal/1000@example.net`.
        name: String,
        /// Its state: `CS_EXECUTE`.
        state: String,
        /// The caller's name.
        cid_name: String,
        /// The caller's number.
        cid_num: String,
        /// The caller's address.
        ip_addr: String,
        /// What was dialled.
        dest: String,
        /// The application it executes.
        application: String,
        /// That application's argument.
        application_data: String,
        /// The dialplan it is in.
        dialplan: String,
        /// The context it is in.
        context: String,
        /// The codec of what is received.
        read_codec: String,
        /// Its rate, in Hz.
        read_rate: Option<u64>,
        /// Its rate, in bits a second.
        read_bit_rate: Option<u64>,
        /// The codec of what is sent.
        write_codec: String,
        /// Its rate, in Hz.
        write_rate: Option<u64>,
        /// Its rate, in bits a second.
        write_bit_rate: Option<u64>,
        /// How the media is encrypted.
        secure: String,
        /// The switch it is on.
        hostname: String,
        /// `USER@DOMAIN`, for presence.
        presence_id: String,
        /// Whatever was set for presence.
        presence_data: String,
        /// The account it is booked to.
        accountcode: String,
        /// The state of the call: `ACTIVE`, `RINGING`.
        callstate: String,
        /// The callee's name.
        callee_name: String,
        /// The callee's number.
        callee_num: String,
        /// Which way what is known of the callee went: `SEND` or `RECV`.
        callee_direction: String,
        /// What the legs of a call have in common: the id of the first.
        call_uuid: String,
        /// The callee's name as it was sent.
        sent_callee_name: String,
        /// The callee's number as it was sent.
        sent_callee_num: String,
        /// The caller's name, before anything changed it.
        initial_cid_name: String,
        /// The caller's number, before anything changed it.
        initial_cid_num: String,
        /// The caller's address, before anything changed it.
        initial_ip_addr: String,
        /// What was dialled first.
        initial_dest: String,
        /// The dialplan it came into first.
        initial_dialplan: String,
        /// The context it came into first.
        initial_context: String,
    }
}

/// A leg and the one it is bridged to, in `show calls` and its kin.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallRow {
    /// The one leg.
    pub a: ChannelRow,
    /// The one it is bridged to (columns that begin with `b_`).
    pub b: Option<ChannelRow>,
    /// When they were bridged, in seconds since 1970; of one that is not, when it began.
    pub call_created_epoch: Option<u64>,
}

impl ShowRow for CallRow {
    fn empty() -> Self {
        Self { a: ChannelRow::empty(), b: None, call_created_epoch: None }
    }

    fn set(&mut self, column: &str, value: Cow<'_, str>) {
        if column == "call_created_epoch" {
            self.call_created_epoch = Column::read(value);
            return;
        }
        match column.strip_prefix("b_") {
            None => self.a.set(column, value),
            // An empty one comes before any that says that there is a leg: `b_uuid` is the first.
            Some(_) if value.is_empty() && self.b.is_none() => {}
            Some(column) => self.b.get_or_insert_with(ChannelRow::empty).set(column, value),
        }
    }
}

row! {
    /// In `show registrations`.
    RegistrationRow {
        /// The user.
        reg_user: String,
        /// The domain.
        realm: String,
        /// What tells registrations of one user apart: the Call-ID.
        token: String,
        /// How to dial it: `sofia/internal/sip:…`.
        url: String,
        /// When it ends, in seconds since 1970.
        expires: Option<u64>,
        /// The address it came from.
        network_ip: String,
        /// The port it came from.
        network_port: Option<u64>,
        /// By what: `udp`, `tcp`, `tls`.
        network_proto: String,
        /// The switch it is on.
        hostname: String,
        /// Whatever the module wrote.
        metadata: String,
    }
}

row! {
    /// In `show tasks`.
    TaskRow {
        /// Its number, for `sched_del`.
        task_id: Option<u64>,
        /// What it is.
        task_desc: String,
        /// Its group; that of a call is its id.
        task_group: String,
        /// When it runs, in seconds since 1970.
        task_runtime: Option<u64>,
        /// Which of the switch's databases keeps it.
        task_sql_manager: Option<u64>,
        /// The switch it is on.
        hostname: String,
    }
}

row! {
    /// In `show modules`.
    ModuleRow {
        /// The kind: `api`, `application`, `codec`.
        kind: String = "type",
        /// Its name.
        name: String,
        /// The module.
        module: String = "ikey",
        /// The module's file.
        filename: String,
    }
}

row! {
    /// In `show interfaces`, `show codec` and the like.
    InterfaceRow {
        /// The kind: `api`, `application`, `codec`.
        kind: String = "type",
        /// Its name.
        name: String,
        /// The module that has it.
        module: String = "ikey",
    }
}

row! {
    /// In `show interface_types`.
    InterfaceTypeRow {
        /// The kind: `api`, `application`, `codec`.
        kind: String = "type",
        /// How many there are.
        total: Option<u64>,
    }
}

row! {
    /// In `show application` and `show api`.
    ApplicationRow {
        /// Its name.
        name: String,
        /// What it does.
        description: String,
        /// Its arguments.
        syntax: String,
        /// The module that has it.
        module: String = "ikey",
    }
}

row! {
    /// In `show aliases`.
    AliasRow {
        /// Whether it outlives a restart.
        sticky: Option<u64>,
        /// The alias.
        alias: String,
        /// What it stands for.
        command: String,
        /// The switch it is on.
        hostname: String,
    }
}

row! {
    /// In `show nat_map`.
    NatRow {
        /// The port.
        port: Option<u64>,
        /// `udp` or `tcp`.
        proto: String,
        /// The same as a number.
        proto_num: Option<u64>,
        /// Whether it outlives a restart.
        sticky: Option<u64>,
    }
}

/// In `show complete`: the words of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompleteRow {
    /// Whether it outlives a restart.
    pub sticky: Option<u64>,
    /// The words, up to ten. A word that begins with `::` is a list the console asks for.
    pub words: Vec<String>,
    /// The switch it is on.
    pub hostname: String,
    /// Columns this library does not know, in their order.
    pub others: Vec<(String, String)>,
}

impl ShowRow for CompleteRow {
    fn empty() -> Self {
        Self { sticky: None, words: Vec::new(), hostname: String::new(), others: Vec::new() }
    }

    fn set(&mut self, column: &str, value: Cow<'_, str>) {
        match column {
            "sticky" => self.sticky = Column::read(value),
            "hostname" => self.hostname = value.into_owned(),
            "a1" | "a2" | "a3" | "a4" | "a5" | "a6" | "a7" | "a8" | "a9" | "a10" => {
                if !value.is_empty() {
                    self.words.push(value.into_owned());
                }
            }
            _ => self.others.push((column.to_owned(), value.into_owned())),
        }
    }
}
