//! Calls that a lane dials, and connections that are lost.

use super::lost::{ringing, up};
use super::{TEXT, call, line};
use crate::lanes::{hear_either, with_lanes};
use crate::reconnect::soon;
use crate::support::within;

const LOOK: &str = "api uuid_dump call-1 json";

/// What the lane that dialled would have said is said by the others.
#[tokio::test]
async fn a_lost_lane_is_no_reason_to_dial_again() {
    within(async {
        let (_port, client, mut main, mut lanes) = with_lanes(2, None).await;
        let call = call(&client, TEXT);
        let line = line(&call, TEXT);
        let dialled = tokio::spawn(call);
        let (at, heard) = hear_either(&mut lanes).await;
        let (said, job) = heard.split_once(", Job-UUID: ").unwrap();
        assert_eq!(said, format!("bgapi {line}"));
        drop(lanes.remove(at));
        for _ in 0..2 {
            lanes[0].expect(LOOK).await;
            lanes[0].answer(&ringing()).await;
        }
        main.end_job(job, "+OK call-1\n").await;
        assert!(!dialled.await.unwrap().unwrap().was_found());
    })
    .await;
}

/// With the first connection the end of the job is lost; a lane can be asked at once.
#[tokio::test]
async fn a_lane_is_asked_while_the_first_connection_is_away() {
    within(async {
        let mut reconnect = soon();
        reconnect.first = std::time::Duration::from_secs(3600);
        let (_port, client, main, mut lanes) = with_lanes(1, Some(reconnect)).await;
        let call = call(&client, TEXT);
        let line = line(&call, TEXT);
        let dialled = tokio::spawn(call);
        let job = lanes[0].expect_job(&line).await;
        lanes[0].take_job(&job).await;
        drop(main);
        lanes[0].expect(LOOK).await;
        lanes[0].answer(&up()).await;
        assert!(dialled.await.unwrap().unwrap().was_found());
    })
    .await;
}
