//! What administrators do: pausing, limits, the end, and reading the configuration again.

use std::path::{Path, PathBuf};

use trunkline_sim::SwitchConfig;

use crate::support::{Said, World};

/// The answer to an api command.
fn api(world: &mut World, client: trunkline_sim::ConnectionId, command: &str) -> String {
    world.say(client, &format!("api {command}"));
    // A call by SIP takes a moment.
    world.pass_millis(100);
    let heard = world.heard(client);
    let replies: Vec<&Said> = heard.iter().filter(|said| said.content_type == "api/response").collect();
    replies.last().map(|said| said.body.clone()).unwrap_or_default()
}

const REFUSED: &str = "-ERR DESTINATION_OUT_OF_ORDER\n";

fn asks(world: &mut World, client: trunkline_sim::ConnectionId, exchanges: &[(&str, &str)]) {
    for (command, answer) in exchanges {
        assert_eq!(api(world, client, command), *answer, "{command}");
    }
}

const NULL: &str = "originate {origination_uuid=ca110001-0000-4000-8000-000000000001}null/1 &park";
const MADE: &str = "+OK ca110001-0000-4000-8000-000000000001\n";
const TO_ITSELF: &str = "originate sofia/internal/9002@127.0.0.1:5060 &park";

#[test]
fn pausing_refuses_calls_one_way_or_both() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&[]);
    asks(
        &mut world,
        client,
        &[
            ("fsctl pause outbound", "+OK\n"),
            (NULL, REFUSED),
            ("originate loopback/9002 &park", REFUSED),
            ("fsctl ready_check", "true"),
            ("fsctl resume outbound", "+OK\n"),
            ("fsctl pause inbound", "+OK\n"),
            (NULL, MADE),
            (TO_ITSELF, "-ERR NORMAL_TEMPORARY_FAILURE\n"),
            ("fsctl pause", "+OK\n"),
            ("fsctl ready_check", "false"),
            ("fsctl resume", "+OK\n"),
        ],
    );
    assert!(world.switch.call_in("", "1", "9002", world.now).is_some());
    asks(&mut world, client, &[("fsctl pause inbound", "+OK\n")]);
    assert_eq!(world.switch.call_in("", "1", "9002", world.now), None);
    asks(
        &mut world,
        client,
        &[("hupall", "+OK hangup all channels with cause MANAGER_REQUEST\n"), (NULL, MADE)],
    );
    // The calling leg is there, and waits for one that could not be made.
    world.say(client, "api fsctl pause inbound");
    world.say(client, "bgapi originate {originate_timeout=3}loopback/9002 &park");
    world.pass_millis(1000);
    assert_eq!(api(&mut world, client, "show channels count"), "\n2 total.\n");
    world.pass_millis(3000);
    assert_eq!(api(&mut world, client, "show channels count"), "\n1 total.\n");
}

#[test]
fn no_more_sessions_than_set_are_made() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&[]);
    asks(
        &mut world,
        client,
        &[
            ("fsctl max_sessions 1", "+OK max sessions: 1\n"),
            (NULL, MADE),
            ("originate null/2 &park", REFUSED),
            ("fsctl max_sessions 1000", "+OK max sessions: 1000\n"),
            ("fsctl sps 3", "+OK sessions per second: 3\n"),
        ],
    );
    let second = |world: &mut World| {
        world.pass_millis(1000);
        let made = (0..4).map(|_| {
            world.say(client, "api originate null/3 &park");
            world.heard(client).iter().filter(|said| said.body.starts_with("+OK")).count()
        });
        made.sum::<usize>()
    };
    assert_eq!([second(&mut world), second(&mut world)], [2, 2]);
}

