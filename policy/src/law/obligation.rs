//! Duties that come with a disclosure.

use std::fmt;

/// Defines the duties: one row each, with the word used in clauses and answers.
macro_rules! obligations {
    ($($variant:ident $word:literal $meaning:literal,)*) => {
        /// A duty that comes with a disclosure.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Obligation {
            $(#[doc = $meaning] $variant,)*
        }

        impl Obligation {
            /// Every duty, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word used in clauses and answers.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it asks, in plain words.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

// The published words first, ours after them.
obligations! {
    LogDisclosure "log_disclosure" "Record or account for the disclosure.",
    MinimumNecessary "minimum_necessary" "Limit it to what the purpose needs.",
    LimitToInvolvement "limit_to_involvement" "Only what bears on the listener's part in care or payment.",
    LimitToOrderTerms "limit_to_order_terms" "Only what the order, subpoena or demand describes.",
    LimitToListedItems "limit_to_listed_items" "Only the items that the provision lists.",
    NotifySubject "notify_subject" "Tell the person concerned.",
    NoSecondaryUse "no_secondary_use" "The recipient may use it for the stated purpose only.",
    RedisclosureNotice "redisclosure_notice" "Tell the recipient of the limits on passing it on.",
    AttachCopyOfConsent "attach_copy_of_consent" "Send the consent or a clear explanation of its scope along.",
    RecordThreatBasis "record_threat_basis" "Record the articulable and significant threat and who was told.",
    DocumentEmergency "document_emergency" "Write recipient, discloser, time and nature of the emergency into the record.",
    NotifyParentOrStudent "notify_parent_or_student" "Tell the parent or eligible student that records were or will be sent.",
}

const _: () = assert!(Obligation::ALL.len() <= 64);

impl Obligation {
    /// The duty of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|obligation| obligation.as_str() == word)
    }
}

impl fmt::Display for Obligation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of duties.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ObligationSet(u64);

impl ObligationSet {
    /// Adds a duty.
    pub fn insert(&mut self, obligation: Obligation) {
        self.0 |= 1 << obligation as u8;
    }

    /// All that is in either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it has this duty.
    pub fn contains(self, obligation: Obligation) -> bool {
        self.0 >> obligation as u8 & 1 == 1
    }

    /// Whether it has none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The duties, in order.
    pub fn iter(self) -> impl Iterator<Item = Obligation> {
        Obligation::ALL.iter().copied().filter(move |obligation| self.contains(*obligation))
    }
}

impl FromIterator<Obligation> for ObligationSet {
    fn from_iter<I: IntoIterator<Item = Obligation>>(obligations: I) -> Self {
        let mut set = Self::default();
        obligations.into_iter().for_each(|obligation| set.insert(obligation));
        set
    }
}

impl fmt::Debug for ObligationSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
