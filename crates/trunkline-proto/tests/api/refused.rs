//! Arguments that would break a line, for every command that takes a text.

use std::time::Duration;

use proptest::prelude::*;
use trunkline_proto::api::conference::{self, MemberAction, Members, OnMembers};
use trunkline_proto::api::*;
use trunkline_proto::dialstring::tokenizer::separate;
use trunkline_proto::{ApiMisuse, Command};

type Say = Box<dyn Fn(&str) -> Result<String, ApiMisuse>>;

/// A command with a text in every place a text can be in.
fn all() -> Vec<Say> {
    words().into_iter().chain(bare()).chain(rests()).collect()
}

macro_rules! says {
    ($($text:ident => $command:expr),* $(,)?) => {
        vec![$(Box::new(|$text: &str| $command.line()) as Say),*]
    };
}

/// Those in which it is one word, however many blanks it has.
fn words() -> Vec<Say> {
    let soon = || When::After(Duration::from_secs(60));
    let member = |text: &str| Members::Variable("name".to_owned(), text.to_owned());
    let mut list = says![
        t => UuidAnswer::new(t),
        t => UuidKill::new(t),
        t => UuidBridge::new("a", t),
        t => UuidPreprocess::new("a", t),
        t => UuidHold::new("a", Hold::On).display(t),
        t => UuidHold::new(t, Hold::Toggle),
        t => UuidMedia::on(t),
        t => UuidTransfer::new("a", t),
        t => UuidTransfer::new("a", "b").dialplan(t).context("c"),
        t => UuidTransfer::new("a", "b").dialplan("c").context(t),
        t => UuidDualTransfer::new("a", t, "b"),
        t => UuidDualTransfer::new("a", "b", Destination::new("c").dialplan(t).context("d")),
        t => UuidBroadcast::play("a", t),
        t => ToneDetect::new("a", t, "1100"),
        t => ToneDetect::new("a", "fax", "1100").flags("r", 10).found("hangup", t, 1),
        t => UuidSendDtmf::new("a", t),
        t => UuidRecvDtmf::new("a", t),
        t => UuidDropDtmf::new("a", true, DtmfMask::Digits(t.to_owned())),
        t => UuidSendMessage::new("a", t),
        t => UuidDisplay::new("a", t),
        t => UuidSendInfo::new("a", t),
        t => UuidSendInfo::new("a", "x").mime("text", t),
        t => UuidRecord::start("a", t),
        t => UuidDisplace::start("a", t, 5).flags("mux"),
        t => UuidFileman::new("a", t),
        t => UuidMediaReneg::new("a").codecs(t),
        t => UuidJitterbuffer::new("a", t),
        t => UuidCodecParam::new("a", MediaKind::Audio, AudioDirection::Read, t, "v"),
        t => UuidVideoBitrate::new("a", t),
        t => UuidGetvar::new("a", t),
        t => UuidSetvar::new("a", t, "v"),
        t => UuidSetvar::new("a", "n", t),
        t => UuidLimit::new("a", "hash", t, "r").max(3),
        t => UuidLimit::new("a", "hash", "l", "r").max(3).exceeded(t, "XML", "default"),
        t => LimitUsage::new("hash", "l", t),
        t => LimitReset::new(t),
        t => Acl::new(std::net::Ipv4Addr::LOCALHOST, t),
        t => InterfaceIp::new(AddressKind::Auto, t),
        t => UserExists::new("id", t, "d"),
        t => UserData::new(t, DirectoryPart::Variable, "x"),
        t => XmlLocate::new("a", "b", "c", t),
        t => XmlFlushCache::new().key("id").user(t).domain("d"),
        t => ListUsers::new().group(t),
        t => InGroup::new(t, "g"),
        t => Load::new(t),
        t => Unload::new(t),
        t => Reload::new(t),
        t => Alias::del(t),
        t => Hupall::every_call_of_the_switch(t),
        t => Hupall::matching("x", "name", t),
        t => PresenceIn::new("u", "r", t),
        t => Show::channels_like(t),
        t => Show::<ChannelRow>::table(t.to_owned()),
        t => ShowDelimited::module(t),
        t => ShowDelimited::new("calls").delimiter(t),
        t => hash::Dump::values_of(t),
        t => sofia::StatusOf::gateway(t),
        t => sofia::Registrations::user("internal", t),
        t => sofia::Profile::killgw("internal", t),
        t => sofia::Profile::rescan(t),
        t => sofia::Loglevel::new(t, 0),
        t => sofia::GatewayData::new("g", sofia::GatewayVariable::Any, t),
        t => conference::Play::new("3100", t),
        t => conference::Play::new(t, "x.wav"),
        t => conference::Pin::set("3100", t),
        t => conference::Set::new("3100", conference::Parameter::CallerIdName, t),
        t => conference::Setvar::new("3100", t, "v"),
        t => conference::Sound::file("3100", conference::SoundKind::Enter, t),
        t => conference::Transfer::new("3100", t, [1]),
        t => conference::Recording::stop_all(t),
        t => conference::JsonList::of(t),
        t => conference::Other::new("3100", t),
        t => conference::Other::new("3100", "vid-layout").word(t),
        t => OnMembers::new("3100", MemberAction::Kick, 1).argument(t),
    ];
    list.push(Box::new(move |t| SchedHangup::new(soon(), t).line()));
    list.push(Box::new(move |t| SchedHangup::new(soon(), "a").cause(t).line()));
    list.push(Box::new(move |t| SchedTransfer::new(soon(), "a", t).line()));
    list.push(Box::new(move |t| SchedBroadcast::play(soon(), "a", t).line()));
    list.push(Box::new(move |t| OnMembers::new("3100", MemberAction::Mute, member(t)).line()));
    list
}

