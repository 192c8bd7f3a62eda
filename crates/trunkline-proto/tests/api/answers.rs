//! What the larger answers are read as, field by field.

use std::time::Duration;

use trunkline_proto::api::{
    ApiCommand, ApiError, GetStatus, GlobalVariables, ListUsers, Reload, ReloadXml, Show, ShowDelimited,
    UuidDump, UuidGetvar, UuidSetvarMulti, conference, sofia,
};
use trunkline_proto::dialstring::Variables;
use trunkline_proto::{ChannelUuid, EventFormat};

use crate::recorded::pairs;

const A: &str = "ca110001-0000-4000-8000-000000000001";

/// What was recorded for a line, the one that satisfies.
fn recorded(line: &str, is_it: impl Fn(&str) -> bool) -> Vec<u8> {
    let found =
        pairs().into_iter().find(|(known, output)| known == line && is_it(&String::from_utf8_lossy(output)));
    found.unwrap_or_else(|| panic!("nothing recorded for {line}")).1
}

fn any(_: &str) -> bool {
    true
}

#[test]
fn channels_with_odd_values() {
    let output = recorded("show channels as json", |text| text.contains("Commas"));
    let rows = Show::channels().read(&output).unwrap();
    assert_eq!(rows.len(), 2);
    let row = &rows[0];
    assert_eq!(row.uuid, ChannelUuid::from(A));
    assert_eq!((row.direction.as_str(), row.state.as_str()), ("outbound", "CS_EXECUTE"));
    assert_eq!((row.created.as_str(), row.created_epoch), ("2026-11-20 23:06:42", Some(1_795_216_002)));
    assert_eq!((row.name.as_str(), row.dest.as_str()), ("null/1001", "1001"));
    assert_eq!((row.application.as_str(), row.context.as_str()), ("park", "default"));
    assert_eq!(
        (row.read_codec.as_str(), row.read_rate, row.read_bit_rate),
        ("L16", Some(8000), Some(128_000))
    );
    assert_eq!(row.callee_name, "Commas, \"quotes\" <&> é汉");
    assert_eq!(row.initial_cid_num, "1,2");
    assert_eq!((row.callstate.as_str(), row.hostname.as_str()), ("ACTIVE", "pbx1"));
    assert_eq!(row.others, []);
    assert_eq!(rows[1].callee_name, "a,b|c");
}

/// The same as text: a value with the delimiter is not guessed at.
#[test]
fn channels_as_text() {
    let output = recorded("show channels", |text| text.contains("Commas"));
    assert!(matches!(ShowDelimited::new("channels").read(&output), Err(ApiError::Unreadable { .. })));
    let output = recorded("show channels as delim ;;", any);
    let table = ShowDelimited::new("channels").delimiter(";;").read(&output).unwrap();
    assert_eq!((table.len(), table.get(0, "uuid")), (4, Some(A)));
}

#[test]
fn bridged_calls_have_two_legs() {
    let output = recorded("show bridged_calls as json", |text| text.contains(A));
    let calls = Show::bridged_calls().read(&output).unwrap();
    let [call] = &calls[..] else { panic!("{calls:?}") };
    let other = call.b.as_ref().unwrap();
    assert_eq!(call.a.uuid.as_str(), A);
    assert_eq!(other.uuid.as_str(), "ca110002-0000-4000-8000-000000000002");
    assert!(call.call_created_epoch.is_some());
    assert_eq!(other.others, []);

    let alone =
        Show::calls().read(&recorded("show calls as json", |text| text.contains("\"row_count\":4"))).unwrap();
    assert!(alone.iter().any(|call| call.b.is_none()));
    let detailed =
        Show::detailed_calls().read(&recorded("show detailed_calls as json", |text| text.contains(A)));
    assert_eq!(detailed.unwrap()[0].a.application, "park");
}

#[test]
fn tables_of_the_switch() {
    let modules = Show::modules().read(&recorded("show modules as json", any)).unwrap();
    assert_eq!(modules.len(), 457);
    assert!(modules.iter().any(|row| row.module == "mod_hash" && row.kind == "limit"));
    let registration = &Show::registrations().read(&recorded("show registrations as json", any)).unwrap()[0];
    assert_eq!((registration.reg_user.as_str(), registration.network_port), ("1000", Some(5080)));
    assert_eq!(registration.expires, Some(1_795_219_595));
    let complete = Show::complete().read(&recorded("show complete as json", any)).unwrap();
    assert!(complete.iter().any(|row| row.words == ["alias", "stickyadd"]));
}

#[test]
fn status() {
    let status = GetStatus::new().read(&recorded("status", |text| text.contains("365 session"))).unwrap();
    assert_eq!(status.uptime, Duration::from_micros(387_023_386));
    assert_eq!((status.sessions_since_startup, status.sessions), (365, 1));
    assert_eq!((status.sessions_peak, status.sessions_per_second_peak), (Some(28), Some(30)));
    assert_eq!((status.idle_cpu, status.stack_size_max), (48.0, Some(8192)));
}

/// Plain and JSON are the same call, and odd values come through.
#[test]
fn dumps() {
    let plain = UuidDump::new(A).format(EventFormat::Plain);
    let dump = |line: &str, command: &UuidDump| {
        let output = recorded(line, |text| !text.contains("sip_"));
        command.read(&output).unwrap()
    };
    let one = dump(&format!("uuid_dump {A}"), &plain);
    let other = dump(&format!("uuid_dump {A} json"), &UuidDump::new(A));
    let names = |event: &trunkline_proto::Event| -> Vec<String> {
        event.headers().iter().map(|(name, _)| name.into_owned()).collect()
    };
    assert_eq!(names(&one), names(&other));
    assert_eq!(other.variable("uuid").as_deref(), Some(A));
    assert_eq!(other.unique_id().as_deref(), Some(A));
}

