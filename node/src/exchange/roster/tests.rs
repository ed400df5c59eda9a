//! Every refusal of the roster, and what it lets through.

use super::*;

const NOW: UtcTime = UtcTime(1_795_284_300_000);

fn member(id: &str, n: u8) -> Member {
    Member {
        id: AgencyId::from(id),
        name: format!("The {id}"),
        spiffe: SpiffeId::parse(&format!("spiffe://region.example/agency/{id}")).unwrap(),
        tls_key_sha256: [n; 32],
        verify_key: [n; 32],
        hpke_key: [n; 32],
        addresses: vec!["127.0.0.1:7001".to_owned()],
        sector: Sector::Hospital,
        team_role: TeamRole::Core,
        emergency_phone: "+1 555 0100".to_owned(),
    }
}

fn issue(keys: &NodeKeys, serial: u64, members: &[Member]) -> Result<(String, String), RosterError> {
    Roster::issue("region.example", serial, NOW, NOW.plus_days(30), members, keys)
}

fn parse(
    keys: &NodeKeys,
    text: &str,
    signature: &str,
    seen: Option<LastSeen>,
) -> Result<Roster, RosterError> {
    Roster::parse(text.as_bytes(), signature.as_bytes(), &hex::encode(&keys.verify_key()), seen)
}

/// Signs a text as it is, whatever it says.
fn sign(keys: &NodeKeys, text: &str) -> String {
    hex::encode(&keys.sign(&signed_message(text.as_bytes())))
}

#[test]
fn what_was_issued_is_read_back() {
    let keys = NodeKeys::generate().unwrap();
    let members = [member("hospital", 1), member("school", 2)];
    let (text, signature) = issue(&keys, 7, &members).unwrap();
    let roster = parse(&keys, &text, &signature, None).unwrap();
    assert_eq!(roster.members(), members);
    assert_eq!((roster.serial(), roster.region()), (7, "region.example"));
    assert_eq!(roster.agency(&AgencyId::from("school")), Some(&members[1]));
    assert_eq!(roster.agency(&AgencyId::from("nobody")), None);
}

#[test]
fn any_changed_byte_breaks_the_signature() {
    let keys = NodeKeys::generate().unwrap();
    let (text, signature) = issue(&keys, 7, &[member("hospital", 1)]).unwrap();
    for at in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] ^= 1;
        let refused = Roster::parse(&changed, signature.as_bytes(), &hex::encode(&keys.verify_key()), None)
            .unwrap_err();
        assert_eq!(refused, RosterError::BadSignature, "byte {at}");
    }
    let other = NodeKeys::generate().unwrap();
    assert_eq!(parse(&other, &text, &signature, None).unwrap_err(), RosterError::BadSignature);
    assert_eq!(parse(&keys, &text, "", None).unwrap_err(), RosterError::BadSignature);
    let refused = Roster::parse(text.as_bytes(), signature.as_bytes(), "zz", None).unwrap_err();
    assert_eq!(refused, RosterError::CoordinatorKey);
}

#[test]
fn older_and_doubled_serials_are_refused() {
    let keys = NodeKeys::generate().unwrap();
    let (old, old_signature) = issue(&keys, 7, &[member("hospital", 1)]).unwrap();
    let (new, new_signature) = issue(&keys, 8, &[member("hospital", 1)]).unwrap();
    let (twin, twin_signature) = issue(&keys, 8, &[member("hospital", 2)]).unwrap();
    let first = parse(&keys, &old, &old_signature, None).unwrap();
    let second = parse(&keys, &new, &new_signature, Some(first.last_seen())).unwrap();
    let seen = Some(second.last_seen());
    assert_eq!(
        parse(&keys, &old, &old_signature, seen).unwrap_err(),
        RosterError::Older { serial: 7, seen: 8 }
    );
    assert_eq!(
        parse(&keys, &twin, &twin_signature, seen).unwrap_err(),
        RosterError::SerialReused { serial: 8 }
    );
    parse(&keys, &new, &new_signature, seen).unwrap();
}

#[test]
fn an_expired_roster_stops_sending_and_says_so() {
    let keys = NodeKeys::generate().unwrap();
    let (text, signature) = issue(&keys, 7, &[member("hospital", 1)]).unwrap();
    let roster = parse(&keys, &text, &signature, None).unwrap();
    roster.usable_at(NOW).unwrap();
    roster.usable_at(UtcTime(NOW.plus_days(30).0 - 1)).unwrap();
    let error = roster.usable_at(NOW.plus_days(30)).unwrap_err();
    assert!(error.to_string().contains("sending stops"), "{error}");
    assert!(matches!(roster.usable_at(NOW.plus_days(-2)), Err(RosterError::NotYet { .. })));
}

#[test]
fn signed_nonsense_is_refused_with_the_place() {
    let keys = NodeKeys::generate().unwrap();
    let (text, _) = issue(&keys, 7, &[member("hospital", 1)]).unwrap();
    for (from, to, says) in [
        ("serial = 7", "serial = 7\nsurprise = 1", "surprise"),
        ("name = ", "nick = 'x'\nname = ", "nick"),
        ("sector = \"hospital\"", "sector = \"circus\"", "circus"),
        ("agency/hospital", "agency/school", "spiffe must be"),
        ("agency/hospital", "agency/hospital/staff/ana", "spiffe must be"),
        ("127.0.0.1:7001", "127.0.0.1", "HOST:PORT"),
        ("127.0.0.1:7001", "127.0.0.1:0", "HOST:PORT"),
        ("+1 555 0100", "call me", "telephone"),
        ("verify_key = \"01", "verify_key = \"", "verify_key"),
        ("expires_at = \"2026-12-21", "expires_at = \"2026-11-20", "not after"),
        ("issued_at = \"2026", "issued_at = \"soon", "issued_at"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from} is not in\n{text}");
        let error = parse(&keys, &changed, &sign(&keys, &changed), None).unwrap_err();
        assert!(matches!(error, RosterError::Malformed(_)), "{from}: {error}");
        assert!(error.to_string().contains(says), "{from} -> {to}: {error}");
    }
}

#[test]
fn two_agencies_never_share_an_id_or_a_key() {
    let keys = NodeKeys::generate().unwrap();
    let twin = |change: fn(&mut Member)| {
        let mut second = member("school", 2);
        change(&mut second);
        issue(&keys, 1, &[member("hospital", 1), second])
    };
    twin(|_| ()).unwrap();
    assert!(twin(|second| second.tls_key_sha256 = [1; 32]).is_err());
    assert!(twin(|second| second.verify_key = [1; 32]).is_err());
    assert!(twin(|second| second.hpke_key = [1; 32]).is_err());
    assert!(twin(|second| *second = Member { tls_key_sha256: [3; 32], ..member("hospital", 2) }).is_err());
    assert!(issue(&keys, 1, &[]).is_err());
}

#[test]
fn those_who_left_are_named() {
    let keys = NodeKeys::generate().unwrap();
    let all = [member("hospital", 1), member("school", 2), member("sheriff", 3)];
    let rekeyed = Member { tls_key_sha256: [9; 32], ..member("school", 2) };
    let (old, old_signature) = issue(&keys, 1, &all).unwrap();
    let (new, new_signature) = issue(&keys, 2, &[member("hospital", 1), rekeyed]).unwrap();
    let old = parse(&keys, &old, &old_signature, None).unwrap();
    let new = parse(&keys, &new, &new_signature, None).unwrap();
    assert_eq!(old.departed(&new), [AgencyId::from("school"), AgencyId::from("sheriff")]);
    assert_eq!(old.departed(&old), Vec::<AgencyId>::new());
}
