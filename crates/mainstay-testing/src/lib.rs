#![doc = include_str!("../README.md")]

mod test_db;

mod max_statements;
mod statements;

mod own_cluster;

mod replicas;

mod small_disk;
mod until;
mod varnish;

mod cleaning;
mod place;
mod server;

pub use max_statements::max_statements;
pub use own_cluster::{OwnCluster, own_cluster};
pub use replicas::{Member, ReplicaSet, replica_set};
pub use small_disk::SmallDisk;
pub use statements::Statements;
pub use test_db::TestDb;
pub use until::until;
pub use varnish::Varnish;
