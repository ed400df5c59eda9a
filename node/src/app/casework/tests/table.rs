//! Who is at the table: memberships, their agreements, and trainings, as a decision relies on them.

use super::*;
use crate::app::{NewAgreement, NewIdentity, TeamChange, Whose};
use crate::staff::testing::OTHER;
use policy::id::{AgencyId, AgreementId};
use policy::record::{Capacities, Purpose};

impl Story {
    async fn agreed(&self, days: i64) -> AgreementId {
        let officer = actor(&self.world, "root").await;
        let new = NewAgreement {
            with: AgencyId::from(OTHER),
            kinds: Vec::new(),
            purposes: vec![Purpose::ThreatAssessment],
            rows: Vec::new(),
            from: None,
            until: day(&self.world, days),
            training_current_until: None,
            peer_capacities: Capacities::default(),
            peer_sector: None,
        };
        self.world.app.countersign(&officer, new).await.unwrap().id
    }

    /// A member of another agency, who sits in the team under this agreement.
    async fn visitor(&self, name: &str, agreement: AgreementId) -> StaffId {
        let root = actor(&self.world, "root").await;
        let new = NewMembership {
            staff_id: uri(OTHER, name),
            display_name: name.into(),
            from: None,
            until: day(&self.world, 300),
            tier: Tier::Core,
            confidentiality_acknowledged: true,
            qualifications: Vec::new(),
            disciplines: vec![Discipline::SocialServices],
            agreement: Some(agreement),
        };
        let staff = self.world.app.add_membership(&root, self.team, new).await.unwrap().staff;
        self.train(staff.as_str()).await;
        staff
    }

    /// A judgment at which two members of another agency sit, under an agreement that ends in twenty days.
    async fn with_visitors(&self, observations: &[EntryId], factors: &[EntryId]) -> Assessment {
        let agreement = self.agreed(20).await;
        let mut assessment = self.assessment(observations, factors);
        assessment.meeting.present = vec![StaffId(uri(OWN, "kim")), StaffId(uri(OWN, "lee"))];
        for name in ["noor", "max"] {
            assessment.meeting.present.push(self.visitor(name, agreement).await);
        }
        assessment
    }

    async fn train(&self, staff_id: &str) {
        let training = NewTraining {
            staff_id: staff_id.into(),
            team: None,
            topic: TrainingTopic::ThreatAssessmentProcess,
            provider: "state".into(),
            course: "basic".into(),
            completed_at: day(&self.world, -10),
            expires_at: day(&self.world, 300),
            certificate_of: String::new(),
            with_agencies: Vec::new(),
        };
        self.world.app.record_training(&actor(&self.world, "root").await, training).await.unwrap();
    }
}

#[tokio::test]
async fn a_member_whose_agreement_has_ended_is_none_at_the_table_either() {
    let story = Story::begin().await;
    declare(&story.world).await;
    let (o, f) = story.to_managing().await;
    let with_visitor = story.with_visitors(&o, &f).await;
    story.act("kim", with_visitor.clone()).await.unwrap();
    story.pass(21);
    let mut with_visitor = with_visitor;
    with_visitor.level.valid_until = day(&story.world, 30);
    let refused = story.act("kim", with_visitor).await.unwrap_err().to_string();
    assert!(refused.contains("quorum_met") && refused.contains("is no member of the team"), "{refused}");
    assert!(refused.contains("2 may vote, 3 are needed"), "{refused}");
}

#[tokio::test]
async fn a_vote_rests_on_the_trainings_agreements_and_memberships_that_it_counted() {
    let story = Story::begin().await;
    declare(&story.world).await;
    let (o, f) = story.to_managing().await;
    let with_visitors = story.with_visitors(&o, &f).await;
    let rests_on = async |act: Act| {
        let mut changes = Changes::default();
        let deed = NewDeed { case: Some(story.case), team: None, act, replaces: None, exercise: false };
        story.world.app.decide_act(&StaffId(uri(OWN, "kim")), &deed, &mut changes).await.unwrap();
        changes.relied_on.iter().map(|(r, _)| r.kind).collect::<Vec<Kind>>()
    };
    let count = |all: &[Kind], kind: Kind| all.iter().filter(|k| **k == kind).count();
    let vote = rests_on(with_visitors.into()).await;
    assert_eq!(count(&vote, Kind::Training), 6);
    assert_eq!((count(&vote, Kind::Membership), count(&vote, Kind::Agreement)), (6, 1));
    // What counts no votes reads no training.
    let seen = rests_on(story.seen("was friendly", "ward nurse").into()).await;
    assert_eq!((count(&seen, Kind::Training), count(&seen, Kind::Membership)), (0, 6));
}

#[tokio::test]
async fn what_was_judged_under_another_quorum_stays_as_it_was_decided() {
    let story = Story::begin().await;
    declare(&story.world).await;
    let (o, f) = story.to_managing().await;
    let quorum_policy = Some(policy::record::QuorumSetting::FloridaK12);
    let change = TeamChange { quorum_policy, ..TeamChange::default() };
    story.world.app.update_team(&actor(&story.world, "kim").await, story.team, change).await.unwrap();
    let now = story.world.app.now();
    let entries = story.world.app.whole_history(story.case).await.unwrap().entries;
    assert_eq!(Standing::of(&entries).state(now), State::Managing, "the level that was judged stands");
    let refused = story.act("kim", story.assessment(&o, &f)).await.unwrap_err().to_string();
    assert!(refused.contains("florida_k12"), "from now on: {refused}");
}

#[tokio::test]
async fn the_chair_of_another_team_opens_no_identity_in_this_one() {
    let story = Story::begin().await;
    let app = &story.world.app;
    story.world.added("dana", &["chair"]).await;
    let root = actor(&story.world, "root").await;
    let dana = NewMembership {
        staff_id: uri(OWN, "dana"),
        display_name: "dana".into(),
        from: None,
        until: day(&story.world, 300),
        tier: Tier::Core,
        confidentiality_acknowledged: true,
        qualifications: Vec::new(),
        disciplines: vec![Discipline::Medical],
        agreement: None,
    };
    app.add_membership(&root, story.team, dana).await.unwrap();
    let who = NewIdentity { name: "Rio".into(), contact: "at the desk".into(), how: String::new() };
    let kim = actor(&story.world, "kim").await;
    app.seal_identity(&kim, story.case, Whose::Reporter, &who).await.unwrap();
    let open = async |name: &str| {
        let actor = actor(&story.world, name).await;
        let reason = "They wrote that they fear for their own safety.";
        app.open_identity(&actor, story.case, Whose::Reporter, None, reason)
            .await
            .map(|(_, i)| i.opened.len())
    };
    let refused = open("dana").await.unwrap_err();
    assert!(matches!(&refused, AppError::NotAllowed(why) if why.contains("chair of the team")), "{refused}");
    assert_eq!(open("kim").await.unwrap(), 1, "and the refused one opened nothing");
}
