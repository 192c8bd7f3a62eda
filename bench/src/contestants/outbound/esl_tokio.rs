//! freeswitch-esl-tokio, as its example `outbound_server` does it. That one waits for PLAYBACK_STOP, of which `myevents`
//! does not tell: here it is the application's completion.

use freeswitch_esl_tokio::{
    AppCommand, EslClient, EslError, EslEvent, EslEventStream, EslEventType, EventFormat, HangupCause,
    HeaderLookup,
};
use tokio::net::TcpListener;

use super::{DIGITS, TONE, listening};

#[tokio::main]
pub(crate) async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    listening(listener.local_addr().expect("an address"));
    loop {
        if let Ok((client, mut events)) = EslClient::accept_outbound(&listener).await {
            tokio::spawn(async move {
                let _ = handle(&client, &mut events).await;
            });
        }
    }
}

async fn handle(client: &EslClient, events: &mut EslEventStream) -> Result<(), EslError> {
    let channel = client.connect_session().await?.into_result()?;
    assert!(channel.channel_name().is_some(), "a channel");
    client.myevents(EventFormat::Plain).await?;
    client.linger(None).await?;
    client.send_command(AppCommand::answer()).await?.check()?;
    until(events, EslEventType::ChannelExecuteComplete).await;
    client.send_command(AppCommand::playback(TONE)).await?.check()?;
    until(events, EslEventType::ChannelExecuteComplete).await;
    client.execute("play_and_get_digits", Some(DIGITS), None).await?.check()?;
    let end = until(events, EslEventType::ChannelExecuteComplete).await;
    assert_eq!(end.and_then(|event| event.variable_str("choice").map(str::to_owned)).as_deref(), Some("2"));
    client.send_command(AppCommand::hangup(Some(HangupCause::NormalClearing))).await?.check()?;
    until(events, EslEventType::ChannelHangupComplete).await;
    client.exit().await?.check()
}

async fn until(events: &mut EslEventStream, name: EslEventType) -> Option<EslEvent> {
    while let Some(event) = events.recv().await {
        if let Ok(event) = event
            && event.event_type() == Some(name)
        {
            return Some(event);
        }
    }
    None
}
