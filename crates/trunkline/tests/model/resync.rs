//! Snapshots: what was missed is found, and nothing is told twice.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use trunkline::ChannelUuid;
use trunkline::model::{Batch, Coverage, Options, Reading, RecordingId, StaleCause, Switch, View};

use crate::simulated::{self, World};
use crate::truth::{self, Followed};

/// How long the tables lag.
const LAG: Duration = Duration::from_millis(250);

/// A model of a simulated switch, by its clock.
struct Model {
    switch: Switch,
    /// One that has missed nothing.
    whole: Switch,
    world: World,
    followed: Followed,
    begun: Instant,
    about: String,
}

impl Model {
    fn new(seed: u64) -> Self {
        let options = Options::new().with_show_lag(Duration::from_millis(300));
        Self {
            switch: Switch::with(options),
            whole: Switch::new(),
            world: World::with_lag(seed, LAG),
            followed: Followed::default(),
            begun: Instant::now(),
            about: format!("seed {seed}"),
        }
    }

    fn now(&self) -> Instant {
        let start = trunkline_sim::Time::from_micros(0);
        self.begun + self.world.now.since(start)
    }

    fn hear(&mut self) {
        let now = self.now();
        for event in self.world.events() {
            self.whole.apply(&event, now);
            let batch = self.switch.apply(&event, now);
            self.take(&batch);
        }
    }

    /// What happened was not heard.
    fn miss(&mut self) {
        self.whole.apply_all(&self.world.events(), self.now());
    }

    fn take(&mut self, batch: &Batch) {
        self.followed.follow(batch, &self.about);
        truth::invariants(&self.switch.view(), &self.about);
    }

    /// Asks what is to be asked until there is nothing left, while calls go on.
    fn resync(&mut self, random: &mut fastrand::Rng) {
        let now = self.now();
        self.switch.resync(now);
        while self.switch.is_resyncing() {
            let (most, now) = (random.usize(1..4), self.now());
            let asks = self.switch.asks(most, now);
            // What is asked is answered by the switch as it is then, and heard before or after what happens next.
            let answers: Vec<Reading> =
                asks.iter().map(|ask| ask.read(&self.world.print(&ask.line()))).collect();
            if random.bool() {
                self.world.say(&simulated::command(random));
                self.world.pass_millis(random.u64(0..50));
                self.hear();
            }
            for (ask, answer) in asks.iter().zip(answers) {
                let batch = self.switch.answer(ask, answer, now);
                self.take(&batch);
            }
            self.world.pass_millis(random.u64(0..100));
            self.hear();
        }
        self.check();
    }

    fn check(&mut self) {
        let view = self.switch.view();
        assert_eq!((view.stale(), view.coverage()), (None, Coverage::Complete), "{}", self.about);
        self.followed.compare(&view, &self.about);
        truth::compare_channels(&view, &mut self.world, &self.about);
        let whole = self.whole.view();
        assert_eq!(bridges(&view), bridges(&whole), "{}", self.about);
        assert_eq!(recordings(&view), recordings(&whole), "{}", self.about);
        assert_eq!(parked(&view), parked(&whole), "{}", self.about);
    }
}

/// What is recorded to which file.
fn recordings(view: &View) -> BTreeSet<RecordingId> {
    let of_channels = view.channels().iter().flat_map(|one| {
        one.recordings.iter().map(|path| RecordingId::new(one.id.clone(), path.clone())).collect::<Vec<_>>()
    });
    let recordings: BTreeSet<RecordingId> = of_channels.collect();
    let objects: BTreeSet<RecordingId> = view.recordings().iter().map(|one| one.id.clone()).collect();
    assert_eq!(recordings, objects);
    recordings
}

fn parked(view: &View) -> BTreeSet<ChannelUuid> {
    view.parked().iter().map(|parked| parked.id.clone()).collect()
}

/// Who is bridged to whom.
fn bridges(view: &View) -> BTreeMap<ChannelUuid, ChannelUuid> {
    view.channels().iter().filter_map(|one| Some((one.id.clone(), one.bridged_to.clone()?))).collect()
}

/// Things are said while the model does not hear them.
fn something(model: &mut Model, random: &mut fastrand::Rng, times: usize) {
    for _ in 0..times {
        model.world.say(&simulated::command(random));
        model.world.pass_millis(random.u64(0..500));
    }
}

fn run(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut model = Model::new(seed);
    something(&mut model, &mut random, 15);
    model.miss();
    model.switch.lose(StaleCause::NotYetRead, model.now());
    model.resync(&mut random);
    for gap in 0..2 {
        model.about = format!("seed {seed}, gap {gap}");
        something(&mut model, &mut random, 8);
        model.hear();
        model.switch.lose(StaleCause::Gap, model.now());
        something(&mut model, &mut random, 8);
        model.miss();
        model.resync(&mut random);
    }
}

#[test]
fn what_happened_while_away_is_found_and_told_once() {
    for seed in 0..3 {
        run(seed);
    }
}

/// A call that is up, and one that has gone, as far as an old model knows.
fn old_model() -> Model {
    let mut model = Model::new(7);
    for id in ["lives", "dies"] {
        model.world.say(&format!("bgapi originate {{origination_uuid={id}}}null/1 &park"));
    }
    model.world.pass_millis(1000);
    model.hear();
    model.switch.lose(StaleCause::Gap, model.now());
    model.world.say("bgapi originate {origination_uuid=new}null/1 &park");
    model.world.say("api uuid_kill dies");
    model.world.pass_millis(1000);
    model.miss();
    model
}

