//! Calls as they come and go in a busy switch: what is said, by chance.

use std::collections::VecDeque;

/// `%u` is a call that is new, `%r` is a room.
const BEGIN: &[&str] = &[
    "originate {origination_uuid=%u}null/1 &park",
    "originate {origination_uuid=%u}null/1 &bridge(null/2)",
    "originate {origination_uuid=%u}null/1 &echo",
    "originate {origination_uuid=%u}null/1 &conference(%r)",
    "originate {origination_uuid=%u}error/USER_BUSY &park",
    "originate {origination_uuid=%u}null/1 9002",
];
/// `%v` and `%w` are some that may be up.
const GO_ON: &[&str] = &[
    "uuid_bridge %v %w",
    "uuid_transfer %v park: inline",
    "uuid_transfer %v -both park: inline",
    "uuid_transfer %v echo: inline",
    "uuid_park %v",
    "uuid_record %v start /tmp/%v.wav",
    "uuid_record %v stop all",
    "uuid_hold %v",
    "uuid_hold off %v",
];

/// Calls that come and go, by chance.
pub(crate) struct Calls {
    random: fastrand::Rng,
    prefix: String,
    begun: u64,
    up: VecDeque<String>,
    most: usize,
}

impl Calls {
    /// So many are up at most. Their ids begin so.
    pub(crate) fn new(seed: u64, prefix: &str, most: usize) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Self { random, prefix: prefix.to_owned(), begun: 0, up: VecDeque::new(), most }
    }

    /// A call begins, something is done to one or two, and one ends if there are many: api commands.
    pub(crate) fn next(&mut self) -> Vec<String> {
        let new = format!("{}-{}", self.prefix, self.begun);
        self.begun += 1;
        let room = format!("room{}", self.random.u8(0..3));
        let begin = self.random.choice(BEGIN).expect("some").replace("%u", &new).replace("%r", &room);
        self.up.push_back(new);
        let (one, other) = (self.some(), self.some());
        let go_on = self.random.choice(GO_ON).expect("some").replace("%v", &one).replace("%w", &other);
        let is_full = self.up.len() > self.most;
        let place = self.random.usize(0..self.up.len());
        let gone = is_full.then(|| self.up.swap_remove_front(place)).flatten();
        let end = gone.map(|gone| format!("uuid_kill {gone}"));
        [begin, go_on].into_iter().chain(end).collect()
    }

    fn some(&mut self) -> String {
        let place = self.random.usize(0..self.up.len());
        self.up[place].clone()
    }
}
