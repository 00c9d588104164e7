//! `winmail.dat`: Outlook's own container (MS-OXTNEF) for what it could not or would not send as
//! MIME. Read far enough for the files and the body; a damaged one is told, so that it can be kept
//! as it came. Every length is checked, every letter inside a letter counted.

use super::charset;
use super::rtf::{self, Body};
use super::shifted::{self, Order};

/// What a container holds.
#[derive(Default)]
pub(super) struct Container {
    pub(super) subject: String,
    /// Who wrote it, as a name; known of attached letters.
    pub(super) sender: String,
    pub(super) text: Option<String>,
    pub(super) html: Option<String>,
    pub(super) files: Vec<File>,
    /// Letters attached to this one.
    pub(super) letters: Vec<Container>,
    /// Whether it broke off or made no sense somewhere.
    pub(super) damaged: bool,
}

/// One attached file.
#[derive(Default)]
pub(super) struct File {
    /// As written, empty when there is none.
    pub(super) name: String,
    pub(super) content_type: String,
    pub(super) content_id: String,
    pub(super) bytes: Vec<u8>,
}

/// Letters inside letters that are opened.
const MAX_DEPTH: usize = 5;

const SIGNATURE: &[u8] = &[0x78, 0x9f, 0x3e, 0x22];

// Attributes (MS-OXTNEF section 2.1.3.2), by their number without the type.
const SUBJECT: u16 = 0x8004;
const BODY: u16 = 0x800c;
const ATTACHED_DATA: u16 = 0x800f;
const ATTACHED_TITLE: u16 = 0x8010;
const TRANSPORT_NAME: u16 = 0x9001;
const ATTACHED_RENDERING: u16 = 0x9002;
const MESSAGE_PROPERTIES: u16 = 0x9003;
const ATTACHED_PROPERTIES: u16 = 0x9005;
const OEM_CODEPAGE: u16 = 0x9007;

// Properties (MS-OXPROPS).
const PR_SUBJECT: u16 = 0x0037;
const PR_SENDER_NAME: u16 = 0x0c1a;
const PR_BODY: u16 = 0x1000;
const PR_RTF_COMPRESSED: u16 = 0x1009;
const PR_HTML: u16 = 0x1013;
const PR_DISPLAY_NAME: u16 = 0x3001;
const PR_ATTACH_DATA: u16 = 0x3701;
const PR_ATTACH_FILENAME: u16 = 0x3704;
const PR_ATTACH_LONG_FILENAME: u16 = 0x3707;
const PR_ATTACH_MIME_TAG: u16 = 0x370e;
const PR_ATTACH_CONTENT_ID: u16 = 0x3712;
const PR_INTERNET_CODEPAGE: u16 = 0x3fde;
const PR_MESSAGE_CODEPAGE: u16 = 0x3ffd;

const OBJECT_TYPE: u16 = 0x000d;
const UNICODE_TYPE: u16 = 0x001f;

/// One property of a message or an attachment.
struct Property<'a> {
    id: u16,
    kind: u16,
    value: &'a [u8],
}

/// An attachment while its attributes are being read.
#[derive(Default)]
struct Attached<'a> {
    title: &'a [u8],
    transport_name: &'a [u8],
    data: &'a [u8],
    properties: Vec<Property<'a>>,
}

/// Reads a container; `None` when it is none.
pub(super) fn read(bytes: &[u8]) -> Option<Container> {
    read_at(bytes, 0)
}

