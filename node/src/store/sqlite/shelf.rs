//! Where a record stands on the medium: the upper bits of its place name a shelf, the lower ones are its position in the
//! order of creation. SQLite keeps a table in the order of its integer key, so one shelf is a few pages side by side.
//!
//! Caller: the writer. A shelf belongs to the record that owns a key, and all that share the key stand on it.

/// Bits of a position: 8.6 billion records.
const POSITION_BITS: u32 = 33;
/// Bits of a shelf; with those of a position they fill SQLite's 63.
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
        Self(place.cast_unsigned() >> POSITION_BITS)
    }

    /// The place on this shelf of the record with a position; `None` when there are no more positions.
    pub(super) const fn place(self, position: u64) -> Option<i64> {
        if position >> POSITION_BITS != 0 {
            return None;
        }
        Some((self.0 << POSITION_BITS | position).cast_signed())
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
            let places: Vec<i64> = [owner, LAST].iter().map(|p| shelf.place(*p).unwrap()).collect();
            assert!(places.iter().all(|place| *place > 0 && Shelf::of(*place) == shelf), "{owner}");
            assert!(places.is_sorted());
            assert_eq!(places[0].cast_unsigned() & LAST, owner);
        }
        assert_eq!(Shelf::numbered(3).place(LAST + 1), None);
        assert!(Shelf::numbered(3).place(LAST).unwrap() < Shelf::numbered(4).place(1).unwrap());
    }
}
