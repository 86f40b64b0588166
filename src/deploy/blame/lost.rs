//! Which source made an object that none makes any more.
//!
//! That takes rendering the sources as they were, so that only those are that can have
//! lost it: something that goes into them has changed since, and the file that the object
//! was made of is among that. Where it's among nothing that the sources were, it was named
//! from a folder that is no longer named, and any of them may have done so.

use super::parts::find;
use super::rendered::{AT_ONCE, Asked, MOST_SOURCES, Question, What};
use super::source::is_in;
use crate::git::{CommitId, GitError};
use crate::object::Manifest;
use crate::parallel;
use crate::render::Item;

/// Where objects are looked for that are gone.
pub(super) struct Lost {
    /// The commit that hasn't got them.
    pub(super) from: CommitId,
    /// The older one that had.
    pub(super) until: CommitId,
    /// The sources as that had them.
    pub(super) items: Vec<Item>,
}

/// Which sources are asked about an object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Range {
    /// Those that its file belongs to.
    Near,
    /// All others, too.
    Far,
}

impl Lost {
    /// Asks each source who took away what it made.
    pub(super) fn ask<'a>(
        &self,
        mut asked: Vec<Asked<'a>>,
        mut open: Vec<Question<'_>>,
    ) -> Result<Vec<Asked<'a>>, GitError> {
        for range in [Range::Near, Range::Far] {
            if open.is_empty() {
                break;
            }
            let candidates = self.candidates(&asked, &open, range)?;
            let sources = asked.into_iter().enumerate().collect();
            let made = parallel::each_of_few(sources, AT_ONCE, |(number, mut one): (usize, Asked<'a>)| {
                let is_candidate = candidates.contains(&number);
                let made = if is_candidate { one.source.made_at(&self.until)? } else { None };
                Ok((one, made))
            });
            asked = Vec::new();
            for one in made {
                let (mut one, made) = one?;
                let made: &[Manifest] = made.as_deref().map_or(&[], Vec::as_slice);
                let of_it = |question: &Question<'_>| find(made, &question.object).is_some();
                let (own, others): (Vec<_>, Vec<_>) = open.into_iter().partition(of_it);
                open = others;
                own.into_iter().for_each(|question| one.ask(question));
                asked.push(one);
            }
        }
        Ok(asked)
    }

    /// The sources that may have made some of it.
    fn candidates(
        &self,
        asked: &[Asked<'_>],
        open: &[Question<'_>],
        range: Range,
    ) -> Result<Vec<usize>, GitError> {
        let mut candidates = Vec::new();
        for (number, Asked { source, .. }) in asked.iter().enumerate() {
            let may_be_its = |question: &Question<'_>| match &question.what {
                What::Removed { path } if range == Range::Near => source.is_own(path),
                What::Removed { path } => !self.items.iter().any(|item| is_in(path, &item.path)),
                What::Field { .. } | What::Created(_) => false,
            };
            if candidates.len() < MOST_SOURCES
                && open.iter().any(may_be_its)
                && source.has_changed(&self.from, &self.until)?
            {
                candidates.push(number);
            }
        }
        Ok(candidates)
    }
}