fn read_at(bytes: &[u8], depth: usize) -> Option<Container> {
    let mut cursor = Cursor(bytes.strip_prefix(SIGNATURE)?);
    let mut container = Container::default();
    let mut properties = Vec::new();
    let mut attached: Vec<Attached<'_>> = Vec::new();
    let (mut subject, mut body): (&[u8], &[u8]) = (b"", b"");
    let mut codepage = 1_252;
    // The key that follows the signature means nothing here.
    cursor.take(2)?;
    while !cursor.0.is_empty() {
        let Some((number, value)) = cursor.attribute() else {
            // Mail programs pad the end.
            container.damaged = cursor.0.iter().any(|&byte| !matches!(byte, 0 | b'\r' | b'\n'));
            break;
        };
        match number {
            SUBJECT => subject = value,
            BODY => body = value,
            OEM_CODEPAGE => codepage = Cursor(value).u32().unwrap_or(codepage),
            MESSAGE_PROPERTIES => {
                container.damaged |= Cursor(value).properties(&mut properties).is_none();
            }
            ATTACHED_RENDERING => attached.push(Attached::default()),
            ATTACHED_TITLE | TRANSPORT_NAME | ATTACHED_DATA | ATTACHED_PROPERTIES => {
                if attached.is_empty() {
                    attached.push(Attached::default());
                }
                let Some(last) = attached.last_mut() else { continue };
                match number {
                    ATTACHED_TITLE => last.title = value,
                    TRANSPORT_NAME => last.transport_name = value,
                    ATTACHED_DATA => last.data = value,
                    _ => {
                        let read = Cursor(value).properties(&mut last.properties);
                        container.damaged |= read.is_none();
                    }
                }
            }
            _ => {}
        }
    }
    let long = |id: u16| Cursor(property(&properties, id)?.value).u32().filter(|&page| page != 0);
    let label = format!("cp{}", long(PR_MESSAGE_CODEPAGE).unwrap_or(codepage));
    let said =
        |id: u16| property(&properties, id).map(|p| text(p, &label)).filter(|t| !t.is_empty());
    container.subject = said(PR_SUBJECT).unwrap_or_else(|| text_of(subject, &label));
    container.sender = said(PR_SENDER_NAME).unwrap_or_default();
    container.text =
        said(PR_BODY).or_else(|| Some(text_of(body, &label))).filter(|t| !t.is_empty());
    container.html = property(&properties, PR_HTML).map(|html| match html.kind {
        UNICODE_TYPE => text(html, &label),
        _ => {
            let page = long(PR_INTERNET_CODEPAGE).map_or(label.clone(), |page| format!("cp{page}"));
            text_of(html.value, &internet(&page))
        }
    });
    if container.html.is_none()
        && let Some(packed) = property(&properties, PR_RTF_COMPRESSED)
    {
        match rtf::decompress(packed.value).map(|rtf| rtf::body(&rtf)) {
            Some(Body::Html(html)) => container.html = Some(html),
            Some(Body::Text(text)) => {
                container.text = container.text.or(Some(text)).filter(|text| !text.is_empty());
            }
            None => {}
        }
    }
    for attached in attached {
        let inside = property(&attached.properties, PR_ATTACH_DATA);
        // The identifier of an interface stands before the letter (MS-OXTNEF section 2.1.3.4).
        let object = inside.filter(|p| p.kind == OBJECT_TYPE).and_then(|p| p.value.get(16..));
        match object.filter(|_| depth < MAX_DEPTH).and_then(|letter| read_at(letter, depth + 1)) {
            Some(letter) => {
                container.damaged |= letter.damaged;
                container.letters.push(letter);
            }
            None => container.files.extend(attached.file(&label)),
        }
    }
    Some(container)
}

/// The label of a code page that the internet knows under another name.
fn internet(page: &str) -> String {
    match page {
        "cp20127" => "us-ascii",
        "cp28591" => "iso-8859-1",
        "cp28592" => "iso-8859-2",
        "cp28595" => "iso-8859-5",
        "cp28597" => "iso-8859-7",
        "cp28599" => "iso-8859-9",
        "cp28605" => "iso-8859-15",
        other => other,
    }
    .to_owned()
}

impl Attached<'_> {
    /// The file; `None` when there is nothing in it and no name either.
    fn file(&self, label: &str) -> Option<File> {
        let said = |id: u16| {
            property(&self.properties, id).map(|p| text(p, label)).filter(|text| !text.is_empty())
        };
        let plain = |bytes: &[u8]| Some(text_of(bytes, label)).filter(|text| !text.is_empty());
        let name = said(PR_ATTACH_LONG_FILENAME)
            .or_else(|| plain(self.transport_name))
            .or_else(|| said(PR_ATTACH_FILENAME))
            .or_else(|| plain(self.title))
            .or_else(|| said(PR_DISPLAY_NAME));
        let inside = property(&self.properties, PR_ATTACH_DATA).map_or(&b""[..], |p| p.value);
        let bytes = if self.data.is_empty() { inside } else { self.data };
        (name.is_some() || !bytes.is_empty()).then(|| File {
            name: name.unwrap_or_default(),
            content_type: said(PR_ATTACH_MIME_TAG).unwrap_or_default().to_ascii_lowercase(),
            content_id: said(PR_ATTACH_CONTENT_ID).unwrap_or_default(),
            bytes: bytes.to_vec(),
        })
    }
}

fn property<'p, 'a>(properties: &'p [Property<'a>], id: u16) -> Option<&'p Property<'a>> {
    properties.iter().find(|property| property.id == id)
}

