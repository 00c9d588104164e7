//! What people attach: small PDF, PNG, CSV, ZIP and Word files that their programs would open.
//! Each can be made as large as wanted, because mailboxes hold photographs.

use super::charsets::Charset;
use super::dice::Dice;

/// A PDF of one page with `lines` on it (ISO 32000-1 sections 7.3 to 7.5).
pub(super) fn pdf(lines: &[String]) -> Vec<u8> {
    let mut page = b"BT /F1 11 Tf 14 TL 72 770 Td\n".to_vec();
    for line in lines {
        page.push(b'(');
        for byte in Charset::Windows1252.encode(line) {
            if b"()\\".contains(&byte) {
                page.push(b'\\');
            }
            page.push(byte);
        }
        page.extend_from_slice(b") Tj T*\n");
    }
    page.extend_from_slice(b"ET\n");
    let mut stream = format!("<< /Length {} >>\nstream\n", page.len()).into_bytes();
    stream.extend_from_slice(&page);
    stream.extend_from_slice(b"endstream");
    let objects: [&[u8]; 5] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        &stream,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ];
    let mut out = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend_from_slice(format!("{} 0 obj\n", number + 1).as_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let table = out.len();
    out.extend_from_slice(
        format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).as_bytes(),
    );
    for place in &places {
        out.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    out.extend_from_slice(
        format!(
            "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
            places.len() + 1
        )
        .as_bytes(),
    );
    out
}

/// A small flat sign in one colour with a paler bar, as logos in signatures are.
pub(super) fn logo(dice: &mut Dice) -> Vec<u8> {
    let colour: [u8; 3] = [
        u8::try_from(dice.below(160)).unwrap_or(0),
        u8::try_from(dice.below(160)).unwrap_or(0),
        u8::try_from(dice.below(160)).unwrap_or(0),
    ];
    let (width, height) = (24, 12);
    let mut pixels = Vec::with_capacity(width * height * 3);
    for row in 0..height {
        for _ in 0..width {
            let paler = if (4..8).contains(&row) { 90 } else { 0 };
            pixels.extend(colour.map(|part| part + paler));
        }
    }
    png(width, height, &pixels)
}

/// A picture of about `bytes` bytes that looks like a photograph to a compressor: it does not
/// get smaller.
pub(super) fn photograph(dice: &mut Dice, bytes: usize) -> Vec<u8> {
    let width = if bytes < 40_000 { 80 } else { 320 };
    let height = (bytes.saturating_sub(100) / (width * 3 + 1)).max(1);
    png(width, height, &dice.noise(width * height * 3))
}

/// A true-colour PNG without compression (RFC 2083; stored blocks of RFC 1951 section 3.2.4).
fn png(width: usize, height: usize, pixels: &[u8]) -> Vec<u8> {
    let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    let mut rows = Vec::with_capacity(pixels.len() + height);
    for row in pixels.chunks(width * 3) {
        rows.push(0);
        rows.extend_from_slice(row);
    }
    let mut stream = vec![0x78, 0x01];
    let blocks = rows.chunks(65_535).count();
    for (number, block) in rows.chunks(65_535).enumerate() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.push(u8::from(number + 1 == blocks));
        stream.extend_from_slice(&length.to_le_bytes());
        stream.extend_from_slice(&(!length).to_le_bytes());
        stream.extend_from_slice(block);
    }
    stream.extend_from_slice(&adler32(&rows).to_be_bytes());
    let mut head = [size(width), size(height)].concat();
    head.extend_from_slice(&[8, 2, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [(b"IHDR", &head[..]), (b"IDAT", &stream[..]), (b"IEND", &[][..])] {
        let start = out.len() + 4;
        out.extend_from_slice(&size(content.len()));
        out.extend_from_slice(kind);
        out.extend_from_slice(content);
        let check = crc32(&out[start..]);
        out.extend_from_slice(&check.to_be_bytes());
    }
    out
}

/// A ZIP archive whose files are stored as they are (APPNOTE 6.3.3 sections 4.3.7 and 4.3.12).
pub(super) fn zip(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let short = |length: usize| u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes();
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in files {
        // Version 2.0, no flags (bit 11 would say UTF-8 names), stored, 12:00 on 4 May 2026.
        let mut common = vec![20, 0, 0, 0, 0, 0, 0x00, 0x60, 0xA4, 0x5C];
        common.extend_from_slice(&crc32(content).to_le_bytes());
        common.extend_from_slice(&size(content.len()));
        common.extend_from_slice(&size(content.len()));
        common.extend_from_slice(&short(name.len()));
        common.extend_from_slice(&[0, 0]);
        directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        directory.extend_from_slice(&common);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&size(out.len()));
        directory.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&common);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(content);
    }
    let start = out.len();
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&short(files.len()));
    out.extend_from_slice(&short(files.len()));
    out.extend_from_slice(&size(directory.len()));
    out.extend_from_slice(&size(start));
    out.extend_from_slice(&[0, 0]);
    out
}

