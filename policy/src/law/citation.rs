//! Citations, and when two of them name the same provision or one within the other.
//!
//! `45 CFR 164.512(f)` is above `45 CFR 164.512(f)(2)(ii)`; `34 CFR 99.3 "Education records"` is above
//! `34 CFR 99.3 "Education records" (b)(4)`. Used to compare answers with published ones, and never to decide.

/// Whether two citations name the same provision, or one a provision above the other.
pub fn related(left: &str, right: &str) -> bool {
    let (left, right) = (segments(left), segments(right));
    !left.is_empty() && !right.is_empty() && left.iter().zip(&right).all(|(a, b)| a == b)
}

/// The steps from the whole to the provision: title and section, then quoted terms and paragraphs.
fn segments(citation: &str) -> Vec<String> {
    let head_end = citation.find(['(', '"']).unwrap_or(citation.len());
    let mut out = vec![tidy(&citation[..head_end])];
    let mut rest = &citation[head_end..];
    while let Some(first) = rest.chars().next() {
        let close = match first {
            '(' => ')',
            '"' => '"',
            _ => {
                rest = &rest[first.len_utf8()..];
                continue;
            }
        };
        let end = rest[1..].find(close).map_or(rest.len(), |end| end + 2);
        out.push(tidy(&rest[..end]));
        rest = &rest[end..];
    }
    out.retain(|segment| !segment.is_empty());
    out
}

fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn above_below_and_beside() {
        let f2 = "45 CFR 164.512(f)(2)(ii)";
        assert!(related("45 CFR 164.512(f)", f2) && related(f2, "45 CFR 164.512(f)") && related(f2, f2));
        assert!(related("45 CFR 164.512", f2));
        assert!(!related("45 CFR 164.512(j)", f2) && !related("45 CFR 164.51", f2));
        assert!(!related("42 CFR 2.1", "42 CFR 2.12(c)(5)"));
        let records = "34 CFR 99.3 \"Education records\"";
        assert!(related(records, "34 CFR 99.3 \"Education records\" (b)(4)"));
        assert!(!related(records, "34 CFR 99.3 \"Student\""));
        assert!(related("34 CFR 99.36", "34 CFR 99.36(c)"));
        assert!(related("Cal. Civ. Code 43.92", "Cal. Civ. Code 43.92(b)"));
        assert!(!related("", f2));
    }
}
