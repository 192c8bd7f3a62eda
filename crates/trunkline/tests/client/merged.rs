//! Several connections to one switch, merged.

mod random;
mod struck;

use trunkline::{
    Client, Config, EventFormat, EventName, EventSet, Events, GapCause, Item, Merged, Reconnect, State,
};

use crate::reconnect::{CORE, OTHER, Switch, accept, soon};
use crate::support::{Port, in_words, millis, within};

/// One of the connections, its switch's end played by hand.
struct Line {
    port: Port,
    client: Client,
    switch: Option<Switch>,
    subscribes: String,
}

impl Line {
    async fn open(change: impl FnOnce(&mut Config)) -> (Self, Events) {
        let port = Port::open().await;
        let mut config = port.config().reconnect(ever_soon());
        change(&mut config);
        let format = config.connection.format;
        let (client, mut switch) = tokio::join!(Client::connect(config), accept(&port, CORE));
        let client = client.unwrap();
        switch.format = format;
        let subscribes = format!("event {format} DTMF MESSAGE");
        let wants: EventSet = [EventName::Dtmf, EventName::Message].into_iter().collect();
        let (events, ()) = tokio::join!(client.events(wants), subscribed(&mut switch, &subscribes));
        (Self { port, client, switch: Some(switch), subscribes }, events.unwrap())
    }

    /// Is lost, and notices.
    async fn lose(&mut self) {
        let mut states = self.client.state_changes();
        self.switch = None;
        while !matches!(self.client.state(), State::Connecting { .. }) {
            states.next().await;
        }
    }

    /// Is lost for good.
    async fn leave(&mut self) {
        let mut switch = self.switch.take().unwrap();
        tokio::join!(self.client.close(), switch.leave());
    }

    async fn back(&mut self, core: &str) {
        let mut switch = accept(&self.port, core).await;
        switch.format = EventFormat::from_name(self.subscribes.split(' ').nth(1).unwrap()).unwrap();
        subscribed(&mut switch, &self.subscribes).await;
        self.switch = Some(switch);
        self.speak().await;
    }

    /// An event comes, which is not waited for.
    async fn bring(&mut self, number: usize) {
        self.switch.as_mut().unwrap().event("DTMF", &headers(&number.to_string(), CORE)).await;
    }

    /// Something is heard from the switch, and everything it said before.
    async fn speak(&mut self) {
        let Some(switch) = &mut self.switch else { return };
        let (answer, ()) = tokio::join!(self.client.api("status"), async {
            switch.expect("api status").await;
            switch.answer("UP").await;
        });
        answer.unwrap();
    }
}

/// However often it is lost.
fn ever_soon() -> Reconnect {
    let mut reconnect = soon();
    reconnect.most = millis(20);
    reconnect
}

async fn subscribed(switch: &mut Switch, command: &str) {
    switch.expect(command).await;
    switch.reply("+OK event listener enabled").await;
}

async fn pair() -> (Line, Line, Merged) {
    let ((a, of_a), (b, of_b)) = tokio::join!(Line::open(|_| {}), Line::open(|_| {}));
    (a, b, Events::merge([of_a, of_b]))
}

/// The switch fires an event: every connection there is brings it.
async fn fire(lines: &mut [&mut Line], name: &str, core: &str, number: usize) {
    let number = number.to_string();
    for line in lines {
        if let Some(switch) = &mut line.switch {
            switch.event(name, &headers(&number, core)).await;
            line.speak().await;
        }
    }
}

fn headers<'a>(number: &'a str, core: &'a str) -> [(&'a str, &'a str); 3] {
    [("Core-UUID", core), ("Event-Sequence", number), ("Number", number)]
}

async fn next(merged: &mut Merged) -> String {
    match merged.next().await {
        Some(Item::Gap(gap)) => {
            assert!(gap.from <= gap.to);
            format!("gap: {:?}", gap.why)
        }
        other => in_words(other),
    }
}

/// Nothing else has come before this event.
async fn assert_only(merged: &mut Merged, a: &mut Line, b: &mut Line, core: &str, number: usize) {
    fire(&mut [a, b], "DTMF", core, number).await;
    assert_eq!(next(merged).await, format!("DTMF {number}"));
}

