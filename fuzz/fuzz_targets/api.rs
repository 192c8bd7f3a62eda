//! Any bytes are taken for the answer of any api command: reading them panics nowhere, and what is refused keeps them. The
//! first byte says which command.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use trunkline_proto::EventFormat;
use trunkline_proto::api::conference::{self, LevelKind, MemberAction, Members, OnMembers, RecordingAction};
use trunkline_proto::api::*;
use trunkline_proto::dialstring::{Endpoint, Originate, Variables};

fn read<C: ApiCommand>(command: C, output: &[u8]) {
    if let Err(error) = command.read(output) {
        assert_eq!(error.output().as_ref(), output);
        let _ = error.to_string();
    }
}

/// An answer, and how many commands are to be passed over before the one it is taken for the answer of.
struct Answer<'a> {
    bytes: &'a [u8],
    before: u8,
}

impl Answer<'_> {
    fn is_of_next(&mut self) -> bool {
        let is_it = self.before == 0;
        self.before = self.before.wrapping_sub(1);
        is_it
    }
}

macro_rules! read_as {
    ($output:ident: $($command:expr),+ $(,)?) => {
        $(if $output.is_of_next() { read($command, $output.bytes); })+
    };
}

/// As many as there are below.
const COMMANDS: u8 = 123;

fuzz_target!(|input: &[u8]| {
    let Some((which, bytes)) = input.split_first() else { return };
    let output = &mut Answer { bytes, before: which % COMMANDS };
    calls(output);
    tables(output);
    texts(output);
    settings(output);
    conferences(output);
    sip(output);
});

fn calls(output: &mut Answer<'_>) {
    let soon = When::After(Duration::from_secs(1));
    let multi = Variables::new().with("a", "1").expect("a variable");
    let originate = Originate::new(Endpoint::null("1").expect("an endpoint"));
    read_as!(output:
        UuidAnswer::new("a"), UuidEarlyOk::new("a"), UuidExists::new("a"), UuidBridge::new("a", "b"),
        UuidRecoveryRefresh::new("a", "b"), UuidHold::new("a", Hold::On), UuidBuglist::new("a"),
        UuidVideoRefresh::new("a"), UuidDump::new("a"), UuidDump::new("a").format(EventFormat::Plain),
        UuidGetvar::new("a", "b"), UuidSetvar::new("a", "b", "c"), UuidSetvarMulti::new("a", multi),
        ToneDetect::new("a", "b", "1"), originate, Hupall::matching("a", "b", "c"),
        SchedApi::once(soon, "a", "b"), SchedDel::task(1), SchedHangup::new(soon, "a"), UnschedApi::new(1),
    );
}

fn tables(output: &mut Answer<'_>) {
    read_as!(output:
        Show::channels(), Show::calls(), Show::registrations(), Show::tasks(), Show::modules(), Show::applications(),
        Show::interfaces(), Show::interface_types(), Show::aliases(), Show::complete(), Show::nat_map(),
        ShowCount::new(Counted::Calls), ShowDelimited::new("calls"), ShowDelimited::new("calls").delimiter("::"),
    );
}

fn texts(output: &mut Answer<'_>) {
    read_as!(output:
        RawApi::new("a"), Echo::new("a"), Eval::new("a"), Expand::new("a"), Regex::new("a", "b"),
        Regex::new("a", "b").substitute("c"), Cond::new("1 > 0", "a", "b"), Md5::new("a"), Coalesce::new(["a"]),
        ConsoleComplete::new("a"), ConsoleLoglevel::new(), Strftime::now(), Strepoch::new(), Getenv::new("a"),
        HostLookup::new("a"), InterfaceIp::new(AddressKind::Auto, "a"), GlobalGetvar::new("a"),
        GlobalVariables::new(), GetCpuTime::new(), TimeTest::new(1, 1), NatMapStatus::new(),
        Chat::new("a", "b", "c", "d"), PresenceIn::new("a", "b", "c"),
    );
}

fn settings(output: &mut Answer<'_>) {
    read_as!(output:
        GetStatus::new(), Version::new(), Uptime::new(UptimeUnit::Days), Load::new("a"), Unload::new("a"),
        Reload::new("a"), ReloadXml::new(), XmlLocate::new("a", "b", "c", "d"), XmlFlushCache::new(), ListUsers::new(),
        GroupCall::new("a"), UserData::new("a", DirectoryPart::Variable, "b"), LimitUsage::new("a", "b", "c"),
        LimitStatus::new("a"), hash::Select::new("a", "b"), hash::Dump::all(), hash::RemoteList::new(),
        db::Select::new("a", "b"), db::Exists::new("a", "b"), db::Count::new(), db::List::new(),
        db::Group::call("a"), fsctl::PauseCheck::new(), fsctl::Recover::new(), fsctl::SyncClockWhenIdle::new(),
        fsctl::MaxSessions::get(), fsctl::LastSps::new(), fsctl::MinIdleCpu::get(), fsctl::VerboseEvents::get(),
        fsctl::DebugSqlToggle::new(), fsctl::Loglevel::silence(),
    );
}

fn conferences(output: &mut Answer<'_>) {
    read_as!(output:
        conference::ListAll::new(), conference::List::new("a"), conference::Count::new("a"),
        conference::CountConferences::new(), conference::JsonList::all(), conference::Other::new("a", "vid-fps"),
        OnMembers::new("a", MemberAction::Mute, Members::All),
        conference::Level::get("a", LevelKind::Energy, 1), conference::GetUuid::new("a", 1),
        conference::Relate::new("a", 1, 2, conference::Relation::Clear), conference::Transfer::new("a", "b", [1]),
        conference::Play::new("a", "b"), conference::Stop::new("a", conference::Playing::All),
        conference::Say::new("a", "b"), conference::PausePlay::new("a"), conference::FileSeek::to("a", 1),
        conference::Recording::new("a", RecordingAction::Stop, "b"), conference::CheckRecording::new("a"),
        conference::Get::new("a", conference::Parameter::Count), conference::Getvar::new("a", "b"),
        conference::Dial::new("a", Endpoint::null("1").expect("an endpoint")),
        conference::Dial::new("a", Endpoint::null("1").expect("an endpoint")).in_background(),
    );
}

fn sip(output: &mut Answer<'_>) {
    read_as!(output:
        sofia::Status::new(), sofia::Gateways::new(), sofia::StatusOf::profile("a"), sofia::Registrations::all("a"),
        sofia::Profile::rescan("a"), sofia::RecoverProfile::new("a"), sofia::GatewayList::up("a"),
        sofia::Contact::new("a"), sofia::CountReg::new("a"), sofia::Recover::new(), sofia::Loglevel::new("all", 0),
        sofia::Global::new(sofia::Trace::Siptrace, true), sofia::Tracelevel::new(),
    );
}
