//! Calls that are dialled at most once, whatever becomes of the connection.
//!
//! - `said`: what the switch says of a call, and what never reaches it
//! - `lost`: its answer is lost, and the call is looked for
//! - `lanes`: it is dialled by a connection of its own
//! - `walk`: the same call cut off at one byte after the other
//! - `simulated`: calls of the simulated switch, and users who may see only some of it

use tokio::task::JoinHandle;
use trunkline::dialstring::Originate;
use trunkline::{ChannelUuid, Client, EventFormat, HangupCause, OriginateError, Originated, Originating};

use crate::reconnect::{Switch, accept};
use crate::support::{Port, event};

mod lanes;
mod lost;
mod said;
mod simulated;
mod walk;

type Outcome = Result<Originated, OriginateError>;

const ABSENT: &str = "-ERR No such channel!\n";

fn parse(text: &str) -> Originate {
    text.parse().unwrap()
}

/// It is looked for as long as by default: on a machine that is busy it may take long to be found.
fn call(client: &Client, text: &str) -> Originating {
    client.originate(parse(text))
}

/// What is dialled by it.
fn line(call: &Originating, text: &str) -> String {
    let mut uuids = call.uuids().iter().filter(|uuid| !text.contains(&format!("={uuid}"))).cloned();
    parse(text).with_leg_uuids(|| uuids.next().unwrap()).unwrap().0.command()
}

/// The first job of a connection is begun.
async fn begin(switch: &mut Switch, line: &str) -> String {
    switch.expect("event plain BACKGROUND_JOB").await;
    let job = switch.expect_job(line).await;
    switch.reply("+OK event listener enabled plain").await;
    job
}

/// The same, and taken.
async fn take(switch: &mut Switch, line: &str) -> String {
    let job = begin(switch, line).await;
    switch.take_job(&job).await;
    job
}

/// Connected to again, and subscribed again.
async fn back(port: &Port, core: &str) -> Switch {
    let mut switch = accept(port, core).await;
    switch.expect("event plain BACKGROUND_JOB").await;
    switch.reply("+OK event listener enabled plain").await;
    switch
}

/// A channel as `uuid_dump` shows it.
fn channel(uuid: &str, state: u8, answer_state: &str, more: &[(&str, &str)]) -> String {
    let number = state.to_string();
    let headers = [
        ("Channel-Call-State", "-"),
        ("Channel-State-Number", &*number),
        ("Unique-ID", uuid),
        ("Answer-State", answer_state),
        ("Caller-Direction", "outbound"),
    ];
    let event = event("CHANNEL_DATA", &[&headers, more].concat());
    String::from_utf8(event.to_event(EventFormat::Json).unwrap().payload().to_vec()).unwrap()
}

const EXECUTE: u8 = 4;
const CONSUME_MEDIA: u8 = 7;
const HANGUP: u8 = 10;

/// Is asked for a call until the client leaves, and how often; each answer as given, the last one again and again.
async fn looked_for(mut switch: Switch, answers: Vec<String>) -> usize {
    let mut asked = 0;
    while let Some(heard) = switch.hear_or_end().await.filter(|heard| heard != "exit") {
        assert_eq!(heard, format!("api uuid_dump {CALL} json"), "nothing but looking");
        switch.answer(answers.get(asked).or(answers.last()).unwrap()).await;
        asked += 1;
    }
    asked
}

fn failed(outcome: &Outcome) -> Option<&HangupCause> {
    outcome.as_ref().err().and_then(OriginateError::hangup_cause)
}

fn is_unknown(outcome: &Outcome, uuids: &[ChannelUuid]) -> bool {
    matches!(outcome, Err(OriginateError::Unknown { uuids: of, .. }) if of == uuids)
}

const CALL: &str = "call-1";
const TEXT: &str = "{origination_uuid=call-1}null/1 &park";

/// Dials the call of [`TEXT`]: the switch hears of it, and takes it or not. What comes of it, and the job it is.
async fn dial(call: Originating, switch: &mut Switch, taken: bool) -> (JoinHandle<Outcome>, String) {
    let line = line(&call, TEXT);
    let dialled = tokio::spawn(call);
    let job = begin(switch, &line).await;
    if taken {
        switch.take_job(&job).await;
    }
    (dialled, job)
}
