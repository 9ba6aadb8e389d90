//! How a resident is reached: read for a purpose, field by field as far as the viewer's rights go,
//! and each time with an entry in the access log.

use nabij_entity::{
    access_log::{self, AccessPurpose},
    resident,
    resident_contact::{self, PreferredChannel},
};
use uuid::Uuid;

use crate::{
    domain::{Problems, change::Change, text},
    store::{Cx, Failure},
};

/// What changes in how a resident is reached.
#[derive(Debug, Default)]
pub struct ContactChange {
    /// Phone number in E.164 form.
    pub phone: Change<String>,
    /// E-mail address.
    pub email: Change<String>,
    /// Street, number and town.
    pub address: Change<String>,
    /// How they want to be reached.
    pub preferred_channel: Change<PreferredChannel>,
}

/// What to write, or nothing when nothing changes.
pub(super) fn read_change(
    change: Change<ContactChange>,
    problems: &mut Problems,
) -> Option<resident_contact::ActiveModel> {
    let change = match change {
        Change::Keep => return None,
        Change::Clear => ContactChange {
            phone: Change::Clear,
            email: Change::Clear,
            address: Change::Clear,
            preferred_channel: Change::Clear,
        },
        Change::To(change) => change,
    };
    let ContactChange {
        phone,
        email,
        address,
        preferred_channel,
    } = change;
    let mut line = |path: &str, value: Change<String>| {
        let value = problems.check(value.text(path, text::LINE));
        value.unwrap_or_default().column()
    };
    Some(resident_contact::ActiveModel {
        phone: phone.column(),
        email: line("contact.email", email),
        address: line("contact.address", address),
        preferred_channel: preferred_channel.column(),
        ..Default::default()
    })
}

/// Contact details as far as they are shown to one viewer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownContact {
    /// Phone number.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Street, number and town.
    pub address: Option<String>,
    /// How they want to be reached; shown with any of the others.
    pub preferred_channel: Option<PreferredChannel>,
}

impl ShownContact {
    /// Those of the details whose group `shows`.
    fn of(details: resident_contact::Model, shows: impl Fn(&str) -> bool) -> Self {
        let any = GROUPS.iter().any(|group| shows(group));
        Self {
            phone: details.phone.filter(|_| shows("phone")),
            email: details.email.filter(|_| shows("email")),
            address: details.address.filter(|_| shows("address")),
            preferred_channel: details.preferred_channel.filter(|_| any),
        }
    }

    /// The names of the fields that hold something, for the access log.
    fn fields(&self) -> Vec<&'static str> {
        [
            ("PHONE", self.phone.is_some()),
            ("EMAIL", self.email.is_some()),
            ("ADDRESS", self.address.is_some()),
            ("PREFERRED_CHANNEL", self.preferred_channel.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, shown)| shown.then_some(name))
        .collect()
    }
}

/// The resident's guards that cover contact details.
const GROUPS: [&str; 3] = ["phone", "email", "address"];

/// The resident's contact details, as far as the viewer's rights of this moment go, with the entry
/// in the access log that says so. Both happen or neither does: without the entry there is no
/// answer. None when nothing is shown; then nothing is logged either.
///
/// # Errors
/// When the database fails.
pub async fn read_contact(
    cx: &Cx,
    resident: Uuid,
    purpose: AccessPurpose,
) -> Result<Option<ShownContact>, Failure> {
    let tx = cx.begin().await?;
    let Some(user_id) = tx.viewer().user_id() else {
        return Ok(None);
    };
    let Some(seen) = tx.visible::<resident::Entity>(resident).await? else {
        return Ok(None);
    };
    if !GROUPS.iter().any(|group| seen.shows(group)) {
        return Ok(None);
    }
    let Some(details) = tx.contact_details(resident).await? else {
        return Ok(None);
    };
    let shown = ShownContact::of(details, |group| seen.shows(group));
    let fields = shown.fields();
    if fields.is_empty() {
        return Ok(None);
    }
    tx.log_access(access_log::Model {
        id: tx.new_id(),
        user_id,
        partner_id: tx.viewer().staffed_partners().next(),
        resident_id: resident,
        fields: fields.join(","),
        purpose,
        at: tx.now(),
        request_id: tx.request_id().to_owned(),
    })
    .await?;
    tx.commit().await?;
    Ok(Some(shown))
}

#[cfg(test)]
mod tests {
    use sea_orm::ActiveValue::{NotSet, Set};

    use super::*;

    fn details() -> resident_contact::Model {
        resident_contact::Model {
            resident_id: Uuid::nil(),
            phone: Some("+32470123456".to_owned()),
            email: Some("rosa@example.org".to_owned()),
            address: Some("Alsembergsteenweg 1046, 1652 Alsemberg".to_owned()),
            preferred_channel: Some(PreferredChannel::Visit),
            updated_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn exactly_what_is_shown_is_logged() {
        // Every combination of the three guards.
        for shown in 0..8_u8 {
            let shows = |group: &str| {
                GROUPS
                    .iter()
                    .position(|known| *known == group)
                    .is_some_and(|bit| shown & (1 << bit) != 0)
            };
            let contact = ShownContact::of(details(), shows);
            assert_eq!(contact.phone.is_some(), shows("phone"));
            assert_eq!(contact.email.is_some(), shows("email"));
            assert_eq!(contact.address.is_some(), shows("address"));
            assert_eq!(contact.preferred_channel.is_some(), shown != 0);
            let fields = contact.fields();
            assert_eq!(fields.contains(&"PHONE"), shows("phone"));
            assert_eq!(fields.contains(&"EMAIL"), shows("email"));
            assert_eq!(fields.contains(&"ADDRESS"), shows("address"));
            assert_eq!(fields.is_empty(), shown == 0);
        }
    }

    #[test]
    fn what_is_not_on_record_is_not_logged() {
        let mut details = details();
        details.email = None;
        let fields = ShownContact::of(details, |_| true).fields();
        assert_eq!(fields, ["PHONE", "ADDRESS", "PREFERRED_CHANNEL"]);
    }

    #[test]
    fn clearing_the_contact_clears_each_of_its_fields() {
        let mut problems = Problems::new();
        let all = read_change(Change::Clear, &mut problems).expect("a change");
        assert_eq!(
            (all.phone, all.email, all.address, all.preferred_channel),
            (Set(None), Set(None), Set(None), Set(None))
        );
        let one = ContactChange {
            phone: Change::To("+32470123456".to_owned()),
            ..ContactChange::default()
        };
        let one = read_change(Change::To(one), &mut problems).expect("a change");
        assert_eq!(one.phone, Set(Some("+32470123456".to_owned())));
        assert_eq!(one.email, NotSet);
        assert!(read_change(Change::Keep, &mut problems).is_none());
        assert!(problems.finish().is_ok());
    }
}
