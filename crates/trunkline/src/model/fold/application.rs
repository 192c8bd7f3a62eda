//! CHANNEL_EXECUTE and CHANNEL_EXECUTE_COMPLETE (`switch_core_session_exec` in `switch_core_session.c`).

use std::sync::Arc;

use trunkline_proto::Value;

use super::channel::block_and;
use super::sequence;
use super::told::Told;
use crate::model::channel::{Application, Channel, Running};
use crate::model::draft::Draft;
use crate::model::snapshot::others::Heard;

/// So many ends are remembered that were told before the beginning.
const MOST_ENDED: usize = 8;

/// CHANNEL_EXECUTE
pub(super) fn execute(draft: &mut Draft, told: &Told<'_>) {
    let (application, sequence) = (begun(told), sequence(draft));
    hear(draft, told);
    block_and(draft, told, |channel| {
        if let Some(application) = application {
            channel.begin(application, sequence);
        }
    });
}

fn begun(told: &Told<'_>) -> Option<Arc<Application>> {
    let (mut data, mut uuid) = (None, None);
    // They stand behind all variables, its name first.
    for (name, value) in told.event.headers().backwards() {
        match &*name {
            b"Application-UUID" => uuid = Some(value),
            b"Application-Data" => data = Some(value),
            b"Application" => {
                let text = |value: Value<'_>| Arc::from(value.to_str());
                let (name, data, uuid) = (text(value), data.map(text), Some(text(uuid?)));
                return Some(Arc::new(Application { name, data, uuid }));
            }
            _ => {}
        }
    }
    None
}

/// CHANNEL_EXECUTE_COMPLETE
pub(super) fn complete(draft: &mut Draft, told: &Told<'_>) {
    let uuid = told.event.headers().last_backwards("Application-UUID").map(Value::to_str);
    let sequence = sequence(draft);
    hear(draft, told);
    block_and(draft, told, |channel| channel.complete(uuid.as_deref(), sequence));
}

/// Remembers that an event told what a channel runs.
fn hear(draft: &mut Draft, told: &Told<'_>) {
    if draft.resync.is_listening()
        && let Some(id) = told.unique_id()
    {
        draft.resync.hear_other(Heard::Running(id.into()));
    }
}

impl Channel {
    /// An application begins. Events may come in another order than they were fired.
    fn begin(&mut self, application: Arc<Application>, sequence: u64) {
        let ended = self.ended.iter().position(|uuid| Some(uuid) == application.uuid.as_ref());
        let is_known = self.running.iter().any(|running| running.application.uuid == application.uuid);
        if let Some(ended) = ended {
            self.ended.remove(ended);
        } else if !is_known && sequence >= self.found_sequence {
            // What a snapshot found to run is this, and not another within it.
            let mut running = self.running.to_vec();
            running.retain(|running| !running.is_found(&application));
            let place = running.partition_point(|running| running.sequence <= sequence);
            running.insert(place, Running { application, sequence });
            self.run(running);
        }
    }

    /// An application has ended, and what ran within it: what was begun before its end.
    fn complete(&mut self, uuid: Option<&str>, sequence: u64) {
        let place = self.running.iter().rposition(|running| running.application.uuid.as_deref() == uuid);
        let goes_on = |at: usize, running: &Running| match place {
            Some(place) => at < place || running.sequence > sequence,
            // It is what a snapshot found, or that ran within it; or its beginning is yet to be told.
            None => running.application.uuid.is_some(),
        };
        match (place, uuid) {
            (Some(_), _) => {}
            (None, Some(uuid)) if sequence >= self.found_sequence => {
                self.ended.push(Arc::from(uuid));
                if self.ended.len() > MOST_ENDED {
                    self.ended.remove(0);
                }
            }
            (None, _) => return,
        }
        let running = self.running.iter().enumerate().filter(|(at, running)| goes_on(*at, running));
        self.run(running.map(|(_, running)| running.clone()).collect());
    }

    /// What a snapshot found to run.
    pub(super) fn found(&mut self, application: Option<Arc<Application>>, sequence: u64) {
        if sequence < self.found_sequence {
            return;
        }
        let known = self.running.last().map(|running| &running.application);
        let is_known = |found: &Application| {
            known.is_some_and(|known| known.name == found.name && known.data == found.data)
        };
        if !application.as_deref().is_some_and(is_known) {
            self.run(application.into_iter().map(|application| Running { application, sequence }).collect());
        }
        self.found_sequence = sequence;
    }

    fn run(&mut self, running: Vec<Running>) {
        self.application = running.last().map(|running| running.application.clone());
        self.running = running.into();
    }
}

impl Running {
    /// Whether this, which a snapshot found, is what is told of now.
    fn is_found(&self, told: &Application) -> bool {
        let found = &self.application;
        found.uuid.is_none() && found.name == told.name && found.data == told.data
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::standing::{Standing, Why};

    fn application(name: &str, uuid: Option<&str>) -> Arc<Application> {
        Arc::new(Application { name: name.into(), data: None, uuid: uuid.map(Arc::from) })
    }

    /// What is said of a channel: `+name` begins and `-name` ends, each its own run, `?name` is found; all with the number of
    /// its event. What it runs then.
    fn after(story: &str) -> String {
        let mut channel = Channel::new("a".into(), Standing::new(None, Why::Here));
        for step in story.split(' ') {
            let (what, number) = step.split_once('@').unwrap();
            let (sign, name) = what.split_at(1);
            let number = number.parse().unwrap();
            match sign {
                "+" => channel.begin(application(name, Some(name)), number),
                "-" => channel.complete(Some(name), number),
                _ => channel.found(Some(application(name, None)).filter(|_| !name.is_empty()), number),
            }
        }
        channel.application.map(|runs| runs.name.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_runs_in_whatever_order_it_is_told() {
        for (story, runs) in [
            ("+park@1 +play@2 -play@3", "park"),
            ("+answer@1 -answer@2 +park@3", "park"),
            ("+answer@1 +park@3 -answer@2", "park"),
            ("+answer@1 -answer@2 -answer@2", ""),
            ("+park@1 +park@1 -park@2", ""),
            ("+play@2 +park@1", "play"),
            ("+play@2 -play@3 +park@1", "park"),
            ("-play@2 +play@1", ""),
            ("+bridge@1 +set@2 -bridge@4", ""),
            // Snapshots.
            ("?park@5 +play@6 -play@7", "park"),
            ("?park@5 +play@6 -park@8", "play"),
            ("?park@5 -answer@4", "park"),
            ("?park@5 +answer@3", "park"),
            ("?park@5 +park@6 -park@7", ""),
            ("?play@5 -unheard@6", ""),
            ("+park@1 ?park@5 -park@6", ""),
            ("+park@1 ?echo@5", "echo"),
            ("+park@1 ?@5", ""),
            ("+park@7 ?park@5 ?echo@4", "park"),
        ] {
            assert_eq!(after(story), runs, "{story}");
        }
    }
}
