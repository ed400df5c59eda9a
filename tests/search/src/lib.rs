//! A search for planted markers in any bytes, however they were written: as they are, in base64, hex, escaped, in UTF-16,
//! reversed, in capitals, in a compressed HTTP/2 header, or inside a zlib or gzip stream.
//!
//! Callers: tests that ask what left a node. It knows nothing of why something may leave.

use std::collections::{BTreeSet, HashMap};

/// Letters of markers: none needs more than six bits in a compressed header, and none is a digit, because numbers and
/// dates are looked for elsewhere.
const LETTERS: &[u8] = b"abcdefghilmnoprstu";
/// Letters in one marker.
pub const MARKER_LETTERS: usize = 20;
/// Bytes by which a needle is first looked up.
const WINDOW: usize = 8;
/// Most bytes taken out of one compressed stream.
const INFLATED_BYTES_MAX: usize = 1 << 20;

/// The marker with this number: the same in every run, and found nowhere by chance.
pub fn marker(seed: u64, number: u64) -> String {
    let mut state =
        seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number.wrapping_mul(0xd134_2543_de82_ef95) ^ 0x5851_f42d;
    (0..MARKER_LETTERS)
        .map(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            let at = usize::try_from(z % (LETTERS.len() as u64)).unwrap_or_default();
            char::from(LETTERS[at])
        })
        .collect()
}

/// What is searched for.
pub struct Needles {
    markers: Vec<String>,
    needles: Vec<(usize, &'static str, Vec<u8>)>,
    by_window: HashMap<u64, Vec<u32>>,
    /// One bit for each hash of a window that some needle begins with.
    begins: Vec<u64>,
}

/// Where a marker was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The marker.
    pub marker: String,
    /// How it was written.
    pub written: &'static str,
}

const BEGINS_BITS: u32 = 22;

impl Default for Needles {
    fn default() -> Self {
        Self {
            markers: Vec::new(),
            needles: Vec::new(),
            by_window: HashMap::new(),
            begins: vec![0; 1 << (BEGINS_BITS - 6)],
        }
    }
}

impl Needles {
    /// Searches for these markers.
    pub fn of<'a>(markers: impl IntoIterator<Item = &'a str>) -> Self {
        let mut needles = Self::default();
        for marker in markers {
            needles.add(marker);
        }
        needles
    }

    /// Searches for one more, in every writing.
    pub fn add(&mut self, marker: &str) {
        let at = self.markers.len();
        self.markers.push(marker.to_owned());
        for (written, bytes) in writings(marker) {
            let Some(window) = bytes.first_chunk::<WINDOW>().map(|w| u64::from_be_bytes(*w)) else {
                continue;
            };
            let place = u32::try_from(self.needles.len()).unwrap_or(u32::MAX);
            self.by_window.entry(window).or_default().push(place);
            let bit = bit_of(window);
            self.begins[bit >> 6] |= 1 << (bit & 63);
            self.needles.push((at, written, bytes));
        }
    }

    /// How many markers there are.
    pub fn len(&self) -> usize {
        self.markers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.markers.is_empty()
    }

    /// Every marker that is in these bytes, in any writing, and inside any compressed stream that begins in them.
    pub fn find(&self, haystack: &[u8]) -> BTreeSet<Found> {
        let mut found = BTreeSet::new();
        self.find_plain(haystack, "", &mut found);
        for inner in inflated(haystack) {
            self.find_plain(&inner, "compressed", &mut found);
        }
        found
    }

    /// The markers alone.
    pub fn markers_in(&self, haystack: &[u8]) -> BTreeSet<String> {
        self.find(haystack).into_iter().map(|found| found.marker).collect()
    }

    fn find_plain(&self, haystack: &[u8], around: &'static str, found: &mut BTreeSet<Found>) {
        let mut window = 0_u64;
        for (at, byte) in haystack.iter().enumerate() {
            window = (window << 8) | u64::from(*byte);
            let bit = bit_of(window);
            if self.begins[bit >> 6] & (1 << (bit & 63)) == 0 || at + 1 < WINDOW {
                continue;
            }
            let rest = haystack.get(at + 1 - WINDOW..).unwrap_or_default();
            for place in self.by_window.get(&window).into_iter().flatten() {
                let Some((marker, written, bytes)) = self.needles.get(*place as usize) else { continue };
                if rest.starts_with(bytes) {
                    let written = if around.is_empty() { written } else { around };
                    found.insert(Found { marker: self.markers[*marker].clone(), written });
                }
            }
        }
    }
}

