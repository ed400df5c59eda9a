//! What must hold of every share, over generated worlds: who asks, what is signed, judged and ordered, what is in the items.

use crate::world::*;
use policy::door::{Door, Outcome, Releasable};
use policy::id::*;
use policy::record::*;
use policy::share::matrix::Cell;
use policy::share::{Class, labels};
use proptest::prelude::*;
use std::sync::Arc;

/// One generated item: row, kind, labels, elements, and which of the case's people it is about.
#[derive(Clone, Debug)]
struct Made {
    row: u8,
    kind: Option<usize>,
    labels: Vec<usize>,
    element: Option<usize>,
    about: usize,
    named: bool,
    statement: bool,
}

#[derive(Clone, Debug)]
struct Draw {
    class: usize,
    own: usize,
    items: Vec<Made>,
    consents: Vec<(usize, usize)>,
    danger: bool,
    facts: Vec<(usize, bool)>,
    order: Option<(bool, u64)>,
    emergency: bool,
}

fn made() -> impl Strategy<Value = Made> {
    (
        1_u8..=40,
        proptest::option::weighted(0.4, 0..RecordKind::ALL.len()),
        proptest::option::weighted(0.2, 0..Label::ALL.len()).prop_map(|l| l.into_iter().collect()),
        proptest::option::weighted(0.4, 0..Element::ALL.len()),
        0_usize..5,
        proptest::bool::weighted(0.1),
        any::<bool>(),
    )
        .prop_map(|(row, kind, labels, element, about, named, statement)| Made {
            row,
            kind,
            labels,
            element,
            about,
            named,
            statement,
        })
}

fn draw() -> impl Strategy<Value = Draw> {
    (
        0..Class::COUNT,
        0_usize..8,
        proptest::collection::vec(made(), 1..8),
        proptest::collection::vec((0_usize..4, 0..PermissionKind::ALL.len()), 0..6),
        any::<bool>(),
        proptest::collection::vec((0_usize..200, any::<bool>()), 0..6),
        proptest::option::of((any::<bool>(), any::<u64>())),
        proptest::bool::weighted(0.1),
    )
        .prop_map(|(class, own, items, consents, danger, facts, order, emergency)| Draw {
            class,
            own,
            items,
            consents,
            danger,
            facts,
            order,
            emergency,
        })
}

/// Generated worlds for each property.
const CASES: u32 = 256;

const PEOPLE: [PersonId; 4] = [SUBJECT, TARGET, REPORTER, STUDENT];

fn build(draw: &Draw) -> World {
    let mut world = world_for(Class::ALL[draw.class]);
    match draw.own {
        0 => {
            world.own.sector = Sector::Hospital;
            world.own.capacities.hipaa_covered = Some(true);
        }
        1 => {
            world.own.sector = Sector::K12School;
            world.own.capacities.ferpa_covered = Some(true);
            world.person(SUBJECT).is_student = Some(true);
        }
        2 => {
            world.own.sector = Sector::SudProgram;
            world.own.capacities.hipaa_covered = Some(true);
            world.own.capacities.part2_program = Some(true);
        }
        3 => world.own.signed_by = None,
        _ => {}
    }
    for item in &draw.items {
        let about: Vec<PersonId> =
            if item.about == 4 { vec![SUBJECT, TARGET] } else { vec![PEOPLE[item.about]] };
        let value = if item.named {
            ItemValue::Text("something about Quillfeather and Okonkwo".into())
        } else {
            World::value_for(item.row)
        };
        world.item(item.row, &about, value);
        let last = world.last();
        last.record_kind = item.kind.map(|k| RecordKind::ALL[k]);
        last.labels = item.labels.iter().map(|l| Label::ALL[*l]).collect();
        last.elements = item.element.map(|e| Element::ALL[e]).into_iter().collect();
        last.own_of = vec![PermittedRecipient::Agency("peer".into())];
        if item.statement {
            for class in Class::ALL {
                last.statements.push(Statement {
                    class: class.as_str().into(),
                    text: "what is needed".into(),
                    by: staff(),
                    at: at("2026-11-02T00:00:00Z"),
                });
            }
        }
    }
    for (person, kind) in &draw.consents {
        world.consent(PEOPLE[*person], PermissionKind::ALL[*kind]);
    }
    if draw.danger {
        world.danger();
    }
    let table = policy::facts::attestable();
    for (fact, value) in &draw.facts {
        world.attest(table[*fact % table.len()].fact.path(), *value);
    }
    if let Some((part2, rows)) = draw.order {
        let kind = if part2 { LegalProcess::Part2Order } else { LegalProcess::CourtOrder };
        world.order(kind, (1..=40).filter(|r| rows & (1 << r) != 0));
    }
    world.emergency = draw.emergency;
    world
}

