//! mod_voicemail's event, `vm::maintenance` (`mod_voicemail.c`).

use std::borrow::Cow;
use std::time::Duration;

use super::{Moment, view};
use crate::event::Event;
use crate::vocabulary::vocabulary;

view! {
    /// `vm::maintenance`: something happened in a mailbox.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Subclass: vm%3A%3Amaintenance\nEvent-Name: CUSTOM\nVM-Action: leave-message\nVM-User: 1000\n\
    /// #                VM-Domain: example.net\nVM-Message-Len: 12\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use std::time::Duration;
    /// use trunkline_proto::view::vm::{Action, VoicemailEvent};
    ///
    /// let happened = VoicemailEvent::of(&event).unwrap();
    /// assert_eq!((happened.user().as_deref(), happened.action()), (Some("1000"), Some(Action::LeaveMessage)));
    /// assert_eq!(happened.message_length(), Some(Duration::from_secs(12)));
    /// ```
    pub VoicemailEvent(event: Event) {
        /// What happened.
        action: Action = word "VM-Action",
        /// Whose mailbox.
        user: Cow<'a, str> = text "VM-User",
        /// His domain.
        domain: Cow<'a, str> = text "VM-Domain",
        /// The message.
        uuid: Cow<'a, str> = text "VM-UUID",
        /// Who left it: the name.
        caller_id_name: Cow<'a, str> = text "VM-Caller-ID-Name",
        /// Who left it: the number.
        caller_id_number: Cow<'a, str> = text "VM-Caller-ID-Number",
        /// Its file.
        file_path: Cow<'a, str> = text "VM-File-Path",
        /// Whether it is urgent: `A_URGENT`, `B_NORMAL`.
        flags: Cow<'a, str> = text "VM-Flags",
        /// The folder.
        folder: Cow<'a, str> = text "VM-Folder",
        /// How long it is, in whole seconds.
        message_length: Duration = seconds "VM-Message-Len",
        /// When it was left.
        left: Moment = moment_s "VM-Timestamp",
        /// New messages in the mailbox.
        total_new: u32 = number "VM-Total-New",
        /// Saved ones.
        total_saved: u32 = number "VM-Total-Saved",
        /// New urgent ones.
        total_new_urgent: u32 = number "VM-Total-New-Urgent",
        /// Saved urgent ones.
        total_saved_urgent: u32 = number "VM-Total-Saved-Urgent",
        /// New messages in the folder.
        folder_new: u32 = number "VM-Total-New-Messages",
        /// Saved ones.
        folder_saved: u32 = number "VM-Total-Saved-Messages",
        /// New urgent ones.
        folder_new_urgent: u32 = number "VM-Total-New-Urgent-Messages",
        /// Saved urgent ones.
        folder_saved_urgent: u32 = number "VM-Total-Saved-Urgent-Messages",
        /// A greeting's file.
        greeting_path: Cow<'a, str> = text "VM-Greeting-Path",
        /// The file of the owner's name.
        name_path: Cow<'a, str> = text "VM-Name-Path",
        /// Whether the owner got in: `success`, `fail`.
        auth_result: Cow<'a, str> = text "VM-Auth-Result",
        /// The new password, as he typed it: a secret.
        user_password: Cow<'a, str> = text "VM-User-Password",
    }
}

vocabulary! {
    /// What happens in a mailbox.
    pub enum Action {
        LeaveMessage => "leave-message",
        MwiUpdate => "mwi-update",
        FolderSummary => "folder-summary",
        Authentication => "authentication",
        ChangePassword => "change-password",
        RecordGreeting => "record-greeting",
        ChangeGreeting => "change-greeting",
        RemoveGreeting => "remove-greeting",
        RecordName => "record-name",
    }
}
