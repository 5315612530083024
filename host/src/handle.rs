//! What Rust cannot copy: pointers, maps and channels of Go's, which the collector keeps while a handle lives. As in Go, all of
//! them may be nil.

use std::borrow::Borrow;
use std::fmt;
use std::marker::PhantomData;

use reflect::kind::Kind;
use reflect::rtype::{MapType, TypeRef};
use reflect::types::Type;
use reflect::value::Value;
use rt_core::host::Host;

use crate::call::Shown;
use crate::mirror::{FromGo, Mirror, ToGo};
use crate::{GoError, service};

/// A Go value that is one pointer.
#[derive(Clone)]
pub(crate) struct Handle(Value);

impl Handle {
    /// # Safety
    /// A pointer of that type.
    pub(crate) unsafe fn new(ptr: *mut u8, typ: &Type) -> Handle {
        // SAFETY: a value of the type.
        Handle(unsafe { Value::from_bytes(typ, &ptr.expose_provenance().to_ne_bytes()) })
    }

    pub(crate) fn address(&self) -> usize {
        usize::from_ne_bytes(self.0.bytes().try_into().expect("a pointer"))
    }

    fn pointer<T>(&self) -> *mut T {
        std::ptr::with_exposed_provenance_mut(self.address())
    }

    /// The type that is pointed to, or of elements.
    fn elem(&self) -> Type {
        self.0.typ().elem().expect("handles have elements")
    }

    fn descriptor(&self) -> usize {
        service::descriptor(self.0.typ())
    }
}

impl PartialEq for Handle {
    fn eq(&self, other: &Handle) -> bool {
        self.address() == other.address()
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:#x}", self.0.typ(), self.address())
    }
}

/// A Go pointer `*T`.
#[derive(Clone, Debug, PartialEq)]
pub struct Ref<T>(Handle, PhantomData<fn() -> T>);

/// A Go map.
#[derive(Clone, Debug, PartialEq)]
pub struct Map<K, V>(Handle, PhantomData<fn() -> (K, V)>);

/// A Go channel, of any direction; Go's rules for directions hold in Go.
#[derive(Clone, Debug, PartialEq)]
pub struct Chan<T>(Handle, PhantomData<fn() -> T>);

macro_rules! handles {
    ($($name:ident<$($t:ident $(: $bound:ident)?),*>, $kind:ident, $typ:ident => $fits:expr;)*) => {$(
        impl<$($t),*> $name<$($t),*> {
            /// Whether it is nil.
            pub fn is_nil(&self) -> bool {
                self.0.address() == 0
            }
        }
        // SAFETY: one pointer.
        unsafe impl<$($t $(: $bound)?),*> Mirror for $name<$($t),*> {
            type Raw = *mut u8;
            const POINTERS: bool = true;
            fn fits($typ: &Type) -> bool {
                $typ.kind() == Kind::$kind && $fits
            }
        }
        // SAFETY: the pointer.
        unsafe impl<$($t $(: $bound)?),*> ToGo for $name<$($t),*> {
            unsafe fn to_go(&self, to: *mut *mut u8, _: &Type) -> Result<(), GoError> {
                // SAFETY: the caller's promise.
                unsafe { to.write(self.0.pointer()) };
                Ok(())
            }
        }
        // SAFETY: the pointer.
        unsafe impl<$($t $(: $bound)?),*> FromGo for $name<$($t),*> {
            unsafe fn from_go(from: *const *mut u8, typ: &Type) -> Result<Self, GoError> {
                // SAFETY: the caller's promise.
                Ok($name(unsafe { Handle::new(*from, typ) }, PhantomData))
            }
        }
    )*};
}

handles! {
    // What a pointer leads to may lead back: it is looked at when it is used.
    Ref<T>, Pointer, typ => true;
    Map<K: Mirror, V: Mirror>, Map, typ => K::fits(&key(typ)) && typ.elem().is_some_and(|e| V::fits(&e));
    Chan<T: Mirror>, Chan, typ => typ.elem().is_some_and(|e| T::fits(&e));
}

fn hold<R>(f: impl FnOnce() -> Result<R, GoError>) -> Result<R, GoError> {
    Host::start().hold(f)
}

impl<T> Ref<T> {
    /// Memory of Go's for a value, with a copy of it. `name` is the exported Go type that `T` stands for.
    ///
    /// # Panics
    /// If the Go program has no such type.
    pub fn named(name: &str, value: &T) -> Result<Ref<T>, GoError>
    where
        T: ToGo,
    {
        let of = Host::start().pointer_type(name);
        let of = of.unwrap_or_else(|| panic!("the Go program has no type {name}"));
        let typ = of.elem().expect("a pointer's");
        assert!(T::fits(&typ), "the bindings are of another Go program: there {name} is {typ}");
        hold(|| {
            let ptr = service::new(&typ, 1)?;
            // SAFETY: a new value of that type.
            let new = Ref(unsafe { Handle::new(ptr, &of) }, PhantomData);
            new.set(value)?;
            Ok(new)
        })
    }

