//! Calls made once: an `originate` that knows its call again, and never dials twice.

mod dial;
mod error;
mod legs;
mod progress;
mod search;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use trunkline_proto::dialstring::{DialStringError, Originate};
use trunkline_proto::{ApiMisuse, ChannelUuid};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use dial::Dialling;
pub use error::OriginateError;
pub use progress::{Dialled, Progress};

/// How long a call is looked for where none is found.
const LOOK_FOR: Duration = Duration::from_secs(60);

impl Client {
    /// Makes a call, by `bgapi originate`, and tells what came of it. **Whatever happens, it is dialled at most once.**
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sim = trunkline_sim::Sim::builder().start().await?;
    /// # let url = sim.url();
    /// use trunkline::OriginateError;
    /// use trunkline::dialstring::{Endpoint, Originate};
    ///
    /// let client = trunkline::connect(url.as_str()).await?;
    /// let call = client.originate(Originate::new(Endpoint::null("1000")?));
    /// println!("{} is dialled now", call.uuid());
    /// match call.await {
    ///     Ok(call) => println!("{} is up", call.uuid()),
    ///     Err(OriginateError::Failed { cause }) => println!("no call: {cause}"),
    ///     Err(error) => return Err(error.into()),
    /// }
    /// # client.close().await;
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
    /// ```
    ///
    /// The ids of its legs are chosen here and known before anything is sent: every leg of the dial string has an
    /// `origination_uuid` of its own, those given in it already included
    /// ([`DialString::with_leg_uuids`](trunkline_proto::dialstring::DialString::with_leg_uuids) says why, and what
    /// becomes of `user/` legs). An id that is given must be one that no other call has.
    ///
    /// Where the switch's answer is lost, with the connection or in a timeout, the call is looked for by these ids, on
    /// the connection as it is or is made again: one that is up is given, and its end, if that was seen, told with its
    /// cause. What cannot be known is said to be [`Unknown`](OriginateError::Unknown).
    ///
    /// # Errors
    ///
    /// See [`OriginateError`].
    ///
    /// # Cancel safety
    ///
    /// See [`Originating`].
    pub fn originate(&self, originate: Originate) -> Originating {
        let (command, uuids) = numbered(originate);
        let state = Stage::Ready { client: self.clone(), command: Box::new(command), look_for: LOOK_FOR };
        Originating { uuids, state }
    }
}

/// A call being made, by [`Client::originate`]. Awaiting it gives the call.
///
/// Nothing is sent before it is first polled. Dropping it from then on does not end the call: it is dialled on in the
/// switch (or withdrawn, where not a byte of it was written yet), and goes where the `originate` sends it when answered.
/// To end it, hang it up by its id, which is known from the beginning:
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let sim = trunkline_sim::Sim::builder().start().await?;
/// # let url = sim.url();
/// # let client = trunkline::connect(url.as_str()).await?;
/// # let impatience = tokio::time::sleep(std::time::Duration::from_millis(200));
/// use trunkline::api::UuidKill;
/// use trunkline::dialstring::{Endpoint, Originate};
///
/// let call = client.originate(Originate::new(Endpoint::loopback("6003", "default")?));
/// let uuid = call.uuid().clone();
/// tokio::select! {
///     done = call => println!("{done:?}"),
///     () = impatience => client.run(UuidKill::new(uuid)).await.map(drop)?,
/// }
/// # client.close().await;
/// # Ok(())
/// # }
/// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
/// ```
///
/// With several legs this is to be done for each of [`uuids`](Self::uuids); a leg that is hung up is one that failed, so
/// that the next alternative (`|`) is dialled.
#[must_use = "a call is dialled when this is awaited"]
pub struct Originating {
    uuids: Vec<ChannelUuid>,
    state: Stage,
}

enum Stage {
    Ready { client: Client, command: Box<Result<Originate, DialStringError>>, look_for: Duration },
    Dialled(Pin<Box<dyn Future<Output = Result<Originated, OriginateError>> + Send>>),
    Done,
}

impl Originating {
    /// The id of the call: that of its first leg, where it has several.
    #[must_use]
    pub fn uuid(&self) -> &ChannelUuid {
        &self.uuids[0]
    }

    /// The ids of all its legs, in the order of the dial string. The one that answers first is the call.
    #[must_use]
    pub fn uuids(&self) -> &[ChannelUuid] {
        &self.uuids
    }

    /// How long the call is looked for where the switch's answer is lost and no call is found, the time without a
    /// connection included; a minute, if not said. A call that is found is waited for until it is answered, or has
    /// ended, and no longer than [`Config::job_timeout`](crate::Config::job_timeout) in all. Nothing is changed once it
    /// was polled.
    pub fn look_for(mut self, time: Duration) -> Self {
        if let Stage::Ready { look_for, .. } = &mut self.state {
            *look_for = time;
        }
        self
    }
}

/// The call, or why there is none, or why that is not known.
impl Future for Originating {
    type Output = Result<Originated, OriginateError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if matches!(self.state, Stage::Ready { .. })
            && let Stage::Ready { client, command, look_for } =
                std::mem::replace(&mut self.state, Stage::Done)
        {
            let uuids = self.uuids.clone();
            self.state = Stage::Dialled(Box::pin(async move {
                let originate =
                    command.map_err(|error| OriginateError::not_dialled(ApiMisuse::from(error)))?;
                let dialling = Dialling { client: &client, originate: &originate, uuids: &uuids, look_for };
                dialling.run().await
            }));
        }
        match &mut self.state {
            Stage::Dialled(dialled) => dialled.as_mut().poll(cx),
            _ => panic!("polled after its end"),
        }
    }
}

impl fmt::Debug for Originating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Originating").field("uuids", &self.uuids).finish_non_exhaustive()
    }
}

/// A call that is up: answered, or in early media where the `originate` does not ignore that.
///
/// It does not keep the connection open.
#[derive(Debug, Clone)]
pub struct Originated {
    client: Client,
    uuid: ChannelUuid,
    found: bool,
}

impl Originated {
    fn said(client: &Client, uuid: ChannelUuid) -> Self {
        Self { client: client.without_life(), uuid, found: false }
    }

    fn found(client: &Client, uuid: ChannelUuid) -> Self {
        Self { client: client.without_life(), uuid, found: true }
    }

    /// The call, to be controlled.
    ///
    /// # Errors
    ///
    /// As [`Client::call`].
    ///
    /// # Cancel safety
    ///
    /// As [`Client::call`].
    pub async fn call(&self) -> Result<Call, Error> {
        self.client.call(&self.uuid).await
    }

    /// The id of the leg that answered.
    #[must_use]
    pub fn uuid(&self) -> &ChannelUuid {
        &self.uuid
    }

    /// The id of the leg that answered.
    #[must_use]
    pub fn into_uuid(self) -> ChannelUuid {
        self.uuid
    }

    /// Whether the switch's own answer was lost, and the call found by looking for it.
    #[must_use]
    pub fn was_found(&self) -> bool {
        self.found
    }
}

/// With an id for every leg. Where that is refused there is one all the same, which nothing will have.
fn numbered(originate: Originate) -> (Result<Originate, DialStringError>, Vec<ChannelUuid>) {
    match originate.with_leg_uuids(fresh) {
        Ok((originate, uuids)) => (Ok(originate), uuids),
        Err(error) => (Err(error), vec![fresh()]),
    }
}

fn fresh() -> ChannelUuid {
    uuid::Uuid::new_v4().to_string().into()
}
