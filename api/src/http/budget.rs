//! What each caller may spend: a bucket of cost that refills as time goes by, for every account and,
//! without one, for every address. The unit is the gate's: one record read.

use std::{
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use governor::{
    NotUntil, Quota, RateLimiter, clock::Clock as _, middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};
use quick_cache::sync::Cache;
use uuid::Uuid;

use crate::{clock::Clock, config::Bucket};

/// After so many checks, buckets that have filled up again are forgotten.
const FORGET_EVERY: u32 = 4096;
/// Of how many callers it is kept that they have to wait; of more, some are forgotten.
const BARRED: usize = 10_000;
/// Bytes of a refused request that cost one more.
const REFUSED_BYTES: u64 = 256;

/// What a refused request of so many bytes costs. Reading it was work, in proportion to them.
fn refusal(bytes: usize) -> u64 {
    1 + u64::try_from(bytes).unwrap_or(u64::MAX) / REFUSED_BYTES
}

/// Where a caller stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The bucket.
    pub bucket: Bucket,
    /// What is left in it.
    pub remaining: u32,
}

impl Standing {
    /// Seconds until the bucket is full again.
    #[must_use]
    pub fn seconds_to_full(&self) -> u32 {
        let spent = self.bucket.burst.get().saturating_sub(self.remaining);
        spent.div_ceil(self.bucket.per_second.get())
    }
}

/// The bucket is too empty for this request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// After this time there is enough for it.
    pub wait: Duration,
    /// Where the caller stands.
    pub standing: Standing,
}

/// The buckets of everybody who calls.
pub struct Budget {
    accounts: Buckets<Uuid>,
    addresses: Buckets<IpAddr>,
}

impl Budget {
    /// Buckets of these sizes, all full.
    #[must_use]
    pub fn new(accounts: Bucket, addresses: Bucket, clock: &Clock) -> Self {
        Self {
            accounts: Buckets::new(accounts, clock),
            addresses: Buckets::new(addresses, clock),
        }
    }

    /// Takes what an operation costs out of the account's bucket, or the address's without one: no less
    /// than a refusal of so many bytes would cost.
    ///
    /// # Errors
    /// [`Spent`] when there isn't so much in it. Then the price of a refusal is taken, since reading it
    /// was work.
    pub fn operation(
        &self,
        account: Option<Uuid>,
        address: IpAddr,
        cost: u64,
        bytes: usize,
    ) -> Result<Standing, Spent> {
        match account {
            Some(account) => self.accounts.operation(&account, cost, bytes),
            None => self.addresses.operation(&subscriber(address), cost, bytes),
        }
    }

    /// Whether so much of a caller was refused that nothing of them is read for now.
    ///
    /// # Errors
    /// [`Spent`] until there is enough in their bucket for what was refused last.
    pub fn may_be_read(&self, account: Option<Uuid>, address: IpAddr) -> Result<(), Spent> {
        match account {
            Some(account) => self.accounts.may_be_read(&account),
            None => self.addresses.may_be_read(&subscriber(address)),
        }
    }

    /// Takes what a refused request of so many bytes costs out of the account's bucket, or the
    /// address's without one.
    ///
    /// # Errors
    /// [`Spent`] when there isn't so much in it. Until there is, nothing of the caller is read.
    pub fn refusal(
        &self,
        account: Option<Uuid>,
        address: IpAddr,
        bytes: usize,
    ) -> Result<Standing, Spent> {
        match account {
            Some(account) => self.accounts.refuse(&account, refusal(bytes)),
            None => self.addresses.refuse(&subscriber(address), refusal(bytes)),
        }
    }
}

/// The address that counts: of an IPv6 network of 64 bits, which is one subscriber, the first.
pub(super) fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// The service's clock, as the time since 1970.
#[derive(Clone)]
struct Since1970(Clock);

impl governor::clock::Clock for Since1970 {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let micros = self.0.now().timestamp_micros();
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }
}

struct Buckets<K: Clone + Eq + Hash> {
    bucket: Bucket,
    clock: Since1970,
    limiter: RateLimiter<K, DefaultKeyedStateStore<K>, Since1970, StateInformationMiddleware>,
    checks: AtomicU32,
    /// Until when nothing is read of a caller.
    barred: Cache<K, Duration>,
}