#[test]
fn values_that_look_like_failures() {
    let getvar = UuidGetvar::new(A, "x");
    assert_eq!(getvar.read(b"-ERR looks like an error"), Ok(Some("-ERR looks like an error".to_owned())));
    assert_eq!(getvar.read(b"_undef_"), Ok(None));
    assert_eq!(getvar.read(b"-ERR no reply\n"), Ok(Some(String::new())));
    assert_eq!(getvar.read(b"-ERR No such channel!\n").unwrap_err().reason(), Some("No such channel!"));
    assert!(matches!(getvar.read(b"-ERR uuid_getvar Command not found!\n"), Err(ApiError::NotFound { .. })));
}

/// The first line says why, and the usage after it nothing.
#[test]
fn several_lines() {
    let multi = UuidSetvarMulti::new(A, Variables::new().with("a", "1").unwrap());
    let output = b"-ERR No such channel!\n-USAGE: <uuid> <var>=<value>;<var>=<value>...\n";
    assert_eq!(multi.read(output).unwrap_err().reason(), Some("No such channel!"));

    let broken = b"+OK [[error near line 166]: unexpected closing tag </document>]\n";
    let reason = "[error near line 166]: unexpected closing tag </document>";
    assert_eq!(ReloadXml::new().read(broken).unwrap_err().reason(), Some(reason));

    let absent = b"+OK Reloading XML\n-ERR unloading module [No such module!]\n+OK module loaded\n";
    let reloaded = Reload::new("mod_x").read(absent).unwrap();
    assert_eq!(reloaded.not_unloaded.as_deref(), Some("No such module!"));
}

#[test]
fn conferences() {
    let output = recorded("conference json_list compact", |text| text.contains("3100"));
    let [conference] = &conference::JsonList::all().read(&output).unwrap()[..] else { panic!() };
    assert_eq!((conference.name.as_str(), conference.member_count), ("3100", Some(3)));
    assert!(conference.is("enter_sound") && !conference.is("locked"));
    assert_eq!((conference.rate, conference.run_time), (Some(8000), Some(Duration::from_secs(1))));
    let member = &conference.members[2];
    assert_eq!((member.id, member.uuid.as_ref().map(ChannelUuid::as_str)), (Some(1), Some(A)));
    assert!(member.is("has_floor") && !conference.members[0].is("has_floor"));
    assert_eq!((member.kind.as_str(), member.caller_id_number.as_str()), ("caller", "1001"));
    assert_eq!((member.energy, member.join_time), (Some(0), Some(Duration::from_secs(1))));

    // The long form says the same.
    let pretty = recorded("conference json_list", |text| text.contains("3100"));
    assert_eq!(conference::JsonList::all().read(&pretty).unwrap()[0], *conference);

    let all =
        conference::ListAll::new().read(&recorded("conference list", |text| text.contains("3100"))).unwrap();
    assert_eq!(all[0].members[2].flags, ["hear", "speak", "talking", "floor"]);
    assert_eq!(conference::ListAll::new().read(b"+OK No active conferences.\n"), Ok(vec![]));
}

#[test]
fn sip() {
    let entries =
        sofia::Status::new().read(&recorded("sofia status", |text| text.contains("RUNNING (2)"))).unwrap();
    let internal = entries.iter().find(|entry| entry.name == "internal").unwrap();
    assert_eq!(
        (internal.kind.as_str(), internal.state.as_str(), internal.in_use),
        ("profile", "RUNNING", Some(2))
    );
    let office = entries.iter().find(|entry| entry.name == "external::office").unwrap();
    assert_eq!((office.kind.as_str(), office.state.as_str(), office.in_use), ("gateway", "REGED", None));

    let gateways = sofia::Gateways::new().read(&recorded("sofia status gateway", any)).unwrap();
    let inbound = gateways[1].inbound.unwrap();
    assert_eq!((gateways[1].name.as_str(), inbound.failed, inbound.total), ("office", 0, 2));

    let profile = recorded("sofia status profile internal", |text| text.contains("CALLS-IN         \t5"));
    let profile = sofia::StatusOf::profile("internal").read(&profile).unwrap();
    assert_eq!((profile.number("calls-in"), profile.get("Pres Hosts")), (Some(5), Some("")));

    let registrations = recorded("sofia status profile internal reg", any);
    let [registration] = &sofia::Registrations::all("internal").read(&registrations).unwrap()[..] else {
        panic!()
    };
    assert_eq!((registration.user.as_str(), registration.port), ("1000@pbx1.example.net", Some(5080)));
    assert_eq!((registration.expires_in, registration.ping_status.as_str()), (Some(3573), "Reachable"));
    assert_eq!(registration.others, []);
}

#[test]
fn lists_of_the_switch() {
    let users = ListUsers::new().read(&recorded("list_users", any)).unwrap();
    assert_eq!(users.len(), 6);
    assert_eq!((users[1].userid.as_str(), users[1].effective_caller_id_name.as_str()), ("1001", "Zoë & Co"));
    assert_eq!((users[0].group.as_str(), users[0].effective_caller_id_number.as_str()), ("sales", "1000"));
    let variables = GlobalVariables::new().read(&recorded("global_getvar", any)).unwrap();
    assert!(variables.contains(&("hostname".to_owned(), "pbx1".to_owned())));
}
