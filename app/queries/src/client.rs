pub(crate) mod async_ {
    pub use mainstay_db::{Executor as GenericClient, Params, one, opt};
}
pub use mainstay_db::Params;
