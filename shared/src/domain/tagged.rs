//! Enums whose kind is a member beside their fields: `{"kind": "fixed", "amount": …}`.

/// Declares such an enum, and how it is read: as an object that has the kind, that kind's fields, and nothing
/// else.
///
/// serde reads such enums by itself (`#[serde(tag = "…")]`), but keeps aside what it has read until it knows
/// the kind: where in the value a mistake is, is lost by then, and beside a kind without fields anything may
/// stand. A ceiling that nobody keeps must be refused, not overlooked.
macro_rules! tagged {
    (
        $(#[$about:meta])*
        pub enum $name:ident by $tag:ident {
            $(
                $(#[$about_kind:meta])*
                $kind:ident $({ $($(#[$about_field:meta])* $field:ident: $type:ty,)+ })?,
            )+
        }
    ) => {
        $(#[$about])*
        pub enum $name {
            $($(#[$about_kind])* $kind $({ $($(#[$about_field])* $field: $type,)+ })?,)+
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
                use serde::de::Error as _;

                #[derive(serde::Deserialize)]
                #[serde(rename_all = "snake_case")]
                enum Kind { $($kind,)+ }

                #[derive(serde::Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Fields { $tag: Kind, $($($($field: Option<$type>,)+)?)+ }

                let mut fields = Fields::deserialize(reader)?;
                let (read, allowed): (Self, &[&str]) = match fields.$tag {
                    $(Kind::$kind => (
                        Self::$kind $({
                            $($field: fields.$field.take().ok_or_else(|| D::Error::missing_field(stringify!($field)))?,)+
                        })?,
                        &[stringify!($tag), $($(stringify!($field),)+)?],
                    ),)+
                };
                $($($(
                    if fields.$field.is_some() {
                        return Err(D::Error::unknown_field(stringify!($field), allowed));
                    }
                )+)?)+
                Ok(read)
            }
        }
    };
}

pub(super) use tagged;
