//! A case: its signals, referrals, call-out and offer, and what was said about it.

use super::*;

pub(super) async fn case(
    db: &DatabaseConnection,
    ids: &Ids,
    resident: Uuid,
    tables: &mut Vec<String>,
) {
    let (consent, signal, referral) = (new_id(), new_id(), new_id());
    let service = only::<entity::service::Entity>(db).await.id;
    tables.extend([
        holds(
            db,
            entity::consent::Model {
                id: consent,
                resident_id: resident,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                kind: entity::consent::ConsentKind::AcceptHelp,
                partner_id: Some(ids.partner),
                method: entity::consent::ConsentMethod::Digital,
                recorded_by_user_id: ids.user,
                given_at: sample_time(),
                withdrawn_at: Some(sample_time()),
                withdrawn_by_user_id: Some(ids.user),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::signal::Model {
                id: signal,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                resident_id: Some(resident),
                kind: entity::signal::SignalKind::Initiative,
                category: Category::Other,
                chore_kind: Some(ChoreKind::Garden),
                urgency: Urgency::Acute,
                title: text("title"),
                text: Some(text("text")),
                status: entity::signal::SignalStatus::Withdrawn,
                reporter_user_id: ids.user,
                reporter_ambassador_id: Some(ids.ambassador),
                reporter_partner_id: Some(ids.partner),
                source: Some(text("source")),
                inflow_channel: InflowChannel::Platform,
                external_reference: Some(text("external reference")),
                handler_partner_id: Some(ids.partner),
                handler_basis: Some(entity::referral::SharingBasis::VitalInterest),
                handler_basis_justification: Some(text("basis justification")),
                handler_consent_id: Some(consent),
                handler_disclosed_fields: [entity::referral::DisclosedField::Phone]
                    .into_iter()
                    .collect(),
                due_at: sample_time(),
                outcome: Some(entity::signal::SignalOutcome::HelpedByVolunteer),
                outcome_note: Some(text("outcome note")),
                dismiss_reason: Some(entity::signal::SignalDismissReason::NotSmallOrUrgent),
                duplicate_of_id: Some(signal),
                closed_at: Some(sample_time()),
                content_removed_at: Some(sample_time()),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::referral::Model {
                id: referral,
                signal_id: signal,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                resident_id: Some(resident),
                from_partner_id: Some(ids.partner),
                to_partner_id: ids.partner,
                service_id: Some(service),
                activity_id: Some(ids.activity),
                replaces_id: Some(referral),
                status: entity::referral::ReferralStatus::Cancelled,
                held_from: Some(entity::referral::ReferralStatus::Accepted),
                basis: Some(entity::referral::SharingBasis::PublicTask),
                basis_justification: Some(text("basis justification")),
                consent_id: Some(consent),
                disclosed_fields: vec![
                    entity::referral::DisclosedField::Notes,
                    entity::referral::DisclosedField::Name,
                ]
                .into(),
                reason: Some(text("reason")),
                reject_reason: Some(entity::referral::ReferralRejectReason::NotEligible),
                status_note: Some(text("status note")),
                cancel_cause: Some(entity::referral::ReferralCancelCause::ByTarget),
                outcome: Some(entity::referral::ReferralOutcome::PartlyHelped),
                outcome_note: Some(text("outcome note")),
                requested_by_user_id: ids.user,
                accepted_at: Some(sample_time()),
                closed_at: Some(sample_time()),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
    ]);
    tables.extend(called_out(db, ids, (signal, referral, resident)).await);
    tables.extend(after(db, ids, signal, referral).await);
}

async fn called_out(
    db: &DatabaseConnection,
    ids: &Ids,
    (signal, referral, resident): (Uuid, Uuid, Uuid),
) -> [String; 2] {
    let call_out = new_id();
    [
        holds(
            db,
            entity::call_out::Model {
                id: call_out,
                referral_id: referral,
                signal_id: signal,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                partner_id: ids.partner,
                resident_id: Some(resident),
                category: Category::Chores,
                chore_kind: Some(ChoreKind::Snow),
                title: text("title"),
                text: text("text"),
                details: Some(text("details")),
                starts_at: Some(sample_time()),
                ends_at: Some(sample_time()),
                deadline: sample_time(),
                status: entity::call_out::CallOutStatus::Filled,
                selected_offer_id: Some(new_id()),
                selected_ambassador_id: Some(ids.ambassador),
                end_cause: Some(entity::call_out::CallOutEndCause::ReferralEnded),
                status_note: Some(text("status note")),
                opened_by_user_id: ids.user,
                closed_at: Some(sample_time()),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::offer::Model {
                id: new_id(),
                call_out_id: call_out,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                partner_id: ids.partner,
                ambassador_id: ids.ambassador,
                status: entity::offer::OfferStatus::Selected,
                note: Some(text("note")),
                selected_at: Some(sample_time()),
                status_note: Some(text("status note")),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
    ]
}

async fn after(db: &DatabaseConnection, ids: &Ids, signal: Uuid, referral: Uuid) -> [String; 3] {
    let call_out = only::<entity::call_out::Entity>(db).await.id;
    [
        holds(
            db,
            entity::contact_moment::Model {
                id: new_id(),
                signal_id: signal,
                referral_id: Some(referral),
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                kind: entity::contact_moment::ContactKind::DeskContact,
                at: sample_time(),
                outcome: entity::contact_moment::ContactOutcome::Declined,
                note: Some(text("note")),
                secrecy: entity::partner::SecrecyRegime::ProfessionalSecrecy,
                author_user_id: ids.user,
                author_ambassador_id: Some(ids.ambassador),
                author_partner_id: Some(ids.partner),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::feedback::Model {
                id: new_id(),
                referral_id: referral,
                signal_id: signal,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                giver: entity::feedback::FeedbackGiver::PersonHelped,
                score: 5,
                text: Some(text("text")),
                author_user_id: ids.user,
                author_partner_id: Some(ids.partner),
                author_ambassador_id: Some(ids.ambassador),
                call_out_id: Some(call_out),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(db, sample_event(signal, Some((ids.user, ids.partner)))).await,
    ]
}
