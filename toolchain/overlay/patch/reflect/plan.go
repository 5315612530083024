package reflect

import (
	"internal/abi"
	"internal/goarch"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Calls by reflection, after a plan that is made once for a function type: where each argument and result lives, and the type of the one object
// that a call's Values and their memory are in. What a call does beside it is to look the plan up, compare types, and move words.

// A callPlan serves one function type in one of four ways.
type callPlan struct {
	planKey
	frame      *abi.Type // of arguments and results on the stack
	pool       *sync.Pool
	size       uint32 // of the frame
	retOffset  uint32 // where the results in it begin
	called     uint32 // size of the frame with what the callee may spill
	outRegPtrs abi.IntArgRegBitmap
	receiver   place
	in, out    []planned

	// What a call allocates: the Values of its results (of its arguments, for a made function), behind them the memory of those that have been in
	// registers, and at frameAt the frame. Nil where there are no such Values.
	block   *abi.Type
	frameAt uintptr

	// For a made function: what the collector knows its arguments by.
	ctxt makeFuncCtxt

	// For a bound method: how arguments become those of the method, and where results on the stack are without a receiver.
	moves    []move
	resultAt uintptr
}

type planKey struct {
	ftyp *funcType
	use  planUse
}

type planUse uint8

const (
	planCall   planUse = iota // Value.Call of a func
	planMethod                // Value.Call of a method: a receiver's word comes first
	planMade                  // a function of MakeFunc is called
	planBound                 // a func value is called that makeMethodValue made of a method and its receiver
)

// planned is an argument or a result.
type planned struct {
	typ    *abi.Type
	places []place // none, if it has no size
	direct bool    // a Value of the type holds the pointer itself
	any    bool    // an interface without methods: all values go
	at     uintptr // where its memory in the block is, if it is not direct
}

// A place says where a part of a value travels.
type place struct {
	kind   placeKind
	size   uint8 // of a part in a register
	reg    uint8
	offset uintptr // in the value
	stack  uintptr // in the frame
}

type placeKind uint8

const (
	inStack   placeKind = iota // the whole value
	inWord                     // an integer as wide as its register
	inPointer                  // a word that the collector follows
	inPart                     // an integer that is narrower
	inFloat64
	inFloat32
)

func placeOf(step *abiStep) place {
	p := place{offset: step.offset, stack: step.stkOff}
	switch step.kind {
	case abiStepStack:
		return p
	case abiStepPointer:
		p.kind, p.reg = inPointer, uint8(step.ireg)
	case abiStepIntReg:
		p.kind, p.reg = inPart, uint8(step.ireg)
		if step.size == goarch.PtrSize {
			p.kind = inWord
		}
	case abiStepFloatReg:
		p.kind, p.reg = inFloat64, uint8(step.freg)
		if step.size == 4 {
			p.kind = inFloat32
		}
	default:
		panic("reflect: a step of no kind")
	}
	p.size = uint8(step.size)
	return p
}

// places is the size of tables in which something about a type is found at one place, if it was the last that wanted it.
const places = 256

// placeIn is where that is; types begin at multiples of a word and more.
func placeIn(t unsafe.Pointer, n uintptr) uintptr {
	a := uintptr(t)
	return (a>>5 ^ a>>13 ^ n) % places
}

// plansByPlace has a plan at its key's place; plansMade has all.
var (
	plansByPlace [places]atomic.Pointer[callPlan]
	plansMade    sync.Map
)

// planOf returns the plan of a function type; rcvr is the type of a method's receiver, whose word is a pointer whatever the type.
func planOf(ftyp *funcType, use planUse, rcvr *abi.Type) *callPlan {
	p := &plansByPlace[placeIn(unsafe.Pointer(ftyp), uintptr(use)*85)]
	if plan := p.Load(); plan != nil && plan.ftyp == ftyp && plan.use == use {
		return plan
	}
	key := planKey{ftyp, use}
	plan, ok := plansMade.Load(key)
	if !ok {
		plan, _ = plansMade.LoadOrStore(key, newPlan(key, rcvr))
	}
	p.Store(plan.(*callPlan))
	return plan.(*callPlan)
}

func newPlan(key planKey, rcvr *abi.Type) *callPlan {
	frame, pool, abid := funcLayout(key.ftyp, rcvr)
	plan := &callPlan{
		planKey:    key,
		frame:      frame,
		pool:       pool,
		size:       uint32(frame.Size()),
		retOffset:  uint32(abid.retOffset),
		called:     uint32(align(frame.Size(), goarch.PtrSize) + abid.spill),
		outRegPtrs: abid.outRegPtrs,
	}
	first := 0
	if rcvr != nil {
		plan.receiver = placeOf(&abid.call.steps[0])
		first = 1
	}
	plan.in = plannedOf(key.ftyp.InSlice(), &abid.call, first)
	plan.out = plannedOf(key.ftyp.OutSlice(), &abid.ret, 0)
	switch key.use {
	case planMade:
		plan.layBlock(plan.in, nil)
		plan.ctxt = makeFuncCtxt{abi.FuncPCABI0(makeFuncStub), abid.stackPtrs, abid.stackCallArgsSize, abid.inRegPtrs}
	case planBound:
		_, _, bound := funcLayout(key.ftyp, nil)
		plan.resultAt = bound.retOffset
		for i, from := range plannedOf(key.ftyp.InSlice(), &bound.call, 0) {
			plan.moves = appendMoves(plan.moves, from.places, &plan.in[i])
		}
	default:
		plan.layBlock(plan.out, abid.stackPtrs)
	}
	return plan
}

// A move takes a part of an argument from one place to another; the whole of it, if both are on the stack.
type move struct {
	from, to place
	typ      *abi.Type
}

func appendMoves(moves []move, from []place, to *planned) []move {
	for i := range max(len(from), len(to.places)) {
		// What is on the stack has one place, where all parts are.
		moves = append(moves, move{from[min(i, len(from)-1)], to.places[min(i, len(to.places)-1)], to.typ})
	}
	return moves
}

func (m *move) do(toFrame unsafe.Pointer, toRegs *abi.RegArgs, fromFrame unsafe.Pointer, fromRegs *abi.RegArgs) {
	switch {
	case m.from.kind != inStack && m.to.kind != inStack:
		switch m.to.kind {
		case inPointer:
			toRegs.Ptrs[m.to.reg] = fromRegs.Ptrs[m.from.reg]
			toRegs.Ints[m.to.reg] = fromRegs.Ints[m.from.reg]
		case inWord, inPart:
			toRegs.Ints[m.to.reg] = fromRegs.Ints[m.from.reg]
		default:
			toRegs.Floats[m.to.reg] = fromRegs.Floats[m.from.reg]
		}
	case m.to.kind != inStack:
		m.to.fromMemory(add(fromFrame, m.from.stack+m.to.offset, "within the frame"), toRegs)
	case m.from.kind != inStack:
		m.from.toMemory(add(toFrame, m.to.stack+m.from.offset, "within the frame"), fromRegs)
	default:
		typedmemmove(m.typ, add(toFrame, m.to.stack, "within the frame"), add(fromFrame, m.from.stack, "within the frame"))
	}
}

// fromMemory loads the register of a part.
func (p *place) fromMemory(from unsafe.Pointer, regs *abi.RegArgs) {
	switch p.kind {
	case inPointer:
		word := *(*unsafe.Pointer)(from)
		regs.Ptrs[p.reg] = word
		regs.Ints[p.reg] = uintptr(word)
	case inWord:
		regs.Ints[p.reg] = *(*uintptr)(from)
	case inPart:
		intToReg(regs, int(p.reg), uintptr(p.size), from)
	case inFloat64:
		regs.Floats[p.reg] = *(*uint64)(from)
	case inFloat32:
		floatToReg(regs, int(p.reg), 4, from)
	}
}

// toMemory stores the register of a part.
func (p *place) toMemory(to unsafe.Pointer, regs *abi.RegArgs) {
	switch p.kind {
	case inPointer:
		*(*unsafe.Pointer)(to) = regs.Ptrs[p.reg]
	case inWord:
		*(*uintptr)(to) = regs.Ints[p.reg]
	case inPart:
		intFromReg(regs, int(p.reg), uintptr(p.size), to)
	case inFloat64:
		*(*uint64)(to) = regs.Floats[p.reg]
	case inFloat32:
		floatFromReg(regs, int(p.reg), 4, to)
	}
}

func plannedOf(types []*abi.Type, seq *abiSeq, first int) []planned {
	list := make([]planned, len(types))
	for i, t := range types {
		list[i] = planned{typ: t, direct: t.IsDirectIface(), any: t.Kind() == abi.Interface && t.NumMethod() == 0}
		if t.Size() == 0 {
			continue
		}
		steps := seq.stepsForValue(first + i)
		list[i].places = make([]place, len(steps))
		for j := range steps {
			list[i].places[j] = placeOf(&steps[j])
		}
	}
	return list
}

// layBlock makes the type of a call's object. With a frame, whose pointers are given, values on the stack stay in it; without, they are copied
// out of it.
func (plan *callPlan) layBlock(list []planned, frame *bitVector) {
	if len(list) == 0 {
		return
	}
	value := rtypeOf(Value{})
	bits := new(bitVector)
	size, widest := uintptr(0), uintptr(goarch.PtrSize)
	for range list {
		addTypeBits(bits, size, value)
		size += value.Size()
	}
	for i := range list {
		q := &list[i]
		if len(q.places) == 0 || q.places[0].kind == inStack && frame != nil || q.direct {
			continue
		}
		size = align(size, uintptr(q.typ.Align()))
		widest = max(widest, uintptr(q.typ.Align()))
		addTypeBits(bits, size, q.typ)
		q.at = size
		size += q.typ.Size()
	}
	size = align(size, goarch.PtrSize)
	plan.frameAt = size
	if frame != nil {
		for i := range frame.n {
			if frame.data[i/8]>>(i%8)&1 != 0 {
				for bits.n < uint32(size/goarch.PtrSize)+i {
					bits.append(0)
				}
				bits.append(1)
			}
		}
		size += uintptr(plan.size)
	}
	plan.block = &abi.Type{
		Align_:   uint8(widest),
		Size_:    align(size, widest),
		PtrBytes: uintptr(bits.n) * goarch.PtrSize,
		GCData:   &bits.data[0],
		Str:      resolveReflectName(newName("calldata("+stringFor(&plan.ftyp.Type)+")", "", false, false)),
	}
}

// load puts a value where an argument or result travels. Where the frame is a caller's (bare) it is written without barriers: nothing that may be
// looked at has been there.
func (q *planned) load(v *Value, frame unsafe.Pointer, regs *abi.RegArgs, bare bool) {
	if v.flag&flagIndir != 0 {
		q.loadFrom(v.ptr, frame, regs, bare)
	} else {
		q.loadPointer(v.ptr, frame, regs, bare)
	}
}

// loadFrom loads what is in memory.
func (q *planned) loadFrom(from, frame unsafe.Pointer, regs *abi.RegArgs, bare bool) {
	for i := range q.places {
		p := &q.places[i]
		switch {
		case p.kind != inStack:
			p.fromMemory(add(from, p.offset, "within the value"), regs)
		case bare:
			memmove(add(frame, p.stack, "within the frame"), from, q.typ.Size())
		default:
			typedmemmove(q.typ, add(frame, p.stack, "within the frame"), from)
		}
	}
}

// loadPointer loads a value that is a pointer.
func (q *planned) loadPointer(ptr, frame unsafe.Pointer, regs *abi.RegArgs, bare bool) {
	p := &q.places[0]
	switch {
	case p.kind != inStack:
		regs.Ptrs[p.reg] = ptr
		regs.Ints[p.reg] = uintptr(ptr)
	case bare:
		*(*uintptr)(add(frame, p.stack, "within the frame")) = uintptr(ptr)
	default:
		*(*unsafe.Pointer)(add(frame, p.stack, "within the frame")) = ptr
	}
}

// loadAs is load for a value of another type, which is assignable. What it returns keeps alive what it made on the way.
func (q *planned) loadAs(context string, v Value, frame unsafe.Pointer, regs *abi.RegArgs, bare bool) unsafe.Pointer {
	if q.typ.Kind() != abi.Interface || v.flag&flagMethod != 0 || !implements(q.typ, v.typ()) {
		v = v.assignTo(context, q.typ, nil)
		q.load(&v, frame, regs, bare)
		return v.ptr
	}
	var words [2]unsafe.Pointer
	if v.Kind() != Interface || !v.IsNil() {
		x := valueInterface(v, false)
		if q.typ.NumMethod() == 0 {
			*(*any)(unsafe.Pointer(&words)) = x
		} else {
			ifaceE2I(q.typ, x, abi.NoEscape(unsafe.Pointer(&words)))
		}
	}
	q.loadFrom(unsafe.Pointer(&words), frame, regs, bare)
	return words[1]
}

// store makes the Value of what has arrived. Its memory is in block; what is on the stack stays there if the frame is in the block too.
func (q *planned) store(block, frame unsafe.Pointer, regs *abi.RegArgs, stays bool) Value {
	if len(q.places) == 0 {
		return Zero(toRType(q.typ))
	}
	kind := flag(q.typ.Kind())
	first := &q.places[0]
	if first.kind == inStack {
		at := add(frame, first.stack, "within the frame")
		switch {
		case stays:
			return Value{q.typ, at, flagIndir | kind}
		case q.direct:
			return Value{q.typ, *(*unsafe.Pointer)(at), kind}
		}
		memory := add(block, q.at, "within the block")
		typedmemmove(q.typ, memory, at)
		return Value{q.typ, memory, flagIndir | kind}
	}
	if q.direct {
		return Value{q.typ, regs.Ptrs[first.reg], kind}
	}
	memory := add(block, q.at, "within the block")
	for i := range q.places {
		p := &q.places[i]
		p.toMemory(add(memory, p.offset, "within the value"), regs)
	}
	return Value{q.typ, memory, flagIndir | kind}
}

// exactly reports whether a Value can be passed as a type without a word more: it has that very type, may be used, and is no method.
func (v *Value) exactly(t *abi.Type) bool {
	return v.typ_ == t && v.flag&(flagRO|flagMethod) == 0
}

func (v Value) call(op string, in []Value) []Value {
	ftyp := (*funcType)(unsafe.Pointer(v.typ()))
	use := planCall
	var rcvr *abi.Type
	var fn unsafe.Pointer
	switch {
	case v.flag&flagMethod != 0:
		use = planMethod
		rcvr, ftyp, fn = methodReceiver(op, v, int(v.flag)>>flagMethodShift)
	case v.flag&flagIndir != 0:
		fn = *(*unsafe.Pointer)(v.ptr)
	default:
		fn = v.ptr
	}
	if fn == nil {
		panic("reflect.Value.Call: call of nil function")
	}
	plan := planOf(ftyp, use, rcvr)

	slice := op == "CallSlice"
	fits := len(in) == len(plan.in) && slice == ftyp.IsVariadic()
	for i := 0; fits && i < len(in); i++ {
		q, a := &plan.in[i], &in[i]
		fits = a.exactly(q.typ) || q.any && a.flag != 0 && a.flag&(flagRO|flagMethod) == 0
	}
	if !fits {
		in = plan.arguments(op, slice, in)
	}

	// The frame is in the results' object, which outlives the call; where there are no results it is used again.
	var block, frame unsafe.Pointer
	if plan.size != 0 {
		if plan.block != nil {
			block = unsafe_New(plan.block)
			frame = add(block, plan.frameAt, "within the block")
		} else {
			frame = plan.pool.Get().(unsafe.Pointer)
		}
	}
	var regs abi.RegArgs
	if use == planMethod {
		plan.receive(v, frame, &regs)
	}
	for i := range in {
		q, a := &plan.in[i], &in[i]
		if a.exactly(q.typ) {
			q.load(a, frame, &regs, false)
			continue
		}
		a.mustBeExported()
		q.loadAs("reflect.Value.Call", *a, frame, &regs, false)
	}
	regs.ReturnIsPtr = plan.outRegPtrs

	if callGC {
		runtime.GC()
	}
	call(plan.frame, fn, frame, plan.size, plan.retOffset, plan.called, &regs)
	if callGC {
		runtime.GC()
	}

	if plan.block == nil {
		if frame != nil {
			typedmemclr(plan.frame, frame)
			plan.pool.Put(frame)
		}
		return nil
	}
	if frame == nil {
		block = unsafe_New(plan.block)
	} else {
		// Results keep the object, not what was passed.
		typedmemclrpartial(plan.frame, frame, 0, uintptr(plan.retOffset))
	}
	out := unsafe.Slice((*Value)(block), len(plan.out))
	for i := range out {
		out[i] = plan.out[i].store(block, frame, &regs, true)
	}
	return out
}

// arguments says what is wrong with a call's arguments, in words of Go's and in its order, and puts those of `...` into a slice.
func (plan *callPlan) arguments(op string, slice bool, in []Value) []Value {
	fixed, variadic := len(plan.in), plan.ftyp.IsVariadic()
	if slice && !variadic {
		panic("reflect: CallSlice of non-variadic function")
	}
	if variadic && !slice {
		fixed--
	}
	if len(in) < fixed {
		panic("reflect: " + op + " with too few input arguments")
	}
	if len(in) > fixed && (slice || !variadic) {
		panic("reflect: " + op + " with too many input arguments")
	}
	for i := range in {
		if in[i].Kind() == Invalid {
			panic("reflect: " + op + " using zero Value argument")
		}
	}
	for i := range fixed {
		if from, to := in[i].Type(), toRType(plan.in[i].typ); !from.AssignableTo(to) {
			panic("reflect: " + op + " using " + from.String() + " as type " + to.String())
		}
	}
	if !variadic || slice {
		return in
	}
	rest := in[fixed:]
	list := toRType(plan.in[fixed].typ)
	values, elem := MakeSlice(list, len(rest), len(rest)), list.Elem()
	for i, v := range rest {
		if from := v.Type(); !from.AssignableTo(elem) {
			panic("reflect: cannot use " + from.String() + " as type " + elem.String() + " in " + op)
		}
		values.Index(i).Set(v)
	}
	return append(in[:fixed:fixed], values)
}

// MakeFunc returns a func value of a type that calls fn with the arguments as Values, and returns what they are that fn returns. (This is Go's
// function of that name: its documentation says the rest.)
func MakeFunc(typ Type, fn func(args []Value) (results []Value)) Value {
	t := typ.common()
	if t.Kind() != abi.Func {
		panic("reflect: call of MakeFunc with non-Func type")
	}
	ftyp := (*funcType)(unsafe.Pointer(t))
	impl := &makeFuncImpl{makeFuncCtxt: planOf(ftyp, planMade, nil).ctxt, ftyp: ftyp, fn: fn}
	return Value{t, unsafe.Pointer(impl), flag(Func)}
}

// receive puts a receiver's word where a method expects it.
func (plan *callPlan) receive(rcvr Value, frame unsafe.Pointer, regs *abi.RegArgs) {
	switch p := &plan.receiver; p.kind {
	case inStack:
		storeRcvr(rcvr, add(frame, p.stack, "within the frame"))
	case inPointer:
		storeRcvr(rcvr, unsafe.Pointer(&regs.Ptrs[p.reg]))
		regs.Ints[p.reg] = uintptr(regs.Ptrs[p.reg])
	default:
		storeRcvr(rcvr, unsafe.Pointer(&regs.Ints[p.reg]))
	}
}

// callMethod is what methodValueCall calls when a bound method is called: the arguments have come as to a function without a receiver, and go on
// with it. The compiler knows it by name, as callReflect.
func callMethod(ctxt *methodValue, frame unsafe.Pointer, retValid *bool, regs *abi.RegArgs) {
	rcvr, ftyp, fn := methodReceiver("call", ctxt.rcvr, ctxt.method)
	plan := planOf(ftyp, planBound, rcvr)
	var methodFrame unsafe.Pointer
	if plan.size != 0 {
		methodFrame = plan.pool.Get().(unsafe.Pointer)
	}
	var methodRegs abi.RegArgs
	plan.receive(ctxt.rcvr, methodFrame, &methodRegs)
	for i := range plan.moves {
		plan.moves[i].do(methodFrame, &methodRegs, frame, regs)
	}
	methodRegs.ReturnIsPtr = plan.outRegPtrs

	call(plan.frame, fn, methodFrame, plan.size, plan.retOffset, plan.called, &methodRegs)

	if regs != nil {
		*regs = methodRegs
	}
	if size := plan.size - plan.retOffset; size > 0 {
		// To a stack, as load does.
		memmove(add(frame, plan.resultAt, "within the frame"), add(methodFrame, uintptr(plan.retOffset), "within the frame"), uintptr(size))
	}
	*retValid = true

	// Until here it may be what keeps the results.
	if methodFrame != nil {
		typedmemclr(plan.frame, methodFrame)
		plan.pool.Put(methodFrame)
	}
	runtime.KeepAlive(ctxt)
	runtime.KeepAlive(regs)
}

// callReflect is what makeFuncStub calls when a function of MakeFunc is called. The compiler knows it by name: recover looks through it.
// retValid becomes true when the results are in frame and regs.
func callReflect(ctxt *makeFuncImpl, frame unsafe.Pointer, retValid *bool, regs *abi.RegArgs) {
	if callGC {
		runtime.GC()
	}
	plan := planOf(ctxt.ftyp, planMade, nil)
	var in []Value
	if plan.block != nil {
		block := unsafe_New(plan.block)
		in = unsafe.Slice((*Value)(block), len(plan.in))
		for i := range in {
			in[i] = plan.in[i].store(block, frame, regs, false)
		}
	}

	out := ctxt.fn(in)
	if len(out) != len(plan.out) {
		panic("reflect: wrong return count from function created by MakeFunc")
	}
	var made []unsafe.Pointer
	for i := range out {
		q, v := &plan.out[i], &out[i]
		if v.typ() == nil {
			panic("reflect: function created by MakeFunc using " + funcName(ctxt.fn) + " returned zero Value")
		}
		if v.flag&flagRO != 0 {
			panic("reflect: function created by MakeFunc using " + funcName(ctxt.fn) + " returned value obtained from unexported field")
		}
		if len(q.places) == 0 {
			continue
		}
		if v.exactly(q.typ) {
			q.load(v, frame, regs, true)
			continue
		}
		w := q.loadAs("reflect.MakeFunc", *v, frame, regs, true)
		if q.places[0].kind == inStack {
			made = append(made, w)
		}
	}
	*retValid = true
	// Until here nobody but these need hold what was stored.
	runtime.KeepAlive(out)
	runtime.KeepAlive(made)
	runtime.KeepAlive(regs)
	runtime.KeepAlive(ctxt)
}

// A methodPlace is an exported method of a type, by its number.
type methodPlace struct {
	typ   *abi.Type
	index int
	ftyp  *funcType
	code  unsafe.Pointer
}

var methodsByPlace [places]atomic.Pointer[methodPlace]

// methodReceiver returns what a method value is to be called with: the type of the receiver, the type of the function without it, and the
// address of its code's address. The flags of v are not looked at.
func methodReceiver(op string, v Value, methodIndex int) (rcvrtype *abi.Type, t *funcType, fn unsafe.Pointer) {
	typ := v.typ()
	if typ.Kind() == abi.Interface {
		inter := (*interfaceType)(unsafe.Pointer(typ))
		if uint(methodIndex) >= uint(len(inter.Methods)) {
			panic("reflect: internal error: invalid method index")
		}
		m := &inter.Methods[methodIndex]
		if !inter.nameOff(m.Name).IsExported() {
			panic("reflect: " + op + " of unexported method")
		}
		table := (*nonEmptyInterface)(v.ptr).itab
		if table == nil {
			panic("reflect: " + op + " of method on nil interface value")
		}
		code := add(unsafe.Pointer(&table.Fun[0]), uintptr(methodIndex)*goarch.PtrSize, "a table has its interface's methods")
		return table.Type, (*funcType)(unsafe.Pointer(inter.typeOff(m.Typ))), code
	}
	p := &methodsByPlace[placeIn(unsafe.Pointer(typ), uintptr(methodIndex)*7)]
	m := p.Load()
	if m == nil || m.typ != typ || m.index != methodIndex {
		m = newMethodPlace(op, typ, methodIndex)
		p.Store(m)
	}
	return typ, m.ftyp, unsafe.Pointer(&m.code)
}

func newMethodPlace(op string, typ *abi.Type, index int) *methodPlace {
	methods := typ.ExportedMethods()
	if uint(index) >= uint(len(methods)) {
		panic("reflect: internal error: invalid method index")
	}
	m := methods[index]
	if !nameOffFor(typ, m.Name).IsExported() {
		panic("reflect: " + op + " of unexported method")
	}
	return &methodPlace{typ, index, (*funcType)(unsafe.Pointer(typeOffFor(typ, m.Mtyp))), textOffFor(typ, m.Ifn)}
}

// moveMakeFuncArgPtrs puts the pointers among the arguments in registers where the collector sees them. It runs before anything may look at the
// stack, hence without barriers, and clears the rest, which assembly has not.
//
//go:nosplit
func moveMakeFuncArgPtrs(ctxt *makeFuncCtxt, args *abi.RegArgs) {
	pointers := uintptr(0)
	for i, bits := range ctxt.regPtrs {
		pointers |= uintptr(bits) << (8 * i)
	}
	words := (*[abi.IntArgRegs]uintptr)(unsafe.Pointer(&args.Ptrs))
	for i := range words {
		words[i] = args.Ints[i] & -(pointers & 1)
		pointers >>= 1
	}
}
