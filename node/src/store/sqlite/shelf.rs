//! Where a record stands on the medium: the upper bits of its place name a shelf, one bit its half, the lower ones are its
//! position in the order of creation. SQLite keeps a table in the order of its integer key, so one shelf is a few pages side
//! by side, and what is read when a case is opened is side by side within it.
//!
//! Caller: the writer. A shelf belongs to the record that owns a key, and all that share the key stand on it.

use crate::store::Kind;

/// Bits of a position: 4.3 billion records.
const POSITION_BITS: u32 = 32;
/// The half: 0 for what opens a case.
const HALF_BITS: u32 = 1;
/// Bits of a shelf; with the others they fill SQLite's 63.
const SHELF_BITS: u32 = 30;

/// The number of a shelf. Owners of more than 2^30 keys share shelves, which costs them nothing but the nearness.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Shelf(u64);

impl Shelf {
    /// The shelf of an owner, by its position.
    pub(super) const fn numbered(position: u64) -> Self {
        Self(position & ((1 << SHELF_BITS) - 1))
    }

    /// The shelf of a place.
    pub(super) const fn of(place: i64) -> Self {
        Self(place.cast_unsigned() >> (HALF_BITS + POSITION_BITS))
    }

    /// The place on this shelf of the record of a kind with a position; `None` when there are no more positions.
    pub(super) const fn place(self, kind: Kind, position: u64) -> Option<i64> {
        if position >> POSITION_BITS != 0 {
            return None;
        }
        let half = !kind.opens_a_case() as u64;
        Some(((self.0 << HALF_BITS | half) << POSITION_BITS | position).cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_positive_tells_its_shelf_and_orders_a_shelf_by_position() {
        const LAST: u64 = (1 << POSITION_BITS) - 1;
        for owner in [1, 2, (1 << SHELF_BITS) - 1, 1 << SHELF_BITS, (1 << SHELF_BITS) + 7, LAST] {
            let shelf = Shelf::numbered(owner);
            let place = |kind, position| shelf.place(kind, position).unwrap();
            let places = [
                place(Kind::Case, owner),
                place(Kind::Entry, LAST),
                place(Kind::Person, 1),
                place(Kind::Item, LAST),
            ];
            assert!(places.iter().all(|place| *place > 0 && Shelf::of(*place) == shelf), "{owner}");
            assert!(places.is_sorted());
            assert_eq!(places.map(|place| place.cast_unsigned() & LAST), [owner, LAST, 1, LAST]);
        }
        assert_eq!(Shelf::numbered(3).place(Kind::Item, LAST + 1), None);
        let last = Shelf::numbered(3).place(Kind::Item, LAST).unwrap();
        assert!(last < Shelf::numbered(4).place(Kind::Case, 1).unwrap());
    }
}
