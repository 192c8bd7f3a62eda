//! Where in FreeSWITCH each event and log line comes from, as its headers say; the lines are those of commit
//! cc93a683ca (1.11.3-dev).

use trunkline_proto::EventName;

/// A place in the source of FreeSWITCH.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) file: &'static str,
    pub(crate) function: &'static str,
    pub(crate) line: u32,
}

/// An event about a channel.
#[derive(Debug)]
pub(crate) struct ChannelEvent {
    pub(crate) name: EventName,
    pub(crate) origin: Origin,
    /// Whether it carries the channel's variables.
    pub(crate) variables: bool,
}

pub(crate) const fn origin(file: &'static str, function: &'static str, line: u32) -> Origin {
    Origin { file, function, line }
}

const fn event(name: EventName, variables: bool, origin: Origin) -> ChannelEvent {
    ChannelEvent { name, origin, variables }
}

pub(crate) const API: Origin = origin("switch_loadable_module.c", "switch_api_execute", 3140);
pub(crate) const BACKGROUND_JOB: Origin = origin("mod_event_socket.c", "api_exec", 1580);
pub(crate) const BGAPI_COMMAND_JOB: Origin = origin("mod_commands.c", "bgapi_exec", 5423);
pub(crate) const SHUTDOWN_REQUESTED: Origin = origin("switch_core.c", "switch_core_session_ctl", 2825);
pub(crate) const SHUTDOWN: Origin = origin("switch_core.c", "switch_core_destroy", 3033);
pub(crate) const PARKED_ALREADY: Origin = origin("switch_ivr.c", "switch_ivr_park", 975);
pub(crate) const NOT_SIMULATED: Origin = origin("trunkline-sim", "execute", 1);
pub(crate) const BG_SYSTEM: Origin = origin("mod_commands.c", "bg_system_function", 6613);
pub(crate) const SPAWN: Origin = origin("mod_commands.c", "spawn_function", 6644);
pub(crate) const BG_SPAWN: Origin = origin("mod_commands.c", "bg_spawn_function", 6660);
pub(crate) const TIMER_TEST: Origin = origin("mod_commands.c", "timer_test_function", 961);
pub(crate) const FLOOD: Origin = origin("trunkline-sim", "flood", 1);
pub(crate) const MESSAGE_INVALID: Origin = origin("switch_ivr.c", "switch_ivr_parse_event", 522);
pub(crate) const CONNECT: Origin = origin("mod_event_socket.c", "parse_command", 2029);
pub(crate) const SENDEVENT: Origin = origin("mod_event_socket.c", "parse_command", 2283);
pub(crate) const PRIVATE_COMMAND: Origin = origin("switch_ivr.c", "switch_ivr_parse_next_event", 804);
pub(crate) const HEARTBEAT: Origin = origin("switch_core.c", "send_heartbeat", 95);
pub(crate) const RESCHEDULE: Origin = origin("switch_scheduler.c", "switch_scheduler_execute", 73);
pub(crate) const ADD_SCHEDULE: Origin = origin("switch_scheduler.c", "switch_scheduler_add_task_ex", 266);
pub(crate) const DEL_SCHEDULE: Origin = origin("switch_scheduler.c", "task_thread_loop", 151);
pub(crate) const SCHED_HANGUP: Origin = origin("switch_ivr_async.c", "sch_hangup_callback", 5527);
pub(crate) const SCHED_HANGUP_NOW: Origin = origin("mod_commands.c", "sched_hangup_function", 3689);
pub(crate) const APP_SCHED_HANGUP: Origin = origin("mod_dptools.c", "sched_hangup_function", 1277);
pub(crate) const ATT_XFER_HANGUP: Origin = origin("mod_dptools.c", "xfer_on_dtmf", 2503);
pub(crate) const ATT_XFER_CANCEL: Origin = origin("mod_dptools.c", "xfer_on_dtmf", 2508);
pub(crate) const BIND_ACTION_USAGE: Origin = origin("mod_dptools.c", "bind_digit_action_function", 421);
pub(crate) const CLEAR_ACTION_USAGE: Origin = origin("mod_dptools.c", "clear_digit_action_function", 288);
pub(crate) const CLEAR_ACTIONS: Origin = origin("mod_dptools.c", "clear_digit_action_function", 308);
pub(crate) const SET_REALM_USAGE: Origin = origin("mod_dptools.c", "digit_action_set_realm_function", 336);
pub(crate) const NO_REALM: Origin = origin("switch_ivr_async.c", "switch_ivr_dmachine_set_terminators", 204);
pub(crate) const SET_REALM: Origin = origin("switch_ivr_async.c", "switch_ivr_dmachine_set_realm", 221);
pub(crate) const SET_REALM_FAILED: Origin =
    origin("switch_ivr_async.c", "switch_ivr_dmachine_set_realm", 226);
