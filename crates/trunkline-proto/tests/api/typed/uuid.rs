//! What is said of one channel.

use super::*;

pub(super) fn uuid(verb: &str, words: &[&str], rest: &str) -> Option<Typed> {
    let on = |word: &str| (word == "on" || word == "off").then_some(word == "on");
    match (verb, words) {
        ("uuid_answer", [u]) => some(UuidAnswer::new(*u)),
        ("uuid_pre_answer", [u]) => some(UuidPreAnswer::new(*u)),
        ("uuid_ring_ready", [u]) => some(UuidRingReady::new(*u)),
        ("uuid_early_ok", [u]) => some(UuidEarlyOk::new(*u)),
        ("uuid_outgoing_answer", [u]) => some(UuidOutgoingAnswer::new(*u)),
        ("uuid_exists", [u]) => some(UuidExists::new(*u)),
        ("uuid_kill", [u]) => some(UuidKill::new(*u)),
        ("uuid_kill", [u, cause]) => some(UuidKill::new(*u).cause(*cause)),
        ("uuid_park", [u]) => some(UuidPark::new(*u)),
        ("uuid_bridge", [a, b]) => some(UuidBridge::new(*a, *b)),
        ("uuid_simplify", [u]) => some(UuidSimplify::new(*u)),
        ("uuid_xfer_zombie", [u]) => some(UuidXferZombie::new(*u)),
        ("uuid_zombie_exec", [u]) => some(UuidZombieExec::new(*u)),
        ("uuid_hold", ["off", u]) => some(UuidHold::new(*u, Hold::Off)),
        ("uuid_hold", ["toggle", u]) => some(UuidHold::new(*u, Hold::Toggle)),
        ("uuid_hold", [u]) => some(UuidHold::new(*u, Hold::On)),
        ("uuid_pause", [u, how]) => some(UuidPause::new(*u, on(how)?)),
        ("uuid_session_heartbeat", [u, seconds]) => {
            some(UuidSessionHeartbeat::every(*u, seconds.parse().ok()?))
        }
        ("uuid_loglevel", [u, "7"]) => some(UuidLoglevel::new(*u, LogLevel::Debug)),
        ("uuid_transfer", [u, "-both", ext, dialplan, context]) => {
            some(UuidTransfer::new(*u, *ext).dialplan(*dialplan).context(*context).both())
        }
        ("uuid_transfer", [u, ext]) => some(UuidTransfer::new(*u, *ext)),
        ("uuid_transfer", [u, ext, dialplan]) => some(UuidTransfer::new(*u, *ext).dialplan(*dialplan)),
        ("uuid_transfer", [u, ext, dialplan, context]) => {
            some(UuidTransfer::new(*u, *ext).dialplan(*dialplan).context(*context))
        }
        ("uuid_deflect", [u, uri]) => some(UuidDeflect::new(*u, *uri)),
        ("uuid_redirect", [u, uri]) => some(UuidRedirect::new(*u, *uri)),
        ("uuid_broadcast", [u, path]) => some(UuidBroadcast::play(*u, *path)),
        ("uuid_broadcast", [u, path, "aleg"]) => some(UuidBroadcast::play(*u, *path).leg(BroadcastLeg::Aleg)),
        ("uuid_broadcast", [u, path, "both"]) => {
            let (name, argument) = path.split_once("::")?;
            some(UuidBroadcast::application(*u, name, argument).leg(BroadcastLeg::Both))
        }
        ("uuid_break", [u]) => some(UuidBreak::new(*u)),
        ("uuid_break", [u, "all"]) => some(UuidBreak::new(*u).all()),
        ("uuid_send_dtmf", [u, digits]) => some(UuidSendDtmf::new(*u, *digits)),
        ("uuid_recv_dtmf", [u, digits]) => some(UuidRecvDtmf::new(*u, *digits)),
        ("uuid_flush_dtmf", [u]) => some(UuidFlushDtmf::new(*u)),
        ("uuid_chat", [u, text]) => some(UuidChat::new(*u, *text)),
        ("uuid_send_message", [u, ..]) => some(UuidSendMessage::new(*u, cut(rest, 2).get(1)?.as_str())),
        ("uuid_phone_event", [u, event]) => some(UuidPhoneEvent::new(*u, *event)),
        ("uuid_display", [u, display]) => some(UuidDisplay::new(*u, *display)),
        ("uuid_send_info", [u, message]) => some(UuidSendInfo::new(*u, *message)),
        ("uuid_send_info", [u, mime, subtype, _, ..]) => {
            some(UuidSendInfo::new(*u, cut(rest, 4)[3].as_str()).mime(*mime, *subtype))
        }
        ("uuid_record", [u, "start", path]) => some(UuidRecord::start(*u, *path)),
        ("uuid_record", [u, "start", path, limit]) => {
            some(UuidRecord::start(*u, *path).limit(Duration::from_secs(limit.parse().ok()?)))
        }
        ("uuid_record", [u, "mask", path]) => some(UuidRecord::new(*u, RecordAction::Mask, *path)),
        ("uuid_record", [u, "unmask", path]) => some(UuidRecord::new(*u, RecordAction::Unmask, *path)),
        ("uuid_record", [u, "stop", "all"]) => some(UuidRecord::stop_all(*u)),
        ("uuid_record", [u, "stop", path]) => some(UuidRecord::stop(*u, *path)),
        ("uuid_displace", [u, "start", path, limit, flags]) => {
            some(UuidDisplace::start(*u, *path, limit.parse().ok()?).flags(*flags))
        }
        ("uuid_displace", [u, "stop", path]) => some(UuidDisplace::stop(*u, *path)),
        ("uuid_fileman", [u, command]) => some(UuidFileman::new(*u, *command)),
        ("uuid_audio", [u, "stop"]) => some(UuidAudio::stop(*u)),
        ("uuid_audio", [u, "start", "read", "level", level]) => {
            some(UuidAudio::level(*u, AudioDirection::Read, level.parse().ok()?))
        }
        ("uuid_media", ["off", u]) => some(UuidMedia::off(*u)),
        ("uuid_media", [u]) => some(UuidMedia::on(*u)),
        ("uuid_media_reneg", [u]) => some(UuidMediaReneg::new(*u)),
        ("uuid_set_media_stats", [u]) => some(UuidSetMediaStats::new(*u)),
        ("uuid_jitterbuffer", [u, buffer]) => some(UuidJitterbuffer::new(*u, *buffer)),
        ("uuid_debug_media", [u, "both", how]) => some(UuidDebugMedia::new(*u, DebugMedia::Both, on(how)?)),
        ("uuid_buglist", [u]) => some(UuidBuglist::new(*u)),
        ("uuid_video_refresh", [u]) => some(UuidVideoRefresh::new(*u)),
        ("uuid_dump", [u]) => some(UuidDump::new(*u).format(EventFormat::Plain)),
        ("uuid_dump", [u, "json"]) => some(UuidDump::new(*u)),
        ("uuid_getvar", [u, name]) => some(UuidGetvar::new(*u, *name)),
        ("uuid_setvar", [u, name, ..]) => {
            let value = cut(rest, 3).get(2).cloned().unwrap_or_default();
            some(UuidSetvar::new(*u, *name, value))
        }
        ("uuid_setvar_multi", [u, list]) if list.contains('=') => {
            let mut variables = Variables::new();
            for variable in list.split(';') {
                let (name, value) = variable.split_once('=')?;
                variables = variables.with(name, value).unwrap();
            }
            some(UuidSetvarMulti::new(*u, variables))
        }
        ("uuid_limit", [u, backend, realm, resource, max]) => {
            some(UuidLimit::new(*u, *backend, *realm, *resource).max(max.parse().ok()?))
        }
        ("uuid_limit_release", [u, backend, realm, resource]) => {
            some(UuidLimitRelease::new(*u, *backend).realm(*realm).resource(*resource))
        }
        _ => None,
    }
}
