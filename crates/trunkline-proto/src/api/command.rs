//! The macros that write the many commands which are a name, some words and a plain answer.

/// A command: its type, `new` with the arguments it must have, a method for each it may have, and [`ApiCommand`].
///
/// ```text
/// command! {
///     /// What it does.
///     UuidKill = "uuid_kill" => (), done;
///     uuid: ChannelUuid = uuid;
///     /// Why.
///     cause: String = bare
/// }
/// ```
///
/// After the name: the verb, what [`read`] gives and the function of `output.rs` that reads it. Then the arguments in
/// their order, each with its type and the method of `Line` that writes it. Those behind the second semicolon may be
/// missing.
///
/// [`ApiCommand`]: super::ApiCommand
/// [`read`]: super::ApiCommand::read
macro_rules! command {
    (
        $(#[$meta:meta])*
        $name:ident = $verb:literal => $output:ty, $read:path;
        $($arg:ident: $type:ty = $how:ident),* $(,)?
        $(; $($(#[$opt_meta:meta])+ $opt:ident: $opt_type:ty = $opt_how:ident),+ $(,)?)?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[must_use = "a command does nothing until it is run"]
        #[non_exhaustive]
        pub struct $name {
            $($arg: $type,)*
            $($($opt: Option<$opt_type>,)+)?
        }

        impl $name {
            /// With the arguments it must have.
            #[allow(clippy::new_without_default, reason = "`Default` would say less than `new`")]
            pub fn new($($arg: $crate::api::command::given!($how, $type)),*) -> Self {
                Self {
                    $($arg: $arg.into(),)*
                    $($($opt: None,)+)?
                }
            }

            $($(
                $(#[$opt_meta])+
                pub fn $opt(mut self, $opt: $crate::api::command::given!($opt_how, $opt_type)) -> Self {
                    self.$opt = Some($opt.into());
                    self
                }
            )+)?
        }

        impl $crate::api::ApiCommand for $name {
            type Output = $output;

            fn line(&self) -> Result<String, $crate::ApiMisuse> {
                let line = $crate::api::line::Line::new($verb);
                $(let line = line.$how(stringify!($arg), &self.$arg);)*
                $(
                    let mut missing = None;
                    $(
                        let line = match &self.$opt {
                            Some(argument) => line
                                .require(missing.is_none(), || $crate::ApiMisuse::Empty {
                                    what: missing.unwrap_or_default(),
                                })
                                .$opt_how(stringify!($opt), argument),
                            None => {
                                missing.get_or_insert(stringify!($opt));
                                line
                            }
                        };
                    )+
                )?
                line.finish()
            }

            fn read(&self, output: &[u8]) -> Result<$output, $crate::api::ApiError> {
                $read($crate::api::output::Printed::by(self.verb(), output)?)
            }
        }

        impl $name {
            fn verb(&self) -> &'static str {
                // Of `conference NAME kick` and the like the first word is what the switch looks up.
                const VERB: &str = $verb;
                VERB.split(' ').next().unwrap_or(VERB)
            }
        }
    };
}

/// What an argument is given as: a number as itself, so that one can be written down; others as what turns into them.
macro_rules! given {
    (number, $type:ty) => { $type };
    ($how:ident, $type:ty) => { impl Into<$type> };
}

/// A choice between words of a command.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$variant_meta:meta])+ $variant:ident = $word:literal),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])+ $variant,)+
        }

        impl $name {
            /// The word on the line.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use {choice, command, given};
