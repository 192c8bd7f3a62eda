//! CHANNEL_HANGUP_COMPLETE, and the call's times and lengths with it (`switch_channel_set_timestamps` in
//! `switch_channel.c`).

use std::borrow::Cow;
use std::time::Duration;

use super::{Moment, view};
use crate::cause::HangupCause;
use crate::event::Event;

view! {
    /// CHANNEL_HANGUP_COMPLETE: a call is over and accounted for.
    ///
    /// Whole seconds (`billsec`) are those between the seconds of the clock, not those gone by: a call of 0.2 s over a
    /// full second counts 1. The exact lengths are those in microseconds (`billusec`). A length whose beginning never came
    /// (an unanswered call's `billsec`) is 0.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: CHANNEL_HANGUP_COMPLETE\nHangup-Cause: NORMAL_CLEARING\n\
    /// #                variable_duration: 5\nvariable_billsec: 3\nvariable_billusec: 3139994\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use std::time::Duration;
    /// use trunkline_proto::HangupCause;
    /// use trunkline_proto::view::HangupComplete;
    ///
    /// let over = HangupComplete::of(&event).unwrap();
    /// assert_eq!(over.cause(), Some(HangupCause::NormalClearing));
    /// assert_eq!(over.billsec(), Some(Duration::from_secs(3)));
    /// assert_eq!(over.billusec(), Some(Duration::from_micros(3_139_994)));
    /// ```
    pub HangupComplete(event: Event) {
        /// Why the call ended.
        cause: HangupCause = word "Hangup-Cause",
        /// The form of the CDR in the body, `xml`, if there is one: [`cdr_xml`](Self::cdr_xml).
        cdr_attached: Cow<'a, str> = text "CDR-Attached",
        /// The Q.850 code of the cause. FreeSWITCH's own causes are reported as 16.
        cause_q850: u8 = number "variable_hangup_cause_q850",
        /// The digits pressed, `none` if none were.
        digits_dialed: Cow<'a, str> = text "variable_digits_dialed",
        /// The caller, `"Name" <number>`.
        caller_id: Cow<'a, str> = text "variable_caller_id",
        /// The last application run.
        last_app: Cow<'a, str> = text "variable_last_app",
        /// Its arguments.
        last_arg: Cow<'a, str> = text "variable_last_arg",
        /// When it began.
        start: Moment = moment_us "variable_start_uepoch",
        /// When its last caller profile was made.
        profile_start: Moment = moment_us "variable_profile_start_uepoch",
        /// When it was answered.
        answer: Moment = moment_us "variable_answer_uepoch",
        /// When it was bridged.
        bridge: Moment = moment_us "variable_bridge_uepoch",
        /// When it was last put on hold.
        last_hold: Moment = moment_us "variable_last_hold_uepoch",
        /// When it was recovered after a crash.
        resurrect: Moment = moment_us "variable_resurrect_uepoch",
        /// When it began to ring.
        progress: Moment = moment_us "variable_progress_uepoch",
        /// When early media began.
        progress_media: Moment = moment_us "variable_progress_media_uepoch",
        /// When it ended.
        end: Moment = moment_us "variable_end_uepoch",
        /// How long it was on hold, all holds together.
        hold_accum: Duration = micros "variable_hold_accum_usec",
        /// From beginning to end, in whole seconds.
        duration: Duration = seconds "variable_duration",
        /// From answer to end.
        billsec: Duration = seconds "variable_billsec",
        /// From beginning to ringing.
        progresssec: Duration = seconds "variable_progresssec",
        /// From beginning to answer.
        answersec: Duration = seconds "variable_answersec",
        /// From beginning to bridge.
        waitsec: Duration = seconds "variable_waitsec",
        /// From beginning to early media.
        progress_mediasec: Duration = seconds "variable_progress_mediasec",
        /// From beginning to end, if it was answered.
        flow_billsec: Duration = seconds "variable_flow_billsec",
        /// [`duration`](Self::duration), exactly.
        uduration: Duration = micros "variable_uduration",
        /// [`billsec`](Self::billsec), exactly.
        billusec: Duration = micros "variable_billusec",
        /// [`progresssec`](Self::progresssec), exactly.
        progressusec: Duration = micros "variable_progressusec",
        /// [`answersec`](Self::answersec), exactly.
        answerusec: Duration = micros "variable_answerusec",
        /// [`waitsec`](Self::waitsec), exactly.
        waitusec: Duration = micros "variable_waitusec",
        /// [`progress_mediasec`](Self::progress_mediasec), exactly.
        progress_mediausec: Duration = micros "variable_progress_mediausec",
        /// [`flow_billsec`](Self::flow_billsec), exactly.
        flow_billusec: Duration = micros "variable_flow_billusec",
    }
}

impl<'a> HangupComplete<'a> {
    /// The call's detail record as XML, where the variable `hangup_complete_with_xml` asked for it
    /// (`switch_core_state_machine.c`).
    #[must_use]
    pub fn cdr_xml(self) -> Option<Cow<'a, str>> {
        self.cdr_attached().filter(|form| form == "xml")?;
        self.event.body()
    }
}