    /// The type that it points to, if it is not nil.
    fn target(&self) -> Result<Type, GoError>
    where
        T: Mirror,
    {
        let typ = self.0.elem();
        assert!(T::fits(&typ), "the bindings are of another Go program: a pointer to {typ}");
        match self.is_nil() {
            true => {
                Err(GoError::Panic("runtime error: invalid memory address or nil pointer dereference".into()))
            }
            false => Ok(typ),
        }
    }

    /// A copy of what it points to. As in Go, nobody may change that meanwhile.
    pub fn get(&self) -> Result<T, GoError>
    where
        T: FromGo,
    {
        let typ = self.target()?;
        // SAFETY: a value of that type, which the handle keeps.
        hold(|| unsafe { T::from_go(self.0.pointer(), &typ) })
    }

    /// Stores a copy of a value where it points.
    pub fn set(&self, value: &T) -> Result<(), GoError>
    where
        T: ToGo,
    {
        let typ = self.target()?;
        hold(|| {
            let mut shown = Shown::<T::Raw, ()>::new(0);
            let (raw, ..) = shown.parts();
            // SAFETY: shown, and in `hold`.
            unsafe { value.to_go(raw, &typ)? };
            service::STORE.call([service::descriptor(&typ), self.0.address(), raw.expose_provenance()])?;
            Ok(())
        })
    }
}

impl<K: Mirror, V: Mirror> Map<K, V> {
    fn key(&self) -> Type {
        key(self.0.0.typ())
    }

    /// How many entries there are.
    pub fn len(&self) -> Result<usize, GoError> {
        let [n] = service::MAP_LEN.call([self.0.address()])?;
        Ok(n)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> Result<bool, GoError> {
        self.len().map(|n| n == 0)
    }

    /// A copy of the element of a key.
    pub fn get<Q>(&self, at: &Q) -> Result<Option<V>, GoError>
    where
        K: Borrow<Q>,
        Q: ToGo<Raw = K::Raw> + ?Sized,
        V: FromGo,
    {
        hold(|| {
            let mut shown = Shown::<K::Raw, V::Raw>::new(0);
            let (k, v, _) = shown.parts();
            // SAFETY: shown, and in `hold`.
            unsafe { at.to_go(k, &self.key())? };
            let to = v.expose_provenance();
            let [found] =
                service::MAP_GET.call([self.0.descriptor(), self.0.address(), k.expose_provenance(), to])?;
            // SAFETY: a copy of the element, shown.
            (found as u8 != 0).then(|| unsafe { V::from_go(v, &self.0.elem()) }).transpose()
        })
    }

    /// Sets the element of a key. A nil map panics, as in Go: an error.
    pub fn set<Q>(&self, at: &Q, value: &V) -> Result<(), GoError>
    where
        K: Borrow<Q>,
        Q: ToGo<Raw = K::Raw> + ?Sized,
        V: ToGo,
    {
        // SAFETY: the map has these types.
        hold(|| unsafe { insert(self.0.0.typ(), self.0.address(), at, value) })
    }

    /// Deletes a key.
    pub fn remove<Q>(&self, at: &Q) -> Result<(), GoError>
    where
        K: Borrow<Q>,
        Q: ToGo<Raw = K::Raw> + ?Sized,
    {
        hold(|| {
            let mut shown = Shown::<K::Raw, ()>::new(0);
            let (k, ..) = shown.parts();
            // SAFETY: shown, and in `hold`.
            unsafe { at.to_go(k, &self.key())? };
            service::MAP_DELETE.call([self.0.descriptor(), self.0.address(), k.expose_provenance()])?;
            Ok(())
        })
    }

    /// Copies of all entries, in any order.
    pub fn entries(&self) -> Result<Vec<(K, V)>, GoError>
    where
        K: FromGo,
        V: FromGo,
    {
        hold(|| {
            let n = self.len()?;
            let (key, elem) = (self.key(), self.0.elem());
            // Go's memory, shown while more is allocated.
            let mut shown = Shown::<[*mut u8; 2], ()>::new(0);
            let (arrays, ..) = shown.parts();
            // SAFETY: room for two addresses.
            let (k, e) = unsafe {
                (*arrays)[0] = service::new(&key, n)?;
                (*arrays)[1] = service::new(&elem, n)?;
                ((*arrays)[0], (*arrays)[1])
            };
            let [n] = service::MAP_ENTRIES.call([
                self.0.descriptor(),
                self.0.address(),
                k.expose_provenance(),
                e.expose_provenance(),
                n,
            ])?;
            let (k, e) = (k.cast::<K::Raw>(), e.cast::<V::Raw>());
            // SAFETY: that many copies.
            (0..n)
                .map(|i| unsafe { Ok((K::from_go(k.add(i), &key)?, V::from_go(e.add(i), &elem)?)) })
                .collect()
        })
    }
}

/// The key type of a map type.
fn key(typ: &Type) -> Type {
    let t = typ.descriptor().expect("map types are the program's");
    // SAFETY: a map's descriptor, as the kind says.
    unsafe {
        assert_eq!(typ.kind(), Kind::Map);
        Type::linked(TypeRef::new(t.cast::<MapType>().key))
    }
}

/// Sets an element.
///
/// # Safety
/// The map has that type, and key and element fit; the thread is in `Host::hold`.
unsafe fn insert<K, V>(typ: &Type, map: usize, at: &K, value: &V) -> Result<(), GoError>
where
    K: ToGo + ?Sized,
    V: ToGo + ?Sized,
{
    let mut shown = Shown::<K::Raw, V::Raw>::new(0);
    let (k, v, _) = shown.parts();
    let elem = typ.elem().expect("maps have elements");
    // SAFETY: shown, and in `hold`.
    unsafe {
        at.to_go(k, &key(typ))?;
        value.to_go(v, &elem)?;
    }
    service::MAP_SET.call([service::descriptor(typ), map, k.expose_provenance(), v.expose_provenance()])?;
    Ok(())
}

/// What Go takes as a map: a [`Map`], or a map of Rust's, of which Go gets a copy.
///
/// # Safety
/// It fits what `Map<K, V>` fits.
pub unsafe trait MapArg<K, V>: ToGo<Raw = *mut u8> {}

// SAFETY: it is one.
unsafe impl<K: Mirror, V: Mirror> MapArg<K, V> for Map<K, V> {}

macro_rules! copied {
    ($($map:ident)*) => {$(
        // SAFETY: `fits` is the same.
        unsafe impl<K: ToGo, V: ToGo> MapArg<K, V> for std::collections::$map<K, V> {}
        // SAFETY: a map is a pointer.
        unsafe impl<K: ToGo, V: ToGo> Mirror for std::collections::$map<K, V> {
            type Raw = *mut u8;
            const POINTERS: bool = true;
            fn fits(typ: &Type) -> bool {
                typ.kind() == Kind::Map
                    && K::fits(&key(typ))
                    && typ.elem().is_some_and(|e| V::fits(&e))
            }
        }
        // SAFETY: a new map of Go's.
        unsafe impl<K: ToGo, V: ToGo> ToGo for std::collections::$map<K, V> {
            unsafe fn to_go(&self, to: *mut *mut u8, typ: &Type) -> Result<(), GoError> {
                let [map] = service::MAP_MAKE.call([service::descriptor(typ), self.len()])?;
                // SAFETY: the caller shows it; the map has these types.
                unsafe {
                    to.write(std::ptr::with_exposed_provenance_mut(map));
                    self.iter().try_for_each(|(k, v)| insert(typ, map, k, v))
                }
            }
        }
    )*};
}

copied!(HashMap BTreeMap);

impl<T: Mirror> Chan<T> {
    /// How many values wait in its buffer.
    pub fn len(&self) -> Result<usize, GoError> {
        let [n] = service::CHAN_LEN.call([self.0.address()])?;
        Ok(n)
    }

