//! Who may do what in the staff API: one table, and the one function that every call passes through.
//!
//! Callers: the staff service (`admit`, before any verb runs), the golden test. Deliberately absent: rules about one
//! share (who may approve what one proposed) are the verb's own; content is never looked at here.
//!
//! A call that touches a case is allowed *within the caller's own teams* (`own`) or also elsewhere (`other`). Where it
//! is not allowed elsewhere, a case of another team answers exactly as one that does not exist.

use crate::app::{Actor, AppError};
use policy::id::TeamId;
use std::fmt;

/// What an administrator lets a person be in this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Takes reports and opens cases.
    Intake,
    /// Presides over a team.
    Chair,
    /// Works in a team.
    Member,
    /// Signs capacities and agreements, approves, reviews, accounts.
    PrivacyOfficer,
    /// Says yes or no to what others propose to share.
    Approver,
    /// Reads who did what, by ids and kinds.
    Auditor,
    /// Adds people and keeps the node running; never reads content.
    Administrator,
    /// A person of another agency in a hosted team. Derived from the certificate, never assigned.
    Visitor,
}

impl Role {
    /// Every role, in the order of the table's columns.
    pub const ALL: &'static [Self] = &[
        Self::Intake,
        Self::Chair,
        Self::Member,
        Self::PrivacyOfficer,
        Self::Approver,
        Self::Auditor,
        Self::Administrator,
        Self::Visitor,
    ];

    /// The roles that an administrator may assign.
    pub fn assignable() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|role| *role != Self::Visitor)
    }

    /// The word of the staff API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Chair => "chair",
            Self::Member => "member",
            Self::PrivacyOfficer => "privacy_officer",
            Self::Approver => "approver",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
            Self::Visitor => "visitor",
        }
    }

    /// The role with this word, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.as_str() == word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A member's place in a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Own core team: sees the team's cases.
    Core,
    /// Called in for a task: sees nothing here but what is shared with their own agency.
    Affiliate,
    /// Receives a referral: sees that, where it is shared with their own organization, and no case.
    CommunityPartner,
    /// Links teams of a region: sees counts, never a case.
    Coordinator,
}

impl Tier {
    /// Every tier.
    pub const ALL: &'static [Self] =
        &[Self::Core, Self::Affiliate, Self::CommunityPartner, Self::Coordinator];

    /// The word of the staff API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Affiliate => "affiliate",
            Self::CommunityPartner => "community_partner",
            Self::Coordinator => "coordinator",
        }
    }

    /// The tier with this word, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|tier| tier.as_str() == word)
    }
}

/// What a call touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// A team (or a case of one) of which the caller is a core member now.
    Own,
    /// Any other team's.
    Other,
    /// No team or case at all.
    Node,
}

impl Scope {
    /// Every scope.
    pub const ALL: &'static [Self] = &[Self::Own, Self::Other, Self::Node];

    /// The word in the golden table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Other => "other",
            Self::Node => "node",
        }
    }
}

macro_rules! calls {
    ($($(#[$doc:meta])* $call:ident { $($scope:ident: $roles:expr),* })*) => {
        /// A call of the staff API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Call { $($(#[$doc])* $call),* }

        impl Call {
            /// Every call, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$call),*];

            /// Its name in the schema.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$call => stringify!($call)),* } }

            /// Who may make it, for each scope it can have. A scope that is not listed is open to nobody.
            const fn rules(self) -> &'static [(Scope, &'static [Role])] {
                match self { $(Self::$call => &[$((Scope::$scope, $roles)),*]),* }
            }
        }
    };
}

use Role::{Administrator, Approver, Auditor, Chair, Intake, Member, PrivacyOfficer, Visitor};

const EVERYBODY: &[Role] = Role::ALL;
const OWN_STAFF: &[Role] = &[Intake, Chair, Member, PrivacyOfficer, Approver, Auditor, Administrator];
const WORK_ON_CASES: &[Role] = &[Chair, Member, Visitor];
const TAKE_REPORTS: &[Role] = &[Intake, Chair, Member, Visitor];
const READ_ARRIVALS: &[Role] = &[Intake, Chair, Member];
const DECIDE_RELEASE_OWN: &[Role] = &[Chair, PrivacyOfficer, Approver];
const DECIDE_RELEASE: &[Role] = &[PrivacyOfficer, Approver];
const OFFICER: &[Role] = &[PrivacyOfficer];

