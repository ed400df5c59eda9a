//! The items of a body and the grounds they go on, whatever its kind.

use crate::exchange::v1::{Body, Ground, ItemRelease, body::Kind};

/// Items, and beside them the grounds that they name by place.
#[derive(Clone, Copy, Default)]
pub struct Items<'a> {
    /// The items.
    pub items: &'a [ItemRelease],
    /// The grounds.
    pub grounds: &'a [Ground],
}

impl<'a> Items<'a> {
    /// Each item with its ground. One that names a ground which is not there is left out; no checked body has such a one.
    pub fn iter(self) -> impl Iterator<Item = (&'a ItemRelease, &'a Ground)> {
        let ground = |item: &ItemRelease| self.grounds.get(usize::try_from(item.ground).ok()?);
        self.items.iter().filter_map(move |item| Some((item, ground(item)?)))
    }
}

impl Body {
    /// The items that it carries; none for a kind that carries none.
    pub fn items(&self) -> Items<'_> {
        let (items, grounds) = match &self.kind {
            Some(Kind::Vignette(m)) => (&m.items, &m.grounds),
            Some(Kind::Summary(m)) => (&m.items, &m.grounds),
            Some(Kind::Request(m)) => (&m.described_person, &m.grounds),
            Some(Kind::Answer(m)) => (&m.items, &m.grounds),
            Some(Kind::Referral(m)) => (&m.items, &m.grounds),
            Some(Kind::ReferralStatus(m)) => (&m.items, &m.grounds),
            _ => return Items::default(),
        };
        Items { items, grounds }
    }

    /// The same, to be changed.
    pub fn items_mut(&mut self) -> Option<(&mut Vec<ItemRelease>, &mut Vec<Ground>)> {
        match &mut self.kind {
            Some(Kind::Vignette(m)) => Some((&mut m.items, &mut m.grounds)),
            Some(Kind::Summary(m)) => Some((&mut m.items, &mut m.grounds)),
            Some(Kind::Request(m)) => Some((&mut m.described_person, &mut m.grounds)),
            Some(Kind::Answer(m)) => Some((&mut m.items, &mut m.grounds)),
            Some(Kind::Referral(m)) => Some((&mut m.items, &mut m.grounds)),
            Some(Kind::ReferralStatus(m)) => Some((&mut m.items, &mut m.grounds)),
            _ => None,
        }
    }
}
