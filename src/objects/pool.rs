//! The pool as an object: it keeps what [`crate::dispatch`] decides by, answers workers that wait, and
//! looks again when time is to pass. Beside it lie the views of runs, each under a key of its own: most
//! requests need none of them, and none is read that is not needed.

use super::read_clock;
use crate::clock::Moment;
use crate::dispatch::Dispatch;
use crate::dispatch::Heard;
use crate::dispatch::Offer;
use crate::dispatch::WaitingRun;
use crate::dispatch::Wish;
use crate::engine::Beats;
use crate::engine::Claimed;
use crate::engine::Claiming;
use crate::engine::Collected;
use crate::engine::GivenBack;
use crate::engine::PoolView;
use crate::engine::RunView;
use crate::engine::Submission;
use crate::engine::Submitted;
use crate::engine::Submitting;
use crate::id::RunId;
use restate_sdk::prelude::ContextAwakeables;
use restate_sdk::prelude::ContextClient;
use restate_sdk::prelude::ContextReadState;
use restate_sdk::prelude::ContextSideEffects;
use restate_sdk::prelude::ContextWriteState;
use restate_sdk::prelude::HandlerError;
use restate_sdk::prelude::Json;
use restate_sdk::prelude::ObjectContext;
use restate_sdk::prelude::SharedObjectContext;
use restate_sdk::prelude::TerminalError;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;

/// How often a run waits again whose worker was not heard of.
const RESTARTS_MAX: u32 = 3;

/// How soon time passes again: a deadline may be this late, and many of them are one look.
const PASSES_EVERY: Duration = Duration::from_millis(500);

/// How long the view of a run is kept that is over.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(24);

/// By how much the moment may be over at which time was to pass, before another one is set.
const PASSES_LATE: Duration = Duration::from_secs(10);

/// The key of what decides.
const DISPATCH: &str = "dispatch";

/// Where the keys of views begin.
const VIEWS: &str = "run/";

/// What every request needs.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    dispatch: Dispatch,
    /// When time passes next.
    passes_at: Option<Moment>,
}

/// The offer of a worker, until so long from now: clocks of hosts differ.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Offering {
    pub name: String,
    pub worker: String,
    pub labels: BTreeSet<String>,
    pub slots: usize,
    pub wait_ms: u64,
}

pub struct PoolObject;

#[restate_sdk::object(
    name = "Pool",
    journal_retention = "0s",
    idempotency_retention = "1m",
    lazy_state = true,
    client_visibility = "pub(crate)"
)]
impl PoolObject {
    /// Has runs wait for workers, go on or stop.
    #[handler]
    async fn submit(
        &self,
        context: ObjectContext<'_>,
        all: Json<Vec<Submission>>,
    ) -> Result<Json<Vec<Submitted>>, HandlerError> {
        let mut pool = Held::take(&context).await?;
        let mut answers = Vec::new();
        for submission in all.0 {
            answers.push(pool.submit(submission).await?);
        }
        pool.settle();
        Ok(Json(answers))
    }

    /// Has a worker wait for runs.
    #[handler(ingress_private = true)]
    async fn offer(
        &self,
        context: ObjectContext<'_>,
        offering: Json<Offering>,
    ) -> Result<(), HandlerError> {
        let mut pool = Held::take(&context).await?;
        let Json(Offering { name, worker, labels, slots, wait_ms }) = offering;
        let dispatch = &mut pool.kept.dispatch;
        let until = dispatch.now(pool.now).plus(Duration::from_millis(wait_ms));
        dispatch.offer(Offer { name, worker, labels, slots, until });
        pool.settle();
        Ok(())
    }

    /// Claims one run for a caller.
    #[handler]
    async fn claim(
        &self,
        context: ObjectContext<'_>,
        claiming: Json<Claiming>,
    ) -> Result<Json<Claimed>, HandlerError> {
        let mut pool = Held::take(&context).await?;
        let Json(Claiming { run, worker }) = claiming;
        let Some(Json(view)) = context.get::<Json<RunView>>(&view_key(&run)).await? else {
            return Ok(Json(Claimed::Unknown));
        };
        let waiting = waiting(view, (Wish::Drive, None), pool.now);
        let claimed = match pool.kept.dispatch.claim(waiting, worker, pool.now) {
            Ok(grant) => Claimed::Granted(Box::new(grant)),
            Err(worker) => Claimed::Held(worker),
        };
        pool.settle();
        Ok(Json(claimed))
    }

