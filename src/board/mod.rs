//! What a browser shows of a project: views, and HTML from them. It knows nothing of connections and
//! changes nothing; every page works without a script, which only brings it up to date.

mod changes;
mod frame;
mod gate;
mod graph;
mod link;
mod needs;
mod part;
mod run;
mod runs;
mod text;
mod timeline;
mod workers;
mod workflows;

pub use changes::ChangesQuery;
pub use frame::Board;
pub use frame::Overview;
pub use frame::projects;
pub use frame::sign_in;
pub use gate::GateQuery;
pub use link::gate as gate_page;
pub use run::RunQuery;
pub use runs::RunsQuery;