pub(crate) const CLEAR_REALM: Origin = origin("switch_ivr_async.c", "switch_ivr_dmachine_clear_realm", 242);
pub(crate) const CLEAR_REALM_IN_USE: Origin =
    origin("switch_ivr_async.c", "switch_ivr_dmachine_clear_realm", 245);
pub(crate) const APP_SYSTEM: Origin = origin("mod_dptools.c", "system_session_function", 2241);
pub(crate) const APP_BGSYSTEM: Origin = origin("mod_dptools.c", "bgsystem_session_function", 2249);
pub(crate) const LUA_NO_ARGUMENTS: Origin = origin("mod_lua.cpp", "lua_function", 473);
pub(crate) const LUA_FAILED: Origin = origin("mod_lua.cpp", "lua_parse_and_execute", 202);
pub(crate) const BIND_META_USAGE: Origin = origin("mod_dptools.c", "dtmf_bind_function", 837);
pub(crate) const BIND_META_FAILED: Origin = origin("mod_dptools.c", "dtmf_bind_function", 834);
pub(crate) const UNBIND_META_FAILED: Origin =
    origin("switch_ivr_async.c", "switch_ivr_unbind_dtmf_meta_session", 4673);
pub(crate) const META_IGNORED: Origin = origin("switch_ivr_async.c", "meta_on_dtmf", 4653);
pub(crate) const EAVESDROP_USAGE: Origin = origin("mod_dptools.c", "eavesdrop_function", 923);
pub(crate) const HANGUP_HOOK: Origin = origin("switch_core_state_machine.c", "api_hook", 777);
pub(crate) const EXECUTE_EXTENSION_USAGE: Origin = origin("mod_dptools.c", "exe_function", 656);
pub(crate) const REDIRECT_TOO_LATE: Origin = origin("mod_sofia.c", "sofia_receive_message", 2279);
pub(crate) const REDIRECT_HANGUP: Origin = origin("mod_sofia.c", "sofia_receive_message", 2276);
pub(crate) const DEFLECT_HANGUP: Origin = origin("mod_sofia.c", "sofia_receive_message", 1600);
pub(crate) const LIMIT_HANGUP: Origin = origin("mod_commands.c", "uuid_limit_function", 7101);
pub(crate) const EVAL: Origin = origin("mod_commands.c", "eval_function", 1696);
pub(crate) const MODULE_LOAD: Origin =
    origin("switch_loadable_module.c", "switch_loadable_module_process", 449);
pub(crate) const MODULE_UNLOAD: Origin =
    origin("switch_loadable_module.c", "switch_loadable_module_unprocess", 1358);
pub(crate) const RELOADCERT: Origin = origin("mod_commands.c", "reload_cert_function", 2867);
pub(crate) const RELOADXML: Origin = origin("switch_xml.c", "switch_xml_open_root", 2423);
pub(crate) const UUID_DUMP: Origin = origin("mod_commands.c", "uuid_dump_function", 6495);

pub(crate) const READ_CODEC: ChannelEvent =
    event(EventName::Codec, false, origin("switch_core_codec.c", "switch_core_session_set_read_codec", 300));
pub(crate) const REAL_READ_CODEC: ChannelEvent = event(
    EventName::Codec,
    false,
    origin("switch_core_codec.c", "switch_core_session_set_real_read_codec", 189),
);
pub(crate) const WRITE_CODEC: ChannelEvent =
    event(EventName::Codec, false, origin("switch_core_codec.c", "switch_core_session_set_write_codec", 471));
