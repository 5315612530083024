package main

// Fields and methods are found however deep they are embedded.

import "fmt"

type t0 struct{ x int }

func (t *t0) M() int { return t.x }

type (
	t1  struct{ *t0 }
	t2  struct{ *t1 }
	t3  struct{ *t2 }
	t4  struct{ *t3 }
	t5  struct{ *t4 }
	t6  struct{ *t5 }
	t7  struct{ *t6 }
	t8  struct{ *t7 }
	t9  struct{ *t8 }
	t10 struct{ *t9 }
	t11 struct{ *t10 }
	t12 struct{ *t11 }
	t13 struct{ *t12 }
	t14 struct{ *t13 }
	t15 struct{ *t14 }
	t16 struct{ *t15 }
	t17 struct{ *t16 }
	t18 struct{ *t17 }
	t19 struct{ *t18 }
	t20 struct{ *t19 }
	t21 struct{ *t20 }
	t22 struct{ *t21 }
	t23 struct{ *t22 }
	t24 struct{ *t23 }
	t25 struct{ *t24 }
	t26 struct{ *t25 }
	t27 struct{ *t26 }
	t28 struct{ *t27 }
	t29 struct{ *t28 }
	t30 struct{ *t29 }
	t31 struct{ *t30 }
	t32 struct{ *t31 }
	t33 struct{ *t32 }
	t34 struct{ *t33 }
	t35 struct{ *t34 }
	t36 struct{ *t35 }
	t37 struct{ *t36 }
	t38 struct{ *t37 }
	t39 struct{ *t38 }
	t40 struct{ *t39 }
	t41 struct{ *t40 }
	t42 struct{ *t41 }
	t43 struct{ *t42 }
	t44 struct{ *t43 }
	t45 struct{ *t44 }
	t46 struct{ *t45 }
	t47 struct{ *t46 }
	t48 struct{ *t47 }
	t49 struct{ *t48 }
	t50 struct{ *t49 }
	t51 struct{ *t50 }
	t52 struct{ *t51 }
	t53 struct{ *t52 }
	t54 struct{ *t53 }
	t55 struct{ *t54 }
	t56 struct{ *t55 }
	t57 struct{ *t56 }
	t58 struct{ *t57 }
	t59 struct{ *t58 }
	t60 struct{ *t59 }
	t61 struct{ *t60 }
	t62 struct{ *t61 }
	t63 struct{ *t62 }
	t64 struct{ *t63 }
	t65 struct{ *t64 }
	t66 struct{ *t65 }
	t67 struct{ *t66 }
	t68 struct{ *t67 }
	t69 struct{ *t68 }
	t70 struct{ *t69 }
	t71 struct{ *t70 }
	t72 struct{ *t71 }
	t73 struct{ *t72 }
	t74 struct{ *t73 }
	t75 struct{ *t74 }
	t76 struct{ *t75 }
	t77 struct{ *t76 }
	t78 struct{ *t77 }
	t79 struct{ *t78 }
	t80 struct{ *t79 }
)

func main() {
	t := t80{}
	var p any = &t0{7}
	p = &t1{p.(*t0)}
	p = &t2{p.(*t1)}
	p = &t3{p.(*t2)}
	p = &t4{p.(*t3)}
	p = &t5{p.(*t4)}
	p = &t6{p.(*t5)}
	p = &t7{p.(*t6)}
	p = &t8{p.(*t7)}
	p = &t9{p.(*t8)}
	p = &t10{p.(*t9)}
	p = &t11{p.(*t10)}
	p = &t12{p.(*t11)}
	p = &t13{p.(*t12)}
	p = &t14{p.(*t13)}
	p = &t15{p.(*t14)}
	p = &t16{p.(*t15)}
	p = &t17{p.(*t16)}
	p = &t18{p.(*t17)}
	p = &t19{p.(*t18)}
	p = &t20{p.(*t19)}
	p = &t21{p.(*t20)}
	p = &t22{p.(*t21)}
	p = &t23{p.(*t22)}
	p = &t24{p.(*t23)}
	p = &t25{p.(*t24)}
	p = &t26{p.(*t25)}
	p = &t27{p.(*t26)}
	p = &t28{p.(*t27)}
	p = &t29{p.(*t28)}
	p = &t30{p.(*t29)}
	p = &t31{p.(*t30)}
	p = &t32{p.(*t31)}
	p = &t33{p.(*t32)}
	p = &t34{p.(*t33)}
	p = &t35{p.(*t34)}
	p = &t36{p.(*t35)}
	p = &t37{p.(*t36)}
	p = &t38{p.(*t37)}
	p = &t39{p.(*t38)}
	p = &t40{p.(*t39)}
	p = &t41{p.(*t40)}
	p = &t42{p.(*t41)}
	p = &t43{p.(*t42)}
	p = &t44{p.(*t43)}
	p = &t45{p.(*t44)}
	p = &t46{p.(*t45)}
	p = &t47{p.(*t46)}
	p = &t48{p.(*t47)}
	p = &t49{p.(*t48)}
	p = &t50{p.(*t49)}
	p = &t51{p.(*t50)}
	p = &t52{p.(*t51)}
	p = &t53{p.(*t52)}
	p = &t54{p.(*t53)}
	p = &t55{p.(*t54)}
	p = &t56{p.(*t55)}
	p = &t57{p.(*t56)}
	p = &t58{p.(*t57)}
	p = &t59{p.(*t58)}
	p = &t60{p.(*t59)}
	p = &t61{p.(*t60)}
	p = &t62{p.(*t61)}
	p = &t63{p.(*t62)}
	p = &t64{p.(*t63)}
	p = &t65{p.(*t64)}
	p = &t66{p.(*t65)}
	p = &t67{p.(*t66)}
	p = &t68{p.(*t67)}
	p = &t69{p.(*t68)}
	p = &t70{p.(*t69)}
	p = &t71{p.(*t70)}
	p = &t72{p.(*t71)}
	p = &t73{p.(*t72)}
	p = &t74{p.(*t73)}
	p = &t75{p.(*t74)}
	p = &t76{p.(*t75)}
	p = &t77{p.(*t76)}
	p = &t78{p.(*t77)}
	p = &t79{p.(*t78)}
	t.t79 = p.(*t79)
	var i interface{ M() int } = t
	t.x++
	fmt.Println(i.M(), t.M(), t.x)
}

/* output
8 8 8
*/
