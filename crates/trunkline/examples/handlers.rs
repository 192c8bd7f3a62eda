//! Event handlers: declared by the events they are for and the attributes they care about, with one for the rest; and those
//! of one call, which go when the call goes.
//!
//! cargo run -p trunkline --features model --example handlers
//! (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for a switch of yours)

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use trunkline::api::UuidRecvDtmf;
use trunkline::model::watch::{Handlers, Scope, When};
use trunkline::{Event, EventName, Item};

#[path = "support/switch.rs"]
mod switch;

/// What is attached for each call that is up.
type Calls = Arc<Mutex<HashMap<String, Scope>>>;

/// The handlers of one call. They are detached when what this gives back is dropped.
fn of_call(handlers: &Handlers, id: &str) -> Scope {
    let scope = handlers.scope();
    scope.on(When::event(EventName::ChannelAnswer).is("Unique-ID", id), |event| {
        println!("{} is answered", id_of(event));
    });
    // Only those with this header, whatever it says.
    scope.on(When::event(EventName::Dtmf).is("Unique-ID", id).has("DTMF-Digit"), |event| {
        println!("{} pressed {}", id_of(event), event.get("DTMF-Digit").unwrap_or_default());
    });
    scope
}

fn id_of(event: &Event) -> String {
    event.unique_id().unwrap_or_default().into_owned()
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let switch = switch::Switch::find().await?;
    let (handlers, calls) = (Handlers::new(), Calls::default());

    // Handlers may attach others, and detach them.
    let (within, up) = (handlers.clone(), calls.clone());
    let _begins = handlers.on(When::event(EventName::ChannelCreate), move |event| {
        let id = id_of(event);
        println!("{id} is new");
        up.lock().unwrap().insert(id.clone(), of_call(&within, &id));
    });
    let up = calls.clone();
    let _ends = handlers.on(When::event(EventName::ChannelDestroy), move |event| {
        println!("{} is gone: {}", id_of(event), event.get("Hangup-Cause").unwrap_or_default());
        up.lock().unwrap().remove(&id_of(event));
    });
    let _busy = handlers.on(When::event(EventName::ChannelHangup).is("Hangup-Cause", "USER_BUSY"), |event| {
        println!("{} was busy", id_of(event));
    });
    // What no other is for.
    let _rest = handlers.otherwise(|event| println!("  ({})", event.name().map_or("?", EventName::as_str)));

    // Those of calls come and go: what they are for is asked for beside what is attached now.
    let wanted = handlers.events().union(&[EventName::ChannelAnswer, EventName::Dtmf].into());
    let mut events = switch.client.events(wanted).await?;
    for cause in ["NORMAL_CLEARING", "USER_BUSY"] {
        let id = format!("handlers-{:08x}", fastrand::u32(..));
        let line = format!("originate {{origination_uuid={id}}}null/1000 &park");
        switch.client.bgapi(&line).await?.await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
        switch.client.run(UuidRecvDtmf::new(&*id, '5')).await?;
        switch.client.api(&format!("uuid_kill {id} {cause}")).await?;
    }
    let mut gone = 0;
    while gone < 2
        && let Some(Item::Event(event)) = events.next().await
    {
        handlers.handle(&event);
        gone += usize::from(event.is(EventName::ChannelDestroy));
    }
    println!("{} calls are up", calls.lock().unwrap().len());
    Ok(())
}