pub(crate) const UUID: ChannelEvent = event(
    EventName::ChannelUuid,
    true,
    origin("switch_core_session.c", "switch_core_session_set_uuid", 2056),
);
pub(crate) const OUTGOING: ChannelEvent = event(
    EventName::ChannelOutgoing,
    false,
    origin("switch_core_session.c", "switch_core_session_outgoing_channel", 768),
);
pub(crate) const STATE: ChannelEvent = event(
    EventName::ChannelState,
    false,
    origin("switch_channel.c", "switch_channel_perform_set_running_state", 2409),
);
pub(crate) const CALLSTATE: ChannelEvent = event(
    EventName::ChannelCallstate,
    false,
    origin("switch_channel.c", "switch_channel_perform_set_callstate", 302),
);
pub(crate) const CREATE: ChannelEvent = event(
    EventName::ChannelCreate,
    true,
    origin("switch_core_state_machine.c", "switch_core_session_run", 626),
);
pub(crate) const ORIGINATE: ChannelEvent = event(
    EventName::ChannelOriginate,
    true,
    origin("switch_core_state_machine.c", "switch_core_session_run", 632),
);
pub(crate) const PROGRESS: ChannelEvent = event(
    EventName::ChannelProgress,
    true,
    origin("switch_channel.c", "switch_channel_perform_mark_ring_ready_value", 3507),
);
pub(crate) const PROGRESS_MEDIA: ChannelEvent = event(
    EventName::ChannelProgressMedia,
    true,
    origin("switch_channel.c", "switch_channel_perform_mark_pre_answered", 3562),
);
pub(crate) const ANSWER: ChannelEvent = event(
    EventName::ChannelAnswer,
    true,
    origin("switch_channel.c", "switch_channel_perform_mark_answered", 3848),
);
pub(crate) const CALL_UPDATE: ChannelEvent =
    event(EventName::CallUpdate, true, origin("switch_channel.c", "switch_channel_flip_cid", 3279));
pub(crate) const EXECUTE: ChannelEvent =
    event(EventName::ChannelExecute, true, origin("switch_core_session.c", "switch_core_session_exec", 2949));
pub(crate) const EXECUTE_COMPLETE: ChannelEvent = event(
    EventName::ChannelExecuteComplete,
    true,
    origin("switch_core_session.c", "switch_core_session_exec", 2972),
);
pub(crate) const PARK: ChannelEvent =
    event(EventName::ChannelPark, true, origin("switch_ivr.c", "switch_ivr_park", 1002));
pub(crate) const UNPARK: ChannelEvent =
    event(EventName::ChannelUnpark, true, origin("switch_ivr.c", "switch_ivr_park", 1213));
pub(crate) const BRIDGE: ChannelEvent = event(
    EventName::ChannelBridge,
    true,
    origin("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", 1689),
);
pub(crate) const UNBRIDGE: ChannelEvent = event(
    EventName::ChannelUnbridge,
    true,
    origin("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", 1879),
);
pub(crate) const UUID_BRIDGE_A: ChannelEvent = event(
    EventName::ChannelExecute,
    true,
    origin("switch_ivr_bridge.c", "uuid_bridge_on_soft_execute", 1236),
);
pub(crate) const UUID_BRIDGE_B: ChannelEvent = event(
    EventName::ChannelExecute,
    true,
    origin("switch_ivr_bridge.c", "uuid_bridge_on_soft_execute", 1243),
);
pub(crate) const HOLD: ChannelEvent =
    event(EventName::ChannelHold, true, origin("switch_ivr.c", "switch_ivr_hold", 1558));
pub(crate) const UNHOLD: ChannelEvent =
    event(EventName::ChannelUnhold, true, origin("switch_ivr.c", "switch_ivr_unhold", 1638));
pub(crate) const HELD: ChannelEvent =
    event(EventName::ChannelHold, true, origin("switch_channel.c", "switch_channel_mark_hold", 876));
pub(crate) const UNHELD: ChannelEvent =
    event(EventName::ChannelUnhold, true, origin("switch_channel.c", "switch_channel_mark_hold", 876));
pub(crate) const RECORD_START: ChannelEvent =
    event(EventName::RecordStart, true, origin("switch_ivr_play_say.c", "switch_ivr_record_file_event", 770));
pub(crate) const RECORD_STOP: ChannelEvent =
    event(EventName::RecordStop, true, origin("switch_ivr_play_say.c", "switch_ivr_record_file_event", 1033));
pub(crate) const SESSION_RECORD_START: ChannelEvent =
    event(EventName::RecordStart, true, origin("switch_ivr_async.c", "record_callback", 1482));
pub(crate) const SESSION_RECORD_STOP: ChannelEvent =
    event(EventName::RecordStop, true, origin("switch_ivr_async.c", "send_record_stop_event", 1241));
