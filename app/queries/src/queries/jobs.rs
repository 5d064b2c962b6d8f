// This file was generated with `clorinde`. Do not modify.

#[derive(Clone, Copy, Debug)]
pub struct CountRetryParams {
    pub hour_ago: jiff::Timestamp,
    pub now: jiff::Timestamp,
    pub athlete_id: uuid::Uuid,
    pub most: i32,
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct CountRetryStmt(&'static mainstay_db::Statement);
pub fn count_retry() -> CountRetryStmt {
    static STATEMENT: mainstay_db::Statement = mainstay_db::Statement::pooled(
        "jobs.count_retry",
        "update /* jobs.count_retry */ athlete set retries = case when retries_since > $1 then retries + 1 else 1 end, retries_since = case when retries_since > $1 then retries_since else $2 end where id = $3 and (retries_since is null or retries_since <= $1 or retries < $4)",
    );
    CountRetryStmt(&STATEMENT)
}
impl CountRetryStmt {
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        hour_ago: &'a jiff::Timestamp,
        now: &'a jiff::Timestamp,
        athlete_id: &'a uuid::Uuid,
        most: &'a i32,
    ) -> Result<u64, mainstay_db::DbError> {
        client.execute(self.0, &[hour_ago, now, athlete_id, most]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        CountRetryParams,
        std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>>,
        C,
    > for CountRetryStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a CountRetryParams,
    ) -> std::pin::Pin<Box<dyn futures::Future<Output = Result<u64, mainstay_db::DbError>> + Send + 'a>> {
        Box::pin(self.bind(client, &params.hour_ago, &params.now, &params.athlete_id, &params.most))
    }
}