    /// A worker waits no longer.
    #[handler]
    async fn leave(
        &self,
        context: ObjectContext<'_>,
        worker: Json<String>,
    ) -> Result<(), HandlerError> {
        let mut pool = Held::take(&context).await?;
        for offer in pool.kept.dispatch.leave(&worker.0) {
            context.resolve_awakeable(&offer, Json(Collected::default()));
        }
        pool.settle();
        Ok(())
    }

    /// Keeps the grants of a worker.
    #[handler]
    async fn beat(
        &self,
        context: ObjectContext<'_>,
        beats: Json<Beats>,
    ) -> Result<Json<Vec<Heard>>, HandlerError> {
        let mut pool = Held::take(&context).await?;
        let Json(Beats { grants, lease_ms }) = beats;
        let (lease, now) = (Duration::from_millis(lease_ms), pool.now);
        let heard =
            grants.iter().map(|number| pool.kept.dispatch.beat(*number, lease, now)).collect();
        pool.settle();
        Ok(Json(heard))
    }

    /// Takes a run back from its worker; says whether that held it.
    #[handler]
    async fn give_back(
        &self,
        context: ObjectContext<'_>,
        given: Json<GivenBack>,
    ) -> Result<bool, HandlerError> {
        let mut pool = Held::take(&context).await?;
        let Json(GivenBack { grant, back, view }) = given;
        let is_held = pool.kept.dispatch.give_back(grant, back);
        if let Some(view) = view.filter(|_| is_held) {
            pool.see(view).await?;
        }
        pool.settle();
        Ok(is_held)
    }

    /// Lets time pass.
    #[handler(ingress_private = true)]
    async fn pass(&self, context: ObjectContext<'_>) -> Result<(), HandlerError> {
        let mut pool = Held::take(&context).await?;
        pool.kept.passes_at = None;
        pool.settle();
        Ok(())
    }

    /// Forgets a run that has been over for long.
    #[handler(ingress_private = true)]
    async fn forget(
        &self,
        context: ObjectContext<'_>,
        run: Json<RunId>,
    ) -> Result<(), HandlerError> {
        let key = view_key(&run.0);
        let view = context.get::<Json<RunView>>(&key).await?;
        if view.is_some_and(|view| view.0.is_over()) {
            context.clear(&key);
        }
        Ok(())
    }

    /// All of the pool.
    #[handler(lazy_state = false)]
    async fn view(&self, context: SharedObjectContext<'_>) -> Result<Json<PoolView>, HandlerError> {
        let dispatch = context.get::<Json<Kept>>(DISPATCH).await?.unwrap_or_default().0.dispatch;
        let mut runs = Vec::new();
        for key in context.get_keys().await? {
            if key.starts_with(VIEWS) {
                runs.extend(context.get::<Json<RunView>>(&key).await?.map(|view| view.0));
            }
        }
        Ok(Json(PoolView { dispatch, runs }))
    }
}

fn view_key(run: &RunId) -> String {
    format!("{VIEWS}{run}")
}

/// The pool, in the hands of one request.
struct Held<'h, 'c> {
    context: &'h ObjectContext<'c>,
    kept: Kept,
    now: Moment,
}

impl<'h, 'c> Held<'h, 'c> {
    async fn take(context: &'h ObjectContext<'c>) -> Result<Self, TerminalError> {
        let kept = context.get::<Json<Kept>>(DISPATCH).await?.unwrap_or_default().0;
        let Json(now) = context.run(read_clock).await?;
        Ok(Self { context, kept, now })
    }