pub(crate) const MEDIA_BUG_START: ChannelEvent = event(
    EventName::MediaBugStart,
    true,
    origin("switch_core_media_bug.c", "switch_core_media_bug_add", 1014),
);
pub(crate) const MEDIA_BUG_STOP: ChannelEvent = event(
    EventName::MediaBugStop,
    true,
    origin("switch_core_media_bug.c", "switch_core_media_bug_destroy", 84),
);
pub(crate) const PLAYBACK_START: ChannelEvent =
    event(EventName::PlaybackStart, true, origin("switch_ivr_play_say.c", "switch_ivr_play_file", 1649));
pub(crate) const PLAYBACK_STOP: ChannelEvent =
    event(EventName::PlaybackStop, true, origin("switch_ivr_play_say.c", "switch_ivr_play_file", 2023));
pub(crate) const DTMF: ChannelEvent =
    event(EventName::Dtmf, false, origin("switch_channel.c", "switch_channel_dequeue_dtmf", 678));
pub(crate) const HANGUP: ChannelEvent =
    event(EventName::ChannelHangup, true, origin("switch_channel.c", "switch_channel_perform_hangup", 3447));
pub(crate) const HANGUP_COMPLETE: ChannelEvent = event(
    EventName::ChannelHangupComplete,
    true,
    origin("switch_core_state_machine.c", "switch_core_session_reporting_state", 943),
);
pub(crate) const DESTROY: ChannelEvent = event(
    EventName::ChannelDestroy,
    true,
    origin("switch_core_session.c", "switch_core_session_perform_destroy", 1588),
);

// Log lines.
pub(crate) const SOCKET_PARSE: Origin = origin("mod_event_socket.c", "socket_function", 438);
pub(crate) const SOCKET_NO_HOST: Origin = origin("mod_event_socket.c", "socket_function", 448);
pub(crate) const SOCKET_TRYING: Origin = origin("mod_event_socket.c", "socket_function", 452);
pub(crate) const SOCKET_ERROR: Origin = origin("mod_event_socket.c", "socket_function", 486);
pub(crate) const SOCKET_NONE: Origin = origin("mod_event_socket.c", "socket_function", 490);
pub(crate) const LOST_SOME_LOGS: Origin = origin("mod_event_socket.c", "socket_logger", 186);
pub(crate) const LOST_LOG: Origin = origin("mod_event_socket.c", "socket_logger", 192);
pub(crate) const LOST_LOGS: Origin = origin("mod_event_socket.c", "socket_logger", 197);
pub(crate) const LOST_SOME_EVENTS: Origin = origin("mod_event_socket.c", "event_handler", 392);
pub(crate) const LOST_EVENT: Origin = origin("mod_event_socket.c", "event_handler", 398);
pub(crate) const LOST_EVENTS: Origin = origin("mod_event_socket.c", "event_handler", 401);
pub(crate) const BAD_LENGTH: Origin = origin("mod_event_socket.c", "read_packet", 1319);
pub(crate) const LINGER_OVER: Origin = origin("mod_event_socket.c", "read_packet", 1468);
pub(crate) const LINGER: Origin = origin("mod_event_socket.c", "read_packet", 1478);
pub(crate) const ACL: Origin = origin("mod_event_socket.c", "listener_run", 2682);
pub(crate) const FIRST_PACKET: Origin = origin("mod_event_socket.c", "listener_run", 2715);
pub(crate) const NEW_CHANNEL: Origin = origin("switch_channel.c", "switch_channel_set_name", 1143);
pub(crate) const RENAME_CHANNEL: Origin = origin("switch_channel.c", "switch_channel_set_name", 1141);
pub(crate) const STATE_CHANGE: Origin = origin("switch_core_state_machine.c", "switch_core_session_run", 581);
pub(crate) const NULL_ANSWERED: Origin = origin("mod_loopback.c", "null_channel_on_consume_media", 1562);
pub(crate) const LOOPBACK_ANSWERED: Origin = origin("mod_loopback.c", "channel_receive_message", 1021);
pub(crate) const LOOPBACK_RINGING: Origin = origin("mod_loopback.c", "channel_receive_message", 1031);
pub(crate) const LOOPBACK_HANGUP: Origin = origin("mod_loopback.c", "channel_on_hangup", 585);
pub(crate) const APP_ANSWERED: Origin = origin("mod_dptools.c", "answer_function", 1406);
pub(crate) const APP_RINGING: Origin = origin("mod_dptools.c", "ring_ready_function", 1113);
pub(crate) const APP_HANGUP: Origin = origin("mod_dptools.c", "hangup_function", 1374);
pub(crate) const FLIP_CID: Origin = origin("switch_channel.c", "switch_channel_flip_cid", 3291);
pub(crate) const DIALPLAN: Origin = origin("mod_dialplan_xml.c", "dialplan_hunt", 648);
pub(crate) const DIALPLAN_RECURSIVE: Origin = origin("mod_dialplan_xml.c", "parse_exten", 157);
pub(crate) const DIALPLAN_TIME_PASS: Origin = origin("mod_dialplan_xml.c", "parse_exten", 207);
pub(crate) const DIALPLAN_TIME_FAIL: Origin = origin("mod_dialplan_xml.c", "parse_exten", 219);
pub(crate) const DIALPLAN_REGEX_TIME_PASS: Origin = origin("mod_dialplan_xml.c", "parse_exten", 247);
pub(crate) const DIALPLAN_REGEX_TIME_FAIL: Origin = origin("mod_dialplan_xml.c", "parse_exten", 257);
pub(crate) const DIALPLAN_REGEX_PASS: Origin = origin("mod_dialplan_xml.c", "parse_exten", 301);
pub(crate) const DIALPLAN_REGEX_FAIL: Origin = origin("mod_dialplan_xml.c", "parse_exten", 313);
pub(crate) const DIALPLAN_REGEX_ABSOLUTE: Origin = origin("mod_dialplan_xml.c", "parse_exten", 326);
pub(crate) const DIALPLAN_PASS: Origin = origin("mod_dialplan_xml.c", "parse_exten", 419);
pub(crate) const DIALPLAN_FAIL: Origin = origin("mod_dialplan_xml.c", "parse_exten", 430);
pub(crate) const DIALPLAN_ABSOLUTE: Origin = origin("mod_dialplan_xml.c", "parse_exten", 441);
pub(crate) const DIALPLAN_ANTI_ACTION: Origin = origin("mod_dialplan_xml.c", "parse_exten", 499);
pub(crate) const DIALPLAN_ACTION: Origin = origin("mod_dialplan_xml.c", "parse_exten", 566);
pub(crate) const DIALPLAN_NO_CONTEXT: Origin = origin("mod_dialplan_xml.c", "dialplan_hunt", 678);
pub(crate) const DIALPLAN_PARSING: Origin = origin("mod_dialplan_xml.c", "dialplan_hunt", 705);
pub(crate) const DIALPLAN_INVALID_APPLICATION: Origin = origin("mod_dialplan_xml.c", "exec_app", 57);
pub(crate) const DIALPLAN_INVALID_APPLICATION_HANGUP: Origin = origin("mod_dialplan_xml.c", "exec_app", 58);
pub(crate) const DIALPLAN_NOT_INLINE: Origin = origin("mod_dialplan_xml.c", "exec_app", 69);
pub(crate) const NO_SUCH_DIALPLAN: Origin =
    origin("switch_core_state_machine.c", "switch_core_standard_on_routing", 270);
