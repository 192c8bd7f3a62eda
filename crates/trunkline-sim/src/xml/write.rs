//! Writing XML (`switch_xml_toxml_r` in `switch_xml.c`), with the blank lines a real switch makes of it.

use super::Node;

const INDENT: &str = "  ";

impl Node {
    /// It and all within it.
    pub(crate) fn to_xml(&self) -> String {
        let mut writer = Writer { out: String::new(), depth: 0 };
        writer.siblings("", &[(0, self)]);
        writer.out
    }
}

struct Writer {
    out: String,
    depth: usize,
}

impl Writer {
    /// The children of a node, each behind the text that comes before it.
    fn siblings(&mut self, text: &str, nodes: &[(usize, &Node)]) {
        let mut start = 0;
        for (offset, node) in nodes {
            let rest = text.get(start..).unwrap_or_default();
            // No text before it is all of the text to a real switch.
            let before = match offset.saturating_sub(start) {
                0 => rest,
                length => rest.get(..length).unwrap_or(rest),
            };
            self.text(before);
            if self.out.ends_with('>') {
                self.out.push('\n');
            }
            self.element(node);
            start = (*offset).min(text.len());
        }
        self.depth = self.depth.saturating_sub(1);
        self.text(text.get(start..).unwrap_or_default());
    }

    fn element(&mut self, node: &Node) {
        self.indent();
        self.out.push('<');
        self.out.push_str(&node.name);
        for (place, (name, value)) in node.attributes.iter().enumerate() {
            let is_first = !node.attributes.iter().take(place).any(|(known, _)| known == name);
            if is_first {
                self.out.push_str(&format!(" {name}=\"{}\"", encoded(value, true)));
            }
        }
        self.out.push('>');
        if node.children.is_empty() {
            self.text(&node.text);
        } else {
            self.depth += 1;
            let children: Vec<_> = node.children.iter().map(|child| (child.offset, child)).collect();
            self.siblings(&node.text, &children);
        }
        if self.out.ends_with('\n') {
            self.indent();
        }
        self.out.push_str(&format!("</{}>\n", node.name));
    }

    fn indent(&mut self) {
        self.out.push_str(&INDENT.repeat(self.depth));
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(&encoded(text, false));
    }
}

fn encoded(text: &str, attribute: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            '\n' if attribute => out.push_str("&#xA;"),
            '\t' if attribute => out.push_str("&#x9;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
    out
}
