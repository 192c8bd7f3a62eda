//! Something to be done in the switch, and how one sees that it was.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use trunkline_proto::api::ApiCommand;
use trunkline_proto::{ChannelUuid, Command};

use super::Live;
use crate::error::Error;
use crate::model::View;

/// Something to be done to an object of a [`Live`] model, made by the methods of [`OnChannel`](super::OnChannel),
/// [`OnMember`](super::OnMember) and [`OnConference`](super::OnConference).
///
/// Awaiting it has it done, and gives what the switch answers: mostly that it was asked for. [`seen`](Self::seen) waits until
/// it shows in the model as well.
#[must_use = "nothing is done until this is awaited"]
pub struct Order<C> {
    live: Live,
    command: C,
    shows: Box<dyn FnMut(&View) -> bool + Send>,
    /// What it is done to, where that is a channel.
    channel: Option<ChannelUuid>,
}

impl<C: ApiCommand> Order<C> {
    pub(super) fn new(live: &Live, command: C, shows: impl FnMut(&View) -> bool + Send + 'static) -> Self {
        Self { live: live.clone(), command, shows: Box::new(shows), channel: None }
    }

    pub(super) fn of_channel(self, id: ChannelUuid) -> Self {
        Self { channel: Some(id), ..self }
    }

    /// The command, as it is said.
    pub fn command(&self) -> &C {
        &self.command
    }

    /// Has it done, and waits until its effect shows in the model, for as long as this at most.
    ///
    /// # Errors
    ///
    /// As [`Client::run`](crate::Client::run); it did not show in time ([`Error::NotSeen`]): it may still, or something else
    /// may have undone it at once, or there is no such channel, to which the switch says yes all the same.
    ///
    /// # Cancel safety
    ///
    /// As [`Client::api`](crate::Client::api); once the switch has answered, dropping the future changes nothing.
    pub async fn seen(mut self, within: Duration) -> Result<C::Output, Error> {
        let command = self.command.line()?;
        let answer = self.live.client().run(self.command).await?;
        match tokio::time::timeout(within, self.live.until(|view| (self.shows)(view))).await {
            Ok(Ok(_)) => Ok(answer.into_value()),
            Ok(Err(error)) => Err(error),
            Err(_) => {
                let view = self.live.view();
                let gone = self.channel.filter(|id| view.channel(id.as_str()).is_none());
                let command = Command::shown_api(&command).into_owned();
                Err(Error::NotSeen { command, after: within, gone })
            }
        }
    }
}

impl<C> IntoFuture for Order<C>
where
    C: ApiCommand<Output: Send> + Send + Sync + 'static,
{
    type Output = Result<C::Output, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.live.client().run(self.command).await?.into_value()) })
    }
}

impl<C: fmt::Debug> fmt::Debug for Order<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order").field("command", &self.command).finish_non_exhaustive()
    }
}