    /// Whether none does.
    pub fn is_empty(&self) -> Result<bool, GoError> {
        self.len().map(|n| n == 0)
    }

    /// Sends a copy of a value; the thread waits until it is taken. A closed channel panics, as in Go: an error.
    pub fn send(&self, value: &T) -> Result<(), GoError>
    where
        T: ToGo,
    {
        self.offer(value, false).map(|_| ())
    }

    /// Sends if that can be done at once.
    pub fn try_send(&self, value: &T) -> Result<bool, GoError>
    where
        T: ToGo,
    {
        self.offer(value, true)
    }

    fn offer(&self, value: &T, once: bool) -> Result<bool, GoError>
    where
        T: ToGo,
    {
        hold(|| {
            let mut shown = Shown::<T::Raw, ()>::new(0);
            let (raw, ..) = shown.parts();
            // SAFETY: shown, and in `hold`.
            unsafe { value.to_go(raw, &self.0.elem())? };
            let [sent] =
                service::CHAN_SEND.call([self.0.address(), raw.expose_provenance(), usize::from(once)])?;
            Ok(sent as u8 != 0)
        })
    }

    /// Receives a value; the thread waits for it. None: the channel is closed.
    pub fn receive(&self) -> Result<Option<T>, GoError>
    where
        T: FromGo,
    {
        self.take(false).map(|done| done.flatten())
    }

    /// Receives if that can be done at once. `Some(None)`: the channel is closed.
    pub fn try_receive(&self) -> Result<Option<Option<T>>, GoError>
    where
        T: FromGo,
    {
        self.take(true)
    }

    fn take(&self, once: bool) -> Result<Option<Option<T>>, GoError>
    where
        T: FromGo,
    {
        hold(|| {
            let mut shown = Shown::<T::Raw, ()>::new(0);
            let (raw, ..) = shown.parts();
            let [done, ok] =
                service::CHAN_RECEIVE.call([self.0.address(), raw.expose_provenance(), usize::from(once)])?;
            if done as u8 == 0 {
                return Ok(None);
            }
            // SAFETY: a value of that type was received, and is shown.
            Ok(Some((ok as u8 != 0).then(|| unsafe { T::from_go(raw, &self.0.elem()) }).transpose()?))
        })
    }

    /// Closes it. A closed or nil channel panics, as in Go: an error.
    pub fn close(&self) -> Result<(), GoError> {
        service::CHAN_CLOSE.call([self.0.address()])?;
        Ok(())
    }
}
