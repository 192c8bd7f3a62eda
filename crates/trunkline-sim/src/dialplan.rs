//! The dialplan: what a call's number has it do (`switch_core_standard_on_routing` in
//! `switch_core_state_machine.c`, `mod_dialplan_xml.c`).

mod document;
pub(crate) mod expression;
mod hunt;
mod inline;
#[cfg(test)]
mod tests;
mod times;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use trunkline_proto::{ChannelState, HangupCause};

use crate::app::Action;
use crate::channel::{Channel, ChannelId};
use crate::config::ConfigurationError;
use crate::core::Core;
use crate::event::origin;
use crate::log;
use crate::text::split;
use crate::xml::{self, Node, Preprocessor};
use document::Context;

/// Contexts and their extensions, as FreeSWITCH's `dialplan/*.xml` has them.
///
/// The default has, in the context `default`, these and others; `dialplan/default.xml` in this crate's source has all.
///
/// | number | what it does |
/// |---|---|
/// | 9001 | answers and echoes |
/// | 9002 | answers and parks |
/// | 9003 | answers and plays a tone without end; 9026 silence |
/// | 9013 | refuses: USER_BUSY |
/// | 9014 | rings for three seconds, answers and parks |
/// | 9020 | answers, and hangs up after half a second |
/// | `s_`, `sf_`, `a_`, `af_` and a port | answers, and has a program on this host take the call: `socket` in sync mode, sync and full, async, async and full |
#[derive(Debug, Clone)]
pub struct Dialplan(Arc<[Context]>);

static DEFAULT: LazyLock<Dialplan> = LazyLock::new(|| {
    Dialplan::parse(include_str!("dialplan/default.xml")).unwrap_or_else(|_| Dialplan([].into()))
});

impl Default for Dialplan {
    fn default() -> Self {
        DEFAULT.clone()
    }
}

impl Dialplan {
    /// Reads a file: a whole document, a section of one, or contexts alone.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read, is not XML, or has no context.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ConfigurationError> {
        let path = path.as_ref();
        let text = Preprocessor::default()
            .file(path)
            .map_err(|source| ConfigurationError::Read { path: path.into(), source })?;
        let dialplan = Self::of_fragment(&text).and_then(|dialplan| match dialplan.0.is_empty() {
            true => Err("there is no context in it".into()),
            false => Ok(dialplan),
        });
        dialplan.map_err(|what| ConfigurationError::Xml { path: path.into(), what })
    }

    /// Reads a text, likewise; nothing is included.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, where it is not XML.
    pub fn parse(text: &str) -> Result<Self, ConfigurationError> {
        Self::of_fragment(text).map_err(|what| ConfigurationError::Xml { path: "dialplan".into(), what })
    }

    fn of_fragment(text: &str) -> Result<Self, String> {
        // A fragment may have several contexts side by side.
        let root = xml::parse(&format!("<fragment>{text}</fragment>"))?;
        let document = root.child("document").unwrap_or(&root);
        let section = document.find("section", "name", "dialplan").unwrap_or(document);
        Ok(Self::of_section(section))
    }

    pub(crate) fn of_section(section: &Node) -> Self {
        Self(section.all("context").map(Context::parse).collect())
    }

    /// The context of a name, or else the one called `global`.
    fn context(&self, name: &[u8]) -> Option<&Context> {
        let named = |name: &[u8]| self.0.iter().find(|context| context.is(name));
        named(name).or_else(|| named(b"global"))
    }
}

/// How many dialplans may be tried.
const MOST_DIALPLANS: usize = 25;

fn processing(channel: &Channel) -> String {
    let Some(profile) = &channel.profile else { return String::new() };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "Processing {} <{}>->{} in context {}",
        text(&profile.caller_name),
        text(&profile.caller_number),
        text(&profile.destination),
        text(&profile.context)
    )
}

/// What came of looking for an extension.
enum Found {
    Extension(Vec<Action>),
    Nothing,
    /// None of the dialplans exists.
    NoDialplan,
}

impl Core {
    /// Looks a channel's extension up, and sends it to execute it.
    pub(crate) fn hunt(&mut self, id: ChannelId) {
        self.renew_call_uuid(id);
        let queued = self.channels.get_mut(id).and_then(|channel| channel.queued_extension.take());
        if let Some(extension) = queued {
            return self.go_on_with(id, extension);
        }
        let Some(channel) = self.channels.get(id) else { return };
        let transferred = channel.transferred;
        match self.extension_of(id) {
            Found::Extension(extension) => {
                if transferred {
                    self.flip_unless_in_dialplan(id);
                }
                self.go_on_with(id, extension.into());
            }
            Found::NoDialplan if self.channels.get(id).is_some_and(Channel::is_outbound) => {
                self.leave_dialplan(id);
            }
            _ => {
                self.log_session(log::INFO, &origin::NO_ROUTE, id, |_| "No Route, Aborting".into());
                self.hangup(id, HangupCause::NoRouteDestination, &origin::NO_ROUTE_HANGUP);
            }
        }
    }

