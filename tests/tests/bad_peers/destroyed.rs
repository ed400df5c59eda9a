//! What was destroyed while its message was still under way: the task ends and a person is told, instead of one that repeats for
//! ever because the receipt has no key to lie under.

use node::app::{Disclosure, work_state};
use node::store::{Changes, Kind, Outcome};
use policy::id::Id;
use system_tests::pair::{HOSPITAL, PAIR, TEAM, approve, ask, trace};
use system_tests::world::World;

#[tokio::test]
async fn the_task_of_a_destroyed_disclosure_ends() {
    let mut world = World::ready(PAIR).await;
    world.stop(TEAM).await;
    let asked = ask(&world.region, &world.teams, "planted").await.unwrap();
    let other = ask(&world.region, &world.teams, "planted").await.unwrap();
    approve(&world.region, &asked).await.unwrap();
    approve(&world.region, &other).await.unwrap();
    assert_eq!(world.step(HOSPITAL).await, 2);

    let app = world.app(HOSPITAL);
    let case = asked.case.parse::<Id>().unwrap();
    let made = world.rows_of(HOSPITAL, Kind::Disclosure).await;
    let made = made.into_iter().find(|row| row.parent == Some(case)).unwrap();
    assert!(node::app::rows::read::<Disclosure>(made.clone()).is_ok());
    let erased = app.event("retention", "erased", vec![made.r]);
    let changes = Changes { erase: vec![made.r], events: vec![erased], ..Changes::default() };
    assert!(matches!(app.store.commit(changes).await.unwrap(), Outcome::Committed { .. }));

    // the other share is as before, and arrives
    world.start(TEAM).await;
    world.pass_minutes(60);
    world.until_quiet().await;
    assert!(trace(&world.region, &other).await.unwrap().contains("delivered to"));
    let stopped = world.stopped(HOSPITAL).await;
    assert!(stopped.len() == 1 && stopped[0].contains("was destroyed"), "{stopped:?}");
    assert!(world.outbox(HOSPITAL, work_state::DUE).await.is_empty());
    world.pass_minutes(60);
    assert_eq!(world.step(HOSPITAL).await, 0, "nothing is tried again");
    let told = world.app(HOSPITAL).waiting_notifications().await.unwrap();
    assert_eq!(told.iter().filter(|n| n.record.what == "not_sent").count(), 1);
    world.stop_all().await;
}
