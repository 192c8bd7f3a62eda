//! Api commands as values: each that does no harm, run once.

use std::time::Duration;

use trunkline::api::conference::{self, MemberAction, Members, OnMembers};
use trunkline::api::*;
use trunkline::proto::ChannelUuid;
use trunkline::proto::dialstring::{Endpoint, Originate, Variables};
use trunkline::{Client, Error, EventFormat, LogLevel};

use crate::{own_uuid, with_switch};

/// Texts that quoting could lose.
const ODD: [&str; 8] =
    ["two  blanks", "it's", "'quoted'", r"C:\new\s", "a|b,c;d=e/f", "100 % %41 é 汉", "^^;x", "-ERR no"];

/// What a command gives.
async fn give<C: ApiCommand>(client: &Client, command: C) -> C::Output {
    let line = command.line().unwrap();
    client.run(command).await.unwrap_or_else(|error| panic!("{line}: {error}")).into_value()
}

/// What a command says of its failure.
async fn fail<C: ApiCommand>(client: &Client, command: C) -> String {
    match client.run(command).await {
        Err(Error::Api { source: ApiError::Failed { reason, .. }, .. }) => reason,
        Err(other) => panic!("{other}"),
        Ok(answer) => panic!("it did: {}", answer.text()),
    }
}

#[tokio::test]
async fn the_switch() {
    with_switch("api::the_switch", async |client| {
        let status = give(&client, GetStatus::new()).await;
        assert!(status.ready && status.sessions_max > 0);
        let version = give(&client, Version::new()).await;
        assert!(version.contains(&give(&client, VersionShort::new()).await), "{version}");
        let uptime = give(&client, Uptime::new(UptimeUnit::Seconds)).await;
        assert!(
            uptime.abs_diff(status.uptime) < Duration::from_secs(5),
            "{uptime:?} and {:?}",
            status.uptime
        );
        assert!(!give(&client, Hostname::new()).await.is_empty());
        assert!(!give(&client, Switchname::new()).await.is_empty());
        assert_eq!(give(&client, CreateUuid::new()).await.len(), 36);
        assert!(give(&client, GetCpuTime::new()).await.user > Duration::ZERO);
        assert_eq!(give(&client, Getenv::new("NO_SUCH_VARIABLE")).await, None);
        assert!(give(&client, IsLanAddr::new([10, 0, 0, 1])).await);
        assert!(give(&client, Acl::new([127, 0, 0, 1], "127.0.0.0/8")).await);
        assert!(!give(&client, FileExists::new("/no/such/file")).await);
        give(&client, Msleep::new(1)).await;
        assert_eq!(give(&client, TimeTest::new(1000, 2)).await.took.len(), 2);
        assert!(give(&client, ModuleExists::new("mod_commands")).await);
        assert!(!fail(&client, Unload::new("mod_nosuch")).await.is_empty());
        assert!(!give(&client, DomainExists::new("no.such.domain.invalid")).await);
        assert!(!give(&client, UserExists::new("id", "nobody", "no.such.domain.invalid")).await);
        give(&client, ListUsers::new()).await;
        assert_eq!(give(&client, GroupCall::new("nosuch").domain("invalid")).await, None);
        assert!(!give(&client, InGroup::new("nobody@invalid", "nosuch")).await);
        give(&client, NatMapStatus::new()).await;
        let missing = client.run(RawApi::new("no_such_command x")).await.unwrap_err();
        assert!(matches!(missing.api_error(), Some(ApiError::NotFound { .. })), "{missing}");
    })
    .await;
}

#[tokio::test]
async fn times() {
    with_switch("api::times", async |client| {
        // The first character of the format is not lost.
        assert_eq!(give(&client, Strftime::at(86_400).format("%Y x")).await, "1970 x");
        // Zones are of `timezones.conf`, which a switch need not have.
        match client.run(Strftime::at(0).format("%Y %H").zone("Etc/UTC")).await {
            Ok(answer) => assert_eq!(answer.value(), "1970 00"),
            Err(error) => {
                assert_eq!(error.api_error().and_then(ApiError::reason), Some("Invalid timezone/format"))
            }
        }
        let now = give(&client, Strepoch::new()).await;
        assert!(give(&client, Strftime::now().format("%Y")).await.parse::<u32>().unwrap() > 2000);
        assert!(give(&client, Strmicroepoch::new()).await / 1_000_000 - now < 5);
        assert!(fail(&client, Strftime::now().zone("Nowhere/City").format("%T")).await.contains("timezone"));
    })
    .await;
}

