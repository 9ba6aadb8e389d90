//! Sums of money: whole euro cents, never a fraction.

use super::refusal::{Code, Problem};

/// The largest sum, in cents: twenty million euros.
pub const LARGEST: i32 = 2_000_000_000;

/// A sum in euro cents.
///
/// # Errors
/// [`Code::OutOfRange`] below zero and above [`LARGEST`].
pub fn cents(path: &str, cents: i32) -> Result<i32, Problem> {
    if (0..=LARGEST).contains(&cents) {
        Ok(cents)
    } else {
        Err(Problem::new(
            Code::OutOfRange,
            path,
            "A sum lies between nothing and twenty million euros: 0 to 2000000000 cents.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_go_from_nothing_to_twenty_million() {
        for (sum, fits) in [
            (-1, false),
            (0, true),
            (4_740_000, true),
            (LARGEST, true),
            (LARGEST + 1, false),
            (i32::MIN, false),
        ] {
            assert_eq!(cents("budget", sum).is_ok(), fits, "{sum}");
        }
    }
}
