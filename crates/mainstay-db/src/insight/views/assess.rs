//! What a figure of the server means. Pure. Never here: asking for it.

use super::CacheHits;

/// How well the server's memory fits what is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheAssessment {
    /// 90 % or more.
    Excellent,
    /// 80 % or more.
    Good,
    /// 70 % or more.
    Fair,
    /// Less.
    Poor,
}

/// `part` of `whole` in percent; nothing of nothing.
#[expect(clippy::cast_precision_loss, reason = "a share in percent needs no 53 bits")]
pub fn percent(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 * 100.0 / whole as f64)
}

impl CacheHits {
    /// Blocks of tables that were in memory, in percent. Nothing before anything was read.
    pub fn ratio_percent(&self) -> Option<f64> {
        percent(self.heap_blocks_hit, self.heap_blocks_hit + self.heap_blocks_read)
    }

    /// What the share means.
    pub fn assessment(&self) -> Option<CacheAssessment> {
        let assessment = match self.ratio_percent()? {
            ratio if ratio >= 90.0 => CacheAssessment::Excellent,
            ratio if ratio >= 80.0 => CacheAssessment::Good,
            ratio if ratio >= 70.0 => CacheAssessment::Fair,
            _ => CacheAssessment::Poor,
        };
        Some(assessment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_assessment_changes_at_its_bounds() {
        for (hit, expected) in [
            (100, CacheAssessment::Excellent),
            (90, CacheAssessment::Excellent),
            (89, CacheAssessment::Good),
            (80, CacheAssessment::Good),
            (79, CacheAssessment::Fair),
            (70, CacheAssessment::Fair),
            (69, CacheAssessment::Poor),
            (0, CacheAssessment::Poor),
        ] {
            let hits =
                CacheHits { heap_blocks_hit: hit, heap_blocks_read: 100 - hit, ..CacheHits::default() };
            assert_eq!(hits.assessment(), Some(expected), "{hit}");
        }
        assert_eq!(CacheHits::default().assessment(), None, "nothing was read yet");
    }
}
