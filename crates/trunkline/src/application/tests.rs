//! What each application is given, and what is refused.

use std::time::Duration;

use trunkline_proto::dialstring::{DialString, Endpoint, Variables};
use trunkline_proto::{Command, HangupCause, LogLevel, SendMsg};

use super::*;

/// The application and its argument, as they go out.
fn written(application: impl Application) -> String {
    let command = Command::sendmsg(&SendMsg::from(application.execute().unwrap())).unwrap();
    let wire = String::from_utf8(command.into_wire()).unwrap();
    let lines: Vec<_> = wire.lines().filter_map(|line| line.strip_prefix("execute-app-")).collect();
    lines.iter().filter_map(|line| Some(line.split_once(": ")?.1)).collect::<Vec<_>>().join(" ")
}

fn refused(application: impl Application) -> bool {
    application.execute().is_err()
}

fn dial(text: &str) -> Dial {
    Dial::to(text.parse::<DialString>().unwrap())
}

const SECONDS: Duration = Duration::from_secs(5);

#[test]
fn media() {
    assert_eq!(written(Answer::new()), "answer");
    assert_eq!(written(Playback::new("a b.wav")), "playback a b.wav");
    assert_eq!(written(Playback::new("a").terminators("")), "playback %[playback_terminators=none]a");
    assert_eq!(written(Tone::new("%(1,2,3)").loops(2)), "gentones %(1,2,3)|2");
    assert_eq!(written(Tone::new("%(1,2,3)").endless()), "gentones %(1,2,3)|-1");
    let say = Say::new("en", SayType::Items, "1 2").method(SayMethod::Counted);
    assert_eq!(written(say), r"say en items counted neuter 1\\s2");
    assert_eq!(written(Speak::new("flite", "kal", "it's | 5 $")), "speak flite|kal|it's | 5 $");
    assert_eq!(
        written(Record::new("/tmp/a b").limit(SECONDS).until_silence(200, Duration::from_millis(1500))),
        r"record /tmp/a\\sb 5 200 2"
    );
    assert_eq!(written(RecordSession::start("a b").limit(SECONDS)), r"record_session a\\sb +5");
    assert_eq!(written(RecordSession::stop("a b")), "stop_record_session a b");
    for bad in [Say::new("e n", SayType::Url, "x"), Say::new("en", SayType::Url, "")] {
        assert!(refused(bad));
    }
    assert!(refused(Speak::new("a|b", "kal", "x")) && refused(Speak::new("flite", "kal", "")));
    assert!(refused(Record::new("")) && refused(Record::new("a\nb")));
    assert!(refused(Tone::new("")) && refused(Tone::new("%(1,2,3)|5")));
    assert!(refused(Playback::new("%[x=y]a")) && refused(Playback::new("a${b}")));
}

#[test]
fn digits() {
    let asked = Digits::prompt("it's 5.wav").count(2..=4).tries(3).matching(r"^\d$").terminators("*#");
    assert_eq!(
        written(asked.invalid("no.wav").digit_timeout(Duration::from_millis(1500))),
        r"play_and_get_digits 2 4 3 5000 *# it\\'s\\s5.wav no.wav trunkline_digits ^\\\\d\$ 1500"
    );
    assert_eq!(
        written(Digits::silently()),
        "play_and_get_digits 1 1 1 5000 # silence '' trunkline_digits '' 5000"
    );
    assert_eq!(written(Read::prompt("a")), "read 1 1 a trunkline_digits 5000 # 5000");
    assert_eq!(Digits::silently().cancel(), Cancel::Digit('#'));
    assert_eq!(Digits::silently().terminators("*").cancel(), Cancel::Digit('*'));
    assert_eq!(Digits::silently().terminators("none").cancel(), Cancel::Break);
}

#[test]
fn variables() {
    assert_eq!(written(Set::new("a", "b c")), "set a=b c");
    assert_eq!(written(Set::new("a", "")), "set a=");
    assert_eq!(written(Export::new("a", "b").only_others()), "export nolocal:a=b");
    assert_eq!(written(Unset::new("a")), "unset a");
    assert_eq!(written(Unset::new("a").and("b")), "multiunset a b");
    assert!(refused(Multiset::new(Variables::new())) && refused(Unset::new("a b")));
    assert!(refused(Export::new("a", "${b}")) && refused(Set::new("", "x")));
}

#[test]
fn elsewhere() {
    assert_eq!(written(Transfer::to("1000")), "transfer 1000");
    let there = || Extension::new("play back").of("inline", "default");
    assert_eq!(written(Transfer::to(there()).both()), r"transfer -both play\\sback inline default");
    assert_eq!(written(ExecuteExtension::new("9")), "execute_extension 9");
    assert_eq!(written(SchedTransfer::after(SECONDS, "9")), "sched_transfer +5 9");
    let hangup = SchedHangup::after(SECONDS).cause(HangupCause::UserBusy);
    assert_eq!(written(hangup), "sched_hangup +5 USER_BUSY");
    assert_eq!(written(Deflect::to("sip:a@b")), "deflect sip:a@b");
    assert_eq!(written(Redirect::to("sip:a@b,sip:c@d")), "redirect sip:a@b,sip:c@d");
    assert!(refused(Transfer::to("-bleg")) && refused(Transfer::to("")));
    assert!(refused(Deflect::to("a b")) && refused(Hangup::new("USER BUSY")));
}

