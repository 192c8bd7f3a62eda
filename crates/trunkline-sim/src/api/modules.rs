//! Modules that are loaded (`mod_commands.c`, `switch_loadable_module.c`).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use trunkline_proto::EventName;

use super::interfaces::{INTERFACES, Interface};
use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::event::{Origin, origin};

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("module_exists", module_exists),
    ("load", load),
    ("unload", unload),
    ("reload", reload),
    ("reloadxml", reloadxml),
    ("reloadacl", reloadacl),
    ("reloadcert", reloadcert),
    ("xml_flush_cache", |_, _| "+OK cleared 0 entries\n".into()),
];

/// Modules that are loaded and offer nothing that is listed.
const SILENT: [&str; 3] = ["mod_console", "mod_event_socket", "mod_logfile"];

/// Modules that are not loaded, and could be.
const LOADABLE: [&str; 2] = ["mod_cdr_csv", "mod_xml_curl"];

/// What those offer.
static LOADABLE_INTERFACES: LazyLock<[Interface; 1]> =
    LazyLock::new(|| [Interface::parse("api\tcdr_csv\tmod_cdr_csv\tcdr_csv controls\tparameters")]);

/// Which modules are loaded, told by what has changed.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    loaded: BTreeSet<String>,
    unloaded: BTreeSet<String>,
}

impl Modules {
    pub(super) fn has(&self, name: &str) -> bool {
        (is_usual(name) && !self.unloaded.contains(name)) || self.loaded.contains(name)
    }

    pub(super) fn names(&self) -> Vec<String> {
        let usual = INTERFACES.iter().map(|interface| interface.module).chain(SILENT);
        let mut names: BTreeSet<String> = usual.filter(|name| self.has(name)).map(str::to_owned).collect();
        names.extend(self.loaded.iter().cloned());
        names.into_iter().collect()
    }

    fn load(&mut self, name: &str) -> Result<(), &'static str> {
        if self.has(name) {
            return Err("Module already loaded");
        }
        if !self.unloaded.remove(name) {
            if !LOADABLE.contains(&name) {
                return Err("module load file routine returned an error");
            }
            self.loaded.insert(name.to_owned());
        }
        Ok(())
    }

    fn unload(&mut self, name: &str) -> Result<(), &'static str> {
        if !self.has(name) {
            return Err("No such module!");
        }
        if !self.loaded.remove(name) {
            self.unloaded.insert(name.to_owned());
        }
        Ok(())
    }
}

impl Core {
    fn load_module(&mut self, name: &str) -> Result<(), &'static str> {
        self.stores.modules.load(name)?;
        self.tell_of_module(&EventName::ModuleLoad, &origin::MODULE_LOAD, name);
        Ok(())
    }

    fn unload_module(&mut self, name: &str) -> Result<(), &'static str> {
        self.stores.modules.unload(name)?;
        self.tell_of_module(&EventName::ModuleUnload, &origin::MODULE_UNLOAD, name);
        Ok(())
    }

    /// Tells of each thing that a module offers.
    fn tell_of_module(&mut self, name: &EventName, origin: &Origin, module: &str) {
        let offered = INTERFACES.iter().chain(&*LOADABLE_INTERFACES);
        for interface in offered.filter(|interface| interface.module == module) {
            let mut event =
                self.new_event(name, origin).header("type", interface.kind).header("name", interface.name);
            if matches!(interface.kind, "api" | "application") {
                event.push("description", &interface.description);
                event.push("syntax", &interface.syntax);
            }
            // Going, most say less of themselves than coming.
            let loaded = *name == EventName::ModuleLoad;
            if loaded || matches!(interface.kind, "api" | "json_api") {
                event.push("key", interface.module);
                event.push("filename", interface.file());
            }
            if matches!(interface.kind, "file" | "codec") {
                event.push("module", interface.module);
            }
            self.fire(name, event);
        }
    }
}

fn is_usual(name: &str) -> bool {
    SILENT.contains(&name) || INTERFACES.iter().any(|interface| interface.module == name)
}

fn module_exists(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match invocation.text().as_str() {
        "" => "".into(),
        name if core.stores.modules.has(name) => "true".into(),
        _ => "false".into(),
    }
}

fn load(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if invocation.arguments.is_empty() {
        return "-USAGE: <mod_name>\n".into();
    }
    // Whether it can be read is not looked at.
    let _ = read_again(core);
    match core.load_module(&invocation.text()) {
        Ok(()) => "+OK Reloading XML\n+OK\n".into(),
        Err(why) => format!("+OK Reloading XML\n-ERR [{why}]\n").into(),
    }
}

/// `[-f] <module>`; what is in use is unloaded all the same.
fn named(invocation: &Invocation<'_>) -> String {
    let text = invocation.text();
    text.strip_prefix("-f").map_or(text.as_str(), str::trim_start).to_owned()
}

const UNLOAD_USAGE: &str = "-USAGE: [-f] <mod_name>\n";

fn unload(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let name = named(&invocation);
    if name.is_empty() {
        return UNLOAD_USAGE.into();
    }
    match core.unload_module(&name) {
        Ok(()) => "+OK\n".into(),
        Err(why) => format!("-ERR [{why}]\n").into(),
    }
}

fn reload(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let name = named(&invocation);
    if name.is_empty() {
        return UNLOAD_USAGE.into();
    }
    // Whether it can be read is not looked at.
    let _ = read_again(core);
    let unloaded = match core.unload_module(&name) {
        Ok(()) => "+OK module unloaded\n".to_owned(),
        Err(why) => format!("-ERR unloading module [{why}]\n"),
    };
    let loaded = match core.load_module(&name) {
        Ok(()) => "+OK module loaded\n".to_owned(),
        Err(why) => format!("-ERR loading module [{why}]\n"),
    };
    format!("+OK Reloading XML\n{unloaded}{loaded}").into()
}

/// The configuration is read again; what is wrong with it, if it cannot be.
fn read_again(core: &mut Core) -> Result<(), String> {
    let set = core.config.reload().map_err(|error| error.told().to_owned())?;
    core.take_globals(&set);
    let event = core.new_event(&EventName::ReloadXml, &origin::RELOADXML);
    core.fire(&EventName::ReloadXml, event);
    Ok(())
}

fn reloadxml(core: &mut Core, _: Invocation<'_>) -> Outcome {
    let why = read_again(core).err();
    format!("+OK [{}]\n", why.unwrap_or_else(|| "Success".into())).into()
}

fn reloadacl(core: &mut Core, _: Invocation<'_>) -> Outcome {
    match read_again(core) {
        Ok(()) => "+OK acl reloaded\n".into(),
        Err(why) => format!("-ERR [{why}]\n").into(),
    }
}

/// Only releases that have the event have the command.
fn reloadcert(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if !core.config.release.knows(&EventName::CertReload) {
        return Outcome::Done(core.calls.unknown(invocation.call, b"reloadcert"));
    }
    let event = core.new_event(&EventName::CertReload, &origin::RELOADCERT);
    core.fire(&EventName::CertReload, event);
    "+OK cert reload event sent\n".into()
}
