//! Changes as text, a line each.

use std::fmt::Write as _;

use trunkline::Event;
use trunkline::model::{Altered, Batch, Change, Object, Sign};

/// An event and what came of it. Nothing if nothing has.
pub(crate) fn step(event: &Event, batch: &Batch) -> String {
    let mut text = String::new();
    if batch.is_empty() {
        return text;
    }
    let name = event.name().map(ToString::to_string).unwrap_or_default();
    let subject = event.unique_id().or_else(|| event.job_uuid()).unwrap_or_default();
    let action = event.get("Action").or_else(|| event.subclass()).unwrap_or_default();
    let head = [&*name, &*action, &*subject].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>();
    writeln!(text, "{}", head.join(" ")).unwrap();
    text + &changes(batch)
}

/// What came of some events.
pub(crate) fn changes(batch: &Batch) -> String {
    let mut text: String = batch.changes().iter().map(change).collect();
    batch.signs().iter().for_each(|sign| writeln!(text, "  ! {}", of_sign(sign)).unwrap());
    text
}

/// A change, in a line, or some.
pub(crate) fn change(change: &Change) -> String {
    match change {
        Change::Channel(altered) => object("channel", altered),
        Change::Call(altered) => object("call", altered),
        Change::Conference(altered) => object("conference", altered),
        Change::Member(altered) => object("member", altered),
        Change::Registration(altered) => object("registration", altered),
        Change::Gateway(altered) => object("gateway", altered),
        Change::Parked(altered) => object("parked", altered),
        Change::Recording(altered) => object("recording", altered),
        Change::Job(altered) => object("job", altered),
        Change::Node(altered) => object("node", altered),
        Change::Renamed { from, to } => format!("  = channel {from} is {}\n", to.id),
        Change::Merged { from, into } => format!("  > call {} is in {into}\n", from.id),
        Change::Split { from, into } => format!("  < call {} is out of {from}\n", into.id),
        other => format!("  {other:?}\n"),
    }
}

fn object<T: Object>(kind: &str, altered: &Altered<T>) -> String {
    let away = if altered.while_away() { " while away" } else { "" };
    let id = altered.object().id();
    match altered {
        Altered::Created { after, .. } => {
            format!("  + {kind} {id:?}{away}\n{}", fields(&**after))
        }
        Altered::Updated { before, after, fields, .. } => {
            let mut text = String::new();
            for field in fields.iter() {
                let (was, is) = (show(&**before, field), show(&**after, field));
                writeln!(text, "  ~ {kind} {id:?}{away} {field:?}: {was} -> {is}").unwrap();
            }
            text
        }
        Altered::Removed { cause, .. } => format!("  - {kind} {id:?}{away}: {cause:?}\n"),
        other => format!("  {other:?}\n"),
    }
}

/// The fields that hold something.
fn fields<T: Object>(object: &T) -> String {
    use trunkline::model::Field;
    let mut text = String::new();
    for field in T::Field::ALL {
        let value = show(object, *field);
        if !["None", "false", "[]", "{}"].contains(&value.as_str()) {
            writeln!(text, "      {field:?}: {value}").unwrap();
        }
    }
    text
}

/// A field, in short: of times which there are.
fn show<T: Object>(object: &T, field: T::Field) -> String {
    let text = format!("{:?}", object.value(field));
    let text = text.replace("Some(", "").replace(')', "");
    match text.strip_prefix("Times { ") {
        Some(times) => {
            let set = times.trim_end_matches(" }").split(", ").filter(|time| !time.ends_with(": None"));
            let names: Vec<&str> = set.filter_map(|time| time.split(": ").next()).collect();
            format!("{{{}}}", names.join(" "))
        }
        None => text,
    }
}

fn of_sign(sign: &Sign) -> String {
    format!("{sign:?}")
}
