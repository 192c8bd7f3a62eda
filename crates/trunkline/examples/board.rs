//! A board: the calls and conferences of a switch as they are now, and how many jobs of ours run in it; printed again whenever
//! that changes.
//!
//! cargo run -p trunkline --features model --example board
//! (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for a switch of yours)

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use trunkline::model::{Call, CallStage, Channel, Live, View};
use trunkline::view::Moment;

#[path = "support/board_calls.rs"]
mod board_calls;
#[path = "support/switch.rs"]
mod switch;

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let switch = switch::Switch::find().await?;
    let live = Live::follow(&switch.client).await?;
    let making = tokio::spawn(board_calls::make(switch.client.clone()));
    let mut last = String::new();
    loop {
        // Before it is drawn: the last board is the empty one.
        let is_over = making.is_finished() && live.view().calls().is_empty();
        let board = board(&live.view());
        if board != last {
            println!("{board}");
            last = board;
        }
        if is_over {
            return Ok(making.await??);
        }
        // Durations change by themselves.
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// The board. What is not known stays empty.
fn board(view: &View) -> String {
    let (calls, rooms, jobs) = (view.calls().len(), view.conferences().len(), view.jobs().len());
    let mut text = [count(calls, "call"), count(rooms, "conference"), count(jobs, "job")].join(", ");
    if let Some(stale) = view.stale() {
        let _ = write!(text, " (as they were {:.0?} ago: {:?})", stale.since.elapsed(), stale.cause);
    }
    text.push('\n');
    let mut calls: Vec<_> = view.calls().iter().collect();
    calls.sort_by_key(|call| (call.created, &call.id));
    for call in calls {
        let legs: Vec<&Channel> =
            call.legs.iter().filter_map(|leg| Some(&**view.channel(leg.as_str())?)).collect();
        let since = call.answered.or(call.created);
        let from = call.caller_id_number.as_deref().unwrap_or_default();
        // To whoever has joined last.
        let to = legs.last().and_then(|leg| leg.destination_number.as_deref()).unwrap_or_default();
        let _ = writeln!(
            text,
            "  {from:>12} -> {to:<12} {:<9} {:>6}  {}",
            stage(call, &legs),
            lasts(since),
            what(&legs)
        );
    }
    let mut rooms: Vec<_> = view.conferences().iter().collect();
    rooms.sort_by_key(|room| &room.id);
    for room in rooms {
        let marks = [(room.locked, " locked"), (room.is_recorded(), " recorded")];
        let marks: String = marks.iter().filter(|mark| mark.0).map(|mark| mark.1).collect();
        let _ = writeln!(text, "  {} ({}){marks}", room.id, room.size);
        let mut members: Vec<_> = view.members_of(&room.id).collect();
        members.sort_by_key(|member| member.id);
        for member in members {
            let number = member.caller_id_number.as_deref().unwrap_or_default();
            let marks =
                [(!member.speak, " muted"), (!member.hear, " deaf"), (member.floor, " has the floor")];
            let marks: String = marks.iter().filter(|mark| mark.0).map(|mark| mark.1).collect();
            let _ = writeln!(text, "    {:>4} {number}{marks}", member.id);
        }
    }
    text
}

fn count(many: usize, what: &str) -> String {
    format!("{many} {what}{}", if many == 1 { "" } else { "s" })
}

fn stage(call: &Call, legs: &[&Channel]) -> &'static str {
    match call.stage {
        CallStage::Setup => "begins",
        CallStage::Ringing => "rings",
        _ if legs.iter().any(|leg| leg.held) => "on hold",
        CallStage::Bridged => "talks",
        CallStage::Ended => "ends",
        _ => "answered",
    }
}

/// What runs, and what else there is to know.
fn what(legs: &[&Channel]) -> String {
    let runs = legs.iter().find_map(|leg| leg.application.as_ref()).map(|runs| runs.name.to_string());
    let recorded = legs.iter().any(|leg| !leg.recordings.is_empty()).then(|| "recorded".to_owned());
    runs.into_iter().chain(recorded).collect::<Vec<_>>().join(", ")
}

fn lasts(since: Option<Moment>) -> String {
    // By the switch's clock; this one may be another.
    let elapsed = since.and_then(|since| Moment::from(SystemTime::now()).since(since));
    let seconds = elapsed.unwrap_or_default().as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
