//! What a member of the region could send, by mistake or on purpose, with good certificates and keys: each envelope is refused
//! with a code and words that name the remedy, or its items are set apart where the privacy officer sees them.

use node::app::Disclosure;
use node::clock::{Clock, SystemClock};
use node::config::Config;
use node::demo::region::Region;
use node::demo::setup::{self, Teams};
use node::exchange::envelope::{self, PADDED_BYTES, Sealing};
use node::exchange::keys::NodeKeys;
use node::exchange::peer::{PeerLimits, Peers};
use node::exchange::roster::{Member, Roster};
use node::exchange::wire;
use node::serve::{Options, Running, start, tls_paths};
use node::store::{Kind, Page};
use node::tls::{TcpDial, Tls, TlsMaterial};
use policy::id::{AgencyId, Id, MessageId};
use prost::Message;
use proto::agency::v1 as api;
use proto::exchange::v1::item_release::Value;
use proto::exchange::v1::{
    Body, DeliverOutcome, DeliverRequest, DeliverResult, Envelope, Form, Ground, ItemRelease,
    QuarantineReason, RefusalCode, Statement, body,
};
use std::path::PathBuf;
use std::sync::Arc;
use system_tests::pair::{
    GOES, HOSPITAL, NURSE, PAIR, READER, TEAM, TEAM_OFFICER, approve, ask, inbox, trace, wait_for,
};

const MARKER: &str = "planted5c20";

/// The team's node runs; the hospital is this test, with the hospital's own keys.
struct Rogue {
    region: Region,
    team: Running,
    keys: NodeKeys,
    own: Member,
    to: Member,
    peers: Peers,
    /// A share that the hospital's real node made before: as it went, and what was in it.
    envelope: Envelope,
    message: MessageId,
    body: Body,
    made: u8,
    _dir: tempfile::TempDir,
}

async fn pair() -> (tempfile::TempDir, Region, Running, Running, Teams) {
    let dir = tempfile::tempdir().unwrap();
    let region = Region::create(PAIR, &dir.path().join("region"), PathBuf::from("concord")).await.unwrap();
    let hospital = start(&region.home(HOSPITAL), Options::default()).await.unwrap();
    let team = start(&region.home(TEAM), Options::default()).await.unwrap();
    let teams = setup::first_day(&region).await.unwrap();
    (dir, region, hospital, team, teams)
}