fn bit_of(window: u64) -> usize {
    usize::try_from(window.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BEGINS_BITS)).unwrap_or_default()
}

/// Every way of writing a marker that is looked for.
pub fn writings(marker: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = marker.as_bytes();
    let each =
        |write: &dyn Fn(u8) -> String| bytes.iter().map(|b| write(*b)).collect::<String>().into_bytes();
    let mut all = vec![
        ("raw", bytes.to_vec()),
        ("in capitals", marker.to_ascii_uppercase().into_bytes()),
        ("reversed", bytes.iter().rev().copied().collect()),
        ("hex", each(&|b| format!("{b:02x}"))),
        ("hex", each(&|b| format!("{b:02X}"))),
        ("percent-escaped", each(&|b| format!("%{b:02x}"))),
        ("percent-escaped", each(&|b| format!("%{b:02X}"))),
        ("escaped for JSON", each(&|b| format!("\\u{:04x}", b))),
        ("escaped for JSON", each(&|b| format!("\\u{:04X}", b))),
        ("escaped as bytes", each(&|b| format!("\\x{b:02x}"))),
        ("utf-16 le", bytes.iter().flat_map(|b| [*b, 0]).collect()),
        ("utf-16 be", bytes.iter().flat_map(|b| [0, *b]).collect()),
    ];
    for shift in 0..3 {
        for alphabet in [BASE64, BASE64_URL] {
            all.push(("base64", base64_inside(bytes, shift, alphabet)));
        }
    }
    for shift in 0..8 {
        all.extend(huffman_inside(bytes, shift).map(|coded| ("in a compressed header", coded)));
    }
    all.sort();
    all.dedup();
    all
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The letters of base64 that depend on these bytes alone, where `shift` bytes stand before them in their group of three.
fn base64_inside(bytes: &[u8], shift: usize, alphabet: &[u8; 64]) -> Vec<u8> {
    let mut bits = vec![None; shift * 8];
    bits.extend(bits_of(bytes).map(Some));
    bits.chunks(6)
        .filter(|group| group.len() == 6)
        .filter_map(|group| {
            let value =
                group.iter().try_fold(0_usize, |sum, bit| bit.map(|bit| sum << 1 | usize::from(bit)))?;
            alphabet.get(value).copied()
        })
        .collect()
}

fn bits_of(bytes: &[u8]) -> impl Iterator<Item = bool> {
    bytes.iter().flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1 == 1))
}

/// The whole bytes of these letters in HPACK's code (RFC 7541, appendix B), `shift` bits into a byte. `None` for letters
/// that no marker has.
fn huffman_inside(letters: &[u8], shift: usize) -> Option<Vec<u8>> {
    let mut bits = vec![None; shift];
    for letter in letters {
        let (code, length): (u8, usize) = match letter {
            b'a' => (0x3, 5),
            b'c' => (0x4, 5),
            b'e' => (0x5, 5),
            b'i' => (0x6, 5),
            b'o' => (0x7, 5),
            b's' => (0x8, 5),
            b't' => (0x9, 5),
            b'b' => (0x23, 6),
            b'd' => (0x24, 6),
            b'f' => (0x25, 6),
            b'g' => (0x26, 6),
            b'h' => (0x27, 6),
            b'l' => (0x28, 6),
            b'm' => (0x29, 6),
            b'n' => (0x2a, 6),
            b'p' => (0x2b, 6),
            b'r' => (0x2c, 6),
            b'u' => (0x2d, 6),
            _ => return None,
        };
        bits.extend((0..length).rev().map(|place| Some(code >> place & 1 == 1)));
    }
    let whole = bits.chunks(8).filter(|byte| byte.len() == 8);
    Some(
        whole
            .filter_map(|byte| byte.iter().try_fold(0_u8, |sum, bit| bit.map(|bit| sum << 1 | u8::from(bit))))
            .collect(),
    )
}