    async fn submit(&mut self, submission: Submission) -> Result<Submitted, TerminalError> {
        let Submission { run, what } = submission;
        let known = self.context.get::<Json<RunView>>(&view_key(&run)).await?.map(|view| view.0);
        let (view, wish, reason) = match what {
            Submitting::New { view, again } => {
                if let Some(open) = self.open(&view, known.as_ref(), again).await? {
                    return Ok(Submitted::Open(open));
                }
                self.context.set(&subject_key(&view), Json(run.clone()));
                self.context.set(&view_key(&run), Json((*view).clone()));
                (*view, Wish::Drive, None)
            }
            Submitting::Known { wish, reason } => match known {
                Some(view) if wish == Wish::Resume || !view.is_over() => (view, wish, reason),
                Some(_) | None => return Ok(Submitted::Unknown),
            },
        };
        self.kept.dispatch.submit(waiting(view, (wish, reason), self.now));
        Ok(Submitted::Accepted)
    }

    /// The run that is open already: this one, or another one of its key.
    async fn open(
        &self,
        view: &RunView,
        known: Option<&RunView>,
        again: bool,
    ) -> Result<Option<RunId>, TerminalError> {
        if let Some(known) = known {
            return Ok(Some(known.run.clone()));
        }
        let other = self.context.get::<Json<RunId>>(&subject_key(view)).await?;
        let Some(Json(other)) = other.filter(|_| !again) else { return Ok(None) };
        let other = self.context.get::<Json<RunView>>(&view_key(&other)).await?;
        Ok(other.map(|other| other.0).filter(|other| !other.is_over()).map(|other| other.run))
    }

    /// Takes in how a run stands.
    async fn see(&mut self, view: RunView) -> Result<(), TerminalError> {
        let (key, run) = (view_key(&view.run), view.run.clone());
        if view.is_over() {
            let subject = subject_key(&view);
            let of_key = self.context.get::<Json<RunId>>(&subject).await?;
            if of_key.is_some_and(|of_key| of_key.0 == run) {
                self.context.clear(&subject);
            }
            let own = self.context.object_client::<PoolObjectClient>(self.context.key());
            own.forget(Json(run)).send_after(FORGOTTEN_AFTER);
            self.wake_parent(&view).await?;
        }
        self.context.set(&key, Json(view));
        Ok(())
    }

    /// The run that waits for one which is over goes on.
    async fn wake_parent(&mut self, view: &RunView) -> Result<(), TerminalError> {
        let Some(parent) = view.parent.clone() else { return Ok(()) };
        let (wish, reason) = (Wish::Drive, None);
        let what = Submitting::Known { wish, reason };
        Box::pin(self.submit(Submission { run: parent, what })).await.map(drop)
    }

    /// Gives out what can be, answers who waits for it, keeps the rest, and sees to it that it is looked
    /// again in time.
    fn settle(&mut self) {
        let Kept { dispatch, passes_at } = &mut self.kept;
        dispatch.pass(RESTARTS_MAX, self.now);
        for given in dispatch.give_out(self.now) {
            let collected = Collected { grants: given.grants };
            self.context.resolve_awakeable(&given.offer, Json(collected));
        }
        if let Some(at) = dispatch.next_at() {
            let at = at.max(self.now.plus(PASSES_EVERY));
            let is_set = |set: Moment| set <= at && set.plus(PASSES_LATE) > self.now;
            if !passes_at.is_some_and(is_set) {
                *passes_at = Some(at);
                let own = self.context.object_client::<PoolObjectClient>(self.context.key());
                own.pass().send_after(at.since(self.now));
            }
        }
        self.context.set(DISPATCH, Json(std::mem::take(&mut self.kept)));
    }
}

/// A run as it waits from now on.
fn waiting(view: RunView, (wish, reason): (Wish, Option<String>), queued_at: Moment) -> WaitingRun {
    let RunView { run, priority, labels, .. } = view;
    let (not_before, restarts) = (None, 0);
    WaitingRun { run, wish, reason, priority, queued_at, labels, not_before, restarts }
}

fn subject_key(view: &RunView) -> String {
    format!("key/{}", view.subject())
}