/// What goes, as (item, whole or form), with an approval of everything.
fn goes(world: &World, door: &Door) -> Vec<(ItemId, Outcome)> {
    let mut world = copy(world);
    world.approve(door);
    let asked = world.ids();
    let decision = world.decide(door, &asked);
    let outcomes: Vec<_> = decision.items().iter().map(|i| (i.item, i.outcome)).collect();
    let Some(out) = decision.release(|| [0; 32]) else { return Vec::new() };
    check(&world, &out);
    outcomes.into_iter().filter(|(id, _)| out.items().iter().any(|i| i.item == *id)).collect()
}

fn copy(world: &World) -> World {
    let mut copy = world.clone();
    copy.approval = None;
    copy
}

/// What holds of anything that leaves.
fn check(world: &World, out: &Releasable) {
    for item in out.items() {
        let source = world.items.iter().find(|i| i.id == item.item).expect("output is a part of the input");
        assert!(source.labels.iter().all(|l| item.labels.contains(l)), "labels only grow");
        assert!(labels::all(source).iter().all(|l| item.labels.contains(l)));
        assert!(
            ![26, 19, 33].contains(&item.row.number())
                || out.class() == Some(Class::Sub)
                || out.class() == Some(Class::Crt)
        );
        assert_eq!(item.about.len(), source.about.len(), "nobody is left out of whom it is about");
        assert!(!item.basis.is_empty(), "nothing goes without a basis");
        for about in &item.about {
            assert!(
                item.basis.iter().any(|b| b.person == about.person),
                "each person has a basis of their own"
            );
        }
        if item.form.is_none() {
            assert_eq!(item.value, source.value);
        }
    }
}

fn no_more(a: Outcome, b: Outcome) -> bool {
    a == b || a == Outcome::Withheld || b == Outcome::Whole
}

