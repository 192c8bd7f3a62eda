//! What is heard on a channel: digits, files, recordings, tones, speech.

use std::borrow::Cow;
use std::time::Duration;

use super::read::{self, Source};
use super::view;
use crate::event::{Event, EventName};
use crate::header::Value;
use crate::vocabulary::vocabulary;

view! {
    /// DTMF: a key was pressed (`switch_channel_dequeue_dtmf` in `switch_channel.c`).
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: DTMF\nDTMF-Digit: %23\nDTMF-Duration: 2000\nDTMF-Source: RTP\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::{Dtmf, DtmfSource};
    ///
    /// let key = Dtmf::of(&event).unwrap();
    /// assert_eq!((key.digit(), key.samples(), key.source()), (Some('#'), Some(2000), Some(DtmfSource::Rtp)));
    /// ```
    pub Dtmf(event: Event) {
        /// `0` to `9`, `*`, `#`, or one of `A` to `D`, `F` (flash) and `W` (pause) in either case.
        digit: char = number "DTMF-Digit",
        /// How long it was pressed, in samples: by 8 it is milliseconds at 8 kHz.
        samples: u32 = number "DTMF-Duration",
        /// How it came.
        source: DtmfSource = word "DTMF-Source",
        /// `native:inband` where a tone was made of it (`switch_ivr_async.c`).
        conversion: Cow<'a, str> = text "DTMF-Conversion",
    }
}

vocabulary! {
    /// How a digit came (`switch_dtmf_source_t`).
    pub enum DtmfSource {
        InbandAudio => "INBAND_AUDIO",
        Rtp => "RTP",
        Endpoint => "ENDPOINT",
        App => "APP",
        Unknown => "UNKNOWN",
    }
}

view! {
    /// PLAYBACK_START and PLAYBACK_STOP: a file is played to a channel (`switch_ivr_play_file` in
    /// `switch_ivr_play_say.c`). The parameters of the file follow as headers named after them.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: PLAYBACK_STOP\nPlayback-File-Path: a.wav\nPlayback-Status: done\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::{Playback, PlaybackStatus};
    ///
    /// let playback = Playback::of(&event).unwrap();
    /// assert_eq!((playback.is_stopped(), playback.status()), (true, Some(PlaybackStatus::Done)));
    /// ```
    pub Playback(event: Event) {
        /// What it is, if it is no file.
        file_type: PlaybackFileType = word "Playback-File-Type",
        /// What is played, as it was asked for.
        path: Cow<'a, str> = text "Playback-File-Path",
        /// How it ended. Only of a PLAYBACK_STOP.
        status: PlaybackStatus = word "Playback-Status",
    }
}

impl<'a> Playback<'a> {
    /// Whether it has ended.
    #[must_use]
    pub fn is_stopped(self) -> bool {
        self.event.is(EventName::PlaybackStop)
    }

    /// How much was played, once it has ended.
    #[must_use]
    pub fn length(self) -> Option<Duration> {
        read::millis(self.at_end("variable_playback_ms")?)
    }

    /// How much was played, in samples, once it has ended.
    #[must_use]
    pub fn samples(self) -> Option<u64> {
        read::number(self.at_end("variable_playback_samples")?)
    }

    /// Until it has ended, these variables are those of what was played before.
    fn at_end(self, variable: &str) -> Option<Value<'a>> {
        Source::first(self.event, variable).filter(|_| self.is_stopped())
    }
}

vocabulary! {
    /// What is played where it is no file.
    pub enum PlaybackFileType {
        LocalStream => "local_stream",
        ToneStream => "tone_stream",
    }
}

vocabulary! {
    /// How playing ended: to its end, or broken off.
    pub enum PlaybackStatus {
        Done => "done",
        Break => "break",
    }
}

view! {
    /// RECORD_START and RECORD_STOP: a channel is recorded (`switch_ivr_async.c`, `switch_ivr_play_say.c`).
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: RECORD_STOP\nRecord-File-Path: a.wav\nRecord-Completion-Cause: success-maxtime\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::{Record, RecordCompletion};
    ///
    /// let record = Record::of(&event).unwrap();
    /// assert!(record.is_stopped());
    /// assert_eq!(record.completion(), Some(RecordCompletion::SuccessMaxtime));
    /// ```
    pub Record(event: Event) {
        /// The file.
        path: Cow<'a, str> = text "Record-File-Path",
        /// Why it ended by itself. Of a RECORD_STOP of `record_session`, where it did.
        completion: RecordCompletion = word "Record-Completion-Cause",
    }
}

