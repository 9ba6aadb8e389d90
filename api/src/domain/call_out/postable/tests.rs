//! What a postable text says.

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

fn appeal() -> Appeal<'static> {
    Appeal {
        category: Category::Chores,
        chore: Some(ChoreKind::Garden),
        neighbourhood: "Winksele",
        pool: "De WelWillende Molotoffers",
        country: Country::Be,
        starts_at: None,
        ends_at: None,
        deadline: at("2026-03-04T17:00:00Z"),
    }
}

#[test]
fn the_text_says_what_where_and_when_in_local_time() {
    assert_eq!(appeal().title(), "Een klus in de tuin in Winksele");
    assert_eq!(
        appeal().text(),
        "Wie helpt een buur in Winksele? We zoeken iemand voor: een klus in de tuin. Wanneer \
         spreken we samen af. Interesse? Laat het weten aan De WelWillende Molotoffers vóór \
         woensdag 4 maart om 18.00 uur."
    );
    let summer = Appeal {
        starts_at: Some(at("2026-07-04T12:00:00Z")),
        ends_at: Some(at("2026-07-04T14:30:00Z")),
        ..appeal()
    };
    assert!(
        summer
            .text()
            .contains("Op zaterdag 4 juli, tussen 14.00 uur en 16.30 uur.")
    );
    let days = Appeal {
        starts_at: Some(at("2026-03-05T23:30:00Z")),
        ends_at: Some(at("2026-03-08T14:30:00Z")),
        ..appeal()
    };
    assert!(
        days.text()
            .contains("Tussen vrijdag 6 maart en zondag 8 maart.")
    );
    let from = Appeal {
        starts_at: Some(at("2026-03-05T08:00:00Z")),
        ..appeal()
    };
    assert!(
        from.text()
            .contains("Vanaf donderdag 5 maart om 09.00 uur.")
    );
    let until = Appeal {
        ends_at: Some(at("2026-03-05T08:00:00Z")),
        ..appeal()
    };
    assert!(
        until
            .text()
            .contains("Ten laatste donderdag 5 maart om 09.00 uur.")
    );
}
