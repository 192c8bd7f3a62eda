//! What a client tells `tracing`: the names are a promise.

use trunkline::{Client, EventName};

use crate::notes;
use crate::reconnect::{CORE, accept, soon};
use crate::support::{Port, millis, within};

/// A conversation with a command, a refusal, a slow consumer, a loss and an end.
async fn converse(port: Port) {
    let mut config = port.config().reconnect(soon());
    config.queue_items = 1;
    config.pause = millis(1);
    let (client, mut switch) = tokio::join!(Client::connect(config), accept(&port, CORE));
    let client = client.unwrap();
    let (answer, ()) = tokio::join!(client.api("hunter2 is secret"), async {
        switch.expect("api hunter2 is secret").await;
        switch.answer("hunter2").await;
    });
    answer.unwrap();
    let (refused, ()) = tokio::join!(client.bgapi("shutdown hunter2"), async {
        switch.expect("event plain BACKGROUND_JOB").await;
        switch.expect_job("shutdown hunter2").await;
        switch.reply("+OK event listener enabled plain").await;
        switch.reply("-ERR permission denied").await;
    });
    refused.unwrap_err();
    let (refused, ()) = tokio::join!(client.events([EventName::Dtmf]), async {
        switch.expect("event plain DTMF").await;
        switch.reply("-ERR permission denied").await;
    });
    refused.unwrap_err();
    let (events, ()) = tokio::join!(client.events([EventName::Text]), async {
        switch.expect("event plain TEXT").await;
        switch.reply("+OK event listener enabled plain").await;
    });
    for _ in 0..3 {
        switch.event("TEXT", &[("Number", "hunter2")]).await;
    }
    let impatient = client.with_timeout(millis(50));
    let (late, ()) = tokio::join!(impatient.api("late"), async {
        switch.expect("api late").await;
    });
    late.unwrap_err();
    drop(switch);
    let mut switch = accept(&port, CORE).await;
    switch.expect("event plain BACKGROUND_JOB TEXT").await;
    switch.reply("+OK event listener enabled plain").await;
    tokio::join!(client.close(), switch.leave());
    drop(events);
}

#[tokio::test]
async fn what_is_told() {
    let port = Port::open().await;
    let address = port.config().address();
    notes::begin();
    within(converse(port)).await;
    let told = notes::end();
    let (wire, told): (Vec<_>, Vec<_>) = told
        .lines()
        .filter(|line| line.starts_with("trunkline::"))
        .partition(|line| line.starts_with("trunkline::wire"));
    // Only what went over the wire says what was said.
    assert!(wire.iter().any(|line| line.contains("hunter2")));
    assert!(!told.iter().any(|line| line.contains("hunter2")), "{told:#?}");
    let mut rest = told.iter();
    for expected in [
        format!("trunkline::connection DEBUG  new connect address=\"{address}\""),
        format!("trunkline::connection INFO  new connection switch=\"{address}\""),
        "trunkline::connection DEBUG connection new session number=1".to_owned(),
        "trunkline::connection INFO connection message=connected".to_owned(),
        "trunkline::command TRACE connection message=command given kind=\"api\"".to_owned(),
        "trunkline::command DEBUG connection message=command ended kind=\"api\" outcome=\"answered\" took="
            .to_owned(),
        "trunkline::command DEBUG connection message=command ended kind=\"bgapi\" outcome=\"refused\" took="
            .to_owned(),
        "trunkline::connection WARN connection message=not permitted permission=api shutdown (esl-allowed-api)".to_owned(),
        "trunkline::stream DEBUG connection message=refused refused=the switch refused the events DTMF"
            .to_owned(),
        "trunkline::stream WARN connection message=a consumer is too slow waiting=1 then=Drop".to_owned(),
        "trunkline::stream TRACE connection message=dropped count=".to_owned(),
        "trunkline::command DEBUG connection message=command ended kind=\"api\" outcome=\"timed_out\" took="
            .to_owned(),
        "trunkline::connection WARN connection message=connection lost reason=".to_owned(),
        "trunkline::connection INFO connection message=connecting attempt=1 wait=5ms why=".to_owned(),
        format!("trunkline::connection DEBUG connection new connect address=\"{address}\""),
        "trunkline::connection DEBUG connection new session number=2".to_owned(),
        "trunkline::connection INFO connection message=connected again why=Disconnected reason=".to_owned(),
        "trunkline::connection INFO connection message=connection closed reason=".to_owned(),
    ] {
        assert!(rest.any(|line| line.starts_with(&expected)), "{expected}\n{told:#?}");
    }
}
