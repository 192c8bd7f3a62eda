//! Commands about one channel.

use trunkline::{Error, Execute, Refusal, SendMsg};

use crate::support::{connected, within};

#[test]
fn said_and_taken() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            for (command, reply) in [
                ("myevents my-call plain", "+OK Events Enabled"),
                ("linger 30", "+OK will linger 30 seconds"),
                ("linger", "+OK will linger"),
                ("nolinger", "+OK will not linger"),
                ("resume", "+OK"),
                ("divert_events on", "+OK events diverted"),
                ("divert_events off", "+OK events not diverted"),
                (
                    "sendmsg my-call, call-command: execute, execute-app-name: playback, execute-app-arg: a.wav",
                    "+OK",
                ),
                (
                    "sendmsg, call-command: execute, execute-app-name: sleep, execute-app-arg: 1, Event-UUID: e",
                    "+OK",
                ),
                ("getvar tries", "3"),
                ("getvar unset", "-ERR command not found"),
            ] {
                switch.expect(command);
                switch.reply(reply);
            }
            switch.expect("connect");
            switch.send("Content-Type: command/reply\nReply-Text: +OK\nUnique-ID: my-call\n\n");
        });
        let channel = "my-call".into();
        client.myevents(&channel).unwrap();
        client.linger(Some(30)).unwrap();
        client.linger(None).unwrap();
        client.nolinger().unwrap();
        client.resume().unwrap();
        client.divert_events(true).unwrap();
        client.divert_events(false).unwrap();
        client.sendmsg(SendMsg::execute("playback", "a.wav").to(&channel)).unwrap();
        client.sendmsg(Execute::new("sleep", "1").event_uuid("e")).unwrap();
        assert_eq!(client.getvar("tries").unwrap().as_deref(), Some("3"));
        assert_eq!(client.getvar("unset").unwrap(), None);
        let channel = client.connect_info().unwrap();
        assert_eq!(channel.headers().get("Unique-ID").as_deref(), Some("my-call"));
        play.end();
    });
}

#[test]
fn refused_by_name() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            for reply in [
                "-ERR invalid uuid",
                "-ERR not controlling a session",
                "-ERR invalid session id [gone]",
                "-ERR command not found",
                "-ERR command not found",
            ] {
                assert!(switch.hear().is_some());
                switch.reply(reply);
            }
        });
        let gone = "gone".into();
        let reason = |refused: Result<(), Error>| refused.unwrap_err().reason().unwrap();
        assert_eq!(reason(client.myevents(&gone)), Refusal::InvalidUuid);
        assert_eq!(reason(client.linger(None)), Refusal::NotControllingASession);
        let unknown = client.sendmsg(SendMsg::hangup_normally().to(&gone));
        assert_eq!(reason(unknown), Refusal::InvalidSessionId("gone".into()));
        assert_eq!(reason(client.resume()), Refusal::CommandNotFound);
        assert_eq!(reason(client.connect_info().map(drop)), Refusal::CommandNotFound);
        play.end();
    });
}