/// Those in which it is one word that ends at a blank, with nothing to quote one.
fn bare() -> Vec<Say> {
    says![
        t => UuidKill::new("a").cause(t),
        t => GroupCall::new("g").domain(t),
        t => SchedApi::once(When::After(Duration::from_secs(60)), t, "status"),
        t => Strftime::now().zone(t).format("%T"),
    ]
}

/// Those in which it is all that is left, or is cut at another character.
fn rests() -> Vec<Say> {
    let soon = || When::After(Duration::from_secs(60));
    let mut list = says![
        t => RawApi::new(t),
        t => UuidDeflect::new("a", t),
        t => UuidRecoveryRefresh::new("a", t),
        t => UuidChat::new("a", t),
        t => GlobalGetvar::new(t),
        t => GlobalSetvar::new(t, "v"),
        t => GlobalSetvar::new("n", t),
        t => GlobalSetvar::new("n", "v").only_if(t),
        t => Echo::new(t),
        t => Eval::new(t),
        t => Eval::new("x").uuid(t),
        t => Expand::new(t),
        t => Regex::new(t, "p"),
        t => Regex::new("d", t),
        t => Regex::new("d", "p").substitute(t),
        t => Cond::new(t, "y", "n"),
        t => Cond::new("1 > 0", t, "n"),
        t => Md5::new(t),
        t => Coalesce::new(["", t]),
        t => ConsoleComplete::new(t),
        t => CompleteAdd::new(t),
        t => Alias::add("a", t),
        t => Log::new(trunkline_proto::LogLevel::Info, t),
        t => Getenv::new(t),
        t => FileExists::new(t),
        t => System::new(t),
        t => Strftime::now().format(t),
        t => Strftime::at(5).format(t),
        t => Strepoch::new().date(t),
        t => DomainExists::new(t),
        t => ModuleExists::new(t),
        t => Chat::new(t, "a", "b", "c"),
        t => Chat::new("a", "b", "c", t),
        t => SchedDel::group(t),
        t => hash::Insert::new(t, "k", "v"),
        t => hash::Insert::new("r", "k", t),
        t => db::Select::new("r", t),
        t => db::Group::insert(t, "url"),
        t => db::Group::insert("g", t),
        t => sofia::Contact::new(t),
        t => sofia::CountReg::new(t),
        t => conference::Say::new("3100", t),
        t => conference::Say::new("3100", t).member(1),
    ];
    list.push(Box::new(move |t| SchedApi::once(soon(), "g", t).line()));
    list
}