pub(crate) const NO_DIALPLAN: Origin =
    origin("switch_core_state_machine.c", "switch_core_standard_on_routing", 292);
pub(crate) const NO_DIALPLAN_HANGUP: Origin =
    origin("switch_core_state_machine.c", "switch_core_standard_on_routing", 293);
pub(crate) const NO_ROUTE: Origin =
    origin("switch_core_state_machine.c", "switch_core_standard_on_routing", 306);
pub(crate) const NO_ROUTE_HANGUP: Origin =
    origin("switch_core_state_machine.c", "switch_core_standard_on_routing", 307);
pub(crate) const LAST_INSTRUCTION: Origin =
    origin("switch_core_state_machine.c", "switch_core_standard_on_execute", 382);
pub(crate) const LAST_HANGUP: Origin =
    origin("switch_core_state_machine.c", "switch_core_standard_on_execute", 384);
pub(crate) const EXEC: Origin = origin("switch_core_session.c", "switch_core_session_exec", 2906);
pub(crate) const INVALID_APPLICATION: Origin =
    origin("switch_core_session.c", "switch_core_session_execute_application_get_flags", 2771);
pub(crate) const INVALID_APPLICATION_HANGUP: Origin =
    origin("switch_core_session.c", "switch_core_session_execute_application_get_flags", 2772);
pub(crate) const TRANSFER: Origin = origin("switch_ivr.c", "switch_ivr_session_transfer", 2303);
pub(crate) const BRIDGE_ANSWERED: Origin =
    origin("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", 1660);