/// A Word document with one paragraph for each line (ECMA-376 part 1, the least that opens).
pub(super) fn docx(lines: &[String]) -> Vec<u8> {
    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    let mut body = String::new();
    for line in lines {
        body.push_str(&format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", super::html::escape(line)));
    }
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";
    let relations = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>";
    let document = format!(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    );
    zip(&[
        ("[Content_Types].xml", format!("{HEAD}{types}").into_bytes()),
        ("_rels/.rels", format!("{HEAD}{relations}").into_bytes()),
        ("word/document.xml", format!("{HEAD}{document}").into_bytes()),
    ])
}

/// Stock or order lines of about `bytes` bytes, semicolon-separated, as spreadsheets export them.
pub(super) fn table(dice: &mut Dice, bytes: usize) -> Vec<u8> {
    const THINGS: [&str; 6] =
        ["rear light", "front light", "hub dynamo", "desk lamp", "tyre 28 in", "monitor arm"];
    let mut out = b"number;article;pieces;price\r\n".to_vec();
    while out.len() < bytes {
        let line = format!(
            "{};{};{};{}.{:02}\r\n",
            dice.between(10_000, 99_999),
            dice.pick(&THINGS),
            dice.between(1, 60),
            dice.between(3, 240),
            dice.below(100)
        );
        out.extend_from_slice(line.as_bytes());
    }
    out
}

/// What a device wrote down while it failed, about `bytes` bytes of it.
pub(super) fn log(dice: &mut Dice, bytes: usize) -> Vec<u8> {
    const EVENTS: [&str; 6] = [
        "link up, 1000 Mbit/s",
        "paper tray 2: sensor reports empty",
        "retry after time-out",
        "spooler: job held",
        "temperature within limits",
        "session closed by peer",
    ];
    let mut out = Vec::with_capacity(bytes + 80);
    let mut second = dice.below(3600);
    while out.len() < bytes {
        second += dice.between(1, 40);
        let (hour, minute) = (second / 3600 % 24, second / 60 % 60);
        let line = format!(
            "{hour:02}:{minute:02}:{:02} [{:04}] {}\r\n",
            second % 60,
            dice.below(10_000),
            dice.pick(&EVENTS)
        );
        out.extend_from_slice(line.as_bytes());
    }
    out
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1_u32, 0_u32);
    for block in bytes.chunks(5552) {
        for &byte in block {
            low += u32::from(byte);
            high += low;
        }
        low %= 65_521;
        high %= 65_521;
    }
    high << 16 | low
}

const CRC: [u32; 256] = {
    let mut table = [0; 256];
    let mut number = 0;
    while number < 256 {
        let mut value = number as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xEDB8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[number] = value;
        number += 1;
    }
    table
};

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, &byte| {
        crc >> 8 ^ CRC[usize::from(u8::try_from((crc ^ u32::from(byte)) & 0xFF).unwrap_or(0))]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_are_the_well_known_ones() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }

    #[test]
    fn the_cross_reference_table_of_a_pdf_points_at_its_objects() {
        let file = pdf(&["Rechnung (Kopie)".to_owned(), "Größe".to_owned()]);
        let text = String::from_utf8_lossy(&file).into_owned();
        // Offsets are in bytes, so look them up in the bytes.
        let find = |needle: &str| {
            file.windows(needle.len()).position(|part| part == needle.as_bytes()).unwrap_or(0)
        };
        for number in 1..=5 {
            let place = find(&format!("\n{number} 0 obj")) + 1;
            assert!(text.contains(&format!("{place:010} 00000 n ")), "object {number}");
        }
        assert!(text.contains(&format!("startxref\n{}\n", find("\nxref\n") + 1)));
    }

    #[test]
    fn sizes_come_out_as_asked() {
        let mut dice = Dice::new(1, 1, "test");
        for bytes in [2_000, 20_000, 200_000] {
            for file in
                [photograph(&mut dice, bytes), table(&mut dice, bytes), log(&mut dice, bytes)]
            {
                assert!(file.len().abs_diff(bytes) < bytes / 5, "{bytes}: {}", file.len());
            }
        }
    }
}
