//! Grounds: their own fields, and that items and grounds fit together.

use policy::record::RecordKind;
use proto::Items;
use proto::exchange::v1::{
    AboutPerson, AboutRole, AttestationMade, Basis, Ground, LoneItem, PermissionKind, PermissionUsed,
    TravellingText,
};

use super::ITEMS_MAX;
use super::check::{Checked, Path, Problem};
use super::item;

/// Items and the grounds beside them: each ground is named by an item, and they stand in the order of their first naming,
/// so that there is one way to write a message and no room in it for anything that no item rests on.
pub(super) fn check_all(at: &Path<'_>, name: &'static str, all: Items<'_>, max: usize) -> Checked {
    at.each(name, all.items, (0, max), item::check)?;
    at.each("grounds", all.grounds, (0, ITEMS_MAX), check)?;
    let mut named = 0;
    for (place, item) in all.items.iter().enumerate() {
        let ground = usize::try_from(item.ground).unwrap_or(usize::MAX);
        if ground > named || ground >= all.grounds.len() {
            return Err(Path::Index(&at.field(name), place).wrong("ground", Problem::Range));
        }
        named += usize::from(ground == named);
    }
    if named == all.grounds.len() {
        Ok(())
    } else {
        Err(at.wrong("grounds", Problem::Contradiction("every ground is that of an item")))
    }
}

/// An item that stands by itself.
pub(super) fn check_lone(at: &Path<'_>, lone: &LoneItem) -> Checked {
    let (Some(one), Some(ground)) = (&lone.item, &lone.ground) else {
        return Err(at.wrong(if lone.item.is_none() { "item" } else { "ground" }, Problem::Missing));
    };
    item::check(&at.field("item"), one)?;
    if one.ground != 0 {
        return Err(at.field("item").wrong("ground", Problem::Range));
    }
    check(&at.field("ground"), ground)
}

fn check(at: &Path<'_>, ground: &Ground) -> Checked {
    at.each("about", &ground.about, (1, 16), about)?;
    at.each("basis", &ground.basis, (1, 16), basis)?;
    at.each("attestations", &ground.attestations, (0, 16), attestation)?;
    at.words("obligations", &ground.obligations, (0, 32))?;
    at.each("travels", &ground.travels, (0, 8), travelling)
}

fn about(at: &Path<'_>, about: &AboutPerson) -> Checked {
    at.value::<AboutRole>("role", about.role)?;
    at.text("alias", &about.alias, 64)?;
    at.words("regimes", &about.regimes, (0, 8))?;
    at.each("permissions", &about.permissions, (0, 8), permission)?;
    if about.record_kind.is_empty() {
        Ok(())
    } else {
        at.known("record_kind", &about.record_kind, RecordKind::from_word)
    }
}

fn permission(at: &Path<'_>, permission: &PermissionUsed) -> Checked {
    at.value::<PermissionKind>("kind", permission.kind)?;
    at.text("scope", &permission.scope, 1024)?;
    at.maybe_time("expires_at_ms", permission.expires_at_ms)
}

fn basis(at: &Path<'_>, basis: &Basis) -> Checked {
    at.word("regime", &basis.regime)?;
    at.some_text("clause_id", &basis.clause_id, 128)?;
    at.some_text("citation", &basis.citation, 256)?;
    at.some_text("law_version", &basis.law_version, 64)
}

fn attestation(at: &Path<'_>, attestation: &AttestationMade) -> Checked {
    at.some_text("fact", &attestation.fact, 128)?;
    at.some_text("by_role", &attestation.by_role, 64)?;
    at.time("at_ms", attestation.at_ms)
}

fn travelling(at: &Path<'_>, text: &TravellingText) -> Checked {
    at.word("id", &text.id)?;
    at.some_text("text", &text.text, 4096)
}
