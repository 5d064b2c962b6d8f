//! A pull reader of XML elements by their local names, with bounded depth and without entities.
//! Shared by TCX and GPX. Never here: which elements mean what.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::{Limits, ReadError};

/// What comes next.
pub(super) enum Node<'a> {
    /// An element begins.
    Open(&'a str, Attributes<'a>),
    /// An element ends: [`Elements::closed`] says which.
    Close,
    /// The document ended.
    End {
        /// Whether elements were still open: the file is cut off.
        is_cut_off: bool,
    },
}

/// The attributes of an element.
pub(super) struct Attributes<'a>(&'a BytesStart<'a>);

impl Attributes<'_> {
    /// The value of the attribute with this local name.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.0
            .attributes()
            .with_checks(false)
            .filter_map(Result::ok)
            .find(|attribute| attribute.key.local_name().as_ref() == name)
            .map(|attribute| {
                let value = attribute.normalized_value(XmlVersion::Implicit1_0);
                value.map_or_else(|_| attribute.value.as_ref().to_owned(), Cow::into_owned)
            })
    }
}

/// Open elements by local name, each with its own text so far.
#[derive(Default)]
struct Frame {
    name: String,
    text: String,
}

/// Longer texts are cut: no element of a training file needs them.
const MAX_TEXT: usize = 64 * 1024;

/// The reader.
pub(super) struct Elements<'a> {
    reader: Reader<&'a [u8]>,
    /// Frames are reused: only the first `depth` are open.
    frames: Vec<Frame>,
    depth: usize,
    max_depth: usize,
    start: BytesStart<'a>,
    /// An empty element was opened and must be closed next.
    close_next: bool,
    /// An element was closed and its frame can be dropped.
    drop_next: bool,
}

impl<'a> Elements<'a> {
    pub(super) fn new(text: &'a str, limits: &Limits) -> Self {
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim_start());
        // A cut-off or sloppy file keeps what came before.
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        Self {
            reader,
            frames: Vec::new(),
            depth: 0,
            max_depth: limits.max_xml_depth,
            start: BytesStart::new(""),
            close_next: false,
            drop_next: false,
        }
    }

    /// The element that [`Node::Close`] closed: its local name, those of the two around it, and the text directly
    /// inside it.
    pub(super) fn closed(&self) -> (&str, &str, &str, &str) {
        let name = |up: usize| self.depth.checked_sub(up + 1).map_or("", |i| self.frames[i].name.as_str());
        let content = self.depth.checked_sub(1).map_or("", |i| self.frames[i].text.trim());
        (name(0), name(1), name(2), content)
    }

    pub(super) fn next(&mut self) -> Result<Node<'_>, ReadError> {
        if std::mem::take(&mut self.drop_next) {
            self.depth -= 1;
        }
        if std::mem::take(&mut self.close_next) {
            return Ok(self.close());
        }
        loop {
            match self.reader.read_event() {
                Ok(Event::Start(start)) => {
                    self.start = start;
                    return self.open();
                }
                Ok(Event::Empty(start)) => {
                    self.start = start;
                    self.close_next = true;
                    return self.open();
                }
                Ok(Event::End(_)) if self.depth > 0 => return Ok(self.close()),
                Ok(Event::Text(text)) => self.add(&text),
                Ok(Event::CData(text)) => self.add(&text),
                Ok(Event::GeneralRef(reference)) => {
                    let letter = match reference.resolve_char_ref() {
                        Ok(Some(letter)) => Some(letter),
                        _ => named(&reference),
                    };
                    if let Some(letter) = letter {
                        self.add(letter.encode_utf8(&mut [0; 4]));
                    }
                }
                Ok(Event::DocType(doctype)) if doctype.contains("ENTITY") => {
                    return Err(ReadError::UnsafeXml);
                }
                Ok(Event::Eof) => return Ok(Node::End { is_cut_off: self.depth > 0 }),
                Ok(_) => {}
                // The rest cannot be understood: it is as if the file ended here.
                Err(_) => return Ok(Node::End { is_cut_off: true }),
            }
        }
    }

    fn open(&mut self) -> Result<Node<'_>, ReadError> {
        if self.depth >= self.max_depth {
            return Err(ReadError::TooDeep(self.max_depth));
        }
        if self.frames.len() == self.depth {
            self.frames.push(Frame::default());
        }
        let frame = &mut self.frames[self.depth];
        frame.name.clear();
        frame.name.push_str(self.start.local_name().as_ref());
        frame.text.clear();
        self.depth += 1;
        Ok(Node::Open(&self.frames[self.depth - 1].name, Attributes(&self.start)))
    }

    fn close(&mut self) -> Node<'_> {
        self.drop_next = true;
        Node::Close
    }

    fn add(&mut self, text: &str) {
        if let Some(frame) = self.depth.checked_sub(1).and_then(|i| self.frames.get_mut(i)) {
            let room = MAX_TEXT.saturating_sub(frame.text.len());
            let end = text.floor_char_boundary(room.min(text.len()));
            frame.text.push_str(&text[..end]);
        }
    }
}

/// The five entities that every XML document has.
fn named(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}