#[test]
fn others() {
    let conference = Conference::new("room").profile("wide").pin("12").flag("mute").flag("endconf");
    assert_eq!(written(conference.clone()), "conference room@wide+12+flags{mute|endconf}");
    assert_eq!(conference.cancel(), Cancel::Api("conference room hup ${conference_member_id}".into()));
    assert_eq!(written(Eavesdrop::on("u")), "eavesdrop u");
    assert_eq!(written(ThreeWay::with("u")), "three_way u");
    assert_eq!(written(Intercept::new("u").bleg()), "intercept -bleg u");
    assert_eq!(written(Fifo::caller("q")), "fifo %[fifo_caller_exit_key=D]q in");
    assert_eq!(
        written(Fifo::caller("q").music("a b").exit_keys("1")),
        r"fifo %[fifo_caller_exit_key=1D]q in undef a\\sb"
    );
    assert_eq!(written(Fifo::waiting_agent("q").announcement("a")), "fifo q out wait a");
    assert_eq!(written(Fifo::agent("q")), "fifo q out nowait");
    assert_eq!(written(ValetPark::free("lot", 1..=9)), "valet_park lot auto in 1 9");
    assert_eq!(written(ValetPark::space("lot", "7")), "valet_park lot 7");
    assert_eq!(written(ValetPark::ask("lot", 1..=4)), "valet_park lot ask 1 4");
    let prompted = ValetPark::ask("lot", 3..=4).prompt("a b.wav");
    assert_eq!(written(prompted), r"valet_park lot ask 3 4 10000 a\\sb.wav");
    for bad in ["a b", "a+b", "a@b", "", "a${b}"] {
        assert!(refused(Conference::new(bad)), "{bad}");
    }
    assert!(refused(Eavesdrop::on("a b")) && refused(Fifo::caller("")));
}

#[test]
fn bridges() {
    const GOES_ON: &str =
        "bridge %[continue_on_fail=true,hangup_after_bridge=false,preserve_originated_vars=false]";
    assert_eq!(written(Dial::user("1000")), [GOES_ON, "user/1000"].concat());
    let several = Dial::user("1").and(Dial::user("2")).or(dial("null/3,null/4|null/5")).timeout(SECONDS);
    assert_eq!(
        written(several),
        [GOES_ON, "{originate_timeout=5}user/1,user/2|null/3,null/4|null/5"].concat()
    );
    let named = Dial::gateway("gw", "+49").caller_id("It's Ann", "77").ringback("a, b");
    assert_eq!(
        written(named),
        r"bridge %[ringback=a\\,\\\\sb,continue_on_fail=true,hangup_after_bridge=false,preserve_originated_vars=false]{origination_caller_id_name=It\\\\\\'s\\\\sAnn,origination_caller_id_number=77}sofia/gateway/gw/+49"
    );
    // Else the leg's variables would be taken for the call's.
    let leg = dial("[a=b]null/1");
    assert_eq!(written(leg.clone()), [GOES_ON, "{trunkline_bridge=true}[^^;a=b]null/1"].concat());
    let ends = written(Dial::to(Endpoint::null("1").unwrap()).hangup_after());
    assert_eq!(
        ends,
        "bridge %[continue_on_fail=true,hangup_after_bridge=true,preserve_originated_vars=false]null/1"
    );
    assert_eq!(
        written(dial("null/1").as_the_call_has_it()),
        "bridge %[preserve_originated_vars=false]null/1"
    );
    assert_eq!(
        written(AttXfer::to(leg)),
        "att_xfer %[preserve_originated_vars=false]{trunkline_bridge=true}[^^;a=b]null/1"
    );
    assert!(refused(Dial::user("1,2")) && refused(Dial::user("1").and(Dial::user("2 3"))));
    assert!(refused(Dial::user("1").variable("a", "${b}")) && refused(Dial::user("1").ringback("${b}")));
}

#[test]
fn told() {
    assert_eq!(written(Log::new(LogLevel::Notice, "a b")), "log NOTICE a b");
    assert_eq!(written(Info::default()), "info INFO");
    let event = FireEvent::custom("a::b").header("Note", "1, 2");
    assert_eq!(written(event), r"event Event-Name=CUSTOM,Event-Subclass=a::b,Note=1\\,\\s2");
    assert_eq!(written(SendDtmf::new("1w#").length(Duration::from_millis(80))), "send_dtmf 1w#@80");
    assert_eq!(written(QueueDtmf::new("5")), "queue_dtmf 5");
    assert!(refused(SendDtmf::new("5@1")) && refused(QueueDtmf::new("")));
    let many = (0..26).fold(FireEvent::application(), |event, _| event.header("a", "b"));
    assert!(refused(many) && refused(FireEvent::application().header("a b", "c")));
}
