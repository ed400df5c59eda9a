//! certs-dev