fn known(model: &Model) -> Vec<String> {
    let mut known: Vec<String> =
        model.switch.view().channels().iter().map(|channel| channel.id.to_string()).collect();
    known.sort();
    known
}

/// Answers everything; the lists with this.
fn answer_all(model: &mut Model, list: &str) {
    model.switch.resync(model.now());
    model.world.pass_millis(1000);
    while model.switch.is_resyncing() {
        let now = model.now();
        for ask in model.switch.asks(10, now) {
            let printed = match ask.line() {
                line if line.starts_with("show") => list.as_bytes().to_vec(),
                line => model.world.print(&line),
            };
            let batch = model.switch.answer(&ask, ask.read(&printed), now);
            model.take(&batch);
        }
    }
}

#[test]
fn a_list_that_is_not_whole_deletes_nothing() {
    for list in ["", "-ERR permission denied\n", r#"{"row_count":3,"rows":[{"uuid":"lives"}]}"#] {
        let mut model = old_model();
        answer_all(&mut model, list);
        assert_eq!(known(&model), ["dies", "lives"], "{list}");
        assert!(model.switch.view().stale().is_some(), "{list}");
        // The next attempt finds all.
        let mut random = fastrand::Rng::with_seed(1);
        model.resync(&mut random);
    }
}

#[test]
fn without_tables_those_that_are_known_are_asked_for() {
    let mut model = old_model();
    answer_all(&mut model, "-ERR SQL disabled, no data available!\n");
    assert_eq!(known(&model), ["lives"]);
    let view = model.switch.view();
    assert_eq!((view.stale(), view.coverage()), (None, Coverage::NoTables));
}

#[test]
fn answers_to_an_attempt_that_was_given_up_mean_nothing() {
    let mut model = old_model();
    model.switch.resync(model.now());
    model.world.pass_millis(1000);
    let now = model.now();
    let asks = model.switch.asks(10, now);
    assert_eq!(asks.len(), 1, "the list");
    model.switch.lose(StaleCause::Gap, now);
    let batch = model.switch.answer(&asks[0], asks[0].read(b"{\"row_count\":0}\n"), now);
    assert!(batch.is_empty() && !model.switch.is_resyncing());
    // Nor once the same is asked again.
    model.switch.resync(now);
    model.world.pass_millis(1000);
    let now = model.now();
    assert_eq!(model.switch.asks(10, now).len(), 1);
    let batch = model.switch.answer(&asks[0], asks[0].read(b"{\"row_count\":0}\n"), now);
    assert!(batch.is_empty() && model.switch.asks(10, now).is_empty());
    assert_eq!(known(&model), ["dies", "lives"]);
}

#[test]
fn nothing_is_asked_before_the_tables_can_know() {
    let mut model = old_model();
    let now = model.now();
    model.switch.resync(now);
    assert!(model.switch.asks(10, now).is_empty());
    let due = model.switch.resync_deadline().expect("a time");
    assert_eq!(due, now + Duration::from_millis(300));
    assert_eq!(model.switch.asks(10, due).len(), 1);
    assert_eq!(model.switch.resync_deadline(), None);
}

/// What is not kept, and what is not asked for.
#[test]
fn variables_and_recordings_are_for_those_who_want_them() {
    for wanted in [true, false] {
        let options =
            Options::new().with_show_lag(Duration::ZERO).with_variables(wanted).with_recordings(wanted);
        let (mut world, mut switch, now) = (World::new(3), Switch::with(options), Instant::now());
        world.say("bgapi originate {origination_uuid=up,of=mine}null/1 &park");
        world.pass_millis(1000);
        drop(world.events());
        switch.resync(now);
        let mut asked = Vec::new();
        while switch.is_resyncing() {
            for ask in switch.asks(1, now) {
                asked.push(ask.line());
                let reading = ask.read(&world.print(&ask.line()));
                switch.answer(&ask, reading, now);
            }
        }
        let view = switch.view();
        let variable = view.channel("up").expect("it is up").variable("of").map(|value| value.into_owned());
        assert_eq!(variable.as_deref(), wanted.then_some("mine"));
        assert_eq!(asked.iter().any(|line| line.starts_with("uuid_buglist")), wanted, "{asked:?}");
    }
}

#[test]
fn no_more_is_asked_at_once_than_is_wanted() {
    let mut switch = Switch::with(Options::new().with_show_lag(Duration::ZERO));
    let now = Instant::now();
    switch.lose(StaleCause::NotYetRead, now);
    switch.resync(now);
    let rows: Vec<String> = (0..20_000).map(|number| format!(r#"{{"uuid":"{number}"}}"#)).collect();
    let list = format!(r#"{{"row_count":20000,"rows":[{}]}}"#, rows.join(","));
    let ask = switch.asks(1, now).remove(0);
    switch.answer(&ask, ask.read(list.as_bytes()), now);
    let mut steps = 0;
    while switch.asks_left() > 0 {
        let asks = switch.asks(16, now);
        assert!(asks.len() <= 16);
        for ask in asks {
            steps += 1;
            switch.answer(&ask, ask.read(b"-ERR No such channel!\n"), now);
        }
    }
    assert_eq!(steps, 20_000);
    assert!(switch.is_resyncing(), "the bridges are to be asked for");
}
