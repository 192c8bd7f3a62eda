//! What the modules of a FreeSWITCH offer: its commands, applications, codecs, and so on, as a switch with the usual
//! modules lists them in `show interfaces` and `show api`. Not all that is listed is simulated.

use std::sync::LazyLock;

/// One thing a module offers.
#[derive(Debug)]
pub(super) struct Interface {
    /// `api`, `application`, `codec`, …
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    pub(super) module: &'static str,
    pub(super) description: String,
    pub(super) syntax: String,
}

impl Interface {
    /// A line of the table.
    pub(super) fn parse(line: &'static str) -> Self {
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap_or_default();
        let (kind, name, module) = (field(), field(), field());
        let (description, syntax) = (unescape(field()), unescape(field()));
        Self { kind, name, module, description, syntax }
    }

    /// The file its module is in.
    pub(super) fn file(&self) -> String {
        let folder = if self.module.starts_with("CORE_") { "" } else { MODULES };
        format!("{folder}/{}.so", self.module)
    }
}

/// Where modules are.
const MODULES: &str = "/usr/local/freeswitch/mod";

/// By kind and name, in the order of bytes.
pub(super) static INTERFACES: LazyLock<Vec<Interface>> =
    LazyLock::new(|| include_str!("interfaces.tsv").lines().map(Interface::parse).collect());

/// Whether a real switch has an application of this name.
pub(crate) fn is_application(name: &str) -> bool {
    let is_it = |known: &Interface| known.kind == "application" && known.name.eq_ignore_ascii_case(name);
    INTERFACES.iter().any(is_it)
}

fn unescape(text: &str) -> String {
    text.replace("\\n", "\n").replace("\\t", "\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_in_order_and_whole() {
        let order: Vec<_> = INTERFACES.iter().map(|interface| (interface.kind, interface.name)).collect();
        assert!(order.is_sorted());
        assert!(INTERFACES.iter().all(|interface| !interface.module.is_empty()));
        let status = INTERFACES.iter().find(|interface| interface.name == "status").unwrap();
        assert_eq!((status.kind, status.description.as_str()), ("api", "Show current status"));
    }
}