calls! {
    /// Who the caller is.
    WhoAmI { Node: EVERYBODY }
    /// Add staff or change roles.
    AddStaff { Node: &[Administrator] }
    /// List staff.
    ListStaff { Node: &[PrivacyOfficer, Auditor, Administrator] }
    /// Create a team.
    CreateTeam { Node: &[Chair, Administrator] }
    /// Change what a team is, or who presides; a chair that of the team they lead.
    UpdateTeam { Own: &[Chair, Administrator], Other: &[Administrator] }
    /// List teams (without the administrator role only one's own).
    ListTeams { Node: EVERYBODY }
    /// Add a person to a team.
    AddMembership { Own: &[Chair, Administrator], Other: &[Administrator] }
    /// End a membership.
    EndMembership { Own: &[Chair, Administrator], Other: &[Administrator] }

    /// Record a training of somebody else; a chair of a member of the own team.
    RecordTraining { Own: &[Chair, PrivacyOfficer, Administrator], Other: &[PrivacyOfficer, Administrator], Node: &[PrivacyOfficer, Administrator] }
    /// List trainings: one's own, those of an own team, or those of everybody.
    ListTraining { Own: EVERYBODY, Other: &[PrivacyOfficer, Auditor, Administrator], Node: EVERYBODY }
    /// Put on a hat.
    StartHatSession { Node: EVERYBODY }
    /// Take it off.
    EndHatSession { Node: EVERYBODY }
    /// Which hat one wears.
    ShowHatSession { Node: EVERYBODY }

    /// Open a case.
    OpenCase { Own: TAKE_REPORTS }
    /// List the cases of one's own teams.
    ListCases { Node: TAKE_REPORTS }
    /// Look for a name within one own team.
    SearchCases { Own: TAKE_REPORTS }
    /// Show a case with its people.
    ShowCase { Own: TAKE_REPORTS }
    /// Add a person to a case.
    AddPerson { Own: TAKE_REPORTS }
    /// Add a contact to a case.
    AddContact { Own: TAKE_REPORTS }
    /// Add or correct an item.
    AddItem { Own: TAKE_REPORTS }
    /// Add a text for one class of recipient.
    AddStatement { Own: WORK_ON_CASES }
    /// Add labels.
    AddLabels { Own: WORK_ON_CASES }
    /// Read the items of a case.
    ListItems { Own: TAKE_REPORTS }

    /// Seal who reported or watches; nobody reads it by this.
    SealIdentity { Own: &[Intake, Chair] }
    /// Open who reported or watches; others are told.
    OpenIdentity { Own: &[Chair, PrivacyOfficer] }
    /// Record what a person said of themselves; nobody reads it back.
    RecordEquity { Own: TAKE_REPORTS }
    /// Count what people said of themselves.
    EquityCounts { Node: OFFICER }

    /// Do something in a case, or begin one: who may take which step is for the process.
    Act { Own: TAKE_REPORTS }
    /// Read a case's history.
    ShowHistory { Own: TAKE_REPORTS }
    /// What is due in the cases of one's own teams.
    Agenda { Node: TAKE_REPORTS }

    /// Record a permission.
    RecordPermission { Own: WORK_ON_CASES }
    /// Record a revocation: the privacy officer may take one for any case.
    RevokePermission { Own: &[Chair, Member, PrivacyOfficer, Visitor], Other: OFFICER }
    /// List permissions.
    ListPermissions { Own: &[Chair, Member, PrivacyOfficer, Visitor], Other: OFFICER }
    /// Attest a judgment: questions of law are the privacy officer's, in any case, without reading it.
    Attest { Own: &[Intake, Chair, Member, PrivacyOfficer, Visitor], Other: OFFICER }
    /// List attestations with their reasons.
    ListAttestations { Own: WORK_ON_CASES }
    /// Record a legal instrument.
    AddDocument { Own: &[Chair, Member, PrivacyOfficer, Visitor], Other: OFFICER }
    /// List legal instruments.
    ListDocuments { Own: &[Chair, Member, PrivacyOfficer, Visitor], Other: OFFICER }

    /// Sign own capacities.
    DeclareCapacities { Node: OFFICER }
    /// Show own capacities.
    ShowAgency { Node: OWN_STAFF }
    /// Countersign an agreement.
    CountersignAgreement { Node: OFFICER }
    /// End an agreement.
    EndAgreement { Node: OFFICER }
    /// List agreements.
    ListAgreements { Node: OWN_STAFF }
    /// Confirm a state row.
    ConfirmStateRow { Node: OFFICER }
    /// List state rows.
    ListStateRows { Node: OWN_STAFF }

    /// Preview or propose a share; send in an emergency.
    Share { Own: WORK_ON_CASES }
    /// List proposals: each one that the caller may decide or whose case is their own.
    ListProposals { Own: &[Chair, Member, PrivacyOfficer, Approver, Visitor], Other: DECIDE_RELEASE, Node: &[Chair, Member, PrivacyOfficer, Approver] }
    /// Approve, narrow or deny.
    Approve { Own: DECIDE_RELEASE_OWN, Other: DECIDE_RELEASE }
    /// Review an emergency.
    ReviewEmergency { Own: DECIDE_RELEASE_OWN, Other: DECIDE_RELEASE }

    /// Ask another agency.
    RequestInformation { Own: WORK_ON_CASES }
    /// List requests, without content.
    ListRequests { Node: &[Intake, Chair, Member, PrivacyOfficer] }
    /// Answer with items of an own case, or with nothing.
    AnswerRequest { Own: &[Chair, Member], Node: &[Chair, Member, PrivacyOfficer] }

    /// Referrals of a case; at the node, those that came and are not linked.
    ListReferrals { Own: TAKE_REPORTS, Node: READ_ARRIVALS }
    /// Say how a referral that came stands: needs no case.
    AnswerReferral { Own: READ_ARRIVALS, Node: READ_ARRIVALS }
    /// Take back a referral that was sent.
    WithdrawReferral { Own: WORK_ON_CASES }

    /// List messages, without content.
    ListInbox { Node: &[Intake, Chair, Member, PrivacyOfficer] }
    /// Open a message: before it is linked, those who take reports; afterwards the team.
    OpenInbox { Own: TAKE_REPORTS, Node: READ_ARRIVALS }
    /// Link a message to an own case.
    LinkInbox { Own: &[Chair, Member] }
    /// List what was not admitted.
    ListQuarantine { Node: OFFICER }
    /// Record what was told outside the node.
    RecordDisclosure { Own: WORK_ON_CASES }

    /// Accounting of disclosures; at the node, of what arrived and is not linked to a case.
    Accounting { Own: &[Chair, Member, PrivacyOfficer, Visitor], Other: OFFICER, Node: OFFICER }
    /// Record that an agency or official asks that the person not be told for a time.
    SuspendAccounting { Own: OFFICER, Other: OFFICER }
    /// Where something is, without content.
    Trace { Own: &[Chair, Member, PrivacyOfficer, Auditor, Administrator, Visitor], Other: &[PrivacyOfficer, Auditor, Administrator], Node: &[Intake, Chair, Member, PrivacyOfficer, Auditor, Administrator] }
    /// List notifications, without content.
    ListNotifications { Node: &[Intake, Chair, Member, PrivacyOfficer, Approver] }
    /// Take a notification.
    TakeNotification { Node: &[Intake, Chair, Member, PrivacyOfficer, Approver] }
    /// Who did what, by ids and kinds.
    Events { Node: &[PrivacyOfficer, Auditor] }
    /// Counts and warnings.
    NodeStatus { Node: OWN_STAFF }
}