/// What every zlib or gzip stream that begins in these bytes holds, as far as it can be read.
fn inflated(haystack: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for at in 0..haystack.len() {
        let rest = &haystack[at..];
        let stream = match rest {
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, stream @ ..] => stream,
            [0x1f, 0x8b, 8, 0, _, _, _, _, _, _, stream @ ..] => stream,
            _ => continue,
        };
        let mut out = Vec::new();
        // what was read before a mistake counts: the stream may be cut
        let _ = Inflate { input: stream, bit: 0 }.run(&mut out);
        if out.len() >= MARKER_LETTERS / 2 {
            all.push(out);
        }
    }
    all
}

/// Reads deflate (RFC 1951).
struct Inflate<'a> {
    input: &'a [u8],
    bit: usize,
}

/// How many codes of each length, and the symbols in order of their codes.
struct Codes {
    counts: [u16; 16],
    symbols: Vec<u16>,
}

impl Codes {
    fn of(lengths: &[u8]) -> Self {
        let mut counts = [0_u16; 16];
        for length in lengths {
            counts[usize::from(*length & 15)] += 1;
        }
        let mut symbols: Vec<u16> = (0..lengths.len()).filter_map(|s| u16::try_from(s).ok()).collect();
        symbols.retain(|s| lengths[usize::from(*s)] != 0);
        symbols.sort_by_key(|s| (lengths[usize::from(*s)], *s));
        counts[0] = 0;
        Self { counts, symbols }
    }
}

