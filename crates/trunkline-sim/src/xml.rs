//! XML as FreeSWITCH has it (`switch_xml.c`): a tree in which a node's text is one piece, and its children stand at
//! places in that.

mod parse;
mod preprocess;
mod write;

pub(crate) use parse::parse;
pub(crate) use preprocess::{Globals, Preprocessor};

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
    /// Where in the parent's text it stands.
    offset: usize,
    /// In the order of their offsets.
    children: Vec<Node>,
}

impl Node {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// The first attribute of this name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// An attribute, or nothing.
    pub(crate) fn attribute_or_empty(&self, name: &str) -> &str {
        self.attribute(name).unwrap_or_default()
    }

    pub(crate) fn set_attribute(&mut self, name: &str, value: &str) {
        match self.attributes.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => value.clone_into(known),
            None => self.attributes.push((name.to_owned(), value.to_owned())),
        }
    }

    /// The children of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> + 'a {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child of a name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The first child of a name whose attribute has a value, in any case.
    pub(crate) fn find(&self, name: &str, attribute: &str, value: &str) -> Option<&Self> {
        self.children
            .iter()
            .filter(|child| child.name == name)
            .find(|child| child.attribute(attribute).is_some_and(|known| known.eq_ignore_ascii_case(value)))
    }

    /// Changes the first child of a name, which is made at the head of the text where there is none.
    pub(crate) fn change_child(&mut self, name: &str, change: impl FnOnce(&mut Self)) {
        let known = self.children.iter().position(|child| child.name == name);
        let place = known.unwrap_or_else(|| self.insert(Self::new(name), 0));
        if let Some(child) = self.children.get_mut(place) {
            change(child);
        }
    }

    /// Puts a child behind those that stand at or before a place in the text; where it then is among them.
    pub(crate) fn insert(&mut self, mut child: Self, offset: usize) -> usize {
        child.offset = offset;
        let place = self.children.iter().take_while(|known| known.offset <= offset).count();
        self.children.insert(place, child);
        place
    }

    /// Puts a child behind all others.
    pub(crate) fn add(&mut self, child: Self) {
        let end = self.text.len();
        self.insert(child, end);
    }

    /// Adds a child that has nothing in it but a text.
    pub(crate) fn add_text(&mut self, name: &str, text: &str) {
        self.add(Self { text: text.to_owned(), ..Self::new(name) });
    }

    /// The values that `<params>` or `<variables>` give by name.
    pub(crate) fn pairs<'a>(
        &'a self,
        container: &'a str,
        element: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
        self.child(container)
            .into_iter()
            .flat_map(move |list| list.all(element))
            .filter_map(|pair| Some((pair.attribute("name")?, pair.attribute("value").unwrap_or_default())))
    }
}
