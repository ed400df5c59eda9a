//! Bodies made smaller before they are sealed: most of a small JSON record is the names of its fields.
//!
//! LZ4 over a list of shapes that every node has. Callers: `seal`. A body's length at rest tells about its content as much as
//! it did before; nobody outside sees it, and nothing of two records is ever in one body, so that whoever may write one
//! learns nothing of another by its length.

use super::BODY_BYTES_MAX;
use lz4_flex::block::{compress_into_with_dict, decompress_into_with_dict, get_maximum_output_size};
use zeroize::Zeroizing;

/// Shapes of records, the commonest last. Part of the format: never edited after landing.
const SHAPES: &[u8] = include_bytes!("shapes_v2.txt");
/// Bytes of the length in front.
const LENGTH_BYTES: usize = 4;

/// The body made smaller: its length (four bytes, most significant first) and an LZ4 block. `None` where it would not be
/// smaller.
pub(super) fn shrunk(body: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let length = u32::try_from(body.len()).ok()?.to_be_bytes();
    let mut out = Zeroizing::new(vec![0; LENGTH_BYTES + get_maximum_output_size(body.len())]);
    out[..LENGTH_BYTES].copy_from_slice(&length);
    let written = compress_into_with_dict(body, &mut out[LENGTH_BYTES..], SHAPES).ok()?;
    out.truncate(LENGTH_BYTES + written);
    (out.len() < body.len()).then_some(out)
}

/// The body again; `None` where these bytes are no such body.
pub(super) fn grown(shrunk: &[u8]) -> Option<Vec<u8>> {
    let (length, block) = shrunk.split_first_chunk::<LENGTH_BYTES>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok().filter(|n| *n <= BODY_BYTES_MAX)?;
    let mut body = Zeroizing::new(vec![0; length]);
    let written = decompress_into_with_dict(block, &mut body, SHAPES).ok()?;
    (written == length).then(|| std::mem::take(&mut *body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_record_loses_its_field_names_and_comes_back_as_it_was() {
        let item = r#"{"id":"e5392c61a41280642ba93a04e8053c9a","case":"374708fff7719dd51e99bd8773b69f38","row":38,"labels":[],"record_kind":"phi","obtained_via":"own","elements":["assessment_only"],"about":[{"person":"e516812a82813dc4fb74a56c649bd447","record_kind":null}],"value":{"text":"what was said"},"own_of":[],"statements":[],"provenance":{"recorded_by":"spiffe://x.example/agency/a/staff/b","recorded_at":1795334541983,"source":null,"received":null,"purposes":[],"obligations":[],"expires_at":null},"superseded_by":null,"sealed_at":null,"stale":null,"commitment":null}"#;
        let small = shrunk(item.as_bytes()).unwrap();
        assert!(small.len() * 2 < item.len(), "{} of {}", small.len(), item.len());
        assert_eq!(grown(&small).unwrap(), item.as_bytes());
    }

    proptest! {
        #[test]
        fn any_body_comes_back_or_is_left_alone(body in proptest::collection::vec(any::<u8>(), 0..3000), again in 1_usize..4) {
            let body = body.repeat(again);
            if let Some(small) = shrunk(&body) {
                prop_assert!(small.len() < body.len());
                prop_assert_eq!(grown(&small).unwrap(), body);
            }
        }

        #[test]
        fn bytes_that_are_no_body_are_refused_and_cost_no_memory(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(grown(&bytes).is_none_or(|body| body.len() <= BODY_BYTES_MAX));
            let mut huge = u32::MAX.to_be_bytes().to_vec();
            huge.extend(&bytes);
            prop_assert_eq!(grown(&huge), None);
        }
    }
}