#[tokio::test]
async fn each_event_comes_once_whatever_its_form() {
    within(async {
        let json = |config: &mut Config| config.connection.format = EventFormat::Json;
        let xml = |config: &mut Config| config.connection.format = EventFormat::Xml;
        let (mut a, of_a) = Line::open(|_| {}).await;
        let (mut b, of_b) = Line::open(json).await;
        let (mut c, of_c) = Line::open(xml).await;
        let mut merged = Events::merge([of_a, of_b, of_c]);
        assert_eq!(merged.open(), 3);
        for number in [1, 2, 9, 5] {
            fire(&mut [&mut a, &mut b, &mut c], "DTMF", CORE, number).await;
            assert_eq!(next(&mut merged).await, format!("DTMF {number}"));
        }
        // The same number, but not the same event.
        fire(&mut [&mut b, &mut a], "MESSAGE", CORE, 5).await;
        assert_eq!(next(&mut merged).await, "MESSAGE 5");
        // Fired twice, as a script can do.
        for _ in 0..2 {
            fire(&mut [&mut a, &mut b, &mut c], "DTMF", CORE, 7).await;
            assert_eq!(next(&mut merged).await, "DTMF 7");
        }
        fire(&mut [&mut c], "DTMF", CORE, 10).await;
        assert_eq!(next(&mut merged).await, "DTMF 10");
    })
    .await;
}

/// So many that they must not be passed over in one go.
#[tokio::test]
async fn a_thousand_that_were_seen_are_passed_over() {
    within(async {
        let (mut a, mut b, mut merged) = pair().await;
        for number in 0..1000 {
            a.bring(number).await;
        }
        a.speak().await;
        for number in 0..1000 {
            assert_eq!(next(&mut merged).await, format!("DTMF {number}"));
        }
        for number in 0..=1000 {
            b.bring(number).await;
        }
        b.speak().await;
        assert_eq!(next(&mut merged).await, "DTMF 1000");
    })
    .await;
}

#[tokio::test]
async fn each_has_its_turn() {
    within(async {
        let (mut a, mut b, mut merged) = pair().await;
        for number in 0..100 {
            a.bring(number).await;
        }
        a.speak().await;
        b.bring(500).await;
        b.bring(501).await;
        b.speak().await;
        let mut first = Vec::new();
        for _ in 0..4 {
            first.push(next(&mut merged).await);
        }
        first.sort();
        assert_eq!(first, ["DTMF 0", "DTMF 1", "DTMF 500", "DTMF 501"]);
    })
    .await;
}

#[tokio::test]
async fn an_event_without_keys_comes_from_each() {
    within(async {
        let (mut a, mut b, mut merged) = pair().await;
        for line in [&mut a, &mut b] {
            line.switch.as_mut().unwrap().event("DTMF", &[("Number", "x")]).await;
        }
        assert_eq!(next(&mut merged).await, "DTMF x");
        assert_eq!(next(&mut merged).await, "DTMF x");
        assert_only(&mut merged, &mut a, &mut b, CORE, 1).await;
    })
    .await;
}

#[tokio::test]
async fn one_that_is_lost_and_back_is_not_missed() {
    within(async {
        let (mut a, mut b, mut merged) = pair().await;
        assert_only(&mut merged, &mut a, &mut b, CORE, 1).await;
        a.lose().await;
        assert_only(&mut merged, &mut a, &mut b, CORE, 2).await;
        a.back(CORE).await;
        assert_only(&mut merged, &mut a, &mut b, CORE, 3).await;
        // The other one, not at the same time.
        b.lose().await;
        assert_only(&mut merged, &mut a, &mut b, CORE, 4).await;
        b.back(CORE).await;
        assert_only(&mut merged, &mut a, &mut b, CORE, 5).await;
    })
    .await;
}

#[tokio::test]
async fn the_time_both_were_lost_is_told_once_and_at_once() {
    within(async {
        let (mut a, mut b, mut merged) = pair().await;
        for (first, core, number) in [(true, CORE, 1), (false, CORE, 4), (true, OTHER, 7)] {
            let before = if number == 7 { CORE } else { core };
            // Not taken yet: it stands before the gap.
            fire(&mut [&mut b], "DTMF", before, number).await;
            a.lose().await;
            b.lose().await;
            let (back, other) = if first { (&mut a, &mut b) } else { (&mut b, &mut a) };
            back.back(core).await;
            fire(&mut [back], "DTMF", core, number + 1).await;
            assert_eq!(next(&mut merged).await, format!("DTMF {number}"));
            let why = if core == CORE { GapCause::Disconnected } else { GapCause::Restarted };
            assert_eq!(next(&mut merged).await, format!("gap: {why:?}"));
            assert_eq!(next(&mut merged).await, format!("DTMF {}", number + 1));
            // What it adds is known.
            other.back(core).await;
            assert_only(&mut merged, &mut a, &mut b, core, number + 2).await;
        }
    })
    .await;
}

#[tokio::test]
async fn who_waits_is_woken_by_a_gap() {
    within(async {
        let (mut a, mut b, mut merged) = pair().await;
        let waiting = tokio::spawn(async move { (next(&mut merged).await, merged) });
        a.lose().await;
        b.lose().await;
        b.back(CORE).await;
        let (item, mut merged) = waiting.await.unwrap();
        assert_eq!(item, "gap: Disconnected");
        a.back(CORE).await;
        assert_only(&mut merged, &mut a, &mut b, CORE, 1).await;
    })
    .await;
}

