//! What the switch says of a call, and what never reaches it.

use std::error::Error as _;
use std::time::Duration;

use trunkline::{Error, Executed, OriginateError, Refusal};

use super::lost::up;
use super::{ABSENT, TEXT, begin, call, dial, line, looked_for, take};
use crate::reconnect::{CORE, accept, lasting, lasting_with};
use crate::support::{connected, millis, within};

#[tokio::test]
async fn what_the_switch_says() {
    within(async {
        for (said, expected) in [
            ("+OK {}\n", "ok"),
            ("-ERR USER_BUSY\n", "failed USER_BUSY"),
            ("-ERR SOMETHING_NEW\n", "failed SOMETHING_NEW"),
            ("-ERR permission denied\n", "refused"),
            ("-ERR originate Command not found!\n", "refused"),
            ("-USAGE: <call url> <exten>|&<application_name>(<app_args>)\n", "refused"),
        ] {
            let (client, mut switch) = connected().await;
            let call = call(&client, "null/1 &park");
            let (line, uuid) = (line(&call, "null/1 &park"), call.uuid().clone());
            assert_eq!(call.uuids(), std::slice::from_ref(&uuid));
            let (outcome, ()) = tokio::join!(call, async {
                let job = take(&mut switch, &line).await;
                switch.end_job(&job, &said.replace("{}", uuid.as_str())).await;
            });
            let told = match &outcome {
                Ok(call) if *call.uuid() == uuid && !call.was_found() => "ok".to_owned(),
                Err(OriginateError::Failed { cause }) => format!("failed {cause}"),
                Err(OriginateError::Refused { source }) => {
                    assert!(source.api_error().is_some());
                    "refused".to_owned()
                }
                other => panic!("{said}: {other:?}"),
            };
            assert_eq!(told, expected);
            assert!(outcome.is_ok() || outcome.unwrap_err().is_safe_to_repeat());
            drop(client);
            switch.leave().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_call_under_another_id() {
    within(async {
        let (client, mut switch) = connected().await;
        let text = "{origination_uuid=call-1}null/1 &park";
        let call = call(&client, text);
        assert_eq!(call.uuid().as_str(), "call-1");
        let line = line(&call, text);
        let (outcome, ()) = tokio::join!(call, async {
            let job = take(&mut switch, &line).await;
            switch.end_job(&job, "+OK another\n").await;
        });
        let error = outcome.unwrap_err();
        let OriginateError::OtherUuid { asked, uuid } = &error else { panic!("{error:?}") };
        assert_eq!((&asked[..], uuid.as_str()), (&["call-1".into()][..], "another"));
        assert!(!error.is_safe_to_repeat());
        let told = Error::from(error).to_string();
        assert!(told.contains("another") && told.contains("call-1") && told.contains("hang one"), "{told}");
        drop(client);
        switch.leave().await;
    })
    .await;
}

/// Any of its legs may be the call.
#[tokio::test]
async fn of_several_legs_one_is_the_call() {
    within(async {
        let text = "{origination_uuid=a}null/1,null/2|[origination_uuid=c]null/3:_:null/4 &park";
        for which in 0..4 {
            let (client, mut switch) = connected().await;
            let call = call(&client, text);
            let uuids = call.uuids().to_vec();
            assert_eq!((uuids.len(), uuids[0].as_str(), uuids[2].as_str()), (4, "a", "c"));
            let line = line(&call, text);
            let (outcome, ()) = tokio::join!(call, async {
                let job = take(&mut switch, &line).await;
                switch.end_job(&job, &format!("+OK {}\n", uuids[which])).await;
            });
            assert_eq!(*outcome.unwrap().uuid(), uuids[which]);
            drop(client);
            switch.leave().await;
        }
    })
    .await;
}

#[tokio::test]
async fn refused() {
    within(async {
        let (client, mut switch) = connected().await;
        let call = call(&client, "null/1 &park");
        let line = line(&call, "null/1 &park");
        let (outcome, ()) = tokio::join!(call, async {
            begin(&mut switch, &line).await;
            switch.reply("-ERR permission denied").await;
        });
        let error = outcome.unwrap_err();
        let OriginateError::Refused { source } = &error else { panic!("{error:?}") };
        assert_eq!(source.reason(), Some(Refusal::PermissionDenied));
        assert!(error.source().is_some() && error.is_safe_to_repeat());
        assert!(matches!(Error::from(error), Error::Originate(OriginateError::Refused { .. })));
        // Nothing is looked for.
        drop(client);
        switch.leave().await;
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_dialled() {
    within(async {
        let (client, mut switch) = connected().await;
        for text in [r"{origination_uuid=a\sb}null/1 &park", "{origination_uuid=a[}null/1 &park"] {
            match call(&client, text).await {
                Err(OriginateError::NotDialled { source }) => {
                    assert!(matches!(*source, Error::Misuse(_)), "{source}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
        // Nor is one that nobody waits for.
        drop(call(&client, "null/1 &park"));
        tokio::join!(client.close(), switch.leave());
        match call(&client, "null/1 &park").await {
            Err(error @ OriginateError::NotDialled { .. }) => assert!(error.is_safe_to_repeat()),
            other => panic!("{other:?}"),
        }
    })
    .await;
}

/// Given in a break it waits, and is dialled on the next connection.
#[tokio::test]
async fn one_that_was_not_written_is_dialled_later() {
    within(async {
        let (port, client, switch) = lasting().await;
        let mut states = client.state_changes();
        drop(switch);
        states.next().await.unwrap();
        let call = call(&client, "null/1 &park");
        let (line, uuid) = (line(&call, "null/1 &park"), call.uuid().clone());
        let (outcome, _switch) = tokio::join!(call, async {
            let mut switch = accept(&port, CORE).await;
            let job = take(&mut switch, &line).await;
            switch.end_job(&job, &format!("+OK {uuid}\n")).await;
            switch
        });
        assert_eq!(outcome.unwrap().uuid(), &uuid);
    })
    .await;
}

#[tokio::test]
async fn one_that_waits_too_long_is_not_dialled() {
    within(async {
        let (port, client, switch) = lasting_with(|config| {
            config.connection.command_timeout = millis(50);
            config.reconnect.as_mut().unwrap().first = Duration::from_secs(3600);
        })
        .await;
        let mut states = client.state_changes();
        drop(switch);
        states.next().await.unwrap();
        match call(&client, "null/1 &park").await {
            Err(OriginateError::NotDialled { source }) => {
                assert!(matches!(*source, Error::TimedOut { executed: Executed::No, .. }), "{source}");
            }
            other => panic!("{other:?}"),
        }
        drop((client, port));
    })
    .await;
}

/// What the switch prints is no answer to an originate: it may have dialled.
#[tokio::test]
async fn an_answer_nobody_understands() {
    within(async {
        let (client, mut switch) = connected().await;
        let (dialled, job) = dial(call(&client, TEXT), &mut switch, true).await;
        switch.end_job(&job, "+OK\n").await;
        let looking = tokio::spawn(looked_for(switch, vec![up()]));
        assert!(dialled.await.unwrap().unwrap().was_found());
        drop(client);
        looking.await.unwrap();
    })
    .await;
}

/// Dropped once it was polled: it is dialled, and not asked for.
#[tokio::test]
async fn dropped() {
    within(async {
        let (client, mut switch) = connected().await;
        let mut call = Box::pin(call(&client, TEXT));
        let line = line(&call, TEXT);
        let job = tokio::select! {
            job = take(&mut switch, &line) => job,
            outcome = &mut call => panic!("{outcome:?}"),
        };
        drop(call);
        switch.end_job(&job, "+OK call-1\n").await;
        drop(client);
        assert_eq!(looked_for(switch, vec![ABSENT.into()]).await, 0);
    })
    .await;
}