#[test]
fn it_ends_once_there_are_no_calls() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&[]);
    let ends = world.client(&["event plain SHUTDOWN_REQUESTED SHUTDOWN"]);
    assert_eq!(api(&mut world, client, NULL), MADE);
    world.say(ends, "api fsctl shutdown asap");
    world.pass_millis(1200);
    asks(&mut world, client, &[("fsctl shutdown_check", "true"), ("originate null/2 &park", REFUSED)]);
    assert!(world.heard(ends).is_empty(), "whoever asked waits, and hears nothing");
    asks(&mut world, client, &[("fsctl shutdown cancel", "+OK\n"), ("fsctl shutdown_check", "false")]);
    world.pass_millis(500);
    let told: Vec<String> = world.heard(ends).iter().map(|said| said.get("Event-Info").to_owned()).collect();
    assert_eq!(told, ["", "ASAP"], "the answer, and then what has waited behind it");
    assert_ne!(api(&mut world, client, "originate null/2 &park"), REFUSED);

    world.say(ends, "api fsctl shutdown elegant");
    world.pass_millis(1200);
    assert_ne!(api(&mut world, client, "originate null/2 &park"), REFUSED, "calls are still made");
    world.say(client, "api hupall");
    world.pass_millis(3000);
    let last = world.heard(ends);
    let told: Vec<&str> = last.iter().map(|said| said.get("Event-Info")).collect();
    assert_eq!(told, ["", "elegant", "System Shutting Down", ""]);
    assert_eq!(last.last().map(|said| said.body.as_str()), Some("The system is being shut down.\n"));
    assert_eq!(world.listening, [false]);
}

/// A directory that is gone in the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("trunkline-sim-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    pub(crate) fn write(&self, text: &str) {
        std::fs::write(self.0.join("freeswitch.xml"), text).expect("a file");
    }
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn document(answer: &str, user: &str, flags: &str) -> String {
    format!(
        "<document type=\"freeswitch/xml\">\n<X-PRE-PROCESS cmd=\"set\" data=\"lab={answer}\"/>\n\
         <section name=\"dialplan\"><context name=\"default\"><extension name=\"x\">\n\
         <condition field=\"destination_number\" expression=\"^1$\"><action application=\"{answer}\"/></condition>\n\
         </extension></context></section>\n\
         <section name=\"directory\"><domain name=\"d\"><user id=\"{user}\"><params>\n\
         <param name=\"esl-password\" value=\"p\"/></params></user></domain></section>\n\
         <section name=\"configuration\"><configuration name=\"conference.conf\"><profiles><profile name=\"lab\">\n\
         <param name=\"conference-flags\" value=\"{flags}\"/></profile></profiles></configuration></section>\n\
         </document>\n"
    )
}

#[test]
fn the_configuration_is_read_again() {
    let folder = Folder::new("reload");
    folder.write(&document("park", "alice", ""));
    let mut config = SwitchConfig::default();
    config.load(&folder).expect("a configuration");
    let mut world = World::new(config);
    let client = world.client(&["event plain RELOADXML"]);
    asks(
        &mut world,
        client,
        &[
            ("reloadxml", "+OK [Success]\n"),
            ("eval $${lab}", "park"),
            ("user_exists id alice d", "true"),
            ("global_setvar lab=mine", "+OK"),
            ("global_setvar other=mine", "+OK"),
        ],
    );
    folder.write(&document("hangup", "bob", "wait-mod"));
    asks(&mut world, client, &[("eval $${lab}", "mine"), ("user_exists id bob d", "false")]);
    world.say(client, "api reloadxml");
    let heard = world.heard(client);
    assert_eq!(heard.iter().filter(|said| said.get("Event-Name") == "RELOADXML").count(), 1);
    asks(
        &mut world,
        client,
        &[
            ("eval $${lab} $${other}", "hangup mine"),
            ("user_exists id bob d", "true"),
            ("user_exists id alice d", "false"),
            (&NULL.replace("&park", "&conference(r@lab)"), MADE),
        ],
    );
    let listed = api(&mut world, client, "conference list");
    assert!(listed.contains("wait_mod"), "{listed}");
    let newcomer = world.connect();
    world.say(newcomer, "userauth bob@d:p");
    assert!(world.heard(newcomer).iter().any(|said| said.get("Reply-Text") == "+OK accepted"));

    // What cannot be read changes nothing.
    let broken = document("park", "carol", "");
    for (text, why) in [
        (broken.replace("</document>", "<oops></document>"), "unexpected closing tag </document>"),
        (broken.replace("</document>", ""), "unclosed tag <document>"),
        (broken.replace("</document>", "<!-- </document>"), "unclosed <!--"),
        (broken.replace("</document>", "<a b=\"c</document>"), "missing \""),
    ] {
        folder.write(&text);
        let answer = api(&mut world, client, "reloadxml");
        assert!(answer.starts_with("+OK [[error near line "), "{answer}");
        assert!(answer.ends_with(&format!("]: {why}]\n")), "{answer}");
    }
    folder.write("");
    asks(
        &mut world,
        client,
        &[
            ("reloadxml", "+OK [Cannot Open log directory or XML Root!]\n"),
            ("reloadacl", "-ERR [Cannot Open log directory or XML Root!]\n"),
            ("user_exists id bob d", "true"),
            ("eval $${lab}", "hangup"),
        ],
    );
}

