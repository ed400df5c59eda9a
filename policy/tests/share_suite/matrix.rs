//! The matrix against a second copy of the field guide's table, and each cell shown to matter.

use crate::world::*;
use policy::door::{Door, Outcome};
use policy::record::*;
use policy::share::matrix::{Cell, Note};
use policy::share::{Class, Matrix};
use std::sync::Arc;

/// The field guide's own table, as it stands there.
const TABLE: &str = include_str!("field_guide_table.txt");

fn codes(cell: Cell) -> String {
    let text = cell.to_string();
    text.split(['@', ':', '/']).next().unwrap_or_default().to_owned()
}

#[test]
fn the_nine_columns_are_the_field_guides_cell_for_cell() {
    let mut lines = TABLE.lines();
    let columns: Vec<Class> =
        lines.next().unwrap().split('|').skip(3).filter_map(|c| Class::from_word(c.trim())).collect();
    assert_eq!(columns.len(), 9);
    let mut compared = 0;
    for line in lines.skip(1) {
        let parts: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let row = row(parts[0].parse().unwrap());
        for (class, written) in columns.iter().zip(&parts[2..]) {
            let plain = written.trim_end_matches(" (self)").trim_end_matches(['†', '‡']);
            let cell = Matrix::embedded().cell(row, *class);
            assert_eq!(codes(cell), plain, "row {row}, column {class}");
            // what the guide marks with a footnote has one here
            if plain != *written {
                assert!(cell.note.is_some(), "row {row}, column {class}: {written}");
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 360);
}

#[test]
fn every_footnote_of_the_guide_is_in_its_cells() {
    let note = |number, class| Matrix::embedded().cell(row(number), class).note;
    assert_eq!(note(14, Class::Per), Some(Note::OwnPlace));
    assert_eq!(note(14, Class::Aff), Some(Note::OwnPlace));
    assert_eq!(note(25, Class::Prv), Some(Note::OwnService));
    assert_eq!(note(25, Class::Cbo), Some(Note::OwnService));
    assert_eq!(note(27, Class::Prv), Some(Note::MedicalEmergency));
    assert_eq!(note(29, Class::Cor), Some(Note::OwnSchool));
    assert_eq!(Matrix::embedded().cell(row(29), Class::Cor).to_string(), "N@own_school/CE");
    assert_eq!(note(13, Class::Tgt), Some(Note::Itself));
    assert_eq!(note(32, Class::Tgt), Some(Note::Itself));
    assert_eq!(Matrix::embedded().cell(row(2), Class::Aff).to_string(), "DCE:alias");
}

#[test]
fn every_derived_cell_names_its_form_and_prints_as_it_parses() {
    for row in Row::all() {
        for class in Class::ALL {
            let cell = Matrix::embedded().cell(row, *class);
            let text = cell.to_string();
            assert_eq!(Cell::parse(&text), Ok(cell), "{text}");
            assert_eq!(
                text.contains('D'),
                text.contains("D:") || text.contains("DC") || text.contains("DCE")
            );
            assert!(!text.contains('D') || cell.main.form.is_some(), "row {row}, column {class}: {text}");
        }
    }
}

#[test]
fn our_own_columns_are_as_the_design_says() {
    let cell = |number, class| Matrix::embedded().cell(row(number), class).to_string();
    for number in 1..=40 {
        let sub = cell(number, Class::Sub);
        assert_eq!(sub == "X", [10, 13, 19, 26, 38].contains(&number), "SUB {number}");
        assert!(sub == "X" || sub == "N@own_information");
        let crt = cell(number, Class::Crt);
        match number {
            19 | 33 => assert_eq!(crt, "X"),
            26 | 27 => assert_eq!(crt, "L@order_names_row"),
            _ => assert_eq!(crt, "L"),
        }
        let aut = [1, 2, 3, 4, 5, 8, 11, 12, 15, 17, 20, 28].contains(&number);
        assert_eq!(cell(number, Class::Aut), if aut { "L" } else { "X" }, "AUT {number}");
        let (par, fam) = (cell(number, Class::Par), cell(number, Class::Fam));
        match (number, par.as_str()) {
            (20 | 29, _) => assert_eq!(fam, "X"),
            (_, "X" | "L" | "C") => assert_eq!(fam, par),
            (_, par) => assert_eq!(fam, par.replace("D:", "C:").replacen('N', "C", 1), "FAM {number}"),
        }
    }
    for number in [2, 4, 6, 11, 14, 15, 17, 22] {
        assert_eq!(cell(number, Class::Tgt), "EL");
    }
}

#[test]
fn a_matrix_that_cannot_be_read_says_where() {
    let text = include_str!("../../law/matrix.toml");
    for (from, to, says) in [
        ("DCE:alias", "DCE", "row 2, column AFF: `DCE`: D needs a form"),
        ("DCE:alias", "DCE:poem", "there is no form named `poem`"),
        ("N@own_school/CE", "N@own_scool/CE", "there is no footnote named `own_scool`"),
        ("columns = \"COR", "columns = \"CORE", "there is no column `CORE`"),
        ("CL@vawa_release/L", "CC", "row 32, column LE: `CC`: `C` is written twice"),
        ("D:band ", "NC ", "codes are N, X, or some of D C E L"),
    ] {
        let error = Matrix::parse(&text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

/// How many items are in what may leave.
fn leaves(world: &World, door: &Door) -> usize {
    let asked = world.ids();
    world.decide(door, &asked).release(|| [0; 32]).map_or(0, |released| released.items().len())
}

#[test]
fn flipping_any_one_cell_changes_what_goes_or_why() {
    let door = Door::embedded();
    let mut flipped = 0;
    for class in Class::ALL {
        for number in 1..=40 {
            let mut world = world_for(*class);
            let about = if *class == Class::Tgt && [13, 32].contains(&number) { TARGET } else { SUBJECT };
            world.item(number, &[about], World::value_for(number));
            let peer = match &world.recipient {
                Recipient::Node(peer) => Some(PermittedRecipient::Agency(peer.id.clone())),
                Recipient::Contact(contact) => Some(PermittedRecipient::Contact(contact.id)),
                Recipient::OwnTeam => None,
            };
            world.last().own_of.extend(peer);
            world.write_statements();
            world.approve(door);
            let before = world.judge(door);
            let went = leaves(&world, door);
            let cell = door.matrix().cell(row(number), *class);
            let opposite = if before.0 == Outcome::Withheld { "N" } else { "X" };
            let matrix = door.matrix().clone().with_cell(row(number), *class, Cell::parse(opposite).unwrap());
            let other = door.with_matrix(Arc::new(matrix));
            let mut again = world;
            again.approval = None;
            again.approve(&other);
            let after = again.judge(&other);
            assert_ne!(before, after, "row {number}, {class} ({cell} → {opposite}) made no difference");
            assert_ne!(
                before.0, after.0,
                "row {number}, {class} ({cell} → {opposite}): {before:?} {after:?}"
            );
            // and not in words only: the item is in what may leave, or it is not
            assert_ne!(went, leaves(&again, &other), "row {number}, {class}: the same leaves");
            flipped += 1;
        }
    }
    assert_eq!(flipped, 520);
}
