//! The header block of a letter as lines of text: take it apart, find, set and drop fields, put
//! it together again. Works on raw bytes and never decodes, so whatever a letter holds survives.

/// One field: its name, and the whole of it as it stands there, folded lines and line ends included.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    raw: Vec<u8>,
}

impl Field {
    pub(super) fn new(name: &str, value: &str) -> Self {
        let value = value.replace(['\r', '\n'], " ");
        Self { name: name.to_owned(), raw: format!("{name}: {value}\r\n").into_bytes() }
    }

    /// The value, unfolded and trimmed.
    pub(super) fn value(&self) -> String {
        let text = String::from_utf8_lossy(&self.raw);
        let value = text.split_once(':').map_or("", |(_, value)| value);
        value.replace(['\r', '\n'], "").trim().to_owned()
    }

    /// The field as it stands, with its line end.
    pub(super) fn raw(&self) -> &[u8] {
        &self.raw
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// A letter as its fields and whatever follows the empty line.
#[derive(Clone, Debug, Default)]
pub(super) struct Letter {
    pub(super) fields: Vec<Field>,
    pub(super) body: Vec<u8>,
}

impl Letter {
    /// Takes a letter apart, or gives up when its head is no header block.
    pub(super) fn read(raw: &[u8]) -> Option<Self> {
        let (fields, end) = read_fields(raw)?;
        Some(Self { fields, body: raw[end..].to_vec() })
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.fields.iter().find(|field| field.is(name)).map(Field::value)
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.fields.retain(|field| !field.is(name));
    }

    /// Puts one field in the place of all of that name, or at the end.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let place = self.fields.iter().position(|field| field.is(name));
        self.remove(name);
        let place = place.unwrap_or(self.fields.len()).min(self.fields.len());
        self.fields.insert(place, Field::new(name, value));
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.body.len() + 2048);
        for field in &self.fields {
            out.extend_from_slice(&field.raw);
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&self.body);
        out
    }
}

/// The fields of a header block and where its body begins; nothing if a line is no field.
pub(super) fn read_fields(raw: &[u8]) -> Option<(Vec<Field>, usize)> {
    let mut fields: Vec<Field> = Vec::new();
    let mut at = 0;
    while at < raw.len() {
        let end =
            raw[at..].iter().position(|&byte| byte == b'\n').map_or(raw.len(), |n| at + n + 1);
        let line = trimmed(&raw[at..end]);
        if line.is_empty() {
            return Some((fields, end));
        }
        if matches!(line[0], b' ' | b'\t') {
            let last = fields.last_mut()?;
            last.raw.extend_from_slice(line);
            last.raw.extend_from_slice(b"\r\n");
        } else {
            let colon = line.iter().position(|&byte| byte == b':')?;
            let name = std::str::from_utf8(&line[..colon]).ok()?.trim_end();
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
                return None;
            }
            let mut raw_field = line.to_vec();
            raw_field.extend_from_slice(b"\r\n");
            fields.push(Field { name: name.to_owned(), raw: raw_field });
        }
        at = end;
    }
    Some((fields, raw.len()))
}

/// A line without its end.
pub(super) fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
