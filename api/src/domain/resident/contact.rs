//! Changing how a resident is reached. Reading it takes a purpose and leaves a trace: see the
//! `contact` of a [`crate::store::Node`].

use nabij_entity::resident_contact::{self, PreferredChannel};

use crate::domain::{Problems, change::Change, text};

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

#[cfg(test)]
mod tests {
    use sea_orm::ActiveValue::{NotSet, Set};

    use super::*;

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