impl<'a> Record<'a> {
    /// Whether it has ended.
    #[must_use]
    pub fn is_stopped(self) -> bool {
        self.event.is(EventName::RecordStop)
    }

    /// A variable of the recording: the header `Recording-Variable-NAME`.
    #[must_use]
    pub fn variable(self, name: &str) -> Option<Cow<'a, str>> {
        read::text(Source::first(self.event, &format!("Recording-Variable-{name}"))?)
    }

    /// How long it is, once it has ended.
    #[must_use]
    pub fn length(self) -> Option<Duration> {
        read::millis(self.at_end("variable_record_ms")?)
    }

    /// How long it is, in samples, once it has ended.
    #[must_use]
    pub fn samples(self) -> Option<u64> {
        read::number(self.at_end("variable_record_samples")?)
    }

    /// The file's size in bytes, once it has ended.
    #[must_use]
    pub fn file_size(self) -> Option<u64> {
        read::number(self.at_end("variable_record_file_size")?)
    }

    /// Until it has ended, these variables are those of what was recorded before.
    fn at_end(self, variable: &str) -> Option<Value<'a>> {
        Source::first(self.event, variable).filter(|_| self.is_stopped())
    }
}

vocabulary! {
    /// Why a recording ended by itself (`set_completion_cause` in `switch_ivr_async.c`).
    pub enum RecordCompletion {
        SuccessSilence => "success-silence",
        SuccessMaxtime => "success-maxtime",
        NoInputTimeout => "no-input-timeout",
        InputTooShort => "input-too-short",
        EmptyFile => "empty-file",
        UriFailure => "uri-failure",
    }
}

view! {
    /// MEDIA_BUG_START and MEDIA_BUG_STOP: something listens to a channel's media, or no more
    /// (`switch_core_media_bug.c`).
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: MEDIA_BUG_START\nMedia-Bug-Function: session_record\nMedia-Bug-Target: a.wav\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::MediaBug;
    ///
    /// let bug = MediaBug::of(&event).unwrap();
    /// assert!(!bug.is_stopped());
    /// assert_eq!(bug.function().as_deref(), Some("session_record"));
    /// ```
    pub MediaBug(event: Event) {
        /// What listens: `session_record`, `eavesdrop` …
        function: Cow<'a, str> = text "Media-Bug-Function",
        /// What it does it for: a recording's file; `N/A` if it names nothing.
        target: Cow<'a, str> = text "Media-Bug-Target",
    }
}

impl MediaBug<'_> {
    /// Whether it listens no more.
    #[must_use]
    pub fn is_stopped(self) -> bool {
        self.event.is(EventName::MediaBugStop)
    }
}

view! {
    /// DETECTED_TONE: a tone looked for was heard (`switch_ivr_async.c`).
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let event = Event::decode(EventFormat::Plain, "Event-Name: DETECTED_TONE\nDetected-Tone: fax\n\n".into()).unwrap();
    /// use trunkline_proto::view::DetectedTone;
    ///
    /// assert_eq!(DetectedTone::of(&event).unwrap().tone().as_deref(), Some("fax"));
    /// ```
    pub DetectedTone(event: Event) {
        /// The key it was looked for under.
        tone: Cow<'a, str> = text "Detected-Tone",
        /// Whether the session it was meant for did not take it.
        delivery_failure: bool = flag "delivery-failure",
    }
}

view! {
    /// DETECTED_SPEECH: a recogniser has something to say; its result is the event's body
    /// (`speech_thread` in `switch_ivr_async.c`). Sent to all only with the variable `fire_asr_events`.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let event = Event::decode(EventFormat::Plain, "Event-Name: DETECTED_SPEECH\nSpeech-Type: closed\n\n".into());
    /// use trunkline_proto::view::{DetectedSpeech, SpeechType};
    ///
    /// # let event = event.unwrap();
    /// assert_eq!(DetectedSpeech::of(&event).unwrap().speech_type(), Some(SpeechType::Closed));
    /// ```
    pub DetectedSpeech(event: Event) {
        /// What it has.
        speech_type: SpeechType = word "Speech-Type",
        /// Whether the session it was meant for did not take it.
        delivery_failure: bool = flag "delivery-failure",
    }
}

vocabulary! {
    /// What a speech recogniser tells.
    pub enum SpeechType {
        BeginSpeaking => "begin-speaking",
        DetectedPartialSpeech => "detected-partial-speech",
        DetectedSpeech => "detected-speech",
        Closed => "closed",
    }
}