/// It may have been dead before the other one was back.
#[tokio::test]
async fn one_that_said_nothing_since_covers_nothing() {
    within(async {
        let (mut a, mut b, mut merged) = pair().await;
        a.lose().await;
        a.back(CORE).await;
        b.lose().await;
        assert_eq!(next(&mut merged).await, "gap: Disconnected");
        assert_only(&mut merged, &mut a, &mut b, CORE, 1).await;
        b.back(CORE).await;
        a.speak().await;
        a.lose().await;
        assert_only(&mut merged, &mut a, &mut b, CORE, 2).await;
    })
    .await;
}

#[tokio::test]
async fn a_restart_is_told_when_the_first_is_back() {
    within(async {
        let (mut a, mut b, mut merged) = pair().await;
        assert_only(&mut merged, &mut a, &mut b, CORE, 1).await;
        // The other one has not noticed yet that there is nobody any more.
        a.lose().await;
        a.back(OTHER).await;
        assert_eq!(next(&mut merged).await, "gap: Restarted");
        fire(&mut [&mut a], "DTMF", OTHER, 1).await;
        assert_eq!(next(&mut merged).await, "DTMF 1");
        b.lose().await;
        b.back(OTHER).await;
        assert_only(&mut merged, &mut a, &mut b, OTHER, 2).await;
        // From now on they are as they were.
        a.lose().await;
        a.back(OTHER).await;
        assert_only(&mut merged, &mut a, &mut b, OTHER, 3).await;
    })
    .await;
}

#[tokio::test]
async fn one_that_is_lost_for_good_is_down_and_the_last_end_is_the_end() {
    within(async {
        let (mut a, mut b, mut merged) = pair().await;
        b.leave().await;
        assert_only(&mut merged, &mut a, &mut b, CORE, 1).await;
        a.lose().await;
        a.back(CORE).await;
        assert_eq!(next(&mut merged).await, "gap: Disconnected");
        assert_eq!(merged.open(), 1);
        a.leave().await;
        assert!(matches!(merged.next().await, Some(Item::Closed(_))));
        assert!(merged.next().await.is_none());
        assert_eq!(merged.open(), 0);
        assert!(Events::merge([]).next().await.is_none());
    })
    .await;
}

#[tokio::test]
async fn one_that_is_refused_is_down() {
    within(async {
        let (mut a, mut b, mut merged) = pair().await;
        b.lose().await;
        let mut switch = accept(&b.port, CORE).await;
        switch.expect("event plain DTMF MESSAGE").await;
        switch.reply("-ERR permission denied").await;
        for name in ["DTMF", "MESSAGE"] {
            switch.expect(&format!("event plain {name}")).await;
            switch.reply("-ERR permission denied").await;
        }
        while merged.open() == 2 {
            assert_only(&mut merged, &mut a, &mut b, CORE, 1).await;
        }
        a.lose().await;
        a.back(CORE).await;
        assert_eq!(next(&mut merged).await, "gap: Disconnected");
    })
    .await;
}

#[tokio::test]
async fn what_one_missed_is_told_and_what_the_other_brought_is_there() {
    within(async {
        let small = |config: &mut Config| {
            config.queue_items = 2;
            config.pause = std::time::Duration::ZERO;
        };
        let ((mut a, of_a), (mut b, of_b)) = tokio::join!(Line::open(small), Line::open(|_| {}));
        let mut merged = Events::merge([of_a, of_b]);
        for number in 1..=5 {
            fire(&mut [&mut a, &mut b], "DTMF", CORE, number).await;
        }
        let mut seen = Vec::new();
        for _ in 0..6 {
            seen.push(next(&mut merged).await);
        }
        seen.sort();
        assert_eq!(seen, ["DTMF 1", "DTMF 2", "DTMF 3", "DTMF 4", "DTMF 5", "missed 3"]);
    })
    .await;
}

#[tokio::test]
async fn a_gap_from_before_is_passed_on() {
    within(async {
        let ((mut a, of_a), (mut b, of_b)) = tokio::join!(Line::open(|_| {}), Line::open(|_| {}));
        a.lose().await;
        a.back(CORE).await;
        let mut merged = Events::merge([of_a, of_b]);
        a.speak().await;
        b.speak().await;
        assert_eq!(next(&mut merged).await, "gap: Disconnected");
        a.lose().await;
        a.back(CORE).await;
        assert_only(&mut merged, &mut a, &mut b, CORE, 1).await;
    })
    .await;
}
