//! What is read of an event in one pass.

/// Declares it: a header a line, in the order in which the switch writes them, up to the last one of its block. What is not
/// wanted stands behind a `_`: a header that is expected is passed over sooner than one that is not. If that is the last, it
/// stands behind `..`.
macro_rules! pass {
    (
        $(#[$doc:meta])*
        $name:ident {
            $($(_: $unwanted:literal,)* $field:ident: $header:literal,)*
            $(.. $end:literal,)?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(in crate::model::fold) struct $name<'e> {
            $(pub(in crate::model::fold) $field: Option<trunkline_proto::Value<'e>>,)*
        }

        impl<'e> $name<'e> {
            #[inline]
            pub(in crate::model::fold) fn read(
                headers: &'e trunkline_proto::Headers,
                reached: &mut trunkline_proto::Reached,
            ) -> Self {
                let mut in_order = headers.in_order(*reached);
                $(
                    $(in_order.pass($unwanted);)*
                    let $field = in_order.value($header);
                )*
                $(in_order.pass($end);)?
                if in_order.is_there() {
                    *reached = in_order.reached();
                    return Self { $($field,)* };
                }
                // There are others among them.
                let [$($($crate::model::fold::pass::unwanted!($unwanted),)* $field,)* $($crate::model::fold::pass::unwanted!($end),)?] =
                    headers.pass(reached, &[$($(($unwanted, false),)* ($header, true),)* $(($end, false),)?]);
                Self { $($field,)* }
            }

            /// Passes them by.
            #[allow(dead_code, reason = "not for each")]
            #[inline]
            pub(in crate::model::fold) fn pass_by(
                headers: &'e trunkline_proto::Headers,
                reached: &mut trunkline_proto::Reached,
            ) {
                let mut in_order = headers.in_order(*reached);
                $(
                    $(in_order.pass($unwanted);)*
                    in_order.pass($header);
                )*
                $(in_order.pass($end);)?
                match in_order.is_there() {
                    true => *reached = in_order.reached(),
                    false => drop(Self::read(headers, reached)),
                }
            }

            /// Whether one of these is among the headers that were passed by before.
            #[allow(dead_code, reason = "not for each")]
            #[inline]
            pub(in crate::model::fold) fn has_passed(
                headers: &trunkline_proto::Headers,
                reached: trunkline_proto::Reached,
            ) -> bool {
                headers.has_passed(reached, &[$(($header, true),)*])
            }

            /// Reads those that are others than in these bytes, read before, or new, and what comes behind them. `None` if one
            /// is gone, or there are such as are not of these.
            #[allow(dead_code, reason = "not for each")]
            #[inline]
            pub(in crate::model::fold) fn changed(
                headers: &'e trunkline_proto::Headers,
                from: trunkline_proto::Reached,
                read: &[u8],
            ) -> Option<(Self, trunkline_proto::Reached)> {
                let mut changed = Self { $($field: None,)* };
                let behind = headers.changed(from, read, |name, value| {
                    $(
                        if name == $header.as_bytes() {
                            changed.$field = Some(value);
                            return true;
                        }
                    )*
                    let unwanted: &[&str] = &[$($($unwanted,)*)*];
                    unwanted.iter().any(|unwanted| name == unwanted.as_bytes())
                })?;
                Some((changed, behind))
            }

            /// Reads of each the first, wherever it is.
            #[allow(dead_code, reason = "not for each")]
            pub(in crate::model::fold) fn look_up(headers: &'e trunkline_proto::Headers) -> Self {
                Self { $($field: headers.value($header),)* }
            }
        }
    };
}

/// The place of one that is not wanted.
macro_rules! unwanted {
    ($header:literal) => {
        _
    };
}

pub(super) use {pass, unwanted};
