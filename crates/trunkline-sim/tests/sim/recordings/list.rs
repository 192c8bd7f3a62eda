//! Whether the list of what is claimed, in the crate's documentation, is true.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{PARTLY, REPLIES, WHOLE, by_sip, with_others};

const LIST: &str = include_str!("../../../RECORDINGS.md");

fn recorded() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/transcripts");
    let names = std::fs::read_dir(folder).expect("the recordings").map(|entry| {
        let name = entry.expect("a file").file_name();
        name.into_string().expect("a name")
    });
    names.filter_map(|name| Some(name.split_once(".ndjson")?.0.to_owned())).collect()
}

/// The recordings that are claimed whole, and those but for some commands.
fn claimed() -> [BTreeSet<String>; 2] {
    let claims = || with_others::CLAIMS.iter().chain(by_sip::CLAIMS);
    let whole = claims().filter(|claim| claim.2.is_empty()).map(|claim| claim.0).chain(WHOLE.iter().copied());
    let whole: BTreeSet<String> = whole.map(str::to_owned).collect();
    let partly = claims().filter(|claim| !claim.2.is_empty()).map(|claim| claim.0);
    let partly = partly.chain(PARTLY.iter().map(|(name, _)| *name)).chain(REPLIES.iter().copied());
    let partly = partly.map(str::to_owned).filter(|name| !whole.contains(name)).collect();
    [whole, partly]
}

fn family(name: &str) -> &str {
    name.split('-').next().unwrap_or_default()
}

#[test]
fn the_list_in_the_documentation_is_true() {
    let [whole, partly] = claimed();
    let mut families: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    let mut unclaimed = BTreeSet::new();
    for name in recorded() {
        let way = match (whole.contains(&name), partly.contains(&name)) {
            (true, _) => 1,
            (false, true) => 2,
            (false, false) => 3,
        };
        for row in [family(&name), "all"] {
            let counts = families.entry(row.to_owned()).or_default();
            counts[0] += 1;
            counts[way] += 1;
        }
        if way == 3 {
            unclaimed.insert(name);
        }
    }
    for (family, [all, whole, partly, not]) in families {
        let name = if family == "all" { "all".to_owned() } else { format!("`{family}-`") };
        let row = format!("| {name} | {all} | {whole} | {partly} | {not} |");
        assert!(LIST.contains(&row), "RECORDINGS.md does not say: {row}");
    }
    let reasons = LIST.lines().filter_map(|line| line.strip_prefix("- `")?.split_once("`: "));
    let named: BTreeSet<String> = reasons.map(|(name, _)| name.to_owned()).collect();
    let missing: Vec<_> = unclaimed.difference(&named).collect();
    let claimed: Vec<_> = named.difference(&unclaimed).collect();
    assert!(missing.is_empty(), "RECORDINGS.md does not say why these are not claimed: {missing:?}");
    assert!(claimed.is_empty(), "RECORDINGS.md says these are not claimed, but they are: {claimed:?}");
}
