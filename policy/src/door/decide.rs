//! Deciding one share: each item, each person it is about, each row that it touches.

use super::judge::OneShare;
use super::reason::{Conflict, Reason};
use super::releasable::{Cited, Notice, Parts, RecallReason, ReferralWord, Releasable, Schema};
use super::release::Judgments;
use crate::facts::{FactId, Facts, Reader, Setting};
use crate::id::{AgencyId, ItemId, MessageId, PersonId};
use crate::law::{ClauseRef, Decision, FILES, Law};
use crate::record::{Approval, ApprovedItem, ApprovedRecipient, Form, Item, ItemValue, PersonRole, Row};
use crate::share::class::Class;
use crate::share::forms;
use crate::share::gate::{Gate, Stop, gate};
use crate::share::grounds::Grounds;
use crate::share::matrix::{Gates, Matrix};
use crate::share::packets::packet;
use crate::share::words::CaseWords;
use crate::time::UtcTime;
use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

/// Law and matrix, made ready once for many decisions.
#[derive(Debug)]
pub struct Door {
    law: Arc<Law>,
    matrix: Arc<Matrix>,
    grounds: Grounds,
    /// Clause by clause, as it is named to others.
    cited: Arc<[Arc<Cited>]>,
    ids: Ids,
}

/// A share asked for.
#[derive(Clone)]
pub struct Ask<'a> {
    /// Parties, people, what they signed, judged and ordered, purpose and moment.
    pub setting: Setting<'a>,
    /// All current items of the case: statements are checked against them.
    pub items: &'a [Item],
    /// The items asked for.
    pub asked: &'a [ItemId],
    /// What kind of message it is for.
    pub schema: Schema,
    /// One person sends it as an emergency; their five answers are among the attestations.
    pub emergency: bool,
    /// The approval, once there is one.
    pub approval: Option<&'a Approval>,
    /// Names valid for this recipient only.
    pub aliases: &'a [(PersonId, String)],
    /// Texts that go along, such as the authority a request names.
    pub notes: &'a [&'a str],
}

/// What becomes of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It goes whole.
    Whole,
    /// It goes in this form.
    Form(Form),
    /// It stays.
    Withheld,
}

/// What law and matrix say for one person an item is about.
#[derive(Clone, Debug)]
pub struct PersonDecision {
    /// The person.
    pub person: PersonId,
    /// What they are to the case; the most concerned role first.
    pub role: PersonRole,
    /// The recipient's column as regards this person.
    pub class: Option<Class>,
    /// What is established: what the law was asked with. People and items that are alike to it share it.
    pub facts: Arc<Facts>,
    /// What the law says.
    pub law: Decision,
    /// Kinds of authority by governing regime (its place in the law). Empty: denied.
    pub regimes: Vec<(usize, Gates)>,
}

/// What becomes of one item, and why.
#[derive(Clone, Debug)]
pub struct ItemDecision {
    /// The item.
    pub item: ItemId,
    /// Its own row; `None` where the case has no such item.
    pub row: Option<Row>,
    /// What becomes of it.
    pub outcome: Outcome,
    /// The value in its form. Of a whole item: `None`, see [`ShareDecision::value`].
    pub formed: Option<ItemValue>,
    /// Rows that judged it: its own, its labels', those of names in its text.
    pub rows: Vec<Row>,
    /// For each person it is about.
    pub people: Vec<PersonDecision>,
    /// Every reason to withhold or reduce.
    pub reasons: Vec<Reason>,
    /// A duty that met a closed cell.
    pub conflicts: Vec<Conflict>,
}

impl ItemDecision {
    /// Whether the law says for somebody that it must be disclosed.
    pub fn mandatory(&self) -> bool {
        self.people.iter().any(|p| p.law.mandatory)
    }
    /// Whether the law is not settled for somebody: counsel decides.
    pub fn ask_counsel(&self) -> bool {
        self.people.iter().any(|p| p.law.ask_counsel)
    }
    /// Whether the law alone permits it, for everybody it is about.
    pub fn lawful(&self) -> bool {
        !self.people.is_empty() && self.people.iter().all(|p| p.law.permit)
    }
}

/// The judgments found for a person and facts.
pub(super) type Judged = (PersonId, Vec<FactId>, Arc<Judgments>);

/// A decided share: a preview for one's own staff, and what `release` is made from.
pub struct ShareDecision<'a> {
    pub(super) door: &'a Door,
    pub(super) ask: Ask<'a>,
    pub(super) reader: Reader<'a>,
    pub(super) gate: Gate<'a>,
    items: Vec<ItemDecision>,
    stops: Vec<Stop>,
    /// Judgments found for a person and facts, for the next item that rests on the same.
    pub(super) judgments: RefCell<Vec<Judged>>,
}

