//! Where the runtime has its foundations: of those, what the handshakes stand on.

pub mod seam;