impl Call {
    /// Whether the call can have this scope at all.
    pub fn has_scope(self, scope: Scope) -> bool {
        let has = |s| self.rules().iter().any(|(of, _)| *of == s);
        match scope {
            Scope::Node => has(Scope::Node),
            Scope::Own | Scope::Other => has(Scope::Own) || has(Scope::Other),
        }
    }

    /// Whether somebody with this role may make the call in this scope.
    pub fn open_to(self, role: Role, scope: Scope) -> bool {
        self.rules().iter().any(|(of, roles)| *of == scope && roles.contains(&role))
    }

    /// The kind of event that looking leaves, for calls that show records of people and change none. A call that is not
    /// here changes something, and says so in an event of its own, or shows nothing about a person.
    pub const fn reading(self, is_preview: bool) -> Option<&'static str> {
        Some(match self {
            Self::ListCases => "cases_listed",
            Self::SearchCases => "cases_searched",
            Self::ShowCase => "case_read",
            Self::ListItems => "items_read",
            Self::ShowHistory => "history_read",
            Self::Agenda => "agenda_read",
            Self::ListPermissions => "permissions_read",
            Self::ListAttestations => "attestations_read",
            Self::ListDocuments => "documents_read",
            Self::ListProposals => "proposals_read",
            Self::ListRequests => "requests_listed",
            Self::ListReferrals => "referrals_listed",
            Self::ListInbox => "inbox_listed",
            Self::OpenInbox => "inbox_read",
            Self::ListQuarantine => "quarantine_listed",
            Self::Accounting => "accounting_read",
            Self::Trace => "trace_read",
            Self::Share if is_preview => "share_previewed",
            Self::RequestInformation if is_preview => "request_previewed",
            Self::AnswerRequest if is_preview => "answer_previewed",
            _ => return None,
        })
    }

    /// Whether it touches no team, case or content, so that a member who is police may make it without a hat and in either. A
    /// new call touches them until it stands here.
    pub const fn is_apart_from_cases(self) -> bool {
        matches!(
            self,
            Self::WhoAmI
                | Self::AddStaff
                | Self::ListStaff
                | Self::CreateTeam
                | Self::RecordTraining
                | Self::ListTraining
                | Self::StartHatSession
                | Self::EndHatSession
                | Self::ShowHatSession
                | Self::DeclareCapacities
                | Self::ShowAgency
                | Self::CountersignAgreement
                | Self::EndAgreement
                | Self::ListAgreements
                | Self::ConfirmStateRow
                | Self::ListStateRows
                | Self::Events
                | Self::NodeStatus
        )
    }

    /// Whether it lists what is open to the caller, so that somebody to whom nothing is open gets an empty list.
    pub const fn lists_what_is_open(self) -> bool {
        matches!(
            self,
            Self::ListTeams
                | Self::ListCases
                | Self::ListProposals
                | Self::ListRequests
                | Self::ListReferrals
                | Self::ListInbox
                | Self::ListQuarantine
                | Self::ListNotifications
                | Self::Agenda
        )
    }

    /// Everybody who may make it somewhere, for the refusal's wording.
    fn roles_somewhere(self) -> Vec<Role> {
        Role::ALL.iter().copied().filter(|role| self.rules().iter().any(|(_, r)| r.contains(role))).collect()
    }
}

