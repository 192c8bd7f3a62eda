//! What all objects of the model have in common.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use super::change::{Altered, Change};
use super::kinds::Kind;
use super::objects::Objects;
use super::view::View;

/// An object of the model: a channel, a call …
///
/// It is implemented by the kinds this library knows, and by nothing else.
pub trait Object: Clone + fmt::Debug + Send + Sync + sealed::Plumbing + 'static {
    /// What it is known by.
    type Id: Clone + fmt::Debug + Eq + Hash + Send + Sync + 'static;
    /// Its fields, by name.
    type Field: Field;
    /// What kind it is.
    const KIND: Kind;

    /// What it is known by.
    fn id(&self) -> &Self::Id;

    /// Those of this kind in a view.
    fn of(view: &View) -> &Objects<Self>;

    /// Which fields differ in two states of it.
    fn differing(before: &Self, after: &Self) -> Fields<Self::Field>;

    /// What a field holds, to be shown.
    fn value(&self, field: Self::Field) -> &dyn fmt::Debug;
}

pub(in crate::model) mod sealed {
    use super::{Altered, Change, Object, Objects, View};

    /// Where a kind is kept and how its changes are told.
    pub trait Plumbing: Sized {
        fn of_mut(view: &mut View) -> &mut Objects<Self>
        where
            Self: Object;
        fn change(altered: Altered<Self>) -> Change
        where
            Self: Object;
        fn told(change: &Change) -> Option<&Altered<Self>>
        where
            Self: Object;
        fn altered(change: &mut Change) -> Option<&mut Altered<Self>>
        where
            Self: Object;
    }
}

/// A field of a kind of object, by name.
pub trait Field: Copy + fmt::Debug + Eq + 'static {
    /// Every field, in order.
    const ALL: &'static [Self];

    /// Its place in [`ALL`](Self::ALL), under 64.
    fn place(self) -> u32;
}

/// A set of fields of one kind of object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fields<F> {
    bits: u64,
    of: PhantomData<F>,
}

impl<F: Field> Fields<F> {
    /// None.
    pub const NONE: Self = Self { bits: 0, of: PhantomData };

    /// Whether this one is among them.
    #[must_use]
    pub fn contains(self, field: F) -> bool {
        self.bits & (1 << field.place()) != 0
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// Each, in order.
    pub fn iter(self) -> impl Iterator<Item = F> {
        F::ALL.iter().copied().filter(move |field| self.contains(*field))
    }

    pub(in crate::model) fn insert(&mut self, field: F) {
        self.bits |= 1 << field.place();
    }
}

impl<F: Field> fmt::Debug for Fields<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Declares a kind of object: its fields, the names of those whose change is told, and how two states of it differ. What
/// stands under `untold` changes without a [`Change`]; what stands under `own` only the folds see. What seldom changes can
/// stand under `shared`: states of an object in which it is the same share it, so that there is less to copy and to compare.
macro_rules! object {
    (
        $(#[$doc:meta])*
        $name:ident($kind:ident), $field_name:ident {
            $(#[$id_doc:meta])*
            id: $id:ty,
            $($(#[$field_doc:meta])* $variant:ident $field:ident: $type:ty,)*
        }
        $(
            $(#[$shared_doc:meta])*
            shared $shared:ident: $shared_name:ident {
                $($(#[$part_doc:meta])* $part_variant:ident $part:ident: $part_type:ty,)*
            }
        )?
        untold { $($(#[$untold_doc:meta])* $untold:ident: $untold_type:ty,)* }
        own { $($(#[$own_doc:meta])* $own:ident: $own_type:ty,)* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub struct $name {
            $(#[$id_doc])*
            pub id: $id,
            $($(#[$field_doc])* pub $field: $type,)*
            $(pub(in crate::model) $shared: std::sync::Arc<$shared_name>,)?
            $($(#[$untold_doc])* pub $untold: $untold_type,)*
            $($(#[$own_doc])* pub(in crate::model) $own: $own_type,)*
        }

        $(
            $(#[$shared_doc])*
            #[derive(Debug, Clone, Default)]
            #[non_exhaustive]
            pub struct $shared_name {
                $($(#[$part_doc])* pub $part: $part_type,)*
            }

            impl std::ops::Deref for $name {
                type Target = $shared_name;

                fn deref(&self) -> &$shared_name {
                    &self.$shared
                }
            }
        )?

        #[doc = concat!("A field of a [`", stringify!($name), "`].")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $field_name {
            $(
                #[doc = concat!("[`", stringify!($name), "::", stringify!($field), "`]")]
                $variant,
            )*
            $($(
                #[doc = concat!("[`", stringify!($shared_name), "::", stringify!($part), "`]")]
                $part_variant,
            )*)?
        }

        impl $crate::model::Field for $field_name {
            const ALL: &'static [Self] = &[$(Self::$variant,)* $($(Self::$part_variant,)*)?];

            fn place(self) -> u32 {
                self as u32
            }
        }

        const _: () = assert!(<$field_name as $crate::model::Field>::ALL.len() <= 64);

        impl $crate::model::Object for $name {
            type Id = $id;
            type Field = $field_name;
            const KIND: $crate::model::Kind = $crate::model::Kind::$kind;

            fn id(&self) -> &$id {
                &self.id
            }

            fn of(view: &$crate::model::View) -> &$crate::model::Objects<Self> {
                $crate::model::kinds::Place::<Self>::place(view)
            }

            fn differing(before: &Self, after: &Self) -> $crate::model::Fields<$field_name> {
                let mut fields = $crate::model::Fields::NONE;
                $(
                    if before.$field != after.$field {
                        fields.insert($field_name::$variant);
                    }
                )*
                $(
                    if !std::sync::Arc::ptr_eq(&before.$shared, &after.$shared) {
                        $(
                            if before.$part != after.$part {
                                fields.insert($field_name::$part_variant);
                            }
                        )*
                    }
                )?
                fields
            }

            fn value(&self, field: $field_name) -> &dyn std::fmt::Debug {
                match field {
                    $($field_name::$variant => &self.$field,)*
                    $($($field_name::$part_variant => &self.$part,)*)?
                }
            }
        }
    };
}

pub(in crate::model) use object;
