//! A town's records at random, the same for the same seed: written beneath the service, with
//! moments on, just before and just after the period's ends.

use chrono::{DateTime, TimeDelta, Utc};
use nabij_api::{clock::Clock, ids, store::Kind};
use nabij_entity::{
    SetOf,
    activity::{self, ActivityLead, ActivityOutcome, ActivityStatus},
    attendance,
    call_out::{self, CallOutStatus},
    contact_moment::{self, ContactKind, ContactOutcome},
    occurrence,
    partner::SecrecyRegime,
    referral::{self, ReferralOutcome, ReferralStatus},
    resident,
    signal::{self, SignalKind, SignalOutcome, SignalStatus},
    vocabulary::{Category, InflowChannel, TargetGroup, Urgency},
};
use nabij_tests::{Person, Town};
use sea_orm::{DatabaseConnection, EntityTrait, IntoActiveModel, Iterable};
use uuid::Uuid;

/// What was written.
pub struct World {
    pub residents: Vec<resident::Model>,
    pub signals: Vec<signal::Model>,
    pub contacts: Vec<contact_moment::Model>,
    pub referrals: Vec<referral::Model>,
    pub call_outs: Vec<call_out::Model>,
    pub activities: Vec<activity::Model>,
    pub occurrences: Vec<occurrence::Model>,
    pub attendances: Vec<attendance::Model>,
}

/// Chance that can be repeated (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("small");
        usize::try_from(self.next() % bound).expect("small")
    }

    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub fn any<T: Iterable + Copy>(&mut self) -> T {
        let all: Vec<T> = T::iter().collect();
        self.one(&all)
    }

    pub fn often(&mut self) -> bool {
        self.below(10) < 7
    }

    fn groups(&mut self) -> SetOf<TargetGroup> {
        let wanted = self.below(3);
        (0..wanted).map(|_| self.any::<TargetGroup>()).collect()
    }

    /// A moment: an end of the period, a microsecond beside it, or somewhere around it.
    fn moment(&mut self, (from, until): (DateTime<Utc>, DateTime<Utc>)) -> DateTime<Utc> {
        let micro = TimeDelta::microseconds(1);
        match self.below(12) {
            0 => from,
            1 => until,
            2 => from - micro,
            3 => until - micro,
            _ => self.later(from - TimeDelta::days(20), 80),
        }
    }

    /// Up to so many days later, to the microsecond or the second.
    fn later(&mut self, at: DateTime<Utc>, days: usize) -> DateTime<Utc> {
        let seconds = i64::try_from(self.below(days * 86_400)).expect("small");
        let micros = if self.often() {
            self.below(1_000_000)
        } else {
            0
        };
        at + TimeDelta::seconds(seconds)
            + TimeDelta::microseconds(i64::try_from(micros).expect("small"))
    }
}

/// Where things are, and who does them.
struct Scene<'a> {
    dice: &'a mut Dice,
    clock: &'a Clock,
    period: (DateTime<Utc>, DateTime<Utc>),
    /// Municipality and neighbourhood.
    places: Vec<(Uuid, Uuid)>,
    user: Uuid,
    partner: Uuid,
}