#[tokio::test]
async fn texts() {
    with_switch("api::texts", async |client| {
        for text in ODD {
            assert_eq!(give(&client, Echo::new(text)).await, text);
            let encoded = give(&client, UrlEncode::new(text)).await;
            // The switch leaves `%41` as it is, and then takes it for an `A`.
            if !text.contains("%4") {
                assert_eq!(give(&client, UrlDecode::new(encoded)).await, text);
            }
            assert!(give(&client, Regex::new(text, ".")).await, "{text}");
            assert_eq!(give(&client, Regex::new(text, "^.*$").substitute("$0")).await.as_deref(), Some(text));
            let coalesce = Coalesce::new(["", text, "x"]);
            if text.contains('%') {
                assert!(matches!(client.run(coalesce).await, Err(Error::Misuse(_))));
            } else {
                assert_eq!(give(&client, coalesce).await.as_deref(), Some(text));
            }
        }
        assert!(!give(&client, Regex::new("abc", r"\d")).await);
        assert_eq!(give(&client, Regex::new("abc", r"\d").substitute("$0")).await, None);
        assert!(give(&client, Regex::new("m:~x", r"^m:~x$")).await);
        assert_eq!(give(&client, Eval::new("${strftime(%Y)}")).await.len(), 4);
        assert_eq!(give(&client, Expand::new("echo ${md5(abc)}")).await, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(give(&client, Md5::new("abc")).await, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(give(&client, Cond::new("1 > 0", "yes", "no")).await, "yes");
        assert_eq!(give(&client, ToUpper::new("abc")).await, "ABC");
        assert_eq!(give(&client, SqlEscape::new("a'b")).await, "a''b");
        let complete = give(&client, ConsoleComplete::new("show cha")).await;
        assert!(complete.matches.iter().any(|word| word == "channels"), "{complete:?}");
        give(&client, Log::new(LogLevel::Debug, "from a test of trunkline")).await;
    })
    .await;
}

#[tokio::test]
async fn stores() {
    with_switch("api::stores", async |client| {
        let name = format!("trunkline_{}", own_uuid().replace('-', ""));
        for value in ODD {
            give(&client, GlobalSetvar::new(&name, value)).await;
            assert_eq!(give(&client, GlobalGetvar::new(&name)).await.as_deref(), Some(value));
        }
        give(&client, GlobalSetvar::new(&name, "new").only_if("a=b")).await;
        assert_eq!(give(&client, GlobalGetvar::new(&name)).await.as_deref(), Some("-ERR no"));
        give(&client, GlobalSetvar::new(&name, "a=b")).await;
        give(&client, GlobalSetvar::new(&name, "new").only_if("a=b")).await;
        assert_eq!(give(&client, GlobalGetvar::new(&name)).await.as_deref(), Some("new"));
        assert!(give(&client, GlobalVariables::new()).await.contains(&(name.clone(), "new".to_owned())));
        give(&client, GlobalSetvar::new(&name, "")).await;
        assert_eq!(give(&client, GlobalGetvar::new(&name)).await, None);

        if give(&client, ModuleExists::new("mod_hash")).await {
            for value in ODD {
                give(&client, hash::Insert::new(&name, value, value)).await;
                assert_eq!(give(&client, hash::Select::new(&name, value)).await.as_deref(), Some(value));
                assert!(fail(&client, hash::DeleteIfMatch::new(&name, value, "x")).await.contains("match"));
                give(&client, hash::Delete::new(&name, value)).await;
                assert_eq!(fail(&client, hash::Delete::new(&name, value)).await, "Not found");
            }
            assert_eq!(give(&client, LimitUsage::new("hash", &name, "x")).await.count, 0);
            give(&client, hash::Dump::all()).await;
            give(&client, hash::RemoteList::new()).await;
        }
        if give(&client, ModuleExists::new("mod_db")).await {
            for value in ODD {
                give(&client, db::Insert::new(&name, "key", value)).await;
                assert_eq!(give(&client, db::Select::new(&name, "key")).await.as_deref(), Some(value));
            }
            assert!(give(&client, db::Exists::new(&name, "key")).await);
            assert_eq!(give(&client, db::CountIn::new(&name)).await, 1);
            assert_eq!(give(&client, db::ListIn::new(&name)).await, ["key"]);
            give(&client, db::Delete::new(&name, "key")).await;
            assert!(!give(&client, db::Exists::new(&name, "key")).await);
        }
    })
    .await;
}

#[tokio::test]
async fn tables() {
    with_switch("api::tables", async |client| {
        give(&client, Show::channels()).await;
        give(&client, Show::calls()).await;
        give(&client, Show::bridged_calls()).await;
        give(&client, Show::detailed_calls()).await;
        give(&client, Show::detailed_bridged_calls()).await;
        give(&client, Show::registrations()).await;
        give(&client, Show::tasks()).await;
        give(&client, Show::aliases()).await;
        give(&client, Show::complete()).await;
        give(&client, Show::nat_map()).await;
        let modules = give(&client, Show::modules()).await;
        assert!(modules.iter().any(|row| row.module == "mod_commands" && row.others.is_empty()));
        assert!(give(&client, Show::apis()).await.iter().any(|row| row.name == "uuid_kill"));
        assert!(give(&client, Show::applications()).await.iter().any(|row| row.name == "park"));
        assert!(!give(&client, Show::interfaces()).await.is_empty());
        // Of a switch that is not called as its machine there are none (`show_function` in `mod_commands.c`).
        give(&client, Show::interface_types()).await;
        for kind in
            [InterfaceKind::Codec, InterfaceKind::Endpoint, InterfaceKind::Dialplan, InterfaceKind::Limit]
        {
            give(&client, Show::interfaces_of(kind)).await;
        }
        let table = give(&client, ShowDelimited::module("mod_commands")).await;
        assert!(table.len() > 100, "{}", table.len());
        let counted = give(&client, ShowCount::new(Counted::Channels)).await;
        assert!(counted < 1_000_000);
    })
    .await;
}

/// Makes a call of our own.
async fn call(client: &Client, extension: Option<(&str, &str)>) -> ChannelUuid {
    let uuid = own_uuid();
    let mut originate =
        Originate::new(Endpoint::null("trunkline").unwrap()).variable("origination_uuid", &uuid).unwrap();
    if let Some((application, argument)) = extension {
        originate = originate.application(application, argument).unwrap();
    }
    let job = client.run_in_background(originate).await.unwrap();
    let made = job.await.unwrap().into_value();
    assert_eq!(made.as_str(), uuid);
    made
}

async fn kill(client: &Client, uuid: ChannelUuid) {
    give(client, UuidKill::new(uuid.clone()).cause("NORMAL_CLEARING")).await;
    for _ in 0..100 {
        if !give(client, UuidExists::new(uuid.clone())).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{uuid} lives on");
}

#[tokio::test]
async fn a_call() {
    with_switch("api::a_call", async |client| {
        let uuid = call(&client, None).await;
        let id = || uuid.clone();
        assert!(give(&client, UuidExists::new(id())).await);
        for value in ODD {
            give(&client, UuidSetvar::new(id(), "trunkline", value)).await;
            let read = give(&client, UuidGetvar::new(id(), "trunkline")).await;
            assert_eq!(read.as_deref(), Some(value));
            let both = Variables::new().with("trunkline_a", value).unwrap().with("trunkline_b", "b").unwrap();
            give(&client, UuidSetvarMulti::new(id(), both)).await;
            let json = give(&client, UuidDump::new(id())).await;
            assert_eq!(json.variable("trunkline_a").as_deref(), Some(value));
            let plain = give(&client, UuidDump::new(id()).format(EventFormat::Plain)).await;
            assert_eq!(plain.variable("trunkline_b").as_deref(), Some("b"));
        }
        assert_eq!(give(&client, UuidGetvar::new(id(), "no_such_variable")).await, None);
        give(&client, UuidAnswer::new(id())).await;
        give(&client, UuidPreAnswer::new(id())).await;
        give(&client, UuidRingReady::new(id())).await;
        give(&client, UuidEarlyOk::new(id())).await;
        give(&client, UuidOutgoingAnswer::new(id())).await;
        give(&client, UuidPause::new(id(), true)).await;
        give(&client, UuidPause::new(id(), false)).await;
        give(&client, UuidLoglevel::new(id(), LogLevel::Debug)).await;
        give(&client, UuidSessionHeartbeat::every(id(), 60)).await;
        give(&client, UuidSessionHeartbeat::off(id())).await;
        give(&client, UuidBroadcast::play(id(), "silence_stream://100").leg(BroadcastLeg::Aleg)).await;
        give(&client, UuidBroadcast::application(id(), "set", "trunkline_set=a b")).await;
        give(&client, UuidBreak::new(id()).all()).await;
        give(&client, UuidSendDtmf::new(id(), "12@100")).await;
        give(&client, UuidRecvDtmf::new(id(), "34")).await;
        give(&client, UuidFlushDtmf::new(id())).await;
        let dropped = UuidDropDtmf::new(id(), true, DtmfMask::Digits("0".to_owned()));
        give(&client, dropped).await;
        give(&client, UuidAudio::level(id(), AudioDirection::Read, 1)).await;
        give(&client, UuidAudio::stop(id())).await;
        give(&client, UuidPreprocess::new(id(), "stop")).await;
        assert!(give(&client, UuidBuglist::new(id())).await.is_some());
        give(&client, UuidSetMediaStats::new(id())).await;
        give(&client, UuidZombieExec::new(id())).await;
        give(&client, ToneDetect::new(id(), "tone", "1100").flags("r", 5)).await;
        assert!(fail(&client, UuidRecord::stop(id(), "/no/such")).await.contains("stop"));
        assert!(fail(&client, UuidFileman::new(id(), "stop")).await.contains("file handle"));
        give(&client, UuidPark::new(id())).await;
        give(&client, UuidTransfer::new(id(), "park").dialplan("inline")).await;
        kill(&client, id()).await;
        assert_eq!(fail(&client, UuidKill::new(id())).await, "No such channel!");
        assert_eq!(fail(&client, UuidGetvar::new(id(), "a")).await, "No such channel!");
        assert_eq!(fail(&client, UuidSetvar::new(id(), "a", "b")).await, "No such channel!");
        assert_eq!(fail(&client, UuidDump::new(id())).await, "No such channel!");
        assert_eq!(give(&client, UuidBuglist::new(id())).await, None);
    })
    .await;
}

#[tokio::test]
async fn two_calls() {
    with_switch("api::two_calls", async |client| {
        let (one, other) = (call(&client, None).await, call(&client, None).await);
        assert_eq!(give(&client, UuidBridge::new(one.clone(), other.clone())).await, other);
        let dual = UuidDualTransfer::new(
            one.clone(),
            Destination::new("park").dialplan("inline"),
            Destination::new("set:a=b/c,park").dialplan("inline"),
        );
        give(&client, dual).await;
        kill(&client, one.clone()).await;
        kill(&client, other).await;
        assert!(!fail(&client, UuidBridge::new(one.clone(), one)).await.is_empty());
        let busy = Originate::new(Endpoint::error("user_busy").unwrap());
        let error = client.run_in_background(busy).await.unwrap().await.unwrap_err();
        assert_eq!(error.api_error().and_then(ApiError::reason), Some("USER_BUSY"));
    })
    .await;
}

#[tokio::test]
async fn later() {
    with_switch("api::later", async |client| {
        let uuid = call(&client, None).await;
        let id = || uuid.clone();
        let hour = When::After(Duration::from_secs(3600));
        give(&client, SchedHangup::new(hour, id()).cause("ALLOTTED_TIMEOUT")).await;
        give(&client, SchedTransfer::new(hour, id(), "9196").place("XML", "default")).await;
        give(&client, SchedBroadcast::play(hour, id(), "silence_stream://100").leg(BroadcastLeg::Both)).await;
        assert_eq!(give(&client, SchedDel::group(id().as_str())).await, 3);
        let task = give(&client, SchedApi::once(hour, id().as_str(), "hostname")).await;
        let tasks = give(&client, Show::tasks()).await;
        assert!(tasks.iter().any(|row| row.task_id == Some(task.into())) || !tasks.is_empty());
        give(&client, UnschedApi::new(task)).await;
        assert_eq!(fail(&client, UnschedApi::new(u32::MAX)).await, "No such id");
        assert_eq!(give(&client, SchedDel::task(u32::MAX)).await, 0);
        kill(&client, id()).await;
        assert_eq!(fail(&client, SchedHangup::new(hour, id())).await, "No such channel!");
    })
    .await;
}

#[tokio::test]
async fn a_conference() {
    with_switch("api::a_conference", async |client| {
        if !give(&client, ModuleExists::new("mod_conference")).await {
            assert!(matches!(
                client.run(conference::CountConferences::new()).await.unwrap_err().api_error(),
                Some(ApiError::NotFound { .. })
            ));
            return;
        }
        let name = format!("trunkline-{}", own_uuid());
        let reason = fail(&client, conference::List::new(&name)).await;
        assert!(reason.ends_with("not found"), "{reason}");
        let one = call(&client, Some(("conference", &name))).await;
        let other = call(&client, Some(("conference", &name))).await;
        let members = async || {
            let list = give(&client, conference::JsonList::of(&name)).await;
            list.into_iter().next().map(|conference| conference.members).unwrap_or_default()
        };
        for _ in 0..100 {
            if let Ok(count) = client.run(conference::Count::new(&name)).await
                && count.into_value() == 2
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let list = members().await;
        let id = list.iter().find(|member| member.uuid.as_ref() == Some(&one)).unwrap().id.unwrap();
        assert_eq!(give(&client, conference::GetUuid::new(&name, id)).await, one);
        let muted = give(&client, OnMembers::new(&name, MemberAction::Mute, id).quiet()).await;
        assert_eq!(muted.done[0].member, Some(id));
        assert!(members().await.iter().any(|member| member.id == Some(id) && !member.is("can_speak")));
        let report = give(&client, OnMembers::new(&name, MemberAction::Unmute, Members::All).quiet()).await;
        assert_eq!((report.done.len(), report.refused.len()), (2, 0));
        let level = conference::Level::set(&name, conference::LevelKind::VolumeIn, id, 2);
        assert_eq!(give(&client, level).await[0].level, 2);
        let relation = conference::Relate::several(&name, [id], [id + 1], conference::Relation::NoHear);
        let _ = client.run(relation).await;
        for value in ["two words", "it's"] {
            give(&client, conference::Setvar::new(&name, "trunkline", value)).await;
            let read = give(&client, conference::Getvar::new(&name, "trunkline")).await;
            assert_eq!(read.as_deref(), Some(value));
        }
        give(&client, conference::Lock::new(&name, true)).await;
        give(&client, conference::Lock::new(&name, false)).await;
        give(&client, conference::Pin::set(&name, "1234")).await;
        give(&client, conference::Pin::none(&name)).await;
        assert_eq!(
            give(&client, conference::Get::new(&name, conference::Parameter::Count)).await.as_deref(),
            Some("2")
        );
        give(&client, conference::Set::new(&name, conference::Parameter::MaxMembers, "10")).await;
        let all = give(&client, conference::ListAll::new()).await;
        let listed = all.iter().find(|listed| listed.name == name).unwrap();
        assert_eq!(listed.members.len(), 2);
        assert_eq!(give(&client, conference::List::new(&name)).await.len(), 2);
        give(&client, OnMembers::new(&name, MemberAction::Hup, Members::All)).await;
        for uuid in [one, other] {
            let _ = client.run(UuidKill::new(uuid)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn sip() {
    with_switch("api::sip", async |client| {
        if !give(&client, ModuleExists::new("mod_sofia")).await {
            assert!(matches!(
                client.run(sofia::Status::new()).await.unwrap_err().api_error(),
                Some(ApiError::NotFound { .. })
            ));
            return;
        }
        let entries = give(&client, sofia::Status::new()).await;
        give(&client, sofia::Gateways::new()).await;
        for entry in entries {
            match (entry.kind.as_str(), entry.name.split_once("::")) {
                ("profile", _) => {
                    assert!(give(&client, sofia::StatusOf::profile(&entry.name)).await.get("Name").is_some());
                    give(&client, sofia::Registrations::all(&entry.name)).await;
                    give(&client, sofia::GatewayList::up(&entry.name)).await;
                }
                ("gateway", Some((_, name))) => {
                    assert_eq!(give(&client, sofia::StatusOf::gateway(name)).await.get("name"), Some(name));
                }
                _ => {}
            }
        }
        assert!(fail(&client, sofia::StatusOf::profile("nosuch")).await.contains("Invalid"));
        assert_eq!(give(&client, sofia::Contact::new("nobody@no.such.domain.invalid")).await, None);
        assert_eq!(give(&client, sofia::CountReg::new("nobody@no.such.domain.invalid")).await, None);
    })
    .await;
}

/// Asked for, and nothing changed.
#[tokio::test]
async fn controls() {
    with_switch("api::controls", async |client| {
        let most = give(&client, fsctl::MaxSessions::get()).await;
        assert_eq!(u64::from(most), give(&client, GetStatus::new()).await.sessions_max);
        assert!(give(&client, fsctl::SessionsPerSecond::get()).await > 0);
        give(&client, fsctl::LastSps::new()).await;
        assert!(give(&client, fsctl::ReadyCheck::new()).await);
        assert!(!give(&client, fsctl::ShutdownCheck::new()).await);
        assert!(!give(&client, fsctl::PauseCheck::new()).await);
        assert!(!give(&client, fsctl::PauseCheck::new().calls(fsctl::Calls::Inbound)).await);
        give(&client, fsctl::MinIdleCpu::get()).await;
        give(&client, fsctl::DefaultDtmfDuration::get()).await;
        give(&client, fsctl::MinDtmfDuration::get()).await;
        give(&client, fsctl::MaxDtmfDuration::get()).await;
        give(&client, fsctl::DebugLevel::get()).await;
        give(&client, fsctl::VerboseEvents::get()).await;
        give(&client, fsctl::ReclaimMem::new()).await;
    })
    .await;
}
