//! String constants: `a + b` is joined when somebody wants the bytes, not before, so that a sum of n terms costs n and a sum that is
//! too long costs nothing.
use std::sync::{Arc, OnceLock};

/// The bytes of a string constant, not necessarily UTF-8.
#[derive(Debug)]
pub struct Text {
    len: u64,
    bytes: OnceLock<Arc<[u8]>>,
    /// What the bytes are made of until they are wanted.
    parts: Option<(Arc<Text>, Arc<Text>)>,
}

impl Text {
    /// The text with these bytes.
    pub fn new(bytes: Arc<[u8]>) -> Text {
        Text { len: bytes.len() as u64, bytes: OnceLock::from(bytes), parts: None }
    }

    /// One text after the other.
    pub fn join(a: &Arc<Text>, b: &Arc<Text>) -> Text {
        Text { len: a.len + b.len, bytes: OnceLock::new(), parts: Some((a.clone(), b.clone())) }
    }

    /// Number of bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// No bytes?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes.
    pub fn bytes(&self) -> &Arc<[u8]> {
        self.bytes.get_or_init(|| {
            let mut out = Vec::with_capacity(self.len as usize);
            // Sums lean to the left, as deep as they are long: a stack instead of recursion.
            let mut todo: Vec<&Text> = vec![self];
            while let Some(text) = todo.pop() {
                match (text.bytes.get(), &text.parts) {
                    (None, Some((a, b))) => todo.extend([&**b, &**a]),
                    (bytes, _) => out.extend_from_slice(bytes.map_or(&[], |b| b)),
                }
            }
            out.into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined() {
        let piece = |s: &str| Arc::new(Text::new(s.as_bytes().into()));
        let mut sum = piece("");
        for i in 0..10_000 {
            sum = Arc::new(Text::join(&sum, &piece(if i % 2 == 0 { "a" } else { "bc" })));
        }
        assert_eq!(sum.len(), 15_000);
        assert_eq!(sum.bytes()[..6], *b"abcabc");
        let twice = Text::join(&sum, &sum);
        assert_eq!(twice.bytes().len(), 30_000);
        let mut huge = sum;
        for _ in 0..40 {
            huge = Arc::new(Text::join(&huge, &huge));
        }
        assert_eq!(huge.len(), 15_000 << 40);
    }
}
