//! What the host has of the switch: its memory, and its databases (`mod_commands.c`). Of both is told what a real one had.

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::text::split_spaces;

pub(super) const COMMANDS: &[(&str, Command)] = &[("memory", |_, _| MEMORY.into()), ("db_cache", db_cache)];

/// As `mallinfo` tells it (`switch_memory_usage_stream` in `src/switch_core_memory.c`).
const MEMORY: &str = "\
Total non-mmapped bytes (arena):       22003712
# of free chunks (ordblks):            565
# of free fastbin blocks (smblks):     757
# of mapped regions (hblks):           23
Bytes in mapped regions (hblkhd):      16310272
Max. total allocated space (usmblks):  0
Free bytes held in fastbins (fsmblks): 38256
Total allocated space (uordblks):      17369136
Total free space (fordblks):           4634576
Topmost releasable block (keepcost):   115008
+OK
";

/// A connection to a database that is kept open.
struct Handle {
    database: &'static str,
    used: u32,
    /// Whether it is in use all the time.
    held: bool,
    creator: &'static str,
    last_user: &'static str,
}

const fn held(database: &'static str, used: u32, creator: &'static str, last_user: &'static str) -> Handle {
    Handle { database, used, held: true, creator, last_user }
}

const fn idle(database: &'static str, used: u32, creator: &'static str, last_user: &'static str) -> Handle {
    Handle { database, used, held: false, creator, last_user }
}

const WRITER: &str = "src/switch_core_sqldb.c:2213";

const HANDLES: [Handle; 8] = [
    idle("callcenter", 628, "mod_callcenter.c:543", "mod_callcenter.c:543"),
    held("fifo", 1, WRITER, ""),
    idle("sofia_reg_internal", 139, "sofia_glue.c:2876", "sofia_glue.c:2912"),
    idle("sofia_reg_external", 134, "sofia_glue.c:2876", "sofia_glue.c:2912"),
    held("sofia_reg_internal", 2, "sofia_glue.c:2645", WRITER),
    held("sofia_reg_external", 2, "sofia_glue.c:2645", WRITER),
    held("core", 1, WRITER, ""),
    idle("core", 23, "src/switch_core_sqldb.c:3580", "mod_commands.c:5741"),
];

impl Handle {
    /// Those that are held have not been taken up since the switch started.
    fn told(&self, seconds: u64) -> String {
        let Self { database, used, creator, last_user, .. } = self;
        let (unused_for, flags) =
            if self.held { (seconds, "Locked, Attached(1)") } else { (0, "Unlocked, Detached(0)") };
        format!(
            "db=\"{database}\",type=\"core_db\"\n\tType: CORE_DB\n\tLast used: {unused_for}\n\tTotal used: {used}\n\
             \tFlags: {flags}\n\tCreator: {creator}\n\tLast User: {last_user}\n"
        )
    }
}

/// `status`, or a part of it (`switch_cache_db_status` in `src/switch_core_sqldb.c`).
fn db_cache(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(&invocation.arguments.to_ascii_lowercase(), 2);
    let is_status = words.first().is_some_and(|word| word.windows(6).any(|part| part == b"status"));
    if !is_status {
        return "parameter missing\n".into();
    }
    let seconds = core.now.since(core.started).as_secs();
    let told: String = HANDLES.iter().map(|handle| handle.told(seconds)).collect();
    let in_use = HANDLES.iter().filter(|handle| handle.held).count();
    format!("{told}{} total. {in_use} in use.\n", HANDLES.len()).into()
}