pub(crate) const BRIDGE_HANGUP: Origin =
    origin("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", 1942);
pub(crate) const BRIDGE_PEER_HANGUP: Origin =
    origin("switch_ivr_bridge.c", "audio_bridge_on_exchange_media", 1027);
pub(crate) const UUID_BRIDGE_HANGUP: Origin =
    origin("switch_ivr_bridge.c", "uuid_bridge_on_soft_execute", 1211);
pub(crate) const UUID_BRIDGE_PEER_HANGUP: Origin =
    origin("switch_ivr_originate.c", "switch_ivr_wait_for_answer", 1240);
pub(crate) const PARK_TIMEOUT: Origin = origin("switch_ivr.c", "switch_ivr_park", 1072);
pub(crate) const BRIDGE_FAILED: Origin = origin("mod_dptools.c", "audio_bridge_function", 3637);
pub(crate) const BRIDGE_FAILED_HANGUP: Origin =
    origin("switch_channel.c", "switch_channel_handle_cause", 5016);
pub(crate) const SIP_RINGING: Origin = origin("sofia.c", "sofia_handle_sip_i_state", 7486);
pub(crate) const SIP_EARLY: Origin = origin("sofia.c", "sofia_handle_sip_i_state", 7662);
pub(crate) const SIP_ANSWERED: Origin = origin("sofia.c", "sofia_handle_sip_i_state", 8606);
pub(crate) const SIP_HANGUP: Origin = origin("sofia.c", "sofia_handle_sip_i_state", 8756);
pub(crate) const APP_EARLY: Origin = origin("mod_dptools.c", "pre_answer_function", 1438);
pub(crate) const LOOPBACK_EARLY: Origin = origin("mod_loopback.c", "channel_receive_message", 1030);
pub(crate) const BROADCAST: Origin = origin("switch_ivr_async.c", "switch_ivr_broadcast", 5732);
pub(crate) const APP_EVENT: Origin = origin("mod_dptools.c", "event_function", 1902);
pub(crate) const APP_LOG: Origin = origin("mod_dptools.c", "log_function", 1865);
pub(crate) const APP_INFO: Origin = origin("mod_dptools.c", "info_function", 1880);
pub(crate) const INTERCEPT_HANGUP: Origin =
    origin("switch_ivr_bridge.c", "switch_ivr_intercept_session", 2383);
pub(crate) const RECORD_FAILED: Origin = origin("switch_ivr_play_say.c", "switch_ivr_record_file_event", 668);
pub(crate) const KILL: Origin = origin("switch_ivr.c", "switch_ivr_kill_uuid", 4404);
pub(crate) const MESSAGE_HANGUP: Origin = origin("switch_ivr.c", "switch_ivr_parse_event", 595);
pub(crate) const HUPALL: Origin = origin("switch_core_session.c", "switch_core_session_hupall", 296);
pub(crate) const ORIGINATE_HANGUP: Origin = origin("switch_ivr_originate.c", "switch_ivr_originate", 3820);
pub(crate) const CANNOT_CREATE: Origin = origin("switch_ivr_originate.c", "switch_ivr_originate", 3059);
pub(crate) const NO_INBOUND_SESSION: Origin =
    origin("switch_core_session.c", "switch_core_session_request_uuid", 2390);
pub(crate) const NO_OUTBOUND_SESSION: Origin =
    origin("switch_core_session.c", "switch_core_session_request_uuid", 2395);
pub(crate) const DUPLICATE_UUID: Origin =
    origin("switch_core_session.c", "switch_core_session_request_uuid", 2414);
pub(crate) const THROTTLE: Origin = origin("switch_core_session.c", "switch_core_session_request_uuid", 2427);
pub(crate) const SESSION_LIMIT: Origin =
    origin("switch_core_session.c", "switch_core_session_request_uuid", 2434);
pub(crate) const NO_CALLED_LEG: Origin = origin("mod_loopback.c", "tech_init", 258);
pub(crate) const NO_ENDPOINT: Origin =
    origin("switch_core_session.c", "switch_core_session_outgoing_channel", 537);
pub(crate) const SESSION_ENDED: Origin = origin("switch_core_session.c", "switch_core_session_thread", 1766);
pub(crate) const CLOSE_CHANNEL: Origin = origin("switch_core_session.c", "switch_core_session_thread", 1770);
pub(crate) const LOG_COMMAND: Origin = origin("mod_commands.c", "log_function", 7247);
