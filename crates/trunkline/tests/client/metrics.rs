//! What a client counts for the recorder of the program: the names are a promise.

use std::collections::{BTreeMap, BTreeSet};

use metrics_util::MetricKind;
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use trunkline::{Client, LogLevel};

use crate::reconnect::{CORE, accept, soon};
use crate::support::{Port, millis, next, within};

/// `NAME{label=value,…}` and its value, without the label of the switch, which all have.
struct Values {
    snapshotter: Snapshotter,
    switch: String,
    values: BTreeMap<String, f64>,
}

impl Values {
    /// The values now. A snapshot takes them away, so what counts up and down is added up here.
    fn now(&mut self) -> &BTreeMap<String, f64> {
        for (key, unit, description, value) in self.snapshotter.snapshot().into_vec() {
            let (kind, key) = key.into_parts();
            let (name, labels) = key.into_parts();
            assert!(unit.is_some() && description.is_some(), "{name:?} is not described");
            assert_eq!(name.as_str().ends_with("_total"), kind == MetricKind::Counter, "{name:?}");
            let (switch, others): (Vec<_>, Vec<_>) = labels.iter().partition(|label| label.key() == "switch");
            assert_eq!(
                switch.iter().map(|label| label.value()).collect::<Vec<_>>(),
                [&self.switch],
                "{name:?}"
            );
            let others: Vec<_> =
                others.iter().map(|label| format!("{}={}", label.key(), label.value())).collect();
            let known = self.values.entry(format!("{}{{{}}}", name.as_str(), others.join(","))).or_default();
            match value {
                DebugValue::Counter(count) => *known += count as f64,
                DebugValue::Gauge(value) if name.as_str().ends_with("_seconds") => *known = value.0,
                DebugValue::Gauge(value) => *known += value.0,
                DebugValue::Histogram(samples) => *known += samples.len() as f64,
            }
        }
        &self.values
    }
}

#[tokio::test]
async fn what_is_counted() {
    let recorder = DebuggingRecorder::new();
    let _installed = metrics::set_default_local_recorder(&recorder);
    let port = Port::open().await;
    let mut config = port.config().reconnect(soon());
    let mut values =
        Values { snapshotter: recorder.snapshotter(), switch: config.address(), values: BTreeMap::new() };
    config.queue_items = 2;
    config.pause = millis(1);
    within(async {
        let (client, mut switch) = tokio::join!(Client::connect(config), accept(&port, CORE));
        let client = client.unwrap();
        assert_eq!(values.now()["trunkline_state{role=main,state=ready}"], 1.0);
        let (events, ()) = tokio::join!(client.events("DTMF my_own"), async {
            switch.expect("event plain DTMF my_own").await;
            switch.reply("+OK event listener enabled plain").await;
        });
        let mut events = events.unwrap();
        let (_logs, ()) = tokio::join!(client.logs(LogLevel::Info), async {
            switch.expect("log info").await;
            switch.reply("+OK log level info [6]").await;
        });
        switch.log(LogLevel::Err, "one").await;
        for name in ["my_own", "my_own", "DTMF", "DTMF", "DTMF", "DTMF", "DTMF"] {
            switch.event(name, &[("Event-Date-Timestamp", "1")]).await;
        }
        let asking = async {
            client.api("status").await.unwrap();
            client.api("shutdown").await.unwrap_err();
            client.with_timeout(millis(20)).api("late").await.unwrap_err();
        };
        let playing = async {
            switch.expect("api status").await;
            switch.answer("up").await;
            switch.expect("api shutdown").await;
            switch.reply("-ERR permission denied").await;
            switch.expect("api late").await;
        };
        tokio::join!(asking, playing);
        assert!(next(&mut events).await.starts_with("missed 5"));
        let waiting = tokio::spawn({
            let client = client.clone();
            async move { client.api("lost").await }
        });
        while client.health().commands < 4 {
            tokio::task::yield_now().await;
        }
        let before = values.now();
        assert_eq!(before["trunkline_outstanding{}"], 1.0, "{before:#?}");
        assert!(before["trunkline_lag_seconds{}"] > 1e9, "{before:#?}");
        drop(switch);
        waiting.await.unwrap().unwrap_err();
        let mut switch = accept(&port, CORE).await;
        switch.expect("event plain DTMF my_own").await;
        switch.expect("log info").await;
        switch.reply("+OK event listener enabled plain").await;
        switch.reply("+OK log level info [6]").await;
        tokio::join!(client.close(), switch.leave());
    })
    .await;
    let mut counted = values.now().clone();
    assert!(counted.remove("trunkline_received_bytes_total{}") > Some(1000.0));
    assert!(counted.remove("trunkline_lag_seconds{}").is_some());
    let counted: Vec<_> = counted.iter().map(|(name, value)| (&**name, *value)).collect();
    assert_eq!(
        counted,
        [
            ("trunkline_command_seconds{kind=api}", 4.0),
            ("trunkline_commands_total{kind=api,outcome=answered}", 1.0),
            ("trunkline_commands_total{kind=api,outcome=disconnected}", 1.0),
            ("trunkline_commands_total{kind=api,outcome=refused}", 1.0),
            ("trunkline_commands_total{kind=api,outcome=timed_out}", 1.0),
            ("trunkline_connect_attempts_total{}", 1.0),
            ("trunkline_events_total{}", 7.0),
            ("trunkline_gaps_total{}", 1.0),
            ("trunkline_log_lines_total{}", 1.0),
            ("trunkline_missed_total{event=DTMF}", 3.0),
            ("trunkline_missed_total{event=other}", 2.0),
            ("trunkline_outstanding{}", 0.0),
            ("trunkline_overflowed_total{}", 0.0),
            ("trunkline_reconnects_total{}", 1.0),
            ("trunkline_state{role=main,state=connecting}", 0.0),
            ("trunkline_state{role=main,state=ready}", 0.0),
        ]
    );
}

/// What the guide promises is what there is, and no more.
#[tokio::test]
async fn the_guide_lists_them_all() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let _installed = metrics::set_default_local_recorder(&recorder);
    let port = Port::open().await;
    let config = port.config();
    let (client, mut switch) = tokio::join!(Client::connect(config), async {
        let mut switch = port.accept().await;
        switch.let_in().await;
        switch
    });
    let client = client.unwrap();
    let (answer, ()) = tokio::join!(client.api("status"), async {
        switch.expect("api status").await;
        switch.answer("up").await;
    });
    answer.unwrap();
    let _server = trunkline::outbound::Server::bind("127.0.0.1:0").await.unwrap();
    let guide = include_str!("../../docs/watching.md");
    let promised = guide.lines().filter_map(|line| line.strip_prefix("| `trunkline_")?.split('`').next());
    let promised: BTreeSet<_> = promised.map(|name| format!("trunkline_{name}")).collect();
    let there = snapshotter.snapshot().into_vec();
    let mut there: BTreeSet<_> = there.iter().map(|(key, ..)| key.key().name().to_owned()).collect();
    // Not before something was dropped.
    there.insert("trunkline_missed_total".to_owned());
    assert_eq!(promised, there);
}
