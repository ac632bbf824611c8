//! What an item leaves out because it is as usual: items are paid for by the byte.
#![expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]

/// Not so.
pub(super) fn is_false(flag: &bool) -> bool {
    !flag
}

/// None.
pub(super) fn is_zero(minor: &i64) -> bool {
    *minor == 0
}

/// Nobody.
pub(super) fn is_none_of(count: &u32) -> bool {
    *count == 0
}
