use super::*;
use crate::server::store::scratch::both;

#[tokio::test]
async fn many_that_start_at_once_agree_on_the_schema() {
    for scratch in both().await {
        let location = scratch.location();
        let opened = futures::future::join_all((0..4).map(|_| Database::open(location.clone()))).await;
        for database in opened {
            let database = database.unwrap();
            database.check().await.unwrap();
            database.close().await;
        }
        // Once more, on a schema that is there.
        Database::open(location).await.unwrap().close().await;
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_a_problem_with_a_hint() {
    for location in
        [Location::File("/dev/null/chat.db".into()), Location::Postgres("postgres://nobody@127.0.0.1:1/none".into())]
    {
        let problem = Database::open(location).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::Storage);
        assert!(problem.hint.is_some(), "{problem}");
    }
}