/// Every item goes at most as far in `fewer` as in `more`.
fn at_most(fewer: &[(ItemId, Outcome)], more: &[(ItemId, Outcome)]) -> bool {
    fewer.iter().all(|(id, a)| more.iter().any(|(other, b)| id == other && no_more(*a, *b)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_cell_turned_to_never_never_releases_more(draw in draw(), row_number in 1_u8..=40) {
        let door = Door::embedded();
        let world = build(&draw);
        let class = Class::ALL[draw.class];
        let matrix = door.matrix().clone().with_cell(row(row_number), class, Cell::NEVER);
        let stricter = door.with_matrix(Arc::new(matrix));
        let (before, after) = (goes(&world, door), goes(&world, &stricter));
        prop_assert!(at_most(&after, &before), "{before:?} {after:?}");
        for (id, _) in &after {
            let item = world.items.iter().find(|i| i.id == *id).unwrap();
            // as regards another person the recipient may be in another column: a parent is one of their own child
            prop_assert!(item.row != row(row_number) || item.about.iter().any(|a| a.person != SUBJECT));
        }
    }

    #[test]
    fn fewer_permissions_never_release_more(draw in draw(), n in 0_usize..4) {
        let door = Door::embedded();
        let world = build(&draw);
        let before = goes(&world, door);
        let mut fewer = copy(&world);
        let permissive: Vec<usize> = (0..fewer.permissions.len())
            .filter(|i| fewer.permissions[*i].kind != PermissionKind::Objection)
            .collect();
        if let Some(at) = permissive.get(n) {
            fewer.permissions.remove(*at);
        }
        let after = goes(&fewer, door);
        prop_assert!(at_most(&after, &before), "{before:?} {after:?}");
    }

    #[test]
    fn revoking_is_no_better_than_never_having_signed(draw in draw()) {
        let door = Door::embedded();
        let world = build(&draw);
        let (mut revoked, mut never) = (copy(&world), copy(&world));
        for p in revoked.permissions.iter_mut().filter(|p| p.kind != PermissionKind::Objection) {
            p.revoked_at = Some(now());
        }
        never.permissions.retain(|p| p.kind == PermissionKind::Objection);
        prop_assert!(at_most(&goes(&revoked, door), &goes(&never, door)));
    }

    #[test]
    fn an_objection_never_releases_more(draw in draw(), person in 0_usize..4) {
        let door = Door::embedded();
        let world = build(&draw);
        let before = goes(&world, door);
        let mut objected = copy(&world);
        objected.consent(PEOPLE[person], PermissionKind::Objection);
        let after = goes(&objected, door);
        prop_assert!(at_most(&after, &before), "{before:?} {after:?}");
    }

    #[test]
    fn another_label_or_another_person_never_releases_more(draw in draw(), label in 0..Label::ALL.len(), person in 0_usize..4) {
        let door = Door::embedded();
        let world = build(&draw);
        let before = goes(&world, door);
        let mut labelled = copy(&world);
        for item in &mut labelled.items {
            item.labels.push(Label::ALL[label]);
        }
        prop_assert!(at_most(&goes(&labelled, door), &before));
        let mut about_more = copy(&world);
        for item in about_more.items.iter_mut().filter(|i| !i.value_is_text_naming_somebody()) {
            if item.about.iter().all(|a| a.person != PEOPLE[person]) {
                item.about.push(About { person: PEOPLE[person], record_kind: None });
            }
        }
        prop_assert!(at_most(&goes(&about_more, door), &before));
    }

    #[test]
    fn never_cells_stay_closed_whatever_is_signed_judged_or_ordered(draw in draw()) {
        let door = Door::embedded();
        let world = build(&draw);
        let mut approved = copy(&world);
        approved.approve(door);
        let asked = approved.ids();
        let decision = approved.decide(door, &asked);
        for decided in decision.items().iter().filter(|d| d.outcome != Outcome::Withheld) {
            for one in &decided.people {
                let item = approved.items.iter().find(|i| i.id == decided.item).unwrap();
                for judged in labels::rows(item) {
                    prop_assert!(!door.matrix().cell(judged, one.class.unwrap()).is_never());
                }
            }
        }
    }

    #[test]
    fn the_same_ask_has_the_same_answer(draw in draw()) {
        let door = Door::embedded();
        let world = build(&draw);
        prop_assert_eq!(goes(&world, door), goes(&world, door));
    }

    #[test]
    fn an_unsigned_agency_releases_nothing_outside_an_emergency(draw in draw()) {
        let mut unsigned = build(&draw);
        unsigned.own.signed_at = None;
        unsigned.emergency = false;
        prop_assert!(goes(&unsigned, Door::embedded()).is_empty());
    }
}

#[test]
fn the_generated_worlds_release_often_enough_to_say_something() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut whole, mut formed, mut withheld) = (0, 0, 0);
    for _ in 0..300 {
        let world = build(&draw().new_tree(&mut runner).unwrap().current());
        let out = goes(&world, Door::embedded());
        withheld += world.items.len() - out.len();
        whole += out.iter().filter(|(_, o)| *o == Outcome::Whole).count();
        formed += out.iter().filter(|(_, o)| matches!(o, Outcome::Form(_))).count();
    }
    assert!(
        whole >= 60 && formed >= 10 && withheld >= 300,
        "{whole} whole, {formed} formed, {withheld} withheld"
    );
}

trait Naming {
    fn value_is_text_naming_somebody(&self) -> bool;
}
impl Naming for Item {
    /// Listing a person whom the text names can make it lawful to say the name: that is what listing is for.
    fn value_is_text_naming_somebody(&self) -> bool {
        matches!(&self.value, ItemValue::Text(t) if t.contains("Quillfeather"))
    }
}
