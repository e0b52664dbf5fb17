//! Reads PDML, the form of tshark's output that keeps everything: the order of layers, fields that occur
//! twice, and where each field is in the frame. JSON loses the first two.
//!
//! PDML is XML without text between the tags, so tags and attributes are all there is to read.

/// A protocol or a field.
#[derive(Debug, Default, Clone)]
pub struct Node {
    /// Its filter name, "tcp.srcport".
    pub name: String,
    /// First byte, in the frame.
    pub pos: u32,
    /// Bytes.
    pub size: u32,
    /// The value as text.
    pub show: String,
    /// The value's bytes in hexadecimal; of a bit field, its number.
    pub value: String,
    /// What is inside it.
    pub children: Vec<Node>,
}

impl Node {
    /// The first child of that name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// This node and everything in it, in order.
    pub fn all<'a>(&'a self, found: &mut Vec<&'a Self>) {
        found.push(self);
        for child in &self.children {
            child.all(found);
        }
    }

    /// `show` as a number, decimal or hexadecimal.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self.show.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => self.show.parse().ok(),
        }
    }
}

/// The packets of a document; each is a node without a name.
pub fn packets(document: &str) -> impl Iterator<Item = Node> {
    document.split("<packet>").skip(1).map(packet)
}

fn packet(text: &str) -> Node {
    let mut open = vec![Node::default()];
    let mut rest = text;
    while let Some((_, tag_on)) = rest.split_once('<') {
        // In an attribute, `>` is written `&gt;`.
        let Some((tag, after)) = tag_on.split_once('>') else {
            break;
        };
        rest = after;
        if tag == "/packet" {
            break;
        }
        if tag.starts_with('/') {
            close(&mut open);
        } else {
            open.push(node(tag));
            if tag.ends_with('/') {
                close(&mut open);
            }
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().unwrap_or_default()
}

fn close(open: &mut Vec<Node>) {
    if let (Some(done), Some(parent)) = (open.pop(), open.last_mut()) {
        parent.children.push(done);
    }
}

fn node(tag: &str) -> Node {
    let mut node = Node::default();
    let mut rest = tag;
    while let Some((name, quoted)) = rest.split_once("=\"") {
        let Some((value, after)) = quoted.split_once('"') else {
            break;
        };
        rest = after;
        match name.trim_start().rsplit(' ').next() {
            Some("name") => value.clone_into(&mut node.name),
            Some("pos") => node.pos = value.parse().unwrap_or(0),
            Some("size") => node.size = value.parse().unwrap_or(0),
            Some("show") => value.clone_into(&mut node.show),
            Some("value") => value.clone_into(&mut node.value),
            _ => {}
        }
    }
    node
}

#[cfg(test)]
mod tests {
    use super::packets;

    #[test]
    fn tags_nest_and_keep_their_order() {
        let text = r#"<pdml><packet>
  <proto name="ip" size="20" pos="14" showname="a &gt; b"/>
  <proto name="tcp" size="32" pos="34">
    <field name="tcp.flags" size="2" pos="46" show="0x0002" value="2" unmaskedvalue="a002">
      <field name="tcp.flags.syn" show="1"/>
    </field>
    <field name="tcp.port" show="80"/><field name="tcp.port" show="81"/>
  </proto>
</packet>
<packet></packet></pdml>"#;
        let packets: Vec<_> = packets(text).collect();
        assert_eq!(packets.len(), 2);
        let names: Vec<&str> = packets[0]
            .children
            .iter()
            .map(|node| node.name.as_str())
            .collect();
        assert_eq!(names, ["ip", "tcp"]);
        let tcp = &packets[0].children[1];
        let flags = tcp.child("tcp.flags").unwrap();
        assert_eq!((flags.pos, flags.size, flags.number()), (46, 2, Some(2)));
        assert_eq!(flags.value, "2");
        assert_eq!(flags.children[0].name, "tcp.flags.syn");
        let mut all = Vec::new();
        tcp.all(&mut all);
        assert_eq!(all.iter().filter(|node| node.name == "tcp.port").count(), 2);
    }
}