    /// What a channel would execute if it had called this number; an empty dialplan or context is its own.
    pub(crate) fn extension_for(
        &mut self,
        id: ChannelId,
        number: &[u8],
        dialplan: Option<&[u8]>,
        context: Option<&[u8]>,
    ) -> Option<Vec<Action>> {
        let profile = self.channels.get_mut(id)?.profile.as_deref_mut()?;
        let kept = profile.clone();
        profile.destination = number.to_vec();
        for (field, given) in [(&mut profile.dialplan, dialplan), (&mut profile.context, context)] {
            if let Some(given) = given {
                *field = given.to_vec();
            }
        }
        let found = self.extension_of(id);
        if let Some(profile) = self.channels.get_mut(id).and_then(|channel| channel.profile.as_deref_mut()) {
            *profile = kept;
        }
        match found {
            Found::Extension(actions) => Some(actions),
            Found::Nothing | Found::NoDialplan => None,
        }
    }

    /// What stood for a number was the extension itself: the number is the one before it.
    fn forget_inline_number(&mut self, id: ChannelId) {
        if let Some(profile) = self.channels.get_mut(id).and_then(|channel| channel.profile.as_deref_mut()) {
            profile.destination = std::mem::take(&mut profile.rdnis);
        }
    }

    /// Asks the dialplans of a channel, one after the other.
    fn extension_of(&mut self, id: ChannelId) -> Found {
        let Some(profile) = self.channels.get(id).and_then(|channel| channel.profile.as_ref()) else {
            return Found::Nothing;
        };
        let (dialplans, destination, context) =
            (profile.dialplan.clone(), profile.destination.clone(), profile.context.clone());
        let dialplans = self.expand(id, &dialplans);
        let mut asked = false;
        for dialplan in split(&dialplans, b',', MOST_DIALPLANS) {
            let name = dialplan.split(|byte| *byte == b':').next().unwrap_or_default();
            let extension = if name.eq_ignore_ascii_case(b"inline") {
                self.forget_inline_number(id);
                Some(inline::inline(&destination))
            } else if name.eq_ignore_ascii_case(b"XML") {
                self.ask_xml(id, &context)
            } else {
                let name = String::from_utf8_lossy(name).into_owned();
                let text = format!("Dialplan [{name}] not found, skipping");
                self.log_session(log::ERR, &origin::NO_SUCH_DIALPLAN, id, |_| text.clone());
                continue;
            };
            asked = true;
            if let Some(extension) = extension {
                return Found::Extension(extension);
            }
        }
        if asked { Found::Nothing } else { Found::NoDialplan }
    }

    fn ask_xml(&mut self, id: ChannelId, context: &[u8]) -> Option<Vec<Action>> {
        self.log_session(log::INFO, &origin::DIALPLAN, id, processing);
        let dialplan = self.config.dialplan.clone();
        let Some(found) = dialplan.context(context) else {
            let text = format!("Context {} not found", String::from_utf8_lossy(context));
            self.log_session(log::WARNING, &origin::DIALPLAN_NO_CONTEXT, id, |_| text.clone());
            return None;
        };
        self.hunt_in(id, found)
    }

    /// An outbound leg without a dialplan: one that is answered has nothing to do, one that is not waits.
    fn leave_dialplan(&mut self, id: ChannelId) {
        if self.channels.get(id).is_some_and(|channel| channel.answered) {
            let text = "No Dialplan on answered channel, changing state to HANGUP";
            self.log_session(log::DEBUG, &origin::NO_DIALPLAN, id, |_| text.into());
            self.hangup(id, HangupCause::NoRouteDestination, &origin::NO_DIALPLAN_HANGUP);
        } else {
            self.set_target(id, ChannelState::ConsumeMedia);
        }
    }

    fn go_on_with(&mut self, id: ChannelId, extension: VecDeque<Action>) {
        if let Some(channel) = self.channels.get_mut(id) {
            channel.extension = extension;
        }
        self.set_target(id, ChannelState::Execute);
    }
}
