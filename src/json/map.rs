//! Maps of sorted keys in one vector.

use std::fmt;

use super::Value;

/// A JSON object: its keys are unique and sorted by their bytes.
///
/// Looking a key up takes a binary search; adding one in the middle moves what
/// follows. Many keys in any order are collected ([`FromIterator`]), which
/// sorts once.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Map {
    entries: Vec<(String, Value)>,
}

impl Map {
    /// A map without keys, which takes no memory of its own.
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Where a key stands, or where it would have to stand.
    fn position(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(present, _)| present.as_str().cmp(key))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.position(key).ok().map(|position| &self.entries[position].1)
    }

    /// The value of a key, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.position(key).ok().map(|position| &mut self.entries[position].1)
    }

    /// Whether there is such a key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_ok()
    }

    /// Sets a key's value; returns the one that it had.
    pub fn insert(&mut self, key: String, value: Value) -> Option<Value> {
        match self.position(&key) {
            Ok(position) => Some(std::mem::replace(&mut self.entries[position].1, value)),
            Err(position) => {
                self.entries.insert(position, (key, value));
                None
            }
        }
    }

    /// Takes a key out; returns its value.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.position(key).ok().map(|position| self.entries.remove(position).1)
    }

    /// A key's place, to look at it and fill it.
    pub fn entry(&mut self, key: impl Into<String>) -> Entry<'_> {
        let key = key.into();
        let position = self.position(&key);
        Entry { map: self, key, position }
    }

    /// Keeps the keys for which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&String, &mut Value) -> bool) {
        self.entries.retain_mut(|(key, value)| keep(key, value));
    }

    /// The keys and values, by key.
    pub fn iter(&self) -> Iter<'_> {
        self.entries.iter().map(pair)
    }

    /// The keys and values, by key, to change the values.
    pub fn iter_mut(&mut self) -> IterMut<'_> {
        self.entries.iter_mut().map(pair_mut)
    }

    /// The keys, sorted.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &String> + ExactSizeIterator + Clone {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The values, by key.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator + Clone {
        self.entries.iter().map(|(_, value)| value)
    }

    /// The values, by key, to change them.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Value> + ExactSizeIterator {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    /// The values alone, by key.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = Value> + ExactSizeIterator {
        self.entries.into_iter().map(|(_, value)| value)
    }

    /// A map of entries in any order; the first key that stands there twice, if
    /// one does.
    pub(crate) fn from_unique(mut entries: Vec<(String, Value)>) -> Result<Self, String> {
        sort(&mut entries);
        match entries.windows(2).position(|two| two[0].0 == two[1].0) {
            Some(position) => Err(entries.swap_remove(position).0),
            None => Ok(Self::from_sorted(entries)),
        }
    }

    fn from_sorted(mut entries: Vec<(String, Value)>) -> Self {
        entries.shrink_to_fit();
        Self { entries }
    }
}

/// Stable, so that of equal keys the later one stays behind the earlier one.
fn sort(entries: &mut [(String, Value)]) {
    if !entries.is_sorted_by(|(a, _), (b, _)| a < b) {
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    }
}

/// Of a key that comes more than once, the last value counts.
impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut entries: Vec<(String, Value)> =
            entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        sort(&mut entries);
        entries.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(&mut later.1, &mut earlier.1);
            }
            same
        });
        Self::from_sorted(entries)
    }
}

impl<K: Into<String>, V: Into<Value>> Extend<(K, V)> for Map {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        let present = std::mem::take(&mut self.entries);
        let added = entries.into_iter().map(|(key, value)| (key.into(), value.into()));
        *self = present.into_iter().chain(added).collect();
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

fn pair(entry: &(String, Value)) -> (&String, &Value) {
    (&entry.0, &entry.1)
}

fn pair_mut(entry: &mut (String, Value)) -> (&String, &mut Value) {
    (&entry.0, &mut entry.1)
}

type Pair<'a> = fn(&'a (String, Value)) -> (&'a String, &'a Value);
type PairMut<'a> = fn(&'a mut (String, Value)) -> (&'a String, &'a mut Value);

