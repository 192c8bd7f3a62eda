//! One conversation after the other, disturbed at one byte after the other.

use std::time::Duration;

use super::proxy::{Direction, Fault, Plan};
use super::talk::{Told, talk};
use crate::support::millis;

/// Set, the walk goes to every byte, both with an end and with a reset.
const EVERY: &str = "TRUNKLINE_FAULTS_EVERY_BYTE";
/// Otherwise to about so many in each direction.
const SOME: usize = 1500;

pub(crate) fn walks_everywhere() -> bool {
    std::env::var_os(EVERY).is_some()
}

/// Conversations at once: their waits are for each other's good.
const AT_ONCE: usize = 8;

/// Has one conversation for each plan; none may take longer than this.
pub(crate) async fn all<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    plans: Vec<Plan>,
    bound: Duration,
    talk: impl Fn(Plan) -> F,
) -> Vec<T> {
    let mut told = Vec::new();
    let mut talks = tokio::task::JoinSet::new();
    let mut plans = plans.into_iter();
    loop {
        while talks.len() < AT_ONCE
            && let Some(plan) = plans.next()
        {
            let bounded = tokio::time::timeout(bound, talk(plan));
            talks.spawn(async move {
                let talk = tokio::spawn(async move { bounded.await.expect("it hangs") });
                talk.await.unwrap_or_else(|panic| panic!("{plan:?}: {panic}"))
            });
        }
        match talks.join_next().await {
            Some(done) => told.push(done.unwrap()),
            None => return told,
        }
    }
}

/// Talks that wait for 20 s at most for each thing.
async fn all_talks(plans: Vec<Plan>) -> Vec<Told> {
    all(plans, PATIENCE * 2, |plan| talk(Some(plan), PATIENCE)).await
}

const PATIENCE: Duration = Duration::from_secs(20);

/// A cut at every so many bytes, and a reset likewise: both at each byte where all are asked for, in turn otherwise.
pub(crate) fn cuts(direction: Direction, bytes: usize, stride: usize) -> Vec<Plan> {
    let plan = |at, fault| Plan { direction, at, fault };
    let places = (0..bytes).step_by(stride);
    if walks_everywhere() {
        return places.flat_map(|at| [plan(at, Fault::Cut), plan(at, Fault::Reset)]).collect();
    }
    let faults = [Fault::Reset, Fault::Cut].into_iter().cycle();
    places.zip(faults).map(|(at, fault)| plan(at, fault)).collect()
}

async fn walk(direction: Direction) {
    let whole = talk(None, PATIENCE).await;
    assert_eq!((whole.lost, whole.gaps), (0, 0));
    let bytes = match direction {
        Direction::ToSwitch => whole.to_switch,
        Direction::ToClient => whole.to_client,
    };
    let stride = if walks_everywhere() { 1 } else { (bytes / SOME).max(1) };
    let plans = cuts(direction, bytes, stride);
    let count = plans.len();
    let told = all_talks(plans).await;
    let sum = |what: fn(&Told) -> usize| told.iter().map(what).sum::<usize>();
    let (lost, gaps, refused) =
        (sum(|told| told.lost), sum(|told| told.gaps), sum(|told| usize::from(told.refused)));
    println!(
        "{direction:?}: {count} conversations of {bytes} bytes, cut at every {stride}th byte ({EVERY}=1 for all): \
         {} commands answered, {lost} lost, {gaps} gaps, {refused} never connected",
        sum(|told| told.answered)
    );
    assert!(lost > 0 && gaps > 0 && refused > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_on_the_way_to_the_switch() {
    walk(Direction::ToSwitch).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_on_the_way_to_the_client() {
    walk(Direction::ToClient).await;
}

/// What is only slow is no break, and loses nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_is_not_lost() {
    let whole = talk(None, PATIENCE).await;
    let mut plans = Vec::new();
    for (direction, bytes) in [(Direction::ToSwitch, whole.to_switch), (Direction::ToClient, whole.to_client)]
    {
        for fault in [Fault::Stall(millis(30)), Fault::Trickle] {
            plans.extend((0..bytes).step_by(bytes / 12).map(|at| Plan { direction, at, fault }));
        }
    }
    for told in all_talks(plans).await {
        assert_eq!((told.lost, told.gaps, told.refused), (0, 0, false));
        assert_eq!(told.answered, whole.answered);
    }
}
