// A function with more deferred calls than its frame has records for: they run backwards, when it returns and when it panics, and what one
// recovers the ones before it do not see.
package main

var notes []int

func note(n int) { notes = append(notes, n) }

func many(fail bool) (result string) {
	defer func() { result += "." }()
	defer note(0); defer note(1); defer note(2); defer note(3); defer note(4); defer note(5); defer note(6); defer note(7); defer note(8); defer note(9)
	defer note(10); defer note(11); defer note(12); defer note(13); defer note(14); defer note(15); defer note(16); defer note(17); defer note(18); defer note(19)
	defer note(20); defer note(21); defer note(22); defer note(23); defer note(24); defer note(25); defer note(26); defer note(27); defer note(28); defer note(29)
	defer note(30); defer note(31); defer note(32); defer note(33); defer note(34); defer note(35); defer note(36); defer note(37); defer note(38); defer note(39)
	defer note(40); defer note(41); defer note(42); defer note(43); defer note(44); defer note(45); defer note(46); defer note(47); defer note(48); defer note(49)
	defer note(50); defer note(51); defer note(52); defer note(53); defer note(54); defer note(55); defer note(56); defer note(57); defer note(58); defer note(59)
	defer note(60); defer note(61); defer note(62); defer note(63); defer note(64); defer note(65); defer note(66); defer note(67); defer note(68); defer note(69)
	defer note(70); defer note(71); defer note(72); defer note(73); defer note(74); defer note(75); defer note(76); defer note(77); defer note(78); defer note(79)
	defer note(80); defer note(81); defer note(82); defer note(83); defer note(84); defer note(85); defer note(86); defer note(87); defer note(88); defer note(89)
	defer note(90); defer note(91); defer note(92); defer note(93); defer note(94); defer note(95); defer note(96); defer note(97); defer note(98); defer note(99)
	defer note(100); defer note(101); defer note(102); defer note(103); defer note(104); defer note(105); defer note(106); defer note(107); defer note(108); defer note(109)
	defer note(110); defer note(111); defer note(112); defer note(113); defer note(114); defer note(115); defer note(116); defer note(117); defer note(118); defer note(119)
	defer note(120); defer note(121); defer note(122); defer note(123); defer note(124); defer note(125); defer note(126); defer note(127); defer note(128); defer note(129)
	defer note(130); defer note(131); defer note(132); defer note(133); defer note(134); defer note(135); defer note(136); defer note(137); defer note(138); defer note(139)
	defer note(140); defer note(141); defer note(142); defer note(143); defer note(144); defer note(145); defer note(146); defer note(147); defer note(148); defer note(149)
	defer note(150); defer note(151); defer note(152); defer note(153); defer note(154); defer note(155); defer note(156); defer note(157); defer note(158); defer note(159)
	defer note(160); defer note(161); defer note(162); defer note(163); defer note(164); defer note(165); defer note(166); defer note(167); defer note(168); defer note(169)
	defer note(170); defer note(171); defer note(172); defer note(173); defer note(174); defer note(175); defer note(176); defer note(177); defer note(178); defer note(179)
	defer note(180); defer note(181); defer note(182); defer note(183); defer note(184); defer note(185); defer note(186); defer note(187); defer note(188); defer note(189)
	defer note(190); defer note(191); defer note(192); defer note(193); defer note(194); defer note(195); defer note(196); defer note(197); defer note(198); defer note(199)
	defer note(200); defer note(201); defer note(202); defer note(203); defer note(204); defer note(205); defer note(206); defer note(207); defer note(208); defer note(209)
	defer note(210); defer note(211); defer note(212); defer note(213); defer note(214); defer note(215); defer note(216); defer note(217); defer note(218); defer note(219)
	defer note(220); defer note(221); defer note(222); defer note(223); defer note(224); defer note(225); defer note(226); defer note(227); defer note(228); defer note(229)
	defer note(230); defer note(231); defer note(232); defer note(233); defer note(234); defer note(235); defer note(236); defer note(237); defer note(238); defer note(239)
	defer note(240); defer note(241); defer note(242); defer note(243); defer note(244); defer note(245); defer note(246); defer note(247); defer note(248); defer note(249)
	defer note(250); defer note(251); defer note(252); defer note(253); defer note(254); defer note(255); defer note(256); defer note(257); defer note(258); defer note(259)
	if fail {
		defer func() { result = recover().(string) }()
		panic("failed")
	}
	return "returned"
}

func main() {
	for _, fail := range []bool{false, true} {
		notes = nil
		result := many(fail)
		ordered := true
		for i, n := range notes {
			ordered = ordered && n == len(notes)-1-i
		}
		println(result, len(notes), ordered)
	}
}

/* output
returned. 260 true
failed. 260 true
*/
