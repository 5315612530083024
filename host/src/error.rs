//! How a call of a Go function fails.

use std::fmt;

use reflect::func::CallError;
use reflect::kind::Kind;
use reflect::types::Type;

use crate::mirror::{FromGo, Mirror, ToGo};
use crate::service;

/// Why a call of a Go function gave no results.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GoError {
    /// The function returned an error: its text.
    Error(String),
    /// The function panicked, or called `runtime.Goexit`: what Go prints after `panic: `.
    Panic(String),
    /// A string that is not UTF-8: its bytes. `[]byte` carries these.
    NotUtf8(Vec<u8>),
    /// The call could not be made.
    Call(CallError),
}

impl fmt::Display for GoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GoError::Error(text) => f.write_str(text),
            GoError::Panic(text) => write!(f, "panic: {text}"),
            GoError::NotUtf8(bytes) => {
                write!(f, "a Go string is not UTF-8: {:?}", String::from_utf8_lossy(bytes))
            }
            GoError::Call(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for GoError {}

/// A Go `error`: its text, or none for nil. Bindings make `Result` of it where it is the last result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorValue(pub Option<String>);

impl ErrorValue {
    /// An error of Rust's for Go.
    pub fn new(e: &impl fmt::Display) -> ErrorValue {
        ErrorValue(Some(e.to_string()))
    }

    /// Nil is a success.
    pub fn into_result(self) -> Result<(), GoError> {
        self.0.map_or(Ok(()), |text| Err(GoError::Error(text)))
    }
}

// SAFETY: an interface value: two words, of which the first is nil in a nil interface.
unsafe impl Mirror for ErrorValue {
    type Raw = [usize; 2];
    const POINTERS: bool = true;

    fn fits(typ: &Type) -> bool {
        typ.kind() == Kind::Interface
    }
}

// SAFETY: the text is asked of Go; or made an error by Go.
unsafe impl FromGo for ErrorValue {
    unsafe fn from_go(from: *const [usize; 2], _: &Type) -> Result<Self, GoError> {
        // SAFETY: a valid value.
        let raw = unsafe { *from };
        if raw[0] == 0 {
            return Ok(ErrorValue(None));
        }
        let [ptr, len] = service::ERROR_TEXT.call(raw)?;
        // SAFETY: a string of Go's; the thread is in `Host::hold`, so that it is still there.
        let bytes = unsafe { std::slice::from_raw_parts(ptr as *const u8, len) };
        Ok(ErrorValue(Some(String::from_utf8_lossy(bytes).into_owned())))
    }
}

// SAFETY: Go makes the value.
unsafe impl ToGo for ErrorValue {
    unsafe fn to_go(&self, to: *mut [usize; 2], _: &Type) -> Result<(), GoError> {
        let raw = match &self.0 {
            None => [0; 2],
            Some(text) => service::ERROR.call([text.as_ptr().expose_provenance(), text.len()])?,
        };
        // SAFETY: room for a value.
        unsafe { to.write(raw) };
        Ok(())
    }
}
