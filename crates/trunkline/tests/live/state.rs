//! What is so in a simulated switch, as it knows itself; and what a model has of it.

use std::collections::BTreeMap;
use std::fmt::Debug;

use trunkline::api::conference::JsonList;
use trunkline::api::{ApiCommand, Show, UuidBuglist, UuidDump};
use trunkline::model::{Channel, View};
use trunkline::{ChannelState, Event};
use trunkline_sim::{Sim, Switch, Time};

/// A line for each thing that is compared, by what it is.
pub(crate) type Picture = BTreeMap<String, String>;

/// Of a channel that is hung up.
const ENDS: &str = "ends";
/// What a channel runs, of those of which that can be known.
const RUNS: &str = "application of";

/// As the switch has it, at one moment. `None` while something is on its way: a channel that ends, a row that is late.
pub(crate) fn actual(sim: &Sim) -> Option<Picture> {
    sim.with(|switch, now| {
        let mut state = State { switch, now, picture: Picture::new() };
        state.channels()?;
        state.bridges();
        state.conferences();
        Some(state.picture)
    })
}

struct State<'s> {
    switch: &'s mut Switch,
    now: Time,
    picture: Picture,
}

impl State<'_> {
    fn run<C: ApiCommand>(&mut self, command: &C) -> C::Output {
        let line = command.line().expect("sayable");
        let printed = self.switch.api(&line, self.now).expect("an answer at once");
        command.read(&printed).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    fn channels(&mut self) -> Option<()> {
        let ids: Vec<String> = self.switch.channels().map(str::to_owned).collect();
        for id in ids {
            let dump = UuidDump::new(&*id);
            let printed = self.switch.api(&dump.line().expect("sayable"), self.now)?;
            // One that is hung up is there until it is destroyed, and cannot be asked for.
            let Ok(event) = dump.read(&printed) else {
                self.picture.insert(format!("channel {id}"), ENDS.to_owned());
                continue;
            };
            let bugs = self.run(&UuidBuglist::new(&*id)).unwrap_or_default();
            let recorded = bugs.lines().filter_map(|line| line.trim().strip_prefix("<target>"));
            let mut recorded: Vec<&str> =
                recorded.filter_map(|target| target.strip_suffix("</target>")).collect();
            recorded.sort_unstable();
            let text = format!("{} recorded to {recorded:?}", of_dump(&event)?);
            self.picture.insert(format!("channel {id}"), text);
            if let Some(runs) = runs(&event) {
                self.picture.insert(format!("{RUNS} {id}"), runs);
            }
        }
        Some(())
    }

    fn bridges(&mut self) {
        for row in self.run(&Show::bridged_calls()) {
            let Some(b) = row.b else { continue };
            for (one, other) in [(&row.a.uuid, &b.uuid), (&b.uuid, &row.a.uuid)] {
                self.picture.insert(format!("bridge of {one}"), other.to_string());
            }
        }
    }

    fn conferences(&mut self) {
        for room in self.run(&JsonList::all()) {
            let mut members: Vec<u32> = room.members.iter().filter_map(|member| member.id).collect();
            members.sort_unstable();
            self.picture.insert(format!("conference {}", room.name), format!("{members:?}"));
        }
    }
}

fn of_dump(event: &Event) -> Option<String> {
    let channel = event.channel()?;
    if channel.state() == Some(ChannelState::Destroy) {
        return None;
    }
    let states = (channel.state(), channel.call_state(), channel.answer_state());
    let caller = channel.caller()?;
    let number = caller.destination_number();
    Some(line(&states, channel.name().as_deref(), number.as_deref(), &channel.hangup_cause()))
}

/// What runs. It stands there after its end, too: `playback`, which runs within others here, tells nothing.
fn runs(event: &Event) -> Option<String> {
    let variable = |name| event.variable(name).map(std::borrow::Cow::into_owned);
    let name = variable("current_application").filter(|name| name != "playback")?;
    let executes = event.channel()?.state() == Some(ChannelState::Execute);
    executes.then(|| format!("{name}({})", variable("current_application_data").unwrap_or_default()))
}

fn line(states: &dyn Debug, name: Option<&str>, number: Option<&str>, cause: &dyn Debug) -> String {
    format!("{name:?} to {number:?}: {states:?}, cause {cause:?}")
}

/// As the model has it.
pub(crate) fn modelled(view: &View) -> Picture {
    let mut picture = Picture::new();
    for channel in view.channels().iter() {
        let mut recorded: Vec<&str> = channel.recordings.iter().map(|path| &**path).collect();
        recorded.sort_unstable();
        let text = match channel.is_hung_up() {
            true => ENDS.to_owned(),
            false => format!("{} recorded to {recorded:?}", of_channel(channel)),
        };
        picture.insert(format!("channel {}", channel.id), text);
        if let Some(runs) = &channel.application {
            let data = runs.data.as_deref().unwrap_or_default();
            picture.insert(format!("{RUNS} {}", channel.id), format!("{}({data})", runs.name));
        }
        if let Some(other) = &channel.bridged_to {
            picture.insert(format!("bridge of {}", channel.id), other.to_string());
        }
    }
    for room in view.conferences().iter() {
        let members = view.members().filter(|member| member.conference == room.id);
        let mut members: Vec<u32> = members.map(|member| member.id).collect();
        members.sort_unstable();
        picture.insert(format!("conference {}", room.id), format!("{members:?}"));
    }
    picture
}

fn of_channel(channel: &Channel) -> String {
    let states = (channel.state.clone(), channel.call_state.clone(), channel.answer_state.clone());
    let number = channel.destination_number.as_deref();
    line(&states, channel.name.as_deref(), number, &channel.hangup_cause)
}

/// What is different, a line each.
pub(crate) fn difference(model: &Picture, switch: &Picture) -> String {
    let mut keys: Vec<&String> = model.keys().chain(switch.keys()).collect();
    keys.sort();
    keys.dedup();
    // What the switch does not tell is not compared; nor is a channel that ends, which it has and will not tell of.
    let last = |text: &str| text.split(' ').next_back().unwrap_or_default().to_owned();
    let ended: Vec<String> =
        switch.iter().filter(|(_, how)| *how == ENDS).map(|(key, _)| last(key)).collect();
    let ends = |text: &str| ended.contains(&last(text));
    let with = |picture: &Picture, key: &String| picture.get(key).is_some_and(|value| ends(value));
    keys.retain(|key| !ends(key) && !with(model, key) && !with(switch, key));
    keys.retain(|key| !key.starts_with(RUNS) || switch.contains_key(*key));
    keys.retain(|key| model.get(*key) != switch.get(*key));
    let show =
        |key: &&String| format!("{key}\n  model  {:?}\n  switch {:?}", model.get(*key), switch.get(*key));
    keys.iter().map(show).collect::<Vec<_>>().join("\n")
}