impl Scene<'_> {
    fn id(&self) -> Uuid {
        nabij_api::clock::new_id(self.clock)
    }

    fn resident(&mut self) -> resident::Model {
        let (municipality_id, neighbourhood_id) = self.dice.one(&self.places);
        let ages = [0, 11, 12, 24, 25, 44, 45, 64, 65, 74, 75, 84, 85, 101];
        let at = self.period.0;
        resident::Model {
            id: self.id(),
            municipality_id,
            neighbourhood_id,
            given_name: None,
            family_name: None,
            birth_year: self.dice.often().then(|| 2026 - self.dice.one(&ages)),
            target_groups: self.dice.groups(),
            languages: SetOf::default(),
            notes: None,
            recorded_by_user_id: self.user,
            recorded_by_ambassador_id: None,
            recorded_by_partner_id: None,
            erased_at: None,
            created_at: at,
            updated_at: at,
            version: 1,
        }
    }

    fn signal(&mut self, residents: &[resident::Model]) -> signal::Model {
        let (municipality_id, neighbourhood_id) = self.dice.one(&self.places);
        let status: SignalStatus = self.dice.any();
        let closed = matches!(
            status,
            SignalStatus::Resolved | SignalStatus::Dismissed | SignalStatus::Withdrawn
        );
        let at = self.dice.moment(self.period);
        signal::Model {
            id: self.id(),
            municipality_id,
            neighbourhood_id,
            resident_id: self
                .dice
                .often()
                .then(|| residents[self.dice.below(residents.len())].id),
            kind: self.dice.any::<SignalKind>(),
            category: self.dice.any::<Category>(),
            chore_kind: None,
            urgency: self.dice.any::<Urgency>(),
            title: "Something".to_owned(),
            text: None,
            status,
            reporter_user_id: self.user,
            reporter_ambassador_id: None,
            reporter_partner_id: None,
            source: None,
            inflow_channel: self.dice.any::<InflowChannel>(),
            external_reference: None,
            handler_partner_id: None,
            handler_basis: None,
            handler_basis_justification: None,
            handler_consent_id: None,
            handler_disclosed_fields: SetOf::default(),
            due_at: at,
            outcome: (status == SignalStatus::Resolved).then(|| self.dice.any::<SignalOutcome>()),
            outcome_note: None,
            dismiss_reason: None,
            duplicate_of_id: None,
            closed_at: closed.then(|| self.dice.moment(self.period)),
            content_removed_at: None,
            created_at: at,
            updated_at: at,
            version: 1,
        }
    }

    fn contact(&mut self, signal: &signal::Model) -> contact_moment::Model {
        // Now and then somebody was spoken to before it was written down.
        let before = TimeDelta::hours(i64::try_from(self.dice.below(48)).expect("small"));
        let at = self.dice.later(signal.created_at - before, 9);
        contact_moment::Model {
            id: self.id(),
            signal_id: signal.id,
            referral_id: None,
            municipality_id: signal.municipality_id,
            neighbourhood_id: signal.neighbourhood_id,
            kind: ContactKind::Visit,
            at,
            outcome: self.dice.any::<ContactOutcome>(),
            note: None,
            secrecy: SecrecyRegime::Discretion,
            author_user_id: self.user,
            author_ambassador_id: None,
            author_partner_id: None,
            created_at: at,
            updated_at: at,
            version: 1,
        }
    }

    fn referral(&mut self, signal: &signal::Model) -> referral::Model {
        let status: ReferralStatus = self.dice.any();
        let ended = matches!(status, ReferralStatus::Completed | ReferralStatus::Failed);
        let closed =
            ended || matches!(status, ReferralStatus::Rejected | ReferralStatus::Cancelled);
        let at = self.dice.later(signal.created_at, 9);
        let accepted = !matches!(status, ReferralStatus::Requested | ReferralStatus::Rejected);
        referral::Model {
            id: self.id(),
            signal_id: signal.id,
            municipality_id: signal.municipality_id,
            neighbourhood_id: signal.neighbourhood_id,
            resident_id: signal.resident_id,
            from_partner_id: None,
            to_partner_id: self.partner,
            service_id: None,
            activity_id: None,
            replaces_id: None,
            status,
            held_from: None,
            basis: None,
            basis_justification: None,
            consent_id: None,
            disclosed_fields: SetOf::default(),
            reason: None,
            reject_reason: None,
            status_note: None,
            cancel_cause: None,
            outcome: ended.then(|| self.dice.any::<ReferralOutcome>()),
            outcome_note: None,
            requested_by_user_id: self.user,
            accepted_at: accepted.then(|| self.dice.later(at, 5)),
            closed_at: closed.then(|| self.dice.moment(self.period)),
            created_at: at,
            updated_at: at,
            version: 1,
        }
    }

    fn call_out(&mut self, referral: &referral::Model) -> call_out::Model {
        let at = self.dice.later(referral.created_at, 4);
        call_out::Model {
            id: self.id(),
            referral_id: referral.id,
            signal_id: referral.signal_id,
            municipality_id: referral.municipality_id,
            neighbourhood_id: referral.neighbourhood_id,
            partner_id: self.partner,
            resident_id: referral.resident_id,
            category: self.dice.any::<Category>(),
            chore_kind: None,
            title: "Something".to_owned(),
            text: "Something".to_owned(),
            details: None,
            starts_at: None,
            ends_at: None,
            deadline: at,
            status: self.dice.any::<CallOutStatus>(),
            selected_offer_id: None,
            selected_ambassador_id: None,
            end_cause: None,
            status_note: None,
            opened_by_user_id: self.user,
            closed_at: None,
            created_at: at,
            updated_at: at,
            version: 1,
        }
    }

    fn activity(&mut self, earlier: &[activity::Model]) -> activity::Model {
        let (municipality_id, neighbourhood_id) = self.dice.one(&self.places);
        let status: ActivityStatus = self.dice.any();
        let at = self.dice.moment(self.period);
        let follows = !earlier.is_empty() && self.dice.often();
        let published = status != ActivityStatus::Tentative && self.dice.often();
        activity::Model {
            id: self.id(),
            municipality_id,
            neighbourhood_id,
            initiative_id: None,
            series_id: None,
            follow_up_of_id: follows.then(|| earlier[self.dice.below(earlier.len())].id),
            title: "Soup".to_owned(),
            description: None,
            status,
            lead: self.dice.any::<ActivityLead>(),
            place: None,
            starts_at: at,
            ends_at: at + TimeDelta::hours(2),
            time_zone: "Europe/Brussels".to_owned(),
            recurrence: None,
            target_groups: self.dice.groups(),
            languages: SetOf::default(),
            capacity: None,
            sequence: 0,
            cancel_reason: None,
            outcome: (status == ActivityStatus::Completed)
                .then(|| self.dice.any::<ActivityOutcome>()),
            outcome_note: None,
            attendance_total: None,
            handed_over_at: None,
            handover_tasks: SetOf::default(),
            handover_note: None,
            gap_target_group: None,
            gap_from: None,
            gap_until: None,
            proposed_by_user_id: self.user,
            proposed_by_ambassador_id: None,
            proposed_by_partner_id: None,
            published_at: published.then_some(at),
            closed_at: None,
            created_at: at,
            updated_at: at,
            version: 1,
        }
    }

    fn occurrence(&mut self, activity: &activity::Model) -> occurrence::Model {
        let at = self.dice.moment(self.period);
        let off = activity.status == ActivityStatus::Cancelled || self.dice.below(5) == 0;
        let came = i32::try_from(self.dice.below(60)).expect("small");
        occurrence::Model {
            id: self.id(),
            activity_id: activity.id,
            municipality_id: activity.municipality_id,
            neighbourhood_id: activity.neighbourhood_id,
            starts_at: at,
            ends_at: at + TimeDelta::hours(2),
            cancelled_at: off.then_some(at),
            attendance_total: self.dice.often().then_some(came),
            created_at: at,
            updated_at: at,
            version: 1,
        }
    }

    fn attendances(&mut self, occurrence: &occurrence::Model) -> Vec<attendance::Model> {
        let groups = self.dice.groups();
        let counted = groups.iter().map(|group| attendance::Model {
            id: self.id(),
            activity_id: occurrence.activity_id,
            occurrence_id: occurrence.id,
            target_group: *group,
            count: 0,
        });
        let mut counted: Vec<_> = counted.collect();
        for attendance in &mut counted {
            attendance.count = i32::try_from(self.dice.below(20)).expect("small");
        }
        counted
    }
}

