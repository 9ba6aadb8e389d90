//! Rooms and things that can be booked, and their bookings.

use super::{Row, Rule, rows};

/// The rules.
pub(super) const FIELDS: &[Row] = rows! {
    Bookable {
        Edge: bookings history municipality neighbourhood partner;
        Open: accessibility address allowedActions capacity createdAt description id kind name
            status updatedAt version;
    }
    Booking {
        Edge: activity ambassador bookable firstOfLot history lot partner;
        Record: allowedActions createdAt endsAt id startsAt status updatedAt version;
        Shown("details"): cancelCause cancelReason note;
    }
    TimeSpan {
        Answer: endsAt startsAt;
    }
    Mutation {
        Decided("bookable MANAGE"): bookableCreate bookableRestore bookableRetire bookableUpdate;
        Decided("bookable BOOK"): bookingCreate;
        Decided("booking CANCEL"): bookingCancel;
    }
    Query {
        Scoped: bookable bookables booking bookings;
    }
    @payloads {
        bookable: BookableCreate BookableRestore BookableRetire BookableUpdate;
        booking: BookingCancel BookingCreate;
    }
};
