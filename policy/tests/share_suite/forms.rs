//! Forms: what each makes, what each refuses, and that no statement carries a name, date or number of its case.

use crate::world::*;
use policy::id::PersonId;
use policy::record::*;
use policy::share::Class;
use policy::share::forms::{FormContext, FormError, apply, whole};
use policy::share::words::{CaseWords, Identifying};
use policy::time::Date;

fn case_words(world: &World) -> CaseWords {
    CaseWords::of_people(&world.people).with_items(&world.items)
}

fn made(world: &World, form: Form, class: Class) -> Result<ItemValue, FormError> {
    let words = case_words(world);
    let role = |p: PersonId| world.people.iter().find(|q| q.id == p).unwrap().roles[0];
    let context = FormContext {
        recipient: &world.recipient,
        class,
        words: &words,
        aliases: &world.aliases,
        roles: &role,
        approved_at: world.approval.as_ref().map(|a| a.at),
    };
    apply(form, &world.items[0], &context)
}

fn world() -> World {
    World::new(Sector::Hospital, TeamRole::Affiliate, Purpose::ThreatAssessment)
}

fn says(world: &World, text: &str) -> Vec<Identifying> {
    case_words(world).identifying(text)
}

#[test]
fn names_are_found_however_they_are_written() {
    let mut world = world();
    world.person(SUBJECT).names.push("José García-Núñez".into());
    for text in [
        "Jordan was there",
        "QUILLFEATHER",
        "quillfeather's car",
        "spoke with jordan,who left",
        "Jose said so",
        "the Garcia family",
        "Nunez",
        "Jose\u{301} Garci\u{301}a",
        "Quill\u{ad}feather",
        "Jor\u{200b}dan",
        "(Petrova)",
        "lindqvist",
        "Mr. Li",
        "Bo",
    ] {
        assert_eq!(says(&world, text), [Identifying::Name], "{text}");
    }
    for text in [
        "the river Jordanian",
        "listen",
        "bowl",
        "he said li and bo in lower case",
        "",
        "An advocate can help",
    ] {
        assert_eq!(says(&world, text), [], "{text}");
    }
}

#[test]
fn birthdays_are_found_in_the_usual_spellings() {
    let mut world = world();
    world.person(SUBJECT).date_of_birth = Date::parse("2008-02-09").ok();
    for text in [
        "2008-02-09",
        "born 02/09/2008",
        "2/9/2008",
        "2/9/08",
        "9.2.2008",
        "09.02.08",
        "February 9, 2008",
        "Feb 9 2008",
        "9 February 2008",
        "9th of February 2008",
        "the 9th of February",
        "February 9th",
        "20080209",
        "02092008",
    ] {
        assert_eq!(says(&world, text), [Identifying::Date], "{text}");
    }
    for text in ["February 8, 2008", "2008", "in February", "9 people in 2008", "10/9/2008"] {
        assert_eq!(says(&world, text), [], "{text}");
    }
}

#[test]
fn numbers_of_the_case_are_found_with_any_separators() {
    let mut world = world();
    world.text(5, "4417 Elm Street, telephone (217) 555-0142");
    for text in
        ["call 217-555-0142", "2175550142", "+1 217 555 0142", "555-0142", "lives at 4417", "217.555.0142"]
    {
        assert_eq!(says(&world, text), [Identifying::Number], "{text}");
    }
    for text in ["call our desk 555-0100", "after 5 pm", "within 24 h", "4418"] {
        assert_eq!(says(&world, text), [], "{text}");
    }
}

#[test]
fn a_statement_is_withheld_with_the_kind_of_thing_it_contains_never_the_thing() {
    let mut world = world();
    world.text(12, "what happened");
    let missing = made(&world, Form::Statement, Class::Aff).unwrap_err();
    assert_eq!(missing.to_string(), "a member must write a statement for class AFF");
    for (text, ok) in [("Somebody said they would hurt others", true), ("Jordan said it on 17 May", false)] {
        world.last().statements = vec![Statement {
            class: "AFF".into(),
            text: text.into(),
            by: staff(),
            at: at("2026-11-02T00:00:00Z"),
        }];
        match made(&world, Form::Statement, Class::Aff) {
            Ok(value) => assert!(ok && value == ItemValue::Text(text.into())),
            Err(error) => {
                assert!(!ok);
                let said = error.to_string();
                assert!(said.contains("a name") && said.contains("a date"), "{said}");
                assert!(!said.contains("Jordan") && !said.contains("17"), "{said}");
            }
        }
    }
    // what was written for one class is nobody else's
    assert_eq!(made(&world, Form::Statement, Class::Cbo), Err(FormError::StatementMissing(Class::Cbo)));
}

