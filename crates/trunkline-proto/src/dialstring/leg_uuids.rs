//! An id for every leg, so that each can be told from the others, and found again.

use super::block::Block;
use super::dial_string::DialString;
use super::error::DialStringError;
use super::leg::Leg;
use super::originate::Originate;
use crate::ids::ChannelUuid;

const VARIABLE: &str = "origination_uuid";

impl DialString {
    /// With an `origination_uuid` of its own for every leg, in the leg's `[…]`; the ids in the order of the legs.
    ///
    /// An id that the dial string has already is kept: a leg's own, or else that of its group (`{…}`), or else that of
    /// all groups (`<…>`). One that would be given to several legs is the first one's alone, and the others get fresh
    /// ones. That is what the switch makes of it where it can: no two channels have one id, so that with
    /// `{origination_uuid=…}a,b` or `…a|b` a `null/` or `loopback/` leg after the first gets another
    /// (`switch_core_session_outgoing_channel` in `switch_core_session.c`), and a `sofia/` leg is **not dialled at all**,
    /// not even when the first has already been refused, since its session is still there
    /// (`sofia_outgoing_channel` in `mod_sofia.c`).
    ///
    /// A leg that the switch itself turns into several (`user/` or `group/`, of several phones) is one leg here, and
    /// has one id: of `sofia/` ones the switch then calls but the first.
    ///
    /// # Errors
    ///
    /// An id that cannot stand in a leg's `[…]`.
    ///
    /// ```
    /// # use trunkline_proto::dialstring::DialString;
    /// let dial: DialString = "{origination_uuid=call-1,note=x}null/1,null/2|[origination_uuid=call-2]null/3".parse()?;
    /// let mut fresh = ["fresh-1", "fresh-2"].into_iter();
    /// let (dial, uuids) = dial.with_leg_uuids(|| fresh.next().unwrap().into())?;
    /// assert_eq!(uuids, ["call-1", "fresh-1", "call-2"].map(Into::into));
    /// assert_eq!(
    ///     dial.to_string(),
    ///     "{note=x}[^^;origination_uuid=call-1]null/1,[^^;origination_uuid=fresh-1]null/2|\
    ///      [^^;origination_uuid=call-2]null/3"
    /// );
    /// # Ok::<(), trunkline_proto::dialstring::DialStringError>(())
    /// ```
    pub fn with_leg_uuids(
        mut self,
        mut fresh: impl FnMut() -> ChannelUuid,
    ) -> Result<(Self, Vec<ChannelUuid>), DialStringError> {
        let of_all = self.ultra.take(VARIABLE);
        let mut taken = self.own_uuids();
        let mut uuids = Vec::new();
        for group in &mut self.groups {
            let of_group = group.variables.take(VARIABLE).or_else(|| of_all.clone());
            for leg in group.attempts.iter_mut().flatten() {
                let own = leg.variables.take(VARIABLE).filter(|own| !contains(&uuids, own));
                let shared = || of_group.clone().filter(|shared| !contains(&taken, shared));
                let uuid = own.or_else(shared).map_or_else(&mut fresh, ChannelUuid::from);
                Block::Leg.set(&mut leg.variables, VARIABLE, uuid.as_str())?;
                taken.push(uuid.clone());
                uuids.push(uuid);
            }
        }
        Ok((self, uuids))
    }

    /// What the legs have in their own `[…]`.
    fn own_uuids(&self) -> Vec<ChannelUuid> {
        let legs = self.groups.iter().flat_map(|group| group.attempts.iter().flatten());
        legs.filter_map(|leg: &Leg| leg.variables.get(VARIABLE).map(ChannelUuid::from)).collect()
    }
}

fn contains(uuids: &[ChannelUuid], uuid: &str) -> bool {
    uuids.iter().any(|known| known.as_str() == uuid)
}

impl Originate {
    /// [`DialString::with_leg_uuids`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn with_leg_uuids(
        mut self,
        fresh: impl FnMut() -> ChannelUuid,
    ) -> Result<(Self, Vec<ChannelUuid>), DialStringError> {
        let (dial_string, uuids) = self.dial_string.with_leg_uuids(fresh)?;
        self.dial_string = dial_string;
        Ok((self, uuids))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leg_has_one_of_its_own() {
        for (dial, numbered, ids) in [
            ("null/1", "[^^;origination_uuid=f0]null/1", "f0"),
            ("{a=1}null/1", "{a=1}[^^;origination_uuid=f0]null/1", "f0"),
            ("{origination_uuid=x}null/1", "[^^;origination_uuid=x]null/1", "x"),
            ("{Origination_UUID=x}null/1", "[^^;origination_uuid=x]null/1", "x"),
            ("[origination_uuid=x,a=1]null/1", "[^^;a=1;origination_uuid=x]null/1", "x"),
            ("{origination_uuid=y}[origination_uuid=x]null/1", "[^^;origination_uuid=x]null/1", "x"),
            ("<origination_uuid=z>null/1", "[^^;origination_uuid=z]null/1", "z"),
            (
                "{origination_uuid=x}null/1|null/2",
                "[^^;origination_uuid=x]null/1|[^^;origination_uuid=f0]null/2",
                "x f0",
            ),
            // The one of the group is a leg's own already.
            (
                "{origination_uuid=x}null/1,[origination_uuid=x]null/2",
                "[^^;origination_uuid=f0]null/1,[^^;origination_uuid=x]null/2",
                "f0 x",
            ),
            (
                "[origination_uuid=x]null/1,[origination_uuid=x]null/2",
                "[^^;origination_uuid=x]null/1,[^^;origination_uuid=f0]null/2",
                "x f0",
            ),
            (
                "<origination_uuid=z>{origination_uuid=x}null/1:_:null/2:_:null/3",
                "[^^;origination_uuid=x]null/1:_:[^^;origination_uuid=z]null/2:_:[^^;origination_uuid=f0]null/3",
                "x z f0",
            ),
        ] {
            let mut fresh = (0..).map(|number| format!("f{number}").into());
            let dial: DialString = dial.parse().unwrap();
            let (again, uuids) = dial.with_leg_uuids(|| fresh.next().unwrap()).unwrap();
            assert_eq!(again.to_string(), numbered);
            assert_eq!(uuids.iter().map(ChannelUuid::as_str).collect::<Vec<_>>().join(" "), ids);
            assert_eq!(again.to_string().parse(), Ok(again));
        }
    }

    #[test]
    fn one_that_has_no_place_in_a_leg_is_refused() {
        let dial: DialString = "{origination_uuid=x[}null/1".parse().unwrap();
        assert!(matches!(dial.with_leg_uuids(|| "f".into()), Err(DialStringError::Unbalanced { .. })));
    }
}