impl Actor {
    /// Whether the caller is now a core member of this team.
    pub fn is_core_of(&self, team: TeamId) -> bool {
        self.teams.iter().any(|(of, tier)| *of == team && *tier == Tier::Core)
    }

    /// The scope of something that belongs to `team`.
    pub fn scope_of(&self, team: TeamId) -> Scope {
        if self.is_core_of(team) { Scope::Own } else { Scope::Other }
    }
}

/// First gate: whether the caller may make this call anywhere. Asked before any record is read.
///
/// # Errors
/// [`AppError::NotAllowed`], saying who may.
pub fn admit_anywhere(actor: &Actor, call: Call) -> Result<(), AppError> {
    if Scope::ALL.iter().any(|scope| actor.roles.iter().any(|role| call.open_to(*role, *scope))) {
        return Ok(());
    }
    Err(AppError::NotAllowed(refusal(actor, call)))
}

/// Second gate: whether the caller may make it here.
///
/// # Errors
/// [`AppError::NotFound`] for another team's record, as if there were none; [`AppError::NotAllowed`] otherwise.
pub fn admit(actor: &Actor, call: Call, scope: Scope) -> Result<(), AppError> {
    admit_anywhere(actor, call)?;
    if actor.roles.iter().any(|role| call.open_to(*role, scope)) {
        return Ok(());
    }
    match scope {
        Scope::Other => Err(AppError::NotFound),
        Scope::Own | Scope::Node => Err(AppError::NotAllowed(refusal(actor, call))),
    }
}

fn refusal(actor: &Actor, call: Call) -> String {
    let list = |roles: &[Role]| match roles {
        [] => "none".to_owned(),
        roles => roles.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(", "),
    };
    format!(
        "{} is for these roles: {}; yours here: {}. Ask one of them, or an administrator for the role",
        call.as_str(),
        list(&call.roles_somewhere()),
        list(&actor.roles)
    )
}