impl std::fmt::Debug for ShareDecision<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShareDecision")
            .field("items", &self.items.len())
            .field("stops", &self.stops)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub(super) struct Ids {
    pub serious: FactId,
    pub imminent: FactId,
    pub ongoing: FactId,
    pub good_faith: FactId,
    pub able: FactId,
    pub medical_emergency: FactId,
    pub medical_personnel: FactId,
    pub representative: FactId,
    pub report_required: FactId,
    pub crime_on_premises: FactId,
    pub crime_against_personnel: FactId,
    pub school_official: FactId,
}

impl Ids {
    #[expect(clippy::expect_used, reason = "paths are the vocabulary's; every test of the door loads them")]
    fn load() -> Self {
        let id = |path: &str| FactId::of(path).expect(path);
        Self {
            serious: id("circumstances.serious_threat"),
            imminent: id("circumstances.imminent"),
            ongoing: id("circumstances.emergency_ongoing"),
            good_faith: id("circumstances.good_faith_belief"),
            able: id("recipient.able_to_prevent_threat"),
            medical_emergency: id("circumstances.medical_emergency"),
            medical_personnel: id("recipient.medical_personnel"),
            representative: id("recipient.personal_representative"),
            report_required: id("circumstances.state_law_requires_report"),
            crime_on_premises: id("circumstances.crime_on_premises"),
            crime_against_personnel: id("circumstances.crime_against_personnel"),
            school_official: id("recipient.designated_school_official"),
        }
    }
}

impl Door {
    /// A door with this law (local rules are part of it) and this matrix.
    pub fn new(law: Arc<Law>, matrix: Arc<Matrix>) -> Self {
        let grounds = Grounds::of(&law);
        let cited = law.clauses().iter().map(|clause| {
            Arc::new(Cited {
                regime: law.regimes()[usize::from(clause.regime)].id.clone(),
                clause_id: clause.id.clone(),
                citation: clause.citation.clone(),
                law_version: law.version().to_owned(),
            })
        });
        Self { cited: cited.collect(), law, matrix, grounds, ids: Ids::load() }
    }

    /// The door that is part of this build.
    #[expect(clippy::expect_used, reason = "the embedded texts are loaded by the tests of `law`")]
    pub fn embedded() -> &'static Self {
        static DOOR: OnceLock<Door> = OnceLock::new();
        DOOR.get_or_init(|| {
            let law = Law::parse(FILES).expect("embedded law");
            Self::new(Arc::new(law), Arc::new(Matrix::embedded().clone()))
        })
    }

    /// The same law with another matrix: for tests and for comparing proposals.
    #[must_use]
    pub fn with_matrix(&self, matrix: Arc<Matrix>) -> Self {
        Self {
            law: Arc::clone(&self.law),
            matrix,
            grounds: self.grounds.clone(),
            cited: Arc::clone(&self.cited),
            ids: Ids::load(),
        }
    }

    /// The law that decides.
    pub fn law(&self) -> &Law {
        &self.law
    }
    /// The matrix that decides.
    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }
    /// A clause as it is named to others.
    pub(super) fn cited(&self, clause: ClauseRef) -> Option<&Arc<Cited>> {
        self.cited.get(clause.index())
    }
    /// What the law's clauses rest on.
    pub fn grounds(&self) -> &Grounds {
        &self.grounds
    }

    /// Decides. Total and pure: the same ask has the same answer, and the answer to doubt is to withhold.
    pub fn decide<'a>(&'a self, ask: Ask<'a>) -> ShareDecision<'a> {
        let reader = Reader::new(ask.setting);
        let gate = gate(&ask.setting, ask.approval);
        let words = CaseWords::of_people(ask.setting.people).with_items(ask.items);
        let packet = match ask.schema {
            Schema::Summary(name) | Schema::Referral(name) => name.map(packet),
            _ => None,
        };
        let one = OneShare {
            door: self,
            ask: &ask,
            reader: &reader,
            gate: &gate,
            words: &words,
            packet,
            answered: RefCell::default(),
        };
        let mut stops = one.stops();
        let items: Vec<ItemDecision> = ask.asked.iter().map(|id| one.item(*id)).collect();
        let mut classes = items.iter().flat_map(|i| &i.people).filter_map(|p| p.class).peekable();
        if let Some(packet) = packet
            && classes.peek().is_some()
            && !classes.any(|c| packet.classes.contains(&c))
        {
            stops.push(Stop::PacketForOther(packet.name));
        }
        ShareDecision { door: self, ask, reader, gate, items, stops, judgments: RefCell::default() }
    }

    /// The answer that says nothing: for a person nobody here knows, for what is withheld, and for what is not the asker's
    /// to know, alike.
    pub fn empty_answer(&self, to: AgencyId, request: MessageId, exercise: bool, now: UtcTime) -> Releasable {
        Releasable::seal(Parts {
            recipient: ApprovedRecipient::Agency(to),
            schema: Schema::Answer(request),
            exercise,
            ..self.nothing(now)
        })
    }

    /// A recall of what an agency already holds. It names commitments and a reason from a closed list, so it says nothing
    /// new about anybody; it needs no basis of its own, and no class and no row closes it (row 39).
    pub fn recall(
        &self,
        to: AgencyId,
        commitments: Vec<Vec<u8>>,
        reason: RecallReason,
        exercise: bool,
        now: UtcTime,
    ) -> Releasable {
        Releasable::seal(Parts {
            recipient: ApprovedRecipient::Agency(to),
            notice: Some(Notice { commitments, reason }),
            exercise,
            ..self.nothing(now)
        })
    }

    /// A word about how a referral stands that tells nothing of the person: what the one who says it will do with it. The
    /// referral and all it says are the referring agency's own, and until the person has been reached the service holds
    /// nothing else of them; so the word needs no basis of its own. `None` where it may not be said, and where it speaks of
    /// the person: then it is an item of row 25, and [`Door::decide`] decides it.
    pub fn referral_word(
        &self,
        to: AgencyId,
        word: ReferralWord,
        exercise: bool,
        now: UtcTime,
    ) -> Option<Releasable> {
        (word.may_be_said() && !word.tells_of_person()).then(|| {
            Releasable::seal(Parts {
                recipient: ApprovedRecipient::Agency(to),
                schema: Schema::ReferralStatus(word),
                exercise,
                ..self.nothing(now)
            })
        })
    }

    pub(super) fn nothing(&self, now: UtcTime) -> Parts {
        Parts {
            recipient: ApprovedRecipient::OwnTeam,
            class: None,
            purpose: None,
            schema: Schema::Notice,
            case: None,
            emergency: false,
            exercise: false,
            items: Vec::new(),
            notes: Vec::new(),
            notice: None,
            law_version: self.law.version().to_owned(),
            decided_at: now,
            valid_until: None,
        }
    }

    pub(super) fn ids(&self) -> &Ids {
        &self.ids
    }
}

