//! Sums of money, which are never fractions.

use async_graphql::{InputObject, SimpleObject};
use nabij_entity::vocabulary::Currency;

/// A sum of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct Money {
    /// The sum in cents: 4740000 is 47,400 euros.
    pub cents: i32,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// A sum in euro cents.
    #[must_use]
    pub const fn euro(cents: i32) -> Self {
        Self {
            cents,
            currency: Currency::Eur,
        }
    }
}

/// A sum of money.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct MoneyInput {
    /// The sum in cents, from 0 to 2000000000: 4740000 is 47,400 euros.
    pub cents: i32,
    /// The currency.
    #[graphql(default_with = "Currency::Eur")]
    pub currency: Currency,
}

impl MoneyInput {
    /// The sum in euro cents, the only ones there are.
    #[must_use]
    pub const fn euro_cents(self) -> i32 {
        let Self {
            cents,
            currency: Currency::Eur,
        } = self;
        cents
    }
}
