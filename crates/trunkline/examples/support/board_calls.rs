//! Calls for the board to show.

use std::time::Duration;

use trunkline::{Client, Error};

/// Two talk, and are recorded; one is on hold; two are in a conference, one of them muted. After a while they hang up.
pub(crate) async fn make(client: Client) -> Result<(), Error> {
    let tag = format!("board-{:08x}", fastrand::u32(..));
    let originate = |id: &str, number: &str, to: &str| {
        let variables = format!("origination_uuid={tag}-{id},origination_caller_id_number={number}");
        format!("originate {{{variables}}}null/{number} {to}")
    };
    let room = format!("&conference({tag})");
    for line in [
        originate("talks", "1000", "&bridge(null/1001)"),
        originate("waits", "1002", "&park"),
        originate("member1", "1003", &room),
        originate("member2", "1004", &room),
    ] {
        client.bgapi(&line).await?.await?;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    for line in [
        format!("uuid_record {tag}-talks start /tmp/{tag}.wav"),
        format!("conference {tag} mute last"),
        format!("conference {tag} lock"),
    ] {
        client.api(&line).await?;
    }
    tokio::time::sleep(Duration::from_millis(1200)).await;
    for id in ["talks", "waits", "member1", "member2"] {
        client.api(&format!("uuid_kill {tag}-{id}")).await?;
    }
    // It is the switch's file; where that is this machine nobody needs it any more.
    let _ = std::fs::remove_file(format!("/tmp/{tag}.wav"));
    Ok(())
}
