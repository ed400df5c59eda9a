//! The wire formats, generated from `schema/` and committed: building needs no protocol compiler.
//!
//! Callers: the node, the system tests. Deliberately absent: any rule about what a message may contain. Bounds, closed
//! vocabularies and signatures are checked by the node before anything here is believed.
//! `Debug` of whatever carries information about a person prints ids only.

mod debug;
mod items;

pub use items::Items;

/// Between nodes: `concord.exchange.v1`.
pub mod exchange {
    /// Version 1.
    #[expect(clippy::allow_attributes, unused_qualifications, reason = "generated code")]
    pub mod v1 {
        include!("gen/concord.exchange.v1.rs");
    }
}

/// For people who tell a node something: `concord.intake.v1`.
pub mod intake {
    /// Version 1.
    #[expect(clippy::allow_attributes, unused_qualifications, reason = "generated code")]
    pub mod v1 {
        include!("gen/concord.intake.v1.rs");
    }
}

/// For an agency's own staff: `concord.agency.v1`.
pub mod agency {
    /// Version 1.
    #[expect(clippy::allow_attributes, unused_qualifications, reason = "generated code")]
    pub mod v1 {
        include!("gen/concord.agency.v1.rs");
    }
}
