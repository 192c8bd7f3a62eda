//! Taking a call: `answer`, `pre_answer`, `ring_ready`.

use super::plain;

plain! {
    /// `answer`: answers the call. Nothing is wrong if it was answered already.
    Answer = "answer";
    /// `pre_answer`: has media flow before the call is answered; what is played then is heard, and costs the caller
    /// nothing.
    PreAnswer = "pre_answer";
    /// `ring_ready`: has the caller's phone say that it rings.
    RingReady = "ring_ready";
}
