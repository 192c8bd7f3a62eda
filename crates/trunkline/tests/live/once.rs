//! What is told of changes must fit together: nothing is created twice, changed without being there, or gone twice.

use std::collections::HashMap;

use trunkline::model::live::{Changes, Watched};
use trunkline::model::{Altered, Change, Field, Object, View};

/// What is there, put together from changes alone: of each object its fields.
#[derive(Debug, Default)]
pub(crate) struct Told {
    objects: HashMap<String, Vec<String>>,
    /// How often it was told what happened while away.
    pub(crate) while_away: usize,
}

impl Told {
    /// Begins with what is there.
    pub(crate) fn of(view: &View) -> Self {
        let mut told = Self::default();
        told.add(view.channels().iter());
        told.add(view.calls().iter());
        told.add(view.conferences().iter());
        told.add(view.members().iter());
        told.add(view.parked().iter());
        told.add(view.recordings().iter());
        told
    }

    fn add<'v, T: Object + 'v>(&mut self, objects: impl Iterator<Item = &'v std::sync::Arc<T>>) {
        for object in objects {
            self.objects.insert(key(&**object), fields(&**object));
        }
    }

    /// Takes in all that is told after this version until the end. `Err` with what does not fit.
    pub(crate) async fn follow(mut self, mut changes: Changes, after: u64) -> Result<Self, String> {
        while let Some(watched) = changes.next().await {
            let Watched::Batch(batch) = watched else { return Err(format!("{watched:?}")) };
            if batch.version() <= after {
                continue;
            }
            batch.changes().iter().try_for_each(|change| self.take(change))?;
        }
        Ok(self)
    }

    /// Whether what was told is what is there.
    pub(crate) fn is(&self, view: &View) -> Result<(), String> {
        let there = Self::of(view);
        let mut others: Vec<&String> = self.objects.keys().chain(there.objects.keys()).collect();
        others.retain(|id| self.objects.get(*id) != there.objects.get(*id));
        others.sort();
        others.dedup();
        let differ = |id: &&String| {
            format!("{id}: told {:?}\n is {:?}", self.objects.get(*id), there.objects.get(*id))
        };
        match others.first() {
            None => Ok(()),
            Some(first) => Err(format!("{} objects are not as told; {}", others.len(), differ(first))),
        }
    }

    fn take(&mut self, change: &Change) -> Result<(), String> {
        match change {
            Change::Channel(altered) => self.altered(altered),
            Change::Call(altered) => self.altered(altered),
            Change::Conference(altered) => self.altered(altered),
            Change::Member(altered) => self.altered(altered),
            Change::Parked(altered) => self.altered(altered),
            Change::Recording(altered) => self.altered(altered),
            Change::Renamed { from, .. } => Err(format!("{from} is renamed, which nobody did")),
            _ => Ok(()),
        }
    }

    fn altered<T: Object>(&mut self, altered: &Altered<T>) -> Result<(), String> {
        self.while_away += usize::from(altered.while_away());
        let id = key(&**altered.object());
        match altered {
            Altered::Created { after, .. } => match self.objects.insert(id.clone(), fields(&**after)) {
                None => Ok(()),
                Some(_) => Err(format!("{id} created twice")),
            },
            Altered::Updated { before, after, fields: changed, .. } => {
                let known = self.objects.insert(id.clone(), fields(&**after));
                let fits = known.is_some_and(|known| known == fields(&**before));
                match fits && !changed.is_empty() && *changed == T::differing(before, after) {
                    true => Ok(()),
                    false => Err(format!("{id} changed, but was not as it is said to have been")),
                }
            }
            Altered::Removed { .. } => match self.objects.remove(&id) {
                Some(_) => Ok(()),
                None => Err(format!("{id} gone, but was not there")),
            },
            other => Err(format!("{other:?}")),
        }
    }
}

fn key<T: Object>(object: &T) -> String {
    format!("{:?} {:?}", T::KIND, object.id())
}

fn fields<T: Object>(object: &T) -> Vec<String> {
    T::Field::ALL.iter().map(|field| format!("{field:?}: {:?}", object.value(*field))).collect()
}
