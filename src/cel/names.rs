//! Which names an expression uses.

use std::collections::BTreeSet;

use super::expression::Expression;

impl Expression {
    /// The expressions directly inside, with the names that are bound in them.
    fn parts(&self) -> Vec<(&Expression, &[String])> {
        let parts = match self {
            Self::Literal(_) | Self::Name(_) => Vec::new(),
            Self::Select { of, .. } | Self::Has { of, .. } => vec![&**of],
            Self::Index { of, index, .. } => vec![&**of, &**index],
            Self::Call { target, arguments, .. } => {
                target.iter().map(|target| &**target).chain(arguments).collect()
            }
            Self::List(items) => items.iter().map(|(_, item)| item).collect(),
            Self::Map(entries) => entries.iter().flat_map(|(_, key, value)| [key, value]).collect(),
            Self::Not(inner) | Self::Negate(inner) => vec![&**inner],
            Self::And(left, right) | Self::Or(left, right) | Self::Binary(_, left, right) => {
                vec![&**left, &**right]
            }
            Self::If(condition, then, otherwise) => vec![&**condition, &**then, &**otherwise],
            Self::Over { of, variables, filter, body, .. } => {
                let inner = filter.iter().map(|filter| &**filter).chain([&**body]);
                let mut parts: Vec<(&Self, &[String])> =
                    inner.map(|inner| (inner, variables.as_slice())).collect();
                parts.push((&**of, &[]));
                return parts;
            }
            Self::Bind { variable, value, body, .. } => {
                return vec![(&**value, &[]), (&**body, std::slice::from_ref(variable))];
            }
        };
        parts.into_iter().map(|part| (part, [].as_slice())).collect()
    }

    /// Calls a function with each expression inside and this one.
    pub fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        for (part, _) in self.parts() {
            part.each(visit);
        }
    }

    /// The names that are neither bound in it nor the space of a function
    /// (`math` in `math.abs(1)`).
    pub fn free_names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.add_names(&mut Vec::new(), &mut names);
        names
    }

    fn add_names<'a>(&'a self, bound: &mut Vec<&'a str>, names: &mut BTreeSet<&'a str>) {
        if let Self::Name(name) = self
            && !bound.contains(&name.as_str())
        {
            names.insert(name);
        }
        let space = match self {
            Self::Call { target: Some(target), .. } if matches!(&**target, Self::Name(_)) => Some(&**target),
            _ => None,
        };
        for (part, variables) in self.parts() {
            if space.is_some_and(|space| std::ptr::eq(space, part))
                && !matches!(part, Self::Name(name) if name == "self")
            {
                continue;
            }
            let before = bound.len();
            bound.extend(variables.iter().map(String::as_str));
            part.add_names(bound, names);
            bound.truncate(before);
        }
    }

    /// The fields of a path that starts at this name: `["a", "b"]` for
    /// `self.a.b`. `None` for anything else.
    pub fn fields_of(&self, name: &str) -> Option<Vec<&str>> {
        match self {
            Self::Name(own) if own == name => Some(Vec::new()),
            Self::Select { of, field, .. } | Self::Has { of, field } => {
                let mut fields = of.fields_of(name)?;
                fields.push(field);
                Some(fields)
            }
            _ => None,
        }
    }
}