fn text(property: &Property<'_>, label: &str) -> String {
    if property.kind == UNICODE_TYPE {
        return shifted::utf_16(property.value, Order::Little).trim_end_matches('\0').to_owned();
    }
    text_of(property.value, label)
}

/// Text that ends in a zero.
fn text_of(bytes: &[u8], label: &str) -> String {
    let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    charset::decode(&bytes[..end], Some(label))
}

/// What of the container was not read yet.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }

    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.u32()?).ok()?;
        self.take(length)
    }

    /// The next attribute: level, number, type, length, content, check sum.
    fn attribute(&mut self) -> Option<(u16, &'a [u8])> {
        let mut ahead = Cursor(self.0);
        let level = ahead.take(1)?;
        let number = ahead.u16().filter(|_| matches!(level, [1 | 2]))?;
        ahead.u16()?;
        let value = ahead.sized()?;
        // The last check sum may be cut off.
        let _ = ahead.u16();
        self.0 = ahead.0;
        Some((number, value))
    }

    /// A list of properties; `None` when it breaks off. Of several values the first is kept.
    fn properties(mut self, into: &mut Vec<Property<'a>>) -> Option<()> {
        let count = self.u32()?;
        for _ in 0..count {
            let kind = self.u16()?;
            let id = self.u16()?;
            if id >= 0x8000 {
                // A named property: its set, and a number or a name.
                self.take(16)?;
                match self.u32()? {
                    0 => self.u32().map(|_| ())?,
                    _ => self.padded().map(|_| ())?,
                }
            }
            let (several, kind) = (kind & 0x1000 != 0, kind & 0x0fff);
            let fixed = match kind {
                0x0001 => Some(0),
                // Two bytes and two to fill up; of several we do not know.
                0x0002 | 0x000b if !several => Some(4),
                0x0003 | 0x0004 | 0x000a => Some(4),
                0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Some(8),
                0x0048 => Some(16),
                0x000d | 0x001e | 0x001f | 0x0102 => None,
                _ => return None,
            };
            let values = if several || fixed.is_none() { self.u32()? } else { 1 };
            for nth in 0..values {
                let value = match fixed {
                    Some(length) => self.take(length)?,
                    None => self.padded()?,
                };
                if nth == 0 {
                    into.push(Property { id, kind, value });
                }
                if fixed == Some(0) {
                    break;
                }
            }
        }
        Some(())
    }

    /// Content of a length, filled up to a multiple of four.
    fn padded(&mut self) -> Option<&'a [u8]> {
        let value = self.sized()?;
        self.0 = self.0.get((4 - value.len() % 4) % 4..).unwrap_or_default();
        Some(value)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn number(bytes: usize) -> [u8; 4] {
        u32::try_from(bytes).unwrap().to_le_bytes()
    }

    pub(in super::super) fn attribute(level: u8, id: u16, value: &[u8]) -> Vec<u8> {
        let head = [&[level][..], &id.to_le_bytes(), &[6, 0], &number(value.len())].concat();
        [&head, value, &[0, 0]].concat()
    }

    pub(in super::super) fn properties(list: &[(u16, u16, &[u8])]) -> Vec<u8> {
        let mut bytes = number(list.len()).to_vec();
        for (kind, id, value) in list {
            bytes.extend([kind.to_le_bytes(), id.to_le_bytes()].concat());
            if *id >= 0x8000 {
                bytes.extend([&[0; 16][..], &[1, 0, 0, 0], &number(2), b"a\0\0\0"].concat());
            }
            if *kind >= 0x0d && *kind != 0x40 {
                bytes.extend([number(1), number(value.len())].concat());
                bytes.extend_from_slice(value);
                bytes.resize(bytes.len().next_multiple_of(4), 0);
            } else {
                bytes.extend_from_slice(value);
            }
        }
        bytes
    }

    pub(in super::super) fn container(attributes: &[Vec<u8>]) -> Vec<u8> {
        [SIGNATURE, &[1, 0], &attributes.concat()].concat()
    }

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).chain([0, 0]).collect()
    }

    #[test]
    fn files_and_bodies_are_found() {
        let inner =
            container(&[attribute(1, SUBJECT, b"inner\0"), attribute(1, BODY, b"inside\0")]);
        let object = [&[7; 16][..], &inner].concat();
        let bytes = container(&[
            attribute(1, OEM_CODEPAGE, &[0xe3, 4, 0, 0, 0, 0, 0, 0]),
            attribute(1, SUBJECT, b"Subject\0"),
            attribute(
                1,
                MESSAGE_PROPERTIES,
                &properties(&[
                    (3, 0x3ffd, &number(1_251)),
                    (0x40, 0x0e06, &[0; 8]),
                    (0x1e, 0x8001, b"named\0"),
                    (0x1e, PR_BODY, b"\xcf\xf0\xe8\0"),
                    (0x102, PR_HTML, b"<p>x</p>"),
                ]),
            ),
            attribute(2, ATTACHED_RENDERING, &[1, 0]),
            attribute(2, ATTACHED_TITLE, b"LONGNA~1.PDF\0"),
            attribute(2, ATTACHED_DATA, b"%PDF"),
            attribute(
                2,
                ATTACHED_PROPERTIES,
                &properties(&[
                    (0x1f, PR_ATTACH_LONG_FILENAME, &wide("Übersicht lang.pdf")),
                    (0x1e, PR_ATTACH_MIME_TAG, b"Application/PDF\0"),
                    (0x1f, PR_ATTACH_CONTENT_ID, &wide("c1")),
                ]),
            ),
            attribute(2, ATTACHED_RENDERING, &[1, 0]),
            attribute(2, ATTACHED_TITLE, b"plain.txt\0"),
            attribute(2, ATTACHED_DATA, b"text"),
            attribute(2, ATTACHED_RENDERING, &[1, 0]),
            attribute(2, ATTACHED_PROPERTIES, &properties(&[(0x0d, PR_ATTACH_DATA, &object)])),
        ]);
        let found = read(&bytes).unwrap();
        assert!(!found.damaged);
        assert_eq!((found.subject.as_str(), found.text.as_deref()), ("Subject", Some("При")));
        assert_eq!(found.html.as_deref(), Some("<p>x</p>"));
        let files: Vec<_> = found
            .files
            .iter()
            .map(|f| {
                (f.name.as_str(), f.content_type.as_str(), f.content_id.as_str(), &f.bytes[..])
            })
            .collect();
        assert_eq!(
            files,
            [
                ("Übersicht lang.pdf", "application/pdf", "c1", &b"%PDF"[..]),
                ("plain.txt", "", "", b"text"),
            ]
        );
        let letter = &found.letters[0];
        assert_eq!((letter.subject.as_str(), letter.text.as_deref()), ("inner", Some("inside")));
        // Wherever it is cut, it is known to be damaged, or nothing that matters is missing.
        for end in 6..bytes.len() - 2 {
            let cut = read(&bytes[..end]).unwrap();
            assert!(cut.damaged || cut.files.len() + cut.letters.len() < 3, "{end}");
        }
    }

    #[test]
    fn a_body_in_rtf_is_read() {
        let rtf = b"\x20\0\0\0\x10\0\0\0MELA\0\0\0\0{\\rtf1 a\\par b}";
        let bytes = container(&[attribute(
            1,
            MESSAGE_PROPERTIES,
            &properties(&[(0x102, PR_RTF_COMPRESSED, rtf)]),
        )]);
        assert_eq!(read(&bytes).unwrap().text.as_deref(), Some("a\nb"));
    }

    #[test]
    fn what_is_no_container_is_refused() {
        for bytes in [&b""[..], b"\x78\x9f\x3e", b"PK\x03\x04 and more"] {
            assert!(read(bytes).is_none());
        }
        assert!(read(&[SIGNATURE, b"\0\0garbage"].concat()).unwrap().damaged);
    }

    #[test]
    fn hostile_containers_take_linear_time() {
        let started = crate::mail::effort::Effort::begin();
        let mut nested = container(&[]);
        for _ in 0..2_000 {
            let object = [&[0; 16][..], &nested].concat();
            let list = properties(&[(0x0d, PR_ATTACH_DATA, &object)]);
            nested = container(&[attribute(2, ATTACHED_PROPERTIES, &list)]);
        }
        assert!(read(&nested).is_some());
        let many = attribute(2, ATTACHED_RENDERING, b"").repeat(100_000);
        assert!(read(&container(&[many])).unwrap().files.is_empty());
        let mut endless = [0xff; 4].to_vec();
        endless.extend([0x1e, 0x10, 1, 0, 0xff, 0xff, 0xff, 0xff]);
        endless.resize(1 << 20, 0);
        read(&container(&[attribute(1, MESSAGE_PROPERTIES, &endless)]));
        let nulls = [&[0xff, 0xff, 0xff, 0xff][..], &[1, 0, 2, 0].repeat(200_000)].concat();
        read(&container(&[attribute(1, MESSAGE_PROPERTIES, &nulls)]));
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    }
}