/// The names of the global variables, in their order.
fn globals(world: &mut World, client: trunkline_sim::ConnectionId) -> Vec<String> {
    let listed = api(world, client, "global_getvar");
    listed.lines().filter_map(|line| Some(line.split_once('=')?.0.to_owned())).collect()
}

#[test]
fn variables_that_files_set_stand_behind_all_others_once_they_are_read_again() {
    let set = |name: &str, value: &str| format!("<X-PRE-PROCESS cmd=\"set\" data=\"{name}={value}\"/>\n");
    let text = |variables: &str| format!("<document type=\"freeswitch/xml\">\n{variables}</document>\n");
    let folder = Folder::new("globals");
    folder
        .write(&text(&[set("b", "$${base_dir}"), set("local_ip_v4", "127.0.0.1"), set("a", "one")].concat()));
    let mut config = SwitchConfig::default();
    config.load(&folder).expect("a configuration");
    let mut world = World::new(config);
    let client = world.client(&[]);
    asks(&mut world, client, &[("global_getvar b", "/usr/local/freeswitch"), ("global_setvar z=1", "+OK")]);
    let names = globals(&mut world, client);
    assert_eq!(names[..3], ["hostname", "local_mask_v4", "local_ip_v6"]);
    assert!(names.ends_with(&["b", "local_ip_v4", "a", "core_uuid", "z"].map(str::to_owned)), "{names:?}");

    // What files do not set any more stays as it is, and where it is.
    folder.write(&text(&[set("b", "two"), set("local_ip_v4", "127.0.0.1")].concat()));
    asks(&mut world, client, &[("global_setvar b=mine", "+OK"), ("reloadxml", "+OK [Success]\n")]);
    let names = globals(&mut world, client);
    assert!(names.ends_with(&["a", "core_uuid", "z", "b", "local_ip_v4"].map(str::to_owned)), "{names:?}");
    asks(&mut world, client, &[("global_getvar b", "two"), ("global_getvar a", "one")]);
}

const CALL_CENTER: &str = "<document type=\"freeswitch/xml\"><section name=\"configuration\">\
<configuration name=\"callcenter.conf\"><queues><queue name=\"q\"><param name=\"strategy\" value=\"top-down\"/></queue>\
<queue name=\"r\"/></queues>\
<agents><agent name=\"a\" type=\"Callback\" status=\"Available\" wrap-up-time=\"7\"/><agent name=\"none\"/></agents>\
<tiers><tier queue=\"q\" agent=\"a\" level=\"3\"/><tier queue=\"q\" agent=\"none\"/></tiers>\
</configuration></section></document>";