impl<K: Clone + Eq + Hash> Buckets<K> {
    fn new(bucket: Bucket, clock: &Clock) -> Self {
        let quota = Quota::per_second(bucket.per_second).allow_burst(bucket.burst);
        let clock = Since1970(clock.clone());
        let limiter = RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone());
        Self {
            bucket,
            clock,
            limiter,
            checks: AtomicU32::new(0),
            barred: Cache::new(BARRED),
        }
    }

    fn may_be_read(&self, key: &K) -> Result<(), Spent> {
        let until = self.barred.get(key).unwrap_or_default();
        match until.checked_sub(self.clock.now()) {
            Some(wait) if !wait.is_zero() => Err(Spent {
                wait,
                standing: Standing {
                    bucket: self.bucket,
                    remaining: 0,
                },
            }),
            _ => Ok(()),
        }
    }

    fn refuse(&self, key: &K, cost: u64) -> Result<Standing, Spent> {
        self.take(key, cost).inspect_err(|spent| {
            let until = self.clock.now() + spent.wait;
            self.barred.insert(key.clone(), until);
        })
    }

    fn operation(&self, key: &K, cost: u64, bytes: usize) -> Result<Standing, Spent> {
        let price = refusal(bytes);
        self.take(key, cost.max(price)).or_else(|spent| {
            let standing = self.refuse(key, price)?;
            let more = Duration::from_secs(price) / self.bucket.per_second.get();
            Err(Spent {
                wait: spent.wait + more,
                standing,
            })
        })
    }

    fn take(&self, key: &K, cost: u64) -> Result<Standing, Spent> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
        }
        // What costs more than a bucket holds takes all of it.
        let cost = u32::try_from(cost)
            .ok()
            .and_then(NonZeroU32::new)
            .map_or(NonZeroU32::MIN, |cost| cost.min(self.bucket.burst));
        let standing = |remaining| Standing {
            bucket: self.bucket,
            remaining,
        };
        let until = |until: NotUntil<Duration>| Spent {
            wait: until.wait_time_from(self.clock.now()),
            standing: standing(0),
        };
        match self.limiter.check_key_n(key, cost) {
            Ok(Ok(state)) => Ok(standing(state.remaining_burst_capacity())),
            Ok(Err(not)) => Err(until(not)),
            Err(_) => Err(Spent {
                wait: Duration::from_secs(1),
                standing: standing(0),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn bucket(burst: u32, per_second: u32) -> Bucket {
        Bucket {
            burst: burst.try_into().unwrap(),
            per_second: per_second.try_into().unwrap(),
        }
    }

    #[test]
    fn a_bucket_empties_and_fills_as_time_goes_by() {
        let (clock, held) = Clock::held(DateTime::from_timestamp(1_795_348_800, 0).unwrap());
        let budget = Budget::new(bucket(100, 10), bucket(10, 1), &clock);
        let (rosa, jan) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let at: IpAddr = "192.0.2.1".parse().unwrap();
        let of = |account, cost| budget.operation(Some(account), at, cost, 100);
        assert_eq!(of(rosa, 60).unwrap().remaining, 40);
        let spent = of(rosa, 60).unwrap_err();
        assert_eq!(spent.wait, Duration::from_millis(2_100), "1 for reading it");
        assert_eq!(spent.standing.remaining, 39);
        assert_eq!(of(jan, 60).unwrap().remaining, 40, "each their own");
        held.advance(spent.wait);
        let standing = of(rosa, 60).unwrap();
        assert_eq!((standing.remaining, standing.seconds_to_full()), (0, 10));
    }

    #[test]
    fn who_cannot_pay_for_refusals_is_not_read_until_they_can() {
        let (clock, held) = Clock::held(DateTime::from_timestamp(1_795_348_800, 0).unwrap());
        let budget = Budget::new(bucket(1_000, 10), bucket(100, 10), &clock);
        let at: IpAddr = "192.0.2.1".parse().unwrap();
        let refused = |account| budget.refusal(account, at, 256 * 59);
        assert_eq!(refused(None).unwrap().remaining, 40, "1 and 59");
        budget.may_be_read(None, at).unwrap();
        let spent = refused(None).unwrap_err();
        assert_eq!(spent.wait, Duration::from_secs(2));
        assert_eq!(budget.may_be_read(None, at).unwrap_err().wait, spent.wait);
        // Somebody with an account is another caller, at the same address too.
        let rosa = Some(Uuid::from_u128(1));
        budget.may_be_read(rosa, at).unwrap();
        assert_eq!(refused(rosa).unwrap().remaining, 940);
        held.advance(Duration::from_secs(2));
        budget.may_be_read(None, at).unwrap();
        assert_eq!(refused(None).unwrap().remaining, 0);
    }

    #[test]
    fn no_operation_costs_less_than_its_refusal() {
        let (clock, _) = Clock::held(DateTime::from_timestamp(1_795_348_800, 0).unwrap());
        let budget = Budget::new(bucket(1_000, 10), bucket(100, 10), &clock);
        let at: IpAddr = "192.0.2.1".parse().unwrap();
        let standing = budget.operation(None, at, 1, 256 * 39);
        assert_eq!(standing.unwrap().remaining, 60);
    }

    #[test]
    fn a_network_of_64_bits_is_one_caller() {
        let (clock, _) = Clock::held(DateTime::from_timestamp(1_795_348_800, 0).unwrap());
        let budget = Budget::new(bucket(100, 10), bucket(10, 1), &clock);
        let from = |text: &str| budget.operation(None, text.parse().unwrap(), 6, 0);
        from("2001:db8::1").unwrap();
        from("2001:db8::ffff").unwrap_err();
        from("2001:db8:0:1::1").unwrap();
        from("192.0.2.1").unwrap();
        from("::ffff:192.0.2.1").unwrap_err();
    }
}