/// Whatever it is given, a line is one line, and the event socket takes it.
fn holds(say: &Say, text: &str) {
    let Ok(line) = say(text) else { return };
    assert!(!line.contains(['\n', '\r', '\0']), "{text:?}: {line:?}");
    assert!(!line.ends_with(' ') && !line.starts_with(' '), "{text:?}: {line:?}");
    match Command::api(&line) {
        Ok(_) | Err(ApiMisuse::WouldReload { .. }) => {}
        Err(misuse) => panic!("{text:?}: {line:?}: {misuse}"),
    }
}

#[test]
fn line_breaks_do_not_get_through() {
    for say in all() {
        for text in
            ["a\nb", "a\rb", "a\0b", "\n", "\r\n", "a\n\napi shutdown", "\n\nexit", "", " ", "\t", "\u{b}"]
        {
            holds(&say, text);
        }
        assert!(say("a\0b").is_err());
        assert!(say("").is_err() || say("").unwrap() != say("x").unwrap());
    }
}

/// A word stays one: what stands behind it cannot be reached from within it.
#[test]
fn a_word_stays_one() {
    let cut = |line: &str| {
        let arguments = line.split_once(' ').unwrap().1;
        separate(arguments.as_bytes(), b' ', 25).map(|words| words.len())
    };
    stay_one(&words(), |line| cut(line).unwrap());
    stay_one(&bare(), |line| line.split(' ').count());
}

fn stay_one(list: &[Say], count: impl Fn(&str) -> usize) {
    const TEXTS: [&str; 14] = [
        "x y", "x\ty", " x", "x ", "'x", "x'", "'x y'", "it's", "\\", "x\\", "\\s", "x\\sy", "^^;x;y",
        "x\u{b}",
    ];
    for (at, say) in list.iter().enumerate() {
        let plain = count(&say("x").unwrap());
        for text in TEXTS {
            if let Ok(line) = say(text) {
                assert_eq!(count(&line), plain, "command {at} with {text:?}: {line}");
            }
        }
    }
}

#[test]
fn words_of_a_command_are_no_arguments() {
    assert!(Coalesce::new(["", "100 %n"]).line().is_err());
    assert!(UuidHold::new("off", Hold::On).line().is_err());
    assert!(UuidMedia::on("off").line().is_err());
    assert!(UuidTransfer::new("a", "-both").line().is_err());
    assert!(Unload::new("-f").line().is_err());
    assert!(SchedDel::group("7").line().is_err());
    assert!(Eval::new("uuid:a b").line().is_err());
    assert!(ListUsers::new().user("group").line().is_err());
    assert!(conference::Lock::new("list", true).line().is_err());
    assert!(conference::Say::new("essay", "hello").line().is_err());
    assert!(conference::Say::new("3100", "${system(x)}").member(1).line().is_err());
    assert!(conference::GetUuid::new("3100", Members::All).line().is_err());
    assert!(conference::Set::new("3100", conference::Parameter::Rate, "1").line().is_err());
    assert!(OnMembers::new("3100", MemberAction::Kick, Members::Id(0)).line().is_err());
    assert!(OnMembers::new("3100", MemberAction::Dtmf, Members::All).line().is_err());
    assert!(UuidRecord::start("a", "b").limit(Duration::from_millis(1500)).line().is_err());
    assert!(SchedHangup::new(When::After(Duration::ZERO), "a").line().is_err());
    assert!(SchedHangup::new(When::At(60), "a").line().is_err());
    assert!(XmlFlushCache::new().key("id").domain("d").line().is_err());
    let six =
        (0..6).fold(Hupall::every_call_of_the_switch("x"), |hupall, n| hupall.and(format!("v{n}"), "x"));
    assert!(six.line().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_breaks_a_line(text in r"[ \\'\n\r\ta-c;|/,=:${}^+&\x0b-]{0,12}|\PC{0,8}") {
        all().iter().for_each(|say| holds(say, &text));
    }
}