impl Inflate<'_> {
    fn run(&mut self, out: &mut Vec<u8>) -> Option<()> {
        loop {
            let last = self.bits(1)? == 1;
            match self.bits(2)? {
                0 => self.stored(out)?,
                1 => {
                    let mut lengths = [8_u8; 288];
                    lengths[144..256].fill(9);
                    lengths[256..280].fill(7);
                    self.coded(&Codes::of(&lengths), &Codes::of(&[5; 30]), out)?;
                }
                2 => {
                    let (literals, distances) = self.tables()?;
                    self.coded(&literals, &distances, out)?;
                }
                _ => return None,
            }
            if last {
                return Some(());
            }
        }
    }

    fn bits(&mut self, count: usize) -> Option<usize> {
        let mut value = 0;
        for place in 0..count {
            let byte = self.input.get(self.bit / 8)?;
            value |= usize::from(byte >> (self.bit % 8) & 1) << place;
            self.bit += 1;
        }
        Some(value)
    }

    fn stored(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let at = self.bit.div_ceil(8);
        let head = self.input.get(at..at + 4)?;
        let length = u16::from_le_bytes([head[0], head[1]]);
        if length != !u16::from_le_bytes([head[2], head[3]]) {
            return None;
        }
        let end = at + 4 + usize::from(length);
        out.extend_from_slice(self.input.get(at + 4..end)?);
        self.bit = end * 8;
        Some(())
    }

    fn symbol(&mut self, codes: &Codes) -> Option<usize> {
        let (mut code, mut first, mut index) = (0_usize, 0_usize, 0_usize);
        for count in &codes.counts[1..] {
            let count = usize::from(*count);
            code |= self.bits(1)?;
            if code < first + count {
                return codes.symbols.get(index + code - first).map(|s| usize::from(*s));
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }

    fn tables(&mut self) -> Option<(Codes, Codes)> {
        const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
        let (literals, distances, given) = (self.bits(5)? + 257, self.bits(5)? + 1, self.bits(4)? + 4);
        let mut lengths = [0_u8; 19];
        for place in ORDER.iter().take(given) {
            lengths[*place] = u8::try_from(self.bits(3)?).ok()?;
        }
        let codes = Codes::of(&lengths);
        let mut all: Vec<u8> = Vec::new();
        while all.len() < literals + distances {
            let (value, times) = match self.symbol(&codes)? {
                length @ 0..16 => (u8::try_from(length).ok()?, 1),
                16 => (*all.last()?, 3 + self.bits(2)?),
                17 => (0, 3 + self.bits(3)?),
                _ => (0, 11 + self.bits(7)?),
            };
            all.resize(all.len() + times, value);
        }
        let (first, second) = all.split_at_checked(literals)?;
        Some((Codes::of(first), Codes::of(second)))
    }

    fn coded(&mut self, literals: &Codes, distances: &Codes, out: &mut Vec<u8>) -> Option<()> {
        loop {
            let symbol = self.symbol(literals)?;
            if symbol < 256 {
                out.push(u8::try_from(symbol).ok()?);
            } else if symbol == 256 {
                return Some(());
            } else {
                let length = match symbol - 257 {
                    low @ 0..8 => low + 3,
                    28 => 258,
                    high @ 8..28 => {
                        let extra = high / 4 - 1;
                        ((4 + high % 4) << extra) + 3 + self.bits(extra)?
                    }
                    _ => return None,
                };
                let distance = match self.symbol(distances)? {
                    low @ 0..4 => low + 1,
                    high @ 4..30 => {
                        let extra = high / 2 - 1;
                        ((2 + high % 2) << extra) + 1 + self.bits(extra)?
                    }
                    _ => return None,
                };
                for _ in 0..length {
                    out.push(*out.get(out.len().checked_sub(distance)?)?);
                }
            }
            if out.len() > INFLATED_BYTES_MAX {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKER: &str = "carolinestreetthelma";

    #[test]
    fn every_writing_is_found_wherever_it_stands_and_nothing_else_is() {
        let needles = Needles::of([MARKER]);
        for (written, bytes) in writings(MARKER) {
            assert!(bytes.len() >= WINDOW, "{written}");
            for before in 0..4 {
                let haystack = [vec![b'%'; before], bytes.clone(), b"~".to_vec()].concat();
                assert!(needles.find(&haystack).iter().any(|f| f.marker == MARKER), "{written}");
                let cut = &haystack[..before + bytes.len() - 1];
                assert!(!needles.find(cut).iter().any(|f| f.written == written), "{written}, cut");
            }
        }
        assert!(needles.find(&[b"carolinestreetthelm".as_slice(), b"b"].concat()).is_empty());
    }

    #[test]
    fn writings_are_those_that_others_make() {
        let has =
            |written: &str, bytes: &[u8]| writings(MARKER).iter().any(|(w, b)| *w == written && b == bytes);
        assert!(has("base64", b"Y2Fyb2xpbmVzdHJlZXR0aGVsbW"));
        assert!(has("hex", b"6361726f6c696e657374726565747468656c6d61"));
        // RFC 7541, C.4.3: `custom-key` has other letters; `no` of `no-cache` (C.4.2) is a8 e..
        assert_eq!(huffman_inside(b"no", 0), Some(vec![0b1010_1000]));
        assert_eq!(marker(1, 2), marker(1, 2));
        assert_ne!(marker(1, 2), marker(1, 3));
    }

    #[test]
    fn compressed_streams_are_read() {
        // python3: zlib.compress(b"carolinestreetthelma " * 3, 9), and the same through gzip with its time set to 0
        let zlib = ZLIB.to_vec();
        let needles = Needles::of([MARKER]);
        let found = needles.find(&[b"before".as_slice(), &zlib, b"behind"].concat());
        assert!(found.iter().any(|f| f.written == "compressed"), "{found:?}");
        assert!(needles.find(&[b"before".as_slice(), &zlib[2..]].concat()).is_empty());
        let found = needles.find(GZIP);
        assert!(found.iter().any(|f| f.written == "compressed"), "{found:?}");
        let found = needles.find(DYNAMIC);
        assert!(found.iter().any(|f| f.written == "compressed"), "{found:?}");
    }

    const ZLIB: &[u8] = &[
        0x78, 0xda, 0x4b, 0x4e, 0x2c, 0xca, 0xcf, 0xc9, 0xcc, 0x4b, 0x2d, 0x2e, 0x29, 0x4a, 0x4d, 0x2d, 0x29,
        0xc9, 0x48, 0xcd, 0xc9, 0x4d, 0x54, 0x48, 0x26, 0x5a, 0x10, 0x00, 0x38, 0xdc, 0x19, 0x7e,
    ];
    const GZIP: &[u8] = &[
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4b, 0x4e, 0x2c, 0xca, 0xcf, 0xc9, 0xcc,
        0x4b, 0x2d, 0x2e, 0x29, 0x4a, 0x4d, 0x2d, 0x29, 0xc9, 0x48, 0xcd, 0xc9, 0x4d, 0x54, 0x48, 0x26, 0x5a,
        0x10, 0x00, 0x1e, 0x66, 0x00, 0xb1, 0x3f, 0x00, 0x00, 0x00,
    ];
    /// With codes of its own.
    const DYNAMIC: &[u8] = &[
        0x78, 0xda, 0xed, 0x91, 0x41, 0x8e, 0x58, 0x31, 0x08, 0x43, 0xaf, 0xe2, 0xab, 0xa1, 0xc1, 0x12, 0x48,
        0x14, 0x24, 0x20, 0xf7, 0x2f, 0xbf, 0xa7, 0xe8, 0x62, 0x36, 0x59, 0x24, 0xc1, 0xcf, 0x36, 0xa5, 0x2d,
        0xa9, 0xb0, 0xd0, 0x55, 0xc2, 0xbc, 0xab, 0x1e, 0xac, 0xdb, 0x26, 0x20, 0x15, 0xd2, 0x83, 0xc7, 0x58,
        0x51, 0xd0, 0xe9, 0xa6, 0x78, 0xf3, 0x66, 0x1e, 0xd4, 0x24, 0x97, 0x10, 0x2b, 0x8f, 0x41, 0xf8, 0xf4,
        0x28, 0xb2, 0x75, 0xb4, 0x90, 0x41, 0xd7, 0xc0, 0x93, 0x77, 0x17, 0xd0, 0x7d, 0x51, 0x01, 0x75, 0xdf,
        0x35, 0x84, 0x6d, 0xee, 0x40, 0xe8, 0x33, 0x0b, 0xaa, 0xf2, 0x13, 0xcb, 0x3e, 0xf0, 0x47, 0xd8, 0x55,
        0x34, 0x6b, 0x5c, 0xe1, 0xf2, 0x98, 0x89, 0x94, 0x19, 0x6b, 0x4c, 0x68, 0xf4, 0x42, 0xdb, 0x27, 0x1e,
        0x5e, 0xf9, 0x78, 0xc3, 0x3b, 0xf9, 0x61, 0xef, 0x38, 0x9e, 0x30, 0x22, 0xed, 0xe8, 0xa9, 0xcf, 0xf1,
        0x8c, 0xca, 0x00, 0xd3, 0xc3, 0x1c, 0xaa, 0x29, 0x29, 0xc8, 0x3c, 0x1b, 0x83, 0xa5, 0xc6, 0x93, 0x1b,
        0xaf, 0xf0, 0xb3, 0x2b, 0xf1, 0x69, 0x1e, 0x3a, 0x33, 0x50, 0x26, 0x9b, 0x0f, 0x51, 0x6a, 0xf7, 0xb6,
        0xec, 0xba, 0x7a, 0xc4, 0x33, 0xce, 0x59, 0xaa, 0xfc, 0xc3, 0x5a, 0xc6, 0x38, 0x46, 0x87, 0x23, 0x28,
        0x9a, 0x5e, 0x4b, 0xfd, 0x8a, 0xef, 0xf2, 0xbd, 0x8b, 0x92, 0xa8, 0x55, 0xdf, 0x4b, 0xc4, 0xd7, 0x35,
        0x50, 0xd2, 0xde, 0x42, 0xda, 0x2b, 0x88, 0xee, 0xa1, 0xee, 0x61, 0xbd, 0x8d, 0xc8, 0xaa, 0xbd, 0x60,
        0x52, 0x2e, 0xbc, 0xf1, 0xd3, 0x3c, 0xac, 0xeb, 0xf7, 0x09, 0x96, 0xa4, 0xf0, 0x47, 0x3e, 0x9f, 0x17,
        0x72, 0x9b, 0x57, 0x90, 0x31, 0xfe, 0x48, 0xfd, 0xae, 0xed, 0x7f, 0x5f, 0xdb, 0x5f, 0x48, 0xe4, 0x46,
        0x1b,
    ];
}