#[test]
fn queues_agents_and_tiers_are_those_of_the_file() {
    let folder = Folder::new("callcenter");
    folder.write(CALL_CENTER);
    let mut config = SwitchConfig::default();
    config.load(&folder).expect("a configuration");
    let mut world = World::new(config);
    let client = world.client(&[]);
    const TIERS: &str = "queue|agent|state|level|position\n";
    asks(
        &mut world,
        client,
        &[
            ("callcenter_config tier list", &format!("{TIERS}q|a|Ready|3|1\n+OK\n")),
            ("callcenter_config agent get status a", "Available"),
            ("callcenter_config queue list agents q Available Receiving", "+OK\n"),
            ("callcenter_config tier set level q a 5", "+OK\n"),
            ("callcenter_config tier reload q a", "+OK\n"),
            ("callcenter_config queue list tiers q", &format!("{TIERS}q|a|Ready|3|1\n+OK\n")),
            ("callcenter_config queue unload q", "+OK\n"),
        ],
    );
    let serving = api(&mut world, client, "callcenter_config queue list agents q Available");
    assert!(serving.contains("\na|single_box||Callback||Available|Waiting|0|7|"), "{serving}");
    assert!(!api(&mut world, client, "callcenter_config queue list").contains("\nq|"));
    // Who asks for it has it loaded.
    asks(&mut world, client, &[("callcenter_config tier add q a", "-ERR Tier already exist!\n")]);
    let listed = api(&mut world, client, "callcenter_config queue list");
    assert!(listed.contains("\nq|top-down||queue|false|0|"), "{listed}");
    // A queue that is changed in the file is as before until it is read again.
    folder.write(&CALL_CENTER.replace("top-down", "ring-all"));
    asks(&mut world, client, &[("reloadxml", "+OK [Success]\n")]);
    assert!(api(&mut world, client, "callcenter_config queue list").contains("|top-down|"));
    asks(&mut world, client, &[("callcenter_config queue reload q", "+OK\n")]);
    assert!(api(&mut world, client, "callcenter_config queue list").contains("|ring-all|"));
}

#[test]
fn a_profile_counts_its_calls() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&[]);
    assert_eq!(api(&mut world, client, "originate sofia/internal/1 &park"), "-ERR USER_NOT_REGISTERED\n");
    assert_eq!(api(&mut world, client, "originate sofia/internal &park"), "-ERR INVALID_URL\n");
    for dial in [TO_ITSELF, "originate sofia/internal/1@192.0.2.1 &park"] {
        api(&mut world, client, dial);
        world.pass_millis(2000);
    }
    let status = api(&mut world, client, "sofia status profile internal");
    for line in ["CALLS-IN         \t1\n", "FAILED-CALLS-IN  \t0\n", "CALLS-OUT        \t2\n"] {
        assert!(status.contains(line), "{status}");
    }
    let counts = "<calls-in>1</calls-in>\n    <calls-out>2</calls-out>\n    <failed-calls-in>0</failed-calls-in>\n    \
                  <failed-calls-out>2</failed-calls-out>\n";
    let status = api(&mut world, client, "sofia xmlstatus profile internal");
    assert!(status.contains(counts), "{status}");
    api(&mut world, client, "sofia profile internal rescan");
    let status = api(&mut world, client, "sofia status profile internal");
    assert!(status.contains("CALLS-OUT        \t0\n"), "{status}");
}

/// A call by a gateway says which (`sofia_outgoing_channel` in `mod_sofia.c`).
#[test]
fn a_call_by_a_gateway_names_it() {
    let mut config = SwitchConfig::default();
    config.sip.gateways = vec![("provider".to_owned(), "127.0.0.1:5060".to_owned())];
    let mut world = World::new(config);
    let client = world.client(&[]);
    let by = |dialled: &str| format!("originate {{origination_uuid=ca11}}{dialled} &park");
    for (dialled, gateway) in
        [("sofia/gateway/provider/9002", "provider"), ("sofia/internal/9002@127.0.0.1:5060", "_undef_")]
    {
        assert_eq!(api(&mut world, client, &by(dialled)), "+OK ca11\n");
        assert_eq!(api(&mut world, client, "uuid_getvar ca11 sip_gateway_name"), gateway, "{dialled}");
        api(&mut world, client, "uuid_kill ca11");
    }
    assert_eq!(api(&mut world, client, &by("sofia/gateway/nobody/1")), "-ERR INVALID_GATEWAY\n");
}
