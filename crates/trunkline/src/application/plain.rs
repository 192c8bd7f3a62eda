//! Applications of which nothing comes but their end.

/// Declares some.
macro_rules! plain {
    ($($(#[$doc:meta])* $name:ident = $application:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
            #[non_exhaustive]
            pub struct $name;

            impl $name {
                #[doc = concat!("`", $application, "`")]
                #[must_use]
                pub fn new() -> Self {
                    Self
                }
            }

            impl $crate::application::Application for $name {
                type Output = ();

                fn execute(&self) -> Result<trunkline_proto::Execute, trunkline_proto::ApiMisuse> {
                    Ok(trunkline_proto::Execute::new($application, ""))
                }

                fn read(
                    &self,
                    _complete: &trunkline_proto::Event,
                ) -> Result<(), $crate::application::ApplicationError> {
                    Ok(())
                }
            }
        )*
    };
}

pub(crate) use plain;
