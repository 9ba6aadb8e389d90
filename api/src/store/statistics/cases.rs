//! Signals, referrals, and whom they helped.

use nabij_entity::{
    call_out::CallOutStatus,
    referral::{ReferralOutcome, ReferralStatus},
    signal::{SignalKind, SignalOutcome, SignalStatus},
    vocabulary::{AgeBand, Category, InflowChannel, Urgency},
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, JoinType, Query, SelectStatement, UnionType};

use super::{Sheets, Span, age_band, called, rows, tally, together, within};
use crate::{
    policy::Permit,
    store::{Cx, Failure, scope::col},
};

/// Outcomes of a signal by which somebody was helped.
pub const HELPED: [SignalOutcome; 6] = [
    SignalOutcome::ResolvedAtIntake,
    SignalOutcome::HelpedByVolunteer,
    SignalOutcome::HelpedByPartner,
    SignalOutcome::JoinedActivity,
    SignalOutcome::BuddyFound,
    SignalOutcome::InitiativeStarted,
];
/// Outcomes of a referral by which somebody was helped.
pub const GOT_HELP: [ReferralOutcome; 2] =
    [ReferralOutcome::GotHelp, ReferralOutcome::PartlyHelped];

/// The signals that came in, with their resident if they are about one.
fn came_in(span: &Span) -> SelectStatement {
    let (s, r) = (Alias::new("s"), Alias::new("r"));
    let mut select = Query::select();
    select
        .expr_as(col(&s, "neighbourhood_id"), "place")
        .expr_as(age_band(&r, span.year), "age_band")
        .from_as("signals", s.clone())
        .join_as(
            JoinType::LeftJoin,
            "residents",
            r.clone(),
            col(&r, "id").equals((s.clone(), "resident_id")),
        )
        .and_where(within(span, &s, "created_at"));
    for column in [
        "kind",
        "category",
        "inflow_channel",
        "urgency",
        "status",
        "outcome",
    ] {
        select.expr_as(col(&s, column), column);
    }
    select
}

impl Cx {
    /// Counts the signals that came in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_signals(
        &self,
        _permit: &Permit,
        span: &Span,
        sheets: &mut Sheets,
    ) -> Result<(), Failure> {
        let parts = [
            "kind",
            "category",
            "age_band",
            "inflow_channel",
            "urgency",
            "status",
            "outcome",
        ];
        let parts = parts.map(|column| tally("came_in", column, Expr::col(column), rows()));
        let mut select = together(parts, UnionType::All);
        select.with_cte(
            Query::with()
                .cte(called("came_in", came_in(span)))
                .to_owned(),
        );
        for row in self.tallies(&select).await? {
            sheets.adding(&row, |figures| {
                let signals = &mut figures.signals;
                match row.what.as_str() {
                    "kind" => row.onto(&mut signals.kinds, SignalKind::from_code),
                    "category" => row.onto(&mut signals.categories, Category::from_code),
                    "age_band" => row.onto(&mut signals.age_bands, AgeBand::from_code),
                    "inflow_channel" => {
                        row.onto(&mut signals.inflow_channels, InflowChannel::from_code)
                    }
                    "urgency" => row.onto(&mut signals.urgencies, Urgency::from_code),
                    "status" => row.onto(&mut signals.statuses, SignalStatus::from_code),
                    _ => row.onto(&mut signals.outcomes, SignalOutcome::from_code),
                }
            })?;
        }
        Ok(())
    }

    /// Counts the referrals that were made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_referrals(
        &self,
        _permit: &Permit,
        span: &Span,
        sheets: &mut Sheets,
    ) -> Result<(), Failure> {
        let r = Alias::new("r");
        let made = Query::select()
            .expr_as(col(&r, "neighbourhood_id"), "place")
            .expr_as(col(&r, "status"), "status")
            .expr_as(col(&r, "outcome"), "outcome")
            .from_as("referrals", r.clone())
            .and_where(within(span, &r, "created_at"))
            .to_owned();
        let parts = ["status", "outcome"];
        let parts = parts.map(|column| tally("made", column, Expr::col(column), rows()));
        let mut select = together(parts, UnionType::All);
        select.with_cte(Query::with().cte(called("made", made)).to_owned());
        for row in self.tallies(&select).await? {
            sheets.adding(&row, |figures| {
                let referrals = &mut figures.referrals;
                match row.what.as_str() {
                    "status" => row.onto(&mut referrals.statuses, ReferralStatus::from_code),
                    _ => row.onto(&mut referrals.outcomes, ReferralOutcome::from_code),
                }
            })?;
        }
        Ok(())
    }

    /// Counts the call-outs that were opened.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_call_outs(
        &self,
        _permit: &Permit,
        span: &Span,
        sheets: &mut Sheets,
    ) -> Result<(), Failure> {
        let c = Alias::new("c");
        let opened = Query::select()
            .expr_as(col(&c, "neighbourhood_id"), "place")
            .expr_as(col(&c, "status"), "status")
            .from_as("call_outs", c.clone())
            .and_where(within(span, &c, "created_at"))
            .to_owned();
        let mut select = tally("opened", "status", Expr::col("status"), rows());
        select.with_cte(Query::with().cte(called("opened", opened)).to_owned());
        for row in self.tallies(&select).await? {
            sheets.adding(&row, |figures| {
                row.onto(&mut figures.call_outs, CallOutStatus::from_code)
            })?;
        }
        Ok(())
    }

    /// Counts the different residents who were helped: a signal about them was resolved, or a
    /// referral of it completed, in the period and with help. Somebody who was helped in two places
    /// counts once for all together.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_people_helped(
        &self,
        _permit: &Permit,
        span: &Span,
        sheets: &mut Sheets,
    ) -> Result<(), Failure> {
        let helped_by = |table: &'static str, status: &str, outcomes: Vec<&'static str>| {
            let t = Alias::new("t");
            Query::select()
                .expr_as(col(&t, "neighbourhood_id"), "place")
                .expr_as(col(&t, "resident_id"), "person")
                .from_as(table, t.clone())
                .and_where(within(span, &t, "closed_at"))
                .and_where(col(&t, "resident_id").is_not_null())
                .and_where(col(&t, "status").eq(status))
                .and_where(col(&t, "outcome").is_in(outcomes))
                .to_owned()
        };
        let helped = together(
            [
                helped_by(
                    "signals",
                    SignalStatus::Resolved.code(),
                    HELPED.iter().map(|outcome| outcome.code()).collect(),
                ),
                helped_by(
                    "referrals",
                    ReferralStatus::Completed.code(),
                    GOT_HELP.iter().map(|outcome| outcome.code()).collect(),
                ),
            ],
            UnionType::Distinct,
        );
        let each = |place: Expr| {
            Query::select()
                .expr_as(place, "place")
                .expr_as(Expr::cust("'person'"), "what")
                .expr_as(Expr::cust("NULL"), "code")
                .expr_as(Expr::cust("COUNT(DISTINCT \"person\")"), "total")
                .from("helped")
                .to_owned()
        };
        let mut by_place = each(Expr::col("place"));
        by_place.group_by_col("place");
        let mut select = together([by_place, each(Expr::cust("NULL"))], UnionType::All);
        select.with_cte(Query::with().cte(called("helped", helped)).to_owned());
        for row in self.tallies(&select).await? {
            sheets.of(row.place).people_helped = row.total;
        }
        Ok(())
    }
}
