//! The matrix over everything: each of its cells, in every case that a cell can be judged in, and through the door.
//!
//! The letters are read here once more, from the table's own notation, so that an error in the judging of cells is not also
//! an error of the statement about them.

use policy::door::{Door, Outcome};
use policy::facts::attestable;
use policy::record::*;
use policy::share::matrix::{Cell, CellFacts, CellOutcome, Gates, judge};
use policy::share::{Class, Matrix};

use crate::world::{SUBJECT, TARGET, World, row, world_for};

/// What one side of a cell's text lets out, in letters and form.
struct Letters<'t> {
    codes: &'t str,
    form: Option<&'t str>,
}

impl<'t> Letters<'t> {
    fn of(text: &'t str) -> Self {
        let (codes, form) = text.split_once(':').map_or((text, None), |(codes, form)| (codes, Some(form)));
        Self { codes, form }
    }

    /// Whether a legal basis of this kind is one that a letter asks for.
    fn opens_to(&self, gates: Gates) -> bool {
        let has = |letter| self.codes.contains(letter);
        has('C')
            && (gates.meets(Gates::CONSENT) || gates.meets(Gates::AUTHORITY) || gates.meets(Gates::ORDER))
            || has('E') && gates.meets(Gates::EMERGENCY)
            || has('L') && (gates.meets(Gates::PROCESS) || gates.meets(Gates::ORDER))
    }

    /// Whether this may leave by these letters.
    fn lets_out(&self, outcome: CellOutcome, regimes: &[Gates]) -> bool {
        let opened = !regimes.is_empty() && regimes.iter().all(|gates| self.opens_to(*gates));
        let derived = self.codes.contains('D');
        match outcome {
            CellOutcome::No(_) => true,
            CellOutcome::Whole => self.codes == "N" || opened && (derived || self.form.is_none()),
            CellOutcome::Form(form) => {
                let named = self.form == Some(form.to_string().as_str());
                named && (derived || opened) || self.codes == "N"
            }
        }
    }
}

/// Every set of kinds of authority.
fn all_gates() -> Vec<Gates> {
    (0u32..1 << Gates::NAMES.len())
        .map(|bits| {
            let chosen = Gates::NAMES.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
            chosen.fold(Gates::default(), |all, (_, (_, gate))| all.and(*gate))
        })
        .collect()
}

#[test]
fn no_cell_lets_out_what_its_letters_do_not() {
    let gates = all_gates();
    let single: Vec<Gates> = Gates::NAMES.iter().map(|(_, gate)| *gate).collect();
    // one regime of any kinds; two of one kind each: a cell asks the same of each regime by itself
    let mut regimes: Vec<Vec<Gates>> = vec![Vec::new()];
    regimes.extend(gates.iter().map(|gates| vec![*gates]));
    regimes.extend(single.iter().flat_map(|a| single.iter().map(|b| vec![*a, *b])));
    let (mut judged, mut let_out) = (0u32, 0u32);
    for row in Row::all() {
        for class in Class::ALL {
            let cell = Matrix::embedded().cell(row, *class);
            let text = cell.to_string();
            let (main, otherwise) = text.split_once('/').unwrap_or((&text, "X"));
            let (main, note) = main.split_once('@').map_or((main, None), |(main, note)| (main, Some(note)));
            let (met_letters, unmet_letters) = (Letters::of(main), Letters::of(otherwise));
            for regimes in &regimes {
                for bits in 0..64u32 {
                    let bit = |at: u32| bits >> at & 1 == 1;
                    let facts = CellFacts {
                        regimes: regimes.clone(),
                        own: bit(0),
                        itself: bit(1),
                        own_school: bit(2),
                        medical_emergency: bit(3),
                        vawa_release: bit(4),
                        order_rows: if bit(5) { 1 << row.number() } else { !(1 << row.number()) },
                    };
                    let met = match note {
                        None => true,
                        Some("own_place" | "own_service" | "own_task") => facts.own,
                        Some("self" | "own_information") => facts.itself,
                        Some("own_school") => facts.own_school,
                        Some("medical_emergency") => facts.medical_emergency,
                        Some("order_names_row") => bit(5),
                        Some("vawa_release") => facts.vawa_release,
                        Some(other) => panic!("{other}: a footnote that this statement does not know"),
                    };
                    let outcome = judge(row, cell, &facts);
                    let letters = if met { &met_letters } else { &unmet_letters };
                    // that footnote is itself the authority that its C asks for
                    let authority = met && note == Some("medical_emergency");
                    assert!(
                        authority || letters.lets_out(outcome, regimes),
                        "row {row}, {class}, {text}: {outcome:?} with {facts:?}"
                    );
                    if cell.is_never() {
                        assert!(matches!(outcome, CellOutcome::No(_)), "row {row}, {class}: {facts:?}");
                    }
                    judged += 1;
                    let_out += u32::from(!matches!(outcome, CellOutcome::No(_)));
                }
            }
        }
    }
    println!("{judged} judgments, {let_out} let something out");
    assert!(judged > 3_000_000 && let_out > 500_000);
}

