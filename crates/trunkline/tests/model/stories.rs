//! What calls go through, as commands, and which legs are one call then. Played with the simulated switch and, where there is
//! one, with a real one.

/// What is said, and the calls there are when it has been done: of each its legs, in any order. `%` stands for what the
/// ids of this play begin with.
pub(crate) type Step = (&'static str, &'static [&'static [&'static str]]);

pub(crate) struct Story {
    pub(crate) name: &'static str,
    pub(crate) steps: &'static [Step],
    /// How often calls become one, and fall in two.
    pub(crate) merged: usize,
    pub(crate) split: usize,
}

const PARKED: &str = "bgapi originate {origination_uuid=%a,park_after_bridge=true}null/1 &park";
const OTHER: &str = "bgapi originate {origination_uuid=%c,park_after_bridge=true}null/3 &park";
const BRIDGED: &str =
    "bgapi originate {origination_uuid=%a,park_after_bridge=true}null/1 &bridge({origination_uuid=%b}null/2)";

pub(crate) const STORIES: &[Story] = &[
    Story {
        name: "a leg that is made for another is of its call, and the call outlives it",
        steps: &[(BRIDGED, &[&["a", "b"]]), ("api uuid_kill %b", &[&["a"]]), ("api uuid_kill %a", &[])],
        merged: 0,
        split: 0,
    },
    Story {
        name: "of legs that are called at once one is left",
        steps: &[
            (
                "bgapi originate {origination_uuid=%a}null/1 \
                 &bridge([origination_uuid=%b]null/2,[origination_uuid=%c]null/3)",
                // The first of them answers first.
                &[&["a", "b"]],
            ),
            ("api uuid_kill %a", &[]),
        ],
        merged: 0,
        split: 0,
    },
    Story {
        name: "calls that are bridged are one, and stay it while neither goes elsewhere",
        steps: &[
            (PARKED, &[&["a"]]),
            (OTHER, &[&["a"], &["c"]]),
            ("api uuid_bridge %a %c", &[&["a", "c"]]),
            ("api uuid_transfer %a -both park: inline", &[&["a", "c"]]),
            ("api uuid_bridge %c %a", &[&["a", "c"]]),
            ("api uuid_kill %c", &[&["a"]]),
            ("api uuid_kill %a", &[]),
        ],
        merged: 1,
        split: 0,
    },
    Story {
        name: "legs that go different ways are two calls",
        steps: &[
            (PARKED, &[&["a"]]),
            (OTHER, &[&["a"], &["c"]]),
            ("api uuid_bridge %a %c", &[&["a", "c"]]),
            ("api uuid_transfer %a -both park: inline", &[&["a", "c"]]),
            (
                "bgapi originate {origination_uuid=%d,park_after_bridge=true}null/4 &park",
                &[&["a", "c"], &["d"]],
            ),
            ("api uuid_bridge %c %d", &[&["a"], &["c", "d"]]),
            ("api uuid_kill %a", &[&["c", "d"]]),
            ("api uuid_kill %c", &[&["d"]]),
            ("api uuid_kill %d", &[]),
        ],
        merged: 2,
        split: 1,
    },
    Story {
        name: "an attended transfer makes one call of two",
        steps: &[
            (BRIDGED, &[&["a", "b"]]),
            (
                "bgapi originate {origination_uuid=%c,park_after_bridge=true}null/3 \
                 &bridge({origination_uuid=%d}null/4)",
                &[&["a", "b"], &["c", "d"]],
            ),
            // Those who are left over hang up.
            ("api uuid_bridge %a %c", &[&["a", "c"]]),
            ("api uuid_kill %a", &[&["c"]]),
            ("api uuid_kill %c", &[]),
        ],
        merged: 1,
        split: 0,
    },
    Story {
        name: "a blind transfer leaves the call what it is",
        steps: &[
            (BRIDGED, &[&["a", "b"]]),
            ("api uuid_transfer %a park: inline", &[&["a"]]),
            (
                "sendmsg %a\ncall-command: execute\nexecute-app-name: bridge\nexecute-app-arg: {origination_uuid=%d}null/5",
                &[&["a", "d"]],
            ),
            ("api uuid_kill %a", &[]),
        ],
        merged: 0,
        split: 0,
    },
    Story {
        name: "who takes a call over joins it",
        steps: &[
            (PARKED, &[&["a"]]),
            (OTHER, &[&["a"], &["c"]]),
            (
                "sendmsg %c\ncall-command: execute\nexecute-app-name: intercept\nexecute-app-arg: %a",
                &[&["a", "c"]],
            ),
            ("api uuid_kill %a", &[&["c"]]),
            ("api uuid_kill %c", &[]),
        ],
        merged: 1,
        split: 0,
    },
];