impl<'a> ShareDecision<'a> {
    /// Every item asked for, in the order asked.
    pub fn items(&self) -> &[ItemDecision] {
        &self.items
    }
    /// What stops the share as a whole. Of an emergency: only what an emergency does not lift.
    pub fn stops(&self) -> &[Stop] {
        &self.stops
    }
    /// What was asked.
    pub fn ask(&self) -> &Ask<'a> {
        &self.ask
    }
    /// The recipient's column, where it is the same for every item that goes; where none goes, for every item that has one.
    pub fn class(&self) -> Option<Class> {
        let goes = self.items.iter().any(|i| i.outcome != Outcome::Withheld);
        let counted = self.items.iter().filter(|i| !goes || i.outcome != Outcome::Withheld);
        let mut classes = counted.flat_map(|i| &i.people).filter_map(|p| p.class);
        let first = classes.next()?;
        classes.all(|c| c == first).then_some(first)
    }
    /// Whether `release` would give something to send.
    pub fn would_go(&self) -> bool {
        self.stops.is_empty()
            && (self.items.iter().any(|i| i.outcome != Outcome::Withheld)
                || matches!(self.ask.schema, Schema::Answer(_) | Schema::Request))
    }
    /// The value as the recipient would see it; `None` when withheld.
    pub fn value(&self, decided: &ItemDecision) -> Option<ItemValue> {
        match decided.outcome {
            Outcome::Withheld => None,
            Outcome::Form(_) => decided.formed.clone(),
            Outcome::Whole => {
                let class = decided.people.first()?.class?;
                forms::whole(self.item(decided.item)?, class).ok()
            }
        }
    }
    /// What an approver says yes to, when they approve this as it stands: items and the most that may be said of them.
    pub fn to_approve(&self) -> Vec<ApprovedItem> {
        let of = |i: &ItemDecision| match i.outcome {
            Outcome::Whole => Some(ApprovedItem { item: i.item, form: None }),
            Outcome::Form(form) => Some(ApprovedItem { item: i.item, form: Some(form) }),
            Outcome::Withheld => None,
        };
        self.items.iter().filter_map(of).collect()
    }
    /// Duties that met closed cells: for the privacy officer.
    pub fn conflicts(&self) -> impl Iterator<Item = (&ItemDecision, &Conflict)> {
        self.items.iter().flat_map(|i| i.conflicts.iter().map(move |c| (i, c)))
    }
    pub(super) fn item(&self, id: ItemId) -> Option<&'a Item> {
        self.ask.items.iter().find(|i| i.id == id)
    }
}