impl Rogue {
    async fn new() -> Self {
        let (dir, region, hospital, team, teams) = pair().await;
        let asked = ask(&region, &teams, MARKER).await.unwrap();
        approve(&region, &asked).await.unwrap();
        wait_for("the delivery", 60, async || {
            Ok(trace(&region, &asked).await?.contains("delivered to").then_some(()))
        })
        .await
        .unwrap();
        let case = asked.case.parse::<Id>().unwrap();
        let rows = hospital.app.store.children(Kind::Disclosure, case, Page::first(1)).await.unwrap();
        let sent: node::app::Read<Disclosure> =
            node::app::rows::read(rows.into_iter().next().unwrap()).unwrap();
        let envelope = Envelope::decode(sent.bytes.as_slice()).unwrap();
        hospital.stop().await.unwrap();

        let config = |agency: &str| Config::load(&region.home(agency)).unwrap();
        let keys = |agency: &str| {
            let keys = config(agency).keys;
            NodeKeys::read(&keys.signing, &keys.opening).unwrap()
        };
        let r = config(TEAM).roster;
        let roster = Roster::read(&r.file, &r.signature, &r.coordinator_key, None).unwrap();
        let member = |agency: &str| roster.agency(&AgencyId::from(agency)).unwrap().clone();
        let (own, to) = (member(HOSPITAL), member(TEAM));
        let opened =
            envelope::open(&keys(TEAM), to.spiffe.as_str(), &own, &envelope, SystemClock.now()).unwrap();
        let material = TlsMaterial::read(&tls_paths(&config(HOSPITAL))).unwrap();
        let tls = Tls::new(material, Arc::new(SystemClock)).unwrap();
        Self {
            keys: keys(HOSPITAL),
            peers: Peers::new(TcpDial, tls, PeerLimits::default(), None),
            region,
            team,
            own,
            to,
            envelope,
            message: opened.message,
            body: opened.body,
            made: 0,
            _dir: dir,
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a peer that sends what no courier would")]
    async fn send(&self, envelope: &Envelope) -> DeliverResult {
        let request = DeliverRequest { envelopes: vec![envelope.clone()] };
        let [result] = self.peers.deliver(&self.to, request).await.unwrap().results.try_into().unwrap();
        assert!(!result.text.contains(MARKER), "{}", result.text);
        result
    }

    async fn refused(&self, envelope: &Envelope, code: RefusalCode, says: &[&str]) {
        let result = self.send(envelope).await;
        assert_eq!((result.outcome(), result.refusal()), (DeliverOutcome::Refused, code), "{}", result.text);
        for words in says {
            assert!(result.text.contains(words), "`{words}` is not in: {}", result.text);
        }
        assert!(result.receipt.is_none());
    }

    fn new_id(&mut self) -> MessageId {
        self.made += 1;
        MessageId(Id::from_bytes([self.made; 16]))
    }

    /// What stands on the outside of a new envelope to the team.
    fn sealing(&self, message: MessageId) -> Sealing<'_> {
        let from = self.own.spiffe.to_string();
        Sealing { message, from, to: &self.to, created_at: SystemClock.now(), exercise: false }
    }

    fn seal(&mut self, body: &Body) -> Envelope {
        let message = self.new_id();
        envelope::seal(&self.keys, &self.sealing(message), body).unwrap()
    }

    /// The share that was good, with its first item and a ground of its own changed and committed to anew.
    fn with_item(&self, change: impl FnOnce(&mut ItemRelease, &mut Ground)) -> Body {
        let mut body = self.body.clone();
        let (items, grounds) = body.items_mut().unwrap();
        let before = std::mem::take(grounds);
        let mut own = before[0].clone();
        change(&mut items[0], &mut own);
        wire::commit(&mut items[0], &wire::ground_digest(&own), [9; 32]);
        grounds.push(own);
        // the others' grounds follow in the order of their first naming
        let mut places = vec![None; before.len()];
        for item in &mut items[1..] {
            let at = item.ground as usize;
            item.ground = *places[at].get_or_insert_with(|| {
                grounds.push(before[at].clone());
                u32::try_from(grounds.len() - 1).unwrap()
            });
        }
        body
    }

    async fn set_apart(&self) -> Vec<api::QuarantinedItem> {
        let officer = self.region.staff(TEAM_OFFICER).unwrap();
        officer.list_quarantine(api::ListQuarantineRequest::default()).await.unwrap().items
    }

    /// Nothing but the first share is in the inbox, and nothing is set apart.
    async fn unchanged(&self) {
        let ids: Vec<_> = inbox(&self.region).await.unwrap().into_iter().map(|m| m.message_id).collect();
        assert_eq!(ids, [self.message.to_string()]);
        assert!(self.set_apart().await.is_empty());
    }
}

fn first(body: &mut Body) -> &mut ItemRelease {
    let Some(body::Kind::Summary(summary)) = &mut body.kind else { panic!("the share is a summary") };
    &mut summary.items[0]
}

#[tokio::test]
async fn envelopes_that_are_not_in_order_are_refused_with_code_and_remedy() {
    let rogue = Rogue::new().await;
    let good = rogue.envelope.clone();

    // again, the same bytes: the first receipt, and no second message
    let result = rogue.send(&good).await;
    assert_eq!(result.outcome(), DeliverOutcome::Duplicate);
    assert!(result.receipt.is_some());
    // again, the same id with other bytes
    let (keys, to) = (&rogue.keys, &rogue.to);
    let from = rogue.own.spiffe.to_string();
    let now = SystemClock.now();
    let sealing = |message, from: &str, to, created_at| Sealing {
        message,
        from: from.to_owned(),
        to,
        created_at,
        exercise: false,
    };
    let seal = |s: &Sealing<'_>| envelope::seal(keys, s, &rogue.body).unwrap();
    let reused = seal(&sealing(rogue.message, &from, to, now));
    rogue
        .refused(
            &reused,
            RefusalCode::IdReused,
            &["came before with other bytes: give each message its own id"],
        )
        .await;

    // altered on the way, byte by byte of each part
    let forged = &["the signature is not the sender's: the envelope was changed on the way, or forged"];
    let mut altered = good.clone();
    *altered.ciphertext.last_mut().unwrap() ^= 1;
    rogue.refused(&altered, RefusalCode::SenderNotProved, forged).await;
    let mut altered = good.clone();
    altered.encapsulated_key[0] ^= 1;
    rogue.refused(&altered, RefusalCode::SenderNotProved, forged).await;
    let mut altered = good.clone();
    altered.signature[7] ^= 1;
    rogue.refused(&altered, RefusalCode::SenderNotProved, forged).await;
    // truncated, each part
    let cut = &["it was cut off, changed, or made by other software"];
    for part in 0..4 {
        let mut short = good.clone();
        let bytes =
            [&mut short.header, &mut short.encapsulated_key, &mut short.ciphertext, &mut short.signature];
        bytes.into_iter().nth(part).unwrap().pop();
        rogue.refused(&short, RefusalCode::Malformed, cut).await;
    }
    rogue.refused(&Envelope::default(), RefusalCode::Malformed, cut).await;
    // oversized
    let mut large = good.clone();
    large.ciphertext.resize(2 * PADDED_BYTES.1 + 16, 0);
    rogue
        .refused(
            &large,
            RefusalCode::TooLarge,
            &["body has 524304 bytes, at most 262160 are allowed: send fewer items"],
        )
        .await;

    // another sender's name, another recipient, another key, another time
    let somebody = "spiffe://pair.example/agency/sheriff";
    let fresh = |n: u8| MessageId(Id::from_bytes([n; 16]));
    let envelope = seal(&sealing(fresh(201), somebody, to, now));
    let says = &[
        "says it is from spiffe://pair.example/agency/sheriff, but it came from",
        "pair-hospital",
        "is believed",
    ];
    rogue.refused(&envelope, RefusalCode::SenderNotProved, says).await;
    let envelope = seal(&sealing(fresh(202), &from, &rogue.own, now));
    rogue
        .refused(
            &envelope,
            RefusalCode::WrongRecipient,
            &["not to this agency: the sender must look at its roster"],
        )
        .await;
    let stranger = NodeKeys::generate().unwrap();
    let envelope = envelope::seal(&stranger, &sealing(fresh(203), &from, to, now), &rogue.body).unwrap();
    rogue
        .refused(
            &envelope,
            RefusalCode::KeyNotCurrent,
            &["an older key of the sender: fetch the newest roster and send again"],
        )
        .await;
    let old = Member { hpke_key: stranger.hpke_key(), ..to.clone() };
    let envelope = seal(&sealing(fresh(204), &from, &old, now));
    rogue
        .refused(
            &envelope,
            RefusalCode::KeyNotCurrent,
            &["an older key of the recipient: fetch the newest roster"],
        )
        .await;
    let envelope = seal(&sealing(fresh(205), &from, to, now.plus_minutes(30)));
    rogue.refused(&envelope, RefusalCode::Clock, &["in the future: check the clocks on both sides"]).await;
    let envelope = seal(&sealing(fresh(206), &from, to, now.plus_days(-70)));
    rogue.refused(&envelope, RefusalCode::Clock, &["too long ago: check the clocks on both sides"]).await;
    rogue.unchanged().await;
    rogue.team.stop().await.unwrap();
}

/// Sealing unchecked bytes is compiled into debug builds only.
#[cfg(debug_assertions)]
#[tokio::test]
async fn bodies_of_other_software_are_refused_by_the_field() {
    let mut rogue = Rogue::new().await;
    let item = "body.summary.items[0]";
    let mut bodies: Vec<(Vec<u8>, String)> = vec![
        (b"not a message at all".to_vec(), "body: cannot be read".to_owned()),
        (Vec::new(), "body: cannot be read".to_owned()),
    ];
    let whole = rogue.body.encode_to_vec();
    bodies.push((whole[..whole.len() / 2].to_vec(), "body: cannot be read".to_owned()));
    // a field that this version does not know: number 99, a varint
    bodies.push((
        [whole.as_slice(), &[0x98, 0x06, 0x01]].concat(),
        "has fields that this version does not know".to_owned(),
    ));
    let mut changed = |says: String, change: &dyn Fn(&mut ItemRelease, &mut Ground)| {
        let mut body = rogue.body.clone();
        let (items, grounds) = body.items_mut().unwrap();
        change(&mut items[0], &mut grounds[0]);
        bodies.push((body.encode_to_vec(), says));
    };
    changed(format!("{item}.form: value 99 is not known to this version"), &|i, _| i.form = 99);
    let ground = "body.summary.grounds[0]";
    changed(format!("{ground}.about[0].role: value 77 is not known to this version"), &|_, g| {
        g.about[0].role = 77
    });
    changed(format!("{item}.ground: is out of range"), &|i, _| i.ground = 7);
    changed(format!("{item}.row: "), &|i, _| i.row = 999);
    changed(format!("{item}.record_kind: holds a word that is not known"), &|i, _| {
        i.record_kind = "gossip".into()
    });
    changed(format!("{item}.labels[0]: holds a word that is not known"), &|i, _| {
        i.labels = vec!["top_secret".into()]
    });
    changed(format!("{item}.salt: "), &|i, _| i.salt.truncate(3));
    changed("control or direction-changing characters".to_owned(), &|i, _| {
        i.value = Some(Value::Text("\u{202e}backwards".to_owned()));
    });
    for (content, says) in bodies {
        let message = rogue.new_id();
        let envelope = envelope::seal_unchecked(&rogue.keys, &rogue.sealing(message), &content).unwrap();
        rogue.refused(&envelope, RefusalCode::Malformed, &[&says]).await;
    }
    rogue.unchanged().await;
    rogue.team.stop().await.unwrap();
}

type Change = Box<dyn Fn(&mut ItemRelease, &mut Ground)>;

/// Each change makes of a good item one that this recipient must not have, and what both sides are told of it.
fn oversharing() -> Vec<(Change, QuarantineReason, &'static str)> {
    use QuarantineReason as Q;
    let case =
        |change: fn(&mut ItemRelease, &mut Ground), code, text| (Box::new(change) as Change, code, text);
    vec![
        case(
            |i, _| {
                i.row = 26;
                i.labels = vec!["session_notes".into()];
                i.elements = vec!["incident_circumstances".into()];
            },
            Q::Cell,
            "this agency's class may not be told this kind of information",
        ),
        case(
            |i, _| {
                i.form = Form::Statement.into();
                i.value = Some(Value::Statement(Statement {
                    text: "for somebody else".into(),
                    written_for: "le".into(),
                    by_role: "chair".into(),
                    written_at_ms: SystemClock.now().0,
                }));
            },
            Q::Class,
            "the statement was written for another class of recipient",
        ),
        case(
            |_, g| g.basis[0].clause_id = "hipaa.invented".into(),
            Q::Basis,
            "a clause that is named as the basis is not in this agency's law",
        ),
        case(
            |_, g| g.about[0].regimes.push("part2".into()),
            Q::Basis,
            "a law that governs this record has no basis named",
        ),
        case(
            |_, g| g.about[0].permissions.clear(),
            Q::Basis,
            "the basis is a permission, and its kind, scope and end did not come along",
        ),
        case(
            |_, g| g.about[0].permissions[0].expires_at_ms = SystemClock.now().plus_days(-1).0,
            Q::Expired,
            "the permission it rests on has ended",
        ),
        case(
            |i, _| i.expires_at_ms = SystemClock.now().plus_days(-1).0,
            Q::Expired,
            "it had expired before it arrived",
        ),
        case(
            |_, g| g.obligations.push("burn_after_reading".into()),
            Q::Obligation,
            "a duty came along that this agency's node does not know how to keep",
        ),
        case(
            |i, g| {
                i.record_kind = "sud_record".into();
                g.about[0].record_kind = String::new();
            },
            Q::Label,
            "a confidentiality label that this kind of record must carry is missing",
        ),
    ]
}

#[tokio::test]
async fn a_member_that_sends_too_much_is_set_apart_and_told() {
    let mut rogue = Rogue::new().await;
    let mut apart = 0;
    for (at, (change, code, text)) in oversharing().into_iter().enumerate() {
        let body = rogue.with_item(|item, ground| {
            change(item, ground);
            if let Some(Value::Text(words)) = &mut item.value {
                *words = format!("too much, case {at}");
            }
        });
        let envelope = rogue.seal(&body);
        let result = rogue.send(&envelope).await;
        assert_eq!(result.outcome(), DeliverOutcome::Quarantined, "case {at}: {}", result.text);
        // the sender is told by code, signed
        let receipt = result.receipt.unwrap();
        let own = rogue.own.spiffe.to_string();
        let opened = envelope::open(&rogue.keys, &own, &rogue.to, &receipt, SystemClock.now()).unwrap();
        let Some(body::Kind::Receipt(said)) = opened.body.kind else { panic!("it is a receipt") };
        let mut sent = body.clone();
        let commitment = first(&mut sent).commitment.clone();
        let codes: Vec<_> = said.quarantined.iter().map(|q| (q.commitment.clone(), q.reason())).collect();
        assert_eq!(codes, [(commitment, code)], "case {at}");
        assert_eq!(said.commitments.len(), GOES - 1, "case {at}: the others are admitted");
        // the privacy officer reads why; nobody reads the item in the inbox
        apart += 1;
        let set_apart = rogue.set_apart().await;
        assert_eq!(set_apart.len(), apart, "case {at}");
        let message_id = MessageId(Id::from_slice(&result.message_id).unwrap()).to_string();
        let seen = set_apart.iter().find(|q| q.message_id == message_id).unwrap();
        assert!(seen.reasons.iter().any(|r| r.contains(text)), "case {at}: {:?}", seen.reasons);
        assert_eq!(seen.from, HOSPITAL);
        let request = api::OpenInboxRequest { message_id };
        let opened = rogue.region.staff(READER).unwrap().open_inbox(request).await.unwrap();
        assert_eq!(opened.items.len(), GOES - 1, "case {at}");
        assert_eq!(opened.message.unwrap().quarantined_count, 1);
        assert!(opened.items.iter().all(|i| !format!("{:?}", i.value).contains("too much")), "case {at}");
    }
    // a commitment that is for something else
    let mut body = rogue.body.clone();
    first(&mut body).commitment[0] ^= 1;
    let envelope = rogue.seal(&body);
    assert_eq!(rogue.send(&envelope).await.outcome(), DeliverOutcome::Quarantined);
    let seen = rogue.set_apart().await;
    assert!(
        seen.iter().any(|q| q.reasons.iter().any(|r| r.contains("its commitment does not fit its content")))
    );
    let waits = rogue.region.staff(TEAM_OFFICER).unwrap();
    let request = api::ListNotificationsRequest { waiting_only: true, ..Default::default() };
    let waits = waits.list_notifications(request).await.unwrap().notifications;
    assert!(waits.iter().any(|n| n.kind == "quarantine"), "{waits:?}");
    rogue.team.stop().await.unwrap();
}

#[tokio::test]
async fn the_senders_own_staff_read_that_it_was_set_apart() {
    let (dir, region, hospital, team, teams) = pair().await;
    // the team's officer ends the agreement; the hospital has not heard of it yet
    let agreements = team.app.agreements().await.unwrap();
    let mut officer =
        node::cli::Connection::of_directory(&region.staff_dir(TEAM_OFFICER)).unwrap().client().unwrap();
    for agreement in agreements {
        let agreement_id = agreement.id.to_string();
        officer.end_agreement(api::EndAgreementRequest { agreement_id }).await.unwrap();
    }
    let asked = ask(&region, &teams, MARKER).await.unwrap();
    approve(&region, &asked).await.unwrap();
    let said = wait_for("the delivery", 60, async || {
        let said = trace(&region, &asked).await?;
        Ok(said.contains("delivered to").then_some(said))
    })
    .await
    .unwrap();
    let told = "pair-team admitted 0 item(s) and set 3 apart (agreement, agreement, agreement): telephone its privacy officer";
    assert!(said.contains(told), "{said}");
    let request = api::ListNotificationsRequest { waiting_only: true, ..Default::default() };
    let waits = region.staff(NURSE).unwrap().list_notifications(request).await.unwrap().notifications;
    assert!(waits.iter().any(|n| n.kind == "set_apart_by_recipient"), "{waits:?}");
    let [message] = inbox(&region).await.unwrap().try_into().unwrap();
    assert_eq!((message.item_count, message.quarantined_count), (0, 3));
    hospital.stop().await.unwrap();
    team.stop().await.unwrap();
    drop(dir);
}
