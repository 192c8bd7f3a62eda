//! What is read of an event in one pass.

/// Declares it: a header a line, in the order in which the switch writes them, up to the last one of its block. What is not
/// wanted has a name that begins with `_`: a header that is expected is passed over sooner than one that is not.
macro_rules! pass {
    (
        $(#[$doc:meta])*
        $name:ident {
            $($field:ident: $header:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(super) struct $name<'e> {
            $(pub(super) $field: Option<trunkline_proto::Value<'e>>,)*
        }

        impl<'e> $name<'e> {
            #[inline]
            pub(super) fn read(
                headers: &'e trunkline_proto::Headers,
                reached: &mut trunkline_proto::Reached,
            ) -> Self {
                let [$($field,)*] = headers.pass(reached, &[$($header,)*]);
                Self { $($field,)* }
            }

            /// Reads of each the first, wherever it is.
            pub(super) fn look_up(headers: &'e trunkline_proto::Headers) -> Self {
                Self { $($field: headers.value($header),)* }
            }
        }
    };
}

pub(super) use pass;