/// How much there is to be of everything.
const EACH: usize = 300;

impl World {
    /// Writes a world into the town.
    pub async fn arise(
        town: &Town,
        seed: u64,
        period: (DateTime<Utc>, DateTime<Utc>),
        by: (&Person, &Person),
    ) -> Self {
        let (clock, _) = Clock::held(town.now());
        let read = |kind, id: &str| ids::parse(kind, id).expect("an id");
        let place = |municipality: &str, name: &str| {
            (
                read(Kind::Municipality, &town.municipality(municipality)),
                read(Kind::Neighbourhood, &town.neighbourhood(name)),
            )
        };
        let (coordinator, partner) = by;
        let mut scene = Scene {
            dice: &mut Dice(seed),
            clock: &clock,
            period,
            places: vec![
                place("Beersel", "Alsemberg"),
                place("Beersel", "Dworp"),
                place("Beersel", "Lot"),
                place("Herent", "Winksele"),
            ],
            user: read(Kind::User, &coordinator.user),
            partner: read(Kind::Partner, &partner.partner),
        };
        let residents: Vec<_> = (0..EACH / 2).map(|_| scene.resident()).collect();
        let signals: Vec<_> = (0..EACH).map(|_| scene.signal(&residents)).collect();
        let (mut contacts, mut referrals, mut call_outs) = (vec![], vec![], vec![]);
        for _ in 0..EACH {
            let signal = signals[scene.dice.below(signals.len())].clone();
            contacts.push(scene.contact(&signal));
            let signal = signals[scene.dice.below(signals.len())].clone();
            referrals.push(scene.referral(&signal));
            let referral = referrals[scene.dice.below(referrals.len())].clone();
            call_outs.push(scene.call_out(&referral));
        }
        let (mut activities, mut occurrences) = (vec![], vec![]);
        let mut attendances = vec![];
        for _ in 0..EACH / 2 {
            let activity = scene.activity(&activities);
            for _ in 0..=scene.dice.below(3) {
                let occurrence = scene.occurrence(&activity);
                attendances.extend(scene.attendances(&occurrence));
                occurrences.push(occurrence);
            }
            activities.push(activity);
        }
        let world = Self {
            residents,
            signals,
            contacts,
            referrals,
            call_outs,
            activities,
            occurrences,
            attendances,
        };
        world.write(town.beneath()).await;
        world
    }

    async fn write(&self, db: &DatabaseConnection) {
        write::<resident::Entity>(db, &self.residents).await;
        write::<signal::Entity>(db, &self.signals).await;
        write::<contact_moment::Entity>(db, &self.contacts).await;
        write::<referral::Entity>(db, &self.referrals).await;
        write::<call_out::Entity>(db, &self.call_outs).await;
        write::<activity::Entity>(db, &self.activities).await;
        write::<occurrence::Entity>(db, &self.occurrences).await;
        write::<attendance::Entity>(db, &self.attendances).await;
    }
}

async fn write<E>(db: &DatabaseConnection, rows: &[E::Model])
where
    E: EntityTrait,
    E::Model: Clone + IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    let rows = rows.iter().cloned().map(IntoActiveModel::into_active_model);
    E::insert_many(rows)
        .exec_without_returning(db)
        .await
        .expect("the rows fit the tables");
}