/// A world in which everything that can speak for a disclosure does.
fn everything_speaks_for_it(class: Class, number: u8, own: Sector) -> World {
    let mut world = world_for(class);
    if !matches!(world.recipient, Recipient::OwnTeam) {
        world.own.sector = own;
    }
    match own {
        Sector::Hospital => world.own.capacities.hipaa_covered = Some(true),
        Sector::K12School => {
            world.own.capacities.ferpa_covered = Some(true);
            world.person(SUBJECT).is_student = Some(true);
        }
        _ => {}
    }
    let about = if class == Class::Tgt && [13, 32].contains(&number) { TARGET } else { SUBJECT };
    world.item(number, &[about], World::value_for(number));
    let peer = match &world.recipient {
        Recipient::Node(peer) => Some(PermittedRecipient::Agency(peer.id.clone())),
        Recipient::Contact(contact) => Some(PermittedRecipient::Contact(contact.id)),
        Recipient::OwnTeam => None,
    };
    world.last().own_of.extend(peer);
    world.write_statements();
    for kind in PermissionKind::ALL.iter().filter(|kind| **kind != PermissionKind::Objection) {
        world.consent(about, *kind);
    }
    // a representative would be in another column
    for row in attestable().iter().filter(|row| row.fact.path() != "recipient.personal_representative") {
        world.attest(row.fact.path(), true);
    }
    world.danger();
    world.order(LegalProcess::CourtOrder, 1..=40);
    world.order(LegalProcess::Part2Order, 1..=40);
    world.emergency = true;
    world
}

#[test]
fn an_emergency_never_opens_a_cell_that_is_closed_and_no_class_gets_what_its_column_forbids() {
    let door = Door::embedded();
    let (mut never, mut whole, mut formed) = (0, 0, 0);
    for class in Class::ALL {
        for number in 1..=40 {
            let cell = door.matrix().cell(row(number), *class);
            // bound by nothing, so that the law lets pass what it can; and under two regimes, of which each must permit
            for own in [Sector::CommunityOrg, Sector::Hospital, Sector::K12School] {
                for approved in if own == Sector::CommunityOrg { [false, true].iter() } else { [true].iter() }
                {
                    let mut world = everything_speaks_for_it(*class, number, own);
                    if *approved {
                        world.approve(door);
                    }
                    let asked = world.ids();
                    let decision = world.decide(door, &asked);
                    assert!(decision.items()[0].people.iter().all(|one| one.class == Some(*class)));
                    let outcome = decision.items()[0].outcome;
                    let left = decision.release(|| [0; 32]).is_some_and(|out| !out.items().is_empty());
                    assert!(!left || outcome != Outcome::Withheld, "row {number}, {class}");
                    match outcome {
                        Outcome::Withheld => {}
                        Outcome::Whole => assert!(could(cell, None), "row {number}, {class}: {cell}, whole"),
                        Outcome::Form(form) => {
                            assert!(could(cell, Some(form)), "row {number}, {class}: {cell}, {form}");
                        }
                    }
                    if cell.is_never() {
                        assert!(outcome == Outcome::Withheld && !left, "row {number}, {class} is never told");
                        never += 1;
                    }
                    whole += u32::from(left && outcome == Outcome::Whole);
                    formed += u32::from(left && matches!(outcome, Outcome::Form(_)));
                }
            }
        }
    }
    println!("{never} closed cells stayed closed; {whole} went whole, {formed} in a form");
    assert!(never > 500 && whole > 200 && formed > 30);
}

/// Whether the letters of a cell name this outcome at all.
fn could(cell: Cell, form: Option<Form>) -> bool {
    let text = cell.to_string();
    text.split('/').map(|side| side.split('@').next().unwrap_or_default()).any(|side| {
        let letters = Letters::of(side);
        let opened = letters.codes.contains(['C', 'E', 'L']);
        match form {
            None => letters.codes == "N" || opened && (letters.form.is_none() || letters.codes.contains('D')),
            Some(form) => letters.codes == "N" || letters.form == Some(form.to_string().as_str()),
        }
    })
}