#[test]
fn a_statement_written_after_the_approval_does_not_leave() {
    let mut world = world();
    world.text(12, "what happened");
    let statement = |text: &str, time: &str| Statement {
        class: "AFF".into(),
        text: text.into(),
        by: staff(),
        at: at(time),
    };
    world.last().statements = vec![
        statement("approved words", "2026-11-02T00:00:00Z"),
        statement("later words", "2026-11-21T13:00:00Z"),
    ];
    world.approve(policy::door::Door::embedded());
    assert_eq!(made(&world, Form::Statement, Class::Aff), Ok(ItemValue::Text("approved words".into())));
    world.last().statements.remove(0);
    assert_eq!(made(&world, Form::Statement, Class::Aff), Err(FormError::StatementNotApproved(Class::Aff)));
}

#[test]
fn every_other_form_is_computed_from_typed_content() {
    let make = |value: ItemValue, form: Form| {
        let mut world = world();
        world.item(7, &[SUBJECT], value);
        made(&world, form, Class::Aff)
    };
    let text = || ItemValue::Text("the whole secret".into());
    assert_eq!(make(text(), Form::YesNo), Ok(ItemValue::YesNo(true)));
    assert_eq!(make(ItemValue::YesNo(false), Form::YesNo), Ok(ItemValue::YesNo(false)));
    assert_eq!(make(World::value_for(7), Form::SettingKind), Ok(ItemValue::Code("school".into())));
    assert_eq!(make(World::value_for(25), Form::StatusCode), Ok(ItemValue::Code("engaged".into())));
    assert_eq!(make(text(), Form::Alias), Ok(ItemValue::Code("person K0".into())));
    match make(World::value_for(16), Form::Band) {
        Ok(ItemValue::Band(band)) => {
            assert_eq!(
                (band.band.as_str(), band.original.as_str(), band.model.as_str()),
                ("moderate", "moderate", "")
            );
        }
        other => panic!("{other:?}"),
    }
    // nothing is cut down from a text
    for form in [Form::Band, Form::Count, Form::SettingKind, Form::StatusCode, Form::OwnPlace] {
        assert_eq!(make(text(), form), Err(FormError::NotOfThisKind(form)));
    }
}

#[test]
fn an_alias_never_says_the_name_and_needs_one_drawn_for_the_recipient() {
    let mut world = world();
    world.item(13, &[TARGET, STUDENT], ItemValue::Text("Ana Petrova-Lindqvist and Sam".into()));
    assert_eq!(
        made(&world, Form::Alias, Class::Aff),
        Ok(ItemValue::Code("person who may be at risk K1, another student K3".into()))
    );
    world.aliases.clear();
    assert_eq!(made(&world, Form::Alias, Class::Aff), Err(FormError::AliasMissing));
}

#[test]
fn somebody_elses_place_does_not_leave_as_their_own() {
    let mut world = world();
    world.item(14, &[SUBJECT], World::value_for(14));
    match made(&world, Form::OwnPlace, Class::Aff) {
        Ok(ItemValue::Place(place)) => {
            assert_eq!((place.owned_by, place.name.as_str()), (None, "North campus"))
        }
        other => panic!("{other:?}"),
    }
    world.peer().id = "another".into();
    assert_eq!(made(&world, Form::OwnPlace, Class::Aff), Err(FormError::PlaceNotTheirs));
}

#[test]
fn small_counts_are_suppressed_for_everybody_outside() {
    let mut world = world();
    for (count, shown) in [(0, true), (1, false), (10, false), (11, true)] {
        world.items.clear();
        world.item(40, &[SUBJECT], ItemValue::Count(count));
        assert_eq!(whole(&world.items[0], Class::Crd).is_ok(), shown, "{count}");
        assert_eq!(made(&world, Form::Count, Class::Crd).is_ok(), shown, "{count}");
        assert!(whole(&world.items[0], Class::Cor).is_ok());
    }
}
