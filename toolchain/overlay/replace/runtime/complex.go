package runtime

func isNaN(f float64) bool    { return f != f }
func isInf(f float64) bool    { return !isNaN(f) && !isFinite(f) }
func isFinite(f float64) bool { return !isNaN(f - f) }

func abs(f float64) float64 {
	if f < 0 {
		return -f
	}
	return f
}

func signbit(f float64) bool { return f < 0 || f == 0 && 1/f < 0 }

func copysign(f, sign float64) float64 {
	if signbit(f) != signbit(sign) {
		return -f
	}
	return f
}

func inf2one(f float64) float64 {
	if isInf(f) {
		return copysign(1, f)
	}
	return copysign(0, f)
}

// complex128div divides by Smith's method, with infinities and zeros as C99's Annex G has them.
func complex128div(n, m complex128) complex128 {
	a, b := real(n), imag(n)
	c, d := real(m), imag(m)
	var e, f float64
	if abs(c) >= abs(d) {
		ratio := d / c
		denom := c + ratio*d
		e = (a + b*ratio) / denom
		f = (b - a*ratio) / denom
	} else {
		ratio := c / d
		denom := d + ratio*c
		e = (a*ratio + b) / denom
		f = (b*ratio - a) / denom
	}
	if isNaN(e) && isNaN(f) {
		switch {
		case m == 0 && (!isNaN(a) || !isNaN(b)):
			e = copysign(inf, c) * a
			f = copysign(inf, c) * b
		case (isInf(a) || isInf(b)) && isFinite(c) && isFinite(d):
			a, b = inf2one(a), inf2one(b)
			e = inf * (a*c + b*d)
			f = inf * (b*c - a*d)
		case (isInf(c) || isInf(d)) && isFinite(a) && isFinite(b):
			c, d = inf2one(c), inf2one(d)
			e = 0 * (a*c + b*d)
			f = 0 * (b*c - a*d)
		}
	}
	return complex(e, f)
}

var inf = 1 / zero
var zero float64
