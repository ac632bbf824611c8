//! What went wrong elsewhere, and the test that replays it here.
//!
//! | what went wrong elsewhere | where | replayed by |
//! |---|---|---|
//! | an event that is delivered many times at once is applied more than once | `known_bugs/parallel.rs` | `an_event_posted_and_applied_many_times_at_once_counts_once` |
//! | an event that is delivered again later is applied again | `town/webhooks.rs` | `duplicates_and_latecomers_change_nothing` |
//! | two endpoints with the same address: every event comes twice, under two signatures | `known_bugs/parallel.rs` | `two_endpoints_with_one_address_are_one_payment` |
//! | `checkout.session.completed` before the events of the charge | `town/webhooks.rs` | `the_order_of_events_does_not_matter` |
//! | the events of a payment and its refund in any other order | `known_bugs/order.rs` | `a_payment_and_its_refund_in_every_order` |
//! | a refund is told of before its payment | `town/crash.rs` | `an_event_that_was_early_is_applied_when_its_time_comes` |
//! | two events in one second, of which the newer is dropped | `known_bugs/order.rs` | `two_events_of_one_second_both_count` |
//! | the page that the payer returns to races the webhook | `known_bugs/parallel.rs` | `who_comes_back_before_the_webhook_neither_pays_nor_is_lost` |
//! | `amount_refunded`, which is a total, is taken for one more refund | `known_bugs/refunds.rs` | `a_total_is_never_added` |
//! | two partial refunds of the same amount are taken for one | `known_bugs/refunds.rs` | `two_equal_refunds_are_two` |
//! | the system's own refund takes back the cashback that it is | `town/cashback.rs` | `our_own_refund_claws_nothing_back` |
//! | an object of a connected account is looked up on the platform's | `known_bugs/accounts.rs` | `every_request_names_the_account_that_has_the_object` |
//! | the secret is rolled while events are on their way | `known_bugs/secrets.rs` | `an_event_signed_before_the_roll_is_taken_while_both_secrets_are_valid` |
//! | the old secret is gone before its last event has come | `known_bugs/secrets.rs` | `once_the_old_secret_is_retired_the_retry_under_the_new_one_is_taken` |
//! | a body that the gateway hands over in base64 is verified as base64 | `town/webhooks.rs` | `a_body_that_arrives_in_base64_is_verified_as_it_was_signed` |
//! | a request is repeated after Stripe has forgotten its key | `town/crash.rs` | `after_stripe_has_forgotten_the_key_the_refund_is_found_and_not_made_again` |
//! | the same, and nobody heard how it ended | `town/crash.rs` | `a_confirmation_lost_for_days_is_found_under_an_old_message` |
//! | a webhook comes again after Stripe has forgotten the key of what it caused | `known_bugs/refunds.rs` | `a_webhook_that_comes_again_after_three_days_pays_nothing_again` |
//! | a PayNow cashback that failed for lack of balance is given up, or paid twice | `town/failures.rs` | `an_empty_balance_is_tried_again_inside_the_promise` |
//! | a PayNow refund that failed for lack of balance still counts as refunded | `known_bugs/refunds.rs` | `a_paynow_refund_that_fails_for_lack_of_balance_can_be_made_later` |

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod order;
#[cfg(test)]
mod parallel;
#[cfg(test)]
mod refunds;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod table;
