//! Two at the same day of the books: who closes it, who writes into it, and who is late.

use kembali::adapters::clients::aws::Aws;
use kembali::adapters::clients::store::{BookDay, DayState, Store, Written};
use kembali::adapters::config::Environment;
use kembali::adapters::flows::books::{close_day, days_of, open_days, write_journal};
use kembali::domain::books::{Entry, Scope, Source, Totals};
use kembali::domain::market::Country;
use kembali::domain::posting::{Account, Posting};
use kembali::domain::time::{Day, Timestamp};
use kembali_tests::Town;

const SG: Country = Country::SG;

fn day() -> Day {
    Day::parse("2026-11-22").unwrap()
}

fn entry(version: u64) -> Entry {
    let at = Timestamp::parse("2026-11-22T10:00:00Z").unwrap();
    Entry {
        source: Source::try_from("chk_aaaaaaaaaaaaaaaaaaaaaaaa".to_owned()).unwrap(),
        version,
        merchant: None,
        payer: None,
        campaigns: Vec::new(),
        postings: vec![Posting {
            debit: Account::MerchantBalance,
            credit: Account::MerchantSales,
            minor: 100,
            at,
        }],
    }
}

async fn store(town: &Town) -> Store {
    let function =
        town.stack.template().functions.iter().find(|function| function.binary == "keep-books").unwrap();
    let environment = Environment::new(town.stack.environment().of(function).unwrap());
    Store::new(&Aws::new(&environment).unwrap(), &environment).unwrap()
}

async fn write(store: &Store, range: &str, version: u64) {
    write_journal(store, range, [((SG, day()), vec![entry(version)])].into()).await.unwrap();
}

async fn sales(store: &Store) -> i64 {
    let (days, _) = days_of(store, SG, &Scope::Market).await.unwrap();
    days.values().map(|totals| totals.flow(Account::MerchantBalance, Account::MerchantSales)).sum()
}

#[tokio::test]
async fn a_page_that_comes_while_a_day_is_closed_opens_it_again() {
    let town = Town::unswept().await;
    let store = store(&town).await;
    write(&store, "1-1", 1).await;
    let open = store.book_day(SG, day()).await.unwrap().unwrap();
    // Somebody begins to close, and has read the journal; then a page comes.
    let closing = BookDay { state: DayState::Closing, version: open.version + 1, ..open.clone() };
    assert_eq!(store.put_book_day(SG, &closing, Some(open.version)).await.unwrap(), Written::Done);
    write(&store, "2-2", 2).await;
    let closed = BookDay { state: DayState::Closed, version: closing.version + 1, ..open.clone() };
    assert_eq!(store.put_book_day(SG, &closed, Some(closing.version)).await.unwrap(), Written::Lost);
    assert_eq!(open_days(&store, SG).await.unwrap(), [day()].into());
    assert_eq!(sales(&store).await, 200);
    // Who closes with what was read before is refused; who reads again is not.
    assert!(close_day(&store, SG, &open).await.is_err());
    let now = store.book_day(SG, day()).await.unwrap().unwrap();
    assert_eq!(close_day(&store, SG, &now).await.unwrap(), 1);
    assert_eq!((open_days(&store, SG).await.unwrap().len(), sales(&store).await), (0, 200));
}

#[tokio::test]
async fn of_two_that_close_the_later_one_stands() {
    let town = Town::unswept().await;
    let store = store(&town).await;
    write(&store, "1-1", 1).await;
    let open = store.book_day(SG, day()).await.unwrap().unwrap();
    close_day(&store, SG, &open).await.unwrap();
    let early = BookDay { state: DayState::Closing, ..open };
    let written = store.put_row(SG, &Scope::Market, &early, Totals::default()).await.unwrap();
    assert_eq!(written, Written::Lost);
    assert_eq!(sales(&store).await, 100);
}

#[tokio::test]
async fn overlapping_pages_count_once_before_and_after_the_close() {
    let town = Town::unswept().await;
    let store = store(&town).await;
    write(&store, "1-1", 1).await;
    let both = vec![entry(1), entry(2)];
    write_journal(&store, "1-2", [((SG, day()), both)].into()).await.unwrap();
    write(&store, "2-2", 2).await;
    write(&store, "2-2", 2).await;
    assert_eq!(sales(&store).await, 200);
    let open = store.book_day(SG, day()).await.unwrap().unwrap();
    close_day(&store, SG, &open).await.unwrap();
    assert_eq!(sales(&store).await, 200);
}