/// The whole table as text, one line a call and scope: what the golden file holds.
pub fn table() -> String {
    let mut text = String::from(
        "Who may make which call of the staff API. own: of a team the caller is a core member of now; other: of any\n\
         other team (where nobody may, it answers as if there were no such record); node: of no team or case.\n\n",
    );
    let mut line = |call: &str, scope: &str, cells: &mut dyn Iterator<Item = &str>| {
        text.push_str(format!("{call:<22}{scope:<6}").as_str());
        for cell in cells {
            text.push_str(format!("{cell:<16}").as_str());
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    };
    line("call", "scope", &mut Role::ALL.iter().map(|r| r.as_str()));
    for call in Call::ALL {
        for scope in Scope::ALL.iter().filter(|scope| call.has_scope(**scope)) {
            let mut cells =
                Role::ALL.iter().map(|role| if call.open_to(*role, *scope) { "yes" } else { "-" });
            line(call.as_str(), scope.as_str(), &mut cells);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::id::{Id, StaffId};
    use std::collections::BTreeSet;

    const SCHEMA: &str =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../proto/schema/concord/agency/v1/agency.proto");

    fn actor(roles: &[Role], teams: &[u128]) -> Actor {
        Actor {
            staff: StaffId::from("spiffe://region.example/agency/a/staff/b"),
            roles: roles.to_vec(),
            teams: teams.iter().map(|t| (TeamId(Id(*t)), Tier::Core)).collect(),
            qualifications: Vec::new(),
        }
    }

    #[test]
    fn every_call_of_the_schema_is_in_the_table_and_none_besides() {
        let schema = std::fs::read_to_string(SCHEMA).unwrap();
        let in_schema: BTreeSet<&str> = schema
            .lines()
            .filter_map(|line| line.trim().strip_prefix("rpc "))
            .filter_map(|rest| rest.split_once('('))
            .map(|(name, _)| name)
            .collect();
        let in_table: BTreeSet<&str> = Call::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(in_schema, in_table);
        assert!(Call::ALL.iter().all(|c| Scope::ALL.iter().any(|s| c.has_scope(*s))));
    }

    #[test]
    fn the_table_is_the_reviewed_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/roles.txt");
        let reviewed = std::fs::read_to_string(path).unwrap_or_default();
        if table() != reviewed {
            let now = std::env::temp_dir().join("concord-roles.txt");
            std::fs::write(&now, table()).unwrap();
            panic!(
                "the table differs from {path}; the table now is in {}: review and copy by hand",
                now.display()
            );
        }
    }

    #[test]
    fn the_administrator_reads_no_content() {
        let content = [
            Call::ShowCase,
            Call::ListItems,
            Call::ListAttestations,
            Call::OpenInbox,
            Call::Share,
            Call::AddItem,
            Call::AddPerson,
            Call::ListProposals,
            Call::RecordDisclosure,
            Call::ListCases,
            Call::Accounting,
            Call::AnswerRequest,
            Call::RequestInformation,
            Call::LinkInbox,
            Call::ListPermissions,
            Call::Act,
            Call::ShowHistory,
            Call::Agenda,
        ];
        for call in content {
            for scope in Scope::ALL {
                assert!(!call.open_to(Administrator, *scope), "{}", call.as_str());
                assert!(!call.open_to(Auditor, *scope), "{}", call.as_str());
            }
        }
    }

    #[test]
    fn content_of_another_teams_case_opens_to_nobody_who_does_not_decide_its_release() {
        for call in [Call::ShowCase, Call::ListItems, Call::ListAttestations, Call::AddItem, Call::Share] {
            assert!(Role::ALL.iter().all(|role| !call.open_to(*role, Scope::Other)), "{}", call.as_str());
        }
    }

    #[test]
    fn another_teams_case_looks_like_none_and_a_wrong_role_is_told_who_may() {
        let member = actor(&[Member], &[1]);
        let own = member.scope_of(TeamId(Id(1)));
        let other = member.scope_of(TeamId(Id(2)));
        assert!(admit(&member, Call::ListItems, own).is_ok());
        assert!(matches!(admit(&member, Call::ListItems, other), Err(AppError::NotFound)));
        let administrator = actor(&[Administrator], &[1]);
        for scope in [own, other] {
            let error = admit(&administrator, Call::ListItems, scope).unwrap_err();
            assert!(matches!(error, AppError::NotAllowed(_)));
            let text = error.to_string();
            assert!(text.contains("intake, chair, member") && text.contains("administrator"), "{text}");
        }
    }

    #[test]
    fn only_core_and_nobody_without_roles_is_of_the_own_team() {
        for tier in Tier::ALL.iter().filter(|tier| **tier != Tier::Core) {
            let mut outside = actor(&[Member], &[]);
            outside.teams.push((TeamId(Id(1)), *tier));
            assert_eq!(outside.scope_of(TeamId(Id(1))), Scope::Other, "{}", tier.as_str());
        }
        let nobody = actor(&[], &[1]);
        for call in Call::ALL {
            assert!(admit_anywhere(&nobody, *call).is_err(), "{}", call.as_str());
        }
    }
}
