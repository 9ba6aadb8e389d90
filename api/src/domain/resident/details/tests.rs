//! What a text may not carry.

use super::*;
use crate::domain::resident::ContactDetails;

fn godelieve() -> Details {
    Details {
        given_name: Some("Godelieve".to_owned()),
        family_name: Some("Van den Broeck-Peeters".to_owned()),
        birth_year: Some(1938),
        phone: Some("+32475123456".to_owned()),
        email: Some("g.vandenbroeck@example.org".to_owned()),
        address: Some("Sint-Janstraat 5 bus 2, 3020 Herent".to_owned()),
        ..Details::default()
    }
}

fn carries(details: &Details, text: &str) -> bool {
    details.are_in(text, &["Herent", "Winksele"])
}

#[test]
fn none_of_the_residents_details_gets_through() {
    for text in [
        "Wie helpt Godelieve met de peren?",
        "Wie helpt GODELIEVE?",
        "Wie helpt gódelieve?",
        "Wie helpt go\u{301}delieve?",
        "Wie helpt G o d e l i e v e?",
        "Wie helpt G.o.d.e.l.i.e.v.e?",
        "Wie helpt Gode\u{200b}lieve?",
        "Wie helpt bij #GodelieveVDB?",
        "Godelieves tuin",
        "Godelieve's tuin",
        "Mevrouw Van den Broeck vraagt hulp",
        "Mevrouw VANDENBROECK vraagt hulp",
        "familie Vandenbroeck",
        "mevr. van-den-broeck",
        "mevrouw Broeck",
        "weduwe Peeters",
        "Ze is van 1938",
        "Bel 0475 12 34 56",
        "Bel 0475/12.34.56",
        "Bel 0475-12-34-56 of mail",
        "Bel +32 475 12 34 56",
        "Bel 0032475123456",
        "Bel (0475) 123456",
        "Bel 04 75, 12, 34, 56",
        "Bel ０４７５ １２ ３４ ５６",
        "Bel 0475\n123456",
        "Mail g.vandenbroeck@example.org",
        "Mail G.VANDENBROECK @ EXAMPLE . ORG",
        "Mail g punt vandenbroeck apenstaartje example punt org",
        "Mail gvandenbroeck(at)example(dot)org",
        "In de Sint-Janstraat",
        "in de sint janstraat om de hoek",
        "in de SINTJANSTRAAT",
        "in de Sint-Janstr.",
        "op nummer 5",
        "op nr. 5",
        "bus 2",
        "in 3020",
    ] {
        assert!(carries(&godelieve(), text), "{text}");
    }
}

#[test]
fn what_is_nobodys_gets_through() {
    for text in [
        "Wie plukt zaterdag de peren in Herent?",
        "Een uurtje werk in Winksele, 5 peren voor wie komt, tussen 14.00 en 16.00 uur.",
        "Bel het jeugdhuis op 016 20 30 40.",
        "Mail jeugdhuis@example.org vóór 2 december 2026.",
        "Iemand van ons jeugdhuis gaat mee. De ladder staat klaar.",
        "We spreken af aan de kerk, in de Dorpsstraat.",
        "Sint-Maarten komt ook.",
    ] {
        assert!(!carries(&godelieve(), text), "{text}");
    }
}

#[test]
fn short_names_count_as_words_and_not_inside_others() {
    let jan = Details {
        given_name: Some("Jan".to_owned()),
        family_name: Some("Smit".to_owned()),
        ..Details::default()
    };
    for text in [
        "bij Jan thuis",
        "bij JAN.",
        "Jans tuin",
        "J a n",
        "de heer smit",
    ] {
        assert!(carries(&jan, text), "{text}");
    }
    for text in ["in januari", "de smithoek", "nu en dan"] {
        assert!(!carries(&jan, text), "{text}");
    }
}

#[test]
fn an_address_in_the_netherlands_is_known_by_its_postcode() {
    let details = Details {
        address: Some("Steenstraat 117, 3961 XA Wijk bij Duurstede".to_owned()),
        ..Details::default()
    };
    let places = ["Wijk bij Duurstede", "De Horden"];
    for text in ["3961XA", "3961 xa", "op 117", "Steenstraat", "Steenstr"] {
        assert!(details.are_in(text, &places), "{text}");
    }
    for text in [
        "In Wijk bij Duurstede",
        "117b is van iemand anders",
        "op 17",
    ] {
        assert!(!details.are_in(text, &places), "{text}");
    }
}

#[test]
fn nothing_on_record_is_in_no_text() {
    let nothing = Details {
        phone: Some(String::new()),
        email: Some(String::new()),
        address: Some(String::new()),
        given_name: Some("-".to_owned()),
        ..Details::default()
    };
    assert!(!carries(&nothing, "Wie helpt?"));
    assert!(!carries(&Details::default(), ""));
}

#[test]
fn what_is_disclosed_may_be_said() {
    let by_first_name = Details {
        email: Some("godelieve@example.org".to_owned()),
        ..godelieve()
    };
    let told = by_first_name.less(&[DisclosedField::Name]);
    assert!(!carries(&told, "Godelieve lends the ladder"));
    assert!(carries(&told, "godelieve@example.org"));
    for (field, text) in [
        (DisclosedField::Name, "Godelieve Van den Broeck"),
        (DisclosedField::BirthYear, "van 1938"),
        (DisclosedField::Phone, "0475 12 34 56"),
        (DisclosedField::Email, "mail g.vandenbroeck@example.org"),
        (DisclosedField::Address, "in de Sint-Janstraat"),
    ] {
        assert!(carries(&godelieve().less(&[]), text), "{text}");
        // An e-mail address tells a name too.
        let disclosed = [field, DisclosedField::Name];
        assert!(!carries(&godelieve().less(&disclosed), text), "{text}");
    }
    let others = [DisclosedField::Languages, DisclosedField::Notes];
    assert!(carries(&godelieve().less(&others), "Godelieve"));
}

#[test]
fn somebody_who_is_about_to_be_recorded_is_known_by_the_same() {
    let told = Particulars {
        given_name: Some("Godelieve".to_owned()),
        birth_year: Some(1938),
        contact: Some(ContactDetails {
            phone: Some("+32475123456".to_owned()),
            address: Some("Sint-Janstraat 5, 3020 Herent".to_owned()),
            ..ContactDetails::default()
        }),
        ..Particulars::default()
    };
    let details = Details::told(&told);
    for text in ["Godelieve", "1938", "0475 12 34 56", "Sint-Janstraat"] {
        assert!(carries(&details, text), "{text}");
    }
    assert!(!carries(&details, "Broeck"));
}
