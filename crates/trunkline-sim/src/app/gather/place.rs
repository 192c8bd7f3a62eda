//! Asking for the place of a lot: `valet_park <lot> ask` (`mod_valet_parking.c`).

use std::time::Duration;

use trunkline_proto::HangupCause;

use super::super::Progress;
use super::{Gather, Outcome, Request, Step};
use crate::app::valet::LOST;
use crate::channel::ChannelId;
use crate::core::Core;
use crate::text::atoi;

/// What is played where nothing else is said.
const PROMPT: &str = "ivr/ivr-enter_ext_pound.wav";

impl Gather {
    /// What follows once a place was asked for: whoever gives none is asked again. A prompt that is not there, at which a
    /// real switch goes round without end, is left out.
    pub(super) fn asks_again(&self, outcome: Outcome) -> Option<Step> {
        match outcome {
            Outcome::Timeout | Outcome::TooSmall | Outcome::Restart => Some(Step::Try),
            Outcome::NotFound => Some(Step::PromptOver),
            Outcome::Success | Outcome::Failure => None,
        }
    }
}

impl Core {
    /// `[<least> [<most> [<timeout> [<prompt>]]]]`, each of which a variable may say instead.
    pub(in crate::app) fn ask_for_place(&mut self, id: ChannelId, lot: &str, words: &[String]) -> Progress {
        let said = |place: usize, variable: &str| -> Option<Vec<u8>> {
            let word = words.get(place).map(|word| word.clone().into_bytes());
            word.or_else(|| self.channel_variable(id, variable.as_bytes()).map(<[u8]>::to_vec))
        };
        let number = |place: usize, variable: &str, usual: u16| {
            let number = said(place, variable).and_then(|text| u16::try_from(atoi(&text)).ok());
            number.filter(|number| *number > 0).unwrap_or(usual)
        };
        let least = number(0, "valet_ext_min", 1).into();
        let request = Request {
            least,
            most: usize::from(number(1, "valet_ext_max", 11)).max(least),
            timeout: Duration::from_millis(number(2, "valet_ext_to", 10_000).into()),
            digit_timeout: Duration::ZERO,
            terminators: b"#".to_vec(),
            prompt: said(3, "valet_ext_prompt").unwrap_or_else(|| PROMPT.into()),
            variable: String::new(),
            menu: None,
            lot: Some(lot.to_owned()),
        };
        self.gather(id, request, 1)
    }

    /// What comes of a place that was asked for, if one was: the call waits there, or takes the one that does.
    pub(in crate::app) fn place_told(&mut self, id: ChannelId, gather: &Gather) -> Option<Progress> {
        let lot = gather.request.lot.as_deref()?;
        if gather.digits.is_empty() {
            self.hangup(id, HangupCause::DestinationOutOfOrder, &LOST);
            return None;
        }
        Some(self.park_at(id, lot, &String::from_utf8_lossy(&gather.digits), false))
    }
}
