//! A client's connection and the switch, joined in memory.

use std::time::{Duration, Instant};

use bytes::BytesMut;
use trunkline_proto::{
    Command, Connection, ConnectionConfig, Credentials, EventFormat, EventName, EventSet, JobUuid, Output,
    Secret,
};
use trunkline_sim::{ConnectionId, SwitchConfig};

use crate::support::World;

/// Carries bytes between the two until neither has more to say; what the client makes of it.
fn talk(world: &mut World, id: ConnectionId, client: &mut Connection, now: Instant) -> Vec<Output> {
    let mut outputs = Vec::new();
    loop {
        let said = client.transmit().to_vec();
        client.transmitted(said.len(), now);
        world.input(id, &said);
        let heard = std::mem::take(world.sent.entry(id).or_default());
        client.handle_input(&mut BytesMut::from(heard.as_slice()), now);
        loop {
            match client.poll_output() {
                Output::Idle { .. } => break,
                output => outputs.push(output),
            }
        }
        if client.transmit().is_empty() && heard.is_empty() {
            return outputs;
        }
    }
}

#[test]
fn a_client_comes_in_subscribes_and_has_its_job_done() {
    for format in EventFormat::ALL {
        let mut world = World::new(SwitchConfig::default());
        let id = world.connect();
        let now = Instant::now();
        let mut config = ConnectionConfig::new(Credentials::Password(Secret::from("ClueCon")));
        config.format = format;
        let mut client = Connection::inbound(config, now);
        let outputs = talk(&mut world, id, &mut client, now);
        assert!(matches!(outputs.as_slice(), [Output::Ready(_)]), "{outputs:?}");

        client.subscribe(EventSet::parse("CHANNEL_PARK CHANNEL_DESTROY"), now).unwrap();
        client
            .start_job(
                "originate {origination_uuid=x}loopback/9014/default &park",
                JobUuid::from("j"),
                None,
                now,
            )
            .unwrap();
        client.send(Command::api("hostname").unwrap(), None, now);
        talk(&mut world, id, &mut client, now);
        world.pass_millis(3100);
        let outputs = talk(&mut world, id, &mut client, now + Duration::from_secs(4));
        let jobs: Vec<_> =
            outputs.iter().filter(|output| matches!(output, Output::Job { result: Ok(_), .. })).collect();
        let is_park = |output: &&Output| matches!(output, Output::Event(event) if event.name() == Some(&EventName::ChannelPark));
        let parked = outputs.iter().filter(is_park).count();
        assert_eq!((jobs.len(), parked), (1, 2), "{outputs:?}");

        client.close(now);
        let outputs = talk(&mut world, id, &mut client, now);
        assert!(
            matches!(outputs.last(), Some(Output::Notice(_) | Output::Closed(_) | Output::Reply { .. })),
            "{outputs:?}"
        );
        assert_eq!(world.closed, [id]);
    }
}