/// What [`Map::iter`] returns.
pub(super) type Iter<'a> = std::iter::Map<std::slice::Iter<'a, (String, Value)>, Pair<'a>>;
/// What [`Map::iter_mut`] returns.
pub(super) type IterMut<'a> = std::iter::Map<std::slice::IterMut<'a, (String, Value)>, PairMut<'a>>;

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a String, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter().map(pair)
    }
}

impl<'a> IntoIterator for &'a mut Map {
    type Item = (&'a String, &'a mut Value);
    type IntoIter = IterMut<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter_mut().map(pair_mut)
    }
}

impl IntoIterator for Map {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<(String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

/// A key's place in a map.
pub struct Entry<'a> {
    map: &'a mut Map,
    key: String,
    position: Result<usize, usize>,
}

impl<'a> Entry<'a> {
    /// The value; where there is none, first the one given.
    pub fn or_insert(self, value: Value) -> &'a mut Value {
        self.or_insert_with(|| value)
    }

    /// The value; where there is none, first the one made.
    pub fn or_insert_with(self, value: impl FnOnce() -> Value) -> &'a mut Value {
        let position = self.position.unwrap_or_else(|position| {
            self.map.entries.insert(position, (self.key, value()));
            position
        });
        &mut self.map.entries[position].1
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Insert(String, i64),
        Remove(String),
        OrInsert(String, i64),
        Extend(Vec<(String, i64)>),
        KeepEven,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let key = || "[ab.é]{0,2}";
        prop::collection::vec(
            prop_oneof![
                (key(), any::<i64>()).prop_map(|(key, value)| Step::Insert(key, value)),
                key().prop_map(Step::Remove),
                (key(), any::<i64>()).prop_map(|(key, value)| Step::OrInsert(key, value)),
                prop::collection::vec((key(), any::<i64>()), 0..4).prop_map(Step::Extend),
                Just(Step::KeepEven),
            ],
            0..40,
        )
    }

    proptest! {
        #[test]
        fn a_map_is_what_a_tree_would_be(steps in steps()) {
            let (mut map, mut tree) = (Map::new(), BTreeMap::<String, i64>::new());
            for step in steps {
                match step {
                    Step::Insert(key, value) => {
                        let former = map.insert(key.clone(), value.into());
                        prop_assert_eq!(former, tree.insert(key, value).map(Value::from));
                    }
                    Step::Remove(key) => {
                        prop_assert_eq!(map.remove(&key), tree.remove(&key).map(Value::from));
                    }
                    Step::OrInsert(key, value) => {
                        let kept = map.entry(key.clone()).or_insert(value.into()).clone();
                        prop_assert_eq!(kept, Value::from(*tree.entry(key).or_insert(value)));
                    }
                    Step::Extend(entries) => {
                        map.extend(entries.clone());
                        tree.extend(entries);
                    }
                    Step::KeepEven => {
                        map.retain(|_, value| value.as_i64().is_some_and(|value| value % 2 == 0));
                        tree.retain(|_, value| *value % 2 == 0);
                    }
                }
                prop_assert!(map.iter().map(|(key, value)| (key.clone(), value.clone())).eq(
                    tree.iter().map(|(key, value)| (key.clone(), Value::from(*value)))
                ));
                for key in ["", "a", "b", "é", "ab"] {
                    prop_assert_eq!(map.get(key).cloned(), tree.get(key).map(|value| Value::from(*value)));
                }
            }
        }
    }

    #[test]
    fn keys_that_come_twice_are_told() {
        let entries = |keys: &[&str]| keys.iter().map(|key| ((*key).to_owned(), Value::Null)).collect();
        assert_eq!(Map::from_unique(entries(&["b", "a", "c", "a"])), Err("a".to_owned()));
        let map = Map::from_unique(entries(&["b", "a"])).expect("unique");
        assert_eq!(map.keys().collect::<Vec<_>>(), ["a", "b"]);
    }
}
